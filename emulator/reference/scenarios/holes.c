/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holes: zero page entries of both sizes, what replaces them, and faults that fail half-way. */
#include <linux/string.h>
#include "scenario.h"

FSC_SCENARIO(hole_read_write, "hole-read-write", "A hole is read, then written, then the file is truncated",
	     "order=0,9 index=0,512 maps=1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m, other;

	m = sc_mmap(mm, &a, first, n, SC_RW);
	other = sc_mmap(mm, &a, first, n, SC_RW);
	sc_see(&m, first, 0);
	if (__fsc_param("maps", 1) > 1)
		sc_see(&other, first, 0);
	sc_write(&m, first, 1);
	/* What others have mapped of the zero page has to be gone. */
	sc_see(&other, first, 1);
	sc_truncate(&a, 0);
	sc_munmap(&other);
	sc_munmap(&m);
	sc_remove_quietly(&a);
	sc_end(mm);
}

FSC_SCENARIO(hole_read_cut, "hole-read-cut", "A hole is read, then cut off or punched, mapped or not",
	     "order=0,9 index=0,512 punch=0,1 mapped=0,1 fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m = sc_mmap(mm, &a, first, n, SC_RW);

	sc_read(&m, first);
	if (!__fsc_param("mapped", 0))
		sc_munmap(&m);
	if (__fsc_param("punch", 0))
		sc_punch(&a, first, n);
	else
		sc_truncate(&a, 0);
	if (__fsc_param("mapped", 0))
		sc_munmap(&m);
	sc_remove_quietly(&a);
	sc_end(mm);
}

FSC_SCENARIO(hole_downgrade, "hole-downgrade", "2 MiB of hole are read at once, then one page of them is touched",
	     "write=0,1 index=0,512 mapped=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index();
	struct sc_file a = sc_create("A", first + 512);
	struct sc_map large = sc_mmap(mm, &a, first, 512, SC_RW), small;

	sc_read(&large, first + 9);
	if (!__fsc_param("mapped", 0))
		sc_munmap(&large);
	small = sc_mmap(mm, &a, first + 5, 2, SC_RW);
	if (__fsc_param("write", 0))
		sc_write(&small, first + 5, 3);
	sc_read(&small, first + 6);
	sc_see(&small, first + 5, __fsc_param("write", 0) ? 3 : 0);
	if (__fsc_param("mapped", 0)) {
		sc_see(&large, first + 5, __fsc_param("write", 0) ? 3 : 0);
		sc_munmap(&large);
	}
	sc_munmap(&small);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(hole_pwrite, "hole-pwrite", "A mapped hole gets its block by write(2)", "index=0,7 order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_order() ? 0 : sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m = sc_mmap(mm, &a, first, n, SC_RW);

	sc_read(&m, first);
	sc_pwrite(&a, first, 8);
	sc_see(&m, first, 8);
	sc_pread(&a, first, 8);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(pwrite_mapped_range, "pwrite-mapped-range",
	     "Two mapped pages of a hole, or of blocks that another file has too, get new blocks by one write(2), which may end within the second",
	     "shared=0,1 index=0,3 part=0,1")
{
	size_t size = __fsc_param("part", 0) ? PAGE_SIZE + 512 : 2 * PAGE_SIZE;
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index() + 1, i;
	struct sc_file a = sc_create("A", first + 3), b = sc_create("B", first + 3);
	struct page *from = alloc_pages(GFP_KERNEL, 1);
	struct sc_map m;
	ssize_t done;

	memset(page_address(from), 8, 2 * PAGE_SIZE);
	if (__fsc_param("shared", 0)) {
		sc_fill(&a, first - 1, 4);
		sc_clone(&a, first - 1, &b, first - 1, 4);
	}
	m = sc_mmap(mm, &a, first - 1, 4, SC_RW);
	for (i = first - 1; i < first + 3; i++)
		sc_read(&m, i);
	SC_DO(done = fscfs_write(a.file, (loff_t)first << PAGE_SHIFT, page_address(from), size), "pwrite A[%lu..%lu)",
	      first, first + 2);
	SC_EXPECT(done == (ssize_t)size, "write(2) writes what it was given");
	for (i = first - 1; i < first + 3; i++)
		sc_see(&m, i, i == first || i == first + 1 ? 8 : 0);
	sc_munmap(&m);
	__free_pages(from, 1);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

FSC_SCENARIO(pmd_past_end, "pmd-past-end", "A file ends at the end of its first 2 MiB, or a page before; mapped are 2 MiB",
	     "short=0,1 filled=0,1 write=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long pages = 512 - __fsc_param("short", 0);
	struct sc_file a = sc_create("A", pages);
	struct sc_map m;

	if (__fsc_param("filled", 0))
		sc_fill(&a, 0, pages);
	m = sc_mmap(mm, &a, 0, 512, SC_RW);
	if (__fsc_param("write", 0))
		sc_write(&m, 0, 1);
	else
		sc_see(&m, 0, 0);
	sc_see(&m, pages - 1, 0);
	if (pages < 512) {
		SC_EXPECT(sc_try_read(&m, pages) & VM_FAULT_SIGBUS, "a load from behind the end of a file faults with SIGBUS");
		SC_EXPECT(sc_try_write(&m, pages, 2) & VM_FAULT_SIGBUS, "a store behind the end of a file faults with SIGBUS");
	}
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(fault_no_memory, "fault-no-memory", "A fault finds no memory for the entry, then works when repeated",
	     "order=0,9 write=0,1 fail_xas_alloc=1 fail_xas_nomem=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	if (__fsc_param("write", 0))
		sc_try_write(&m, 0, 1);
	else
		sc_try_read(&m, 0);
	sc_write(&m, 0, 2);
	sc_see(&m, 0, 2);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(fault_no_block, "fault-no-block", "A write fault finds no free block and leaves a place-holder, then works",
	     "order=0,9 index=0,512 fail_block_alloc=1 read=0,1 again=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m = sc_mmap(mm, &a, first, n, SC_RW);

	if (__fsc_param("read", 0))
		sc_read(&m, first);
	sc_try_write(&m, first, 1);
	if (__fsc_param("again", 0)) {
		sc_write(&m, first, 2);
		sc_see(&m, first, 2);
	}
	sc_truncate(&a, 0);
	sc_munmap(&m);
	sc_remove_quietly(&a);
	sc_end(mm);
}

FSC_SCENARIO(insert_fails, "insert-fails", "The page table entry cannot be made although the block is there",
	     "order=0,9 index=0,512 write=0,1 again=0,1 hole=0,1 fail_pgtable_alloc=0,1 fail_vmf_insert=1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m;

	if (!__fsc_param("hole", 0))
		sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	if (__fsc_param("write", 0))
		sc_try_write(&m, first, 1);
	else
		sc_try_read(&m, first);
	if (__fsc_param("again", 0)) {
		/* Each site fails once; a fault may have met only the first of them. A 2 MiB leaf needs no memory. */
		if (sc_try_write(&m, first, 2))
			sc_write(&m, first, 2);
		sc_see(&m, first, 2);
	}
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(hole_pinned, "hole-pinned", "A device reads from a hole, that is from the zero page, while it gets a block",
	     "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m = sc_mmap(mm, &a, 0, n, SC_RW);
	struct page *page = NULL;
	long got;

	sc_read(&m, 0);
	SC_DO(got = fsc_dma_pin(mm, m.addr, 1, FOLL_PIN, &page, "dma"), "DMA takes A[0] to read");
	SC_EXPECT(got == 1, "DMA can pin the page behind a hole to read");
	sc_write(&m, 0, 1);
	sc_see(&m, 0, 1);
	if (got == 1)
		SC_DO(fsc_dma_unpin(&page, 1, "dma"), "DMA lets go");
	sc_truncate(&a, 0);
	sc_munmap(&m);
	sc_remove_quietly(&a);
	sc_end(mm);
}
