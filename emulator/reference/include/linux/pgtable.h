/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86-64 page tables: four levels of 8-byte entries in RAM pages. Mirrors include/linux/pgtable.h and arch/x86
 * asm/pgtable*.h. Bits: present 0, write 1, user 2, accessed 5, dirty 6, huge 7, special 9, devmap 58, no-execute 63.
 * Left out: protnone, swap entries, encryption, soft dirty, uffd, shadow stack; p4d is folded into pgd.
 */
#ifndef _LINUX_PGTABLE_H
#define _LINUX_PGTABLE_H
#include <linux/mm_types.h>
#include <linux/pfn.h>

#define PGDIR_SHIFT 39
#define P4D_SHIFT 39
#define PUD_SHIFT 30
#define PMD_SHIFT 21
#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PGDIR_MASK (~(PGDIR_SIZE - 1))
#define P4D_SIZE PGDIR_SIZE
#define P4D_MASK PGDIR_MASK
#define PUD_SIZE (1UL << PUD_SHIFT)
#define PUD_MASK (~(PUD_SIZE - 1))
#define PMD_SIZE (1UL << PMD_SHIFT)
#define PMD_MASK (~(PMD_SIZE - 1))
#define PMD_ORDER (PMD_SHIFT - PAGE_SHIFT)
#define PUD_ORDER (PUD_SHIFT - PAGE_SHIFT)
#define PTRS_PER_PTE 512
#define PTRS_PER_PMD 512
#define PTRS_PER_PUD 512
#define PTRS_PER_PGD 512
#define TASK_SIZE 0x00007ffffffff000UL
#define FIRST_USER_ADDRESS 0UL

#define _PAGE_BIT_PRESENT 0
#define _PAGE_BIT_RW 1
#define _PAGE_BIT_USER 2
#define _PAGE_BIT_ACCESSED 5
#define _PAGE_BIT_DIRTY 6
#define _PAGE_BIT_PSE 7
#define _PAGE_BIT_GLOBAL 8
#define _PAGE_BIT_SOFTW1 9
#define _PAGE_BIT_SOFTW4 58
#define _PAGE_BIT_NX 63
#define _PAGE_BIT_SPECIAL _PAGE_BIT_SOFTW1
#define _PAGE_BIT_DEVMAP _PAGE_BIT_SOFTW4
#define _PAGE_PRESENT (1UL << 0)
#define _PAGE_RW (1UL << 1)
#define _PAGE_USER (1UL << 2)
#define _PAGE_ACCESSED (1UL << 5)
#define _PAGE_DIRTY (1UL << 6)
#define _PAGE_PSE (1UL << 7)
#define _PAGE_GLOBAL (1UL << 8)
#define _PAGE_SPECIAL (1UL << 9)
#define _PAGE_DEVMAP (1UL << 58)
#define _PAGE_NX (1UL << 63)
#define PTE_PFN_MASK 0x000ffffffffff000UL
#define _PAGE_TABLE (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)
#define _PAGE_CHG_MASK (PTE_PFN_MASK | _PAGE_SPECIAL | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_DEVMAP)
#define _HPAGE_CHG_MASK (_PAGE_CHG_MASK | _PAGE_PSE)
#define PAGE_NONE __pgprot(0)
#define PAGE_READONLY __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX)
#define PAGE_COPY PAGE_READONLY
#define PAGE_SHARED __pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX)
#define PAGE_KERNEL __pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_NX)
#define pgprot_modify(old, new) (new)
#define pgprot_noncached(p) (p)
#define pgprot_writecombine(p) (p)
#define pgprot_decrypted(p) (p)


static inline int pte_none(pte_t pte)
{
	return !pte_val(pte);
}
static inline int pte_present(pte_t pte)
{
	return (pte_val(pte) & _PAGE_PRESENT) != 0;
}
static inline int pte_write(pte_t pte)
{
	return (pte_val(pte) & _PAGE_RW) != 0;
}
static inline int pte_dirty(pte_t pte)
{
	return (pte_val(pte) & _PAGE_DIRTY) != 0;
}
static inline int pte_young(pte_t pte)
{
	return (pte_val(pte) & _PAGE_ACCESSED) != 0;
}
static inline unsigned long pte_pfn(pte_t pte)
{
	return (pte_val(pte) & PTE_PFN_MASK) >> PAGE_SHIFT;
}
static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte(((pfn << PAGE_SHIFT) & PTE_PFN_MASK) | pgprot_val(prot));
}
static inline pte_t pte_set_flags(pte_t pte, pteval_t set)
{
	return __pte(pte_val(pte) | set);
}
static inline pte_t pte_clear_flags(pte_t pte, pteval_t clear)
{
	return __pte(pte_val(pte) & ~clear);
}
static inline pte_t pte_mkdirty(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_DIRTY);
}
static inline pte_t pte_mkclean(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_DIRTY);
}
static inline pte_t pte_mkyoung(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_ACCESSED);
}
static inline pte_t pte_mkold(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_ACCESSED);
}
static inline pte_t pte_mkwrite_novma(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_RW);
}
static inline pte_t pte_wrprotect(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_RW);
}
static inline pte_t pte_mkdevmap(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_SPECIAL | _PAGE_DEVMAP); /* x86 marks it special too, unlike pmd and pud */
}
static inline int pte_special(pte_t pte)
{
	return (pte_val(pte) & _PAGE_SPECIAL) != 0;
}
static inline pte_t pte_mkspecial(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_SPECIAL);
}
static inline unsigned long pte_flags(pte_t pte)
{
	return pte_val(pte) & ~PTE_PFN_MASK;
}
static inline int pte_same(pte_t a, pte_t b)
{
	return pte_val(a) == pte_val(b);
}
static inline int pte_soft_dirty(pte_t pte)
{
	(void)pte;
	return 0;
}
static inline int pte_protnone(pte_t pte)
{
	(void)pte;
	return 0;
}
static inline int pte_uffd_wp(pte_t pte)
{
	(void)pte;
	return 0;
}
#define pte_mksoft_dirty(pte) (pte)
#define pte_clear_soft_dirty(pte) (pte)
#define pte_swp_soft_dirty(pte) 0
#define pte_clear_uffd_wp(pte) (pte)
#define pte_page(pte) pfn_to_page(pte_pfn(pte))

static inline int pmd_none(pmd_t pmd)
{
	return !pmd_val(pmd);
}
static inline int pmd_present(pmd_t pmd)
{
	return (pmd_val(pmd) & _PAGE_PRESENT) != 0;
}
static inline int pmd_write(pmd_t pmd)
{
	return (pmd_val(pmd) & _PAGE_RW) != 0;
}
static inline int pmd_dirty(pmd_t pmd)
{
	return (pmd_val(pmd) & _PAGE_DIRTY) != 0;
}
static inline int pmd_young(pmd_t pmd)
{
	return (pmd_val(pmd) & _PAGE_ACCESSED) != 0;
}
static inline unsigned long pmd_pfn(pmd_t pmd)
{
	return (pmd_val(pmd) & PTE_PFN_MASK) >> PAGE_SHIFT;
}
static inline pmd_t pfn_pmd(unsigned long pfn, pgprot_t prot)
{
	return __pmd(((pfn << PAGE_SHIFT) & PTE_PFN_MASK) | pgprot_val(prot));
}
static inline pmd_t pmd_set_flags(pmd_t pmd, pmdval_t set)
{
	return __pmd(pmd_val(pmd) | set);
}
static inline pmd_t pmd_clear_flags(pmd_t pmd, pmdval_t clear)
{
	return __pmd(pmd_val(pmd) & ~clear);
}
static inline pmd_t pmd_mkdirty(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) | _PAGE_DIRTY);
}
static inline pmd_t pmd_mkclean(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) & ~_PAGE_DIRTY);
}
static inline pmd_t pmd_mkyoung(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) | _PAGE_ACCESSED);
}
static inline pmd_t pmd_mkold(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) & ~_PAGE_ACCESSED);
}
static inline pmd_t pmd_mkwrite_novma(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) | _PAGE_RW);
}
static inline pmd_t pmd_wrprotect(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) & ~_PAGE_RW);
}
static inline pmd_t pmd_mkdevmap(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) | _PAGE_DEVMAP);
}
static inline int pmd_special(pmd_t pmd)
{
	return (pmd_val(pmd) & _PAGE_SPECIAL) != 0;
}
static inline pmd_t pmd_mkspecial(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) | _PAGE_SPECIAL);
}
static inline unsigned long pmd_flags(pmd_t pmd)
{
	return pmd_val(pmd) & ~PTE_PFN_MASK;
}
static inline int pmd_same(pmd_t a, pmd_t b)
{
	return pmd_val(a) == pmd_val(b);
}
static inline int pmd_soft_dirty(pmd_t pmd)
{
	(void)pmd;
	return 0;
}
static inline int pmd_protnone(pmd_t pmd)
{
	(void)pmd;
	return 0;
}
static inline int pmd_uffd_wp(pmd_t pmd)
{
	(void)pmd;
	return 0;
}
#define pmd_mksoft_dirty(pmd) (pmd)
#define pmd_clear_soft_dirty(pmd) (pmd)
#define pmd_swp_soft_dirty(pmd) 0
#define pmd_clear_uffd_wp(pmd) (pmd)
#define pmd_page(pmd) pfn_to_page(pmd_pfn(pmd))

static inline int pud_none(pud_t pud)
{
	return !pud_val(pud);
}
static inline int pud_present(pud_t pud)
{
	return (pud_val(pud) & _PAGE_PRESENT) != 0;
}
static inline int pud_write(pud_t pud)
{
	return (pud_val(pud) & _PAGE_RW) != 0;
}
static inline int pud_dirty(pud_t pud)
{
	return (pud_val(pud) & _PAGE_DIRTY) != 0;
}
static inline int pud_young(pud_t pud)
{
	return (pud_val(pud) & _PAGE_ACCESSED) != 0;
}
static inline unsigned long pud_pfn(pud_t pud)
{
	return (pud_val(pud) & PTE_PFN_MASK) >> PAGE_SHIFT;
}
static inline pud_t pfn_pud(unsigned long pfn, pgprot_t prot)
{
	return __pud(((pfn << PAGE_SHIFT) & PTE_PFN_MASK) | pgprot_val(prot));
}
static inline pud_t pud_set_flags(pud_t pud, pudval_t set)
{
	return __pud(pud_val(pud) | set);
}
static inline pud_t pud_clear_flags(pud_t pud, pudval_t clear)
{
	return __pud(pud_val(pud) & ~clear);
}
static inline pud_t pud_mkdirty(pud_t pud)
{
	return __pud(pud_val(pud) | _PAGE_DIRTY);
}
static inline pud_t pud_mkclean(pud_t pud)
{
	return __pud(pud_val(pud) & ~_PAGE_DIRTY);
}
static inline pud_t pud_mkyoung(pud_t pud)
{
	return __pud(pud_val(pud) | _PAGE_ACCESSED);
}
static inline pud_t pud_mkold(pud_t pud)
{
	return __pud(pud_val(pud) & ~_PAGE_ACCESSED);
}
static inline pud_t pud_mkwrite_novma(pud_t pud)
{
	return __pud(pud_val(pud) | _PAGE_RW);
}
static inline pud_t pud_wrprotect(pud_t pud)
{
	return __pud(pud_val(pud) & ~_PAGE_RW);
}
static inline pud_t pud_mkdevmap(pud_t pud)
{
	return __pud(pud_val(pud) | _PAGE_DEVMAP);
}
static inline int pud_special(pud_t pud)
{
	return (pud_val(pud) & _PAGE_SPECIAL) != 0;
}
static inline pud_t pud_mkspecial(pud_t pud)
{
	return __pud(pud_val(pud) | _PAGE_SPECIAL);
}
static inline unsigned long pud_flags(pud_t pud)
{
	return pud_val(pud) & ~PTE_PFN_MASK;
}
static inline int pud_same(pud_t a, pud_t b)
{
	return pud_val(a) == pud_val(b);
}
static inline int pud_soft_dirty(pud_t pud)
{
	(void)pud;
	return 0;
}
static inline int pud_protnone(pud_t pud)
{
	(void)pud;
	return 0;
}
static inline int pud_uffd_wp(pud_t pud)
{
	(void)pud;
	return 0;
}
#define pud_mksoft_dirty(pud) (pud)
#define pud_clear_soft_dirty(pud) (pud)
#define pud_swp_soft_dirty(pud) 0
#define pud_clear_uffd_wp(pud) (pud)
#define pud_page(pud) pfn_to_page(pud_pfn(pud))

static inline int pte_devmap(pte_t pte)
{
	return (pte_val(pte) & (_PAGE_DEVMAP | _PAGE_PRESENT)) == (_PAGE_DEVMAP | _PAGE_PRESENT);
}
static inline int pmd_devmap(pmd_t pmd)
{
	return (pmd_val(pmd) & _PAGE_DEVMAP) != 0;
}
static inline int pud_devmap(pud_t pud)
{
	return (pud_val(pud) & _PAGE_DEVMAP) != 0;
}
static inline int pgd_devmap(pgd_t pgd)
{
	(void)pgd;
	return 0;
}
static inline int pmd_leaf(pmd_t pmd)
{
	return (pmd_val(pmd) & _PAGE_PSE) != 0;
}
static inline int pud_leaf(pud_t pud)
{
	return (pud_val(pud) & _PAGE_PSE) != 0;
}
#define pmd_large pmd_leaf
#define pud_large pud_leaf
/* A huge leaf that is not devmap: what the rest of mm calls trans_huge. */
static inline int pmd_trans_huge(pmd_t pmd)
{
	return (pmd_val(pmd) & (_PAGE_PSE | _PAGE_DEVMAP)) == _PAGE_PSE;
}
static inline int pud_trans_huge(pud_t pud)
{
	return (pud_val(pud) & (_PAGE_PSE | _PAGE_DEVMAP)) == _PAGE_PSE;
}
static inline pmd_t pmd_mkhuge(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) | _PAGE_PSE);
}
static inline pud_t pud_mkhuge(pud_t pud)
{
	return __pud(pud_val(pud) | _PAGE_PSE);
}
static inline pmd_t pmd_mkinvalid(pmd_t pmd)
{
	return __pmd(pmd_val(pmd) & ~_PAGE_PRESENT);
}
static inline pte_t pte_mkhuge(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_PSE);
}
static inline bool pte_access_permitted(pte_t pte, bool write)
{
	return pte_present(pte) && (pte_val(pte) & _PAGE_USER) && (!write || pte_write(pte));
}
static inline bool pmd_access_permitted(pmd_t pmd, bool write)
{
	return pmd_present(pmd) && (pmd_val(pmd) & _PAGE_USER) && (!write || pmd_write(pmd));
}
static inline bool pud_access_permitted(pud_t pud, bool write)
{
	return pud_present(pud) && (pud_val(pud) & _PAGE_USER) && (!write || pud_write(pud));
}
static inline int pte_accessible(struct mm_struct *mm, pte_t a)
{
	(void)mm;
	return pte_present(a);
}
static inline pte_t pte_modify(pte_t pte, pgprot_t newprot)
{
	return __pte((pte_val(pte) & _PAGE_CHG_MASK) | (pgprot_val(newprot) & ~_PAGE_CHG_MASK));
}
static inline pmd_t pmd_modify(pmd_t pmd, pgprot_t newprot)
{
	return __pmd((pmd_val(pmd) & _HPAGE_CHG_MASK) | (pgprot_val(newprot) & ~_HPAGE_CHG_MASK));
}
static inline unsigned long pmd_index(unsigned long address)
{
	return (address >> PMD_SHIFT) & 511;
}
static inline unsigned long pte_index(unsigned long address)
{
	return (address >> PAGE_SHIFT) & 511;
}
static inline unsigned long pud_index(unsigned long address)
{
	return (address >> PUD_SHIFT) & 511;
}
static inline unsigned long pgd_index(unsigned long address)
{
	return (address >> PGDIR_SHIFT) & 511;
}
static inline int pmd_bad(pmd_t pmd)
{
	return (pmd_val(pmd) & (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_PSE)) !=
	       (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER);
}
static inline int pud_bad(pud_t pud)
{
	return (pud_val(pud) & (_PAGE_PRESENT | _PAGE_PSE)) != _PAGE_PRESENT;
}
#define pgd_none(pgd) 0
#define pgd_bad(pgd) 0
#define pgd_present(pgd) 1
#define pgd_none_or_clear_bad(pgd) 0
#define p4d_none(p4d) (!p4d_val(p4d))
#define p4d_bad(p4d) 0
#define p4d_present(p4d) ((p4d_val(p4d) & _PAGE_PRESENT) != 0)
#define p4d_leaf(p4d) 0
#define p4d_none_or_clear_bad(p4d) p4d_none(*(p4d))
#define pud_none_or_clear_bad(pud) (pud_none(*(pud)) || WARN_ON(pud_bad(*(pud))))
#define pmd_none_or_clear_bad(pmd) (pmd_none(*(pmd)) || WARN_ON(pmd_bad(*(pmd))))
#define pgd_offset_pgd(pgd, addr) ((pgd) + pgd_index(addr))
#define pgd_offset(mm, addr) pgd_offset_pgd((mm)->pgd, addr)
static inline p4d_t *p4d_offset(pgd_t *pgd, unsigned long address)
{
	(void)address;
	return (p4d_t *)pgd;
}
static inline pud_t *pud_offset(p4d_t *p4d, unsigned long address)
{
	return (pud_t *)__va(p4d_val(*p4d) & PTE_PFN_MASK) + pud_index(address);
}
static inline pmd_t *pmd_offset(pud_t *pud, unsigned long address)
{
	return (pmd_t *)__va(pud_val(*pud) & PTE_PFN_MASK) + pmd_index(address);
}
static inline unsigned long pmd_page_vaddr(pmd_t pmd)
{
	return (unsigned long)__va(pmd_val(pmd) & PTE_PFN_MASK);
}
static inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long address)
{
	return (pte_t *)pmd_page_vaddr(*pmd) + pte_index(address);
}
#define pmd_pgtable(pmd) pmd_page(pmd)
#define pud_offset_lockless(p4dp, p4d, address) pud_offset(&(p4d), address)
#define pmd_offset_lockless(pudp, pud, address) pmd_offset(&(pud), address)
#define p4d_offset_lockless(pgdp, pgd, address) p4d_offset(pgdp, address)

#define ptep_get(ptep) READ_ONCE(*(ptep))
#define pmdp_get(pmdp) READ_ONCE(*(pmdp))
#define pudp_get(pudp) READ_ONCE(*(pudp))
#define p4dp_get(p4dp) READ_ONCE(*(p4dp))
#define pgdp_get(pgdp) READ_ONCE(*(pgdp))
#define ptep_get_lockless(ptep) ptep_get(ptep)
#define pmdp_get_lockless(pmdp) pmdp_get(pmdp)
#define pte_page_vaddr(pte) ((unsigned long)__va(pte_val(pte) & PTE_PFN_MASK))

/* Every store to an entry goes through one of these. */
static inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(*ptep, pte);
}
static inline void set_pmd(pmd_t *pmdp, pmd_t pmd)
{
	WRITE_ONCE(*pmdp, pmd);
}
static inline void set_pud(pud_t *pudp, pud_t pud)
{
	WRITE_ONCE(*pudp, pud);
}
static inline void set_p4d(p4d_t *p4dp, p4d_t p4d)
{
	WRITE_ONCE(*p4dp, p4d);
}
static inline void set_ptes(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte, unsigned int nr)
{
	(void)mm;
	(void)addr;
	while (nr--) {
		set_pte(ptep++, pte);
		pte = __pte(pte_val(pte) + PAGE_SIZE);
	}
}
#define set_pte_at(mm, addr, ptep, pte) set_pte(ptep, pte)
#define set_pmd_at(mm, addr, pmdp, pmd) set_pmd(pmdp, pmd)
#define set_pud_at(mm, addr, pudp, pud) set_pud(pudp, pud)
#define pmd_clear(pmdp) set_pmd(pmdp, __pmd(0))
#define pud_clear(pudp) set_pud(pudp, __pud(0))
#define p4d_clear(p4dp) set_p4d(p4dp, __p4d(0))
static inline void pte_clear(struct mm_struct *mm, unsigned long addr, pte_t *ptep)
{
	(void)mm;
	(void)addr;
	set_pte(ptep, __pte(0));
}
static inline pte_t ptep_get_and_clear(struct mm_struct *mm, unsigned long addr, pte_t *ptep)
{
	pte_t old = ptep_get(ptep);

	pte_clear(mm, addr, ptep);
	return old;
}
#define ptep_get_and_clear_full(mm, addr, ptep, full) ptep_get_and_clear(mm, addr, ptep)
static inline pmd_t pmdp_huge_get_and_clear(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp)
{
	pmd_t old = pmdp_get(pmdp);

	(void)mm;
	(void)addr;
	pmd_clear(pmdp);
	return old;
}
#define pmdp_huge_get_and_clear_full(vma, addr, pmdp, full) pmdp_huge_get_and_clear((vma)->vm_mm, addr, pmdp)
static inline pud_t pudp_huge_get_and_clear(struct mm_struct *mm, unsigned long addr, pud_t *pudp)
{
	pud_t old = pudp_get(pudp);

	(void)mm;
	(void)addr;
	pud_clear(pudp);
	return old;
}
#define pudp_huge_get_and_clear_full(vma, addr, pudp, full) pudp_huge_get_and_clear((vma)->vm_mm, addr, pudp)
static inline void ptep_set_wrprotect(struct mm_struct *mm, unsigned long addr, pte_t *ptep)
{
	(void)mm;
	(void)addr;
	set_pte(ptep, pte_wrprotect(ptep_get(ptep)));
}
static inline void wrprotect_ptes(struct mm_struct *mm, unsigned long addr, pte_t *ptep, unsigned int nr)
{
	for (; nr; nr--, ptep++)
		ptep_set_wrprotect(mm, addr, ptep);
}
static inline void pmdp_set_wrprotect(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp)
{
	(void)mm;
	(void)addr;
	set_pmd(pmdp, pmd_wrprotect(pmdp_get(pmdp)));
}
int ptep_set_access_flags(struct vm_area_struct *vma, unsigned long address, pte_t *ptep, pte_t entry, int dirty);
int pmdp_set_access_flags(struct vm_area_struct *vma, unsigned long address, pmd_t *pmdp, pmd_t entry, int dirty);
int pudp_set_access_flags(struct vm_area_struct *vma, unsigned long address, pud_t *pudp, pud_t entry, int dirty);
pte_t ptep_clear_flush(struct vm_area_struct *vma, unsigned long address, pte_t *ptep);
pmd_t pmdp_huge_clear_flush(struct vm_area_struct *vma, unsigned long address, pmd_t *pmdp);
pud_t pudp_huge_clear_flush(struct vm_area_struct *vma, unsigned long address, pud_t *pudp);
pmd_t pmdp_invalidate(struct vm_area_struct *vma, unsigned long address, pmd_t *pmdp);
int ptep_clear_flush_young(struct vm_area_struct *vma, unsigned long address, pte_t *ptep);
pte_t pte_mkwrite(pte_t pte, struct vm_area_struct *vma);
pmd_t pmd_mkwrite(pmd_t pmd, struct vm_area_struct *vma);
pud_t pud_mkwrite(pud_t pud);
void pgtable_trans_huge_deposit(struct mm_struct *mm, pmd_t *pmdp, pgtable_t pgtable);
pgtable_t pgtable_trans_huge_withdraw(struct mm_struct *mm, pmd_t *pmdp);
#define pmdp_huge_clear_flush_young(vma, addr, pmdp) 0
static inline void pmd_populate(struct mm_struct *mm, pmd_t *pmd, struct page *pte)
{
	(void)mm;
	set_pmd(pmd, __pmd((page_to_pfn(pte) << PAGE_SHIFT) | _PAGE_TABLE));
}
static inline void pud_populate(struct mm_struct *mm, pud_t *pud, pmd_t *pmd)
{
	(void)mm;
	set_pud(pud, __pud(__pa(pmd) | _PAGE_TABLE));
}
static inline void p4d_populate(struct mm_struct *mm, p4d_t *p4d, pud_t *pud)
{
	(void)mm;
	set_p4d(p4d, __p4d(__pa(pud) | _PAGE_TABLE));
}

/* On x86 a PMD insert of a file needs no page table put aside; the fault injection site "pgtable_deposit" turns it on,
 * as on powerpc with hash page tables. */
static inline bool arch_needs_pgtable_deposit(void)
{
	return __fsc_param("pgtable_deposit", 0) != 0;
}
static inline bool arch_has_hw_pte_young(void)
{
	return true;
}
#define pgd_addr_end(addr, end) ({ unsigned long __b = ((addr) + PGDIR_SIZE) & PGDIR_MASK; __b - 1 < (end) - 1 ? __b : (end); })
#define p4d_addr_end(addr, end) (end)
#define pud_addr_end(addr, end) ({ unsigned long __b = ((addr) + PUD_SIZE) & PUD_MASK; __b - 1 < (end) - 1 ? __b : (end); })
#define pmd_addr_end(addr, end) ({ unsigned long __b = ((addr) + PMD_SIZE) & PMD_MASK; __b - 1 < (end) - 1 ? __b : (end); })

#define update_mmu_cache(vma, addr, ptep) do { } while (0)
#define update_mmu_cache_range(vmf, vma, addr, ptep, nr) do { } while (0)
#define update_mmu_tlb(vma, addr, ptep) do { } while (0)
#define update_mmu_cache_pmd(vma, addr, pmd) do { } while (0)
#define update_mmu_cache_pud(vma, addr, pud) do { } while (0)
#define arch_enter_lazy_mmu_mode() do { } while (0)
#define arch_leave_lazy_mmu_mode() do { } while (0)
#define arch_check_zapped_pte(vma, pte) do { } while (0)
#define arch_check_zapped_pmd(vma, pmd) do { } while (0)
#define arch_check_zapped_pud(vma, pud) do { } while (0)
#define page_table_check_pte_clear_range(mm, addr, pmd) do { } while (0)
#define flush_cache_page(vma, addr, pfn) do { } while (0)
#define flush_cache_range(vma, start, end) do { } while (0)
#define flush_cache_mm(mm) do { } while (0)
#define flush_icache_pages(vma, page, nr) do { } while (0)
#define flush_icache_page(vma, page) do { } while (0)
#define flush_dcache_page(page) do { } while (0)
#define flush_dcache_folio(folio) do { } while (0)
void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
#define flush_tlb_page(vma, addr) flush_tlb_range(vma, addr, (addr) + PAGE_SIZE)
#define flush_tlb_fix_spurious_fault(vma, addr, ptep) do { } while (0)
#define flush_tlb_fix_spurious_fault_pmd(vma, addr, pmdp) do { } while (0)
#define flush_pmd_tlb_range(vma, addr, end) flush_tlb_range(vma, addr, end)
#define flush_pud_tlb_range(vma, addr, end) flush_tlb_range(vma, addr, end)
#define track_pfn_insert(vma, prot, pfn) do { (void)(pfn); } while (0)
#define track_pfn_remap(vma, prot, pfn, addr, size) 0
#define untrack_pfn(vma, pfn, size, l) do { } while (0)
#define pfn_modify_allowed(pfn, prot) true
#define is_zero_pfn(pfn) ((pfn) == fsc_registry.zero_pfn)
#define my_zero_pfn(addr) (fsc_registry.zero_pfn)
#define ZERO_PAGE(vaddr) pfn_to_page(fsc_registry.zero_pfn)
#define pte_unmap(pte) ((void)(pte))
#define mk_pte(page, pgprot) pfn_pte(page_to_pfn(page), (pgprot))
#define mk_pmd(page, pgprot) pfn_pmd(page_to_pfn(page), (pgprot))
#define folio_mk_pmd(folio, pgprot) pmd_mkhuge(pfn_pmd(folio_pfn(folio), pgprot))
#define mk_huge_pmd(page, prot) pmd_mkhuge(mk_pmd(page, prot))
#define pte_batch_hint(ptep, pte) 1u
#define is_swap_pte(pte) (!pte_none(pte) && !pte_present(pte))
#define is_swap_pmd(pmd) (!pmd_none(pmd) && !pmd_present(pmd))
#define is_pmd_migration_entry(pmd) 0
#define has_transparent_hugepage() 1
#define pgtable_has_pmd_leaves() 1

pte_t *__pte_offset_map(pmd_t *pmd, unsigned long addr, pmd_t *pmdvalp);
pte_t *__pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp);
#define pte_offset_map(pmd, addr) __pte_offset_map(pmd, addr, NULL)
#define pte_offset_map_nolock(mm, pmd, addr, ptlp) ({ *(ptlp) = pte_lockptr(mm, pmd); __pte_offset_map(pmd, addr, NULL); })
#define pte_offset_map_rw_nolock(mm, pmd, addr, pmdvalp, ptlp) \
	({ *(ptlp) = pte_lockptr(mm, pmd); __pte_offset_map(pmd, addr, pmdvalp); })
#define pte_offset_map_ro_nolock pte_offset_map_nolock
#define pte_offset_map_lock(mm, pmd, addr, ptlp) __pte_offset_map_lock(mm, pmd, addr, ptlp)
#define pte_unmap_unlock(pte, ptl) do { spin_unlock(ptl); (void)(pte); } while (0)
pgtable_t pte_alloc_one(struct mm_struct *mm);
void pte_free(struct mm_struct *mm, pgtable_t pte);
#endif
