/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/bits.h; its content lives in kernel.h here. */
#ifndef _LINUX_BITS_H
#define _LINUX_BITS_H
#include <linux/kernel.h>
#endif
