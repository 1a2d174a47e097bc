/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that scenarios make of the machine's memory (scenarios/devices.c). Mirrors no kernel file. */
#ifndef FSC_SCENARIO_DEVICES_H
#define FSC_SCENARIO_DEVICES_H
#include <linux/device.h>
#include "../drivers/dax/bus.h"
#include "../drivers/dax/dax-private.h"
#include "scenario.h"

/* A namespace in devdax mode: a static region with one device. 0, or what the probe failed with. */
struct device *sc_devdax_create(unsigned int align, unsigned long pages);
struct device *sc_devdax_create_on(struct device *ns, unsigned int align, unsigned long pages);
int sc_devdax_bind(struct device *dev);
void sc_devdax_unbind(struct device *dev);
void sc_devdax_destroy(struct device *dev);

/* A namespace in fsdax mode with an info block, for the pmem driver; taken back as one in devdax mode is. */
struct device *sc_pfn_create(unsigned long pages);
int sc_pfn_bind(struct device *dev);

/*
 * The machine's namespace is made smaller, and behind it is a second one, "namespace0.1", of the rest; for its own drivers, until
 * it is destroyed. Both are without a driver.
 */
struct device *sc_second_namespace(unsigned long first_pages);

/* Memory of firmware's: a dynamic region, all of it one device for the kmem driver, or idle: to be divided by hand. */
struct device *sc_hmem_create(bool idle);
void sc_hmem_destroy(struct device *host);
struct device *sc_hmem_region(void); /* the device that has the region, NULL */

struct dev_dax *sc_dev_dax(struct device *region_dev); /* its first device */
struct sc_file sc_open_cdev(struct dev_dax *dev_dax);
int sc_attach(struct device *dev); /* to the driver that matches it: 0, -ENODEV */
void sc_detach(struct device *dev);
int sc_dev_bind(struct dev_dax *dev_dax);
void sc_dev_unbind(struct dev_dax *dev_dax);
#endif
