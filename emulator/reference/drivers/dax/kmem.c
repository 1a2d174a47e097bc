// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device memory handed to the system as RAM. Mirrors drivers/dax/kmem.c; the memory itself is only accounted for
 * (mm/memory_hotplug.c here): no page of it is ever allocated.
 */
#include <linux/device.h>
#include <linux/memory-tiers.h>
#include <linux/memory_hotplug.h>
#include <linux/slab.h>
#include "bus.h"
#include "dax-private.h"

#define MEMTIER_DEFAULT_DAX_ADISTANCE (MEMTIER_ADISTANCE_DRAM * 5)

static const char *kmem_name;
static bool any_hotremove_failed;

/* The whole memory blocks in a range of the device. */
static int dax_kmem_range(struct dev_dax *dev_dax, int i, struct range *r)
{
	struct range *whole = &dev_dax->ranges[i].range;

	r->start = ALIGN(whole->start, memory_block_size_bytes());
	r->end = ALIGN_DOWN(whole->end + 1, memory_block_size_bytes()) - 1;
	if (r->start < r->end)
		return 0;
	*r = *whole;
	return -ENOSPC;
}

static DEFINE_MUTEX(kmem_memory_type_lock);
static LIST_HEAD(kmem_memory_types);

static struct memory_dev_type *kmem_find_alloc_memory_type(int adist)
{
	guard(mutex)(&kmem_memory_type_lock);
	return mt_find_alloc_memory_type(adist, &kmem_memory_types);
}

static void kmem_put_memory_types(void)
{
	guard(mutex)(&kmem_memory_type_lock);
	mt_put_memory_types(&kmem_memory_types);
}

struct dax_kmem_data {
	const char *res_name;
	int mgid;
	struct resource *res[];
};

static int fsc_kmem_add(struct dev_dax *dev_dax, struct dax_kmem_data *data, int i, struct range *range)
{
	struct resource *res;
	int rc;

	res = request_mem_region(range->start, range_len(range), data->res_name);
	if (!res)
		return -EBUSY;
	res->flags = IORESOURCE_SYSTEM_RAM; /* not busy: the memory puts its own inside */
	rc = add_memory_driver_managed(data->mgid, range->start, range_len(range), kmem_name,
				       dev_dax->memmap_on_memory ? MHP_NID_IS_MGID | MHP_MEMMAP_ON_MEMORY
								 : MHP_NID_IS_MGID);
	if (rc) {
		remove_resource(res);
		kfree(res);
		return rc;
	}
	data->res[i] = res;
	return 0;
}

static int dev_dax_kmem_probe(struct dev_dax *dev_dax)
{
	int node = dev_dax->target_node, adist = MEMTIER_DEFAULT_DAX_ADISTANCE, mapped = 0, rc, i;
	struct device *dev = &dev_dax->dev;
	struct memory_dev_type *mtype;
	struct dax_kmem_data *data;
	unsigned long total = 0;
	struct range range;

	if (node < 0) {
		dev_warn(dev, "rejecting DAX region with invalid node: %d\n", node);
		return -EINVAL;
	}
	mt_calc_adistance(node, &adist);
	mtype = kmem_find_alloc_memory_type(adist);
	if (IS_ERR(mtype))
		return PTR_ERR(mtype);
	for (i = 0; i < dev_dax->nr_range; i++)
		if (!dax_kmem_range(dev_dax, i, &range))
			total += range_len(&range);
	if (!total) {
		dev_warn(dev, "rejecting DAX region without any memory after alignment\n");
		return -EINVAL;
	}
	init_node_memory_type(node, mtype);

	rc = -ENOMEM;
	data = kzalloc(struct_size(data, res, dev_dax->nr_range), GFP_KERNEL);
	if (!data)
		goto err_type;
	data->res_name = kstrdup(dev_name(dev), GFP_KERNEL);
	if (!data->res_name)
		goto err_data;
	rc = memory_group_register_static(node, PFN_UP(total));
	if (rc < 0)
		goto err_name;
	data->mgid = rc;

	for (i = 0; i < dev_dax->nr_range; i++) {
		if (dax_kmem_range(dev_dax, i, &range))
			continue;
		rc = fsc_kmem_add(dev_dax, data, i, &range);
		if (!rc)
			mapped++;
		else if (!mapped) /* what is there already cannot be taken back for certain */
			goto err_group;
	}
	dev_set_drvdata(dev, data);
	return 0;

err_group:
	memory_group_unregister(data->mgid);
err_name:
	kfree(data->res_name);
err_data:
	kfree(data);
err_type:
	clear_node_memory_type(node, mtype);
	return rc;
}

/* Memory that is in use stays, with everything that names it, until the machine goes down. */
static void dev_dax_kmem_remove(struct dev_dax *dev_dax)
{
	struct device *dev = &dev_dax->dev;
	struct dax_kmem_data *data = dev_get_drvdata(dev);
	struct range range;
	bool all = true;

	for (int i = 0; i < dev_dax->nr_range; i++) {
		if (dax_kmem_range(dev_dax, i, &range) || !data->res[i])
			continue;
		if (remove_memory(range.start, range_len(&range))) {
			any_hotremove_failed = true;
			all = false;
			continue;
		}
		remove_resource(data->res[i]);
		kfree(data->res[i]);
		data->res[i] = NULL;
	}
	if (!all)
		return;
	memory_group_unregister(data->mgid);
	kfree(data->res_name);
	kfree(data);
	dev_set_drvdata(dev, NULL);
	clear_node_memory_type(dev_dax->target_node, NULL);
}

static struct dax_device_driver device_dax_kmem_driver = {
	.drv = { .name = "kmem" },
	.probe = dev_dax_kmem_probe,
	.remove = dev_dax_kmem_remove,
	.type = DAXDRV_KMEM_TYPE,
};

/* The module comes and goes with the scenario that wants it. */
int fsc_kmem_init(void)
{
	kmem_name = "System RAM (kmem)";
	any_hotremove_failed = false;
	return dax_driver_register(&device_dax_kmem_driver);
}

void fsc_kmem_exit(void)
{
	dax_driver_unregister(&device_dax_kmem_driver);
	if (!any_hotremove_failed)
		kmem_name = NULL;
	kmem_put_memory_types();
}
