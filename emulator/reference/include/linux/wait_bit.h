/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting on a bit or on a variable through the hashed table of wait queues. Mirrors include/linux/wait_bit.h.
 */
#ifndef _LINUX_WAIT_BIT_H
#define _LINUX_WAIT_BIT_H
#include <linux/wait.h>

struct wait_bit_key {
	unsigned long *flags;
	int bit_nr;
	unsigned long timeout;
};
struct wait_bit_queue_entry {
	struct wait_bit_key key;
	struct wait_queue_entry wq_entry;
};
typedef int wait_bit_action_f(struct wait_bit_key *key, int mode);

void __wake_up_bit(struct wait_queue_head *wq_head, unsigned long *word, int bit);
void wake_up_bit(unsigned long *word, int bit);
struct wait_queue_head *bit_waitqueue(unsigned long *word, int bit);
int wake_bit_function(struct wait_queue_entry *wq_entry, unsigned mode, int sync, void *key);
int __wait_on_bit(struct wait_queue_head *wq_head, struct wait_bit_queue_entry *wbq_entry, wait_bit_action_f *action,
		  unsigned mode);
int bit_wait(struct wait_bit_key *key, int mode);
int wait_on_bit(unsigned long *word, int bit, unsigned mode);
int wait_on_bit_lock(unsigned long *word, int bit, unsigned mode);

void init_wait_var_entry(struct wait_bit_queue_entry *wbq_entry, void *var, int flags);
void wake_up_var(void *var);
struct wait_queue_head *__var_waitqueue(void *p);

#define ___wait_var_event(var, condition, state, exclusive, ret, cmd)	\
({									\
	struct wait_queue_head *__wq_head = __var_waitqueue(var);	\
	struct wait_bit_queue_entry __wbq_entry;			\
	long __ret = ret;						\
									\
	init_wait_var_entry(&__wbq_entry, var, (exclusive) ? WQ_FLAG_EXCLUSIVE : 0); \
	for (;;) {							\
		long __int = prepare_to_wait_event(__wq_head, &__wbq_entry.wq_entry, state); \
									\
		if (condition)						\
			break;						\
		if (___wait_is_interruptible(state) && __int) {		\
			__ret = __int;					\
			break;						\
		}							\
		cmd;							\
	}								\
	finish_wait(__wq_head, &__wbq_entry.wq_entry);			\
	__ret;								\
})
#define __wait_var_event(var, condition) \
	___wait_var_event(var, condition, TASK_UNINTERRUPTIBLE, 0, 0, schedule())
#define wait_var_event(var, condition)					\
	do {								\
		might_sleep();						\
		if (!(condition))					\
			(void)__wait_var_event(var, condition);		\
	} while (0)
#define wait_var_event_killable(var, condition)				\
	({ (condition) ? 0 : (int)___wait_var_event(var, condition, TASK_KILLABLE, 0, 0, schedule()); })
#define wait_var_event_interruptible(var, condition)			\
	({ (condition) ? 0 : (int)___wait_var_event(var, condition, TASK_INTERRUPTIBLE, 0, 0, schedule()); })
#define wake_up_var_locked(var, lock) wake_up_var(var)
static inline void clear_and_wake_up_bit(int bit, unsigned long *word)
{
	clear_bit_unlock(bit, word);
	wake_up_bit(word, bit);
}
#endif
