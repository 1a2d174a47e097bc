/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/log2.h; its content lives in kernel.h here. */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H
#include <linux/kernel.h>
#endif
