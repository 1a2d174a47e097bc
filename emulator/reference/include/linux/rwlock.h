/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/rwlock.h; its content lives in spinlock.h here. */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H
#include <linux/spinlock.h>
#endif
