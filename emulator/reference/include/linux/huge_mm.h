/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PMD- and PUD-sized mappings. Mirrors include/linux/huge_mm.h of each era. Left out: anonymous THP, mTHP, sysfs. */
#ifndef _LINUX_HUGE_MM_H
#define _LINUX_HUGE_MM_H
#include <linux/mm.h>
#define HPAGE_PMD_SHIFT PMD_SHIFT
#define HPAGE_PMD_SIZE (1UL << HPAGE_PMD_SHIFT)
#define HPAGE_PMD_MASK (~(HPAGE_PMD_SIZE - 1))
#define HPAGE_PMD_ORDER (HPAGE_PMD_SHIFT - PAGE_SHIFT)
#define HPAGE_PMD_NR (1 << HPAGE_PMD_ORDER)
#define HPAGE_PUD_SHIFT PUD_SHIFT
#define HPAGE_PUD_SIZE (1UL << HPAGE_PUD_SHIFT)
#define HPAGE_PUD_MASK (~(HPAGE_PUD_SIZE - 1))
#define HPAGE_PUD_ORDER (HPAGE_PUD_SHIFT - PAGE_SHIFT)
#define HPAGE_PUD_NR (1 << HPAGE_PUD_ORDER)
#define TVA_ENFORCE_SYSFS (1 << 2)
#define TVA_IN_PF (1 << 1)
#define TVA_SMAPS (1 << 0)
#define THP_ORDERS_ALL_FILE_DEFAULT ((1UL << PMD_ORDER) | (1UL << PUD_ORDER))

#if FSC_ERA < 612
/* The reference kernel's own callers keep what is there; those of a mail meet the release's (mm/huge_memory.c). */
vm_fault_t fsc_insert_pfn_pmd(struct vm_fault *vmf, fsc_pfn_t pfn, bool write);
vm_fault_t vmf_insert_pfn_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, pfn_t pfn, bool write);
#else
#define fsc_insert_pfn_pmd vmf_insert_pfn_pmd
vm_fault_t vmf_insert_pfn_pmd(struct vm_fault *vmf, fsc_pfn_t pfn, bool write);
#endif
vm_fault_t vmf_insert_pfn_pud(struct vm_fault *vmf, fsc_pfn_t pfn, bool write);
vm_fault_t vmf_insert_folio_pmd(struct vm_fault *vmf, struct folio *folio, bool write);
vm_fault_t vmf_insert_folio_pud(struct vm_fault *vmf, struct folio *folio, bool write);
int zap_huge_pmd(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr);
int zap_huge_pud(struct mmu_gather *tlb, struct vm_area_struct *vma, pud_t *pud, unsigned long addr);
int copy_huge_pmd(struct mm_struct *dst_mm, struct mm_struct *src_mm, pmd_t *dst_pmd, pmd_t *src_pmd,
		  unsigned long addr, struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma);
int copy_huge_pud(struct mm_struct *dst_mm, struct mm_struct *src_mm, pud_t *dst_pud, pud_t *src_pud,
		  unsigned long addr, struct vm_area_struct *vma);
vm_fault_t do_huge_pmd_wp_page(struct vm_fault *vmf);
void huge_pmd_set_accessed(struct vm_fault *vmf);
int change_huge_pmd(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr,
		    pgprot_t newprot, unsigned long cp_flags);
void __split_huge_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long address, bool freeze, struct folio *folio);
void __split_huge_pud(struct vm_area_struct *vma, pud_t *pud, unsigned long address);
spinlock_t *__pmd_trans_huge_lock(pmd_t *pmd, struct vm_area_struct *vma);
spinlock_t *__pud_trans_huge_lock(pud_t *pud, struct vm_area_struct *vma);
void touch_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, bool write);
pmd_t maybe_pmd_mkwrite(pmd_t pmd, struct vm_area_struct *vma);
#define split_huge_pmd(vma, pmd, address) do {						\
		pmd_t *__sp = (pmd);							\
		if (is_swap_pmd(*__sp) || pmd_trans_huge(*__sp) || pmd_devmap(*__sp))	\
			__split_huge_pmd(vma, __sp, address, false, NULL);		\
	} while (0)
#define split_huge_pud(vma, pud, address) do {						\
		pud_t *__sp = (pud);							\
		if (pud_trans_huge(*__sp) || pud_devmap(*__sp))				\
			__split_huge_pud(vma, __sp, address);				\
	} while (0)
static inline spinlock_t *pmd_trans_huge_lock(pmd_t *pmd, struct vm_area_struct *vma)
{
	if (pmd_trans_huge(*pmd) || pmd_devmap(*pmd))
		return __pmd_trans_huge_lock(pmd, vma);
	return NULL;
}
static inline spinlock_t *pud_trans_huge_lock(pud_t *pud, struct vm_area_struct *vma)
{
	if (pud_trans_huge(*pud) || pud_devmap(*pud))
		return __pud_trans_huge_lock(pud, vma);
	return NULL;
}
static inline bool pmd_is_devmap_or_huge(pmd_t pmd)
{
	return pmd_trans_huge(pmd) || pmd_devmap(pmd);
}
extern struct folio *huge_zero_folio;
extern unsigned long huge_zero_pfn;
struct folio *mm_get_huge_zero_folio(struct mm_struct *mm);
void mm_put_huge_zero_folio(struct mm_struct *mm);
void fsc_memory_is_short(void); /* what shrinkers can give back is given back */
static inline bool is_huge_zero_folio(const struct folio *folio)
{
	return READ_ONCE(huge_zero_folio) == folio;
}
static inline bool is_huge_zero_pmd(pmd_t pmd)
{
	return pmd_present(pmd) && READ_ONCE(huge_zero_pfn) == pmd_pfn(pmd);
}
#define is_huge_zero_pud(pud) false
void fsc_free_pgtables(struct mm_struct *mm);
bool vma_is_special_huge(const struct vm_area_struct *vma);
unsigned long thp_vma_allowable_orders(struct vm_area_struct *vma, unsigned long vm_flags, unsigned long tva_flags,
				       unsigned long orders);
#define thp_vma_allowable_order(vma, vm_flags, tva_flags, order) \
	(!!thp_vma_allowable_orders(vma, vm_flags, tva_flags, 1UL << (order)))
static inline bool thp_vma_suitable_order(struct vm_area_struct *vma, unsigned long addr, int order)
{
	unsigned long span = PAGE_SIZE << order, start = ALIGN_DOWN(addr, span);

	if (vma->vm_ops && !IS_ALIGNED((vma->vm_start >> PAGE_SHIFT) - vma->vm_pgoff, span >> PAGE_SHIFT))
		return false;
	return start >= vma->vm_start && start + span <= vma->vm_end;
}
#define transhuge_vma_suitable(vma, addr) thp_vma_suitable_order(vma, addr, PMD_ORDER)
unsigned long thp_get_unmapped_area(struct file *filp, unsigned long addr, unsigned long len, unsigned long pgoff,
				    unsigned long flags);
struct page *follow_devmap_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, int flags,
			       struct dev_pagemap **pgmap);
#define split_huge_page(page) (-EBUSY)
#define split_folio(folio) (-EBUSY)
#endif
