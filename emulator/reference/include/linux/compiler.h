/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Annotations, single-access macros and barriers. Mirrors include/linux/compiler*.h and asm/barrier.h. A store is seen by
 * all at once, unless the runner lets it be seen late: then it asks which macro an access came out of (emulator/explore).
 */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <folioscope.h>
#include <linux/kconfig.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) (*(volatile __typeof__(x) *)&(x) = (val))
#define data_race(expr) (expr)
#define ACCESS_PRIVATE(p, member) ((p)->member)
#define barrier() do { } while (0)
#define smp_mb() __fsc_order(FSC_ORDER_ALL)
#define smp_rmb() __fsc_order(FSC_ORDER_READS)
#define smp_wmb() __fsc_order(FSC_ORDER_WRITES)
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()
#define smp_mb__after_spinlock() smp_mb()
#define smp_mb__after_unlock_lock() smp_mb()
#define mb() smp_mb()
#define rmb() smp_rmb()
#define wmb() smp_wmb()
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_store_release(p, v) WRITE_ONCE(*(p), v)
#define smp_store_mb(var, value) WRITE_ONCE(var, value)
#define barrier_data(p) do { (void)(p); } while (0)

#define __user
#define __kernel
#define __iomem
#define __rcu
#define __percpu
#define __force
#define __bitwise
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x) (void)0
#define __release(x) (void)0
#define __cond_lock(x, c) (c)
#define __private
#define __safe
#define __chk_user_ptr(x) (void)0
#define __must_check __attribute__((warn_unused_result))
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __used __attribute__((used))
#define __packed __attribute__((packed))
#define __aligned(x) __attribute__((aligned(x)))
#define __printf(a, b)
#define __weak __attribute__((weak))
#define __pure
#define __cold
#define __noreturn
#define noinline
#define __ref
#define __refdata
#define __init
#define __exit
#define __initdata
#define __meminit
#define __ro_after_init
#define __read_mostly
#define __latent_entropy
#define __no_kasan_or_inline
#define __no_sanitize_address
#define __designated_init
#define __counted_by(m)
#define __randomize_layout
#define randomized_struct_fields_start
#define randomized_struct_fields_end
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define __cacheline_group_begin(x)
#define __cacheline_group_end(x)
#define __always_inline inline
#define asmlinkage
#define fallthrough __attribute__((__fallthrough__))
#ifndef typeof
#define typeof __typeof__
#endif
#define offsetof(TYPE, MEMBER) __builtin_offsetof(TYPE, MEMBER)
#define static_assert(expr, ...) _Static_assert(expr, #expr)
#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
#define __UNIQUE_ID(prefix) prefix##_fsc_unique
#define OPTIMIZER_HIDE_VAR(var) do { } while (0)
#define ASSERT_EXCLUSIVE_WRITER(var) do { } while (0)
#define ASSERT_EXCLUSIVE_ACCESS(var) do { } while (0)
#define ASSERT_EXCLUSIVE_BITS(var, mask) do { } while (0)
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)

#endif
