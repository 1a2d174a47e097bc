/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/seqlock.h; its content lives in spinlock.h here. */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H
#include <linux/spinlock.h>
#endif
