// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Puts of folios, one at a time and in batches. Mirrors mm/swap.c and the freeing part of mm/swap_state.c of each era.
 * Left out: LRU lists (a folio is on none), swap.
 */
#include <linux/pagevec.h>
#include <linux/xarray.h>
#include "internal.h"

/* Off the LRU before it is freed. */
static void __page_cache_release(struct folio *folio, struct lruvec **lruvecp, unsigned long *flagsp)
{
	(void)lruvecp;
	(void)flagsp;
	folio_clear_active(folio);
	folio_clear_lru(folio);
}

static void page_cache_release(struct folio *folio)
{
	struct lruvec *lruvec = NULL;
	unsigned long flags = 0;

	__page_cache_release(folio, &lruvec, &flags);
}

static void fsc_free_ram_folio(struct folio *folio)
{
	page_cache_release(folio);
	mem_cgroup_uncharge(folio);
	free_unref_page(&folio->page, folio_order(folio));
}

void __folio_put(struct folio *folio)
{
	if (!folio_is_zone_device(folio))
		fsc_free_ram_folio(folio);
	else
		free_zone_device_folio(folio);
}

void put_pages_list(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		put_page(page);
	}
}

/* Drops refs[i] references (one, without refs) of each folio of the batch, and empties it. */
void folios_put_refs(struct folio_batch *folios, unsigned int *refs)
{
	for (unsigned int i = 0; i < folios->nr; i++) {
		struct folio *folio = folios->folios[i];
		int n = refs ? refs[i] : 1;

		if (is_huge_zero_folio(folio)) /* counted by nobody */
			continue;
#if FSC_ERA < 615
		if (folio_is_zone_device(folio) && put_devmap_managed_folio_refs(folio, n))
			continue;
#endif
		if (!folio_ref_sub_and_test(folio, n))
			continue;
		if (folio_is_zone_device(folio))
			free_zone_device_folio(folio);
		else
			fsc_free_ram_folio(folio);
	}
	folio_batch_reinit(folios);
}

/* Batches an array of encoded pages; an entry may say "n references", n following in the next entry. */
static void fsc_put_encoded(struct encoded_page **pages, int nr)
{
	unsigned int refs[PAGEVEC_SIZE];
	struct folio_batch batch;
	int i = 0;

	folio_batch_init(&batch);
	while (i < nr) {
		unsigned long flags = encoded_page_flags(pages[i]);
		struct folio *folio = page_folio(encoded_page_ptr(pages[i++]));

		refs[batch.nr] = flags & ENCODED_PAGE_BIT_NR_PAGES_NEXT ? encoded_nr_pages(pages[i++]) : 1;
		if (!folio_batch_add(&batch, folio))
			folios_put_refs(&batch, refs);
	}
	if (batch.nr)
		folios_put_refs(&batch, refs);
}

void release_pages(release_pages_arg arg, int nr)
{
	fsc_put_encoded(arg, nr);
}

void free_pages_and_swap_cache(struct encoded_page **pages, int nr)
{
	lru_add_drain();
	fsc_put_encoded(pages, nr);
}

void free_page_and_swap_cache(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!is_huge_zero_folio(folio))
		folio_put(folio);
}

void free_folio_and_swap_cache(struct folio *folio)
{
	if (!is_huge_zero_folio(folio))
		folio_put(folio);
}

void folio_add_lru(struct folio *folio)
{
	folio_set_lru(folio);
}

void folio_add_lru_vma(struct folio *folio, struct vm_area_struct *vma)
{
	(void)vma;
	folio_add_lru(folio);
}

#if FSC_ERA >= 612
/* Off the LRU, which nobody but who isolates it can do then; he holds it. */
bool folio_isolate_lru(struct folio *folio)
{
	if (!folio_test_clear_lru(folio))
		return false;
	folio_get(folio);
	return true;
}

#if FSC_ERA < 615
/* Up to v6.2, where nothing is what success gives. */
int isolate_lru_page(struct page *page)
{
	return folio_isolate_lru(page_folio(page)) ? 0 : -EBUSY;
}
#endif

void folio_putback_lru(struct folio *folio)
{
	folio_add_lru(folio);
	folio_put(folio);
}
#endif

void __folio_batch_release(struct folio_batch *fbatch)
{
	fbatch->percpu_pvec_drained = true;
	folios_put(fbatch);
}

/* Keeps the folios of a batch, drops the values that stand for no folio. */
void folio_batch_remove_exceptionals(struct folio_batch *fbatch)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < folio_batch_count(fbatch); i++)
		if (!xa_is_value(fbatch->folios[i]))
			fbatch->folios[kept++] = fbatch->folios[i];
	fbatch->nr = kept;
}
