/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/irqflags.h; its content lives in spinlock.h here. */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H
#include <linux/spinlock.h>
#endif
