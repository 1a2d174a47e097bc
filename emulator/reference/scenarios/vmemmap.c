/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages of device memory get their place: pages of RAM, the device's own pages (altmap), or, for the tails of
 * compound pages, one page that is shown many times. What the kernel's page table then says is looked at entry by entry.
 */
#include <linux/memremap.h>
#include <linux/memory_hotplug.h>
#include <linux/pgalloc.h>
#include <linux/string.h>
#include "scenario.h"

#if FSC_ERA >= 612

enum sc_vm_how { SC_VM_PAGES, SC_VM_ALTMAP, SC_VM_COMPOUND, SC_VM_COMPOUND_PARTS, SC_VM_HUGE, SC_VM_HUGE_ALTMAP };

#define SC_VM_PFN 0x100000UL /* a device at 4 GiB; the memory itself is never touched */
#define SC_VM_RESERVE 3UL

static struct {
	struct dev_pagemap pgmap;
	struct vmem_altmap altmap_of;
	struct vmem_altmap *altmap;
	unsigned long part, parts; /* pages that are added at a time, and how often */
	unsigned long ram;
} sc_vm;

static void sc_vm_begin(void)
{
	int how = __fsc_param("how", 0);
	unsigned long reserve = SC_VM_RESERVE, *to = (unsigned long *)&sc_vm.altmap_of.reserve;

	memset(&sc_vm, 0, sizeof(sc_vm));
	sc_vm.pgmap.type = MEMORY_DEVICE_GENERIC;
	sc_vm.part = how >= SC_VM_HUGE ? PAGES_PER_SECTION : PAGES_PER_SUBSECTION;
	sc_vm.parts = how >= SC_VM_HUGE ? 1 : 2;
	if (how == SC_VM_COMPOUND) {
		sc_vm.pgmap.vmemmap_shift = PMD_ORDER;
		sc_vm.part *= sc_vm.parts; /* two compound pages at a time */
		sc_vm.parts = 1;
	} else if (how == SC_VM_COMPOUND_PARTS) {
		sc_vm.pgmap.vmemmap_shift = PMD_ORDER + 1; /* half a compound page at a time */
	}
	if (how == SC_VM_ALTMAP || how == SC_VM_HUGE_ALTMAP) {
		*to = reserve;
		sc_vm.altmap_of.base_pfn = SC_VM_PFN;
		sc_vm.altmap_of.free = how == SC_VM_ALTMAP ? 64 : 1024;
		sc_vm.altmap = &sc_vm.altmap_of;
	}
	sc_vm.pgmap.ranges[0].start = PFN_PHYS(SC_VM_PFN);
	sc_vm.pgmap.ranges[0].end = PFN_PHYS(SC_VM_PFN + sc_vm.part * sc_vm.parts) - 1;
	init_mm.pgd = (pgd_t *)get_zeroed_page(GFP_KERNEL);
	SC_NEED(init_mm.pgd, "the kernel has a page table");
	sc_vm.ram = fsc_ram_in_use();
}

static void sc_vm_end(void)
{
	free_page((unsigned long)init_mm.pgd);
	init_mm.pgd = NULL;
}

static unsigned long sc_vm_at(unsigned long nr)
{
	return (unsigned long)pfn_to_page(SC_VM_PFN) + nr * PAGE_SIZE;
}

/* How many pages the struct pages of all parts fill. */
static unsigned long sc_vm_size(void)
{
	return PHYS_PFN(sc_vm.part * sc_vm.parts * sizeof(struct page));
}

/* Maps the parts in turn, as memremap_pages() adds a range section by section. */
static int sc_vm_map(void)
{
	for (unsigned long i = 0; i < sc_vm.parts; i++)
		if (!__populate_section_memmap(SC_VM_PFN + i * sc_vm.part, sc_vm.part, 0, sc_vm.altmap, &sc_vm.pgmap))
			return -ENOMEM;
	return 0;
}

static void sc_vm_unmap(void)
{
	for (unsigned long i = 0; i < sc_vm.parts; i++)
		vmemmap_free((unsigned long)pfn_to_page(SC_VM_PFN + i * sc_vm.part),
			     (unsigned long)pfn_to_page(SC_VM_PFN + (i + 1) * sc_vm.part), sc_vm.altmap);
}

/* The page that the nth page of struct pages lies on; 0 when none is mapped there. */
static unsigned long sc_vm_backing(unsigned long nr)
{
	unsigned long addr = sc_vm_at(nr);
	p4d_t *p4d = p4d_offset(pgd_offset_k(addr), addr);
	pud_t *pud = p4d_none(*p4d) ? NULL : pud_offset(p4d, addr);
	pmd_t *pmd = !pud || pud_none(*pud) ? NULL : pmd_offset(pud, addr);
	pte_t *pte;

	if (!pmd || pmd_none(*pmd))
		return 0;
	if (pmd_leaf(*pmd))
		return pmd_pfn(*pmd) + ((addr & ~PMD_MASK) >> PAGE_SHIFT);
	pte = pte_offset_kernel(pmd, addr);
	return pte_none(*pte) ? 0 : pte_pfn(*pte);
}

static void sc_vm_look_compound(void)
{
	unsigned long per = PHYS_PFN(sizeof(struct page) << sc_vm.pgmap.vmemmap_shift), seen = 0;

	for (unsigned long at = 0; at < sc_vm_size(); at += per) {
		unsigned long head = sc_vm_backing(at), tails = sc_vm_backing(at + 1);

		SC_EXPECT(head && tails && head != tails, "head and tails of a compound page lie on two pages");
		SC_EXPECT(head != seen && tails != seen, "no compound page's struct pages lie on another's");
		for (unsigned long i = 2; i < per; i++)
			SC_EXPECT(sc_vm_backing(at + i) == tails, "all further tails are shown on the page of the first");
		if (head && tails) {
			SC_EXPECT(page_count(pfn_to_page(head)) == 1, "the head's page of struct pages is shown once");
			SC_EXPECT(page_count(pfn_to_page(tails)) == (int)per - 1,
				  "the tails' page of struct pages counts each place where it is shown");
		}
		seen = tails;
	}
}

static void sc_vm_look_plain(void)
{
	struct vmem_altmap *altmap = sc_vm.altmap;
	unsigned long first = SC_VM_PFN + SC_VM_RESERVE, size = sc_vm_size(), step = size > 64 ? 31 : 1, before = 0;

	for (unsigned long i = 0; i < size; i += step) {
		unsigned long pfn = sc_vm_backing(i);

		SC_EXPECT(pfn, "each struct page of the range is mapped");
		SC_EXPECT(pfn != before, "two pages of struct pages do not lie on one page");
		if (altmap)
			SC_EXPECT(pfn >= first && pfn < first + altmap->free,
				  "struct pages that the device keeps lie in its reserve");
		else if (pfn && size <= 64)
			SC_EXPECT(page_count(pfn_to_page(pfn)) == 1, "a page of struct pages is shown once");
		before = pfn;
	}
	if (!altmap)
		return;
	SC_EXPECT(altmap->alloc == size, "the device's reserve counts what lies in it");
	SC_EXPECT(altmap->alloc + altmap->align <= altmap->free, "the device's reserve is not overdrawn");
	SC_EXPECT(first + altmap->alloc + altmap->align == sc_vm_backing(size - 1) + 1,
		  "the device's reserve is free behind what was taken last, and nowhere before");
}

FSC_SCENARIO(vmemmap, "vmemmap", "Struct pages of device memory are mapped: on RAM, on the device, tails of compound pages on one page",
	     "how=0,1,2,3,4,5")
{
	sc_vm_begin();
	for (int round = 0; round < 2; round++) {
		SC_DO(SC_EXPECT(sc_vm_map() == 0, "struct pages of device memory can be mapped"), "map struct pages");
		if (sc_vm.pgmap.vmemmap_shift)
			sc_vm_look_compound();
		else
			sc_vm_look_plain();
		SC_DO(sc_vm_unmap(), "unmap struct pages");
		SC_EXPECT(!sc_vm_backing(0), "struct pages that were unmapped are mapped nowhere");
		SC_EXPECT(fsc_ram_in_use() == sc_vm.ram, "unmapping struct pages gives back the RAM that they took");
		SC_EXPECT(!sc_vm.altmap_of.alloc, "unmapping struct pages gives back what they took of the device");
	}
	sc_vm_end();
}

FSC_SCENARIO(vmemmap_fails, "vmemmap-fails", "Struct pages of device memory find no memory at each step once; then they are mapped",
	     "how=0,1,2,3")
{
	sc_vm_begin();
	for (int nth = 1, left = 0, err; !left; nth++) {
		__fsc_fail_nth("alloc_pages", nth);
		SC_DO(err = sc_vm_map(), "map struct pages, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		SC_EXPECT((!err) == left, "mapping struct pages fails when it finds no memory, and only then");
		SC_DO(sc_vm_unmap(), "unmap struct pages");
		SC_EXPECT(fsc_ram_in_use() == sc_vm.ram, "a failed mapping of struct pages leaves no RAM taken");
		SC_EXPECT(!sc_vm.altmap_of.alloc, "a failed mapping of struct pages leaves nothing taken of the device");
	}
	sc_vm_end();
}

#endif
