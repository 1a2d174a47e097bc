/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device goes and comes back, changes its mode, fails to start, and tells its holder of bad memory. */
#include <linux/device.h>
#include "scenario.h"

FSC_SCENARIO(unbind_rebind, "unbind-rebind", "The pmem device is unbound when idle, bound again, and used again",
	     "order=0,9 from=0,9")
{
	unsigned long n = sc_pages();
	int round;

	for (round = 0; round < 2; round++) {
		struct mm_struct *mm = sc_begin();
		struct sc_file a = sc_create("A", 512);
		struct sc_map m;

		sc_fill(&a, 0, 512);
		m = sc_mmap(mm, &a, 0, round ? 1UL << __fsc_param("from", 0) : n, SC_RW);
		sc_write(&m, 0, 1);
		sc_munmap(&m);
		sc_remove(&a);
		sc_end(mm);
		SC_DO(fsc_unbind_pmem(), "unbind pmem");
		SC_DO(SC_EXPECT(fsc_bind_pmem() == 0), "bind pmem");
	}
}

static void sc_probe_fails(void)
{
	struct mm_struct *mm;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_DO(SC_EXPECT(fsc_bind_pmem() != 0), "bind pmem, which fails");
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0), "bind pmem again");
	mm = sc_begin();
	sc_end(mm);
}

FSC_SCENARIO(probe_fails_alloc_dax, "probe-fails-alloc-dax", "The pmem driver gets no dax device, then does",
	     "fail_alloc_dax=1")
{
	sc_probe_fails();
}

FSC_SCENARIO(probe_fails_add_host, "probe-fails-add-host", "The pmem driver cannot announce its dax device, then can",
	     "fail_dax_add_host=1")
{
	sc_probe_fails();
}

FSC_SCENARIO(probe_fails_add_disk, "probe-fails-add-disk", "The pmem driver cannot announce its disk, then can",
	     "fail_device_add_disk=1")
{
	sc_probe_fails();
}

FSC_SCENARIO(probe_fails_memory, "probe-fails-memory", "The pmem driver cannot get struct pages, then can",
	     "fail_arch_add_memory=1")
{
	sc_probe_fails();
}

FSC_SCENARIO(holder, "holder", "A file system holds the dax device; a second one is refused; the device dies first, or not",
	     "kill=0,1")
{
	static const struct dax_holder_operations none = { .notify_failure = NULL };
	struct block_device *bdev = fsc_pmem_bdev();
	struct dax_device *dax, *second;
	int holder, other;
	u64 off = 1;

	SC_DO(dax = fs_dax_get_by_bdev(bdev, &off, &holder, NULL), "hold");
	SC_EXPECT(dax && !off);
	SC_EXPECT(dax_holder(dax) == &holder);
	SC_DO(second = fs_dax_get_by_bdev(bdev, &off, &other, &none), "a second holder");
	SC_EXPECT(!second);
	SC_DO(SC_EXPECT(dax_holder_notify_failure(dax, 0, PAGE_SIZE, 0) == -EOPNOTSUPP), "bad memory");
	if (__fsc_param("kill", 0)) {
		SC_DO(fsc_unbind_pmem(), "unbind pmem");
		SC_DO(fs_put_dax(dax, &holder), "let go");
		SC_DO(SC_EXPECT(fsc_bind_pmem() == 0), "bind pmem");
	} else {
		SC_DO(fs_put_dax(dax, &other), "somebody else lets go");
	}
}

FSC_SCENARIO(memory_failure_file, "memory-failure", "Memory behind a mapped file page fails",
	     "order=0,9 files=1,2 mapped=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n), b = sc_create("B", n);
	struct sc_map m, mb;
	unsigned long pfn;
	int error;

	sc_fill(&a, 0, n);
	if (__fsc_param("files", 1) > 1)
		sc_clone(&a, 0, &b, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	mb = sc_mmap(mm, &b, 0, n, SC_RW);
	sc_read(&m, 0);
	if (__fsc_param("files", 1) > 1)
		sc_read(&mb, 0);
	if (!__fsc_param("mapped", 0)) {
		sc_munmap(&m);
		sc_munmap(&mb);
	}
	pfn = fsc_registry.pmem_start_pfn + fscfs_bmap(a.file, 0);
	SC_DO(error = memory_failure(pfn, 0), "memory failure at pfn %#lx", pfn);
	(void)error;
	if (__fsc_param("mapped", 0)) {
		sc_munmap(&m);
		sc_munmap(&mb);
	}
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}
