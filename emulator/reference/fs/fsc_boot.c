/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine comes up: memory, then one pmem namespace of 8 MiB in fsdax mode, bound to its driver. Mirrors no kernel
 * file. A scenario begins with this state and mounts what it needs.
 */
#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/nd.h>
#include "../drivers/dax/dax-private.h"
#include "../drivers/nvdimm/pmem.h"
#include "fscfs.h"

#define FSC_PMEM_PFN 0x100000UL
#define FSC_PMEM_PAGES FSCFS_MAX_BLOCKS

static struct nd_region fsc_region;
static struct nd_namespace_io fsc_namespace;
static unsigned int fsc_block_refs[FSC_PMEM_PAGES];
static unsigned long fsc_dirty_lines[FSC_PMEM_PAGES];
struct device *fsc_pmem_dev;

static void fsc_static_release(struct device *dev)
{
	(void)dev; /* the machine's own devices are not allocated */
}

int fsc_bind_pmem(void)
{
	return device_driver_attach(&nd_pmem_driver.drv, fsc_pmem_dev);
}

void fsc_unbind_pmem(void)
{
	device_release_driver(fsc_pmem_dev);
}

struct block_device *fsc_pmem_bdev(void)
{
	struct pmem_device *pmem = dev_get_drvdata(fsc_pmem_dev);

	return pmem ? pmem->disk->part0 : NULL;
}

void fsc_boot(void)
{
	fsc_boot_mm();
	dax_init_wait_table();

	fsc_registry.pmem_start_pfn = FSC_PMEM_PFN;
	fsc_registry.pmem_nr_pages = FSC_PMEM_PAGES;
	fsc_registry.block_refs = fsc_block_refs;
	fsc_registry.dirty_lines = fsc_dirty_lines;
	fsc_block_refs[0] = 1;

	BUG_ON(dax_bus_init() || fsc_dax_init() || fsc_dax_pmem_init() || nd_driver_register(&nd_pmem_driver));
	fsc_region.sync = true;
	fsc_region.num_lanes = 1;
	for (int i = 0; i <= ND_MAX_LANES; i++)
		mutex_init(&fsc_region.lane[i].lock);
	fsc_region.dev.init_name = "region0";
	fsc_region.dev.release = fsc_static_release;
	BUG_ON(device_register(&fsc_region.dev));
	fsc_namespace.res.start = PFN_PHYS(FSC_PMEM_PFN);
	fsc_namespace.res.end = PFN_PHYS(FSC_PMEM_PFN + FSC_PMEM_PAGES) - 1;
	fsc_pmem_dev = &fsc_namespace.common.dev;
	fsc_pmem_dev->init_name = "namespace0.0";
	fsc_pmem_dev->release = fsc_static_release;
	fsc_pmem_dev->parent = &fsc_region.dev;
	fsc_pmem_dev->bus = &nvdimm_bus_type;
	BUG_ON(device_register(fsc_pmem_dev));
	BUG_ON(fsc_bind_pmem());
}
