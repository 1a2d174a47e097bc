/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zones, and the pgmap of a ZONE_DEVICE page. Mirrors the part of include/linux/mmzone.h that page code asks for: one
 * node, a zone of RAM and the device zone.
 */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H
#include <linux/page-flags.h>
#include <linux/numa.h>

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, ZONE_DEVICE, __MAX_NR_ZONES };
#define MAX_NR_ZONES 5
#define MAX_PAGE_ORDER 10
#define MAX_ORDER_NR_PAGES (1UL << MAX_PAGE_ORDER)
#define MAX_FOLIO_ORDER PUD_ORDER
#define SECTION_SIZE_BITS 27
#define PFN_SECTION_SHIFT (SECTION_SIZE_BITS - PAGE_SHIFT)
#define PAGES_PER_SECTION (1UL << PFN_SECTION_SHIFT)
#define SUBSECTION_SHIFT 21
#define SUBSECTION_SIZE (1UL << SUBSECTION_SHIFT)
#define PAGES_PER_SUBSECTION (SUBSECTION_SIZE >> PAGE_SHIFT)
#define SECTION_ALIGN_UP(pfn) (((pfn) + PAGES_PER_SECTION - 1) & ~(PAGES_PER_SECTION - 1))
#define SECTION_ALIGN_DOWN(pfn) ((pfn) & ~(PAGES_PER_SECTION - 1))
#define SUBSECTION_ALIGN_UP(pfn) ALIGN((pfn), PAGES_PER_SUBSECTION)
#define SUBSECTION_ALIGN_DOWN(pfn) ((pfn) & ~(PAGES_PER_SUBSECTION - 1))
#define pfn_to_section_nr(pfn) ((pfn) >> PFN_SECTION_SHIFT)

struct lruvec {
	struct list_head lists[5];
};
struct zone {
	int node;
	struct pglist_data *zone_pgdat;
	unsigned long zone_start_pfn;
	unsigned long spanned_pages;
	const char *name;
};
typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	int node_id;
	struct lruvec __lruvec;
} pg_data_t;
extern pg_data_t fsc_node0;
#define NODE_DATA(nid) (&fsc_node0)
#define zone_idx(zone) ((int)((zone) - (zone)->zone_pgdat->node_zones))
#define zone_to_nid(zone) 0
#define zone_is_zone_device(zone) (zone_idx(zone) == ZONE_DEVICE)
#define zone_end_pfn(zone) ((zone)->zone_start_pfn + (zone)->spanned_pages)

static inline enum zone_type page_zonenum(const struct page *page)
{
	return (page->fsc_flags >> ZONES_PGSHIFT) & ZONES_MASK;
}
static inline enum zone_type folio_zonenum(const struct folio *folio)
{
	return page_zonenum(&folio->page);
}
static inline bool is_zone_device_page(const struct page *page)
{
	return page_zonenum(page) == ZONE_DEVICE;
}
static inline bool folio_is_zone_device(const struct folio *folio)
{
	return is_zone_device_page(&folio->page);
}
static inline bool is_zone_movable_page(const struct page *page)
{
	return page_zonenum(page) == ZONE_MOVABLE;
}
static inline bool folio_is_zone_movable(const struct folio *folio)
{
	return folio_zonenum(folio) == ZONE_MOVABLE;
}
#if FSC_ERA >= 615
static inline struct dev_pagemap *page_pgmap(const struct page *page)
{
	VM_WARN_ON_ONCE_PAGE(!is_zone_device_page(page), page);
	return page_folio(page)->pgmap;
}
#endif
static inline bool zone_device_pages_have_same_pgmap(const struct page *a, const struct page *b)
{
	bool dev = is_zone_device_page(a);

	if (is_zone_device_page(b) != dev)
		return false;
#if FSC_ERA >= 615
	return !dev || page_pgmap(a) == page_pgmap(b);
#else
	return !dev || a->pgmap == b->pgmap;
#endif
}
struct vmem_altmap;
/* Pages of devices get no PG_reserved from now on: the kernel that people asked for in 2018. */
extern bool fsc_device_memory_unmarked;
void memmap_init_zone_device(struct zone *zone, unsigned long start_pfn, unsigned long nr_pages,
			     struct dev_pagemap *pgmap);
#endif
