// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unmapped pages wait here until the TLB is flushed, then lose their reference. Mirrors mm/mmu_gather.c and
 * mm/mmu_notifier.c. Left out: gathering of page tables (they are freed at once), batches beyond one.
 */
#include <linux/mmu_notifier.h>
#include "internal.h"

static void fsc_gather_reset(struct mmu_gather *tlb)
{
	tlb->start = ULONG_MAX;
	tlb->end = 0;
	tlb->freed_tables = 0;
}

static void fsc_gather_init(struct mmu_gather *tlb, struct mm_struct *mm, bool fullmm)
{
	memset(tlb, 0, offsetof(struct mmu_gather, local));
	tlb->mm = mm;
	tlb->fullmm = fullmm;
	tlb->active = &tlb->local;
	tlb->local.next = NULL;
	tlb->local.nr = 0;
	tlb->local.max = FSC_MMU_GATHER_BATCH;
	fsc_gather_reset(tlb);
	atomic_inc(&mm->tlb_flush_pending);
}

void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm)
{
	fsc_gather_init(tlb, mm, false);
}

void tlb_gather_mmu_fullmm(struct mmu_gather *tlb, struct mm_struct *mm)
{
	fsc_gather_init(tlb, mm, true);
}

void tlb_flush_mmu_tlbonly(struct mmu_gather *tlb)
{
	if (tlb->end <= tlb->start)
		return;
	__fsc_event("tlb-flush", "[%lx..%lx)", tlb->start, tlb->end);
	fsc_flush_others();
	fsc_gather_reset(tlb);
}

/* Dirty shared pages keep their mapcount until no other CPU can write through a stale entry. */
void tlb_flush_rmaps(struct mmu_gather *tlb, struct vm_area_struct *vma)
{
	struct mmu_gather_batch *batch = &tlb->local;

	if (!tlb->delayed_rmap)
		return;
	tlb->delayed_rmap = 0;
	for (unsigned int i = 0; i < batch->nr; i++) {
		unsigned long flags = encoded_page_flags(batch->encoded_pages[i]);
		struct page *page = encoded_page_ptr(batch->encoded_pages[i]);
		unsigned int nr = 1;

		if (flags & ENCODED_PAGE_BIT_NR_PAGES_NEXT)
			nr = encoded_nr_pages(batch->encoded_pages[++i]);
		if (flags & ENCODED_PAGE_BIT_DELAY_RMAP)
			folio_remove_rmap_ptes(page_folio(page), page, nr, vma);
	}
}

static void tlb_batch_pages_flush(struct mmu_gather *tlb)
{
	struct mmu_gather_batch *batch = &tlb->local;
	unsigned int nr = batch->nr;

	batch->nr = 0;
	if (nr)
		free_pages_and_swap_cache(batch->encoded_pages, nr);
}

void tlb_flush_mmu(struct mmu_gather *tlb)
{
	tlb_flush_mmu_tlbonly(tlb);
	tlb_batch_pages_flush(tlb);
}

void tlb_finish_mmu(struct mmu_gather *tlb)
{
	/* What another unmapping has taken out and not flushed yet is not to be found by this one's flush being empty. */
	if (atomic_read(&tlb->mm->tlb_flush_pending) > 1) {
		tlb->start = 0;
		tlb->end = TASK_SIZE;
	}
	tlb_flush_mmu(tlb);
	atomic_dec(&tlb->mm->tlb_flush_pending);
}

/* True when the batch is full and the caller must flush. */
bool __tlb_remove_folio_pages(struct mmu_gather *tlb, struct page *page, unsigned int nr_pages, bool delay_rmap)
{
	struct mmu_gather_batch *batch = tlb->active;
	unsigned long flags = delay_rmap ? ENCODED_PAGE_BIT_DELAY_RMAP : 0;

	VM_BUG_ON(!tlb->end);
	if (nr_pages > 1)
		flags |= ENCODED_PAGE_BIT_NR_PAGES_NEXT;
	batch->encoded_pages[batch->nr++] = encode_page(page, flags);
	if (nr_pages > 1)
		batch->encoded_pages[batch->nr++] = encode_nr_pages(nr_pages);
	VM_BUG_ON_PAGE(batch->nr > batch->max, page);
	return batch->nr >= batch->max - 1;
}

bool __tlb_remove_page_size(struct mmu_gather *tlb, struct page *page, bool delay_rmap, int page_size)
{
	(void)page_size;
	return __tlb_remove_folio_pages(tlb, page, 1, delay_rmap);
}

int mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	if (!mm->notifier_subscriptions)
		mm->notifier_subscriptions = kzalloc(sizeof(struct mmu_notifier_subscriptions), GFP_KERNEL);
	if (!mm->notifier_subscriptions)
		return -ENOMEM;
	subscription->mm = mm;
	hlist_add_head(&subscription->hlist, &mm->notifier_subscriptions->list);
	return 0;
}

void mmu_notifier_unregister(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	(void)mm;
	hlist_del_init(&subscription->hlist);
}

void mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range)
{
	struct mmu_notifier *sub;

	if (!mm_has_notifiers(range->mm))
		return;
	hlist_for_each_entry(sub, &range->mm->notifier_subscriptions->list, hlist)
		if (sub->ops->invalidate_range_start)
			sub->ops->invalidate_range_start(sub, range);
}

void mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range)
{
	struct mmu_notifier *sub;

	if (!mm_has_notifiers(range->mm))
		return;
	hlist_for_each_entry(sub, &range->mm->notifier_subscriptions->list, hlist)
		if (sub->ops->invalidate_range_end)
			sub->ops->invalidate_range_end(sub, range);
}
