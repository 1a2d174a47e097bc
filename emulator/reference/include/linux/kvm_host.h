/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest whose memory is a process's mapping. Mirrors include/linux/kvm_host.h: one memory slot, page table entries by guest
 * page, a page that KVM holds to look into it. Left out: vCPUs beyond their name, huge and read-only slots, dirty logs.
 */
#ifndef __KVM_HOST_H
#define __KVM_HOST_H
#include <linux/mm.h>
#include <linux/mmu_notifier.h>

typedef u64 gfn_t;
typedef u64 gpa_t;
typedef unsigned long hva_t;
typedef u64 hpa_t;
typedef u64 kvm_pfn_t;

#define KVM_PFN_ERR_MASK (0x7ffULL << 52)
#define KVM_PFN_ERR_FAULT (KVM_PFN_ERR_MASK)
#define KVM_PFN_ERR_HWPOISON (KVM_PFN_ERR_MASK + 1)
#define KVM_PFN_NOSLOT (0x1ULL << 63)
#define FSC_KVM_PAGES 16

static inline bool is_error_noslot_pfn(kvm_pfn_t pfn)
{
	return !!(pfn & (KVM_PFN_ERR_MASK | KVM_PFN_NOSLOT));
}

struct kvm_memory_slot {
	gfn_t base_gfn;
	unsigned long npages;
	unsigned long userspace_addr;
};

struct fsc_spte {
	kvm_pfn_t pfn;
	bool present, writable;
};

struct kvm {
	struct mm_struct *mm;
	struct mmu_notifier mmu_notifier;
	struct kvm_memory_slot slot;
	unsigned long mmu_invalidate_seq;
	long mmu_invalidate_in_progress;
	struct fsc_spte spte[FSC_KVM_PAGES];
};

struct kvm_vcpu {
	struct kvm *kvm;
};

/* A guest's page that KVM itself reads and writes, as it does with the control blocks of nested guests. */
struct kvm_host_map {
	struct page *page;
	void *hva;
	kvm_pfn_t pfn;
	gfn_t gfn;
};

struct kvm *fsc_kvm_create(struct mm_struct *mm, unsigned long userspace_addr, unsigned long npages);
void fsc_kvm_destroy(struct kvm *kvm);
/* The guest writes the first byte of a page by the translation that it has; false: it has none by which it may. */
bool fsc_guest_store(struct kvm *kvm, gfn_t gfn, unsigned char value);
/* The guest reads or writes the first byte of a page: 0, or -EFAULT when its process has to deal with it. */
int fsc_guest_access(struct kvm *kvm, gfn_t gfn, unsigned char *value, bool write);
unsigned long gfn_to_hva(struct kvm *kvm, gfn_t gfn);
int kvm_vcpu_map(struct kvm_vcpu *vcpu, gfn_t gfn, struct kvm_host_map *map);
void kvm_vcpu_unmap(struct kvm_vcpu *vcpu, struct kvm_host_map *map, bool dirty);

#if FSC_ERA < 613
bool kvm_is_reserved_pfn(kvm_pfn_t pfn);
bool kvm_is_zone_device_page(struct page *page);
struct page *kvm_pfn_to_refcounted_page(kvm_pfn_t pfn);
kvm_pfn_t hva_to_pfn(unsigned long addr, bool write_fault, bool *writable);
void kvm_get_pfn(kvm_pfn_t pfn);
void kvm_release_pfn_clean(kvm_pfn_t pfn);
void kvm_release_pfn_dirty(kvm_pfn_t pfn);
void kvm_set_pfn_dirty(kvm_pfn_t pfn);
#else
struct kvm_follow_pfn {
	const struct kvm_memory_slot *slot;
	const gfn_t gfn;
	unsigned long hva;
	unsigned int flags;
	bool pin;
	bool *map_writable;
	struct page **refcounted_page;
};
kvm_pfn_t hva_to_pfn(struct kvm_follow_pfn *kfp);
#endif
void kvm_release_page_clean(struct page *page);
void kvm_release_page_dirty(struct page *page);
#endif
