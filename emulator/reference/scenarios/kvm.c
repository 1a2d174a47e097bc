/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's memory is a file or a device: what it maps is not counted, what KVM holds is, and either way the device can go. */
#include <linux/fsc_pfn.h>
#include <linux/kvm_host.h>
#include "devices.h"

static unsigned char sc_guest_byte;

/* The kernel that seed threads of 2018 ask for: device memory is not marked reserved, from when it is bound. */
static void sc_unmark_pmem(void)
{
	fsc_device_memory_unmarked = true;
	sc_rebind_pmem();
}

static int sc_guest_write(struct kvm *kvm, gfn_t gfn, unsigned char value)
{
	int error;

	SC_DO(error = fsc_guest_access(kvm, gfn, &value, true), "guest stores %u to its page %lu", value, (unsigned long)gfn);
	return error;
}

static int sc_guest_read(struct kvm *kvm, gfn_t gfn)
{
	int error;

	SC_DO(error = fsc_guest_access(kvm, gfn, &sc_guest_byte, false), "guest loads from its page %lu", (unsigned long)gfn);
	return error;
}

FSC_SCENARIO(kvm_guest, "kvm-guest", "A guest's memory is a mapped file, which its process unmaps and deletes; then the device goes",
	     "order=0,9 write=0,1 hole=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	struct sc_file a = sc_create("A", n);
	struct kvm *kvm;
	struct sc_map m;

	if (!__fsc_param("hole", 0))
		sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	kvm = fsc_kvm_create(mm, m.addr, 4);
	SC_EXPECT(!sc_guest_read(kvm, 1), "a guest can read memory that its process has mapped");
	if (__fsc_param("write", 0)) {
		SC_EXPECT(!sc_guest_write(kvm, 1, 7), "a guest can write memory that its process has mapped");
		SC_EXPECT(!sc_guest_read(kvm, 1) && sc_guest_byte == 7, "a guest reads what it wrote");
		sc_see(&m, 1, 7);
	}
	sc_munmap(&m);
	SC_EXPECT(sc_guest_read(kvm, 1) == -EFAULT, "a guest cannot reach memory that its process has unmapped");
	fsc_kvm_destroy(kvm);
	sc_remove(&a);
	sc_end(mm);
	sc_rebind_pmem();
}

FSC_SCENARIO(kvm_truncate, "kvm-truncate", "A file that is a guest's memory is truncated, and its block goes to another file",
	     "order=0,9 fs=0,1,2")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	struct sc_file a = sc_create("A", n), b;
	struct sc_map m, mb;
	struct kvm *kvm;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	kvm = fsc_kvm_create(mm, m.addr, 4);
	SC_EXPECT(!sc_guest_write(kvm, 0, 7), "a guest can write memory that its process has mapped");
	sc_truncate(&a, 0);
	b = sc_create("B", n);
	sc_fill(&b, 0, n);
	mb = sc_mmap(mm, &b, 0, n, SC_RW);
	sc_write(&mb, 0, 9);
	SC_EXPECT(sc_guest_write(kvm, 0, 8) == -EFAULT, "a guest cannot reach what is cut off the file that is its memory");
	sc_see(&mb, 0, 9);
	fsc_kvm_destroy(kvm);
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_remove(&b);
	sc_remove(&a);
	sc_end(mm);
}

/* Of the same guest, told first when a mapping goes: what it has not stored by then it cannot store without a fault. */
static struct {
	struct mmu_notifier notifier;
	struct kvm *kvm;
	unsigned char value;
} sc_last_store;

static int sc_store_last(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	(void)notifier;
	(void)range;
	if (fsc_guest_store(sc_last_store.kvm, 1, sc_last_store.value + 1))
		sc_last_store.value++;
	return 0;
}

static const struct mmu_notifier_ops sc_last_store_ops = {
	.invalidate_range_start = sc_store_last,
};

FSC_SCENARIO(kvm_writeback, "kvm-writeback",
	     "A guest stores to its page up to the moment at which write-back takes its translation away", "order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_order() ? 512 : 4;
	struct sc_file a = sc_create("A", n);
	struct kvm *kvm;
	struct sc_map m;

	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	kvm = fsc_kvm_create(mm, m.addr, 4);
	sc_last_store.kvm = kvm;
	sc_last_store.value = 7;
	sc_last_store.notifier.ops = &sc_last_store_ops;
	SC_EXPECT(!mmu_notifier_register(&sc_last_store.notifier, mm), "a process can be watched");
	SC_EXPECT(!sc_guest_write(kvm, 1, 7), "a guest can write memory that its process has mapped");
	sc_fsync(&a);
	sc_see(&m, 1, sc_last_store.value);
	SC_EXPECT(!sc_guest_write(kvm, 1, 9), "a guest can write again what was written back");
	mmu_notifier_unregister(&sc_last_store.notifier, mm);
	sc_see(&m, 1, 9);
	sc_fsync(&a);
	fsc_kvm_destroy(kvm);
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

#if FSC_ERA < 613
/* Where no struct page is: registers of a device. */
#define SC_MMIO_PFN 0xfee00UL

/* KVM finds a page of pmem by its process's page tables: no other page of it is ever taken. */
static unsigned long sc_mapped_pfn(struct mm_struct *mm, struct sc_file *a)
{
	struct sc_map m;

	*a = sc_create("A", 4);
	sc_fill(a, 0, 4);
	m = sc_mmap(mm, a, 0, 4, SC_RW);
	sc_write(&m, 1, 5);
	return fsc_registry.pmem_start_pfn + fscfs_bmap(a->file, 1);
}

FSC_SCENARIO(kvm_pfn_kinds, "kvm-pfn-kinds",
	     "KVM takes and lets go of a page of RAM, a reserved one, the zero page, a mapped page of pmem with its mark and without, registers of a device",
	     "kind=0,1,2,3,4,5")
{
	struct page *page = alloc_page(GFP_KERNEL), *taken;
	unsigned int kind = __fsc_param("kind", 0);
	unsigned long pfn = page_to_pfn(page);
	struct mm_struct *mm = NULL;
	struct sc_file a = { 0 };
	int count = 0;

	if (kind == 5)
		sc_unmark_pmem();
	if (kind == 1)
		SetPageReserved(page);
	else if (kind == 2)
		pfn = fsc_registry.zero_pfn;
	else if (kind == 3 || kind == 5)
		pfn = sc_mapped_pfn(mm = sc_begin(), &a);
	else if (kind == 4)
		pfn = SC_MMIO_PFN;
	taken = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
	SC_EXPECT(!taken == (kind == 4), "memory has struct pages and registers of a device have none");
	if (taken)
		count = page_count(taken);
	__fsc_step("KVM takes the page");
	kvm_get_pfn(pfn);
	if (!kind || kind == 5)
		SC_EXPECT(page_count(taken) == count + 1, "KVM counts a page that is not marked reserved");
	__fsc_step("KVM lets go of the page");
	kvm_release_pfn_clean(pfn);
	__fsc_quiesce("KVM has let go of the page");
	if (taken)
		SC_EXPECT(page_count(taken) == count, "what KVM takes of a page it gives back");
	if (kind == 1)
		ClearPageReserved(page);
	SC_DO(__free_page(page), "the page is freed");
	if (mm) {
		sc_remove(&a);
		sc_end(mm);
	}
}
#endif

/* ---- unplug ---- */

static struct {
	struct kvm_vcpu vcpu;
	struct kvm_host_map map;
	struct sc_file a;
	int gone;
} sc_kvm;

static void sc_kvm_takes(struct kvm *kvm)
{
	sc_kvm.vcpu.kvm = kvm;
	sc_kvm.gone = 0;
	__fsc_step("KVM takes the guest's page");
	SC_EXPECT(!kvm_vcpu_map(&sc_kvm.vcpu, 1, &sc_kvm.map), "KVM can look into a guest's page");
}

static void sc_cut_memory(void *unused)
{
	(void)unused;
	sc_truncate(&sc_kvm.a, 0);
	sc_kvm.gone = 1;
}

static void sc_kvm_lets_go(void *unused)
{
	(void)unused;
	__fsc_step("KVM looks into the page that it holds and lets go of it");
	SC_EXPECT(!sc_kvm.gone, "memory stays where it is while KVM holds its page");
	SC_EXPECT(*(unsigned char *)sc_kvm.map.hva == 5, "KVM finds in the page that it holds what was written to it");
	kvm_vcpu_unmap(&sc_kvm.vcpu, &sc_kvm.map, true);
}

static void sc_kvm_unbind(void *dev_dax)
{
	__fsc_step("unbind device-dax");
	sc_dev_unbind(dev_dax);
	sc_kvm.gone = 1;
}

FSC_SCENARIO(kvm_unplug, "kvm-unplug",
	     "KVM holds a page of the file that is a guest's memory, marked reserved or not; the file is cut, unmounted, and the device unbound",
	     "order=0,9 fs=0,1,2 reserved=1,0")
{
	unsigned long n = sc_order() ? 512 : 4;
	struct mm_struct *mm;
	struct sc_map m;
	int cut, let;

	if (!__fsc_param("reserved", 1))
		sc_unmark_pmem();
	mm = sc_begin();
	sc_kvm.a = sc_create("A", n);
	sc_fill(&sc_kvm.a, 0, n);
	m = sc_mmap(mm, &sc_kvm.a, 0, n, SC_RW);
	sc_write(&m, 1, 5);
	sc_kvm_takes(fsc_kvm_create(mm, m.addr, 4));
	cut = sc_spawn("cut", sc_cut_memory, NULL);
	let = sc_spawn("vcpu", sc_kvm_lets_go, NULL);
	sc_join(cut);
	sc_join(let);
	__fsc_quiesce("the file is cut and KVM has let go");
	SC_EXPECT(sc_guest_read(sc_kvm.vcpu.kvm, 1) == -EFAULT, "a guest cannot reach what is cut off the file that is its memory");
	fsc_kvm_destroy(sc_kvm.vcpu.kvm);
	sc_munmap(&m);
	sc_remove(&sc_kvm.a);
	sc_end(mm);
	sc_rebind_pmem();
}

#if FSC_ERA >= 612
#define SC_DEVDAX_PARAMS "order=0,9 held=0,1"
#else /* there a pgmap waits for its pages, which this machine's does not do */
#define SC_DEVDAX_PARAMS "order=0,9"
#endif

FSC_SCENARIO(kvm_devdax_unbind, "kvm-devdax-unbind",
	     "A device-dax device that is a guest's memory is unbound while the guest maps it, or while KVM holds a page of it too", SC_DEVDAX_PARAMS)
{
	struct mm_struct *mm = fsc_mm_create();
	struct dev_dax *dev_dax;
	struct device *region;
	struct sc_file d;
	struct sc_map m;
	struct kvm *kvm;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	region = sc_devdax_create(PAGE_SIZE << sc_order(), 512);
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "the device can be made and bound"), "make the device");
	dev_dax = sc_dev_dax(region);
	d = sc_open_cdev(dev_dax);
	SC_EXPECT(d.file, "a bound device-dax device can be opened");
	m = sc_mmap(mm, &d, 0, sc_order() ? 512 : 4, SC_RW);
	kvm = fsc_kvm_create(mm, m.addr, 4);
	SC_EXPECT(!sc_guest_write(kvm, 1, 5), "a guest can write memory that its process has mapped");
	if (__fsc_param("held", 0)) {
		int unbind, let;

		sc_kvm_takes(kvm);
		unbind = sc_spawn("unbind", sc_kvm_unbind, dev_dax);
		let = sc_spawn("vcpu", sc_kvm_lets_go, NULL);
		sc_join(unbind);
		sc_join(let);
		__fsc_quiesce("the device is unbound and KVM has let go");
	} else {
		SC_DO(sc_dev_unbind(dev_dax), "unbind device-dax");
	}
	SC_EXPECT(sc_guest_read(kvm, 1) == -EFAULT, "a guest cannot reach memory of a device that is gone");
	fsc_kvm_destroy(kvm);
	sc_munmap(&m);
	fput(d.file);
	SC_DO(sc_devdax_unbind(region), "take the device away");
	sc_devdax_destroy(region);
	fsc_mm_destroy(mm);
}
