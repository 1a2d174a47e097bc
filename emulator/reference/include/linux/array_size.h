/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/array_size.h; its content lives in kernel.h here. */
#ifndef _LINUX_ARRAY_SIZE_H
#define _LINUX_ARRAY_SIZE_H
#include <linux/kernel.h>
#endif
