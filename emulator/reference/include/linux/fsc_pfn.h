/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a pfn is passed around as: a pfn_t with a note of what it is up to v6.16, a bare number since (v6.17, "mm: remove
 * remaining uses of PFN_DEV and PFN_MAP", "mm: convert vmf_insert_mixed() from using pfn_t to unsigned long" and what
 * is around them). Ours, so that one text serves both; mirrors no kernel file.
 */
#ifndef FSC_PFN_H
#define FSC_PFN_H
#include <linux/pfn_t.h>

#if FSC_ERA >= 618
#define fsc_pfn_t unsigned long
#define __fsc_pfn(pfn, flags) (pfn)
#define fsc_pfn(pfn) (pfn)
#define fsc_pfn_at(phys, flags) PHYS_PFN(phys)
#define fsc_pfn_of(page) page_to_pfn(page)
#define fsc_pfn_raw(pfn) (pfn)
#define fsc_pfn_page(pfn) pfn_to_page(pfn)
#define fsc_pfn_pte(pfn, prot) pfn_pte(pfn, prot)
#define fsc_pfn_pmd(pfn, prot) pfn_pmd(pfn, prot)
#define fsc_pfn_pud(pfn, prot) pfn_pud(pfn, prot)
#define fsc_pfn_devmap(pfn) false
#define fsc_pfn_special(pfn) false
#else
#define fsc_pfn_t pfn_t
#define __fsc_pfn(pfn, flags) __pfn_to_pfn_t(pfn, flags)
#define fsc_pfn(pfn) pfn_to_pfn_t(pfn)
#define fsc_pfn_at(phys, flags) phys_to_pfn_t(phys, flags)
#define fsc_pfn_of(page) page_to_pfn_t(page)
#define fsc_pfn_raw(pfn) pfn_t_to_pfn(pfn)
#define fsc_pfn_page(pfn) pfn_t_to_page(pfn)
#define fsc_pfn_pte(pfn, prot) pfn_t_pte(pfn, prot)
#define fsc_pfn_pmd(pfn, prot) pfn_t_pmd(pfn, prot)
#define fsc_pfn_pud(pfn, prot) pfn_t_pud(pfn, prot)
#define fsc_pfn_devmap(pfn) pfn_t_devmap(pfn)
#define fsc_pfn_special(pfn) pfn_t_special(pfn)
#endif
#endif
