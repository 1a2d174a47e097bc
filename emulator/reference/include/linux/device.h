/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct device and managed resources (devm_*), as far as the drivers of persistent memory need them. Mirrors
 * include/linux/device.h and device/devres.h; drivers/base/core.c has the code. Left out: sysfs, buses as such, power.
 */
#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H
#include <linux/ioport.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/types.h>

struct device;
struct device_driver {
	const char *name;
	struct module *owner;
};
struct device_type {
	const char *name;
	void (*release)(struct device *dev);
};
struct bus_type {
	const char *name;
};

struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	const struct device_type *type;
	const struct bus_type *bus;
	struct device_driver *driver;
	void *platform_data;
	void *driver_data;
	struct mutex mutex;
	int numa_node;
	dev_t devt;
	u32 id;
	spinlock_t devres_lock;
	struct list_head devres_head;
	void (*release)(struct device *dev);
};

void device_initialize(struct device *dev);
int device_add(struct device *dev);
void device_del(struct device *dev);
int device_register(struct device *dev);
void device_unregister(struct device *dev);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);
int dev_set_name(struct device *dev, const char *name, ...);
static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : dev->kobj.name;
}
static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}
static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}
static inline int dev_to_node(struct device *dev)
{
	return dev->numa_node;
}
#define device_lock(dev) mutex_lock(&(dev)->mutex)
#define device_unlock(dev) mutex_unlock(&(dev)->mutex)
#define device_lock_assert(dev) lockdep_assert_held(&(dev)->mutex)
#define kobj_to_dev(kobj) container_of(kobj, struct device, kobj)

/* Managed resources: released in reverse order when the driver lets the device go. */
int __devm_add_action(struct device *dev, void (*action)(void *), void *data, const char *name);
#define devm_add_action(dev, action, data) __devm_add_action(dev, action, data, #action)
int __devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data, const char *name);
#define devm_add_action_or_reset(dev, action, data) __devm_add_action_or_reset(dev, action, data, #action)
void devm_remove_action(struct device *dev, void (*action)(void *), void *data);
void devm_release_action(struct device *dev, void (*action)(void *), void *data);
void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp);
static inline void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp)
{
	return devm_kmalloc(dev, size, gfp | __GFP_ZERO);
}
void devm_kfree(struct device *dev, const void *p);
int devres_release_all(struct device *dev);

#define dev_printk(level, dev, ...) ((void)(dev), __fsc_printk(__VA_ARGS__))
#define dev_err(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_warn(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_notice(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_info(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_info_ratelimited(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_dbg(dev, ...) ((void)(dev))
#define dev_WARN_ONCE(dev, condition, ...) WARN_ONCE(condition, __VA_ARGS__)
#define dev_err_probe(dev, err, ...) (dev_err(dev, __VA_ARGS__), (err))
#endif
