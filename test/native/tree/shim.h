/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What files of a kernel tree name and the reference kernel's headers have not, for compiling such a file in the place of
 * ours (npm run test:native -- --replace). Included before the file. Our own words; nothing here does anything that a
 * scenario could see, but for what says so.
 */
#ifndef FSC_TREE_SHIM_H
#define FSC_TREE_SHIM_H
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>

/* Initialisers run before the boot: those of the files concerned only fill static tables. */
#undef fs_initcall
#undef core_initcall
#undef subsys_initcall
#undef late_initcall
#undef module_init
#define fs_initcall(fn) static void __attribute__((constructor)) fsc_init_##fn(void) { fn(); }
#define core_initcall fs_initcall
#define subsys_initcall(fn)
#define late_initcall(fn)
/* Boot calls fsc_NAME() where the kernel would call the NAME() of a module. */
#define module_init(fn) int fsc_##fn(void); int fsc_##fn(void) { return fn(); }

#define _RET_IP_ 0UL
#define arch_remove_memory(start, size, altmap, ...) (arch_remove_memory)(start, size, altmap) /* a later 6.12.y has a fourth */
#define noop_llseek NULL

/* Ways of the page cache that no DAX mapping goes. */
enum ttu_flags { TTU_SPLIT_HUGE_PMD = 4, TTU_IGNORE_MLOCK = 8, TTU_SYNC = 16 };
#define FGP_LOCK 2
#define workingset_update_node NULL
#define shmem_mapping(mapping) false
#define mapping_shrinkable(mapping) false
#define mapping_inaccessible(mapping) false
#define filemap_lock_folio(mapping, index) ((struct folio *)ERR_PTR(-ENOENT))
#define delete_from_page_cache_batch(mapping, fbatch) \
	do { if (folio_batch_count(fbatch)) __fsc_unmodelled("page cache folio"); } while (0)
#define __filemap_get_folio(mapping, index, flags, gfp) ((struct folio *)ERR_PTR(-ENOENT)) /* there is no page cache */
#endif
