/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges of the address space, and who has them. Mirrors include/linux/ioport.h; kernel/resource.c has the code. */
#ifndef _LINUX_IOPORT_H
#define _LINUX_IOPORT_H
#include <linux/range.h>
#include <linux/types.h>
struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;
	unsigned long desc;
	struct resource *parent, *sibling, *child;
};
#define IORESOURCE_MEM 0x00000200
#define IORESOURCE_SYSRAM 0x01000000
#define IORESOURCE_EXCLUSIVE 0x08000000
#define IORESOURCE_BUSY 0x80000000
#define IORESOURCE_SYSTEM_RAM (IORESOURCE_MEM | IORESOURCE_SYSRAM)
enum {
	IORES_DESC_NONE = 0,
	IORES_DESC_PERSISTENT_MEMORY = 4,
	IORES_DESC_DEVICE_PRIVATE_MEMORY = 6,
	IORES_DESC_RESERVED = 7,
	IORES_DESC_SOFT_RESERVED = 8,
	IORES_DESC_CXL = 9,
};
enum {
	REGION_INTERSECTS,
	REGION_DISJOINT,
	REGION_MIXED,
};
extern struct resource iomem_resource;
static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end + 1 - res->start;
}
#define DEFINE_RES_MEM(_start, _size) (struct resource) { .start = (_start), .end = (_start) + (_size) - 1, \
	.flags = IORESOURCE_MEM }
struct device;
struct resource *__request_region(struct resource *parent, resource_size_t start, resource_size_t n, const char *name,
				  int flags);
void __release_region(struct resource *parent, resource_size_t start, resource_size_t n);
int request_resource(struct resource *root, struct resource *new);
int insert_resource(struct resource *parent, struct resource *new);
int release_resource(struct resource *old);
int remove_resource(struct resource *old);
int adjust_resource(struct resource *res, resource_size_t start, resource_size_t size);
bool iomem_is_exclusive(u64 addr);
int region_intersects(resource_size_t start, size_t size, unsigned long flags, unsigned long desc);
#define request_mem_region(start, n, name) __request_region(&iomem_resource, (start), (n), (name), 0)
#define request_mem_region_exclusive(start, n, name) request_mem_region(start, n, name)
#define release_mem_region(start, n) __release_region(&iomem_resource, (start), (n))
struct resource *__devm_request_region(struct device *dev, struct resource *parent, resource_size_t start,
				       resource_size_t n, const char *name);
void __devm_release_region(struct device *dev, struct resource *parent, resource_size_t start, resource_size_t n);
#define devm_request_mem_region(dev, start, n, name) \
	__devm_request_region(dev, &iomem_resource, (start), (n), (name))
#define devm_release_mem_region(dev, start, n) __devm_release_region(dev, &iomem_resource, (start), (n))
#endif
