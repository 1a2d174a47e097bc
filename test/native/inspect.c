// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recounts, for the gcc harness: at every quiescent point each reference count and mapcount of the device's pages must be
 * what page tables and pins add up to. Compiled with the kernel's headers; the engine has this as invariants of its own.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/huge_mm.h>
#include "harness.h"

#define MAX_PMEM 4096
static unsigned int mapped[MAX_PMEM];

static void count_entry(unsigned long pfn, unsigned long pages)
{
	for (unsigned long p = pfn; p < pfn + pages; p += pages) {
		unsigned long at = p - fsc_registry.pmem_start_pfn;

		/* /dev/mem shows memory that has no struct pages. */
		if (at < MAX_PMEM && at < fsc_registry.pmem_nr_pages && pfn_valid(p))
			mapped[page_to_pfn(compound_head(pfn_to_page(p))) - fsc_registry.pmem_start_pfn]++;
	}
}

static void count_mm(struct mm_struct *mm)
{
	for (int g = 0; g < 256; g++) {
		p4d_t *p4d = (p4d_t *)(mm->pgd + g);

		for (int u = 0; p4d_present(*p4d) && u < 512; u++) {
			pud_t *pud = pud_offset(p4d, (unsigned long)u << PUD_SHIFT);

			for (int m = 0; pud_present(*pud) && !pud_leaf(*pud) && m < 512; m++) {
				pmd_t *pmd = pmd_offset(pud, (unsigned long)m << PMD_SHIFT);

				if (!pmd_present(*pmd))
					continue;
				if (pmd_leaf(*pmd)) {
					count_entry(pmd_pfn(*pmd), 512);
					continue;
				}
				for (int t = 0; t < 512; t++) {
					pte_t *pte = pte_offset_kernel(pmd, (unsigned long)t << PAGE_SHIFT);

					if (pte_present(*pte))
						count_entry(pte_pfn(*pte), 1);
				}
			}
		}
	}
}

void fsc_recount(void)
{
	unsigned long start = fsc_registry.pmem_start_pfn, nr = fsc_registry.pmem_nr_pages;

	memset(mapped, 0, sizeof(mapped));
	for (int i = 0; i < FSC_MAX_MM; i++)
		if (fsc_registry.mms[i] && fsc_registry.mms[i]->pgd)
			count_mm(fsc_registry.mms[i]);
	for (unsigned long i = 0; i < nr && i < MAX_PMEM; i++) {
		struct page *page = pfn_to_page(start + i);
		int want = FSC_ERA_IDLE, have;

		/* What a driver handed to the system is RAM. */
		if (!pfn_valid(start + i) || !is_zone_device_page(page) || PageTail(page))
			continue;
		/* Pages of other devices rest at counts of their own. */
#if FSC_ERA >= 615
		if (page_pgmap(page)->type != MEMORY_DEVICE_FS_DAX)
			continue;
#else
		if (page->pgmap->type != MEMORY_DEVICE_FS_DAX)
			continue;
#endif
		if (FSC_ERA >= 615)
			want += mapped[i];
		for (int p = 0; p < FSC_MAX_PIN; p++) {
			struct fsc_pin *pin = &fsc_registry.pins[p];

			/* All pages of a pin are in one folio. */
			if (pin->refs && compound_head(pfn_to_page(pin->pfn)) == page)
				want += pin->refs;
		}
		have = page_ref_count(page);
		if (have != want)
			rec_note("recount +%lx refcount %d, mappings and pins make %d", i, have, want);
		have = folio_mapcount((struct folio *)page);
		want = FSC_ERA >= 615 ? mapped[i] : 0;
		if (have != want)
			rec_note("recount +%lx mapcount %d, page tables show %d", i, have, want);
	}
}
