/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ids of memory ranges that become devices. Mirrors include/linux/memregion.h and lib/memregion.c. */
#ifndef _MEMREGION_H_
#define _MEMREGION_H_
#include <linux/idr.h>
#include <linux/range.h>
struct memregion_info {
	int target_node;
	struct range range;
};
int memregion_alloc(gfp_t gfp);
void memregion_free(int id);
#endif
