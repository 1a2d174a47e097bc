/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small numbers, each given out once at a time. Mirrors the ida of include/linux/idr.h, for numbers below 64. */
#ifndef __IDR_H__
#define __IDR_H__
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/types.h>
struct ida {
	unsigned long used;
};
#define IDA_INIT(name) { 0 }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)
static inline void ida_init(struct ida *ida)
{
	ida->used = 0;
}
static inline int ida_alloc_range(struct ida *ida, unsigned int first, unsigned int last, gfp_t gfp)
{
	unsigned int id;

	(void)gfp;
	if (__fsc_fail("ida_alloc"))
		return -ENOMEM;
	for (id = first; id <= last && id < 64; id++) {
		if (ida->used & (1UL << id))
			continue;
		ida->used |= 1UL << id;
		return (int)id;
	}
	return -ENOSPC;
}
#define ida_alloc(ida, gfp) ida_alloc_range(ida, 0, ~0U, gfp)
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)
#define ida_alloc_min(ida, min, gfp) ida_alloc_range(ida, min, ~0U, gfp)
static inline void ida_free(struct ida *ida, unsigned int id)
{
	WARN(!(ida->used & (1UL << id)), "ida_free called for id=%d which is not allocated.\n", id);
	ida->used &= ~(1UL << id);
}
static inline void ida_destroy(struct ida *ida)
{
	ida->used = 0;
}
#endif
