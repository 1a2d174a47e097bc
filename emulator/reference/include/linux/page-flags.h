/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page and folio flags. Mirrors include/linux/page-flags.h: bit numbers of each era, one function for each flag and
 * operation, written out (the kernel makes them with macros) so that each can be found by name. Left out: the
 * VM_BUG_ON_PGFLAGS policies, page types other than page tables and buddy, idle tracking.
 */
#ifndef _LINUX_PAGE_FLAGS_H
#define _LINUX_PAGE_FLAGS_H

#include <linux/mm_types.h>
#include <linux/mmdebug.h>
#include <linux/bitops.h>

enum pageflags {
	PG_locked,
	PG_writeback,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_head,
	PG_waiters,
	PG_active,
	PG_workingset,
	PG_owner_priv_1,
	PG_owner_2,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_reclaim,
	PG_swapbacked,
	PG_unevictable,
#if FSC_ERA >= 615
	PG_dropbehind,
#endif
	PG_mlocked,
	PG_hwpoison,
	PG_young,
	PG_idle,
	PG_arch_2,
	__NR_PAGEFLAGS,

	PG_readahead = PG_reclaim,
	PG_swapcache = PG_owner_priv_1,
	PG_checked = PG_owner_priv_1,
	PG_anon_exclusive = PG_owner_2,
	PG_mappedtodisk = PG_owner_2,
	PG_fscache = PG_private_2,
	PG_isolated = PG_reclaim,
	PG_reported = PG_uptodate,
	PG_vmemmap_self_hosted = PG_owner_priv_1,
	/* in the first tail page's flags word */
	PG_has_hwpoisoned = PG_active,
	PG_large_rmappable = PG_workingset,
	PG_partially_mapped = PG_reclaim,
};
#define NR_PAGEFLAGS __NR_PAGEFLAGS
#define PAGEFLAGS_MASK ((1UL << NR_PAGEFLAGS) - 1)

/* Zone and node sit at the top of the word. */
#define NODES_WIDTH 10
#define ZONES_WIDTH 3
#define NODES_PGSHIFT (64 - NODES_WIDTH)
#define ZONES_PGSHIFT (NODES_PGSHIFT - ZONES_WIDTH)
#define NODES_MASK ((1UL << NODES_WIDTH) - 1)
#define ZONES_MASK ((1UL << ZONES_WIDTH) - 1)
#define ZONEID_PGSHIFT ZONES_PGSHIFT
#define ZONEID_MASK ((1UL << (NODES_WIDTH + ZONES_WIDTH)) - 1)

/* The name of a tail's word. v7.1 can keep a mask in it instead of the pointer; that configuration is left out. */
#if FSC_ERA >= 701
#define fsc_head_word compound_info
#else
#define fsc_head_word compound_head
#endif

static inline unsigned long _compound_head(const struct page *page)
{
	unsigned long word = READ_ONCE(page->fsc_head_word);

	return (word & 1) ? word - 1 : (unsigned long)page;
}
#define compound_head(page) ((typeof(page))_compound_head(page))
#define page_folio(p) (_Generic((p),					\
	const struct page *: (const struct folio *)_compound_head(p),	\
	struct page *: (struct folio *)_compound_head(p)))
#define nth_page(page, n) ((page) + (n))
#define folio_page(folio, n) nth_page(&(folio)->page, n)
#define folio_page_idx(folio, p) ((p) - &(folio)->page)

static inline int PageTail(const struct page *page)
{
	return READ_ONCE(page->fsc_head_word) & 1;
}
static inline int PageHead(const struct page *page)
{
	return test_bit(PG_head, &page->fsc_flags);
}
static inline int PageCompound(const struct page *page)
{
	return PageHead(page) || PageTail(page);
}
static inline int PagePoisoned(const struct page *page)
{
	return READ_ONCE(page->fsc_flags) == (unsigned long)PAGE_POISON_PATTERN;
}
static inline void page_init_poison(struct page *page, size_t size)
{
	(void)page;
	(void)size;
}
#if FSC_ERA >= 701
static inline void set_compound_head(struct page *page, const struct page *head, unsigned int order)
#else
static inline void set_compound_head(struct page *page, struct page *head)
#endif
{
#if FSC_ERA >= 701
	(void)order;
#endif
	WRITE_ONCE(page->fsc_head_word, (unsigned long)head + 1);
}
static inline void clear_compound_head(struct page *page)
{
	WRITE_ONCE(page->fsc_head_word, 0);
}
static inline const unsigned long *const_folio_flags(const struct folio *folio, unsigned n)
{
	return &(&folio->page)[n].fsc_flags;
}
static inline unsigned long *folio_flags(struct folio *folio, unsigned n)
{
	return &(&folio->page)[n].fsc_flags;
}
#define FOLIO_PF_ANY 0
#define FOLIO_PF_HEAD 0
#define FOLIO_SECOND_PAGE 1


static inline bool folio_test_head(const struct folio *folio)
{
	return test_bit(PG_head, const_folio_flags(folio, 0));
}
static inline void folio_set_head(struct folio *folio)
{
	set_bit(PG_head, folio_flags(folio, 0));
}
static inline void folio_clear_head(struct folio *folio)
{
	clear_bit(PG_head, folio_flags(folio, 0));
}
static inline bool folio_test_set_head(struct folio *folio)
{
	return test_and_set_bit(PG_head, folio_flags(folio, 0));
}
static inline bool folio_test_clear_head(struct folio *folio)
{
	return test_and_clear_bit(PG_head, folio_flags(folio, 0));
}
#define __folio_set_head folio_set_head
#define __folio_clear_head folio_clear_head
static inline void SetPageHead(struct page *page)
{
	set_bit(PG_head, &page->fsc_flags);
}
static inline void ClearPageHead(struct page *page)
{
	clear_bit(PG_head, &page->fsc_flags);
}
static inline int TestSetPageHead(struct page *page)
{
	return test_and_set_bit(PG_head, &page->fsc_flags);
}
static inline int TestClearPageHead(struct page *page)
{
	return test_and_clear_bit(PG_head, &page->fsc_flags);
}
#define __SetPageHead SetPageHead
#define __ClearPageHead ClearPageHead

static inline bool folio_test_waiters(const struct folio *folio)
{
	return test_bit(PG_waiters, const_folio_flags(folio, 0));
}
static inline void folio_set_waiters(struct folio *folio)
{
	set_bit(PG_waiters, folio_flags(folio, 0));
}
static inline void folio_clear_waiters(struct folio *folio)
{
	clear_bit(PG_waiters, folio_flags(folio, 0));
}
static inline bool folio_test_set_waiters(struct folio *folio)
{
	return test_and_set_bit(PG_waiters, folio_flags(folio, 0));
}
static inline bool folio_test_clear_waiters(struct folio *folio)
{
	return test_and_clear_bit(PG_waiters, folio_flags(folio, 0));
}
#define __folio_set_waiters folio_set_waiters
#define __folio_clear_waiters folio_clear_waiters
static inline int PageWaiters(const struct page *page)
{
	return test_bit(PG_waiters, &compound_head(page)->fsc_flags);
}
static inline void SetPageWaiters(struct page *page)
{
	set_bit(PG_waiters, &compound_head(page)->fsc_flags);
}
static inline void ClearPageWaiters(struct page *page)
{
	clear_bit(PG_waiters, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageWaiters(struct page *page)
{
	return test_and_set_bit(PG_waiters, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageWaiters(struct page *page)
{
	return test_and_clear_bit(PG_waiters, &compound_head(page)->fsc_flags);
}
#define __SetPageWaiters SetPageWaiters
#define __ClearPageWaiters ClearPageWaiters

static inline bool folio_test_locked(const struct folio *folio)
{
	return test_bit(PG_locked, const_folio_flags(folio, 0));
}
static inline void folio_set_locked(struct folio *folio)
{
	set_bit(PG_locked, folio_flags(folio, 0));
}
static inline void folio_clear_locked(struct folio *folio)
{
	clear_bit(PG_locked, folio_flags(folio, 0));
}
static inline bool folio_test_set_locked(struct folio *folio)
{
	return test_and_set_bit(PG_locked, folio_flags(folio, 0));
}
static inline bool folio_test_clear_locked(struct folio *folio)
{
	return test_and_clear_bit(PG_locked, folio_flags(folio, 0));
}
#define __folio_set_locked folio_set_locked
#define __folio_clear_locked folio_clear_locked
static inline int PageLocked(const struct page *page)
{
	return test_bit(PG_locked, &compound_head(page)->fsc_flags);
}
static inline void SetPageLocked(struct page *page)
{
	set_bit(PG_locked, &compound_head(page)->fsc_flags);
}
static inline void ClearPageLocked(struct page *page)
{
	clear_bit(PG_locked, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageLocked(struct page *page)
{
	return test_and_set_bit(PG_locked, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageLocked(struct page *page)
{
	return test_and_clear_bit(PG_locked, &compound_head(page)->fsc_flags);
}
#define __SetPageLocked SetPageLocked
#define __ClearPageLocked ClearPageLocked

static inline bool folio_test_writeback(const struct folio *folio)
{
	return test_bit(PG_writeback, const_folio_flags(folio, 0));
}
static inline void folio_set_writeback(struct folio *folio)
{
	set_bit(PG_writeback, folio_flags(folio, 0));
}
static inline void folio_clear_writeback(struct folio *folio)
{
	clear_bit(PG_writeback, folio_flags(folio, 0));
}
static inline bool folio_test_set_writeback(struct folio *folio)
{
	return test_and_set_bit(PG_writeback, folio_flags(folio, 0));
}
static inline bool folio_test_clear_writeback(struct folio *folio)
{
	return test_and_clear_bit(PG_writeback, folio_flags(folio, 0));
}
#define __folio_set_writeback folio_set_writeback
#define __folio_clear_writeback folio_clear_writeback
static inline int PageWriteback(const struct page *page)
{
	return test_bit(PG_writeback, &compound_head(page)->fsc_flags);
}
static inline void SetPageWriteback(struct page *page)
{
	set_bit(PG_writeback, &compound_head(page)->fsc_flags);
}
static inline void ClearPageWriteback(struct page *page)
{
	clear_bit(PG_writeback, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageWriteback(struct page *page)
{
	return test_and_set_bit(PG_writeback, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageWriteback(struct page *page)
{
	return test_and_clear_bit(PG_writeback, &compound_head(page)->fsc_flags);
}
#define __SetPageWriteback SetPageWriteback
#define __ClearPageWriteback ClearPageWriteback

static inline bool folio_test_referenced(const struct folio *folio)
{
	return test_bit(PG_referenced, const_folio_flags(folio, 0));
}
static inline void folio_set_referenced(struct folio *folio)
{
	set_bit(PG_referenced, folio_flags(folio, 0));
}
static inline void folio_clear_referenced(struct folio *folio)
{
	clear_bit(PG_referenced, folio_flags(folio, 0));
}
static inline bool folio_test_set_referenced(struct folio *folio)
{
	return test_and_set_bit(PG_referenced, folio_flags(folio, 0));
}
static inline bool folio_test_clear_referenced(struct folio *folio)
{
	return test_and_clear_bit(PG_referenced, folio_flags(folio, 0));
}
#define __folio_set_referenced folio_set_referenced
#define __folio_clear_referenced folio_clear_referenced
static inline int PageReferenced(const struct page *page)
{
	return test_bit(PG_referenced, &compound_head(page)->fsc_flags);
}
static inline void SetPageReferenced(struct page *page)
{
	set_bit(PG_referenced, &compound_head(page)->fsc_flags);
}
static inline void ClearPageReferenced(struct page *page)
{
	clear_bit(PG_referenced, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageReferenced(struct page *page)
{
	return test_and_set_bit(PG_referenced, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageReferenced(struct page *page)
{
	return test_and_clear_bit(PG_referenced, &compound_head(page)->fsc_flags);
}
#define __SetPageReferenced SetPageReferenced
#define __ClearPageReferenced ClearPageReferenced

static inline bool folio_test_dirty(const struct folio *folio)
{
	return test_bit(PG_dirty, const_folio_flags(folio, 0));
}
static inline void folio_set_dirty(struct folio *folio)
{
	set_bit(PG_dirty, folio_flags(folio, 0));
}
static inline void folio_clear_dirty(struct folio *folio)
{
	clear_bit(PG_dirty, folio_flags(folio, 0));
}
static inline bool folio_test_set_dirty(struct folio *folio)
{
	return test_and_set_bit(PG_dirty, folio_flags(folio, 0));
}
static inline bool folio_test_clear_dirty(struct folio *folio)
{
	return test_and_clear_bit(PG_dirty, folio_flags(folio, 0));
}
#define __folio_set_dirty folio_set_dirty
#define __folio_clear_dirty folio_clear_dirty
static inline int PageDirty(const struct page *page)
{
	return test_bit(PG_dirty, &compound_head(page)->fsc_flags);
}
static inline void SetPageDirty(struct page *page)
{
	set_bit(PG_dirty, &compound_head(page)->fsc_flags);
}
static inline void ClearPageDirty(struct page *page)
{
	clear_bit(PG_dirty, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageDirty(struct page *page)
{
	return test_and_set_bit(PG_dirty, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageDirty(struct page *page)
{
	return test_and_clear_bit(PG_dirty, &compound_head(page)->fsc_flags);
}
#define __SetPageDirty SetPageDirty
#define __ClearPageDirty ClearPageDirty

static inline bool folio_test_lru(const struct folio *folio)
{
	return test_bit(PG_lru, const_folio_flags(folio, 0));
}
static inline void folio_set_lru(struct folio *folio)
{
	set_bit(PG_lru, folio_flags(folio, 0));
}
static inline void folio_clear_lru(struct folio *folio)
{
	clear_bit(PG_lru, folio_flags(folio, 0));
}
static inline bool folio_test_set_lru(struct folio *folio)
{
	return test_and_set_bit(PG_lru, folio_flags(folio, 0));
}
static inline bool folio_test_clear_lru(struct folio *folio)
{
	return test_and_clear_bit(PG_lru, folio_flags(folio, 0));
}
#define __folio_set_lru folio_set_lru
#define __folio_clear_lru folio_clear_lru
static inline int PageLRU(const struct page *page)
{
	return test_bit(PG_lru, &compound_head(page)->fsc_flags);
}
static inline void SetPageLRU(struct page *page)
{
	set_bit(PG_lru, &compound_head(page)->fsc_flags);
}
static inline void ClearPageLRU(struct page *page)
{
	clear_bit(PG_lru, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageLRU(struct page *page)
{
	return test_and_set_bit(PG_lru, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageLRU(struct page *page)
{
	return test_and_clear_bit(PG_lru, &compound_head(page)->fsc_flags);
}
#define __SetPageLRU SetPageLRU
#define __ClearPageLRU ClearPageLRU

static inline bool folio_test_active(const struct folio *folio)
{
	return test_bit(PG_active, const_folio_flags(folio, 0));
}
static inline void folio_set_active(struct folio *folio)
{
	set_bit(PG_active, folio_flags(folio, 0));
}
static inline void folio_clear_active(struct folio *folio)
{
	clear_bit(PG_active, folio_flags(folio, 0));
}
static inline bool folio_test_set_active(struct folio *folio)
{
	return test_and_set_bit(PG_active, folio_flags(folio, 0));
}
static inline bool folio_test_clear_active(struct folio *folio)
{
	return test_and_clear_bit(PG_active, folio_flags(folio, 0));
}
#define __folio_set_active folio_set_active
#define __folio_clear_active folio_clear_active
static inline int PageActive(const struct page *page)
{
	return test_bit(PG_active, &compound_head(page)->fsc_flags);
}
static inline void SetPageActive(struct page *page)
{
	set_bit(PG_active, &compound_head(page)->fsc_flags);
}
static inline void ClearPageActive(struct page *page)
{
	clear_bit(PG_active, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageActive(struct page *page)
{
	return test_and_set_bit(PG_active, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageActive(struct page *page)
{
	return test_and_clear_bit(PG_active, &compound_head(page)->fsc_flags);
}
#define __SetPageActive SetPageActive
#define __ClearPageActive ClearPageActive

static inline bool folio_test_workingset(const struct folio *folio)
{
	return test_bit(PG_workingset, const_folio_flags(folio, 0));
}
static inline void folio_set_workingset(struct folio *folio)
{
	set_bit(PG_workingset, folio_flags(folio, 0));
}
static inline void folio_clear_workingset(struct folio *folio)
{
	clear_bit(PG_workingset, folio_flags(folio, 0));
}
static inline bool folio_test_set_workingset(struct folio *folio)
{
	return test_and_set_bit(PG_workingset, folio_flags(folio, 0));
}
static inline bool folio_test_clear_workingset(struct folio *folio)
{
	return test_and_clear_bit(PG_workingset, folio_flags(folio, 0));
}
#define __folio_set_workingset folio_set_workingset
#define __folio_clear_workingset folio_clear_workingset
static inline int PageWorkingset(const struct page *page)
{
	return test_bit(PG_workingset, &compound_head(page)->fsc_flags);
}
static inline void SetPageWorkingset(struct page *page)
{
	set_bit(PG_workingset, &compound_head(page)->fsc_flags);
}
static inline void ClearPageWorkingset(struct page *page)
{
	clear_bit(PG_workingset, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageWorkingset(struct page *page)
{
	return test_and_set_bit(PG_workingset, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageWorkingset(struct page *page)
{
	return test_and_clear_bit(PG_workingset, &compound_head(page)->fsc_flags);
}
#define __SetPageWorkingset SetPageWorkingset
#define __ClearPageWorkingset ClearPageWorkingset

static inline bool folio_test_checked(const struct folio *folio)
{
	return test_bit(PG_checked, const_folio_flags(folio, 0));
}
static inline void folio_set_checked(struct folio *folio)
{
	set_bit(PG_checked, folio_flags(folio, 0));
}
static inline void folio_clear_checked(struct folio *folio)
{
	clear_bit(PG_checked, folio_flags(folio, 0));
}
static inline bool folio_test_set_checked(struct folio *folio)
{
	return test_and_set_bit(PG_checked, folio_flags(folio, 0));
}
static inline bool folio_test_clear_checked(struct folio *folio)
{
	return test_and_clear_bit(PG_checked, folio_flags(folio, 0));
}
#define __folio_set_checked folio_set_checked
#define __folio_clear_checked folio_clear_checked
static inline int PageChecked(const struct page *page)
{
	return test_bit(PG_checked, &compound_head(page)->fsc_flags);
}
static inline void SetPageChecked(struct page *page)
{
	set_bit(PG_checked, &compound_head(page)->fsc_flags);
}
static inline void ClearPageChecked(struct page *page)
{
	clear_bit(PG_checked, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageChecked(struct page *page)
{
	return test_and_set_bit(PG_checked, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageChecked(struct page *page)
{
	return test_and_clear_bit(PG_checked, &compound_head(page)->fsc_flags);
}
#define __SetPageChecked SetPageChecked
#define __ClearPageChecked ClearPageChecked

static inline bool folio_test_reserved(const struct folio *folio)
{
	return test_bit(PG_reserved, const_folio_flags(folio, 0));
}
static inline void folio_set_reserved(struct folio *folio)
{
	set_bit(PG_reserved, folio_flags(folio, 0));
}
static inline void folio_clear_reserved(struct folio *folio)
{
	clear_bit(PG_reserved, folio_flags(folio, 0));
}
static inline bool folio_test_set_reserved(struct folio *folio)
{
	return test_and_set_bit(PG_reserved, folio_flags(folio, 0));
}
static inline bool folio_test_clear_reserved(struct folio *folio)
{
	return test_and_clear_bit(PG_reserved, folio_flags(folio, 0));
}
#define __folio_set_reserved folio_set_reserved
#define __folio_clear_reserved folio_clear_reserved
static inline int PageReserved(const struct page *page)
{
	return test_bit(PG_reserved, &page->fsc_flags);
}
static inline void SetPageReserved(struct page *page)
{
	set_bit(PG_reserved, &page->fsc_flags);
}
static inline void ClearPageReserved(struct page *page)
{
	clear_bit(PG_reserved, &page->fsc_flags);
}
static inline int TestSetPageReserved(struct page *page)
{
	return test_and_set_bit(PG_reserved, &page->fsc_flags);
}
static inline int TestClearPageReserved(struct page *page)
{
	return test_and_clear_bit(PG_reserved, &page->fsc_flags);
}
#define __SetPageReserved SetPageReserved
#define __ClearPageReserved ClearPageReserved

static inline bool folio_test_private(const struct folio *folio)
{
	return test_bit(PG_private, const_folio_flags(folio, 0));
}
static inline void folio_set_private(struct folio *folio)
{
	set_bit(PG_private, folio_flags(folio, 0));
}
static inline void folio_clear_private(struct folio *folio)
{
	clear_bit(PG_private, folio_flags(folio, 0));
}
static inline bool folio_test_set_private(struct folio *folio)
{
	return test_and_set_bit(PG_private, folio_flags(folio, 0));
}
static inline bool folio_test_clear_private(struct folio *folio)
{
	return test_and_clear_bit(PG_private, folio_flags(folio, 0));
}
#define __folio_set_private folio_set_private
#define __folio_clear_private folio_clear_private
static inline int PagePrivate(const struct page *page)
{
	return test_bit(PG_private, &page->fsc_flags);
}
static inline void SetPagePrivate(struct page *page)
{
	set_bit(PG_private, &page->fsc_flags);
}
static inline void ClearPagePrivate(struct page *page)
{
	clear_bit(PG_private, &page->fsc_flags);
}
static inline int TestSetPagePrivate(struct page *page)
{
	return test_and_set_bit(PG_private, &page->fsc_flags);
}
static inline int TestClearPagePrivate(struct page *page)
{
	return test_and_clear_bit(PG_private, &page->fsc_flags);
}
#define __SetPagePrivate SetPagePrivate
#define __ClearPagePrivate ClearPagePrivate

static inline bool folio_test_private_2(const struct folio *folio)
{
	return test_bit(PG_private_2, const_folio_flags(folio, 0));
}
static inline void folio_set_private_2(struct folio *folio)
{
	set_bit(PG_private_2, folio_flags(folio, 0));
}
static inline void folio_clear_private_2(struct folio *folio)
{
	clear_bit(PG_private_2, folio_flags(folio, 0));
}
static inline bool folio_test_set_private_2(struct folio *folio)
{
	return test_and_set_bit(PG_private_2, folio_flags(folio, 0));
}
static inline bool folio_test_clear_private_2(struct folio *folio)
{
	return test_and_clear_bit(PG_private_2, folio_flags(folio, 0));
}
#define __folio_set_private_2 folio_set_private_2
#define __folio_clear_private_2 folio_clear_private_2
static inline int PagePrivate2(const struct page *page)
{
	return test_bit(PG_private_2, &page->fsc_flags);
}
static inline void SetPagePrivate2(struct page *page)
{
	set_bit(PG_private_2, &page->fsc_flags);
}
static inline void ClearPagePrivate2(struct page *page)
{
	clear_bit(PG_private_2, &page->fsc_flags);
}
static inline int TestSetPagePrivate2(struct page *page)
{
	return test_and_set_bit(PG_private_2, &page->fsc_flags);
}
static inline int TestClearPagePrivate2(struct page *page)
{
	return test_and_clear_bit(PG_private_2, &page->fsc_flags);
}
#define __SetPagePrivate2 SetPagePrivate2
#define __ClearPagePrivate2 ClearPagePrivate2

static inline bool folio_test_reclaim(const struct folio *folio)
{
	return test_bit(PG_reclaim, const_folio_flags(folio, 0));
}
static inline void folio_set_reclaim(struct folio *folio)
{
	set_bit(PG_reclaim, folio_flags(folio, 0));
}
static inline void folio_clear_reclaim(struct folio *folio)
{
	clear_bit(PG_reclaim, folio_flags(folio, 0));
}
static inline bool folio_test_set_reclaim(struct folio *folio)
{
	return test_and_set_bit(PG_reclaim, folio_flags(folio, 0));
}
static inline bool folio_test_clear_reclaim(struct folio *folio)
{
	return test_and_clear_bit(PG_reclaim, folio_flags(folio, 0));
}
#define __folio_set_reclaim folio_set_reclaim
#define __folio_clear_reclaim folio_clear_reclaim
static inline int PageReclaim(const struct page *page)
{
	return test_bit(PG_reclaim, &compound_head(page)->fsc_flags);
}
static inline void SetPageReclaim(struct page *page)
{
	set_bit(PG_reclaim, &compound_head(page)->fsc_flags);
}
static inline void ClearPageReclaim(struct page *page)
{
	clear_bit(PG_reclaim, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageReclaim(struct page *page)
{
	return test_and_set_bit(PG_reclaim, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageReclaim(struct page *page)
{
	return test_and_clear_bit(PG_reclaim, &compound_head(page)->fsc_flags);
}
#define __SetPageReclaim SetPageReclaim
#define __ClearPageReclaim ClearPageReclaim

static inline bool folio_test_swapbacked(const struct folio *folio)
{
	return test_bit(PG_swapbacked, const_folio_flags(folio, 0));
}
static inline void folio_set_swapbacked(struct folio *folio)
{
	set_bit(PG_swapbacked, folio_flags(folio, 0));
}
static inline void folio_clear_swapbacked(struct folio *folio)
{
	clear_bit(PG_swapbacked, folio_flags(folio, 0));
}
static inline bool folio_test_set_swapbacked(struct folio *folio)
{
	return test_and_set_bit(PG_swapbacked, folio_flags(folio, 0));
}
static inline bool folio_test_clear_swapbacked(struct folio *folio)
{
	return test_and_clear_bit(PG_swapbacked, folio_flags(folio, 0));
}
#define __folio_set_swapbacked folio_set_swapbacked
#define __folio_clear_swapbacked folio_clear_swapbacked
static inline int PageSwapBacked(const struct page *page)
{
	return test_bit(PG_swapbacked, &compound_head(page)->fsc_flags);
}
static inline void SetPageSwapBacked(struct page *page)
{
	set_bit(PG_swapbacked, &compound_head(page)->fsc_flags);
}
static inline void ClearPageSwapBacked(struct page *page)
{
	clear_bit(PG_swapbacked, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageSwapBacked(struct page *page)
{
	return test_and_set_bit(PG_swapbacked, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageSwapBacked(struct page *page)
{
	return test_and_clear_bit(PG_swapbacked, &compound_head(page)->fsc_flags);
}
#define __SetPageSwapBacked SetPageSwapBacked
#define __ClearPageSwapBacked ClearPageSwapBacked

static inline bool folio_test_unevictable(const struct folio *folio)
{
	return test_bit(PG_unevictable, const_folio_flags(folio, 0));
}
static inline void folio_set_unevictable(struct folio *folio)
{
	set_bit(PG_unevictable, folio_flags(folio, 0));
}
static inline void folio_clear_unevictable(struct folio *folio)
{
	clear_bit(PG_unevictable, folio_flags(folio, 0));
}
static inline bool folio_test_set_unevictable(struct folio *folio)
{
	return test_and_set_bit(PG_unevictable, folio_flags(folio, 0));
}
static inline bool folio_test_clear_unevictable(struct folio *folio)
{
	return test_and_clear_bit(PG_unevictable, folio_flags(folio, 0));
}
#define __folio_set_unevictable folio_set_unevictable
#define __folio_clear_unevictable folio_clear_unevictable
static inline int PageUnevictable(const struct page *page)
{
	return test_bit(PG_unevictable, &compound_head(page)->fsc_flags);
}
static inline void SetPageUnevictable(struct page *page)
{
	set_bit(PG_unevictable, &compound_head(page)->fsc_flags);
}
static inline void ClearPageUnevictable(struct page *page)
{
	clear_bit(PG_unevictable, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageUnevictable(struct page *page)
{
	return test_and_set_bit(PG_unevictable, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageUnevictable(struct page *page)
{
	return test_and_clear_bit(PG_unevictable, &compound_head(page)->fsc_flags);
}
#define __SetPageUnevictable SetPageUnevictable
#define __ClearPageUnevictable ClearPageUnevictable

static inline bool folio_test_mlocked(const struct folio *folio)
{
	return test_bit(PG_mlocked, const_folio_flags(folio, 0));
}
static inline void folio_set_mlocked(struct folio *folio)
{
	set_bit(PG_mlocked, folio_flags(folio, 0));
}
static inline void folio_clear_mlocked(struct folio *folio)
{
	clear_bit(PG_mlocked, folio_flags(folio, 0));
}
static inline bool folio_test_set_mlocked(struct folio *folio)
{
	return test_and_set_bit(PG_mlocked, folio_flags(folio, 0));
}
static inline bool folio_test_clear_mlocked(struct folio *folio)
{
	return test_and_clear_bit(PG_mlocked, folio_flags(folio, 0));
}
#define __folio_set_mlocked folio_set_mlocked
#define __folio_clear_mlocked folio_clear_mlocked
static inline int PageMlocked(const struct page *page)
{
	return test_bit(PG_mlocked, &compound_head(page)->fsc_flags);
}
static inline void SetPageMlocked(struct page *page)
{
	set_bit(PG_mlocked, &compound_head(page)->fsc_flags);
}
static inline void ClearPageMlocked(struct page *page)
{
	clear_bit(PG_mlocked, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageMlocked(struct page *page)
{
	return test_and_set_bit(PG_mlocked, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageMlocked(struct page *page)
{
	return test_and_clear_bit(PG_mlocked, &compound_head(page)->fsc_flags);
}
#define __SetPageMlocked SetPageMlocked
#define __ClearPageMlocked ClearPageMlocked

static inline bool folio_test_hwpoison(const struct folio *folio)
{
	return test_bit(PG_hwpoison, const_folio_flags(folio, 0));
}
static inline void folio_set_hwpoison(struct folio *folio)
{
	set_bit(PG_hwpoison, folio_flags(folio, 0));
}
static inline void folio_clear_hwpoison(struct folio *folio)
{
	clear_bit(PG_hwpoison, folio_flags(folio, 0));
}
static inline bool folio_test_set_hwpoison(struct folio *folio)
{
	return test_and_set_bit(PG_hwpoison, folio_flags(folio, 0));
}
static inline bool folio_test_clear_hwpoison(struct folio *folio)
{
	return test_and_clear_bit(PG_hwpoison, folio_flags(folio, 0));
}
#define __folio_set_hwpoison folio_set_hwpoison
#define __folio_clear_hwpoison folio_clear_hwpoison
static inline int PageHWPoison(const struct page *page)
{
	return test_bit(PG_hwpoison, &page->fsc_flags);
}
static inline void SetPageHWPoison(struct page *page)
{
	set_bit(PG_hwpoison, &page->fsc_flags);
}
static inline void ClearPageHWPoison(struct page *page)
{
	clear_bit(PG_hwpoison, &page->fsc_flags);
}
static inline int TestSetPageHWPoison(struct page *page)
{
	return test_and_set_bit(PG_hwpoison, &page->fsc_flags);
}
static inline int TestClearPageHWPoison(struct page *page)
{
	return test_and_clear_bit(PG_hwpoison, &page->fsc_flags);
}
#define __SetPageHWPoison SetPageHWPoison
#define __ClearPageHWPoison ClearPageHWPoison

static inline bool folio_test_young(const struct folio *folio)
{
	return test_bit(PG_young, const_folio_flags(folio, 0));
}
static inline void folio_set_young(struct folio *folio)
{
	set_bit(PG_young, folio_flags(folio, 0));
}
static inline void folio_clear_young(struct folio *folio)
{
	clear_bit(PG_young, folio_flags(folio, 0));
}
static inline bool folio_test_set_young(struct folio *folio)
{
	return test_and_set_bit(PG_young, folio_flags(folio, 0));
}
static inline bool folio_test_clear_young(struct folio *folio)
{
	return test_and_clear_bit(PG_young, folio_flags(folio, 0));
}
#define __folio_set_young folio_set_young
#define __folio_clear_young folio_clear_young
static inline int PageYoung(const struct page *page)
{
	return test_bit(PG_young, &page->fsc_flags);
}
static inline void SetPageYoung(struct page *page)
{
	set_bit(PG_young, &page->fsc_flags);
}
static inline void ClearPageYoung(struct page *page)
{
	clear_bit(PG_young, &page->fsc_flags);
}
static inline int TestSetPageYoung(struct page *page)
{
	return test_and_set_bit(PG_young, &page->fsc_flags);
}
static inline int TestClearPageYoung(struct page *page)
{
	return test_and_clear_bit(PG_young, &page->fsc_flags);
}
#define __SetPageYoung SetPageYoung
#define __ClearPageYoung ClearPageYoung

static inline bool folio_test_idle(const struct folio *folio)
{
	return test_bit(PG_idle, const_folio_flags(folio, 0));
}
static inline void folio_set_idle(struct folio *folio)
{
	set_bit(PG_idle, folio_flags(folio, 0));
}
static inline void folio_clear_idle(struct folio *folio)
{
	clear_bit(PG_idle, folio_flags(folio, 0));
}
static inline bool folio_test_set_idle(struct folio *folio)
{
	return test_and_set_bit(PG_idle, folio_flags(folio, 0));
}
static inline bool folio_test_clear_idle(struct folio *folio)
{
	return test_and_clear_bit(PG_idle, folio_flags(folio, 0));
}
#define __folio_set_idle folio_set_idle
#define __folio_clear_idle folio_clear_idle
static inline int PageIdle(const struct page *page)
{
	return test_bit(PG_idle, &page->fsc_flags);
}
static inline void SetPageIdle(struct page *page)
{
	set_bit(PG_idle, &page->fsc_flags);
}
static inline void ClearPageIdle(struct page *page)
{
	clear_bit(PG_idle, &page->fsc_flags);
}
static inline int TestSetPageIdle(struct page *page)
{
	return test_and_set_bit(PG_idle, &page->fsc_flags);
}
static inline int TestClearPageIdle(struct page *page)
{
	return test_and_clear_bit(PG_idle, &page->fsc_flags);
}
#define __SetPageIdle SetPageIdle
#define __ClearPageIdle ClearPageIdle

static inline bool folio_test_mappedtodisk(const struct folio *folio)
{
	return test_bit(PG_mappedtodisk, const_folio_flags(folio, 0));
}
static inline void folio_set_mappedtodisk(struct folio *folio)
{
	set_bit(PG_mappedtodisk, folio_flags(folio, 0));
}
static inline void folio_clear_mappedtodisk(struct folio *folio)
{
	clear_bit(PG_mappedtodisk, folio_flags(folio, 0));
}
static inline bool folio_test_set_mappedtodisk(struct folio *folio)
{
	return test_and_set_bit(PG_mappedtodisk, folio_flags(folio, 0));
}
static inline bool folio_test_clear_mappedtodisk(struct folio *folio)
{
	return test_and_clear_bit(PG_mappedtodisk, folio_flags(folio, 0));
}
#define __folio_set_mappedtodisk folio_set_mappedtodisk
#define __folio_clear_mappedtodisk folio_clear_mappedtodisk
static inline int PageMappedToDisk(const struct page *page)
{
	return test_bit(PG_mappedtodisk, &compound_head(page)->fsc_flags);
}
static inline void SetPageMappedToDisk(struct page *page)
{
	set_bit(PG_mappedtodisk, &compound_head(page)->fsc_flags);
}
static inline void ClearPageMappedToDisk(struct page *page)
{
	clear_bit(PG_mappedtodisk, &compound_head(page)->fsc_flags);
}
static inline int TestSetPageMappedToDisk(struct page *page)
{
	return test_and_set_bit(PG_mappedtodisk, &compound_head(page)->fsc_flags);
}
static inline int TestClearPageMappedToDisk(struct page *page)
{
	return test_and_clear_bit(PG_mappedtodisk, &compound_head(page)->fsc_flags);
}
#define __SetPageMappedToDisk SetPageMappedToDisk
#define __ClearPageMappedToDisk ClearPageMappedToDisk
static inline int PageAnonExclusive(const struct page *page)
{
	return test_bit(PG_anon_exclusive, &page->fsc_flags);
}
static inline void SetPageAnonExclusive(struct page *page)
{
	set_bit(PG_anon_exclusive, &page->fsc_flags);
}
static inline void ClearPageAnonExclusive(struct page *page)
{
	clear_bit(PG_anon_exclusive, &page->fsc_flags);
}
static inline int TestSetPageAnonExclusive(struct page *page)
{
	return test_and_set_bit(PG_anon_exclusive, &page->fsc_flags);
}
static inline int TestClearPageAnonExclusive(struct page *page)
{
	return test_and_clear_bit(PG_anon_exclusive, &page->fsc_flags);
}
#define __SetPageAnonExclusive SetPageAnonExclusive
#define __ClearPageAnonExclusive ClearPageAnonExclusive

static inline bool folio_test_vmemmap_self_hosted(const struct folio *folio)
{
	return test_bit(PG_vmemmap_self_hosted, const_folio_flags(folio, 0));
}
static inline void folio_set_vmemmap_self_hosted(struct folio *folio)
{
	set_bit(PG_vmemmap_self_hosted, folio_flags(folio, 0));
}
static inline void folio_clear_vmemmap_self_hosted(struct folio *folio)
{
	clear_bit(PG_vmemmap_self_hosted, folio_flags(folio, 0));
}
static inline bool folio_test_set_vmemmap_self_hosted(struct folio *folio)
{
	return test_and_set_bit(PG_vmemmap_self_hosted, folio_flags(folio, 0));
}
static inline bool folio_test_clear_vmemmap_self_hosted(struct folio *folio)
{
	return test_and_clear_bit(PG_vmemmap_self_hosted, folio_flags(folio, 0));
}
#define __folio_set_vmemmap_self_hosted folio_set_vmemmap_self_hosted
#define __folio_clear_vmemmap_self_hosted folio_clear_vmemmap_self_hosted
static inline int PageVmemmapSelfHosted(const struct page *page)
{
	return test_bit(PG_vmemmap_self_hosted, &page->fsc_flags);
}
static inline void SetPageVmemmapSelfHosted(struct page *page)
{
	set_bit(PG_vmemmap_self_hosted, &page->fsc_flags);
}
static inline void ClearPageVmemmapSelfHosted(struct page *page)
{
	clear_bit(PG_vmemmap_self_hosted, &page->fsc_flags);
}
static inline int TestSetPageVmemmapSelfHosted(struct page *page)
{
	return test_and_set_bit(PG_vmemmap_self_hosted, &page->fsc_flags);
}
static inline int TestClearPageVmemmapSelfHosted(struct page *page)
{
	return test_and_clear_bit(PG_vmemmap_self_hosted, &page->fsc_flags);
}
#define __SetPageVmemmapSelfHosted SetPageVmemmapSelfHosted
#define __ClearPageVmemmapSelfHosted ClearPageVmemmapSelfHosted

static inline bool folio_test_has_hwpoisoned(const struct folio *folio)
{
	return test_bit(PG_has_hwpoisoned, const_folio_flags(folio, 1));
}
static inline void folio_set_has_hwpoisoned(struct folio *folio)
{
	set_bit(PG_has_hwpoisoned, folio_flags(folio, 1));
}
static inline void folio_clear_has_hwpoisoned(struct folio *folio)
{
	clear_bit(PG_has_hwpoisoned, folio_flags(folio, 1));
}
static inline bool folio_test_set_has_hwpoisoned(struct folio *folio)
{
	return test_and_set_bit(PG_has_hwpoisoned, folio_flags(folio, 1));
}
static inline bool folio_test_clear_has_hwpoisoned(struct folio *folio)
{
	return test_and_clear_bit(PG_has_hwpoisoned, folio_flags(folio, 1));
}
#define __folio_set_has_hwpoisoned folio_set_has_hwpoisoned
#define __folio_clear_has_hwpoisoned folio_clear_has_hwpoisoned

static inline bool folio_test_large_rmappable(const struct folio *folio)
{
	return test_bit(PG_large_rmappable, const_folio_flags(folio, 1));
}
static inline void folio_set_large_rmappable(struct folio *folio)
{
	set_bit(PG_large_rmappable, folio_flags(folio, 1));
}
static inline void folio_clear_large_rmappable(struct folio *folio)
{
	clear_bit(PG_large_rmappable, folio_flags(folio, 1));
}
static inline bool folio_test_set_large_rmappable(struct folio *folio)
{
	return test_and_set_bit(PG_large_rmappable, folio_flags(folio, 1));
}
static inline bool folio_test_clear_large_rmappable(struct folio *folio)
{
	return test_and_clear_bit(PG_large_rmappable, folio_flags(folio, 1));
}
#define __folio_set_large_rmappable folio_set_large_rmappable
#define __folio_clear_large_rmappable folio_clear_large_rmappable

static inline bool folio_test_partially_mapped(const struct folio *folio)
{
	return test_bit(PG_partially_mapped, const_folio_flags(folio, 1));
}
static inline void folio_set_partially_mapped(struct folio *folio)
{
	set_bit(PG_partially_mapped, folio_flags(folio, 1));
}
static inline void folio_clear_partially_mapped(struct folio *folio)
{
	clear_bit(PG_partially_mapped, folio_flags(folio, 1));
}
static inline bool folio_test_set_partially_mapped(struct folio *folio)
{
	return test_and_set_bit(PG_partially_mapped, folio_flags(folio, 1));
}
static inline bool folio_test_clear_partially_mapped(struct folio *folio)
{
	return test_and_clear_bit(PG_partially_mapped, folio_flags(folio, 1));
}
#define __folio_set_partially_mapped folio_set_partially_mapped
#define __folio_clear_partially_mapped folio_clear_partially_mapped

static inline bool folio_test_uptodate(const struct folio *folio)
{
	return test_bit(PG_uptodate, const_folio_flags(folio, 0));
}
static inline void folio_mark_uptodate(struct folio *folio)
{
	set_bit(PG_uptodate, folio_flags(folio, 0));
}
#define __folio_mark_uptodate folio_mark_uptodate
static inline void folio_clear_uptodate(struct folio *folio)
{
	clear_bit(PG_uptodate, folio_flags(folio, 0));
}
static inline int PageUptodate(const struct page *page)
{
	return folio_test_uptodate(page_folio(page));
}
static inline void SetPageUptodate(struct page *page)
{
	folio_mark_uptodate((struct folio *)page);
}
#define __SetPageUptodate SetPageUptodate
static inline void ClearPageUptodate(struct page *page)
{
	clear_bit(PG_uptodate, &page->fsc_flags);
}
static inline bool folio_test_swapcache(const struct folio *folio)
{
	return folio_test_swapbacked(folio) && test_bit(PG_swapcache, const_folio_flags(folio, 0));
}
static inline bool folio_test_large(const struct folio *folio)
{
	return folio_test_head(folio);
}
static inline bool folio_test_hugetlb(const struct folio *folio)
{
	(void)folio;
	return false;
}
static inline bool folio_test_slab(const struct folio *folio)
{
	(void)folio;
	return false;
}
#define PageHuge(page) 0
#define PageSlab(page) 0
#define PageTransHuge(page) PageHead(page)
#define PageTransCompound(page) PageCompound(page)
#define PageTransTail(page) PageTail(page)
#define folio_test_transhuge(folio) folio_test_head(folio)
#define folio_test_pmd_mappable(folio) (folio_order(folio) >= HPAGE_PMD_ORDER)

#define PAGE_MAPPING_ANON 0x1
#define PAGE_MAPPING_MOVABLE 0x2
#define PAGE_MAPPING_KSM (PAGE_MAPPING_ANON | PAGE_MAPPING_MOVABLE)
#define PAGE_MAPPING_FLAGS (PAGE_MAPPING_ANON | PAGE_MAPPING_MOVABLE)
#if FSC_ERA < 615
/* fsdax under reflink: the page is mapped into several files. The same bit as ANON. */
#define PAGE_MAPPING_DAX_SHARED ((void *)0x1)
#endif
static inline bool folio_mapping_flags(const struct folio *folio)
{
	return (unsigned long)folio->mapping & PAGE_MAPPING_FLAGS;
}
static inline bool PageMappingFlags(const struct page *page)
{
	return (unsigned long)page->mapping & PAGE_MAPPING_FLAGS;
}
static inline bool folio_test_anon(const struct folio *folio)
{
	return (unsigned long)folio->mapping & PAGE_MAPPING_ANON;
}
static inline bool PageAnon(const struct page *page)
{
	return folio_test_anon(page_folio(page));
}
static inline bool PageAnonNotKsm(const struct page *page)
{
	return ((unsigned long)page_folio(page)->mapping & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_ANON;
}
static inline bool __folio_test_movable(const struct folio *folio)
{
	return ((unsigned long)folio->mapping & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_MOVABLE;
}
#define __PageMovable(page) __folio_test_movable((const struct folio *)(page))
#define folio_test_ksm(folio) (((unsigned long)(folio)->mapping & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_KSM)
#define PageKsm(page) folio_test_ksm(page_folio(page))

/* A typed page keeps its type where others keep the mapcount. */
enum pagetype {
	PGTY_buddy = 0xf0,
	PGTY_offline = 0xf1,
	PGTY_table = 0xf2,
	PGTY_guard = 0xf3,
	PGTY_hugetlb = 0xf4,
	PGTY_slab = 0xf5,
	PGTY_zsmalloc = 0xf6,
	PGTY_unaccepted = 0xf7,
	PGTY_mapcount_underflow = 0xff,
};
static inline bool page_type_has_type(int page_type)
{
	return page_type < (int)((unsigned int)PGTY_mapcount_underflow << 24);
}
static inline bool page_mapcount_is_type(unsigned int mapcount)
{
	return page_type_has_type((int)(mapcount - 1));
}
static inline bool page_has_type(const struct page *page)
{
	return page_mapcount_is_type((unsigned int)atomic_read(&page->_mapcount) + 1);
}
#define folio_has_type(folio) page_has_type(&(folio)->page)
static inline int PageTable(const struct page *page)
{
	return READ_ONCE(page->page_type) >> 24 == PGTY_table;
}
static inline void __SetPageTable(struct page *page)
{
	page->page_type = (unsigned int)PGTY_table << 24;
}
static inline void __ClearPageTable(struct page *page)
{
	page->page_type = ~0u;
}
static inline int PageBuddy(const struct page *page)
{
	return READ_ONCE(page->page_type) >> 24 == PGTY_buddy;
}
#define PageOffline(page) 0
#define __folio_set_pgtable(folio) __SetPageTable(&(folio)->page)
#define __folio_clear_pgtable(folio) __ClearPageTable(&(folio)->page)
static inline int PageHWPoisonTakenOff(struct page *page)
{
	(void)page;
	return 0;
}
static inline int page_has_private(const struct page *page)
{
	return (page->fsc_flags & (1UL << PG_private | 1UL << PG_private_2)) != 0;
}
static inline bool folio_has_private(const struct folio *folio)
{
	return page_has_private(&folio->page);
}

#define __PG_HWPOISON (1UL << PG_hwpoison)
#define PAGE_FLAGS_CHECK_AT_FREE \
	(1UL << PG_lru | 1UL << PG_locked | 1UL << PG_private | 1UL << PG_private_2 | 1UL << PG_writeback | \
	 1UL << PG_reserved | 1UL << PG_active | 1UL << PG_unevictable | 1UL << PG_mlocked)
#define PAGE_FLAGS_CHECK_AT_PREP ((PAGEFLAGS_MASK & ~__PG_HWPOISON) | 1UL << PG_head)
#define PAGE_FLAGS_SECOND 0xffUL /* the order, in the first tail page */
#endif
