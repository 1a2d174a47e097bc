/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mirrors the part of include/linux/swap.h that page freeing and migration to devices ask for; nothing is swapped. The
 * types of entries that are no swap are numbered as in a kernel that has them all.
 */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H
#include <linux/mm.h>
#define MAX_SWAPFILES_SHIFT 5
#define SWP_PTE_MARKER_NUM 1
#define SWP_DEVICE_NUM 4
#define SWP_MIGRATION_NUM 3
#define SWP_HWPOISON_NUM 1
#define MAX_SWAPFILES \
	((1 << MAX_SWAPFILES_SHIFT) - SWP_DEVICE_NUM - SWP_MIGRATION_NUM - SWP_HWPOISON_NUM - SWP_PTE_MARKER_NUM)
#define SWP_HWPOISON MAX_SWAPFILES
#define SWP_MIGRATION_READ (SWP_HWPOISON + SWP_HWPOISON_NUM)
#define SWP_MIGRATION_READ_EXCLUSIVE (SWP_MIGRATION_READ + 1)
#define SWP_MIGRATION_WRITE (SWP_MIGRATION_READ + 2)
#define SWP_DEVICE_WRITE (SWP_MIGRATION_READ + SWP_MIGRATION_NUM)
#define SWP_DEVICE_READ (SWP_DEVICE_WRITE + 1)
#define SWP_DEVICE_EXCLUSIVE_WRITE (SWP_DEVICE_WRITE + 2)
#define SWP_DEVICE_EXCLUSIVE_READ (SWP_DEVICE_WRITE + 3)
#define SWP_PTE_MARKER (SWP_DEVICE_WRITE + SWP_DEVICE_NUM)
void free_folio_and_swap_cache(struct folio *folio);
void free_page_and_swap_cache(struct page *page);
void free_pages_and_swap_cache(struct encoded_page **pages, int nr);
void folio_add_lru(struct folio *folio);
void folio_add_lru_vma(struct folio *folio, struct vm_area_struct *vma);
#if FSC_ERA >= 612
bool folio_isolate_lru(struct folio *folio);
void folio_putback_lru(struct folio *folio);
#if FSC_ERA < 615
int isolate_lru_page(struct page *page);
#endif
#endif
#define lru_add_drain() do { } while (0)
#define lru_add_drain_all() do { } while (0)
#define folio_free_swap(folio) false
#define lru_cache_disable() do { } while (0)
#define lru_cache_enable() do { } while (0)
#endif
