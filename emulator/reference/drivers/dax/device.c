/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device-dax: memory of a device mapped through a character device, in units of the device's alignment and no other.
 * Mirrors drivers/dax/device.c of both eras. Before v6.15 device pages carry no references of mappings; since then they
 * are inserted as ordinary folios, compound ones when the alignment is 2 MiB. Left out: get_unmapped_area().
 */
#include <linux/cdev.h>
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/huge_mm.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/fsc_pfn.h>
#include <linux/slab.h>
#include "bus.h"
#include "dax-private.h"

static int check_vma(struct dev_dax *dev_dax, struct vm_area_struct *vma, const char *func)
{
	struct device *dev = &dev_dax->dev;
	unsigned long mask = dev_dax->align - 1;

	if (!dax_alive(dev_dax->dax_dev))
		return -ENXIO;
	if ((vma->vm_flags & VM_MAYSHARE) == 0) {
		dev_info_ratelimited(dev, "%s: a private mapping was asked for\n", func);
		return -EINVAL;
	}
	if ((vma->vm_start | vma->vm_end) & mask) {
		dev_info_ratelimited(dev, "%s: the mapping is not aligned\n", func);
		return -EINVAL;
	}
	if (!vma_is_dax(vma)) {
		dev_info_ratelimited(dev, "%s: the mapping is not a DAX one\n", func);
		return -EINVAL;
	}
	return 0;
}

/* Physical address of `size` bytes at page pgoff of the device, -1 when that is not in one of its ranges. */
phys_addr_t dax_pgoff_to_phys(struct dev_dax *dev_dax, pgoff_t pgoff, unsigned long size)
{
	int i;

	for (i = 0; i < dev_dax->nr_range; i++) {
		const struct dev_dax_range *at = &dev_dax->ranges[i];
		phys_addr_t phys;

		if (pgoff < at->pgoff || pgoff >= at->pgoff + PHYS_PFN(range_len(&at->range)))
			continue;
		phys = at->range.start + PFN_PHYS(pgoff - at->pgoff);
		return phys + size - 1 <= at->range.end ? phys : (phys_addr_t)-1;
	}
	return -1;
}

/* For memory failure: which file a page belongs to. Compound pages say it in their head only. */
static void dax_set_mapping(struct vm_fault *vmf, fsc_pfn_t pfn, unsigned long fault_size)
{
	struct file *filp = vmf->vma->vm_file;
	struct dev_dax *dev_dax = filp->private_data;
	unsigned long i, nr = dev_dax->pgmap->vmemmap_shift ? 1 : fault_size / PAGE_SIZE;
	pgoff_t pgoff = linear_page_index(vmf->vma, ALIGN_DOWN(vmf->address, fault_size));

	for (i = 0; i < nr; i++) {
#if FSC_ERA >= 615
		struct folio *to = pfn_folio(fsc_pfn_raw(pfn) + i);
#else
		struct page *to = compound_head(pfn_to_page(fsc_pfn_raw(pfn) + i));
#endif

		if (to->mapping)
			continue;
		to->mapping = filp->f_mapping;
		to->index = pgoff + i;
	}
}

static vm_fault_t __dev_dax_pte_fault(struct dev_dax *dev_dax, struct vm_fault *vmf)
{
	unsigned int fault_size = PAGE_SIZE;
	phys_addr_t phys;
	fsc_pfn_t pfn;

	if (check_vma(dev_dax, vmf->vma, __func__))
		return VM_FAULT_SIGBUS;
	/* Pages of a device with large alignment are never mapped one by one. */
	if (dev_dax->align != fault_size)
		return VM_FAULT_SIGBUS;

	phys = dax_pgoff_to_phys(dev_dax, vmf->pgoff, fault_size);
	if (phys == (phys_addr_t)-1)
		return VM_FAULT_SIGBUS;

#if FSC_ERA >= 615
	pfn = fsc_pfn_at(phys, 0);
	dax_set_mapping(vmf, pfn, fault_size);
	return vmf_insert_page_mkwrite(vmf, fsc_pfn_page(pfn), vmf->flags & FAULT_FLAG_WRITE);
#else
	pfn = fsc_pfn_at(phys, PFN_DEV | PFN_MAP);
	dax_set_mapping(vmf, pfn, fault_size);
	return vmf_insert_mixed(vmf->vma, vmf->address, pfn);
#endif
}

static vm_fault_t __dev_dax_pmd_fault(struct dev_dax *dev_dax, struct vm_fault *vmf)
{
	unsigned long start = vmf->address & PMD_MASK;
	unsigned int fault_size = PMD_SIZE;
	phys_addr_t phys;
	fsc_pfn_t pfn;

	if (check_vma(dev_dax, vmf->vma, __func__))
		return VM_FAULT_SIGBUS;
	if (dev_dax->align > fault_size)
		return VM_FAULT_SIGBUS;
	if (dev_dax->align < fault_size)
		return VM_FAULT_FALLBACK;
	if (start < vmf->vma->vm_start || start + PMD_SIZE > vmf->vma->vm_end)
		return VM_FAULT_SIGBUS;

	phys = dax_pgoff_to_phys(dev_dax, linear_page_index(vmf->vma, start), PMD_SIZE);
	if (phys == (phys_addr_t)-1)
		return VM_FAULT_SIGBUS;

#if FSC_ERA >= 615
	pfn = fsc_pfn_at(phys, 0);
	dax_set_mapping(vmf, pfn, fault_size);
	return vmf_insert_folio_pmd(vmf, page_folio(fsc_pfn_page(pfn)), vmf->flags & FAULT_FLAG_WRITE);
#else
	pfn = fsc_pfn_at(phys, PFN_DEV | PFN_MAP);
	dax_set_mapping(vmf, pfn, fault_size);
	return fsc_insert_pfn_pmd(vmf, pfn, vmf->flags & FAULT_FLAG_WRITE);
#endif
}

static vm_fault_t __dev_dax_pud_fault(struct dev_dax *dev_dax, struct vm_fault *vmf)
{
	(void)vmf;
	/* The machine's pmem is smaller than a PUD, so no device can be aligned to one. */
	return dev_dax->align > PUD_SIZE ? VM_FAULT_SIGBUS : VM_FAULT_FALLBACK;
}

static vm_fault_t dev_dax_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct dev_dax *dev_dax = vmf->vma->vm_file->private_data;
	vm_fault_t rc = VM_FAULT_SIGBUS;
	int id = dax_read_lock();

	if (order == 0)
		rc = __dev_dax_pte_fault(dev_dax, vmf);
	else if (order == PMD_ORDER)
		rc = __dev_dax_pmd_fault(dev_dax, vmf);
	else if (order == PUD_ORDER)
		rc = __dev_dax_pud_fault(dev_dax, vmf);
	dax_read_unlock(id);
	return rc;
}

static vm_fault_t dev_dax_fault(struct vm_fault *vmf)
{
	return dev_dax_huge_fault(vmf, 0);
}

static int dev_dax_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	struct dev_dax *dev_dax = vma->vm_file->private_data;

	return IS_ALIGNED(addr, dev_dax->align) ? 0 : -EINVAL;
}

static unsigned long dev_dax_pagesize(struct vm_area_struct *vma)
{
	struct dev_dax *dev_dax = vma->vm_file->private_data;

	return dev_dax->align;
}

static const struct vm_operations_struct dax_vm_ops = {
	.fault = dev_dax_fault,
	.huge_fault = dev_dax_huge_fault,
	.may_split = dev_dax_may_split,
	.pagesize = dev_dax_pagesize,
};

static int dax_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct dev_dax *dev_dax = filp->private_data;
	int id = dax_read_lock();
	int rc = check_vma(dev_dax, vma, __func__);

	dax_read_unlock(id);
	if (!rc) {
		vma->vm_ops = &dax_vm_ops;
		vm_flags_set(vma, VM_HUGEPAGE);
	}
	return rc;
}

static const struct address_space_operations dev_dax_aops = {
	.dirty_folio = noop_dirty_folio,
};

static int dax_open(struct inode *inode, struct file *filp)
{
	struct dax_device *dax_dev = inode_dax(inode);
	struct inode *anchor = dax_inode(dax_dev);

	/* Every node of the device leads to the one mapping of its anchor. */
	inode->i_mapping = anchor->i_mapping;
	inode->i_mapping->host = anchor;
	inode->i_mapping->a_ops = &dev_dax_aops;
	inode->i_flags = S_DAX;
	filp->f_mapping = inode->i_mapping;
	filp->f_wb_err = filemap_sample_wb_err(filp->f_mapping);
	filp->private_data = dax_get_private(dax_dev);
	return 0;
}

static int dax_release(struct inode *inode, struct file *filp)
{
	(void)inode;
	(void)filp;
	return 0;
}

static const struct file_operations dax_fops = {
	.owner = THIS_MODULE,
	.open = dax_open,
	.release = dax_release,
	.mmap = dax_mmap,
	.fop_flags = FOP_MMAP_SYNC,
};

static void dev_dax_cdev_del(void *cdev)
{
	cdev_del((struct cdev *)cdev);
}

static void dev_dax_kill(void *dev_dax)
{
	kill_dev_dax(dev_dax);
}

static int dev_dax_probe(struct dev_dax *dev_dax)
{
	struct device *dev = &dev_dax->dev;
	struct dev_pagemap *pgmap = dev_dax->pgmap;
	struct cdev *cdev;
	void *addr;
	int rc, i;

	if (static_dev_dax(dev_dax)) {
		if (dev_dax->nr_range > 1) {
			dev_warn(dev, "static pgmap / multi-range device conflict\n");
			return -EINVAL;
		}
	} else {
		if (pgmap) {
			dev_warn(dev, "dynamic-dax with pre-populated page map\n");
			return -EINVAL;
		}
		pgmap = devm_kzalloc(dev, struct_size(pgmap, ranges, dev_dax->nr_range - 1), GFP_KERNEL);
		if (!pgmap)
			return -ENOMEM;
		pgmap->nr_range = dev_dax->nr_range;
		for (i = 0; i < dev_dax->nr_range; i++)
			pgmap->ranges[i] = dev_dax->ranges[i].range;
	}

	for (i = 0; i < dev_dax->nr_range; i++) {
		struct range *own = &dev_dax->ranges[i].range;
		u64 len = range_len(own);

		if (!devm_request_mem_region(dev, own->start, len, dev_name(dev))) {
			dev_warn(dev, "range %d, %llu bytes from %#llx on: somebody has it\n", i, len, own->start);
			return -EBUSY;
		}
	}

	pgmap->type = MEMORY_DEVICE_GENERIC;
	pgmap->vmemmap_shift = order_base_2(dev_dax->align >> PAGE_SHIFT);
	addr = devm_memremap_pages(dev, pgmap);
	if (IS_ERR(addr))
		return PTR_ERR(addr);

	cdev = dax_inode(dev_dax->dax_dev)->i_cdev;
	cdev_init(cdev, &dax_fops);
	cdev->owner = dev->driver->owner;
	cdev_set_parent(cdev, &dev->kobj);
	rc = cdev_add(cdev, dev->devt, 1);
	if (rc)
		return rc;
	rc = devm_add_action_or_reset(dev, dev_dax_cdev_del, cdev);
	if (rc)
		return rc;
	/* A probe that fails leaves no pointer to the pgmap, which is gone then: the next one would find it. */
	dev_dax->pgmap = pgmap;
	run_dax(dev_dax->dax_dev);
	return devm_add_action_or_reset(dev, dev_dax_kill, dev_dax);
}

static struct dax_device_driver device_dax_driver = {
	.drv = { .name = "device_dax" },
	.probe = dev_dax_probe,
	.type = DAXDRV_DEVICE_TYPE,
};

int fsc_dax_init(void)
{
	return dax_driver_register(&device_dax_driver);
}
