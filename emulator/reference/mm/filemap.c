/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folio lock, the entries of a range, and writing a DAX file's dirty data back. Mirrors the parts of mm/filemap.c
 * and mm/page-writeback.c that have a meaning without a page cache in RAM.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/writeback.h>
#include "internal.h"

void __folio_lock(struct folio *folio)
{
	while (!folio_trylock(folio))
		__fsc_sleep(&folio->fsc_flags);
}

void folio_unlock(struct folio *folio)
{
	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	clear_bit_unlock(PG_locked, &folio->fsc_flags);
	__fsc_wake(&folio->fsc_flags, 0);
}

void unlock_page(struct page *page)
{
	folio_unlock(page_folio(page));
}

#if FSC_ERA >= 612
/* Waits without a reference: the page table's lock, which is let go here, has kept the entry, and the entry the folio. */
void migration_entry_wait_on_locked(swp_entry_t entry, spinlock_t *ptl)
{
	struct folio *folio = pfn_swap_entry_folio(entry);

	spin_unlock(ptl);
	if (folio_test_locked(folio))
		__fsc_sleep(&folio->fsc_flags);
}
#endif

/* Marks what is dirty now: data that gets dirty while write-back is under way does not keep it from ending. */
void tag_pages_for_writeback(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	XA_STATE(xas, &mapping->i_pages, start);
	void *entry;

	xas_lock_irq(&xas);
	xas_for_each_marked(&xas, entry, end, PAGECACHE_TAG_DIRTY)
		xas_set_mark(&xas, PAGECACHE_TAG_TOWRITE);
	xas_unlock_irq(&xas);
}

int do_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	if (!mapping->a_ops->writepages)
		return 0;
	return mapping->a_ops->writepages(mapping, wbc);
}

int filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end)
{
	struct writeback_control wbc = {
		.sync_mode = WB_SYNC_ALL,
		.nr_to_write = LONG_MAX,
		.range_start = start,
		.range_end = end,
	};

	if (!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return 0;
	return do_writepages(mapping, &wbc);
}

int filemap_write_and_wait_range(struct address_space *mapping, loff_t start, loff_t end)
{
	if (end < start || !mapping->nrpages)
		return 0;
	return filemap_fdatawrite_range(mapping, start, end);
}

/* Takes entries of [*start, end] into the batch with their first index; *start moves past the last one. */
#if FSC_ERA < 612
/* Up to nr_entries of what is there from `start` on; a large entry that `start` is within counts, under its first index. */
unsigned pagevec_lookup_entries(struct pagevec *pvec, struct address_space *mapping, pgoff_t start,
				unsigned nr_entries, pgoff_t *indices)
{
	XA_STATE(xas, &mapping->i_pages, start);
	void *entry;

	pvec->nr = 0;
	xas_for_each(&xas, entry, ULONG_MAX) {
		unsigned int order = xa_get_order(&mapping->i_pages, xas.xa_index);

		if (pvec->nr == min_t(unsigned, nr_entries, PAGEVEC_SIZE))
			break;
		indices[pvec->nr] = round_down(xas.xa_index, 1UL << order);
		pvec->pages[pvec->nr++] = entry;
	}
	return pvec->nr;
}

/* Entries are no pages: nobody may put them. */
void pagevec_remove_exceptionals(struct pagevec *pvec)
{
	unsigned int i, kept = 0;

	for (i = 0; i < pvec->nr; i++)
		if (!radix_tree_exceptional_entry(pvec->pages[i]))
			pvec->pages[kept++] = pvec->pages[i];
	pvec->nr = kept;
}

void pagevec_release(struct pagevec *pvec)
{
	unsigned int i;

	for (i = 0; i < pvec->nr; i++)
		put_page(pvec->pages[i]);
	pvec->nr = 0;
}
#endif

unsigned find_get_entries(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch,
			  pgoff_t *indices)
{
	XA_STATE(xas, &mapping->i_pages, *start);
	void *entry;

	rcu_read_lock();
	xas_for_each(&xas, entry, end) {
		if (xas_retry(&xas, entry))
			continue;
		if (!xa_is_value(entry)) {
			__fsc_unmodelled("page cache folio");
			break;
		}
		indices[fbatch->nr] = xas.xa_index;
		if (!folio_batch_add(fbatch, entry))
			break;
	}
	rcu_read_unlock();

	if (folio_batch_count(fbatch)) {
		unsigned int last = folio_batch_count(fbatch) - 1;
		unsigned int order = xa_get_order(&mapping->i_pages, indices[last]);

		*start = round_down(indices[last], 1UL << order) + (1UL << order);
	}
	return folio_batch_count(fbatch);
}

/* Would lock folios; there are none. */
unsigned find_lock_entries(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch,
			   pgoff_t *indices)
{
	return find_get_entries(mapping, start, end, fbatch, indices);
}
