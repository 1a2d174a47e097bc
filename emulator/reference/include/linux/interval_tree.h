/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/interval_tree.h; see rbtree.h and mm.h. */
#ifndef _LINUX_INTERVAL_TREE_H
#define _LINUX_INTERVAL_TREE_H
#include <linux/rbtree.h>
#endif
