/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A buffer for a device, in one piece. Mirrors include/linux/scatterlist.h; left out: chains, pages, mapping for DMA. */
#ifndef _LINUX_SCATTERLIST_H
#define _LINUX_SCATTERLIST_H
#include <linux/types.h>

struct scatterlist {
	void *fsc_buf;
	unsigned int length;
};

static inline void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int buflen)
{
	sg->fsc_buf = (void *)buf;
	sg->length = buflen;
}
#endif
