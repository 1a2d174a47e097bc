// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mappings of a file, by page offset. Mirrors the interface of mm/interval_tree.c; a list sorted by first page, kept
 * in the tree's nodes (rb_right: next, rb_left: previous), is enough for a handful of VMAs.
 */
#include <linux/fs.h>
#include "internal.h"

/* Who uses the mappings of a file holds its i_mmap_rwsem; who changes them, for writing. */
static void fsc_needs_i_mmap(struct rb_root_cached *root, bool change)
{
	struct address_space *mapping = container_of(root, struct address_space, i_mmap);

	if (change ? !__fsc_lock_held(&mapping->i_mmap_rwsem, FSC_LOCK_EXCL) : !lockdep_is_held(&mapping->i_mmap_rwsem))
		__fsc_event("unlocked", "the mappings of a file are %s without its i_mmap_rwsem", change ? "changed" : "walked");
}

#define fsc_vma_of(node) rb_entry(node, struct vm_area_struct, shared.rb)

static unsigned long fsc_vma_last(struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

void vma_interval_tree_insert(struct vm_area_struct *node, struct rb_root_cached *root)
{
	struct rb_node *before = NULL, *after = root->rb_leftmost;

	fsc_needs_i_mmap(root, true);
	while (after && fsc_vma_of(after)->vm_pgoff <= node->vm_pgoff) {
		before = after;
		after = after->rb_right;
	}
	node->shared.rb_subtree_last = fsc_vma_last(node);
	node->shared.rb.rb_left = before;
	node->shared.rb.rb_right = after;
	if (after)
		after->rb_left = &node->shared.rb;
	if (before)
		before->rb_right = &node->shared.rb;
	else
		root->rb_leftmost = &node->shared.rb;
	root->rb_root.rb_node = root->rb_leftmost;
}

void vma_interval_tree_remove(struct vm_area_struct *node, struct rb_root_cached *root)
{
	struct rb_node *before = node->shared.rb.rb_left, *after = node->shared.rb.rb_right;

	fsc_needs_i_mmap(root, true);
	if (before)
		before->rb_right = after;
	else
		root->rb_leftmost = after;
	if (after)
		after->rb_left = before;
	root->rb_root.rb_node = root->rb_leftmost;
}

static struct vm_area_struct *fsc_vma_from(struct rb_node *node, unsigned long start, unsigned long last)
{
	for (; node; node = node->rb_right) {
		struct vm_area_struct *vma = fsc_vma_of(node);

		if (vma->vm_pgoff > last)
			break;
		if (fsc_vma_last(vma) >= start)
			return vma;
	}
	return NULL;
}

struct vm_area_struct *vma_interval_tree_iter_first(struct rb_root_cached *root, unsigned long start,
						    unsigned long last)
{
	fsc_needs_i_mmap(root, false);
	return fsc_vma_from(root->rb_leftmost, start, last);
}

struct vm_area_struct *vma_interval_tree_iter_next(struct vm_area_struct *node, unsigned long start,
						   unsigned long last)
{
	return fsc_vma_from(node->shared.rb.rb_right, start, last);
}
