/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/kstrtox.h; its content lives in kernel.h here. */
#ifndef _LINUX_KSTRTOX_H
#define _LINUX_KSTRTOX_H
#include <linux/kernel.h>
#endif
