// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PMD- and PUD-sized entries of file mappings, and the huge zero folio. Mirrors mm/huge_memory.c of each era. Left out:
 * anonymous huge pages, khugepaged, folio splitting, migration entries.
 */
#include <linux/fs.h>
#include <linux/dax.h>
#include <linux/pagemap.h>
#include <linux/mmu_notifier.h>
#include "internal.h"

struct folio *huge_zero_folio;
unsigned long huge_zero_pfn = ~0UL;
static atomic_t huge_zero_refcount;

struct shrinker;
struct shrink_control;

/* Allocated on first use. One reference is kept for the shrinker, which alone gives the last one back. */
static bool get_huge_zero_page(void)
{
	struct folio *zero;

again:
	if (atomic_inc_not_zero(&huge_zero_refcount))
		return true;
	if (__fsc_fail("huge_zero_folio"))
		return false;
	zero = folio_alloc((GFP_TRANSHUGE | __GFP_ZERO) & ~__GFP_MOVABLE, HPAGE_PMD_ORDER);
	if (!zero)
		return false;
#if FSC_ERA >= 615
	folio_clear_large_rmappable(zero); /* no mapcount, no rmap */
#endif
	if (cmpxchg(&huge_zero_folio, NULL, zero)) {
		folio_put(zero);
		cpu_relax();
		goto again;
	}
	WRITE_ONCE(huge_zero_pfn, folio_pfn(zero));
	atomic_set(&huge_zero_refcount, 2);
	return true;
}

static void put_huge_zero_page(void)
{
	BUG_ON(atomic_dec_and_test(&huge_zero_refcount));
}

struct folio *mm_get_huge_zero_folio(struct mm_struct *mm)
{
	struct folio *zero;

	if (!test_bit(MMF_HUGE_ZERO_PAGE, &mm->flags)) {
		if (!get_huge_zero_page())
			return NULL;
		if (test_and_set_bit(MMF_HUGE_ZERO_PAGE, &mm->flags))
			put_huge_zero_page();
	}
	zero = READ_ONCE(huge_zero_folio);
	if (zero)
		fsc_registry.huge_zero_pfn = folio_pfn(zero);
	return zero;
}

void mm_put_huge_zero_folio(struct mm_struct *mm)
{
	if (test_bit(MMF_HUGE_ZERO_PAGE, &mm->flags))
		put_huge_zero_page();
}

/* Gives the folio back that nobody maps. A fault may come between any two of these steps. */
static unsigned long shrink_huge_zero_page_scan(struct shrinker *shrink, struct shrink_control *sc)
{
	struct folio *zero;

	(void)shrink;
	(void)sc;
	if (atomic_cmpxchg(&huge_zero_refcount, 1, 0) != 1)
		return 0;
	zero = xchg(&huge_zero_folio, NULL);
	BUG_ON(!zero);
	WRITE_ONCE(huge_zero_pfn, ~0UL);
	folio_put(zero);
	return HPAGE_PMD_NR;
}

void fsc_memory_is_short(void)
{
	unsigned long was = huge_zero_folio ? folio_pfn(huge_zero_folio) : 0;

	if (shrink_huge_zero_page_scan(NULL, NULL) && fsc_registry.huge_zero_pfn == was)
		fsc_registry.huge_zero_pfn = 0;
}

bool vma_is_special_huge(const struct vm_area_struct *vma)
{
	return vma_is_dax(vma) || (vma->vm_file && (vma->vm_flags & (VM_MIXEDMAP | VM_PFNMAP)));
}

/* DAX takes any order that its VMA can hold; a scenario may keep faults small ("max_order"). */
unsigned long thp_vma_allowable_orders(struct vm_area_struct *vma, unsigned long vm_flags, unsigned long tva_flags,
				       unsigned long orders)
{
	int limit = __fsc_param("max_order", PUD_ORDER);

	(void)tva_flags;
	if (vma_is_anonymous(vma) || (vm_flags & VM_NOHUGEPAGE))
		return 0;
	/* A driver that has a handler for large faults knows what it can do. */
	if (!vma_is_dax(vma) && !(vma->vm_ops && vma->vm_ops->huge_fault))
		return 0;
	orders &= THP_ORDERS_ALL_FILE_DEFAULT;
	if (limit < PUD_ORDER)
		orders &= ~(1UL << PUD_ORDER);
	if (limit < PMD_ORDER)
		orders &= ~(1UL << PMD_ORDER);
	return orders;
}

unsigned long thp_get_unmapped_area(struct file *filp, unsigned long addr, unsigned long len, unsigned long pgoff,
				    unsigned long flags)
{
	(void)filp;
	(void)addr;
	(void)len;
	(void)pgoff;
	(void)flags;
	return -ENOSYS; /* fsc_mmap() places mappings */
}

pmd_t maybe_pmd_mkwrite(pmd_t pmd, struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? pmd_mkwrite(pmd, vma) : pmd;
}

static pud_t maybe_pud_mkwrite(pud_t pud, struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? pud_mkwrite(pud) : pud;
}

/* ---- inserting ---- */

/* -EEXIST: there is an entry already; for a write to the same pfn it has been made writable. */
static int fsc_set_pmd_pfn(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, fsc_pfn_t pfn, pgprot_t prot,
			   bool write, pgtable_t pgtable)
{
	struct mm_struct *mm = vma->vm_mm;
	pmd_t entry = *pmd;

	if (!pmd_none(entry)) {
		if (!write)
			return -EEXIST;
		if (pmd_pfn(entry) != fsc_pfn_raw(pfn)) {
			WARN_ON_ONCE(!is_huge_zero_pmd(*pmd));
			return -EEXIST;
		}
		entry = maybe_pmd_mkwrite(pmd_mkdirty(pmd_mkyoung(entry)), vma);
		if (pmdp_set_access_flags(vma, addr, pmd, entry, 1))
			update_mmu_cache_pmd(vma, addr, pmd);
		return -EEXIST;
	}
	entry = pmd_mkhuge(fsc_pfn_pmd(pfn, prot));
	entry = fsc_pfn_devmap(pfn) ? pmd_mkdevmap(entry) : pmd_mkspecial(entry);
	if (write)
		entry = maybe_pmd_mkwrite(pmd_mkdirty(pmd_mkyoung(entry)), vma);
	if (pgtable) {
		pgtable_trans_huge_deposit(mm, pmd, pgtable);
		mm_inc_nr_ptes(mm);
	}
	set_pmd_at(mm, addr, pmd, entry);
	update_mmu_cache_pmd(vma, addr, pmd);
	return 0;
}

#if FSC_ERA >= 615
static int insert_pfn_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, fsc_pfn_t pfn, pgprot_t prot,
			  bool write, pgtable_t pgtable)
{
	lockdep_assert_held(pmd_lockptr(vma->vm_mm, pmd));
	return fsc_set_pmd_pfn(vma, addr, pmd, pfn, prot, write, pgtable);
}
#else
static void insert_pfn_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, fsc_pfn_t pfn, pgprot_t prot,
			   bool write, pgtable_t pgtable)
{
	spinlock_t *ptl = pmd_lock(vma->vm_mm, pmd);
	int err = fsc_set_pmd_pfn(vma, addr, pmd, pfn, prot, write, pgtable);

	spin_unlock(ptl);
	if (err && pgtable)
		pte_free(vma->vm_mm, pgtable);
}
#endif

#if FSC_ERA < 612
/* Up to v5.0 what was there is not looked at: the entry is written anew. It has to be a device's (until v4.20). */
vm_fault_t vmf_insert_pfn_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, pfn_t pfn, bool write)
{
	pgtable_t pgtable = NULL;
	spinlock_t *ptl;
	pmd_t entry;

	BUG_ON(!(vma->vm_flags & (VM_MIXEDMAP | VM_PFNMAP)));
	BUG_ON((vma->vm_flags & VM_PFNMAP) && is_cow_mapping(vma->vm_flags));
	BUG_ON(!pfn_t_devmap(pfn));
	addr &= PMD_MASK;
	if (addr >= vma->vm_end || addr < vma->vm_start)
		return VM_FAULT_SIGBUS;
	if (arch_needs_pgtable_deposit()) {
		pgtable = pte_alloc_one(vma->vm_mm);
		if (!pgtable)
			return VM_FAULT_OOM;
	}
	ptl = pmd_lock(vma->vm_mm, pmd);
	entry = pmd_mkdevmap(pmd_mkhuge(pfn_t_pmd(pfn, vma->vm_page_prot)));
	if (write)
		entry = maybe_pmd_mkwrite(pmd_mkyoung(pmd_mkdirty(entry)), vma);
	if (pgtable) {
		pgtable_trans_huge_deposit(vma->vm_mm, pmd, pgtable);
		mm_inc_nr_ptes(vma->vm_mm);
	}
	set_pmd_at(vma->vm_mm, addr, pmd, entry);
	update_mmu_cache_pmd(vma, addr, pmd);
	spin_unlock(ptl);
	return VM_FAULT_NOPAGE;
}
#endif

vm_fault_t fsc_insert_pfn_pmd(struct vm_fault *vmf, fsc_pfn_t pfn, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PMD_MASK;
	vm_flags_t raw = vma->vm_flags & (VM_MIXEDMAP | VM_PFNMAP);
	pgprot_t prot = vma->vm_page_prot;
	pgtable_t pgtable = NULL;

	BUG_ON(!raw && !fsc_pfn_devmap(pfn));
	BUG_ON(raw == (VM_MIXEDMAP | VM_PFNMAP));
	BUG_ON((raw & VM_PFNMAP) && is_cow_mapping(vma->vm_flags));
	if (addr >= vma->vm_end || addr < vma->vm_start)
		return VM_FAULT_SIGBUS;
	if (arch_needs_pgtable_deposit()) {
		pgtable = pte_alloc_one(vma->vm_mm);
		if (!pgtable)
			return VM_FAULT_OOM;
	}
	track_pfn_insert(vma, &prot, pfn);
#if FSC_ERA >= 615
	spinlock_t *ptl = pmd_lock(vma->vm_mm, vmf->pmd);
	int err = insert_pfn_pmd(vma, addr, vmf->pmd, pfn, prot, write, pgtable);

	spin_unlock(ptl);
	if (err && pgtable)
		pte_free(vma->vm_mm, pgtable);
#else
	insert_pfn_pmd(vma, addr, vmf->pmd, pfn, prot, write, pgtable);
#endif
	return VM_FAULT_NOPAGE;
}

static void fsc_set_pud_pfn(struct vm_area_struct *vma, unsigned long addr, pud_t *pud, fsc_pfn_t pfn, bool write)
{
	pud_t entry = *pud;

	if (!pud_none(entry)) {
		if (!write || WARN_ON_ONCE(pud_pfn(*pud) != fsc_pfn_raw(pfn)))
			return;
		entry = maybe_pud_mkwrite(pud_mkdirty(pud_mkyoung(entry)), vma);
		if (pudp_set_access_flags(vma, addr, pud, entry, 1))
			update_mmu_cache_pud(vma, addr, pud);
		return;
	}
	entry = pud_mkhuge(fsc_pfn_pud(pfn, vma->vm_page_prot));
#if FSC_ERA >= 618
	/* A folio's is counted and ordinary; a bare pfn has no folio. */
	if (vma->vm_flags & (VM_MIXEDMAP | VM_PFNMAP))
		entry = pud_mkspecial(entry);
#else
	entry = fsc_pfn_devmap(pfn) ? pud_mkdevmap(entry) : pud_mkspecial(entry);
#endif
	if (write)
		entry = maybe_pud_mkwrite(pud_mkdirty(pud_mkyoung(entry)), vma);
	set_pud_at(vma->vm_mm, addr, pud, entry);
	update_mmu_cache_pud(vma, addr, pud);
}

#if FSC_ERA >= 615
static void insert_pfn_pud(struct vm_area_struct *vma, unsigned long addr, pud_t *pud, fsc_pfn_t pfn, bool write)
{
	fsc_set_pud_pfn(vma, addr, pud, pfn, write);
}
#else
static void insert_pfn_pud(struct vm_area_struct *vma, unsigned long addr, pud_t *pud, fsc_pfn_t pfn, bool write)
{
	spinlock_t *ptl = pud_lock(vma->vm_mm, pud);

	fsc_set_pud_pfn(vma, addr, pud, pfn, write);
	spin_unlock(ptl);
}
#endif

vm_fault_t vmf_insert_pfn_pud(struct vm_fault *vmf, fsc_pfn_t pfn, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PUD_MASK;

	BUG_ON(!(vma->vm_flags & (VM_MIXEDMAP | VM_PFNMAP)) && !fsc_pfn_devmap(pfn));
	BUG_ON((vma->vm_flags & VM_PFNMAP) && is_cow_mapping(vma->vm_flags));
	if (addr >= vma->vm_end || addr < vma->vm_start)
		return VM_FAULT_SIGBUS;
#if FSC_ERA >= 615
	spinlock_t *ptl = pud_lock(vma->vm_mm, vmf->pud);

	insert_pfn_pud(vma, addr, vmf->pud, pfn, write);
	spin_unlock(ptl);
#else
	insert_pfn_pud(vma, addr, vmf->pud, pfn, write);
#endif
	return VM_FAULT_NOPAGE;
}

/* Folios whose mappings are counted. Nobody in v6.12 calls these two; series on their way to v6.15 do. */
/*
 * An entry that holds a reference and a mapcount of the folio. v6.15 still marks it special, as every pfn that is not
 * devmap; that is what the release does, and what later kernels mend: since v6.18 only the huge zero folio is special,
 * which is counted by nobody.
 */
#if FSC_ERA >= 618
static int fsc_insert_folio_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, struct folio *folio,
				bool write, pgtable_t pgtable)
{
	struct mm_struct *mm = vma->vm_mm;
	pmd_t entry = *pmd;

	if (!pmd_none(entry))
		return fsc_set_pmd_pfn(vma, addr, pmd, folio_pfn(folio), vma->vm_page_prot, write, pgtable);
	entry = pmd_mkhuge(pfn_pmd(folio_pfn(folio), vma->vm_page_prot));
	if (is_huge_zero_folio(folio)) {
		entry = pmd_mkspecial(entry);
	} else {
		folio_get(folio);
		folio_add_file_rmap_pmd(folio, &folio->page, vma);
		add_mm_counter(mm, mm_counter_file(folio), HPAGE_PMD_NR);
	}
	if (write)
		entry = maybe_pmd_mkwrite(pmd_mkdirty(pmd_mkyoung(entry)), vma);
	if (pgtable) {
		pgtable_trans_huge_deposit(mm, pmd, pgtable);
		mm_inc_nr_ptes(mm);
	}
	set_pmd_at(mm, addr, pmd, entry);
	update_mmu_cache_pmd(vma, addr, pmd);
	return 0;
}
#endif

vm_fault_t vmf_insert_folio_pmd(struct vm_fault *vmf, struct folio *folio, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PMD_MASK;
	struct mm_struct *mm = vma->vm_mm;
	pgtable_t pgtable = NULL;
	spinlock_t *ptl;
	int err;

	if (addr >= vma->vm_end || addr < vma->vm_start)
		return VM_FAULT_SIGBUS;
	if (WARN_ON_ONCE(folio_order(folio) != PMD_ORDER))
		return VM_FAULT_SIGBUS;
	if (arch_needs_pgtable_deposit()) {
		pgtable = pte_alloc_one(mm);
		if (!pgtable)
			return VM_FAULT_OOM;
	}

	ptl = pmd_lock(mm, vmf->pmd);
#if FSC_ERA >= 618
	err = fsc_insert_folio_pmd(vma, addr, vmf->pmd, folio, write, pgtable);
#else
	if (pmd_none(*vmf->pmd)) {
		folio_get(folio);
		folio_add_file_rmap_pmd(folio, &folio->page, vma);
		add_mm_counter(mm, mm_counter_file(folio), HPAGE_PMD_NR);
	}
	err = fsc_set_pmd_pfn(vma, addr, vmf->pmd, fsc_pfn(folio_pfn(folio)), vma->vm_page_prot, write, pgtable);
#endif
	spin_unlock(ptl);
	if (pgtable && err)
		pte_free(mm, pgtable);
	return VM_FAULT_NOPAGE;
}

vm_fault_t vmf_insert_folio_pud(struct vm_fault *vmf, struct folio *folio, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PUD_MASK;
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl;

	if (addr >= vma->vm_end || addr < vma->vm_start)
		return VM_FAULT_SIGBUS;
	if (WARN_ON_ONCE(folio_order(folio) != PUD_ORDER))
		return VM_FAULT_SIGBUS;
	ptl = pud_lock(mm, vmf->pud);
	if (pud_none(*vmf->pud)) {
		add_mm_counter(mm, mm_counter_file(folio), HPAGE_PUD_NR);
		folio_get(folio);
		folio_add_file_rmap_pud(folio, &folio->page, vma);
	}
	fsc_set_pud_pfn(vma, addr, vmf->pud, fsc_pfn(folio_pfn(folio)), write);
	spin_unlock(ptl);
	return VM_FAULT_NOPAGE;
}

/* ---- access, zap, split ---- */

void touch_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, bool write)
{
	pmd_t entry = write ? pmd_mkdirty(pmd_mkyoung(*pmd)) : pmd_mkyoung(*pmd);

	if (pmdp_set_access_flags(vma, addr & HPAGE_PMD_MASK, pmd, entry, write))
		update_mmu_cache_pmd(vma, addr, pmd);
}

void huge_pmd_set_accessed(struct vm_fault *vmf)
{
	vmf->ptl = pmd_lock(vmf->vma->vm_mm, vmf->pmd);
	if (pmd_same(vmf->orig_pmd, *vmf->pmd))
		touch_pmd(vmf->vma, vmf->address, vmf->pmd, vmf->flags & FAULT_FLAG_WRITE);
	spin_unlock(vmf->ptl);
}

vm_fault_t do_huge_pmd_wp_page(struct vm_fault *vmf)
{
	__split_huge_pmd(vmf->vma, vmf->pmd, vmf->address, false, NULL);
	return VM_FAULT_FALLBACK;
}

spinlock_t *__pmd_trans_huge_lock(pmd_t *pmd, struct vm_area_struct *vma)
{
	spinlock_t *ptl = pmd_lock(vma->vm_mm, pmd);

	if (is_swap_pmd(*pmd) || pmd_trans_huge(*pmd) || pmd_devmap(*pmd))
		return ptl;
	spin_unlock(ptl);
	return NULL;
}

spinlock_t *__pud_trans_huge_lock(pud_t *pud, struct vm_area_struct *vma)
{
	spinlock_t *ptl = pud_lock(vma->vm_mm, pud);

	if (pud_trans_huge(*pud) || pud_devmap(*pud))
		return ptl;
	spin_unlock(ptl);
	return NULL;
}

void zap_deposited_table(struct mm_struct *mm, pmd_t *pmd)
{
	pte_free(mm, pgtable_trans_huge_withdraw(mm, pmd));
	mm_dec_nr_ptes(mm);
}

/* A mapping whose huge entries hold neither reference nor mapcount. */
static bool fsc_huge_uncounted(struct vm_area_struct *vma)
{
#if FSC_ERA >= 615
	return !vma_is_dax(vma) && vma_is_special_huge(vma);
#else
	return vma_is_special_huge(vma);
#endif
}

int zap_huge_pmd(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl = __pmd_trans_huge_lock(pmd, vma);
	bool deposited = arch_needs_pgtable_deposit();
	struct folio *folio;
	pmd_t old;

	if (!ptl)
		return 0;
	old = pmdp_huge_get_and_clear_full(vma, addr, pmd, tlb->fullmm);
	arch_check_zapped_pmd(vma, old);
	tlb_remove_pmd_tlb_entry(tlb, pmd, addr);

	if (fsc_huge_uncounted(vma)) {
		if (deposited)
			zap_deposited_table(tlb->mm, pmd);
		spin_unlock(ptl);
		return 1;
	}
	if (is_huge_zero_pmd(old)) {
		if (deposited || FSC_ERA < 615 || !vma_is_dax(vma))
			zap_deposited_table(tlb->mm, pmd);
		spin_unlock(ptl);
		return 1;
	}
	if (WARN_ONCE(!pmd_present(old), "Non present huge pmd without pmd migration enabled!")) {
		spin_unlock(ptl);
		return 1;
	}

	folio = page_folio(pmd_page(old));
	folio_remove_rmap_pmd(folio, pmd_page(old), vma);
	WARN_ON_ONCE(folio_mapcount(folio) < 0);
	VM_BUG_ON_PAGE(!PageHead(pmd_page(old)), pmd_page(old));
	if (deposited || folio_test_anon(folio))
		zap_deposited_table(tlb->mm, pmd);
	add_mm_counter(tlb->mm, mm_counter(folio), -HPAGE_PMD_NR);
	if (!folio_test_anon(folio) && pmd_dirty(old))
		folio_mark_dirty(folio);
	spin_unlock(ptl);
	tlb_remove_page_size(tlb, &folio->page, HPAGE_PMD_SIZE);
	return 1;
}

int zap_huge_pud(struct mmu_gather *tlb, struct vm_area_struct *vma, pud_t *pud, unsigned long addr)
{
	spinlock_t *ptl = __pud_trans_huge_lock(pud, vma);
	pud_t old;

	if (!ptl)
		return 0;
	old = pudp_huge_get_and_clear_full(vma, addr, pud, tlb->fullmm);
	tlb_remove_pud_tlb_entry(tlb, pud, addr);
	if (fsc_huge_uncounted(vma)) {
		spin_unlock(ptl);
		return 1;
	}
	struct page *page = pud_page(old);
	struct folio *folio = page_folio(page);

	VM_WARN_ON_ONCE(vma_is_anonymous(vma) || !pud_present(old));
	folio_remove_rmap_pud(folio, page, vma);
	add_mm_counter(tlb->mm, mm_counter_file(folio), -HPAGE_PUD_NR);
	spin_unlock(ptl);
	tlb_remove_page_size(tlb, page, HPAGE_PUD_SIZE);
	return 1;
}

/* A file's huge entry is not split but dropped: the pages fault in again, one by one. */
static void __split_huge_pmd_locked(struct vm_area_struct *vma, pmd_t *pmd, unsigned long haddr, bool freeze)
{
	struct mm_struct *mm = vma->vm_mm;
	struct folio *folio;
	pmd_t old;

	(void)freeze;
	VM_BUG_ON(haddr & ~HPAGE_PMD_MASK);
	VM_BUG_ON_VMA(!range_in_vma(vma, haddr, haddr + HPAGE_PMD_SIZE), vma);
	VM_BUG_ON(!pmd_trans_huge(*pmd) && !pmd_devmap(*pmd));
	count_vm_event(THP_SPLIT_PMD);
	if (vma_is_anonymous(vma)) {
		__fsc_unmodelled("anonymous huge page");
		return;
	}

	old = pmdp_huge_clear_flush(vma, haddr, pmd);
	if (arch_needs_pgtable_deposit())
		zap_deposited_table(mm, pmd);
	if (fsc_huge_uncounted(vma))
		return;
#if FSC_ERA >= 615
	if (is_huge_zero_pmd(old))
		return;
#endif
	folio = page_folio(pmd_page(old));
	if (pmd_dirty(old) && !folio_test_dirty(folio))
		folio_mark_dirty(folio);
	if (pmd_young(old) && !folio_test_referenced(folio))
		folio_set_referenced(folio);
	folio_remove_rmap_pmd(folio, pmd_page(old), vma);
	add_mm_counter(mm, mm_counter_file(folio), -HPAGE_PMD_NR);
	folio_put(folio);
}

void __split_huge_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long address, bool freeze, struct folio *folio)
{
	unsigned long haddr = address & HPAGE_PMD_MASK;
	struct mmu_notifier_range range;
	spinlock_t *ptl;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, haddr, haddr + HPAGE_PMD_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	ptl = pmd_lock(vma->vm_mm, pmd);
	if ((pmd_trans_huge(*pmd) || pmd_devmap(*pmd)) && (!folio || folio == page_folio(pmd_page(*pmd))))
		__split_huge_pmd_locked(vma, pmd, haddr, freeze);
	spin_unlock(ptl);
	mmu_notifier_invalidate_range_end(&range);
}

static void __split_huge_pud_locked(struct vm_area_struct *vma, pud_t *pud, unsigned long haddr)
{
	pud_t old = pudp_huge_clear_flush(vma, haddr, pud);

	count_vm_event(THP_SPLIT_PUD);
#if FSC_ERA >= 615
	struct page *page = pud_page(old);
	struct folio *folio;

	if (!vma_is_dax(vma))
		return;
	folio = page_folio(page);
	if (pud_dirty(old) && !folio_test_dirty(folio))
		folio_mark_dirty(folio);
	if (pud_young(old) && !folio_test_referenced(folio))
		folio_set_referenced(folio);
	folio_remove_rmap_pud(folio, page, vma);
	folio_put(folio);
	add_mm_counter(vma->vm_mm, mm_counter_file(folio), -HPAGE_PUD_NR);
#else
	(void)old;
#endif
}

void __split_huge_pud(struct vm_area_struct *vma, pud_t *pud, unsigned long address)
{
	spinlock_t *ptl = pud_lock(vma->vm_mm, pud);

	if (pud_trans_huge(*pud) || pud_devmap(*pud))
		__split_huge_pud_locked(vma, pud, address & HPAGE_PUD_MASK);
	spin_unlock(ptl);
}

/* Fork leaves huge file entries to be faulted again. */
int copy_huge_pmd(struct mm_struct *dst_mm, struct mm_struct *src_mm, pmd_t *dst_pmd, pmd_t *src_pmd,
		  unsigned long addr, struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	(void)dst_mm;
	(void)src_mm;
	(void)dst_pmd;
	(void)src_pmd;
	(void)addr;
	(void)src_vma;
	if (vma_is_anonymous(dst_vma))
		__fsc_unmodelled("fork of an anonymous huge page");
	return 0;
}

int copy_huge_pud(struct mm_struct *dst_mm, struct mm_struct *src_mm, pud_t *dst_pud, pud_t *src_pud,
		  unsigned long addr, struct vm_area_struct *vma)
{
	(void)dst_mm;
	(void)src_mm;
	(void)dst_pud;
	(void)src_pud;
	(void)addr;
	(void)vma;
	return 0;
}

int change_huge_pmd(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr,
		    pgprot_t newprot, unsigned long cp_flags)
{
	spinlock_t *ptl = __pmd_trans_huge_lock(pmd, vma);
	pmd_t entry;

	(void)cp_flags;
	if (!ptl)
		return 0;
	entry = pmd_modify(pmdp_invalidate(vma, addr, pmd), newprot);
	set_pmd_at(vma->vm_mm, addr, pmd, entry);
	tlb_remove_pmd_tlb_entry(tlb, pmd, addr);
	spin_unlock(ptl);
	return HPAGE_PMD_NR;
}

/* GUP on a devmap entry: the caller has to hold the device, and gets one page. */
struct page *follow_devmap_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, int flags,
			       struct dev_pagemap **pgmap)
{
	unsigned long pfn = pmd_pfn(*pmd) + ((addr & ~PMD_MASK) >> PAGE_SHIFT);
	int err;

	assert_spin_locked(pmd_lockptr(vma->vm_mm, pmd));
	if (!pmd_present(*pmd) || !pmd_devmap(*pmd) || ((flags & FOLL_WRITE) && !pmd_write(*pmd)))
		return NULL;
	if (flags & FOLL_TOUCH)
		touch_pmd(vma, addr, pmd, flags & FOLL_WRITE);
	if (!(flags & (FOLL_PIN | FOLL_GET)))
		return ERR_PTR(-EEXIST);
	*pgmap = get_dev_pagemap(pfn, *pgmap);
	if (!*pgmap)
		return ERR_PTR(-EFAULT);
	err = try_grab_folio(page_folio(pfn_to_page(pfn)), 1, flags);
	return err ? ERR_PTR(err) : pfn_to_page(pfn);
}
