// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DIMMs and what of them a region is made of: the label area is read and written through firmware, and what its labels say is
 * kept by region. Mirrors parts of drivers/nvdimm/{core,dimm_devs,namespace_devs,region_devs}.c. Left out: DIMMs that are
 * disabled or locked, and making devices of namespaces.
 */
#include "label.h"
#include <linux/slab.h>
#if FSC_ERA >= 612

/* A sum of sums over words, so that words that change places do not go unseen. */
u64 nd_fletcher64(void *addr, size_t len, bool le)
{
	const u32 *words = addr;
	u32 low = 0;
	u64 high = 0;

	(void)le;
	for (size_t i = 0; i < len / sizeof(u32); i++) {
		low += words[i];
		high += low;
	}
	return high << 32 | low;
}

struct nvdimm_drvdata *to_ndd(struct nd_mapping *nd_mapping)
{
	return nd_mapping->ndd;
}

u64 nd_region_interleave_set_cookie(struct nd_region *nd_region, struct nd_namespace_index *nsindex)
{
	struct nd_interleave_set *set = nd_region->nd_set;

	if (!set)
		return 0;
	return nsindex && __le16_to_cpu(nsindex->major) == 1 && __le16_to_cpu(nsindex->minor) == 1 ? set->cookie1 : set->cookie2;
}

/* ---- the medium's label area, in pieces as firmware takes them ---- */

static u8 fsc_label_area[FSC_LABEL_AREA];

static int fsc_config_ok(struct nvdimm_drvdata *ndd, size_t offset, size_t len)
{
	return ndd->data && len && offset + len <= ndd->nsarea.config_size;
}

int nvdimm_get_config_data(struct nvdimm_drvdata *ndd, void *buf, size_t offset, size_t len)
{
	size_t done = 0, piece;

	if (!fsc_config_ok(ndd, offset, len))
		return -ENXIO;
	for (; done < len; done += piece) {
		piece = min_t(size_t, len - done, ndd->nsarea.max_xfer);
		if (__fsc_fail("nvdimm_get_config_data"))
			return -EIO;
		memcpy(buf + done, fsc_label_area + offset + done, piece);
	}
	return 0;
}

/* What the power goes away from is written in part. */
int nvdimm_set_config_data(struct nvdimm_drvdata *ndd, size_t offset, void *buf, size_t len)
{
	if (!fsc_config_ok(ndd, offset, len))
		return -ENXIO;
	if (__fsc_fail("nvdimm_set_config_data")) {
		if (__fsc_param("half", 0))
			memcpy(fsc_label_area + offset, buf, len / 8);
		return -EIO;
	}
	memcpy(fsc_label_area + offset, buf, len);
	return 0;
}

/* ---- the labels of a region's DIMMs ---- */

void nd_mapping_free_labels(struct nd_mapping *nd_mapping)
{
	struct nd_label_ent *label_ent, *next;

	WARN_ON(!mutex_is_locked(&nd_mapping->lock));
	list_for_each_entry_safe(label_ent, next, &nd_mapping->labels, list) {
		list_del(&label_ent->list);
		kfree(label_ent);
	}
}

void deactivate_labels(void *region)
{
	struct nd_region *nd_region = region;

	for (int i = 0; i < nd_region->ndr_mappings; i++) {
		struct nd_mapping *nd_mapping = &nd_region->mapping[i];

		mutex_lock(&nd_mapping->lock);
		nd_mapping_free_labels(nd_mapping);
		mutex_unlock(&nd_mapping->lock);
	}
}

int init_active_labels(struct nd_region *nd_region)
{
	for (int i = 0; i < nd_region->ndr_mappings; i++) {
		struct nd_mapping *nd_mapping = &nd_region->mapping[i];
		struct nvdimm_drvdata *ndd = to_ndd(nd_mapping);
		int count = nd_label_active_count(ndd);

		for (int j = 0; j < count; j++) {
			struct nd_label_ent *label_ent = kzalloc(sizeof(*label_ent), GFP_KERNEL);

			if (!label_ent) {
				deactivate_labels(nd_region);
				return -ENOMEM;
			}
			label_ent->label = nd_label_active(ndd, j);
			mutex_lock(&nd_mapping->lock);
			list_add_tail(&label_ent->list, &nd_mapping->labels);
			mutex_unlock(&nd_mapping->lock);
		}
	}
	return 0;
}
#endif
