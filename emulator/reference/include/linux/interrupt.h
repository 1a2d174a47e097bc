/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/interrupt.h; its content lives in spinlock.h here. */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H
#include <linux/spinlock.h>
#endif
