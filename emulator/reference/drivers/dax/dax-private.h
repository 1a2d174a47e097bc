/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of drivers/dax share. Mirrors drivers/dax/dax-private.h. */
#ifndef __DAX_PRIVATE_H__
#define __DAX_PRIVATE_H__

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/huge_mm.h>
#include <linux/idr.h>
#include <linux/memremap.h>
#include <linux/range.h>

struct dax_device;
struct inode;
struct dax_device *inode_dax(struct inode *inode);
struct inode *dax_inode(struct dax_device *dax_dev);
int dax_bus_init(void);
void dax_bus_exit(void);

struct dax_region {
	int id;
	int target_node;
	struct kref kref;
	struct device *dev;
	unsigned int align;
	struct ida ida;
	struct resource res;
	struct device *seed;
	struct device *youngest;
};

struct dax_mapping {
	struct device dev;
	int range_id;
	int id;
};

struct dev_dax_range {
	unsigned long pgoff;
	struct range range;
	struct dax_mapping *mapping;
};

struct dev_dax {
	struct dax_region *region;
	struct dax_device *dax_dev;
	void *virt_addr;  /* since v7.0 */
	u64 cached_size;  /* since v7.0 */
	unsigned int align;
	int target_node;
	bool dyn_id;
	int id;
	struct ida ida;
	struct device dev;
	struct dev_pagemap *pgmap;
	bool memmap_on_memory;
	int nr_range;
	struct dev_dax_range *ranges;
};

/* Ours: what module_init() of the drivers does; hmem's comes and goes with a scenario. */
int fsc_dax_init(void);
int fsc_dax_pmem_init(void);
int fsc_kmem_init(void);
struct device_driver *fsc_fsdev_init(void);
void fsc_fsdev_exit(void);
void fsc_kmem_exit(void);
int fsc_hmem_init(bool idle);
void fsc_hmem_exit(void);
void run_dax(struct dax_device *dax_dev);

static inline struct dev_dax *to_dev_dax(struct device *dev)
{
	return container_of(dev, struct dev_dax, dev);
}

static inline struct dax_mapping *to_dax_mapping(struct device *dev)
{
	return container_of(dev, struct dax_mapping, dev);
}

phys_addr_t dax_pgoff_to_phys(struct dev_dax *dev_dax, pgoff_t pgoff, unsigned long size);

static inline bool dax_align_valid(unsigned long align)
{
	return align == PAGE_SIZE || align == PMD_SIZE || align == PUD_SIZE;
}
#endif
