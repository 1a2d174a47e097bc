/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DAX for files: page cache entries that stand for device pages, faults, I/O, write-back, and finding busy pages.
 * Mirrors fs/dax.c of v6.12 (FSC_ERA 612) and of v6.15 (FSC_ERA 615). v6.15.y is meant: the two repairs that its
 * release needed are in (an xa_state is reset, not paused, while its entry is waited for; a split folio loses its order).
 *
 * Which release says what:
 *   612: a page at rest has one reference; mapping it takes none; each small page of an entry carries mapping and
 *        index, or PAGE_MAPPING_DAX_SHARED and a share count. Mappings that nobody maps are not searched for busy pages.
 *   615: a folio at rest has no reference; each mapping takes one; an entry is one folio, made when it is first stored
 *        and taken apart when the last file lets go of it. Layout breaking is here and also deletes the entries.
 *
 * At the end of the file stand names of one era for the other, for series that cross from one to the next.
 */
#include <linux/atomic.h>
#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/highmem.h>
#include <linux/huge_mm.h>
#include <linux/iomap.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/fsc_pfn.h>
#include <linux/rmap.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>
#include <linux/vmstat.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>
#include <linux/writeback.h>
#include <trace/events/fs_dax.h>

#define DAX_WAIT_TABLE_BITS 12
#define DAX_WAIT_TABLE_ENTRIES (1 << DAX_WAIT_TABLE_BITS)

/* Position of a page within its 2 MiB, and how many there are. */
#define PG_PMD_NR (PMD_SIZE >> PAGE_SHIFT)
#define PG_PMD_COLOUR (PG_PMD_NR - 1)

static wait_queue_head_t wait_table[DAX_WAIT_TABLE_ENTRIES];

static int __init init_dax_wait_table(void)
{
	wait_queue_head_t *wq = wait_table;

	while (wq < wait_table + DAX_WAIT_TABLE_ENTRIES) {
		init_waitqueue_head(wq);
		wq++;
	}
	return 0;
}

/* Instead of fs_initcall(). */
void dax_init_wait_table(void)
{
	init_dax_wait_table();
}

/* An entry is an xarray value: four flag bits, then the pfn. Without PMD, ZERO_PAGE and EMPTY it is one block's page. */
#define DAX_SHIFT (4)
#define DAX_LOCKED (1UL << 0)
#define DAX_PMD (1UL << 1)
#define DAX_ZERO_PAGE (1UL << 2)
#define DAX_EMPTY (1UL << 3)

static unsigned long dax_to_pfn(void *entry)
{
	unsigned long v = xa_to_value(entry);

	return v >> DAX_SHIFT;
}

static inline struct folio *dax_to_folio(void *entry)
{
	struct page *page = pfn_to_page(dax_to_pfn(entry));

	return page_folio(page);
}

static void *dax_make_entry(fsc_pfn_t pfn, unsigned long flags)
{
	unsigned long v = fsc_pfn_raw(pfn) << DAX_SHIFT;

	return xa_mk_value(v | flags);
}

static bool dax_is_locked(void *entry)
{
	return (xa_to_value(entry) & DAX_LOCKED) != 0;
}

static unsigned int dax_entry_order(void *entry)
{
	return xa_to_value(entry) & DAX_PMD ? PMD_ORDER : 0;
}

static unsigned long dax_is_pmd_entry(void *entry)
{
	return DAX_PMD & xa_to_value(entry);
}

static bool dax_is_pte_entry(void *entry)
{
	return dax_is_pmd_entry(entry) == 0;
}

static int dax_is_zero_entry(void *entry)
{
	return DAX_ZERO_PAGE & xa_to_value(entry);
}

static int dax_is_empty_entry(void *entry)
{
	return DAX_EMPTY & xa_to_value(entry);
}

/* What get_unlocked_entry() returns for "there is something smaller in the way". */
static bool dax_is_conflict(void *entry)
{
	return XA_RETRY_ENTRY == entry;
}

/* ---- entry locks: a bit in the entry, and wait queues chosen by hashing mapping and index ---- */

struct exceptional_entry_key {
	struct xarray *xa;
	pgoff_t entry_start;
};

struct wait_exceptional_entry_queue {
	wait_queue_entry_t wait;
	struct exceptional_entry_key key;
};

enum dax_wake_mode {
	WAKE_ALL,
	WAKE_NEXT,
};

static wait_queue_head_t *dax_entry_waitqueue(struct xa_state *xas, void *entry, struct exceptional_entry_key *key)
{
	/* All indices of a PMD entry share one lock, so they have to agree on one queue and one key. */
	key->entry_start = xas->xa_index;
	if (dax_is_pmd_entry(entry))
		key->entry_start &= ~PG_PMD_COLOUR;
	key->xa = xas->xa;

	return &wait_table[hash_long((unsigned long)key->xa ^ key->entry_start, DAX_WAIT_TABLE_BITS)];
}

static int wake_exceptional_entry_func(wait_queue_entry_t *wait, unsigned int mode, int sync, void *keyp)
{
	struct wait_exceptional_entry_queue *waiter;
	const struct exceptional_entry_key *woken = keyp;

	waiter = container_of(wait, struct wait_exceptional_entry_queue, wait);
	if (waiter->key.entry_start == woken->entry_start && waiter->key.xa == woken->xa)
		return autoremove_wake_function(wait, mode, sync, NULL);
	/* Another entry that hashed to the same queue. */
	return 0;
}

/* `entry` may be gone from the mapping by now; it tells whether the index was under a PMD entry. */
static void dax_wake_entry(struct xa_state *xas, void *entry, enum dax_wake_mode mode)
{
	struct exceptional_entry_key key;
	wait_queue_head_t *wq = dax_entry_waitqueue(xas, entry, &key);
	int nr = mode == WAKE_NEXT ? 1 : 0;

	/* Whoever saw the entry locked queued itself under the i_pages lock, so this look cannot be too early. */
	if (!waitqueue_active(wq))
		return;
	__wake_up(wq, TASK_NORMAL, nr, &key);
}

/*
 * Looks up the entry at the state's index and sleeps until it is not locked. The caller locks it itself, or passes it
 * to put_unlocked_entry(). The result can be wider than `order`; when something narrower is there the result is
 * dax_is_conflict(). i_pages lock is held, and is dropped while sleeping. v6.15 has it under a second name.
 */
#if FSC_ERA >= 615
static void *get_next_unlocked_entry(struct xa_state *xas, unsigned int order)
#else
static void *get_unlocked_entry(struct xa_state *xas, unsigned int order)
#endif
{
	struct wait_exceptional_entry_queue me;
	wait_queue_head_t *wq;
	void *found;

	init_wait(&me.wait);
	me.wait.func = wake_exceptional_entry_func;

	while ((found = xas_find_conflict(xas)) != NULL) {
		if (WARN_ON_ONCE(!xa_is_value(found)))
			break;
		if (dax_entry_order(found) < order) {
			found = XA_RETRY_ENTRY;
			break;
		}
		if (!dax_is_locked(found))
			break;

		wq = dax_entry_waitqueue(xas, found, &me.key);
		prepare_to_wait_exclusive(wq, &me.wait, TASK_UNINTERRUPTIBLE);
		xas_unlock_irq(xas);
		/* Without the lock the walk is worth nothing. */
		xas_reset(xas);
		schedule();
		finish_wait(wq, &me.wait);
		xas_lock_irq(xas);
	}
	return found;
}

/*
 * Sleeps until this very entry is not locked, and returns what is at its index then, NULL when nothing is. For scans
 * over a range: they must not go on to the next entry as xas_find_conflict() would.
 */
static void *wait_entry_unlocked_exclusive(struct xa_state *xas, void *entry)
{
	struct wait_exceptional_entry_queue me;
	wait_queue_head_t *wq;

	init_wait(&me.wait);
	me.wait.func = wake_exceptional_entry_func;

	while (unlikely(dax_is_locked(entry))) {
		wq = dax_entry_waitqueue(xas, entry, &me.key);
		prepare_to_wait_exclusive(wq, &me.wait, TASK_UNINTERRUPTIBLE);
		xas_reset(xas);
		xas_unlock_irq(xas);
		schedule();
		finish_wait(wq, &me.wait);
		xas_lock_irq(xas);
		entry = xas_load(xas);
	}
	return xa_is_internal(entry) ? NULL : entry;
}

/*
 * Sleeps once and returns without the i_pages lock; the mapping may be gone by then. The wait is not exclusive: nobody
 * promises that this caller will ever lock the entry and so pass a wake-up on.
 */
static void wait_entry_unlocked(struct xa_state *xas, void *entry)
{
	struct wait_exceptional_entry_queue me;
	wait_queue_head_t *wq = dax_entry_waitqueue(xas, entry, &me.key);

	init_wait(&me.wait);
	me.wait.func = wake_exceptional_entry_func;
	prepare_to_wait(wq, &me.wait, TASK_UNINTERRUPTIBLE);
	xas_unlock_irq(xas);
	schedule();
	finish_wait(wq, &me.wait);
}

/* For one who waited for an entry and did not lock it: the wake-up that was consumed goes to the next in line. */
static void put_unlocked_entry(struct xa_state *xas, void *entry, enum dax_wake_mode mode)
{
	if (!entry || dax_is_conflict(entry))
		return;
	dax_wake_entry(xas, entry, mode);
}

/* The i_pages lock was dropped since the entry was locked: walk anew, put the unlocked entry back, wake one. */
static void dax_unlock_entry(struct xa_state *xas, void *entry)
{
	void *was;

	BUG_ON(dax_is_locked(entry));
	xas_reset(xas);
	xas_lock_irq(xas);
	was = xas_store(xas, entry);
	xas_unlock_irq(xas);
	BUG_ON(!dax_is_locked(was));
	dax_wake_entry(xas, entry, WAKE_NEXT);
}

/* Returns what was stored before. */
static void *dax_lock_entry(struct xa_state *xas, void *entry)
{
	return xas_store(xas, xa_mk_value(xa_to_value(entry) | DAX_LOCKED));
}

#if FSC_ERA < 612
/*
 * The same locks by the functions of v4.15 and v4.18, for code that names mapping and index instead of an xa_state. The
 * tree's lock is held where the comment of the xarray's own says so.
 */
static inline int slot_locked(struct address_space *mapping, void **slot)
{
	void *entry = radix_tree_deref_slot_protected(slot, &mapping->i_pages.xa_lock);

	return (unsigned long)entry & RADIX_DAX_ENTRY_LOCK;
}

static inline void *lock_slot(struct address_space *mapping, void **slot)
{
	unsigned long entry = (unsigned long)radix_tree_deref_slot_protected(slot, &mapping->i_pages.xa_lock);

	radix_tree_replace_slot(&mapping->i_pages, slot, (void *)(entry | RADIX_DAX_ENTRY_LOCK));
	return (void *)(entry | RADIX_DAX_ENTRY_LOCK);
}

static inline void *unlock_slot(struct address_space *mapping, void **slot)
{
	unsigned long entry = (unsigned long)radix_tree_deref_slot_protected(slot, &mapping->i_pages.xa_lock);

	radix_tree_replace_slot(&mapping->i_pages, slot, (void *)(entry & ~RADIX_DAX_ENTRY_LOCK));
	return (void *)(entry & ~RADIX_DAX_ENTRY_LOCK);
}

void dax_wake_mapping_entry_waiter(struct address_space *mapping, pgoff_t index, void *entry, bool wake_all)
{
	XA_STATE(xas, &mapping->i_pages, index);

	dax_wake_entry(&xas, entry, wake_all ? WAKE_ALL : WAKE_NEXT);
}

/* Sleeps while the entry at the index is locked; *slotp is where it is found then. */
static __maybe_unused void *get_unlocked_mapping_entry(struct address_space *mapping, pgoff_t index, void ***slotp)
{
	XA_STATE(xas, &mapping->i_pages, index);
	struct wait_exceptional_entry_queue me;
	wait_queue_head_t *wq;
	void *entry, **slot;

	init_wait(&me.wait);
	me.wait.func = wake_exceptional_entry_func;
	for (;;) {
		entry = __radix_tree_lookup(&mapping->i_pages, index, NULL, &slot);
		if (!entry || WARN_ON_ONCE(!radix_tree_exceptional_entry(entry)) || !slot_locked(mapping, slot))
			break;
		wq = dax_entry_waitqueue(&xas, entry, &me.key);
		prepare_to_wait_exclusive(wq, &me.wait, TASK_UNINTERRUPTIBLE);
		xa_unlock_irq(&mapping->i_pages);
		schedule();
		finish_wait(wq, &me.wait);
		xa_lock_irq(&mapping->i_pages);
	}
	if (slotp)
		*slotp = slot;
	return entry;
}

static void __maybe_unused put_unlocked_mapping_entry(struct address_space *mapping, pgoff_t index, void *entry)
{
	if (entry)
		dax_wake_mapping_entry_waiter(mapping, index, entry, false);
}

/* Takes the tree's lock itself. */
static void __maybe_unused dax_unlock_radix_entry(struct address_space *mapping, pgoff_t index)
{
	void *entry, **slot;

	xa_lock_irq(&mapping->i_pages);
	entry = __radix_tree_lookup(&mapping->i_pages, index, NULL, &slot);
	if (WARN_ON_ONCE(!entry || !radix_tree_exceptional_entry(entry) || !slot_locked(mapping, slot))) {
		xa_unlock_irq(&mapping->i_pages);
		return;
	}
	unlock_slot(mapping, slot);
	xa_unlock_irq(&mapping->i_pages);
	dax_wake_mapping_entry_waiter(mapping, index, entry, false);
}

/* Up to v4.13 the entry was passed too. */
#define put_locked_mapping_entry(mapping, index, ...) dax_unlock_radix_entry(mapping, index)

static inline unsigned long dax_radix_pfn(void *entry)
{
	return (unsigned long)entry >> RADIX_DAX_SHIFT;
}

static inline void *dax_radix_locked_entry(unsigned long pfn, unsigned long flags)
{
	return (void *)(RADIX_TREE_EXCEPTIONAL_ENTRY | flags | (pfn << RADIX_DAX_SHIFT) | RADIX_DAX_ENTRY_LOCK);
}

static inline unsigned int dax_radix_order(void *entry)
{
	return (unsigned long)entry & RADIX_DAX_PMD ? PMD_ORDER : 0;
}
#endif

/* ---- entries and struct pages ---- */

/* Bytes of device memory behind an entry: none for zero pages and for empty entries. */
static unsigned long dax_entry_size(void *entry)
{
	if (dax_is_zero_entry(entry) || dax_is_empty_entry(entry))
		return 0;
	return dax_is_pmd_entry(entry) ? PMD_SIZE : PAGE_SIZE;
}

#if FSC_ERA < 615
static unsigned long dax_end_pfn(void *entry)
{
	unsigned long pages = dax_entry_size(entry) / PAGE_SIZE;

	return pages + dax_to_pfn(entry);
}

#define for_each_mapped_pfn(entry, pfn) \
	for (pfn = dax_to_pfn(entry); pfn < dax_end_pfn(entry); pfn++)

static inline bool dax_page_is_shared(struct page *page)
{
	return PAGE_MAPPING_DAX_SHARED == page->mapping;
}

/* One more file has the page. Its first owner is counted when the page turns from owned to shared. */
static inline void dax_page_share_get(struct page *page)
{
	if (!dax_page_is_shared(page)) {
		if (page->mapping)
			page->share = 1;
		page->mapping = PAGE_MAPPING_DAX_SHARED;
	}
	page->share++;
}

static inline unsigned long dax_page_share_put(struct page *page)
{
	page->share--;
	return page->share;
}

/* Ties the pages of a new entry to the file; `shared` says that other files may have the same blocks. */
static void dax_associate_entry(void *entry, struct address_space *mapping, struct vm_area_struct *vma,
				unsigned long address, bool shared)
{
	unsigned long size = dax_entry_size(entry), pfn, index;

	if (IS_ENABLED(CONFIG_FS_DAX_LIMITED))
		return;

	index = linear_page_index(vma, address & ~(size - 1));
	for_each_mapped_pfn(entry, pfn) {
		struct page *page = pfn_to_page(pfn);

		if (shared) {
			dax_page_share_get(page);
			continue;
		}
		WARN_ON_ONCE(page->mapping);
		page->mapping = mapping;
		page->index = index++;
	}
}

static void dax_disassociate_entry(void *entry, struct address_space *mapping, bool trunc)
{
	unsigned long pfn;

	if (IS_ENABLED(CONFIG_FS_DAX_LIMITED))
		return;

	for_each_mapped_pfn(entry, pfn) {
		struct page *page = pfn_to_page(pfn);
		bool shared;

#if FSC_ERA >= 418
		WARN_ON_ONCE(trunc && page_ref_count(page) > 1);
#else
		(void)trunc;
#endif
		shared = dax_page_is_shared(page);
		if (!shared)
			WARN_ON_ONCE(page->mapping && page->mapping != mapping);
		/* While other files have it, it stays marked as shared. */
		if (!shared || dax_page_share_put(page) == 0) {
			page->mapping = NULL;
			page->index = 0;
		}
	}
}

static struct page *dax_busy_page(void *entry)
{
	unsigned long pfn;

	for_each_mapped_pfn(entry, pfn) {
		struct page *candidate = pfn_to_page(pfn);

		if (page_ref_count(candidate) > 1)
			return candidate;
	}
	return NULL;
}

#else /* FSC_ERA >= 615 */

/*
 * Shared: no mapping, and a count in the word that otherwise is the index. A block that several files have on disk is
 * not shared in this sense until a second of them has stored an entry for it.
 */
static inline bool dax_folio_is_shared(struct folio *folio)
{
	return folio->share && !folio->mapping;
}

/* The one file that had the folio becomes the first of those counted. */
static void dax_folio_make_shared(struct folio *folio)
{
	folio->mapping = NULL;
	folio->share = 1;
}

#if FSC_ERA < 701

/*
 * One file lets go. With the last one the folio is taken apart into pages that anybody can make a folio of again.
 * Returns how many are left.
 */
static inline unsigned long dax_folio_put(struct folio *folio)
{
	unsigned long left = 0;
	int order, i;

	if (dax_folio_is_shared(folio))
		left = --folio->share;
	if (left)
		return left;

	folio->mapping = NULL;
	order = folio_order(folio);
	if (order == 0)
		return 0;
	folio_reset_order(folio);

	for (i = 0; i < (1 << order); i++) {
		struct dev_pagemap *pgmap = page_pgmap(&folio->page);
		struct page *page = folio_page(folio, i);
		struct folio *single = (struct folio *)page;

		ClearPageHead(page);
		clear_compound_head(page);

		/* A tail's mapping is a poison value, and the word of its pgmap pointed to the head. */
		single->mapping = NULL;
		single->pgmap = pgmap;
		single->share = 0;
		WARN_ON_ONCE(folio_ref_count(single));
	}
	return 0;
}

#else

/*
 * Makes pages of order 0 of a folio that no file has: nothing of a file or of a larger folio is left on any of them.
 * For a driver too, whose predecessor made folios of its own. Returns the order that the folio had.
 */
int dax_folio_reset_order(struct folio *folio)
{
	struct dev_pagemap *pgmap = page_pgmap(&folio->page);
	int order = folio_order(folio), i;

	folio->mapping = NULL;
	folio->share = 0;
	if (order == 0) {
		folio->pgmap = pgmap;
		return 0;
	}
	folio_reset_order(folio);
	for (i = 0; i < (1 << order); i++) {
		struct page *page = folio_page(folio, i);
		struct folio *single = (struct folio *)page;

		ClearPageHead(page);
		clear_compound_head(page);
		single->mapping = NULL;
		single->share = 0;
		single->pgmap = pgmap;
	}
	return order;
}
EXPORT_SYMBOL_GPL(dax_folio_reset_order);

/* One file lets go. With the last one the folio is taken apart. Returns how many are left. */
static inline unsigned long dax_folio_put(struct folio *folio)
{
	unsigned long left = 0;
	int order, i;

	if (dax_folio_is_shared(folio))
		left = --folio->share;
	if (left)
		return left;

	order = dax_folio_reset_order(folio);
	for (i = 0; i < (1 << order); i++)
		WARN_ON_ONCE(folio_ref_count((struct folio *)folio_page(folio, i)));
	return 0;
}

#endif

/* Makes one folio of the pages of an entry that no file had before. */
static void dax_folio_init(void *entry)
{
	struct folio *folio = dax_to_folio(entry);
	int order = dax_entry_order(entry);

	/* dax_folio_put() of the last owner has undone any larger folio. */
	WARN_ON_ONCE(folio_order(folio));
	if (order == 0)
		return;
	prep_compound_page(&folio->page, order);
	if (order > 1)
		INIT_LIST_HEAD(&folio->_deferred_list);
	WARN_ON_ONCE(folio_ref_count(folio));
}

/*
 * Ties the folio of a new entry to the file. A second file turns mapping and index into a count; who wants to know the
 * owners then has to ask the file system.
 */
static void dax_associate_entry(void *entry, struct address_space *mapping, struct vm_area_struct *vma,
				unsigned long address, bool shared)
{
#if FSC_ERA >= 703
	struct folio *folio;
#else
	struct folio *folio = dax_to_folio(entry);
#endif
	unsigned long size = dax_entry_size(entry), index;

	if (dax_is_zero_entry(entry) || dax_is_empty_entry(entry))
		return;

#if FSC_ERA >= 703
	/* Not before: what stands for no block has no page that could be looked at. */
	folio = dax_to_folio(entry);
#endif
	index = linear_page_index(vma, address & ~(size - 1));
	if (!shared || !(folio->mapping || dax_folio_is_shared(folio))) {
		WARN_ON_ONCE(folio->mapping);
		dax_folio_init(entry);
		/* What was a page is a folio now. */
		folio = dax_to_folio(entry);
		folio->mapping = mapping;
		folio->index = index;
		return;
	}
	if (folio->mapping)
		dax_folio_make_shared(folio);
	WARN_ON_ONCE(!folio->share);
	WARN_ON_ONCE(dax_entry_order(entry) != folio_order(folio));
	folio->share++;
}

static void dax_disassociate_entry(void *entry, struct address_space *mapping, bool trunc)
{
#if FSC_ERA < 703
	struct folio *folio = dax_to_folio(entry);
#endif

	(void)mapping;
	(void)trunc;
	if (dax_is_zero_entry(entry) || dax_is_empty_entry(entry))
		return;
#if FSC_ERA >= 703
	dax_folio_put(dax_to_folio(entry));
#else
	dax_folio_put(folio);
#endif
}

/* Busy: references that are not mappings. */
static struct page *dax_busy_page(void *entry)
{
#if FSC_ERA >= 703
	struct folio *folio;
#else
	struct folio *folio = dax_to_folio(entry);
#endif

	if (dax_is_empty_entry(entry) || dax_is_zero_entry(entry))
		return NULL;
#if FSC_ERA >= 703
	folio = dax_to_folio(entry);
#endif
	return folio_ref_count(folio) != folio_mapcount(folio) ? &folio->page : NULL;
}
#endif

/* ---- locking an entry from the side of the memory ---- */

/* Returns a cookie for dax_unlock_folio(), 0 when the folio belongs to no DAX file (any more). */
dax_entry_t dax_lock_folio(struct folio *folio)
{
	struct address_space *mapping;
	XA_STATE(xas, NULL, 0);
	void *entry = NULL;

	/* RCU keeps an inode that folio->mapping leads to from being freed meanwhile. */
	rcu_read_lock();
	for (;;) {
		mapping = READ_ONCE(folio->mapping);
		if (!mapping || !dax_mapping(mapping)) {
			entry = NULL;
			break;
		}
		/* Device-dax has no entries: the pgmap reference of the caller keeps everything alive. */
		if (S_ISCHR(mapping->host->i_mode)) {
			entry = (void *)~0UL;
			break;
		}

		xas.xa = &mapping->i_pages;
		xas_lock_irq(&xas);
		if (folio->mapping != mapping) {
			xas_unlock_irq(&xas);
			continue;
		}
		xas_set(&xas, folio->index);
		entry = xas_load(&xas);
		if (!dax_is_locked(entry)) {
			dax_lock_entry(&xas, entry);
			xas_unlock_irq(&xas);
			break;
		}
		rcu_read_unlock();
		wait_entry_unlocked(&xas, entry);
		rcu_read_lock();
	}
	rcu_read_unlock();
	return (dax_entry_t)entry;
}

void dax_unlock_folio(struct folio *folio, dax_entry_t cookie)
{
	struct address_space *mapping = folio->mapping;
	XA_STATE(xas, &mapping->i_pages, folio->index);

	if (!S_ISCHR(mapping->host->i_mode))
		dax_unlock_entry(&xas, (void *)cookie);
}

/*
 * The same from the side of the file: memory failure asks for each owner of a shared block. ~0 is the cookie for an
 * index that has no device page; `page` is not set then.
 */
dax_entry_t dax_lock_mapping_entry(struct address_space *mapping, pgoff_t index, struct page **page)
{
	XA_STATE(xas, NULL, 0);
	void *entry = NULL;

	rcu_read_lock();
	while (dax_mapping(mapping)) {
		xas.xa = &mapping->i_pages;
		xas_lock_irq(&xas);
		xas_set(&xas, index);
		entry = xas_load(&xas);
		if (dax_is_locked(entry)) {
			rcu_read_unlock();
			wait_entry_unlocked(&xas, entry);
			rcu_read_lock();
			entry = NULL;
			continue;
		}
		if (entry && !dax_is_empty_entry(entry) && !dax_is_zero_entry(entry)) {
			*page = pfn_to_page(dax_to_pfn(entry));
			dax_lock_entry(&xas, entry);
		} else {
			entry = (void *)~0UL;
		}
		xas_unlock_irq(&xas);
		break;
	}
	rcu_read_unlock();
	return (dax_entry_t)entry;
}

void dax_unlock_mapping_entry(struct address_space *mapping, pgoff_t index, dax_entry_t cookie)
{
	XA_STATE(xas, &mapping->i_pages, index);

	if (cookie != ~0UL)
		dax_unlock_entry(&xas, (void *)cookie);
}

/* ---- taking an entry for a fault ---- */

/* One function, two names for the lookup that sleeps. */
#if FSC_ERA >= 615
#define fsc_get_unlocked get_next_unlocked_entry
#else
#define fsc_get_unlocked get_unlocked_entry
#endif

/*
 * Returns the entry at the state's index, locked in the array (the value returned has no lock bit); when there is none
 * it stores a locked empty one of the wanted order. Small entries win: a PMD request that meets one falls back, a PTE
 * request takes a PMD entry with blocks as it is and splits up one without blocks (zero page or empty). Failure is a
 * VM_FAULT code in an internal entry.
 */
static void *grab_mapping_entry(struct xa_state *xas, struct address_space *mapping, unsigned int order)
{
	unsigned long wanted = xas->xa_index;
	unsigned long flags;
	bool downgrade;
	void *entry;

again:
	xas_lock_irq(xas);
	entry = fsc_get_unlocked(xas, order);

	if (entry && dax_is_conflict(entry)) {
		xas_unlock_irq(xas);
		return xa_mk_internal(VM_FAULT_FALLBACK);
	}
	if (entry && !xa_is_value(entry)) {
		xas_set_err(xas, -EIO);
		goto unlock;
	}

	downgrade = entry && !order && dax_is_pmd_entry(entry) && !dax_entry_size(entry);
	if (downgrade) {
		bool mapped = dax_is_zero_entry(entry);

		/* The lock keeps the entry while i_pages is let go. */
		dax_lock_entry(xas, entry);

		/* Only the huge zero page can be in page tables: an empty entry never got that far. */
		if (mapped) {
			xas_unlock_irq(xas);
			unmap_mapping_pages(mapping, round_down(wanted, PG_PMD_NR), PG_PMD_NR, false);
			xas_lock_irq(xas);
			xas_reset(xas);
		}
		dax_disassociate_entry(entry, mapping, false);
		mapping->nrpages -= PG_PMD_NR;
		xas_store(xas, NULL);
		dax_wake_entry(xas, entry, WAKE_ALL);
		entry = NULL;
		xas_set(xas, wanted);
	}

	if (entry) {
		dax_lock_entry(xas, entry);
		goto unlock;
	}
	flags = order ? DAX_EMPTY | DAX_PMD : DAX_EMPTY;
	entry = dax_make_entry(fsc_pfn(0), flags);
	dax_lock_entry(xas, entry);
	if (!xas_error(xas))
		mapping->nrpages += 1UL << order;

unlock:
	xas_unlock_irq(xas);
	if (xas_nomem(xas, mapping_gfp_mask(mapping) & ~__GFP_HIGHMEM))
		goto again;
	if (xas_error(xas))
		return xa_mk_internal(xas->xa_node == XA_ERROR(-ENOMEM) ? VM_FAULT_OOM : VM_FAULT_SIGBUS);
	return entry;
}

/* ---- busy pages and layout breaking ---- */

/*
 * Unmaps [start, end] of the file (LLONG_MAX: to its end) and returns one page in it that somebody holds on to, DMA as
 * a rule. The caller keeps new mappings out. Either get_user_pages_fast() notices that its page was unmapped and drops
 * the reference, or the reference is seen here.
 */
struct page *dax_layout_busy_page_range(struct address_space *mapping, loff_t start, loff_t end)
{
	pgoff_t first = start >> PAGE_SHIFT;
	pgoff_t last = end == LLONG_MAX ? ULONG_MAX : (pgoff_t)(end >> PAGE_SHIFT);
	XA_STATE(xas, &mapping->i_pages, first);
	unsigned int seen = 0;
	struct page *busy = NULL;
	void *entry;

	if (IS_ENABLED(CONFIG_FS_DAX_LIMITED))
		return NULL;
	if (!dax_mapping(mapping))
		return NULL;
#if FSC_ERA < 615
	if (!mapping_mapped(mapping))
		return NULL;
#endif

	unmap_mapping_pages(mapping, first, last - first + 1, 0);

	xas_lock_irq(&xas);
	xas_for_each(&xas, entry, last) {
		if (WARN_ON_ONCE(!xa_is_value(entry)))
			continue;
#if FSC_ERA >= 615
		entry = wait_entry_unlocked_exclusive(&xas, entry);
#else
		if (unlikely(dax_is_locked(entry)))
			entry = get_unlocked_entry(&xas, 0);
#endif
		if (entry)
			busy = dax_busy_page(entry);
		put_unlocked_entry(&xas, entry, WAKE_NEXT);
		if (busy)
			break;
		seen++;
		if (seen % XA_CHECK_SCHED == 0) {
			xas_pause(&xas);
			xas_unlock_irq(&xas);
			cond_resched();
			xas_lock_irq(&xas);
		}
	}
	xas_unlock_irq(&xas);
	return busy;
}
EXPORT_SYMBOL_GPL(dax_layout_busy_page_range);

#if FSC_ERA >= 612

struct page *dax_layout_busy_page(struct address_space *mapping)
{
	return dax_layout_busy_page_range(mapping, 0, LLONG_MAX);
}

#elif FSC_ERA >= 418

/* Of one entry, once it is not locked. */
static struct page *fsc_busy_at(struct address_space *mapping, pgoff_t index)
{
	struct page *page = NULL;
	void *entry;

	xa_lock_irq(&mapping->i_pages);
	entry = get_unlocked_mapping_entry(mapping, index, NULL);
	if (entry)
		page = dax_busy_page(entry);
	put_unlocked_mapping_entry(mapping, index, entry);
	xa_unlock_irq(&mapping->i_pages);
	return page;
}

/*
 * v4.18: the first busy page of a file that is mapped, looked for a batch at a time. v4.18.y is meant: the release itself
 * stepped on from the first index of the last entry by one, whatever its size, and so never got past a large entry
 * (commit d7782145e1ad, v4.19).
 */
struct page *dax_layout_busy_page(struct address_space *mapping)
{
	pgoff_t indices[PAGEVEC_SIZE], index = 0, end = -1;
	struct page *page = NULL;
	struct pagevec pvec;

	if (IS_ENABLED(CONFIG_FS_DAX_LIMITED) || !dax_mapping(mapping) || !mapping_mapped(mapping))
		return NULL;
	unmap_mapping_range(mapping, 0, 0, 1);

	pagevec_init(&pvec);
	while (pagevec_lookup_entries(&pvec, mapping, index, min(end - index, (pgoff_t)PAGEVEC_SIZE), indices)) {
		for (unsigned i = 0; i < pagevec_count(&pvec) && !page; i++) {
			index = indices[i];
			if (index < end && radix_tree_exceptional_entry(pvec.pages[i]))
				page = fsc_busy_at(mapping, index);
			index += (1UL << dax_radix_order(pvec.pages[i])) - 1;
		}
		pagevec_remove_exceptionals(&pvec);
		pagevec_release(&pvec);
		index++;
		if (page || index >= end)
			break;
	}
	return page;
}

#endif
EXPORT_SYMBOL_GPL(dax_layout_busy_page);

/* Removes the entry at an index once it is unlocked; a dirty one only when the file is being cut off there. */
static int __dax_invalidate_entry(struct address_space *mapping, pgoff_t index, bool trunc)
{
	XA_STATE(xas, &mapping->i_pages, index);
	int removed = 0;
	void *entry;

	xas_lock_irq(&xas);
	entry = fsc_get_unlocked(&xas, 0);
	if (entry && !WARN_ON_ONCE(!xa_is_value(entry))) {
		bool keep = !trunc && (xas_get_mark(&xas, PAGECACHE_TAG_DIRTY) ||
				       xas_get_mark(&xas, PAGECACHE_TAG_TOWRITE));

		if (!keep) {
			dax_disassociate_entry(entry, mapping, trunc);
			xas_store(&xas, NULL);
			mapping->nrpages -= 1UL << dax_entry_order(entry);
			removed = 1;
		}
	}
	/* Who waits for an entry that is gone cannot wake the next one. */
	put_unlocked_entry(&xas, entry, WAKE_ALL);
	xas_unlock_irq(&xas);
	return removed;
}

static int __dax_clear_dirty_range(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	XA_STATE(xas, &mapping->i_pages, start);
	unsigned int seen = 0;
	void *entry;

	xas_lock_irq(&xas);
	xas_for_each(&xas, entry, end) {
#if FSC_ERA >= 615
		entry = wait_entry_unlocked_exclusive(&xas, entry);
		if (!entry)
			continue;
#else
		entry = get_unlocked_entry(&xas, 0);
#endif
		xas_clear_mark(&xas, PAGECACHE_TAG_DIRTY);
		xas_clear_mark(&xas, PAGECACHE_TAG_TOWRITE);
		put_unlocked_entry(&xas, entry, WAKE_NEXT);

		seen++;
		if (seen % XA_CHECK_SCHED == 0) {
			xas_pause(&xas);
			xas_unlock_irq(&xas);
			cond_resched();
			xas_lock_irq(&xas);
		}
	}
	xas_unlock_irq(&xas);
	return 0;
}

/* For truncation and hole punching: the caller has just seen an entry there and keeps everybody else out. */
int dax_delete_mapping_entry(struct address_space *mapping, pgoff_t index)
{
	int ret = __dax_invalidate_entry(mapping, index, true);

	WARN_ON_ONCE(!ret);
	return ret;
}

/* Deletes the entries of [start, end]; with v6.15 a file system does so before it frees the blocks. */
void dax_delete_mapping_range(struct address_space *mapping, loff_t start, loff_t end)
{
	pgoff_t last = end == LLONG_MAX ? ULONG_MAX : (pgoff_t)(end >> PAGE_SHIFT);
	XA_STATE(xas, &mapping->i_pages, start >> PAGE_SHIFT);
	void *entry;

	xas_lock_irq(&xas);
	xas_for_each(&xas, entry, last) {
		if (xa_is_value(entry))
			entry = wait_entry_unlocked_exclusive(&xas, entry);
		else
			entry = NULL;
		if (entry) {
			dax_disassociate_entry(entry, mapping, true);
			mapping->nrpages -= 1UL << dax_entry_order(entry);
			xas_store(&xas, NULL);
			put_unlocked_entry(&xas, entry, WAKE_ALL);
		}
	}
	xas_unlock_irq(&xas);
}
EXPORT_SYMBOL_GPL(dax_delete_mapping_range);

/* `cb` drops the locks, sleeps and takes them again, so everything has to be looked at anew afterwards. */
static int wait_page_idle(struct page *page, void (cb)(struct inode *), struct inode *inode)
{
#if FSC_ERA >= 615
	return ___wait_var_event(page, dax_page_is_idle(page), TASK_INTERRUPTIBLE, 0, 0, cb(inode));
#else
	return ___wait_var_event(&page->_refcount, dax_page_is_idle(page), TASK_INTERRUPTIBLE, 0, 0, cb(inode));
#endif
}

static void wait_page_idle_uninterruptible(struct page *page, struct inode *inode)
{
	(void)inode;
#if FSC_ERA >= 615
	___wait_var_event(page, dax_page_is_idle(page), TASK_UNINTERRUPTIBLE, 0, 0, schedule());
#else
	___wait_var_event(&page->_refcount, dax_page_is_idle(page), TASK_UNINTERRUPTIBLE, 0, 0, schedule());
#endif
}

/* Unmaps, waits until no page of the range is busy, deletes the entries. Without `cb`: fails instead of waiting. */
int dax_break_layout(struct inode *inode, loff_t start, loff_t end, void (cb)(struct inode *))
{
	struct page *busy;
	int error = 0;

	if (!dax_mapping(inode->i_mapping))
		return 0;

	while ((busy = dax_layout_busy_page_range(inode->i_mapping, start, end)) != NULL) {
		error = cb ? wait_page_idle(busy, cb, inode) : -ERESTARTSYS;
		if (error)
			break;
	}
	if (!busy)
		dax_delete_mapping_range(inode->i_mapping, start, end);
	return error;
}
EXPORT_SYMBOL_GPL(dax_break_layout);

/* For an inode that is going away: no locks to drop, no way to give up. */
void dax_break_layout_final(struct inode *inode)
{
	struct page *busy;

	if (!dax_mapping(inode->i_mapping))
		return;
	while ((busy = dax_layout_busy_page_range(inode->i_mapping, 0, LLONG_MAX)) != NULL)
		wait_page_idle_uninterruptible(busy, inode);
	dax_delete_mapping_range(inode->i_mapping, 0, LLONG_MAX);
}
EXPORT_SYMBOL_GPL(dax_break_layout_final);

int dax_invalidate_mapping_entry_sync(struct address_space *mapping, pgoff_t index)
{
	return __dax_invalidate_entry(mapping, index, false);
}

/* ---- faults ---- */

static pgoff_t dax_iomap_pgoff(const struct iomap *iomap, loff_t pos)
{
	u64 phys = iomap->addr - iomap->offset + (pos & PAGE_MASK);

	return PHYS_PFN(phys);
}

static int copy_cow_page_dax(struct vm_fault *vmf, const struct iomap_iter *iter)
{
	int id = dax_read_lock();
	void *from, *to;
	long rc;

	rc = dax_direct_access(iter->iomap.dax_dev, dax_iomap_pgoff(&iter->iomap, iter->pos), 1, DAX_ACCESS, &from,
			       NULL);
	if (rc >= 0) {
		to = kmap_atomic(vmf->cow_page);
		copy_user_page(to, from, vmf->address, vmf->cow_page);
		kunmap_atomic(to);
		rc = 0;
	}
	dax_read_unlock(id);
	return rc;
}

/* MAP_SYNC: the page table entry of a write may come only after the metadata that leads to the block is safe. */
static bool dax_fault_is_synchronous(const struct iomap_iter *iter, struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_SYNC) && (iter->iomap.flags & IOMAP_F_DIRTY) && (iter->flags & IOMAP_WRITE);
}

/*
 * Puts the fault's pfn into the locked entry, or leaves the entry alone when it has blocks already: a PTE fault inside
 * a PMD entry marks that as dirty and no more. Returns the entry that the caller will unlock.
 */
static void *dax_insert_entry(struct xa_state *xas, struct vm_fault *vmf, const struct iomap_iter *iter, void *entry,
			      fsc_pfn_t pfn, unsigned long flags)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	void *fresh = dax_make_entry(pfn, flags), *was;
	bool shared = iter->iomap.flags & IOMAP_F_SHARED;
	bool write = iter->flags & IOMAP_WRITE;
	bool dirty = write && !dax_fault_is_synchronous(iter, vmf->vma);

	if (dirty)
		__mark_inode_dirty(mapping->host, I_DIRTY_PAGES);

	/* Blocks replace a zero page, or a copy replaces blocks: old translations have to go first. */
	if (shared || (dax_is_zero_entry(entry) && !(flags & DAX_ZERO_PAGE))) {
		if (dax_is_pte_entry(entry))
			unmap_mapping_pages(mapping, xas->xa_index, 1, false);
		else
			unmap_mapping_pages(mapping, xas->xa_index & ~PG_PMD_COLOUR, PG_PMD_NR, false);
	}

	xas_reset(xas);
	xas_lock_irq(xas);
	if (!shared && !dax_is_zero_entry(entry) && !dax_is_empty_entry(entry)) {
		/* Walks to the entry, for the marks below. */
		xas_load(xas);
	} else {
		dax_disassociate_entry(entry, mapping, false);
#if FSC_ERA >= 615
		if (!(flags & DAX_ZERO_PAGE))
#endif
			dax_associate_entry(fresh, mapping, vmf->vma, vmf->address, shared);

		was = dax_lock_entry(xas, fresh);
		WARN_ON_ONCE(was != xa_mk_value(xa_to_value(entry) | DAX_LOCKED));
		entry = fresh;
	}

	if (dirty)
		xas_set_mark(xas, PAGECACHE_TAG_DIRTY);
	if (shared && write)
		xas_set_mark(xas, PAGECACHE_TAG_TOWRITE);
	xas_unlock_irq(xas);
	return entry;
}

/* Flushes one entry; called and left with the i_pages lock. */
static int dax_writeback_one(struct xa_state *xas, struct dax_device *dax_dev, struct address_space *mapping,
			     void *entry)
{
	unsigned long pfn, first, count;
	struct vm_area_struct *vma;
	int ret = 0;

	/* A page of RAM has no business in here. */
	if (WARN_ON(!xa_is_value(entry)))
		return -EIO;

	if (unlikely(dax_is_locked(entry))) {
		void *before = entry;

		entry = fsc_get_unlocked(xas, 0);
		if (!entry || WARN_ON_ONCE(!xa_is_value(entry)))
			goto pass_on;
		/* Other blocks by now? Then what was to be written is gone. Lock bit and size may differ. */
		if (dax_to_pfn(entry) != dax_to_pfn(before))
			goto pass_on;
		if (WARN_ON_ONCE(dax_is_empty_entry(entry) || dax_is_zero_entry(entry))) {
			ret = -EIO;
			goto pass_on;
		}
		/* Another fsync was faster. */
		if (!xas_get_mark(xas, PAGECACHE_TAG_TOWRITE))
			goto pass_on;
	}

	/* Locked against faults. Another fsync that looks from here on waits for the lock, so the mark can go now. */
	dax_lock_entry(xas, entry);
	xas_clear_mark(xas, PAGECACHE_TAG_TOWRITE);
	xas_unlock_irq(xas);

	/* The range asked for may begin in the middle of a PMD entry; all of it is flushed. */
	count = 1UL << dax_entry_order(entry);
	first = round_down(xas->xa_index, count);
	pfn = dax_to_pfn(entry);

	i_mmap_lock_read(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, first, first + count - 1) {
		pfn_mkclean_range(pfn, count, first, vma);
		cond_resched();
	}
	i_mmap_unlock_read(mapping);

	dax_flush(dax_dev, page_address(pfn_to_page(pfn)), PAGE_SIZE * count);

	/* Every translation is read-only now and a new write fault waits for the entry: nothing dirty is left. */
	xas_reset(xas);
	xas_lock_irq(xas);
	xas_store(xas, entry);
	xas_clear_mark(xas, PAGECACHE_TAG_DIRTY);
	dax_wake_entry(xas, entry, WAKE_NEXT);

	trace_dax_writeback_one(mapping->host, first, count);
	return ret;

pass_on:
	put_unlocked_entry(xas, entry, WAKE_NEXT);
	return ret;
}

int dax_writeback_mapping_range(struct address_space *mapping, struct dax_device *dax_dev,
				struct writeback_control *wbc)
{
	pgoff_t last = wbc->range_end >> PAGE_SHIFT;
	struct inode *inode = mapping->host;
	XA_STATE(xas, &mapping->i_pages, wbc->range_start >> PAGE_SHIFT);
	unsigned int seen = 0;
	void *entry;
	int ret = 0;

	if (WARN_ON_ONCE(inode->i_blkbits != PAGE_SHIFT))
		return -EIO;
	if (mapping_empty(mapping) || wbc->sync_mode != WB_SYNC_ALL)
		return 0;

	trace_dax_writeback_range(inode, xas.xa_index, last);
	tag_pages_for_writeback(mapping, xas.xa_index, last);

	xas_lock_irq(&xas);
	xas_for_each_marked(&xas, entry, last, PAGECACHE_TAG_TOWRITE) {
		ret = dax_writeback_one(&xas, dax_dev, mapping, entry);
		if (ret < 0) {
			mapping_set_error(mapping, ret);
			break;
		}
		seen++;
		if (seen % XA_CHECK_SCHED == 0) {
			xas_pause(&xas);
			xas_unlock_irq(&xas);
			cond_resched();
			xas_lock_irq(&xas);
		}
	}
	xas_unlock_irq(&xas);
	trace_dax_writeback_range_done(inode, xas.xa_index, last);
	return ret;
}
EXPORT_SYMBOL_GPL(dax_writeback_mapping_range);

/* Address and pfn of [pos, pos + size) of the file; with a pfn asked for it has to be contiguous and aligned. */
static int dax_iomap_direct_access(const struct iomap *iomap, loff_t pos, size_t size, void **kaddr, fsc_pfn_t *pfnp)
{
	long pages;
	int id, rc = 0;

	id = dax_read_lock();
	pages = dax_direct_access(iomap->dax_dev, dax_iomap_pgoff(iomap, pos), PHYS_PFN(size), DAX_ACCESS, kaddr,
				  pfnp);
	if (pages < 0) {
		rc = pages;
	} else if (pfnp && (PFN_PHYS(pages) < size || (fsc_pfn_raw(*pfnp) & (PHYS_PFN(size) - 1)))) {
		rc = -EINVAL;
#if FSC_ERA < 615
	} else if (pfnp && pages > 1 && !fsc_pfn_devmap(*pfnp)) {
		/* Without a memmap there is nothing that could be larger than a page. */
		rc = -EINVAL;
#endif
	} else if (kaddr && !*kaddr) {
		rc = -EFAULT;
	}
	dax_read_unlock(id);
	return rc;
}

/*
 * A write of [pos, pos + length) goes to new blocks at daddr while the old ones stay with somebody else. Copies what
 * the write leaves alone of the aligned range around it, or all when there is nothing around it (a fault). A source
 * without data means zeroes.
 */
static int dax_iomap_copy_around(loff_t pos, uint64_t length, size_t align_size, const struct iomap *srcmap,
				 void *daddr)
{
	bool zero = srcmap->type == IOMAP_UNWRITTEN || (srcmap->flags & IOMAP_F_SHARED);
	loff_t before = pos & (align_size - 1);
	loff_t end = pos + length;
	loff_t after = round_up(end, align_size) - end;
	size_t size = ALIGN(before + length, align_size);
	void *saddr = NULL;
	int ret = 0;

	if (!zero) {
		ret = dax_iomap_direct_access(srcmap, pos, size, &saddr, NULL);
		if (ret)
			return dax_mem2blk_err(ret);
	}

	if (!before && !after) {
		if (zero)
			memset(daddr, 0, size);
		else
			ret = copy_mc_to_kernel(daddr, saddr, length);
		goto done;
	}
	if (before) {
		if (zero)
			memset(daddr, 0, before);
		else if (copy_mc_to_kernel(daddr, saddr, before))
			return -EIO;
	}
	if (after) {
		size_t off = before + length;

		if (zero)
			memset(daddr + off, 0, after);
		else if (copy_mc_to_kernel(daddr + off, saddr + off, after))
			return -EIO;
	}
done:
	if (zero)
		dax_flush(srcmap->dax_dev, daddr, size);
	return ret ? -EIO : 0;
}

/* A read of a hole maps the zero page, read-only; a write faults again and gets blocks. */
static vm_fault_t dax_load_hole(struct xa_state *xas, struct vm_fault *vmf, const struct iomap_iter *iter,
				void **entry)
{
	fsc_pfn_t zero = fsc_pfn(my_zero_pfn(vmf->address));
	vm_fault_t ret;

	*entry = dax_insert_entry(xas, vmf, iter, *entry, zero, DAX_ZERO_PAGE);
#if FSC_ERA >= 615
	ret = vmf_insert_page_mkwrite(vmf, fsc_pfn_page(zero), false);
#else
	ret = vmf_insert_mixed(vmf->vma, vmf->address, zero);
#endif
	trace_dax_load_hole(iter->inode, vmf, ret);
	return ret;
}

#if FSC_ERA < 618

static vm_fault_t dax_pmd_load_hole(struct xa_state *xas, struct vm_fault *vmf, const struct iomap_iter *iter,
				    void **entry)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	struct inode *inode = vmf->vma->vm_file->f_mapping->host;
	struct folio *zero = mm_get_huge_zero_folio(mm);
	pgtable_t table = NULL;
	spinlock_t *ptl;
	pmd_t pmd;

	if (unlikely(!zero))
		goto small;

	*entry = dax_insert_entry(xas, vmf, iter, *entry, fsc_pfn_of(&zero->page), DAX_PMD | DAX_ZERO_PAGE);

	if (arch_needs_pgtable_deposit()) {
		table = pte_alloc_one(mm);
		if (!table)
			return VM_FAULT_OOM;
	}

	ptl = pmd_lock(mm, vmf->pmd);
	if (!pmd_none(*vmf->pmd)) {
		spin_unlock(ptl);
		goto small;
	}
	if (table) {
		pgtable_trans_huge_deposit(mm, vmf->pmd, table);
		mm_inc_nr_ptes(mm);
	}
	pmd = pmd_mkhuge(mk_pmd(&zero->page, vmf->vma->vm_page_prot));
	set_pmd_at(mm, vmf->address & PMD_MASK, vmf->pmd, pmd);
	spin_unlock(ptl);
	trace_dax_pmd_load_hole(inode, vmf, zero, *entry);
	return VM_FAULT_NOPAGE;

small:
	if (table)
		pte_free(mm, table);
	trace_dax_pmd_load_hole_fallback(inode, vmf, zero, *entry);
	return VM_FAULT_FALLBACK;
}

#else

static vm_fault_t dax_pmd_load_hole(struct xa_state *xas, struct vm_fault *vmf, const struct iomap_iter *iter,
				    void **entry)
{
	struct folio *zero = mm_get_huge_zero_folio(vmf->vma->vm_mm);
	struct inode *inode = vmf->vma->vm_file->f_mapping->host;
	vm_fault_t ret;

	if (unlikely(!zero)) {
		trace_dax_pmd_load_hole_fallback(inode, vmf, zero, *entry);
		return VM_FAULT_FALLBACK;
	}
	*entry = dax_insert_entry(xas, vmf, iter, *entry, folio_pfn(zero), DAX_PMD | DAX_ZERO_PAGE);
	ret = vmf_insert_folio_pmd(vmf, zero, false);
	if (ret == VM_FAULT_NOPAGE)
		trace_dax_pmd_load_hole(inode, vmf, zero, *entry);
	return ret;
}

#endif

/* ---- loop bodies report progress in one of two ways ---- */
#if FSC_ERA >= 615
typedef int fsc_iter_ret_t;
#define fsc_iter_result status
#else
typedef s64 fsc_iter_ret_t;
#define fsc_iter_result processed
#endif

/* All of the current mapping is done. */
static inline fsc_iter_ret_t fsc_iter_whole(struct iomap_iter *iter)
{
#if FSC_ERA >= 615
	return iomap_iter_advance_full(iter);
#else
	return iomap_length(iter);
#endif
}

static fsc_iter_ret_t dax_unshare_iter(struct iomap_iter *iter)
{
	loff_t from = round_down(iter->pos, PAGE_SIZE);
	u64 bytes;
	void *dst = NULL, *src = NULL;
	int id, ret;

	if (!iomap_want_unshare_iter(iter))
		return fsc_iter_whole(iter);

	/* Blocks are copied whole, and what maps the old ones has to go. */
	bytes = round_up(iter->pos + iomap_length(iter), PAGE_SIZE) - from;
	invalidate_inode_pages2_range(iter->inode->i_mapping, from >> PAGE_SHIFT, (from + bytes - 1) >> PAGE_SHIFT);

	id = dax_read_lock();
	ret = dax_iomap_direct_access(&iter->iomap, from, bytes, &dst, NULL);
	if (ret >= 0)
		ret = dax_iomap_direct_access(iomap_iter_srcmap(iter), from, bytes, &src, NULL);
	if (ret >= 0 && copy_mc_to_kernel(dst, src, bytes))
		ret = -EIO;
	dax_read_unlock(id);
	if (ret < 0)
		return dax_mem2blk_err(ret);
	return fsc_iter_whole(iter);
}

int dax_file_unshare(struct inode *inode, loff_t pos, loff_t len, const struct iomap_ops *ops)
{
	struct iomap_iter iter = {
		.flags = IOMAP_DAX | IOMAP_UNSHARE | IOMAP_WRITE,
		.pos = pos,
		.inode = inode,
	};
	loff_t upto = i_size_read(inode);
	int ret;

	if (upto <= pos || pos < 0)
		return 0;
	iter.len = min(upto - pos, len);
	for (ret = iomap_iter(&iter, ops); ret > 0; ret = iomap_iter(&iter, ops))
		iter.fsc_iter_result = dax_unshare_iter(&iter);
	return ret;
}
EXPORT_SYMBOL_GPL(dax_file_unshare);

static int dax_memzero(struct iomap_iter *iter, loff_t pos, size_t size)
{
	const struct iomap *iomap = &iter->iomap;
	unsigned int off = offset_in_page(pos);
	void *kaddr;
	long ret;

	ret = dax_direct_access(iomap->dax_dev, dax_iomap_pgoff(iomap, pos), 1, DAX_ACCESS, &kaddr, NULL);
	if (ret < 0)
		return dax_mem2blk_err(ret);

	memset(kaddr + off, 0, size);
	if (iomap->flags & IOMAP_F_SHARED)
		return dax_iomap_copy_around(pos, size, PAGE_SIZE, iomap_iter_srcmap(iter), kaddr);
	dax_flush(iomap->dax_dev, kaddr + off, size);
	return ret;
}

#if FSC_ERA >= 615
static int dax_zero_iter(struct iomap_iter *iter, bool *did_zero)
#else
static s64 dax_zero_iter(struct iomap_iter *iter, bool *did_zero)
#endif
{
	const struct iomap *srcmap = iomap_iter_srcmap(iter);
	u64 todo = iomap_length(iter);
	loff_t pos = iter->pos;
	long rc;

	/* Nothing there reads as zeroes already. */
	if (srcmap->type == IOMAP_UNWRITTEN || srcmap->type == IOMAP_HOLE)
		return fsc_iter_whole(iter);

	/* New blocks take the place of shared ones: translations to the old have to go. */
	if (iter->iomap.flags & IOMAP_F_SHARED)
		invalidate_inode_pages2_range(iter->inode->i_mapping, pos >> PAGE_SHIFT,
					      (pos + todo - 1) >> PAGE_SHIFT);

	while (todo) {
		unsigned int size = min_t(u64, PAGE_SIZE - offset_in_page(pos), todo);
		int id = dax_read_lock();

		if (size == PAGE_SIZE)
			rc = dax_zero_page_range(iter->iomap.dax_dev, dax_iomap_pgoff(&iter->iomap, pos), 1);
		else
			rc = dax_memzero(iter, pos, size);
		dax_read_unlock(id);
		if (rc < 0)
			return rc;
		pos += size;
		todo -= size;
	}
	if (did_zero)
		*did_zero = true;
	return fsc_iter_whole(iter);
}

int dax_zero_range(struct inode *inode, loff_t pos, loff_t len, bool *did_zero, const struct iomap_ops *ops)
{
	struct iomap_iter iter = {
		.flags = IOMAP_ZERO | IOMAP_DAX,
		.len = len,
		.pos = pos,
		.inode = inode,
	};
	int ret;

	for (ret = iomap_iter(&iter, ops); ret > 0; ret = iomap_iter(&iter, ops))
		iter.fsc_iter_result = dax_zero_iter(&iter, did_zero);
	return ret;
}
EXPORT_SYMBOL_GPL(dax_zero_range);

int dax_truncate_page(struct inode *inode, loff_t pos, bool *did_zero, const struct iomap_ops *ops)
{
	unsigned int block = i_blocksize(inode);
	unsigned int into = pos & (block - 1);

	return into ? dax_zero_range(inode, pos, block - into, did_zero, ops) : 0;
}
EXPORT_SYMBOL_GPL(dax_truncate_page);

/* ---- read(2) and write(2) ---- */

#if FSC_ERA >= 615
static int dax_iomap_iter(struct iomap_iter *iomi, struct iov_iter *iter)
#else
static loff_t dax_iomap_iter(const struct iomap_iter *iomi, struct iov_iter *iter)
#endif
{
	const struct iomap *iomap = &iomi->iomap;
	struct dax_device *dax_dev = iomap->dax_dev;
	bool write = iov_iter_rw(iter) == WRITE;
	bool cow = write && (iomap->flags & IOMAP_F_SHARED);
	loff_t start = iomi->pos, pos = start;
	loff_t length = iomap_length(iomi);
	loff_t end = pos + length;
	ssize_t ret = 0;
	int id;

	if (!write) {
		end = min(end, i_size_read(iomi->inode));
		if (pos >= end)
			return 0;
		if (iomap->type == IOMAP_UNWRITTEN || iomap->type == IOMAP_HOLE) {
			u64 zeroed = iov_iter_zero(min(length, end - pos), iter);

#if FSC_ERA >= 615
			return iomap_iter_advance(iomi, FSC_ADVANCE(zeroed));
#else
			return zeroed;
#endif
		}
	}

	/* A write needs written blocks, or new ones that a copy will fill. */
	if (WARN_ON_ONCE(iomap->type != IOMAP_MAPPED && !(iomap->flags & IOMAP_F_SHARED)))
		return -EIO;

	/* Blocks came, or others take their place: what maps the zero page or the old blocks has to go. */
	if ((iomap->flags & IOMAP_F_NEW) || cow) {
		pgoff_t first = pos >> PAGE_SHIFT, last = (end - 1) >> PAGE_SHIFT;

		/* A dirty entry would survive the invalidation. */
		if (cow)
			__dax_clear_dirty_range(iomi->inode->i_mapping, first, last);
		invalidate_inode_pages2_range(iomi->inode->i_mapping, first, last);
	}

	id = dax_read_lock();
	while (pos < end) {
		unsigned int off = offset_in_page(pos);
		size_t size = ALIGN(length + off, PAGE_SIZE);
		pgoff_t pgoff = dax_iomap_pgoff(iomap, pos);
		bool recovery = false;
		ssize_t room;
		size_t done;
		void *kaddr;

		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}

		room = dax_direct_access(dax_dev, pgoff, PHYS_PFN(size), DAX_ACCESS, &kaddr, NULL);
		if (write && room == -EHWPOISON) {
			room = dax_direct_access(dax_dev, pgoff, PHYS_PFN(size), DAX_RECOVERY_WRITE, &kaddr, NULL);
			recovery = room > 0;
		}
		if (room < 0) {
			ret = dax_mem2blk_err(room);
			break;
		}
		if (cow) {
			ret = dax_iomap_copy_around(pos, length, PAGE_SIZE, iomap_iter_srcmap(iomi), kaddr);
			if (ret)
				break;
		}

		kaddr += off;
		room = min_t(ssize_t, PFN_PHYS(room) - off, end - pos);
		if (!write)
			done = dax_copy_to_iter(dax_dev, pgoff, kaddr, room, iter);
		else if (recovery)
			done = dax_recovery_write(dax_dev, pgoff, kaddr, room, iter);
		else
			done = dax_copy_from_iter(dax_dev, pgoff, kaddr, room, iter);

		length -= done;
		pos += done;
		if (!done)
			ret = -EFAULT;
		if (done < (size_t)room)
			break;
	}
	dax_read_unlock(id);

	if (pos == start)
		return ret;
#if FSC_ERA >= 615
	{
		u64 advance = pos - start;

		return iomap_iter_advance(iomi, FSC_ADVANCE(advance));
	}
#else
	return pos - start;
#endif
}

/* The caller holds i_rwsem: exclusively to write, shared to read. */
ssize_t dax_iomap_rw(struct kiocb *iocb, struct iov_iter *iter, const struct iomap_ops *ops)
{
	struct inode *inode = iocb->ki_filp->f_mapping->host;
	bool write = iov_iter_rw(iter) == WRITE;
	struct iomap_iter iomi = {
		.flags = IOMAP_DAX | (write ? IOMAP_WRITE : 0),
		.len = iov_iter_count(iter),
		.pos = iocb->ki_pos,
		.inode = inode,
	};
	loff_t done;
	int ret;

	if (iomi.len == 0)
		return 0;
	if (iocb->ki_flags & IOCB_NOWAIT)
		iomi.flags |= IOMAP_NOWAIT;
	if (write)
		lockdep_assert_held_write(&inode->i_rwsem);
	else if (!sb_rdonly(inode->i_sb))
		lockdep_assert_held(&inode->i_rwsem);

	for (ret = iomap_iter(&iomi, ops); ret > 0; ret = iomap_iter(&iomi, ops))
		iomi.fsc_iter_result = dax_iomap_iter(&iomi, iter);

	done = iomi.pos - iocb->ki_pos;
	iocb->ki_pos += done;
	return done ? done : ret;
}
EXPORT_SYMBOL_GPL(dax_iomap_rw);

static vm_fault_t dax_fault_return(int error)
{
	return error ? vmf_error(error) : VM_FAULT_NOPAGE;
}

/* The caller of dax_iomap_fault() syncs, then inserts this pfn with dax_finish_sync_fault(). */
static vm_fault_t dax_fault_synchronous_pfnp(fsc_pfn_t *pfnp, fsc_pfn_t pfn)
{
	if (WARN_ON_ONCE(!pfnp))
		return VM_FAULT_SIGBUS;
	*pfnp = pfn;
	return VM_FAULT_NEEDDSYNC;
}

/* A write to a private mapping: the copy is ordinary memory. */
static vm_fault_t dax_fault_cow_page(struct vm_fault *vmf, const struct iomap_iter *iter)
{
	vm_fault_t ret;
	int error = 0;

	if (iter->iomap.type == IOMAP_UNWRITTEN || iter->iomap.type == IOMAP_HOLE)
		clear_user_highpage(vmf->cow_page, vmf->address);
	else if (iter->iomap.type == IOMAP_MAPPED)
		error = copy_cow_page_dax(vmf, iter);
	else {
		WARN_ON_ONCE(1);
		error = -EIO;
	}
	if (error)
		return dax_fault_return(error);

	__SetPageUptodate(vmf->cow_page);
	ret = finish_fault(vmf);
	return ret ? ret : VM_FAULT_DONE_COW;
}

/* What PTE and PMD faults do with one mapping of the file system: entry, copy, page table. */
static vm_fault_t dax_fault_iter(struct vm_fault *vmf, const struct iomap_iter *iter, fsc_pfn_t *pfnp,
				 struct xa_state *xas, void **entry, bool pmd)
{
	const struct iomap *iomap = &iter->iomap;
	size_t size = pmd ? PMD_SIZE : PAGE_SIZE;
	loff_t pos = (loff_t)xas->xa_index << PAGE_SHIFT;
	bool write = iter->flags & IOMAP_WRITE;
	bool shared = iomap->flags & IOMAP_F_SHARED;
#if FSC_ERA >= 615
	struct folio *folio;
	vm_fault_t ret;
#endif
	void *kaddr;
	fsc_pfn_t pfn;
	int err;

	if (vmf->cow_page && !pmd)
		return dax_fault_cow_page(vmf, iter);

	if (!write && (iomap->type == IOMAP_HOLE || iomap->type == IOMAP_UNWRITTEN))
		return pmd ? dax_pmd_load_hole(xas, vmf, iter, entry) : dax_load_hole(xas, vmf, iter, entry);

	if (iomap->type != IOMAP_MAPPED && !shared) {
		WARN_ON_ONCE(1);
		return pmd ? VM_FAULT_FALLBACK : VM_FAULT_SIGBUS;
	}

	err = dax_iomap_direct_access(iomap, pos, size, &kaddr, &pfn);
	if (err)
		return pmd ? VM_FAULT_FALLBACK : dax_fault_return(err);

	*entry = dax_insert_entry(xas, vmf, iter, *entry, pfn, pmd ? DAX_PMD : 0);

	if (write && shared) {
		err = dax_iomap_copy_around(pos, size, size, iomap_iter_srcmap(iter), kaddr);
		if (err)
			return dax_fault_return(err);
	}

#if FSC_ERA >= 615
	folio = dax_to_folio(*entry);
#endif
	if (dax_fault_is_synchronous(iter, vmf->vma))
		return dax_fault_synchronous_pfnp(pfnp, pfn);

#if FSC_ERA >= 615
	/* The only place where a first reference may be taken: the locked entry keeps the folio from going away. */
	folio_ref_inc(folio);
	if (pmd)
		ret = vmf_insert_folio_pmd(vmf, pfn_folio(fsc_pfn_raw(pfn)), write);
	else
		ret = vmf_insert_page_mkwrite(vmf, fsc_pfn_page(pfn), write);
	folio_put(folio);
	return ret;
#else
	if (pmd)
		return fsc_insert_pfn_pmd(vmf, pfn, write);
	return write ? vmf_insert_mixed_mkwrite(vmf->vma, vmf->address, pfn) :
		       vmf_insert_mixed(vmf->vma, vmf->address, pfn);
#endif
}

static vm_fault_t dax_iomap_pte_fault(struct vm_fault *vmf, fsc_pfn_t *pfnp, int *iomap_errp,
				      const struct iomap_ops *ops)
{
	struct file *file = vmf->vma->vm_file;
	XA_STATE(xas, &file->f_mapping->i_pages, vmf->pgoff);
	bool write = (vmf->flags & FAULT_FLAG_WRITE) && !vmf->cow_page;
	struct iomap_iter iter = {
		.flags = IOMAP_FAULT | IOMAP_DAX | (write ? IOMAP_WRITE : 0),
		.len = PAGE_SIZE,
		.pos = (loff_t)vmf->pgoff << PAGE_SHIFT,
		.inode = file->f_mapping->host,
	};
	int error;
	void *entry;
	vm_fault_t ret = 0;

	trace_dax_pte_fault(iter.inode, vmf, ret);
	/* The caller keeps truncation out, so the size does not move. */
	if (i_size_read(iter.inode) <= iter.pos) {
		ret = VM_FAULT_SIGBUS;
		goto out;
	}

	entry = grab_mapping_entry(&xas, file->f_mapping, 0);
	if (xa_is_internal(entry)) {
		ret = xa_to_internal(entry);
		goto out;
	}

	/* A PMD fault was faster: the access is simply repeated. */
	if (pmd_devmap(*vmf->pmd) || pmd_trans_huge(*vmf->pmd)) {
		ret = VM_FAULT_NOPAGE;
		goto unlock;
	}

	for (error = iomap_iter(&iter, ops); error > 0; error = iomap_iter(&iter, ops)) {
		if (WARN_ON_ONCE(iomap_length(&iter) < PAGE_SIZE)) {
			iter.fsc_iter_result = -EIO;
			continue;
		}

		ret = dax_fault_iter(vmf, &iter, pfnp, &xas, &entry, false);
		if ((iter.iomap.flags & IOMAP_F_NEW) && ret != VM_FAULT_SIGBUS) {
			ret |= VM_FAULT_MAJOR;
			count_vm_event(PGMAJFAULT);
			count_memcg_event_mm(vmf->vma->vm_mm, PGMAJFAULT);
		}
		if (!(ret & VM_FAULT_ERROR)) {
#if FSC_ERA >= 615
			u64 length = PAGE_SIZE;

			iter.status = iomap_iter_advance(&iter, FSC_ADVANCE(length));
#else
			iter.processed = PAGE_SIZE;
#endif
		}
	}
	if (iomap_errp)
		*iomap_errp = error;
	if (error && !ret)
		ret = dax_fault_return(error);

unlock:
	dax_unlock_entry(&xas, entry);
out:
	trace_dax_pte_fault_done(iter.inode, vmf, ret);
	return ret;
}

/* Reasons why 2 MiB at once cannot work for this fault. */
static bool dax_fault_check_fallback(struct vm_fault *vmf, struct xa_state *xas, pgoff_t max_pgoff)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long start = vmf->address & PMD_MASK;

	/* A PMD of the page table and one of the file have to begin at the same place. */
	if (((vmf->address >> PAGE_SHIFT) ^ vmf->pgoff) & PG_PMD_COLOUR)
		return true;
	/* A private copy is made page by page. */
	if (!(vma->vm_flags & VM_SHARED) && (vmf->flags & FAULT_FLAG_WRITE))
		return true;
	/* It has to fit into the VMA and into the file. */
	if (start < vma->vm_start || start + PMD_SIZE > vma->vm_end)
		return true;
	return (xas->xa_index | PG_PMD_COLOUR) >= max_pgoff;
}

static vm_fault_t dax_iomap_pmd_fault(struct vm_fault *vmf, fsc_pfn_t *pfnp, const struct iomap_ops *ops)
{
	struct inode *inode = vmf->vma->vm_file->f_mapping->host;
	XA_STATE_ORDER(xas, &inode->i_mapping->i_pages, vmf->pgoff, PMD_ORDER);
	pgoff_t max_pgoff = DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE);
	struct iomap_iter iter = {
		.flags = IOMAP_FAULT | IOMAP_DAX | (vmf->flags & FAULT_FLAG_WRITE ? IOMAP_WRITE : 0),
		.len = PMD_SIZE,
		.inode = inode,
	};
	vm_fault_t ret = VM_FAULT_SIGBUS;
	void *entry;

	trace_dax_pmd_fault(inode, vmf, max_pgoff, 0);
	if (max_pgoff <= xas.xa_index)
		goto out;
	ret = VM_FAULT_FALLBACK;
	if (dax_fault_check_fallback(vmf, &xas, max_pgoff))
		goto fallback;

	/* Whatever comes back is as large as asked for: something smaller in the way is a fallback. */
	entry = grab_mapping_entry(&xas, inode->i_mapping, PMD_ORDER);
	if (xa_is_internal(entry)) {
		ret = xa_to_internal(entry);
		goto fallback;
	}

	/* A PTE fault was faster and has put a page table there: the access is repeated. */
	if (!pmd_none(*vmf->pmd) && !pmd_devmap(*vmf->pmd) && !pmd_trans_huge(*vmf->pmd)) {
		ret = 0;
		goto unlock;
	}

	iter.pos = (loff_t)xas.xa_index << PAGE_SHIFT;
	while (iomap_iter(&iter, ops) > 0) {
		/* No progress ends the loop. */
		if (iomap_length(&iter) < PMD_SIZE)
			continue;

		ret = dax_fault_iter(vmf, &iter, pfnp, &xas, &entry, true);
		if (ret != VM_FAULT_FALLBACK) {
#if FSC_ERA >= 615
			u64 length = PMD_SIZE;

			iter.status = iomap_iter_advance(&iter, FSC_ADVANCE(length));
#else
			iter.processed = PMD_SIZE;
#endif
		}
	}

unlock:
	dax_unlock_entry(&xas, entry);
fallback:
	if (ret == VM_FAULT_FALLBACK) {
		split_huge_pmd(vmf->vma, vmf->pmd, vmf->address);
		count_vm_event(THP_FAULT_FALLBACK);
	}
out:
	trace_dax_pmd_fault_done(inode, vmf, max_pgoff, ret);
	return ret;
}

/* The file system's fault handler calls this with truncation locked out. */
vm_fault_t dax_iomap_fault(struct vm_fault *vmf, unsigned int order, fsc_pfn_t *pfnp, int *iomap_errp,
			   const struct iomap_ops *ops)
{
	if (order == PMD_ORDER)
		return dax_iomap_pmd_fault(vmf, pfnp, ops);
	return order ? VM_FAULT_FALLBACK : dax_iomap_pte_fault(vmf, pfnp, iomap_errp, ops);
}
EXPORT_SYMBOL_GPL(dax_iomap_fault);

/* Second half of a MAP_SYNC write fault: the entry was not locked meanwhile, so it is looked at again. */
static vm_fault_t dax_insert_pfn_mkwrite(struct vm_fault *vmf, fsc_pfn_t pfn, unsigned int order)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	XA_STATE_ORDER(xas, &mapping->i_pages, vmf->pgoff, order);
#if FSC_ERA >= 615
	struct folio *folio;
#endif
	vm_fault_t ret = VM_FAULT_FALLBACK;
	void *entry;

	xas_lock_irq(&xas);
	entry = fsc_get_unlocked(&xas, order);
	/* Split, punched out or widened since: the access is repeated. */
	if (!entry || dax_is_conflict(entry) || (!order && !dax_is_pte_entry(entry))) {
		put_unlocked_entry(&xas, entry, WAKE_NEXT);
		xas_unlock_irq(&xas);
		trace_dax_insert_pfn_mkwrite_no_entry(mapping->host, vmf, VM_FAULT_NOPAGE);
		return VM_FAULT_NOPAGE;
	}
	xas_set_mark(&xas, PAGECACHE_TAG_DIRTY);
	dax_lock_entry(&xas, entry);
	xas_unlock_irq(&xas);

#if FSC_ERA >= 615
	folio = pfn_folio(fsc_pfn_raw(pfn));
	folio_ref_inc(folio);
	if (!order)
		ret = vmf_insert_page_mkwrite(vmf, &folio->page, true);
	else if (order == PMD_ORDER)
		ret = vmf_insert_folio_pmd(vmf, folio, FAULT_FLAG_WRITE);
	folio_put(folio);
#else
	if (!order)
		ret = vmf_insert_mixed_mkwrite(vmf->vma, vmf->address, pfn);
	else if (order == PMD_ORDER)
		ret = fsc_insert_pfn_pmd(vmf, pfn, FAULT_FLAG_WRITE);
#endif
	dax_unlock_entry(&xas, entry);
	trace_dax_insert_pfn_mkwrite(mapping->host, vmf, ret);
	return ret;
}

vm_fault_t dax_finish_sync_fault(struct vm_fault *vmf, unsigned int order, fsc_pfn_t pfn)
{
	loff_t from = (loff_t)vmf->pgoff << PAGE_SHIFT;
	loff_t to = from + (PAGE_SIZE << order) - 1;

	if (vfs_fsync_range(vmf->vma->vm_file, from, to, 1))
		return VM_FAULT_SIGBUS;
	return dax_insert_pfn_mkwrite(vmf, pfn, order);
}
EXPORT_SYMBOL_GPL(dax_finish_sync_fault);

/* ---- dedupe ---- */

#if FSC_ERA >= 615
static int dax_range_compare_iter(struct iomap_iter *it_src, struct iomap_iter *it_dest, u64 len, bool *same)
#else
static loff_t dax_range_compare_iter(struct iomap_iter *it_src, struct iomap_iter *it_dest, u64 len, bool *same)
#endif
{
	const struct iomap *smap = &it_src->iomap, *dmap = &it_dest->iomap;
	loff_t spos = it_src->pos, dpos = it_dest->pos;
	bool shole = smap->type == IOMAP_HOLE, dhole = dmap->type == IOMAP_HOLE;
	void *saddr, *daddr;
	int id, ret;

	len = min(len, min(smap->length, dmap->length));
	if (shole && dhole) {
		*same = true;
	} else if (shole || dhole) {
		*same = false;
		return 0;
	} else {
		id = dax_read_lock();
		ret = dax_iomap_direct_access(smap, spos, ALIGN(len + offset_in_page(spos), PAGE_SIZE), &saddr, NULL);
		if (ret >= 0)
			ret = dax_iomap_direct_access(dmap, dpos, ALIGN(len + offset_in_page(dpos), PAGE_SIZE), &daddr,
						      NULL);
		if (ret < 0) {
			dax_read_unlock(id);
			return -EIO;
		}
		*same = memcmp(saddr + offset_in_page(spos), daddr + offset_in_page(dpos), len) == 0;
		dax_read_unlock(id);
		if (!*same)
			len = 0;
	}
#if FSC_ERA >= 615
	{
		/* Advancing overwrites what it was given. */
		u64 src_step = len, dest_step = len;

		ret = iomap_iter_advance(it_src, FSC_ADVANCE(src_step));
		return ret ? ret : iomap_iter_advance(it_dest, FSC_ADVANCE(dest_step));
	}
#else
	return len;
#endif
}

int dax_dedupe_file_range_compare(struct inode *src, loff_t srcoff, struct inode *dst, loff_t dstoff, loff_t len,
				  bool *same, const struct iomap_ops *ops)
{
	struct iomap_iter from = {
		.flags = IOMAP_DAX,
		.len = len,
		.pos = srcoff,
		.inode = src,
	};
	struct iomap_iter to = {
		.flags = IOMAP_DAX,
		.len = len,
		.pos = dstoff,
		.inode = dst,
	};
	fsc_iter_ret_t compared;
	int ret;

	for (;;) {
		ret = iomap_iter(&from, ops);
		if (ret > 0)
			ret = iomap_iter(&to, ops);
		if (ret <= 0)
			return ret;
		compared = dax_range_compare_iter(&from, &to, min(from.len, to.len), same);
		if (compared < 0)
			return ret;
		from.fsc_iter_result = compared;
		to.fsc_iter_result = compared;
	}
}

int dax_remap_file_range_prep(struct file *file_in, loff_t pos_in, struct file *file_out, loff_t pos_out, loff_t *len,
			      unsigned int remap_flags, const struct iomap_ops *ops)
{
	return __generic_remap_file_range_prep(file_in, pos_in, file_out, pos_out, len, remap_flags, ops);
}
EXPORT_SYMBOL_GPL(dax_remap_file_range_prep);

/* ---- one era's names in the other: see the head of this file ---- */
#if FSC_ERA >= 615
static __maybe_unused void *get_unlocked_entry(struct xa_state *xas, unsigned int order)
{
	return get_next_unlocked_entry(xas, order);
}
#else
static __maybe_unused void *get_next_unlocked_entry(struct xa_state *xas, unsigned int order)
{
	return get_unlocked_entry(xas, order);
}
#endif
