/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel itself stores to pmem is on the medium when it says so: a bio when it ends, write(2) and zeroing when they
 * return. Before each of them the lines that it stores to are taken for cached, as a program's stores before it leave them, so
 * that whoever stores without flushing leaves them so. Facts: drivers/nvdimm/pmem.c, fs/dax.c.
 */
#include <asm/cacheflush.h>
#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/string.h>
#include "../drivers/nvdimm/pmem.h"
#include "scenario.h"

enum sc_store_how { SC_STORE_BIO, SC_STORE_WRITE, SC_STORE_ZERO, SC_STORE_ZERO_PAGES };

static int sc_store_by_bio(unsigned long block, struct page *from, unsigned int first, unsigned int bytes)
{
	struct bio bio = { .bi_bdev = fsc_pmem_bdev(), .bi_opf = REQ_OP_WRITE, .bi_vcnt = 1 };

	bio.bi_iter.bi_sector = block * PAGE_SECTORS + (first >> SECTOR_SHIFT);
	bio.bi_iter.bi_size = bytes;
	bio.bi_inline_vecs[0].bv_page = from;
	bio.bi_inline_vecs[0].bv_offset = first;
	bio.bi_inline_vecs[0].bv_len = bytes;
	return submit_bio_wait(&bio);
}

/* Stores `bytes` of `from`, or zeroes, from `first` of the file on; 0 or an error. Its blocks lie one behind the other. */
static int sc_store(int how, struct sc_file *f, struct page *from, unsigned int first, unsigned int bytes)
{
	unsigned long block = fscfs_bmap(f->file, 0);
	int id, err;

	switch (how) {
	case SC_STORE_BIO:
		return sc_store_by_bio(block, from, first, bytes);
	case SC_STORE_WRITE:
		return fscfs_write(f->file, first, (char *)page_address(from) + first, bytes) == (ssize_t)bytes ? 0 : -EIO;
	case SC_STORE_ZERO_PAGES:
		id = dax_read_lock();
		err = dax_zero_page_range(((struct pmem_device *)dev_get_drvdata(fsc_pmem_dev))->dax_dev,
					  block + (first >> PAGE_SHIFT), 1);
		dax_read_unlock(id);
		return err;
	default:
		return fscfs_zero_range(f->file, first, bytes);
	}
}

FSC_SCENARIO(durable, "durable", "A block of a file is written by a bio, by write(2) or set to zero: then it is on the medium",
	     "how=0,1,2,3 part=0,1")
{
	int how = __fsc_param("how", 0), error;
	bool part = __fsc_param("part", 0);
	/* A part of the first page; of pages that are zeroed whole the second. */
	unsigned int first = !part ? 0 : how == SC_STORE_ZERO_PAGES ? PAGE_SIZE : 1024;
	unsigned int bytes = part && how != SC_STORE_ZERO_PAGES ? 1024 : PAGE_SIZE;
	struct mm_struct *mm = sc_begin();
	struct page *from = alloc_page(GFP_KERNEL);
	struct sc_file a = sc_create("A", 2);
	unsigned char *to;

	memset(page_address(from), 7, PAGE_SIZE);
	sc_fill(&a, 0, 2);
	sc_pwrite(&a, 0, 1);
	sc_pwrite(&a, 1, 1);
	to = page_address(pfn_to_page(fsc_registry.pmem_start_pfn + fscfs_bmap(a.file, 0)));
	__fsc_step("store to A");
	fsc_cache_store_range(to + first, bytes);
	error = sc_store(how, &a, from, first, bytes);
	SC_EXPECT(!error, "a block of a file can be written and set to zero");
	SC_EXPECT(!fsc_cache_holds(to + first, bytes),
		  "what a bio, write(2) or zeroing has stored to pmem is on the medium when it is done, and not in the cache");
	__fsc_quiesce("store to A");
	SC_EXPECT(to[first] == (how < SC_STORE_ZERO ? 7 : 0) && to[first + bytes - 1] == to[first],
		  "what was stored is there from its first byte to its last");
	put_page(from);
	sc_remove(&a);
	sc_end(mm);
}
