/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mapping, touching, unmapping and cutting files, without anybody else in the way. */
#include <linux/vmstat.h>
#include "scenario.h"

FSC_SCENARIO(map_fault_unmap, "map-fault-unmap", "A file is mapped, touched and unmapped, then truncated",
	     "order=0,9 index=0,512 write=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	if (__fsc_param("write", 0))
		sc_write(&m, first, 1);
	else
		sc_read(&m, first);
	sc_see(&m, first + n - 1, n == 1 ? __fsc_param("write", 0) : 0);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(read_then_write, "read-then-write", "A mapped block is read, then written, from one process and another",
	     "order=0,9 index=0,512")
{
	struct mm_struct *mm = sc_begin();
	struct mm_struct *other = fsc_mm_create();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m, o;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	o = sc_mmap(other, &a, first, n, SC_RW);
	sc_read(&m, first);
	sc_read(&o, first);
	sc_write(&m, first, 7);
	sc_see(&o, first, 7);
	sc_write(&o, first, 8);
	sc_see(&m, first, 8);
	sc_munmap(&m);
	sc_see(&o, first, 8);
	sc_truncate(&a, 0);
	SC_EXPECT(sc_try_read(&o, first) & VM_FAULT_SIGBUS, "a page past the end of a file faults with SIGBUS");
	sc_munmap(&o);
	sc_remove_quietly(&a);
	fsc_mm_destroy(other);
	sc_end(mm);
}

FSC_SCENARIO(truncate_mapped, "truncate-mapped", "A file is truncated while it is mapped and written",
	     "order=0,9 index=0,512 fs=0,1,2 part=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	sc_write(&m, first, 1);
	/* In part: to its first page, which is in the middle of the entry when that is large. */
	sc_truncate(&a, __fsc_param("part", 0) ? first + 1 : first);
	if (__fsc_param("part", 0))
		sc_see(&m, first, 1);
	else
		SC_EXPECT(sc_try_read(&m, first) & VM_FAULT_SIGBUS, "a page past the end of a file faults with SIGBUS");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(evict_mapped_before, "evict-after-unmap", "A file that was mapped is unlinked, or its inode dropped, without being truncated",
	     "order=0,9 index=0,512 fs=0,1,2 umount=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	sc_write(&m, first, 1);
	sc_munmap(&m);
	if (__fsc_param("umount", 0)) {
		fscfs_close(a.file);
		SC_DO(fscfs_forget(a.inode), "umount drops A");
	} else {
		sc_remove_quietly(&a);
	}
	sc_end(mm);
}

FSC_SCENARIO(punch_mapped, "punch-mapped", "A hole is punched into a mapped file, then read and written again",
	     "order=0,9 index=0,512 fs=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_order() ? 512 : 3;
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	sc_write(&m, first, 1);
	sc_write(&m, first + 1, 2);
	sc_write(&m, first + 2, 3);
	sc_punch(&a, first + 1, 1);
	sc_see(&m, first, 1);
	sc_see(&m, first + 1, 0);
	sc_see(&m, first + 2, 3);
	sc_write(&m, first + 1, 9);
	sc_see(&m, first + 1, 9);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(remap_same_file, "remap-other-size", "A file is mapped in one page size, unmapped, and mapped in the other",
	     "from=0,9 index=0,512 write=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index();
	bool large_first = __fsc_param("from", 0) != 0, write = __fsc_param("write", 0);
	struct sc_file a = sc_create("A", first + 512);
	struct sc_map large, small;
	int round;

	sc_fill(&a, first, 512);
	for (round = 0; round < 2; round++) {
		if ((round == 0) == large_first) {
			large = sc_mmap(mm, &a, first, 512, SC_RW);
			if (write)
				sc_write(&large, first + 3, 1);
			else
				sc_read(&large, first + 3);
			sc_munmap(&large);
		} else {
			small = sc_mmap(mm, &a, first + 3, 2, SC_RW);
			if (write)
				sc_write(&small, first + 3, 1);
			else
				sc_read(&small, first + 3);
			sc_read(&small, first + 4);
			sc_munmap(&small);
		}
	}
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(reuse_other_size, "reuse-other-size",
	     "Blocks that were mapped in one page size are given to another file and mapped in the other",
	     "from=0,9 index=0,512 write=0,1 same=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index();
	bool large = __fsc_param("from", 0) != 0, write = __fsc_param("write", 0);
	unsigned long block;
	int round;
	struct sc_file f = sc_create("A", first + 512);
	struct sc_map m;

	for (round = 0; round < 3; round++) {
		sc_fill(&f, first, 512);
		block = fscfs_bmap(f.file, first);
		if (large) {
			m = sc_mmap(mm, &f, first, 512, SC_RW);
			if (write)
				sc_write(&m, first, 1);
			else
				sc_read(&m, first);
		} else {
			/* Head, second page, and one far from both. */
			m = sc_mmap(mm, &f, first, 3, SC_RW);
			if (write)
				sc_write(&m, first, 1);
			else
				sc_read(&m, first);
			sc_read(&m, first + 1);
			sc_read(&m, first + 2);
		}
		sc_munmap(&m);
		if (__fsc_param("same", 0)) {
			sc_truncate(&f, 0);
		} else {
			sc_remove(&f);
			f = sc_create(round ? "C" : "B", first + 512);
		}
		sc_fs->goal = block;
		large = !large;
	}
	sc_remove(&f);
	sc_end(mm);
}

FSC_SCENARIO(pte_in_pmd, "pte-and-pmd", "Small and large mappings of the same 2 MiB at the same time",
	     "small=0,1 write=0,1 index=0,512")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index();
	struct sc_file a = sc_create("A", first + 512);
	struct sc_map small, large;

	sc_fill(&a, first, 512);
	small = sc_mmap(mm, &a, first + 5, 1, SC_RW);
	large = sc_mmap(mm, &a, first, 512, SC_RW);
	if (__fsc_param("small", 0)) {
		/* The large fault finds a small entry and falls back. */
		sc_read(&small, first + 5);
		if (__fsc_param("write", 0))
			sc_write(&large, first + 5, 1);
		sc_read(&large, first + 6);
	} else {
		/* The small fault finds a large entry and uses it. */
		sc_read(&large, first);
		SC_EXPECT(xa_get_order(&a.inode->i_mapping->i_pages, first + 5) == PMD_ORDER,
			  "a fault on 2 MiB of blocks in one piece, where the file has no entry yet, makes one entry of them");
		if (__fsc_param("write", 0))
			sc_write(&small, first + 5, 1);
		sc_read(&small, first + 5);
	}
	sc_see(&large, first + 5, __fsc_param("write", 0));
	sc_fsync(&a);
	sc_munmap(&large);
	sc_see(&small, first + 5, __fsc_param("write", 0));
	sc_munmap(&small);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(mprotect_write, "mprotect-write", "A read-only mapping becomes writable after it was read", "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RO);
	sc_read(&m, 0);
	SC_DO(fsc_mprotect(mm, m.addr, n << PAGE_SHIFT, FSC_PROT_READ | FSC_PROT_WRITE), "mprotect A read-write");
	sc_write(&m, 0, 5);
	sc_see(&m, 0, 5);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(fork_shared, "fork-shared", "A process with a mapped file forks; the child touches it and exits",
	     "order=0,9 index=0,512 write=0,1 first=0,1")
{
	struct mm_struct *mm = sc_begin(), *child;
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m, c;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	if (__fsc_param("write", 0))
		sc_write(&m, first, 1);
	else
		sc_read(&m, first);
	SC_DO(child = fsc_mm_fork(mm), "fork");
	c = m;
	c.mm = child;
	sc_see(&c, first, __fsc_param("write", 0));
	sc_write(&c, first, 2);
	sc_see(&m, first, 2);
	if (__fsc_param("first", 0)) {
		SC_DO(fsc_mm_destroy(child), "child exits");
		sc_munmap(&m);
	} else {
		sc_munmap(&m);
		sc_see(&c, first, 2);
		SC_DO(fsc_mm_destroy(child), "child exits");
	}
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(private_cow, "private-cow", "A private mapping of a file or of a hole is read and written",
	     "hole=0,1 index=0,7 read=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index();
	struct sc_file a = sc_create("A", first + 2);
	struct sc_map m, shared;

	if (!__fsc_param("hole", 0))
		sc_fill(&a, first, 2);
	m = sc_mmap(mm, &a, first, 2, SC_PRIVATE);
	if (__fsc_param("read", 0))
		sc_read(&m, first);
	sc_write(&m, first, 4);
	sc_see(&m, first, 4);
	sc_read(&m, first + 1);
	shared = sc_mmap(mm, &a, first, 1, SC_RO);
	sc_see(&shared, first, 0);
	sc_munmap(&shared);
	sc_truncate(&a, 0);
	sc_munmap(&m);
	sc_remove_quietly(&a);
	sc_end(mm);
}

FSC_SCENARIO(writeback, "writeback", "Written, synced, written again, synced", "order=0,9 index=0,512 maps=1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m, second;

	sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW);
	second = sc_mmap(mm, &a, first, n, SC_RW);
	sc_write(&m, first, 1);
	if (__fsc_param("maps", 1) > 1)
		sc_write(&second, first + n - 1, 2);
	sc_fsync(&a);
	SC_EXPECT(!mapping_tagged(a.inode->i_mapping, PAGECACHE_TAG_DIRTY),
		  "a file that was written back is not dirty");
	sc_write(&m, first, 3);
	SC_EXPECT(mapping_tagged(a.inode->i_mapping, PAGECACHE_TAG_DIRTY),
		  "a store after write-back makes the file dirty again");
	sc_fsync(&a);
	sc_see(&second, first, 3);
	sc_munmap(&second);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(map_sync, "map-sync", "A MAP_SYNC mapping is written before its metadata is on the medium",
	     "order=0,9 index=0,512 hole=0,1 read=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long first = sc_index(), n = sc_pages();
	struct sc_file a = sc_create("A", first + n);
	struct sc_map m;

	if (!__fsc_param("hole", 0))
		sc_fill(&a, first, n);
	m = sc_mmap(mm, &a, first, n, SC_RW | FSC_MAP_SYNC);
	if (__fsc_param("read", 0))
		sc_read(&m, first);
	sc_write(&m, first, 6);
	sc_see(&m, first, 6);
	sc_fsync(&a);
	sc_write(&m, first, 7);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

static int sc_no_medium(struct file *file, loff_t start, loff_t end, int datasync)
{
	(void)file, (void)start, (void)end, (void)datasync;
	return -EIO;
}

FSC_SCENARIO(map_sync_fails, "map-sync-fails", "A MAP_SYNC mapping is written, and its metadata cannot be put on the medium",
	     "order=0,9 hole=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n);
	const struct file_operations *own = a.file->f_op;
	struct file_operations failing = *own;
	struct sc_map m;

	failing.fsync = sc_no_medium;
	if (!__fsc_param("hole", 0))
		sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW | FSC_MAP_SYNC);
	a.file->f_op = &failing;
	SC_EXPECT(sc_try_write(&m, 0, 6) & VM_FAULT_SIGBUS,
		  "a page of a MAP_SYNC mapping cannot be written while the way to its block is not on the medium");
	a.file->f_op = own;
	sc_write(&m, 0, 7);
	sc_see(&m, 0, 7);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

/* powerpc with hash page tables keeps a page table for the day on which the leaf is taken apart; x86 does so for anonymous memory. */
FSC_SCENARIO(deposited, "deposited", "2 MiB of a file are mapped with one leaf, behind which a page table is kept or not",
	     "pgtable_deposit=1,0 hole=0,1 what=0,1,2,3")
{
	long tables = fsc_node_stat[NR_PAGETABLE];
	struct mm_struct *mm = sc_begin(), *child;
	bool hole = __fsc_param("hole", 0);
	struct sc_file a = sc_create("A", 512);
	struct sc_map m, part;

	if (!hole)
		sc_fill(&a, 0, 512);
	m = sc_mmap(mm, &a, 0, 512, SC_RW);
	sc_see(&m, 4, 0);
	switch (__fsc_param("what", 0)) {
	case 0: /* the leaf that is there is made writable */
		sc_write(&m, 5, 1);
		sc_see(&m, 5, 1);
		break;
	case 1:
		sc_punch(&a, 0, 512);
		sc_see(&m, 5, 0);
		break;
	case 2:
		SC_DO(child = fsc_mm_fork(mm), "fork");
		SC_DO(SC_EXPECT(!fsc_user_read(child, m.addr, NULL), "a child can load from what its parent has mapped"), "the child loads A[0]");
		SC_DO(fsc_mm_destroy(child), "the child exits");
		break;
	default: /* the rest of it stays mapped */
		part = (struct sc_map){ .mm = mm, .of = &a, .addr = m.addr, .first = 0, .pages = 8 };
		sc_munmap(&part);
		m = (struct sc_map){ .mm = mm, .of = &a, .addr = m.addr + (8 << PAGE_SHIFT), .first = 8, .pages = 504 };
		sc_see(&m, 9, 0);
	}
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
	SC_EXPECT(fsc_node_stat[NR_PAGETABLE] == tables, "with a process all its page tables go, those kept behind large leaves too");
}
