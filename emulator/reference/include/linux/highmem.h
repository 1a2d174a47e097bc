/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel mappings of pages: the direct map, always there. Mirrors include/linux/highmem.h. */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H
#include <linux/mm.h>
#define kmap_local_page(page) page_address(page)
#define kmap_local_folio(folio, off) ((void *)((char *)folio_address(folio) + (off)))
#define kmap_local_pfn(pfn) pfn_to_kaddr(pfn)
#define kunmap_local(addr) ((void)(addr))
#define kmap_atomic(page) page_address(page)
#define kunmap_atomic(addr) ((void)(addr))
#define kmap(page) page_address(page)
#define kunmap(page) ((void)(page))
#define clear_page(addr) memset(addr, 0, PAGE_SIZE)
#define copy_page(to, from) memcpy(to, from, PAGE_SIZE)
#define clear_user_page(addr, vaddr, page) clear_page(addr)
#define copy_user_page(to, from, vaddr, page) copy_page(to, from)
#define clear_highpage(page) clear_page(page_address(page))
#define clear_user_highpage(page, vaddr) clear_page(page_address(page))
#define folio_zero_user(folio, addr) memset(folio_address(folio), 0, folio_size(folio))
#define copy_user_highpage(to, from, vaddr, vma) copy_page(page_address(to), page_address(from))
#define copy_highpage(to, from) copy_page(page_address(to), page_address(from))
#define copy_mc_user_highpage(to, from, vaddr, vma) \
	(__fsc_fail(FSC_FAULT "poison") ? 1 : (copy_page(page_address(to), page_address(from)), 0))
#define copy_mc_highpage(to, from) (copy_page(page_address(to), page_address(from)), 0)
/* Bytes that were not copied: all of them where the source is poisoned. */
#define copy_mc_to_kernel(dst, src, n) \
	(__fsc_fail(FSC_FAULT "poison") ? (unsigned long)(n) : (memcpy(dst, src, n), 0UL))
static inline void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	memset((char *)page_address(page) + start, 0, end - start);
}
#define zero_user(page, start, size) zero_user_segment(page, start, (start) + (size))
#define folio_zero_range(folio, start, len) memset((char *)folio_address(folio) + (start), 0, len)
#define folio_zero_segment(folio, start, end) folio_zero_range(folio, start, (end) - (start))
#define folio_zero_segments(folio, s1, e1, s2, e2) (folio_zero_segment(folio, s1, e1), folio_zero_segment(folio, s2, e2))
#define flush_kernel_dcache_page(page) do { } while (0)
#define flush_kernel_vmap_range(a, s) do { } while (0)
#define invalidate_kernel_vmap_range(a, s) do { } while (0)
void *fsc_memcpy_flushcache(void *to, const void *from, size_t size); /* arch/x86/lib/usercopy_64.c */
#define memcpy_flushcache(dst, src, n) fsc_memcpy_flushcache(dst, src, n)
#define arch_invalidate_pmem(addr, size) do { } while (0)
#define is_vmalloc_addr(x) ((void)(x), false)
#define pagefault_disable() do { } while (0)
#define pagefault_enable() do { } while (0)
#endif
