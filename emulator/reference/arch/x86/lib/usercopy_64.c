// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The processor's cache over pmem, by line: what programs have stored there and nobody has written back yet, which a power cut
 * takes. Mirrors arch_wb_cache_pmem() of arch/x86/lib/usercopy_64.c. Left out: lines that go back by themselves, and what the
 * kernel itself stores: it goes past the cache or is flushed by who stores it, and a scenario that wants to know takes the lines
 * for cached beforehand (fsc_cache_store_range()).
 */
#include <asm/cacheflush.h>
#include <linux/mm.h>
#include <linux/string.h>

#define FSC_LINE_SHIFT 6

void fsc_cache_store(const void *addr)
{
	unsigned long block = PHYS_PFN(__pa(addr)) - fsc_registry.pmem_start_pfn;

	if (block < fsc_registry.pmem_nr_pages)
		fsc_registry.dirty_lines[block] |= 1UL << (offset_in_page(addr) >> FSC_LINE_SHIFT);
}

/* Of the lines that the range touches those that are cached; `then` says what becomes of them. */
enum fsc_cache_then { FSC_CACHE_LOOK, FSC_CACHE_KEEP, FSC_CACHE_WRITE_BACK };

static bool fsc_cache_lines(const void *addr, size_t size, enum fsc_cache_then then)
{
	unsigned long first = __pa(addr) >> FSC_LINE_SHIFT, last = (__pa(addr) + size - 1) >> FSC_LINE_SHIFT;
	unsigned long page_shift = PAGE_SHIFT - FSC_LINE_SHIFT, line = first, next;
	bool cached = false;

	for (; size && line <= last; line = next) {
		unsigned long block = (line >> page_shift) - fsc_registry.pmem_start_pfn, lines = ~0UL;

		next = ((line >> page_shift) + 1) << page_shift;
		if (block >= fsc_registry.pmem_nr_pages || (then != FSC_CACHE_KEEP && !fsc_registry.dirty_lines[block]))
			continue;
		lines <<= line & ((1UL << page_shift) - 1);
		if (last < next - 1)
			lines &= ~0UL >> (next - 1 - last);
		cached |= (fsc_registry.dirty_lines[block] & lines) != 0;
		if (then == FSC_CACHE_KEEP)
			fsc_registry.dirty_lines[block] |= lines;
		else if (then == FSC_CACHE_WRITE_BACK)
			fsc_registry.dirty_lines[block] &= ~lines;
	}
	return cached;
}

void fsc_cache_store_range(const void *addr, size_t size)
{
	fsc_cache_lines(addr, size, FSC_CACHE_KEEP);
}

bool fsc_cache_holds(const void *addr, size_t size)
{
	return fsc_cache_lines(addr, size, FSC_CACHE_LOOK);
}

/* Each line that the range touches is written back whole. */
void arch_wb_cache_pmem(void *addr, size_t size)
{
	fsc_cache_lines(addr, size, FSC_CACHE_WRITE_BACK);
}
EXPORT_SYMBOL_GPL(arch_wb_cache_pmem);

/* What goes past the cache leaves none of its lines there. */
void *fsc_memcpy_flushcache(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	fsc_cache_lines(to, size, FSC_CACHE_WRITE_BACK);
	return to;
}
