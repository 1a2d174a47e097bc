/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bus of device-dax: regions of memory, the devices that parts of them become, and which driver gets them. Mirrors
 * drivers/dax/bus.c with its sysfs files. Locking: a region is
 * changed with dax_region_rwsem held for writing, a device with dax_dev_rwsem.
 */
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "bus.h"
#include "dax-private.h"

static DEFINE_MUTEX(dax_bus_lock);
DECLARE_RWSEM(dax_region_rwsem);
DECLARE_RWSEM(dax_dev_rwsem);

#define DAX_NAME_LEN 30
struct dax_id {
	struct list_head list;
	char dev_name[DAX_NAME_LEN];
};

#define to_dax_drv(__drv) container_of_const(__drv, struct dax_device_driver, drv)

/* ---- which driver ---- */

static struct dax_id *__dax_match_id(const struct dax_device_driver *dax_drv, const char *dev_name)
{
	struct dax_id *known;

	lockdep_assert_held(&dax_bus_lock);
	list_for_each_entry(known, &dax_drv->ids, list)
		if (sysfs_streq(known->dev_name, dev_name))
			return known;
	return NULL;
}

static int dax_match_id(const struct dax_device_driver *dax_drv, struct device *dev)
{
	bool known;

	mutex_lock(&dax_bus_lock);
	known = __dax_match_id(dax_drv, dev_name(dev)) != NULL;
	mutex_unlock(&dax_bus_lock);
	return known;
}

static int dax_match_type(const struct dax_device_driver *dax_drv, struct device *dev)
{
	bool kmem = to_dev_dax(dev)->region->res.flags & IORESOURCE_DAX_KMEM;

	switch (dax_drv->type) {
	case DAXDRV_KMEM_TYPE:
		return kmem;
	case DAXDRV_DEVICE_TYPE:
		return !kmem || !IS_ENABLED(CONFIG_DEV_DAX_KMEM);
	default:
		return 0; /* by its name only */
	}
}

static int dax_bus_match(struct device *dev, const struct device_driver *drv)
{
	const struct dax_device_driver *dax_drv = to_dax_drv(drv);

	/* Until v6.3 drivers had no type: one of them took whatever no other names. */
	return dax_drv->match_always || dax_match_id(dax_drv, dev) || dax_match_type(dax_drv, dev);
}

enum id_action {
	ID_REMOVE,
	ID_ADD,
};

static ssize_t do_id_store(struct device_driver *drv, const char *buf, size_t count, enum id_action action)
{
	struct dax_device_driver *dax_drv = to_dax_drv(drv);
	unsigned int region_id, id;
	char devname[DAX_NAME_LEN];
	struct dax_id *known;
	ssize_t rc = count;

	if (sscanf(buf, "dax%d.%d", &region_id, &id) != 2)
		return -EINVAL;
	sprintf(devname, "dax%d.%d", region_id, id);
	if (!sysfs_streq(buf, devname))
		return -EINVAL;

	mutex_lock(&dax_bus_lock);
	known = __dax_match_id(dax_drv, buf);
	if (known && action == ID_REMOVE) {
		list_del(&known->list);
		kfree(known);
	} else if (!known && action == ID_ADD) {
		known = kzalloc(sizeof(struct dax_id), GFP_KERNEL);
		if (known) {
			strscpy(known->dev_name, buf, DAX_NAME_LEN);
			list_add(&known->list, &dax_drv->ids);
		} else {
			rc = -ENOMEM;
		}
	}
	mutex_unlock(&dax_bus_lock);

	if (rc >= 0 && action == ID_ADD) {
		int error = driver_attach(drv);

		rc = error ? error : rc;
	}
	return rc;
}

static ssize_t new_id_store(struct device_driver *drv, const char *buf, size_t count)
{
	return do_id_store(drv, buf, count, ID_ADD);
}

static ssize_t remove_id_store(struct device_driver *drv, const char *buf, size_t count)
{
	return do_id_store(drv, buf, count, ID_REMOVE);
}

static DRIVER_ATTR_WO(new_id);
static DRIVER_ATTR_WO(remove_id);

static struct attribute *dax_drv_attrs[] = {
	&driver_attr_new_id.attr,
	&driver_attr_remove_id.attr,
	NULL,
};
ATTRIBUTE_GROUPS(dax_drv);

/* ---- probe and remove ---- */

/* A static region is one device, made by another subsystem with its pgmap; a dynamic one is divided by users. */
static bool is_static(struct dax_region *dax_region)
{
	return dax_region->res.flags & IORESOURCE_DAX_STATIC;
}

bool static_dev_dax(struct dev_dax *dev_dax)
{
	return is_static(dev_dax->region);
}

static u64 dev_dax_size(struct dev_dax *dev_dax)
{
	u64 size = 0;

	lockdep_assert_held(&dax_dev_rwsem);
	for (int i = 0; i < dev_dax->nr_range; i++)
		size += range_len(&dev_dax->ranges[i].range);
	return size;
}

static int dax_bus_probe(struct device *dev)
{
	struct dax_device_driver *dax_drv = to_dax_drv(dev->driver);
	struct dev_dax *dev_dax = to_dev_dax(dev);
	struct dax_region *region = dev_dax->region;
	u64 size;
	int rc = down_read_interruptible(&dax_dev_rwsem);

	if (rc)
		return rc;
	size = dev_dax_size(dev_dax);
	up_read(&dax_dev_rwsem);
	if (!size || dev_dax->id < 0)
		return -ENXIO;

	rc = dax_drv->probe(dev_dax);
	if (!rc && !is_static(region) && region->seed == dev)
		region->seed = NULL; /* the next one made is the seed */
	return rc;
}

static void dax_bus_remove(struct device *dev)
{
	struct dax_device_driver *dax_drv = to_dax_drv(dev->driver);

	if (dax_drv->remove)
		dax_drv->remove(to_dev_dax(dev));
}

static const struct bus_type dax_bus_type = {
	.name = "dax",
	.match = dax_bus_match,
	.probe = dax_bus_probe,
	.remove = dax_bus_remove,
	.drv_groups = dax_drv_groups,
};

/* ---- regions ---- */

#define for_each_dax_region_resource(dax_region, res) \
	for (res = (dax_region)->res.child; res; res = res->sibling)

static unsigned long long dax_region_avail_size(struct dax_region *dax_region)
{
	unsigned long long left = resource_size(&dax_region->res);
	struct resource *res;

	lockdep_assert_held(&dax_region_rwsem);
	for_each_dax_region_resource(dax_region, res)
		left -= resource_size(res);
	return left;
}

static struct dev_dax *__devm_create_dev_dax(struct dev_dax_data *data);

static ssize_t create_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct dax_region *dax_region = dev_get_drvdata(dev);
	struct dev_dax_data data = { .dax_region = dax_region, .id = -1 };
	struct dev_dax *dev_dax;
	ssize_t rc;
	int val;

	(void)attr;
	if (is_static(dax_region))
		return -EINVAL;
	rc = kstrtoint(buf, 0, &val);
	if (rc)
		return rc;
	if (val != 1)
		return -EINVAL;
	rc = down_write_killable(&dax_region_rwsem);
	if (rc)
		return rc;
	if (!dax_region_avail_size(dax_region)) {
		rc = -ENOSPC;
		goto unlock;
	}
	dev_dax = __devm_create_dev_dax(&data);
	rc = IS_ERR(dev_dax) ? PTR_ERR(dev_dax) : (ssize_t)len;
	if (IS_ERR(dev_dax))
		goto unlock;
	if (!dax_region->seed)
		dax_region->seed = &dev_dax->dev;
	dax_region->youngest = &dev_dax->dev;
unlock:
	up_write(&dax_region_rwsem);
	return rc;
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

static void trim_dev_dax_range(struct dev_dax *dev_dax)
{
	struct range *last = &dev_dax->ranges[dev_dax->nr_range - 1].range;

	lockdep_assert_held_write(&dax_region_rwsem);
	__release_region(&dev_dax->region->res, last->start, range_len(last));
	if (--dev_dax->nr_range)
		return;
	kfree(dev_dax->ranges);
	dev_dax->ranges = NULL;
}

static void free_dev_dax_ranges(struct dev_dax *dev_dax)
{
	while (dev_dax->nr_range)
		trim_dev_dax_range(dev_dax);
}

static void fsc_unregister_dev_dax(struct device *dev)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);

	kill_dev_dax(dev_dax);
	device_del(dev);
	free_dev_dax_ranges(dev_dax);
	put_device(dev);
}

static void unregister_dev_dax(void *dev)
{
	down_write(&dax_region_rwsem);
	fsc_unregister_dev_dax(dev);
	up_write(&dax_region_rwsem);
}

static void dax_region_free(struct kref *kref)
{
	kfree(container_of(kref, struct dax_region, kref));
}

void dax_region_put(struct dax_region *dax_region)
{
	kref_put(&dax_region->kref, dax_region_free);
}

/* The id of a dynamic device holds its region. Gives the id when it was this call that gave it back. */
static int __free_dev_dax_id(struct dev_dax *dev_dax)
{
	struct dax_region *region = dev_dax->region;
	int id = dev_dax->id;

	lockdep_assert_held_write(&dax_dev_rwsem);
	if (!dev_dax->dyn_id || id < 0)
		return -1;
	ida_free(&region->ida, id);
	dax_region_put(region);
	dev_dax->id = -1;
	return id;
}

static int free_dev_dax_id(struct dev_dax *dev_dax)
{
	int id, rc = down_write_killable(&dax_dev_rwsem);

	if (rc)
		return rc;
	id = __free_dev_dax_id(dev_dax);
	up_write(&dax_dev_rwsem);
	return id;
}

static int alloc_dev_dax_id(struct dev_dax *dev_dax)
{
	struct dax_region *region = dev_dax->region;
	int id = ida_alloc(&region->ida, GFP_KERNEL);

	if (id < 0)
		return id;
	kref_get(&region->kref);
	dev_dax->dyn_id = true;
	dev_dax->id = id;
	return id;
}

static ssize_t delete_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct dax_region *region = dev_get_drvdata(dev);
	struct device *victim;
	struct dev_dax *dev_dax;
	bool mine = false;
	ssize_t rc = -EBUSY;

	(void)attr;
	if (is_static(region))
		return -EINVAL;
	victim = device_find_child_by_name(region->dev, buf);
	if (!victim)
		return -ENXIO;

	device_lock(dev);
	device_lock(victim);
	dev_dax = to_dev_dax(victim);
	down_write(&dax_dev_rwsem);
	/* Device 0 stays, so that there is always one to make others with. */
	if (!victim->driver && !dev_dax_size(dev_dax) && dev_dax->id > 0) {
		mine = __free_dev_dax_id(dev_dax) >= 0;
		rc = len;
		if (region->seed == victim)
			region->seed = NULL;
		if (region->youngest == victim)
			region->youngest = NULL;
	}
	up_write(&dax_dev_rwsem);
	device_unlock(victim);
	if (mine)
		devm_release_action(dev, unregister_dev_dax, victim);
	device_unlock(dev);
	put_device(victim);
	return rc;
}

/* ---- what a region shows ---- */

static ssize_t id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dax_region *region = dev_get_drvdata(dev);

	(void)attr;
	return sysfs_emit(buf, "%d\n", region->id);
}

static ssize_t region_size_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dax_region *region = dev_get_drvdata(dev);

	(void)attr;
	return sysfs_emit(buf, "%llu\n", (unsigned long long)resource_size(&region->res));
}

static ssize_t region_align_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dax_region *region = dev_get_drvdata(dev);

	(void)attr;
	return sysfs_emit(buf, "%u\n", region->align);
}

static ssize_t available_size_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dax_region *region = dev_get_drvdata(dev);
	unsigned long long left;
	int rc = down_read_interruptible(&dax_region_rwsem);

	(void)attr;
	if (rc)
		return rc;
	left = dax_region_avail_size(region);
	up_read(&dax_region_rwsem);
	return sysfs_emit(buf, "%llu\n", left);
}

/* The name is read with the region held: without it the device may be gone. */
static ssize_t fsc_show_name(struct dax_region *region, struct device **which, char *buf)
{
	ssize_t rc = is_static(region) ? -EINVAL : down_read_interruptible(&dax_region_rwsem);

	if (rc)
		return rc;
	rc = sysfs_emit(buf, "%s\n", *which ? dev_name(*which) : "");
	up_read(&dax_region_rwsem);
	return rc;
}

static ssize_t seed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dax_region *region = dev_get_drvdata(dev);

	(void)attr;
	return fsc_show_name(region, &region->seed, buf);
}

static ssize_t create_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dax_region *region = dev_get_drvdata(dev);

	(void)attr;
	return fsc_show_name(region, &region->youngest, buf);
}

static struct device_attribute dev_attr_region_size = __ATTR(size, 0444, region_size_show, NULL);
static struct device_attribute dev_attr_region_align = __ATTR(align, 0444, region_align_show, NULL);
static DEVICE_ATTR_RO(id);
static DEVICE_ATTR_RO(available_size);
static DEVICE_ATTR_RO(seed);
static DEVICE_ATTR_RW(create);
static DEVICE_ATTR_WO(delete);

static umode_t dax_region_visible(struct kobject *kobj, struct attribute *a, int n)
{
	struct dax_region *dax_region = dev_get_drvdata(container_of(kobj, struct device, kobj));

	(void)n;
	if (a == &dev_attr_id.attr || a == &dev_attr_region_size.attr || a == &dev_attr_region_align.attr)
		return a->mode;
	return is_static(dax_region) ? 0 : a->mode; /* nothing to divide */
}

static struct attribute *dax_region_attributes[] = {
	&dev_attr_id.attr,
	&dev_attr_region_size.attr,
	&dev_attr_region_align.attr,
	&dev_attr_available_size.attr,
	&dev_attr_seed.attr,
	&dev_attr_create.attr,
	&dev_attr_delete.attr,
	NULL,
};

static const struct attribute_group dax_region_attribute_group = {
	.is_visible = dax_region_visible,
	.attrs = dax_region_attributes,
	.name = "dax_region",
};

static const struct attribute_group *dax_region_attribute_groups[] = {
	&dax_region_attribute_group,
	NULL,
};

static void dax_region_unregister(void *region)
{
	struct dax_region *gone = region;
	struct kobject *directory = &gone->dev->kobj;

	sysfs_remove_groups(directory, dax_region_attribute_groups);
	dax_region_put(gone);
}

struct dax_region *alloc_dax_region(struct device *parent, int region_id, struct range *range, int target_node,
				    unsigned int align, unsigned long flags)
{
	struct dax_region *region;

	if (dev_get_drvdata(parent)) {
		dev_WARN(parent, "dax core failed to setup private data\n");
		return NULL;
	}
	if (!IS_ALIGNED(range->start, align) || !IS_ALIGNED(range_len(range), align))
		return NULL;
	region = kzalloc(sizeof(struct dax_region), GFP_KERNEL);
	if (!region)
		return NULL;
	dev_set_drvdata(parent, region);
	kref_init(&region->kref);
	region->id = region_id;
	region->target_node = target_node;
	region->align = align;
	region->dev = parent;
	ida_init(&region->ida);
	region->res.start = range->start;
	region->res.end = range->end;
	region->res.flags = IORESOURCE_MEM | flags;
	if (sysfs_create_groups(&parent->kobj, dax_region_attribute_groups)) {
		kfree(region);
		return NULL;
	}
	if (devm_add_action_or_reset(parent, dax_region_unregister, region))
		return NULL;
	return region;
}

/* ---- ranges of a device, each with a device of its own below it ---- */

static void dax_mapping_release(struct device *dev)
{
	struct dax_mapping *mapping = to_dax_mapping(dev);
	struct device *owner = dev->parent;

	ida_free(&to_dev_dax(owner)->ida, mapping->id);
	kfree(mapping);
	put_device(owner);
}

static void unregister_dax_mapping(void *data)
{
	struct device *dev = data;
	struct dax_mapping *mapping = to_dax_mapping(dev);

	to_dev_dax(dev->parent)->ranges[mapping->range_id].mapping = NULL;
	mapping->range_id = -1;
	device_unregister(dev);
}

/* The range that a mapping stands for, with the region held until put_dax_range(); NULL when it is gone. */
static struct dev_dax_range *get_dax_range(struct device *dev)
{
	struct dev_dax *dev_dax = to_dev_dax(dev->parent);
	struct dax_mapping *mapping = to_dax_mapping(dev);

	if (down_write_killable(&dax_region_rwsem))
		return NULL;
	if (mapping->range_id >= 0)
		return &dev_dax->ranges[mapping->range_id];
	up_write(&dax_region_rwsem);
	return NULL;
}

static void put_dax_range(void)
{
	up_write(&dax_region_rwsem);
}

static ssize_t start_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dev_dax_range *shown = get_dax_range(dev);
	ssize_t rc = -ENXIO;

	(void)attr;
	if (shown) {
		rc = sysfs_emit(buf, "%#llx\n", shown->range.start);
		put_dax_range();
	}
	return rc;
}

static ssize_t end_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dev_dax_range *shown = get_dax_range(dev);
	ssize_t rc = -ENXIO;

	(void)attr;
	if (shown) {
		rc = sysfs_emit(buf, "%#llx\n", shown->range.end);
		put_dax_range();
	}
	return rc;
}

static ssize_t pgoff_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dev_dax_range *shown = get_dax_range(dev);
	ssize_t rc = -ENXIO;

	(void)attr;
	if (shown) {
		rc = sysfs_emit(buf, "%#lx\n", shown->pgoff);
		put_dax_range();
	}
	return rc;
}

static DEVICE_ATTR_RO(start);
static DEVICE_ATTR_RO(end);
static struct device_attribute dev_attr_page_offset = __ATTR(page_offset, 0444, pgoff_show, NULL);

static struct attribute *fsc_mapping_files[] = { &dev_attr_page_offset.attr, &dev_attr_end.attr, &dev_attr_start.attr, NULL };
static const struct attribute_group fsc_mapping_group = { .attrs = fsc_mapping_files };
static const struct attribute_group *fsc_mapping_groups[] = { &fsc_mapping_group, NULL };

static const struct device_type dax_mapping_type = {
	.release = dax_mapping_release,
	.groups = fsc_mapping_groups,
};

static int devm_register_dax_mapping(struct dev_dax *dev_dax, int range_id)
{
	struct device *region_dev = dev_dax->region->dev, *dev;
	struct dax_mapping *mapping;
	int rc;

	lockdep_assert_held_write(&dax_region_rwsem);
	if (dev_WARN_ONCE(&dev_dax->dev, !region_dev->driver, "region disabled\n"))
		return -ENXIO;
	mapping = kzalloc(sizeof(struct dax_mapping), GFP_KERNEL);
	if (!mapping)
		return -ENOMEM;
	rc = ida_alloc(&dev_dax->ida, GFP_KERNEL);
	if (rc < 0) {
		kfree(mapping);
		return rc;
	}
	mapping->id = rc;
	mapping->range_id = range_id;
	dev_dax->ranges[range_id].mapping = mapping;

	dev = &mapping->dev;
	device_initialize(dev);
	dev->type = &dax_mapping_type;
	dev->parent = get_device(&dev_dax->dev); /* until the release: the id comes from there */
	dev_set_name(dev, "mapping%d", mapping->id);
	rc = device_add(dev);
	if (rc) {
		put_device(dev);
		return rc;
	}
	return devm_add_action_or_reset(region_dev, unregister_dax_mapping, dev);
}

static int alloc_dev_dax_range(struct dev_dax *dev_dax, u64 start, resource_size_t size)
{
	struct resource *region_res = &dev_dax->region->res, *got;
	struct device *dev = &dev_dax->dev;
	struct dev_dax_range *ranges, *last;
	unsigned long pgoff = 0;
	int rc;

	lockdep_assert_held_write(&dax_region_rwsem);
	if (!size) /* a seed: somebody will give it a size */
		return dev_WARN_ONCE(dev, dev_dax->nr_range, "0-size allocation must be first\n") ? -EBUSY : 0;

	got = __request_region(region_res, start, size, dev_name(dev), 0);
	if (!got)
		return -ENOMEM;
	ranges = krealloc(dev_dax->ranges, (dev_dax->nr_range + 1) * sizeof(*ranges), GFP_KERNEL);
	if (!ranges) {
		__release_region(region_res, got->start, resource_size(got));
		return -ENOMEM;
	}
	for (int i = 0; i < dev_dax->nr_range; i++)
		pgoff += PHYS_PFN(range_len(&ranges[i].range));
	dev_dax->ranges = ranges;
	last = &ranges[dev_dax->nr_range++];
	last->pgoff = pgoff;
	last->range.start = got->start;
	last->range.end = got->end;
	last->mapping = NULL;

	/* Before the device is there nothing can be put below it; its maker does that. */
	if (!device_is_registered(dev))
		return 0;
	rc = devm_register_dax_mapping(dev_dax, dev_dax->nr_range - 1);
	if (rc)
		trim_dev_dax_range(dev_dax);
	return rc;
}

static int adjust_dev_dax_range(struct dev_dax *dev_dax, struct resource *res, resource_size_t size)
{
	struct range *last = &dev_dax->ranges[dev_dax->nr_range - 1].range;
	int rc;

	lockdep_assert_held_write(&dax_region_rwsem);
	if (dev_WARN_ONCE(&dev_dax->dev, !size, "deletion is handled by dev_dax_shrink\n"))
		return -EINVAL;
	rc = adjust_resource(res, last->start, size);
	if (!rc)
		last->end = last->start + size - 1;
	return rc;
}

/* No unit smaller than what struct pages come in. */
static bool alloc_is_aligned(struct dev_dax *dev_dax, resource_size_t size)
{
	return IS_ALIGNED(size, max_t(unsigned long, dev_dax->align, memremap_compat_align()));
}

static int dev_dax_shrink(struct dev_dax *dev_dax, resource_size_t size)
{
	struct dax_region *region = dev_dax->region;
	resource_size_t surplus = dev_dax_size(dev_dax) - size;
	struct device *dev = &dev_dax->dev;

	for (int i = dev_dax->nr_range - 1; i >= 0 && surplus; i--) {
		struct dev_dax_range *at = &dev_dax->ranges[i];
		resource_size_t len = range_len(&at->range), part = min_t(u64, surplus, len);
		struct resource *res, *found = NULL;

		if (part == len) {
			devm_release_action(region->dev, unregister_dax_mapping, &at->mapping->dev);
			trim_dev_dax_range(dev_dax);
			surplus -= part;
			continue;
		}
		for_each_dax_region_resource(region, res)
			if (res->start == at->range.start && !strcmp(res->name, dev_name(dev))) {
				found = res;
				break;
			}
		if (dev_WARN_ONCE(dev, !found || i != dev_dax->nr_range - 1, "failed to find matching resource\n"))
			return -ENXIO;
		return adjust_dev_dax_range(dev_dax, found, len - part);
	}
	return 0;
}

/* Whether a resource is the device's last range, which may grow in place. */
static bool adjust_ok(struct dev_dax *dev_dax, struct resource *res)
{
	struct dev_dax_range *last;

	if (!dev_dax->nr_range || strcmp(res->name, dev_name(&dev_dax->dev)))
		return false;
	last = &dev_dax->ranges[dev_dax->nr_range - 1];
	if (last->range.start != res->start || last->range.end != res->end)
		return false;
	for (int i = 0; i < dev_dax->nr_range - 1; i++)
		if (dev_dax->ranges[i].pgoff > last->pgoff)
			return false;
	return true;
}

/* Takes what is free, from the start of the region on. */
static ssize_t dev_dax_resize(struct dax_region *dax_region, struct dev_dax *dev_dax, resource_size_t size)
{
	resource_size_t avail = dax_region_avail_size(dax_region), had = dev_dax_size(dev_dax), missing;
	struct resource *whole = &dax_region->res;
	struct device *dev = &dev_dax->dev;

	if (dev->driver)
		return -EBUSY;
	if (size == had)
		return 0;
	if (size < had)
		return dev_dax_shrink(dev_dax, size);
	missing = size - had;
	if (missing > avail)
		return -ENOSPC;
	if (dev_WARN_ONCE(dev, !alloc_is_aligned(dev_dax, missing), "resize misaligned\n"))
		return -ENXIO;

	while (missing) {
		struct resource *res = whole->child;
		resource_size_t from = whole->start, room;
		int rc;

		if (!res) {
			room = missing;
			rc = alloc_dev_dax_range(dev_dax, from, room);
		} else if (res->start > from) {
			room = min(res->start - from, missing);
			rc = alloc_dev_dax_range(dev_dax, from, room);
		} else {
			for (room = 0; res; res = res->sibling) {
				resource_size_t end = res->sibling ? res->sibling->start - 1 : whole->end;

				room = min(end - res->end, missing);
				if (room)
					break;
			}
			if (!res)
				return -ENOSPC;
			rc = adjust_ok(dev_dax, res) ? adjust_dev_dax_range(dev_dax, res, resource_size(res) + room)
						     : alloc_dev_dax_range(dev_dax, res->end + 1, room);
		}
		if (rc)
			return rc;
		missing -= room;
	}
	return 0;
}

static ssize_t size_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);
	struct dax_region *dax_region = dev_dax->region;
	unsigned long long val;
	ssize_t rc = kstrtoull(buf, 0, &val);

	(void)attr;
	if (rc)
		return rc;
	if (!alloc_is_aligned(dev_dax, val))
		return -EINVAL;
	rc = down_write_killable(&dax_region_rwsem);
	if (rc)
		return rc;
	rc = -ENXIO;
	if (!dax_region->dev->driver)
		goto unlock;
	rc = down_write_killable(&dax_dev_rwsem);
	if (rc)
		goto unlock;
	rc = dev_dax_resize(dax_region, dev_dax, val);
	up_write(&dax_dev_rwsem);
unlock:
	up_write(&dax_region_rwsem);
	return rc ? rc : (ssize_t)len;
}

static ssize_t range_parse(const char *opt, size_t len, struct range *range)
{
	unsigned long long addr = 0;
	char *copy = kstrdup(opt, GFP_KERNEL), *end = copy, *start;
	ssize_t rc = -EINVAL;

	(void)len;
	if (!copy)
		return rc;
	start = strsep(&end, "-");
	if (start && end)
		rc = kstrtoull(start, 16, &addr);
	range->start = addr;
	if (!rc)
		rc = kstrtoull(end, 16, &addr);
	range->end = addr;
	kfree(copy);
	return rc;
}

static ssize_t mapping_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);
	struct dax_region *dax_region = dev_dax->region;
	struct range r;
	ssize_t rc = range_parse(buf, len, &r);

	(void)attr;
	if (rc)
		return rc;
	rc = down_write_killable(&dax_region_rwsem);
	if (rc)
		return rc;
	if (!dax_region->dev->driver)
		goto unlock;
	rc = down_write_killable(&dax_dev_rwsem);
	if (rc)
		goto unlock;
	if (alloc_is_aligned(dev_dax, range_len(&r)))
		rc = alloc_dev_dax_range(dev_dax, r.start, range_len(&r));
	up_write(&dax_dev_rwsem);
	if (!rc)
		rc = len;
unlock:
	up_write(&dax_region_rwsem);
	return rc;
}

static ssize_t dev_dax_validate_align(struct dev_dax *dev_dax)
{
	for (int i = 0; i < dev_dax->nr_range; i++)
		if (!alloc_is_aligned(dev_dax, range_len(&dev_dax->ranges[i].range)))
			return -EINVAL;
	return 0;
}

static ssize_t align_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);
	struct dax_region *dax_region = dev_dax->region;
	unsigned int was = dev_dax->align;
	unsigned long val;
	ssize_t rc;

	(void)attr;
	if (kstrtoul(buf, 0, &val))
		return -ENXIO;
	if (!dax_align_valid(val))
		return -EINVAL;
	rc = down_write_killable(&dax_region_rwsem);
	if (rc)
		return rc;
	rc = -ENXIO;
	if (!dax_region->dev->driver)
		goto unlock;
	rc = down_write_killable(&dax_dev_rwsem);
	if (rc)
		goto unlock;
	rc = -EBUSY;
	if (!dev->driver) {
		dev_dax->align = val;
		rc = dev_dax_validate_align(dev_dax);
		if (rc)
			dev_dax->align = was;
	}
	up_write(&dax_dev_rwsem);
unlock:
	up_write(&dax_region_rwsem);
	return rc ? rc : (ssize_t)len;
}

/* ---- devices ---- */

static ssize_t size_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);
	unsigned long long size;
	int rc = down_read_interruptible(&dax_dev_rwsem);

	(void)attr;
	if (rc)
		return rc;
	size = dev_dax_size(dev_dax);
	up_read(&dax_dev_rwsem);
	return sysfs_emit(buf, "%llu\n", size);
}

static ssize_t align_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	(void)attr;
	return sysfs_emit(buf, "%d\n", to_dev_dax(dev)->align);
}

static ssize_t target_node_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	(void)attr;
	return sysfs_emit(buf, "%d\n", to_dev_dax(dev)->region->target_node);
}

/* Where its memory begins; of a device without memory, where its region does. */
static ssize_t resource_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);
	unsigned long long start = dev_dax->nr_range ? dev_dax->ranges[0].range.start : dev_dax->region->res.start;

	(void)attr;
	return sysfs_emit(buf, "%#llx\n", start);
}

static ssize_t memmap_on_memory_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	(void)attr;
	return sysfs_emit(buf, "%d\n", to_dev_dax(dev)->memmap_on_memory);
}

static ssize_t memmap_on_memory_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);
	bool val, kmem;
	ssize_t rc = kstrtobool(buf, &val);

	(void)attr;
	if (rc)
		return rc;
	if (val && !mhp_supports_memmap_on_memory())
		return -EOPNOTSUPP;
	rc = down_write_killable(&dax_dev_rwsem);
	if (rc)
		return rc;
	/* What the kmem driver has added stays as it was added. */
	kmem = dev->driver && to_dax_drv(dev->driver)->type == DAXDRV_KMEM_TYPE;
	if (kmem && val != dev_dax->memmap_on_memory) {
		rc = -EBUSY;
	} else {
		dev_dax->memmap_on_memory = val;
		rc = len;
	}
	up_write(&dax_dev_rwsem);
	return rc;
}

static DEVICE_ATTR_RW(size);
static DEVICE_ATTR_WO(mapping);
static DEVICE_ATTR_RW(align);
static DEVICE_ATTR_RO(target_node);
static DEVICE_ATTR_RO(resource);
static DEVICE_ATTR_RW(memmap_on_memory);

static umode_t dev_dax_visible(struct kobject *kobj, struct attribute *a, int n)
{
	struct dev_dax *dev_dax = to_dev_dax(container_of(kobj, struct device, kobj));

	(void)n;
	if (a == &dev_attr_target_node.attr && dev_dax->region->target_node < 0)
		return 0;
	if (!is_static(dev_dax->region) || a == &dev_attr_memmap_on_memory.attr)
		return a->mode;
	return a == &dev_attr_mapping.attr ? 0 : 0444;
}

static struct attribute *dev_dax_attributes[] = {
	&dev_attr_size.attr,
	&dev_attr_mapping.attr,
	&dev_attr_align.attr,
	&dev_attr_target_node.attr,
	&dev_attr_resource.attr,
	&dev_attr_memmap_on_memory.attr,
	NULL,
};

static const struct attribute_group dev_dax_attribute_group = {
	.attrs = dev_dax_attributes,
	.is_visible = dev_dax_visible,
};

static const struct attribute_group *dax_attribute_groups[] = {
	&dev_dax_attribute_group,
	NULL,
};

static void dev_dax_release(struct device *dev)
{
	struct dev_dax *dev_dax = to_dev_dax(dev);

	put_dax(dev_dax->dax_dev);
	free_dev_dax_id(dev_dax);
	kfree(dev_dax->pgmap);
	kfree(dev_dax);
}

static const struct device_type dev_dax_type = {
	.release = dev_dax_release,
	.groups = dax_attribute_groups,
};

static struct dev_dax *__devm_create_dev_dax(struct dev_dax_data *data)
{
	struct dax_region *dax_region = data->dax_region;
	struct device *parent = dax_region->dev, *dev;
	bool fixed = is_static(dax_region);
	struct dax_device *dax_dev;
	struct dev_dax *dev_dax;
	int rc = -EINVAL;

	dev_dax = kzalloc(sizeof(struct dev_dax), GFP_KERNEL);
	if (!dev_dax)
		return ERR_PTR(-ENOMEM);
	dev_dax->region = dax_region;
	if (fixed) {
		if (dev_WARN_ONCE(parent, data->id < 0, "dynamic id specified to static region\n"))
			goto err_id;
		dev_dax->id = data->id;
	} else {
		if (dev_WARN_ONCE(parent, data->id >= 0, "static id specified to dynamic region\n"))
			goto err_id;
		rc = alloc_dev_dax_id(dev_dax);
		if (rc < 0)
			goto err_id;
	}

	/* From here on the release function frees what the device has, also when it never comes to be. */
	dev = &dev_dax->dev;
	dev->type = &dev_dax_type;
	device_initialize(dev);
	dev_set_name(dev, "dax%d.%d", dax_region->id, dev_dax->id);
	rc = alloc_dev_dax_range(dev_dax, dax_region->res.start, data->size);
	if (rc)
		goto err_put;
	if (data->pgmap) {
		dev_WARN_ONCE(parent, !fixed, "custom dev_pagemap requires a static dax_region\n");
		dev_dax->pgmap = kmemdup(data->pgmap, sizeof(struct dev_pagemap), GFP_KERNEL);
		rc = -ENOMEM;
		if (!dev_dax->pgmap)
			goto err_ranges;
	}

	dax_dev = alloc_dax(dev_dax, NULL); /* no operations: the character device is all */
	if (IS_ERR(dax_dev)) {
		rc = PTR_ERR(dax_dev);
		goto err_ranges;
	}
	set_dax_synchronous(dax_dev);
	set_dax_nocache(dax_dev);
	set_dax_nomc(dax_dev);
	kill_dax(dax_dev); /* not alive before a driver runs it */

	dev_dax->dax_dev = dax_dev;
	dev_dax->align = dax_region->align;
	dev_dax->target_node = dax_region->target_node;
	dev_dax->memmap_on_memory = data->memmap_on_memory;
	ida_init(&dev_dax->ida);
	dev->parent = parent;
	dev->bus = &dax_bus_type;
	dev->devt = dax_inode(dax_dev)->i_rdev;
	rc = device_add(dev);
	if (rc) {
		kill_dev_dax(dev_dax);
		goto err_ranges;
	}
	rc = devm_add_action(parent, unregister_dev_dax, dev);
	if (rc) {
		fsc_unregister_dev_dax(dev); /* the lock is held already */
		return ERR_PTR(rc);
	}
	if (dev_dax->nr_range && range_len(&dev_dax->ranges[0].range))
		rc = devm_register_dax_mapping(dev_dax, 0);
	return rc ? ERR_PTR(rc) : dev_dax;

err_ranges:
	free_dev_dax_ranges(dev_dax);
err_put:
	put_device(dev);
	return ERR_PTR(rc);
err_id:
	kfree(dev_dax);
	return ERR_PTR(rc);
}

struct dev_dax *devm_create_dev_dax(struct dev_dax_data *data)
{
	struct dev_dax *made;

	down_write(&dax_region_rwsem);
	made = __devm_create_dev_dax(data);
	up_write(&dax_region_rwsem);
	return made;
}

/* ---- drivers ---- */

int __dax_driver_register(struct dax_device_driver *dax_drv, struct module *module, const char *mod_name)
{
	struct device_driver *drv = &dax_drv->drv;

	if (!dax_drv->probe)
		return -EINVAL;
	INIT_LIST_HEAD(&dax_drv->ids);
	drv->bus = &dax_bus_type;
	drv->name = mod_name;
	drv->mod_name = mod_name;
	drv->owner = module;
	return driver_register(drv);
}

void dax_driver_unregister(struct dax_device_driver *dax_drv)
{
	struct dax_id *known, *next;

	mutex_lock(&dax_bus_lock);
	list_for_each_entry_safe(known, next, &dax_drv->ids, list) {
		list_del(&known->list);
		kfree(known);
	}
	mutex_unlock(&dax_bus_lock);
	driver_unregister(&dax_drv->drv);
}

int dax_bus_init(void)
{
	return bus_register(&dax_bus_type);
}

void dax_bus_exit(void)
{
	bus_unregister(&dax_bus_type);
}
