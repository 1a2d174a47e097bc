/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/limits.h; its content lives in kernel.h here. */
#ifndef _LINUX_LIMITS_H
#define _LINUX_LIMITS_H
#include <linux/kernel.h>
#endif
