/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lock assertions, answered by the runner for the current task. Mirrors include/linux/lockdep.h without classes. */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H
#include <linux/bug.h>
struct lock_class_key {
	char unused;
};
struct lockdep_map {
	char unused;
};
#define lockdep_is_held(l) (__fsc_lock_held(l, FSC_LOCK_EXCL) || __fsc_lock_held(l, FSC_LOCK_SHARED))
#define lockdep_is_held_type(l, r) lockdep_is_held(l)
#define lockdep_assert(cond) ((void)WARN_ON(!(cond)))
#define lockdep_assert_held(l) ((void)WARN_ON(!lockdep_is_held(l)))
#define lockdep_assert_held_write(l) ((void)WARN_ON(!__fsc_lock_held(l, FSC_LOCK_EXCL)))
#define lockdep_assert_held_read(l) ((void)WARN_ON(!__fsc_lock_held(l, FSC_LOCK_SHARED)))
#define lockdep_assert_not_held(l) ((void)WARN_ON(lockdep_is_held(l)))
#define lockdep_set_class(l, k) do { } while (0)
#define lockdep_set_class_and_name(l, k, n) do { } while (0)
#define lockdep_set_subclass(l, s) do { } while (0)
#define lockdep_assert_irqs_disabled() do { } while (0)
#define lockdep_off() do { } while (0)
#define lockdep_on() do { } while (0)
#define might_lock(l) do { } while (0)
#define might_lock_read(l) do { } while (0)
#define SINGLE_DEPTH_NESTING 1
#endif
