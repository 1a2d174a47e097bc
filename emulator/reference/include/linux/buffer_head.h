/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/buffer_head.h: DAX files have none. */
#ifndef _LINUX_BUFFER_HEAD_H
#define _LINUX_BUFFER_HEAD_H
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>
#endif
