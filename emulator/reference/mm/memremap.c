// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device memory: a driver gives a range, gets struct pages for it, and takes them away when nobody uses them.
 * Mirrors mm/memremap.c of each era. Private memory has a direct map here, which it has in no machine. Left
 * out: altmap accounting, memory types.
 */
#include <linux/device.h>
#include <linux/memory_hotplug.h>
#include <linux/wait_bit.h>
#include <linux/xarray.h>
#include <linux/pagemap.h>
#include "internal.h"

static DEFINE_XARRAY(pgmap_array);

unsigned long memremap_compat_align(void)
{
	return SUBSECTION_SIZE;
}

unsigned long vmem_altmap_offset(struct vmem_altmap *altmap)
{
	return altmap ? altmap->reserve + altmap->free : 0;
}

void vmem_altmap_free(struct vmem_altmap *altmap, unsigned long nr_pfns)
{
	altmap->alloc -= nr_pfns;
}

#if FSC_ERA < 615
DEFINE_STATIC_KEY_FALSE(devmap_managed_key);
#endif

static void devmap_managed_enable_put(struct dev_pagemap *pgmap)
{
#if FSC_ERA < 615
	if (pgmap->type == MEMORY_DEVICE_FS_DAX)
		static_branch_dec(&devmap_managed_key);
#else
	(void)pgmap;
#endif
}

static void devmap_managed_enable_get(struct dev_pagemap *pgmap)
{
#if FSC_ERA < 615
	if (pgmap->type == MEMORY_DEVICE_FS_DAX)
		static_branch_inc(&devmap_managed_key);
#else
	(void)pgmap;
#endif
}

/* Observers find live devices in the registry. */
void fsc_note_pgmap(struct dev_pagemap *pgmap)
{
	int free_slot = -1;

	for (int i = 0; i < FSC_MAX_PGMAP; i++) {
		if (fsc_registry.pgmaps[i] == pgmap)
			return;
		if (!fsc_registry.pgmaps[i] && free_slot < 0)
			free_slot = i;
	}
	if (free_slot < 0)
		__fsc_unmodelled("more than FSC_MAX_PGMAP devices");
	else
		fsc_registry.pgmaps[free_slot] = pgmap;
}

/* The memory of a device goes: whoever takes it away, observers see the device no more. */
void fsc_forget_pgmap(u64 start)
{
	for (int i = 0; i < FSC_MAX_PGMAP; i++) {
		struct dev_pagemap *pgmap = fsc_registry.pgmaps[i];

		for (int id = 0; pgmap && id < pgmap->nr_range; id++)
			if (pgmap->ranges[id].start == start)
				fsc_registry.pgmaps[i] = NULL;
	}
}

static void pgmap_array_delete(struct range *range)
{
	unsigned long first = PHYS_PFN(range->start), last = PHYS_PFN(range->end);

	xa_store_range(&pgmap_array, first, last, NULL, GFP_KERNEL);
	synchronize_rcu();
}

/* The first pfn of a range that has a usable page: the head of the first range may hold the memmap itself. */
static unsigned long pfn_first(struct dev_pagemap *pgmap, int range_id)
{
	unsigned long skip = range_id ? 0 : vmem_altmap_offset(pgmap_altmap(pgmap));

	return PHYS_PFN(pgmap->ranges[range_id].start) + skip;
}

static unsigned long pfn_end(struct dev_pagemap *pgmap, int range_id)
{
	return PHYS_PFN(pgmap->ranges[range_id].end + 1);
}

static unsigned long pfn_len(struct dev_pagemap *pgmap, unsigned long range_id)
{
	unsigned long pages = pfn_end(pgmap, range_id) - pfn_first(pgmap, range_id);

	return pages >> pgmap->vmemmap_shift;
}

bool pgmap_pfn_valid(struct dev_pagemap *pgmap, unsigned long pfn)
{
	for (int i = 0; i < pgmap->nr_range; i++) {
		unsigned long start = PHYS_PFN(pgmap->ranges[i].start);

		if (pfn >= start && pfn < pfn_end(pgmap, i))
			return pfn >= pfn_first(pgmap, i);
	}
	return false;
}

static bool fsc_pgmap_counts_pages(struct dev_pagemap *pgmap)
{
	return pgmap->type != MEMORY_DEVICE_PRIVATE && pgmap->type != MEMORY_DEVICE_COHERENT;
}

static void pageunmap_range(struct dev_pagemap *pgmap, int range_id)
{
	struct range *range = &pgmap->ranges[range_id];
	struct page *first_page = pfn_to_page(pfn_first(pgmap, range_id));

	mem_hotplug_begin();
	remove_pfn_range_from_zone(page_zone(first_page), PHYS_PFN(range->start), PHYS_PFN(range_len(range)));
	if (pgmap->type == MEMORY_DEVICE_PRIVATE)
		__remove_pages(PHYS_PFN(range->start), PHYS_PFN(range_len(range)), NULL);
	else
		arch_remove_memory(range->start, range_len(range), pgmap_altmap(pgmap));
	mem_hotplug_done();
	untrack_pfn(NULL, PHYS_PFN(range->start), range_len(range), true);
	pgmap_array_delete(range);
}

void memunmap_pages(struct dev_pagemap *pgmap)
{
	int id;

	percpu_ref_kill(&pgmap->ref);
	for (id = 0; fsc_pgmap_counts_pages(pgmap) && id < pgmap->nr_range; id++)
		percpu_ref_put_many(&pgmap->ref, pfn_len(pgmap, id));

	wait_for_completion(&pgmap->done);

	for (id = 0; id < pgmap->nr_range; id++)
		pageunmap_range(pgmap, id);
	percpu_ref_exit(&pgmap->ref);

	WARN_ONCE(pgmap->altmap.alloc, "failed to free all reserved pages\n");
	devmap_managed_enable_put(pgmap);
}

static void devm_memremap_pages_release(void *data)
{
	struct dev_pagemap *pgmap = data;

	memunmap_pages(pgmap);
}

static void dev_pagemap_percpu_release(struct percpu_ref *ref)
{
	complete(&container_of(ref, struct dev_pagemap, ref)->done);
}

static bool fsc_pgmap_conflict(unsigned long pfn)
{
	struct dev_pagemap *other = get_dev_pagemap(pfn, NULL);

	if (!other)
		return false;
	WARN(1, "Conflicting mapping in same section\n");
	put_dev_pagemap(other);
	return true;
}

static int pagemap_range(struct dev_pagemap *pgmap, struct mhp_params *params, int range_id, int nid)
{
	struct range *range = &pgmap->ranges[range_id];
	unsigned long first = PHYS_PFN(range->start), nr = PHYS_PFN(range_len(range));
	struct zone *zone;
	int err;

	if (WARN_ONCE(range_id > 0 && pgmap_altmap(pgmap), "altmap with more than one range\n"))
		return -EINVAL;
	if (fsc_pgmap_conflict(first) || fsc_pgmap_conflict(PHYS_PFN(range->end)))
		return -ENOMEM;
	if (WARN_ONCE(first < fsc_registry.ram_nr_pages, "attempted on a range of RAM\n"))
		return -ENXIO;

	err = xa_err(xa_store_range(&pgmap_array, first, PHYS_PFN(range->end), pgmap, GFP_KERNEL));
	if (err)
		return err;
	nid = nid < 0 ? numa_mem_id() : nid;
	zone = &NODE_DATA(nid)->node_zones[ZONE_DEVICE];

	mem_hotplug_begin();
	if (pgmap->type == MEMORY_DEVICE_PRIVATE)
		err = add_pages(nid, first, nr, params);
	else
		err = arch_add_memory(nid, range->start, range_len(range), params);
	if (!err)
		move_pfn_range_to_zone(zone, first, nr, params->altmap, MIGRATE_MOVABLE);
	mem_hotplug_done();
	if (err) {
		pgmap_array_delete(range);
		return err;
	}

	memmap_init_zone_device(zone, first, nr, pgmap);
	if (fsc_pgmap_counts_pages(pgmap))
		percpu_ref_get_many(&pgmap->ref, pfn_len(pgmap, range_id));
	return 0;
}

#if FSC_ERA >= 701
#define FSC_NO_FREE "Missing folio_free method\n"
#else
#define FSC_NO_FREE "Missing page_free method\n"
#endif

void *memremap_pages(struct dev_pagemap *pgmap, int nid)
{
	struct mhp_params params = { .pgmap = pgmap, .altmap = pgmap_altmap(pgmap), .pgprot = PAGE_KERNEL };
	int wanted = pgmap->nr_range, err;

	if (WARN_ONCE(!wanted, "nr_range must be specified\n"))
		return ERR_PTR(-EINVAL);
	switch (pgmap->type) {
	case MEMORY_DEVICE_COHERENT:
		if (WARN(!pgmap->ops->fsc_pgmap_free, FSC_NO_FREE) || WARN(!pgmap->owner, "Missing owner\n"))
			return ERR_PTR(-EINVAL);
		break;
	case MEMORY_DEVICE_PRIVATE:
		if (WARN(!pgmap->ops || !pgmap->ops->migrate_to_ram, "Missing migrate_to_ram method\n") ||
		    WARN(!pgmap->ops->fsc_pgmap_free, FSC_NO_FREE) || WARN(!pgmap->owner, "Missing owner\n"))
			return ERR_PTR(-EINVAL);
		break;
	case MEMORY_DEVICE_FS_DAX:
	case MEMORY_DEVICE_GENERIC:
	case MEMORY_DEVICE_PCI_P2PDMA:
		break;
	default:
		WARN(1, "Invalid pgmap type %d\n", pgmap->type);
	}

	init_completion(&pgmap->done);
	err = percpu_ref_init(&pgmap->ref, dev_pagemap_percpu_release, 0, GFP_KERNEL);
	if (err)
		return ERR_PTR(err);
	devmap_managed_enable_get(pgmap);

	/* nr_range counts what is mapped so far, so that memunmap_pages() can undo a part. */
	for (pgmap->nr_range = 0; pgmap->nr_range < wanted; pgmap->nr_range++) {
		err = pagemap_range(pgmap, &params, pgmap->nr_range, nid);
		if (err) {
			memunmap_pages(pgmap);
			pgmap->nr_range = wanted;
			return ERR_PTR(err);
		}
	}
	return __va(pgmap->ranges[0].start);
}

void *devm_memremap_pages(struct device *dev, struct dev_pagemap *pgmap)
{
	void *addr = memremap_pages(pgmap, dev_to_node(dev));
	int err;

	if (IS_ERR(addr))
		return addr;
	err = devm_add_action_or_reset(dev, devm_memremap_pages_release, pgmap);
	return err ? ERR_PTR(err) : addr;
}

void devm_memunmap_pages(struct device *dev, struct dev_pagemap *pgmap)
{
	devm_release_action(dev, devm_memremap_pages_release, pgmap);
}

/* A reference on the device of a pfn; `pgmap` is one already held, which is kept when it covers the pfn. */
struct dev_pagemap *get_dev_pagemap(unsigned long pfn, struct dev_pagemap *pgmap)
{
	if (pgmap) {
		u64 at = PFN_PHYS(pfn);

		if (at <= pgmap->range.end && at >= pgmap->range.start)
			return pgmap;
		put_dev_pagemap(pgmap);
	}
	rcu_read_lock();
	pgmap = xa_load(&pgmap_array, pfn);
	if (pgmap && !percpu_ref_tryget_live_rcu(&pgmap->ref))
		pgmap = NULL;
	rcu_read_unlock();
	return pgmap;
}

#if FSC_ERA >= 615

/* The last reference of a device folio is gone. What that means is up to its kind: an FS-DAX folio is now idle. */
void free_zone_device_folio(struct folio *folio)
{
	struct dev_pagemap *pgmap = folio->pgmap;
#if FSC_ERA >= 701
	unsigned long nr = folio_nr_pages(folio);
#endif

	if (WARN_ON_ONCE(!pgmap))
		return;
	mem_cgroup_uncharge(folio);
	if (folio_test_anon(folio)) {
#if FSC_ERA >= 701
		for (unsigned long i = 0; i < nr; i++)
			__ClearPageAnonExclusive(folio_page(folio, i));
#else
		VM_BUG_ON_FOLIO(folio_test_large(folio), folio);
		__ClearPageAnonExclusive(folio_page(folio, 0));
#endif
	}
	/* A DAX mapping outlives the references: it is cleared when the last file entry lets go of the folio. */
	if (pgmap->type != MEMORY_DEVICE_GENERIC && pgmap->type != MEMORY_DEVICE_FS_DAX)
		folio->mapping = NULL;

	switch (pgmap->type) {
	case MEMORY_DEVICE_FS_DAX:
		wake_up_var(&folio->page);
		break;
	case MEMORY_DEVICE_GENERIC:
		folio_set_count(folio, 1); /* ready to be handed out again */
		break;
	case MEMORY_DEVICE_PCI_P2PDMA:
		if (!WARN_ON_ONCE(!pgmap->ops || !pgmap->ops->fsc_pgmap_free))
			pgmap->ops->fsc_pgmap_free(fsc_pgmap_freed(folio));
		break;
	case MEMORY_DEVICE_PRIVATE:
	case MEMORY_DEVICE_COHERENT:
		if (WARN_ON_ONCE(!pgmap->ops || !pgmap->ops->fsc_pgmap_free))
			break;
		pgmap->ops->fsc_pgmap_free(fsc_pgmap_freed(folio));
#if FSC_ERA >= 701
		percpu_ref_put_many(&pgmap->ref, nr);
#else
		put_dev_pagemap(pgmap);
#endif
		break;
	}
}

#if FSC_ERA < 701
void zone_device_page_init(struct page *page)
{
	struct dev_pagemap *pgmap = page_pgmap(page);

	WARN_ON_ONCE(!percpu_ref_tryget_live(&pgmap->ref)); /* no new pages once the device goes */
	set_page_count(page, 1);
	lock_page(page);
}
#else
/* What an earlier folio has left in a page: that it was a head, or the second page, which says the order; a tail's link. */
static void fsc_forget_folio(struct page *page, struct dev_pagemap *pgmap)
{
	struct folio *single = (struct folio *)page;

	page->fsc_flags &= ~0xffUL;
#ifdef NR_PAGES_IN_LARGE_FOLIO
	((struct folio *)(page - 1))->_nr_pages = 0;
#endif
	single->mapping = NULL;
	single->pgmap = pgmap; /* where a tail has its head */
	single->share = 0;
	VM_WARN_ON_ONCE(folio_ref_count(single));
}

/*
 * Pages of a device are handed out as a folio of some order, whatever they were part of before. v6.19: "mm/memremap: add order
 * based folio init", "mm/zone_device: reinitialize large zone device private folios".
 */
void zone_device_page_init(struct page *page, struct dev_pagemap *pgmap, unsigned int order)
{
	unsigned long nr = 1UL << order;

	for (unsigned long i = 0; i < nr; i++)
		fsc_forget_folio(page + i, pgmap);
	WARN_ON_ONCE(!percpu_ref_tryget_many(&pgmap->ref, nr));
	set_page_count(page, 1);
	lock_page(page);
	if (order)
		prep_compound_page(page, order);
}
#endif

#else

/* The count reached zero. FS-DAX pages never come here in good order: they are free at one. */
void free_zone_device_folio(struct folio *folio)
{
	struct dev_pagemap *pgmap = folio->page.pgmap;

	if (WARN_ON_ONCE(!pgmap->ops || !pgmap->ops->page_free))
		return;
	mem_cgroup_uncharge(folio);
	if (folio_test_anon(folio)) {
		VM_BUG_ON_FOLIO(folio_test_large(folio), folio);
		__ClearPageAnonExclusive(folio_page(folio, 0));
	}
	folio->mapping = NULL; /* stale, whatever it says */
	pgmap->ops->page_free(folio_page(folio, 0));

	if (fsc_pgmap_counts_pages(pgmap))
		folio_set_count(folio, 1);
	else
		put_dev_pagemap(pgmap);
}

void zone_device_page_init(struct page *page)
{
	WARN_ON_ONCE(!percpu_ref_tryget_live(&page->pgmap->ref)); /* no new pages once the device goes */
	set_page_count(page, 1);
	lock_page(page);
}

bool __put_devmap_managed_folio_refs(struct folio *folio, int refs)
{
	bool fsdax = folio->page.pgmap->type == MEMORY_DEVICE_FS_DAX;

	/* At one the page is free, and nobody else can change the count any more. */
	if (fsdax && folio_ref_sub_return(folio, refs) == 1)
		wake_up_var(&folio->_refcount);
	return fsdax;
}

#endif
