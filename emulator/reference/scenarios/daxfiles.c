/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of device-dax show in /sys/bus/dax and take, while regions are divided and devices come and go. */
#include <linux/string.h>
#include "devices.h"

static char *sc_shown;

/* What a file shows, and what it should. */
static bool sc_shows(struct device *dev, const char *file, const char *fmt, unsigned long long value)
{
	char expected[32];
	ssize_t n;

	SC_DO(n = fsc_sysfs_read(dev, file, sc_shown), "read %s of %s", file, dev_name(dev));
	sprintf(expected, fmt, value);
	return n == (ssize_t)strlen(expected) && !strcmp(sc_shown, expected);
}

static bool sc_names(struct device *region, const char *file, struct device *dev)
{
	ssize_t n;

	SC_DO(n = fsc_sysfs_read(region, file, sc_shown), "read %s", file);
	return n > 0 && sysfs_streq(sc_shown, dev ? dev_name(dev) : "");
}

static void sc_resize(struct dev_dax *dev_dax, const char *bytes)
{
	ssize_t rc;

	SC_DO(rc = fsc_sysfs_write(&dev_dax->dev, "size", bytes), "size of %s: %s", dev_name(&dev_dax->dev), bytes);
	SC_EXPECT(rc == (ssize_t)strlen(bytes), "a size that fits is taken");
}

/* All files of a region and of a device are as the memory is divided. */
static void sc_look_at(struct device *region, struct dev_dax *dev_dax, unsigned long long total, unsigned long long left,
		       unsigned long long size)
{
	struct device *dev = &dev_dax->dev;

	SC_EXPECT(sc_shows(region, "size", "%llu\n", total), "a region shows its size");
	SC_EXPECT(sc_shows(region, "available_size", "%llu\n", left), "a region shows what of it is free");
	SC_EXPECT(sc_shows(dev, "size", "%llu\n", size), "a device shows its size");
	SC_EXPECT(sc_shows(dev, "resource", "%#llx\n",
			   size ? dev_dax->ranges[0].range.start : PFN_PHYS(fsc_registry.pmem_start_pfn)),
		  "a device shows where its memory begins");
	for (int i = 0; i < dev_dax->nr_range; i++) {
		struct dev_dax_range *at = &dev_dax->ranges[i];

		SC_EXPECT(sc_shows(&at->mapping->dev, "start", "%#llx\n", at->range.start), "a mapping shows where it begins");
		SC_EXPECT(sc_shows(&at->mapping->dev, "end", "%#llx\n", at->range.end), "a mapping shows where it ends");
		SC_EXPECT(sc_shows(&at->mapping->dev, "page_offset", "%#llx\n", at->pgoff),
			  "a mapping shows which page of the device it is");
	}
}

static struct device *sc_files_begin(struct device **region)
{
	struct device *host;

	sc_shown = (char *)get_zeroed_page(GFP_KERNEL);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_DO(host = sc_hmem_create(true), "find firmware's memory");
	*region = sc_hmem_region();
	return host;
}

static void sc_files_end(struct device *host)
{
	SC_DO(sc_hmem_destroy(host), "take firmware's memory away");
	free_page((unsigned long)sc_shown);
}

FSC_SCENARIO(dax_files, "dax-files", "What device-dax shows of regions, devices and their ranges while memory is divided", "late_release=0,1")
{
	struct device *region, *host = sc_files_begin(&region), *held;
	struct dax_region *dax_region = dev_get_drvdata(region);
	struct dev_dax *first = sc_dev_dax(region), *second;
	unsigned long long total = resource_size(&dax_region->res), part = PMD_SIZE;
	char name[16];
	ssize_t rc;

	SC_EXPECT(sc_shows(region, "id", "%llu\n", dax_region->id), "a region shows its number");
	SC_EXPECT(sc_shows(region, "align", "%llu\n", dax_region->align), "a region shows its alignment");
	SC_EXPECT(sc_names(region, "seed", NULL), "a region names no device to begin with before one is made by hand");
	sc_look_at(region, first, total, total, 0);
	sc_resize(first, "2097152");
	SC_DO(rc = fsc_sysfs_write(region, "create", "1"), "make a device in the region");
	SC_EXPECT(rc == 1, "a device can be made in a region with free memory");
	second = to_dev_dax(dax_region->youngest);
	SC_EXPECT(sc_names(region, "create", &second->dev), "a region names the device that it made last");
	SC_EXPECT(sc_names(region, "seed", &second->dev), "a region names the device to begin with");
	sc_look_at(region, first, total, total - part, part);
	sc_resize(second, "2097152");
	sc_resize(first, "4194304");
	sc_look_at(region, first, total, total - 3 * part, 2 * part);
	sc_look_at(region, second, total, total - 3 * part, part);

	held = get_device(&first->ranges[1].mapping->dev);
	sc_resize(first, "2097152");
	SC_DO(rc = fsc_sysfs_read(held, "start", sc_shown), "read start of a mapping that is gone");
	SC_EXPECT(rc == -ENXIO, "a mapping that is gone shows no range");
	put_device(held);
	fsc_late_releases();
	sc_look_at(region, first, total, total - 2 * part, part);

	SC_DO(rc = fsc_sysfs_write(&second->dev, "memmap_on_memory", "1"), "struct pages of the second on itself");
	SC_EXPECT(rc == 1 && sc_shows(&second->dev, "memmap_on_memory", "%llu\n", 1), "where struct pages lie can be chosen");
	SC_EXPECT(fsc_sysfs_write(&second->dev, "memmap_on_memory", "maybe") == -EINVAL, "only yes or no is taken");
	sc_resize(second, "0");
	strscpy(name, dev_name(&second->dev), sizeof(name));
	SC_DO(rc = fsc_sysfs_write(region, "delete", name), "delete %s", name);
	SC_EXPECT(rc > 0, "a device of a region that is not bound can be deleted");
	fsc_late_releases();
	SC_EXPECT(sc_names(region, "create", NULL) && sc_names(region, "seed", NULL), "a region names no device that is deleted");
	sc_look_at(region, first, total, total - part, part);
	sc_files_end(host);
}

FSC_SCENARIO(dax_ids, "dax-ids", "A device-dax device is given to a driver by its name, and taken back", "what=0,1,2")
{
	struct device *region, *host = sc_files_begin(&region);
	struct dev_dax *dev_dax = sc_dev_dax(region);
	struct device_driver *drv;
	int what = __fsc_param("what", 0);
	ssize_t rc;

	sc_resize(dev_dax, "2097152");
	SC_DO(SC_NEED(sc_dev_bind(dev_dax) == 0, "a device can be bound"), "bind");
	drv = dev_dax->dev.driver;
	SC_DO(sc_dev_unbind(dev_dax), "unbind");
	if (what == 1)
		__fsc_fail_nth("kmalloc", 1);
	SC_DO(rc = fsc_driver_write(drv, "new_id", what == 2 ? "pmem0" : dev_name(&dev_dax->dev)), "name a device to the driver");
	__fsc_fail_nth("", 0);
	if (what == 1)
		SC_EXPECT(rc == -ENOMEM, "a driver that finds no memory knows no new name");
	else if (what == 2)
		SC_EXPECT(rc == -EINVAL, "a name that no device-dax device can have is refused");
	else
		SC_EXPECT(rc == (ssize_t)strlen(dev_name(&dev_dax->dev)), "a device can be named to a driver");
	SC_DO(rc = fsc_driver_write(drv, "new_id", dev_name(&dev_dax->dev)), "name it again");
	SC_EXPECT(rc > 0, "a name that a driver knows can be told again");
	SC_EXPECT(dev_dax->dev.driver == drv, "a device that is named to a driver is given to it");
	SC_DO(sc_dev_unbind(dev_dax), "unbind");
	SC_DO(rc = fsc_driver_write(drv, "remove_id", dev_name(&dev_dax->dev)), "take the name back");
	SC_EXPECT(rc > 0, "a name that a driver knows can be taken back");
	SC_EXPECT(!dev_dax->dev.driver, "a name that is taken back binds nothing");
	sc_files_end(host);
}

/* Written to just before the device goes, so that the store finds the region without its driver. */
FSC_SCENARIO(dax_files_unbound, "dax-files-unbound", "Files of device-dax are written to while their region is unbound", "file=0,1,2,3,4")
{
	static const char *const files[][2] = {
		{ "mapping", "100000000-1001fffff" }, { "size", "4194304" }, { "align", "4096" }, { "create", "1" }, { "delete", "dax0.0" },
	};
	struct device *region, *host = sc_files_begin(&region), *held;
	const char *const *file = files[__fsc_param("file", 0)];
	struct dev_dax *dev_dax = sc_dev_dax(region);
	ssize_t rc;

	sc_resize(dev_dax, "2097152");
	held = get_device(&dev_dax->dev);
	SC_DO(sc_detach(region), "unbind the region");
	SC_DO(rc = fsc_sysfs_write(__fsc_param("file", 0) < 3 ? held : region, file[0], file[1]), "%s: %s", file[0], file[1]);
	SC_EXPECT(rc, "what is written to a file of sysfs is taken or refused: who is told that none of it was writes it again, for ever");
	put_device(held);
	sc_files_end(host);
}
