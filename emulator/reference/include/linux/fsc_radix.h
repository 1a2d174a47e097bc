/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The radix tree that a mapping's entries were in up to v4.19, and the arrays of pages that scans filled. Mirrors what
 * include/linux/radix-tree.h and pagevec.h of v4.15 and v4.18 offer to fs/dax.c. The tree below is the xarray: an
 * exceptional entry is one of its values, so the flag bits of an entry are where this header says and not where those
 * releases had them. As then, a lookup from within a large entry finds that entry, under its first index. Left out:
 * iterators, preloading that can fail, node accounting.
 */
#ifndef FSC_RADIX_H
#define FSC_RADIX_H
#if FSC_ERA < 612
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#if FSC_ERA < 418
/* One lock and one root, by the names before v4.17. */
#define page_tree i_pages
#define tree_lock i_pages.xa_lock
#define PAGEVEC_SIZE 14
#else
#define PAGEVEC_SIZE 15
#endif

#define RADIX_TREE_EXCEPTIONAL_ENTRY 1
#define RADIX_TREE_EXCEPTIONAL_SHIFT 1
#define RADIX_DAX_SHIFT (RADIX_TREE_EXCEPTIONAL_SHIFT + 4)
#define RADIX_DAX_ENTRY_LOCK (1UL << RADIX_TREE_EXCEPTIONAL_SHIFT)
#define RADIX_DAX_PMD (1UL << (RADIX_TREE_EXCEPTIONAL_SHIFT + 1))
#define RADIX_DAX_ZERO_PAGE (1UL << (RADIX_TREE_EXCEPTIONAL_SHIFT + 2))
#define RADIX_DAX_EMPTY (1UL << (RADIX_TREE_EXCEPTIONAL_SHIFT + 3))

void **fsc_xas_entry(struct xa_state *xas);

static inline int radix_tree_exceptional_entry(void *arg)
{
	return xa_is_value(arg);
}

/* The slot that an index is in: of a large entry the one that holds it. NULL where nothing is. */
static inline void *__radix_tree_lookup(const struct xarray *root, unsigned long index, struct xa_node **nodep,
					void ***slotp)
{
	XA_STATE(xas, (struct xarray *)root, index);
	void *entry = xas_load(&xas);

	if (nodep)
		*nodep = entry ? xas.xa_node : NULL;
	if (slotp)
		*slotp = fsc_xas_entry(&xas);
	return entry;
}
static inline void *radix_tree_lookup(const struct xarray *root, unsigned long index)
{
	return __radix_tree_lookup(root, index, NULL, NULL);
}
static inline void **radix_tree_lookup_slot(const struct xarray *root, unsigned long index)
{
	void **slot;

	__radix_tree_lookup(root, index, NULL, &slot);
	return slot;
}
static inline void *radix_tree_deref_slot_protected(void **slot, spinlock_t *lock)
{
	lockdep_assert_held(lock);
	return *slot;
}
static inline void radix_tree_replace_slot(struct xarray *root, void **slot, void *item)
{
	(void)root;
	WRITE_ONCE(*slot, item);
}
static inline void *radix_tree_tag_set(struct xarray *root, unsigned long index, unsigned int tag)
{
	XA_STATE(xas, root, index);
	void *entry = xas_load(&xas);

	if (entry)
		xas_set_mark(&xas, tag);
	return entry;
}
static inline void *radix_tree_tag_clear(struct xarray *root, unsigned long index, unsigned int tag)
{
	XA_STATE(xas, root, index);
	void *entry = xas_load(&xas);

	if (entry)
		xas_clear_mark(&xas, tag);
	return entry;
}
static inline int radix_tree_tag_get(const struct xarray *root, unsigned long index, unsigned int tag)
{
	XA_STATE(xas, (struct xarray *)root, index);

	return xas_load(&xas) && xas_get_mark(&xas, tag);
}
static inline void *radix_tree_delete(struct xarray *root, unsigned long index)
{
	XA_STATE(xas, root, index);

	return xas_store(&xas, NULL);
}
static inline int __radix_tree_insert(struct xarray *root, unsigned long index, unsigned int order, void *item)
{
	XA_STATE_ORDER(xas, root, index, order);

	if (xas_find_conflict(&xas))
		return -EEXIST;
	xas_store(&xas, item);
	return xas_error(&xas);
}
static inline int radix_tree_preload(gfp_t gfp)
{
	(void)gfp;
	return __fsc_fail("radix_tree_preload") ? -ENOMEM : 0;
}
static inline void radix_tree_preload_end(void)
{
}

struct pagevec {
	unsigned char nr;
	bool percpu_pvec_drained;
	struct page *pages[PAGEVEC_SIZE];
};
/* Before v4.15 a second argument said whether the pages were cold. */
#define pagevec_init(pvec, ...) fsc_pagevec_init(pvec)
static inline void fsc_pagevec_init(struct pagevec *pvec)
{
	pvec->nr = 0;
	pvec->percpu_pvec_drained = false;
}
static inline unsigned pagevec_count(struct pagevec *pvec)
{
	return pvec->nr;
}
static inline void pagevec_reinit(struct pagevec *pvec)
{
	pvec->nr = 0;
}
unsigned pagevec_lookup_entries(struct pagevec *pvec, struct address_space *mapping, pgoff_t start,
				unsigned nr_entries, pgoff_t *indices);
void pagevec_remove_exceptionals(struct pagevec *pvec);
void pagevec_release(struct pagevec *pvec);
#endif
#endif
