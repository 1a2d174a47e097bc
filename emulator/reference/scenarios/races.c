/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two or three tasks whose order matters, short, so that their orders can be tried (emulator/explore). Each says itself what
 * no order may show: in the order that a scenario takes when nobody tries others, nothing is wrong.
 */
#include <linux/huge_mm.h>
#include "scenario.h"

static bool sc_owned(struct page *page)
{
	return fsc_registry.block_refs[page_to_pfn(page) - fsc_registry.pmem_start_pfn] != 0;
}

/* What no order may leave of a file that was truncated to nothing. */
static void sc_expect_empty(struct sc_file *f)
{
	SC_EXPECT(mapping_empty(f->inode->i_mapping), "a file that was truncated to nothing has no entries");
	SC_EXPECT(!fscfs_i(f->inode)->data.nr, "a file that was truncated to nothing has no blocks");
}

/* A device that takes a page, works and lets go; while it holds the page the block belongs to a file. */
static void sc_task_take(void *arg)
{
	struct sc_map *m = arg;
	struct page *page = NULL;

	fsc_use_mm(m->mm);
	__fsc_step("DMA takes A[%lu]", m->first);
	if (fsc_dma_pin(m->mm, m->addr, 1, FOLL_PIN | FOLL_WRITE, &page, "dma") != 1)
		return;
	SC_EXPECT(sc_owned(page), "the block of a page that somebody has taken stays with its file until it is given back");
	__fsc_step("DMA lets go of A[%lu]", m->first);
	fsc_dma_unpin(&page, 1, "dma");
}

static void sc_task_cut_all(void *arg)
{
	sc_truncate(arg, 0);
}

static void sc_take_while_cut(void)
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	one = sc_spawn("dma", sc_task_take, &m);
	two = sc_spawn("truncate", sc_task_cut_all, &a);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_expect_empty(&a);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(race_take_truncate, "race-take-truncate",
	     "A device takes a page by its page table entry while the file is truncated, and its block freed",
	     "order=0,9 fs=0,1")
{
	sc_take_while_cut();
}

FSC_SCENARIO(race_take_broadcast, "race-take-broadcast",
	     "The same on a machine whose TLB flushes interrupt nobody, so that none waits for a fast walk", "order=0,9")
{
	fsc_tlb_broadcast = true;
	sc_take_while_cut();
	fsc_tlb_broadcast = false;
}

/* Lets go of a page taken before. */
static void sc_task_let_go(void *arg)
{
	struct sc_dma *dma = arg;

	SC_EXPECT(sc_owned(dma->page), "the block of a page that a device holds stays with its file until it is given back");
	sc_dma_end(dma);
}

FSC_SCENARIO(race_let_go_truncate, "race-let-go-truncate",
	     "A file is truncated while a device lets go of one of its mapped pages", "order=0,9 fs=0,1 put=0,1,2,4")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_dma dma;
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, 0, __fsc_param("put", SC_PUT_UNPIN)) == 1, "a mapped page can be taken");
	one = sc_spawn("dma", sc_task_let_go, &dma);
	two = sc_spawn("truncate", sc_task_cut_all, &a);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_expect_empty(&a);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

static void sc_task_store(void *arg)
{
	struct sc_map *m = arg;

	fsc_use_mm(m->mm);
	sc_try_write(m, m->first, 1);
}

static void sc_task_drop_entry(void *arg)
{
	struct sc_file *f = arg;

	__fsc_step("invalidate %s[0]", f->name);
	dax_invalidate_mapping_entry_sync(f->inode->i_mapping, 0);
	/* As invalidate_inode_pages2_range() does, whatever became of the entry. */
	unmap_mapping_range(f->inode->i_mapping, 0, 0, 0);
}

FSC_SCENARIO(race_sync_fault, "race-sync-fault",
	     "The entry of a MAP_SYNC write fault is removed while the fault is under way", "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW | FSC_MAP_SYNC);
	one = sc_spawn("store", sc_task_store, &m);
	two = sc_spawn("invalidate", sc_task_drop_entry, &a);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_try_write(&m, 0, 2);
	sc_see(&m, 0, 2);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(race_faults_one_entry, "race-faults-one-entry",
	     "Two processes store to the same page, so one waits for the entry that the other has locked", "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct mm_struct *other = fsc_mm_create();
	struct sc_map m[2];
	int one, two;

	sc_fill(&a, 0, n);
	m[0] = sc_mmap(mm, &a, 0, n, SC_RW);
	m[1] = sc_mmap(other, &a, 0, n, SC_RW);
	one = sc_spawn("first", sc_task_store, &m[0]);
	two = sc_spawn("second", sc_task_store, &m[1]);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_munmap(&m[0]);
	sc_munmap(&m[1]);
	sc_remove(&a);
	fsc_mm_destroy(other);
	sc_end(mm);
}

static void sc_task_load(void *arg)
{
	struct sc_map *m = arg;

	fsc_use_mm(m->mm);
	sc_try_read(m, m->first);
}

static void sc_task_sync(void *arg)
{
	sc_fsync(arg);
}

FSC_SCENARIO(race_scan_locked, "race-scan-locked",
	     "A file is truncated while fsync has the entry of a page locked that a device holds", "order=0,9 fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_dma dma;
	struct sc_map m;
	int ids[3], i;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1, "a mapped page can be taken");
	ids[0] = sc_spawn("fsync", sc_task_sync, &a);
	ids[1] = sc_spawn("truncate", sc_task_cut_all, &a);
	ids[2] = sc_spawn("dma", sc_task_let_go, &dma);
	for (i = 0; i < 3; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(race_faults_one_mm, "race-faults-one-mm",
	     "Two threads of a process touch the same page of a file for the first time", "order=0,9 hole=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m;
	int one, two;

	if (!__fsc_param("hole", 0))
		sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	one = sc_spawn("load", sc_task_load, &m);
	two = sc_spawn("store", sc_task_store, &m);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_see(&m, 0, 1);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(race_cow_truncate, "race-cow-truncate",
	     "A shared block is copied by a store to one file while the other file is truncated", "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n), b = sc_create("B", n);
	struct sc_map m, mb;
	int one, two;

	sc_fill(&a, 0, n);
	sc_clone(&a, 0, &b, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	mb = sc_mmap(mm, &b, 0, n, SC_RW);
	sc_read(&m, 0);
	sc_read(&mb, 0);
	one = sc_spawn("store", sc_task_store, &m);
	two = sc_spawn("truncate", sc_task_cut_all, &b);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_see(&m, 0, 1);
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

/* Cuts the one file, so that the other gets its blocks, and maps that in the other size. */
struct sc_next {
	struct sc_file *from, *to;
	struct sc_map *map;
	unsigned long pages;
};

static void sc_task_give(void *arg)
{
	struct sc_next *next = arg;

	fsc_use_mm(next->map->mm);
	sc_truncate(next->from, 0);
	sc_fill(next->to, 0, next->pages);
	sc_write(next->map, 0, 2);
}

FSC_SCENARIO(race_reuse, "race-reuse",
	     "A program stores to a file that is truncated; its blocks go to another file, mapped in another size", "order=0,9")
{
	struct mm_struct *mm = sc_begin(), *other = fsc_mm_create();
	unsigned long n = sc_pages(), small = sc_order() ? 1 : 512;
	struct sc_file a = sc_create("A", 512), b = sc_create("B", 512);
	struct sc_map m, mb;
	struct sc_next next = { &a, &b, &mb, small };
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	mb = sc_mmap(other, &b, 0, small, SC_RW);
	sc_write(&m, 0, 1);
	one = sc_spawn("store", sc_task_store, &m);
	two = sc_spawn("truncate", sc_task_give, &next);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_see(&mb, 0, 2);
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&a);
	sc_remove(&b);
	fsc_mm_destroy(other);
	sc_end(mm);
}

static void sc_task_fork(void *arg)
{
	struct sc_map *m = arg;
	struct mm_struct *child;

	fsc_use_mm(m->mm);
	__fsc_step("fork, and the child exits");
	child = fsc_mm_fork(m->mm);
	fsc_mm_destroy(child);
}

FSC_SCENARIO(race_fork_truncate, "race-fork-truncate", "A process with a mapped file forks while the file is truncated",
	     "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	one = sc_spawn("fork", sc_task_fork, &m);
	two = sc_spawn("truncate", sc_task_cut_all, &a);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_expect_empty(&a);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

static void sc_task_punch(void *arg)
{
	sc_punch(arg, 0, 1);
}

static void sc_task_fill(void *arg)
{
	sc_fill(arg, 0, 1);
}

static void sc_task_write(void *arg)
{
	sc_pwrite(arg, 0, 1);
}

static void sc_task_store_last(void *arg)
{
	struct sc_map *m = arg;

	fsc_use_mm(m->mm);
	sc_try_write(m, m->first + m->pages - 1, 3);
}

/*
 * who: 0 a thread of the process that fsync was called in, 1 another process. Both map the page writable already, so that
 * no fault tells write-back of the store.
 */
FSC_SCENARIO(race_fsync_store, "race-fsync-store", "A page is stored to while it is written back", "order=0,9 who=0,1")
{
	struct mm_struct *mm = sc_begin(), *other = fsc_mm_create();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m = sc_mmap(mm, &a, 0, n, SC_RW), mb = sc_mmap(other, &a, 0, n, SC_RW);
	int one, two;

	sc_fill(&a, 0, n);
	sc_write(&m, n - 1, 1);
	sc_write(&mb, n - 1, 2);
	one = sc_spawn("fsync", sc_task_sync, &a);
	two = sc_spawn("store", sc_task_store_last, __fsc_param("who", 0) ? &mb : &m);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_see(&m, n - 1, 3);
	sc_fsync(&a);
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&a);
	fsc_mm_destroy(other);
	sc_end(mm);
}

/* Blocks of the file's first pages with lines that a program stored and nobody has written back. */
static unsigned long sc_unflushed(struct sc_file *f, unsigned long pages)
{
	unsigned long i, n = 0;

	for (i = 0; i < pages; i++)
		n += fsc_registry.dirty_lines[fscfs_bmap(f->file, i)] != 0;
	return n;
}

static void sc_task_sync_all(void *arg)
{
	struct sc_map *m = arg;

	sc_fsync(m->of);
	SC_EXPECT(!sc_unflushed(m->of, m->pages), "what was stored before fsync(2) is on the medium when it returns, whoever writes it there");
}

/* Nobody stores meanwhile; who comes second may find that the first is at it. */
FSC_SCENARIO(race_two_fsyncs, "race-two-fsyncs", "A page that was stored to is written back by two tasks", "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m = sc_mmap(mm, &a, 0, n, SC_RW);
	int one, two;

	sc_fill(&a, 0, n);
	sc_write(&m, n - 1, 1);
	one = sc_spawn("fsync", sc_task_sync_all, &m);
	two = sc_spawn("fsync again", sc_task_sync_all, &m);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_see(&m, n - 1, 1);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/*
 * Three tasks on the first page of a file, so that two may wait for an entry that the third has locked. who: 0 two stores
 * and fsync, 1 a store and fsync twice, 2 a store, fsync and truncate, 3 a store, fsync and punch, 4 fsync twice and truncate.
 */
FSC_SCENARIO(race_crowd, "race-crowd", "Two tasks want an entry of a file that a third has locked", "order=0,9 who=0,1,2,3,4")
{
	struct mm_struct *mm = sc_begin(), *other = fsc_mm_create();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m = sc_mmap(mm, &a, 0, n, SC_RW), mb = sc_mmap(other, &a, 0, n, SC_RW);
	int who = __fsc_param("who", 0);
	int ids[3], i;

	sc_fill(&a, 0, n);
	sc_write(&m, 0, 1);
	ids[0] = sc_spawn("fsync", sc_task_sync, &a);
	if (who == 4)
		ids[1] = sc_spawn("fsync again", sc_task_sync, &a);
	else
		ids[1] = sc_spawn("store", sc_task_store, &mb);
	if (who == 0)
		ids[2] = sc_spawn("store again", sc_task_store, &m);
	else if (who == 1)
		ids[2] = sc_spawn("fsync again", sc_task_sync, &a);
	else if (who == 3)
		ids[2] = sc_spawn("punch", sc_task_punch, &a);
	else
		ids[2] = sc_spawn("truncate", sc_task_cut_all, &a);
	for (i = 0; i < 3; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&a);
	fsc_mm_destroy(other);
	sc_end(mm);
}

/* Two tasks change where a file has blocks, or one does and the other stores there. with: 0 punch, 1 fallocate, 2 truncate, 3 store. */
FSC_SCENARIO(race_blocks, "race-blocks", "A hole is punched while another task changes or stores to the same blocks",
	     "order=0,9 with=0,1,2,3")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m = sc_mmap(mm, &a, 0, n, SC_RW);
	int with = __fsc_param("with", 0);
	int one, two;

	sc_fill(&a, 0, n);
	sc_write(&m, 0, 1);
	one = sc_spawn("punch", sc_task_punch, &a);
	if (with == 0)
		two = sc_spawn("punch again", sc_task_punch, &a);
	else if (with == 1)
		two = sc_spawn("fallocate", sc_task_fill, &a);
	else if (with == 2)
		two = sc_spawn("truncate", sc_task_cut_all, &a);
	else
		two = sc_spawn("store", sc_task_store, &m);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/*
 * A store to a page that was only read, so that its entry is upgraded, against what takes the page away or stores as well.
 * with: 0 truncate, 1 punch, 2 another thread's store, 3 fsync.
 */
FSC_SCENARIO(race_upgrade, "race-upgrade", "A page that was read is stored to while another task takes it away or stores too",
	     "order=0,9 with=0,1,2,3")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m = sc_mmap(mm, &a, 0, n, SC_RW);
	int with = __fsc_param("with", 0);
	int one, two;

	sc_fill(&a, 0, n);
	sc_read(&m, 0);
	one = sc_spawn("store", sc_task_store, &m);
	if (with == 0)
		two = sc_spawn("truncate", sc_task_cut_all, &a);
	else if (with == 1)
		two = sc_spawn("punch", sc_task_punch, &a);
	else if (with == 2)
		two = sc_spawn("store too", sc_task_store, &m);
	else
		two = sc_spawn("fsync", sc_task_sync, &a);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	if (with == 0)
		sc_expect_empty(&a);
	if (with == 2)
		sc_see(&m, 0, 1);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

static void sc_task_unmap(void *arg)
{
	sc_munmap(arg);
}

FSC_SCENARIO(race_take_munmap, "race-take-munmap", "A device takes a page that nobody has touched while its process unmaps it",
	     "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m = sc_mmap(mm, &a, 0, n, SC_RW);
	int one, two;

	sc_fill(&a, 0, n);
	one = sc_spawn("dma", sc_task_take, &m);
	two = sc_spawn("munmap", sc_task_unmap, &m);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_remove(&a);
	sc_end(mm);
}

/* Stores to its mapping, and lets go of the page then. */
struct sc_busy {
	struct sc_dma dma;
	struct sc_map *map;
};

static void sc_task_store_let_go(void *arg)
{
	struct sc_busy *busy = arg;

	fsc_use_mm(busy->map->mm);
	sc_try_write(busy->map, busy->map->first + 1, 1);
	sc_dma_end(&busy->dma);
}

FSC_SCENARIO(race_store_let_go, "race-store-let-go",
	     "A file is truncated while a program that holds a page of it stores to another page first", "fs=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 2);
	struct sc_map m = sc_mmap(mm, &a, 0, 2, SC_RW);
	struct sc_busy busy = { .map = &m };
	int one, two;

	sc_fill(&a, 0, 2);
	sc_write(&m, 0, 1);
	SC_EXPECT(sc_dma_start(&busy.dma, &m, 0, SC_PUT_UNPIN) == 1, "a mapped page can be taken");
	one = sc_spawn("dma", sc_task_store_let_go, &busy);
	two = sc_spawn("truncate", sc_task_cut_all, &a);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_expect_empty(&a);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/*
 * Faults of two sizes in one file: mappings of two pages have small ones. hole=1: the large entry is of a hole, and makes
 * room for a small one; hole=0: who comes with a large fault after a small one has to be content with small ones.
 */
FSC_SCENARIO(race_sizes, "race-sizes", "Small faults and a large one come to the same 2 MiB of a file", "hole=1,0")
{
	struct mm_struct *mm = sc_begin(), *other = fsc_mm_create(), *third = fsc_mm_create();
	struct sc_file a = sc_create("A", 512);
	struct sc_map large = sc_mmap(mm, &a, 0, 512, SC_RW);
	struct sc_map small = sc_mmap(other, &a, 0, 2, SC_RW), next = sc_mmap(third, &a, 1, 1, SC_RW);
	int ids[3], i;

	if (__fsc_param("hole", 1))
		sc_read(&large, 0);
	else
		sc_fill(&a, 0, 512);
	ids[0] = sc_spawn("small", sc_task_store, &small);
	ids[1] = sc_spawn("small too", sc_task_store, &next);
	ids[2] = sc_spawn("large", __fsc_param("hole", 1) ? sc_task_load : sc_task_store, &large);
	for (i = 0; i < 3; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	sc_see(&large, 0, 1);
	sc_see(&large, 1, 1);
	sc_munmap(&large);
	sc_munmap(&small);
	sc_munmap(&next);
	sc_remove(&a);
	fsc_mm_destroy(third);
	fsc_mm_destroy(other);
	sc_end(mm);
}

/* A thread that stores to a place of its own. */
struct sc_thread {
	struct sc_map *map;
	unsigned long page;
	unsigned char value;
};

static void sc_task_store_own(void *arg)
{
	struct sc_thread *t = arg;

	fsc_use_mm(t->map->mm);
	sc_try_write(t->map, t->page, t->value);
}

/* kind: 0 a private mapping, whose pages only the page table knows; 1 a shared one. */
FSC_SCENARIO(race_first_faults, "race-first-faults",
	     "Two threads of a process that has touched nothing yet store to a page each, so both bring page tables", "kind=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 2);
	struct sc_map m = sc_mmap(mm, &a, 0, 2, __fsc_param("kind", 0) ? SC_RW : SC_PRIVATE);
	struct sc_thread first = { &m, 0, 1 }, second = { &m, 1, 2 };
	int one, two;

	sc_fill(&a, 0, 2);
	one = sc_spawn("first", sc_task_store_own, &first);
	two = sc_spawn("second", sc_task_store_own, &second);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_see(&m, 0, 1);
	sc_see(&m, 1, 2);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

static unsigned long sc_blocks_in_use(void)
{
	unsigned long b, n = 0;

	for (b = 0; b < sc_fs->nr_blocks; b++)
		n += fsc_registry.block_refs[b] != 0;
	return n;
}

/* Two files, the one as the source of blocks of the other. */
struct sc_share {
	struct sc_file *from, *to;
	unsigned long pages;
};

static void sc_task_clone(void *arg)
{
	struct sc_share *share = arg;

	sc_clone(share->from, 0, share->to, 0, share->pages);
}

/*
 * A and B have the same blocks. with: 0 a store to A and B cloned, 1 a store to A and write(2) to B, 2 both cloned. What tasks
 * of different files come to alike are the file system's counts of blocks alone: only A is mapped, because ->share of a page,
 * which each release counts without a lock that both files have, may lose one of two that come at once.
 */
FSC_SCENARIO(race_shared_blocks, "race-shared-blocks",
	     "Blocks of two files are copied and cloned by tasks that hold no lock of each other's files", "with=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 1), b = sc_create("B", 1), c = sc_create("C", 1), d = sc_create("D", 1);
	struct sc_share ac = { &a, &c, 1 }, bd = { &b, &d, 1 };
	unsigned long before = sc_blocks_in_use();
	int with = __fsc_param("with", 0);
	bool copied = with != 2;
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, 1);
	m = sc_mmap(mm, &a, 0, 1, SC_RW);
	sc_write(&m, 0, 7);
	sc_clone(&a, 0, &b, 0, 1);
	sc_read(&m, 0);
	if (with == 2)
		one = sc_spawn("clone A", sc_task_clone, &ac);
	else
		one = sc_spawn("store", sc_task_store, &m);
	if (with == 1)
		two = sc_spawn("write", sc_task_write, &b);
	else
		two = sc_spawn("clone B", sc_task_clone, &bd);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_pread(&a, 0, copied ? 1 : 7);
	sc_pread(&b, 0, with == 1 ? 1 : 7);
	if (with != 1)
		sc_pread(&d, 0, 7);
	SC_EXPECT(sc_blocks_in_use() == before + (with == 2 ? 1 : 2), "a block is in use as long as a file has it");
	sc_munmap(&m);
	sc_remove(&a);
	sc_remove(&b);
	sc_remove(&c);
	sc_remove(&d);
	SC_EXPECT(sc_blocks_in_use() == before, "a block that no file has any more is free");
	sc_end(mm);
}

/*
 * The two files have a block in common, and it is the page that counts them (->share): each task holds its own file's locks
 * alone. with: 0 both come to the page, 1 both leave it. Each release counts as if a lock kept others out (->share++,
 * --folio->share), so some order loses a count; nothing of it in the usual order.
 */
FSC_SCENARIO(race_share_two_files, "race-share-two-files",
	     "Two files share a block: each is read from, or truncated, by a task that knows nothing of the other", "with=0,1")
{
	struct mm_struct *mm = sc_begin(), *other = fsc_mm_create();
	struct sc_file a = sc_create("A", 1), b = sc_create("B", 1);
	struct sc_map m = sc_mmap(mm, &a, 0, 1, SC_RO), mb = sc_mmap(other, &b, 0, 1, SC_RO);
	int with = __fsc_param("with", 0);
	int one, two;

	sc_fill(&a, 0, 1);
	sc_clone(&a, 0, &b, 0, 1);
	if (with) {
		sc_read(&m, 0);
		sc_read(&mb, 0);
	}
	one = with ? sc_spawn("truncate A", sc_task_cut_all, &a) : sc_spawn("load A", sc_task_load, &m);
	two = with ? sc_spawn("truncate B", sc_task_cut_all, &b) : sc_spawn("load B", sc_task_load, &mb);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&a);
	sc_remove(&b);
	fsc_mm_destroy(other);
	sc_end(mm);
}

FSC_SCENARIO(race_new_blocks, "race-new-blocks", "Two files are given blocks at the same time", "with=0,1")
{
	struct mm_struct *mm = sc_begin(), *other = fsc_mm_create();
	struct sc_file a = sc_create("A", 1), b = sc_create("B", 1);
	struct sc_map m = sc_mmap(mm, &a, 0, 1, SC_RW), mb = sc_mmap(other, &b, 0, 1, SC_RW);
	int with = __fsc_param("with", 0);
	int one, two;

	one = with ? sc_spawn("store", sc_task_store, &m) : sc_spawn("fallocate", sc_task_fill, &a);
	two = sc_spawn("fallocate too", sc_task_fill, &b);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	SC_EXPECT(fscfs_bmap(a.file, 0) != fscfs_bmap(b.file, 0), "two files that are not cloned have no block in common");
	sc_write(&m, 0, 1);
	sc_write(&mb, 0, 2);
	sc_see(&m, 0, 1);
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&a);
	sc_remove(&b);
	fsc_mm_destroy(other);
	sc_end(mm);
}

static void sc_task_let_go_both(void *arg)
{
	struct sc_dma *dma = arg;

	sc_dma_end(&dma[0]);
	sc_dma_end(&dma[1]);
}

static void sc_task_append(void *arg)
{
	sc_pwrite(arg, 1, 7);
}

/* Beyond the end there is nothing to load; what the end includes was written before. */
static void sc_task_load_appended(void *arg)
{
	struct sc_map *m = arg;
	unsigned char seen = 0;
	vm_fault_t fatal;

	fsc_use_mm(m->mm);
	__fsc_step("load A[1]");
	fatal = fsc_user_read(m->mm, m->addr + PAGE_SIZE, &seen);
	SC_EXPECT(fatal || seen == 7, "a load of a file's new end sees what was written there");
}

FSC_SCENARIO(race_append, "race-append", "A file grows by write(2) while a mapping of it loads behind its end", "")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 1);
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, 1);
	m = sc_mmap(mm, &a, 0, 2, SC_RW);
	one = sc_spawn("write", sc_task_append, &a);
	two = sc_spawn("load", sc_task_load_appended, &m);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	SC_EXPECT(i_size_read(a.inode) == PAGE_SIZE + 1, "a file ends behind what was written last");
	sc_pread(&a, 1, 7);
	sc_see(&m, 1, 7);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/* Waiters for pages share wait queues by a hash: here the pages are eight apart, so both truncations wait in the same. */
FSC_SCENARIO(race_two_truncates, "race-two-truncates",
	     "Two files are truncated while a device lets go of a page of each, and who waits for either waits in one queue",
	     "fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 8), b = sc_create("B", 1);
	struct sc_dma dma[2];
	struct sc_map m, mb;
	int ids[3], i;

	sc_fill(&a, 0, 8);
	sc_fill(&b, 0, 1);
	m = sc_mmap(mm, &a, 0, 8, SC_RW);
	mb = sc_mmap(mm, &b, 0, 1, SC_RW);
	sc_write(&m, 0, 1);
	sc_write(&mb, 0, 1);
	SC_EXPECT(sc_dma_start(&dma[0], &m, 0, SC_PUT_UNPIN) == 1, "a mapped page can be taken");
	SC_EXPECT(sc_dma_start(&dma[1], &mb, 0, SC_PUT_UNPIN) == 1, "a mapped page can be taken");
	ids[0] = sc_spawn("truncate A", sc_task_cut_all, &a);
	ids[1] = sc_spawn("truncate B", sc_task_cut_all, &b);
	ids[2] = sc_spawn("dma", sc_task_let_go_both, dma);
	for (i = 0; i < 3; i++)
		sc_join(ids[i]);
	__fsc_quiesce("all are done");
	sc_expect_empty(&a);
	sc_expect_empty(&b);
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

static void sc_task_shrink(void *unused)
{
	(void)unused;
	__fsc_step("memory is short: the huge zero page is given back if nobody maps it");
	fsc_memory_is_short();
}

FSC_SCENARIO(race_huge_zero, "race-huge-zero",
	     "A program reads a hole of 2 MiB while the huge zero page of earlier readers is given back", "")
{
	struct mm_struct *mm = sc_begin(), *earlier = fsc_mm_create();
	struct sc_file a = sc_create("A", 512), b = sc_create("B", 512);
	struct sc_map m = sc_mmap(earlier, &b, 0, 512, SC_RO);
	int one, two;

	sc_read(&m, 0);
	sc_munmap(&m);
	sc_remove(&b);
	fsc_mm_destroy(earlier);
	m = sc_mmap(mm, &a, 0, 512, SC_RO);
	one = sc_spawn("load", sc_task_load, &m);
	two = sc_spawn("shrink", sc_task_shrink, NULL);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	SC_EXPECT(!huge_zero_folio || huge_zero_pfn == folio_pfn(huge_zero_folio),
		  "the huge zero page is known by its number as long as there is one");
	sc_see(&m, 0, 0);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}
