// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Boot, address spaces, mappings and user accesses: what scenarios call in place of system calls. Mirrors the purpose of
 * mm/mmap.c, mm/vma.c, mm/mprotect.c, kernel/fork.c and arch fault handlers, in small.
 */
#include <asm/cacheflush.h>
#include <linux/fs.h>
#include <linux/dax.h>
#include <linux/pagemap.h>
#include <linux/mmu_notifier.h>
#include "internal.h"

#define FSC_RAM_NR_PAGES 1536UL
#define FSC_MMAP_BASE 0x7f0000000000UL

struct mm_struct init_mm;

static const char *const fsc_zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "Movable", "Device" };

void fsc_boot_mm(void)
{
	struct page *zero;

	fsc_node0.node_id = 0;
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		fsc_node0.node_zones[i].zone_pgdat = &fsc_node0;
		fsc_node0.node_zones[i].name = fsc_zone_names[i];
	}
	for (int i = 0; i < FSC_MAX_TASK; i++)
		fsc_tasks[i].pid = fsc_tasks[i].tgid = i + 1;

	__fsc_add_memory(0, FSC_RAM_NR_PAGES, 1);
	fsc_registry.ram_nr_pages = FSC_RAM_NR_PAGES;
	memset(vmemmap, 0, FSC_RAM_NR_PAGES * sizeof(struct page));
	for (unsigned long pfn = 0; pfn < FSC_RAM_NR_PAGES; pfn++)
		fsc_init_ram_page(pfn_to_page(pfn), pfn);

	/*
	 * pfn 0 is real and belongs to nobody: what a stray 0 finds is an ordinary reserved page. So do the others of its
	 * page of struct pages, which a scenario can take away (sc_no_low_memmap()).
	 */
	for (unsigned long i = 0; i < PAGE_SIZE / sizeof(struct page); i++)
		SetPageReserved(alloc_page(GFP_KERNEL));
	zero = alloc_page(GFP_KERNEL | __GFP_ZERO);
	SetPageReserved(zero);
	fsc_registry.zero_pfn = page_to_pfn(zero);
	spin_lock_init(&init_mm.page_table_lock);
	mmap_init_lock(&init_mm);
}

/* ---- address spaces ---- */

struct mm_struct *fsc_mm_create(void)
{
	struct mm_struct *mm = kzalloc(sizeof(struct mm_struct), GFP_KERNEL);
	int slot = 0;

	if (!mm)
		return NULL;
	while (slot < FSC_MAX_MM && fsc_registry.mms[slot])
		slot++;
	mm->pgd = (pgd_t *)get_zeroed_page(GFP_PGTABLE_USER);
	if (!mm->pgd || slot == FSC_MAX_MM) {
		__fsc_unmodelled("more than FSC_MAX_MM address spaces");
		return NULL;
	}
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	INIT_LIST_HEAD(&mm->mmlist);
	spin_lock_init(&mm->page_table_lock);
	mmap_init_lock(mm);
	mm->mmap_base = FSC_MMAP_BASE;
	fsc_registry.mms[slot] = mm;
	return mm;
}

void fsc_use_mm(struct mm_struct *mm)
{
	current->mm = mm;
	current->active_mm = mm;
}

void fsc_mm_destroy(struct mm_struct *mm)
{
	while (mm->mmap)
		fsc_munmap(mm, mm->mmap->vm_start, mm->mmap->vm_end - mm->mmap->vm_start);
	fsc_free_pgtables(mm);
	mm_put_huge_zero_folio(mm);
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		if (mm->rss_stat[i].count)
			__fsc_warn(1, "mm->rss_stat[i].count != 0 at exit");
	WARN_ON(atomic_long_read(&mm->pgtables_bytes));
	for (int i = 0; i < FSC_MAX_MM; i++)
		if (fsc_registry.mms[i] == mm)
			fsc_registry.mms[i] = NULL;
	for (int i = 0; i < FSC_MAX_TASK; i++)
		if (fsc_tasks[i].mm == mm)
			fsc_tasks[i].mm = fsc_tasks[i].active_mm = NULL;
	kfree(mm->notifier_subscriptions);
	kfree(mm);
}

/* ---- VMAs ---- */

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap;

	while (vma && vma->vm_end <= addr)
		vma = vma->vm_next;
	return vma;
}

struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

struct vm_area_struct *vma_find(struct vma_iterator *vmi, unsigned long max)
{
	struct vm_area_struct *vma = find_vma(vmi->mm, vmi->addr);

	if (!vma || vma->vm_start >= max)
		return NULL;
	vmi->addr = vma->vm_end;
	return vma;
}

struct vm_area_struct *vma_next(struct vma_iterator *vmi)
{
	return vma_find(vmi, ULONG_MAX);
}

pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	if (!(vm_flags & VM_ACCESS_FLAGS))
		return PAGE_NONE;
	/* A private writable mapping starts read-only: the first write makes the copy. */
	return (vm_flags & (VM_SHARED | VM_WRITE)) == (VM_SHARED | VM_WRITE) ? PAGE_SHARED : PAGE_READONLY;
}

/* A shared mapping whose file wants to know of first writes starts read-only too. */
static bool vma_wants_writenotify(struct vm_area_struct *vma)
{
	const struct vm_operations_struct *ops = vma->vm_ops;

	if ((vma->vm_flags & (VM_SHARED | VM_WRITE)) != (VM_SHARED | VM_WRITE))
		return false;
	return ops && (ops->pfn_mkwrite || ops->page_mkwrite);
}

void vma_set_page_prot(struct vm_area_struct *vma)
{
	unsigned long flags = vma->vm_flags;

	if (vma_wants_writenotify(vma))
		flags &= ~VM_SHARED;
	WRITE_ONCE(vma->vm_page_prot, vm_get_page_prot(flags));
}

static void fsc_vma_link(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct **link = &mm->mmap, *prev = NULL;

	while (*link && (*link)->vm_start < vma->vm_start) {
		prev = *link;
		link = &prev->vm_next;
	}
	vma->vm_next = *link;
	vma->vm_prev = prev;
	if (vma->vm_next)
		vma->vm_next->vm_prev = vma;
	*link = vma;
	mm->map_count++;
	mm->total_vm += vma_pages(vma);
	if (!vma->vm_file)
		return;
	i_mmap_lock_write(vma->vm_file->f_mapping);
	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE))
		atomic_inc(&vma->vm_file->f_mapping->i_mmap_writable);
	vma_interval_tree_insert(vma, &vma->vm_file->f_mapping->i_mmap);
	i_mmap_unlock_write(vma->vm_file->f_mapping);
}

static void fsc_vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (vma->vm_file) {
		i_mmap_lock_write(vma->vm_file->f_mapping);
		if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE))
			atomic_dec(&vma->vm_file->f_mapping->i_mmap_writable);
		vma_interval_tree_remove(vma, &vma->vm_file->f_mapping->i_mmap);
		i_mmap_unlock_write(vma->vm_file->f_mapping);
	}
	if (vma->vm_prev)
		vma->vm_prev->vm_next = vma->vm_next;
	else
		mm->mmap = vma->vm_next;
	if (vma->vm_next)
		vma->vm_next->vm_prev = vma->vm_prev;
	mm->map_count--;
	mm->total_vm -= vma_pages(vma);
}

static struct vm_area_struct *fsc_vma_dup(struct mm_struct *mm, struct vm_area_struct *orig)
{
	struct vm_area_struct *vma = kzalloc(sizeof(struct vm_area_struct), GFP_KERNEL);

	if (!vma)
		return NULL;
	*vma = *orig;
	vma->vm_mm = mm;
	vma->vm_next = vma->vm_prev = NULL;
	INIT_LIST_HEAD(&vma->anon_vma_chain);
	if (vma->vm_file)
		get_file(vma->vm_file);
	if (vma->anon_vma)
		atomic_inc(&vma->anon_vma->refcount);
	return vma;
}

static void fsc_vma_drop(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	if (vma->anon_vma && atomic_dec_and_test(&vma->anon_vma->refcount))
		kfree(vma->anon_vma);
	kfree(vma);
}

/* Cuts vma in two at addr. A huge entry across the cut goes. */
static int fsc_split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct vm_area_struct *upper;
	int err;

	if (vma->vm_ops && vma->vm_ops->may_split) {
		err = vma->vm_ops->may_split(vma, addr);
		if (err)
			return err;
	}
	upper = fsc_vma_dup(mm, vma);
	if (!upper)
		return -ENOMEM;
	if (!IS_ALIGNED(addr, HPAGE_PMD_SIZE) &&
	    range_in_vma(vma, ALIGN_DOWN(addr, HPAGE_PMD_SIZE), ALIGN(addr, HPAGE_PMD_SIZE))) {
		pmd_t *pmd = mm_find_pmd(mm, addr);

		if (pmd)
			split_huge_pmd(vma, pmd, addr);
	}
	fsc_vma_unlink(mm, vma);
	upper->vm_start = addr;
	upper->vm_pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;
	vma->vm_end = addr;
	fsc_vma_link(mm, vma);
	fsc_vma_link(mm, upper);
	if (upper->vm_ops && upper->vm_ops->open)
		upper->vm_ops->open(upper);
	return 0;
}

static int fsc_split_at(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = vma_lookup(mm, start);
	int err = vma && vma->vm_start < start ? fsc_split_vma(mm, vma, start) : 0;

	if (err)
		return err;
	vma = vma_lookup(mm, end - 1);
	return vma && vma->vm_end > end ? fsc_split_vma(mm, vma, end) : 0;
}

unsigned long fsc_mmap(struct mm_struct *mm, struct file *file, unsigned long pgoff, unsigned long nr_pages,
		       unsigned int prot_flags, unsigned long align)
{
	struct vm_area_struct *vma;
	unsigned long addr, skew = pgoff << PAGE_SHIFT;
	vm_flags_t flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	bool shared = prot_flags & FSC_MAP_SHARED;
	int err = 0;

	/* A file that was opened for reading alone: what is shared is read only, and counts as private. */
	if (shared && file && !(file->f_mode & FMODE_WRITE)) {
		if (prot_flags & FSC_PROT_WRITE)
			return -EACCES;
		flags &= ~VM_MAYWRITE;
		shared = false;
	}
	vma = kzalloc(sizeof(struct vm_area_struct), GFP_KERNEL);
	if (!vma)
		return -ENOMEM;
	flags |= prot_flags & FSC_PROT_READ ? VM_READ : 0;
	flags |= prot_flags & FSC_PROT_WRITE ? VM_WRITE : 0;
	flags |= shared ? VM_SHARED : 0;
	flags |= prot_flags & FSC_MAP_SHARED ? VM_MAYSHARE : 0;
	flags |= prot_flags & FSC_MAP_SYNC ? VM_SYNC : 0;
	if (align < PAGE_SIZE)
		align = PAGE_SIZE;

	mmap_write_lock(mm);
	addr = ALIGN(mm->mmap_base - (skew & (align - 1)), align) + (skew & (align - 1));
	if (addr < mm->mmap_base)
		addr += align;
	mm->mmap_base = addr + ((nr_pages + 1) << PAGE_SHIFT); /* a page between any two */
	vma->vm_mm = mm;
	vma->vm_start = addr;
	vma->vm_end = addr + (nr_pages << PAGE_SHIFT);
	vma->vm_pgoff = file ? pgoff : addr >> PAGE_SHIFT;
	vm_flags_init(vma, flags);
	vma->vm_page_prot = vm_get_page_prot(flags);
	INIT_LIST_HEAD(&vma->anon_vma_chain);
	if (file) {
		vma->vm_file = file;
		get_file(file);
		err = file->f_op->mmap(file, vma);
	}
	if (err) {
		fput(file);
		kfree(vma);
	} else {
		fsc_vma_link(mm, vma);
		vma_set_page_prot(vma);
	}
	mmap_write_unlock(mm);
	return err ? (unsigned long)err : addr;
}

int fsc_munmap(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	unsigned long end = start + PAGE_ALIGN(len);
	struct vm_area_struct *vma, *gone = NULL;
	int err;

	mmap_write_lock(mm);
	err = fsc_split_at(mm, start, end);
	vma = find_vma(mm, start);
	if (!err && vma && vma->vm_start < end) {
		unmap_vmas_of(mm, vma, start, end);
		while (vma && vma->vm_start < end) {
			struct vm_area_struct *next = vma->vm_next;

			fsc_vma_unlink(mm, vma);
			vma->vm_next = gone;
			gone = vma;
			vma = next;
		}
	}
	while (gone) {
		vma = gone;
		gone = vma->vm_next;
		fsc_vma_drop(vma);
	}
	mmap_write_unlock(mm);
	return err;
}

/* What a page that is elsewhere must not let its process do any more. It gets back what it may when it is brought. */
static pte_t fsc_protect_absent(pte_t old)
{
	swp_entry_t entry = pte_to_swp_entry(old);

	if (is_writable_device_private_entry(entry))
		return swp_entry_to_pte(make_readable_device_private_entry(swp_offset(entry)));
	if (is_writable_migration_entry(entry))
		return swp_entry_to_pte(swp_entry(SWP_MIGRATION_READ_EXCLUSIVE, swp_offset(entry)));
	return old;
}

static void fsc_change_protection(struct mmu_gather *tlb, struct vm_area_struct *vma)
{
	unsigned long next;

	for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr = next) {
		pmd_t *pmd = mm_find_pmd(vma->vm_mm, addr);
		spinlock_t *ptl;
		pte_t *pte;

		next = pmd_addr_end(addr, vma->vm_end);
		if (!pmd || pmd_none(*pmd))
			continue;
		if (pmd_trans_huge(*pmd) || pmd_devmap(*pmd)) {
			if (next - addr == HPAGE_PMD_SIZE) {
				change_huge_pmd(tlb, vma, pmd, addr, vma->vm_page_prot, 0);
				continue;
			}
			__split_huge_pmd(vma, pmd, addr, false, NULL);
		}
		pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
		for (unsigned long at = addr; pte && at < next; at += PAGE_SIZE) {
			pte_t *one = pte + ((at - addr) >> PAGE_SHIFT), old = ptep_get(one);

			if (!pte_present(old)) {
				if (!pte_none(old) && !pte_same(old, fsc_protect_absent(old)))
					set_pte_at(vma->vm_mm, at, one, fsc_protect_absent(old));
				continue;
			}
			set_pte_at(vma->vm_mm, at, one, pte_modify(old, vma->vm_page_prot));
			tlb_remove_tlb_entry(tlb, one, at);
		}
		if (pte)
			pte_unmap_unlock(pte, ptl);
	}
}

int fsc_mprotect(struct mm_struct *mm, unsigned long start, unsigned long len, unsigned int prot)
{
	unsigned long end = start + PAGE_ALIGN(len);
	struct mmu_notifier_range range;
	struct vm_area_struct *vma;
	struct mmu_gather tlb;
	int err;

	mmap_write_lock(mm);
	err = fsc_split_at(mm, start, end);
	tlb_gather_mmu(&tlb, mm);
	mmu_notifier_range_init(&range, MMU_NOTIFY_PROTECTION_VMA, 0, mm, start, end);
	mmu_notifier_invalidate_range_start(&range);
	for (vma = find_vma(mm, start); !err && vma && vma->vm_start < end; vma = vma->vm_next) {
		vm_flags_t flags = vma->vm_flags & ~(VM_READ | VM_WRITE);

		flags |= prot & FSC_PROT_READ ? VM_READ : 0;
		flags |= prot & FSC_PROT_WRITE ? VM_WRITE : 0;
		if (vma->vm_ops && vma->vm_ops->mprotect)
			err = vma->vm_ops->mprotect(vma, vma->vm_start, vma->vm_end, flags);
		if (err)
			break;
		vm_flags_reset(vma, flags);
		vma_set_page_prot(vma);
		fsc_change_protection(&tlb, vma);
	}
	mmu_notifier_invalidate_range_end(&range);
	tlb_finish_mmu(&tlb);
	mmap_write_unlock(mm);
	return err;
}

struct mm_struct *fsc_mm_fork(struct mm_struct *mm)
{
	struct mm_struct *child = fsc_mm_create();
	struct vm_area_struct *vma;
	int err = 0;

	if (!child)
		return NULL;
	mmap_write_lock(mm);
	child->mmap_base = mm->mmap_base;
	for (vma = mm->mmap; vma && !err; vma = vma->vm_next) {
		struct vm_area_struct *copy;

		if (vma->vm_flags & VM_DONTCOPY)
			continue;
		copy = fsc_vma_dup(child, vma);
		if (!copy) {
			err = -ENOMEM;
			break;
		}
		vm_flags_clear(copy, VM_LOCKED_MASK);
		fsc_vma_link(child, copy);
		err = copy_page_range(copy, vma);
		if (copy->vm_ops && copy->vm_ops->open)
			copy->vm_ops->open(copy);
	}
	mmap_write_unlock(mm);
	if (!err)
		return child;
	fsc_mm_destroy(child);
	return NULL;
}

/* ---- user accesses ---- */

vm_fault_t fsc_fault(struct mm_struct *mm, unsigned long addr, unsigned int flags)
{
	struct vm_area_struct *vma;
	vm_fault_t ret = VM_FAULT_SIGSEGV;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, addr);
	if (vma)
		ret = handle_mm_fault(vma, addr, flags | FAULT_FLAG_USER, NULL);
	mmap_read_unlock(mm);
	return ret;
}

/* What the CPU would do: translate, check, set accessed and dirty. NULL: it faults. */
static unsigned char *fsc_translate(struct mm_struct *mm, unsigned long addr, bool write)
{
	p4d_t *p4d = p4d_offset(pgd_offset(mm, addr), addr);
	pud_t *pud;
	pmd_t *pmd;
	pte_t *pte;

	if (!p4d_present(*p4d))
		return NULL;
	pud = pud_offset(p4d, addr);
	if (!pud_present(*pud))
		return NULL;
	if (pud_leaf(*pud)) {
		if (!pud_access_permitted(*pud, write))
			return NULL;
		return (unsigned char *)pfn_to_kaddr(pud_pfn(*pud)) + (addr & ~PUD_MASK);
	}
	pmd = pmd_offset(pud, addr);
	if (!pmd_present(*pmd))
		return NULL;
	if (pmd_leaf(*pmd)) {
		if (!pmd_access_permitted(*pmd, write))
			return NULL;
		if (!pmd_young(*pmd) || (write && !pmd_dirty(*pmd)))
			set_pmd(pmd, write ? pmd_mkdirty(pmd_mkyoung(*pmd)) : pmd_mkyoung(*pmd));
		return (unsigned char *)pfn_to_kaddr(pmd_pfn(*pmd)) + (addr & ~PMD_MASK);
	}
	pte = pte_offset_kernel(pmd, addr);
	if (!pte_access_permitted(*pte, write))
		return NULL;
	if (!pte_young(*pte) || (write && !pte_dirty(*pte)))
		set_pte(pte, write ? pte_mkdirty(pte_mkyoung(*pte)) : pte_mkyoung(*pte));
	return (unsigned char *)pfn_to_kaddr(pte_pfn(*pte)) + (addr & ~PAGE_MASK);
}

/*
 * What the processor does in one instruction: a flush comes before its walk or after its access, and the bits that it sets in
 * an entry it sets in the entry that it has read (ATOMIC_NAMES of emulator/explore/look.ts).
 */
static bool fsc_user_touch(struct mm_struct *mm, unsigned long addr, unsigned char *value, size_t bytes, bool write)
{
	unsigned char *at = fsc_translate(mm, addr, write);

	if (at && write) {
		memcpy(at, value, bytes);
		fsc_cache_store_range(at, bytes);
	} else if (at) {
		memcpy(value, at, bytes);
	}
	return at;
}

/* Bytes of one page. Ten faults without progress would be a live lock in the kernel too. */
static vm_fault_t fsc_user_access(struct mm_struct *mm, unsigned long addr, unsigned char *value, size_t bytes, bool write)
{
	for (int tries = 0; tries < 10; tries++) {
		vm_fault_t ret;

		if (fsc_user_touch(mm, addr, value, bytes, write))
			return 0;
		ret = fsc_fault(mm, addr, write ? FAULT_FLAG_WRITE : 0);
		if (ret & VM_FAULT_ERROR) {
			__fsc_event("fault-error", "%lx: %x", addr, ret);
			return ret & VM_FAULT_ERROR;
		}
	}
	__fsc_event("fault-loop", "%lx", addr);
	__fsc_warn(1, "user access faults for ever");
	return VM_FAULT_SIGBUS;
}

vm_fault_t fsc_user_read(struct mm_struct *mm, unsigned long addr, unsigned char *value)
{
	unsigned char unused;

	return fsc_user_access(mm, addr, value ? value : &unused, 1, false);
}

vm_fault_t fsc_user_write(struct mm_struct *mm, unsigned long addr, unsigned char value)
{
	return fsc_user_access(mm, addr, &value, 1, true);
}

size_t fsc_user_copy(struct mm_struct *mm, unsigned long addr, void *kernel, size_t bytes, bool to_user)
{
	size_t part;

	for (; bytes; bytes -= part, addr += part, kernel += part) {
		part = min_t(size_t, bytes, PAGE_SIZE - offset_in_page(addr));
		if (fsc_user_access(mm, addr, kernel, part, to_user))
			break;
	}
	return bytes;
}

/* ---- DMA ---- */

static bool fsc_same_str(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void fsc_note_pin(struct page *page, unsigned int refs, const char *who)
{
	for (int i = 0; i < FSC_MAX_PIN; i++) {
		struct fsc_pin *pin = &fsc_registry.pins[i];

		/* The next page of the same folio joins the pin before it. */
		if (pin->refs && fsc_same_str(pin->who, who) && pin->pfn + pin->nr_pages == page_to_pfn(page) &&
		    page_folio(pfn_to_page(pin->pfn)) == page_folio(page)) {
			pin->nr_pages++;
			pin->refs += refs;
			return;
		}
	}
	for (int i = 0; i < FSC_MAX_PIN; i++) {
		struct fsc_pin *pin = &fsc_registry.pins[i];

		if (pin->refs)
			continue;
		pin->pfn = page_to_pfn(page);
		pin->nr_pages = 1;
		pin->refs = refs;
		pin->who = who;
		return;
	}
	__fsc_unmodelled("more than FSC_MAX_PIN pins");
}

long fsc_dma_pin(struct mm_struct *mm, unsigned long addr, int nr, unsigned int gup_flags, struct page **pages,
		 const char *who)
{
	struct mm_struct *before = current->mm;
	bool get = gup_flags & FOLL_GET;
	long n;

	current->mm = mm;
	n = get ? get_user_pages_fast(addr, nr, gup_flags & ~FOLL_GET, pages)
		: pin_user_pages_fast(addr, nr, gup_flags & ~FOLL_PIN, pages);
	current->mm = before;
	for (long i = 0; i < n; i++) {
		struct folio *folio = page_folio(pages[i]);

		if (!get && is_zero_folio(folio))
			continue; /* never counted */
		fsc_note_pin(pages[i], get || folio_test_large(folio) ? 1 : GUP_PIN_COUNTING_BIAS, who);
	}
	__fsc_event("dma-pin", "%s: %d pages at %lx: %d", who, nr, addr, (int)n);
	return n;
}

/* Forgets the pin first: between the two steps the references are a surplus that is about to go. */
void fsc_dma_unpin(struct page **pages, int nr, const char *who)
{
	bool pinned = true;

	for (int p = 0; p < nr; p++) {
		unsigned long pfn = page_to_pfn(pages[p]);

		for (int i = 0; i < FSC_MAX_PIN; i++) {
			struct fsc_pin *pin = &fsc_registry.pins[i];
			unsigned int each;

			if (!pin->refs || !fsc_same_str(pin->who, who) || pfn - pin->pfn >= pin->nr_pages)
				continue;
			each = pin->refs / pin->nr_pages;
			if (each == 1 && !folio_test_large(page_folio(pages[p])))
				pinned = false; /* taken with FOLL_GET */
			pin->refs -= each;
			pin->nr_pages--;
			if (pfn == pin->pfn)
				pin->pfn++;
			break;
		}
	}
	__fsc_event("dma-unpin", "%s: %d pages", who, nr);
	if (pinned) {
		unpin_user_pages(pages, nr);
		return;
	}
	for (int p = 0; p < nr; p++)
		put_page(pages[p]);
}
