/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices: made, added to the system, taken from it, released with the last reference. Mirrors drivers/base/core.c. Left
 * out: sysfs files, classes, links between devices, power. Drivers are in dd.c, managed resources in devres.c.
 */
#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include "base.h"

LIST_HEAD(fsc_devices);

static void device_release(struct kobject *kobj)
{
	struct device *dev = kobj_to_dev(kobj);

	/* Somebody may have used devm_*() on a device that no driver has. */
	devres_release_all(dev);
	if (dev->release)
		dev->release(dev);
	else if (dev->type && dev->type->release)
		dev->type->release(dev);
	else
		WARN(1, "Device '%s' does not have a release() function\n", dev_name(dev));
}

static const struct kobj_type device_ktype = {
	.release = device_release,
};

void device_initialize(struct device *dev)
{
	kobject_init(&dev->kobj, &device_ktype);
	mutex_init(&dev->mutex);
	spin_lock_init(&dev->devres_lock);
	INIT_LIST_HEAD(&dev->devres_head);
	INIT_LIST_HEAD(&dev->fsc_node);
	dev->numa_node = 0;
}

int device_add(struct device *dev)
{
	struct device *parent;
	int error = -EINVAL;

	dev = get_device(dev);
	if (!dev)
		return error;
	if (dev->init_name) {
		error = dev_set_name(dev, "%s", dev->init_name);
		dev->init_name = NULL;
		if (error)
			goto done;
	}
	error = -EINVAL;
	if (!dev_name(dev))
		goto done;

	parent = get_device(dev->parent);
	error = kobject_add(&dev->kobj, parent ? &parent->kobj : NULL, NULL);
	if (error)
		goto parent;
	if (__fsc_fail("bus_add_device")) {
		error = -ENOMEM;
		kobject_del(&dev->kobj);
		goto parent;
	}
	list_add_tail(&dev->fsc_node, &fsc_devices);
	if (dev->bus)
		device_attach(dev);
	goto done;
parent:
	put_device(parent);
done:
	put_device(dev);
	return error;
}

void device_del(struct device *dev)
{
	struct device *parent = dev->parent;

	list_del_init(&dev->fsc_node);
	if (dev->bus)
		device_release_driver(dev);
	kobject_del(&dev->kobj);
	put_device(parent);
}

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}

struct device *get_device(struct device *dev)
{
	return dev ? kobj_to_dev(kobject_get(&dev->kobj)) : NULL;
}

void put_device(struct device *dev)
{
	if (dev)
		kobject_put(&dev->kobj);
}

int dev_set_name(struct device *dev, const char *name, ...)
{
	va_list args;
	int rc;

	va_start(args, name);
	rc = kobject_set_name_vargs(&dev->kobj, name, args);
	va_end(args);
	return rc;
}

int device_for_each_child(struct device *parent, void *data, int (*fn)(struct device *dev, void *data))
{
	struct device *dev, *next;
	int rc = 0;

	list_for_each_entry_safe(dev, next, &fsc_devices, fsc_node) {
		if (dev->parent == parent)
			rc = fn(dev, data);
		if (rc)
			break;
	}
	return rc;
}

/* With a reference, as the name does not say. */
struct device *device_find_child(struct device *parent, void *data, int (*match)(struct device *dev, void *data))
{
	struct device *dev;

	list_for_each_entry(dev, &fsc_devices, fsc_node)
		if (dev->parent == parent && match(dev, data))
			return get_device(dev);
	return NULL;
}

static int fsc_has_name(struct device *dev, void *name)
{
	return sysfs_streq(dev_name(dev), name);
}

struct device *device_find_child_by_name(struct device *parent, const char *name)
{
	return device_find_child(parent, (void *)name, fsc_has_name);
}

static struct attribute *fsc_find_attribute(const struct attribute_group **groups, struct kobject *kobj, const char *file,
					    umode_t how)
{
	for (; groups && *groups; groups++) {
		struct attribute **attr = (*groups)->attrs;

		for (int i = 0; attr[i]; i++) {
			if (strcmp(attr[i]->name, file))
				continue;
			if (kobj && (*groups)->is_visible && !((*groups)->is_visible(kobj, attr[i], i) & how))
				return NULL;
			return attr[i];
		}
	}
	return NULL;
}

static struct device_attribute *fsc_file_of(struct device *dev, const char *file, umode_t how)
{
	struct attribute *attr = fsc_find_attribute(dev->kobj.fsc_groups, &dev->kobj, file, how);

	if (!attr && dev->type)
		attr = fsc_find_attribute(dev->type->groups, &dev->kobj, file, how);
	return attr ? container_of(attr, struct device_attribute, attr) : NULL;
}

ssize_t fsc_sysfs_write(struct device *dev, const char *file, const char *text)
{
	struct device_attribute *file_of = fsc_file_of(dev, file, 0222);

	return file_of ? file_of->store(dev, file_of, text, strlen(text)) : -EACCES;
}

/* `buf` has a page of room. */
ssize_t fsc_sysfs_read(struct device *dev, const char *file, char *buf)
{
	struct device_attribute *file_of = fsc_file_of(dev, file, 0444);

	return file_of && file_of->show ? file_of->show(dev, file_of, buf) : -EACCES;
}

ssize_t fsc_driver_write(struct device_driver *drv, const char *file, const char *text)
{
	struct attribute *attr = fsc_find_attribute(drv->bus->drv_groups, NULL, file, 0222);

	if (!attr)
		return -EACCES;
	return container_of(attr, struct driver_attribute, attr)->store(drv, text, strlen(text));
}
