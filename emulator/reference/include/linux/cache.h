/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/cache.h; its content lives in kernel.h here. */
#ifndef _LINUX_CACHE_H
#define _LINUX_CACHE_H
#include <linux/kernel.h>
#endif
