// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where struct pages live: the kernel's page table maps the array of them onto pages of RAM, onto the device's own memory
 * (altmap), or, for the tails of compound device pages, many times onto one page. Mirrors mm/sparse-vmemmap.c of 6.1 and
 * later. Left out: memory sections, boot memory, nodes. What stands in the table is for scenarios/vmemmap.c to look at: the
 * machine itself keeps its struct pages elsewhere (__fsc_add_memory).
 */
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/pgalloc.h>
#include "internal.h"

#if FSC_ERA >= 612

/* ---- where the pages come from ---- */

void *vmemmap_alloc_block(unsigned long size, int node)
{
	(void)node;
	struct page *page = alloc_pages_node(node, GFP_KERNEL | __GFP_NOWARN, get_order(size));

	return page ? page_address(page) : NULL;
}

static void *vmemmap_alloc_block_zero(unsigned long size, int node)
{
	void *block = vmemmap_alloc_block(size, node);

	return block ? memset(block, 0, size) : NULL;
}

/* The first page of the device's reserve that nobody has yet. */
static unsigned long vmem_altmap_next_pfn(struct vmem_altmap *altmap)
{
	unsigned long taken = altmap->align + altmap->alloc;

	return altmap->base_pfn + altmap->reserve + taken;
}

static unsigned long vmem_altmap_nr_free(struct vmem_altmap *altmap)
{
	unsigned long taken = altmap->align + altmap->alloc;

	return taken < altmap->free ? altmap->free - taken : 0;
}

static void *altmap_alloc_block_buf(unsigned long size, struct vmem_altmap *altmap)
{
	unsigned long want = PHYS_PFN(size), at = vmem_altmap_next_pfn(altmap), lost;

	if (!PAGE_ALIGNED(size))
		return NULL;
	lost = ALIGN(at, want & -want) - at; /* a block lies on a multiple of its size */
	if (lost + want > vmem_altmap_nr_free(altmap))
		return NULL;
	altmap->align += lost;
	altmap->alloc += want;
	return __va(PFN_PHYS(at + lost));
}

void *vmemmap_alloc_block_buf(unsigned long size, int node, struct vmem_altmap *altmap)
{
	return altmap ? altmap_alloc_block_buf(size, altmap) : vmemmap_alloc_block(size, node);
}

/* ---- the kernel's page table, a level each ---- */

pgd_t *vmemmap_pgd_populate(unsigned long addr, int node)
{
	pgd_t *pgd = pgd_offset_k(addr);
	void *table;

	if (!pgd_none(*pgd))
		return pgd;
	table = vmemmap_alloc_block_zero(PAGE_SIZE, node);
	if (table)
		pgd_populate_kernel(addr, pgd, table);
	return table ? pgd : NULL;
}

p4d_t *vmemmap_p4d_populate(pgd_t *pgd, unsigned long addr, int node)
{
	p4d_t *p4d = p4d_offset(pgd, addr);
	void *table;

	if (!p4d_none(*p4d))
		return p4d;
	table = vmemmap_alloc_block_zero(PAGE_SIZE, node);
	if (table)
		p4d_populate_kernel(addr, p4d, table);
	return table ? p4d : NULL;
}

pud_t *vmemmap_pud_populate(p4d_t *p4d, unsigned long addr, int node)
{
	pud_t *pud = pud_offset(p4d, addr);
	void *table;

	if (!pud_none(*pud))
		return pud;
	table = vmemmap_alloc_block_zero(PAGE_SIZE, node);
	if (table)
		pud_populate(&init_mm, pud, table);
	return table ? pud : NULL;
}

pmd_t *vmemmap_pmd_populate(pud_t *pud, unsigned long addr, int node)
{
	pmd_t *pmd = pmd_offset(pud, addr);
	void *table;

	if (!pmd_none(*pmd))
		return pmd;
	table = vmemmap_alloc_block_zero(PAGE_SIZE, node);
	if (table)
		pmd_populate_kernel(&init_mm, pmd, table);
	return table ? pmd : NULL;
}

/* `reuse`: this page of struct pages is shown here too, and counts it; else a page is found. */
pte_t *vmemmap_pte_populate(pmd_t *pmd, unsigned long addr, int node, struct vmem_altmap *altmap, struct page *reuse)
{
	pte_t *pte = pte_offset_kernel(pmd, addr);
	void *block;

	if (!pte_none(ptep_get(pte)))
		return pte;
	if (reuse)
		get_page(reuse);
	block = reuse ? page_address(reuse) : vmemmap_alloc_block_buf(PAGE_SIZE, node, altmap);
	if (!block)
		return NULL;
	set_pte_at(&init_mm, addr, pte, pfn_pte(PHYS_PFN(__pa(block)), PAGE_KERNEL));
	return pte;
}

void vmemmap_verify(pte_t *pte, int node, unsigned long start, unsigned long end)
{
	(void)pte;
	(void)node;
	if (node_distance(early_pfn_to_nid(pte_pfn(ptep_get(pte))), node) > LOCAL_DISTANCE)
		pr_warn("[%lx-%lx] potential offnode page_structs\n", start, end - 1);
}

/* ---- ranges ---- */

static pmd_t *fsc_vmemmap_pmd(unsigned long addr, int node, bool with_ptes)
{
	pgd_t *pgd = vmemmap_pgd_populate(addr, node);
	p4d_t *p4d = pgd ? vmemmap_p4d_populate(pgd, addr, node) : NULL;
	pud_t *pud = p4d ? vmemmap_pud_populate(p4d, addr, node) : NULL;

	if (!pud)
		return NULL;
	return with_ptes ? vmemmap_pmd_populate(pud, addr, node) : pmd_offset(pud, addr);
}

static pte_t *vmemmap_populate_address(unsigned long addr, int node, struct vmem_altmap *altmap, struct page *reuse)
{
	pmd_t *pmd = fsc_vmemmap_pmd(addr, node, true);
	pte_t *pte = pmd ? vmemmap_pte_populate(pmd, addr, node, altmap, reuse) : NULL;

	if (pte)
		vmemmap_verify(pte, node, addr, addr + PAGE_SIZE);
	return pte;
}

static int vmemmap_populate_range(unsigned long start, unsigned long end, int node, struct vmem_altmap *altmap,
				  struct page *reuse)
{
	while (start < end && vmemmap_populate_address(start, node, altmap, reuse))
		start += PAGE_SIZE;
	return start < end ? -ENOMEM : 0;
}

int vmemmap_populate_basepages(unsigned long start, unsigned long end, int node, struct vmem_altmap *altmap)
{
	return vmemmap_populate_range(start, end, node, altmap, NULL);
}

/* By 2 MiB where a block of that size is to be had; a device's reserve must have it. */
int vmemmap_populate_hugepages(unsigned long start, unsigned long end, int node, struct vmem_altmap *altmap)
{
	for (unsigned long addr = start, next; addr < end; addr = next) {
		pmd_t *pmd = fsc_vmemmap_pmd(addr, node, false);
		void *block;

		next = pmd_addr_end(addr, end);
		if (!pmd)
			return -ENOMEM;
		if (pmd_none(pmdp_get(pmd))) {
			block = vmemmap_alloc_block_buf(PMD_SIZE, node, altmap);
			if (block) {
				vmemmap_set_pmd(pmd, block, node, addr, next);
				continue;
			}
			if (altmap)
				return -ENOMEM;
		} else if (vmemmap_check_pmd(pmd, node, addr, next)) {
			continue;
		}
		if (vmemmap_populate_basepages(addr, next, node, altmap))
			return -ENOMEM;
	}
	return 0;
}

/* ---- compound device pages: two pages of struct pages each, the second shown for all the tails behind it ---- */

/* The sub-section lies in the middle of a compound page. nr_range is the range in hand while memremap_pages() is at work. */
static bool reuse_compound_section(unsigned long start_pfn, struct dev_pagemap *pgmap)
{
	unsigned long first = PHYS_PFN(pgmap->ranges[pgmap->nr_range].start), nr = pgmap_vmemmap_nr(pgmap);

	return nr > PAGES_PER_SUBSECTION && (start_pfn - first) % nr != 0;
}

/* The entry before this address, which shows tails: sub-sections are made in order. */
static pte_t *compound_section_tail_page(unsigned long addr)
{
	unsigned long before = addr - PAGE_SIZE;

	return pte_offset_kernel(pmd_off_k(before), before);
}

static int vmemmap_populate_compound_pages(unsigned long start_pfn, unsigned long start, unsigned long end, int node,
					   struct dev_pagemap *pgmap)
{
	unsigned long size = min(end - start, pgmap_vmemmap_nr(pgmap) * sizeof(struct page));
	pte_t *tails;

	if (reuse_compound_section(start_pfn, pgmap)) {
		tails = compound_section_tail_page(start);
		return tails ? vmemmap_populate_range(start, end, node, NULL, pte_page(ptep_get(tails))) : -ENOMEM;
	}
	for (unsigned long head = start; head < end; head += size) {
		if (!vmemmap_populate_address(head, node, NULL, NULL))
			return -ENOMEM;
		tails = vmemmap_populate_address(head + PAGE_SIZE, node, NULL, NULL);
		if (!tails)
			return -ENOMEM;
		if (vmemmap_populate_range(head + 2 * PAGE_SIZE, head + size, node, NULL, pte_page(ptep_get(tails))))
			return -ENOMEM;
	}
	return 0;
}

struct page *__populate_section_memmap(unsigned long pfn, unsigned long nr_pages, int nid, struct vmem_altmap *altmap,
				       struct dev_pagemap *pgmap)
{
	struct page *memmap = pfn_to_page(pfn);
	unsigned long start = (unsigned long)memmap, end = (unsigned long)(memmap + nr_pages);
	int err;

	if (WARN_ON_ONCE((pfn | nr_pages) % PAGES_PER_SUBSECTION))
		return NULL;
	if (vmemmap_can_optimize(altmap, pgmap))
		err = vmemmap_populate_compound_pages(pfn, start, end, nid, pgmap);
	else
		err = vmemmap_populate(start, end, nid, altmap);
	return err < 0 ? NULL : memmap;
}

#endif
