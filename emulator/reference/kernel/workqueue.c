// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Delayed work: each time it is queued a task is made for it, which waits for the one before, because a work item does not run
 * beside itself. Mirrors the interface of kernel/workqueue.c; queues are nothing but names.
 */
#include <linux/workqueue.h>

struct workqueue_struct *system_wq;
struct workqueue_struct *system_long_wq;
struct workqueue_struct *system_unbound_wq;
struct workqueue_struct *system_dfl_wq;
struct workqueue_struct *system_percpu_wq;
struct workqueue_struct *system_dfl_long_wq;

static void fsc_run_delayed(void *arg)
{
	struct delayed_work *dwork = arg;

	if (dwork->before)
		__fsc_task_join(dwork->before);
	if (!dwork->pending)
		return; /* taken back */
	dwork->pending = false;
	dwork->work.func(&dwork->work);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	(void)wq;
	(void)delay;
	if (dwork->pending)
		return false;
	dwork->pending = true;
	dwork->before = dwork->task;
	dwork->task = __fsc_task_create("kworker", fsc_run_delayed, dwork);
	return true;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	return !queue_delayed_work(wq, dwork, delay);
}

/* Who is queued by the work itself is waited for, too: one after the other. */
bool flush_delayed_work(struct delayed_work *dwork)
{
	bool was = dwork->task != 0;

	for (int id = 0; id != dwork->task;) {
		id = dwork->task;
		__fsc_task_join(id);
	}
	return was;
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	bool was = dwork->pending;

	dwork->pending = false;
	return was;
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was = cancel_delayed_work(dwork);

	if (dwork->task)
		__fsc_task_join(dwork->task);
	return was;
}
