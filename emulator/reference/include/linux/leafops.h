/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of page tables that are not present, by the names that they have from v6.19 on. Mirrors include/linux/leafops.h (series
 * "mm: remove is_swap_[pte, pmd]() + non-swap entries, introduce leaf entries"); the words are those of swapops.h. Left out: markers, and entries
 * of PMD size, of which there are none.
 */
#ifndef _LINUX_LEAFOPS_H
#define _LINUX_LEAFOPS_H
#include <linux/swapops.h>
#if FSC_ERA >= 701

typedef swp_entry_t softleaf_t;

enum softleaf_type {
	SOFTLEAF_NONE,
	SOFTLEAF_SWAP,
	SOFTLEAF_MIGRATION_READ,
	SOFTLEAF_MIGRATION_READ_EXCLUSIVE,
	SOFTLEAF_MIGRATION_WRITE,
	SOFTLEAF_DEVICE_PRIVATE_READ,
	SOFTLEAF_DEVICE_PRIVATE_WRITE,
	SOFTLEAF_DEVICE_EXCLUSIVE,
	SOFTLEAF_HWPOISON,
	SOFTLEAF_MARKER,
};

static inline softleaf_t softleaf_mk_none(void)
{
	return (softleaf_t){ 0 };
}
static inline bool softleaf_is_none(softleaf_t entry)
{
	return !entry.val;
}
/* None, too, where something is mapped. */
static inline softleaf_t softleaf_from_pte(pte_t pte)
{
	return pte_none(pte) || pte_present(pte) ? softleaf_mk_none() : pte_to_swp_entry(pte);
}
static inline pte_t softleaf_to_pte(softleaf_t entry)
{
	return swp_entry_to_pte(entry);
}
static inline softleaf_t softleaf_from_pmd(pmd_t pmd)
{
	(void)pmd;
	return softleaf_mk_none();
}
static inline enum softleaf_type softleaf_type(softleaf_t entry)
{
	if (softleaf_is_none(entry))
		return SOFTLEAF_NONE;
	switch (swp_type(entry)) {
	case SWP_MIGRATION_READ:
		return SOFTLEAF_MIGRATION_READ;
	case SWP_MIGRATION_READ_EXCLUSIVE:
		return SOFTLEAF_MIGRATION_READ_EXCLUSIVE;
	case SWP_MIGRATION_WRITE:
		return SOFTLEAF_MIGRATION_WRITE;
	case SWP_DEVICE_READ:
		return SOFTLEAF_DEVICE_PRIVATE_READ;
	case SWP_DEVICE_WRITE:
		return SOFTLEAF_DEVICE_PRIVATE_WRITE;
	default:
		return SOFTLEAF_SWAP;
	}
}
static inline bool softleaf_is_swap(softleaf_t entry)
{
	return softleaf_type(entry) == SOFTLEAF_SWAP;
}
static inline bool softleaf_is_migration_write(softleaf_t entry)
{
	return softleaf_type(entry) == SOFTLEAF_MIGRATION_WRITE;
}
static inline bool softleaf_is_migration_read(softleaf_t entry)
{
	return softleaf_type(entry) == SOFTLEAF_MIGRATION_READ;
}
static inline bool softleaf_is_migration_read_exclusive(softleaf_t entry)
{
	return softleaf_type(entry) == SOFTLEAF_MIGRATION_READ_EXCLUSIVE;
}
static inline bool softleaf_is_migration(softleaf_t entry)
{
	return !softleaf_is_none(entry) && is_migration_entry(entry);
}
static inline bool softleaf_is_device_private_write(softleaf_t entry)
{
	return softleaf_type(entry) == SOFTLEAF_DEVICE_PRIVATE_WRITE;
}
static inline bool softleaf_is_device_private(softleaf_t entry)
{
	return !softleaf_is_none(entry) && is_device_private_entry(entry);
}
#define softleaf_is_device_exclusive(entry) ((void)(entry), false)
#define softleaf_is_hwpoison(entry) ((void)(entry), false)
#define softleaf_is_marker(entry) ((void)(entry), false)
#define pte_is_marker(pte) ((void)(pte), false)
#define pmd_is_migration_entry(pmd) ((void)(pmd), false)
#define pmd_is_device_private_entry(pmd) ((void)(pmd), false)
#define pmd_is_valid_softleaf(pmd) ((void)(pmd), false)
static inline bool softleaf_has_pfn(softleaf_t entry)
{
	return softleaf_is_migration(entry) || softleaf_is_device_private(entry);
}
static inline unsigned long softleaf_to_pfn(softleaf_t entry)
{
	VM_WARN_ON_ONCE(!softleaf_has_pfn(entry));
	return swp_offset_pfn(entry);
}
static inline struct page *softleaf_to_page(softleaf_t entry)
{
	VM_WARN_ON_ONCE(!softleaf_has_pfn(entry));
	return pfn_swap_entry_to_page(entry);
}
static inline struct folio *softleaf_to_folio(softleaf_t entry)
{
	return page_folio(softleaf_to_page(entry));
}
static inline bool softleaf_is_migration_young(softleaf_t entry)
{
	VM_WARN_ON_ONCE(!softleaf_is_migration(entry));
	return is_migration_entry_young(entry);
}
static inline bool softleaf_is_migration_dirty(softleaf_t entry)
{
	VM_WARN_ON_ONCE(!softleaf_is_migration(entry));
	return is_migration_entry_dirty(entry);
}
#endif
#endif
