// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Anonymous memory moves to a device and back: pages are collected, locked and unmapped, the driver copies, the new pages
 * take the old ones' places, or the old ones get theirs back. Mirrors mm/migrate_device.c of each era. Left out: huge pages,
 * file memory (a device takes none).
 */
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/pagewalk.h>
#include "internal.h"

#if FSC_ERA >= 612

static void fsc_collect_one(struct migrate_vma *migrate, unsigned long mpfn)
{
	migrate->dst[migrate->npages] = 0;
	migrate->src[migrate->npages++] = mpfn;
}

static int migrate_vma_collect_skip(unsigned long start, unsigned long end, struct mm_walk *walk)
{
	for (; start < end; start += PAGE_SIZE)
		fsc_collect_one(walk->private, 0);
	return 0;
}

/* Anonymous memory that nobody has touched can begin its life on the device. */
static int migrate_vma_collect_hole(unsigned long start, unsigned long end, int depth, struct mm_walk *walk)
{
	struct migrate_vma *migrate = walk->private;

	(void)depth;
	if (!vma_is_anonymous(walk->vma))
		return migrate_vma_collect_skip(start, end, walk);
	for (; start < end; start += PAGE_SIZE) {
		fsc_collect_one(migrate, MIGRATE_PFN_MIGRATE);
		migrate->cpages++;
	}
	return 0;
}

/* The page of an entry, where this migration is to take it; *mpfn is what is said of it, with or without one. */
static struct page *fsc_collect_page(struct migrate_vma *migrate, unsigned long addr, pte_t pte, unsigned long *mpfn)
{
	struct page *page;

	*mpfn = 0;
	if (pte_none(pte)) {
		*mpfn = vma_is_anonymous(migrate->vma) ? MIGRATE_PFN_MIGRATE : 0;
		return NULL;
	}
	if (!pte_present(pte)) {
		swp_entry_t entry = pte_to_swp_entry(pte);

		if (!is_device_private_entry(entry))
			return NULL;
		page = pfn_swap_entry_to_page(entry);
		if (!(migrate->flags & MIGRATE_VMA_SELECT_DEVICE_PRIVATE) ||
		    __fsc_pgmap(page)->owner != migrate->pgmap_owner)
			return NULL;
		*mpfn = is_writable_device_private_entry(entry) ? MIGRATE_PFN_WRITE : 0;
	} else {
		bool system = migrate->flags & MIGRATE_VMA_SELECT_SYSTEM;

		if (is_zero_pfn(pte_pfn(pte)) && system) {
			*mpfn = MIGRATE_PFN_MIGRATE;
			return NULL;
		}
		page = vm_normal_page(migrate->vma, addr, pte);
		if (!page || (!is_zone_device_page(page) && !system))
			return NULL;
		if (is_device_coherent_page(page) && (!(migrate->flags & MIGRATE_VMA_SELECT_DEVICE_COHERENT) ||
						      __fsc_pgmap(page)->owner != migrate->pgmap_owner))
			return NULL;
		*mpfn = pte_write(pte) ? MIGRATE_PFN_WRITE : 0;
	}
	if (!page->mapping || PageCompound(page)) {
		*mpfn = 0;
		return NULL;
	}
	*mpfn |= migrate_pfn(page_to_pfn(page)) | MIGRATE_PFN_MIGRATE;
	return page;
}

static swp_entry_t fsc_entry_on_its_way(struct page *page, pte_t was, bool writable, bool exclusive)
{
	unsigned long pfn = page_to_pfn(page);
	swp_entry_t entry = writable	? make_writable_migration_entry(pfn)
			    : exclusive ? make_readable_exclusive_migration_entry(pfn)
					: make_readable_migration_entry(pfn);

	if (pte_present(was) && pte_young(was))
		entry = make_migration_entry_young(entry);
	if (pte_present(was) && pte_dirty(was))
		entry = make_migration_entry_dirty(entry);
	return entry;
}

/* Takes a reference on the page, and its place in this table if its lock can be had; false: it stays where it is. */
static bool fsc_collect_lock(struct migrate_vma *migrate, unsigned long addr, pte_t *ptep, struct page *page,
			     bool writable)
{
	struct vm_area_struct *vma = migrate->vma;
	struct folio *folio = page_folio(page);
	pte_t pte = ptep_get(ptep);
	bool exclusive;

	folio_get(folio);
	if (!folio_trylock(folio)) {
		folio_put(folio);
		return false;
	}
	exclusive = folio_test_anon(folio) && PageAnonExclusive(page);
	if (exclusive) {
		pte = ptep_clear_flush(vma, addr, ptep);
		if (folio_try_share_anon_rmap_pte(folio, page)) {
			set_pte_at(vma->vm_mm, addr, ptep, pte);
			folio_unlock(folio);
			folio_put(folio);
			return false;
		}
	} else {
		pte = ptep_get_and_clear(vma->vm_mm, addr, ptep);
	}
	migrate->cpages++;
	if (pte_present(pte) && pte_dirty(pte))
		folio_mark_dirty(folio);
	set_pte_at(vma->vm_mm, addr, ptep, swp_entry_to_pte(fsc_entry_on_its_way(page, pte, writable, exclusive)));
	folio_remove_rmap_pte(folio, page, vma);
	folio_put(folio); /* the mapping's: ours keeps it */
	return true;
}

static int migrate_vma_collect_pmd(pmd_t *pmdp, unsigned long start, unsigned long end, struct mm_walk *walk)
{
	struct migrate_vma *migrate = walk->private;
	bool unmapped = false;
	spinlock_t *ptl;
	pte_t *ptep;

	ptep = pte_offset_map_lock(walk->mm, pmdp, start, &ptl);
	if (!ptep)
		return migrate_vma_collect_skip(start, end, walk);
	arch_enter_lazy_mmu_mode();
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE, ptep++) {
		pte_t pte = ptep_get(ptep);
		unsigned long mpfn;
		struct page *page = fsc_collect_page(migrate, addr, pte, &mpfn);

		if (!page)
			migrate->cpages += mpfn & MIGRATE_PFN_MIGRATE ? 1 : 0;
		else if (!fsc_collect_lock(migrate, addr, ptep, page, mpfn & MIGRATE_PFN_WRITE))
			mpfn = 0;
		else if (pte_present(pte))
			unmapped = true;
		fsc_collect_one(migrate, mpfn);
	}
	if (unmapped)
		flush_tlb_range(walk->vma, start, end);
	arch_leave_lazy_mmu_mode();
	pte_unmap_unlock(ptep - 1, ptl);
	return 0;
}

static const struct mm_walk_ops migrate_vma_walk_ops = {
	.pmd_entry = migrate_vma_collect_pmd,
	.pte_hole = migrate_vma_collect_hole,
	.walk_lock = PGWALK_RDLOCK,
};

static void migrate_vma_collect(struct migrate_vma *migrate)
{
	struct mm_struct *mm = migrate->vma->vm_mm;
	struct mmu_notifier_range range;

	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_MIGRATE, 0, mm, migrate->start, migrate->end,
				      migrate->pgmap_owner);
	mmu_notifier_invalidate_range_start(&range);
	walk_page_range(mm, migrate->start, migrate->end, &migrate_vma_walk_ops, migrate);
	mmu_notifier_invalidate_range_end(&range);
	migrate->end = migrate->start + (migrate->npages << PAGE_SHIFT);
}

/* Whether nobody holds the page but who migrates it, and the fault that began this. */
static bool migrate_vma_check_page(struct page *page, struct page *fault_page)
{
	struct folio *folio = page_folio(page);
	int ours = 1 + (page == fault_page);

	if (folio_test_large(folio))
		return false;
	/* Of the time when a device's pages rested at one; kernels still allow for it. */
	if (folio_is_zone_device(folio))
		ours++;
	if (folio_mapping(folio))
		ours += 1 + folio_test_private(folio);
	return folio_ref_count(folio) - ours <= folio_mapcount(folio);
}

/* Pages that are held by others get their places back. */
static void fsc_migrate_restore(unsigned long *src_pfns, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++) {
		struct page *page = migrate_pfn_to_page(src_pfns[i]);

		if (!page || (src_pfns[i] & MIGRATE_PFN_MIGRATE))
			continue;
		remove_migration_ptes(page_folio(page), page_folio(page), 0);
		src_pfns[i] = 0;
		folio_unlock(page_folio(page));
		folio_put(page_folio(page));
	}
}

/* Takes the pages out of all page tables. How many can be migrated; the others are as they were. */
static unsigned long migrate_device_unmap(unsigned long *src_pfns, unsigned long npages, struct page *fault_page)
{
	unsigned long unmapped = 0, restore = 0;

	lru_add_drain();
	for (unsigned long i = 0; i < npages; i++) {
		struct page *page = migrate_pfn_to_page(src_pfns[i]);
		struct folio *folio;

		if (!page) {
			unmapped += src_pfns[i] & MIGRATE_PFN_MIGRATE ? 1 : 0;
			continue;
		}
		folio = page_folio(page);
		if (!folio_is_zone_device(folio)) {
			if (!folio_isolate_lru(folio)) {
				src_pfns[i] &= ~MIGRATE_PFN_MIGRATE;
				restore++;
				continue;
			}
			folio_put(folio); /* what collecting took: the isolation has one */
		}
		if (folio_mapped(folio))
			try_to_migrate(folio, 0);
		if (folio_mapped(folio) || !migrate_vma_check_page(page, fault_page)) {
			if (!folio_is_zone_device(folio)) {
				folio_get(folio);
				folio_putback_lru(folio);
			}
			src_pfns[i] &= ~MIGRATE_PFN_MIGRATE;
			restore++;
			continue;
		}
		unmapped++;
	}
	if (restore)
		fsc_migrate_restore(src_pfns, npages);
	return unmapped;
}

static void migrate_vma_unmap(struct migrate_vma *migrate)
{
	migrate->cpages = migrate_device_unmap(migrate->src, migrate->npages, migrate->fault_page);
}

int migrate_vma_setup(struct migrate_vma *args)
{
	long nr_pages = (args->end - args->start) >> PAGE_SHIFT;
	struct vm_area_struct *vma = args->vma;

	args->start &= PAGE_MASK;
	args->end &= PAGE_MASK;
	if (!vma || is_vm_hugetlb_page(vma) || (vma->vm_flags & VM_SPECIAL) || vma_is_dax(vma))
		return -EINVAL;
	if (nr_pages <= 0 || args->start < vma->vm_start || args->start >= vma->vm_end)
		return -EINVAL;
	if (args->end <= vma->vm_start || args->end > vma->vm_end || !args->src || !args->dst)
		return -EINVAL;
	if (args->fault_page && !is_device_private_page(args->fault_page))
		return -EINVAL;
	memset(args->src, 0, sizeof(*args->src) * nr_pages);
	args->cpages = 0;
	args->npages = 0;
	migrate_vma_collect(args);
	if (args->cpages)
		migrate_vma_unmap(args);
	return 0;
}

/* What a fault would map there, if memory of a device were what faults get. 0 for an entry that is no device's. */
static pte_t fsc_device_pte(struct vm_area_struct *vma, struct page *page)
{
	pte_t entry;

	if (is_device_private_page(page)) {
		unsigned long pfn = page_to_pfn(page);

		return swp_entry_to_pte(vma->vm_flags & VM_WRITE ? make_writable_device_private_entry(pfn)
								 : make_readable_device_private_entry(pfn));
	}
	if (is_zone_device_page(page) && !is_device_coherent_page(page)) {
		pr_warn_once("Unsupported ZONE_DEVICE page type.\n");
		return __pte(0);
	}
	entry = mk_pte(page, vma->vm_page_prot);
	return vma->vm_flags & VM_WRITE ? pte_mkwrite(pte_mkdirty(entry), vma) : entry;
}

static pmd_t *fsc_pmd_for_insert(struct vm_area_struct *vma, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pud_t *pud = pud_alloc(mm, p4d_alloc(mm, pgd_offset(mm, addr), addr), addr);
	pmd_t *pmd = pud ? pmd_alloc(mm, pud, addr) : NULL;

	if (!pmd || pmd_trans_huge(*pmd) || pmd_devmap(*pmd) || pte_alloc(mm, pmd) || anon_vma_prepare(vma))
		return NULL;
	return pmd;
}

/* Nobody had touched the address: the page of the device is its first. */
static void migrate_vma_insert_page(struct migrate_vma *migrate, unsigned long addr, struct page *page,
				    unsigned long *src)
{
	struct vm_area_struct *vma = migrate->vma;
	pmd_t *pmd = vma_is_anonymous(vma) ? fsc_pmd_for_insert(vma, addr) : NULL;
	struct folio *folio = page_folio(page);
	pte_t *ptep, now, entry = __pte(0);
	spinlock_t *ptl;

	if (!pmd || mem_cgroup_charge(folio, vma->vm_mm, GFP_KERNEL))
		goto abort;
	__folio_mark_uptodate(folio);
	entry = fsc_device_pte(vma, page);
	ptep = pte_none(entry) ? NULL : pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!ptep)
		goto abort;
	now = ptep_get(ptep);
	if (!pte_none(now) && !(pte_present(now) && is_zero_pfn(pte_pfn(now)))) {
		pte_unmap_unlock(ptep, ptl); /* somebody was faster */
		goto abort;
	}
	inc_mm_counter(vma->vm_mm, MM_ANONPAGES);
	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	if (!folio_is_zone_device(folio))
		folio_add_lru_vma(folio, vma);
	folio_get(folio);
	if (pte_present(now)) {
		flush_cache_page(vma, addr, pte_pfn(now));
		ptep_clear_flush(vma, addr, ptep);
	}
	set_pte_at(vma->vm_mm, addr, ptep, entry);
	update_mmu_cache(vma, addr, ptep);
	pte_unmap_unlock(ptep, ptl);
	*src = MIGRATE_PFN_MIGRATE;
	return;
abort:
	*src &= ~MIGRATE_PFN_MIGRATE;
}

/* Whether the new page can stand for the old one. */
static bool fsc_migrate_one(struct migrate_vma *migrate, struct page *page, struct page *newpage)
{
	struct folio *folio = page_folio(page), *newfolio = page_folio(newpage);
	struct address_space *mapping = folio_mapping(folio);

	if (folio_is_device_private(newfolio) || folio_is_device_coherent(newfolio)) {
		if (mapping && (!folio_test_anon(folio) || !folio_free_swap(folio)))
			return false;
	} else if (folio_is_zone_device(newfolio)) {
		return false; /* memory of no other kind can be anonymous */
	}
	BUG_ON(folio_test_writeback(folio));
	if (folio_migrate_mapping(mapping, newfolio, folio, migrate && migrate->fault_page == page))
		return false;
	folio_migrate_flags(newfolio, folio);
	return true;
}

static void __migrate_device_pages(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages,
				   struct migrate_vma *migrate)
{
	struct mmu_notifier_range range;
	bool notified = false;

	for (unsigned long i = 0; i < npages; i++) {
		struct page *newpage = migrate_pfn_to_page(dst_pfns[i]), *page = migrate_pfn_to_page(src_pfns[i]);

		if (!newpage) {
			src_pfns[i] &= ~MIGRATE_PFN_MIGRATE;
		} else if (page) {
			if (!fsc_migrate_one(migrate, page, newpage))
				src_pfns[i] &= ~MIGRATE_PFN_MIGRATE;
		} else if (src_pfns[i] & MIGRATE_PFN_MIGRATE) {
			unsigned long addr;

			VM_BUG_ON(!migrate); /* without a VMA all pages are there */
			addr = migrate->start + i * PAGE_SIZE;
			if (!notified) {
				mmu_notifier_range_init_owner(&range, MMU_NOTIFY_MIGRATE, 0, migrate->vma->vm_mm, addr,
							      migrate->end, migrate->pgmap_owner);
				mmu_notifier_invalidate_range_start(&range);
			}
			notified = true;
			migrate_vma_insert_page(migrate, addr, newpage, &src_pfns[i]);
		}
	}
	if (notified)
		mmu_notifier_invalidate_range_end(&range);
}

void migrate_device_pages(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages)
{
	__migrate_device_pages(src_pfns, dst_pfns, npages, NULL);
}

void migrate_vma_pages(struct migrate_vma *migrate)
{
	__migrate_device_pages(migrate->src, migrate->dst, migrate->npages, migrate);
}

static void fsc_let_go(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

/* Entries lead to the new pages, or to the old ones again; what is not needed goes. */
void migrate_device_finalize(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++) {
		struct page *newpage = migrate_pfn_to_page(dst_pfns[i]), *page = migrate_pfn_to_page(src_pfns[i]);
		struct folio *dst = newpage ? page_folio(newpage) : NULL, *src = page ? page_folio(page) : NULL;

		if (dst && src && !(src_pfns[i] & MIGRATE_PFN_MIGRATE)) {
			fsc_let_go(dst);
			dst = NULL;
		}
		if (src) {
			struct folio *there = dst ? dst : src;

			if (!folio_is_zone_device(there))
				folio_add_lru(there);
			remove_migration_ptes(src, there, 0);
			fsc_let_go(src);
		}
		if (dst)
			fsc_let_go(dst);
	}
}

void migrate_vma_finalize(struct migrate_vma *migrate)
{
	migrate_device_finalize(migrate->src, migrate->dst, migrate->npages);
}

/* The pages of a device that somebody has, wherever they are mapped: for a driver that wants its memory back. */
int migrate_device_range(unsigned long *src_pfns, unsigned long start, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++) {
		struct folio *folio = folio_get_nontail_page(pfn_to_page(start + i));

		src_pfns[i] = 0;
		if (!folio)
			continue;
		if (folio_trylock(folio))
			src_pfns[i] = migrate_pfn(start + i) | MIGRATE_PFN_MIGRATE;
		else
			folio_put(folio);
	}
	migrate_device_unmap(src_pfns, npages, NULL);
	return 0;
}

#endif
