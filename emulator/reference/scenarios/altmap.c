/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine on which memory does not begin at pfn 0, as on arm64, or whose device keeps its struct pages itself (altmap):
 * the pfn 0 that a place-holder entry carries has no struct page, so that whoever looks at it faults.
 */
#include "scenario.h"

/* Takes the struct pages of the first reserved pfns away. */
static void sc_no_low_memmap(void)
{
	SC_DO(__fsc_remove_memory(0, PAGE_SIZE / sizeof(struct page)), "there is no struct page for pfn 0");
}

FSC_SCENARIO(altmap_entries, "altmap-entries",
	     "Entries of blocks, of holes and of faults that failed come and go where pfn 0 has no struct page",
	     "order=0,9 hole=0,1 cut=0,1,2 fail_block_alloc=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m;

	sc_no_low_memmap();
	if (!__fsc_param("hole", 0) && !__fsc_param("fail_block_alloc", 0))
		sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	if (__fsc_param("hole", 0))
		sc_read(&m, 0);
	sc_try_write(&m, 0, 1);
	if (__fsc_param("cut", 0) == 0)
		sc_truncate(&a, 0);
	else if (__fsc_param("cut", 0) == 1)
		sc_punch(&a, 0, n);
	sc_munmap(&m);
	sc_remove_quietly(&a);
	sc_end(mm);
}
