/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RCU and SRCU. Mirrors include/linux/rcupdate.h and srcu.h. A read section is a shared lock of the runner, a grace period
 * who takes it exclusively: it ends when no task is inside one. A callback runs at once where nobody reads, else in a task
 * of its own when they have gone.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H
#include <linux/spinlock.h>
#include <linux/list.h>
struct fsc_rcu {
	int readers; /* what a memory model sees of a read section */
};
extern struct fsc_rcu fsc_rcu;
#define FSC_RCU_NAME "the RCU read lock"
#define rcu_read_lock() (__fsc_lock(&fsc_rcu, FSC_LOCK_SHARED | FSC_LOCK_SPIN, FSC_RCU_NAME), (void)fsc_rcu.readers++)
#define rcu_read_unlock() ((void)fsc_rcu.readers--, __fsc_unlock(&fsc_rcu, FSC_LOCK_SHARED | FSC_LOCK_SPIN, FSC_RCU_NAME))
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
#define call_rcu_hurry(head, func) call_rcu(head, func)
#define synchronize_rcu_expedited() synchronize_rcu()
void rcu_barrier(void);
/* The head says where it lies in its object, as in the kernel; without one the caller waits. */
void fsc_kvfree_rcu(struct rcu_head *head, unsigned long offset);
void fsc_kvfree_rcu_mightsleep(const void *ptr);
#define FSC_KFREE_RCU(ptr, member) \
	do { \
		__typeof__(ptr) __freed = (ptr); \
		if (__freed) \
			fsc_kvfree_rcu(&__freed->member, offsetof(__typeof__(*__freed), member)); \
	} while (0)
#define FSC_KFREE_RCU_OF(_1, _2, name, ...) name
#define kfree_rcu(...) FSC_KFREE_RCU_OF(__VA_ARGS__, FSC_KFREE_RCU, fsc_kvfree_rcu_mightsleep)(__VA_ARGS__)
#define kvfree_rcu(...) kfree_rcu(__VA_ARGS__)
#define kfree_rcu_mightsleep(ptr) fsc_kvfree_rcu_mightsleep(ptr)
#define kvfree_rcu_mightsleep(ptr) fsc_kvfree_rcu_mightsleep(ptr)
/* Its address is all: the runner knows who reads. */
struct srcu_struct {
	int fsc_srcu;
};
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name
#define DEFINE_SRCU(name) struct srcu_struct name
#define init_srcu_struct(s) ((s)->fsc_srcu = 0)
#define cleanup_srcu_struct(s) do { } while (0)
/* An SRCU read section is a shared lock of the runner, so that lockdep_assert_held() can ask for it. */
static inline int srcu_read_lock(struct srcu_struct *s)
{
	__fsc_lock(s, FSC_LOCK_SHARED | FSC_LOCK_QUICK, "srcu");
	return 0;
}
static inline void srcu_read_unlock(struct srcu_struct *s, int idx)
{
	(void)idx;
	__fsc_unlock(s, FSC_LOCK_SHARED, "srcu");
}
#define srcu_read_lock_held(s) lockdep_is_held(s)
void synchronize_srcu(struct srcu_struct *s);
#define srcu_dereference(p, s) READ_ONCE(p)
#endif
