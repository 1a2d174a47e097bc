/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of s390 without struct pages is a disk that can do DAX, or no longer can. Facts: drivers/s390/block/dcssblk.c, and
 * "dcssblk: Mark DAX broken, remove FS_DAX_LIMITED support" (v6.15).
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/fsc_pfn.h>
#include <linux/string.h>
#include "scenario.h"

struct device *fsc_dcssblk_init(void);
struct gendisk *fsc_dcssblk_disk(char *name);

static struct {
	struct dax_device *dax;
	struct inode inode;
} sc_dcss;

static ssize_t sc_dcss_add(struct device *root)
{
	ssize_t ret;

	SC_DO(ret = fsc_sysfs_write(root, "add", "SEG"), "a segment is added");
	return ret;
}

static vm_fault_t sc_dcss_fault(struct vm_fault *vmf)
{
	int id = dax_read_lock();
	fsc_pfn_t pfn;
	long got = dax_direct_access(sc_dcss.dax, vmf->pgoff, 1, DAX_ACCESS, NULL, &pfn);

	dax_read_unlock(id);
	return got < 1 ? VM_FAULT_SIGBUS : vmf_insert_mixed(vmf->vma, vmf->address, pfn);
}

static const struct vm_operations_struct sc_dcss_vm_ops = { .fault = sc_dcss_fault };

static int sc_dcss_mmap(struct file *file, struct vm_area_struct *vma)
{
	(void)file;
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_ops = &sc_dcss_vm_ops;
	return 0;
}

static const struct file_operations sc_dcss_fops = { .mmap = sc_dcss_mmap };

/* A program maps the memory as a file system without struct pages does it; nobody can hold a page of it. */
static void sc_dcss_map(void)
{
	struct mm_struct *mm = fsc_mm_create();
	struct file *file = __fsc_alloc(sizeof(*file), 8, FSC_ZERO, "struct file");
	struct sc_file f = { .name = "SEG", .file = file, .inode = &sc_dcss.inode };
	struct sc_dma dma;
	struct sc_map m;
	long got;

	inode_init_once(f.inode);
	inode_init_always(NULL, f.inode);
	f.inode->i_mode = S_IFCHR;
	ihold(f.inode);
	atomic_long_set(&file->f_count, 1);
	file->f_mode = FMODE_READ;
	file->f_op = &sc_dcss_fops;
	file->f_inode = f.inode;
	file->f_mapping = f.inode->i_mapping;
	fsc_use_mm(mm);
	m = sc_mmap(mm, &f, 0, 2, SC_RO);
	sc_see(&m, 1, 7);
	got = sc_dma_start(&dma, &m, 1, SC_PUT_UNPIN);
	SC_EXPECT(got < 0, "a page of memory without struct pages cannot be taken for DMA");
	sc_munmap(&m);
	fput(file);
	fsc_mm_destroy(mm);
}

/* The second page of the disk, by a bio: its first byte. */
static void sc_dcss_io(struct block_device *bdev, unsigned int op, unsigned char value)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned char *data = page_address(page);
	struct bio bio = { .bi_bdev = bdev, .bi_opf = op, .bi_vcnt = 1 };

	bio.bi_iter.bi_sector = PAGE_SECTORS;
	bio.bi_iter.bi_size = PAGE_SIZE;
	bio.bi_inline_vecs[0].bv_page = page;
	bio.bi_inline_vecs[0].bv_len = PAGE_SIZE;
	memset(data, op == REQ_OP_WRITE ? value : 0, PAGE_SIZE);
	__fsc_step(op == REQ_OP_WRITE ? "write a block" : "read a block");
	SC_EXPECT(!submit_bio_wait(&bio), "a block of a segment can be read and written");
	SC_EXPECT(*data == value, "a block that was written can be read back");
	put_page(page);
}

FSC_SCENARIO(dcssblk, "dcssblk", "A segment of memory without struct pages is a disk, is mapped, is the target of a device, and goes",
	     "again=0,1")
{
	struct device *root = fsc_dcssblk_init();
	struct gendisk *disk;
	u64 off = 0;

	SC_NEED(sc_dcss_add(root) == 3, "a segment can be made a disk");
	disk = fsc_dcssblk_disk("SEG");
	SC_NEED(disk, "a segment that was added is a disk");
	if (__fsc_param("again", 0))
		SC_EXPECT(sc_dcss_add(root) == -EEXIST, "a segment is a disk only once");
	sc_dcss_io(disk->part0, REQ_OP_WRITE, 7);
	sc_dcss_io(disk->part0, REQ_OP_READ, 7);
	SC_DO(sc_dcss.dax = fs_dax_get_by_bdev(disk->part0, &off, NULL, NULL), "a file system asks for DAX");
	/* Whether it may is decided by the driver, and was taken away in v6.15: no promise. */
	if (sc_dcss.dax) {
		sc_dcss_map();
		SC_DO(fs_put_dax(sc_dcss.dax, NULL), "the file system lets go");
	}
	SC_DO(SC_EXPECT(fsc_sysfs_write(root, "remove", "SEG") == 3, "a segment that nobody uses can be removed"), "the segment is removed");
	SC_EXPECT(!fsc_dcssblk_disk("SEG"), "a segment that was removed is no disk");
	device_unregister(root);
}

FSC_SCENARIO(dcssblk_fails, "dcssblk-fails", "Each step of making a segment a disk fails once; then it is made", "step=0,1")
{
	struct device *root = fsc_dcssblk_init();
	ssize_t rc;
	int nth, left;

	for (nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth(__fsc_param("step", 0) ? "kmalloc" : "!kmalloc", nth);
		rc = sc_dcss_add(root);
		left = __fsc_fail_nth("", 0);
		SC_EXPECT((rc == 3) == !!fsc_dcssblk_disk("SEG"), "a segment that could not be added is no disk");
		if (rc == 3)
			SC_DO(fsc_sysfs_write(root, "remove", "SEG"), "the segment is removed");
	}
	SC_EXPECT(sc_dcss_add(root) == 3, "after a failure a segment can be made a disk");
	SC_DO(fsc_sysfs_write(root, "remove", "SEG"), "the segment is removed");
	device_unregister(root);
}
#endif
