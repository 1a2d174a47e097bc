/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spin locks, rw locks, bit locks and sequence counters: names for the runner's locks, which are keyed by address.
 * Mirrors include/linux/spinlock.h and seqlock.h. Interrupts never come but to flush TLBs: a flush waits for whoever has
 * them off, as on architectures that flush by interrupt. Left out: lock classes; that it waits also for who has them off
 * only because a spin lock turns them off, which no lookup of page tables does.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>

typedef struct {
	unsigned int raw;
} raw_spinlock_t;
typedef struct spinlock {
	unsigned int raw;
} spinlock_t;
typedef struct {
	unsigned int raw;
} rwlock_t;

/* By task, the boot task first: local interrupts are off, by a spin lock or (FSC_IRQS_SECTION) by themselves. */
extern unsigned char fsc_irqs_off[];
#define FSC_IRQS_LOCK 1
#define FSC_IRQS_SECTION 2
unsigned long fsc_irq_save(void);
void fsc_irq_restore(unsigned long was);
void fsc_interrupt_others(void); /* returns when each other task has had interrupts on */
/* The machine flushes TLBs without interrupting anybody, as arm64 does: a flush waits for nobody. */
extern bool fsc_tlb_broadcast;
#define fsc_flush_others() do { if (!fsc_tlb_broadcast) fsc_interrupt_others(); } while (0)
#define fsc_irqs_mine() fsc_irqs_off[__fsc_current() + 1]

#define __SPIN_LOCK_UNLOCKED(name) { 0 }
#define __RAW_SPIN_LOCK_UNLOCKED(name) { 0 }
#define __RW_LOCK_UNLOCKED(name) { 0 }
#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = __RAW_SPIN_LOCK_UNLOCKED(x)
#define DEFINE_RWLOCK(x) rwlock_t x = __RW_LOCK_UNLOCKED(x)
#define FSC_SPIN (FSC_LOCK_EXCL | FSC_LOCK_SPIN)
#define spin_lock_init(l) ((l)->raw = 0)
#define raw_spin_lock_init(l) ((l)->raw = 0)
#define rwlock_init(l) ((l)->raw = 0)
#define spin_lock(l) __fsc_lock(l, FSC_SPIN, #l)
#define spin_lock_nested(l, subclass) __fsc_lock(l, FSC_SPIN, #l)
#define spin_lock_bh(l) spin_lock(l)
#define spin_lock_irq(l) do { fsc_irqs_mine() |= FSC_IRQS_LOCK; spin_lock(l); } while (0)
#define spin_lock_irqsave(l, flags) do { (flags) = fsc_irqs_mine(); fsc_irqs_mine() |= FSC_IRQS_LOCK; spin_lock(l); } while (0)
#define spin_lock_irqsave_nested(l, flags, subclass) spin_lock_irqsave(l, flags)
#define spin_trylock(l) __fsc_trylock(l, FSC_SPIN, #l)
#define spin_unlock(l) __fsc_unlock(l, FSC_SPIN, #l)
#define spin_unlock_bh(l) spin_unlock(l)
#define spin_unlock_irq(l) do { spin_unlock(l); local_irq_enable(); } while (0)
#define spin_unlock_irqrestore(l, flags) do { spin_unlock(l); local_irq_restore(flags); } while (0)
#define spin_is_locked(l) __fsc_lock_held(l, FSC_LOCK_EXCL)
#define spin_needbreak(l) 0
#define cond_resched_lock(l) 0
#define assert_spin_locked(l) BUG_ON(!__fsc_lock_held(l, FSC_LOCK_EXCL))
#define raw_spin_lock spin_lock
#define raw_spin_unlock spin_unlock
#define raw_spin_lock_irqsave spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore
#define read_lock(l) __fsc_lock(l, FSC_SPIN | FSC_LOCK_SHARED, #l)
#define read_unlock(l) __fsc_unlock(l, FSC_SPIN | FSC_LOCK_SHARED, #l)
#define write_lock(l) __fsc_lock(l, FSC_SPIN, #l)
#define write_unlock(l) __fsc_unlock(l, FSC_SPIN, #l)
#define local_irq_save(flags) ((void)((flags) = fsc_irq_save()))
#define local_irq_restore(flags) fsc_irq_restore(flags)
#define local_irq_disable() ((void)fsc_irq_save())
#define local_irq_enable() fsc_irq_restore(0)
#define preempt_disable() do { } while (0)
#define preempt_enable() do { } while (0)
#define in_interrupt() 0
#define in_task() 1
#define irqs_disabled() (fsc_irqs_mine() != 0)

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;
typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;
#define seqcount_init(s) ((s)->sequence = 0)
#define seqlock_init(sl) ((sl)->seqcount.sequence = 0, (sl)->lock.raw = 0)
#define raw_read_seqcount(s) READ_ONCE((s)->sequence)
#define read_seqcount_begin(s) READ_ONCE((s)->sequence)
#define read_seqcount_retry(s, start) (READ_ONCE((s)->sequence) != (start))
#define raw_write_seqcount_begin(s) ((s)->sequence++)
#define raw_write_seqcount_end(s) ((s)->sequence++)
#define write_seqcount_begin(s) ((s)->sequence++)
#define write_seqcount_end(s) ((s)->sequence++)
#define read_seqbegin(sl) READ_ONCE((sl)->seqcount.sequence)
#define read_seqretry(sl, start) (READ_ONCE((sl)->seqcount.sequence) != (start))
#endif
