/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ours: what a scenario does with a virtiofs device (fs/fuse/virtio_fs.c); its structure stands in that file. */
#ifndef FSC_VIRTIO_FS_H
#define FSC_VIRTIO_FS_H
#include <linux/dax.h>
#include <linux/virtio.h>
#define VIRTIO_FS_SHMCAP_ID_CACHE 0
struct virtio_fs;
struct virtio_fs *fsc_virtio_fs_new(void);
int fsc_virtio_fs_window(struct virtio_device *vdev, struct virtio_fs *fs);
struct dax_device *fsc_virtio_fs_dax(struct virtio_fs *fs);
#endif
