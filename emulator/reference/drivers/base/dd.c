// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drivers find devices and let them go. Mirrors drivers/base/dd.c, bus.c and driver.c: a probe that fails gives back its
 * managed resources and the driver's data, and so does the release. Left out: deferred and asynchronous probing, sysfs.
 */
#include <linux/device.h>
#include "base.h"

static LIST_HEAD(fsc_drivers);

int bus_register(const struct bus_type *bus)
{
	(void)bus;
	return 0;
}

void bus_unregister(const struct bus_type *bus)
{
	(void)bus;
}

static void device_unbind_cleanup(struct device *dev)
{
	devres_release_all(dev);
	dev->driver = NULL;
	dev_set_drvdata(dev, NULL);
}

static int really_probe(struct device *dev, const struct device_driver *drv)
{
	int ret;

	if (WARN(!list_empty(&dev->devres_head), "Resources present before probing\n"))
		return -EBUSY;
	dev->driver = (struct device_driver *)drv;
	if (dev->bus->probe)
		ret = dev->bus->probe(dev);
	else
		ret = drv->probe ? drv->probe(dev) : 0;
	if (ret)
		device_unbind_cleanup(dev);
	return ret;
}

static int driver_match_device(const struct device_driver *drv, struct device *dev)
{
	return drv->bus == dev->bus && (!drv->bus->match || drv->bus->match(dev, drv));
}

/* For one pair by hand, as a write to a driver's bind file; what matches is not asked again. */
int device_driver_attach(const struct device_driver *drv, struct device *dev)
{
	int ret = -EBUSY;

	device_lock(dev);
	if (!dev->driver)
		ret = really_probe(dev, drv);
	device_unlock(dev);
	return ret;
}

int device_attach(struct device *dev)
{
	struct device_driver *drv;
	int bound;

	device_lock(dev);
	list_for_each_entry(drv, &fsc_drivers, fsc_node) {
		if (dev->driver)
			break;
		if (driver_match_device(drv, dev))
			really_probe(dev, drv);
	}
	bound = dev->driver != NULL;
	device_unlock(dev);
	return bound;
}

int driver_attach(const struct device_driver *drv)
{
	struct device *dev, *next;

	list_for_each_entry_safe(dev, next, &fsc_devices, fsc_node) {
		if (!dev->bus || dev->driver || !driver_match_device(drv, dev))
			continue;
		device_lock(dev);
		if (!dev->driver)
			really_probe(dev, drv);
		device_unlock(dev);
	}
	return 0;
}

void device_release_driver(struct device *dev)
{
	struct device_driver *drv;

	device_lock(dev);
	drv = dev->driver;
	if (drv) {
		if (dev->bus && dev->bus->remove)
			dev->bus->remove(dev);
		else if (drv->remove)
			drv->remove(dev);
		device_unbind_cleanup(dev);
	}
	device_unlock(dev);
}

int driver_register(struct device_driver *drv)
{
	list_add_tail(&drv->fsc_node, &fsc_drivers);
	return driver_attach(drv);
}

void driver_unregister(struct device_driver *drv)
{
	struct device *dev, *next;

	list_for_each_entry_safe(dev, next, &fsc_devices, fsc_node)
		if (dev->driver == drv)
			device_release_driver(dev);
	list_del(&drv->fsc_node);
}
