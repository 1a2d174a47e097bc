/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cache maintenance. Of the cache only what lies over pmem is kept, by line (arch/x86/lib/usercopy_64.c). */
#ifndef _ASM_CACHEFLUSH_H
#define _ASM_CACHEFLUSH_H
#include <linux/mm.h>

/* A program, or a guest, has stored to a byte; of pmem the line is kept in mind. */
void fsc_cache_store(const void *addr);
/* All lines of a range are taken for cached, as if a program had stored there; whether one of a range is. */
void fsc_cache_store_range(const void *addr, size_t size);
bool fsc_cache_holds(const void *addr, size_t size);
void arch_wb_cache_pmem(void *addr, size_t size);
#endif
