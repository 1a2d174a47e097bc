// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of sectors of a disk that cannot be read: added to, cut, asked. Mirrors what callers see of block/badblocks.c.
 * Left out: acknowledged and other errors told apart, sysfs, the table's packed form and its sequence lock.
 */
#include <linux/badblocks.h>
#include <linux/kernel.h>

/* Its first range that ends behind `s`; `count` when none does. */
static int fsc_bad_at(const struct badblocks *bb, sector_t s)
{
	int i = 0;

	while (i < bb->count && bb->range[i].end <= s)
		i++;
	return i;
}

/* `room` more ranges from `at` on (or fewer); false: there is no room. */
static bool fsc_bad_shift(struct badblocks *bb, int at, int room)
{
	int i;

	if (bb->count + room > FSC_BAD_RANGES)
		return false;
	if (room > 0)
		for (i = bb->count - 1; i >= at; i--)
			bb->range[i + room] = bb->range[i];
	else
		for (i = at - room; i < bb->count; i++)
			bb->range[i + room] = bb->range[i];
	bb->count += room;
	return true;
}

int badblocks_check(struct badblocks *bb, sector_t s, int sectors, sector_t *first_bad, int *bad_sectors)
{
	int i = fsc_bad_at(bb, s);

	if (i == bb->count || bb->range[i].start >= s + sectors)
		return 0;
	*first_bad = max(s, bb->range[i].start);
	*bad_sectors = (int)(bb->range[i].end - *first_bad);
	return 1;
}

/* What touches the range becomes one with it. */
static bool fsc_bad_set(struct badblocks *bb, sector_t start, sector_t end)
{
	int at = 0, last;

	while (at < bb->count && bb->range[at].end < start)
		at++;
	for (last = at; last < bb->count && bb->range[last].start <= end; last++) {
		start = min(start, bb->range[last].start);
		end = max(end, bb->range[last].end);
	}
	if (!fsc_bad_shift(bb, at, 1 - (last - at)))
		return false;
	bb->range[at].start = start;
	bb->range[at].end = end;
	return true;
}

/* A hole in a range makes two of it. */
static bool fsc_bad_clear(struct badblocks *bb, sector_t start, sector_t end)
{
	int at = fsc_bad_at(bb, start);

	while (at < bb->count && bb->range[at].start < end) {
		struct fsc_bad_range *r = &bb->range[at];

		if (r->start < start && r->end > end) {
			if (!fsc_bad_shift(bb, at, 1))
				return false;
			bb->range[at].end = start;
			bb->range[at + 1].start = end;
			return true;
		}
		if (r->start < start)
			r->end = start;
		else if (r->end > end)
			r->start = end;
		else if (fsc_bad_shift(bb, at, -1))
			continue;
		at++;
	}
	return true;
}

#if FSC_ERA >= 615
bool badblocks_set(struct badblocks *bb, sector_t s, int sectors, int acknowledged)
{
	(void)acknowledged;
	return fsc_bad_set(bb, s, s + sectors);
}

bool badblocks_clear(struct badblocks *bb, sector_t s, int sectors)
{
	return fsc_bad_clear(bb, s, s + sectors);
}
#else
int badblocks_set(struct badblocks *bb, sector_t s, int sectors, int acknowledged)
{
	(void)acknowledged;
	return !fsc_bad_set(bb, s, s + sectors);
}

int badblocks_clear(struct badblocks *bb, sector_t s, int sectors)
{
	return fsc_bad_clear(bb, s, s + sectors) ? 0 : -ENOSPC;
}
#endif
