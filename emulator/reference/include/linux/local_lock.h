/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/local_lock.h; its content lives in spinlock.h here. */
#ifndef _LINUX_LOCAL_LOCK_H
#define _LINUX_LOCAL_LOCK_H
#include <linux/spinlock.h>
#endif
