/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reader-writer semaphores over the runner's locks. Mirrors include/linux/rwsem.h. */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H
#include <linux/spinlock.h>
struct rw_semaphore {
	unsigned long raw;
};
#define __RWSEM_INITIALIZER(name) { 0 }
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)
#define init_rwsem(s) ((s)->raw = 0)
#define down_read(s) __fsc_lock(s, FSC_LOCK_SHARED, #s)
#define down_read_nested(s, c) __fsc_lock(s, FSC_LOCK_SHARED, #s)
#define down_read_trylock(s) __fsc_trylock(s, FSC_LOCK_SHARED, #s)
#define down_read_killable(s) (__fsc_lock(s, FSC_LOCK_SHARED, #s), 0)
#define down_read_interruptible(s) (__fsc_lock(s, FSC_LOCK_SHARED, #s), 0)
#define up_read(s) __fsc_unlock(s, FSC_LOCK_SHARED, #s)
#define down_write(s) __fsc_lock(s, FSC_LOCK_EXCL, #s)
#define down_write_nested(s, c) __fsc_lock(s, FSC_LOCK_EXCL, #s)
#define down_write_nest_lock(s, n) __fsc_lock(s, FSC_LOCK_EXCL, #s)
#define down_write_trylock(s) __fsc_trylock(s, FSC_LOCK_EXCL, #s)
#define down_write_killable(s) (__fsc_lock(s, FSC_LOCK_EXCL, #s), 0)
#define up_write(s) __fsc_unlock(s, FSC_LOCK_EXCL, #s)
#define downgrade_write(s) do { __fsc_unlock(s, FSC_LOCK_EXCL, #s); __fsc_lock(s, FSC_LOCK_SHARED, #s); } while (0)
#define rwsem_assert_held(s) lockdep_assert_held(s)
#define rwsem_assert_held_write(s) lockdep_assert_held_write(s)
#define rwsem_is_contended(s) 0
static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	if (lockdep_is_held(sem))
		return 1;
	if (!__fsc_trylock(sem, FSC_LOCK_EXCL, "probe"))
		return 1;
	__fsc_unlock(sem, FSC_LOCK_EXCL, "probe");
	return 0;
}
struct percpu_rw_semaphore {
	struct rw_semaphore sem;
};
#define percpu_init_rwsem(s) (init_rwsem(&(s)->sem), 0)
#define percpu_down_read(s) down_read(&(s)->sem)
#define percpu_up_read(s) up_read(&(s)->sem)
#define percpu_down_write(s) down_write(&(s)->sem)
#define percpu_up_write(s) up_write(&(s)->sem)
#endif
