// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables of user memory: inserting, zapping, write faults and copies, fork. Mirrors mm/memory.c (and what of
 * mm/pgtable-generic.c it leans on) of each era. Left out: swap, userfaultfd, NUMA, fault-around, anonymous
 * huge pages, retry of faults without the mmap lock.
 */
#include <linux/fs.h>
#include <linux/dax.h>
#include <linux/pagemap.h>
#include <linux/mmu_notifier.h>
#include "internal.h"

/* No page frame beyond it has a struct page: kernels ask it of what page tables map. */
unsigned long highest_memmap_pfn;

/* ---- allocation of tables ---- */

static unsigned long fsc_alloc_table(void)
{
	unsigned long table;

	if (__fsc_fail("pgtable_alloc"))
		return 0;
	table = get_zeroed_page(GFP_PGTABLE_USER);
	if (table) {
		__fsc_watch((void *)table, PAGE_SIZE, "pte");
		__SetPageTable(virt_to_page(table));
		inc_node_page_state(virt_to_page(table), NR_PAGETABLE);
	}
	return table;
}

static void fsc_free_table(void *table)
{
	__ClearPageTable(virt_to_page(table));
	dec_node_page_state(virt_to_page(table), NR_PAGETABLE);
	free_page((unsigned long)table);
}

pgtable_t pte_alloc_one(struct mm_struct *mm)
{
	unsigned long table = fsc_alloc_table();

	(void)mm;
	return table ? virt_to_page(table) : NULL;
}

void pte_free(struct mm_struct *mm, pgtable_t pte)
{
	(void)mm;
	fsc_free_table(page_address(pte));
}

int __pud_alloc(struct mm_struct *mm, p4d_t *p4d, unsigned long address)
{
	unsigned long table = fsc_alloc_table();

	(void)address;
	if (!table)
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	if (p4d_present(*p4d)) {
		fsc_free_table((void *)table);
	} else {
		mm_inc_nr_puds(mm);
		p4d_populate(mm, p4d, (pud_t *)table);
	}
	spin_unlock(&mm->page_table_lock);
	return 0;
}

int __pmd_alloc(struct mm_struct *mm, pud_t *pud, unsigned long address)
{
	unsigned long table = fsc_alloc_table();
	spinlock_t *ptl;

	(void)address;
	if (!table)
		return -ENOMEM;
	ptl = pud_lock(mm, pud);
	if (pud_present(*pud)) {
		fsc_free_table((void *)table);
	} else {
		mm_inc_nr_pmds(mm);
		pud_populate(mm, pud, (pmd_t *)table);
	}
	spin_unlock(ptl);
	return 0;
}

/* Hands the table to the pmd unless somebody was faster; *pte is NULL afterwards when it was taken. */
void pmd_install(struct mm_struct *mm, pmd_t *pmd, pgtable_t *pte)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);

	if (pmd_none(*pmd)) {
		mm_inc_nr_ptes(mm);
		pmd_populate(mm, pmd, *pte);
		*pte = NULL;
	}
	spin_unlock(ptl);
}

int __pte_alloc(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -ENOMEM;
	pmd_install(mm, pmd, &table);
	if (table)
		pte_free(mm, table);
	return 0;
}

/* ---- entries ---- */

pte_t pte_mkwrite(pte_t pte, struct vm_area_struct *vma)
{
	(void)vma;
	return pte_mkwrite_novma(pte);
}

pmd_t pmd_mkwrite(pmd_t pmd, struct vm_area_struct *vma)
{
	(void)vma;
	return pmd_mkwrite_novma(pmd);
}

pud_t pud_mkwrite(pud_t pud)
{
	return pud_mkwrite_novma(pud);
}

/* On x86 an upgrade needs no flush: the CPU faults and looks again. */
int ptep_set_access_flags(struct vm_area_struct *vma, unsigned long address, pte_t *ptep, pte_t entry, int dirty)
{
	int changed = !pte_same(*ptep, entry);

	(void)vma;
	(void)address;
	if (changed && dirty)
		set_pte(ptep, entry);
	return changed;
}

int pmdp_set_access_flags(struct vm_area_struct *vma, unsigned long address, pmd_t *pmdp, pmd_t entry, int dirty)
{
	int changed = !pmd_same(*pmdp, entry);

	(void)vma;
	VM_BUG_ON(address & ~HPAGE_PMD_MASK);
	if (changed && dirty)
		set_pmd(pmdp, entry);
	return changed;
}

int pudp_set_access_flags(struct vm_area_struct *vma, unsigned long address, pud_t *pudp, pud_t entry, int dirty)
{
	int changed = !pud_same(*pudp, entry);

	(void)vma;
	VM_BUG_ON(address & ~HPAGE_PUD_MASK);
	if (changed && dirty)
		set_pud(pudp, entry);
	return changed;
}

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	(void)vma;
	__fsc_event("tlb-flush", "[%lx..%lx)", start, end);
	fsc_flush_others();
}

pte_t ptep_clear_flush(struct vm_area_struct *vma, unsigned long address, pte_t *ptep)
{
	pte_t old = ptep_get_and_clear(vma->vm_mm, address, ptep);

	if (pte_accessible(vma->vm_mm, old))
		flush_tlb_page(vma, address);
	return old;
}

pmd_t pmdp_huge_clear_flush(struct vm_area_struct *vma, unsigned long address, pmd_t *pmdp)
{
	pmd_t old;

	VM_BUG_ON(address & ~HPAGE_PMD_MASK);
	VM_BUG_ON(pmd_present(*pmdp) && !pmd_trans_huge(*pmdp) && !pmd_devmap(*pmdp));
	old = pmdp_huge_get_and_clear(vma->vm_mm, address, pmdp);
	flush_pmd_tlb_range(vma, address, address + HPAGE_PMD_SIZE);
	return old;
}

pud_t pudp_huge_clear_flush(struct vm_area_struct *vma, unsigned long address, pud_t *pudp)
{
	pud_t old = pudp_huge_get_and_clear(vma->vm_mm, address, pudp);

	flush_pud_tlb_range(vma, address, address + HPAGE_PUD_SIZE);
	return old;
}

pmd_t pmdp_invalidate(struct vm_area_struct *vma, unsigned long address, pmd_t *pmdp)
{
	pmd_t old = *pmdp;

	VM_WARN_ON_ONCE(!pmd_present(old));
	set_pmd(pmdp, pmd_mkinvalid(old));
	flush_pmd_tlb_range(vma, address, address + HPAGE_PMD_SIZE);
	return old;
}

int ptep_clear_flush_young(struct vm_area_struct *vma, unsigned long address, pte_t *ptep)
{
	int young = pte_young(*ptep);

	(void)vma;
	(void)address;
	if (young)
		set_pte(ptep, pte_mkold(*ptep));
	return young;
}

/* Tables put aside under huge entries wait on a list through their pages' lru, first in first out. */
void pgtable_trans_huge_deposit(struct mm_struct *mm, pmd_t *pmdp, pgtable_t pgtable)
{
	pgtable_t head = pmd_huge_pte(mm, pmdp);

	assert_spin_locked(pmd_lockptr(mm, pmdp));
	if (head)
		list_add(&pgtable->lru, &head->lru);
	else
		INIT_LIST_HEAD(&pgtable->lru);
	pmd_huge_pte(mm, pmdp) = pgtable;
}

pgtable_t pgtable_trans_huge_withdraw(struct mm_struct *mm, pmd_t *pmdp)
{
	pgtable_t table = pmd_huge_pte(mm, pmdp);

	assert_spin_locked(pmd_lockptr(mm, pmdp));
	pmd_huge_pte(mm, pmdp) = list_first_entry_or_null(&table->lru, struct page, lru);
	if (pmd_huge_pte(mm, pmdp))
		list_del(&table->lru);
	return table;
}

/* The table under a pmd, or NULL when there is none (any more): none, huge, or not present. */
pte_t *__pte_offset_map(pmd_t *pmd, unsigned long addr, pmd_t *pmdvalp)
{
	pmd_t now = pmdp_get_lockless(pmd);

	if (pmdvalp)
		*pmdvalp = now;
	if (!pmd_present(now) || pmd_trans_huge(now) || pmd_devmap(now) || pmd_bad(now))
		return NULL;
	return pte_offset_kernel(&now, addr);
}

pte_t *__pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptlp)
{
	spinlock_t *ptl = pte_lockptr(mm, pmd);
	pte_t *pte;

	if (!__pte_offset_map(pmd, addr, NULL))
		return NULL;
	spin_lock(ptl);
	pte = __pte_offset_map(pmd, addr, NULL); /* it may have gone while we waited for the lock */
	if (!pte) {
		spin_unlock(ptl);
		return NULL;
	}
	*ptlp = ptl;
	return pte;
}

static pmd_t *walk_to_pmd(struct mm_struct *mm, unsigned long addr)
{
	pud_t *pud = pud_alloc(mm, p4d_alloc(mm, pgd_offset(mm, addr), addr), addr);
	pmd_t *pmd = pud ? pmd_alloc(mm, pud, addr) : NULL;

	VM_BUG_ON(pmd && pmd_trans_huge(*pmd));
	return pmd;
}

pte_t *__get_locked_pte(struct mm_struct *mm, unsigned long addr, spinlock_t **ptl)
{
	pmd_t *pmd;

	/* The last step of inserting a small page that can fail: no memory for the page table. */
	if (__fsc_fail("vmf_insert"))
		return NULL;
	pmd = walk_to_pmd(mm, addr);
	return pmd ? pte_alloc_map_lock(mm, pmd, addr, ptl) : NULL;
}

/* ---- which entries have a struct page that the rest of mm may count ---- */

static void print_bad_pte(struct vm_area_struct *vma, unsigned long addr, pte_t pte, struct page *page)
{
	(void)vma;
	(void)addr;
	__fsc_bad_page(page ? page_to_pfn(page) : pte_pfn(pte), "bad page map");
}

struct page *vm_normal_page(struct vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	unsigned long pfn = pte_pfn(pte);

	if (pte_special(pte)) {
		if (vma->vm_ops && vma->vm_ops->find_special_page)
			return vma->vm_ops->find_special_page(vma, addr);
		/* A devmap entry is special on x86: mappings do not count its page. */
		if (!(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) && !is_zero_pfn(pfn) && !pte_devmap(pte))
			print_bad_pte(vma, addr, pte, NULL);
		return NULL;
	}
	if (!pfn_valid(pfn)) {
		print_bad_pte(vma, addr, pte, NULL);
		return NULL;
	}
	VM_WARN_ON_ONCE(is_zero_pfn(pfn));
	return pfn_to_page(pfn);
}

struct folio *vm_normal_folio(struct vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	struct page *page = vm_normal_page(vma, addr, pte);

	return page ? page_folio(page) : NULL;
}

struct page *vm_normal_page_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t pmd)
{
	unsigned long pfn = pmd_pfn(pmd);

	if (pmd_special(pmd))
		return NULL;
	if (vma->vm_flags & VM_PFNMAP) {
		unsigned long linear = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);

		if (pfn == linear || !is_cow_mapping(vma->vm_flags))
			return NULL;
	}
	if (pmd_devmap(pmd) || is_huge_zero_pmd(pmd) || !pfn_valid(pfn))
		return NULL;
	return pfn_to_page(pfn);
}

struct folio *vm_normal_folio_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t pmd)
{
	struct page *page = vm_normal_page_pmd(vma, addr, pmd);

	return page ? page_folio(page) : NULL;
}

/* ---- inserting ---- */

/* The zero page may stand in a mapping that never writes it, or that replaces it before it is written. */
static bool vm_mixed_zeropage_allowed(struct vm_area_struct *vma)
{
	VM_WARN_ON_ONCE(vma->vm_flags & VM_PFNMAP);
	if (is_cow_mapping(vma->vm_flags) || !(vma->vm_flags & (VM_MAYWRITE | VM_WRITE)))
		return true;
	if (!vma->vm_ops || !vma->vm_ops->pfn_mkwrite)
		return false;
	return (vma->vm_flags & VM_IO) || vma_is_fsdax(vma);
}

static int validate_page_before_insert(struct vm_area_struct *vma, struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_ref_count(folio))
		return -EINVAL;
	if (is_zero_folio(folio))
		return vm_mixed_zeropage_allowed(vma) ? 0 : -EINVAL;
	if (page_has_type(page) || folio_test_slab(folio) || folio_test_anon(folio))
		return -EINVAL;
	flush_dcache_folio(folio);
	return 0;
}

#if FSC_ERA >= 615
static int insert_page_into_pte_locked(struct vm_area_struct *vma, pte_t *pte, unsigned long addr, struct page *page,
				       pgprot_t prot, bool mkwrite)
{
	struct folio *folio = page_folio(page);
	pte_t entry = ptep_get(pte);

	if (!pte_none(entry)) {
		if (!mkwrite)
			return -EBUSY;
		/* Another page than the zero page here means that somebody remapped under us. */
		if (pte_pfn(entry) != page_to_pfn(page)) {
			WARN_ON_ONCE(!is_zero_pfn(pte_pfn(entry)));
			return -EFAULT;
		}
		entry = pte_mkyoung(maybe_mkwrite(entry, vma));
		if (ptep_set_access_flags(vma, addr, pte, entry, 1))
			update_mmu_cache(vma, addr, pte);
		return 0;
	}

	entry = mk_pte(page, prot);
	if (is_zero_folio(folio)) {
		entry = pte_mkspecial(entry);
	} else {
		folio_get(folio);
		if (mkwrite)
			entry = maybe_mkwrite(pte_mkdirty(pte_mkyoung(entry)), vma);
		inc_mm_counter(vma->vm_mm, mm_counter_file(folio));
		folio_add_file_rmap_pte(folio, page, vma);
	}
	set_pte_at(vma->vm_mm, addr, pte, entry);
	return 0;
}

static int insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page, pgprot_t prot, bool mkwrite)
{
	int err = validate_page_before_insert(vma, page);
	spinlock_t *ptl;
	pte_t *pte;

	if (err)
		return err;
	pte = get_locked_pte(vma->vm_mm, addr, &ptl);
	if (!pte)
		return -ENOMEM;
	err = insert_page_into_pte_locked(vma, pte, addr, page, prot, mkwrite);
	pte_unmap_unlock(pte, ptl);
	return err;
}
#define fsc_insert_page_ro(vma, addr, page, prot) insert_page(vma, addr, page, prot, false)

vm_fault_t vmf_insert_page_mkwrite(struct vm_fault *vmf, struct page *page, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	int err;

	if (vmf->address >= vma->vm_end || vmf->address < vma->vm_start)
		return VM_FAULT_SIGBUS;
	err = insert_page(vma, vmf->address, page, vma->vm_page_prot, write);
	if (!err || err == -EBUSY)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}
#else
static int insert_page_into_pte_locked(struct vm_area_struct *vma, pte_t *pte, unsigned long addr, struct page *page,
				       pgprot_t prot)
{
	struct folio *folio = page_folio(page);
	pte_t entry = mk_pte(page, prot);

	(void)addr;
	if (!pte_none(ptep_get(pte)))
		return -EBUSY;
	if (is_zero_folio(folio)) {
		entry = pte_mkspecial(entry);
	} else {
		folio_get(folio);
		inc_mm_counter(vma->vm_mm, mm_counter_file(folio));
		folio_add_file_rmap_pte(folio, page, vma);
	}
	set_pte_at(vma->vm_mm, addr, pte, entry);
	return 0;
}

static int insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page, pgprot_t prot)
{
	int err = validate_page_before_insert(vma, page);
	spinlock_t *ptl;
	pte_t *pte;

	if (err)
		return err;
	pte = get_locked_pte(vma->vm_mm, addr, &ptl);
	if (!pte)
		return -ENOMEM;
	err = insert_page_into_pte_locked(vma, pte, addr, page, prot);
	pte_unmap_unlock(pte, ptl);
	return err;
}
#define fsc_insert_page_ro(vma, addr, page, prot) insert_page(vma, addr, page, prot)

/* Nobody in v6.12 calls this; series on their way to v6.15 do. */
vm_fault_t vmf_insert_page_mkwrite(struct vm_fault *vmf, struct page *page, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	spinlock_t *ptl;
	pte_t *pte;
	int err;

	if (vmf->address >= vma->vm_end || vmf->address < vma->vm_start)
		return VM_FAULT_SIGBUS;
	err = insert_page(vma, vmf->address, page, vma->vm_page_prot);
	if (err && err != -EBUSY)
		return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
	pte = write ? get_locked_pte(vma->vm_mm, vmf->address, &ptl) : NULL;
	if (pte && pte_pfn(ptep_get(pte)) == page_to_pfn(page))
		ptep_set_access_flags(vma, vmf->address, pte,
				      maybe_mkwrite(pte_mkdirty(pte_mkyoung(ptep_get(pte))), vma), 1);
	if (pte)
		pte_unmap_unlock(pte, ptl);
	return VM_FAULT_NOPAGE;
}
#endif

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	if (!range_in_vma(vma, addr, addr + 1))
		return -EFAULT;
	BUG_ON((vma->vm_flags & (VM_MIXEDMAP | VM_PFNMAP)) == VM_PFNMAP);
	vm_flags_set(vma, VM_MIXEDMAP);
	return fsc_insert_page_ro(vma, addr, page, vma->vm_page_prot);
}

/* Several pages under one page-table lock. */
static int insert_page_in_batch_locked(struct vm_area_struct *vma, pte_t *pte, unsigned long addr, struct page *page,
				       pgprot_t prot)
{
	int err = validate_page_before_insert(vma, page);

	if (err)
		return err;
#if FSC_ERA >= 615
	return insert_page_into_pte_locked(vma, pte, addr, page, prot, false);
#else
	return insert_page_into_pte_locked(vma, pte, addr, page, prot);
#endif
}

int vm_insert_pages(struct vm_area_struct *vma, unsigned long addr, struct page **pages, unsigned long *num)
{
	unsigned long done = 0;
	spinlock_t *ptl;
	pte_t *pte;
	int err = 0;

	if (!range_in_vma(vma, addr, addr + (*num << PAGE_SHIFT)))
		return -EFAULT;
	vm_flags_set(vma, VM_MIXEDMAP);
	while (!err && done < *num) {
		pte = get_locked_pte(vma->vm_mm, addr, &ptl);
		if (!pte) {
			err = -ENOMEM;
			break;
		}
		do {
			err = insert_page_in_batch_locked(vma, pte, addr, pages[done], vma->vm_page_prot);
			if (err)
				break;
			done++;
			addr += PAGE_SIZE;
		} while (done < *num && (addr & ~PMD_MASK) && pte++);
		pte_unmap_unlock(pte, ptl);
	}
	*num -= done;
	return err;
}

/* An entry without a counted page: devmap when the pfn says so, else special. */
static vm_fault_t insert_pfn(struct vm_area_struct *vma, unsigned long addr, fsc_pfn_t pfn, pgprot_t prot, bool mkwrite)
{
	spinlock_t *ptl;
	pte_t *pte = get_locked_pte(vma->vm_mm, addr, &ptl), entry;

	if (!pte)
		return VM_FAULT_OOM;
	entry = ptep_get(pte);
	if (pte_none(entry) && __fsc_fail(FSC_FAULT "raced-insert")) {
		/* Another fault came first, and what it has inserted is gone again when the access is tried again. */
		pte_unmap_unlock(pte, ptl);
		return VM_FAULT_NOPAGE;
	}
	if (pte_none(entry)) {
		entry = fsc_pfn_pte(pfn, prot);
		entry = fsc_pfn_devmap(pfn) ? pte_mkdevmap(entry) : pte_mkspecial(entry);
		if (mkwrite)
			entry = maybe_mkwrite(pte_mkdirty(pte_mkyoung(entry)), vma);
		set_pte_at(vma->vm_mm, addr, pte, entry);
		update_mmu_cache(vma, addr, pte);
	} else if (mkwrite && pte_pfn(entry) == fsc_pfn_raw(pfn)) {
		entry = maybe_mkwrite(pte_mkdirty(pte_mkyoung(entry)), vma);
		if (ptep_set_access_flags(vma, addr, pte, entry, 1))
			update_mmu_cache(vma, addr, pte);
	} else if (mkwrite) {
		/* Raced with a block allocation that left the zero page for now; the fault will come again. */
		WARN_ON_ONCE(!is_zero_pfn(pte_pfn(entry)));
	}
	pte_unmap_unlock(pte, ptl);
	return VM_FAULT_NOPAGE;
}

/* At mmap(2): a range of memory, whoever has it, without any count of its pages. */
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, unsigned long size, pgprot_t prot)
{
	unsigned long end = addr + PAGE_ALIGN(size);

	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	for (; addr < end; addr += PAGE_SIZE, pfn++) {
		spinlock_t *ptl;
		pte_t *pte = get_locked_pte(vma->vm_mm, addr, &ptl);

		if (!pte)
			return -ENOMEM;
		BUG_ON(!pte_none(ptep_get(pte)));
		set_pte_at(vma->vm_mm, addr, pte, pte_mkspecial(pfn_pte(pfn, prot)));
		pte_unmap_unlock(pte, ptl);
	}
	return 0;
}

vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, pgprot_t pgprot)
{
	bool raw = vma->vm_flags & VM_PFNMAP, mixed = vma->vm_flags & VM_MIXEDMAP;

	BUG_ON(!raw && !mixed);
	BUG_ON(mixed && pfn_valid(pfn)); /* a page that exists must be inserted as one */
	BUG_ON(raw && is_cow_mapping(vma->vm_flags));
	if (!range_in_vma(vma, addr, addr + 1))
		return VM_FAULT_SIGBUS;
	return insert_pfn(vma, addr, __fsc_pfn(pfn, PFN_DEV), pgprot, false);
}

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	return vmf_insert_pfn_prot(vma, addr, pfn, vma->vm_page_prot);
}

static bool vm_mixed_ok(struct vm_area_struct *vma, fsc_pfn_t pfn, bool mkwrite)
{
	bool zero = is_zero_pfn(fsc_pfn_raw(pfn));

	if (zero && (mkwrite || !vm_mixed_zeropage_allowed(vma)))
		return false;
	return zero || (vma->vm_flags & VM_MIXEDMAP) || fsc_pfn_devmap(pfn) || fsc_pfn_special(pfn);
}

static vm_fault_t __vm_insert_mixed(struct vm_area_struct *vma, unsigned long addr, fsc_pfn_t pfn, bool mkwrite)
{
	pgprot_t prot = vma->vm_page_prot;

	if (!vm_mixed_ok(vma, pfn, mkwrite) || addr >= vma->vm_end || addr < vma->vm_start)
		return VM_FAULT_SIGBUS;
	track_pfn_insert(vma, &prot, pfn);
	return insert_pfn(vma, addr, pfn, prot, mkwrite);
}

vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr, fsc_pfn_t pfn)
{
	return __vm_insert_mixed(vma, addr, pfn, false);
}

vm_fault_t vmf_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr, fsc_pfn_t pfn)
{
	return __vm_insert_mixed(vma, addr, pfn, true);
}

#if FSC_ERA < 612
static int fsc_insert_error(vm_fault_t fault)
{
	return fault & VM_FAULT_OOM ? -ENOMEM : fault & VM_FAULT_ERROR ? -EFAULT : 0;
}

int vm_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	return fsc_insert_error(__vm_insert_mixed(vma, addr, pfn, false));
}

int vm_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	return fsc_insert_error(__vm_insert_mixed(vma, addr, pfn, true));
}
#endif

/* ---- zapping ---- */

static inline bool should_zap_cows(struct zap_details *details)
{
	return !details || details->even_cows;
}

static inline bool should_zap_folio(struct zap_details *details, struct folio *folio)
{
	return should_zap_cows(details) || !folio_test_anon(folio);
}

static void zap_present_folio_ptes(struct mmu_gather *tlb, struct vm_area_struct *vma, struct folio *folio,
				   struct page *page, pte_t *pte, pte_t ptent, unsigned int nr, unsigned long addr,
				   struct zap_details *details, int *rss, bool *force_flush, bool *force_break)
{
	bool delay_rmap = false, anon = folio_test_anon(folio);

	(void)details;
	VM_BUG_ON(nr != 1);
	ptent = ptep_get_and_clear_full(tlb->mm, addr, pte, tlb->fullmm);
	if (!anon && pte_dirty(ptent)) {
		folio_mark_dirty(folio);
		if (tlb_delay_rmap(tlb))
			delay_rmap = *force_flush = true;
	}
	if (!anon && pte_young(ptent))
		folio_mark_accessed(folio);
	rss[mm_counter(folio)]--;
	arch_check_zapped_pte(vma, ptent);
	tlb_remove_tlb_entries(tlb, pte, nr, addr);
	if (!delay_rmap) {
		folio_remove_rmap_ptes(folio, page, nr, vma);
		if (folio_mapcount(folio) < 0)
			print_bad_pte(vma, addr, ptent, page);
	}
	if (__tlb_remove_folio_pages(tlb, page, nr, delay_rmap))
		*force_flush = *force_break = true;
}

static int zap_present_ptes(struct mmu_gather *tlb, struct vm_area_struct *vma, pte_t *pte, pte_t ptent,
			    unsigned int max_nr, unsigned long addr, struct zap_details *details, int *rss,
			    bool *force_flush, bool *force_break)
{
	struct page *page = vm_normal_page(vma, addr, ptent);

	(void)max_nr;
	if (!page) {
		ptep_get_and_clear_full(tlb->mm, addr, pte, tlb->fullmm);
		tlb_remove_tlb_entry(tlb, pte, addr);
	} else if (should_zap_folio(details, page_folio(page))) {
		zap_present_folio_ptes(tlb, vma, page_folio(page), page, pte, ptent, 1, addr, details, rss, force_flush,
				       force_break);
	}
	return 1;
}

/* An entry that names a page which is elsewhere: a device has it, or it is on its way. */
static int zap_nonpresent_ptes(struct mmu_gather *tlb, struct vm_area_struct *vma, pte_t *pte, pte_t ptent,
			       unsigned int max_nr, unsigned long addr, struct zap_details *details, int *rss,
			       bool *any_skipped)
{
	swp_entry_t entry = pte_to_swp_entry(ptent);
	struct folio *folio;

	(void)max_nr;
	if (is_device_private_entry(entry)) {
		folio = pfn_swap_entry_folio(entry);
		if (!should_zap_folio(details, folio)) {
			*any_skipped = true;
			return 1;
		}
		WARN_ON_ONCE(!vma_is_anonymous(vma));
		rss[mm_counter(folio)]--;
		folio_remove_rmap_pte(folio, folio_page(folio, 0), vma);
		folio_put(folio);
	} else if (is_migration_entry(entry)) {
		folio = pfn_swap_entry_folio(entry);
		if (!should_zap_folio(details, folio)) {
			*any_skipped = true;
			return 1;
		}
		rss[mm_counter(folio)]--;
	} else {
		pr_alert("unrecognized swap entry 0x%lx\n", entry.val);
		WARN_ON_ONCE(1);
	}
	pte_clear(tlb->mm, addr, pte);
	return 1;
}

static unsigned long zap_pte_range(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr,
				   unsigned long end, struct zap_details *details)
{
	bool force_flush = false, force_break = false, skipped = false;
	int rss[NR_MM_COUNTERS] = { 0 };
	pte_t *first, *pte;
	spinlock_t *ptl;

	first = pte = pte_offset_map_lock(tlb->mm, pmd, addr, &ptl);
	if (!pte)
		return addr;
	while (addr != end && !force_break) {
		pte_t entry = ptep_get(pte);

		if (pte_present(entry))
			zap_present_ptes(tlb, vma, pte, entry, 1, addr, details, rss, &force_flush, &force_break);
		else if (!pte_none(entry))
			zap_nonpresent_ptes(tlb, vma, pte, entry, 1, addr, details, rss, &skipped);
		pte++;
		addr += PAGE_SIZE;
	}
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		if (rss[i])
			add_mm_counter(tlb->mm, i, rss[i]);
	if (force_flush) {
		tlb_flush_mmu_tlbonly(tlb);
		tlb_flush_rmaps(tlb, vma);
	}
	pte_unmap_unlock(first, ptl);
	if (force_flush)
		tlb_flush_mmu(tlb);
	return addr;
}

static unsigned long zap_pmd_range(struct mmu_gather *tlb, struct vm_area_struct *vma, pud_t *pud, unsigned long addr,
				   unsigned long end, struct zap_details *details)
{
	while (addr != end) {
		unsigned long next = pmd_addr_end(addr, end);
		pmd_t *pmd = pmd_offset(pud, addr);
		bool whole = next - addr == HPAGE_PMD_SIZE;

		if (is_swap_pmd(*pmd) || pmd_trans_huge(*pmd) || pmd_devmap(*pmd)) {
			if (!whole) {
				__split_huge_pmd(vma, pmd, addr, false, NULL);
			} else if (zap_huge_pmd(tlb, vma, pmd, addr)) {
				addr = next;
				continue;
			}
		} else if (whole && details && details->single_folio && pmd_none(*pmd) &&
			   folio_test_pmd_mappable(details->single_folio)) {
			/* Somebody may have cleared the entry and not yet dropped the mapcount: wait for him. */
			spin_unlock(pmd_lock(tlb->mm, pmd));
		}
		if (pmd_none(*pmd))
			addr = next;
		else
			addr = zap_pte_range(tlb, vma, pmd, addr, next, details);
		cond_resched();
	}
	return addr;
}

static unsigned long zap_pud_range(struct mmu_gather *tlb, struct vm_area_struct *vma, p4d_t *p4d, unsigned long addr,
				   unsigned long end, struct zap_details *details)
{
	unsigned long next;

	for (; addr != end; addr = next) {
		pud_t *pud = pud_offset(p4d, addr);

		next = pud_addr_end(addr, end);
		if (pud_trans_huge(*pud) || pud_devmap(*pud)) {
			if (next - addr != HPAGE_PUD_SIZE)
				split_huge_pud(vma, pud, addr);
			else if (zap_huge_pud(tlb, vma, pud, addr))
				continue;
		}
		if (!pud_none_or_clear_bad(pud))
			zap_pmd_range(tlb, vma, pud, addr, next, details);
	}
	return addr;
}

void unmap_page_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long addr, unsigned long end,
		      struct zap_details *details)
{
	unsigned long next;

	BUG_ON(addr >= end);
	for (; addr != end; addr = next) {
		p4d_t *p4d = p4d_offset(pgd_offset(vma->vm_mm, addr), addr);

		next = pgd_addr_end(addr, end);
		if (!p4d_none_or_clear_bad(p4d))
			zap_pud_range(tlb, vma, p4d, addr, next, details);
	}
}

static void unmap_single_vma(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start_addr,
			     unsigned long end_addr, struct zap_details *details, bool mm_wr_locked)
{
	unsigned long from = max(start_addr, vma->vm_start), to = min(end_addr, vma->vm_end);

	(void)mm_wr_locked;
	if (from < to)
		unmap_page_range(tlb, vma, from, to, details);
}

void zap_page_range_single(struct vm_area_struct *vma, unsigned long address, unsigned long size,
			   struct zap_details *details)
{
	struct mmu_notifier_range range;
	struct mmu_gather tlb;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, address, address + size);
	tlb_gather_mmu(&tlb, vma->vm_mm);
	mmu_notifier_invalidate_range_start(&range);
	unmap_single_vma(&tlb, vma, address, address + size, details, false);
	mmu_notifier_invalidate_range_end(&range);
	tlb_finish_mmu(&tlb);
}

void zap_vma_ptes(struct vm_area_struct *vma, unsigned long address, unsigned long size)
{
	if (range_in_vma(vma, address, address + size) && (vma->vm_flags & VM_PFNMAP))
		zap_page_range_single(vma, address, size, NULL);
}

static void unmap_mapping_range_vma(struct vm_area_struct *vma, unsigned long start_addr, unsigned long end_addr,
				    struct zap_details *details)
{
	zap_page_range_single(vma, start_addr, end_addr - start_addr, details);
}

static void unmap_mapping_range_tree(struct rb_root_cached *root, pgoff_t first_index, pgoff_t last_index,
				     struct zap_details *details)
{
	struct vm_area_struct *vma;

	vma_interval_tree_foreach(vma, root, first_index, last_index) {
		pgoff_t base = vma->vm_pgoff;
		pgoff_t from = max(first_index, base), upto = min(last_index, base + vma_pages(vma) - 1);

		unmap_mapping_range_vma(vma, vma->vm_start + ((from - base) << PAGE_SHIFT),
					vma->vm_start + ((upto - base + 1) << PAGE_SHIFT), details);
	}
}

static void fsc_unmap_indices(struct address_space *mapping, pgoff_t first, pgoff_t last, struct zap_details *details)
{
	i_mmap_lock_read(mapping);
	if (!RB_EMPTY_ROOT(&mapping->i_mmap.rb_root))
		unmap_mapping_range_tree(&mapping->i_mmap, first, last, details);
	i_mmap_unlock_read(mapping);
}

void unmap_mapping_folio(struct folio *folio)
{
	struct zap_details details = { .single_folio = folio, .zap_flags = ZAP_FLAG_DROP_MARKER };

	VM_BUG_ON(!folio_test_locked(folio));
	fsc_unmap_indices(folio->mapping, folio->index, folio_next_index(folio) - 1, &details);
}

/* nr 0 means to the end of the file. */
void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows)
{
	struct zap_details details = { .even_cows = even_cows };
	pgoff_t last = start + nr - 1;

	fsc_unmap_indices(mapping, start, last < start ? ULONG_MAX : last, &details);
}

void unmap_mapping_range(struct address_space *mapping, loff_t const holebegin, loff_t const holelen, int even_cows)
{
	pgoff_t first = (pgoff_t)holebegin >> PAGE_SHIFT;

	unmap_mapping_pages(mapping, first, ((pgoff_t)holelen + PAGE_SIZE - 1) >> PAGE_SHIFT, even_cows);
}

/* ---- write faults ---- */

static void wp_page_reuse(struct vm_fault *vmf, struct folio *folio)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry;

	VM_BUG_ON(!(vmf->flags & FAULT_FLAG_WRITE));
	VM_WARN_ON(is_zero_pfn(pte_pfn(vmf->orig_pte)));
	VM_BUG_ON(folio && folio_test_anon(folio) && !PageAnonExclusive(vmf->page));

	entry = maybe_mkwrite(pte_mkdirty(pte_mkyoung(vmf->orig_pte)), vma);
	ptep_set_access_flags(vma, vmf->address, vmf->pte, entry, 1);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
}

static vm_fault_t finish_mkwrite_fault(struct vm_fault *vmf, struct folio *folio)
{
	struct vm_area_struct *vma = vmf->vma;

	WARN_ON_ONCE(!(vma->vm_flags & VM_SHARED));
	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (vmf->pte && pte_same(vmf->orig_pte, ptep_get(vmf->pte))) {
		wp_page_reuse(vmf, folio);
		return 0;
	}
	if (vmf->pte)
		pte_unmap_unlock(vmf->pte, vmf->ptl); /* another fault was faster */
	return VM_FAULT_NOPAGE;
}

static vm_fault_t wp_pfn_shared(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	vm_fault_t ret;

	if (!ops || !ops->pfn_mkwrite) {
		wp_page_reuse(vmf, NULL);
		return 0;
	}
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	vmf->flags |= FAULT_FLAG_MKWRITE;
	ret = ops->pfn_mkwrite(vmf);
	if (ret & (VM_FAULT_NOPAGE | VM_FAULT_ERROR))
		return ret;
	return finish_mkwrite_fault(vmf, NULL);
}

static vm_fault_t wp_page_shared(struct vm_fault *vmf, struct folio *folio)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	vm_fault_t ret = 0;

	folio_get(folio);
	if (ops && ops->page_mkwrite) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		vmf->flags = FAULT_FLAG_WRITE | FAULT_FLAG_MKWRITE;
		ret = ops->page_mkwrite(vmf);
		if (!(ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))) {
			if (!(ret & VM_FAULT_LOCKED))
				folio_lock(folio);
			ret = folio->mapping ? finish_mkwrite_fault(vmf, folio) : 0;
			folio_mark_dirty(folio);
			folio_unlock(folio);
		}
	} else {
		wp_page_reuse(vmf, folio);
		folio_mark_dirty(folio);
	}
	folio_put(folio);
	return ret;
}

/* Copies what vmf maps now; without a page (a pfn entry) through the direct map, where user code reads the same bytes. */
static int __wp_page_copy_user(struct page *dst, struct page *src, struct vm_fault *vmf)
{
	unsigned long pfn = pte_pfn(vmf->orig_pte);

	if (src)
		return copy_mc_user_highpage(dst, src, vmf->address, vmf->vma) ? -EHWPOISON : 0;
	vmf->pte = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return -EAGAIN;
	if (!pte_same(ptep_get(vmf->pte), vmf->orig_pte)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return -EAGAIN;
	}
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	copy_page(page_address(dst), pfn_to_kaddr(pfn));
	return 0;
}

/* Replaces what is mapped by a private copy, which is written. Drops the reference on the old page that the caller took. */
static vm_fault_t wp_page_copy(struct vm_fault *vmf)
{
	struct folio *old = vmf->page ? page_folio(vmf->page) : NULL, *copy;
	bool unshare = vmf->flags & FAULT_FLAG_UNSHARE, zero = is_zero_pfn(pte_pfn(vmf->orig_pte));
	struct vm_area_struct *vma = vmf->vma;
	struct mm_struct *mm = vma->vm_mm;
	struct mmu_notifier_range range;
	vm_fault_t ret = vmf_anon_prepare(vmf);
	pte_t entry;
	int err;

	copy = ret ? NULL : folio_alloc(GFP_HIGHUSER_MOVABLE | (zero ? __GFP_ZERO : 0), 0);
	if (!copy) {
		if (old)
			folio_put(old);
		return VM_FAULT_OOM;
	}
	err = zero ? 0 : __wp_page_copy_user(&copy->page, vmf->page, vmf);
	if (err) {
		folio_put(copy);
		if (old)
			folio_put(old);
		return err == -EHWPOISON ? VM_FAULT_HWPOISON : 0;
	}
	__folio_mark_uptodate(copy);

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, mm, vmf->address, vmf->address + PAGE_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	vmf->pte = pte_offset_map_lock(mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (vmf->pte && pte_same(vmf->orig_pte, ptep_get(vmf->pte))) {
		if (!old || !folio_test_anon(old)) {
			inc_mm_counter(mm, MM_ANONPAGES);
			if (old)
				dec_mm_counter(mm, mm_counter_file(old));
		}
		entry = mk_pte(&copy->page, vma->vm_page_prot);
		if (!unshare)
			entry = maybe_mkwrite(pte_mkdirty(entry), vma);
		ptep_clear_flush(vma, vmf->address, vmf->pte);
		folio_add_new_anon_rmap(copy, vma, vmf->address, RMAP_EXCLUSIVE);
		folio_add_lru_vma(copy, vma);
		set_pte_at(mm, vmf->address, vmf->pte, entry);
		/* Last, so that nobody takes the old page for unmapped while we still show it. */
		if (old)
			folio_remove_rmap_pte(old, vmf->page, vma);
		copy = old; /* the mapping's reference is ours to drop now */
	}
	if (vmf->pte)
		pte_unmap_unlock(vmf->pte, vmf->ptl);
	mmu_notifier_invalidate_range_end(&range);
	if (copy)
		folio_put(copy);
	if (old)
		folio_put(old);
	return 0;
}

vm_fault_t do_wp_page(struct vm_fault *vmf)
{
	bool unshare = vmf->flags & FAULT_FLAG_UNSHARE;
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio;

	vmf->page = vm_normal_page(vma, vmf->address, vmf->orig_pte);
	folio = vmf->page ? page_folio(vmf->page) : NULL;

	if (vma->vm_flags & (VM_SHARED | VM_MAYSHARE)) {
#if FSC_ERA >= 615
		/* FS-DAX wants pfn_mkwrite for its pages too. */
		if (vmf->page && is_fsdax_page(vmf->page))
			vmf->page = NULL;
#endif
		return vmf->page ? wp_page_shared(vmf, folio) : wp_pfn_shared(vmf);
	}

	if (folio && folio_test_anon(folio) && (PageAnonExclusive(vmf->page) || folio_ref_count(folio) == 1)) {
		SetPageAnonExclusive(vmf->page);
		if (unshare)
			pte_unmap_unlock(vmf->pte, vmf->ptl);
		else
			wp_page_reuse(vmf, folio);
		return 0;
	}
	if (folio)
		folio_get(folio);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return wp_page_copy(vmf);
}

/* ---- faults on absent pages ---- */

void set_pte_range(struct vm_fault *vmf, struct folio *folio, struct page *page, unsigned int nr, unsigned long addr)
{
	bool write = vmf->flags & FAULT_FLAG_WRITE;
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry = mk_pte(page, vma->vm_page_prot);

	bool private_copy = write && !(vma->vm_flags & VM_SHARED);

	if (write)
		entry = maybe_mkwrite(pte_mkdirty(entry), vma);
	VM_BUG_ON_FOLIO(private_copy && nr != 1, folio);
	if (!private_copy) {
		folio_add_file_rmap_ptes(folio, page, nr, vma);
	} else {
		folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
		folio_add_lru_vma(folio, vma);
	}
	set_ptes(vma->vm_mm, addr, vmf->pte, entry, nr);
}

vm_fault_t do_set_pmd(struct vm_fault *vmf, struct page *page)
{
	(void)vmf;
	(void)page;
	return VM_FAULT_FALLBACK; /* page cache folios of PMD size do not exist here */
}

/* Maps the page that the file system brought, or the private copy of it. */
vm_fault_t finish_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	bool is_cow = (vmf->flags & FAULT_FLAG_WRITE) && !(vma->vm_flags & VM_SHARED);
	struct page *page = is_cow ? vmf->cow_page : vmf->page;
	struct folio *folio = page_folio(page);
	vm_fault_t ret = VM_FAULT_NOPAGE;

	if (pmd_none(*vmf->pmd)) {
		if (vmf->prealloc_pte)
			pmd_install(vma->vm_mm, vmf->pmd, &vmf->prealloc_pte);
		else if (pte_alloc(vma->vm_mm, vmf->pmd))
			return VM_FAULT_OOM;
	}
	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return ret;
	if (pte_none(ptep_get(vmf->pte))) {
		set_pte_range(vmf, folio, page, 1, vmf->address);
		add_mm_counter(vma->vm_mm, is_cow ? MM_ANONPAGES : mm_counter_file(folio), 1);
		ret = 0;
	}
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return ret;
}

static vm_fault_t __do_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret;

	/* The table that the entry will need, before the file system holds locks. */
	if (!vmf->prealloc_pte && pmd_none(*vmf->pmd))
		vmf->prealloc_pte = pte_alloc_one(vma->vm_mm);
	if (!vmf->prealloc_pte && pmd_none(*vmf->pmd))
		return VM_FAULT_OOM;
	ret = vma->vm_ops->fault(vmf);
	if (ret & (VM_FAULT_DONE_COW | VM_FAULT_RETRY | VM_FAULT_NOPAGE | VM_FAULT_ERROR))
		return ret;
	if (!(ret & VM_FAULT_LOCKED))
		lock_page(vmf->page);
	return ret | VM_FAULT_LOCKED;
}

static vm_fault_t fsc_finish_locked(struct vm_fault *vmf, vm_fault_t ret)
{
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY | VM_FAULT_DONE_COW))
		return ret;
	ret |= finish_fault(vmf);
	unlock_page(vmf->page);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY))
		put_page(vmf->page);
	return ret;
}

static vm_fault_t do_read_fault(struct vm_fault *vmf)
{
	return fsc_finish_locked(vmf, __do_fault(vmf));
}

static vm_fault_t do_cow_fault(struct vm_fault *vmf)
{
	vm_fault_t ret = vmf_anon_prepare(vmf);
	struct folio *copy;

	if (ret)
		return ret;
	copy = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);
	if (!copy)
		return VM_FAULT_OOM;
	vmf->cow_page = &copy->page;
	ret = __do_fault(vmf);
	if (ret & VM_FAULT_DONE_COW)
		return ret;
	if (!(ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY))) {
		copy_page(page_address(vmf->cow_page), page_address(vmf->page));
		__folio_mark_uptodate(copy);
		ret |= finish_fault(vmf);
		unlock_page(vmf->page);
		put_page(vmf->page);
		if (!(ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY)))
			return ret;
	}
	folio_put(copy);
	return ret;
}

static vm_fault_t do_shared_fault(struct vm_fault *vmf)
{
	return fsc_finish_locked(vmf, __do_fault(vmf));
}

static vm_fault_t do_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret;

	if (!vma->vm_ops->fault)
		return VM_FAULT_SIGBUS;
	if (vmf->flags & FAULT_FLAG_WRITE)
		ret = vma->vm_flags & VM_SHARED ? do_shared_fault(vmf) : do_cow_fault(vmf);
	else
		ret = do_read_fault(vmf);
	if (vmf->prealloc_pte) /* nobody needed it */
		pte_free(vma->vm_mm, vmf->prealloc_pte);
	vmf->prealloc_pte = NULL;
	return ret;
}

static vm_fault_t do_anonymous_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	bool write = vmf->flags & FAULT_FLAG_WRITE;
	struct folio *folio = NULL;
	pte_t entry;

	if (pte_alloc(vma->vm_mm, vmf->pmd))
		return VM_FAULT_OOM;
	if (write) {
		if (anon_vma_prepare(vma))
			return VM_FAULT_OOM;
		folio = folio_alloc(GFP_HIGHUSER_MOVABLE | __GFP_ZERO, 0);
		if (!folio)
			return VM_FAULT_OOM;
		__folio_mark_uptodate(folio);
	}
	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (vmf->pte && pte_none(ptep_get(vmf->pte))) {
		if (write) {
			entry = maybe_mkwrite(pte_mkdirty(mk_pte(&folio->page, vma->vm_page_prot)), vma);
			inc_mm_counter(vma->vm_mm, MM_ANONPAGES);
			folio_add_new_anon_rmap(folio, vma, vmf->address, RMAP_EXCLUSIVE);
			folio_add_lru_vma(folio, vma);
			folio = NULL;
		} else {
			entry = pte_mkspecial(pfn_pte(my_zero_pfn(vmf->address), vma->vm_page_prot));
		}
		set_pte_at(vma->vm_mm, vmf->address, vmf->pte, entry);
	}
	if (vmf->pte)
		pte_unmap_unlock(vmf->pte, vmf->ptl);
	if (folio)
		folio_put(folio);
	return 0;
}

#if FSC_ERA >= 612
/* The entry is there and no page is: a device has it and must bring it, or whoever takes it elsewhere is waited for. */
vm_fault_t do_swap_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	swp_entry_t entry = pte_to_swp_entry(vmf->orig_pte);
	vm_fault_t ret;

	if (is_migration_entry(entry)) {
		migration_entry_wait(vma->vm_mm, vmf->pmd, vmf->address);
		return 0;
	}
	if (!is_device_private_entry(entry)) {
		print_bad_pte(vma, vmf->address, vmf->orig_pte, NULL);
		return VM_FAULT_SIGBUS;
	}
	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return 0;
	if (!pte_same(ptep_get(vmf->pte), vmf->orig_pte)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return 0;
	}
	/* The entry holds the page, and it can go once its lock is let go. */
	vmf->page = pfn_swap_entry_to_page(entry);
	get_page(vmf->page);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	ret = __fsc_pgmap(vmf->page)->ops->migrate_to_ram(vmf);
	put_page(vmf->page);
	return ret;
}
#endif

static vm_fault_t handle_pte_fault(struct vm_fault *vmf)
{
	vmf->pte = NULL;
	if (!pmd_none(*vmf->pmd)) {
		vmf->pte = pte_offset_map_nolock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
		if (!vmf->pte)
			return 0; /* became huge under us: the access is tried again */
		vmf->orig_pte = ptep_get_lockless(vmf->pte);
		vmf->flags |= FAULT_FLAG_ORIG_PTE_VALID;
		if (pte_none(vmf->orig_pte))
			vmf->pte = NULL;
	}
	if (!vmf->pte)
		return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) : do_fault(vmf);
#if FSC_ERA >= 612
	if (!pte_present(vmf->orig_pte))
		return do_swap_page(vmf);
#endif

	spin_lock(vmf->ptl);
	if (!pte_same(ptep_get(vmf->pte), vmf->orig_pte)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return 0;
	}
	if ((vmf->flags & (FAULT_FLAG_UNSHARE | FAULT_FLAG_WRITE)) && !pte_write(vmf->orig_pte))
		return do_wp_page(vmf);
	if (vmf->flags & FAULT_FLAG_WRITE)
		vmf->orig_pte = pte_mkdirty(vmf->orig_pte);
	ptep_set_access_flags(vmf->vma, vmf->address, vmf->pte, pte_mkyoung(vmf->orig_pte),
			      vmf->flags & FAULT_FLAG_WRITE);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return 0;
}

static vm_fault_t fsc_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;

	return ops && ops->huge_fault ? ops->huge_fault(vmf, order) : VM_FAULT_FALLBACK;
}

static vm_fault_t wp_huge_pmd(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret;

	if (vma->vm_flags & (VM_SHARED | VM_MAYSHARE)) {
		ret = fsc_huge_fault(vmf, PMD_ORDER);
		if (!(ret & VM_FAULT_FALLBACK))
			return ret;
	}
	/* Write notification and copies work on single pages. */
	__split_huge_pmd(vma, vmf->pmd, vmf->address, false, NULL);
	return VM_FAULT_FALLBACK;
}

static vm_fault_t __handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags)
{
	struct vm_fault vmf = {
		.flags = flags,
		.gfp_mask = vma->vm_file ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE,
		.real_address = address,
		.address = address & PAGE_MASK,
		.pgoff = linear_page_index(vma, address),
		.vma = vma,
	};
	unsigned long vm_flags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;
	vm_fault_t ret;

	vmf.pud = pud_alloc(mm, p4d_alloc(mm, pgd_offset(mm, address), address), address);
	if (!vmf.pud)
		return VM_FAULT_OOM;
	if (pud_none(*vmf.pud) && thp_vma_allowable_order(vma, vm_flags, TVA_IN_PF | TVA_ENFORCE_SYSFS, PUD_ORDER)) {
		ret = fsc_huge_fault(&vmf, PUD_ORDER);
		if (!(ret & VM_FAULT_FALLBACK))
			return ret;
	} else if (pud_trans_huge(*vmf.pud) || pud_devmap(*vmf.pud)) {
		if (!(flags & FAULT_FLAG_WRITE) || pud_write(*vmf.pud))
			return 0;
		ret = fsc_huge_fault(&vmf, PUD_ORDER);
		if (!(ret & VM_FAULT_FALLBACK))
			return ret;
		__split_huge_pud(vma, vmf.pud, vmf.address);
	}

	vmf.pmd = pmd_alloc(mm, vmf.pud, address);
	if (!vmf.pmd)
		return VM_FAULT_OOM;
	if (pmd_none(*vmf.pmd)) {
		if (!thp_vma_allowable_order(vma, vm_flags, TVA_IN_PF | TVA_ENFORCE_SYSFS, PMD_ORDER))
			return handle_pte_fault(&vmf);
		ret = fsc_huge_fault(&vmf, PMD_ORDER);
		return ret & VM_FAULT_FALLBACK ? handle_pte_fault(&vmf) : ret;
	}
	vmf.orig_pmd = pmdp_get_lockless(vmf.pmd);
	if (pmd_trans_huge(vmf.orig_pmd) || pmd_devmap(vmf.orig_pmd)) {
		if (!(flags & (FAULT_FLAG_UNSHARE | FAULT_FLAG_WRITE)) || pmd_write(vmf.orig_pmd)) {
			huge_pmd_set_accessed(&vmf);
			return 0;
		}
		ret = wp_huge_pmd(&vmf);
		if (!(ret & VM_FAULT_FALLBACK))
			return ret;
	}
	return handle_pte_fault(&vmf);
}

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags, struct pt_regs *regs)
{
	vm_flags_t need = flags & FAULT_FLAG_WRITE ? VM_WRITE : VM_READ | VM_WRITE;

	(void)regs;
	__set_current_state(TASK_RUNNING);
	if (!(vma->vm_flags & need))
		return VM_FAULT_SIGSEGV;
	return __handle_mm_fault(vma, address, flags);
}

/* ---- fork ---- */

/* A mapping of a file that was never written privately is faulted again by the child: nothing to copy. */
static bool vma_needs_copy(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	(void)dst_vma;
	return src_vma->anon_vma || (src_vma->vm_flags & (VM_MIXEDMAP | VM_PFNMAP));
}

/* The locks of both tables are held, so the folio is there before, or the caller comes again with one. */
static int fsc_copy_for_child(struct vm_area_struct *dst_vma, struct page *page, pte_t *dst_pte, unsigned long addr,
			      struct folio **spare)
{
	struct folio *copy = *spare;

	if (!copy)
		return -EAGAIN;
	*spare = NULL;
	copy_user_highpage(&copy->page, page, addr, dst_vma);
	__folio_mark_uptodate(copy);
	folio_add_new_anon_rmap(copy, dst_vma, addr, RMAP_EXCLUSIVE);
	folio_add_lru_vma(copy, dst_vma);
	inc_mm_counter(dst_vma->vm_mm, MM_ANONPAGES);
	set_pte_at(dst_vma->vm_mm, addr, dst_pte,
		   maybe_mkwrite(pte_mkdirty(mk_pte(&copy->page, dst_vma->vm_page_prot)), dst_vma));
	return 0;
}

static int copy_present_ptes(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma, pte_t *dst_pte,
			     pte_t *src_pte, pte_t pte, unsigned long addr, struct folio **spare)
{
	struct page *page = vm_normal_page(src_vma, addr, pte);
	struct folio *folio = page ? page_folio(page) : NULL;

	if (folio) {
		folio_get(folio);
		if (!folio_test_anon(folio)) {
			folio_dup_file_rmap_pte(folio, page);
		} else if (folio_try_dup_anon_rmap_pte(folio, page, src_vma)) {
			/* Pinned by somebody: the parent keeps the page, the child gets a copy at once. */
			folio_put(folio);
			return fsc_copy_for_child(dst_vma, page, dst_pte, addr, spare);
		}
		inc_mm_counter(dst_vma->vm_mm, mm_counter(folio));
	}
	if (is_cow_mapping(src_vma->vm_flags) && pte_write(pte)) {
		wrprotect_ptes(src_vma->vm_mm, addr, src_pte, 1);
		pte = pte_wrprotect(pte);
	}
	if (src_vma->vm_flags & VM_SHARED)
		pte = pte_mkclean(pte);
	set_pte_at(dst_vma->vm_mm, addr, dst_pte, pte_mkold(pte));
	return 0;
}

/* A page that a device has, or that is on its way, has one process more. Whoever could write it cannot any more. */
static int copy_nonpresent_pte(struct mm_struct *dst_mm, struct mm_struct *src_mm, pte_t *dst_pte, pte_t *src_pte,
			       struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma, unsigned long addr, int *rss)
{
	bool cow = is_cow_mapping(dst_vma->vm_flags);
	pte_t pte = ptep_get(src_pte), shared = pte;
	swp_entry_t entry = pte_to_swp_entry(pte);
	struct page *page;
	struct folio *folio;

	(void)dst_mm;
	(void)src_mm;
	(void)addr;
	if (is_migration_entry(entry)) {
		folio = pfn_swap_entry_folio(entry);
		rss[mm_counter(folio)]++;
		if (!is_readable_migration_entry(entry) && cow)
			shared = swp_entry_to_pte(make_readable_migration_entry(swp_offset(entry)));
	} else if (is_device_private_entry(entry)) {
		page = pfn_swap_entry_to_page(entry);
		folio = page_folio(page);
		folio_get(folio);
		rss[mm_counter(folio)]++;
		BUG_ON(folio_try_dup_anon_rmap_pte(folio, page, src_vma)); /* nobody can have it pinned */
		if (is_writable_device_private_entry(entry) && cow)
			shared = swp_entry_to_pte(make_readable_device_private_entry(swp_offset(entry)));
	}
	if (!pte_same(shared, pte))
		set_pte_at(src_mm, addr, src_pte, shared);
	set_pte_at(dst_mm, addr, dst_pte, shared);
	return 0;
}

static int copy_pte_range(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma, pmd_t *dst_pmd,
			  pmd_t *src_pmd, unsigned long addr, unsigned long end)
{
	spinlock_t *dst_ptl, *src_ptl;
	pte_t *dst_pte, *src_pte;
	struct folio *spare = NULL;
	int err, rss[NR_MM_COUNTERS] = { 0 };

again:
	err = -ENOMEM;
	dst_pte = pte_alloc_map_lock(dst_vma->vm_mm, dst_pmd, addr, &dst_ptl);
	if (!dst_pte)
		goto out;
	err = 0;
	src_pte = pte_offset_map_nolock(src_vma->vm_mm, src_pmd, addr, &src_ptl);
	if (src_pte) {
		spin_lock_nested(src_ptl, SINGLE_DEPTH_NESTING);
		for (; addr != end; addr += PAGE_SIZE, src_pte++, dst_pte++) {
			if (pte_present(ptep_get(src_pte)))
				err = copy_present_ptes(dst_vma, src_vma, dst_pte, src_pte, ptep_get(src_pte), addr,
							&spare);
			else if (!pte_none(ptep_get(src_pte)))
				err = copy_nonpresent_pte(dst_vma->vm_mm, src_vma->vm_mm, dst_pte, src_pte, dst_vma,
							  src_vma, addr, rss);
			if (err)
				break;
		}
		spin_unlock(src_ptl);
	}
	spin_unlock(dst_ptl);
	if (err == -EAGAIN) {
		spare = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);
		if (spare)
			goto again;
		err = -ENOMEM;
	}
out:
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		if (rss[i])
			add_mm_counter(dst_vma->vm_mm, i, rss[i]);
	if (spare) /* whoever had the page pinned let go of it meanwhile */
		folio_put(spare);
	return err;
}

int copy_page_range(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	struct mm_struct *dst = dst_vma->vm_mm, *src = src_vma->vm_mm;
	unsigned long addr = src_vma->vm_start, end = src_vma->vm_end, next;
	bool is_cow = is_cow_mapping(src_vma->vm_flags);
	struct mmu_notifier_range range;
	int err = 0;

	if (!vma_needs_copy(dst_vma, src_vma))
		return 0;
	if (is_cow) {
		mmu_notifier_range_init(&range, MMU_NOTIFY_PROTECTION_PAGE, 0, src, addr, end);
		mmu_notifier_invalidate_range_start(&range);
		raw_write_seqcount_begin(&src->write_protect_seq);
	}
	for (; addr != end && !err; addr = next) {
		pmd_t *src_pmd = mm_find_pmd(src, addr), *dst_pmd;

		next = pmd_addr_end(addr, end);
		if (!src_pmd || pmd_none(*src_pmd))
			continue;
		dst_pmd = walk_to_pmd(dst, addr);
		if (!dst_pmd)
			err = -ENOMEM;
		else if (pmd_trans_huge(*src_pmd) || pmd_devmap(*src_pmd))
			err = copy_huge_pmd(dst, src, dst_pmd, src_pmd, addr, dst_vma, src_vma);
		else
			err = copy_pte_range(dst_vma, src_vma, dst_pmd, src_pmd, addr, next);
	}
	if (is_cow) {
		raw_write_seqcount_end(&src->write_protect_seq);
		mmu_notifier_invalidate_range_end(&range);
	}
	return err;
}

/* ---- taking tables down: an mm that goes, or a range that no VMA covers any more ---- */

void unmap_vmas_of(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mmu_notifier_range range;
	struct mmu_gather tlb;

	mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, mm, start, end);
	tlb_gather_mmu(&tlb, mm);
	mmu_notifier_invalidate_range_start(&range);
	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		unmap_single_vma(&tlb, vma, start, end, NULL, true);
	mmu_notifier_invalidate_range_end(&range);
	tlb_finish_mmu(&tlb);
}

/* Gives back all tables. Empty entries are passed over by their word: every process ends here. */
void fsc_free_pgtables(struct mm_struct *mm)
{
	const pgd_t *pgd = mm->pgd;

	for (int g = 0; g < PTRS_PER_PGD; g++) {
		p4d_t *p4d;
		const pud_t *puds;

		if (!pgd_val(pgd[g]))
			continue;
		p4d = (p4d_t *)(mm->pgd + g);
		puds = pud_offset(p4d, 0);
		for (int u = 0; u < PTRS_PER_PUD; u++) {
			pud_t *pud;
			const pmd_t *pmds;

			if (!pud_val(puds[u]))
				continue;
			pud = pud_offset(p4d, (unsigned long)u << PUD_SHIFT);
			pmds = pmd_offset(pud, 0);
			for (int m = 0; m < PTRS_PER_PMD; m++) {
				if (!pmd_val(pmds[m]) || !pmd_present(pmds[m]) || WARN_ON(pmd_leaf(pmds[m])))
					continue;
				mm_dec_nr_ptes(mm);
				pte_free(mm, pmd_pgtable(pmds[m]));
			}
			mm_dec_nr_pmds(mm);
			fsc_free_table(pmd_offset(pud, 0));
		}
		mm_dec_nr_puds(mm);
		fsc_free_table(pud_offset(p4d, 0));
	}
	free_page((unsigned long)mm->pgd);
	mm->pgd = NULL;
}

int follow_pte(struct vm_area_struct *vma, unsigned long address, pte_t **ptepp, spinlock_t **ptlp)
{
	pmd_t *pmd;
	pte_t *pte;

	if (address >= vma->vm_end || address < vma->vm_start || !(vma->vm_flags & (VM_IO | VM_PFNMAP)))
		return -EINVAL;
	pmd = mm_find_pmd(vma->vm_mm, address);
	pte = pmd ? pte_offset_map_lock(vma->vm_mm, pmd, address, ptlp) : NULL;
	if (pte && pte_present(ptep_get(pte))) {
		*ptepp = pte;
		return 0;
	}
	if (pte)
		pte_unmap_unlock(pte, *ptlp);
	return -EINVAL;
}
