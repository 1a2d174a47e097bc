// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls back for each PMD of a range, and for what has no table. Mirrors the shape of mm/pagewalk.c; one VMA at a time. */
#include <linux/pagewalk.h>
#include "internal.h"

#if FSC_ERA >= 612

static int walk_pmd_range(unsigned long addr, unsigned long end, struct mm_walk *walk)
{
	const struct mm_walk_ops *ops = walk->ops;
	int err = 0;

	for (unsigned long next; !err && addr != end; addr = next) {
		pmd_t *pmd = mm_find_pmd(walk->mm, addr);

		next = pmd_addr_end(addr, end);
		if (!pmd || pmd_none(*pmd))
			err = ops->pte_hole ? ops->pte_hole(addr, next, pmd ? 3 : 2, walk) : 0;
		else if (ops->pmd_entry)
			err = ops->pmd_entry(pmd, addr, next, walk);
	}
	return err;
}

int walk_page_range(struct mm_struct *mm, unsigned long start, unsigned long end, const struct mm_walk_ops *ops,
		    void *private)
{
	struct mm_walk walk = { .ops = ops, .mm = mm, .private = private };
	int err = 0;

	if (start >= end)
		return -EINVAL;
	for (unsigned long next; !err && start < end; start = next) {
		struct vm_area_struct *vma = find_vma(mm, start);

		walk.vma = vma && vma->vm_start <= start ? vma : NULL;
		next = walk.vma ? min(end, vma->vm_end) : vma ? min(end, vma->vm_start) : end;
		if (walk.vma)
			err = walk_pmd_range(start, next, &walk);
		else if (ops->pte_hole)
			err = ops->pte_hole(start, next, -1, &walk);
	}
	return err;
}

#endif
