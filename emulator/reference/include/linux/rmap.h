/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reverse mapping. Mirrors include/linux/rmap.h of each era. Left out: anon_vma trees, reclaim. */
#ifndef _LINUX_RMAP_H
#define _LINUX_RMAP_H
#include <linux/huge_mm.h>

struct anon_vma {
	atomic_t refcount;
	struct rw_semaphore rwsem;
};
typedef int rmap_t;
#define RMAP_NONE 0
#define RMAP_EXCLUSIVE 1
enum rmap_level {
	RMAP_LEVEL_PTE = 0,
	RMAP_LEVEL_PMD,
	RMAP_LEVEL_PUD,
};
#define ENTIRELY_MAPPED 0x800000
#define FOLIO_PAGES_MAPPED (ENTIRELY_MAPPED - 1)

/* What any rmap call must be given: a folio of mapped memory, and a range of it that the level can map. */
static inline void __folio_rmap_sanity_checks(const struct folio *folio, const struct page *page, int nr_pages,
					      enum rmap_level level)
{
	VM_WARN_ON_FOLIO(folio_test_hugetlb(folio), folio);
	VM_WARN_ON_FOLIO(is_zero_folio(folio), folio);
	VM_WARN_ON_ONCE(nr_pages <= 0);
	VM_WARN_ON_FOLIO(page_folio(page) != folio, folio);
	VM_WARN_ON_FOLIO(page_folio(page + nr_pages - 1) != folio, folio);
	if (level == RMAP_LEVEL_PMD) {
		VM_WARN_ON_FOLIO(folio_nr_pages(folio) != HPAGE_PMD_NR, folio);
		VM_WARN_ON_FOLIO(nr_pages != HPAGE_PMD_NR, folio);
	}
	if (level == RMAP_LEVEL_PUD) {
		VM_WARN_ON_FOLIO(folio_nr_pages(folio) != HPAGE_PUD_NR, folio);
		VM_WARN_ON_FOLIO(nr_pages != HPAGE_PUD_NR, folio);
	}
}
void folio_add_file_rmap_ptes(struct folio *folio, struct page *page, int nr_pages, struct vm_area_struct *vma);
#define folio_add_file_rmap_pte(folio, page, vma) folio_add_file_rmap_ptes(folio, page, 1, vma)
void folio_add_file_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma);
void folio_remove_rmap_ptes(struct folio *folio, struct page *page, int nr_pages, struct vm_area_struct *vma);
#define folio_remove_rmap_pte(folio, page, vma) folio_remove_rmap_ptes(folio, page, 1, vma)
void folio_remove_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma);
void folio_add_file_rmap_pud(struct folio *folio, struct page *page, struct vm_area_struct *vma);
void folio_remove_rmap_pud(struct folio *folio, struct page *page, struct vm_area_struct *vma);
void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long address, rmap_t flags);
void folio_dup_file_rmap_ptes(struct folio *folio, struct page *page, int nr_pages);
void folio_dup_file_rmap_pmd(struct folio *folio, struct page *page);
#define folio_dup_file_rmap_pte(folio, page) folio_dup_file_rmap_ptes(folio, page, 1)
int folio_try_dup_anon_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *src_vma);
void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma);
void folio_add_anon_rmap_ptes(struct folio *folio, struct page *page, int nr_pages, struct vm_area_struct *vma,
			      unsigned long address, rmap_t flags);
#define folio_add_anon_rmap_pte(folio, page, vma, address, flags) \
	folio_add_anon_rmap_ptes(folio, page, 1, vma, address, flags)
int folio_try_share_anon_rmap_pte(struct folio *folio, struct page *page);
int __anon_vma_prepare(struct vm_area_struct *vma);
static inline int anon_vma_prepare(struct vm_area_struct *vma)
{
	return vma->anon_vma ? 0 : __anon_vma_prepare(vma);
}
#define vmf_anon_prepare(vmf) ((vm_fault_t)(anon_vma_prepare((vmf)->vma) ? VM_FAULT_OOM : 0))

int pfn_mkclean_range(unsigned long pfn, unsigned long nr_pages, pgoff_t pgoff, struct vm_area_struct *vma);
int folio_mkclean(struct folio *folio);
#if FSC_ERA >= 615
int mapping_wrprotect_range(struct address_space *mapping, pgoff_t pgoff, unsigned long pfn, unsigned long nr_pages);
#endif
#if FSC_ERA >= 615
unsigned long page_address_in_vma(const struct folio *folio, const struct page *page, const struct vm_area_struct *vma);
#else
unsigned long page_address_in_vma(struct page *page, struct vm_area_struct *vma);
#endif

#define PVMW_SYNC (1 << 0)
#define PVMW_MIGRATION (1 << 1)
struct page_vma_mapped_walk {
	unsigned long pfn;
	unsigned long nr_pages;
	pgoff_t pgoff;
	struct vm_area_struct *vma;
	unsigned long address;
	pmd_t *pmd;
	pte_t *pte;
	spinlock_t *ptl;
	unsigned int flags;
};
#define DEFINE_FOLIO_VMA_WALK(name, _folio, _vma, _address, _flags)	\
	struct page_vma_mapped_walk name = {				\
		.pfn = folio_pfn(_folio),				\
		.nr_pages = folio_nr_pages(_folio),			\
		.pgoff = (_folio)->index,				\
		.vma = _vma,						\
		.address = _address,					\
		.flags = _flags,					\
	}
bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw);
static inline void page_vma_mapped_walk_done(struct page_vma_mapped_walk *pvmw)
{
	if (pvmw->pte)
		pte_unmap(pvmw->pte);
	if (pvmw->ptl)
		spin_unlock(pvmw->ptl);
}
/* The user address at which a file page of `nr_pages` from pgoff shows in vma; -EFAULT when it does not. */
static inline unsigned long vma_address(const struct vm_area_struct *vma, pgoff_t pgoff, unsigned long nr_pages)
{
	pgoff_t last = pgoff + nr_pages - 1;

	if (pgoff >= vma->vm_pgoff) {
		unsigned long at = vma->vm_start + ((pgoff - vma->vm_pgoff) << PAGE_SHIFT);

		return at < vma->vm_start || at >= vma->vm_end ? (unsigned long)-EFAULT : at;
	}
	return last >= vma->vm_pgoff ? vma->vm_start : (unsigned long)-EFAULT;
}
static inline unsigned long vma_address_end(struct page_vma_mapped_walk *pvmw)
{
	struct vm_area_struct *vma = pvmw->vma;
	pgoff_t after = pvmw->pgoff + pvmw->nr_pages;
	unsigned long at = vma->vm_start + ((after - vma->vm_pgoff) << PAGE_SHIFT);

	return at < vma->vm_start || at > vma->vm_end ? vma->vm_end : at;
}

enum ttu_flags {
	TTU_SPLIT_HUGE_PMD = 0x4,
	TTU_IGNORE_MLOCK = 0x8,
	TTU_SYNC = 0x10,
	TTU_HWPOISON = 0x20,
	TTU_BATCH_FLUSH = 0x40,
	TTU_RMAP_LOCKED = 0x80,
};
struct rmap_walk_control {
	void *arg;
	bool try_lock;
	bool contended;
	bool (*rmap_one)(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, void *arg);
	int (*done)(struct folio *folio);
	struct anon_vma *(*anon_lock)(struct folio *folio, struct rmap_walk_control *rwc);
	bool (*invalid_vma)(struct vm_area_struct *vma, void *arg);
};
#if FSC_ERA >= 612
void rmap_walk(struct folio *folio, struct rmap_walk_control *rwc);
void try_to_migrate(struct folio *folio, enum ttu_flags flags);
#endif
#endif
