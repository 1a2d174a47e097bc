/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct page, struct folio, vm_area_struct, mm_struct. Mirrors include/linux/mm_types.h of each era, byte for byte
 * where words alias: that is where real bugs live. Left out: slab, page_pool, KMSAN, per-VMA lock, maple tree (VMAs are
 * the sorted list mm->mmap -> vm_next that kernels before v6.1 had).
 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/rwsem.h>
#include <linux/rbtree.h>
#include <linux/wait.h>
#include <linux/percpu-refcount.h>
#include <asm/page.h>

struct address_space;
struct mem_cgroup;
struct dev_pagemap;
struct vm_fault;
struct vm_operations_struct;
struct file;
struct anon_vma;
struct mempolicy;
struct mmu_notifier_subscriptions;

typedef struct {
	unsigned long val;
} swp_entry_t;

#if FSC_ERA >= 618 /* v6.18: "mm: introduce memdesc_flags_t" */
typedef struct {
	unsigned long f;
} memdesc_flags_t;
#define FSC_FLAGS_T memdesc_flags_t
#define fsc_flags flags.f
#else
#define FSC_FLAGS_T unsigned long
#define fsc_flags flags
#endif

struct page {
	FSC_FLAGS_T flags;
	union { /* five words; bit 0 of the first says "tail page" */
		struct { /* page cache and anonymous memory */
			union {
				struct list_head lru;
				struct {
					void *__filler;
					unsigned int mlock_count;
				};
				struct list_head buddy_list;
				struct list_head pcp_list;
			};
			struct address_space *mapping;
			union {
				pgoff_t index;
				unsigned long share; /* fsdax: how many associations */
			};
			unsigned long private;
		};
		struct { /* tail pages */
#if FSC_ERA >= 701
			unsigned long compound_info; /* as before in what it says, without masks */
#else
			unsigned long compound_head;
#endif
		};
		struct { /* ZONE_DEVICE */
#if FSC_ERA >= 615
			void *_unused_pgmap_compound_head; /* compound_head, or the folio's pgmap */
#else
			struct dev_pagemap *pgmap;
#endif
			void *zone_device_data;
		};
		struct rcu_head rcu_head;
	};
	union {
		unsigned int page_type;
		atomic_t _mapcount;
	};
	atomic_t _refcount;
	unsigned long memcg_data;
};

#if FSC_ERA >= 615
typedef unsigned int mm_id_t;
typedef short mm_id_mapcount_t; /* int in v6.15; so narrow it also fits behind the _folio_nr_pages of a v6.12 tree */
#endif

struct folio {
	union {
		struct {
			FSC_FLAGS_T flags;
			union {
				struct list_head lru;
				struct {
					void *__filler;
					unsigned int mlock_count;
				};
				/* In v6.12 named by struct page alone; series on their way to v6.15 name it here too. */
				struct dev_pagemap *pgmap;
			};
			struct address_space *mapping;
			union {
				pgoff_t index;
				unsigned long share;
			};
			union {
				void *private;
				swp_entry_t swap;
			};
			atomic_t _mapcount;
			atomic_t _refcount;
			unsigned long memcg_data;
		};
		struct page page;
	};
	union {
		struct {
			unsigned long _flags_1;
			unsigned long _head_1;
#if FSC_ERA >= 615 && !defined(FSC_OLD_FOLIO)
			atomic_t _large_mapcount;
			atomic_t _nr_pages_mapped;
			atomic_t _entire_mapcount;
			atomic_t _pincount;
			mm_id_mapcount_t _mm_id_mapcount[2];
			union {
				mm_id_t _mm_id[2];
				unsigned long _mm_ids;
			};
			atomic_t _mapcount_1;
			atomic_t _refcount_1;
			unsigned int _nr_pages;
#else
			atomic_t _large_mapcount;
			atomic_t _entire_mapcount;
			atomic_t _nr_pages_mapped;
			atomic_t _pincount;
#if FSC_ERA >= 615
			/* A v6.12 tree with the patches that led to v6.15: the count has its old place and both names. */
			union {
				unsigned int _folio_nr_pages;
				unsigned int _nr_pages;
			};
#else
			unsigned int _folio_nr_pages;
#endif
#endif
		};
		struct page __page_1;
	};
	union {
		struct {
			unsigned long _flags_2;
			unsigned long _head_2;
			struct list_head _deferred_list;
		};
		struct page __page_2;
	};
	union {
		struct {
			unsigned long _flags_3;
			unsigned long _head_3;
			void *_hugetlb_subpool;
			void *_hugetlb_cgroup;
			void *_hugetlb_cgroup_rsvd;
			void *_hugetlb_hwpoison;
		};
		struct page __page_3;
	};
};
#if FSC_ERA >= 615
#define NR_PAGES_IN_LARGE_FOLIO 1
#endif

static_assert(sizeof(struct page) == 64);
static_assert(offsetof(struct page, mapping) == 24);
static_assert(offsetof(struct page, share) == 32);
static_assert(offsetof(struct page, _mapcount) == 48);
static_assert(offsetof(struct page, _refcount) == 52);
static_assert(offsetof(struct folio, _refcount) == 52);
static_assert(offsetof(struct folio, _head_1) == 72);
static_assert(sizeof(struct folio) == 256);

struct ptdesc {
	unsigned long __page_flags;
	union {
		struct rcu_head pt_rcu_head;
		struct list_head pt_list;
		struct {
			unsigned long _pt_pad_1;
			pgtable_t pmd_huge_pte;
		};
	};
	unsigned long __page_mapping;
	union {
		pgoff_t pt_index;
		struct mm_struct *pt_mm;
		atomic_t pt_frag_refcount;
	};
	union {
		unsigned long _pt_pad_2;
		spinlock_t ptl;
	};
	unsigned int __page_type;
	atomic_t __page_refcount;
	unsigned long pt_memcg_data;
};
#define page_ptdesc(p) ((struct ptdesc *)(p))
#define ptdesc_page(pt) ((struct page *)(pt))
#define ptdesc_folio(pt) ((struct folio *)(pt))

struct encoded_page;
#define ENCODED_PAGE_BITS 3ul
#define ENCODED_PAGE_BIT_DELAY_RMAP 1ul
#define ENCODED_PAGE_BIT_NR_PAGES_NEXT 2ul
static inline struct encoded_page *encode_page(struct page *page, unsigned long flags)
{
	return (struct encoded_page *)((unsigned long)page | flags);
}
static inline unsigned long encoded_page_flags(struct encoded_page *page)
{
	return (unsigned long)page & ENCODED_PAGE_BITS;
}
static inline struct page *encoded_page_ptr(struct encoded_page *page)
{
	return (struct page *)((unsigned long)page & ~ENCODED_PAGE_BITS);
}
static inline struct encoded_page *encode_nr_pages(unsigned long nr)
{
	return (struct encoded_page *)(nr << 2);
}
static inline unsigned long encoded_nr_pages(struct encoded_page *page)
{
	return (unsigned long)page >> 2;
}

struct percpu_counter {
	s64 count;
};
#define percpu_counter_add(fbc, n) ((fbc)->count += (n))
#define percpu_counter_inc(fbc) ((fbc)->count++)
#define percpu_counter_dec(fbc) ((fbc)->count--)
#define percpu_counter_read(fbc) ((fbc)->count)
#define percpu_counter_sum(fbc) ((fbc)->count)
#define percpu_counter_read_positive(fbc) ((fbc)->count > 0 ? (fbc)->count : 0)

typedef unsigned long vm_flags_t;
struct anon_vma_name;

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct vm_area_struct *vm_next, *vm_prev;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	union {
		vm_flags_t vm_flags;
		vm_flags_t __vm_flags;
	};
	struct {
		struct rb_node rb;
		unsigned long rb_subtree_last;
	} shared;
	struct list_head anon_vma_chain;
	struct anon_vma *anon_vma;
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	void *vm_private_data;
	struct mempolicy *vm_policy;
};

enum { MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES, NR_MM_COUNTERS };

struct mm_struct {
	atomic_t mm_count;
	atomic_t mm_users;
	struct vm_area_struct *mmap;
	pgd_t *pgd;
	atomic_long_t pgtables_bytes;
	int map_count;
	spinlock_t page_table_lock;
	struct rw_semaphore mmap_lock;
	struct list_head mmlist;
	unsigned long total_vm;
	unsigned long locked_vm;
	atomic64_t pinned_vm;
	unsigned long def_flags;
	seqcount_t write_protect_seq;
	struct percpu_counter rss_stat[NR_MM_COUNTERS];
	pgtable_t pmd_huge_pte;
	struct mmu_notifier_subscriptions *notifier_subscriptions;
	atomic_t tlb_flush_pending;
	unsigned long flags;
	struct task_struct *owner;
	unsigned long mmap_base; /* where the next mapping is placed */
#if FSC_ERA >= 615
	mm_id_t mm_id;
#endif
};
extern struct mm_struct init_mm;
#define MMF_HAS_PINNED 27
#define MMF_UNSTABLE 22
#define MMF_OOM_SKIP 21
#define MMF_HUGE_ZERO_PAGE 23
#define MMF_DISABLE_THP 24

struct vma_iterator {
	struct mm_struct *mm;
	unsigned long addr;
};
#define VMA_ITERATOR(name, __mm, __addr) struct vma_iterator name = { .mm = (__mm), .addr = (__addr) }

enum vm_fault_reason {
	VM_FAULT_OOM = 0x000001,
	VM_FAULT_SIGBUS = 0x000002,
	VM_FAULT_MAJOR = 0x000004,
	VM_FAULT_HWPOISON = 0x000010,
	VM_FAULT_HWPOISON_LARGE = 0x000020,
	VM_FAULT_SIGSEGV = 0x000040,
	VM_FAULT_NOPAGE = 0x000100,
	VM_FAULT_LOCKED = 0x000200,
	VM_FAULT_RETRY = 0x000400,
	VM_FAULT_FALLBACK = 0x000800,
	VM_FAULT_DONE_COW = 0x001000,
	VM_FAULT_NEEDDSYNC = 0x002000,
	VM_FAULT_COMPLETED = 0x004000,
	VM_FAULT_HINDEX_MASK = 0x0f0000,
};
#define VM_FAULT_SET_HINDEX(x) ((vm_fault_t)((x) << 16))
#define VM_FAULT_GET_HINDEX(x) (((x) >> 16) & 0xf)
#define VM_FAULT_ERROR (VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON | \
			VM_FAULT_HWPOISON_LARGE | VM_FAULT_FALLBACK)

enum fault_flag {
	FAULT_FLAG_WRITE = 1 << 0,
	FAULT_FLAG_MKWRITE = 1 << 1,
	FAULT_FLAG_ALLOW_RETRY = 1 << 2,
	FAULT_FLAG_RETRY_NOWAIT = 1 << 3,
	FAULT_FLAG_KILLABLE = 1 << 4,
	FAULT_FLAG_TRIED = 1 << 5,
	FAULT_FLAG_USER = 1 << 6,
	FAULT_FLAG_REMOTE = 1 << 7,
	FAULT_FLAG_INSTRUCTION = 1 << 8,
	FAULT_FLAG_INTERRUPTIBLE = 1 << 9,
	FAULT_FLAG_UNSHARE = 1 << 10,
	FAULT_FLAG_ORIG_PTE_VALID = 1 << 11,
	FAULT_FLAG_VMA_LOCK = 1 << 12,
};
#define FAULT_FLAG_DEFAULT (FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE | FAULT_FLAG_INTERRUPTIBLE)
typedef unsigned int zap_flags_t;

enum {
	FOLL_WRITE = 1 << 0,
	FOLL_GET = 1 << 1,
	FOLL_DUMP = 1 << 2,
	FOLL_FORCE = 1 << 3,
	FOLL_NOWAIT = 1 << 4,
	FOLL_NOFAULT = 1 << 5,
	FOLL_HWPOISON = 1 << 6,
	FOLL_ANON = 1 << 7,
	FOLL_LONGTERM = 1 << 8,
	FOLL_SPLIT_PMD = 1 << 9,
	FOLL_PCI_P2PDMA = 1 << 10,
	FOLL_INTERRUPTIBLE = 1 << 11,
	FOLL_HONOR_NUMA_FAULT = 1 << 12,
	FOLL_TOUCH = 1 << 16,
	FOLL_TRIED = 1 << 17,
	FOLL_REMOTE = 1 << 18,
	FOLL_PIN = 1 << 19,
	FOLL_FAST_ONLY = 1 << 20,
	FOLL_UNLOCKABLE = 1 << 21,
	FOLL_MADV_POPULATE = 1 << 22,
};

#endif
