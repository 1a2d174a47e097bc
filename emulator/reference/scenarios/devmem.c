/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /dev/mem is mapped where a driver comes: ndctl's test/revoke-devmem.c. Facts: "/dev/mem: Revoke mappings when a driver claims
 * the region" (v5.8), for CONFIG_IO_STRICT_DEVMEM. Left out: read(2) and write(2) of it.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/device.h>
#include <linux/io.h>
#include <linux/nd.h>
#include "scenario.h"

/* Memory is there whether or not a driver maps it; this machine has what somebody maps. */
static void *sc_memory_is_there(unsigned long pfn, unsigned long pages)
{
	void *there = memremap(PFN_PHYS(pfn), pages << PAGE_SHIFT, MEMREMAP_WB);

	SC_NEED(there, "memory without a driver can be mapped by its address");
	return there;
}

FSC_SCENARIO(ndctl_revoke_devmem, "ndctl-revoke-devmem",
	     "revoke-devmem.c: memory is mapped by /dev/mem, all of it a namespace's or only its first half, when the namespace is enabled",
	     "over=0,1")
{
	struct resource *res = &to_nd_namespace_io(fsc_pmem_dev)->res;
	unsigned long pfn = PHYS_PFN(res->start), n = PTRS_PER_PMD, first = __fsc_param("over", 0) ? n / 2 : 0, last = n - 1 - first;
	struct mm_struct *mm = fsc_mm_create();
	struct sc_file mem = { .name = "/dev/mem" };
	unsigned long again;
	struct sc_map m;
	void *low, *high;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "disable the namespace");
	res->end = res->start + PMD_SIZE - 1;
	mem.file = fsc_devmem_open();
	mem.inode = file_inode(mem.file);
	low = sc_memory_is_there(pfn, n);
	high = sc_memory_is_there(pfn + n, n);
	m = sc_mmap(mm, &mem, pfn + first, n, SC_RW);
	sc_write(&m, pfn + first, 5);
	sc_write(&m, pfn + first + last, 5);
	sc_write(&m, pfn + first + n - 1, 5);
	sc_see(&m, pfn + first + n - 1, 5);
	memunmap(low);
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0, "a namespace can be enabled while its memory is mapped by /dev/mem"), "enable the namespace");
	SC_EXPECT(sc_try_read(&m, pfn + first) & VM_FAULT_SIGBUS,
		  "memory that a driver has claimed is gone from a mapping of /dev/mem: who touches it gets SIGBUS");
	SC_EXPECT(sc_try_write(&m, pfn + first + last, 6) & VM_FAULT_SIGBUS,
		  "memory that a driver has claimed is gone from a mapping of /dev/mem, to its last page");
	if (first)
		sc_see(&m, pfn + first + n - 1, 5); /* nobody has claimed it */
	SC_DO(again = fsc_mmap(mm, mem.file, pfn, 1, SC_RW, PAGE_SIZE), "mmap /dev/mem where a driver is");
	SC_EXPECT(again == (unsigned long)-EPERM, "memory that a driver has claimed cannot be mapped by /dev/mem");
	SC_DO(fsc_unbind_pmem(), "disable the namespace");
	SC_EXPECT(sc_try_read(&m, pfn + first) & VM_FAULT_SIGBUS, "what was taken from a mapping of /dev/mem does not come back");
	sc_munmap(&m);
	fput(mem.file);
	memunmap(high);
	fsc_mm_destroy(mm);
}
#endif
