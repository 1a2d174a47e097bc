// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest uses pages of its process: found by the process's page tables, let go of at once, held off by the mmu notifier.
 * Mirrors virt/kvm/kvm_main.c and what arch/x86/kvm/mmu does with what it gives. Left out: asynchronous faults, pages of
 * VM_PFNMAP, huge entries, dirty logs.
 */
#include <asm/cacheflush.h>
#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>

/* ---- which pfns are counted ---- */

#if FSC_ERA < 505
bool kvm_is_reserved_pfn(kvm_pfn_t pfn)
{
	return !pfn_valid(pfn) || PageReserved(pfn_to_page(pfn));
}
#elif FSC_ERA < 613
bool kvm_is_zone_device_page(struct page *page)
{
	return !WARN_ON_ONCE(!page_count(page)) && is_zone_device_page(page);
}

struct page *kvm_pfn_to_refcounted_page(kvm_pfn_t pfn)
{
	struct page *page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
	bool counted = page && (!PageReserved(page) || is_zero_pfn(pfn) || kvm_is_zone_device_page(page));

	return counted ? page : NULL;
}

/* Up to v5.17 all went by this name. */
bool kvm_is_reserved_pfn(kvm_pfn_t pfn)
{
	return !kvm_pfn_to_refcounted_page(pfn);
}
#endif

#if FSC_ERA < 613
void kvm_get_pfn(kvm_pfn_t pfn)
{
	if (!kvm_is_reserved_pfn(pfn))
		get_page(pfn_to_page(pfn));
}

void kvm_set_pfn_dirty(kvm_pfn_t pfn)
{
	if (!kvm_is_reserved_pfn(pfn) && !is_zone_device_page(pfn_to_page(pfn)))
		SetPageDirty(pfn_to_page(pfn));
}

void kvm_release_pfn_clean(kvm_pfn_t pfn)
{
	if (!is_error_noslot_pfn(pfn) && !kvm_is_reserved_pfn(pfn))
		kvm_release_page_clean(pfn_to_page(pfn));
}

void kvm_release_pfn_dirty(kvm_pfn_t pfn)
{
	kvm_set_pfn_dirty(pfn);
	kvm_release_pfn_clean(pfn);
}

void kvm_release_page_clean(struct page *page)
{
	put_page(page);
}

void kvm_release_page_dirty(struct page *page)
{
	kvm_set_pfn_dirty(page_to_pfn(page));
	put_page(page);
}
#else
void kvm_release_page_clean(struct page *page)
{
	if (page)
		put_page(page);
}

void kvm_release_page_dirty(struct page *page)
{
	if (!page)
		return;
	if (!is_zone_device_page(page) && !PageReserved(page))
		SetPageDirty(page);
	put_page(page);
}
#endif

/* ---- from guest pages to pfns ---- */

unsigned long gfn_to_hva(struct kvm *kvm, gfn_t gfn)
{
	if (gfn < kvm->slot.base_gfn || gfn >= kvm->slot.base_gfn + kvm->slot.npages)
		return -EFAULT;
	return kvm->slot.userspace_addr + ((gfn - kvm->slot.base_gfn) << PAGE_SHIFT);
}

#if FSC_ERA < 613
kvm_pfn_t hva_to_pfn(unsigned long addr, bool write_fault, bool *writable)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, write_fault ? FOLL_WRITE : 0, &page) != 1)
		return KVM_PFN_ERR_FAULT;
	*writable = write_fault;
	return page_to_pfn(page);
}
#else
kvm_pfn_t hva_to_pfn(struct kvm_follow_pfn *kfp)
{
	struct page *page;

	if (get_user_pages_fast(kfp->hva, 1, kfp->flags & FOLL_WRITE, &page) != 1)
		return KVM_PFN_ERR_FAULT;
	*kfp->map_writable = kfp->flags & FOLL_WRITE;
	*kfp->refcounted_page = page;
	return page_to_pfn(page);
}
#endif

/* The pfn with a reference, if its kind is counted; on the guest's account, whoever runs. */
static kvm_pfn_t fsc_gfn_to_pfn(struct kvm *kvm, gfn_t gfn, bool write, bool *writable, struct page **refcounted)
{
	unsigned long hva = gfn_to_hva(kvm, gfn);
	struct mm_struct *before = current->mm;
	kvm_pfn_t pfn;

	if (IS_ERR_VALUE(hva))
		return KVM_PFN_NOSLOT;
	current->mm = kvm->mm;
#if FSC_ERA < 613
	*refcounted = NULL;
	pfn = hva_to_pfn(hva, write, writable);
#else
	struct kvm_follow_pfn kfp = {
		.slot = &kvm->slot,
		.gfn = gfn,
		.hva = hva,
		.flags = write ? FOLL_WRITE : 0,
		.map_writable = writable,
		.refcounted_page = refcounted,
	};

	*refcounted = NULL;
	pfn = hva_to_pfn(&kfp);
#endif
	current->mm = before;
	return pfn;
}

static void fsc_release(kvm_pfn_t pfn, struct page *refcounted, bool dirty)
{
#if FSC_ERA < 613
	(void)refcounted;
	if (dirty)
		kvm_release_pfn_dirty(pfn);
	else
		kvm_release_pfn_clean(pfn);
#else
	(void)pfn;
	if (dirty)
		kvm_release_page_dirty(refcounted);
	else
		kvm_release_page_clean(refcounted);
#endif
}

/* ---- the guest ---- */

bool fsc_guest_store(struct kvm *kvm, gfn_t gfn, unsigned char value)
{
	const struct fsc_spte *spte = &kvm->spte[gfn - kvm->slot.base_gfn];
	unsigned char *byte;

	if (!spte->present || !spte->writable)
		return false;
	byte = pfn_to_kaddr(spte->pfn);
	*byte = value;
	fsc_cache_store(byte);
	return true;
}

int fsc_guest_access(struct kvm *kvm, gfn_t gfn, unsigned char *value, bool write)
{
	struct fsc_spte *spte = &kvm->spte[gfn - kvm->slot.base_gfn];

	for (int tries = 0; tries < 10; tries++) {
		unsigned long seq = kvm->mmu_invalidate_seq;
		struct page *refcounted;
		bool writable = false;
		kvm_pfn_t pfn;

		if (spte->present && (spte->writable || !write)) {
			unsigned char *byte = pfn_to_kaddr(spte->pfn);

			if (!write)
				*value = *byte;
			else
				fsc_guest_store(kvm, gfn, *value);
			return 0;
		}
		pfn = fsc_gfn_to_pfn(kvm, gfn, write, &writable, &refcounted);
		if (is_error_noslot_pfn(pfn))
			return -EFAULT;
		/* What was found while a mapping goes is not made an entry. */
		if (!kvm->mmu_invalidate_in_progress && kvm->mmu_invalidate_seq == seq) {
			spte->pfn = pfn;
			spte->writable = writable;
			spte->present = true;
		}
		fsc_release(pfn, refcounted, write);
	}
	__fsc_warn(1, "guest access faults for ever");
	return -EFAULT;
}

static int kvm_mmu_notifier_invalidate_range_start(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct kvm *kvm = container_of(mn, struct kvm, mmu_notifier);

	kvm->mmu_invalidate_in_progress++;
	for (unsigned long i = 0; i < kvm->slot.npages; i++) {
		unsigned long hva = kvm->slot.userspace_addr + (i << PAGE_SHIFT);

		if (hva >= range->start && hva < range->end)
			kvm->spte[i].present = false;
	}
	return 0;
}

static void kvm_mmu_notifier_invalidate_range_end(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct kvm *kvm = container_of(mn, struct kvm, mmu_notifier);

	(void)range;
	kvm->mmu_invalidate_seq++;
	kvm->mmu_invalidate_in_progress--;
	WARN_ON(kvm->mmu_invalidate_in_progress < 0);
}

static const struct mmu_notifier_ops kvm_mmu_notifier_ops = {
	.invalidate_range_start = kvm_mmu_notifier_invalidate_range_start,
	.invalidate_range_end = kvm_mmu_notifier_invalidate_range_end,
};

struct kvm *fsc_kvm_create(struct mm_struct *mm, unsigned long userspace_addr, unsigned long npages)
{
	struct kvm *kvm = kzalloc(sizeof(struct kvm), GFP_KERNEL);

	BUG_ON(!kvm || npages > FSC_KVM_PAGES);
	kvm->mm = mm;
	kvm->slot.npages = npages;
	kvm->slot.userspace_addr = userspace_addr;
	kvm->mmu_notifier.ops = &kvm_mmu_notifier_ops;
	BUG_ON(mmu_notifier_register(&kvm->mmu_notifier, mm));
	return kvm;
}

void fsc_kvm_destroy(struct kvm *kvm)
{
	mmu_notifier_unregister(&kvm->mmu_notifier, kvm->mm);
	kfree(kvm);
}

/* ---- pages that KVM holds ---- */

int kvm_vcpu_map(struct kvm_vcpu *vcpu, gfn_t gfn, struct kvm_host_map *map)
{
	bool writable;

	map->pfn = fsc_gfn_to_pfn(vcpu->kvm, gfn, true, &writable, &map->page);
	if (is_error_noslot_pfn(map->pfn))
		return -EFAULT;
	map->gfn = gfn;
	map->hva = pfn_to_kaddr(map->pfn);
	return 0;
}

void kvm_vcpu_unmap(struct kvm_vcpu *vcpu, struct kvm_host_map *map, bool dirty)
{
	(void)vcpu;
	if (!map->hva)
		return;
	fsc_release(map->pfn, map->page, dirty);
	map->hva = NULL;
	map->page = NULL;
}
