// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The architecture's part of mapping struct pages: 2 MiB entries, and taking a range out of the kernel's page table again.
 * Mirrors those parts of arch/x86/mm/init_64.c. Left out: everything else there; parts of a 2 MiB entry.
 */
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/pgalloc.h>
#include <linux/string.h>

#if FSC_ERA >= 612

void vmemmap_set_pmd(pmd_t *pmd, void *p, int node, unsigned long addr, unsigned long next)
{
	(void)node;
	(void)addr;
	(void)next;
	set_pmd(pmd, pmd_mkhuge(pfn_pmd(PHYS_PFN(__pa(p)), PAGE_KERNEL)));
}

int vmemmap_check_pmd(pmd_t *pmd, int node, unsigned long addr, unsigned long next)
{
	(void)node;
	(void)addr;
	(void)next;
	return pmd_leaf(*pmd);
}

/* Less than a section does not fill a 2 MiB entry. */
int vmemmap_populate(unsigned long start, unsigned long end, int node, struct vmem_altmap *altmap)
{
	if (end - start < PAGES_PER_SECTION * sizeof(struct page))
		return vmemmap_populate_basepages(start, end, node, altmap);
	return vmemmap_populate_hugepages(start, end, node, altmap);
}

static void free_hugepage_table(unsigned long pfn, unsigned int order, struct vmem_altmap *altmap)
{
	if (altmap)
		vmem_altmap_free(altmap, 1UL << order);
	else
		__free_pages(pfn_to_page(pfn), order);
}

static bool fsc_table_empty(const void *table)
{
	return !memchr_inv(table, 0, PAGE_SIZE);
}

/* The PTEs of [addr, next) go, then their table when it is empty. */
static void remove_pte_table(pmd_t *pmd, unsigned long addr, unsigned long next, struct vmem_altmap *altmap)
{
	void *table = (void *)pmd_page_vaddr(*pmd);

	for (; addr < next; addr += PAGE_SIZE) {
		pte_t *pte = pte_offset_kernel(pmd, addr);
		unsigned long pfn = pte_pfn(*pte);

		if (pte_none(*pte))
			continue;
		pte_clear(&init_mm, addr, pte);
		free_hugepage_table(pfn, 0, altmap);
	}
	if (!fsc_table_empty(table))
		return;
	pmd_clear(pmd);
	free_page((unsigned long)table);
}

static void remove_pmd_table(pud_t *pud, unsigned long addr, unsigned long end, struct vmem_altmap *altmap)
{
	void *table = pmd_offset(pud, 0);

	for (unsigned long next; addr < end; addr = next) {
		pmd_t *pmd = pmd_offset(pud, addr);
		unsigned long pfn = pmd_pfn(*pmd);

		next = pmd_addr_end(addr, end);
		if (pmd_none(*pmd))
			continue;
		if (!pmd_leaf(*pmd)) {
			remove_pte_table(pmd, addr, next, altmap);
		} else if (next - addr == PMD_SIZE) {
			pmd_clear(pmd);
			free_hugepage_table(pfn, PMD_ORDER, altmap);
		}
	}
	if (!fsc_table_empty(table))
		return;
	set_pud(pud, __pud(0));
	free_page((unsigned long)table);
}

/* All of what is asked for lies below one entry of the table of the second level: devices here are small. */
void vmemmap_free(unsigned long start, unsigned long end, struct vmem_altmap *altmap)
{
	p4d_t *p4d = p4d_offset(pgd_offset_k(start), start);
	pud_t *pud;

	if (p4d_none(*p4d))
		return;
	pud = pud_offset(p4d, start);
	if (!pud_none(*pud))
		remove_pmd_table(pud, start, end, altmap);
	if (!fsc_table_empty(pud_offset(p4d, 0)))
		return;
	free_page((unsigned long)pud_offset(p4d, 0));
	set_p4d(p4d, __p4d(0));
}

#endif
