/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of page tables that are not present: pages that are being migrated, pages that a device has. Mirrors
 * include/linux/swapops.h and the words of arch/x86 (type in the upper bits, the offset inverted below it). Left out: swap,
 * markers, pages that a device has for itself (exclusive), entries of PMD size.
 */
#ifndef _LINUX_SWAPOPS_H
#define _LINUX_SWAPOPS_H
#include <linux/swap.h>

#define SWP_TYPE_SHIFT (BITS_PER_LONG - 1 - MAX_SWAPFILES_SHIFT)
#define SWP_OFFSET_MASK ((1UL << SWP_TYPE_SHIFT) - 1)
/* Of the offset of an entry that names a page: the pfn, and above it what its PTE was when it was taken away. */
#define SWP_PFN_BITS 40
#define SWP_PFN_MASK ((1UL << SWP_PFN_BITS) - 1)
#define SWP_MIG_YOUNG (1UL << SWP_PFN_BITS)
#define SWP_MIG_DIRTY (1UL << (SWP_PFN_BITS + 1))
#define __FSC_SWP_ARCH_SHIFT 14
#define __FSC_SWP_ARCH_TYPE (BITS_PER_LONG - MAX_SWAPFILES_SHIFT)

static inline swp_entry_t swp_entry(unsigned long type, pgoff_t offset)
{
	swp_entry_t entry = { .val = (type << SWP_TYPE_SHIFT) | (offset & SWP_OFFSET_MASK) };

	return entry;
}
static inline unsigned int swp_type(swp_entry_t entry)
{
	return entry.val >> SWP_TYPE_SHIFT;
}
static inline pgoff_t swp_offset(swp_entry_t entry)
{
	return entry.val & SWP_OFFSET_MASK;
}
static inline unsigned long swp_offset_pfn(swp_entry_t entry)
{
	return swp_offset(entry) & SWP_PFN_MASK;
}
static inline pte_t swp_entry_to_pte(swp_entry_t entry)
{
	unsigned long inverted = ~swp_offset(entry) << __FSC_SWP_ARCH_SHIFT >> MAX_SWAPFILES_SHIFT;

	return __pte((unsigned long)swp_type(entry) << __FSC_SWP_ARCH_TYPE | inverted);
}
static inline swp_entry_t pte_to_swp_entry(pte_t pte)
{
	unsigned long word = pte_val(pte);

	return swp_entry(word >> __FSC_SWP_ARCH_TYPE, ~word << MAX_SWAPFILES_SHIFT >> __FSC_SWP_ARCH_SHIFT);
}
#define pmd_to_swp_entry(pmd) ((swp_entry_t) { pmd_val(pmd) })
static inline int non_swap_entry(swp_entry_t entry)
{
	return swp_type(entry) >= MAX_SWAPFILES;
}
#define is_hwpoison_entry(e) 0
#define is_device_exclusive_entry(e) 0
#define is_writable_device_exclusive_entry(e) 0
#define is_pte_marker(pte) 0
#define is_pte_marker_entry(e) 0
#define thp_migration_supported() 0
#define is_pmd_migration_entry(pmd) 0
#define pmd_migration_entry_wait(mm, pmd) do { } while (0)
#define pte_swp_mksoft_dirty(pte) (pte)
#define pte_swp_uffd_wp(pte) 0
#define pte_swp_mkuffd_wp(pte) (pte)
#define pte_swp_clear_uffd_wp(pte) (pte)

/* ---- a page that a device has ---- */
static inline swp_entry_t make_readable_device_private_entry(pgoff_t offset)
{
	return swp_entry(SWP_DEVICE_READ, offset);
}
static inline swp_entry_t make_writable_device_private_entry(pgoff_t offset)
{
	return swp_entry(SWP_DEVICE_WRITE, offset);
}
static inline bool is_device_private_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_DEVICE_READ || swp_type(entry) == SWP_DEVICE_WRITE;
}
static inline bool is_writable_device_private_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_DEVICE_WRITE;
}

/* ---- a page that is being migrated: who finds the entry waits until its lock is let go ---- */
static inline swp_entry_t make_readable_migration_entry(pgoff_t offset)
{
	return swp_entry(SWP_MIGRATION_READ, offset);
}
static inline swp_entry_t make_readable_exclusive_migration_entry(pgoff_t offset)
{
	return swp_entry(SWP_MIGRATION_READ_EXCLUSIVE, offset);
}
static inline swp_entry_t make_writable_migration_entry(pgoff_t offset)
{
	return swp_entry(SWP_MIGRATION_WRITE, offset);
}
static inline int is_migration_entry(swp_entry_t entry)
{
	return swp_type(entry) >= SWP_MIGRATION_READ && swp_type(entry) <= SWP_MIGRATION_WRITE;
}
static inline int is_writable_migration_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_MIGRATION_WRITE;
}
static inline int is_readable_migration_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_MIGRATION_READ;
}
static inline int is_readable_exclusive_migration_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_MIGRATION_READ_EXCLUSIVE;
}
#define migration_entry_supports_ad() true
static inline swp_entry_t make_migration_entry_young(swp_entry_t entry)
{
	return swp_entry(swp_type(entry), swp_offset(entry) | SWP_MIG_YOUNG);
}
static inline bool is_migration_entry_young(swp_entry_t entry)
{
	return swp_offset(entry) & SWP_MIG_YOUNG;
}
static inline swp_entry_t make_migration_entry_dirty(swp_entry_t entry)
{
	return swp_entry(swp_type(entry), swp_offset(entry) | SWP_MIG_DIRTY);
}
static inline bool is_migration_entry_dirty(swp_entry_t entry)
{
	return swp_offset(entry) & SWP_MIG_DIRTY;
}
#if FSC_ERA >= 612
void migration_entry_wait(struct mm_struct *mm, pmd_t *pmd, unsigned long address);
#endif

static inline bool is_pfn_swap_entry(swp_entry_t entry)
{
	return is_migration_entry(entry) || is_device_private_entry(entry);
}
static inline struct page *pfn_swap_entry_to_page(swp_entry_t entry)
{
	struct page *page = pfn_to_page(swp_offset_pfn(entry));

	BUG_ON(is_migration_entry(entry) && !PageLocked(page)); /* it is locked as long as there is such an entry */
	return page;
}
static inline struct folio *pfn_swap_entry_folio(swp_entry_t entry)
{
	return page_folio(pfn_swap_entry_to_page(entry));
}
#endif
