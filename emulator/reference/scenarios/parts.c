/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files by bytes, not by pages: what is written, set to zero or unshared within pages, what lies beside it, a file's end within a
 * page, and files of several extents that are compared. Facts: fs/dax.c (dax_iomap_copy_around(), dax_memzero(), dax_unshare_iter(),
 * dax_iomap_iter(), dax_dedupe_file_range_compare()).
 */
#include <linux/string.h>
#include "scenario.h"

enum sc_part_how { SC_PART_WRITE, SC_PART_ZERO, SC_PART_UNSHARE };

#define SC_PART_FIRST 1000UL
#define SC_PART_END (PAGE_SIZE + 3000)

/* What the byte is that a file has at a place before anything is done to it; never 0. */
static unsigned char sc_byte_at(unsigned long at)
{
	return 1 + at % 251;
}

/* Two pages in a row that a caller fills. */
static unsigned char *sc_two_pages(void)
{
	return page_address(alloc_pages(GFP_KERNEL, 1));
}

static void sc_two_pages_done(unsigned char *pages)
{
	__free_pages(virt_to_page(pages), 1);
}

/* A byte of a file by its mapping and by read(2). */
static void sc_see_byte(struct sc_map *m, unsigned long at, unsigned char value)
{
	unsigned char seen[2] = { 0, 0 };

	__fsc_step("look at byte %lu of %s", at, m->of->name);
	SC_EXPECT(!fsc_user_read(m->mm, m->addr + at, &seen[0]), "a load from the mapping succeeds");
	SC_EXPECT(fscfs_read(m->of->file, at, &seen[1], 1) == 1, "read(2) reads what was asked for");
	SC_EXPECT(seen[0] == value && seen[1] == value,
		  "bytes of a page that nobody writes stay as they are, and those that are written are as they were written");
}

static void sc_see_bytes(struct sc_map *m, int done)
{
	static const unsigned long look[] = { 0, SC_PART_FIRST - 1, SC_PART_FIRST, PAGE_SIZE - 1, PAGE_SIZE,
					      SC_PART_END - 1, SC_PART_END, 2 * PAGE_SIZE - 1 };

	for (int i = 0; i < (int)(sizeof(look) / sizeof(look[0])); i++) {
		unsigned char value = sc_byte_at(look[i]);

		if (done != SC_PART_UNSHARE && look[i] >= SC_PART_FIRST && look[i] < SC_PART_END)
			value = done == SC_PART_WRITE ? 0xee : 0;
		sc_see_byte(m, look[i], value);
	}
	__fsc_quiesce("look at %s", m->of->name);
}

FSC_SCENARIO(parts_of_pages, "parts-of-pages",
	     "A range that begins within a page and ends within the next is written, set to zero or unshared; another file has the blocks too, or not, or they are copied on write without that",
	     "how=0,1,2 shared=0,1,2 dirty=0,1")
{
	int how = __fsc_param("how", 0), error = 0;
	/* Blocks that nobody shares may be copied on write, too; what zeroes and unshares leaves their dirty entries. */
	bool copied = __fsc_param("shared", 0) == 2 && how == SC_PART_WRITE, shared = __fsc_param("shared", 0) && !copied;
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 2), b = sc_create("B", 2);
	unsigned char *bytes = sc_two_pages();
	struct sc_map ma, mb;

	for (unsigned long i = 0; i < 2 * PAGE_SIZE; i++)
		bytes[i] = sc_byte_at(i);
	SC_DO(error = fscfs_write(a.file, 0, bytes, 2 * PAGE_SIZE) != 2 * (long)PAGE_SIZE, "pwrite A[0..2)");
	SC_NEED(!error, "write(2) writes what it was given");
	ma = sc_mmap(mm, &a, 0, 2, SC_RW);
	mb = sc_mmap(mm, &b, 0, 2, SC_RW);
	for (unsigned long i = 0; i < 2; i++) {
		if (__fsc_param("dirty", 0))
			sc_write(&ma, i, sc_byte_at(i * PAGE_SIZE));
		else
			sc_see(&ma, i, sc_byte_at(i * PAGE_SIZE));
	}
	if (shared)
		sc_clone(&a, 0, &b, 0, 2);
	sc_fs->always_cow = copied;
	switch (how) {
	case SC_PART_WRITE:
		memset(bytes, 0xee, SC_PART_END - SC_PART_FIRST);
		SC_DO(error = fscfs_write(a.file, SC_PART_FIRST, bytes, SC_PART_END - SC_PART_FIRST) != SC_PART_END - SC_PART_FIRST,
		      "pwrite A, bytes %lu to %lu", SC_PART_FIRST, SC_PART_END);
		break;
	case SC_PART_ZERO:
		SC_DO(error = fscfs_zero_range(a.file, SC_PART_FIRST, SC_PART_END - SC_PART_FIRST), "zero A, bytes %lu to %lu",
		      SC_PART_FIRST, SC_PART_END);
		break;
	default:
		SC_DO(error = fscfs_unshare_bytes(a.file, SC_PART_FIRST, SC_PART_END - SC_PART_FIRST), "unshare A, bytes %lu to %lu",
		      SC_PART_FIRST, SC_PART_END);
	}
	sc_fs->always_cow = false;
	SC_EXPECT(!error, "a range of bytes of a file can be written, set to zero and unshared");
	sc_two_pages_done(bytes);
	sc_see_bytes(&ma, how);
	if (shared)
		sc_see_bytes(&mb, SC_PART_UNSHARE);
	sc_munmap(&ma);
	sc_munmap(&mb);
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

FSC_SCENARIO(end_within_page, "end-within-page", "A file ends within a page: read(2) comes no further, and what is mapped behind it is zero",
	     "hole=0,1")
{
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 0);
	unsigned long end = 2 * PAGE_SIZE - 1000;
	unsigned char *bytes = sc_two_pages();
	struct sc_map m;
	long got;

	memset(bytes, 7, 2 * PAGE_SIZE);
	if (__fsc_param("hole", 0))
		SC_DO(got = fscfs_write(a.file, end - 1, bytes, 1), "pwrite the last byte of A");
	else
		SC_DO(got = fscfs_write(a.file, 0, bytes, end), "pwrite A, bytes 0 to %lu", end);
	SC_EXPECT(got == (__fsc_param("hole", 0) ? 1 : (long)end), "write(2) writes what it was given");
	SC_EXPECT(i_size_read(a.inode) == (loff_t)end, "a file ends behind what was written last");
	memset(bytes, 9, 2 * PAGE_SIZE);
	SC_DO(got = fscfs_read(a.file, 0, bytes, 2 * PAGE_SIZE), "pread A, two pages");
	SC_EXPECT(got == (long)end, "read(2) reads up to the end of the file, and says how much that was");
	SC_EXPECT(bytes[0] == (__fsc_param("hole", 0) ? 0 : 7) && bytes[end - 1] == 7, "read(2) sees what was stored there last");
	SC_EXPECT(bytes[end] == 9, "read(2) stores nothing behind what it says that it read");
	SC_DO(got = fscfs_read(a.file, end, bytes, 1), "pread A at its end");
	SC_EXPECT(!got, "read(2) at the end of a file reads nothing");
	m = sc_mmap(mm, &a, 0, 2, SC_RO);
	SC_DO(SC_EXPECT(!fsc_user_read(mm, m.addr + end, bytes) && !*bytes, "what is mapped behind the end of a file is zero to the end of the page"),
	      "load behind the end of A");
	sc_two_pages_done(bytes);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(dedupe_extents, "dedupe-extents", "Two files of several extents are deduplicated, which are equal or differ in one of them",
	     "differ=0,1,2,3 hole=0,1")
{
	unsigned long differ = __fsc_param("differ", 0), i;
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 4), b = sc_create("B", 4);
	int error;

	/* Blocks are handed out in a row: no two of a file lie beside each other. */
	for (i = 0; i < 3; i++) {
		sc_pwrite(&a, i, 1 + i);
		sc_pwrite(&b, i, i + 1 == differ ? 9 : 1 + i);
	}
	/* A hole and a block differ in kind, even if both read as zeroes. */
	if (!__fsc_param("hole", 0)) {
		sc_pwrite(&a, 3, 4);
		sc_pwrite(&b, 3, 4);
	}
	SC_DO(error = fscfs_clone(a.file, 0, b.file, 0, 4, REMAP_FILE_DEDUP), "dedupe A and B");
	SC_EXPECT((error == 0) == !differ, "exactly equal ranges are deduplicated, however many extents they have");
	for (i = 0; i < 3; i++) {
		sc_pread(&a, i, 1 + i);
		sc_pread(&b, i, i + 1 == differ ? 9 : 1 + i);
		SC_EXPECT((fscfs_bmap(a.file, i) == fscfs_bmap(b.file, i)) == !differ, "ranges that are deduplicated share their blocks, others do not");
	}
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}
