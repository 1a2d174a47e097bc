/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/vmalloc.h; see slab.h. */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H
#include <linux/slab.h>
#endif
