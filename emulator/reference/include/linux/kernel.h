/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small arithmetic and container macros. Mirrors kernel.h, container_of.h, align.h, math.h, minmax.h, array_size.h,
 * limits.h, wordpart.h, overflow.h and log2.h, which are one file here.
 */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <linux/types.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/printk.h>

#define USHRT_MAX ((unsigned short)~0U)
#define INT_MAX ((int)(~0U >> 1))
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX (~0U)
#define LONG_MAX ((long)(~0UL >> 1))
#define LONG_MIN (-LONG_MAX - 1)
#define ULONG_MAX (~0UL)
#define LLONG_MAX ((long long)(~0ULL >> 1))
#define LLONG_MIN (-LLONG_MAX - 1)
#define ULLONG_MAX (~0ULL)
#ifndef SIZE_MAX
#define SIZE_MAX (~(size_t)0)
#endif
#define U8_MAX ((u8)~0U)
#define U16_MAX ((u16)~0U)
#define U32_MAX ((u32)~0U)
#define S32_MAX ((s32)(U32_MAX >> 1))
#define U64_MAX ((u64)~0ULL)
#define S64_MAX ((s64)(U64_MAX >> 1))
#define PHYS_ADDR_MAX (~(phys_addr_t)0)

#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define container_of_const(ptr, type, member) container_of(ptr, type, member)
#define typeof_member(T, m) typeof(((T *)0)->m)
#define sizeof_field(TYPE, MEMBER) sizeof(((TYPE *)0)->MEMBER)
#define offsetofend(TYPE, MEMBER) (offsetof(TYPE, MEMBER) + sizeof_field(TYPE, MEMBER))

#define __ALIGN_KERNEL_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define __ALIGN_KERNEL(x, a) __ALIGN_KERNEL_MASK(x, (typeof(x))(a) - 1)
#define ALIGN(x, a) __ALIGN_KERNEL(x, a)
#define ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a) - 1))
#define PTR_ALIGN(p, a) ((typeof(p))ALIGN((unsigned long)(p), (a)))
#define PTR_ALIGN_DOWN(p, a) ((typeof(p))ALIGN_DOWN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
#define round_up(x, y) ((((x) - 1) | ((typeof(x))((y) - 1))) + 1)
#define round_down(x, y) ((x) & ~((typeof(x))((y) - 1)))
#define roundup(x, y) ((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y) ((x) - ((x) % (y)))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((unsigned long long)(n), (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))

#define min(x, y) ({ typeof(x) __mx = (x); typeof(y) __my = (y); __mx < __my ? __mx : __my; })
#define max(x, y) ({ typeof(x) __mx = (x); typeof(y) __my = (y); __mx > __my ? __mx : __my; })
#define umin(x, y) min((unsigned long)(x), (unsigned long)(y))
#define umax(x, y) max((unsigned long)(x), (unsigned long)(y))
#define min_t(type, x, y) min((type)(x), (type)(y))
#define max_t(type, x, y) max((type)(x), (type)(y))
#define min3(x, y, z) min((typeof(x))min(x, y), z)
#define max3(x, y, z) max((typeof(x))max(x, y), z)
#define min_not_zero(x, y) ({ typeof(x) __nx = (x); typeof(y) __ny = (y); __nx == 0 ? __ny : (__ny == 0 ? __nx : min(__nx, __ny)); })
#define clamp(val, lo, hi) min((typeof(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi) clamp_t(typeof(val), val, lo, hi)
#define swap(a, b) do { typeof(a) __swap_tmp = (a); (a) = (b); (b) = __swap_tmp; } while (0)
#define abs(x) ({ typeof(x) __ax = (x); __ax < 0 ? -__ax : __ax; })

#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)(n))
/* Constants that assembler reads as well (include/vdso/const.h). */
#define FSC_SUFFIXED(x, suffix) x##suffix
#define _AC(x, suffix) FSC_SUFFIXED(x, suffix)
#define _AT(type, x) ((type)(x))
#define _UL(x) _AC(x, UL)
#define _ULL(x) _AC(x, ULL)
#define UL(x) _UL(x)
#define ULL(x) _ULL(x)
#define _BITUL(nr) BIT(nr)
#define _BITULL(nr) BIT_ULL(nr)
#define BIT(nr) (1UL << (nr))
#define BIT_ULL(nr) (1ULL << (nr))
#define GENMASK(h, l) (((~0UL) << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l) (((~0ULL) << (l)) & (~0ULL >> (63 - (h))))
#define SZ_4K 0x1000
#define SZ_16M 0x01000000
#define SZ_2M 0x00200000
#define SZ_1M 0x00100000
#define SZ_1G 0x40000000

#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d) __builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)
#define struct_size(p, member, count) (sizeof(*(p)) + sizeof(*(p)->member) * (count))
#define array_size(a, b) ((size_t)(a) * (b))

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline unsigned int fsc_fls64(u64 x)
{
	unsigned int r = 0;

	while (x) {
		x >>= 1;
		r++;
	}
	return r;
}

#define fls64(x) ((int)fsc_fls64(x))
#define fls(x) ((int)fsc_fls64((unsigned int)(x)))
#define fls_long(x) ((int)fsc_fls64((unsigned long)(x)))
#define ilog2(n) ((int)fsc_fls64(n) - 1)
#define order_base_2(n) ((n) > 1 ? ilog2((n) - 1) + 1 : 0)
#define roundup_pow_of_two(n) (1UL << order_base_2(n))
#define rounddown_pow_of_two(n) (1UL << ilog2(n))
#define do_div(n, base) ({ u32 __rem = (u32)((u64)(n) % (u32)(base)); (n) = (u64)(n) / (u32)(base); __rem; })
#define div_u64(n, d) ((u64)(n) / (u32)(d))
#define div64_u64(n, d) ((u64)(n) / (u64)(d))
#define mult_frac(x, n, d) ((x) * (n) / (d))

#define might_sleep() (__fsc_might_sleep("might_sleep()"), __fsc_point("might_sleep"))
#define might_sleep_if(cond) do { if (cond) might_sleep(); } while (0)
#define might_fault() do { } while (0)
#define cond_resched() ({ __fsc_point("cond_resched"); 0; })
#define EXPORT_SYMBOL(sym) _Static_assert(1, "")
#define EXPORT_SYMBOL_GPL(sym) _Static_assert(1, "")
#define EXPORT_SYMBOL_NS(sym, ns) _Static_assert(1, "")
#define EXPORT_SYMBOL_NS_GPL(sym, ns) _Static_assert(1, "")
#define MODULE_LICENSE(x) _Static_assert(1, "")
#define MODULE_AUTHOR(x) _Static_assert(1, "")
#define MODULE_DESCRIPTION(x) _Static_assert(1, "")
#define MODULE_ALIAS(x) _Static_assert(1, "")
#define KBUILD_MODNAME "folioscope"
#define THIS_MODULE ((struct module *)0)
#define fs_initcall(fn) _Static_assert(1, "")
#define subsys_initcall(fn) _Static_assert(1, "")
#define core_initcall(fn) _Static_assert(1, "")
#define late_initcall(fn) _Static_assert(1, "")
#define module_init(fn) _Static_assert(1, "")
#define module_exit(fn) _Static_assert(1, "")
struct module;

#endif
