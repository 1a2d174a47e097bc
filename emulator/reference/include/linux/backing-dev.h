/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/backing-dev.h: no write-back bandwidth is kept for memory. */
#ifndef _LINUX_BACKING_DEV_H
#define _LINUX_BACKING_DEV_H
#include <linux/fs.h>
#include <linux/writeback.h>
#define mapping_can_writeback(mapping) false
#endif
