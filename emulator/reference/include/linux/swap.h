/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors the part of include/linux/swap.h that page freeing asks for; nothing is swapped. */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H
#include <linux/mm.h>
void free_folio_and_swap_cache(struct folio *folio);
void free_page_and_swap_cache(struct page *page);
void free_pages_and_swap_cache(struct encoded_page **pages, int nr);
void folio_add_lru(struct folio *folio);
void folio_add_lru_vma(struct folio *folio, struct vm_area_struct *vma);
#define lru_add_drain() do { } while (0)
#define lru_add_drain_all() do { } while (0)
#define folio_free_swap(folio) false
#define lru_cache_disable() do { } while (0)
#define lru_cache_enable() do { } while (0)
#endif
