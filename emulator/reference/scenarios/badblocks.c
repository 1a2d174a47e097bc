/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of pmem goes bad, and the list of bad blocks says so: reads fail, and a write of the whole page makes the medium mend it,
 * where it can. Facts: drivers/nvdimm/pmem.c, the fs/dax.c side of DAX_RECOVERY_WRITE.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/badblocks.h>
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/nd.h>
#include <linux/string.h>
#include <linux/uio.h>
#include "../drivers/nvdimm/pmem.h"
#include "devices.h"
#include "scenario.h"

enum sc_mend_how { SC_MEND_BIO, SC_MEND_PWRITE, SC_MEND_ZERO, SC_MEND_PART };

static int sc_mend_by_bio(unsigned long block, struct page *page)
{
	struct bio bio = { .bi_bdev = fsc_pmem_bdev(), .bi_opf = REQ_OP_WRITE, .bi_vcnt = 1 };

	bio.bi_iter.bi_sector = block * PAGE_SECTORS;
	bio.bi_iter.bi_size = PAGE_SIZE;
	bio.bi_inline_vecs[0].bv_page = page;
	bio.bi_inline_vecs[0].bv_len = PAGE_SIZE;
	return submit_bio_wait(&bio);
}

/* Whether just these sectors are on the list. */
static bool sc_listed(const struct badblocks *bb, sector_t first, sector_t count)
{
	return bb->count == 1 && bb->range[0].start == first && bb->range[0].end == first + count;
}

/* Writes block 0 of the file, in one of the ways that reach the driver; 0 or an error. */
static int sc_mend(struct sc_file *f, unsigned long block, struct page *page)
{
	struct pmem_device *pmem = dev_get_drvdata(fsc_pmem_dev);
	ssize_t done;
	int id, err;

	switch (__fsc_param("how", 0)) {
	case SC_MEND_BIO:
		return sc_mend_by_bio(block, page);
	case SC_MEND_ZERO:
		id = dax_read_lock();
		err = dax_zero_page_range(pmem->dax_dev, block, 1);
		dax_read_unlock(id);
		return err;
	case SC_MEND_PART:
		done = fscfs_write(f->file, 0, page_address(page), 512);
		return done == 512 ? 0 : -EIO;
	default:
		done = fscfs_write(f->file, 0, page_address(page), PAGE_SIZE);
		return done == PAGE_SIZE ? 0 : -EIO;
	}
}

FSC_SCENARIO(badblocks, "badblocks", "A page of pmem is bad: reads fail, a write of all of it mends it where the medium can",
	     "how=0,1,2,3 mends=0,1,2")
{
	int how = __fsc_param("how", 0), mends = __fsc_param("mends", 0), err;
	struct mm_struct *mm = sc_begin();
	struct sc_file a = sc_create("A", 2);
	struct page *fresh = alloc_page(GFP_KERNEL), *page;
	struct pmem_device *pmem = dev_get_drvdata(fsc_pmem_dev);
	unsigned char seen = 0;
	unsigned long block;
	phys_addr_t phys;
	bool good;

	sc_fill(&a, 0, 2);
	sc_pwrite(&a, 0, 1);
	sc_pwrite(&a, 1, 2);
	block = fscfs_bmap(a.file, 0);
	page = pfn_to_page(fsc_registry.pmem_start_pfn + block);
	phys = page_to_phys(page);
	memset(page_address(fresh), how == SC_MEND_ZERO ? 0 : 7, PAGE_SIZE);

	__fsc_step("the page goes bad");
	fsc_spoil_medium(phys, PAGE_SIZE);
	SetPageHWPoison(page);
	SC_DO(nd_pmem_driver.notify(fsc_pmem_dev, NVDIMM_REVALIDATE_POISON), "the driver is told of new bad blocks");
	SC_EXPECT(sc_listed(&pmem->bb, block * PAGE_SECTORS, PAGE_SECTORS),
		  "bad blocks that are found in use go on the list, all of them and no others");
	SC_DO(SC_EXPECT(fscfs_read(a.file, 0, &seen, 1) < 0, "a bad page cannot be read"), "pread A[0]");
	sc_pread(&a, 1, 2);

	SC_DO(err = sc_mend(&a, block, fresh), "write the bad page");
	good = !mends && how != SC_MEND_PART; /* of a part that is written the rest stays lost */
	SC_EXPECT(!err == good, "a write of a bad page succeeds where the medium mends it, and only there");
	SC_EXPECT(!fsc_medium_spoilt(phys, PAGE_SIZE) == good, "the medium is told to mend a page before data is stored in it");
	SC_EXPECT(!pmem->bb.count == good, "a page is on the list of bad blocks until it is mended, and no longer");
	if (good || mends == 1)
		SC_EXPECT(PageHWPoison(page) == !good, "a struct page is marked bad until its page is mended, and no longer");
	if (good) {
		SC_DO(err = fscfs_read(a.file, 0, &seen, 1), "pread A[0]");
		SC_EXPECT(err == 1 && seen == *(unsigned char *)page_address(fresh), "what mended a page is read back");
	} else {
		SC_DO(SC_EXPECT(fscfs_read(a.file, 0, &seen, 1) < 0, "a page that is still bad cannot be read"), "pread A[0]");
	}
	sc_pread(&a, 1, 2);
	SC_DO(nd_pmem_driver.notify(fsc_pmem_dev, NVDIMM_REVALIDATE_POISON), "the driver looks for bad blocks again");
	SC_EXPECT(!pmem->bb.count == good, "what was mended is not found bad again");
	put_page(fresh);
	fsc_replace_medium();
	sc_remove(&a);
	sc_end(mm);
}

/* how: SC_MEND_BIO, SC_MEND_PWRITE (what write(2) asks the driver for), SC_MEND_ZERO */
FSC_SCENARIO(pfn_badblocks, "pfn-badblocks",
	     "A page goes bad behind the info block of its namespace: the list counts from the data, a write mends the page", "page=0,5 how=0,1,2")
{
	unsigned long page = __fsc_param("page", 0);
	struct page *bad = pfn_to_page(fsc_registry.pmem_start_pfn + PHYS_PFN(PMD_SIZE) + page);
	struct page *fresh = alloc_page(GFP_KERNEL);
	struct kvec from = { .iov_base = page_address(fresh), .iov_len = PAGE_SIZE };
	struct bio bio = { .bi_opf = REQ_OP_WRITE, .bi_vcnt = 1 };
	struct pmem_device *pmem;
	struct iov_iter iter;
	struct device *dev;
	size_t done;
	int id, error;

	memset(page_address(fresh), 7, PAGE_SIZE);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	dev = sc_pfn_create(PTRS_PER_PMD);
	SC_DO(error = sc_pfn_bind(dev), "bind pmem to a namespace with an info block");
	SC_NEED(!error, "the pmem driver can be bound to a namespace with an info block");
	pmem = dev_get_drvdata(dev);

	__fsc_step("the page goes bad");
	fsc_spoil_medium(page_to_phys(bad), PAGE_SIZE);
	SetPageHWPoison(bad);
	SC_DO(nd_pmem_driver.notify(dev, NVDIMM_REVALIDATE_POISON), "the driver is told of new bad blocks");
	SC_EXPECT(sc_listed(&pmem->bb, page * PAGE_SECTORS, PAGE_SECTORS),
		  "bad blocks are counted from the beginning of the data of their namespace");

	switch (__fsc_param("how", 0)) {
	case SC_MEND_BIO:
		bio.bi_bdev = pmem->disk->part0;
		bio.bi_iter.bi_sector = page * PAGE_SECTORS;
		bio.bi_iter.bi_size = PAGE_SIZE;
		bio.bi_inline_vecs[0].bv_page = fresh;
		bio.bi_inline_vecs[0].bv_len = PAGE_SIZE;
		SC_DO(error = submit_bio_wait(&bio), "write the bad page");
		break;
	case SC_MEND_PWRITE:
		iov_iter_kvec(&iter, ITER_SOURCE, &from, 1, PAGE_SIZE);
		id = dax_read_lock();
		SC_DO(done = dax_recovery_write(pmem->dax_dev, page, page_address(bad), PAGE_SIZE, &iter), "write the bad page");
		dax_read_unlock(id);
		error = done == PAGE_SIZE ? 0 : -EIO;
		break;
	default:
		id = dax_read_lock();
		SC_DO(error = dax_zero_page_range(pmem->dax_dev, page, 1), "zero the bad page");
		dax_read_unlock(id);
	}
	SC_EXPECT(!error, "a write of a bad page succeeds where the medium mends it");
	SC_EXPECT(!fsc_medium_spoilt(page_to_phys(bad), PAGE_SIZE), "the medium is told to mend the page that is written, and no other");
	SC_EXPECT(!PageHWPoison(bad), "the struct page of the page that is mended is marked bad no longer");
	SC_EXPECT(!pmem->bb.count, "a page that is mended is on the list of bad blocks no longer");
	put_page(fresh);
	SC_DO(sc_devdax_unbind(dev), "unbind pmem");
	sc_devdax_destroy(dev);
}

#endif
