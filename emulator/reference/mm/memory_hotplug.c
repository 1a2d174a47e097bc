// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that a driver hands to the system: blocks that come online and go offline, groups, types of memory. Mirrors parts of
 * mm/memory_hotplug.c, mm/memory-tiers.c and drivers/base/memory.c. Left out: pages are not moved away from memory that is to go
 * offline, and only who asks for a page of it (fsc_hotplug_page()) gets one.
 */
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/memory-tiers.h>
#include <linux/memory_hotplug.h>
#include <linux/slab.h>
#include "internal.h"

struct fsc_added {
	struct fsc_added *next;
	struct resource *res;
	u64 start, size;
	long nr_hwpoison;
	int mgid;
	bool online;
};
static struct fsc_added *fsc_added;
static bool fsc_auto_online; /* memhp_default_online_type */

/* The memory that was added of which a pfn is; a device's that nobody added to the system is in none. */
static struct fsc_added *fsc_added_of(unsigned long pfn)
{
	struct fsc_added *a = fsc_added;

	while (a && (PFN_PHYS(pfn) < a->start || PFN_PHYS(pfn) - a->start >= a->size))
		a = a->next;
	return a;
}

struct fsc_group {
	struct fsc_group *next;
	int mgid, users;
};
static struct fsc_group *fsc_groups;

static struct fsc_group *fsc_find_group(int mgid)
{
	struct fsc_group *g = fsc_groups;

	while (g && g->mgid != mgid)
		g = g->next;
	return g;
}

int memory_group_register_static(int nid, unsigned long max_pages)
{
	struct fsc_group *g;

	if (nid < 0 || !max_pages)
		return -EINVAL;
	g = kzalloc(sizeof(struct fsc_group), GFP_KERNEL);
	if (!g)
		return -ENOMEM;
	while (fsc_find_group(g->mgid))
		g->mgid++;
	g->next = fsc_groups;
	fsc_groups = g;
	return g->mgid;
}

int memory_group_unregister(int mgid)
{
	struct fsc_group **at, *g;

	for (at = &fsc_groups; *at && (*at)->mgid != mgid; at = &(*at)->next)
		;
	g = *at;
	if (!g)
		return -EINVAL;
	if (g->users)
		return -EBUSY;
	*at = g->next;
	kfree(g);
	return 0;
}

/* ---- blocks of memory: all of what was added at once changes its state at once ---- */

void fsc_online_by_itself(bool online)
{
	fsc_auto_online = online;
}

int online_pages_of(u64 start)
{
	struct fsc_added *a = fsc_added_of(PHYS_PFN(start));
	unsigned long pfn = PHYS_PFN(start);

	if (!a || a->online)
		return -EINVAL;
	for (; pfn < PHYS_PFN(a->start + a->size); pfn++) {
		mm_zero_struct_page(pfn_to_page(pfn));
		fsc_init_ram_page(pfn_to_page(pfn), pfn);
	}
	a->online = true;
	return 0;
}

/* Memory of which somebody has a page stays online. */
int offline_pages_of(u64 start)
{
	struct fsc_added *a = fsc_added_of(PHYS_PFN(start));
	unsigned long pfn = PHYS_PFN(start);

	if (!a || !a->online)
		return -EINVAL;
	for (; pfn < PHYS_PFN(a->start + a->size); pfn++)
		if (page_ref_count(pfn_to_page(pfn)))
			return -EBUSY;
	a->online = false;
	return 0;
}

enum fsc_memory_state fsc_memory_state(u64 start)
{
	struct fsc_added *a = fsc_added_of(PHYS_PFN(start));

	return !a ? FSC_MEMORY_ABSENT : a->online ? FSC_MEMORY_ONLINE : FSC_MEMORY_OFFLINE;
}

struct page *fsc_hotplug_page(u64 start)
{
	struct fsc_added *a = fsc_added_of(PHYS_PFN(start));
	unsigned long pfn = PHYS_PFN(start);

	if (!a || !a->online)
		return NULL;
	for (; pfn < PHYS_PFN(a->start + a->size); pfn++)
		if (!page_ref_count(pfn_to_page(pfn))) {
			set_page_count(pfn_to_page(pfn), 1);
			return pfn_to_page(pfn);
		}
	return NULL;
}

bool fsc_is_hotplugged(unsigned long pfn)
{
	return fsc_added_of(pfn) != NULL;
}

int add_memory_driver_managed(int nid, u64 start, u64 size, const char *resource_name, mhp_t mhp_flags)
{
	struct fsc_group *g = mhp_flags & MHP_NID_IS_MGID ? fsc_find_group(nid) : NULL;
	struct fsc_added *a;

	if ((mhp_flags & MHP_NID_IS_MGID) && !g)
		return -EINVAL;
	if (WARN_ON(!IS_ALIGNED(start, memory_block_size_bytes()) || !IS_ALIGNED(size, memory_block_size_bytes())))
		return -EINVAL;
	if (__fsc_fail("add_memory"))
		return -ENOMEM;
	a = __fsc_alloc(sizeof(*a), 8, FSC_ZERO, "memory block");
	a->res = request_mem_region(start, size, resource_name);
	if (!a->res) {
		__fsc_free(a);
		return -EEXIST;
	}
	a->res->flags |= IORESOURCE_SYSRAM;
	a->start = start;
	a->size = size;
	a->mgid = g ? g->mgid : -1;
	if (g)
		g->users++;
	if (arch_add_memory(0, start, size, NULL)) {
		release_mem_region(start, size);
		if (g)
			g->users--;
		__fsc_free(a);
		return -ENOMEM;
	}
	a->next = fsc_added;
	fsc_added = a;
	if (fsc_auto_online)
		online_pages_of(start);
	return 0;
}

/* Only of what is offline: the system would be left with pages that are not there. */
int remove_memory(u64 start, u64 size)
{
	struct fsc_added **at, *a;

	for (at = &fsc_added; *at && ((*at)->start != start || (*at)->size != size); at = &(*at)->next)
		;
	a = *at;
	if (WARN_ON(!a))
		return -EINVAL;
	if (a->online)
		return -EBUSY;
	arch_remove_memory(start, size, NULL);
	if (a->mgid >= 0)
		fsc_find_group(a->mgid)->users--;
	*at = a->next;
	release_mem_region(start, size);
	__fsc_free(a);
	return 0;
}

void memblk_nr_poison_inc(unsigned long pfn)
{
	struct fsc_added *a = fsc_added_of(pfn);

	if (a)
		a->nr_hwpoison++;
}

void memblk_nr_poison_sub(unsigned long pfn, long i)
{
	struct fsc_added *a = fsc_added_of(pfn);

	if (a)
		a->nr_hwpoison -= i;
}

/* ---- types of memory ---- */

struct memory_dev_type *alloc_memory_type(int adistance)
{
	struct memory_dev_type *t = kzalloc(sizeof(struct memory_dev_type), GFP_KERNEL);

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->adistance = adistance;
	kref_init(&t->kref);
	INIT_LIST_HEAD(&t->tier_sibling);
	return t;
}

static void release_memtype(struct kref *kref)
{
	kfree(container_of(kref, struct memory_dev_type, kref));
}

void put_memory_type(struct memory_dev_type *memtype)
{
	kref_put(&memtype->kref, release_memtype);
}

static struct {
	struct memory_dev_type *memtype;
	int map_count;
} fsc_node_type;

void init_node_memory_type(int node, struct memory_dev_type *default_type)
{
	(void)node;
	if (!fsc_node_type.memtype)
		fsc_node_type.memtype = default_type;
	if (fsc_node_type.memtype == default_type && !fsc_node_type.map_count++)
		kref_get(&default_type->kref);
}

void clear_node_memory_type(int node, struct memory_dev_type *memtype)
{
	(void)node;
	memtype = memtype ? memtype : fsc_node_type.memtype;
	if (fsc_node_type.memtype != memtype || !memtype || WARN_ON(fsc_node_type.map_count <= 0))
		return;
	if (--fsc_node_type.map_count)
		return;
	fsc_node_type.memtype = NULL;
	put_memory_type(memtype);
}

int mt_calc_adistance(int node, int *adist)
{
	(void)node;
	(void)adist;
	return 0;
}

struct memory_dev_type *mt_find_alloc_memory_type(int adist, struct list_head *memory_types)
{
	struct memory_dev_type *mtype;

	list_for_each_entry(mtype, memory_types, list)
		if (mtype->adistance == adist)
			return mtype;
	mtype = alloc_memory_type(adist);
	if (!IS_ERR(mtype))
		list_add(&mtype->list, memory_types);
	return mtype;
}

void mt_put_memory_types(struct list_head *memory_types)
{
	struct memory_dev_type *mtype, *next;

	list_for_each_entry_safe(mtype, next, memory_types, list) {
		list_del(&mtype->list);
		put_memory_type(mtype);
	}
}
