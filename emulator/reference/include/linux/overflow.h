/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/overflow.h; its content lives in kernel.h here. */
#ifndef _LINUX_OVERFLOW_H
#define _LINUX_OVERFLOW_H
#include <linux/kernel.h>
#endif
