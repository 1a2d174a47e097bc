/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of drivers/dax share. Mirrors drivers/dax/dax-private.h and bus.h; no ida, no dynamic resizing. */
#ifndef __DAX_PRIVATE_H__
#define __DAX_PRIVATE_H__

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/huge_mm.h>
#include <linux/memremap.h>
#include <linux/range.h>

struct dax_device;
struct inode;
struct dax_device *inode_dax(struct inode *inode);
struct inode *dax_inode(struct dax_device *dax_dev);

struct dax_region {
	int id;
	int target_node;
	struct kref kref;
	struct device *dev;
	unsigned int align;
	struct resource res;
	struct device *seed;
	struct device *youngest;
};

struct dax_mapping {
	struct device dev;
	int range_id;
	int id;
};

struct dev_dax {
	struct dax_region *region;
	struct dax_device *dax_dev;
	unsigned int align;
	int target_node;
	bool dyn_id;
	int id;
	struct device dev;
	struct dev_pagemap *pgmap;
	bool memmap_on_memory;
	int nr_range;
	struct dev_dax_range {
		unsigned long pgoff;
		struct range range;
		struct dax_mapping *mapping;
	} *ranges;
};

void run_dax(struct dax_device *dax_dev);

static inline struct dev_dax *to_dev_dax(struct device *dev)
{
	return container_of(dev, struct dev_dax, dev);
}

phys_addr_t dax_pgoff_to_phys(struct dev_dax *dev_dax, pgoff_t pgoff, unsigned long size);

static inline bool dax_align_valid(unsigned long align)
{
	return align == PAGE_SIZE || align == PMD_SIZE || align == PUD_SIZE;
}

/* bus.h */
#define IORESOURCE_DAX_STATIC 1
bool static_dev_dax(struct dev_dax *dev_dax);
void kill_dev_dax(struct dev_dax *dev_dax);
struct dax_region *alloc_dax_region(struct device *parent, int region_id, struct range *range, int target_node,
				    unsigned int align, unsigned long flags);
void dax_region_put(struct dax_region *dax_region);
struct dev_dax *fsc_dev_dax_create(struct dax_region *region, unsigned long size, unsigned int align);
void fsc_dev_dax_destroy(struct dev_dax *dev_dax);
int dev_dax_probe(struct dev_dax *dev_dax);
#endif
