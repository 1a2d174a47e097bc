/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device memory with struct pages. Mirrors include/linux/memremap.h of each era. */
#ifndef _LINUX_MEMREMAP_H
#define _LINUX_MEMREMAP_H
#include <linux/mmzone.h>
#include <linux/percpu-refcount.h>
#include <linux/completion.h>
#include <linux/ioport.h>
#include <linux/range.h>

struct resource;
struct device;
struct vm_fault;

struct vmem_altmap {
	unsigned long base_pfn;
	const unsigned long end_pfn;
	const unsigned long reserve;
	unsigned long free;
	unsigned long align;
	unsigned long alloc;
	bool inaccessible;
};
enum memory_type {
	MEMORY_DEVICE_PRIVATE = 1,
	MEMORY_DEVICE_COHERENT,
	MEMORY_DEVICE_FS_DAX,
	MEMORY_DEVICE_GENERIC,
	MEMORY_DEVICE_PCI_P2PDMA,
};
struct dev_pagemap_ops {
#if FSC_ERA >= 701 /* v6.19: "mm/zone_device: rename page_free callback to folio_free" */
	void (*folio_free)(struct folio *folio);
#else
	void (*page_free)(struct page *page);
#endif
	vm_fault_t (*migrate_to_ram)(struct vm_fault *vmf);
	int (*memory_failure)(struct dev_pagemap *pgmap, unsigned long pfn, unsigned long nr_pages, int mf_flags);
#if FSC_ERA >= 701 /* v6.19: "mm/memremap: add driver callback support for folio splitting" */
	void (*folio_split)(struct folio *head, struct folio *tail);
#endif
};
#if FSC_ERA >= 701
#define fsc_pgmap_free folio_free
#define fsc_pgmap_freed(folio) (folio)
#define fsc_page_freed(freed) folio_page(freed, 0)
typedef struct folio fsc_freed;
#else
#define fsc_pgmap_free page_free
#define fsc_pgmap_freed(folio) folio_page(folio, 0)
#define fsc_page_freed(freed) (freed)
typedef struct page fsc_freed;
#endif
#define PGMAP_ALTMAP_VALID (1 << 0)
struct dev_pagemap {
	struct vmem_altmap altmap;
	struct percpu_ref ref;
	struct completion done;
	enum memory_type type;
	unsigned int flags;
	unsigned long vmemmap_shift;
	const struct dev_pagemap_ops *ops;
	void *owner;
	int nr_range;
	union {
		struct range range;
		struct range ranges[4];
	};
};
static inline bool pgmap_has_memory_failure(struct dev_pagemap *pgmap)
{
	return pgmap->ops && pgmap->ops->memory_failure;
}
static inline struct vmem_altmap *pgmap_altmap(struct dev_pagemap *pgmap)
{
	return pgmap->flags & PGMAP_ALTMAP_VALID ? &pgmap->altmap : NULL;
}
static inline unsigned long pgmap_vmemmap_nr(struct dev_pagemap *pgmap)
{
	return 1UL << pgmap->vmemmap_shift;
}
#define VMEMMAP_RESERVE_NR 2
/* Worth it when a compound page has more pages of struct pages than head and tails need. */
static inline bool vmemmap_can_optimize(struct vmem_altmap *altmap, struct dev_pagemap *pgmap)
{
	return pgmap && !altmap && pgmap_vmemmap_nr(pgmap) * sizeof(struct page) > VMEMMAP_RESERVE_NR * PAGE_SIZE;
}
#if FSC_ERA >= 615
#define __fsc_pgmap(page) page_pgmap(page)
#else
#define __fsc_pgmap(page) ((page)->pgmap)
#endif
static inline bool is_device_private_page(const struct page *page)
{
	return IS_ENABLED(CONFIG_DEVICE_PRIVATE) && is_zone_device_page(page) &&
	       __fsc_pgmap(page)->type == MEMORY_DEVICE_PRIVATE;
}
static inline bool folio_is_device_private(const struct folio *folio)
{
	return is_device_private_page(&folio->page);
}
static inline bool is_pci_p2pdma_page(const struct page *page)
{
	return IS_ENABLED(CONFIG_PCI_P2PDMA) && is_zone_device_page(page) &&
	       __fsc_pgmap(page)->type == MEMORY_DEVICE_PCI_P2PDMA;
}
static inline bool is_device_coherent_page(const struct page *page)
{
	return is_zone_device_page(page) && __fsc_pgmap(page)->type == MEMORY_DEVICE_COHERENT;
}
static inline bool folio_is_device_coherent(const struct folio *folio)
{
	return is_device_coherent_page(&folio->page);
}
#if FSC_ERA >= 615
static inline bool is_fsdax_page(const struct page *page)
{
	return is_zone_device_page(page) && page_pgmap(page)->type == MEMORY_DEVICE_FS_DAX;
}
static inline bool folio_is_fsdax(const struct folio *folio)
{
	return is_fsdax_page(&folio->page);
}
#endif
#if FSC_ERA >= 701
void zone_device_page_init(struct page *page, struct dev_pagemap *pgmap, unsigned int order);
static inline void zone_device_folio_init(struct folio *folio, struct dev_pagemap *pgmap, unsigned int order)
{
	zone_device_page_init(&folio->page, pgmap, order);
	if (order)
		folio_set_large_rmappable(folio);
}
#else
void zone_device_page_init(struct page *page);
#endif
void *memremap_pages(struct dev_pagemap *pgmap, int nid);
void memunmap_pages(struct dev_pagemap *pgmap);
void *devm_memremap_pages(struct device *dev, struct dev_pagemap *pgmap);
void devm_memunmap_pages(struct device *dev, struct dev_pagemap *pgmap);
struct dev_pagemap *get_dev_pagemap(unsigned long pfn, struct dev_pagemap *pgmap);
bool pgmap_pfn_valid(struct dev_pagemap *pgmap, unsigned long pfn);
unsigned long vmem_altmap_offset(struct vmem_altmap *altmap);
void vmem_altmap_free(struct vmem_altmap *altmap, unsigned long nr_pfns);
unsigned long memremap_compat_align(void);
void free_zone_device_folio(struct folio *folio);
static inline void put_dev_pagemap(struct dev_pagemap *pgmap)
{
	if (pgmap)
		percpu_ref_put(&pgmap->ref);
}
/* Ours: the machine's devices appear and go (mm/memremap.c keeps the registry in step). */
void fsc_note_pgmap(struct dev_pagemap *pgmap);
void fsc_forget_pgmap(u64 start);
#endif
