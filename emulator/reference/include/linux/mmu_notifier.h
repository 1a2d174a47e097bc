/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listeners to changes of an mm's mappings (KVM, drivers). Mirrors include/linux/mmu_notifier.h: ranges, and a list of
 * subscriptions whose invalidate callbacks are called. Left out: interval notifiers, SRCU, change_pte.
 */
#ifndef _LINUX_MMU_NOTIFIER_H
#define _LINUX_MMU_NOTIFIER_H
#include <linux/mm_types.h>
enum mmu_notifier_event {
	MMU_NOTIFY_UNMAP = 0, MMU_NOTIFY_CLEAR, MMU_NOTIFY_PROTECTION_VMA, MMU_NOTIFY_PROTECTION_PAGE,
	MMU_NOTIFY_SOFT_DIRTY, MMU_NOTIFY_RELEASE, MMU_NOTIFY_MIGRATE, MMU_NOTIFY_EXCLUSIVE,
};
#define MMU_NOTIFIER_RANGE_BLOCKABLE (1 << 0)
struct mmu_notifier_range {
	struct mm_struct *mm;
	unsigned long start;
	unsigned long end;
	unsigned int flags;
	enum mmu_notifier_event event;
	void *owner;
};
struct mmu_notifier;
struct mmu_notifier_ops {
	void (*release)(struct mmu_notifier *subscription, struct mm_struct *mm);
	int (*invalidate_range_start)(struct mmu_notifier *subscription, const struct mmu_notifier_range *range);
	void (*invalidate_range_end)(struct mmu_notifier *subscription, const struct mmu_notifier_range *range);
};
struct mmu_notifier {
	struct hlist_node hlist;
	const struct mmu_notifier_ops *ops;
	struct mm_struct *mm;
	unsigned int users;
};
struct mmu_notifier_subscriptions {
	struct hlist_head list;
};
int mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm);
void mmu_notifier_unregister(struct mmu_notifier *subscription, struct mm_struct *mm);
void mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range);
void mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range);
static inline void mmu_notifier_range_init(struct mmu_notifier_range *range, enum mmu_notifier_event event,
					   unsigned flags, struct mm_struct *mm, unsigned long start, unsigned long end)
{
	range->mm = mm;
	range->event = event;
	range->flags = flags;
	range->start = start;
	range->end = end;
	range->owner = NULL;
}
static inline void mmu_notifier_range_init_owner(struct mmu_notifier_range *range, enum mmu_notifier_event event,
						 unsigned int flags, struct mm_struct *mm, unsigned long start,
						 unsigned long end, void *owner)
{
	mmu_notifier_range_init(range, event, flags, mm, start, end);
	range->owner = owner;
}
#define mm_has_notifiers(mm) ((mm)->notifier_subscriptions != NULL)
#define mmu_notifier_arch_invalidate_secondary_tlbs(mm, start, end) do { } while (0)
#define ptep_clear_flush_notify ptep_clear_flush
#define set_pte_at_notify(mm, addr, ptep, pte) set_pte_at(mm, addr, ptep, pte)
#define mmu_notifier_invalidate_range_only_end(range) mmu_notifier_invalidate_range_end(range)
#endif
