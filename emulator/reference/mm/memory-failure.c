// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Poisoned device memory: find who maps it, unmap, SIGBUS. Mirrors the device part of mm/memory-failure.c of each era.
 * Left out: RAM pages (told as not modelled), huge pages of hugetlb, KSM, statistics.
 */
#include <linux/fs.h>
#include <linux/dax.h>
#include <linux/pagemap.h>
#include <linux/set_memory.h>
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

/* ---- who is told, and where in his memory ---- */

struct to_kill {
	struct list_head nd;
	struct task_struct *tsk;
	unsigned long addr;
	short size_shift;
};

static int kill_proc(struct to_kill *tk, unsigned long pfn, int flags)
{
	struct task_struct *t = tk->tsk;

	pr_err("%#lx: Sending SIGBUS to %s:%d due to hardware memory corruption\n", pfn, t->comm, task_pid_nr(t));
	if ((flags & MF_ACTION_REQUIRED) && t == current)
		return force_sig_mceerr(BUS_MCEERR_AR, (void *)tk->addr, tk->size_shift);
	return send_sig_mceerr(BUS_MCEERR_AO, (void *)tk->addr, tk->size_shift, t);
}

/* A task whose VMA could show the page but does not is no victim. */
static void __add_to_kill(struct task_struct *tsk, struct page *p, struct vm_area_struct *vma,
			  struct list_head *to_kill, unsigned long addr)
{
	struct to_kill *tk = kmalloc(sizeof(struct to_kill), GFP_ATOMIC);

	if (!tk) {
		pr_err("Out of memory while machine check handling\n");
		return;
	}
	tk->addr = addr;
	tk->size_shift = 0;
	if (addr != (unsigned long)-EFAULT)
		tk->size_shift = is_zone_device_page(p) ? dev_pagemap_mapping_shift(vma, addr) : PAGE_SHIFT;
	if (addr != (unsigned long)-EFAULT && !tk->size_shift) {
		kfree(tk);
		return;
	}
	get_task_struct(tsk);
	tk->tsk = tsk;
	list_add_tail(&tk->nd, to_kill);
}

static void kill_procs(struct list_head *to_kill, int forcekill, unsigned long pfn, int flags)
{
	struct to_kill *tk, *next;

	list_for_each_entry_safe(tk, next, to_kill, nd) {
		if (forcekill && tk->addr == (unsigned long)-EFAULT)
			do_send_sig_info(SIGKILL, SEND_SIG_PRIV, tk->tsk, PIDTYPE_PID);
		else if (forcekill)
			kill_proc(tk, pfn, flags);
		list_del(&tk->nd);
		put_task_struct(tk->tsk);
		kfree(tk);
	}
}

/* The thread that takes the signal when the fault was not its own: one that asked for it, by default none. */
static struct task_struct *find_early_kill_thread(struct task_struct *tsk)
{
	struct task_struct *t;

	for_each_thread(tsk, t) {
		if (t->flags & PF_MCE_PROCESS ? (t->flags & PF_MCE_EARLY) != 0 : sysctl_memory_failure_early_kill != 0)
			return t;
	}
	return NULL;
}

struct task_struct *task_early_kill(struct task_struct *tsk, int force_early)
{
	if (!tsk->mm)
		return NULL;
	if (force_early && tsk->mm == current->mm)
		return current;
	return find_early_kill_thread(tsk);
}

static void collect_procs_file(struct folio *folio, struct page *page, struct list_head *to_kill, int force_early)
{
	struct address_space *mapping = folio->mapping;
	pgoff_t pgoff = folio->index + folio_page_idx(folio, page);
	struct vm_area_struct *vma;
	struct task_struct *tsk;

	i_mmap_lock_read(mapping);
	rcu_read_lock();
	for_each_process(tsk) {
		struct task_struct *t = task_early_kill(tsk, force_early);

		if (!t)
			continue;
		vma_interval_tree_foreach(vma, &mapping->i_mmap, pgoff, pgoff) {
#if FSC_ERA >= 615
			unsigned long addr = page_address_in_vma(folio, page, vma);
#else
			unsigned long addr = page_address_in_vma(page, vma);
#endif

			if (vma->vm_mm == t->mm && addr != (unsigned long)-EFAULT)
				__add_to_kill(t, page, vma, to_kill, addr);
		}
	}
	rcu_read_unlock();
	i_mmap_unlock_read(mapping);
}

static void collect_procs(struct folio *folio, struct page *page, struct list_head *tokill, int force_early)
{
	if (!folio->mapping)
		return;
	if (folio_test_anon(folio))
		__fsc_unmodelled("memory failure of an anonymous page");
	else
		collect_procs_file(folio, page, tokill, force_early);
}

static void add_to_kill_fsdax(struct task_struct *tsk, struct page *p, struct vm_area_struct *vma,
			      struct list_head *to_kill, pgoff_t pgoff)
{
	__add_to_kill(tsk, p, vma, to_kill, vma_address(vma, pgoff, 1));
}

/* Before a device goes everybody who maps the page is told, else those who asked, and the task at fault. */
static void collect_procs_fsdax(struct page *page, struct address_space *mapping, pgoff_t pgoff,
				struct list_head *to_kill, bool pre_remove)
{
	struct vm_area_struct *vma;
	struct task_struct *tsk;

	i_mmap_lock_read(mapping);
	rcu_read_lock();
	for_each_process(tsk) {
		struct task_struct *t = pre_remove ? tsk : task_early_kill(tsk, true);

		if (!t)
			continue;
		vma_interval_tree_foreach(vma, &mapping->i_mmap, pgoff, pgoff)
			if (vma->vm_mm == t->mm)
				add_to_kill_fsdax(t, page, vma, to_kill, pgoff);
	}
	rcu_read_unlock();
	i_mmap_unlock_read(mapping);
}

/* The largest mapping goes as a whole: those of device-dax have one size only. */
static void unmap_and_kill(struct list_head *to_kill, unsigned long pfn, struct address_space *mapping, pgoff_t index,
			   int flags)
{
	unsigned long size = 0;
	struct to_kill *tk;

	list_for_each_entry(tk, to_kill, nd)
		if (tk->size_shift)
			size = max(size, 1UL << tk->size_shift);
	if (size)
		unmap_mapping_range(mapping, ((loff_t)index << PAGE_SHIFT) & ~((loff_t)size - 1), size, 0);
	kill_procs(to_kill, flags & MF_MUST_KILL, pfn, flags);
}

static int mf_generic_kill_procs(unsigned long long pfn, int flags, struct dev_pagemap *pgmap)
{
	struct folio *folio = pfn_folio(pfn);
	dax_entry_t cookie = dax_lock_folio(folio); /* keeps inode and mapping while we look */
	LIST_HEAD(to_kill);
	int rc = 0;

	if (!cookie)
		return -EBUSY;
	if (hwpoison_filter(&folio->page)) {
		rc = -EOPNOTSUPP;
	} else if (pgmap->type == MEMORY_DEVICE_PRIVATE || pgmap->type == MEMORY_DEVICE_COHERENT) {
		rc = -ENXIO;
	} else {
		SetPageHWPoison(&folio->page);
		flags |= MF_ACTION_REQUIRED | MF_MUST_KILL;
		collect_procs(folio, &folio->page, &to_kill, true);
		unmap_and_kill(&to_kill, pfn, folio->mapping, folio->index, flags);
	}
	dax_unlock_folio(folio, cookie);
	return rc;
}

/* The same for a file range; a file system calls it for each owner of a poisoned block, or before a device goes. */
int mf_dax_kill_procs(struct address_space *mapping, pgoff_t index, unsigned long count, int mf_flags)
{
	bool pre_remove = mf_flags & MF_MEM_PRE_REMOVE;

	mf_flags |= MF_ACTION_REQUIRED | MF_MUST_KILL;
	for (pgoff_t end = index + count; index < end; index++) {
		struct page *page = NULL;
		dax_entry_t cookie = dax_lock_mapping_entry(mapping, index, &page);
		LIST_HEAD(to_kill);

		if (!cookie)
			return -EBUSY;
		if (page) {
			if (!pre_remove) /* else the memory itself is good */
				SetPageHWPoison(page);
			collect_procs_fsdax(page, mapping, index, &to_kill, pre_remove);
			unmap_and_kill(&to_kill, page_to_pfn(page), mapping, index, mf_flags);
		}
		dax_unlock_mapping_entry(mapping, index, cookie);
	}
	return 0;
}

/* ---- entry points ---- */

int sysctl_memory_failure_early_kill;
int sysctl_memory_failure_recovery = 1;
int sysctl_enable_soft_offline = 1;
bool hw_memory_failure;
static DEFINE_MUTEX(mf_mutex);

/* A caller that found the page by GUP holds it until we have it by its device. */
static void put_ref_page(unsigned long pfn, int flags)
{
	if (flags & MF_COUNT_INCREASED)
		put_page(pfn_to_page(pfn));
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
	struct dev_pagemap *pgmap = NULL;
	int res = -ENXIO;

	mutex_lock(&mf_mutex);
	if (!(flags & MF_SW_SIMULATED))
		hw_memory_failure = true;
	if (pfn_to_online_page(pfn))
		__fsc_unmodelled("memory_failure of a RAM page");
	if (pfn_valid(pfn)) {
		pgmap = get_dev_pagemap(pfn, NULL);
		put_ref_page(pfn, flags);
	}
	if (pgmap)
		res = memory_failure_dev_pagemap(pfn, flags, pgmap);
	mutex_unlock(&mf_mutex);
	return res;
}

int soft_offline_page(unsigned long pfn, int flags)
{
	if (!pfn_valid(pfn)) {
		WARN_ON_ONCE(flags & MF_COUNT_INCREASED);
		return -ENXIO;
	}
	if (pfn_to_online_page(pfn)) {
		__fsc_unmodelled("soft offline of a RAM page");
		return -EIO;
	}
	put_ref_page(pfn, flags); /* device memory cannot be offlined */
	return -EIO;
}

/* The kernel's own mapping of a page that was mended is opened again; here it was never closed. */
int clear_mce_nospec(unsigned long pfn)
{
	(void)pfn;
	return 0;
}
