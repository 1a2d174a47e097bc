/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adding and removing physical memory. Mirrors include/linux/memory_hotplug.h. */
#ifndef _LINUX_MEMORY_HOTPLUG_H
#define _LINUX_MEMORY_HOTPLUG_H
#include <linux/mm.h>
typedef int mhp_t;
struct mhp_params {
	struct vmem_altmap *altmap;
	pgprot_t pgprot;
	struct dev_pagemap *pgmap;
};
#define MHP_NONE 0
int arch_add_memory(int nid, u64 start, u64 size, struct mhp_params *params);
void arch_remove_memory(u64 start, u64 size, struct vmem_altmap *altmap);
void move_pfn_range_to_zone(struct zone *zone, unsigned long start_pfn, unsigned long nr_pages, struct vmem_altmap *altmap, int migratetype);
void remove_pfn_range_from_zone(struct zone *zone, unsigned long start_pfn, unsigned long nr_pages);
#define mem_hotplug_begin() do { } while (0)
#define mem_hotplug_done() do { } while (0)
#define mhp_range_allowed(start, size, need) true
#define MIGRATE_MOVABLE 1
#define MIGRATE_UNMOVABLE 0
#endif
