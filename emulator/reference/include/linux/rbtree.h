/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shape of red-black tree roots and nodes. Mirrors include/linux/rbtree.h. The interval tree of an address_space is
 * the only user here and keeps a sorted list in these nodes (mm/interval_tree.c): rb_right is next, rb_left previous.
 */
#ifndef _LINUX_RBTREE_H
#define _LINUX_RBTREE_H
#include <linux/kernel.h>
struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};
struct rb_root {
	struct rb_node *rb_node;
};
struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};
#define RB_ROOT (struct rb_root) { NULL }
#define RB_ROOT_CACHED (struct rb_root_cached) { { NULL }, NULL }
#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#endif
