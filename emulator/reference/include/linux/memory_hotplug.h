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
#define MHP_MERGE_RESOURCE (1 << 0)
#define MHP_MEMMAP_ON_MEMORY (1 << 1)
#define MHP_NID_IS_MGID (1 << 2)
#define memory_block_size_bytes() PMD_SIZE /* smaller than a machine's, as its devices are */
#define mhp_supports_memmap_on_memory() true
int memory_group_register_static(int nid, unsigned long max_pages);
int memory_group_unregister(int mgid);
int add_memory_driver_managed(int nid, u64 start, u64 size, const char *resource_name, mhp_t mhp_flags);
int remove_memory(u64 start, u64 size);
/* Ours. Memory that was added from an address on: what state it is in, whether it comes online by itself when it is added, and
   one of its pages for who wants to use it. */
enum fsc_memory_state { FSC_MEMORY_ABSENT, FSC_MEMORY_OFFLINE, FSC_MEMORY_ONLINE };
enum fsc_memory_state fsc_memory_state(u64 start);
void fsc_online_by_itself(bool online);
int online_pages_of(u64 start);
int offline_pages_of(u64 start);
struct page *fsc_hotplug_page(u64 start);
bool fsc_is_hotplugged(unsigned long pfn);
int arch_add_memory(int nid, u64 start, u64 size, struct mhp_params *params);
void arch_remove_memory(u64 start, u64 size, struct vmem_altmap *altmap);
int add_pages(int nid, unsigned long start_pfn, unsigned long nr_pages, struct mhp_params *params);
void __remove_pages(unsigned long start_pfn, unsigned long nr_pages, struct vmem_altmap *altmap);
void move_pfn_range_to_zone(struct zone *zone, unsigned long start_pfn, unsigned long nr_pages, struct vmem_altmap *altmap, int migratetype);
void remove_pfn_range_from_zone(struct zone *zone, unsigned long start_pfn, unsigned long nr_pages);
#define mem_hotplug_begin() do { } while (0)
#define mem_hotplug_done() do { } while (0)
#define mhp_range_allowed(start, size, need) true
#define MIGRATE_MOVABLE 1
#define MIGRATE_UNMOVABLE 0
#endif
