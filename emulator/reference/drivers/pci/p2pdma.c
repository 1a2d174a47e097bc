// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory of a PCI device that others may do DMA to: struct pages for a BAR, an allocator, mmap(2) of what it gives out.
 * Mirrors drivers/pci/p2pdma.c. Left out: distances and bus addresses, sysfs, taking mappings away when the device goes.
 */
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/percpu-refcount.h>
#include <linux/slab.h>

struct pci_p2pdma_pagemap {
	struct pci_dev *provider;
	struct dev_pagemap pgmap;
};

static struct pci_p2pdma_pagemap *to_p2p_pgmap(struct dev_pagemap *pgmap)
{
	return container_of(pgmap, struct pci_p2pdma_pagemap, pgmap);
}

/* The last reference of a page: its memory can be given out again, and the map need not stay for it. */
static void p2pdma_page_free(struct page *page)
{
#if FSC_ERA >= 615
	struct pci_p2pdma_pagemap *pgmap = to_p2p_pgmap(page_pgmap(page));
#else
	struct pci_p2pdma_pagemap *pgmap = to_p2p_pgmap(page->pgmap);
#endif
	struct percpu_ref *ref;

	gen_pool_free_owner(pgmap->provider->p2pdma->pool, (unsigned long)page_to_virt(page), PAGE_SIZE, (void **)&ref);
	percpu_ref_put(ref);
}

#if FSC_ERA >= 701
static void p2pdma_folio_free(struct folio *folio)
{
	p2pdma_page_free(folio_page(folio, 0));
}
#endif

static const struct dev_pagemap_ops p2pdma_pgmap_ops = {
#if FSC_ERA >= 701
	.folio_free = p2pdma_folio_free,
#else
	.page_free = p2pdma_page_free,
#endif
};

int p2pmem_alloc_mmap(struct file *filp, struct kobject *kobj, struct bin_attribute *attr, struct vm_area_struct *vma)
{
	struct pci_dev *pdev = to_pci_dev(kobj_to_dev(kobj));
	size_t len = vma->vm_end - vma->vm_start;
	struct percpu_ref *ref;
	unsigned long vaddr;
	void *kaddr;
	int ret = 0;

	(void)filp;
	(void)attr;
	if (!(vma->vm_flags & VM_MAYSHARE) || vma->vm_pgoff)
		return -EINVAL;
	if (!pdev->p2pdma)
		return -ENODEV;
	kaddr = (void *)gen_pool_alloc_owner(pdev->p2pdma->pool, len, (void **)&ref);
	if (!kaddr)
		return -ENOMEM;
	if (!percpu_ref_tryget_live_rcu(ref)) {
		gen_pool_free(pdev->p2pdma->pool, (unsigned long)kaddr, len);
		return -ENODEV;
	}
	for (vaddr = vma->vm_start; vaddr < vma->vm_end; vaddr += PAGE_SIZE) {
		struct page *page = virt_to_page(kaddr);

#if FSC_ERA >= 615
		/* At rest it counts nobody: the first reference is ours, until the mapping has one. */
		VM_WARN_ON_ONCE_PAGE(page_ref_count(page), page);
		set_page_count(page, 1);
#endif
		ret = vm_insert_page(vma, vaddr, page);
		if (ret) {
#if FSC_ERA >= 615
			set_page_count(page, 0);
#endif
			gen_pool_free(pdev->p2pdma->pool, (unsigned long)kaddr, len);
			break;
		}
		percpu_ref_get(ref);
		put_page(page);
		kaddr += PAGE_SIZE;
		len -= PAGE_SIZE;
	}
	percpu_ref_put(ref);
	return ret;
}

void *pci_alloc_p2pmem(struct pci_dev *pdev, size_t size)
{
	struct percpu_ref *ref;
	void *addr = (void *)gen_pool_alloc_owner(pdev->p2pdma->pool, size, (void **)&ref);

	if (addr && !percpu_ref_tryget_live_rcu(ref)) {
		gen_pool_free(pdev->p2pdma->pool, (unsigned long)addr, size);
		addr = NULL;
	}
	return addr;
}

void pci_free_p2pmem(struct pci_dev *pdev, void *addr, size_t size)
{
	struct percpu_ref *ref;

	gen_pool_free_owner(pdev->p2pdma->pool, (unsigned long)addr, size, (void **)&ref);
	percpu_ref_put(ref);
}

static void pci_p2pdma_release(void *data)
{
	struct pci_dev *pdev = data;
	struct pci_p2pdma *p2pdma = pdev->p2pdma;

	pdev->p2pdma = NULL;
	gen_pool_destroy(p2pdma->pool);
	kfree(p2pdma);
}

static int pci_p2pdma_setup(struct pci_dev *pdev)
{
	struct pci_p2pdma *p2p = kzalloc(sizeof(*p2p), GFP_KERNEL);

	if (!p2p)
		return -ENOMEM;
	p2p->pool = gen_pool_create(PAGE_SHIFT, dev_to_node(&pdev->dev));
	if (!p2p->pool) {
		kfree(p2p);
		return -ENOMEM;
	}
	pdev->p2pdma = p2p;
	return devm_add_action_or_reset(&pdev->dev, pci_p2pdma_release, pdev);
}

int pci_p2pdma_add_resource(struct pci_dev *pdev, int bar, size_t size, u64 offset)
{
	struct pci_p2pdma_pagemap *p2p_pgmap;
	struct dev_pagemap *pgmap;
	void *addr;
	int error;

	if (offset >= pci_resource_len(pdev, bar))
		return -EINVAL;
	if (!size)
		size = pci_resource_len(pdev, bar) - offset;
	if (!pdev->p2pdma) {
		error = pci_p2pdma_setup(pdev);
		if (error)
			return error;
	}
	p2p_pgmap = devm_kzalloc(&pdev->dev, sizeof(*p2p_pgmap), GFP_KERNEL);
	if (!p2p_pgmap)
		return -ENOMEM;
	pgmap = &p2p_pgmap->pgmap;
	pgmap->range.start = pci_resource_start(pdev, bar) + offset;
	pgmap->range.end = pgmap->range.start + size - 1;
	pgmap->nr_range = 1;
	pgmap->type = MEMORY_DEVICE_PCI_P2PDMA;
	pgmap->ops = &p2pdma_pgmap_ops;
	p2p_pgmap->provider = pdev;
	addr = devm_memremap_pages(&pdev->dev, pgmap);
	if (IS_ERR(addr)) {
		devm_kfree(&pdev->dev, p2p_pgmap);
		return PTR_ERR(addr);
	}
	return gen_pool_add_owner(pdev->p2pdma->pool, (unsigned long)addr, pgmap->range.start, size,
				  dev_to_node(&pdev->dev), &pgmap->ref);
}
