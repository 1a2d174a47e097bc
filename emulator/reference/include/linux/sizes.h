/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/sizes.h; its content lives in kernel.h here. */
#ifndef _LINUX_SIZES_H
#define _LINUX_SIZES_H
#include <linux/kernel.h>
#endif
