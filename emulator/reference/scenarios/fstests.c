/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fstests' dax group does to mapped files, by the names of the tests (fstests: tests/generic, tests/xfs). Left out: tests of
 * tools, of mount options, and those that end the power (generic/470, 482).
 */
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

FSC_SCENARIO(fstests_generic_503, "fstests-generic-503",
	     "generic/503: a shared mapping is touched while its file is truncated, punched, collapsed or zeroed, and allocated again",
	     "order=0,9 cut=0,1,2,3 fs=0,1")
{
	sc_touch_and_cut(SC_RW);
}

FSC_SCENARIO(fstests_generic_437, "fstests-generic-437",
	     "generic/437: a private mapping copies on write while its file is truncated and allocated again", "order=0,9")
{
	sc_touch_and_cut(SC_PRIVATE);
}

FSC_SCENARIO(fstests_generic_461, "fstests-generic-461",
	     "generic/461, 462: a hole is read through one mapping, written through another, then through the file", "order=0,9 fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	struct sc_file a = sc_create("A", n);
	struct sc_map r = sc_mmap(mm, &a, 0, n, SC_RO), w = sc_mmap(mm, &a, 0, n, SC_RW);

	sc_see(&r, 1, 0);
	sc_see(&w, 2, 0);
	sc_write(&w, 1, 5);
	sc_see(&r, 1, 5);
	sc_pwrite(&a, 2, 6);
	sc_see(&r, 2, 6);
	sc_see(&w, 2, 6);
	sc_munmap(&r);
	sc_munmap(&w);
	sc_remove(&a);
	sc_end(mm);
}
