/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices and their managed resources. Mirrors lib/kobject.c, drivers/base/core.c and drivers/base/devres.c: references,
 * release functions, and actions that run backwards when the driver lets go. Left out: sysfs, uevents, the driver core.
 */
#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/string.h>

void kobject_init(struct kobject *kobj, const struct kobj_type *ktype)
{
	kref_init(&kobj->kref);
	INIT_LIST_HEAD(&kobj->entry);
	kobj->ktype = ktype;
	kobj->state_initialized = 1;
}

static void kobject_release(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);
	struct kobject *parent = kobj->parent;

	if (kobj->ktype && kobj->ktype->release)
		kobj->ktype->release(kobj);
	kobject_put(parent);
}

struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj) {
		WARN(!kobj->state_initialized, "kobject: get of an object that is not initialised\n");
		kref_get(&kobj->kref);
	}
	return kobj;
}

void kobject_put(struct kobject *kobj)
{
	if (!kobj)
		return;
	WARN(!kobj->state_initialized, "kobject: put of an object that is not initialised\n");
	kref_put(&kobj->kref, kobject_release);
}

static void device_release(struct kobject *kobj)
{
	struct device *dev = kobj_to_dev(kobj);

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
	dev->numa_node = 0;
}

int device_add(struct device *dev)
{
	get_device(dev);
	if (dev->parent) {
		get_device(dev->parent);
		dev->kobj.parent = &dev->parent->kobj;
	}
	return 0;
}

void device_del(struct device *dev)
{
	devres_release_all(dev);
	put_device(dev);
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
	if (dev)
		kobject_get(&dev->kobj);
	return dev;
}

void put_device(struct device *dev)
{
	if (dev)
		kobject_put(&dev->kobj);
}

int dev_set_name(struct device *dev, const char *name, ...)
{
	/* The pattern is name enough for a report. */
	dev->kobj.name = name;
	return 0;
}

struct devres {
	struct list_head entry;
	void (*action)(void *data);
	void *data;
	const char *name;
};

static void fsc_devres_free(void *data)
{
	__fsc_free(data);
}

int __devm_add_action(struct device *dev, void (*action)(void *), void *data, const char *name)
{
	struct devres *dr;

	if (__fsc_fail("devm_add_action"))
		return -ENOMEM;
	dr = __fsc_alloc(sizeof(*dr), 8, FSC_ZERO, "struct devres");
	dr->action = action;
	dr->data = data;
	dr->name = name;
	list_add_tail(&dr->entry, &dev->devres_head);
	return 0;
}

int __devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data, const char *name)
{
	int ret = __devm_add_action(dev, action, data, name);

	if (ret)
		action(data);
	return ret;
}

static struct devres *fsc_devres_find(struct device *dev, void (*action)(void *), void *data)
{
	struct devres *dr;

	list_for_each_entry_reverse(dr, &dev->devres_head, entry)
		if (dr->action == action && dr->data == data)
			return dr;
	return NULL;
}

void devm_remove_action(struct device *dev, void (*action)(void *), void *data)
{
	struct devres *dr = fsc_devres_find(dev, action, data);

	if (WARN_ON(!dr))
		return;
	list_del(&dr->entry);
	__fsc_free(dr);
}

void devm_release_action(struct device *dev, void (*action)(void *), void *data)
{
	struct devres *dr = fsc_devres_find(dev, action, data);

	if (WARN_ON(!dr))
		return;
	list_del(&dr->entry);
	__fsc_free(dr);
	action(data);
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	void *p = __fsc_alloc(size, 64, gfp & __GFP_ZERO ? FSC_ZERO : 0, "devm_kmalloc");

	if (__devm_add_action_or_reset(dev, fsc_devres_free, p, "devm_kzalloc_release"))
		return NULL;
	return p;
}

void devm_kfree(struct device *dev, const void *p)
{
	devm_release_action(dev, fsc_devres_free, (void *)p);
}

int devres_release_all(struct device *dev)
{
	int count = 0;

	while (!list_empty(&dev->devres_head)) {
		struct devres *dr = list_entry(dev->devres_head.prev, struct devres, entry);
		void (*action)(void *data) = dr->action;
		void *data = dr->data;

		list_del(&dr->entry);
		__fsc_free(dr);
		action(data);
		count++;
	}
	return count;
}
