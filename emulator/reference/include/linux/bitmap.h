/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/bitmap.h; see bitops.h. */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H
#include <linux/bitops.h>
#endif
