/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The radix tree's names of xarray things that code since v4.20 still may use. Mirrors include/linux/radix-tree.h. */
#ifndef _LINUX_RADIX_TREE_H
#define _LINUX_RADIX_TREE_H
#include <linux/xarray.h>
#define radix_tree_root xarray
#define radix_tree_node xa_node
#endif
