/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that scenarios make of the machine's memory; see devices.h. */
#include <linux/memregion.h>
#include <linux/nd.h>
#include <linux/platform_device.h>
#include "devices.h"

extern const struct device_type fsc_nd_dax_type, fsc_nd_pfn_type;
extern struct nd_device_driver dax_pmem_driver, nd_pmem_driver;

static struct nd_dax sc_nd_dax[2];
static struct nd_pfn_sb sc_pfn_sb[2];

/* A device that claims a namespace, nr in its name: its data come behind an info block and padding. */
static struct device *sc_claim(const struct device_type *type, struct device *ns, unsigned int align, unsigned long pages)
{
	int nr = ns != fsc_pmem_dev;
	struct nd_pfn *claim = &sc_nd_dax[nr].nd_pfn;
	struct device *dev = &claim->dev;

	sc_pfn_sb[nr].dataoff = PMD_SIZE;
	sc_pfn_sb[nr].npfns = pages;
	sc_pfn_sb[nr].end_trunc = resource_size(&to_nd_namespace_io(ns)->res) - PFN_PHYS(pages) - PMD_SIZE;
	sc_pfn_sb[nr].align = align;
	claim->pfn_sb = &sc_pfn_sb[nr];
	claim->mode = PFN_MODE_RAM;
	claim->align = align;
	claim->ndns = to_ndns(ns);
	device_initialize(dev);
	dev_set_name(dev, type == &fsc_nd_dax_type ? "dax0.%d" : "pfn0.%d", nr);
	dev->type = type;
	dev->parent = ns->parent;
	dev->bus = &nvdimm_bus_type;
	SC_NEED(device_add(dev) == 0, "a device can be added to its bus");
	return dev;
}

struct device *sc_devdax_create(unsigned int align, unsigned long pages)
{
	return sc_devdax_create_on(fsc_pmem_dev, align, pages);
}

struct device *sc_devdax_create_on(struct device *ns, unsigned int align, unsigned long pages)
{
	return sc_claim(&fsc_nd_dax_type, ns, align, pages);
}

struct device *sc_pfn_create(unsigned long pages)
{
	return sc_claim(&fsc_nd_pfn_type, fsc_pmem_dev, PAGE_SIZE, pages);
}

int sc_pfn_bind(struct device *dev)
{
	return device_driver_attach(&nd_pmem_driver.drv, dev);
}

int sc_devdax_bind(struct device *dev)
{
	return device_driver_attach(&dax_pmem_driver.drv, dev);
}

void sc_devdax_unbind(struct device *dev)
{
	device_release_driver(dev);
	fsc_late_releases();
}

void sc_devdax_destroy(struct device *dev)
{
	device_unregister(dev);
	fsc_late_releases();
	memset(dev, 0, sizeof(*dev));
}

static struct nd_namespace_io sc_second;

static void sc_second_release(struct device *dev)
{
	(void)dev; /* not allocated */
}

struct device *sc_second_namespace(unsigned long first_pages)
{
	struct resource *first = &to_nd_namespace_io(fsc_pmem_dev)->res;
	struct device *dev = &sc_second.common.dev;

	memset(&sc_second, 0, sizeof(sc_second));
	sc_second.res.start = first->start + PFN_PHYS(first_pages);
	sc_second.res.end = first->end;
	first->end = sc_second.res.start - 1;
	device_initialize(dev);
	dev_set_name(dev, "namespace0.1");
	dev->release = sc_second_release;
	dev->parent = fsc_pmem_dev->parent;
	dev->bus = &nvdimm_bus_type;
	SC_NEED(device_add(dev) == 0, "a second namespace can be added to a region");
	return dev;
}

static struct resource sc_soft_reserved;
static struct device *sc_found;

struct device *sc_hmem_create(bool idle)
{
	struct platform_device *host;

	sc_soft_reserved = DEFINE_RES_MEM(PFN_PHYS(fsc_registry.pmem_start_pfn), PFN_PHYS(fsc_registry.pmem_nr_pages));
	sc_soft_reserved.name = "Soft Reserved";
	sc_soft_reserved.desc = IORES_DESC_SOFT_RESERVED;
	SC_NEED(insert_resource(&iomem_resource, &sc_soft_reserved) == 0, "firmware's memory gets a resource");
	SC_NEED(fsc_hmem_init(idle) == 0, "the hmem driver can be loaded");
	host = platform_device_alloc("hmem_platform", 0);
	SC_NEED(host, "a platform device can be allocated");
	platform_device_add(host);
	return &host->dev;
}

void sc_hmem_destroy(struct device *host)
{
	platform_device_unregister(to_platform_device(host));
	fsc_hmem_exit();
	fsc_late_releases();
	remove_resource(&sc_soft_reserved);
}

extern struct list_head fsc_devices;

struct device *sc_hmem_region(void)
{
	struct device *dev;

	list_for_each_entry(dev, &fsc_devices, fsc_node)
		if (dev->bus == &platform_bus_type && !strcmp(to_platform_device(dev)->name, "hmem"))
			return dev;
	return NULL;
}

static int sc_first(struct device *dev, void *data)
{
	(void)data;
	sc_found = dev;
	return 1;
}

struct dev_dax *sc_dev_dax(struct device *region_dev)
{
	sc_found = NULL;
	device_for_each_child(region_dev, NULL, sc_first);
	return sc_found ? to_dev_dax(sc_found) : NULL;
}

struct sc_file sc_open_cdev(struct dev_dax *dev_dax)
{
	struct sc_file d = { .name = "dax0.0" };

	d.file = fsc_chrdev_open(dax_inode(dev_dax->dax_dev));
	d.inode = d.file ? file_inode(d.file) : NULL;
	return d;
}

int sc_attach(struct device *dev)
{
	return device_attach(dev) ? 0 : -ENODEV;
}

void sc_detach(struct device *dev)
{
	device_release_driver(dev);
	fsc_late_releases();
}

int sc_dev_bind(struct dev_dax *dev_dax)
{
	return sc_attach(&dev_dax->dev);
}

void sc_dev_unbind(struct dev_dax *dev_dax)
{
	sc_detach(&dev_dax->dev);
}
