/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known media errors of a disk. Mirrors include/linux/badblocks.h with one range at most. */
#ifndef _LINUX_BADBLOCKS_H
#define _LINUX_BADBLOCKS_H
#include <linux/errno.h>
#include <linux/types.h>
struct device;
struct badblocks {
	struct device *dev;
	int count;
	sector_t start;
	sector_t sectors;
};
static inline int badblocks_check(struct badblocks *bb, sector_t s, int sectors, sector_t *first_bad, int *bad_sectors)
{
	if (!bb->count || s + sectors <= bb->start || bb->start + bb->sectors <= s)
		return 0;
	*first_bad = s > bb->start ? s : bb->start;
	*bad_sectors = (int)(bb->start + bb->sectors - *first_bad);
	return 1;
}
/* Forgets what lies at an end of the range that is known; a hole in it is more than this list can say. */
static inline int badblocks_clear(struct badblocks *bb, sector_t s, int sectors)
{
	sector_t end = bb->start + bb->sectors, to = s + sectors;

	if (!bb->count || to <= bb->start || end <= s)
		return 0;
	if (s > bb->start && to < end)
		return -ENOSPC;
	if (s > bb->start)
		end = s;
	else
		bb->start = to < end ? to : end;
	bb->sectors = end - bb->start;
	bb->count = bb->sectors != 0;
	return 0;
}
#endif
