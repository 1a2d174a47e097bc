// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A namespace in devdax mode becomes a static dax region with one device. Mirrors drivers/dax/pmem.c; what an info block
 * says is in the device (linux/nd.h).
 */
#include <linux/dax.h>
#include <linux/memremap.h>
#include <linux/nd.h>
#include "bus.h"
#include "dax-private.h"

static struct dev_dax *__dax_pmem_probe(struct device *dev)
{
	struct nd_region *nd_region = to_nd_region(dev->parent);
	struct nd_pfn *nd_pfn = &to_nd_dax(dev)->nd_pfn;
	struct nd_namespace_common *ndns;
	struct dev_pagemap pgmap = { };
	struct dev_dax_data data = { };
	struct dax_region *dax_region;
	resource_size_t offset;
	int rc, id, region_id;
	struct range range;

	ndns = nvdimm_namespace_common_probe(dev);
	if (IS_ERR(ndns))
		return ERR_CAST(ndns);
	rc = devm_namespace_enable(dev, ndns, nd_info_block_reserve());
	if (rc)
		return ERR_PTR(rc);
	rc = nvdimm_setup_pfn(nd_pfn, &pgmap);
	if (rc)
		return ERR_PTR(rc);
	devm_namespace_disable(dev, ndns);

	/* The head of the range is metadata, which is ours; the device driver reserves the data. */
	offset = le64_to_cpu(nd_pfn->pfn_sb->dataoff);
	if (!devm_request_mem_region(dev, to_nd_namespace_io(&ndns->dev)->res.start, offset, dev_name(&ndns->dev)))
		return ERR_PTR(-EBUSY);
	if (sscanf(dev_name(&ndns->dev), "namespace%d.%d", &region_id, &id) != 2)
		return ERR_PTR(-EINVAL);

	range = pgmap.range;
	range.start += offset;
	dax_region = alloc_dax_region(dev, region_id, &range, nd_region->target_node,
				      le32_to_cpu(nd_pfn->pfn_sb->align), IORESOURCE_DAX_STATIC);
	if (!dax_region)
		return ERR_PTR(-ENOMEM);
	data.dax_region = dax_region;
	data.id = id;
	data.pgmap = &pgmap;
	data.size = range_len(&range);
	return devm_create_dev_dax(&data);
}

static int dax_pmem_probe(struct device *dev)
{
	struct dev_dax *dev_dax = __dax_pmem_probe(dev);

	return IS_ERR(dev_dax) ? PTR_ERR(dev_dax) : 0;
}

struct nd_device_driver dax_pmem_driver = {
	.probe = dax_pmem_probe,
	.drv = { .name = "dax_pmem" },
	.type = ND_DRIVER_DAX_PMEM,
};

int fsc_dax_pmem_init(void)
{
	return nd_driver_register(&dax_pmem_driver);
}
