// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Getting at the pages behind user addresses: references and pins, the fast walk without locks and the slow one with
 * faults. Mirrors mm/gup.c of each era. Left out: hugetlb, gates, protnone, secret memory, migration before long-term
 * pins, retry with the mmap lock dropped. __fsc_point() stands between the steps whose order races are about.
 */
#include <linux/fs.h>
#include <linux/dax.h>
#include <linux/pagemap.h>
#include "internal.h"

/* Puts what GUP took: in the older era FS-DAX pages count apart. */
static void fsc_gup_drop(struct folio *folio, int refs)
{
#if FSC_ERA < 615
	if (put_devmap_managed_folio_refs(folio, refs))
		return;
#endif
	folio_put_refs(folio, refs);
}

static inline struct folio *try_get_folio(struct page *page, int refs)
{
	for (;;) {
		struct folio *folio = page_folio(page);

		if (WARN_ON_ONCE(folio_ref_count(folio) < 0) || !folio_ref_try_add(folio, refs))
			return NULL;
		__fsc_point("gup: reference taken");
		/* The folio may have been split or rebuilt before we held it: then we hold some other one. */
		if (page_folio(page) == folio)
			return folio;
		fsc_gup_drop(folio, refs);
	}
}

static void gup_put_folio(struct folio *folio, int refs, unsigned int flags)
{
	int counted = refs;

	if (flags & FOLL_PIN) {
		if (is_zero_folio(folio))
			return;
		node_stat_mod_folio(folio, NR_FOLL_PIN_RELEASED, refs);
		if (folio_test_large(folio))
			atomic_sub(refs, &folio->_pincount);
		else
			counted = refs * GUP_PIN_COUNTING_BIAS;
	}
	fsc_gup_drop(folio, counted);
}

int try_grab_folio(struct folio *folio, int refs, unsigned int flags)
{
	if (WARN_ON_ONCE(folio_ref_count(folio) <= 0))
		return -ENOMEM;
	if (!(flags & FOLL_PCI_P2PDMA) && is_pci_p2pdma_page(&folio->page))
		return -EREMOTEIO;
	if (flags & FOLL_GET) {
		folio_ref_add(folio, refs);
	} else if ((flags & FOLL_PIN) && !is_zero_folio(folio)) {
		bool large = folio_test_large(folio);

		folio_ref_add(folio, large ? refs : refs * (int)GUP_PIN_COUNTING_BIAS);
		if (large)
			atomic_add(refs, &folio->_pincount);
		node_stat_mod_folio(folio, NR_FOLL_PIN_ACQUIRED, refs);
	}
	return 0;
}

struct folio *try_grab_folio_fast(struct page *page, int refs, unsigned int flags)
{
	struct folio *folio;

	if (WARN_ON_ONCE((flags & (FOLL_PIN | FOLL_GET)) == 0))
		return NULL;
	if (!(flags & FOLL_PCI_P2PDMA) && is_pci_p2pdma_page(page))
		return NULL;
	if ((flags & FOLL_PIN) && is_zero_page(page))
		return page_folio(page);
	folio = try_get_folio(page, refs);
	if (!folio || (flags & FOLL_GET))
		return folio;
	if ((flags & FOLL_LONGTERM) && !folio_is_longterm_pinnable(folio)) {
		fsc_gup_drop(folio, refs);
		return NULL;
	}
	/* The reference that try_get_folio() took is part of the pin. */
	if (folio_test_large(folio))
		atomic_add(refs, &folio->_pincount);
	else
		folio_ref_add(folio, refs * (GUP_PIN_COUNTING_BIAS - 1));
	node_stat_mod_folio(folio, NR_FOLL_PIN_ACQUIRED, refs);
	return folio;
}

static void sanity_check_pinned_pages(struct page **pages, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++) {
		struct page *page = pages[i];

		if (page && !is_zero_page(page) && PageAnon(page))
			VM_WARN_ON_ONCE_PAGE(!PageAnonExclusive(page) && !PageAnonExclusive(compound_head(page)), page);
	}
}

void folio_add_pin(struct folio *folio)
{
	bool large = folio_test_large(folio);

	if (is_zero_folio(folio))
		return;
	WARN_ON_ONCE(!folio_maybe_dma_pinned(folio)); /* one more pin, for a holder of one */
	folio_ref_add(folio, large ? 1 : GUP_PIN_COUNTING_BIAS);
	if (large)
		atomic_inc(&folio->_pincount);
}

void unpin_user_page(struct page *page)
{
	sanity_check_pinned_pages(&page, 1);
	gup_put_folio(page_folio(page), 1, FOLL_PIN);
}

void unpin_folio(struct folio *folio)
{
	gup_put_folio(folio, 1, FOLL_PIN);
}

void unpin_folios(struct folio **folios, unsigned long nfolios)
{
	for (unsigned long i = 0; i < nfolios; i++)
		unpin_folio(folios[i]);
}

/* Neighbours of one folio are put together. */
static unsigned long fsc_same_folio(struct page **pages, unsigned long i, unsigned long npages)
{
	struct folio *folio = page_folio(pages[i]);
	unsigned long n = 1;

	while (i + n < npages && page_folio(pages[i + n]) == folio)
		n++;
	return n;
}

void unpin_user_pages(struct page **pages, unsigned long npages)
{
	unsigned long n;

	if (WARN_ON(IS_ERR_VALUE(npages)))
		return;
	sanity_check_pinned_pages(pages, npages);
	for (unsigned long i = 0; i < npages; i += n) {
		n = pages[i] ? fsc_same_folio(pages, i, npages) : 1;
		if (pages[i])
			gup_put_folio(page_folio(pages[i]), n, FOLL_PIN);
	}
}

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	unsigned long n;

	for (unsigned long i = 0; i < npages; i += n) {
		struct folio *folio = page_folio(pages[i]);

		n = fsc_same_folio(pages, i, npages);
		if (make_dirty && !folio_test_dirty(folio)) {
			folio_lock(folio);
			folio_mark_dirty(folio);
			folio_unlock(folio);
		}
		gup_put_folio(folio, n, FOLL_PIN);
	}
}

void unpin_user_page_range_dirty_lock(struct page *page, unsigned long npages, bool make_dirty)
{
	for (unsigned long i = 0; i < npages; i++) {
		struct page *one = nth_page(page, i);

		unpin_user_pages_dirty_lock(&one, 1, make_dirty);
	}
}

bool folio_needs_cow_for_dma(struct vm_area_struct *vma, struct folio *folio)
{
	VM_BUG_ON(!(raw_read_seqcount(&vma->vm_mm->write_protect_seq) & 1));
	return test_bit(MMF_HAS_PINNED, &vma->vm_mm->flags) && folio_maybe_dma_pinned(folio);
}

/* A pin for reading on an anonymous page that others may share must first make the page ours. */
static bool gup_must_unshare(struct vm_area_struct *vma, unsigned int flags, struct page *page)
{
	if (!(flags & FOLL_PIN) || (flags & FOLL_WRITE))
		return false;
	if (PageAnon(page))
		return !PageAnonExclusive(page);
	if (!(flags & FOLL_LONGTERM))
		return false;
	return !vma || is_cow_mapping(vma->vm_flags);
}

/* ---- slow walk: under the mmap lock, one page at a time ---- */

struct follow_page_context {
	struct dev_pagemap *pgmap;
	unsigned int page_mask;
};

static struct page *no_page_table(struct vm_area_struct *vma, unsigned int flags, unsigned long address)
{
	(void)vma;
	(void)flags;
	(void)address;
	return NULL;
}

static bool can_follow_write_pte(pte_t pte, struct page *page, struct vm_area_struct *vma, unsigned int flags)
{
	if (pte_write(pte))
		return true;
	if (!(flags & FOLL_FORCE) || (vma->vm_flags & (VM_MAYSHARE | VM_SHARED | VM_WRITE)))
		return false;
	return (vma->vm_flags & VM_MAYWRITE) && page && PageAnon(page) && PageAnonExclusive(page);
}

static struct page *follow_page_pte(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, unsigned int flags,
				    struct dev_pagemap **pgmap)
{
	struct page *page = NULL;
	spinlock_t *ptl;
	pte_t *ptep, pte;
	int err;

	if (WARN_ON_ONCE((flags & (FOLL_GET | FOLL_PIN)) == (FOLL_GET | FOLL_PIN)))
		return ERR_PTR(-EINVAL);
	ptep = pte_offset_map_lock(vma->vm_mm, pmd, address, &ptl);
	if (!ptep)
		return no_page_table(vma, flags, address);
	pte = ptep_get(ptep);
	if (pte_present(pte))
		page = vm_normal_page(vma, address, pte);
	if (!pte_present(pte) || ((flags & FOLL_WRITE) && !can_follow_write_pte(pte, page, vma, flags))) {
		page = NULL;
		goto out;
	}
	if (!page && pte_devmap(pte) && (flags & (FOLL_PIN | FOLL_GET))) {
		/* The page is good as long as we hold its device. */
		*pgmap = get_dev_pagemap(pte_pfn(pte), *pgmap);
		if (!*pgmap)
			goto out;
		page = pte_page(pte);
	}
	if (!page && is_zero_pfn(pte_pfn(pte)) && !(flags & FOLL_DUMP))
		page = pte_page(pte);
	if (!page) {
		page = ERR_PTR(flags & (FOLL_GET | FOLL_PIN | FOLL_DUMP) ? -EFAULT : -EEXIST);
		goto out;
	}
	err = !pte_write(pte) && gup_must_unshare(vma, flags, page) ? -EMLINK : 0; /* "unshare first" */
	VM_BUG_ON_PAGE(!err && (flags & FOLL_PIN) && PageAnon(page) && !PageAnonExclusive(page), page);
	if (!err)
		err = try_grab_folio(page_folio(page), 1, flags);
	if (err) {
		page = ERR_PTR(err);
	} else if (flags & FOLL_TOUCH) {
		bool dirties = (flags & FOLL_WRITE) && !pte_dirty(pte);

		if (dirties && !PageDirty(page))
			set_page_dirty(page);
		mark_page_accessed(page);
	}
out:
	pte_unmap_unlock(ptep, ptl);
	return page;
}

static struct page *follow_huge_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, unsigned int flags,
				    struct follow_page_context *ctx)
{
	struct page *head = pmd_page(*pmd);
	pmd_t entry = *pmd;
	int err;

	assert_spin_locked(pmd_lockptr(vma->vm_mm, pmd));
	if ((flags & FOLL_WRITE) && !pmd_write(entry))
		return NULL;
	if ((flags & FOLL_DUMP) && is_huge_zero_pmd(entry))
		return ERR_PTR(-EFAULT);
	if (!pmd_write(entry) && gup_must_unshare(vma, flags, head))
		return ERR_PTR(-EMLINK);
	err = try_grab_folio(page_folio(head), 1, flags);
	if (err)
		return ERR_PTR(err);
	if ((flags & FOLL_TOUCH) && pmd_trans_huge(entry))
		touch_pmd(vma, addr, pmd, flags & FOLL_WRITE);
	ctx->page_mask = HPAGE_PMD_NR - 1;
	return head + ((addr & ~HPAGE_PMD_MASK) >> PAGE_SHIFT);
}

static struct page *follow_pmd_mask(struct vm_area_struct *vma, unsigned long address, pud_t *pudp, unsigned int flags,
				    struct follow_page_context *ctx)
{
	pmd_t *pmd = pmd_offset(pudp, address), seen = pmdp_get_lockless(pmd);
	struct page *page = NULL;
	spinlock_t *ptl;

	if (!pmd_present(seen))
		return no_page_table(vma, flags, address);
	if (pmd_devmap(seen) || pmd_leaf(seen)) {
		ptl = pmd_lock(vma->vm_mm, pmd);
		seen = *pmd;
		if (pmd_present(seen) && pmd_devmap(seen))
			page = follow_devmap_pmd(vma, address, pmd, flags, &ctx->pgmap);
		else if (pmd_present(seen) && pmd_leaf(seen))
			page = follow_huge_pmd(vma, address, pmd, flags, ctx);
		spin_unlock(ptl);
		if (pmd_devmap(seen) || pmd_leaf(seen) || !pmd_present(seen))
			return page ? page : no_page_table(vma, flags, address);
	}
	return follow_page_pte(vma, address, pmd, flags, &ctx->pgmap);
}

static struct page *follow_page_mask(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
				     struct follow_page_context *ctx)
{
	p4d_t *p4d = p4d_offset(pgd_offset(vma->vm_mm, address), address);
	pud_t *pud;

	ctx->page_mask = 0;
	if (!p4d_present(*p4d))
		return no_page_table(vma, flags, address);
	pud = pud_offset(p4d, address);
	if (!pud_present(*pud))
		return no_page_table(vma, flags, address);
	if (pud_leaf(*pud)) {
		__fsc_unmodelled("get_user_pages on a PUD entry");
		return ERR_PTR(-EFAULT);
	}
	return follow_pmd_mask(vma, address, pud, flags, ctx);
}

static int faultin_page(struct vm_area_struct *vma, unsigned long address, unsigned int flags, bool unshare,
			int *locked)
{
	unsigned int fault_flags = flags & FOLL_WRITE ? FAULT_FLAG_WRITE : 0;
	vm_fault_t ret;

	(void)locked;
	if (flags & FOLL_NOFAULT)
		return -EFAULT;
	if (unshare)
		fault_flags |= FAULT_FLAG_UNSHARE;
	ret = handle_mm_fault(vma, address, fault_flags, NULL);
	if (ret & VM_FAULT_ERROR)
		return vm_fault_to_errno(ret, flags) ?: -EFAULT;
	return ret & VM_FAULT_RETRY ? -EBUSY : 0;
}

/* A long-term write pin of a file that tracks dirtying could write behind its back. */
static bool writable_file_mapping_allowed(struct vm_area_struct *vma, unsigned long gup_flags)
{
	if ((gup_flags & (FOLL_LONGTERM | FOLL_PIN)) != (FOLL_LONGTERM | FOLL_PIN))
		return true;
	return !(vma->vm_flags & VM_SHARED) || !vma->vm_ops || (!vma->vm_ops->page_mkwrite && !vma->vm_ops->pfn_mkwrite);
}

static int check_vma_flags(struct vm_area_struct *vma, unsigned long gup_flags)
{
	bool anon = vma_is_anonymous(vma), force = gup_flags & FOLL_FORCE;
	vm_flags_t vm_flags = vma->vm_flags;

	if ((vm_flags & (VM_PFNMAP | VM_IO)) || ((gup_flags & FOLL_ANON) && !anon))
		return -EFAULT;
	if ((gup_flags & FOLL_LONGTERM) && vma_is_fsdax(vma))
		return -EOPNOTSUPP;
	if (gup_flags & FOLL_WRITE) {
		if (!anon && !writable_file_mapping_allowed(vma, gup_flags))
			return -EFAULT;
		if (!(vm_flags & VM_WRITE) && (!force || !is_cow_mapping(vm_flags)))
			return -EFAULT;
	} else if (!(vm_flags & VM_READ) && (!force || !(vm_flags & VM_MAYREAD))) {
		return -EFAULT;
	}
	return 0;
}

static long __get_user_pages(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
			     struct page **pages, int *locked)
{
	struct follow_page_context ctx = { NULL, 0 };
	long done = 0, err = 0;

	if (!nr_pages)
		return 0;
	VM_WARN_ON_ONCE(!!pages != !!(gup_flags & (FOLL_PIN | FOLL_GET)));
	while (done < (long)nr_pages && !err) {
		unsigned long at = start + ((unsigned long)done << PAGE_SHIFT);
		struct vm_area_struct *vma = vma_lookup(mm, at);
		struct page *page;

		err = vma ? check_vma_flags(vma, gup_flags) : -EFAULT;
		if (err)
			break;
		page = follow_page_mask(vma, at, gup_flags, &ctx);
		if (!page || PTR_ERR(page) == -EMLINK) {
			err = faultin_page(vma, at, gup_flags, PTR_ERR(page) == -EMLINK, locked);
			cond_resched();
			continue;
		}
		if (IS_ERR(page)) {
			err = PTR_ERR(page);
			/* -EEXIST: mapped, and without a page that could be returned; fine if none was asked for. */
			if (err == -EEXIST && !pages)
				err = 0;
			else
				break;
		}
		if (pages)
			pages[done] = page;
		done++;
	}
	if (ctx.pgmap)
		put_dev_pagemap(ctx.pgmap);
	return done ? done : err;
}

static void mm_set_has_pinned_flag(struct mm_struct *mm)
{
	set_bit(MMF_HAS_PINNED, &mm->flags);
}

/* Long-term pins of pages that may not be held long are taken back. */
static long check_and_migrate_movable_pages(unsigned long nr_pages, struct page **pages)
{
	for (unsigned long i = 0; i < nr_pages; i++) {
		if (folio_is_longterm_pinnable(page_folio(pages[i])))
			continue;
		unpin_user_pages(pages, nr_pages);
		return -EFAULT; /* not migratable */
	}
	return 0;
}

static long __gup_longterm_locked(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
				  struct page **pages, int *locked, unsigned int gup_flags)
{
	long n, err;

	if (gup_flags & FOLL_PIN)
		mm_set_has_pinned_flag(mm);
	n = __get_user_pages(mm, start, nr_pages, gup_flags, pages, locked);
	if (n <= 0 || !(gup_flags & FOLL_LONGTERM))
		return n;
	err = check_and_migrate_movable_pages(n, pages);
	return err ? err : n;
}

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages)
{
	int locked = 1;

	return __gup_longterm_locked(current->mm, start, nr_pages, pages, &locked,
				     gup_flags | FOLL_TOUCH | (pages ? FOLL_GET : 0));
}

long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages)
{
	int locked = 1;

	return __gup_longterm_locked(current->mm, start, nr_pages, pages, &locked, gup_flags | FOLL_TOUCH | FOLL_PIN);
}

static long fsc_gup_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags)
{
	struct mm_struct *mm = current->mm;
	int locked = 1;
	long n;

	mmap_read_lock(mm);
	n = __gup_longterm_locked(mm, start, nr_pages, pages, &locked, gup_flags | FOLL_TOUCH | FOLL_UNLOCKABLE);
	mmap_read_unlock(mm);
	return n;
}

long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags)
{
	return fsc_gup_unlocked(start, nr_pages, pages, gup_flags | FOLL_GET);
}

long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags)
{
	return fsc_gup_unlocked(start, nr_pages, pages, gup_flags | FOLL_PIN);
}

/* ---- fast walk: no lock, so each entry is read again after the page is held ---- */

static bool gup_fast_folio_allowed(struct folio *folio, unsigned int flags)
{
	unsigned int bad = FOLL_LONGTERM | FOLL_PIN | FOLL_WRITE;
	struct address_space *mapping;

	if ((flags & bad) != bad)
		return true;
	mapping = READ_ONCE(folio->mapping);
	/* Truncated, or not to be told from here: the slow path looks at the VMA. Of the rest only anonymous memory will do. */
	return mapping && ((unsigned long)mapping & PAGE_MAPPING_ANON);
}

static void gup_fast_undo_dev_pagemap(int *nr, int nr_start, unsigned int flags, struct page **pages)
{
	while (*nr > nr_start) {
		struct page *page = pages[--*nr];

		folio_clear_referenced(page_folio(page));
		if (flags & FOLL_PIN)
			unpin_user_page(page);
		else
			put_page(page);
	}
}

static int gup_fast_pte_range(pmd_t pmd, pmd_t *pmdp, unsigned long addr, unsigned long end, unsigned int flags,
			      struct page **pages, int *nr)
{
	pte_t *ptep = pte_offset_map(&pmd, addr);
	struct dev_pagemap *pgmap = NULL;
	int nr_start = *nr;

	if (!ptep)
		return 0;
	for (; addr != end; addr += PAGE_SIZE, ptep++) {
		pte_t pte = ptep_get_lockless(ptep);
		struct folio *folio;
		struct page *page;

		if (pte_protnone(pte) || !pte_access_permitted(pte, flags & FOLL_WRITE))
			break;
		if (pte_devmap(pte)) {
			if (flags & FOLL_LONGTERM)
				break;
			pgmap = get_dev_pagemap(pte_pfn(pte), pgmap);
			if (!pgmap) {
				gup_fast_undo_dev_pagemap(nr, nr_start, flags, pages);
				break;
			}
		} else if (pte_special(pte)) {
			break;
		}

		VM_BUG_ON(!pfn_valid(pte_pfn(pte)));
		page = pte_page(pte);
		__fsc_point("gup fast: pte read");
		folio = try_grab_folio_fast(page, 1, flags);
		if (!folio)
			break;
		if (pte_val(pte) != pte_val(ptep_get(ptep)) || pmd_val(pmd) != pmd_val(*pmdp) ||
		    !gup_fast_folio_allowed(folio, flags) ||
		    (!pte_write(pte) && gup_must_unshare(NULL, flags, page))) {
			gup_put_folio(folio, 1, flags);
			break;
		}
		folio_set_referenced(folio);
		pages[(*nr)++] = page;
	}
	if (pgmap)
		put_dev_pagemap(pgmap);
	return addr == end;
}

static int gup_fast_devmap_leaf(unsigned long pfn, unsigned long addr, unsigned long end, unsigned int flags,
				struct page **pages, int *nr)
{
	struct dev_pagemap *pgmap = NULL;
	int nr_start = *nr;

	for (; addr != end; addr += PAGE_SIZE, pfn++) {
		struct page *page = pfn_to_page(pfn);
		struct folio *folio = NULL;

		pgmap = get_dev_pagemap(pfn, pgmap);
		if (pgmap)
			folio = try_grab_folio_fast(page, 1, flags);
		if (!folio) {
			gup_fast_undo_dev_pagemap(nr, nr_start, flags, pages);
			break;
		}
		folio_set_referenced(folio);
		pages[(*nr)++] = page;
	}
	put_dev_pagemap(pgmap);
	return addr == end;
}

static int gup_fast_devmap_pmd_leaf(pmd_t orig, pmd_t *pmdp, unsigned long addr, unsigned long end, unsigned int flags,
				    struct page **pages, int *nr)
{
	unsigned long pfn = pmd_pfn(orig) + ((addr & ~PMD_MASK) >> PAGE_SHIFT);
	int nr_start = *nr;

	if (!gup_fast_devmap_leaf(pfn, addr, end, flags, pages, nr))
		return 0;
	if (pmd_val(orig) == pmd_val(*pmdp))
		return 1;
	gup_fast_undo_dev_pagemap(nr, nr_start, flags, pages);
	return 0;
}

static int gup_fast_pmd_leaf(pmd_t orig, pmd_t *pmdp, unsigned long addr, unsigned long end, unsigned int flags,
			     struct page **pages, int *nr)
{
	struct page *page = pmd_page(orig) + ((addr & ~PMD_MASK) >> PAGE_SHIFT);
	int refs = (end - addr) >> PAGE_SHIFT;
	struct folio *folio;

	if (!pmd_access_permitted(orig, flags & FOLL_WRITE) || pmd_special(orig))
		return 0;
	if (pmd_devmap(orig))
		return flags & FOLL_LONGTERM ? 0 : gup_fast_devmap_pmd_leaf(orig, pmdp, addr, end, flags, pages, nr);

	__fsc_point("gup fast: pmd read");
	folio = try_grab_folio_fast(page, refs, flags);
	if (!folio)
		return 0;
	if (pmd_val(orig) != pmd_val(*pmdp) || !gup_fast_folio_allowed(folio, flags) ||
	    (!pmd_write(orig) && gup_must_unshare(NULL, flags, &folio->page))) {
		gup_put_folio(folio, refs, flags);
		return 0;
	}
	for (int i = 0; i < refs; i++)
		pages[(*nr)++] = page + i;
	folio_set_referenced(folio);
	return 1;
}

static int gup_fast_pmd_range(pud_t *pudp, pud_t pud, unsigned long addr, unsigned long end, unsigned int flags,
			      struct page **pages, int *nr)
{
	unsigned long next;

	(void)pudp;
	for (; addr != end; addr = next) {
		pmd_t *pmdp = pmd_offset_lockless(pudp, pud, addr), pmd = pmdp_get_lockless(pmdp);
		int ok = 0;

		next = pmd_addr_end(addr, end);
		if (pmd_present(pmd))
			ok = pmd_leaf(pmd) ? gup_fast_pmd_leaf(pmd, pmdp, addr, next, flags, pages, nr)
					   : gup_fast_pte_range(pmd, pmdp, addr, next, flags, pages, nr);
		if (!ok)
			return 0;
	}
	return 1;
}

static void gup_fast_pgd_range(unsigned long addr, unsigned long end, unsigned int flags, struct page **pages, int *nr)
{
	unsigned long next;

	for (; addr != end; addr = next) {
		p4d_t *p4d = p4d_offset(pgd_offset(current->mm, addr), addr);
		pud_t *pudp, pud;

		next = pud_addr_end(addr, end);
		if (!p4d_present(*p4d))
			return;
		pudp = pud_offset(p4d, addr);
		pud = pudp_get(pudp);
		/* Huge PUD entries are left to the slow path. */
		if (!pud_present(pud) || pud_leaf(pud) || !gup_fast_pmd_range(pudp, pud, addr, next, flags, pages, nr))
			return;
	}
}

static unsigned long gup_fast(unsigned long start, unsigned long end, unsigned int gup_flags, struct page **pages)
{
	seqcount_t *wp = &current->mm->write_protect_seq;
	unsigned long flags;
	unsigned seq = raw_read_seqcount(wp);
	int nr = 0;

	if ((gup_flags & FOLL_PIN) && (seq & 1))
		return 0;
	local_irq_save(flags);
	gup_fast_pgd_range(start, end, gup_flags, pages, &nr);
	local_irq_restore(flags);
	/* A fork may have write-protected pages under us, and not seen our pins. */
	if ((gup_flags & FOLL_PIN) && read_seqcount_retry(wp, seq)) {
		unpin_user_pages(pages, nr);
		return 0;
	}
	if (gup_flags & FOLL_PIN)
		sanity_check_pinned_pages(pages, nr);
	return nr;
}

static int gup_fast_fallback(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages)
{
	unsigned long end, fast;
	long slow;

	start &= PAGE_MASK;
	if (check_add_overflow(start, nr_pages << PAGE_SHIFT, &end))
		return -EOVERFLOW;
	if (end > TASK_SIZE)
		return -EFAULT;
	if (gup_flags & FOLL_PIN)
		mm_set_has_pinned_flag(current->mm);

	fast = gup_fast(start, end, gup_flags, pages);
	if (fast == nr_pages || (gup_flags & FOLL_FAST_ONLY))
		return fast;
	__fsc_point("gup: slow path");
	slow = fsc_gup_unlocked(start + (fast << PAGE_SHIFT), nr_pages - fast, pages + fast, gup_flags);
	if (slow >= 0)
		return fast + slow;
	return fast ? (long)fast : slow; /* pages already held must be told */
}

int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)
{
	if (WARN_ON_ONCE(gup_flags & FOLL_PIN))
		return -EINVAL;
	return gup_fast_fallback(start, nr_pages, gup_flags | FOLL_GET, pages);
}

int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)
{
	return gup_fast_fallback(start, nr_pages, gup_flags | FOLL_GET | FOLL_FAST_ONLY, pages);
}

int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)
{
	if (WARN_ON_ONCE(gup_flags & FOLL_GET))
		return -EINVAL;
	return gup_fast_fallback(start, nr_pages, gup_flags | FOLL_PIN, pages);
}
