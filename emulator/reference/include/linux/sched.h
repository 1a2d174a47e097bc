/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks: one task_struct for each task of the runner. Mirrors the part of include/linux/sched.h that sleeping, waking
 * and "current" need. A task is never sent a signal, unless a scenario sets task->fsc_signal.
 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H
#include <linux/spinlock.h>
#include <linux/list.h>

struct mm_struct;
struct wake_q_node {
	struct wake_q_node *next;
};

#define FSC_MAX_TASK 16
#define TASK_RUNNING 0x00000000
#define TASK_INTERRUPTIBLE 0x00000001
#define TASK_UNINTERRUPTIBLE 0x00000002
#define TASK_WAKEKILL 0x00000100
#define TASK_FREEZABLE 0x00002000
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE (0x400 | TASK_UNINTERRUPTIBLE)
#define TASK_COMM_LEN 16
#define MAX_SCHEDULE_TIMEOUT LONG_MAX
#define PF_MEMALLOC 0x00000800
#define PF_EXITING 0x00000004
#define PF_KTHREAD 0x00200000
#define PF_LOCAL_THROTTLE 0x00100000

struct task_struct {
	unsigned int __state;
	unsigned int flags;
	int pid;
	int tgid;
	struct mm_struct *mm;
	struct mm_struct *active_mm;
	char comm[TASK_COMM_LEN];
	void *journal_info;
	void *files;
	void *plug;
	struct bio **bio_list; /* where submitting a bio in a driver leaves it, for when the driver is done */
	bool fsc_signal;
	int fsc_refs; /* get_task_struct() */
	unsigned int fsc_sigbus; /* SIGBUS delivered so far: memory failure, faults past the end of a file */
	unsigned short fsc_sigbus_lsb;
	unsigned long fsc_sigbus_addr;
};
extern struct task_struct fsc_tasks[FSC_MAX_TASK];

static inline struct task_struct *get_current(void)
{
	int id = __fsc_current();

	BUG_ON(id < 0 || id >= FSC_MAX_TASK);
	return &fsc_tasks[id];
}
#define current get_current()

#define set_current_state(s) WRITE_ONCE(current->__state, (s))
#define __set_current_state(s) WRITE_ONCE(current->__state, (s))
#define set_task_state(t, s) WRITE_ONCE((t)->__state, (s))
#define get_current_state() READ_ONCE(current->__state)
void schedule(void);
long schedule_timeout(long timeout);
#define io_schedule() schedule()
#define io_schedule_timeout(t) schedule_timeout(t)
#define schedule_timeout_uninterruptible(t) schedule_timeout(t)
#define yield() __fsc_point("yield")
int wake_up_process(struct task_struct *p);
int wake_up_state(struct task_struct *p, unsigned int state);

#define signal_pending(t) ((t)->fsc_signal)
#define fatal_signal_pending(t) ((t)->fsc_signal)
#define signal_pending_state(state, t) (((state) & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) && (t)->fsc_signal)
#define need_resched() 0
#define task_pid_nr(t) ((t)->pid)
static inline struct task_struct *get_task_struct(struct task_struct *t)
{
	t->fsc_refs++;
	return t;
}
static inline void put_task_struct(struct task_struct *t)
{
	WARN_ON(t->fsc_refs-- <= 0);
}
#define for_each_process(p) for ((p) = fsc_tasks; (p) < fsc_tasks + FSC_MAX_TASK; (p)++)
#define for_each_thread(p, t) for ((t) = (p); (t); (t) = NULL)
#define PF_MCE_PROCESS 0x00000080
#define PF_MCE_EARLY 0x08000000
#define SEND_SIG_PRIV NULL
enum pid_type { PIDTYPE_PID };
#define do_send_sig_info(sig, info, t, type) ({ (t)->fsc_signal = true; 0; })
#define memalloc_nofs_save() 0u
#define memalloc_nofs_restore(f) ((void)(f))
#define memalloc_noio_save() 0u
#define memalloc_noio_restore(f) ((void)(f))
#define mmgrab(mm) do { (void)(mm); } while (0)
#define mmdrop(mm) do { (void)(mm); } while (0)

#define SIGBUS 7
#define SIGKILL 9
#define SIGSEGV 11
#define BUS_MCEERR_AR 4
#define BUS_MCEERR_AO 5
#define BUS_ADRERR 2
int force_sig_mceerr(int code, void *addr, short lsb);
int send_sig_mceerr(int code, void *addr, short lsb, struct task_struct *t);
int force_sig_fault(int sig, int code, void *addr);
#define jiffies 0UL
#define HZ 250
#define msecs_to_jiffies(m) ((unsigned long)(m) / 4)
#define msleep(ms) __fsc_point("msleep")
#define udelay(us) do { } while (0)
#define cpu_relax() __fsc_point("cpu_relax")
#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define num_online_cpus() 2u
#define nr_cpu_ids 2u
#endif
