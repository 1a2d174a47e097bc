/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RCU and SRCU. Mirrors include/linux/rcupdate.h and srcu.h. A grace period is a point where other tasks may run and
 * ends when no task is inside a read section; callbacks run at once after it.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H
#include <linux/spinlock.h>
#include <linux/list.h>
extern int fsc_rcu_readers;
#define rcu_read_lock() ((void)fsc_rcu_readers++)
#define rcu_read_unlock() ((void)fsc_rcu_readers--)
#define rcu_read_lock_held() 1
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_dereference_check(p, c) READ_ONCE(p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_assign_pointer(p, v) WRITE_ONCE(p, v)
#define RCU_INIT_POINTER(p, v) ((p) = (v))
#define RCU_LOCKDEP_WARN(c, s) do { } while (0)
#define rcu_head_init(h) do { } while (0)
void synchronize_rcu(void);
void call_rcu(struct rcu_head *head, rcu_callback_t func);
#define synchronize_rcu_expedited() synchronize_rcu()
#define rcu_barrier() do { } while (0)
#define kfree_rcu(ptr, member) kfree(ptr)
struct srcu_struct {
	int readers;
};
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name
#define DEFINE_SRCU(name) struct srcu_struct name
#define init_srcu_struct(s) ((s)->readers = 0)
#define cleanup_srcu_struct(s) do { } while (0)
/* An SRCU read section is a shared lock of the runner, so that lockdep_assert_held() can ask for it. */
static inline int srcu_read_lock(struct srcu_struct *s)
{
	__fsc_lock(s, FSC_LOCK_SHARED, "srcu");
	s->readers++;
	return 0;
}
static inline void srcu_read_unlock(struct srcu_struct *s, int idx)
{
	(void)idx;
	s->readers--;
	__fsc_unlock(s, FSC_LOCK_SHARED, "srcu");
}
#define srcu_read_lock_held(s) lockdep_is_held(s)
void synchronize_srcu(struct srcu_struct *s);
#define srcu_dereference(p, s) READ_ONCE(p)
#endif
