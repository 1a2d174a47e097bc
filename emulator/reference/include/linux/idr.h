/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small numbers, each given out once at a time. Mirrors the ida of include/linux/idr.h. Each number is an object while it
 * is out, so that one that is never given back is a leak that the machine sees.
 */
#ifndef __IDR_H__
#define __IDR_H__
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/types.h>
struct fsc_id;
struct ida {
	struct fsc_id *first;
};
#define IDA_INIT(name) { NULL }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)
static inline void ida_init(struct ida *ida)
{
	ida->first = NULL;
}
int ida_alloc_range(struct ida *ida, unsigned int first, unsigned int last, gfp_t gfp);
#define ida_alloc(ida, gfp) ida_alloc_range(ida, 0, ~0U, gfp)
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)
#define ida_alloc_min(ida, min, gfp) ida_alloc_range(ida, min, ~0U, gfp)
#define ida_simple_get(ida, first, end, gfp) ida_alloc_range(ida, first, (end) - 1, gfp)
#define ida_simple_remove(ida, id) ida_free(ida, id)
void ida_free(struct ida *ida, unsigned int id);
void ida_destroy(struct ida *ida);
static inline bool ida_is_empty(const struct ida *ida)
{
	return !ida->first;
}
#endif
