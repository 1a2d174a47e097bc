/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fstests does to mapped files, by the names of the tests, with their steps and what they look at (facts: fstests,
 * tests/generic and the programs of src that they run). Besides, two scenarios on the same ground under names of their own. Left
 * out: tests of tools, of mount options, and those that end the power (generic/470, 482).
 */
#include <linux/completion.h>
#include <linux/kconfig.h>
#include "scenario.h"

static struct {
	struct sc_file a;
	struct sc_map m;
	unsigned long pages;
} sc_fst;

static void sc_task_touch(void *unused)
{
	(void)unused;
	for (unsigned long i = 0; i < 4; i++) {
		sc_try_write(&sc_fst.m, i, 1 + i);
		sc_try_read(&sc_fst.m, 3 - i);
	}
}

static void sc_cut_some(void)
{
	unsigned long n = sc_fst.pages;
	int error;

	switch (__fsc_param("cut", 0)) {
	case 0:
		sc_truncate(&sc_fst.a, 0);
		break;
	case 1:
		sc_punch(&sc_fst.a, 0, n);
		break;
	case 2:
		SC_DO(error = fscfs_collapse(sc_fst.a.file, 0, n / 2), "collapse A[0..%lu)", n / 2);
		SC_EXPECT(!error, "a range can be cut out of a file, and room be made in one");
		break;
	default:
		SC_DO(error = fscfs_zero_range(sc_fst.a.file, 0, (loff_t)n << PAGE_SHIFT), "zero A[0..%lu)", n);
		SC_EXPECT(!error, "a range of a file can be zeroed");
	}
}

static void sc_task_cut(void *unused)
{
	(void)unused;
	for (int round = 0; round < 2; round++) {
		sc_cut_some();
		sc_fill(&sc_fst.a, 0, sc_fst.pages);
	}
}

/* A task touches a mapping while another cuts the file and gives it blocks anew; then it is there again. */
static void sc_touch_and_cut(unsigned int flags)
{
	struct mm_struct *mm = sc_begin();
	int touch, cut;

	sc_fst.pages = sc_order() ? 512 : 4;
	sc_fst.a = sc_create("A", sc_fst.pages);
	sc_fill(&sc_fst.a, 0, sc_fst.pages);
	sc_fst.m = sc_mmap(mm, &sc_fst.a, 0, sc_fst.pages, flags);
	sc_write(&sc_fst.m, 2, 9);
	touch = sc_spawn("touch", sc_task_touch, NULL);
	cut = sc_spawn("cut", sc_task_cut, NULL);
	sc_join(touch);
	sc_join(cut);
	__fsc_quiesce("both are done");
	sc_write(&sc_fst.m, 0, 7);
	sc_see(&sc_fst.m, 0, 7);
	/* What is cut off is gone from the mapping too, a private copy of it as well. */
	if (__fsc_param("cut", 0) == 0) {
		sc_truncate(&sc_fst.a, 0);
		SC_EXPECT(sc_try_read(&sc_fst.m, 0) & VM_FAULT_SIGBUS, "what is mapped beyond the end of its file cannot be read");
		sc_fill(&sc_fst.a, 0, sc_fst.pages);
		sc_see(&sc_fst.m, 0, 0);
	}
	sc_munmap(&sc_fst.m);
	sc_remove(&sc_fst.a);
	sc_end(mm);
}

FSC_SCENARIO(touch_and_cut, "touch-and-cut",
	     "A shared mapping is touched while its file is truncated, punched, collapsed or zeroed, and allocated again",
	     "order=0,9 cut=0,1,2,3 fs=0,1")
{
	sc_touch_and_cut(SC_RW);
}

FSC_SCENARIO(private_cut, "private-cut",
	     "A private mapping copies on write while its file is truncated and allocated again", "order=0,9")
{
	sc_touch_and_cut(SC_PRIVATE);
}

/* ---- generic/344, 345, 346, 354: src/holetest.c ---- */

static struct {
	struct sc_file a;
	struct sc_map m[3]; /* of the two who mark, and of who looks */
	unsigned long page[4];
	bool load_first, write_one;
} sc_holes;

/* Where each of the two marks a page: they share pages, never a byte. */
static unsigned long sc_mark_at(long who)
{
	return PAGE_SIZE / 4 + who * (PAGE_SIZE / 2);
}

static void sc_see_mark(struct sc_map *m, unsigned long page, long who, unsigned char value)
{
	unsigned char seen = 0;
	vm_fault_t fatal;

	SC_DO(fatal = fsc_user_read(m->mm, m->addr + (page << PAGE_SHIFT) + sc_mark_at(who), &seen), "load mark %ld of %s[%lu]", who,
	      m->of->name, page);
	SC_EXPECT(!fatal, "a load from the mapping succeeds");
	SC_EXPECT(seen == value, "of two who store to different bytes of a page, both are there afterwards, and only where they stored");
}

/* Nobody stores to the first byte of a page. */
static void sc_load_pages(struct sc_map *m)
{
	for (int i = 0; i < 4; i++)
		sc_see(m, sc_holes.page[i], 0);
}

static void sc_task_mark(void *arg)
{
	long who = (long)arg;
	struct sc_map *m = &sc_holes.m[who];
	unsigned char mark = 1 + who;

	if (sc_holes.load_first)
		sc_load_pages(m);
	for (int i = 0; i < 4; i++) {
		unsigned long page = sc_holes.page[i], at = sc_mark_at(who);

		if (!who && sc_holes.write_one)
			SC_DO(SC_EXPECT(fscfs_write(sc_holes.a.file, (loff_t)(page << PAGE_SHIFT) + at, &mark, 1) == 1,
					"write(2) writes what it was given"),
			      "pwrite A[%lu]", page);
		else
			SC_DO(SC_EXPECT(!fsc_user_write(m->mm, m->addr + (page << PAGE_SHIFT) + at, mark), "a store to the mapping succeeds"),
			      "store A[%lu]", page);
	}
}

/* Two mark the pages of a file that has blocks or none: threads of a process, or processes. */
static void sc_mark_pages(unsigned int flags, bool load_first, bool processes, bool write_one)
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	bool apart = processes && flags == SC_PRIVATE;
	int id[2];

	for (int i = 0; i < 4; i++)
		sc_holes.page[i] = i < 3 ? (unsigned long)i : n - 1;
	sc_holes.load_first = load_first && processes;
	sc_holes.write_one = write_one;
	sc_holes.a = sc_create("A", n);
	if (__fsc_param("filled", 0))
		sc_fill(&sc_holes.a, 0, n);
	for (int i = 0; i < 3; i++)
		sc_holes.m[i] = i ? sc_holes.m[0] : sc_mmap(mm, &sc_holes.a, 0, n, flags);
	if (load_first && !processes)
		sc_load_pages(&sc_holes.m[2]);
	for (int i = 0; processes && i < 2; i++)
		SC_DO(sc_holes.m[i].mm = fsc_mm_fork(mm), "fork");
	for (long i = 0; i < 2; i++)
		id[i] = sc_spawn(i ? "two" : "one", sc_task_mark, (void *)i);
	for (int i = 0; i < 2; i++)
		sc_join(id[i]);
	__fsc_quiesce("both are done");
	for (int i = 0; i < 4; i++) {
		for (long who = 0; who < 2; who++) {
			sc_see_mark(&sc_holes.m[2], sc_holes.page[i], who, apart ? 0 : 1 + who);
			if (apart)
				sc_see_mark(&sc_holes.m[0], sc_holes.page[i], who, who ? 0 : 1);
		}
	}
	for (int i = 0; processes && i < 2; i++)
		SC_DO(fsc_mm_destroy(sc_holes.m[i].mm), "a child exits");
	sc_munmap(&sc_holes.m[2]);
	/* What was stored to a private mapping is nowhere else. */
	for (int i = 0; flags == SC_PRIVATE && i < 4; i++)
		sc_pread(&sc_holes.a, sc_holes.page[i], 0);
	sc_remove(&sc_holes.a);
	sc_end(mm);
}

FSC_SCENARIO(fstests_generic_344, "fstests-generic-344",
	     "generic/344: two threads store to pages of a mapping that were loaded before, or one of them by write(2)",
	     "order=0,9 filled=0,1 write=0,1")
{
	sc_mark_pages(SC_RW, true, false, __fsc_param("write", 0));
}

FSC_SCENARIO(fstests_generic_345, "fstests-generic-345",
	     "generic/345: two processes load pages of a file and store to them", "order=0,9 filled=0,1")
{
	sc_mark_pages(SC_RW, true, true, false);
}

FSC_SCENARIO(fstests_generic_346, "fstests-generic-346",
	     "generic/346: a thread stores to pages that another one writes by write(2)", "order=0,9 filled=0,1")
{
	sc_mark_pages(SC_RW, false, false, true);
}

FSC_SCENARIO(fstests_generic_354, "fstests-generic-354",
	     "generic/354: two threads, or two processes, store to pages of a private mapping, and the file stays as it is",
	     "order=0,9 filled=0,1 fork=0,1")
{
	sc_mark_pages(SC_PRIVATE, false, __fsc_param("fork", 0), false);
}

/* ---- one by one ---- */

FSC_SCENARIO(fstests_generic_428, "fstests-generic-428",
	     "generic/428: 2 MiB of a hole are mapped and loaded; what write(2) puts there then is seen through the mapping", "fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 1024);
	struct sc_map m = sc_mmap(mm, &a, 512, 512, SC_RO);

	sc_see(&m, 512, 0);
	sc_pwrite(&a, 512, 7);
	sc_see(&m, 512, 7);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/*
 * The buffer of write(2) or read(2) is page 0 of a mapping that nobody has touched: the kernel faults it in while it copies. `to` is
 * the mapped file or another; of it the last page is written or read.
 */
static void sc_copy_by_mapping(struct mm_struct *mm, struct sc_file *mapped, struct sc_file *to, unsigned long n)
{
	bool filled = __fsc_param("filled", 0);
	unsigned char value = filled ? 5 : 0;
	struct sc_map m;
	long done;

	if (filled) {
		sc_fill(mapped, 0, n);
		sc_pwrite(mapped, 0, value);
	}
	m = sc_mmap(mm, mapped, 0, n, SC_RW);
	if (__fsc_param("write", 0)) {
		SC_DO(done = fscfs_write_user(to->file, (loff_t)(n - 1) << PAGE_SHIFT, m.addr, PAGE_SIZE), "pwrite %s[%lu] from %s[0]",
		      to->name, n - 1, mapped->name);
		SC_EXPECT(done == PAGE_SIZE, "write(2) writes what it was given");
	} else {
		sc_pwrite(to, n - 1, 9);
		value = 9;
		SC_DO(done = fscfs_read_user(to->file, (loff_t)(n - 1) << PAGE_SHIFT, m.addr, PAGE_SIZE), "pread %s[%lu] into %s[0]",
		      to->name, n - 1, mapped->name);
		SC_EXPECT(done == PAGE_SIZE, "read(2) reads what was asked for");
	}
	sc_see(&m, 0, value);
	sc_pread(mapped, 0, value);
	sc_pread(to, n - 1, value);
	sc_fsync(mapped);
	sc_munmap(&m);
}

FSC_SCENARIO(fstests_generic_413, "fstests-generic-413",
	     "generic/413: write(2) takes its bytes from an untouched mapping of another file, or read(2) puts them there",
	     "order=0,9 filled=0,1 write=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	struct sc_file a = sc_create("A", n), b = sc_create("B", n);

	sc_copy_by_mapping(mm, &a, &b, n);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

FSC_SCENARIO(fstests_generic_647, "fstests-generic-647",
	     "generic/647: write(2) takes its bytes from an untouched mapping of the same file, or read(2) puts them there",
	     "order=0,9 filled=0,1 write=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	struct sc_file a = sc_create("A", n);

	sc_copy_by_mapping(mm, &a, &a, n);
	sc_remove(&a);
	sc_end(mm);
}

/* As generic/647 and 729 have it for buffers of which a part cannot be had. */
FSC_SCENARIO(buffer_ends, "buffer-ends",
	     "The buffer of write(2) or read(2) ends before its bytes do: where nothing is mapped, or behind the end of the mapped file",
	     "write=0,1 beyond=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 1), b = sc_create("B", 2);
	bool write = __fsc_param("write", 0), beyond = __fsc_param("beyond", 0);
	unsigned char byte = 0;
	struct sc_map m;
	long done;

	sc_fill(&a, 0, 1);
	sc_fill(&b, 0, 2);
	m = sc_mmap(mm, &a, 0, beyond ? 2 : 1, SC_RW);
	if (write)
		SC_DO(fsc_user_write(mm, m.addr + PAGE_SIZE - 1, 6), "store to the last byte of A");
	else
		SC_DO(fscfs_write(b.file, 99, "\6", 1), "pwrite byte 99 of B");
	if (write)
		SC_DO(done = fscfs_write_user(b.file, 0, m.addr + PAGE_SIZE - 100, 300), "pwrite B from the last 100 bytes of A and on");
	else
		SC_DO(done = fscfs_read_user(b.file, 0, m.addr + PAGE_SIZE - 100, 300), "pread B into the last 100 bytes of A and on");
	SC_EXPECT(done == 100, "of a buffer that ends too early as much is read or written as there is of it");
	SC_DO(SC_EXPECT(write ? fscfs_read(b.file, 99, &byte, 1) == 1 : !fsc_user_read(mm, m.addr + PAGE_SIZE - 1, &byte),
			"what was read or written is there"),
	      "look at the last byte that was copied");
	SC_EXPECT(byte == 6, "what was read or written is what was asked for");
	if (write)
		SC_DO(done = fscfs_write_user(b.file, PAGE_SIZE, m.addr + PAGE_SIZE, 10), "pwrite B from where nothing is");
	else
		SC_DO(done = fscfs_read_user(b.file, PAGE_SIZE, m.addr + PAGE_SIZE, 10), "pread B into where nothing is");
	SC_EXPECT(done == -EFAULT, "read(2) and write(2) without a byte of their buffer end with EFAULT");
	sc_munmap(&m);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

static void sc_task_copy(void *arg)
{
	struct sc_map *m = arg;
	unsigned char value = 0;

	for (int round = 0; round < 2; round++) {
		SC_DO(SC_EXPECT(!fsc_user_read(m->mm, m->addr, &value), "a load from the mapping succeeds"), "load A[0]");
		SC_EXPECT(value == 1, "a load from a private mapping sees the file, or what was stored to the mapping");
		sc_write(m, 0, value);
		__fsc_step("madvise(MADV_DONTNEED) A[0..512)");
		mmap_read_lock(m->mm);
		zap_page_range_single(vma_lookup(m->mm, m->addr), m->addr, PMD_SIZE, NULL);
		mmap_read_unlock(m->mm);
	}
}

FSC_SCENARIO(fstests_generic_437, "fstests-generic-437",
	     "generic/437: two threads load, store and MADV_DONTNEED 2 MiB of a private mapping, whose file has them as a large page",
	     "fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 512);
	struct sc_map m = sc_mmap(mm, &a, 0, 512, SC_RW);
	int one, two;

	sc_write(&m, 0, 1);
	sc_munmap(&m);
	m = sc_mmap(mm, &a, 0, 512, SC_PRIVATE);
	one = sc_spawn("one", sc_task_copy, &m);
	two = sc_spawn("two", sc_task_copy, &m);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	sc_munmap(&m);
	sc_pread(&a, 0, 1);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(fstests_generic_462, "fstests-generic-462",
	     "generic/462: a mapping that may only be read is loaded from; O_DIRECT into it is refused, and the file stays as it is",
	     "order=0,9 loaded=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 1;
	struct sc_file a = sc_create("A", n);
	struct sc_dma dma;
	struct sc_map m;
	long got;

	sc_fill(&a, 0, n);
	sc_pwrite(&a, 0, 5);
	m = sc_mmap(mm, &a, 0, n, SC_RO);
	if (__fsc_param("loaded", 0))
		sc_see(&m, 0, 5);
	got = sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN);
	SC_EXPECT(got < 0, "what may only be read is no buffer that a device may write to");
	if (got == 1)
		SC_DO(sc_dma_end(&dma), "O_DIRECT is done");
	sc_see(&m, 0, 5);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/* ---- generic/503: src/t_mmap_collision.c; kernels before v4.18 fail it, for which it was written ---- */

#if FSC_ERA >= 418
static struct {
	struct completion read[2]; /* the disk has what a task has asked it for */
} sc_disk;

/* pread(2) with O_DIRECT of a file that is not DAX into the mapping: a device writes to its pages. */
static void sc_read_into(long who)
{
	struct sc_dma dma[2];
	long got[2];

	for (int i = 0; i < 2; i++)
		got[i] = sc_dma_start(&dma[i], &sc_fst.m, i ? sc_fst.pages - 1 : 0, SC_PUT_UNPIN);
	wait_for_completion(&sc_disk.read[who]);
	for (int i = 0; i < 2; i++) {
		if (got[i] != 1)
			continue;
		*(unsigned char *)page_address(dma[i].page) = 3;
		SC_DO(sc_dma_end(&dma[i]), "O_DIRECT is done");
	}
	SC_EXPECT(__fsc_param("cut", 0) % 2 == 0 || (got[0] == 1 && got[1] == 1),
		  "a mapping of a file that keeps its size can be the buffer of O_DIRECT");
}

static void sc_task_collide(void *arg)
{
	long who = (long)arg;
	int cut = __fsc_param("cut", 0);

	/* The file is made shorter before the read, and given holes after it. */
	if (cut == 0 || cut == 2) {
		sc_cut_some();
		sc_fill(&sc_fst.a, 0, sc_fst.pages);
	}
	sc_read_into(who);
	if (cut == 1 || cut == 3)
		sc_cut_some();
}

static void sc_task_disk(void *unused)
{
	(void)unused;
	complete(&sc_disk.read[0]);
	complete(&sc_disk.read[1]);
}

FSC_SCENARIO(fstests_generic_503, "fstests-generic-503",
	     "generic/503: two threads read a file by O_DIRECT into a mapping of another, which each truncates, punches, collapses or zeroes",
	     "cut=0,1,2,3 fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	int id[3];

	sc_fst.pages = 4;
	sc_fst.a = sc_create("A", sc_fst.pages);
	sc_fill(&sc_fst.a, 0, sc_fst.pages);
	sc_fst.m = sc_mmap(mm, &sc_fst.a, 0, sc_fst.pages, SC_RW);
	for (int i = 0; i < 2; i++)
		init_completion(&sc_disk.read[i]);
	id[0] = sc_spawn("one", sc_task_collide, (void *)0L);
	id[1] = sc_spawn("two", sc_task_collide, (void *)1L);
	id[2] = sc_spawn("disk", sc_task_disk, NULL);
	for (int i = 0; i < 3; i++)
		sc_join(id[i]);
	__fsc_quiesce("all are done");
	sc_munmap(&sc_fst.m);
	sc_remove(&sc_fst.a);
	sc_end(mm);
}
#endif
