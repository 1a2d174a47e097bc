/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a virtiofs mount are shown in a DAX window that is smaller than they are: ranges are set up, shared by several tasks,
 * made writable, reclaimed from files that use them, given back (fs/fuse/dax.c). What the host does is in fs/fuse/window.c.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/string.h>
#include "../fs/fuse/fuse_i.h"
#include "../fs/fuse/window.h"
#include "scenario.h"

#define SC_RANGE FSC_WINDOW_RANGE

static struct mm_struct *sc_window_begin(unsigned long ranges)
{
	struct mm_struct *mm;

	fsc_window_ranges = ranges;
	SC_DO(sc_fs = fscfs_mount(FSCFS_FUSE), "mount with a window of %lu", ranges);
	SC_NEED(sc_fs, "a file system with a window can be mounted");
	mm = fsc_mm_create();
	fsc_use_mm(mm);
	return mm;
}

static void sc_window_end(struct mm_struct *mm)
{
	fsc_fuse_flush_worker();
	SC_EXPECT(fsc_fuse_ranges_whole(0), "when all files are gone every range of the window is free");
	sc_end(mm);
	fsc_window_ranges = 0;
}

/* Stores to the first page of a range, or writes it. */
static void sc_range_store(int how, struct sc_file *f, struct sc_map *m, unsigned long range, unsigned char value)
{
	if (how)
		sc_pwrite(f, range * SC_RANGE, value);
	else
		sc_write(m, range * SC_RANGE, value);
}

static void sc_range_see(int how, struct sc_file *f, struct sc_map *m, unsigned long range, unsigned char value)
{
	if (how)
		sc_pread(f, range * SC_RANGE, value);
	else
		sc_see(m, range * SC_RANGE, value);
}

FSC_SCENARIO(virtiofs_ranges, "virtiofs-ranges", "A file in a window that shows a part of it at a time is read and written, range by range",
	     "order=0,9 how=0,1 read=0,1 ranges=1,2")
{
	int how = __fsc_param("how", 0);
	unsigned long i, n = sc_order() ? SC_RANGE : 4;
	struct mm_struct *mm = sc_window_begin(__fsc_param("ranges", 2));
	struct sc_file a = sc_create("A", 3 * SC_RANGE);
	struct sc_map m[3];

	for (i = 0; i < 3; i++)
		m[i] = sc_mmap(mm, &a, i * SC_RANGE, n, SC_RW);
	for (i = 0; i < 3; i++) {
		if (__fsc_param("read", 0))
			sc_range_see(how, &a, &m[i], i, 0);
		sc_range_store(how, &a, &m[i], i, i + 1);
	}
	SC_DO(fsc_fuse_flush_worker(), "the worker frees ranges");
	for (i = 0; i < 3; i++)
		sc_range_see(0, &a, &m[i], i, i + 1);
	for (i = 0; i < 3; i++)
		sc_range_see(1, &a, &m[i], i, i + 1);
	for (i = 0; i < 3; i++)
		sc_munmap(&m[i]);
	SC_DO(fsc_fuse_flush_worker(), "the worker frees ranges");
	sc_remove_quietly(&a);
	sc_window_end(mm);
}

/* ---- a range that is wanted is in use by a device ---- */

struct sc_want {
	int how;
	struct sc_file *f;
	struct sc_map *m;
	unsigned long range;
};

static void sc_task_want(void *arg)
{
	struct sc_want *want = arg;

	sc_range_store(want->how, want->f, want->m, want->range, 2);
}

static void sc_task_device(void *arg)
{
	struct sc_dma *dma = arg;

	__fsc_step("the device stores");
	*(unsigned char *)page_address(dma->page) = 9;
	sc_dma_end(dma);
}

FSC_SCENARIO(virtiofs_reclaim_pinned, "virtiofs-reclaim-pinned",
	     "The only range of a window is wanted for another part of the file, or another file, while a device holds a page of it",
	     "order=0,9 who=0,1,2,3")
{
	int who = __fsc_param("who", 0);
	struct mm_struct *mm = sc_window_begin(1);
	unsigned long n = sc_order() ? SC_RANGE : 4;
	struct sc_file a = sc_create("A", 2 * SC_RANGE), b = sc_create("B", SC_RANGE), *f;
	struct sc_map held, other;
	struct sc_want want;
	struct sc_dma dma;
	int one, two;

	held = sc_mmap(mm, &a, 0, n, SC_RW);
	want.how = who & 1;
	want.f = f = who & 2 ? &b : &a;
	want.range = f == &a;
	other = sc_mmap(mm, f, want.range * SC_RANGE, n, SC_RW);
	want.m = &other;
	sc_write(&held, 0, 1);
	sc_write(&held, 2, 1);
	SC_NEED(sc_dma_start(&dma, &held, 2, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	one = sc_spawn("wants a range", sc_task_want, &want);
	two = sc_spawn("dma", sc_task_device, &dma);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("the range was reclaimed");
	sc_see(&held, 0, 1);
	sc_see(&held, 2, 9);
	sc_see(&other, want.range * SC_RANGE, 2);
	sc_munmap(&held);
	sc_munmap(&other);
	sc_remove_quietly(&b);
	sc_remove_quietly(&a);
	sc_window_end(mm);
}

/* ---- two tasks at the same range, one of them while the server is at work for the other ---- */

static bool sc_gate;

static void sc_wait_at_gate(void)
{
	while (!sc_gate)
		__fsc_sleep(&sc_gate);
}

static void sc_task_open_gate(void *unused)
{
	(void)unused;
	sc_gate = true;
	__fsc_wake(&sc_gate, 0);
}

struct sc_touch {
	struct sc_file *f;
	struct sc_map *m;
	unsigned long page;
	bool write, file;
};

static void sc_task_touch(void *arg)
{
	struct sc_touch *t = arg;

	if (t->file && t->write)
		sc_pwrite(t->f, t->page, t->page + 5);
	else if (t->file)
		sc_pread(t->f, t->page, 0);
	else if (t->write)
		sc_write(t->m, t->page, t->page + 5);
	else
		sc_see(t->m, t->page, 0);
}

/* Both ranges of the window show another file, of which a device holds a page: who wants one waits. */
static void sc_fill_window(struct sc_map *m, struct sc_dma *dma)
{
	for (unsigned long i = 0; i < 2; i++)
		sc_write(&m[i], i * SC_RANGE, i + 1);
	SC_NEED(sc_dma_start(dma, &m[0], 0, SC_PUT_UNPIN) == 1, "DMA can pin a mapped page");
	SC_EXPECT(fsc_fuse_ranges_whole(2), "a file of two ranges takes two of the window");
}

FSC_SCENARIO(virtiofs_two_tasks, "virtiofs-two-tasks",
	     "Two tasks come to a range of a file that the window does not show, or not for writing, or has no room for",
	     "before=0,1,2 one=0,1,2,3 two=0,1,2,3")
{
	int first = __fsc_param("one", 0), second = __fsc_param("two", 0), before = __fsc_param("before", 0), id[3];
	struct mm_struct *mm = sc_window_begin(2);
	struct sc_file a = sc_create("A", SC_RANGE), b = sc_create("B", 2 * SC_RANGE);
	struct sc_map of_b[2] = { sc_mmap(mm, &b, 0, 4, SC_RW), sc_mmap(mm, &b, SC_RANGE, 4, SC_RW) };
	struct sc_map m = sc_mmap(mm, &a, 0, 4, SC_RW);
	struct sc_touch one = { &a, &m, 0, first & 1, first & 2 }, two = { &a, &m, 1, second & 1, second & 2 };
	struct sc_dma dma;

	if (before == 1)
		sc_see(&m, 2, 0);
	else if (before == 2)
		sc_fill_window(of_b, &dma);
	sc_gate = false;
	fsc_fuse_during_setup = before == 2 ? NULL : sc_wait_at_gate;
	id[0] = sc_spawn("one", sc_task_touch, &one);
	id[1] = sc_spawn("two", sc_task_touch, &two);
	id[2] = before == 2 ? sc_spawn("dma", sc_dma_end, &dma) : sc_spawn("server", sc_task_open_gate, NULL);
	for (int i = 0; i < 3; i++)
		sc_join(id[i]);
	fsc_fuse_during_setup = NULL;
	__fsc_quiesce("both are done");
	SC_EXPECT(fsc_fuse_ranges_whole(1), "a range of a file takes one range of the window, whoever came to it");
	sc_see(&m, 0, one.write ? 5 : 0);
	sc_see(&m, 1, two.write ? 6 : 0);
	for (unsigned long i = 0; i < 2; i++) {
		sc_see(&of_b[i], i * SC_RANGE, before == 2 ? i + 1 : 0);
		sc_munmap(&of_b[i]);
	}
	sc_munmap(&m);
	sc_remove_quietly(&b);
	sc_remove_quietly(&a);
	sc_window_end(mm);
}

/* ---- the server refuses ---- */

FSC_SCENARIO(virtiofs_range_fails, "virtiofs-range-fails", "The server refuses to show a range of a file, then does", "before=0,1 how=0,1 write=0,1")
{
	bool before = __fsc_param("before", 0), write = __fsc_param("write", 0);
	struct mm_struct *mm = sc_window_begin(1);
	struct sc_file a = sc_create("A", SC_RANGE);
	struct sc_map m = sc_mmap(mm, &a, 0, 4, SC_RW);
	unsigned char byte = 7;
	ssize_t done;

	if (before)
		sc_see(&m, 2, 0);
	__fsc_fail_nth("fuse_request", 1);
	if (__fsc_param("how", 0)) {
		SC_DO(done = write ? fscfs_write(a.file, 0, &byte, 1) : fscfs_read(a.file, 0, &byte, 1), "%s A[0]",
		      write ? "pwrite" : "pread");
		SC_EXPECT(done == (before && !write ? 1 : -EIO), "what the server refuses fails, and nothing else");
	} else {
		vm_fault_t fatal = write ? sc_try_write(&m, 0, 7) : sc_try_read(&m, 0);

		SC_EXPECT(!fatal == (before && !write), "what the server refuses fails, and nothing else");
	}
	__fsc_fail_nth("", 0);
	SC_EXPECT(fsc_fuse_ranges_whole(before), "a range that the server did not show is free again");
	sc_write(&m, 0, 8);
	sc_pread(&a, 0, 8);
	SC_EXPECT(fsc_fuse_ranges_whole(1), "a range of a file takes one range of the window");
	sc_munmap(&m);
	sc_remove_quietly(&a);
	sc_window_end(mm);
}

FSC_SCENARIO(virtiofs_mount_fails, "virtiofs-mount-fails", "Each step of mounting with a window fails once; then it is mounted", "ranges=1,3")
{
	fsc_window_ranges = __fsc_param("ranges", 3);
	for (int nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth("", nth);
		SC_DO(sc_fs = fscfs_mount(FSCFS_FUSE), "mount with a window, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		SC_EXPECT(!left || sc_fs, "a file system with a window can be mounted");
		if (!sc_fs)
			continue;
		SC_EXPECT(fsc_fuse_ranges_whole(0), "every range of a window is free when it is mounted");
		for (unsigned int shift = PMD_SHIFT - 1; shift <= PMD_SHIFT + 1; shift++)
			SC_EXPECT(fuse_dax_check_alignment(fsc_fuse_mount.fc, shift) == (shift <= PMD_SHIFT),
				  "a host can show ranges of a window when it maps by no more than one of them");
		SC_DO(fscfs_umount(sc_fs), "umount");
		sc_fs = NULL;
	}
	fsc_window_ranges = 0;
}
#endif
