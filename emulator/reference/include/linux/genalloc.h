/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of a device's own, given out and taken back. Mirrors include/linux/genalloc.h: one chunk a pool, in pages, first
 * fit. Left out: other orders, algorithms, DMA addresses.
 */
#ifndef __GENALLOC_H__
#define __GENALLOC_H__
#include <linux/mm.h>
#include <linux/slab.h>

#define FSC_GEN_POOL_PAGES 512

struct gen_pool {
	unsigned long base;
	size_t size;
	void *owner;
	bool used[FSC_GEN_POOL_PAGES];
};

static inline struct gen_pool *gen_pool_create(int min_alloc_order, int nid)
{
	(void)nid;
	BUG_ON(min_alloc_order != PAGE_SHIFT);
	return kzalloc(sizeof(struct gen_pool), GFP_KERNEL);
}

static inline int gen_pool_add_owner(struct gen_pool *pool, unsigned long virt, phys_addr_t phys, size_t size, int nid,
				     void *owner)
{
	(void)phys;
	(void)nid;
	BUG_ON(pool->size || size > FSC_GEN_POOL_PAGES << PAGE_SHIFT);
	pool->base = virt;
	pool->size = size;
	pool->owner = owner;
	return 0;
}

static inline size_t gen_pool_size(struct gen_pool *pool)
{
	return pool->size;
}

static inline size_t gen_pool_avail(struct gen_pool *pool)
{
	size_t pages = 0;

	for (size_t i = 0; i < pool->size >> PAGE_SHIFT; i++)
		pages += !pool->used[i];
	return pages << PAGE_SHIFT;
}

static inline unsigned long gen_pool_alloc_owner(struct gen_pool *pool, size_t size, void **owner)
{
	size_t n = size >> PAGE_SHIFT, run = 0;

	for (size_t i = 0; i < pool->size >> PAGE_SHIFT; i++) {
		run = pool->used[i] ? 0 : run + 1;
		if (run < n)
			continue;
		for (size_t j = 0; j < n; j++)
			pool->used[i - j] = true;
		*owner = pool->owner;
		return pool->base + ((i + 1 - n) << PAGE_SHIFT);
	}
	return 0;
}

static inline void gen_pool_free_owner(struct gen_pool *pool, unsigned long addr, size_t size, void **owner)
{
	size_t first = (addr - pool->base) >> PAGE_SHIFT;

	for (size_t i = first; i < first + (size >> PAGE_SHIFT); i++) {
		BUG_ON(!pool->used[i]);
		pool->used[i] = false;
	}
	if (owner)
		*owner = pool->owner;
}

static inline void gen_pool_free(struct gen_pool *pool, unsigned long addr, size_t size)
{
	gen_pool_free_owner(pool, addr, size, NULL);
}

static inline void gen_pool_destroy(struct gen_pool *pool)
{
	BUG_ON(gen_pool_avail(pool) != pool->size);
	kfree(pool);
}
#endif
