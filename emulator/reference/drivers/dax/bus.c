/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regions of device-dax and the one device in each. Mirrors what drivers/dax/bus.c does to references and to the pgmap;
 * sysfs, resizing and driver matching are left out (fsc_dev_dax_create stands for creating and binding by hand).
 */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "dax-private.h"

bool static_dev_dax(struct dev_dax *dev_dax)
{
	return (dev_dax->region->res.flags & IORESOURCE_DAX_STATIC) != 0;
}

/* Nothing may reach the memory any more: no new faults, and what is mapped goes. */
void kill_dev_dax(struct dev_dax *dev_dax)
{
	struct dax_device *dax_dev = dev_dax->dax_dev;

	kill_dax(dax_dev);
	unmap_mapping_range(dax_inode(dax_dev)->i_mapping, 0, 0, 1);
	/* A pgmap of a dynamic device is managed memory of this binding: the next one makes its own. */
	if (!static_dev_dax(dev_dax))
		dev_dax->pgmap = NULL;
}

static void dax_region_free(struct kref *kref)
{
	__fsc_free(container_of(kref, struct dax_region, kref));
}

void dax_region_put(struct dax_region *dax_region)
{
	kref_put(&dax_region->kref, dax_region_free);
}

struct dax_region *alloc_dax_region(struct device *parent, int region_id, struct range *range, int target_node,
				    unsigned int align, unsigned long flags)
{
	struct dax_region *region;

	if (!IS_ALIGNED(range->start, align) || !IS_ALIGNED(range_len(range), align))
		return NULL;
	region = __fsc_alloc(sizeof(*region), 8, FSC_ZERO, "struct dax_region");
	kref_init(&region->kref);
	region->id = region_id;
	region->target_node = target_node;
	region->align = align;
	region->dev = parent;
	region->res.start = range->start;
	region->res.end = range->end;
	region->res.flags = IORESOURCE_MEM | flags;
	return region;
}

static void dev_dax_release(struct device *dev)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);
	struct dax_region *region = dev_dax->region;

	put_dax(dev_dax->dax_dev);
	__fsc_free(dev_dax->ranges);
	__fsc_free(dev_dax);
	dax_region_put(region);
}

static const struct device_type dev_dax_type = {
	.name = "dax",
	.release = dev_dax_release,
};
static struct device_driver fsc_device_dax_driver = {
	.name = "device_dax",
};

struct dev_dax *fsc_dev_dax_create(struct dax_region *region, unsigned long size, unsigned int align)
{
	struct dev_dax *dev_dax;
	struct dax_device *dax_dev;

	dev_dax = __fsc_alloc(sizeof(*dev_dax), 8, FSC_ZERO, "struct dev_dax");
	dev_dax->region = region;
	kref_get(&region->kref);
	dev_dax->align = align;
	dev_dax->nr_range = 1;
	dev_dax->ranges = __fsc_alloc(sizeof(*dev_dax->ranges), 8, FSC_ZERO, "struct dev_dax_range");
	dev_dax->ranges[0].range.start = region->res.start;
	dev_dax->ranges[0].range.end = region->res.start + size - 1;
	device_initialize(&dev_dax->dev);
	dev_set_name(&dev_dax->dev, "dax0.0");
	dax_dev = alloc_dax(dev_dax, NULL);
	if (IS_ERR(dax_dev)) {
		put_device(&dev_dax->dev);
		return NULL;
	}
	dev_dax->dax_dev = dax_dev;
	/* Not alive before a driver runs it. */
	kill_dax(dax_dev);
	dev_dax->dev.type = &dev_dax_type;
	dev_dax->dev.parent = region->dev;
	dev_dax->dev.driver = &fsc_device_dax_driver;
	return dev_dax;
}

void fsc_dev_dax_destroy(struct dev_dax *dev_dax)
{
	put_device(&dev_dax->dev);
}
