/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks and objects that end with their scope. Mirrors include/linux/cleanup.h, and the guards of the headers of locks. */
#ifndef _LINUX_CLEANUP_H
#define _LINUX_CLEANUP_H
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/slab.h>

/* ---- pointers ---- */

#define __free(name) __attribute__((cleanup(__free_##name)))
#define DEFINE_FREE(name, type, free) \
	static inline void __free_##name(void *p) { type _T = *(type *)p; free; }
#define no_free_ptr(p) ({ typeof(p) __fsc_kept = (p); (p) = NULL; __fsc_kept; })
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))
#define return_ptr(p) return no_free_ptr(p)

/* ---- classes: what a variable is made by, and ended by ---- */

#define DEFINE_CLASS(name, type, leave, init, ...) \
	typedef type class_##name##_t; \
	static inline void class_##name##_destructor(type *p) { type _T = *p; leave; } \
	static inline type class_##name##_constructor(__VA_ARGS__) { type __fsc_made = init; return __fsc_made; }
#define EXTEND_CLASS(name, ext, init, ...) \
	typedef class_##name##_t class_##name##ext##_t; \
	static inline void class_##name##ext##_destructor(class_##name##_t *p) { class_##name##_destructor(p); } \
	static inline class_##name##_t class_##name##ext##_constructor(__VA_ARGS__) \
	{ class_##name##_t __fsc_made = init; return __fsc_made; }
#define CLASS(name, var) \
	class_##name##_t var __attribute__((cleanup(class_##name##_destructor))) = class_##name##_constructor

/* ---- guards: classes of locks. One that only tries may hold none. ---- */

#define FSC_GUARD_TRIES(name, tries) enum { class_##name##_is_conditional = tries };
#define DEFINE_GUARD(name, type, lock, unlock) \
	FSC_GUARD_TRIES(name, 0) \
	DEFINE_CLASS(name, type, if (_T) { unlock; }, ({ lock; _T; }), type _T) \
	static inline void *class_##name##_lock_ptr(class_##name##_t *p) { return (void *)*p; }
#define DEFINE_GUARD_COND(name, ext, takes) \
	FSC_GUARD_TRIES(name##ext, 1) \
	EXTEND_CLASS(name, ext, (_T && !(takes) ? NULL : _T), class_##name##_t _T) \
	static inline void *class_##name##ext##_lock_ptr(class_##name##_t *p) { return class_##name##_lock_ptr(p); }

/* With what has to be kept beside the lock: flags. */
#define FSC_LOCK_GUARD(name, type, unlock, ...) \
	typedef struct { type *lock; __VA_ARGS__; } class_##name##_t; \
	static inline void class_##name##_destructor(class_##name##_t *_T) { if (_T->lock) { unlock; } } \
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T) { return _T->lock; }
#define DEFINE_LOCK_GUARD_1(name, type, takes, unlock, ...) \
	FSC_GUARD_TRIES(name, 0) \
	FSC_LOCK_GUARD(name, type, unlock, __VA_ARGS__) \
	static inline class_##name##_t class_##name##_constructor(type *l) \
	{ class_##name##_t __fsc_made = { .lock = l }, *_T = &__fsc_made; takes; return __fsc_made; }
#define DEFINE_LOCK_GUARD_0(name, takes, unlock, ...) \
	FSC_GUARD_TRIES(name, 0) \
	FSC_LOCK_GUARD(name, void, unlock, __VA_ARGS__) \
	static inline class_##name##_t class_##name##_constructor(void) \
	{ class_##name##_t __fsc_made = { .lock = (void *)1 }, *_T = &__fsc_made; (void)_T; takes; return __fsc_made; }
#define DEFINE_LOCK_GUARD_1_COND(name, ext, takes) \
	FSC_GUARD_TRIES(name##ext, 1) \
	EXTEND_CLASS(name, ext, \
		     ({ class_##name##_t __fsc_tried = { .lock = l }, *_T = &__fsc_tried; \
			if (_T->lock && !(takes)) _T->lock = NULL; __fsc_tried; }), \
		     typeof(((class_##name##_t *)0)->lock) l) \
	static inline void *class_##name##ext##_lock_ptr(class_##name##_t *p) { return class_##name##_lock_ptr(p); }

#define __fsc_guard1(name, line) CLASS(name, __fsc_guard_##line)
#define __fsc_guard2(name, line) __fsc_guard1(name, line)
#define guard(name) __fsc_guard2(name, __LINE__)
/* A loop that goes round once, so that `break` leaves the scope as it does in the kernel. */
#define __fsc_scope(name, ...) \
	for (class_##name##_t scope __attribute__((cleanup(class_##name##_destructor))) = \
		class_##name##_constructor(__VA_ARGS__), *__fsc_once = (void *)1; __fsc_once; __fsc_once = NULL)
#define scoped_guard(name, ...) \
	__fsc_scope(name, __VA_ARGS__) \
		if (class_##name##_is_conditional && !class_##name##_lock_ptr(&scope)) { } else
#define scoped_cond_guard(name, fail, ...) \
	__fsc_scope(name, __VA_ARGS__) \
		if (!class_##name##_lock_ptr(&scope)) { fail; } else

/* ---- those of the kernel's own ---- */

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T) == 0)
DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))

DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock, _try, spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock_bh(_T->lock), spin_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock), read_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock), write_unlock(_T->lock))
DEFINE_LOCK_GUARD_0(irqsave, local_irq_save(_T->flags), local_irq_restore(_T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())
DEFINE_LOCK_GUARD_1(srcu, struct srcu_struct, _T->idx = srcu_read_lock(_T->lock),
		    srcu_read_unlock(_T->lock, _T->idx), int idx)
#endif
