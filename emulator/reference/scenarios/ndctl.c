/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ndctl's tests do to DAX, by the names of the tests (ndctl: test/mmap.sh, dax-pmd.c, multi-dax.sh, sub-section.sh, dax.sh, device-dax.c; dm.sh in
 * dm.c, revoke-devmem.c in devmem.c). Left out: what they check of tools.
 */
#include <linux/device.h>
#include <linux/memremap.h>
#include <linux/string.h>
#include "devices.h"

static struct mm_struct *sc_begin_on(int kind)
{
	struct mm_struct *mm;

	SC_DO(sc_fs = fscfs_mount(kind), "mkfs, mount -o dax");
	SC_NEED(sc_fs, "a file system on the device can be mounted");
	mm = fsc_mm_create();
	fsc_use_mm(mm);
	return mm;
}

/* MAP_POPULATE, mlock(2), mlockall(2): of a DAX mapping nothing but its page table entries are made. */
static void sc_populate(struct sc_map *m, bool write, const char *by)
{
	SC_DO(for (unsigned long i = 0; i < m->pages; i += m->pages > 8 ? 512 : 1)
		      SC_EXPECT(!(fsc_fault(m->mm, m->addr + (i << PAGE_SHIFT), write ? FAULT_FLAG_WRITE : 0) & VM_FAULT_ERROR),
				"a mapping of a file with blocks can be populated"),
	      "%s", by);
}

FSC_SCENARIO(ndctl_mmap, "ndctl-mmap",
	     "mmap.sh: a mapping is populated, locked and unmapped, on ext4 in large pages, then on xfs on the same device in small ones",
	     "kind=0,1,2 populate=0,1 lock=0,1,2")
{
	static const unsigned int flags[] = { SC_RW, SC_RO, SC_PRIVATE };
	static const char *const locks[] = { "mlock", "mlockall", "read, then mlock" };
	int kind = __fsc_param("kind", 0), lock = __fsc_param("lock", 0);

	for (int round = 0; round < 2; round++) {
		struct mm_struct *mm = sc_begin_on(round ? FSCFS_XFS : FSCFS_EXT4);
		/* What xfs keeps for itself lies in front: its file begins in the middle of what was a large page. */
		unsigned long n = round || kind == 2 ? 8 : 512, first = round ? 12 : 0;
		struct sc_file a = sc_create("A", 512);
		struct sc_map m;

		sc_fill(&a, 0, 512);
		m = sc_mmap(mm, &a, first, n, flags[kind]);
		if (__fsc_param("populate", 0))
			sc_populate(&m, kind == 2, "populate");
		if (lock == 2)
			sc_read(&m, first + n - 1);
		sc_populate(&m, kind == 2, locks[lock]);
		if (kind != 1) {
			sc_write(&m, first, 4);
			sc_write(&m, first + 1, 5);
		}
		sc_read(&m, first + 1);
		sc_munmap(&m);
		sc_remove(&a);
		sc_end(mm);
	}
}

FSC_SCENARIO(ndctl_dax_pmd, "ndctl-dax-pmd",
	     "dax-pmd.c: O_DIRECT from a mapping that was not touched, or was; a fork; a mapping that becomes writable; O_DIRECT into it",
	     "case=0,1,2,3,4 fs=0,1")
{
	struct mm_struct *mm = sc_begin(), *child;
	int nr = __fsc_param("case", 0);
	struct sc_file a = sc_create("A", 512);
	struct sc_map m, c;
	struct sc_dma dma;

	sc_fill(&a, 0, 512);
	m = sc_mmap(mm, &a, 0, 512, nr == 3 ? SC_RO : SC_RW);
	if (nr == 1 || nr == 2)
		sc_write(&m, 0, 5);
	if (nr == 3)
		sc_read(&m, 0);
	if (nr < 2 || nr == 4) {
		SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1, "a mapping can be the buffer of O_DIRECT");
		if (nr != 0)
			SC_DO(*(unsigned char *)page_address(dma.page) = 6, "the device writes");
		SC_DO(sc_dma_end(&dma), "O_DIRECT is done");
		sc_see(&m, 0, nr ? 6 : 0);
	} else if (nr == 2) {
		SC_DO(child = fsc_mm_fork(mm), "fork");
		c = m;
		c.mm = child;
		sc_see(&c, 0, 5);
		SC_DO(fsc_mm_destroy(child), "child exits");
	} else {
		SC_DO(fsc_mprotect(mm, m.addr, m.pages << PAGE_SHIFT, FSC_PROT_READ | FSC_PROT_WRITE), "mprotect A read-write");
		sc_write(&m, 0, 7);
		sc_see(&m, 0, 7);
	}
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}

FSC_SCENARIO(ndctl_device_dax, "ndctl-device-dax",
	     "device-dax.c: a device refuses a private mapping, shows what was written, is the buffer of O_DIRECT, and is disabled while it is mapped",
	     "order=0,9")
{
	struct mm_struct *mm = fsc_mm_create();
	struct device *region;
	struct sc_file d;
	struct sc_dma dma;
	struct sc_map m;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	region = sc_devdax_create(PAGE_SIZE << sc_order(), 1024);
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "the device can be made and bound"), "make the device");
	d = sc_open_cdev(sc_dev_dax(region));
	SC_EXPECT(d.file, "a bound device-dax device can be opened");
	SC_DO(m.addr = fsc_mmap(mm, d.file, 0, 512, SC_PRIVATE, PMD_SIZE), "mmap it MAP_PRIVATE");
	SC_EXPECT(IS_ERR_VALUE(m.addr), "a device-dax device cannot be mapped privately");
	m = sc_mmap(mm, &d, 0, 512, SC_RW);
	sc_write(&m, 1, 5);
	sc_munmap(&m);
	m = sc_mmap(mm, &d, 0, 512, SC_RO);
	sc_see(&m, 1, 5);
	sc_munmap(&m);
	m = sc_mmap(mm, &d, 0, 512, SC_RW);
	SC_EXPECT(sc_dma_start(&dma, &m, 1, SC_PUT_UNPIN) == 1, "a mapping can be the buffer of O_DIRECT");
	SC_DO(*(unsigned char *)page_address(dma.page) = 6, "the device writes");
	SC_DO(sc_dma_end(&dma), "O_DIRECT is done");
	sc_see(&m, 1, 6);
	SC_DO(sc_dev_unbind(sc_dev_dax(region)), "disable the namespace");
	SC_EXPECT(sc_try_read(&m, 1) & VM_FAULT_SIGBUS, "a mapping of a device that is gone faults with SIGBUS");
	sc_munmap(&m);
	fput(d.file);
	SC_DO(sc_devdax_unbind(region), "take the device away");
	sc_devdax_destroy(region);
	fsc_mm_destroy(mm);
}

FSC_SCENARIO(ndctl_multi_dax, "ndctl-multi-dax",
	     "multi-dax.sh: two devices aligned to pages are made of namespaces of one region, mapped, and one goes and comes back beside the other",
	     "gone=0,1")
{
	static const char *const names[] = { "dax0.0", "dax0.1" };
	int gone = __fsc_param("gone", 0);
	struct mm_struct *mm = fsc_mm_create();
	struct device *ns, *region[2];
	struct sc_file d[2];
	struct sc_map m[2];

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	ns = sc_second_namespace(1024);
	for (int i = 0; i < 2; i++) {
		region[i] = sc_devdax_create_on(i ? ns : fsc_pmem_dev, PAGE_SIZE, PTRS_PER_PMD);
		SC_DO(SC_NEED(sc_devdax_bind(region[i]) == 0, "each namespace of a region can be a device"), "create namespace %d", i);
		SC_EXPECT(!strcmp(dev_name(&sc_dev_dax(region[i])->dev), names[i]), "devices of namespaces of one region are called by the namespace");
	}
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 2; i++) {
			d[i] = sc_open_cdev(sc_dev_dax(region[i]));
			SC_NEED(d[i].file, "a bound device-dax device can be opened");
			m[i] = sc_mmap(mm, &d[i], 0, 2, SC_RW);
			sc_write(&m[i], 1, 5 + i);
		}
		for (int i = 0; i < 2; i++)
			sc_see(&m[i], 1, 5 + i);
		sc_munmap(&m[gone]);
		fput(d[gone].file);
		SC_DO(sc_devdax_unbind(region[gone]), "disable namespace %d", gone);
		sc_see(&m[!gone], 1, 5 + !gone);
		sc_write(&m[!gone], 0, 7);
		sc_munmap(&m[!gone]);
		fput(d[!gone].file);
		SC_DO(SC_NEED(sc_devdax_bind(region[gone]) == 0, "a namespace can be enabled again beside its neighbour"), "enable namespace %d", gone);
	}
	for (int i = 0; i < 2; i++) {
		SC_DO(sc_devdax_unbind(region[i]), "disable namespace %d", i);
		sc_devdax_destroy(region[i]);
	}
	SC_DO(device_unregister(ns), "destroy namespace 1");
	fsc_mm_destroy(mm);
}

/* ---- neighbours in a section ---- */

static struct {
	struct device dev;
	struct dev_pagemap pgmap;
} sc_part[3];

static void sc_part_release(struct device *dev)
{
	(void)dev;
}

static void sc_part_map(int i)
{
	struct dev_pagemap *pgmap = &sc_part[i].pgmap;

	memset(pgmap, 0, sizeof(*pgmap));
	pgmap->type = MEMORY_DEVICE_GENERIC;
	pgmap->nr_range = 1;
	pgmap->range.start = PFN_PHYS(fsc_registry.pmem_start_pfn) + i * PMD_SIZE;
	pgmap->range.end = pgmap->range.start + PMD_SIZE - 1;
	SC_DO(SC_EXPECT(!IS_ERR(devm_memremap_pages(&sc_part[i].dev, pgmap)), "a namespace can be enabled beside another"),
	      "enable namespace %d", i);
}

FSC_SCENARIO(ndctl_sub_section, "ndctl-sub-section",
	     "sub-section.sh: namespaces that share a section of memory are enabled, and one is disabled and enabled again", "gone=0,1,2")
{
	int gone = __fsc_param("gone", 0);

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	memset(sc_part, 0, sizeof(sc_part));
	for (int i = 0; i < 3; i++) {
		sc_part[i].dev.release = sc_part_release;
		device_initialize(&sc_part[i].dev);
		dev_set_name(&sc_part[i].dev, "namespace0.%d", i);
		SC_NEED(device_add(&sc_part[i].dev) == 0, "a namespace can be added as a device");
		sc_part_map(i);
	}
	for (int round = 0; round < 2; round++) {
		SC_DO(devm_memunmap_pages(&sc_part[gone].dev, &sc_part[gone].pgmap), "disable namespace %d", gone);
		for (int i = 0; i < 3; i++) {
			unsigned long pfn = PHYS_PFN(sc_part[i].pgmap.range.start);
			struct dev_pagemap *found = get_dev_pagemap(pfn, NULL);

			SC_EXPECT(found == (i == gone ? NULL : &sc_part[i].pgmap),
				  "a namespace that is disabled is no longer found, and its neighbours still are");
			if (!found)
				continue;
			put_dev_pagemap(found);
			SC_EXPECT(is_zone_device_page(pfn_to_page(pfn)),
				  "struct pages of a namespace stay when its neighbour is disabled");
		}
		sc_part_map(gone);
	}
	for (int i = 0; i < 3; i++)
		SC_DO(device_unregister(&sc_part[i].dev), "destroy namespace %d", i);
}
