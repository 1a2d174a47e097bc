// SPDX-License-Identifier: GPL-2.0-or-later
/* Ids of memory regions, of all kinds. Mirrors lib/memregion.c. */
#include <linux/memregion.h>

static DEFINE_IDA(memregion_ids);

int memregion_alloc(gfp_t gfp)
{
	return ida_alloc(&memregion_ids, gfp);
}

void memregion_free(int id)
{
	ida_free(&memregion_ids, id);
}
