// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wait queues, waiting on bits and variables, and the sleeping of tasks. Mirrors kernel/sched/wait.c, wait_bit.c and
 * what of sched/core.c they need. Left out: timeouts (they never expire), priorities, bookmarks.
 */
#include <linux/wait_bit.h>
#include <linux/rcupdate.h>
#include <linux/mm_types.h>
#include <linux/mmdebug.h>
#include <linux/slab.h>

struct task_struct fsc_tasks[FSC_MAX_TASK];
unsigned char fsc_irqs_off[FSC_MAX_TASK + 1];
struct fsc_rcu fsc_rcu;

/* A task that was woken after it announced its sleep is running again and does not sleep. */
void schedule(void)
{
	struct task_struct *task = current;

	__fsc_point("schedule");
	while (READ_ONCE(task->__state) != TASK_RUNNING)
		__fsc_sleep(task);
}

long schedule_timeout(long timeout)
{
	schedule();
	return timeout;
}

int wake_up_state(struct task_struct *p, unsigned int state)
{
	if (!(p->__state & state))
		return 0;
	WRITE_ONCE(p->__state, TASK_RUNNING);
	__fsc_wake(p, 0);
	return 1;
}

int wake_up_process(struct task_struct *p)
{
	return wake_up_state(p, TASK_NORMAL);
}

int default_wake_function(struct wait_queue_entry *wq_entry, unsigned mode, int flags, void *key)
{
	(void)flags;
	(void)key;
	return wake_up_state(wq_entry->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned mode, int sync, void *key)
{
	int woken = default_wake_function(wq_entry, mode, sync, key);

	if (woken)
		list_del_init_careful(&wq_entry->entry);
	return woken;
}

/* Entries of plain waiters stand before those of exclusive ones. */
void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	spin_lock(&wq_head->lock);
	wq_entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	list_add(&wq_entry->entry, &wq_head->head);
	spin_unlock(&wq_head->lock);
}

void __add_wait_queue_entry_tail(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	list_add_tail(&wq_entry->entry, &wq_head->head);
}

void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	spin_lock(&wq_head->lock);
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue_entry_tail(wq_head, wq_entry);
	spin_unlock(&wq_head->lock);
}

void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	spin_lock(&wq_head->lock);
	list_del(&wq_entry->entry);
	spin_unlock(&wq_head->lock);
}

/* Wakes every plain waiter whose function takes the key, and nr exclusive ones (0: all of them). */
static int __wake_up_common(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive, int wake_flags,
			    void *key)
{
	struct wait_queue_entry *waiter, *next;
	int left = nr_exclusive;

	list_for_each_entry_safe(waiter, next, &wq_head->head, entry) {
		bool exclusive = waiter->flags & WQ_FLAG_EXCLUSIVE;
		int result = waiter->func(waiter, mode, wake_flags, key);

		if (result < 0)
			break;
		if (result && exclusive && --left == 0)
			break;
	}
	return nr_exclusive - left;
}

int __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key)
{
	int woken;

	spin_lock(&wq_head->lock);
	woken = __wake_up_common(wq_head, mode, nr, 0, key);
	spin_unlock(&wq_head->lock);
	return woken;
}

void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr)
{
	__wake_up_common(wq_head, mode, nr, 0, NULL);
}

void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key)
{
	__wake_up_common(wq_head, mode, 1, 0, key);
}

void __wake_up_sync(struct wait_queue_head *wq_head, unsigned int mode)
{
	__wake_up(wq_head, mode, 1, NULL);
}

void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
	wq_entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock(&wq_head->lock);
	if (list_empty(&wq_entry->entry))
		list_add(&wq_entry->entry, &wq_head->head);
	set_current_state(state);
	spin_unlock(&wq_head->lock);
}

bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
	bool was_empty = false;

	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock(&wq_head->lock);
	if (list_empty(&wq_entry->entry)) {
		was_empty = list_empty(&wq_head->head);
		__add_wait_queue_entry_tail(wq_head, wq_entry);
	}
	set_current_state(state);
	spin_unlock(&wq_head->lock);
	return was_empty;
}

long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
	long err = 0;

	/* Whoever explores faults lets the signal come that this sleep can be ended by. */
	if ((state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) && __fsc_fail(FSC_FAULT "signal"))
		current->fsc_signal = true;
	spin_lock(&wq_head->lock);
	if (signal_pending_state(state, current)) {
		/* Unhooked here, so that an exclusive wake-up is not swallowed by a waiter that gives up. */
		list_del_init(&wq_entry->entry);
		err = -ERESTARTSYS;
	} else {
		if (list_empty(&wq_entry->entry)) {
			if (wq_entry->flags & WQ_FLAG_EXCLUSIVE)
				__add_wait_queue_entry_tail(wq_head, wq_entry);
			else
				list_add(&wq_entry->entry, &wq_head->head);
		}
		set_current_state(state);
	}
	spin_unlock(&wq_head->lock);
	return err;
}

void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	__set_current_state(TASK_RUNNING);
	if (list_empty_careful(&wq_entry->entry))
		return;
	spin_lock(&wq_head->lock);
	list_del_init(&wq_entry->entry);
	spin_unlock(&wq_head->lock);
}

/* ---- bits and variables share a table of queues, so unrelated waiters meet on one queue and must check their key ---- */

#define FSC_WAIT_TABLE_BITS 3
static struct wait_queue_head bit_wait_table[1 << FSC_WAIT_TABLE_BITS];

static struct wait_queue_head *fsc_wait_table(unsigned long key)
{
	struct wait_queue_head *wq = &bit_wait_table[((key >> 6) ^ (key >> 12)) & ((1 << FSC_WAIT_TABLE_BITS) - 1)];

	if (!wq->head.next)
		init_waitqueue_head(wq);
	return wq;
}

struct wait_queue_head *bit_waitqueue(unsigned long *word, int bit)
{
	return fsc_wait_table((unsigned long)word + bit);
}

struct wait_queue_head *__var_waitqueue(void *p)
{
	return fsc_wait_table((unsigned long)p);
}

static int var_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *arg)
{
	struct wait_bit_queue_entry *waiter = container_of(wq_entry, struct wait_bit_queue_entry, wq_entry);
	struct wait_bit_key *key = arg;

	if (key->flags != waiter->key.flags || key->bit_nr != waiter->key.bit_nr)
		return 0;
	return autoremove_wake_function(wq_entry, mode, sync, key);
}

int wake_bit_function(struct wait_queue_entry *wq_entry, unsigned mode, int sync, void *arg)
{
	struct wait_bit_key *key = arg;

	if (test_bit(key->bit_nr, key->flags)) /* taken again already */
		return 0;
	return var_wake_function(wq_entry, mode, sync, arg);
}

void init_wait_var_entry(struct wait_bit_queue_entry *wbq_entry, void *var, int flags)
{
	init_wait_func(&wbq_entry->wq_entry, var_wake_function);
	wbq_entry->wq_entry.flags = flags;
	wbq_entry->key.flags = var;
	wbq_entry->key.bit_nr = -1;
	wbq_entry->key.timeout = 0;
}

void __wake_up_bit(struct wait_queue_head *wq_head, unsigned long *word, int bit)
{
	struct wait_bit_key key = { .flags = word, .bit_nr = bit };

	if (waitqueue_active(wq_head))
		__wake_up(wq_head, TASK_NORMAL, 1, &key);
}

void wake_up_bit(unsigned long *word, int bit)
{
	__wake_up_bit(bit_waitqueue(word, bit), word, bit);
}

void wake_up_var(void *var)
{
	__wake_up_bit(__var_waitqueue(var), var, -1);
}

int bit_wait(struct wait_bit_key *key, int mode)
{
	(void)key;
	schedule();
	return signal_pending_state(mode, current) ? -EINTR : 0;
}

int __wait_on_bit(struct wait_queue_head *wq_head, struct wait_bit_queue_entry *wbq_entry, wait_bit_action_f *action,
		  unsigned mode)
{
	int err = 0;

	while (!err) {
		prepare_to_wait(wq_head, &wbq_entry->wq_entry, mode);
		if (!test_bit(wbq_entry->key.bit_nr, wbq_entry->key.flags))
			break;
		err = action(&wbq_entry->key, mode);
	}
	finish_wait(wq_head, &wbq_entry->wq_entry);
	return err;
}

int wait_on_bit(unsigned long *word, int bit, unsigned mode)
{
	struct wait_bit_queue_entry waiter;

	if (!test_bit(bit, word))
		return 0;
	init_wait_func(&waiter.wq_entry, wake_bit_function);
	waiter.key.flags = word;
	waiter.key.bit_nr = bit;
	return __wait_on_bit(bit_waitqueue(word, bit), &waiter, bit_wait, mode);
}

int wait_on_bit_lock(unsigned long *word, int bit, unsigned mode)
{
	while (test_and_set_bit(bit, word)) {
		int err = wait_on_bit(word, bit, mode);

		if (err)
			return err;
	}
	return 0;
}

/* ---- interrupts: who has them off keeps a flush of the TLB waiting, which interrupts every CPU ---- */

static struct {
	char sections;
} fsc_irqs;

bool fsc_tlb_broadcast;

#define FSC_IRQS_NAME "the interrupts that are off"

unsigned long fsc_irq_save(void)
{
	unsigned char *off = &fsc_irqs_off[__fsc_current() + 1];
	unsigned long was = *off;

	if (!(was & FSC_IRQS_SECTION))
		__fsc_lock(&fsc_irqs, FSC_LOCK_SHARED | FSC_LOCK_SPIN, FSC_IRQS_NAME);
	*off = was | FSC_IRQS_SECTION;
	return was;
}

void fsc_irq_restore(unsigned long was)
{
	unsigned char *off = &fsc_irqs_off[__fsc_current() + 1];
	bool ends = (*off & FSC_IRQS_SECTION) && !(was & FSC_IRQS_SECTION);

	*off = was;
	if (ends)
		__fsc_unlock(&fsc_irqs, FSC_LOCK_SHARED | FSC_LOCK_SPIN, FSC_IRQS_NAME);
}

void fsc_interrupt_others(void)
{
	__fsc_lock(&fsc_irqs, FSC_LOCK_EXCL | FSC_LOCK_QUICK, FSC_IRQS_NAME);
	__fsc_unlock(&fsc_irqs, FSC_LOCK_EXCL, FSC_IRQS_NAME);
}

/* ---- RCU: a grace period is over when no task is inside a read section, and none has interrupts off ---- */

static DEFINE_SPINLOCK(fsc_callbacks_lock);
static struct rcu_head *fsc_callbacks, **fsc_callbacks_end = &fsc_callbacks;
static int fsc_callbacks_task;

void synchronize_rcu(void)
{
	__fsc_lock(&fsc_rcu, FSC_LOCK_EXCL, FSC_RCU_NAME);
	VM_BUG_ON(fsc_rcu.readers);
	__fsc_unlock(&fsc_rcu, FSC_LOCK_EXCL, FSC_RCU_NAME);
	fsc_interrupt_others();
}

/* Of an object that is freed the function says where its head lies. */
static void fsc_rcu_call(struct rcu_head *head, rcu_callback_t func)
{
	if ((unsigned long)func < PAGE_SIZE)
		kvfree((char *)head - (unsigned long)func);
	else
		func(head);
}

static void fsc_rcu_callbacks(void *unused)
{
	struct rcu_head *head, *next;

	(void)unused;
	for (;;) {
		spin_lock(&fsc_callbacks_lock);
		head = fsc_callbacks;
		fsc_callbacks = NULL;
		fsc_callbacks_end = &fsc_callbacks;
		if (!head)
			fsc_callbacks_task = 0;
		spin_unlock(&fsc_callbacks_lock);
		if (!head)
			return;
		synchronize_rcu();
		for (; head; head = next) {
			next = head->next;
			fsc_rcu_call(head, head->func);
		}
	}
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	if (__fsc_trylock(&fsc_rcu, FSC_LOCK_EXCL, FSC_RCU_NAME)) {
		__fsc_unlock(&fsc_rcu, FSC_LOCK_EXCL, FSC_RCU_NAME);
		fsc_rcu_call(head, func);
		return;
	}
	head->func = func;
	head->next = NULL;
	spin_lock(&fsc_callbacks_lock);
	*fsc_callbacks_end = head;
	fsc_callbacks_end = &head->next;
	if (!fsc_callbacks_task)
		fsc_callbacks_task = __fsc_task_create("RCU callbacks", fsc_rcu_callbacks, NULL);
	spin_unlock(&fsc_callbacks_lock);
}

void rcu_barrier(void)
{
	int task = READ_ONCE(fsc_callbacks_task);

	if (task)
		__fsc_task_join(task);
}

void fsc_kvfree_rcu(struct rcu_head *head, unsigned long offset)
{
	call_rcu(head, (rcu_callback_t)offset);
}

void fsc_kvfree_rcu_mightsleep(const void *ptr)
{
	synchronize_rcu();
	kvfree(ptr);
}

void synchronize_srcu(struct srcu_struct *s)
{
	__fsc_lock(s, FSC_LOCK_EXCL, "srcu");
	__fsc_unlock(s, FSC_LOCK_EXCL, "srcu");
}

/* ---- signals: noted for the scenario, delivered to nobody ---- */

int send_sig_mceerr(int code, void *addr, short lsb, struct task_struct *t)
{
	t->fsc_sigbus++;
	t->fsc_sigbus_addr = (unsigned long)addr;
	t->fsc_sigbus_lsb = lsb;
	__fsc_event("sigbus", "code %d at %lx, 2^%d bytes", code, (unsigned long)addr, (int)lsb);
	return 0;
}

int force_sig_mceerr(int code, void *addr, short lsb)
{
	return send_sig_mceerr(code, addr, lsb, current);
}

int force_sig_fault(int sig, int code, void *addr)
{
	(void)sig;
	return send_sig_mceerr(code, addr, PAGE_SHIFT, current);
}
