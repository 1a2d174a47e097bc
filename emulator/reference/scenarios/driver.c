/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver, no file system, puts its memory into user mappings: pages at mmap(2), or a page, 2 MiB or 1 GiB when
 * somebody touches them. Each entry holds a reference and a mapcount of the driver's folio, and both are given back.
 */
#include <linux/huge_mm.h>
#include <linux/rmap.h>
#include <linux/string.h>
#include "../mm/internal.h"
#include "scenario.h"

/* 1 GiB of which only both ends and their struct pages exist: nobody looks at what is between. */
#define SC_GIB_PFN 0x140000UL
#define SC_GIB_END (1UL << PUD_ORDER)
#define SC_GIB_SHOWN 64UL

static struct folio *sc_drv_folio;
static unsigned int sc_drv_order;
static struct inode sc_drv_inode;

static int sc_drv_mmap_pages(struct file *file, struct vm_area_struct *vma)
{
	unsigned long i, pages = vma_pages(vma);
	int err = 0;

	(void)file;
	if (__fsc_param("what", 0) == 4) {
		struct page *list[] = { folio_page(sc_drv_folio, 0), folio_page(sc_drv_folio, 1) };

		return vm_insert_pages(vma, vma->vm_start, list, &pages);
	}
	for (i = 0; !err && i < pages; i++)
		err = vm_insert_page(vma, vma->vm_start + (i << PAGE_SHIFT),
				     folio_page(sc_drv_folio, vma->vm_pgoff + i));
	return err;
}

static vm_fault_t sc_drv_fault(struct vm_fault *vmf)
{
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	return vmf_insert_page_mkwrite(vmf, folio_page(sc_drv_folio, vmf->pgoff), write);
}

static vm_fault_t sc_drv_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	if (order != sc_drv_order)
		return VM_FAULT_FALLBACK;
	return order == PMD_ORDER ? vmf_insert_folio_pmd(vmf, sc_drv_folio, write) :
				    vmf_insert_folio_pud(vmf, sc_drv_folio, write);
}

static const struct vm_operations_struct sc_drv_small_ops = {
	.fault = sc_drv_fault,
	.page_mkwrite = sc_drv_fault,
};
static const struct vm_operations_struct sc_drv_large_ops = {
	.fault = sc_drv_fault,
	.huge_fault = sc_drv_huge_fault,
};

static int sc_drv_mmap(struct file *file, struct vm_area_struct *vma)
{
	(void)file;
	vma->vm_ops = sc_drv_order ? &sc_drv_large_ops : &sc_drv_small_ops;
	return 0;
}

static const struct file_operations sc_drv_pages_fops = { .mmap = sc_drv_mmap_pages };
static const struct file_operations sc_drv_fops = { .mmap = sc_drv_mmap };

static void sc_gib_tails(struct page *head, unsigned long from)
{
	unsigned long i;

	for (i = from; i < from + SC_GIB_SHOWN - (from == 1); i++) {
		memset(head + i, 0, sizeof(*head));
		fsc_init_ram_page(head + i, SC_GIB_PFN + i);
		fsc_prep_tail(head, i, PUD_ORDER);
	}
}

/* A folio of 1 GiB, made by hand as far as it exists. */
static struct folio *sc_gib_folio(void)
{
	struct page *head = pfn_to_page(SC_GIB_PFN);

	__fsc_add_memory(SC_GIB_PFN, SC_GIB_SHOWN, 1);
	__fsc_add_memory(SC_GIB_PFN + SC_GIB_END - SC_GIB_SHOWN, SC_GIB_SHOWN, 1);
	memset(head, 0, sizeof(*head));
	fsc_init_ram_page(head, SC_GIB_PFN);
	__SetPageHead(head);
	sc_gib_tails(head, 1);
	sc_gib_tails(head, SC_GIB_END - SC_GIB_SHOWN);
	prep_compound_head(head, PUD_ORDER);
	set_page_count(head, 1);
	return page_folio(head);
}

static struct sc_file sc_drv_open(bool at_mmap)
{
	struct sc_file f = { .name = "dev" };

	inode_init_once(&sc_drv_inode);
	inode_init_always(NULL, &sc_drv_inode);
	sc_drv_inode.i_mode = S_IFCHR;
	f.inode = &sc_drv_inode;
	f.file = __fsc_alloc(sizeof(*f.file), 8, FSC_ZERO, "struct file");
	atomic_long_set(&f.file->f_count, 1);
	ihold(f.inode);
	f.file->f_mode = FMODE_READ | FMODE_WRITE;
	f.file->f_op = at_mmap ? &sc_drv_pages_fops : &sc_drv_fops;
	f.file->f_inode = f.inode;
	f.file->f_mapping = f.inode->i_mapping;
	return f;
}

/* Up to v6.14 a kernel can insert these only where patches bring it. On lines of their own: cases are told apart by them. */
static bool sc_drv_lacking(int what)
{
	if (FSC_ERA >= 615)
		return false;
	if (what == 1)
		return __fsc_is_reference(vmf_insert_page_mkwrite);
	if (what == 2)
		return __fsc_is_reference(vmf_insert_folio_pmd);
	if (what == 3)
		return __fsc_is_reference(vmf_insert_folio_pud);
	return false;
}

/* What: 0 pages at mmap(2), one by one, 4 at once, 1 a page on a fault, 2 a folio of 2 MiB, 3 one of 1 GiB. */
FSC_SCENARIO(driver_maps, "driver-maps", "A driver maps its own pages and folios of 2 MiB and 1 GiB into processes",
	     "what=0,1,2,3,4 write=0,1 fork=0,1 twice=0,1 dma=0,1")
{
	static const unsigned int orders[] = { 0, 0, PMD_ORDER, PUD_ORDER, 0 };
	struct mm_struct *mm = sc_begin(), *child = NULL;
	int what = __fsc_param("what", 0);
	bool write = __fsc_param("write", 0), twice = __fsc_param("twice", 0);
	unsigned long n = orders[what] ? 1UL << orders[what] : 2;
	struct sc_map m, other;
	struct sc_file dev;
	int refs;

	if (sc_drv_lacking(what)) {
		sc_end(mm);
		return;
	}
	sc_drv_order = orders[what];
	sc_drv_folio = what == 3 ? sc_gib_folio() : folio_alloc(GFP_KERNEL | __GFP_ZERO, what == 2 ? PMD_ORDER : 1);
	SC_NEED(sc_drv_folio, "a driver can allocate a folio");
	refs = folio_ref_count(sc_drv_folio);
	dev = sc_drv_open(what == 0 || what == 4);

	m = sc_mmap(mm, &dev, 0, n, SC_RW);
	sc_read(&m, 0);
	if (write)
		sc_write(&m, 0, 5);
	sc_see(&m, 0, write ? 5 : 0);
	if (twice) {
		other = sc_mmap(mm, &dev, 0, n, SC_RW);
		sc_see(&other, 0, write ? 5 : 0);
		sc_write(&other, 0, 6);
		sc_see(&m, 0, 6);
	}
	SC_EXPECT(folio_mapped(sc_drv_folio), "a folio that a page table shows counts as mapped");
	/* Small pages of a driver may be held for as long as a device likes, unless writing to them is tracked. */
	if (!orders[what] && what != 1 && __fsc_param("dma", 0)) {
		struct page *page = NULL;
		long got;

		SC_DO(got = fsc_dma_pin(mm, m.addr, 1, FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE, &page, "driver dma"),
		      "DMA takes dev[0]");
		SC_EXPECT(got == 1, "DMA can pin a driver's page");
		if (got == 1)
			SC_DO(fsc_dma_unpin(&page, 1, "driver dma"), "DMA lets go");
	}
	if (__fsc_param("fork", 0)) {
		struct sc_map c = m;

		SC_DO(child = fsc_mm_fork(mm), "fork");
		c.mm = child;
		sc_see(&c, 0, twice ? 6 : write ? 5 : 0);
		SC_DO(fsc_mm_destroy(child), "child exits");
	}
	sc_munmap(&m);
	if (twice)
		sc_munmap(&other);
	SC_EXPECT(!folio_mapped(sc_drv_folio), "a folio that no page table shows counts as not mapped");
	SC_EXPECT(folio_ref_count(sc_drv_folio) == refs, "a folio has the references of before once it is unmapped");
	fput(dev.file);
	if (what != 3)
		folio_put(sc_drv_folio);
	sc_end(mm);
}
