/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work items, run at once by whoever queues them; delayed ones by a task of their own, which begins when the one that queued
 * them sleeps or is done. Mirrors include/linux/workqueue.h; the delay itself is nothing.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H
#include <linux/kernel.h>
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
struct work_struct {
	work_func_t func;
};
struct workqueue_struct;
#define INIT_WORK(w, f) ((w)->func = (f))
#define schedule_work(w) ((w)->func(w), true)
static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	(void)wq;
	work->func(work);
	return true;
}
#define flush_work(w) true
#define cancel_work_sync(w) true

struct delayed_work {
	struct work_struct work;
	int task, before; /* ours: who runs it, and who did last */
	bool pending;
};
#define INIT_DELAYED_WORK(w, f) \
	((w)->work.func = (f), (w)->task = 0, (w)->before = 0, (w)->pending = false)
#define to_delayed_work(w) container_of(w, struct delayed_work, work)
extern struct workqueue_struct *system_wq, *system_long_wq, *system_unbound_wq, *system_dfl_wq, *system_percpu_wq,
	*system_dfl_long_wq;
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
#define schedule_delayed_work(dwork, delay) queue_delayed_work(system_wq, dwork, delay)
bool flush_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
#define delayed_work_pending(w) ((w)->pending)
#endif
