// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Emptying a range of an address space. Mirrors mm/truncate.c of each era for address spaces that hold values (DAX
 * entries, shadows): page cache folios do not exist on this machine, and meeting one is told as not modelled.
 */
#include <linux/fs.h>
#include <linux/dax.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include "internal.h"

static bool fsc_batch_has_values(struct folio_batch *fbatch)
{
	for (unsigned int i = 0; i < folio_batch_count(fbatch); i++)
		if (xa_is_value(fbatch->folios[i]))
			return true;
	return false;
}

static void __clear_shadow_entry(struct address_space *mapping, pgoff_t index, void *entry)
{
	XA_STATE(xas, &mapping->i_pages, index);

	if (xas_load(&xas) == entry)
		xas_store(&xas, NULL);
}

static void clear_shadow_entries(struct address_space *mapping, struct folio_batch *fbatch, pgoff_t *indices)
{
	if (dax_mapping(mapping))
		return;
	xa_lock_irq(&mapping->i_pages);
	for (unsigned int i = 0; i < folio_batch_count(fbatch); i++)
		if (xa_is_value(fbatch->folios[i]))
			__clear_shadow_entry(mapping, indices[i], fbatch->folios[i]);
	xa_unlock_irq(&mapping->i_pages);
}

/* Deletes the values of a batch from the mapping and from the batch. */
static void truncate_folio_batch_exceptionals(struct address_space *mapping, struct folio_batch *fbatch,
					      pgoff_t *indices)
{
	if (!fsc_batch_has_values(fbatch))
		return;
	if (!dax_mapping(mapping)) {
		clear_shadow_entries(mapping, fbatch, indices);
	} else {
		for (unsigned int i = 0; i < folio_batch_count(fbatch); i++) {
			if (!xa_is_value(fbatch->folios[i]))
				continue;
#if FSC_ERA >= 615
			/* Breaking the layout has removed every entry before; deleted here so that callers end. */
			WARN_ON_ONCE(1);
#endif
			dax_delete_mapping_entry(mapping, indices[i]);
		}
	}
	folio_batch_remove_exceptionals(fbatch);
}

void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	pgoff_t start = (lstart + PAGE_SIZE - 1) >> PAGE_SHIFT, index = start, indices[PAGEVEC_SIZE];
	pgoff_t end = lend == -1 ? (pgoff_t)-1 : (pgoff_t)(lend + 1) >> PAGE_SHIFT;
	struct folio_batch fbatch;

	if (mapping_empty(mapping))
		return;
	folio_batch_init(&fbatch);
	while (index < end && find_lock_entries(mapping, &index, end - 1, &fbatch, indices)) {
		truncate_folio_batch_exceptionals(mapping, &fbatch, indices);
		folio_batch_release(&fbatch);
		cond_resched();
	}

	/* A second round, from the start again until nothing is found: entries may have come back meanwhile. */
	index = start;
	while (index < end) {
		cond_resched();
		if (find_get_entries(mapping, &index, end - 1, &fbatch, indices)) {
			truncate_folio_batch_exceptionals(mapping, &fbatch, indices);
			folio_batch_release(&fbatch);
		} else if (index == start) {
			break;
		} else {
			index = start;
		}
	}
}

void truncate_inode_pages(struct address_space *mapping, loff_t lstart)
{
	truncate_inode_pages_range(mapping, lstart, (loff_t)-1);
}

void truncate_inode_pages_final(struct address_space *mapping)
{
	mapping_set_exiting(mapping);
	if (!mapping_empty(mapping)) {
		/* Whoever changes the tree without having seen the flag is done after this. */
		xa_lock_irq(&mapping->i_pages);
		xa_unlock_irq(&mapping->i_pages);
	}
	truncate_inode_pages(mapping, 0);
}

unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	struct folio_batch fbatch;
	pgoff_t indices[PAGEVEC_SIZE];
	unsigned long found = 0;

	folio_batch_init(&fbatch);
	while (find_lock_entries(mapping, &start, end, &fbatch, indices)) {
		found += folio_batch_count(&fbatch);
		clear_shadow_entries(mapping, &fbatch, indices); /* DAX entries stay */
		folio_batch_remove_exceptionals(&fbatch);
		folio_batch_release(&fbatch);
		if (start > end || !start)
			break;
	}
	return found;
}

int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	pgoff_t index = start, indices[PAGEVEC_SIZE];
	bool dax = dax_mapping(mapping);
	struct folio_batch fbatch;
	int ret = 0;

	if (mapping_empty(mapping))
		return 0;
	folio_batch_init(&fbatch);
	while (find_get_entries(mapping, &index, end, &fbatch, indices)) {
		for (unsigned int i = 0; dax && i < folio_batch_count(&fbatch); i++)
			if (!dax_invalidate_mapping_entry_sync(mapping, indices[i]))
				ret = -EBUSY;
		clear_shadow_entries(mapping, &fbatch, indices);
		folio_batch_remove_exceptionals(&fbatch);
		folio_batch_release(&fbatch);
		cond_resched();
		if (index > end || !index)
			break;
	}
	/* Page tables go last: an entry could be mapped again at any time before. */
	if (dax)
		unmap_mapping_pages(mapping, start, end - start + 1, false);
	return ret;
}

int invalidate_inode_pages2(struct address_space *mapping)
{
	return invalidate_inode_pages2_range(mapping, 0, -1);
}

/* Twice: a private copy may have been made between the first unmap and the removal of the page under it. */
void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	loff_t hole = round_up(newsize, PAGE_SIZE);

	unmap_mapping_range(inode->i_mapping, hole, 0, 1);
	truncate_inode_pages(inode->i_mapping, newsize);
	unmap_mapping_range(inode->i_mapping, hole, 0, 1);
}

void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to)
{
	WARN_ON(to > inode->i_size);
	(void)from; /* acts on a page cache folio that straddles the old size */
}

void truncate_setsize(struct inode *inode, loff_t newsize)
{
	loff_t before = inode->i_size;

	i_size_write(inode, newsize);
	if (before < newsize)
		pagecache_isize_extended(inode, before, newsize);
	truncate_pagecache(inode, newsize);
}

void truncate_pagecache_range(struct inode *inode, loff_t lstart, loff_t lend)
{
	loff_t from = round_up(lstart, PAGE_SIZE), upto = round_down(lend + 1, PAGE_SIZE);

	if (from < upto)
		unmap_mapping_range(inode->i_mapping, from, upto - from, 0);
	truncate_inode_pages_range(inode->i_mapping, lstart, lend);
}
