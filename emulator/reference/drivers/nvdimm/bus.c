// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bus of non-volatile memory: namespaces, the pfn and dax devices that claim them, and what their drivers ask of it.
 * Mirrors parts of drivers/nvdimm/{bus,claim,pfn_devs,namespace_devs,region_devs}.c. The machine's namespace has no info
 * block on the medium: a claiming device is made with its contents (nd.h).
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/nd.h>
#include <linux/string.h>

static int nvdimm_bus_match(struct device *dev, const struct device_driver *drv)
{
	(void)dev;
	(void)drv;
	return 0; /* scenarios bind by hand */
}

static int nvdimm_bus_probe(struct device *dev)
{
	return to_nd_device_driver(dev->driver)->probe(dev);
}

static void nvdimm_bus_remove(struct device *dev)
{
	struct nd_device_driver *nd_drv = to_nd_device_driver(dev->driver);

	if (nd_drv->remove)
		nd_drv->remove(dev);
}

const struct bus_type nvdimm_bus_type = {
	.name = "nd",
	.match = nvdimm_bus_match,
	.probe = nvdimm_bus_probe,
	.remove = nvdimm_bus_remove,
};

int __nd_driver_register(struct nd_device_driver *nd_drv, struct module *module, const char *mod_name)
{
	nd_drv->drv.bus = &nvdimm_bus_type;
	nd_drv->drv.owner = module;
	nd_drv->drv.mod_name = mod_name;
	return driver_register(&nd_drv->drv);
}

/* ---- devices that claim a namespace ---- */

static void nd_pfn_release(struct device *dev)
{
	(void)dev; /* made by scenarios, not allocated */
}

const struct device_type fsc_nd_pfn_type = { .name = "nd_pfn", .release = nd_pfn_release };
const struct device_type fsc_nd_dax_type = { .name = "nd_dax", .release = nd_pfn_release };

bool is_nd_pfn(struct device *dev)
{
	return dev->type == &fsc_nd_pfn_type;
}

bool is_nd_dax(const struct device *dev)
{
	return dev->type == &fsc_nd_dax_type;
}

struct nd_pfn *to_nd_pfn(struct device *dev)
{
	WARN_ON(!is_nd_pfn(dev));
	return container_of(dev, struct nd_pfn, dev);
}

struct nd_dax *to_nd_dax(struct device *dev)
{
	WARN_ON(!is_nd_dax(dev));
	return container_of(dev, struct nd_dax, nd_pfn.dev);
}

struct nd_namespace_common *nvdimm_namespace_common_probe(struct device *dev)
{
	struct nd_namespace_common *ndns;

	if (is_nd_pfn(dev) || is_nd_dax(dev))
		ndns = container_of(dev, struct nd_pfn, dev)->ndns;
	else
		ndns = to_ndns(dev);
	return ndns ? ndns : ERR_PTR(-ENODEV);
}

/* Raw access to a namespace, for reading its info block. */
int devm_namespace_enable(struct device *dev, struct nd_namespace_common *ndns, resource_size_t size)
{
	struct nd_namespace_io *nsio = to_nd_namespace_io(&ndns->dev);

	nsio->size = size;
	if (!devm_request_mem_region(dev, nsio->res.start, size, dev_name(&ndns->dev)))
		return -EBUSY;
	nsio->addr = devm_memremap(dev, nsio->res.start, size, ARCH_MEMREMAP_PMEM);
	return IS_ERR(nsio->addr) ? PTR_ERR(nsio->addr) : 0;
}

void devm_namespace_disable(struct device *dev, struct nd_namespace_common *ndns)
{
	struct nd_namespace_io *nsio = to_nd_namespace_io(&ndns->dev);

	devm_memunmap(dev, nsio->addr);
	devm_release_mem_region(dev, nsio->res.start, nsio->size);
}

static int __nvdimm_setup_pfn(struct nd_pfn *nd_pfn, struct dev_pagemap *pgmap)
{
	struct nd_namespace_io *nsio = to_nd_namespace_io(&nd_pfn->ndns->dev);
	struct nd_pfn_sb *sb = nd_pfn->pfn_sb;
	u64 offset = le64_to_cpu(sb->dataoff);
	u32 reserve = nd_info_block_reserve();

	pgmap->nr_range = 1;
	pgmap->range.start = nsio->res.start + le32_to_cpu(sb->start_pad);
	pgmap->range.end = nsio->res.end - le32_to_cpu(sb->end_trunc);
	if (nd_pfn->mode == PFN_MODE_RAM) {
		if (offset < reserve)
			return -EINVAL;
		nd_pfn->npfns = le64_to_cpu(sb->npfns);
	} else if (nd_pfn->mode == PFN_MODE_PMEM) {
		struct vmem_altmap altmap = {
			.base_pfn = PHYS_PFN(pgmap->range.start),
			.reserve = PHYS_PFN(reserve),
			.free = PHYS_PFN(offset - reserve),
			.end_pfn = PHYS_PFN(pgmap->range.end),
		};

		nd_pfn->npfns = PHYS_PFN(range_len(&pgmap->range) - offset);
		memcpy(&pgmap->altmap, &altmap, sizeof(altmap));
		pgmap->flags |= PGMAP_ALTMAP_VALID;
	} else {
		return -ENXIO;
	}
	return 0;
}

int nvdimm_setup_pfn(struct nd_pfn *nd_pfn, struct dev_pagemap *pgmap)
{
	if (!nd_pfn->ndns || !nd_pfn->pfn_sb)
		return -ENODEV;
	return __nvdimm_setup_pfn(nd_pfn, pgmap);
}

/* ---- what a pmem driver asks of its region ---- */

bool pmem_should_map_pages(struct device *dev)
{
	return !to_ndns(dev)->force_raw;
}

unsigned int pmem_sector_size(struct nd_namespace_common *ndns)
{
	(void)ndns;
	return 4096;
}

const char *nvdimm_namespace_disk_name(struct nd_namespace_common *ndns, char *name)
{
	(void)ndns;
	strcpy(name, "pmem0");
	return name;
}

int nvdimm_has_flush(struct nd_region *nd_region)
{
	(void)nd_region;
	return 1;
}

int nvdimm_has_cache(struct nd_region *nd_region)
{
	(void)nd_region;
	return 1;
}

bool is_nvdimm_sync(struct nd_region *nd_region)
{
	return nd_region->sync;
}

int nvdimm_flush(struct nd_region *nd_region, struct bio *bio)
{
	(void)nd_region;
	(void)bio;
	__fsc_event("cache-flush", "region");
	return 0;
}

void nvdimm_check_and_set_ro(struct gendisk *disk)
{
	(void)disk;
}

int devm_init_badblocks(struct device *dev, struct badblocks *bb)
{
	if (__fsc_fail("devm_init_badblocks"))
		return -ENOMEM;
	bb->dev = dev;
	return 0;
}

void nvdimm_badblocks_populate(struct nd_region *nd_region, struct badblocks *bb, const struct range *range)
{
	(void)nd_region;
	(void)bb;
	(void)range;
}
