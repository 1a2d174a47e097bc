/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mm/ files share. Mirrors mm/internal.h. */
#ifndef __MM_INTERNAL_H
#define __MM_INTERNAL_H
#include <linux/pagevec.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/memcontrol.h>
#include <linux/highmem.h>
#include <asm/tlb.h>

static inline void prep_compound_head(struct page *page, unsigned int order)
{
	struct folio *folio = (struct folio *)page;

	folio_set_order(folio, order);
	atomic_set(&folio->_pincount, 0);
	atomic_set(&folio->_nr_pages_mapped, 0);
	atomic_set(&folio->_entire_mapcount, -1);
	atomic_set(&folio->_large_mapcount, -1);
#if FSC_ERA >= 615 && !defined(FSC_OLD_FOLIO)
	folio->_mm_ids = 0;
	folio->_mm_id_mapcount[0] = -1;
	folio->_mm_id_mapcount[1] = -1;
#endif
	if (order > 1)
		INIT_LIST_HEAD(&folio->_deferred_list);
}
#if FSC_ERA >= 701
static inline void prep_compound_tail(struct page *tail, const struct page *head, unsigned int order)
{
	tail->mapping = TAIL_MAPPING;
	set_compound_head(tail, head, order);
	tail->private = 0;
}
#define fsc_prep_tail(head, i, order) prep_compound_tail((head) + (i), head, order)
#else
static inline void prep_compound_tail(struct page *head, int tail_idx)
{
	struct page *tail = head + tail_idx;

	tail->mapping = TAIL_MAPPING;
	set_compound_head(tail, head);
	tail->private = 0;
}
#define fsc_prep_tail(head, i, order) prep_compound_tail(head, i)
#endif
bool free_pages_prepare(struct page *page, unsigned int order);
void fsc_init_ram_page(struct page *page, unsigned long pfn);
struct folio *try_grab_folio_fast(struct page *page, int refs, unsigned int flags);
int try_grab_folio(struct folio *folio, int refs, unsigned int flags);
void unmap_page_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long addr, unsigned long end,
		      struct zap_details *details);
void mlock_folio(struct folio *folio);
void munlock_folio(struct folio *folio);
static inline void mlock_vma_folio(struct folio *folio, struct vm_area_struct *vma)
{
	if (unlikely((vma->vm_flags & (VM_LOCKED | VM_SPECIAL)) == VM_LOCKED))
		mlock_folio(folio);
}
static inline void munlock_vma_folio(struct folio *folio, struct vm_area_struct *vma)
{
	if (unlikely(vma->vm_flags & VM_LOCKED))
		munlock_folio(folio);
}
/* Large anonymous folios do not exist here, so none is ever queued. */
static inline bool folio_unqueue_deferred_split(struct folio *folio)
{
	(void)folio;
	return false;
}
void free_unref_folios(struct folio_batch *fbatch);
pmd_t *mm_find_pmd(struct mm_struct *mm, unsigned long address);
vm_fault_t do_wp_page(struct vm_fault *vmf);
#if FSC_ERA >= 612
vm_fault_t do_swap_page(struct vm_fault *vmf);
#endif
void pmd_install(struct mm_struct *mm, pmd_t *pmd, pgtable_t *pte);
void zap_deposited_table(struct mm_struct *mm, pmd_t *pmd);

struct folio_batch;
unsigned find_get_entries(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch,
			  pgoff_t *indices);
unsigned find_lock_entries(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch,
			   pgoff_t *indices);

extern unsigned long highest_memmap_pfn; /* mm/memory.c */
#endif
