/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device holds a page while its file is cut, evicted, shared or its file system goes. Whoever wants the block waits
 * until the device lets go; the task that does is always started after the one that waits.
 */
#include "scenario.h"

struct sc_cut {
	struct sc_file *f;
	unsigned long first, count;
};

static void sc_task_truncate(void *arg)
{
	struct sc_cut *cut = arg;

	sc_truncate(cut->f, cut->first);
}

/* The whole file: open(2) with O_TRUNC. */
static void sc_task_open_trunc(void *arg)
{
	struct sc_cut *cut = arg;
	int error;

	SC_DO(error = fscfs_open_trunc(cut->f->inode), "open %s with O_TRUNC", cut->f->name);
	SC_EXPECT(!error, "a file can be opened with O_TRUNC");
}

static void sc_task_punch(void *arg)
{
	struct sc_cut *cut = arg;

	sc_punch(cut->f, cut->first, cut->count);
}

/* A process that was killed closes its files with the signal still pending. */
static void sc_task_evict(void *arg)
{
	struct sc_cut *cut = arg;

	current->fsc_signal = __fsc_param("killed", 0);
	sc_remove_quietly(cut->f);
}

/* The name stays: umount(2) finds the inode in the cache, the blocks remain allocated. */
static void sc_task_forget(void *arg)
{
	struct sc_cut *cut = arg;

	__fsc_step("umount drops %s", cut->f->name);
	fscfs_close(cut->f->file);
	fscfs_forget(cut->f->inode);
}

static void sc_both(const char *name, void (*waits)(void *), void *arg, struct sc_dma *dma)
{
	int one = sc_spawn(name, waits, arg);
	int two = sc_spawn("dma", sc_dma_end, dma);

	sc_join(one);
	sc_join(two);
	__fsc_quiesce("%s and DMA are done", name);
}

FSC_SCENARIO(truncate_pinned, "truncate-pinned", "A file is truncated while a device holds one of its mapped pages",
	     "order=0,9 index=0,512 fs=0,1,2 put=0,1,3 open=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	bool by_open = __fsc_param("open", 0);
	struct sc_file a = sc_create("A", first + n);
	struct sc_cut cut = { &a, first, n };
	struct sc_dma dma;
	struct sc_map m;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	sc_write(&m, first, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, first + n / 2, __fsc_param("put", 0)) == 1, "DMA can pin a mapped page");
	sc_both("truncate", by_open ? sc_task_open_trunc : sc_task_truncate, &cut, &dma);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(truncate_two_pinned, "truncate-two-pinned",
	     "A file is truncated while devices hold two of its mapped pages, and let go one after the other",
	     "fs=0,1,2 last=0,1")
{
	struct mm_struct *mm = sc_begin();
	int last = __fsc_param("last", 0), ids[3];
	struct sc_file a = sc_create("A", 4);
	struct sc_cut cut = { &a, 0, 4 };
	struct sc_dma dmas[2];
	struct sc_map m;

	sc_fill(&a, 0, 4);
	m = sc_mmap(mm, &a, 0, 4, SC_RW);
	for (int i = 0; i < 2; i++) {
		sc_write(&m, 2 * i, 1);
		SC_EXPECT(sc_dma_start(&dmas[i], &m, 2 * i, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	}
	ids[0] = sc_spawn("truncate", sc_task_truncate, &cut);
	ids[1] = sc_spawn("dma", sc_dma_end, &dmas[!last]);
	sc_join(ids[1]);
	__fsc_quiesce("one device holds its page still");
	ids[2] = sc_spawn("dma", sc_dma_end, &dmas[last]);
	sc_join(ids[2]);
	sc_join(ids[0]);
	__fsc_quiesce("truncate and DMA are done");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(truncate_unmapped_pinned, "truncate-unmapped-pinned",
	     "A file is truncated while a device holds one of its pages and nobody maps it any more",
	     "order=0,9 index=0,512 fs=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_cut cut = { &a, first, n };
	struct sc_dma dma;
	struct sc_map m;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	sc_write(&m, first, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, first, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	sc_munmap(&m);
	sc_both("truncate", sc_task_truncate, &cut, &dma);
	sc_remove(&a);
	sc_end(mm);
}

struct sc_reuse {
	struct sc_cut cut;
	struct sc_file other;
	struct sc_map of_other, *of_cut;
	struct sc_dma *dma;
};

/* The block is free as soon as truncate(2) is back; whoever wants one next may have it. */
static void sc_task_truncate_and_reuse(void *arg)
{
	struct sc_reuse *r = arg;
	unsigned long n = sc_pages();

	fsc_use_mm(r->of_cut->mm);
	sc_truncate(r->cut.f, r->cut.first);
	r->other = sc_create("B", n);
	sc_fill(&r->other, 0, n);
	r->of_other = sc_mmap(r->of_cut->mm, &r->other, 0, n, SC_RW);
	sc_write(&r->of_other, 0, 7);
}

static void sc_task_device_writes(void *arg)
{
	struct sc_reuse *r = arg;

	__fsc_step("the device writes to the page that it took of A");
	*(unsigned char *)page_address(r->dma->page) = 9;
	sc_dma_end(r->dma);
}

FSC_SCENARIO(truncate_reused, "truncate-reused",
	     "A file is truncated while a device writes to one of its pages, and another file gets the block",
	     "order=0,9 fs=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	unsigned char seen = 0;
	struct sc_file a = sc_create("A", n);
	struct sc_dma dma;
	struct sc_map m;
	struct sc_reuse r = { .cut = { &a, 0, n }, .of_cut = &m, .dma = &dma };
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	one = sc_spawn("truncate", sc_task_truncate_and_reuse, &r);
	two = sc_spawn("dma", sc_task_device_writes, &r);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("the device is done and B has its block");
	SC_EXPECT(!fsc_user_read(mm, r.of_other.addr, &seen) && seen == 7,
		  "a device that was told to write to one file never writes to another");
	sc_munmap(&r.of_other);
	sc_munmap(&m);
	sc_remove(&r.other);
	sc_remove(&a);
	sc_end(mm);
}

#if FSC_ERA >= 612
/*
 * Up to v6.14 only put_page() and what builds on it look for the step from two references to one: folio_put() and
 * folio_put_refs() wake nobody there, and no caller uses them on such a page. With v6.15 they are as good as any.
 */
FSC_SCENARIO(truncate_folio_put, "truncate-folio-put",
	     "A file is truncated while a device holds a page, which it gives back with folio_put_refs() or folio_put()",
	     "order=0,9 put=2,4")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_cut cut = { &a, 0, n };
	struct sc_dma dma;
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, 0, __fsc_param("put", SC_PUT_REFS)) == 1, "DMA can pin a mapped page");
	sc_both("truncate", sc_task_truncate, &cut, &dma);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}
#endif

FSC_SCENARIO(punch_pinned, "punch-pinned", "A hole is punched where a device holds a page, or beside it",
	     "order=0,9 fs=0,1,2 beside=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	struct sc_file a = sc_create("A", n);
	struct sc_cut cut = { &a, 2, 1 };
	struct sc_dma dma;
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 2, 1);
	sc_write(&m, 3, 2);
	SC_EXPECT(sc_dma_start(&dma, &m, __fsc_param("beside", 0) ? 3 : 2, SC_PUT_UNPIN) == 1,
		  "DMA can pin a mapped page");
	sc_both("punch", sc_task_punch, &cut, &dma);
	sc_see(&m, 2, 0);
	sc_see(&m, 3, 2);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

static void sc_task_shift(void *arg)
{
	struct sc_cut *cut = arg;
	bool insert = __fsc_param("insert", 0);
	int error;

	SC_DO(error = insert ? fscfs_insert_range(cut->f->file, cut->first, cut->count) : fscfs_collapse(cut->f->file, cut->first, cut->count),
	      "%s %s[%lu..%lu)", insert ? "insert" : "collapse", cut->f->name, cut->first, cut->first + cut->count);
	SC_EXPECT(!error, "a range can be cut out of a file, and room be made in one");
}

FSC_SCENARIO(collapse_pinned, "collapse-pinned",
	     "A range is cut out of a mapped file, or room is made in it, while a device holds a page before it, there, or behind it",
	     "order=0,9 fs=0,1 insert=0,1 held=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4, held = __fsc_param("held", 0) * n;
	bool insert = __fsc_param("insert", 0);
	struct sc_file a = sc_create("A", 3 * n);
	struct sc_cut cut = { &a, n, n };
	struct sc_dma dma;
	struct sc_map m;

	sc_fill(&a, 0, 3 * n);
	m = sc_mmap(mm, &a, 0, 3 * n, SC_RW);
	sc_write(&m, 0, 1);
	sc_write(&m, n, 2);
	sc_write(&m, 2 * n, 3);
	SC_EXPECT(sc_dma_start(&dma, &m, held, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	sc_both("shift", sc_task_shift, &cut, &dma);
	sc_see(&m, 0, 1);
	sc_see(&m, n, insert ? 0 : 3);
	if (insert) {
		sc_see(&m, 2 * n, 2);
		sc_pread(&a, 3 * n, 3);
	} else {
		SC_EXPECT(sc_try_read(&m, 2 * n) & VM_FAULT_SIGBUS, "what is mapped beyond the end of its file cannot be read");
	}
	sc_write(&m, n, 4);
	sc_pread(&a, n, 4);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(evict_pinned, "evict-pinned",
	     "A file's inode goes, unlinked or not, while a device holds one of its pages; the task may have been killed",
	     "order=0,9 fs=0,1,2 umount=0,1 killed=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_cut cut = { &a, 0, n };
	struct sc_dma dma;
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	sc_munmap(&m);
	sc_both("the last close", __fsc_param("umount", 0) ? sc_task_forget : sc_task_evict, &cut, &dma);
	sc_end(mm);
}

/* Somebody who waits for a device is woken by a signal: he gives up, and nothing has been cut. */
static int sc_cut_error;

static void sc_task_try_cut(void *arg)
{
	struct sc_cut *cut = arg;

	__fsc_step("%s %s", __fsc_param("punch", 0) ? "punch" : "truncate", cut->f->name);
	sc_cut_error = __fsc_param("punch", 0) ? fscfs_punch(cut->f->file, cut->first, cut->count) :
						  fscfs_truncate(cut->f->file, cut->first);
}

static void sc_task_signal(void *arg)
{
	int id = *(int *)arg;

	__fsc_step("signal");
	fsc_tasks[id].fsc_signal = true;
	wake_up_state(&fsc_tasks[id], TASK_INTERRUPTIBLE);
}

FSC_SCENARIO(cut_interrupted, "cut-interrupted", "A task that waits for a device to cut a file gets a signal",
	     "order=0,9 fs=0,1,2 punch=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	struct sc_file a = sc_create("A", n);
	struct sc_cut cut = { &a, 2, 1 };
	struct sc_dma dma;
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 2, 7);
	SC_EXPECT(sc_dma_start(&dma, &m, 2, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	one = sc_spawn("cut", sc_task_try_cut, &cut);
	two = sc_spawn("kill", sc_task_signal, &one);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("the waiting is over");
	SC_EXPECT(sc_cut_error < 0, "a wait for DMA that a signal ends says so");
	sc_see(&m, 2, 7);
	SC_DO(sc_dma_end(&dma), "DMA lets go");
	sc_task_try_cut(&cut);
	SC_EXPECT(!sc_cut_error, "a file can be truncated once DMA has let go");
	__fsc_quiesce("cut");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(fork_pinned, "fork-pinned", "A process forks while a device holds a page of its mapping",
	     "order=0,9 private=0,1")
{
	struct mm_struct *mm = sc_begin(), *child;
	bool priv = __fsc_param("private", 0) && !sc_order();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_dma dma;
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, priv ? SC_PRIVATE : SC_RW);
	sc_write(&m, 0, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	SC_DO(child = fsc_mm_fork(mm), "fork");
	SC_DO(fsc_mm_destroy(child), "child exits");
	SC_DO(sc_dma_end(&dma), "DMA lets go");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(pin_unpin, "pin-unpin", "A page is taken and let go of while its file stays", "order=0,9 index=0,512 put=0,1,2,3 fault=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_dma dma;
	struct sc_map m;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	if (__fsc_param("fault", 0))
		sc_write(&m, first, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, first + n - 1, __fsc_param("put", 0)) == 1, "DMA can pin a mapped page");
	SC_DO(sc_dma_end(&dma), "DMA lets go");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(longterm_refused, "longterm-refused", "A device asks to hold a page for as long as it likes",
	     "order=0,9 fault=0,1 write=1,0")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct page *page = NULL;
	struct sc_map m;
	long got;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	if (__fsc_param("fault", 0))
		sc_write(&m, 0, 1);
	SC_DO(got = fsc_dma_pin(mm, m.addr, 1, FOLL_PIN | FOLL_LONGTERM | (__fsc_param("write", 1) ? FOLL_WRITE : 0), &page, "longterm"),
	      "DMA asks for A[0] for ever");
	SC_EXPECT(got <= 0, "a page of a file on DAX is never pinned for ever");
	if (got > 0)
		fsc_dma_unpin(&page, 1, "longterm");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

static void sc_task_pin(void *arg)
{
	struct sc_map *m = arg;
	struct page *page = NULL;
	long got;

	fsc_use_mm(m->mm);
	__fsc_step("DMA takes and lets go of A[%lu]", m->first);
	got = fsc_dma_pin(m->mm, m->addr, 1, FOLL_PIN | FOLL_WRITE, &page, "racing dma");
	__fsc_point("the device works");
	if (got == 1)
		fsc_dma_unpin(&page, 1, "racing dma");
}

FSC_SCENARIO(gup_truncate_race, "gup-truncate-race", "A device takes a page just while the file is truncated",
	     "order=0,9 fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_cut cut = { &a, 0, n };
	struct sc_map m;
	int one, two;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	one = sc_spawn("dma", sc_task_pin, &m);
	two = sc_spawn("truncate", sc_task_truncate, &cut);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(clone_pinned, "clone-pinned", "A file is reflinked while a device holds one of its pages", "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n), b = sc_create("B", n);
	struct sc_dma dma;
	struct sc_map m, mb;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	mb = sc_mmap(mm, &b, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	SC_DO(sc_dma_end(&dma), "DMA lets go");
	sc_clone(&a, 0, &b, 0, n);
	sc_see(&mb, 0, 1);
	SC_EXPECT(sc_dma_start(&dma, &mb, 0, SC_PUT_PAGE) == 1, "DMA can pin a page that two files share");
	sc_see(&m, 0, 1);
	SC_DO(sc_dma_end(&dma), "DMA lets go");
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&b);
	sc_remove(&a);
	sc_end(mm);
}
