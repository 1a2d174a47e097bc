/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known media errors of a disk. Mirrors include/linux/badblocks.h; the ranges lie bare in an array, apart and in order. */
#ifndef _LINUX_BADBLOCKS_H
#define _LINUX_BADBLOCKS_H
#include <linux/errno.h>
#include <linux/types.h>
#define FSC_BAD_RANGES 8
struct device;
struct badblocks {
	struct device *dev;
	int count; /* ranges in use */
	struct fsc_bad_range {
		sector_t start, end; /* the first sector, and the one behind the last */
	} range[FSC_BAD_RANGES];
};
int badblocks_check(struct badblocks *bb, sector_t s, int sectors, sector_t *first_bad, int *bad_sectors);
#if FSC_ERA >= 615
/* Whether it could be done. */
bool badblocks_set(struct badblocks *bb, sector_t s, int sectors, int acknowledged);
bool badblocks_clear(struct badblocks *bb, sector_t s, int sectors);
#else
/* 0 when it could be done. */
int badblocks_set(struct badblocks *bb, sector_t s, int sectors, int acknowledged);
int badblocks_clear(struct badblocks *bb, sector_t s, int sectors);
#endif
#endif
