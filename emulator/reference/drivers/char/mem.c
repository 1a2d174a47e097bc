// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/mem, as programs map it: memory by its physical address, unless a driver has it. Mirrors drivers/char/mem.c and, with what
 * it asks for, arch/x86/mm/init.c. Left out: read(2) and write(2), caching, private mappings, the files beside it.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>

/* As with CONFIG_STRICT_DEVMEM: no RAM, and nothing that a driver has claimed. 0, or 1 for all of it. */
int devmem_is_allowed(unsigned long pagenr)
{
	u64 addr = PFN_PHYS(pagenr);

	if (region_intersects(addr, PAGE_SIZE, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) != REGION_DISJOINT)
		return 0;
	return !iomem_is_exclusive(addr);
}

static int range_is_allowed(unsigned long pfn, unsigned long size)
{
	unsigned long end = pfn + PHYS_PFN(PAGE_ALIGN(size));

	while (pfn < end && devmem_is_allowed(pfn))
		pfn++;
	return pfn == end;
}

/* Without a fault handler: what is taken out of the page table does not come back. */
static const struct vm_operations_struct mmap_mem_ops = { .fault = NULL };

static int mmap_mem(struct file *file, struct vm_area_struct *vma)
{
	size_t size = vma->vm_end - vma->vm_start;

	(void)file;
	if (!range_is_allowed(vma->vm_pgoff, size))
		return -EPERM;
	vma->vm_ops = &mmap_mem_ops;
	return remap_pfn_range(vma, vma->vm_start, vma->vm_pgoff, size, vma->vm_page_prot) ? -EAGAIN : 0;
}

/* All mappings of it are of one address space, in which physical addresses are offsets. */
static int open_port(struct inode *inode, struct file *filp)
{
	(void)inode;
	filp->f_mapping = iomem_get_mapping();
	return 0;
}

static const struct file_operations mem_fops = {
	.mmap = mmap_mem,
	.open = open_port,
};

static struct inode fsc_mem_inode;

struct file *fsc_devmem_open(void)
{
	struct file *file = __fsc_alloc(sizeof(*file), 8, FSC_ZERO, "struct file");

	fsc_iomem_init_inode();
	inode_init_once(&fsc_mem_inode);
	inode_init_always(NULL, &fsc_mem_inode);
	fsc_mem_inode.i_mode = S_IFCHR;
	ihold(&fsc_mem_inode);
	atomic_long_set(&file->f_count, 1);
	file->f_mode = FMODE_READ | FMODE_WRITE;
	file->f_op = &mem_fops;
	file->f_inode = &fsc_mem_inode;
	file->f_op->open(&fsc_mem_inode, file);
	return file;
}
#endif
