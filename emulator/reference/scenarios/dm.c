/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file system on device mapper, on pmem: ndctl's test/dm.sh. Facts: Documentation/admin-guide/device-mapper/linear.rst, and
 * of drivers/md what its DAX operations are for. Left out: what dmsetup(8) prints.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/device-mapper.h>
#include <linux/nd.h>
#include <linux/string.h>
#include "../drivers/nvdimm/pmem.h"
#include "devices.h"

extern struct nd_device_driver nd_pmem_driver;

#define SC_DM_HALF 1024UL /* pages of the first namespace */
#define SC_DM_LINE 512UL /* pages of the table's first line: the rest of that namespace is its second */

static struct page *sc_block(unsigned long nr)
{
	return pfn_to_page(fsc_registry.pmem_start_pfn + nr);
}

/* mkfs(8): a block of each half is written by I/O, and lies where the table says. */
static void sc_dm_mkfs(struct block_device *bdev)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int error;

	for (int i = 0; i < 2; i++) {
		unsigned long nr = i ? SC_DM_HALF + 3 : 2;
		struct bio bio = { .bi_bdev = bdev, .bi_opf = REQ_OP_WRITE, .bi_vcnt = 1 };

		memset(page_address(page), 7 + i, PAGE_SIZE);
		bio.bi_iter.bi_sector = nr * PAGE_SECTORS;
		bio.bi_iter.bi_size = PAGE_SIZE;
		bio.bi_inline_vecs[0].bv_page = page;
		bio.bi_inline_vecs[0].bv_len = PAGE_SIZE;
		SC_DO(error = submit_bio_wait(&bio), "mkfs writes block %lu", nr);
		SC_EXPECT(!error && *(unsigned char *)page_address(sc_block(nr)) == 7 + i,
			  "a block of a disk made of two lies in that one of them which the table names, counted from where its part begins");
	}
	put_page(page);
}

/* Direct access gives no page behind the end of a line, also where the part has more. */
static void sc_dm_line_ends(struct dax_device *whole)
{
	int id = dax_read_lock();
	fsc_pfn_t pfn;
	long got;

	SC_DO(got = dax_direct_access(whole, SC_DM_LINE - 2, 4, DAX_ACCESS, NULL, &pfn), "direct access over the end of a line");
	dax_read_unlock(id);
	SC_EXPECT(got == 2, "direct access to a disk made of parts gives pages of one part at a time");
	SC_EXPECT(got < 1 || fsc_pfn_raw(pfn) == page_to_pfn(sc_block(SC_DM_LINE - 2)),
		  "a page of a disk made of two is the page that the table leads to");
}

/* The parts have no holder: the file system holds the whole, and only that. */
static void sc_dm_held(struct gendisk *disk, struct device *const part[2])
{
	u64 off;
	struct dax_device *whole = fs_dax_get_by_bdev(disk->part0, &off, NULL, NULL);

	SC_EXPECT(whole && dax_holder(whole) == sc_fs->holder, "a file system on a disk made of others holds the dax device of that disk");
	sc_dm_line_ends(whole);
	fs_put_dax(whole, NULL);
	for (int i = 0; i < 2; i++) {
		struct pmem_device *pmem = dev_get_drvdata(part[i]);

		SC_EXPECT(!dax_holder(pmem->dax_dev), "who uses a dax device as a part of another does not hold it");
	}
}

/* Pages on both sides of where the parts meet: mapped, written by a store and by one write(2), zeroed; and 2 MiB of the second. */
static void sc_dm_use(struct mm_struct *mm)
{
	unsigned long n = sc_pages(), first = sc_order() ? SC_DM_HALF : SC_DM_HALF - 2;
	struct sc_file a = sc_create("A", sc_order() ? n : 4);
	unsigned char two[2 * PAGE_SIZE];
	struct sc_map m;
	ssize_t done;

	n = sc_order() ? n : 4;
	fscfs_give_range(a.inode, 0, first, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	for (unsigned long i = 0; i < 4; i++) {
		sc_write(&m, i, 1 + i);
		SC_EXPECT(*(unsigned char *)page_address(sc_block(first + i)) == 1 + i,
			  "a page of a file on a disk made of two is the page that the table leads to");
	}
	memset(two, 9, sizeof(two));
	SC_DO(done = fscfs_write(a.file, PAGE_SIZE, two, sizeof(two)), "pwrite A[1..3)");
	SC_EXPECT(done == (ssize_t)sizeof(two), "write(2) writes what it was given, over the end of a part too");
	sc_see(&m, 1, 9);
	sc_see(&m, 2, 9);
	SC_DO(SC_EXPECT(!fscfs_zero_range(a.file, 2 * PAGE_SIZE, PAGE_SIZE), "a range of a file can be zeroed"), "zero A[2]");
	sc_see(&m, 2, 0);
	sc_munmap(&m);
	sc_remove(&a);
}

FSC_SCENARIO(ndctl_dm, "ndctl-dm", "dm.sh: a file system is mounted on two namespaces that device mapper makes one disk of",
	     "order=0,9 raw=0,1")
{
	static char first[] = "/dev/pmem0", second[] = "/dev/pmem0.1", zero[] = "0", sector[] = "4096";
	struct fsc_dm_line lines[] = {
		{ .begin = 0, .len = SC_DM_LINE * PAGE_SECTORS, .argv = { first, zero } },
		{ .begin = SC_DM_LINE * PAGE_SECTORS, .len = (SC_DM_HALF - SC_DM_LINE) * PAGE_SECTORS, .argv = { first, sector } },
		{ .begin = SC_DM_HALF * PAGE_SECTORS, .argv = { second, zero } },
	};
	bool raw = __fsc_param("raw", 0);
	struct mapped_device *md;
	struct device *part[2];
	struct mm_struct *mm;
	int rc;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	part[0] = fsc_pmem_dev;
	part[1] = sc_second_namespace(SC_DM_HALF);
	to_ndns(part[1])->force_raw = raw;
	for (int i = 0; i < 2; i++)
		SC_DO(SC_NEED(device_driver_attach(&nd_pmem_driver.drv, part[i]) == 0, "the pmem driver can be bound to each namespace of a region"),
		      "bind pmem to namespace %d", i);
	SC_DO(md = fsc_dm_create("dm-0"), "dmsetup create");
	SC_NEED(md, "a disk of device mapper can be made");
	lines[2].len = bdev_nr_sectors(fsc_find_bdev(second));
	SC_DO(rc = fsc_dm_load(md, lines, ARRAY_SIZE(lines)), "dmsetup load");
	SC_NEED(!rc, "a table of two disks can be loaded");
	sc_dm_mkfs(dm_disk(md)->part0);

	mm = fsc_mm_create();
	fsc_use_mm(mm);
	SC_DO(sc_fs = fscfs_mount_on(FSCFS_EXT4, dm_disk(md)->part0), "mount -o dax");
	SC_EXPECT(!sc_fs == raw, "a disk made of others can do DAX if each of them can, and else not");
	if (sc_fs) {
		sc_dm_held(dm_disk(md), part);
		sc_dm_use(mm);
		sc_end(mm);
	} else {
		fsc_mm_destroy(mm);
	}
	SC_DO(fsc_dm_remove(md), "dmsetup remove");
	for (int i = 0; i < 2; i++)
		SC_DO(sc_detach(part[i]), "unbind namespace %d", i);
	SC_DO(device_unregister(part[1]), "destroy namespace 1");
}
#endif
