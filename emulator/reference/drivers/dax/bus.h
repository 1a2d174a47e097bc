/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus of device-dax: regions, devices in them, drivers for these. Mirrors drivers/dax/bus.h. */
#ifndef __DAX_BUS_H__
#define __DAX_BUS_H__
#include <linux/device.h>
#include <linux/range.h>

struct dev_dax;
struct dev_pagemap;
struct dax_device;
struct dax_region;

#define IORESOURCE_DAX_STATIC BIT(0)
#define IORESOURCE_DAX_KMEM BIT(1)

struct dax_region *alloc_dax_region(struct device *parent, int region_id, struct range *range, int target_node,
				    unsigned int align, unsigned long flags);
void dax_region_put(struct dax_region *dax_region);

enum dev_dax_subsys {
	DEV_DAX_BUS = 0,
	DEV_DAX_CLASS,
};

struct dev_dax_data {
	struct dax_region *dax_region;
	struct dev_pagemap *pgmap;
	enum dev_dax_subsys subsys; /* until v6.3 */
	resource_size_t size;
	int id;
	bool memmap_on_memory;
};

struct dev_dax *devm_create_dev_dax(struct dev_dax_data *data);

enum dax_driver_type {
	DAXDRV_KMEM_TYPE,
	DAXDRV_DEVICE_TYPE,
	DAXDRV_FSDEV_TYPE, /* since v7.0 */
};

struct dax_device_driver {
	struct device_driver drv;
	struct list_head ids;
	int match_always; /* until v6.3 */
	enum dax_driver_type type;
	int (*probe)(struct dev_dax *dev);
	void (*remove)(struct dev_dax *dev);
};

int __dax_driver_register(struct dax_device_driver *dax_drv, struct module *module, const char *mod_name);
#define dax_driver_register(driver) __dax_driver_register(driver, THIS_MODULE, (driver)->drv.name)
void dax_driver_unregister(struct dax_device_driver *dax_drv);
void kill_dev_dax(struct dev_dax *dev_dax);
bool static_dev_dax(struct dev_dax *dev_dax);

#define DAX_DEVICE_MODALIAS_FMT "dax:t%d"
#define MODULE_ALIAS_DAX_DEVICE(type) _Static_assert(1, "")

#endif
