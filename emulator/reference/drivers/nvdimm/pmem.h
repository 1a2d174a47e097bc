/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of one pmem block device. Mirrors drivers/nvdimm/pmem.h. */
#ifndef __NVDIMM_PMEM_H__
#define __NVDIMM_PMEM_H__
#include <linux/badblocks.h>
#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/memremap.h>
#include <linux/nd.h>
#include <linux/fsc_pfn.h>
#include <linux/types.h>

struct pmem_device {
	phys_addr_t phys_addr;
	phys_addr_t data_offset; /* where data begins in a namespace that keeps its struct pages on itself */
#if FSC_ERA < 618
	u64 pfn_flags;
#endif
	void *virt_addr;
	size_t size;
	u32 pfn_pad;
	struct kernfs_node *bb_state;
	struct badblocks bb;
	struct dax_device *dax_dev;
	struct gendisk *disk;
	struct dev_pagemap pgmap;
};

/* The struct page says so no more; whether it did. */
static inline bool test_and_clear_pmem_poison(struct page *page)
{
	return TestClearPageHWPoison(page);
}
long __pmem_direct_access(struct pmem_device *pmem, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
			  void **kaddr, fsc_pfn_t *pfn);
extern struct nd_device_driver nd_pmem_driver;
#endif
