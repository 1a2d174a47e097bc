/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct device, buses, drivers and managed resources (devm_*), as far as the drivers of persistent memory need them.
 * Mirrors include/linux/device.h and device/{bus,driver,devres}.h; drivers/base has the code. Left out: classes, power,
 * uevents, deferred and asynchronous probing. The parents and the bus keep no lists: fsc_node links all devices.
 */
#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H
#include <linux/bug.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/types.h>

struct device;
struct device_driver;
struct bus_type {
	const char *name;
	const char *dev_name;
	int (*match)(struct device *dev, const struct device_driver *drv);
	int (*uevent)(const struct device *dev, struct kobj_uevent_env *env);
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	const struct attribute_group **bus_groups;
	const struct attribute_group **dev_groups;
	const struct attribute_group **drv_groups;
};
struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	const char *mod_name;
	bool suppress_bind_attrs;
	int (*probe)(struct device *dev);
	int (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	const struct attribute_group **groups;
	const struct attribute_group **dev_groups;
	struct list_head fsc_node;
};
struct device_type {
	const char *name;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
};
struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *buf, size_t count);
};
struct driver_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device_driver *driver, char *buf);
	ssize_t (*store)(struct device_driver *driver, const char *buf, size_t count);
};
#define __ATTR(_name, _mode, _show, _store) \
	{ .attr = { .name = #_name, .mode = _mode }, .show = _show, .store = _store }
#define DEVICE_ATTR(_name, _mode, _show, _store) \
	struct device_attribute dev_attr_##_name = __ATTR(_name, _mode, _show, _store)
#define DEVICE_ATTR_RO(_name) DEVICE_ATTR(_name, 0444, _name##_show, NULL)
#define DEVICE_ATTR_WO(_name) DEVICE_ATTR(_name, 0200, NULL, _name##_store)
#define DEVICE_ATTR_RW(_name) DEVICE_ATTR(_name, 0644, _name##_show, _name##_store)
#define DRIVER_ATTR_WO(_name) \
	struct driver_attribute driver_attr_##_name = __ATTR(_name, 0200, NULL, _name##_store)
#define device_create_file(dev, attr) ((void)(dev), (void)(attr), 0)
#define device_remove_file(dev, attr) do { (void)(dev); (void)(attr); } while (0)

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
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
	struct list_head fsc_node; /* all devices that were added */
};

void device_initialize(struct device *dev);
int device_add(struct device *dev);
void device_del(struct device *dev);
int device_register(struct device *dev);
void device_unregister(struct device *dev);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);
int dev_set_name(struct device *dev, const char *name, ...);
int device_for_each_child(struct device *parent, void *data, int (*fn)(struct device *dev, void *data));
struct device *device_find_child(struct device *parent, void *data, int (*match)(struct device *dev, void *data));
struct device *device_find_child_by_name(struct device *parent, const char *name);
static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : kobject_name(&dev->kobj);
}
static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}
static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}
static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}
static inline int dev_to_node(struct device *dev)
{
	return dev->numa_node;
}
static inline void set_dev_node(struct device *dev, int node)
{
	dev->numa_node = node;
}
static inline int device_is_registered(struct device *dev)
{
	return dev->kobj.state_in_sysfs;
}

/* Ours: a write to one of the device's files, what the write(2) returns. */
ssize_t fsc_sysfs_write(struct device *dev, const char *file, const char *text);
ssize_t fsc_sysfs_read(struct device *dev, const char *file, char *buf);
ssize_t fsc_driver_write(struct device_driver *drv, const char *file, const char *text);

/* ---- buses and drivers: drivers/base/dd.c ---- */
int bus_register(const struct bus_type *bus);
void bus_unregister(const struct bus_type *bus);
int driver_register(struct device_driver *drv);
void driver_unregister(struct device_driver *drv);
int driver_attach(const struct device_driver *drv);
int device_attach(struct device *dev);
int device_driver_attach(const struct device_driver *drv, struct device *dev);
void device_release_driver(struct device *dev);
#define wait_for_device_probe() do { } while (0)

#define device_lock(dev) mutex_lock(&(dev)->mutex)
#define device_unlock(dev) mutex_unlock(&(dev)->mutex)
DEFINE_GUARD(device, struct device *, device_lock(_T), device_unlock(_T))
#define device_lock_assert(dev) lockdep_assert_held(&(dev)->mutex)
static inline struct device *kobj_to_dev(struct kobject *kobj)
{
	return container_of(kobj, struct device, kobj);
}

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
void *devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp);
#define devm_kcalloc(dev, n, size, gfp) devm_kzalloc(dev, (size_t)(n) * (size), gfp)
void *devm_memremap(struct device *dev, resource_size_t offset, size_t size, unsigned long flags);
void devm_memunmap(struct device *dev, void *addr);

#define dev_printk(level, dev, ...) ((void)(dev), __fsc_printk(__VA_ARGS__))
#define dev_err(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_warn(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_notice(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_info(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_info_ratelimited(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_dbg(dev, ...) ((void)(dev))
#define dev_crit(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_warn_once(dev, ...) dev_printk("", dev, __VA_ARGS__)
#define dev_WARN(dev, ...) WARN(1, __VA_ARGS__)
#define dev_WARN_ONCE(dev, condition, ...) WARN_ONCE(condition, __VA_ARGS__)
#define dev_err_probe(dev, err, ...) (dev_err(dev, __VA_ARGS__), (err))
#endif
