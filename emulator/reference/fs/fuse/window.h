/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ours: a DAX window of a virtiofs mount. It lies in the machine's memory behind its first 2 MiB; a range of it that shows a part
 * of a file is made of that file's blocks as long as it does, so whoever gives it back too early frees a block in use. The host
 * keeps the first byte of the first pages of each range of a file. Mirrors no kernel file.
 */
#ifndef FSC_FUSE_WINDOW_H
#define FSC_FUSE_WINDOW_H
#include <linux/dax.h>
#include "../fscfs.h"
#include "fuse_i.h"

#define FSC_WINDOW_RANGE (PMD_SIZE >> PAGE_SHIFT) /* pages */
#define FSC_WINDOW_MAX 3
#define FSC_WINDOW_SEEN 4 /* pages of a range whose first byte the host keeps */

/* Mounts from here on have a window of so many ranges, 0: none. What the mount failed with, then. */
extern unsigned long fsc_window_ranges;
int fsc_fuse_mounted(struct fscfs *fs);
void fsc_fuse_unmounted(struct fscfs *fs);
bool fsc_fuse_windowed(struct inode *inode);
/* Of fs/fuse/dax.c, which knows what the connection is made of. */
void fsc_fuse_no_window(struct fuse_conn *fc, struct dax_device *dax_dev);
void fsc_fuse_flush_worker(void);
/* Every range is free, or shows a part of a file, and nobody is at work on it. */
bool fsc_fuse_ranges_whole(unsigned long busy);
/* Called once, while the server is at work on the next request to show a part of a file. */
extern void (*fsc_fuse_during_setup)(void);
int fsc_server_setup(struct inode *inode, const struct fuse_setupmapping_in *in);
int fsc_server_remove(struct inode *inode, const struct fuse_removemapping_one *one);
#endif
