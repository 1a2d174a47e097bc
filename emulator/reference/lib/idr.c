// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers that are given out, as a list in order. Mirrors the ida of lib/idr.c. */
#include <linux/idr.h>
#include <linux/kernel.h>

struct fsc_id {
	struct fsc_id *next;
	unsigned int id;
};

int ida_alloc_range(struct ida *ida, unsigned int first, unsigned int last, gfp_t gfp)
{
	struct fsc_id **at = &ida->first, *new;
	unsigned int id = first;

	(void)gfp;
	if (__fsc_fail("ida_alloc"))
		return -ENOMEM;
	for (; *at && (*at)->id <= id; at = &(*at)->next)
		if ((*at)->id == id)
			id++;
	if (id > last)
		return -ENOSPC;
	new = __fsc_alloc(sizeof(*new), 8, FSC_ZERO, "id of an ida");
	new->id = id;
	new->next = *at;
	*at = new;
	return (int)id;
}

void ida_free(struct ida *ida, unsigned int id)
{
	struct fsc_id **at, *old;

	for (at = &ida->first; *at; at = &(*at)->next) {
		old = *at;
		if (old->id != id)
			continue;
		*at = old->next;
		__fsc_free(old);
		return;
	}
	WARN(1, "ida_free called for id=%d which is not allocated.\n", id);
}

void ida_destroy(struct ida *ida)
{
	while (ida->first)
		ida_free(ida, ida->first->id);
}
