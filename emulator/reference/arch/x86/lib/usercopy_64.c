// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The processor's cache over pmem, by line: what programs have stored there and nobody has written back yet, which a power cut
 * takes. Mirrors arch_wb_cache_pmem() of arch/x86/lib/usercopy_64.c. Left out: lines that go back by themselves, and what the
 * kernel itself stores, which goes past the cache or is flushed by who stores it.
 */
#include <asm/cacheflush.h>
#include <linux/mm.h>

#define FSC_LINE_SHIFT 6

void fsc_cache_store(const void *addr)
{
	unsigned long block = PHYS_PFN(__pa(addr)) - fsc_registry.pmem_start_pfn;

	if (block < fsc_registry.pmem_nr_pages)
		fsc_registry.dirty_lines[block] |= 1UL << (offset_in_page(addr) >> FSC_LINE_SHIFT);
}

/* Each line that the range touches is written back whole. */
void arch_wb_cache_pmem(void *addr, size_t size)
{
	unsigned long first = __pa(addr) >> FSC_LINE_SHIFT, last = (__pa(addr) + size - 1) >> FSC_LINE_SHIFT;
	unsigned long page_shift = PAGE_SHIFT - FSC_LINE_SHIFT, line = first, next;

	for (; size && line <= last; line = next) {
		unsigned long block = (line >> page_shift) - fsc_registry.pmem_start_pfn, lines = ~0UL;

		next = ((line >> page_shift) + 1) << page_shift;
		if (block >= fsc_registry.pmem_nr_pages || !fsc_registry.dirty_lines[block])
			continue;
		lines <<= line & ((1UL << page_shift) - 1);
		if (last < next - 1)
			lines &= ~0UL >> (next - 1 - last);
		fsc_registry.dirty_lines[block] &= ~lines;
	}
}
EXPORT_SYMBOL_GPL(arch_wb_cache_pmem);
