/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/align.h; its content lives in kernel.h here. */
#ifndef _LINUX_ALIGN_H
#define _LINUX_ALIGN_H
#include <linux/kernel.h>
#endif
