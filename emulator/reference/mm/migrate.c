// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of migration a device needs: entries that stand for a page on its way, and what one page takes over from another.
 * Mirrors mm/migrate.c of each era, for small anonymous folios. Left out: migration between nodes, file memory, huge pages.
 */
#include <linux/migrate.h>
#include <linux/pagemap.h>
#include "internal.h"

#if FSC_ERA >= 612

/* Puts `folio` where an entry says that `old` is on its way. */
static bool fsc_remove_migration_pte(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, void *old)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, (struct folio *)old, vma, addr, PVMW_SYNC | PVMW_MIGRATION);

	while (page_vma_mapped_walk(&pvmw)) {
		struct page *new = folio_page(folio, 0);
		swp_entry_t entry = pte_to_swp_entry(ptep_get(pvmw.pte));
		rmap_t rmap_flags = RMAP_NONE;
		pte_t pte;

		VM_BUG_ON_FOLIO(folio_test_large(folio), folio);
		folio_get(folio);
		pte = mk_pte(new, READ_ONCE(vma->vm_page_prot));
		if (!is_migration_entry_young(entry))
			pte = pte_mkold(pte);
		if (folio_test_dirty(folio) && is_migration_entry_dirty(entry))
			pte = pte_mkdirty(pte);
		if (is_writable_migration_entry(entry))
			pte = pte_mkwrite(pte, vma);
		if (!is_readable_migration_entry(entry))
			rmap_flags |= RMAP_EXCLUSIVE;
		if (folio_is_device_private(folio)) {
			entry = pte_write(pte) ? make_writable_device_private_entry(page_to_pfn(new))
					       : make_readable_device_private_entry(page_to_pfn(new));
			pte = swp_entry_to_pte(entry);
		}
		folio_add_anon_rmap_pte(folio, new, vma, pvmw.address, rmap_flags);
		set_pte_at(vma->vm_mm, pvmw.address, pvmw.pte, pte);
		update_mmu_cache(vma, pvmw.address, pvmw.pte);
	}
	return true;
}

void remove_migration_ptes(struct folio *src, struct folio *dst, int flags)
{
	struct rmap_walk_control rwc = { .rmap_one = fsc_remove_migration_pte, .arg = src };

	(void)flags;
	rmap_walk(dst, &rwc);
}

/* Who meets a page on its way comes back when its lock was let go. */
void migration_entry_wait(struct mm_struct *mm, pmd_t *pmd, unsigned long address)
{
	spinlock_t *ptl;
	pte_t *ptep = pte_offset_map_lock(mm, pmd, address, &ptl), pte;

	if (!ptep)
		return;
	pte = ptep_get(ptep);
	if (is_swap_pte(pte) && is_migration_entry(pte_to_swp_entry(pte)))
		migration_entry_wait_on_locked(pte_to_swp_entry(pte), ptl);
	else
		pte_unmap_unlock(ptep, ptl);
}

/* The new folio takes the old one's place in its mapping, if nobody else holds the old one. */
int folio_migrate_mapping(struct address_space *mapping, struct folio *newfolio, struct folio *folio, int extra_count)
{
	if (mapping) {
		__fsc_unmodelled("migration of file memory");
		return -EAGAIN;
	}
	if (folio_ref_count(folio) != 1 + extra_count)
		return -EAGAIN;
	newfolio->index = folio->index;
	newfolio->mapping = folio->mapping;
	if (folio_test_swapbacked(folio))
		__folio_set_swapbacked(newfolio);
	return MIGRATEPAGE_SUCCESS;
}

void folio_migrate_flags(struct folio *newfolio, struct folio *folio)
{
	if (folio_test_referenced(folio))
		folio_set_referenced(newfolio);
	if (folio_test_uptodate(folio))
		folio_mark_uptodate(newfolio);
	if (folio_test_clear_active(folio))
		folio_set_active(newfolio);
	if (folio_test_dirty(folio))
		folio_set_dirty(newfolio);
	folio_clear_private(folio);
	folio->private = NULL;
}

#endif
