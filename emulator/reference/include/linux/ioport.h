/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Physical address ranges. Mirrors include/linux/ioport.h; the resource tree itself is left out. */
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
#define IORESOURCE_BUSY 0x80000000
static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end + 1 - res->start;
}
#define DEFINE_RES_MEM(_start, _size) (struct resource) { .start = (_start), .end = (_start) + (_size) - 1, \
	.flags = IORESOURCE_MEM }
struct device;
/* Exclusive use of physical memory cannot collide here: there is one device. */
#define devm_request_mem_region(dev, start, n, name) ((void)(dev), (void)(start), (void)(n), (void)(name), true)
#endif
