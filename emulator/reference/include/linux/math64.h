/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/math64.h; its content lives in kernel.h here. */
#ifndef _LINUX_MATH64_H
#define _LINUX_MATH64_H
#include <linux/kernel.h>
#endif
