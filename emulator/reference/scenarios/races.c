/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two or three tasks whose order matters, short, so that their orders can be tried (emulator/explore). Each says itself what
 * no order may show: in the order that a scenario takes when nobody tries others, nothing is wrong.
 */
#include "scenario.h"

static bool sc_owned(struct page *page)
{
	return fsc_registry.block_refs[page_to_pfn(page) - fsc_registry.pmem_start_pfn] != 0;
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

FSC_SCENARIO(race_take_truncate, "race-take-truncate",
	     "A device takes a page by its page table entry while the file is truncated, and its block freed",
	     "order=0,9 fs=0,1")
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
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/* Lets go of a page taken before. */
static void sc_task_let_go(void *arg)
{
	struct sc_dma *dma = arg;

	SC_EXPECT(sc_owned(dma->page), "the block of a page that a device holds stays with its file until it is given back");
	sc_dma_end(dma);
}

FSC_SCENARIO(race_let_go_truncate, "race-let-go-truncate",
	     "A file is truncated while a device lets go of one of its mapped pages", "order=0,9 fs=0,1")
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
	SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1, "a mapped page can be taken");
	one = sc_spawn("dma", sc_task_let_go, &dma);
	two = sc_spawn("truncate", sc_task_cut_all, &a);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
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
