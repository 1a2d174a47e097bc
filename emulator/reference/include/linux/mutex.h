/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mutexes over the runner's locks. Mirrors include/linux/mutex.h. */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H
#include <linux/spinlock.h>
struct mutex {
	unsigned long raw;
};
#define __MUTEX_INITIALIZER(name) { 0 }
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)
#define mutex_init(m) ((m)->raw = 0)
#define mutex_destroy(m) do { } while (0)
#define mutex_lock(m) __fsc_lock(m, FSC_LOCK_EXCL, #m)
#define mutex_lock_nested(m, c) mutex_lock(m)
#define mutex_lock_interruptible(m) (__fsc_lock(m, FSC_LOCK_EXCL, #m), 0)
#define mutex_lock_killable(m) (__fsc_lock(m, FSC_LOCK_EXCL, #m), 0)
#define mutex_trylock(m) __fsc_trylock(m, FSC_LOCK_EXCL, #m)
#define mutex_unlock(m) __fsc_unlock(m, FSC_LOCK_EXCL, #m)
#define mutex_is_locked(m) __fsc_lock_held(m, FSC_LOCK_EXCL)
#endif
