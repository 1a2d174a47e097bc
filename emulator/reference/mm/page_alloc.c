// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RAM pages: which are free, what a page must look like when it is handed out or comes back. Mirrors the checks of
 * mm/page_alloc.c; the allocator itself is a bitmap and a first fit (no buddies, no zones, no reclaim).
 */
#include <linux/memory_hotplug.h>
#include "internal.h"

#define FSC_RAM_PAGES 4096UL
static unsigned long fsc_ram_used[FSC_RAM_PAGES / 64];
static unsigned long fsc_ram_hint;

static void bad_page(struct page *page, const char *reason)
{
	__fsc_bad_page(page_to_pfn(page), reason);
}

static const char *page_bad_reason(struct page *page, unsigned long flags)
{
	if (page->memcg_data)
		return "page still charged to cgroup";
	if (page->fsc_flags & flags)
		return flags == PAGE_FLAGS_CHECK_AT_PREP ? "PAGE_FLAGS_CHECK_AT_PREP flag(s) set"
							 : "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
	if (page_ref_count(page))
		return "nonzero _refcount";
	if (page->mapping)
		return "non-NULL mapping";
	return atomic_read(&page->_mapcount) == -1 ? NULL : "nonzero mapcount";
}

static bool fsc_page_fails(struct page *page, unsigned long flags)
{
	const char *why = page_bad_reason(page, flags);

	if (why)
		bad_page(page, why);
	return why != NULL;
}

static int free_tail_page_prepare(struct page *head_page, struct page *page)
{
	struct folio *folio = (struct folio *)head_page;
	const char *why = NULL;

	switch (page - head_page) {
	case 1: /* holds counters instead of a mapping */
		if (folio_entire_mapcount(folio))
			why = "nonzero entire_mapcount";
		else if (folio_large_mapcount(folio))
			why = "nonzero large_mapcount";
		else if (atomic_read(&folio->_nr_pages_mapped))
			why = "nonzero nr_pages_mapped";
		else if (atomic_read(&folio->_pincount))
			why = "nonzero pincount";
		break;
	case 2: /* holds the deferred list */
		if (!list_empty(&folio->_deferred_list))
			why = "on deferred list";
		break;
	default:
		if (page->mapping != TAIL_MAPPING)
			why = "corrupted mapping in tail page";
	}
	if (!why && !PageTail(page))
		why = "PageTail not set";
	else if (!why && compound_head(page) != head_page)
		why = "compound_head not consistent";
	if (why)
		bad_page(page, why);
	page->mapping = NULL;
	clear_compound_head(page);
	return why != NULL;
}

bool free_pages_prepare(struct page *page, unsigned int order)
{
	struct folio *folio = page_folio(page);
	bool ok = true;

	VM_BUG_ON_PAGE(PageTail(page), page);
	if (order) {
		VM_BUG_ON_PAGE(PageHead(page) && compound_order(page) != order, page);
		if (PageHead(page)) {
			for (int i = 1; i < 1 << order; i++)
				ok &= !free_tail_page_prepare(page, page + i);
			folio->_flags_1 &= ~PAGE_FLAGS_SECOND;
#if FSC_ERA >= 615
			folio->_nr_pages = 0;
#endif
		}
		for (int i = 1; i < 1 << order; i++)
			if (fsc_page_fails(page + i, PAGE_FLAGS_CHECK_AT_FREE))
				ok = false;
	}
	if (folio_test_anon(folio))
		folio->mapping = NULL;
	if (fsc_page_fails(page, PAGE_FLAGS_CHECK_AT_FREE))
		ok = false;
	for (int i = 0; ok && i < 1 << order; i++)
		page[i].fsc_flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	return ok;
}

static void fsc_ram_mark(unsigned long pfn, unsigned long nr, bool used)
{
	for (; nr; nr--, pfn++)
		used ? set_bit(pfn, fsc_ram_used) : clear_bit(pfn, fsc_ram_used);
	fsc_ram_hint = used ? fsc_ram_hint : 0;
}

/* A page that fails the check is never used again: it stays marked as taken. */
void free_unref_page(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	if (WARN_ON(pfn >= FSC_RAM_PAGES && !fsc_is_hotplugged(pfn)) || !free_pages_prepare(page, order) || pfn >= FSC_RAM_PAGES)
		return;
	fsc_ram_mark(pfn, 1UL << order, false);
}

void free_unref_folios(struct folio_batch *fbatch)
{
	for (unsigned int i = 0; i < folio_batch_count(fbatch); i++)
		free_unref_page(&fbatch->folios[i]->page, folio_order(fbatch->folios[i]));
	folio_batch_reinit(fbatch);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (put_page_testzero(page))
		free_unref_page(page, order);
}

void prep_compound_page(struct page *page, unsigned int order)
{
	__SetPageHead(page);
	for (int tail = 1; tail < (1 << order); tail++)
		fsc_prep_tail(page, tail, order);
	prep_compound_head(page, order);
}

void split_page(struct page *page, unsigned int order)
{
	VM_BUG_ON_PAGE(PageCompound(page), page);
	VM_BUG_ON_PAGE(!page_count(page), page);
	for (int i = 1; i < 1 << order; i++)
		set_page_count(page + i, 1);
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	unsigned long nr = 1UL << order, pfn = ALIGN(order ? 0 : fsc_ram_hint, nr), at = pfn;
	struct page *page;

	might_alloc(gfp);
	if (__fsc_fail("alloc_pages"))
		return NULL;
	while (pfn + nr <= FSC_RAM_PAGES) {
		at = find_next_bit(fsc_ram_used, pfn + nr, pfn);
		if (at >= pfn + nr)
			break;
		pfn = ALIGN(at + 1, nr);
	}
	if (pfn + nr > FSC_RAM_PAGES)
		return NULL;
	fsc_ram_mark(pfn, nr, true);
	if (!order)
		fsc_ram_hint = pfn + 1;

	page = pfn_to_page(pfn);
	for (unsigned long i = 0; i < nr; i++)
		fsc_page_fails(page + i, PAGE_FLAGS_CHECK_AT_PREP);
	page->private = 0;
	set_page_count(page, 1);
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, nr << PAGE_SHIFT);
	if (order && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
	return page;
}

struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	return page_rmappable_folio(alloc_pages(gfp | __GFP_COMP, order));
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page(addr), order);
}

unsigned long fsc_ram_in_use(void)
{
	unsigned long n = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(fsc_ram_used); i++)
		n += hweight64(fsc_ram_used[i]);
	return n;
}
