// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intervals, sorted by where they begin. Mirrors the interface of lib/interval_tree.c over a list in the tree's nodes
 * (rb_right: next, rb_left: previous), as mm/interval_tree.c does.
 */
#include <linux/interval_tree.h>
#include <linux/list.h>

#define fsc_interval_of(node) rb_entry(node, struct interval_tree_node, rb)

void interval_tree_insert(struct interval_tree_node *node, struct rb_root_cached *root)
{
	struct rb_node *before = NULL, *after = root->rb_leftmost;

	while (after && fsc_interval_of(after)->start <= node->start) {
		before = after;
		after = after->rb_right;
	}
	node->__subtree_last = node->last;
	node->rb.rb_left = before;
	node->rb.rb_right = after;
	if (after)
		after->rb_left = &node->rb;
	if (before)
		before->rb_right = &node->rb;
	else
		root->rb_leftmost = &node->rb;
	root->rb_root.rb_node = root->rb_leftmost;
}

void interval_tree_remove(struct interval_tree_node *node, struct rb_root_cached *root)
{
	struct rb_node *before = node->rb.rb_left, *after = node->rb.rb_right;

	if (before)
		before->rb_right = after;
	else
		root->rb_leftmost = after;
	if (after)
		after->rb_left = before;
	root->rb_root.rb_node = root->rb_leftmost;
}

static struct interval_tree_node *fsc_meets(struct rb_node *from, unsigned long start, unsigned long last)
{
	for (; from; from = from->rb_right) {
		struct interval_tree_node *node = fsc_interval_of(from);

		if (node->start <= last && node->last >= start)
			return node;
	}
	return NULL;
}

struct interval_tree_node *interval_tree_iter_first(struct rb_root_cached *root, unsigned long start, unsigned long last)
{
	return fsc_meets(root->rb_leftmost, start, last);
}

struct interval_tree_node *interval_tree_iter_next(struct interval_tree_node *node, unsigned long start,
						   unsigned long last)
{
	return fsc_meets(node->rb.rb_right, start, last);
}
