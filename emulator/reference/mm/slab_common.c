// SPDX-License-Identifier: GPL-2.0-or-later
/* kmalloc and caches over the runner's allocator, so that a stale pointer is a typed stop. Mirrors mm/slab_common.c. */
#include <linux/slab.h>
#include <linux/string.h>

void *fsc_kmalloc(unsigned long size, gfp_t gfp, const char *kind)
{
	might_alloc(gfp);
	if (__fsc_fail("kmalloc"))
		return NULL;
	return __fsc_alloc(size, ARCH_KMALLOC_MINALIGN, gfp & __GFP_ZERO ? FSC_ZERO : 0, kind);
}

void kfree(const void *p)
{
	if (!ZERO_OR_NULL_PTR(p))
		__fsc_free(p);
}

char *kstrdup(const char *s, gfp_t gfp)
{
	char *copy = s ? kmalloc(strlen(s) + 1, gfp) : NULL;

	return copy ? strcpy(copy, s) : NULL;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *copy = fsc_kmalloc(len, gfp, "kmemdup");

	return copy ? memcpy(copy, src, len) : NULL;
}

/* Always moves: who keeps the old address uses freed memory. */
void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	void *to;

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	to = fsc_kmalloc(size, gfp, "krealloc");
	if (to && !ZERO_OR_NULL_PTR(p)) {
		memcpy(to, p, min((size_t)__fsc_alloc_size(p), size));
		kfree(p);
	}
	return to;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align, slab_flags_t flags,
				     void (*ctor)(void *))
{
	struct kmem_cache *s = kzalloc(sizeof(struct kmem_cache), GFP_KERNEL);

	(void)flags;
	if (!s)
		return NULL;
	s->name = name;
	s->size = size;
	s->align = align > 8 ? align : 8;
	s->ctor = ctor;
	return s;
}

void kmem_cache_destroy(struct kmem_cache *s)
{
	kfree(s);
}

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
	void *p;

	might_alloc(gfp);
	if (__fsc_fail("kmem_cache_alloc"))
		return NULL;
	p = __fsc_alloc(s->size, s->align, gfp & __GFP_ZERO || s->ctor ? FSC_ZERO : 0, s->name);
	if (p && s->ctor)
		s->ctor(p);
	return p;
}

void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t gfp)
{
	return kmem_cache_alloc(s, gfp | __GFP_ZERO);
}

void kmem_cache_free(struct kmem_cache *s, void *p)
{
	(void)s;
	__fsc_free(p);
}
