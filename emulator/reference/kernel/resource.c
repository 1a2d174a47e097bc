// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trees of address ranges: who holds which part of the machine's memory, or of a device's. Mirrors kernel/resource.c and
 * kernel/iomem.c. Claimed memory is as with
 * CONFIG_IO_STRICT_DEVMEM. Left out: waiting for a busy region, hierarchies of bridges, /proc/iomem.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

struct resource iomem_resource = { .name = "PCI mem", .start = 0, .end = -1, .flags = IORESOURCE_MEM };

/* Puts `new` among the children, in order. Gives the child that is in the way, or NULL. */
static struct resource *fsc_link_resource(struct resource *parent, struct resource *new)
{
	struct resource **at = &parent->child;

	if (new->end < new->start || new->start < parent->start || new->end > parent->end)
		return parent;
	while (*at && (*at)->end < new->start)
		at = &(*at)->sibling;
	if (*at && (*at)->start <= new->end)
		return *at;
	new->sibling = *at;
	new->parent = parent;
	*at = new;
	return NULL;
}

int request_resource(struct resource *root, struct resource *new)
{
	return fsc_link_resource(root, new) ? -EBUSY : 0;
}

/* A new resource may be put over those that it covers, and into one that covers it. */
int insert_resource(struct resource *parent, struct resource *new)
{
	struct resource *other = fsc_link_resource(parent, new);
	struct resource **at;

	if (!other)
		return 0;
	if (other == parent)
		return -EBUSY;
	if (other->start <= new->start && other->end >= new->end)
		return insert_resource(other, new);
	for (at = &parent->child; *at != other; at = &(*at)->sibling)
		;
	new->child = NULL;
	while (*at && (*at)->start >= new->start && (*at)->end <= new->end) {
		struct resource *inner = *at;

		*at = inner->sibling;
		inner->sibling = NULL;
		fsc_link_resource(new, inner);
	}
	return fsc_link_resource(parent, new) ? -EBUSY : 0;
}

static int fsc_unlink_resource(struct resource *old)
{
	struct resource **at;

	for (at = &old->parent->child; *at; at = &(*at)->sibling) {
		if (*at != old)
			continue;
		*at = old->sibling;
		old->parent = NULL;
		old->sibling = NULL;
		return 0;
	}
	return -EINVAL;
}

int release_resource(struct resource *old)
{
	return fsc_unlink_resource(old);
}

/* As release_resource(), but what it covered stays. */
int remove_resource(struct resource *old)
{
	struct resource *parent = old->parent, *child = old->child;
	int rc = fsc_unlink_resource(old);

	while (!rc && child) {
		struct resource *next = child->sibling;

		fsc_link_resource(parent, child);
		child = next;
	}
	old->child = NULL;
	return rc;
}

int adjust_resource(struct resource *res, resource_size_t start, resource_size_t size)
{
	resource_size_t end = start + size - 1;
	struct resource *parent = res->parent, *other;

	if (parent && (start < parent->start || end > parent->end))
		return -EBUSY;
	for (other = parent ? parent->child : NULL; other; other = other->sibling)
		if (other != res && other->start <= end && other->end >= start)
			return -EBUSY;
	for (other = res->child; other; other = other->sibling)
		if (other->start < start || other->end > end)
			return -EBUSY;
	res->start = start;
	res->end = end;
	return 0;
}

#if FSC_ERA >= 612
/* ---- /dev/mem, whose mappings are gone where a driver comes ---- */

static struct inode *iomem_inode;
static struct inode fsc_iomem_inode;

/* The kernel does it when it comes up; here who opens /dev/mem first, so that others pay nothing. */
void fsc_iomem_init_inode(void)
{
	if (iomem_inode)
		return;
	inode_init_once(&fsc_iomem_inode);
	inode_init_always(NULL, &fsc_iomem_inode);
	iomem_inode = &fsc_iomem_inode;
}

struct address_space *iomem_get_mapping(void)
{
	return smp_load_acquire(&iomem_inode)->i_mapping;
}

bool iomem_is_exclusive(u64 addr)
{
	struct resource *res = iomem_resource.child;

	addr &= PAGE_MASK;
	while (res && (res->end < addr || res->start >= addr + PAGE_SIZE || !(res->flags & IORESOURCE_BUSY)))
		res = res->start <= addr && res->end >= addr && res->child ? res->child : res->sibling;
	return res;
}

/* By now the range is busy: nobody can map it anew. */
static void revoke_iomem(struct resource *res)
{
	struct inode *inode = smp_load_acquire(&iomem_inode);

	if (!inode || (devmem_is_allowed(PHYS_PFN(res->start)) && devmem_is_allowed(PHYS_PFN(res->end))))
		return;
	unmap_mapping_range(inode->i_mapping, res->start, resource_size(res), 1);
}
#else
#define revoke_iomem(res) ((void)(res))
#endif

struct resource *__request_region(struct resource *parent, resource_size_t start, resource_size_t n, const char *name,
				  int flags)
{
	struct resource *res, *conflict;
	bool memory = parent == &iomem_resource;

	if (__fsc_fail("request_region"))
		return NULL;
	res = __fsc_alloc(sizeof(*res), 8, FSC_ZERO, "struct resource");
	res->name = name;
	res->start = start;
	res->end = start + n - 1;
	for (;;) {
		res->flags = IORESOURCE_MEM | IORESOURCE_BUSY | flags;
		conflict = fsc_link_resource(parent, res);
		if (!conflict) {
			if (memory)
				revoke_iomem(res);
			return res;
		}
		if (conflict == parent || conflict->flags & IORESOURCE_BUSY || conflict->start > start ||
		    conflict->end < res->end) {
			__fsc_free(res);
			return NULL;
		}
		parent = conflict; /* inside a range that nobody uses as a whole */
	}
}

void __release_region(struct resource *parent, resource_size_t start, resource_size_t n)
{
	resource_size_t end = start + n - 1;
	struct resource *res;

	for (res = parent->child; res; res = res->sibling) {
		if (res->start > start || res->end < end)
			continue;
		if (!(res->flags & IORESOURCE_BUSY)) {
			__release_region(res, start, n);
			return;
		}
		if (res->start != start || res->end != end)
			break;
		fsc_unlink_resource(res);
		__fsc_free(res);
		return;
	}
	WARN(1, "Trying to free nonexistent resource <%llx-%llx>\n", start, end);
}

/* Whether a range has memory of that kind, none of it, or some. */
int region_intersects(resource_size_t start, size_t size, unsigned long flags, unsigned long desc)
{
	resource_size_t end = start + size - 1;
	struct resource *res;
	bool same = false, other = false;

	for (res = iomem_resource.child; res; res = res->sibling) {
		if (res->start > end || res->end < start)
			continue;
		if ((res->flags & flags) == flags && (desc == IORES_DESC_NONE || desc == res->desc))
			same = true;
		else
			other = true;
	}
	if (!same)
		return REGION_DISJOINT;
	return other ? REGION_MIXED : REGION_INTERSECTS;
}

/* ---- mappings without struct pages ---- */

#define FSC_MAX_REMAP 4
static struct {
	resource_size_t offset;
	size_t size;
} fsc_remaps[FSC_MAX_REMAP];

/* Mapped from the same address on by somebody: the memory is there, and what is in it stays. */
static bool fsc_is_remapped(resource_size_t offset)
{
	for (unsigned int i = 0; i < FSC_MAX_REMAP; i++)
		if (fsc_remaps[i].size && fsc_remaps[i].offset == offset)
			return true;
	return false;
}

void *memremap(resource_size_t offset, size_t size, unsigned long flags)
{
	unsigned int i;

	(void)flags;
	if (__fsc_fail("memremap"))
		return NULL;
	for (i = 0; i < FSC_MAX_REMAP; i++) {
		if (fsc_remaps[i].size)
			continue;
		if (!fsc_is_remapped(offset))
			__fsc_add_memory(PHYS_PFN(offset), PHYS_PFN(size), 0);
		fsc_remaps[i].offset = offset;
		fsc_remaps[i].size = size;
		return __va(offset);
	}
	__fsc_unmodelled("more mappings of device memory than are kept");
	return NULL;
}

void memunmap(void *addr)
{
	unsigned int i;
	size_t size;

	for (i = 0; i < FSC_MAX_REMAP; i++) {
		if (!fsc_remaps[i].size || __va(fsc_remaps[i].offset) != addr)
			continue;
		size = fsc_remaps[i].size;
		fsc_remaps[i].size = 0;
		if (!fsc_is_remapped(fsc_remaps[i].offset))
			__fsc_remove_memory(PHYS_PFN(fsc_remaps[i].offset), PHYS_PFN(size));
		return;
	}
	WARN(1, "memunmap of an address that is not mapped\n");
}
