/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks and objects that end with their scope. Mirrors include/linux/cleanup.h for what drivers write with it. */
#ifndef _LINUX_CLEANUP_H
#define _LINUX_CLEANUP_H
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#define __free(name) __attribute__((cleanup(__free_##name)))
#define DEFINE_FREE(name, type, free) \
	static inline void __free_##name(void *p) { type _T = *(type *)p; free; }
#define no_free_ptr(p) ({ typeof(p) __fsc_kept = (p); (p) = NULL; __fsc_kept; })
#define return_ptr(p) return no_free_ptr(p)
#define DEFINE_GUARD(name, type, lock, unlock) \
	typedef type class_##name##_t; \
	static inline void class_##name##_destructor(type *p) { type _T = *p; if (_T) { unlock; } } \
	static inline type class_##name##_constructor(type _T) { lock; return _T; }
#define __fsc_guard2(name, line) \
	class_##name##_t __fsc_guard_##line __attribute__((cleanup(class_##name##_destructor))) = \
		class_##name##_constructor
#define __fsc_guard1(name, line) __fsc_guard2(name, line)
#define guard(name) __fsc_guard1(name, __LINE__)
#define scoped_guard(name, arg) \
	for (class_##name##_t __fsc_scope __attribute__((cleanup(class_##name##_destructor))) = \
		class_##name##_constructor(arg), *__fsc_once = (void *)1; __fsc_once; __fsc_once = NULL)
DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD(spinlock, spinlock_t *, spin_lock(_T), spin_unlock(_T))
#endif
