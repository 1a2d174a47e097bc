// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reverse mapping: mapcounts of folios, and write-protecting every mapping of a file range. Mirrors mm/rmap.c and
 * mm/page_vma_mapped.c of each era. Left out: anon_vma trees (one object per first VMA; who shares it is found by going
 * over all address spaces), reclaim, mlock, and who maps (CONFIG_MM_ID of v6.15: the two words are initialised and stay so).
 */
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/mmu_notifier.h>
#include "internal.h"

int __anon_vma_prepare(struct vm_area_struct *vma)
{
	struct anon_vma *mine = kzalloc(sizeof(*mine), GFP_KERNEL);

	if (!mine)
		return -ENOMEM;
	atomic_set(&mine->refcount, 1);
	/* Of two threads that fault first, one brings it. */
	spin_lock(&vma->vm_mm->page_table_lock);
	if (!vma->anon_vma) {
		vma->anon_vma = mine;
		mine = NULL;
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	kfree(mine);
	return 0;
}

static void __folio_mod_stat(struct folio *folio, int nr, int nr_pmdmapped)
{
	bool anon = folio_test_anon(folio);

	if (nr)
		__mod_lruvec_folio_stat(folio, anon ? NR_ANON_MAPPED : NR_FILE_MAPPED, nr);
	if (!nr_pmdmapped)
		return;
	if (anon)
		__mod_lruvec_folio_stat(folio, NR_ANON_THPS, nr_pmdmapped);
	else
		__mod_node_page_state(folio_pgdat(folio), folio_test_swapbacked(folio) ? NR_SHMEM_PMDMAPPED
										       : NR_FILE_PMDMAPPED, nr_pmdmapped);
}

/* What one more or one fewer "entire" mapping changes in NR_*_MAPPED: the pages that no PTE maps. */
static int fsc_entire_delta(struct folio *folio, int mapped_now, bool counted)
{
	int others = mapped_now & FOLIO_PAGES_MAPPED;

	return counted ? max((int)folio_nr_pages(folio) - others, 0) : 0;
}

static unsigned int __folio_add_rmap(struct folio *folio, struct page *page, int nr_pages, enum rmap_level level,
				     int *nr_pmdmapped)
{
	int newly = 0, now;

	__folio_rmap_sanity_checks(folio, page, nr_pages, level);

	if (level == RMAP_LEVEL_PTE) {
		if (!folio_test_large(folio))
			return atomic_inc_and_test(&folio->_mapcount);
		for (int i = 0; i < nr_pages; i++)
			newly += atomic_inc_and_test(&page[i]._mapcount);
		if (newly && atomic_add_return_relaxed(newly, &folio->_nr_pages_mapped) >= ENTIRELY_MAPPED)
			newly = 0; /* a bigger mapping counts those pages already */
		atomic_add(nr_pages, &folio->_large_mapcount);
		return newly;
	}

	if (atomic_inc_and_test(&folio->_entire_mapcount)) {
		now = atomic_add_return_relaxed(ENTIRELY_MAPPED, &folio->_nr_pages_mapped);
		newly = fsc_entire_delta(folio, now, now < 2 * ENTIRELY_MAPPED);
		if (level == RMAP_LEVEL_PMD && now < 2 * ENTIRELY_MAPPED)
			*nr_pmdmapped = folio_nr_pages(folio);
	}
	atomic_inc(&folio->_large_mapcount);
	return newly;
}

static void __folio_add_file_rmap(struct folio *folio, struct page *page, int nr_pages, struct vm_area_struct *vma,
				  enum rmap_level level)
{
	int pmdmapped = 0, nr;

	(void)vma;
	VM_WARN_ON_FOLIO(folio_test_anon(folio), folio);
	nr = __folio_add_rmap(folio, page, nr_pages, level, &pmdmapped);
	__folio_mod_stat(folio, nr, pmdmapped);
}

void folio_add_file_rmap_ptes(struct folio *folio, struct page *page, int nr_pages, struct vm_area_struct *vma)
{
	__folio_add_file_rmap(folio, page, nr_pages, vma, RMAP_LEVEL_PTE);
}

void folio_add_file_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	__folio_add_file_rmap(folio, page, HPAGE_PMD_NR, vma, RMAP_LEVEL_PMD);
}

static void __folio_remove_rmap(struct folio *folio, struct page *page, int nr_pages, struct vm_area_struct *vma,
				enum rmap_level level)
{
	int gone = 0, pmdmapped = 0, now;

	(void)vma;
	__folio_rmap_sanity_checks(folio, page, nr_pages, level);

	if (level == RMAP_LEVEL_PTE && !folio_test_large(folio)) {
		gone = atomic_add_negative(-1, &folio->_mapcount);
	} else if (level == RMAP_LEVEL_PTE) {
		atomic_sub(nr_pages, &folio->_large_mapcount);
		for (int i = 0; i < nr_pages; i++)
			gone += atomic_add_negative(-1, &page[i]._mapcount);
		if (gone && atomic_sub_return_relaxed(gone, &folio->_nr_pages_mapped) >= ENTIRELY_MAPPED)
			gone = 0;
	} else {
		atomic_dec(&folio->_large_mapcount);
		if (atomic_add_negative(-1, &folio->_entire_mapcount)) {
			now = atomic_sub_return_relaxed(ENTIRELY_MAPPED, &folio->_nr_pages_mapped);
			gone = fsc_entire_delta(folio, now, now < ENTIRELY_MAPPED);
			if (level == RMAP_LEVEL_PMD && now < ENTIRELY_MAPPED)
				pmdmapped = folio_nr_pages(folio);
		}
	}
	__folio_mod_stat(folio, -gone, -pmdmapped);
}

void folio_remove_rmap_ptes(struct folio *folio, struct page *page, int nr_pages, struct vm_area_struct *vma)
{
	__folio_remove_rmap(folio, page, nr_pages, vma, RMAP_LEVEL_PTE);
}

void folio_remove_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	__folio_remove_rmap(folio, page, HPAGE_PMD_NR, vma, RMAP_LEVEL_PMD);
}

/* Nobody in v6.12 calls these two; series on their way to v6.15 do. */
void folio_add_file_rmap_pud(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	__folio_add_file_rmap(folio, page, HPAGE_PUD_NR, vma, RMAP_LEVEL_PUD);
}

void folio_remove_rmap_pud(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	__folio_remove_rmap(folio, page, HPAGE_PUD_NR, vma, RMAP_LEVEL_PUD);
}

/* Fork copies a mapping of file memory. */
void folio_dup_file_rmap_ptes(struct folio *folio, struct page *page, int nr_pages)
{
	__folio_rmap_sanity_checks(folio, page, nr_pages, RMAP_LEVEL_PTE);
	if (!folio_test_large(folio)) {
		atomic_inc(&folio->_mapcount);
		return;
	}
	atomic_add(nr_pages, &folio->_large_mapcount);
	while (nr_pages--)
		atomic_inc(&page[nr_pages]._mapcount);
}

void folio_dup_file_rmap_pmd(struct folio *folio, struct page *page)
{
	__folio_rmap_sanity_checks(folio, page, HPAGE_PMD_NR, RMAP_LEVEL_PMD);
	atomic_inc(&folio->_large_mapcount);
	atomic_inc(&folio->_entire_mapcount);
}

int folio_try_dup_anon_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *src_vma)
{
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);
	if (PageAnonExclusive(page)) {
		if (!folio_is_device_private(folio) && folio_needs_cow_for_dma(src_vma, folio))
			return -EBUSY;
		ClearPageAnonExclusive(page);
	}
	atomic_inc(&folio->_mapcount);
	return 0;
}

/* Before a page that one process has to itself goes from its page table; not while somebody has it pinned. */
int folio_try_share_anon_rmap_pte(struct folio *folio, struct page *page)
{
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);
	VM_WARN_ON_FOLIO(!PageAnonExclusive(page), folio);
	if (!folio_is_device_private(folio) && folio_maybe_dma_pinned(folio))
		return -EBUSY;
	ClearPageAnonExclusive(page);
	return 0;
}

/* An anonymous page that was there before is mapped again. */
void folio_add_anon_rmap_ptes(struct folio *folio, struct page *page, int nr_pages, struct vm_area_struct *vma,
			      unsigned long address, rmap_t flags)
{
	int pmdmapped = 0, nr = __folio_add_rmap(folio, page, nr_pages, RMAP_LEVEL_PTE, &pmdmapped);

	(void)address;
	VM_WARN_ON_FOLIO(!folio_test_anon(folio), folio);
	VM_BUG_ON_VMA(!vma->anon_vma, vma);
	__folio_mod_stat(folio, nr, pmdmapped);
	if (flags & RMAP_EXCLUSIVE)
		SetPageAnonExclusive(page);
}

void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long address, rmap_t flags)
{
	VM_WARN_ON_FOLIO(folio_test_large(folio), folio); /* no anonymous huge pages here */
	VM_BUG_ON_VMA(!range_in_vma(vma, address, address + PAGE_SIZE), vma);
	BUG_ON(!vma->anon_vma);
	__folio_set_swapbacked(folio);
	WRITE_ONCE(folio->mapping, (struct address_space *)((unsigned long)vma->anon_vma + PAGE_MAPPING_ANON));
	folio->index = linear_page_index(vma, address);
	atomic_set(&folio->_mapcount, 0);
	if (flags & RMAP_EXCLUSIVE)
		SetPageAnonExclusive(&folio->page);
	__folio_mod_stat(folio, 1, 0);
}

void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma)
{
	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	WRITE_ONCE(folio->mapping, (struct address_space *)((unsigned long)vma->anon_vma + PAGE_MAPPING_ANON));
}

/* ---- walking the page table entries that map a range of pfns in one VMA ---- */

static bool fsc_pvmw_hits(struct page_vma_mapped_walk *pvmw, unsigned long pfn, unsigned long nr)
{
	return pfn < pvmw->pfn + pvmw->nr_pages && pvmw->pfn < pfn + nr;
}

/* Present entries and those of pages that a device has; when they are looked for, those of pages on their way instead. */
static bool fsc_pvmw_pte_hits(struct page_vma_mapped_walk *pvmw)
{
	bool migration = pvmw->flags & PVMW_MIGRATION;
	pte_t pte = ptep_get(pvmw->pte);
	swp_entry_t entry;

	if (pte_present(pte))
		return !migration && fsc_pvmw_hits(pvmw, pte_pfn(pte), 1);
	if (pte_none(pte))
		return false;
	entry = pte_to_swp_entry(pte);
	if (migration ? !is_migration_entry(entry) : !is_device_private_entry(entry))
		return false;
	return fsc_pvmw_hits(pvmw, swp_offset_pfn(entry), 1);
}

static bool fsc_pvmw_end(struct page_vma_mapped_walk *pvmw)
{
	page_vma_mapped_walk_done(pvmw);
	pvmw->pte = NULL;
	pvmw->ptl = NULL;
	return false;
}

static pmd_t *fsc_walk_pmd(struct mm_struct *mm, unsigned long address, unsigned long *step)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d = p4d_offset(pgd, address);
	pud_t *pud;

	*step = P4D_SIZE;
	if (!p4d_present(*p4d))
		return NULL;
	pud = pud_offset(p4d, address);
	*step = PUD_SIZE;
	if (!pud_present(*pud) || pud_leaf(*pud))
		return NULL;
	*step = PMD_SIZE;
	return pmd_offset(pud, address);
}

pmd_t *mm_find_pmd(struct mm_struct *mm, unsigned long address)
{
	unsigned long step;

	return fsc_walk_pmd(mm, address, &step);
}

/*
 * Each call finds the next entry; its lock is held while the caller looks. A PMD that maps the range is the only entry
 * there can be. An entry that is split or zapped meanwhile is looked at again one level down, or skipped.
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw)
{
	unsigned long end = vma_address_end(pvmw), step;
	struct mm_struct *mm = pvmw->vma->vm_mm;
	bool resume = pvmw->pte != NULL;

	if (pvmw->pmd && !pvmw->pte)
		return fsc_pvmw_end(pvmw);
	for (;;) {
		if (resume) {
			pvmw->address += PAGE_SIZE;
			if (pvmw->address >= end)
				return fsc_pvmw_end(pvmw);
			if (IS_ALIGNED(pvmw->address, PMD_SIZE))
				fsc_pvmw_end(pvmw);
			else
				pvmw->pte++;
		}
		resume = true;
		if (!pvmw->pte) {
			pmd_t entry;

			if (pvmw->address >= end)
				return false;
			pvmw->pmd = fsc_walk_pmd(mm, pvmw->address, &step);
			entry = pvmw->pmd ? pmdp_get_lockless(pvmw->pmd) : __pmd(0);
			if (pmd_trans_huge(entry) || (pmd_present(entry) && pmd_devmap(entry))) {
				pvmw->ptl = pmd_lock(mm, pvmw->pmd);
				entry = *pvmw->pmd;
				if (pmd_trans_huge(entry) || pmd_devmap(entry)) {
					if (fsc_pvmw_hits(pvmw, pmd_pfn(entry), HPAGE_PMD_NR))
						return true;
					return fsc_pvmw_end(pvmw);
				}
				spin_unlock(pvmw->ptl);
				pvmw->ptl = NULL;
			}
			if (pmd_present(entry))
				pvmw->pte = pte_offset_map_lock(mm, pvmw->pmd, pvmw->address, &pvmw->ptl);
			if (!pvmw->pte) {
				pvmw->pmd = NULL;
				pvmw->address = (pvmw->address + step) & ~(step - 1);
				if (!pvmw->address)
					pvmw->address = ULONG_MAX;
				resume = false;
				continue;
			}
		}
		if (fsc_pvmw_pte_hits(pvmw))
			return true;
	}
}

/* Makes every entry of the walk clean and read-only; what was dirty or writable counts. */
static int page_vma_mkclean_one(struct page_vma_mapped_walk *pvmw)
{
	struct vm_area_struct *vma = pvmw->vma;
	struct mm_struct *mm = vma->vm_mm;
	struct mmu_notifier_range range;
	int cleaned = 0;

	mmu_notifier_range_init(&range, MMU_NOTIFY_PROTECTION_PAGE, 0, mm, pvmw->address, vma_address_end(pvmw));
	mmu_notifier_invalidate_range_start(&range);
	for (; page_vma_mapped_walk(pvmw);) {
		unsigned long at = pvmw->address;

		if (pvmw->pte) {
			pte_t old = ptep_get(pvmw->pte);

			if (!pte_write(old) && !pte_dirty(old))
				continue;
			flush_cache_page(vma, at, pte_pfn(old));
			old = ptep_clear_flush(vma, at, pvmw->pte);
			set_pte_at(mm, at, pvmw->pte, pte_mkclean(pte_wrprotect(old)));
		} else {
			pmd_t old = *pvmw->pmd;

			if (!pmd_write(old) && !pmd_dirty(old))
				continue;
			flush_cache_range(vma, at, at + HPAGE_PMD_SIZE);
			old = pmdp_invalidate(vma, at, pvmw->pmd);
			set_pmd_at(mm, at, pvmw->pmd, pmd_mkclean(pmd_wrprotect(old)));
		}
		cleaned++;
	}
	mmu_notifier_invalidate_range_end(&range);
	return cleaned;
}

/* Private mappings are never written through, so their entries stay as they are. */
static bool invalid_mkclean_vma(struct vm_area_struct *vma, void *arg)
{
	(void)arg;
	return !(vma->vm_flags & VM_SHARED);
}

int pfn_mkclean_range(unsigned long pfn, unsigned long nr_pages, pgoff_t pgoff, struct vm_area_struct *vma)
{
	struct page_vma_mapped_walk pvmw = { .vma = vma, .pgoff = pgoff, .pfn = pfn, .nr_pages = nr_pages,
					     .flags = PVMW_SYNC };

	if (invalid_mkclean_vma(vma, NULL))
		return 0;
	pvmw.address = vma_address(vma, pgoff, nr_pages);
	VM_BUG_ON_VMA(pvmw.address == (unsigned long)-EFAULT, vma);
	return page_vma_mkclean_one(&pvmw);
}

static int fsc_mkclean_mapping(struct address_space *mapping, pgoff_t pgoff, unsigned long pfn, unsigned long nr_pages)
{
	struct vm_area_struct *vma;
	int cleaned = 0;

	i_mmap_lock_read(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, pgoff, pgoff + nr_pages - 1)
		cleaned += pfn_mkclean_range(pfn, nr_pages, pgoff, vma);
	i_mmap_unlock_read(mapping);
	return cleaned;
}

int folio_mkclean(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);

	BUG_ON(!folio_test_locked(folio));
	if (!mapping || !folio_mapped(folio))
		return 0;
	return fsc_mkclean_mapping(mapping, folio->index, folio_pfn(folio), folio_nr_pages(folio));
}

#if FSC_ERA >= 615
int mapping_wrprotect_range(struct address_space *mapping, pgoff_t pgoff, unsigned long pfn, unsigned long nr_pages)
{
	if (!mapping)
		return 0;
	return fsc_mkclean_mapping(mapping, pgoff, pfn, nr_pages);
}
#endif

#if FSC_ERA >= 615
unsigned long page_address_in_vma(const struct folio *folio, const struct page *page, const struct vm_area_struct *vma)
{
#else
unsigned long page_address_in_vma(struct page *page, struct vm_area_struct *vma)
{
	struct folio *folio = page_folio(page);

#endif
	if (!folio_test_anon(folio) && (!vma->vm_file || vma->vm_file->f_mapping != folio->mapping))
		return -EFAULT;
	return vma_address(vma, folio->index + folio_page_idx(folio, page), 1);
}

#if FSC_ERA >= 612

/* Calls back for each VMA in which the folio may be mapped. */
void rmap_walk(struct folio *folio, struct rmap_walk_control *rwc)
{
	struct anon_vma *anon_vma;

	if (!folio_test_anon(folio)) {
		__fsc_unmodelled("rmap_walk() of file memory");
		return;
	}
	anon_vma = (struct anon_vma *)((unsigned long)folio->mapping & ~PAGE_MAPPING_FLAGS);
	for (int i = 0; i < FSC_MAX_MM; i++) {
		struct vm_area_struct *vma = fsc_registry.mms[i] ? fsc_registry.mms[i]->mmap : NULL;

		for (; vma; vma = vma->vm_next) {
			unsigned long address = vma_address(vma, folio->index, folio_nr_pages(folio));

			if (vma->anon_vma != anon_vma || address == (unsigned long)-EFAULT)
				continue;
			if (rwc->invalid_vma && rwc->invalid_vma(vma, rwc->arg))
				continue;
			if (!rwc->rmap_one(folio, vma, address, rwc->arg) || (rwc->done && rwc->done(folio)))
				return;
		}
	}
}

/* An entry of a page on its way in the place of each that maps the folio. */
static bool try_to_migrate_one(struct folio *folio, struct vm_area_struct *vma, unsigned long address, void *arg)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, address, 0);
	struct mm_struct *mm = vma->vm_mm;
	struct mmu_notifier_range range;
	bool ret = true;

	(void)arg;
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, mm, address, vma_address_end(&pvmw));
	mmu_notifier_invalidate_range_start(&range);
	while (page_vma_mapped_walk(&pvmw)) {
		struct page *subpage = folio_page(folio, 0);
		bool exclusive = PageAnonExclusive(subpage), writable;
		swp_entry_t entry;
		pte_t was;

		VM_BUG_ON_FOLIO(!pvmw.pte || folio_test_large(folio), folio);
		flush_cache_page(vma, pvmw.address, folio_pfn(folio));
		was = ptep_clear_flush(vma, pvmw.address, pvmw.pte);
		if (pte_present(was) && pte_dirty(was))
			folio_mark_dirty(folio);
		if (exclusive && folio_try_share_anon_rmap_pte(folio, subpage)) {
			set_pte_at(mm, pvmw.address, pvmw.pte, was);
			page_vma_mapped_walk_done(&pvmw);
			ret = false;
			break;
		}
		writable = pte_present(was) ? pte_write(was) : is_writable_device_private_entry(pte_to_swp_entry(was));
		entry = writable    ? make_writable_migration_entry(folio_pfn(folio))
			: exclusive ? make_readable_exclusive_migration_entry(folio_pfn(folio))
				    : make_readable_migration_entry(folio_pfn(folio));
		if (pte_present(was) && pte_young(was))
			entry = make_migration_entry_young(entry);
		if (pte_present(was) && pte_dirty(was))
			entry = make_migration_entry_dirty(entry);
		set_pte_at(mm, pvmw.address, pvmw.pte, swp_entry_to_pte(entry));
		folio_remove_rmap_pte(folio, subpage, vma);
		folio_put(folio);
	}
	mmu_notifier_invalidate_range_end(&range);
	return ret;
}

static int folio_not_mapped(struct folio *folio)
{
	return !folio_mapped(folio);
}

void try_to_migrate(struct folio *folio, enum ttu_flags flags)
{
	struct rmap_walk_control rwc = {
		.rmap_one = try_to_migrate_one,
		.arg = (void *)(long)flags,
		.done = folio_not_mapped,
	};

	if (folio_is_zone_device(folio) && !folio_is_device_private(folio) && !folio_is_device_coherent(folio))
		return;
	rmap_walk(folio, &rwc);
}

#endif
