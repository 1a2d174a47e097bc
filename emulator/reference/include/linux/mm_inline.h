/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/mm_inline.h; LRU lists are not modelled. */
#ifndef LINUX_MM_INLINE_H
#define LINUX_MM_INLINE_H
#include <linux/huge_mm.h>
#define folio_lru_list(f) 0
#define lru_gen_enabled() 0
#endif
