/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locked entries: who waits for them, who looks at them, who finds them gone. */
#include <linux/hash.h>
#include "scenario.h"

struct sc_lock {
	struct sc_file *f;
	unsigned long index;
	dax_entry_t cookie;
	struct page *page;
};

static void sc_lock_entry(struct sc_lock *l)
{
	__fsc_step("lock entry %s[%lu]", l->f->name, l->index);
	l->page = NULL;
	l->cookie = dax_lock_mapping_entry(l->f->inode->i_mapping, l->index, &l->page);
}

static void sc_task_unlock(void *arg)
{
	struct sc_lock *l = arg;

	__fsc_step("unlock entry %s[%lu]", l->f->name, l->index);
	dax_unlock_mapping_entry(l->f->inode->i_mapping, l->index, l->cookie);
}

static void sc_task_read(void *arg)
{
	sc_try_read(arg, ((struct sc_map *)arg)->first);
}

static void sc_task_cut(void *arg)
{
	struct sc_file *f = arg;

	sc_truncate(f, 0);
}

FSC_SCENARIO(lock_lookup, "lock-lookup", "Memory failure's look at an entry: by folio, by file and index, and where nothing is",
	     "order=0,9 index=0,512 what=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	int what = __fsc_param("what", 0);
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m = sc_mmap(mm, &a, first, n, SC_RW);
	struct sc_lock l = { &a, first, 0, NULL };
	struct folio *folio;
	dax_entry_t cookie;

	/* 0: blocks, 1: a hole that was read, 2: nothing at all */
	if (what == 0)
		sc_fill(&a, first, n);
	if (what < 2)
		sc_read(&m, first);
	sc_lock_entry(&l);
	SC_EXPECT((l.page != NULL) == (what == 0), "exactly an entry with a page gives its page when it is locked");
	sc_task_unlock(&l);
	__fsc_quiesce("unlocked");
	if (what == 0) {
		folio = page_folio(l.page);
		SC_DO(cookie = dax_lock_folio(folio); SC_EXPECT(cookie != 0 && cookie != ~0UL,
			  "a folio that a file has can be locked by its folio");
		      dax_unlock_folio(folio, cookie), "lock and unlock the folio of A[%lu]", first);
	}
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(wait_for_entry, "wait-for-entry", "Several tasks wait for a locked entry, one of which removes it",
	     "order=0,9 index=0,512 waiters=2,3 cut=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	int waiters = __fsc_param("waiters", 2), cut = __fsc_param("cut", 0), i, ids[5], nr = 0;
	struct sc_file a = sc_create("A", first + n);
	struct sc_lock l = { &a, first, 0, NULL };
	struct mm_struct *mms[3];
	struct sc_map m, maps[3];

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	sc_read(&m, first);
	/* Unmapped, so that the only lock between the waiters is the entry's. */
	sc_munmap(&m);
	for (i = 0; i < waiters; i++) {
		mms[i] = i ? fsc_mm_create() : mm;
		maps[i] = sc_mmap(mms[i], &a, first, n, SC_RW);
	}
	sc_lock_entry(&l);
	/* cut 0: nobody removes it; 1: the first in the queue does; 2: the last. */
	if (cut == 1)
		ids[nr++] = sc_spawn("truncate", sc_task_cut, &a);
	for (i = 0; i < waiters; i++)
		ids[nr++] = sc_spawn("reader", sc_task_read, &maps[i]);
	if (cut == 2)
		ids[nr++] = sc_spawn("truncate", sc_task_cut, &a);
	ids[nr++] = sc_spawn("unlock", sc_task_unlock, &l);
	for (i = 0; i < nr; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	for (i = 0; i < waiters; i++) {
		sc_munmap(&maps[i]);
		if (i)
			fsc_mm_destroy(mms[i]);
	}
	sc_remove(&a);
	sc_end(mm);
}

/* What the last invalidation said: 1, the entry is gone; 0, it is dirty and stays. */
static int sc_invalidated;

static void sc_task_invalidate(void *arg)
{
	struct sc_lock *l = arg;

	__fsc_step("invalidate %s[%lu]", l->f->name, l->index);
	sc_invalidated = dax_invalidate_mapping_entry_sync(l->f->inode->i_mapping, l->index);
	/* As invalidate_inode_pages2_range() does: who has faulted meanwhile faults again. */
	unmap_mapping_range(l->f->inode->i_mapping, 0, 0, 0);
}

static void sc_invalidate_waiters(bool dirty)
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	int readers = __fsc_param("readers", 2), i, ids[6], nr = 0;
	struct sc_file a = sc_create("A", n);
	struct sc_lock l = { &a, 0, 0, NULL };
	struct mm_struct *mms[3];
	struct sc_map m, maps[3];

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	if (dirty)
		sc_write(&m, 0, 1);
	else
		sc_read(&m, 0);
	sc_munmap(&m);
	/* A load, too, makes an entry dirty in Linux 6.1. */
	if (!dirty)
		sc_fsync(&a);
	for (i = 0; i < readers; i++) {
		mms[i] = i ? fsc_mm_create() : mm;
		maps[i] = sc_mmap(mms[i], &a, 0, n, SC_RW);
	}
	sc_lock_entry(&l);
	for (i = 0; i < __fsc_param("removers", 1); i++)
		ids[nr++] = sc_spawn("invalidate", sc_task_invalidate, &l);
	for (i = 0; i < readers; i++)
		ids[nr++] = sc_spawn("reader", sc_task_read, &maps[i]);
	ids[nr++] = sc_spawn("unlock", sc_task_unlock, &l);
	for (i = 0; i < nr; i++)
		sc_join(ids[i]);
	if (dirty)
		SC_EXPECT(sc_invalidated == 0, "an entry that is dirty is not invalidated");
	__fsc_quiesce("all are done");
	for (i = 0; i < readers; i++) {
		sc_munmap(&maps[i]);
		if (i)
			fsc_mm_destroy(mms[i]);
	}
	sc_remove(&a);
	sc_end(mm);
}

/* Entries of all files share 1 << SC_QUEUES queues by a hash of their array and index (fs/dax.c). */
#define SC_QUEUES 12

static unsigned long sc_queue_of(struct sc_file *f, unsigned long index)
{
	return hash_long((unsigned long)&f->inode->i_mapping->i_pages ^ index, SC_QUEUES);
}

static void sc_task_drop(void *arg)
{
	struct sc_lock *l = arg;

	__fsc_step("invalidate %s[%lu]", l->f->name, l->index);
	dax_invalidate_mapping_entry_sync(l->f->inode->i_mapping, l->index);
}

static void sc_task_unlock_both(void *arg)
{
	struct sc_lock *locks = arg;

	sc_task_unlock(&locks[0]);
	sc_task_unlock(&locks[1]);
}

/* Who waits for an entry of A holds the lock of A's array, who wakes for one of B that of B's: the queue's own is left. */
FSC_SCENARIO(race_wait_queue, "race-wait-queue",
	     "Entries of two files are waited for in one queue, while who holds them lets go", "")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 1), b = sc_create("B", 1UL << 17);
	struct sc_lock locks[2] = { { &a, 0, 0, NULL }, { &b, 0, 0, NULL } };
	struct sc_map m;
	unsigned long at = 0;
	int ids[3], i;

	while (at + 1 < 1UL << 17 && sc_queue_of(&b, at) != sc_queue_of(&a, 0))
		at++;
	locks[1].index = at;
	for (i = 0; i < 2; i++) {
		sc_fill(locks[i].f, locks[i].index, 1);
		m = sc_mmap(mm, locks[i].f, locks[i].index, 1, SC_RW);
		sc_read(&m, locks[i].index);
		sc_munmap(&m);
	}
	sc_lock_entry(&locks[0]);
	sc_lock_entry(&locks[1]);
	ids[0] = sc_spawn("drop A", sc_task_drop, &locks[0]);
	ids[1] = sc_spawn("drop B", sc_task_drop, &locks[1]);
	ids[2] = sc_spawn("unlock", sc_task_unlock_both, locks);
	for (i = 0; i < 3; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

FSC_SCENARIO(invalidate_waiters, "invalidate-waiters",
	     "An entry that several tasks wait for is removed by the first of them; the next find nothing",
	     "order=0,9 readers=1,2,3 removers=1,2")
{
	sc_invalidate_waiters(false);
}

FSC_SCENARIO(invalidate_dirty_waiters, "invalidate-dirty-waiters",
	     "The first of those who wait for an entry would remove it and finds it dirty; the others get it as it is",
	     "order=0,9 readers=1,2")
{
	sc_invalidate_waiters(true);
}

#if FSC_ERA >= 612
struct sc_scan {
	struct sc_file *f;
	loff_t start, end;
	struct page *busy;
};

static void sc_task_scan(void *arg)
{
	struct sc_scan *s = arg;

	__fsc_step("look for busy pages of %s", s->f->name);
	filemap_invalidate_lock(s->f->inode->i_mapping);
	s->busy = dax_layout_busy_page_range(s->f->inode->i_mapping, s->start, s->end);
	filemap_invalidate_unlock(s->f->inode->i_mapping);
}

/* Whether a page table of the caller's maps the page. */
static bool sc_is_mapped(const struct sc_map *m, unsigned long page)
{
	struct page *got;

	if (get_user_pages_fast_only(m->addr + (page << PAGE_SHIFT), 1, FOLL_GET, &got) != 1)
		return false;
	put_page(got);
	return true;
}

FSC_SCENARIO(busy_scan, "busy-scan", "The search for busy pages, over idle, locked, zero and held entries",
	     "held=0,1,2,3 range=0,1,2,3")
{
	/* Held: 0 none, 1 the page after the locked entry, 2 the page before it, 3 the last. */
	static const int place[] = { -1, 3, 1, 6 };
	struct mm_struct *mm = sc_begin();
	int held = place[__fsc_param("held", 0)], range = __fsc_param("range", 0), one, two, i;
	struct sc_file a = sc_create("A", 8);
	struct sc_lock l = { &a, 2, 0, NULL };
	struct sc_scan scan = { &a, 0, LLONG_MAX, NULL };
	struct sc_dma dma;
	struct sc_map m;
	bool inside;

	sc_fill(&a, 0, 4);
	sc_fill(&a, 5, 3);
	m = sc_mmap(mm, &a, 0, 8, SC_RW);
	for (i = 0; i < 8; i++)
		sc_read(&m, i);
	if (held >= 0)
		SC_EXPECT(sc_dma_start(&dma, &m, held, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	/* Range: 0 all, 1 pages 1 to 3, 2 from page 4 on, 3 all with an end of -1. */
	if (range == 1) {
		scan.start = PAGE_SIZE;
		scan.end = 4 * PAGE_SIZE - 1;
	} else if (range == 2) {
		scan.start = 4 * PAGE_SIZE;
	} else if (range == 3) {
		scan.end = -1;
	}
	sc_lock_entry(&l);
	one = sc_spawn("scan", sc_task_scan, &scan);
	two = sc_spawn("unlock", sc_task_unlock, &l);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("scanned");
	inside = held >= 0 && (range == 0 || range == 3 || (range == 1 ? held < 4 : held >= 4));
	SC_EXPECT((scan.busy != NULL) == inside, "exactly a page that DMA holds in the range is found busy");
	for (i = 0; i < 8; i++) {
		inside = range == 0 || range == 3 || (range == 1 ? i >= 1 && i < 4 : i >= 4);
		/* At 4 there is no block, and the zero page is nobody's. */
		if (i != 4)
			SC_EXPECT(sc_is_mapped(&m, i) == !inside,
				  "the search unmaps the pages of its range, and no others");
	}
	if (held >= 0)
		SC_DO(sc_dma_end(&dma), "DMA lets go");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(busy_scan_locked, "busy-scan-locked", "The search for busy pages, when the locked entry's page is the held one; or the entry goes while it is waited for",
	     "order=0,9 gone=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_lock l = { &a, 0, 0, NULL };
	struct sc_scan scan = { &a, 0, LLONG_MAX, NULL };
	struct sc_dma dma;
	struct sc_map m;
	int gone = __fsc_param("gone", 0), one, two, three = 0;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	/* A clean entry, so that an invalidation takes it. */
	if (gone)
		sc_read(&m, 0);
	else
		sc_write(&m, 0, 1);
	if (!gone)
		SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	if (gone)
		sc_munmap(&m);
	sc_lock_entry(&l);
	if (gone)
		three = sc_spawn("invalidate", sc_task_invalidate, &l);
	one = sc_spawn("scan", sc_task_scan, &scan);
	two = sc_spawn("unlock", sc_task_unlock, &l);
	sc_join(one);
	sc_join(two);
	if (gone)
		sc_join(three);
	__fsc_quiesce("scanned");
	SC_EXPECT((scan.busy != NULL) == !gone, "exactly a page that is still held is found busy");
	if (!gone) {
		SC_DO(sc_dma_end(&dma), "DMA lets go");
		sc_munmap(&m);
	}
	sc_remove(&a);
	sc_end(mm);
}
#endif

static void sc_task_lock_unlock(void *arg)
{
	sc_lock_entry(arg);
	sc_task_unlock(arg);
}

static void sc_task_fsync(void *arg)
{
	sc_fsync(arg);
}

#if FSC_ERA >= 615
/* Up to v6.14 the search goes on without waiting. */
FSC_SCENARIO(scan_waiters, "scan-waiters",
	     "The search for busy pages waits for a locked entry, which it leaves as it is; others wait behind it",
	     "order=0,9 removers=1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_scan scan = { &a, 0, LLONG_MAX, NULL };
	struct sc_lock l = { &a, 0, 0, NULL };
	int ids[4], nr = 0, i;
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	sc_lock_entry(&l);
	ids[nr++] = sc_spawn("scan", sc_task_scan, &scan);
	for (i = 0; i < __fsc_param("removers", 1); i++)
		ids[nr++] = sc_spawn("invalidate", sc_task_invalidate, &l);
	ids[nr++] = sc_spawn("unlock", sc_task_unlock, &l);
	for (i = 0; i < nr; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	SC_EXPECT(!scan.busy, "no page is found busy that nobody holds");
	sc_see(&m, 0, 1);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}
#endif

static void sc_task_lock_folio(void *arg)
{
	struct folio *folio = page_folio((struct page *)arg);
	dax_entry_t cookie;

	__fsc_step("lock the folio");
	cookie = dax_lock_folio(folio);
	if (cookie)
		dax_unlock_folio(folio, cookie);
}

FSC_SCENARIO(lock_folio_waits, "lock-folio-waits",
	     "Memory failure wants a folio whose entry is locked by others, and which may be gone when they are done",
	     "order=0,9 lockers=1,2 gone=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	int lockers = __fsc_param("lockers", 1), gone = __fsc_param("gone", 0), ids[4], nr = 0, i;
	struct sc_file a = sc_create("A", n);
	struct sc_lock l = { &a, 0, 0, NULL };
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	sc_lock_entry(&l);
	if (gone)
		ids[nr++] = sc_spawn("truncate", sc_task_cut, &a);
	for (i = 0; i < lockers; i++)
		ids[nr++] = sc_spawn("failure", sc_task_lock_folio, l.page);
	ids[nr++] = sc_spawn("unlock", sc_task_unlock, &l);
	for (i = 0; i < nr; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

#if FSC_ERA >= 615
static void sc_wait_for_dma(struct inode *inode)
{
	filemap_invalidate_unlock(inode->i_mapping);
	schedule();
	filemap_invalidate_lock(inode->i_mapping);
}

/* Nobody's file system does this yet: all break the layout of whole files. The function takes a range. */
static void sc_task_break_range(void *arg)
{
	struct sc_scan *s = arg;
	struct inode *inode = s->f->inode;
	int error;

	__fsc_step("break the layout of %s[%lld..%lld]", s->f->name, s->start >> PAGE_SHIFT, s->end >> PAGE_SHIFT);
	filemap_invalidate_lock(inode->i_mapping);
	error = dax_break_layout(inode, s->start, s->end, __fsc_param("wait", 0) ? sc_wait_for_dma : NULL);
	SC_EXPECT(__fsc_param("wait", 0) || __fsc_param("held", 0) != 1 ? !error : error == -ERESTARTSYS,
		  "breaking the layout succeeds, unless it may not wait for a page that DMA holds");
	if (!error)
		__fsc_event("layout-broken", "inode=%d from=%lld to=%lld", fscfs_i(inode)->slot,
			    s->start >> PAGE_SHIFT, (s->end >> PAGE_SHIFT) + 1);
	filemap_invalidate_unlock(inode->i_mapping);
}

static void sc_task_delete_range(void *arg)
{
	struct inode *inode = ((struct sc_file *)arg)->inode;

	__fsc_step("delete all entries");
	filemap_invalidate_lock(inode->i_mapping);
	dax_delete_mapping_range(inode->i_mapping, 0, LLONG_MAX);
	filemap_invalidate_unlock(inode->i_mapping);
}

FSC_SCENARIO(delete_waiters, "delete-range-waiters",
	     "All entries are deleted; one is locked by then, and others wait for it behind the deletion", "order=0,9 fsync=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_lock l = { &a, 0, 0, NULL }, again = l;
	int ids[3], i;
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	sc_munmap(&m);
	sc_lock_entry(&l);
	ids[0] = sc_spawn("delete", sc_task_delete_range, &a);
	ids[1] = __fsc_param("fsync", 0) ? sc_spawn("fsync", sc_task_fsync, &a) :
					   sc_spawn("lock", sc_task_lock_unlock, &again);
	ids[2] = sc_spawn("unlock", sc_task_unlock, &l);
	for (i = 0; i < 3; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	sc_remove(&a);
	sc_end(mm);
}

static void sc_task_unpin(void *arg)
{
	sc_dma_end(arg);
}

FSC_SCENARIO(break_range, "break-range", "The layout of a part of a file is broken; entries outside of it stay",
	     "order=0,9 held=0,1,2 wait=0,1 locked=0,1")
{
	/* Of 1024 pages: a small entry at 1 to 4, or a large one at 512; held: 0 nothing, 1 inside, 2 outside. */
	struct mm_struct *mm = sc_begin();
	unsigned long in = sc_order() ? 512 : 2;
	int held = __fsc_param("held", 0), ids[3], nr = 0, i;
	struct sc_file a = sc_create("A", 1024);
	struct sc_scan scan = { &a, (loff_t)in << PAGE_SHIFT, 0, NULL };
	struct sc_lock l = { &a, in, 0, NULL };
	struct sc_dma dma;
	struct sc_map m;

	scan.end = ((loff_t)(in + (sc_order() ? 512 : 2)) << PAGE_SHIFT) - 1;
	sc_fill(&a, 0, 1024);
	m = sc_mmap(mm, &a, 1, sc_order() ? 1023 : 4, SC_RW);
	for (i = 1; i < 5; i++)
		sc_write(&m, i, i);
	if (sc_order())
		sc_write(&m, in, 1);
	if (held)
		SC_EXPECT(sc_dma_start(&dma, &m, held == 1 ? in : 1, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	if (__fsc_param("locked", 0))
		sc_lock_entry(&l);
	ids[nr++] = sc_spawn("break", sc_task_break_range, &scan);
	if (__fsc_param("locked", 0))
		ids[nr++] = sc_spawn("unlock", sc_task_unlock, &l);
	if (held)
		ids[nr++] = sc_spawn("dma", sc_task_unpin, &dma);
	for (i = 0; i < nr; i++)
		sc_join(ids[i]);
	__fsc_quiesce("broken");
	SC_EXPECT(xa_load(&a.inode->i_mapping->i_pages, 1) != NULL, "an entry outside the broken range stays");
	if (!sc_order())
		SC_EXPECT(xa_load(&a.inode->i_mapping->i_pages, 4) != NULL, "an entry outside the broken range stays");
	sc_see(&m, 1, 1);
	sc_see(&m, in, sc_order() ? 1 : 2);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}
#endif

FSC_SCENARIO(truncate_locked, "truncate-locked", "A file is truncated while another task has one of its entries locked, and others wait for it too",
	     "order=0,9 index=0,512 fs=0,1 mapped=0,1 other=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_order() ? 512 : 3;
	struct sc_file a = sc_create("A", first + n);
	struct sc_lock l = { &a, first, 0, NULL };
	struct sc_map m;
	struct sc_lock again = { &a, first, 0, NULL };
	int other = __fsc_param("other", 0), one, two, three = 0;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	sc_write(&m, first, 1);
	sc_read(&m, first + 2);
	if (!__fsc_param("mapped", 0))
		sc_munmap(&m);
	sc_lock_entry(&l);
	one = sc_spawn("truncate", sc_task_cut, &a);
	/* Queued behind the truncation, without the locks that keep faults out. */
	if (other)
		three = other == 1 ? sc_spawn("fsync", sc_task_fsync, &a) : sc_spawn("lock", sc_task_lock_unlock, &again);
	two = sc_spawn("unlock", sc_task_unlock, &l);
	sc_join(one);
	sc_join(two);
	if (other)
		sc_join(three);
	__fsc_quiesce("truncated");
	SC_EXPECT(mapping_empty(a.inode->i_mapping) && !a.inode->i_mapping->nrpages, "a truncated file has no entries");
	if (__fsc_param("mapped", 0))
		sc_munmap(&m);
	sc_remove_quietly(&a);
	sc_end(mm);
}

/* A thread that loads from, or stores to, a page of a mapping. */
struct sc_access {
	struct sc_map *map;
	unsigned long page;
	bool store;
};

static void sc_task_access(void *arg)
{
	struct sc_access *t = arg;

	fsc_use_mm(t->map->mm);
	if (t->store)
		sc_try_write(t->map, t->page, 5);
	else
		sc_try_read(t->map, t->page);
}

/* Runs when those before it wait. */
static void sc_task_nothing(void *unused)
{
	(void)unused;
}

/*
 * A store to a private mapping is dealt with page by page, a load from it by 2 MiB: both want the same entry, and who comes
 * second finds the page table of the other. The file system's lock keeps the first one waiting with the entry locked.
 * first: 0 the load, 1 the store, 2 the load, and a load of a page after it.
 */
FSC_SCENARIO(fault_sizes_wait, "fault-sizes-wait",
	     "Two threads fault in one place of a private mapping, one by 2 MiB and one by a page; the second waits for the entry of the first",
	     "first=0,1,2 hole=0,1")
{
	struct mm_struct *mm = sc_begin(), *other = fsc_mm_create();
	struct sc_file a = sc_create("A", 512);
	struct sc_map shared = sc_mmap(other, &a, 0, 512, SC_RO), m = sc_mmap(mm, &a, 0, 512, SC_PRIVATE);
	struct sc_access load = { &m, 3, false }, store = { &m, 4, true }, page = { &m, 5, false };
	int first = __fsc_param("first", 0);
	int ids[3], n = 0;

	if (!__fsc_param("hole", 0))
		sc_fill(&a, 0, 512);
	sc_read(&shared, 0);
	mutex_lock(&sc_fs->map_lock);
	if (first != 1)
		ids[n++] = sc_spawn("load", sc_task_access, &load);
	ids[n++] = sc_spawn("store", sc_task_access, &store);
	if (first == 1)
		ids[n++] = sc_spawn("load", sc_task_access, &load);
	if (first == 2)
		ids[n++] = sc_spawn("load too", sc_task_access, &page);
	sc_join(sc_spawn("last", sc_task_nothing, NULL));
	mutex_unlock(&sc_fs->map_lock);
	while (n)
		sc_join(ids[--n]);
	__fsc_quiesce("all have their pages");
	sc_see(&m, 3, 0);
	sc_see(&m, 4, 5);
	sc_see(&shared, 4, 0);
	sc_munmap(&m);
	sc_munmap(&shared);
	sc_remove(&a);
	fsc_mm_destroy(other);
	sc_end(mm);
}

FSC_SCENARIO(fsync_and_fault, "fsync-and-fault", "A file is synced by two tasks while a third writes to it", "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	one = sc_spawn("fsync 1", sc_task_fsync, &a);
	two = sc_spawn("fsync 2", sc_task_fsync, &a);
	sc_try_write(&m, 0, 2);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("synced");
	sc_see(&m, 0, 2);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

struct sc_touch {
	struct sc_map m;
	unsigned long page;
	bool write;
};

static void sc_task_touch(void *arg)
{
	struct sc_touch *t = arg;

	fsc_use_mm(t->m.mm);
	if (t->write)
		sc_try_write(&t->m, t->page, 1);
	else
		sc_try_read(&t->m, t->page);
}

FSC_SCENARIO(fault_race, "fault-race", "Two processes fault on the same place at the same time, in the same or another size",
	     "one=0,9 two=0,9 hole=0,1 write=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 512);
	int write = __fsc_param("write", 0), ids[2], i;
	struct sc_touch t[2];

	if (!__fsc_param("hole", 0))
		sc_fill(&a, 0, 512);
	for (i = 0; i < 2; i++) {
		bool large = __fsc_param(i ? "two" : "one", 0) != 0;

		t[i].m = sc_mmap(i ? fsc_mm_create() : mm, &a, large ? 0 : 4, large ? 512 : 2, SC_RW);
		t[i].page = 4;
		t[i].write = write > i;
	}
	for (i = 0; i < 2; i++)
		ids[i] = sc_spawn(i ? "second" : "first", sc_task_touch, &t[i]);
	for (i = 0; i < 2; i++)
		sc_join(ids[i]);
	__fsc_quiesce("both have faulted");
	for (i = 0; i < 2; i++) {
		sc_read(&t[i].m, 4);
		sc_munmap(&t[i].m);
	}
	sc_remove(&a);
	fsc_mm_destroy(t[1].m.mm);
	sc_end(mm);
}

/* What happens to the entry, or to the page table, while the file system commits, with the fault's locks held shared. */
static struct sc_file *sc_sync_file;
static struct mm_struct *sc_sync_mm;
static struct sc_map *sc_sync_map;
static int sc_sync_what;

/* A small fault of somebody else puts a small entry where there is none. */
static void sc_fault_small(void)
{
	struct sc_map small = { .mm = sc_sync_mm, .of = sc_sync_file, .first = 4, .pages = 1 };

	small.addr = fsc_mmap(sc_sync_mm, sc_sync_file->file, 4, 1, SC_RO, PMD_SIZE);
	sc_side_by_side++;
	sc_try_read(&small, 4);
	sc_side_by_side--;
	fsc_munmap(small.mm, small.addr, PAGE_SIZE);
}

/* Another thread's madvise(MADV_DONTNEED), which takes no more than the fault itself; then, or not, its load. */
static void sc_zap_own(bool load)
{
	struct sc_map *m = sc_sync_map;
	struct vm_area_struct *vma = vma_lookup(m->mm, m->addr);

	__fsc_step("madvise(MADV_DONTNEED) %s[%lu..%lu)", m->of->name, m->first, m->first + m->pages);
	zap_page_range_single(vma, m->addr, m->pages << PAGE_SHIFT, NULL);
	if (load) {
		sc_side_by_side++;
		sc_try_read(m, 4);
		sc_side_by_side--;
	}
}

static void sc_between_halves(void)
{
	fscfs_between_sync_halves = NULL;
	__fsc_step("while the file system commits");
	if (sc_sync_what >= 2) {
		sc_zap_own(sc_sync_what == 3);
		return;
	}
	/* The entry is clean as yet, so an invalidation takes it. */
	dax_invalidate_mapping_entry_sync(sc_sync_file->inode->i_mapping, 4);
	if (sc_sync_what == 1)
		sc_fault_small();
}

FSC_SCENARIO(sync_entry_changes, "sync-entry-changes",
	     "A MAP_SYNC write fault finds its entry gone or smaller, or the page table zapped or read again, when the file system has committed",
	     "order=0,9 what=0,1,2,3")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_order() ? 0 : 4, n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_dma dma;
	struct sc_map m;
	long got;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW | FSC_MAP_SYNC);
	sc_sync_file = &a;
	sc_sync_map = &m;
	sc_sync_mm = fsc_mm_create();
	sc_sync_what = __fsc_param("what", 0);
	fscfs_between_sync_halves = sc_between_halves;
	sc_write(&m, 4, 1);
	fscfs_between_sync_halves = NULL;
	sc_see(&m, 4, 1);
	got = sc_dma_start(&dma, &m, 4, SC_PUT_UNPIN);
	SC_EXPECT(got == 1, "a device can take a page that a MAP_SYNC fault mapped");
	if (got == 1)
		SC_DO(sc_dma_end(&dma), "DMA lets go");
	sc_munmap(&m);
	fsc_mm_destroy(sc_sync_mm);
	sc_remove(&a);
	sc_end(mm);
}

/* A fault of the first page has its block and is in the file system once more; write(2) gives the second page one meanwhile. */
static struct {
	struct sc_file *a;
	struct sc_map *m;
	bool inside, written;
} sc_beside;

static void sc_in_file_system(void)
{
	sc_beside.inside = true;
	__fsc_wake(&sc_beside.inside, 0);
	while (!sc_beside.written)
		__fsc_sleep(&sc_beside.written);
}

static void sc_task_store_first(void *unused)
{
	(void)unused;
	fscfs_in_iomap_end = sc_in_file_system;
	sc_write(sc_beside.m, 0, 1);
}

static void sc_task_write_second(void *unused)
{
	(void)unused;
	while (!sc_beside.inside)
		__fsc_sleep(&sc_beside.inside);
	sc_pwrite(sc_beside.a, 1, 2);
	sc_beside.written = true;
	__fsc_wake(&sc_beside.written, 0);
}

/* The entry beside that of the fault goes: in the array of entries, the fault's is alone then, and lies elsewhere than before. */
FSC_SCENARIO(fault_beside_write, "fault-beside-write",
	     "A store faults in a page of a file while write(2) gives a block to the page beside it, of which the hole was read", "fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 2);
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, 1);
	m = sc_mmap(mm, &a, 0, 2, SC_RW);
	sc_see(&m, 1, 0);
	sc_beside.a = &a;
	sc_beside.m = &m;
	sc_beside.inside = false;
	sc_beside.written = false;
	one = sc_spawn("store", sc_task_store_first, NULL);
	two = sc_spawn("write", sc_task_write_second, NULL);
	sc_join(one);
	sc_join(two);
	fscfs_in_iomap_end = NULL;
	__fsc_quiesce("both are done");
	sc_see(&m, 0, 1);
	sc_see(&m, 1, 2);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/* What the hook has: the fault's small entry is a large one, locked by somebody, when the fault comes back to it. */
static struct sc_map *sc_larger_map;
static struct sc_lock *sc_larger_lock;
static int sc_larger_ids[2];

static void sc_grows_between_halves(void)
{
	struct address_space *mapping = sc_larger_map->of->inode->i_mapping;

	fscfs_between_sync_halves = NULL;
	__fsc_step("while the file system commits");
	dax_invalidate_mapping_entry_sync(mapping, 4);
	sc_side_by_side++;
	sc_try_read(sc_larger_map, 4);
	sc_side_by_side--;
	/* Who loads again has to fault again. */
	unmap_mapping_pages(mapping, 0, 512, false);
	sc_lock_entry(sc_larger_lock);
	/* In the queue behind the fault, and woken by it. */
	sc_larger_ids[0] = __fsc_param("next", 0) ? sc_spawn("load", sc_task_read, sc_larger_map) :
						    sc_spawn("invalidate", sc_task_invalidate, sc_larger_lock);
	sc_larger_ids[1] = sc_spawn("unlock", sc_task_unlock, sc_larger_lock);
}

FSC_SCENARIO(sync_entry_larger, "sync-entry-larger",
	     "The entry of a MAP_SYNC write fault is a large one when the file system has committed, locked, and others wait for it behind the fault",
	     "next=0,1")
{
	struct mm_struct *mm = sc_begin(), *other = fsc_mm_create();
	struct sc_file a = sc_create("A", 512);
	struct sc_map m, large;
	struct sc_lock l = { &a, 4, 0, NULL };

	sc_fill(&a, 0, 512);
	m = sc_mmap(mm, &a, 4, 2, SC_RW | FSC_MAP_SYNC);
	large = sc_mmap(other, &a, 0, 512, SC_RW);
	sc_larger_map = &large;
	sc_larger_lock = &l;
	fscfs_between_sync_halves = sc_grows_between_halves;
	__fsc_step("store A[4]");
	/* Once: it may be told to come again. */
	fsc_fault(mm, m.addr, FAULT_FLAG_WRITE);
	fscfs_between_sync_halves = NULL;
	sc_join(sc_larger_ids[0]);
	sc_join(sc_larger_ids[1]);
	__fsc_quiesce("all are done");
	sc_munmap(&m);
	sc_munmap(&large);
	sc_remove(&a);
	fsc_mm_destroy(other);
	sc_end(mm);
}

#if FSC_ERA >= 612
/* Before v4.20 insert_pfn() warns of what happens here. */
FSC_SCENARIO(pwrite_and_fault, "pwrite-and-fault",
	     "write(2) gives a block to a hole that is mapped; a store comes before the zero page is unmapped", "sync=0,1 fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 8);
	unsigned int flags = SC_RW | (__fsc_param("sync", 0) ? FSC_MAP_SYNC : 0);
	struct sc_map m = sc_mmap(mm, &a, 0, 8, flags);
	pte_t *pte;

	sc_see(&m, 4, 0);
	__fsc_step("write(2) has its block, and the entry of the hole is gone");
	SC_NEED(!fscfs_alloc_range(a.inode, 4, 1), "a block can be given to a file");
	dax_invalidate_mapping_entry_sync(a.inode->i_mapping, 4);
	__fsc_step("store A[4]");
	/* It may be told to come again, or fail; what is mapped for everybody stays read-only. */
	fsc_fault(mm, m.addr + 4 * PAGE_SIZE, FAULT_FLAG_WRITE);
	pte = pte_offset_kernel(pmd_offset(pud_offset(p4d_offset(pgd_offset(mm, m.addr), m.addr), m.addr), m.addr),
				m.addr + 4 * PAGE_SIZE);
	SC_NEED(!pte_present(*pte) || !is_zero_pfn(pte_pfn(*pte)) || !pte_write(*pte), "nobody gets the zero page writable");
	__fsc_step("write(2) unmaps the zero page");
	unmap_mapping_pages(a.inode->i_mapping, 4, 1, false);
	sc_write(&m, 4, 3);
	sc_see(&m, 4, 3);
	sc_see(&m, 5, 0);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}
#endif
