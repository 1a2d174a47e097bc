// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pfn and dax devices that claim a namespace, and the struct pages they want for it. Mirrors
 * drivers/nvdimm/{pfn_devs,dax_devs}.c. There is no info block on the medium: a device is made with its contents (nd.h).
 */
#include <linux/mm.h>
#include <linux/nd.h>
#include <linux/string.h>

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
