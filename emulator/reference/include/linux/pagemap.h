/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page cache as DAX sees it: flags of a mapping, indices, folio locks, truncation and invalidation entry points.
 * Mirrors include/linux/pagemap.h; there is no cache of RAM pages here, so no find_get_* and no readahead.
 */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/wait_bit.h>

enum mapping_flags {
	AS_EIO = 0,
	AS_ENOSPC = 1,
	AS_MM_ALL_LOCKS = 2,
	AS_UNEVICTABLE = 3,
	AS_EXITING = 4,
	AS_NO_WRITEBACK_TAGS = 5,
	AS_RELEASE_ALWAYS = 6,
	AS_STABLE_WRITES = 7,
	AS_INACCESSIBLE = 8,
};

static inline void mapping_set_error(struct address_space *mapping, int error)
{
	if (likely(!error))
		return;
	mapping->wb_err = (errseq_t)error;
	set_bit(error == -ENOSPC ? AS_ENOSPC : AS_EIO, &mapping->flags);
}

static inline void mapping_set_exiting(struct address_space *mapping)
{
	set_bit(AS_EXITING, &mapping->flags);
}

static inline int mapping_exiting(struct address_space *mapping)
{
	return test_bit(AS_EXITING, &mapping->flags);
}

static inline bool mapping_empty(struct address_space *mapping)
{
	return xa_empty(&mapping->i_pages);
}

static inline bool mapping_unevictable(struct address_space *mapping)
{
	return mapping && test_bit(AS_UNEVICTABLE, &mapping->flags);
}

static inline gfp_t mapping_gfp_mask(struct address_space *mapping)
{
	return mapping->gfp_mask;
}

static inline gfp_t mapping_gfp_constraint(struct address_space *mapping, gfp_t gfp_mask)
{
	return gfp_mask & mapping_gfp_mask(mapping);
}

static inline void mapping_set_gfp_mask(struct address_space *m, gfp_t mask)
{
	m->gfp_mask = mask;
}

static inline void mapping_set_large_folios(struct address_space *mapping)
{
	(void)mapping;
}

#define filemap_sample_wb_err(mapping) ((mapping)->wb_err)
#define filemap_nr_thps_inc(mapping) do { (void)(mapping); } while (0)
#define filemap_nr_thps_dec(mapping) do { (void)(mapping); } while (0)

static inline pgoff_t linear_page_index(const struct vm_area_struct *vma, unsigned long address)
{
	return vma->vm_pgoff + ((address - vma->vm_start) >> PAGE_SHIFT);
}

static inline loff_t folio_pos(struct folio *folio)
{
	return (loff_t)folio->index << PAGE_SHIFT;
}
static inline loff_t page_offset(struct page *page)
{
	return (loff_t)page->index << PAGE_SHIFT;
}
static inline pgoff_t folio_next_index(struct folio *folio)
{
	return folio->index + folio_nr_pages(folio);
}
static inline bool folio_contains(struct folio *folio, pgoff_t index)
{
	return index >= folio->index && index < folio_next_index(folio);
}

/* ---- the folio lock: mm/filemap.c ---- */
void __folio_lock(struct folio *folio);
void folio_unlock(struct folio *folio);
void unlock_page(struct page *page);
static inline bool folio_trylock(struct folio *folio)
{
	return !test_and_set_bit_lock(PG_locked, &folio->fsc_flags);
}
static inline int trylock_page(struct page *page)
{
	return folio_trylock(page_folio(page));
}
static inline void folio_lock(struct folio *folio)
{
	might_sleep();
	if (!folio_trylock(folio))
		__folio_lock(folio);
}
static inline void lock_page(struct page *page)
{
	folio_lock(page_folio(page));
}
#if FSC_ERA >= 612
void migration_entry_wait_on_locked(swp_entry_t entry, spinlock_t *ptl);
#endif
#define folio_wait_writeback(folio) do { (void)(folio); } while (0)
#define folio_wait_stable(folio) do { (void)(folio); } while (0)

int filemap_write_and_wait_range(struct address_space *mapping, loff_t start, loff_t end);
int filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end);
static inline int filemap_write_and_wait(struct address_space *mapping)
{
	return filemap_write_and_wait_range(mapping, 0, LLONG_MAX);
}
int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t start, pgoff_t end);
int invalidate_inode_pages2(struct address_space *mapping);
unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end);

#endif
