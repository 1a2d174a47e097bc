/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory management: VMAs, faults, references, compound pages, page table locks, GUP. Mirrors include/linux/mm.h of each
 * era. Left out: stacks, mlock accounting limits, cpupid, kasan, poisoning, hugetlb.
 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/mmdebug.h>
#include <linux/gfp.h>
#include <linux/bitops.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/mmzone.h>
#include <linux/pgtable.h>
#include <linux/fsc_pfn.h>
#include <linux/vmstat.h>
#include <linux/jump_label.h>
#include <linux/mmap_lock.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/memremap.h>
#include <linux/pagevec.h>

#define VM_NONE 0x00000000UL
#define VM_READ 0x00000001UL
#define VM_WRITE 0x00000002UL
#define VM_EXEC 0x00000004UL
#define VM_SHARED 0x00000008UL
#define VM_MAYREAD 0x00000010UL
#define VM_MAYWRITE 0x00000020UL
#define VM_MAYEXEC 0x00000040UL
#define VM_MAYSHARE 0x00000080UL
#define VM_GROWSDOWN 0x00000100UL
#define VM_UFFD_MISSING 0x00000200UL
#define VM_PFNMAP 0x00000400UL
#define VM_UFFD_WP 0x00001000UL
#define VM_LOCKED 0x00002000UL
#define VM_IO 0x00004000UL
#define VM_SEQ_READ 0x00008000UL
#define VM_RAND_READ 0x00010000UL
#define VM_DONTCOPY 0x00020000UL
#define VM_DONTEXPAND 0x00040000UL
#define VM_LOCKONFAULT 0x00080000UL
#define VM_ACCOUNT 0x00100000UL
#define VM_NORESERVE 0x00200000UL
#define VM_HUGETLB 0x00400000UL
#define VM_SYNC 0x00800000UL
#define VM_ARCH_1 0x01000000UL
#define VM_WIPEONFORK 0x02000000UL
#define VM_DONTDUMP 0x04000000UL
#define VM_SOFTDIRTY 0x08000000UL
#define VM_MIXEDMAP 0x10000000UL
#define VM_HUGEPAGE 0x20000000UL
#define VM_NOHUGEPAGE 0x40000000UL
#define VM_MERGEABLE 0x80000000UL
#define VM_UFFD_MINOR 0UL
#define VM_SHADOW_STACK 0UL
#define VM_STACK VM_GROWSDOWN
#define VM_ACCESS_FLAGS (VM_READ | VM_WRITE | VM_EXEC)
#define VM_SPECIAL (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)
#define VM_LOCKED_MASK (VM_LOCKED | VM_LOCKONFAULT)
#define ZAP_FLAG_DROP_MARKER ((zap_flags_t)1)
#define ZAP_FLAG_UNMAP ((zap_flags_t)2)

struct vm_fault {
	struct vm_area_struct *vma;
	gfp_t gfp_mask;
	pgoff_t pgoff;
	unsigned long address;
	unsigned long real_address;
	enum fault_flag flags;
	pmd_t *pmd;
	pud_t *pud;
	union {
		pte_t orig_pte;
		pmd_t orig_pmd;
	};
	struct page *cow_page;
	struct page *page;
	pte_t *pte;
	spinlock_t *ptl;
	pgtable_t prealloc_pte;
};
struct pt_regs;
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *area);
	void (*close)(struct vm_area_struct *area);
	int (*may_split)(struct vm_area_struct *area, unsigned long addr);
	int (*mremap)(struct vm_area_struct *area);
	int (*mprotect)(struct vm_area_struct *vma, unsigned long start, unsigned long end, unsigned long newflags);
	vm_fault_t (*fault)(struct vm_fault *vmf);
	vm_fault_t (*huge_fault)(struct vm_fault *vmf, unsigned int order);
	vm_fault_t (*map_pages)(struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff);
	unsigned long (*pagesize)(struct vm_area_struct *area);
	vm_fault_t (*page_mkwrite)(struct vm_fault *vmf);
	vm_fault_t (*pfn_mkwrite)(struct vm_fault *vmf);
	int (*access)(struct vm_area_struct *vma, unsigned long addr, void *buf, int len, int write);
	const char *(*name)(struct vm_area_struct *vma);
	struct page *(*find_special_page)(struct vm_area_struct *vma, unsigned long addr);
};

static inline void vm_flags_init(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags = flags;
}
static inline void vm_flags_reset(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags = flags;
}
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags |= flags;
}
static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->__vm_flags &= ~flags;
}
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->__vm_flags = (vma->__vm_flags | set) & ~clear;
}
#define vma_start_write(vma) do { } while (0)
#define vma_start_read(vma) true
#define vma_end_read(vma) do { } while (0)
#define vma_assert_write_locked(vma) do { } while (0)
#define vma_assert_locked(vma) do { } while (0)
#define assert_fault_locked(vmf) do { } while (0)
static inline void vma_set_anonymous(struct vm_area_struct *vma)
{
	vma->vm_ops = NULL;
}
static inline bool vma_is_anonymous(struct vm_area_struct *vma)
{
	return vma->vm_ops == NULL;
}
static inline bool vma_is_shmem(struct vm_area_struct *vma)
{
	(void)vma;
	return false;
}
static inline bool vma_is_foreign(struct vm_area_struct *vma)
{
	return vma->vm_mm != current->mm;
}
static inline bool vma_is_accessible(struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_ACCESS_FLAGS) != 0;
}
#define vma_is_secretmem(vma) 0
#define vma_is_temporary_stack(vma) false
#define is_vm_hugetlb_page(vma) 0
#define userfaultfd_pte_wp(vma, pte) 0
#define userfaultfd_huge_pmd_wp(vma, pmd) 0
#define userfaultfd_wp(vma) 0
#define userfaultfd_armed(vma) 0
#define userfaultfd_missing(vma) 0
#define vma_soft_dirty_enabled(vma) 0
#define pgprot_val_or_zero(p) pgprot_val(p)
static inline bool vma_wants_manual_pte_write_upgrade(struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_SHARED) == 0;
}
static inline unsigned long vma_pages(struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}
static inline bool range_in_vma(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	return vma && start >= vma->vm_start && end <= vma->vm_end;
}
static inline bool is_cow_mapping(vm_flags_t flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}
#define is_nommu_shared_mapping(flags) false
pgprot_t vm_get_page_prot(unsigned long vm_flags);
void vma_set_page_prot(struct vm_area_struct *vma);
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *find_extend_vma_locked(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *vma_find(struct vma_iterator *vmi, unsigned long max);
struct vm_area_struct *vma_next(struct vma_iterator *vmi);
#define vma_iter_init(vmi, m, a) ((vmi)->mm = (m), (vmi)->addr = (a))
#define for_each_vma(vmi, vma) while (((vma) = vma_next(&(vmi))) != NULL)
#define for_each_vma_range(vmi, vma, end) while (((vma) = vma_find(&(vmi), (end))) != NULL)

/* ---- nodes and zones of a page ---- */
static inline int page_to_nid(const struct page *page)
{
	return (page->fsc_flags >> NODES_PGSHIFT) & NODES_MASK;
}
static inline int folio_nid(const struct folio *folio)
{
	return page_to_nid(&folio->page);
}
static inline struct zone *page_zone(const struct page *page)
{
	return &NODE_DATA(page_to_nid(page))->node_zones[page_zonenum(page)];
}
static inline struct zone *folio_zone(const struct folio *folio)
{
	return page_zone(&folio->page);
}
static inline pg_data_t *page_pgdat(const struct page *page)
{
	(void)page;
	return NODE_DATA(page_to_nid(page));
}
#define folio_pgdat(folio) page_pgdat(&(folio)->page)
static inline void set_page_zone(struct page *page, enum zone_type zone)
{
	page->fsc_flags = (page->fsc_flags & ~(ZONES_MASK << ZONES_PGSHIFT)) | ((unsigned long)zone << ZONES_PGSHIFT);
}
static inline void set_page_node(struct page *page, unsigned long node)
{
	page->fsc_flags = (page->fsc_flags & ~(NODES_MASK << NODES_PGSHIFT)) | (node << NODES_PGSHIFT);
}
static inline void set_page_links(struct page *page, enum zone_type zone, unsigned long node, unsigned long pfn)
{
	(void)pfn;
	set_page_zone(page, zone);
	set_page_node(page, node);
}
#define page_cpupid_reset_last(page) do { } while (0)
#define page_kasan_tag_reset(page) do { } while (0)
static inline void __mm_zero_struct_page(struct page *page)
{
	memset(page, 0, sizeof(*page));
}
#define mm_zero_struct_page(pp) __mm_zero_struct_page(pp)
static inline void page_mapcount_reset(struct page *page)
{
	atomic_set(&page->_mapcount, -1);
}

/* ---- compound pages ---- */
static inline unsigned int folio_order(const struct folio *folio)
{
	return folio_test_large(folio) ? folio->_flags_1 & 0xff : 0;
}
static inline unsigned int compound_order(struct page *page)
{
	return folio_order((struct folio *)page);
}
static inline unsigned int folio_large_order(const struct folio *folio)
{
	return folio->_flags_1 & 0xff;
}
static inline long folio_nr_pages(const struct folio *folio)
{
	if (!folio_test_large(folio))
		return 1;
#if FSC_ERA >= 615
	return folio->_nr_pages;
#else
	return folio->_folio_nr_pages;
#endif
}
#define folio_large_nr_pages(folio) folio_nr_pages(folio)
static inline unsigned long compound_nr(struct page *page)
{
	return folio_nr_pages((struct folio *)page);
}
static inline unsigned int folio_shift(const struct folio *folio)
{
	return PAGE_SHIFT + folio_order(folio);
}
static inline size_t folio_size(const struct folio *folio)
{
	return PAGE_SIZE << folio_order(folio);
}
static inline unsigned long page_size(struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}
static inline struct folio *folio_next(struct folio *folio)
{
	return (struct folio *)folio_page(folio, folio_nr_pages(folio));
}
#define thp_nr_pages(page) ((int)folio_nr_pages((struct folio *)(page)))
#define thp_order(page) compound_order(page)
#define thp_size(page) page_size(page)
static inline unsigned long folio_pfn(const struct folio *folio)
{
	return page_to_pfn(&folio->page);
}
static inline struct folio *pfn_folio(unsigned long pfn)
{
	return page_folio(pfn_to_page(pfn));
}
static inline struct page *virt_to_head_page(const void *x)
{
	return compound_head(virt_to_page(x));
}
static inline struct folio *virt_to_folio(const void *x)
{
	return page_folio(virt_to_page(x));
}
static inline void folio_set_order(struct folio *folio, unsigned int order)
{
	if (WARN_ON_ONCE(!order || !folio_test_large(folio)))
		return;
	folio->_flags_1 = (folio->_flags_1 & ~0xffUL) | order;
#if FSC_ERA >= 615
	folio->_nr_pages = 1U << order;
#else
	folio->_folio_nr_pages = 1U << order;
#endif
}
#if FSC_ERA >= 615
static inline void folio_reset_order(struct folio *folio)
{
	if (WARN_ON_ONCE(!folio_test_large(folio)))
		return;
	folio->_nr_pages = 0;
	folio->_flags_1 &= ~0xffUL;
}
#endif
void prep_compound_page(struct page *page, unsigned int order);
void split_page(struct page *page, unsigned int order);
static inline void folio_set_large_rmappable_if_large(struct folio *folio)
{
	if (folio_order(folio) > 1)
		folio_set_large_rmappable(folio);
}
static inline struct folio *page_rmappable_folio(struct page *page)
{
	struct folio *folio = (struct folio *)page;

	if (folio)
		folio_set_large_rmappable_if_large(folio);
	return folio;
}

/* ---- references ---- */
static inline int folio_put_testzero(struct folio *folio)
{
	VM_BUG_ON_FOLIO(folio_ref_count(folio) == 0, folio);
	return folio_ref_dec_and_test(folio);
}
static inline int put_page_testzero(struct page *page)
{
	VM_BUG_ON_PAGE(page_ref_count(page) == 0, page);
	return page_ref_dec_and_test(page);
}
static inline bool get_page_unless_zero(struct page *page)
{
	return page_ref_add_unless(page, 1, 0);
}
static inline struct folio *folio_get_nontail_page(struct page *page)
{
	return get_page_unless_zero(page) ? (struct folio *)page : NULL;
}

/* 127 is small enough to leave room for the counts that pins of a small page add. */
#define folio_ref_zero_or_close_to_overflow(folio) ((unsigned int)folio_ref_count(folio) + 127u <= 127u)
static inline void folio_get(struct folio *folio)
{
	VM_BUG_ON_FOLIO(folio_ref_zero_or_close_to_overflow(folio), folio);
	folio_ref_inc(folio);
}
static inline __must_check bool try_get_page(struct page *page)
{
	struct page *head = compound_head(page);

	bool alive = !WARN_ON_ONCE(page_ref_count(head) <= 0);

	if (alive)
		page_ref_inc(head);
	return alive;
}
static inline void get_page(struct page *page)
{
	folio_get(page_folio(page));
}

void __folio_put(struct folio *folio);
void put_pages_list(struct list_head *pages);
#if FSC_ERA < 615
DECLARE_STATIC_KEY_FALSE(devmap_managed_key);
bool __put_devmap_managed_folio_refs(struct folio *folio, int refs);
/* FS-DAX pages are free at one reference, so their puts are counted apart. */
static inline bool put_devmap_managed_folio_refs(struct folio *folio, int refs)
{
	if (!static_branch_unlikely(&devmap_managed_key) || !folio_is_zone_device(folio))
		return false;
	return __put_devmap_managed_folio_refs(folio, refs);
}
static inline bool put_devmap_managed_page_refs(struct page *page, int refs)
{
	return put_devmap_managed_folio_refs(page_folio(page), refs);
}
static inline bool put_devmap_managed_page(struct page *page)
{
	return put_devmap_managed_page_refs(page, 1);
}
#endif
static inline void folio_put_refs(struct folio *folio, int refs)
{
	if (folio_ref_sub_and_test(folio, refs))
		__folio_put(folio);
}
static inline void folio_put(struct folio *folio)
{
	if (folio_put_testzero(folio))
		__folio_put(folio);
}
static inline void put_page(struct page *page)
{
	struct folio *folio = page_folio(page);

#if FSC_ERA < 615
	if (put_devmap_managed_folio_refs(folio, 1))
		return;
#endif
	folio_put(folio);
}

void folios_put_refs(struct folio_batch *folios, unsigned int *refs);
static inline void folios_put(struct folio_batch *folios)
{
	folios_put_refs(folios, NULL);
}
/* The kernel's is a transparent union of struct page **, struct folio ** and struct encoded_page **. */
typedef void *release_pages_arg;
void release_pages(release_pages_arg arg, int nr);

/* ---- mapcounts ---- */
static inline int folio_large_mapcount(const struct folio *folio)
{
	VM_WARN_ON_FOLIO(!folio_test_large(folio), folio);
	return atomic_read(&folio->_large_mapcount) + 1;
}
static inline int folio_entire_mapcount(const struct folio *folio)
{
	VM_BUG_ON_FOLIO(!folio_test_large(folio), folio);
	return atomic_read(&folio->_entire_mapcount) + 1;
}
static inline int folio_mapcount(const struct folio *folio)
{
	int n;

	if (folio_test_large(folio))
		return folio_large_mapcount(folio);
	n = atomic_read(&folio->_mapcount) + 1;
	return page_mapcount_is_type(n) ? 0 : n;
}
static inline bool folio_mapped(const struct folio *folio)
{
	return folio_mapcount(folio) >= 1;
}
static inline bool page_mapped(const struct page *page)
{
	return folio_mapped(page_folio(page));
}
static inline bool folio_likely_mapped_shared(struct folio *folio)
{
	return folio_mapcount(folio) > 1;
}
#define folio_maybe_mapped_shared(folio) folio_likely_mapped_shared(folio)

/* ---- pins ---- */
#define GUP_PIN_COUNTING_BIAS (1U << 10)
static inline bool folio_maybe_dma_pinned(struct folio *folio)
{
	if (folio_test_large(folio))
		return atomic_read(&folio->_pincount) > 0;
	return (unsigned int)folio_ref_count(folio) >= GUP_PIN_COUNTING_BIAS;
}
#define page_maybe_dma_pinned(page) folio_maybe_dma_pinned(page_folio(page))
bool folio_needs_cow_for_dma(struct vm_area_struct *vma, struct folio *folio);
static inline bool is_zero_page(const struct page *page)
{
	return is_zero_pfn(page_to_pfn(page));
}
static inline bool is_zero_folio(const struct folio *folio)
{
	return is_zero_page(&folio->page);
}
#define is_huge_zero_page(page) (page_to_pfn(page) == fsc_registry.huge_zero_pfn && fsc_registry.huge_zero_pfn)
static inline bool folio_is_longterm_pinnable(struct folio *folio)
{
	if (is_zero_folio(folio))
		return true;
	if (folio_is_device_coherent(folio))
		return false;
#if FSC_ERA >= 615
	if (folio_is_fsdax(folio))
		return false; /* truncate and hole punch may be held up for a moment, not for ever */
#endif
	return !folio_is_zone_movable(folio);
}
long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages);
long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages);
long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags);
long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags);
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);
int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);
void folio_add_pin(struct folio *folio);
void unpin_user_page(struct page *page);
void unpin_folio(struct folio *folio);
void unpin_user_pages(struct page **pages, unsigned long npages);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
void unpin_user_page_range_dirty_lock(struct page *page, unsigned long npages, bool make_dirty);
void unpin_folios(struct folio **folios, unsigned long nfolios);
static inline int vm_fault_to_errno(vm_fault_t vm_fault, int foll_flags)
{
	if (vm_fault & VM_FAULT_OOM)
		return -ENOMEM;
	if (vm_fault & (VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE))
		return foll_flags & FOLL_HWPOISON ? -EHWPOISON : -EFAULT;
	return vm_fault & (VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV) ? -EFAULT : 0;
}
static inline vm_fault_t vmf_error(int err)
{
	return err == -ENOMEM ? VM_FAULT_OOM : err == -EHWPOISON ? VM_FAULT_HWPOISON : VM_FAULT_SIGBUS;
}
static inline vm_fault_t vmf_fs_error(int err)
{
	if (!err)
		return VM_FAULT_LOCKED;
	return err == -EFAULT || err == -EAGAIN ? VM_FAULT_NOPAGE : vmf_error(err);
}
#define gup_can_follow_protnone(vma, flags) true

/* ---- counters of an mm ---- */
static inline unsigned long get_mm_counter(struct mm_struct *mm, int member)
{
	return percpu_counter_read_positive(&mm->rss_stat[member]);
}
static inline void add_mm_counter(struct mm_struct *mm, int member, long value)
{
	percpu_counter_add(&mm->rss_stat[member], value);
}
static inline void inc_mm_counter(struct mm_struct *mm, int member)
{
	add_mm_counter(mm, member, 1);
}
static inline void dec_mm_counter(struct mm_struct *mm, int member)
{
	add_mm_counter(mm, member, -1);
}
static inline int mm_counter_file(struct folio *folio)
{
	return folio_test_swapbacked(folio) ? MM_SHMEMPAGES : MM_FILEPAGES;
}
static inline int mm_counter(struct folio *folio)
{
	return folio_test_anon(folio) ? MM_ANONPAGES : mm_counter_file(folio);
}
#define mm_pgtables_bytes(mm) atomic_long_read(&(mm)->pgtables_bytes)
#define mm_inc_nr_ptes(mm) atomic_long_add(PAGE_SIZE, &(mm)->pgtables_bytes)
#define mm_dec_nr_ptes(mm) atomic_long_sub(PAGE_SIZE, &(mm)->pgtables_bytes)
#define mm_inc_nr_pmds(mm) atomic_long_add(PAGE_SIZE, &(mm)->pgtables_bytes)
#define mm_dec_nr_pmds(mm) atomic_long_sub(PAGE_SIZE, &(mm)->pgtables_bytes)
#define mm_inc_nr_puds(mm) atomic_long_add(PAGE_SIZE, &(mm)->pgtables_bytes)
#define mm_dec_nr_puds(mm) atomic_long_sub(PAGE_SIZE, &(mm)->pgtables_bytes)
#define update_hiwater_rss(mm) do { } while (0)

/* ---- page tables and their locks (one lock for each mm: split locks are off) ---- */
int __p4d_alloc(struct mm_struct *mm, pgd_t *pgd, unsigned long address);
int __pud_alloc(struct mm_struct *mm, p4d_t *p4d, unsigned long address);
int __pmd_alloc(struct mm_struct *mm, pud_t *pud, unsigned long address);
int __pte_alloc(struct mm_struct *mm, pmd_t *pmd);
#define p4d_alloc(mm, pgd, address) p4d_offset(pgd, address)
static inline pud_t *pud_alloc(struct mm_struct *mm, p4d_t *p4d, unsigned long address)
{
	if (p4d_none(*p4d) && __pud_alloc(mm, p4d, address))
		return NULL;
	return pud_offset(p4d, address);
}
static inline pmd_t *pmd_alloc(struct mm_struct *mm, pud_t *pud, unsigned long address)
{
	if (pud_none(*pud) && __pmd_alloc(mm, pud, address))
		return NULL;
	return pmd_offset(pud, address);
}
#define pte_alloc(mm, pmd) (unlikely(pmd_none(*(pmd))) && __pte_alloc(mm, pmd))
#define pte_alloc_map(mm, pmd, address) (pte_alloc(mm, pmd) ? NULL : pte_offset_map(pmd, address))
#define pte_alloc_map_lock(mm, pmd, address, ptlp) (pte_alloc(mm, pmd) ? NULL : pte_offset_map_lock(mm, pmd, address, ptlp))
static inline spinlock_t *pte_lockptr(struct mm_struct *mm, pmd_t *pmd)
{
	(void)pmd;
	return &mm->page_table_lock;
}
static inline spinlock_t *pmd_lockptr(struct mm_struct *mm, pmd_t *pmd)
{
	(void)pmd;
	return &mm->page_table_lock;
}
static inline spinlock_t *pud_lockptr(struct mm_struct *mm, pud_t *pud)
{
	(void)pud;
	return &mm->page_table_lock;
}
static inline spinlock_t *pmd_lock(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lockptr(mm, pmd);

	spin_lock(ptl);
	return ptl;
}
static inline spinlock_t *pud_lock(struct mm_struct *mm, pud_t *pud)
{
	spinlock_t *ptl = pud_lockptr(mm, pud);

	spin_lock(ptl);
	return ptl;
}
#define pmd_huge_pte(mm, pmd) ((mm)->pmd_huge_pte)
pte_t *__get_locked_pte(struct mm_struct *mm, unsigned long addr, spinlock_t **ptl);
static inline pte_t *get_locked_pte(struct mm_struct *mm, unsigned long addr, spinlock_t **ptl)
{
	return __get_locked_pte(mm, addr, ptl);
}
static inline pte_t maybe_mkwrite(pte_t pte, struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? pte_mkwrite(pte, vma) : pte;
}

/* ---- mapping and unmapping ---- */
struct zap_details {
	struct folio *single_folio;
	bool even_cows;
	zap_flags_t zap_flags;
};
struct mmu_gather;
struct page *vm_normal_page(struct vm_area_struct *vma, unsigned long addr, pte_t pte);
struct folio *vm_normal_folio(struct vm_area_struct *vma, unsigned long addr, pte_t pte);
struct page *vm_normal_page_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t pmd);
struct folio *vm_normal_folio_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t pmd);
void zap_vma_ptes(struct vm_area_struct *vma, unsigned long address, unsigned long size);
void zap_page_range_single(struct vm_area_struct *vma, unsigned long address, unsigned long size,
			   struct zap_details *details);
void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows);
void unmap_mapping_range(struct address_space *mapping, loff_t const holebegin, loff_t const holelen, int even_cows);
void unmap_mapping_folio(struct folio *folio);
static inline void unmap_shared_mapping_range(struct address_space *mapping, loff_t const holebegin,
					      loff_t const holelen)
{
	unmap_mapping_range(mapping, holebegin, holelen, 0);
}
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);
int vm_insert_pages(struct vm_area_struct *vma, unsigned long addr, struct page **pages, unsigned long *num);
vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn);
vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, pgprot_t pgprot);
vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr, fsc_pfn_t pfn);
vm_fault_t vmf_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr, fsc_pfn_t pfn);
#if FSC_ERA < 612
/* Errors as they were told up to v4.17. */
int vm_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn);
int vm_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn);
#endif
#if FSC_ERA < 615
/* Up to v6.5 fault handlers were given one of these; they are orders here, so that callers of both ways mean the same. */
enum page_entry_size { PE_SIZE_PTE = 0, PE_SIZE_PMD = PMD_SHIFT - PAGE_SHIFT, PE_SIZE_PUD = PUD_SHIFT - PAGE_SHIFT };
#endif
vm_fault_t vmf_insert_page_mkwrite(struct vm_fault *vmf, struct page *page, bool write);
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, unsigned long size, pgprot_t prot);
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags, struct pt_regs *regs);
vm_fault_t finish_fault(struct vm_fault *vmf);
vm_fault_t do_set_pmd(struct vm_fault *vmf, struct page *page);
void set_pte_range(struct vm_fault *vmf, struct folio *folio, struct page *page, unsigned int nr, unsigned long addr);
void unmap_vmas_of(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end);
int copy_page_range(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma);
int follow_pte(struct vm_area_struct *vma, unsigned long address, pte_t **ptepp, spinlock_t **ptlp);
int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags, bool *unlocked);
void truncate_pagecache(struct inode *inode, loff_t newsize);
void truncate_setsize(struct inode *inode, loff_t newsize);
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to);
void truncate_pagecache_range(struct inode *inode, loff_t offset, loff_t end);
void truncate_inode_pages(struct address_space *mapping, loff_t lstart);
void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend);
void truncate_inode_pages_final(struct address_space *mapping);
int invalidate_inode_pages2(struct address_space *mapping);
int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t start, pgoff_t end);
unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end);
bool folio_mark_dirty(struct folio *folio);
bool set_page_dirty(struct page *page);
int set_page_dirty_lock(struct page *page);
#define folio_mark_accessed(folio) folio_set_referenced(folio)
#define mark_page_accessed(page) SetPageReferenced(page)
struct address_space *folio_mapping(struct folio *folio);
#define page_mapping(page) folio_mapping(page_folio(page))
void __folio_lock(struct folio *folio);
void folio_unlock(struct folio *folio);

/* ---- the interval tree of a file's mappings ---- */
void vma_interval_tree_insert(struct vm_area_struct *node, struct rb_root_cached *root);
void vma_interval_tree_remove(struct vm_area_struct *node, struct rb_root_cached *root);
struct vm_area_struct *vma_interval_tree_iter_first(struct rb_root_cached *root, unsigned long start,
						    unsigned long last);
struct vm_area_struct *vma_interval_tree_iter_next(struct vm_area_struct *node, unsigned long start,
						   unsigned long last);
#define vma_interval_tree_foreach(vma, root, start, last)			\
	for (vma = vma_interval_tree_iter_first(root, start, last); vma;	\
	     vma = vma_interval_tree_iter_next(vma, start, last))

/* ---- addresses of pages ---- */
static inline void *page_address(const struct page *page)
{
	return page_to_virt(page);
}
static inline void *folio_address(const struct folio *folio)
{
	return page_address(&folio->page);
}
#define lowmem_page_address(page) page_address(page)
#define offset_in_folio(folio, p) ((unsigned long)(p) & (folio_size(folio) - 1))
#define offset_in_thp(page, p) ((unsigned long)(p) & (thp_size(page) - 1))
#define page_is_pfmemalloc(page) false

/* ---- memory failure ---- */
enum mf_flags {
	MF_COUNT_INCREASED = 1 << 0,
	MF_ACTION_REQUIRED = 1 << 1,
	MF_MUST_KILL = 1 << 2,
	MF_SOFT_OFFLINE = 1 << 3,
	MF_UNPOISON = 1 << 4,
	MF_SW_SIMULATED = 1 << 5,
	MF_NO_RETRY = 1 << 6,
	MF_MEM_PRE_REMOVE = 1 << 7,
};
int memory_failure(unsigned long pfn, int flags);
int soft_offline_page(unsigned long pfn, int flags);
void memblk_nr_poison_inc(unsigned long pfn);
void memblk_nr_poison_sub(unsigned long pfn, long i);
extern int sysctl_memory_failure_early_kill;
#define hwpoison_filter(p) ((void)(p), 0)
#define arch_memory_failure(pfn, flags) ((void)(pfn), (void)(flags), -ENXIO)
enum mf_result { MF_IGNORED, MF_FAILED, MF_DELAYED, MF_RECOVERED };
enum mf_action_page_type { MF_MSG_DAX, MF_MSG_UNKNOWN };
#define action_result(pfn, type, result) ((void)(pfn), (void)(type), (result) == MF_RECOVERED ? 0 : -EBUSY)
struct task_struct *task_early_kill(struct task_struct *tsk, int force_early);
int mf_dax_kill_procs(struct address_space *mapping, pgoff_t index, unsigned long count, int mf_flags);

/* ---- ours: what scenarios and boot call (mm/fsc_mm.c) ---- */
struct file;
#define FSC_PROT_READ 1u
#define FSC_PROT_WRITE 2u
#define FSC_MAP_SHARED 4u
#define FSC_MAP_PRIVATE 8u
#define FSC_MAP_SYNC 16u
void fsc_boot_mm(void);
struct mm_struct *fsc_mm_create(void);
void fsc_mm_destroy(struct mm_struct *mm);
/* Fork: the child's mm with the parent's VMAs and page tables copied. */
struct mm_struct *fsc_mm_fork(struct mm_struct *mm);
/* Maps nr_pages of file from pgoff; align: 0 or the alignment wanted of (address - pgoff * PAGE_SIZE), so that PMD faults can
 * work. Returns the address or -errno. file NULL: anonymous memory. */
unsigned long fsc_mmap(struct mm_struct *mm, struct file *file, unsigned long pgoff, unsigned long nr_pages,
		       unsigned int prot_flags, unsigned long align);
int fsc_munmap(struct mm_struct *mm, unsigned long start, unsigned long len);
int fsc_mprotect(struct mm_struct *mm, unsigned long start, unsigned long len, unsigned int prot);
vm_fault_t fsc_fault(struct mm_struct *mm, unsigned long addr, unsigned int flags);
/* A load or store of one byte by user code: faults until it works. Returns 0, or the VM_FAULT_ bits that were fatal. */
vm_fault_t fsc_user_read(struct mm_struct *mm, unsigned long addr, unsigned char *value);
vm_fault_t fsc_user_write(struct mm_struct *mm, unsigned long addr, unsigned char value);
/* What the kernel copies to or from a process, by faults where it must: how many bytes it could not. */
size_t fsc_user_copy(struct mm_struct *mm, unsigned long addr, void *kernel, size_t bytes, bool to_user);
/* "DMA" of `who` pins nr pages of mm at addr and notes it in the registry; the pages come back in pages[]. */
long fsc_dma_pin(struct mm_struct *mm, unsigned long addr, int nr, unsigned int gup_flags, struct page **pages,
		 const char *who);
void fsc_dma_unpin(struct page **pages, int nr, const char *who);
void fsc_use_mm(struct mm_struct *mm); /* current->mm of the running task */

#if FSC_ERA >= 612
/* Where struct pages live (mm/sparse-vmemmap.c, arch/x86/mm/init_64.c). */
struct vmem_altmap;
struct dev_pagemap;
struct page *__populate_section_memmap(unsigned long pfn, unsigned long nr_pages, int nid, struct vmem_altmap *altmap,
				       struct dev_pagemap *pgmap);
void *vmemmap_alloc_block(unsigned long size, int node);
void *vmemmap_alloc_block_buf(unsigned long size, int node, struct vmem_altmap *altmap);
void vmemmap_verify(pte_t *pte, int node, unsigned long start, unsigned long end);
int vmemmap_populate_basepages(unsigned long start, unsigned long end, int node, struct vmem_altmap *altmap);
int vmemmap_populate_hugepages(unsigned long start, unsigned long end, int node, struct vmem_altmap *altmap);
int vmemmap_populate(unsigned long start, unsigned long end, int node, struct vmem_altmap *altmap);
void vmemmap_set_pmd(pmd_t *pmd, void *p, int node, unsigned long addr, unsigned long next);
int vmemmap_check_pmd(pmd_t *pmd, int node, unsigned long addr, unsigned long next);
void vmemmap_free(unsigned long start, unsigned long end, struct vmem_altmap *altmap);
#define get_order(size) ((size) > PAGE_SIZE ? fls64((size) - 1) - PAGE_SHIFT : 0)
#define sparse_buffer_alloc(size) NULL
#define early_pfn_to_nid(pfn) 0
#define node_distance(a, b) LOCAL_DISTANCE
#define LOCAL_DISTANCE 10
#endif
unsigned long fsc_ram_in_use(void); /* pages of RAM that somebody has */
#endif
