/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gathering of unmapped pages until the TLB is flushed. Mirrors include/asm-generic/tlb.h: pages are put after the
 * flush, and the rmap of dirty shared file pages is dropped at the flush (delayed rmap).
 */
#ifndef _ASM_TLB_H
#define _ASM_TLB_H
#include <linux/mm.h>
#define FSC_MMU_GATHER_BATCH 128
struct mmu_gather_batch {
	struct mmu_gather_batch *next;
	unsigned int nr;
	unsigned int max;
	struct encoded_page *encoded_pages[FSC_MMU_GATHER_BATCH];
};
struct mmu_gather {
	struct mm_struct *mm;
	unsigned long start;
	unsigned long end;
	unsigned int fullmm : 1;
	unsigned int need_flush_all : 1;
	unsigned int freed_tables : 1;
	unsigned int delayed_rmap : 1;
	unsigned int cleared_ptes : 1;
	unsigned int cleared_pmds : 1;
	unsigned int cleared_puds : 1;
	struct mmu_gather_batch *active;
	struct mmu_gather_batch local;
};
void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm);
void tlb_gather_mmu_fullmm(struct mmu_gather *tlb, struct mm_struct *mm);
void tlb_finish_mmu(struct mmu_gather *tlb);
void tlb_flush_mmu(struct mmu_gather *tlb);
void tlb_flush_mmu_tlbonly(struct mmu_gather *tlb);
void tlb_flush_rmaps(struct mmu_gather *tlb, struct vm_area_struct *vma);
bool __tlb_remove_page_size(struct mmu_gather *tlb, struct page *page, bool delay_rmap, int page_size);
bool __tlb_remove_folio_pages(struct mmu_gather *tlb, struct page *page, unsigned int nr_pages, bool delay_rmap);
#define __tlb_remove_page(tlb, page, delay_rmap) __tlb_remove_page_size(tlb, page, delay_rmap, PAGE_SIZE)
static inline void tlb_remove_page_size(struct mmu_gather *tlb, struct page *page, int page_size)
{
	if (__tlb_remove_page_size(tlb, page, false, page_size))
		tlb_flush_mmu(tlb);
}
#define tlb_remove_page(tlb, page) tlb_remove_page_size(tlb, page, PAGE_SIZE)
#define tlb_delay_rmap(tlb) (((tlb)->delayed_rmap = 1), true)
#define tlb_change_page_size(tlb, size) do { } while (0)
#define tlb_start_vma(tlb, vma) do { } while (0)
#define tlb_end_vma(tlb, vma) do { } while (0)
static inline void fsc_tlb_span(struct mmu_gather *tlb, unsigned long addr, unsigned long size)
{
	if (addr < tlb->start)
		tlb->start = addr;
	if (addr + size > tlb->end)
		tlb->end = addr + size;
}
#define tlb_remove_tlb_entry(tlb, ptep, addr) fsc_tlb_span(tlb, addr, PAGE_SIZE)
#define tlb_remove_tlb_entries(tlb, ptep, nr, addr) fsc_tlb_span(tlb, addr, (nr) * PAGE_SIZE)
#define tlb_remove_pmd_tlb_entry(tlb, pmdp, addr) fsc_tlb_span(tlb, addr, HPAGE_PMD_SIZE)
#define tlb_remove_pud_tlb_entry(tlb, pudp, addr) fsc_tlb_span(tlb, addr, HPAGE_PUD_SIZE)
#define tlb_flush_pte_range(tlb, addr, size) fsc_tlb_span(tlb, addr, size)
#define tlb_flush_pmd_range(tlb, addr, size) fsc_tlb_span(tlb, addr, size)
#endif
