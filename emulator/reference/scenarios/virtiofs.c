/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window of a virtiofs device is set up, each step failing once, used, and taken down again. */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../drivers/base/base.h"
#include "../fs/fuse/virtio_fs.h"
#include "scenario.h"

#define SC_WINDOW_PAGES 512L

static struct virtio_device sc_vdev;

static bool sc_window(struct virtio_device *vdev, struct virtio_shm_region *region, u8 id)
{
	(void)vdev;
	SC_EXPECT(id == VIRTIO_FS_SHMCAP_ID_CACHE, "the window of files is asked for");
	region->addr = PFN_PHYS(fsc_registry.pmem_start_pfn);
	region->len = SC_WINDOW_PAGES << PAGE_SHIFT;
	return __fsc_param("window", 1);
}

static const struct virtio_config_ops sc_vdev_config = { .get_shm_region = sc_window };

static void sc_vdev_release(struct device *dev)
{
	(void)dev;
}

static void sc_use_window(struct virtio_fs *fs)
{
	struct dax_device *dax_dev = fsc_virtio_fs_dax(fs);
	unsigned char *kaddr = NULL;
	int id = dax_read_lock();
	long got;

	__fsc_step("use the window");
	got = dax_direct_access(dax_dev, 2, 8, DAX_ACCESS, (void **)&kaddr, NULL);
	SC_EXPECT(got == 8 && kaddr == pfn_to_kaddr(fsc_registry.pmem_start_pfn + 2), "pages of the window are found");
	got = dax_direct_access(dax_dev, SC_WINDOW_PAGES - 3, 8, DAX_ACCESS, NULL, NULL);
	SC_EXPECT(got == 3, "no page behind the window's end is given out");
	if (kaddr) {
		memset(kaddr, 1, PAGE_SIZE + 1);
		SC_EXPECT(dax_zero_page_range(dax_dev, 2, 1) == 0, "a page of the window can be zeroed");
		SC_EXPECT(!kaddr[0] && !kaddr[PAGE_SIZE - 1] && kaddr[PAGE_SIZE], "zeroing a page zeroes all of it, and no other");
	}
	dax_read_unlock(id);
	__fsc_quiesce("the window was used");
}

FSC_SCENARIO(virtiofs_window, "virtiofs-window", "The window of a virtiofs device is set up, each step failing once, used, and taken down",
	     "window=0,1 fail=0,1")
{
	int window = __fsc_param("window", 1), fail = __fsc_param("fail", 0);
	struct virtio_fs *fs;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	memset(&sc_vdev, 0, sizeof(sc_vdev));
	sc_vdev.config = &sc_vdev_config;
	sc_vdev.dev.release = sc_vdev_release;
	device_initialize(&sc_vdev.dev);
	dev_set_name(&sc_vdev.dev, "virtio0");
	SC_NEED(device_add(&sc_vdev.dev) == 0, "a virtio device can be added");
	for (int nth = fail, left = 0, err; !left; nth++) {
		fs = fsc_virtio_fs_new();
		__fsc_fail_nth("", nth);
		SC_DO(err = fsc_virtio_fs_window(&sc_vdev, fs), nth ? "set the window up, failure %d" : "set the window up", nth);
		left = __fsc_fail_nth("", 0) || !nth;
		SC_EXPECT(!left || !err, "the window can be set up");
		if (!err && window)
			sc_use_window(fs);
		if (!window)
			SC_EXPECT(err || !fsc_virtio_fs_dax(fs), "a device that shows no memory has no dax device");
		SC_DO(devres_release_all(&sc_vdev.dev), "the driver lets go of the device");
		kfree(fs);
		SC_EXPECT(!get_dev_pagemap(fsc_registry.pmem_start_pfn, NULL), "a window that was taken down has no struct pages");
	}
	device_unregister(&sc_vdev.dev);
}
#endif
