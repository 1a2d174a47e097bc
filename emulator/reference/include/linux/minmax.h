/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/minmax.h; its content lives in kernel.h here. */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H
#include <linux/kernel.h>
#endif
