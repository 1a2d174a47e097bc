/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/spinlock_types.h; its content lives in spinlock.h here. */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H
#include <linux/spinlock.h>
#endif
