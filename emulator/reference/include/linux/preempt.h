/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/preempt.h; its content lives in spinlock.h here. */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H
#include <linux/spinlock.h>
#endif
