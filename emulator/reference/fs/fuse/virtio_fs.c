/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The window of a virtiofs device: memory of the host's in which files are shown, with struct pages and a dax device. Mirrors that
 * part of fs/fuse/virtio_fs.c of 6.1 and later. Left out: the queues, mounting, and what is shown in the window (fs/fuse/dax.c).
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/fsc_pfn.h>
#include <linux/io.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "virtio_fs.h"

struct virtio_fs {
	struct dax_device *dax_dev;
	void *window_kaddr;
	phys_addr_t window_phys_addr;
	size_t window_len;
};

static long virtio_fs_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
				    void **kaddr, fsc_pfn_t *pfn)
{
	struct virtio_fs *fs = dax_get_private(dax_dev);
	long room = PHYS_PFN(fs->window_len) - pgoff;

	(void)mode;
	if (pfn)
		*pfn = fsc_pfn_at(fs->window_phys_addr + PFN_PHYS(pgoff), PFN_DEV | PFN_MAP);
	if (kaddr)
		*kaddr = fs->window_kaddr + PFN_PHYS(pgoff);
	return min(nr_pages, room);
}

static int virtio_fs_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages)
{
	size_t len = nr_pages << PAGE_SHIFT;
	void *kaddr;
	long rc = dax_direct_access(dax_dev, pgoff, nr_pages, DAX_ACCESS, &kaddr, NULL);

	if (rc < 0)
		return dax_mem2blk_err(rc);
	dax_flush(dax_dev, memset(kaddr, 0, len), len);
	return 0;
}

static const struct dax_operations virtio_fs_dax_ops = {
	.direct_access = virtio_fs_direct_access,
	.zero_page_range = virtio_fs_zero_page_range,
};

static void virtio_fs_cleanup_dax(void *data)
{
	kill_dax(data);
	put_dax(data);
}

/* A device that shows no memory is used without DAX. */
static int virtio_fs_setup_dax(struct virtio_device *vdev, struct virtio_fs *fs)
{
	struct device *dev = &vdev->dev;
	struct virtio_shm_region window;
	struct dax_device *dax_dev;
	struct dev_pagemap *pgmap;

	if (!virtio_get_shm_region(vdev, &window, VIRTIO_FS_SHMCAP_ID_CACHE))
		return 0;
	if (!devm_request_mem_region(dev, window.addr, window.len, dev_name(dev)))
		return -EBUSY;
	pgmap = devm_kzalloc(dev, sizeof(*pgmap), GFP_KERNEL);
	if (!pgmap)
		return -ENOMEM;
	pgmap->type = MEMORY_DEVICE_FS_DAX;
	pgmap->range.start = window.addr;
	pgmap->range.end = window.addr + window.len - 1;
	pgmap->nr_range = 1;
	fs->window_kaddr = devm_memremap_pages(dev, pgmap);
	if (IS_ERR(fs->window_kaddr))
		return PTR_ERR(fs->window_kaddr);
	fs->window_phys_addr = window.addr;
	fs->window_len = window.len;

	dax_dev = alloc_dax(fs, &virtio_fs_dax_ops);
	if (IS_ERR(dax_dev))
		return PTR_ERR(dax_dev);
	fs->dax_dev = dax_dev;
	return devm_add_action_or_reset(dev, virtio_fs_cleanup_dax, dax_dev);
}

struct virtio_fs *fsc_virtio_fs_new(void)
{
	return kzalloc(sizeof(struct virtio_fs), GFP_KERNEL);
}

int fsc_virtio_fs_window(struct virtio_device *vdev, struct virtio_fs *fs)
{
	return virtio_fs_setup_dax(vdev, fs);
}

struct dax_device *fsc_virtio_fs_dax(struct virtio_fs *fs)
{
	return fs->dax_dev;
}
#endif
