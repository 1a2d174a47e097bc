/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inclusive ranges. Mirrors include/linux/range.h. */
#ifndef _LINUX_RANGE_H
#define _LINUX_RANGE_H
#include <linux/types.h>
struct range {
	u64 start;
	u64 end;
};
static inline u64 range_len(const struct range *range)
{
	return range->end + 1 - range->start;
}
static inline bool range_contains(struct range *r1, struct range *r2)
{
	return r2->start >= r1->start && r2->end <= r1->end;
}
static inline bool range_overlaps(const struct range *r1, const struct range *r2)
{
	return !(r1->end < r2->start || r2->end < r1->start);
}
#endif
