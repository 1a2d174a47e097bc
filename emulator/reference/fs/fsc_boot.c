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
#include "../drivers/nvdimm/pmem.h"
#include "fscfs.h"

#define FSC_PMEM_PFN 0x100000UL
#define FSC_PMEM_PAGES FSCFS_MAX_BLOCKS

static struct nd_region fsc_region;
static struct nd_namespace_io fsc_namespace;
static unsigned int fsc_block_refs[FSC_PMEM_PAGES];
struct device *fsc_pmem_dev;

static void fsc_static_release(struct device *dev)
{
	(void)dev; /* the machine's own devices are not allocated */
}

/* nd_pmem_probe(): a failed probe gives back what it had managed so far. */
int fsc_bind_pmem(void)
{
	int rc = pmem_attach_disk(fsc_pmem_dev, &fsc_namespace.common);

	if (rc) {
		devres_release_all(fsc_pmem_dev);
		dev_set_drvdata(fsc_pmem_dev, NULL);
	}
	return rc;
}

void fsc_unbind_pmem(void)
{
	devres_release_all(fsc_pmem_dev);
	dev_set_drvdata(fsc_pmem_dev, NULL);
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
	fsc_block_refs[0] = 1;

	fsc_region.sync = true;
	fsc_region.dev.init_name = "region0";
	fsc_region.dev.release = fsc_static_release;
	device_initialize(&fsc_region.dev);
	fsc_namespace.res.start = PFN_PHYS(FSC_PMEM_PFN);
	fsc_namespace.res.end = PFN_PHYS(FSC_PMEM_PFN + FSC_PMEM_PAGES) - 1;
	fsc_pmem_dev = &fsc_namespace.common.dev;
	fsc_pmem_dev->init_name = "namespace0.0";
	fsc_pmem_dev->release = fsc_static_release;
	fsc_pmem_dev->parent = &fsc_region.dev;
	device_initialize(fsc_pmem_dev);
	BUG_ON(fsc_bind_pmem());
}
