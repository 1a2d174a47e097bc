// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Initial state of struct pages: RAM at boot, device memory when a driver maps it. Mirrors mm/mm_init.c and the part of
 * mm/memory_hotplug.c that memremap needs. Left out: zones' free lists, deferred init, memmap that is shared by tails.
 */
#include <linux/memory_hotplug.h>
#include "internal.h"

pg_data_t fsc_node0;
long fsc_node_stat[NR_VM_NODE_STAT_ITEMS];
struct fsc_registry fsc_registry;

/* Ranges with a memmap; RAM is not in it. */
static struct {
	unsigned long start, nr;
} fsc_hotplugged[FSC_MAX_PGMAP * 2];

bool fsc_pfn_valid(unsigned long pfn)
{
	if (pfn < fsc_registry.ram_nr_pages)
		return true;
	for (unsigned int i = 0; i < ARRAY_SIZE(fsc_hotplugged); i++)
		if (pfn - fsc_hotplugged[i].start < fsc_hotplugged[i].nr)
			return true;
	return false;
}

/* The struct pages of a range, and (unlike in a kernel) its direct map whoever asks. */
int add_pages(int nid, unsigned long start_pfn, unsigned long nr_pages, struct mhp_params *params)
{
	return arch_add_memory(nid, PFN_PHYS(start_pfn), PFN_PHYS(nr_pages), params);
}

void __remove_pages(unsigned long start_pfn, unsigned long nr_pages, struct vmem_altmap *altmap)
{
	arch_remove_memory(PFN_PHYS(start_pfn), PFN_PHYS(nr_pages), altmap);
}

int arch_add_memory(int nid, u64 start, u64 size, struct mhp_params *params)
{
	unsigned int i = 0;

	(void)nid;
	(void)params;
	if (__fsc_fail("arch_add_memory"))
		return -ENOMEM;
	while (i < ARRAY_SIZE(fsc_hotplugged) && fsc_hotplugged[i].nr)
		i++;
	if (i == ARRAY_SIZE(fsc_hotplugged))
		return -ENOMEM;
	__fsc_add_memory(PHYS_PFN(start), PHYS_PFN(size), 1);
	highest_memmap_pfn = max(highest_memmap_pfn, PHYS_PFN(start + size) - 1);
	fsc_hotplugged[i].start = PHYS_PFN(start);
	fsc_hotplugged[i].nr = PHYS_PFN(size);
	return 0;
}

void arch_remove_memory(u64 start, u64 size, struct vmem_altmap *altmap)
{
	(void)altmap;
	for (unsigned int i = 0; i < FSC_MAX_PGMAP; i++)
		if (fsc_registry.pgmaps[i] && fsc_registry.pgmaps[i]->range.start == start)
			fsc_registry.pgmaps[i] = NULL; /* observers see it no longer */
	for (unsigned int i = 0; i < ARRAY_SIZE(fsc_hotplugged); i++)
		if (fsc_hotplugged[i].nr && fsc_hotplugged[i].start == PHYS_PFN(start))
			fsc_hotplugged[i].nr = 0;
	fsc_forget_pgmap(start);
	__fsc_remove_memory(PHYS_PFN(start), PHYS_PFN(size));
}

void move_pfn_range_to_zone(struct zone *zone, unsigned long start_pfn, unsigned long nr_pages,
			    struct vmem_altmap *altmap, int migratetype)
{
	unsigned long end = max(start_pfn + nr_pages, zone_end_pfn(zone));

	(void)altmap;
	(void)migratetype;
	if (!zone->spanned_pages || start_pfn < zone->zone_start_pfn)
		zone->zone_start_pfn = start_pfn;
	zone->spanned_pages = end - zone->zone_start_pfn;
}

void remove_pfn_range_from_zone(struct zone *zone, unsigned long start_pfn, unsigned long nr_pages)
{
	(void)zone;
	(void)start_pfn;
	(void)nr_pages;
}

static void __init_single_page(struct page *page, unsigned long pfn, unsigned long zone, int nid)
{
	mm_zero_struct_page(page);
	set_page_links(page, zone, nid, pfn);
	init_page_count(page);
	page_mapcount_reset(page);
	page_cpupid_reset_last(page);
	page_kasan_tag_reset(page);
	INIT_LIST_HEAD(&page->lru);
}

/* A RAM page that is on no list yet: count zero, as free pages have it. Kept to few stores, there are thousands. */
void fsc_init_ram_page(struct page *page, unsigned long pfn)
{
	highest_memmap_pfn = max(highest_memmap_pfn, pfn);
	page->fsc_flags = (unsigned long)ZONE_NORMAL << ZONES_PGSHIFT;
	page->lru.next = &page->lru;
	page->lru.prev = &page->lru;
	atomic_set(&page->_mapcount, -1);
}

bool fsc_device_memory_unmarked;

static void __init_zone_device_page(struct page *page, unsigned long pfn, unsigned long zone_idx, int nid,
				    struct dev_pagemap *pgmap)
{
	__init_single_page(page, pfn, zone_idx, nid);
	if (!fsc_device_memory_unmarked)
		__SetPageReserved(page);

	/* The words of ->lru belong to the device: a device page is on no list, ever. */
#if FSC_ERA >= 615
	page_folio(page)->pgmap = pgmap;
	page->zone_device_data = NULL;
	switch (pgmap->type) {
	case MEMORY_DEVICE_FS_DAX:
	case MEMORY_DEVICE_PRIVATE:
	case MEMORY_DEVICE_COHERENT:
	case MEMORY_DEVICE_PCI_P2PDMA:
		set_page_count(page, 0); /* whoever hands the page out counts it */
		break;
	case MEMORY_DEVICE_GENERIC:
		break;
	}
#else
	page->pgmap = pgmap;
	page->zone_device_data = NULL;
	if (pgmap->type == MEMORY_DEVICE_COHERENT || pgmap->type == MEMORY_DEVICE_PRIVATE)
		set_page_count(page, 0);
#endif
}

static void memmap_init_compound(struct page *head, unsigned long head_pfn, unsigned long zone_idx, int nid,
				 struct dev_pagemap *pgmap, unsigned long nr_pages)
{
	__SetPageHead(head);
	for (unsigned long i = 1; i < nr_pages; i++) {
		__init_zone_device_page(head + i, head_pfn + i, zone_idx, nid, pgmap);
		fsc_prep_tail(head, i, pgmap->vmemmap_shift);
		set_page_count(head + i, 0);
		if (i == 1) /* the first tail carries the head's words, and is initialised just now */
			prep_compound_head(head, pgmap->vmemmap_shift);
	}
}

void memmap_init_zone_device(struct zone *zone, unsigned long start_pfn, unsigned long nr_pages,
			     struct dev_pagemap *pgmap)
{
	unsigned long end = start_pfn + nr_pages, step = pgmap_vmemmap_nr(pgmap), pfn;
	struct vmem_altmap *altmap = pgmap_altmap(pgmap);
	int idx = zone_idx(zone), nid = zone->zone_pgdat->node_id;

	if (WARN_ON_ONCE(!pgmap || idx != ZONE_DEVICE))
		return;
	fsc_note_pgmap(pgmap);
	pfn = altmap ? altmap->base_pfn + vmem_altmap_offset(altmap) : start_pfn;
	for (; pfn < end; pfn += step) {
		__init_zone_device_page(pfn_to_page(pfn), pfn, idx, nid, pgmap);
		if (step > 1)
			memmap_init_compound(pfn_to_page(pfn), pfn, idx, nid, pgmap, step);
	}
}
