// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Poisoned device memory: find who maps it, unmap, SIGBUS. Mirrors the device part of mm/memory-failure.c of each era.
 * Left out: RAM pages (told as not modelled), the process list (a task is a victim when its mm maps the page).
 */
#include <linux/fs.h>
#include <linux/dax.h>
#include <linux/pagemap.h>
#include "internal.h"

/* How many address bits the entry that maps `address` covers; 0 when there is none. */
static unsigned long dev_pagemap_mapping_shift(struct vm_area_struct *vma, unsigned long address)
{
	p4d_t *p4d = p4d_offset(pgd_offset(vma->vm_mm, address), address);
	unsigned long shift = 0;
	pud_t *pud;
	pmd_t *pmd;
	pte_t *pte;

	VM_BUG_ON_VMA(address == (unsigned long)-EFAULT, vma);
	if (!p4d_present(*p4d))
		return 0;
	pud = pud_offset(p4d, address);
	if (!pud_present(*pud))
		return 0;
	if (FSC_ERA >= 615 ? pud_trans_huge(*pud) : pud_devmap(*pud))
		return PUD_SHIFT;
	pmd = pmd_offset(pud, address);
	if (!pmd_present(*pmd))
		return 0;
	if (FSC_ERA >= 615 ? pmd_trans_huge(*pmd) : pmd_devmap(*pmd))
		return PMD_SHIFT;
	pte = pte_offset_map(pmd, address);
	if (pte && pte_present(ptep_get(pte)) && (FSC_ERA >= 615 || pte_devmap(ptep_get(pte))))
		shift = PAGE_SHIFT;
	return shift;
}

/* Unmaps the page from the mapping, the largest entry as a whole, and signals the tasks whose mm showed it. */
static void fsc_unmap_and_kill(struct address_space *mapping, pgoff_t pgoff, int flags)
{
	unsigned long shifts[FSC_MAX_MM] = { 0 }, addrs[FSC_MAX_MM] = { 0 }, size = 0;
	struct vm_area_struct *vma;

	i_mmap_lock_read(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, pgoff, pgoff) {
		for (int i = 0; i < FSC_MAX_MM; i++) {
			unsigned long at = vma_address(vma, pgoff, 1), shift;

			if (fsc_registry.mms[i] != vma->vm_mm)
				continue;
			shift = dev_pagemap_mapping_shift(vma, at);
			if (shift) {
				shifts[i] = shift;
				addrs[i] = at;
				size = max(size, 1UL << shift);
			}
		}
	}
	i_mmap_unlock_read(mapping);

	if (size)
		unmap_mapping_range(mapping, ((loff_t)pgoff << PAGE_SHIFT) & ~((loff_t)size - 1), size, 0);
	if (!(flags & (MF_ACTION_REQUIRED | MF_MUST_KILL)))
		return;
	for (int t = 0; t < FSC_MAX_TASK; t++)
		for (int i = 0; i < FSC_MAX_MM; i++)
			if (shifts[i] && fsc_tasks[t].mm == fsc_registry.mms[i])
				send_sig_mceerr(BUS_MCEERR_AR, (void *)addrs[i], shifts[i], &fsc_tasks[t]);
}

static int mf_generic_kill_procs(unsigned long long pfn, int flags, struct dev_pagemap *pgmap)
{
	struct folio *folio = pfn_folio(pfn);
	dax_entry_t cookie = dax_lock_folio(folio); /* keeps inode and mapping while we look */
	int rc = 0;

	if (!cookie)
		return -EBUSY;
	if (pgmap->type == MEMORY_DEVICE_PRIVATE || pgmap->type == MEMORY_DEVICE_COHERENT) {
		rc = -ENXIO;
	} else {
		SetPageHWPoison(&folio->page);
		fsc_unmap_and_kill(folio->mapping, folio->index, flags | MF_ACTION_REQUIRED | MF_MUST_KILL);
	}
	dax_unlock_folio(folio, cookie);
	return rc;
}

/* The same for a file range; a file system calls it for each owner of a poisoned block, or before a device goes. */
int mf_dax_kill_procs(struct address_space *mapping, pgoff_t index, unsigned long count, int mf_flags)
{
	bool pre_remove = mf_flags & MF_MEM_PRE_REMOVE;

	for (pgoff_t end = index + count; index < end; index++) {
		struct page *page = NULL;
		dax_entry_t cookie = dax_lock_mapping_entry(mapping, index, &page);

		if (!cookie)
			return -EBUSY;
		if (page) {
			if (!pre_remove) /* else the memory itself is good */
				SetPageHWPoison(page);
			fsc_unmap_and_kill(mapping, index, mf_flags | MF_ACTION_REQUIRED | MF_MUST_KILL);
		}
		dax_unlock_mapping_entry(mapping, index, cookie);
	}
	return 0;
}

static int memory_failure_dev_pagemap(unsigned long pfn, int flags, struct dev_pagemap *pgmap)
{
	int rc = -ENXIO;

	if (pgmap_pfn_valid(pgmap, pfn)) { /* the memmap's own pages are beyond help */
		rc = -EOPNOTSUPP;
		if (pgmap_has_memory_failure(pgmap))
			rc = pgmap->ops->memory_failure(pgmap, pfn, 1, flags);
		if (rc == -EOPNOTSUPP)
			rc = mf_generic_kill_procs(pfn, flags, pgmap);
	}
	put_dev_pagemap(pgmap);
	return rc;
}

int memory_failure(unsigned long pfn, int flags)
{
	struct dev_pagemap *pgmap;

	if (!pfn_valid(pfn))
		return -ENXIO;
	pgmap = get_dev_pagemap(pfn, NULL);
	if (!pgmap) {
		__fsc_unmodelled("memory_failure of a RAM page");
		return -ENXIO;
	}
	if (flags & MF_COUNT_INCREASED) /* the caller's reference found the page; the device holds it from here */
		put_page(pfn_to_page(pfn));
	return memory_failure_dev_pagemap(pfn, flags, pgmap);
}

int soft_offline_page(unsigned long pfn, int flags)
{
	if (pfn_to_online_page(pfn)) {
		__fsc_unmodelled("soft offline of a RAM page");
		return -EIO;
	}
	if (flags & MF_COUNT_INCREASED)
		put_page(pfn_to_page(pfn));
	return -EIO; /* device memory cannot be offlined */
}
