/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completions over wait queues. Mirrors include/linux/completion.h. */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H
#include <linux/wait.h>
struct completion {
	unsigned int done;
	struct wait_queue_head wait;
};
#define DECLARE_COMPLETION_ONSTACK(w) struct completion w = { 0, __WAIT_QUEUE_HEAD_INITIALIZER((w).wait) }
static inline void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}
static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}
static inline void complete(struct completion *x)
{
	x->done++;
	wake_up(&x->wait);
}
static inline void complete_all(struct completion *x)
{
	x->done = UINT_MAX / 2;
	wake_up_all(&x->wait);
}
static inline void wait_for_completion(struct completion *x)
{
	wait_event(x->wait, x->done);
	if (x->done != UINT_MAX / 2)
		x->done--;
}
static inline bool completion_done(struct completion *x)
{
	return x->done != 0;
}
#endif
