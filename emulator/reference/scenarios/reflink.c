/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks that several files have. */
#include "scenario.h"

static const char *const sc_names[] = { "A", "B", "C" };

/* A at its index, the others further down, so that one page has several places. */
static unsigned long sc_place(int i)
{
	return sc_order() ? (unsigned long)(i % 2) * 512 : sc_index() + 3UL * i;
}

FSC_SCENARIO(reflink_read, "reflink-read", "Two or three files share a block; all read it mapped, and go one by one",
	     "order=0,9 files=2,3 first=0,1,2 before=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	int files = __fsc_param("files", 2), first = __fsc_param("first", 0), i;
	struct sc_file f[3];
	struct sc_map m[3];

	for (i = 0; i < files; i++)
		f[i] = sc_create(sc_names[i], sc_place(i) + n);
	sc_fill(&f[0], sc_place(0), n);
	if (__fsc_param("before", 0)) {
		/* Mapped by its only owner before it is shared. */
		m[0] = sc_mmap(mm, &f[0], sc_place(0), n, SC_RW);
		sc_write(&m[0], sc_place(0), 5);
	}
	for (i = 1; i < files; i++)
		sc_clone(&f[0], sc_place(0), &f[i], sc_place(i), n);
	for (i = 0; i < files; i++) {
		if (i || !__fsc_param("before", 0))
			m[i] = sc_mmap(mm, &f[i], sc_place(i), n, SC_RW);
		sc_see(&m[i], sc_place(i), __fsc_param("before", 0) ? 5 : 0);
	}
	/* Again: an entry that is there is looked at with the sharing of now. */
	for (i = 0; i < files; i++)
		sc_see(&m[i], sc_place(i), __fsc_param("before", 0) ? 5 : 0);
	for (i = 0; i < files; i++) {
		int at = (first + i) % files;

		sc_truncate(&f[at], 0);
		sc_munmap(&m[at]);
	}
	for (i = 0; i < files; i++)
		sc_remove_quietly(&f[i]);
	sc_end(mm);
}

/*
 * The block had another life before: v6.15 leaves the index of an order-0 page in the word that a later owner takes for
 * a share count (dax_folio_put() returns before it clears it), so this one is not quiet on that release.
 */
FSC_SCENARIO(reflink_reuse, "reflink-reuse", "A block that was mapped in one file is given to another, shared and mapped",
	     "order=0,9 index=0,512")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages(), at = sc_index();
	struct sc_file old = sc_create("old", at + n), a, b;
	struct sc_map m, mb;

	sc_fill(&old, at, n);
	m = sc_mmap(mm, &old, at, n, SC_RW);
	sc_read(&m, at);
	sc_munmap(&m);
	sc_remove(&old);
	a = sc_create("A", n);
	b = sc_create("B", n);
	sc_fill(&a, 0, n);
	sc_clone(&a, 0, &b, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	mb = sc_mmap(mm, &b, 0, n, SC_RW);
	sc_read(&m, 0);
	sc_read(&mb, 0);
	sc_truncate(&a, 0);
	sc_munmap(&m);
	sc_truncate(&b, 0);
	sc_munmap(&mb);
	sc_remove_quietly(&a);
	sc_remove_quietly(&b);
	sc_end(mm);
}

FSC_SCENARIO(reflink_write, "reflink-write", "A shared block is written through one file's mapping; the other keeps its data",
	     "order=0,9 files=2,3 first=0,1 read=0,1 writer=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	int files = __fsc_param("files", 2), first = __fsc_param("first", 0), i;
	int writer = __fsc_param("writer", 1);
	struct sc_file f[3];
	struct sc_map m[3];

	if (sc_order())
		files = 2; /* four times 2 MiB is all there is */
	for (i = 0; i < files; i++)
		f[i] = sc_create(sc_names[i], sc_place(i) + n);
	sc_fill(&f[0], sc_place(0), n);
	for (i = 1; i < files; i++)
		sc_clone(&f[0], sc_place(0), &f[i], sc_place(i), n);
	for (i = 0; i < files; i++) {
		m[i] = sc_mmap(mm, &f[i], sc_place(i), n, SC_RW);
		if (__fsc_param("read", 0))
			sc_see(&m[i], sc_place(i), 0);
	}
	sc_write(&m[writer], sc_place(writer), 7);
	for (i = 0; i < files; i++)
		sc_see(&m[i], sc_place(i), i == writer ? 7 : 0);
	sc_fsync(&f[writer]);
	for (i = 0; i < files; i++) {
		int at = (first + i) % files;

		sc_munmap(&m[at]);
		sc_truncate(&f[at], 0);
	}
	for (i = 0; i < files; i++)
		sc_remove_quietly(&f[i]);
	sc_end(mm);
}

/*
 * Not in 2 MiB when the block is nobody else's: v6.15 takes the entry's folio apart while the page tables still map it
 * (invalidate_inode_pages2_range() unmaps after it has deleted the entries) and warns about the references.
 */
FSC_SCENARIO(cow_pwrite, "cow-pwrite", "A mapped block that is shared, or copied on write without that, is written with write(2)",
	     "order=0,9 dirty=0,1 read=0,1 shared=0,1")
{
	struct mm_struct *mm = sc_begin();
	bool shared = __fsc_param("shared", 1);
	unsigned long n = shared || FSC_ERA < 615 ? sc_pages() : 1;
	struct sc_file a = sc_create("A", n), b = sc_create("B", n);
	struct sc_map ma, mb;

	sc_fill(&a, 0, n);
	ma = sc_mmap(mm, &a, 0, n, SC_RW);
	mb = sc_mmap(mm, &b, 0, n, SC_RW);
	if (__fsc_param("dirty", 0))
		sc_write(&ma, 0, 1);
	if (shared)
		sc_clone(&a, 0, &b, 0, n);
	if (__fsc_param("read", 0)) {
		sc_read(&ma, 0);
		sc_see(&mb, 0, shared && __fsc_param("dirty", 0));
	}
	sc_fs->always_cow = !shared;
	sc_pwrite(&a, 0, 9);
	sc_fs->always_cow = false;
	sc_see(&ma, 0, 9);
	sc_see(&mb, 0, shared && __fsc_param("dirty", 0));
	sc_pread(&a, 0, 9);
	sc_munmap(&ma);
	sc_munmap(&mb);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

FSC_SCENARIO(reflink_unshare, "reflink-unshare", "A shared, mapped block is unshared", "index=0,7 mapped=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long at = sc_index();
	struct sc_file a = sc_create("A", at + 1), b = sc_create("B", 1);
	struct sc_map ma, mb;

	sc_fill(&a, at, 1);
	sc_clone(&a, at, &b, 0, 1);
	ma = sc_mmap(mm, &a, at, 1, SC_RW);
	mb = sc_mmap(mm, &b, 0, 1, SC_RW);
	if (__fsc_param("mapped", 0)) {
		sc_read(&ma, at);
		sc_read(&mb, 0);
	}
	SC_DO(SC_EXPECT(fscfs_unshare(a.file, at, 1) == 0, "a shared block can be unshared"), "unshare A");
	SC_EXPECT(fscfs_bmap(a.file, at) != fscfs_bmap(b.file, 0), "a block that was unshared is one file's alone");
	sc_write(&ma, at, 1);
	sc_see(&mb, 0, 0);
	sc_munmap(&ma);
	sc_munmap(&mb);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

FSC_SCENARIO(dedupe, "dedupe", "Two files with equal or different data are deduplicated", "same=0,1 mapped=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 1), b = sc_create("B", 1);
	struct sc_map ma, mb;
	int same = __fsc_param("same", 0), error;

	sc_fill(&a, 0, 1);
	sc_fill(&b, 0, 1);
	ma = sc_mmap(mm, &a, 0, 1, SC_RW);
	mb = sc_mmap(mm, &b, 0, 1, SC_RW);
	sc_write(&ma, 0, 1);
	sc_write(&mb, 0, same ? 1 : 2);
	SC_DO(error = fscfs_clone(a.file, 0, b.file, 0, 1, REMAP_FILE_DEDUP), "dedupe A and B");
	SC_EXPECT((error == 0) == same, "exactly equal blocks are deduplicated");
	if (__fsc_param("mapped", 0)) {
		sc_see(&ma, 0, 1);
		sc_see(&mb, 0, same ? 1 : 2);
	}
	sc_munmap(&mb);
	sc_munmap(&ma);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

FSC_SCENARIO(zero_range, "zero-range", "A range of a mapped file is zeroed, shared with another file or not",
	     "shared=0,1 whole=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 1), b = sc_create("B", 1);
	struct sc_map m;
	bool whole = __fsc_param("whole", 0);

	sc_fill(&a, 0, 1);
	m = sc_mmap(mm, &a, 0, 1, SC_RW);
	sc_write(&m, 0, 1);
	if (__fsc_param("shared", 0))
		sc_clone(&a, 0, &b, 0, 1);
	SC_DO(SC_EXPECT(fscfs_zero_range(a.file, whole ? 0 : 1024, whole ? PAGE_SIZE : 1024) == 0, "a range of a file can be set to zero"),
		  "zero A");
	sc_see(&m, 0, whole ? 0 : 1);
	sc_munmap(&m);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}
