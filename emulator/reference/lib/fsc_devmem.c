// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver of a device that has memory of its own: private, which only the device can reach (its bytes are elsewhere, as
 * behind a bus), or coherent, which the processor can map. Pages of processes move there and come back, by a fault or when
 * the driver wants. Of the kind of lib/test_hmm.c, in small: one process at a time, a page table that is an array.
 */
#include <linux/fsc_devmem.h>
#include <linux/highmem.h>
#include <linux/migrate.h>
#include <linux/pagemap.h>

#if FSC_ERA >= 612

static struct fsc_devmem *fsc_devmem_of(struct page *page)
{
	return __fsc_pgmap(page)->owner;
}

/* Where the bytes of a page are. */
static void *fsc_devmem_data(struct page *page)
{
	return is_device_private_page(page) ? page->zone_device_data : page_address(page);
}

static struct page *fsc_devmem_alloc(struct fsc_devmem *dm)
{
	void *bytes = NULL;
	struct page *page;
	int slot = 0;

	while (slot < FSC_DEVMEM_PAGES && (dm->used & (1UL << slot)))
		slot++;
	if (slot == FSC_DEVMEM_PAGES)
		return NULL;
	if (dm->pgmap.type == MEMORY_DEVICE_PRIVATE) {
		bytes = kmalloc(PAGE_SIZE, GFP_KERNEL);
		if (!bytes)
			return NULL;
	}
	page = pfn_to_page(dm->first + slot);
	dm->used |= 1UL << slot;
#if FSC_ERA >= 701
	zone_device_folio_init(page_folio(page), &dm->pgmap, 0);
#else
	zone_device_page_init(page);
#endif
	page->zone_device_data = bytes;
	return page;
}

#if FSC_ERA >= 701
struct folio *fsc_devmem_folio(struct fsc_devmem *dm, int slot, unsigned int order)
{
	struct folio *folio = (struct folio *)pfn_to_page(dm->first + slot);

	dm->used |= ((1UL << (1 << order)) - 1) << slot;
	zone_device_folio_init(folio, &dm->pgmap, order);
	folio->page.zone_device_data = NULL;
	return folio;
}
#endif

/* The last reference of a page: the device has it again. */
static void fsc_devmem_page_free(fsc_freed *freed)
{
	struct page *page = fsc_page_freed(freed);
	unsigned long nr = folio_nr_pages(page_folio(page)), all = ((1UL << nr) - 1);
	struct fsc_devmem *dm = fsc_devmem_of(page);
	unsigned long slot = page_to_pfn(page) - dm->first;

	WARN(~dm->used & (all << slot), "a page of a device is given back that is not out\n");
	dm->used &= ~(all << slot);
	for (int i = 0; i < FSC_DEVMEM_PAGES; i++)
		if (dm->at[i] == page)
			dm->at[i] = NULL;
	kfree(page->zone_device_data);
	page->zone_device_data = NULL;
}

/* Memory of the machine for each page of the device that can be migrated, with its bytes. Whether there was enough. */
static bool fsc_devmem_copy_back(unsigned long *src, unsigned long *dst, unsigned long nr)
{
	bool enough = true;

	for (unsigned long i = 0; i < nr; i++) {
		struct page *from = migrate_pfn_to_page(src[i]);
		struct folio *to;

		dst[i] = 0;
		if (!from || !(src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		to = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);
		if (!to) {
			enough = false;
			continue;
		}
		folio_lock(to);
		copy_page(folio_address(to), fsc_devmem_data(from));
		dst[i] = migrate_pfn(folio_pfn(to));
	}
	return enough;
}

/* The processor needs a page that only the device can reach. */
static vm_fault_t fsc_devmem_migrate_to_ram(struct vm_fault *vmf)
{
	unsigned long src = 0, dst = 0;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.start = vmf->address,
		.end = vmf->address + PAGE_SIZE,
		.src = &src,
		.dst = &dst,
		.pgmap_owner = fsc_devmem_of(vmf->page),
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
		.fault_page = vmf->page,
	};
	bool enough;

	if (migrate_vma_setup(&args))
		return VM_FAULT_SIGBUS;
	enough = fsc_devmem_copy_back(&src, &dst, args.npages);
	migrate_vma_pages(&args);
	migrate_vma_finalize(&args);
	return enough ? 0 : VM_FAULT_SIGBUS;
}

static const struct dev_pagemap_ops fsc_devmem_ops = {
	.fsc_pgmap_free = fsc_devmem_page_free,
	.migrate_to_ram = fsc_devmem_migrate_to_ram,
};

static void fsc_devmem_release(struct device *dev)
{
	(void)dev;
}

int fsc_devmem_probe(struct fsc_devmem *dm, enum memory_type type)
{
	void *addr;
	int err;

	memset(dm, 0, sizeof(*dm));
	dm->first = fsc_registry.pmem_start_pfn;
	dm->dev.release = fsc_devmem_release;
	device_initialize(&dm->dev);
	dev_set_name(&dm->dev, "devmem0");
	err = device_add(&dm->dev);
	if (err) {
		put_device(&dm->dev);
		return err;
	}
	dm->pgmap.type = type;
	dm->pgmap.range.start = PFN_PHYS(dm->first);
	dm->pgmap.range.end = dm->pgmap.range.start + PMD_SIZE - 1;
	dm->pgmap.nr_range = 1;
	dm->pgmap.ops = &fsc_devmem_ops;
	dm->pgmap.owner = dm;
	addr = devm_memremap_pages(&dm->dev, &dm->pgmap);
	if (!IS_ERR(addr))
		return 0;
	device_unregister(&dm->dev);
	return PTR_ERR(addr);
}

/* Waits for the pages that are out. */
void fsc_devmem_remove(struct fsc_devmem *dm)
{
	device_unregister(&dm->dev);
}

int fsc_devmem_take(struct fsc_devmem *dm, struct mm_struct *mm, unsigned long addr, int nr, unsigned long leave)
{
	unsigned long src[FSC_DEVMEM_PAGES] = { 0 }, dst[FSC_DEVMEM_PAGES] = { 0 };
	struct migrate_vma args = {
		.start = addr,
		.end = addr + ((unsigned long)nr << PAGE_SHIFT),
		.src = src,
		.dst = dst,
		.pgmap_owner = dm,
		.flags = MIGRATE_VMA_SELECT_SYSTEM,
	};
	int moved = 0;

	mmap_read_lock(mm);
	args.vma = vma_lookup(mm, addr);
	moved = migrate_vma_setup(&args);
	if (moved) {
		mmap_read_unlock(mm);
		return moved;
	}
	for (unsigned long i = 0; i < args.npages; i++) {
		struct page *from = migrate_pfn_to_page(src[i]), *to = NULL;

		if ((src[i] & MIGRATE_PFN_MIGRATE) && !(leave & (1UL << i)))
			to = fsc_devmem_alloc(dm);
		if (!to)
			continue;
		if (from)
			copy_page(fsc_devmem_data(to), page_address(from));
		else
			memset(fsc_devmem_data(to), 0, PAGE_SIZE);
		dst[i] = migrate_pfn(page_to_pfn(to));
	}
	migrate_vma_pages(&args);
	for (unsigned long i = 0; i < args.npages; i++) {
		if (!(src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		dm->at[i] = migrate_pfn_to_page(dst[i]);
		moved++;
	}
	migrate_vma_finalize(&args);
	mmap_read_unlock(mm);
	return moved;
}

int fsc_devmem_bring(struct fsc_devmem *dm, struct mm_struct *mm, unsigned long addr, int nr)
{
	unsigned long src[FSC_DEVMEM_PAGES] = { 0 }, dst[FSC_DEVMEM_PAGES] = { 0 };
	struct migrate_vma args = {
		.start = addr,
		.end = addr + ((unsigned long)nr << PAGE_SHIFT),
		.src = src,
		.dst = dst,
		.pgmap_owner = dm,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE | MIGRATE_VMA_SELECT_DEVICE_COHERENT,
	};
	bool enough = true;
	int err;

	mmap_read_lock(mm);
	args.vma = vma_lookup(mm, addr);
	err = migrate_vma_setup(&args);
	if (!err) {
		enough = fsc_devmem_copy_back(src, dst, args.npages);
		migrate_vma_pages(&args);
		migrate_vma_finalize(&args);
	}
	mmap_read_unlock(mm);
	return err ? err : enough ? 0 : -ENOMEM;
}

int fsc_devmem_evict(struct fsc_devmem *dm)
{
	unsigned long src[FSC_DEVMEM_PAGES], dst[FSC_DEVMEM_PAGES];
	bool enough;

	migrate_device_range(src, dm->first, FSC_DEVMEM_PAGES);
	enough = fsc_devmem_copy_back(src, dst, FSC_DEVMEM_PAGES);
	migrate_device_pages(src, dst, FSC_DEVMEM_PAGES);
	migrate_device_finalize(src, dst, FSC_DEVMEM_PAGES);
	return enough ? 0 : -ENOMEM;
}

unsigned char *fsc_devmem_byte(struct fsc_devmem *dm, int nth)
{
	return dm->at[nth] ? fsc_devmem_data(dm->at[nth]) : NULL;
}

#endif
