/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pfn with a note of what it is. Mirrors include/linux/pfn_t.h (v6.17 dropped it, the header with it). Bits 63 to 59:
 * scatterlist chain and end, device memory, has a struct page, special.
 */
#ifndef _LINUX_PFN_T_H
#define _LINUX_PFN_T_H
#include <linux/pfn.h>
#include <linux/pgtable.h>
#if FSC_ERA < 618
#define PFN_FLAGS_MASK (((u64)(~PAGE_MASK)) << (64 - PAGE_SHIFT))
#define PFN_SG_CHAIN (1ULL << 63)
#define PFN_SG_LAST (1ULL << 62)
#define PFN_DEV (1ULL << 61)
#define PFN_MAP (1ULL << 60)
#define PFN_SPECIAL (1ULL << 59)
#define PFN_FLAGS_TRACE { }

static inline pfn_t __pfn_to_pfn_t(unsigned long pfn, u64 flags)
{
	pfn_t r;

	r.val = (flags & PFN_FLAGS_MASK) | pfn;
	return r;
}
static inline pfn_t pfn_to_pfn_t(unsigned long pfn)
{
	return __pfn_to_pfn_t(pfn, 0);
}
static inline pfn_t phys_to_pfn_t(phys_addr_t addr, u64 flags)
{
	return __pfn_to_pfn_t(PHYS_PFN(addr), flags);
}
static inline bool pfn_t_has_page(pfn_t pfn)
{
	u64 kind = pfn.val & (PFN_MAP | PFN_DEV);

	return kind != PFN_DEV; /* RAM, or a device that says it has a memmap */
}
static inline unsigned long pfn_t_to_pfn(pfn_t pfn)
{
	return pfn.val & ~PFN_FLAGS_MASK;
}
static inline struct page *pfn_t_to_page(pfn_t pfn)
{
	return pfn_t_has_page(pfn) ? pfn_to_page(pfn_t_to_pfn(pfn)) : NULL;
}
static inline phys_addr_t pfn_t_to_phys(pfn_t pfn)
{
	return PFN_PHYS(pfn_t_to_pfn(pfn));
}
static inline pfn_t page_to_pfn_t(struct page *page)
{
	return pfn_to_pfn_t(page_to_pfn(page));
}
static inline int pfn_t_valid(pfn_t pfn)
{
	return pfn_valid(pfn_t_to_pfn(pfn));
}
static inline pte_t pfn_t_pte(pfn_t pfn, pgprot_t pgprot)
{
	return pfn_pte(pfn_t_to_pfn(pfn), pgprot);
}
static inline pmd_t pfn_t_pmd(pfn_t pfn, pgprot_t pgprot)
{
	return pfn_pmd(pfn_t_to_pfn(pfn), pgprot);
}
static inline pud_t pfn_t_pud(pfn_t pfn, pgprot_t pgprot)
{
	return pfn_pud(pfn_t_to_pfn(pfn), pgprot);
}
static inline bool pfn_t_devmap(pfn_t pfn)
{
	u64 both = PFN_DEV | PFN_MAP;

	return (pfn.val & both) == both;
}
static inline bool pfn_t_special(pfn_t pfn)
{
	return (pfn.val & PFN_SPECIAL) != 0;
}
#endif
#endif
