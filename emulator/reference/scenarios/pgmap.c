/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device memory of each type gets struct pages, gives pages out, and goes; also when somebody still holds one. */
#include <linux/device.h>
#include <linux/memremap.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include "scenario.h"

static struct {
	struct device dev;
	struct dev_pagemap pgmap;
	int freed;
} sc_mem;

static void sc_page_free(fsc_freed *page)
{
	(void)page;
	sc_mem.freed++;
}

static const struct dev_pagemap_ops sc_mem_ops = {
	.fsc_pgmap_free = sc_page_free,
};

static void sc_mem_release(struct device *dev)
{
	(void)dev;
}

/* Two ranges with a gap, of one unit of the device each. */
static void sc_mem_describe(int nr_range)
{
	phys_addr_t start = PFN_PHYS(fsc_registry.pmem_start_pfn);

	sc_mem.pgmap.type = __fsc_param("type", MEMORY_DEVICE_GENERIC);
	sc_mem.pgmap.ops = &sc_mem_ops;
	sc_mem.pgmap.owner = &sc_mem;
	sc_mem.pgmap.nr_range = nr_range;
	for (int i = 0; i < nr_range; i++) {
		sc_mem.pgmap.ranges[i].start = start + 2 * i * PMD_SIZE;
		sc_mem.pgmap.ranges[i].end = start + (2 * i + 1) * PMD_SIZE - 1;
	}
}

static void sc_mem_begin(void)
{
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	memset(&sc_mem, 0, sizeof(sc_mem));
	sc_mem.dev.release = sc_mem_release;
	device_initialize(&sc_mem.dev);
	dev_set_name(&sc_mem.dev, "memory0");
	SC_NEED(device_add(&sc_mem.dev) == 0, "the memory can be added as a device");
}

static void sc_mem_end(void)
{
	device_unregister(&sc_mem.dev);
}

/* What a page of that type counts when nobody has it: what the kernel itself leaves when it makes the page. */
static int sc_rest;

/* Takes a page in the manner of its type. */
static void sc_page_take(struct page *page)
{
	if (sc_rest) {
		get_page(page);
	} else if (sc_mem.pgmap.type == MEMORY_DEVICE_FS_DAX) {
		page_ref_inc(page); /* as a file system does that has its entry locked */
	} else if (sc_mem.pgmap.type == MEMORY_DEVICE_PCI_P2PDMA) {
		set_page_count(page, 1); /* its users hold the provider, not the map */
	} else {
#if FSC_ERA >= 701
		zone_device_page_init(page, page_pgmap(page), 0);
#else
		zone_device_page_init(page);
#endif
		unlock_page(page);
	}
}

FSC_SCENARIO(pgmap_types, "pgmap-types", "Pages of device memory of each type are given out and come back; the memory goes",
	     "type=2,3,4,5")
{
	struct page *page;
	bool managed;

	sc_mem_begin();
	for (int round = 0; round < 2; round++) {
		sc_mem_describe(2);
		sc_mem.pgmap.vmemmap_shift = sc_mem.pgmap.type == MEMORY_DEVICE_GENERIC && round ? PMD_ORDER : 0;
		SC_DO(SC_EXPECT(!IS_ERR(devm_memremap_pages(&sc_mem.dev, &sc_mem.pgmap)), "device memory can be mapped"),
			  "map the memory");
		for (int i = 0; i < 2; i++) {
			unsigned long pfn = PHYS_PFN(sc_mem.pgmap.ranges[i].start);
			struct dev_pagemap *found = get_dev_pagemap(pfn, NULL);

			SC_EXPECT(found == &sc_mem.pgmap, "a pfn of the device's memory leads to its pagemap");
			put_dev_pagemap(found);
			page = pfn_to_page(pfn);
			if (!i)
				sc_rest = page_count(page);
			SC_EXPECT(sc_rest == 0 || sc_rest == 1, "a page that is made counts nobody, or itself alone");
			SC_EXPECT(page_count(page) == sc_rest, "pages of one kind are made alike");
			SC_EXPECT(is_zone_device_page(page), "a page of device memory is of ZONE_DEVICE");
			sc_mem.freed = 0;
			__fsc_step("a page is given out");
			sc_page_take(page);
			SC_EXPECT(page_count(page) == sc_rest + 1,
				  "a page that is given out has one reference more than at rest");
			SC_DO(put_page(page), "the page comes back");
			SC_EXPECT(page_count(page) == sc_rest, "a page that comes back is at rest again");
			/* The last reference goes only where nothing is left at rest. */
			managed = sc_mem.pgmap.type == MEMORY_DEVICE_COHERENT ||
				  (!sc_rest && sc_mem.pgmap.type == MEMORY_DEVICE_PCI_P2PDMA);
			SC_EXPECT(sc_mem.freed == managed,
				  "the owner is told of a page that comes back when it manages its pages");
		}
		SC_EXPECT(!get_dev_pagemap(PHYS_PFN(sc_mem.pgmap.ranges[0].end) + 1, NULL),
			  "a pfn behind the device's memory leads to no pagemap");
		SC_DO(devm_memunmap_pages(&sc_mem.dev, &sc_mem.pgmap), "unmap the memory");
		SC_EXPECT(!get_dev_pagemap(PHYS_PFN(sc_mem.pgmap.ranges[0].start), NULL),
			  "a pfn of memory that was unmapped leads to no pagemap");
	}
	sc_mem_end();
}

/* The first pages of the memory hold the struct pages of the others, and have none of their own that anybody may look at. */
FSC_SCENARIO(pgmap_altmap, "pgmap-altmap", "Device memory keeps the struct pages of its memory; its own pages fail, or go", "type=3,4")
{
	unsigned long own = 10, first = fsc_registry.pmem_start_pfn;
	const struct vmem_altmap altmap = { .base_pfn = first, .reserve = 2, .free = own - 2 };

	sc_mem_begin();
	for (int round = 0; round < 2; round++) {
		sc_mem_describe(1);
		memcpy(&sc_mem.pgmap.altmap, &altmap, sizeof(altmap));
		sc_mem.pgmap.flags = PGMAP_ALTMAP_VALID;
		SC_DO(SC_EXPECT(!IS_ERR(devm_memremap_pages(&sc_mem.dev, &sc_mem.pgmap)), "device memory can be mapped"), "map the memory");
		SC_EXPECT(!pgmap_pfn_valid(&sc_mem.pgmap, first - 1) && !pgmap_pfn_valid(&sc_mem.pgmap, first) &&
				  !pgmap_pfn_valid(&sc_mem.pgmap, first + own - 1),
			  "what device memory keeps for its own struct pages is none of its pages");
		SC_EXPECT(pgmap_pfn_valid(&sc_mem.pgmap, first + own) && pgmap_pfn_valid(&sc_mem.pgmap, PHYS_PFN(sc_mem.pgmap.range.end)) &&
				  !pgmap_pfn_valid(&sc_mem.pgmap, PHYS_PFN(sc_mem.pgmap.range.end) + 1),
			  "the pages of device memory begin behind its own struct pages, and end with its range");
		SC_DO(SC_EXPECT(memory_failure(first + own - 1, 0) == -ENXIO, "memory failure of memory that holds struct pages is refused"),
		      "memory failure at pfn %#lx", first + own - 1);
		SC_DO(devm_memunmap_pages(&sc_mem.dev, &sc_mem.pgmap), "unmap the memory");
		SC_EXPECT(!get_dev_pagemap(first + own, NULL), "a pfn of memory that was unmapped leads to no pagemap");
	}
	sc_mem_end();
}

FSC_SCENARIO(pgmap_fails, "pgmap-fails", "Each step of mapping device memory fails once; then it is mapped",
	     "type=2,4 ranges=1,2")
{
	int nth, left, n = __fsc_param("ranges", 1);
	void *addr;

	sc_mem_begin();
	for (nth = 1, left = 0; !left; nth++) {
		sc_mem_describe(n);
		__fsc_fail_nth("", nth);
		SC_DO(addr = devm_memremap_pages(&sc_mem.dev, &sc_mem.pgmap), "map the memory, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		SC_EXPECT(sc_mem.pgmap.nr_range == n, "a failed mapping leaves the ranges as they were");
		if (!IS_ERR(addr))
			SC_DO(devm_memunmap_pages(&sc_mem.dev, &sc_mem.pgmap), "unmap the memory");
	}
	SC_EXPECT(!get_dev_pagemap(PHYS_PFN(sc_mem.pgmap.range.start), NULL),
		  "a pfn of memory that was unmapped leads to no pagemap");
	sc_mem_end();
}

static int sc_unmapped;

static void sc_unmap_memory(void *unused)
{
	(void)unused;
	__fsc_step("unmap the memory");
	devm_memunmap_pages(&sc_mem.dev, &sc_mem.pgmap);
	sc_unmapped = 1;
}

static void sc_give_back(void *found)
{
	__fsc_step("let go of the memory");
	SC_EXPECT(!sc_unmapped, "memory is not unmapped while its pagemap is held");
	if (found)
		put_dev_pagemap(found);
	else
		put_page(pfn_to_page(PHYS_PFN(sc_mem.pgmap.range.start)));
}

FSC_SCENARIO(pgmap_held, "pgmap-held", "Device memory is unmapped while somebody holds a page of it, or the map itself",
	     "type=2,4 what=0,1")
{
	struct dev_pagemap *found = NULL;
	int unmap, put;

	sc_mem_begin();
	sc_mem_describe(1);
	SC_DO(SC_EXPECT(!IS_ERR(devm_memremap_pages(&sc_mem.dev, &sc_mem.pgmap)), "device memory can be mapped"),
		  "map the memory");
	/* A page of a type that rests at one does not hold the map: its users do, by get_dev_pagemap(). */
	sc_rest = page_count(pfn_to_page(PHYS_PFN(sc_mem.pgmap.range.start)));
	if (__fsc_param("what", 0) || sc_rest)
		found = get_dev_pagemap(PHYS_PFN(sc_mem.pgmap.range.start), NULL);
	else
		sc_page_take(pfn_to_page(PHYS_PFN(sc_mem.pgmap.range.start)));
	sc_unmapped = 0;
	unmap = sc_spawn("unmap", sc_unmap_memory, NULL);
	put = sc_spawn("holder", sc_give_back, found);
	sc_join(unmap);
	sc_join(put);
	SC_EXPECT(sc_unmapped, "memory is unmapped once its pagemap is let go");
	sc_mem_end();
}
