/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Object allocation from the runner. Mirrors include/linux/slab.h and vmalloc.h. The object's kind in reports is the
 * size expression as written, or the cache's name. Every allocation passes the fault injection site "kmalloc".
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H
#include <linux/gfp.h>
#include <linux/kernel.h>
#define SLAB_HWCACHE_ALIGN 0x2000u
#define SLAB_RECLAIM_ACCOUNT 0x20000u
#define SLAB_PANIC 0x40000u
#define SLAB_TYPESAFE_BY_RCU 0x80000u
#define SLAB_ACCOUNT 0x4000000u
#define ARCH_KMALLOC_MINALIGN 8
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)
struct kmem_cache {
	const char *name;
	unsigned int size;
	unsigned int align;
	void (*ctor)(void *);
};
void *fsc_kmalloc(unsigned long size, gfp_t gfp, const char *kind);
void kfree(const void *p);
#define kmalloc(size, gfp) fsc_kmalloc(size, gfp, #size)
#define kzalloc(size, gfp) fsc_kmalloc(size, (gfp) | __GFP_ZERO, #size)
#define kmalloc_node(size, gfp, nid) fsc_kmalloc(size, gfp, #size)
#define kzalloc_node(size, gfp, nid) fsc_kmalloc(size, (gfp) | __GFP_ZERO, #size)
#define kmalloc_array(n, size, gfp) fsc_kmalloc((unsigned long)(n) * (size), gfp, #size)
#define kcalloc(n, size, gfp) fsc_kmalloc((unsigned long)(n) * (size), (gfp) | __GFP_ZERO, #size)
#define kvmalloc(size, gfp) kmalloc(size, gfp)
#define kvzalloc(size, gfp) kzalloc(size, gfp)
#define kvmalloc_array(n, size, gfp) kmalloc_array(n, size, gfp)
#define kvcalloc(n, size, gfp) kcalloc(n, size, gfp)
#define kvfree(p) kfree(p)
#define kfree_sensitive(p) kfree(p)
#define kfree_const(p) do { } while (0)
#define vmalloc(size) kmalloc(size, GFP_KERNEL)
#define vzalloc(size) kzalloc(size, GFP_KERNEL)
#define vfree(p) kfree(p)
char *kstrdup(const char *s, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
void *krealloc(const void *p, size_t size, gfp_t gfp);
#define kstrdup_const(s, gfp) (s)
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align, slab_flags_t flags,
				     void (*ctor)(void *));
void kmem_cache_destroy(struct kmem_cache *s);
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *s, void *p);
#define KMEM_CACHE(__struct, __flags) \
	kmem_cache_create(#__struct, sizeof(struct __struct), _Alignof(struct __struct), (__flags), NULL)
#define alloc_inode_sb(sb, cache, gfp) kmem_cache_alloc(cache, gfp)
#endif
