// SPDX-License-Identifier: GPL-2.0-or-later
/* Dirtying a folio goes to its mapping. Mirrors that of mm/page-writeback.c, and folio_mapping() of mm/util.c. */
#include <linux/fs.h>
#include <linux/pagemap.h>
#include "internal.h"

struct address_space *folio_mapping(struct folio *folio)
{
	unsigned long word;

	if (folio_test_slab(folio) || folio_test_swapcache(folio))
		return NULL;
	word = (unsigned long)READ_ONCE(folio->mapping);
	return word & PAGE_MAPPING_FLAGS ? NULL : (struct address_space *)word;
}

bool folio_mark_dirty(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);

	if (!mapping)
		return noop_dirty_folio(mapping, folio);
	if (folio_test_reclaim(folio))
		folio_clear_reclaim(folio);
	return mapping->a_ops->dirty_folio(mapping, folio);
}

bool set_page_dirty(struct page *page)
{
	return folio_mark_dirty(page_folio(page));
}

int set_page_dirty_lock(struct page *page)
{
	int dirtied;

	lock_page(page);
	dirtied = set_page_dirty(page);
	unlock_page(page);
	return dirtied;
}
