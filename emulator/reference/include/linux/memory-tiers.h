/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far memory is away. Mirrors include/linux/memory-tiers.h as far as the counts of memory types go. */
#ifndef _LINUX_MEMORY_TIERS_H
#define _LINUX_MEMORY_TIERS_H
#include <linux/kref.h>
#include <linux/list.h>
#define MEMTIER_ADISTANCE_DRAM 576
struct memory_dev_type {
	struct list_head tier_sibling;
	struct list_head list;
	int adistance;
	struct kref kref;
};
struct memory_dev_type *alloc_memory_type(int adistance);
void put_memory_type(struct memory_dev_type *memtype);
void init_node_memory_type(int node, struct memory_dev_type *default_type);
void clear_node_memory_type(int node, struct memory_dev_type *memtype);
int mt_calc_adistance(int node, int *adist);
struct memory_dev_type *mt_find_alloc_memory_type(int adist, struct list_head *memory_types);
void mt_put_memory_types(struct list_head *memory_types);
#endif
