/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Atomic counters. Mirrors include/linux/atomic.h. Tasks switch only at the runner's points, so a plain
 * read-modify-write is atomic; the relaxed/acquire/release forms are the same operation.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H
#include <linux/compiler.h>
#include <linux/types.h>

#define ATOMIC_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }
#define cmpxchg(ptr, o, n) ({						\
	typeof(ptr) __cx_p = (ptr);					\
	typeof(*(ptr)) __cx_o = *__cx_p;				\
	if (__cx_o == (o))						\
		*__cx_p = (n);						\
	__cx_o;								\
})
#define try_cmpxchg(ptr, oldp, n) ({					\
	typeof(ptr) __cx_p = (ptr);					\
	typeof(oldp) __cx_e = (oldp);					\
	bool __cx_ok = *__cx_p == *__cx_e;				\
	if (__cx_ok)							\
		*__cx_p = (n);						\
	else								\
		*__cx_e = *__cx_p;					\
	__cx_ok;							\
})
#define xchg(ptr, v) ({							\
	typeof(ptr) __xc_p = (ptr);					\
	typeof(*(ptr)) __xc_o = *__xc_p;				\
	*__xc_p = (v);							\
	__xc_o;								\
})
#define cmpxchg_relaxed cmpxchg
#define cmpxchg_acquire cmpxchg
#define cmpxchg_release cmpxchg
#define cmpxchg64 cmpxchg
#define try_cmpxchg_relaxed try_cmpxchg
#define try_cmpxchg_acquire try_cmpxchg
#define try_cmpxchg_release try_cmpxchg
#define xchg_relaxed xchg
#define xchg_acquire xchg
#define xchg_release xchg


static inline int atomic_read(const atomic_t *v)
{
	return READ_ONCE(v->counter);
}
static inline void atomic_set(atomic_t *v, int i)
{
	v->counter = i;
}
static inline int atomic_fetch_add(int i, atomic_t *v)
{
	int old = v->counter;

	v->counter = (int)((unsigned long)old + (unsigned long)i);
	return old;
}
static inline int atomic_add_return(int i, atomic_t *v)
{
	atomic_fetch_add(i, v);
	return v->counter;
}
static inline void atomic_add(int i, atomic_t *v)
{
	atomic_fetch_add(i, v);
}
static inline void atomic_sub(int i, atomic_t *v)
{
	atomic_fetch_add(-i, v);
}
static inline int atomic_sub_return(int i, atomic_t *v)
{
	return atomic_add_return(-i, v);
}
static inline int atomic_fetch_sub(int i, atomic_t *v)
{
	return atomic_fetch_add(-i, v);
}
static inline void atomic_inc(atomic_t *v)
{
	atomic_fetch_add(1, v);
}
static inline void atomic_dec(atomic_t *v)
{
	atomic_fetch_add(-1, v);
}
static inline int atomic_inc_return(atomic_t *v)
{
	return atomic_add_return(1, v);
}
static inline int atomic_dec_return(atomic_t *v)
{
	return atomic_add_return(-1, v);
}
static inline int atomic_fetch_inc(atomic_t *v)
{
	return atomic_fetch_add(1, v);
}
static inline bool atomic_sub_and_test(int i, atomic_t *v)
{
	return !atomic_add_return(-i, v);
}
static inline bool atomic_dec_and_test(atomic_t *v)
{
	return !atomic_add_return(-1, v);
}
static inline bool atomic_inc_and_test(atomic_t *v)
{
	return !atomic_add_return(1, v);
}
static inline bool atomic_add_negative(int i, atomic_t *v)
{
	return atomic_add_return(i, v) < 0;
}
static inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	int was = v->counter;

	if (was == old)
		v->counter = new;
	return was;
}
static inline int atomic_xchg(atomic_t *v, int new)
{
	int was = v->counter;

	v->counter = new;
	return was;
}
static inline bool atomic_try_cmpxchg(atomic_t *v, int *old, int new)
{
	int was = atomic_cmpxchg(v, *old, new);
	bool same = was == *old;

	*old = was;
	return same;
}
static inline bool atomic_add_unless(atomic_t *v, int a, int u)
{
	if (v->counter == u)
		return false;
	atomic_fetch_add(a, v);
	return true;
}
static inline bool atomic_inc_not_zero(atomic_t *v)
{
	return atomic_add_unless(v, 1, 0);
}
static inline bool atomic_dec_if_positive_ok(atomic_t *v)
{
	return v->counter > 0 && (atomic_fetch_add(-1, v), true);
}
static inline void atomic_or(int i, atomic_t *v)
{
	v->counter |= i;
}
static inline void atomic_and(int i, atomic_t *v)
{
	v->counter &= i;
}
#define atomic_add_return_relaxed atomic_add_return
#define atomic_sub_return_relaxed atomic_sub_return
#define atomic_inc_return_relaxed atomic_inc_return
#define atomic_fetch_add_relaxed atomic_fetch_add
#define atomic_cmpxchg_relaxed atomic_cmpxchg
#define atomic_read_acquire atomic_read
#define atomic_set_release atomic_set
#define atomic_fetch_add_unless(v, a, u) ({ int __fau = atomic_read(v); atomic_add_unless(v, a, u); __fau; })
#define atomic_dec_and_lock(v, lock) ({ bool __dal = atomic_read(v) == 1; if (__dal) spin_lock(lock); atomic_dec(v); __dal; })

static inline s64 atomic64_read(const atomic64_t *v)
{
	return READ_ONCE(v->counter);
}
static inline void atomic64_set(atomic64_t *v, s64 i)
{
	v->counter = i;
}
static inline s64 atomic64_fetch_add(s64 i, atomic64_t *v)
{
	s64 old = v->counter;

	v->counter = (s64)((unsigned long)old + (unsigned long)i);
	return old;
}
static inline s64 atomic64_add_return(s64 i, atomic64_t *v)
{
	atomic64_fetch_add(i, v);
	return v->counter;
}
static inline void atomic64_add(s64 i, atomic64_t *v)
{
	atomic64_fetch_add(i, v);
}
static inline void atomic64_sub(s64 i, atomic64_t *v)
{
	atomic64_fetch_add(-i, v);
}
static inline s64 atomic64_sub_return(s64 i, atomic64_t *v)
{
	return atomic64_add_return(-i, v);
}
static inline s64 atomic64_fetch_sub(s64 i, atomic64_t *v)
{
	return atomic64_fetch_add(-i, v);
}
static inline void atomic64_inc(atomic64_t *v)
{
	atomic64_fetch_add(1, v);
}
static inline void atomic64_dec(atomic64_t *v)
{
	atomic64_fetch_add(-1, v);
}
static inline s64 atomic64_inc_return(atomic64_t *v)
{
	return atomic64_add_return(1, v);
}
static inline s64 atomic64_dec_return(atomic64_t *v)
{
	return atomic64_add_return(-1, v);
}
static inline s64 atomic64_fetch_inc(atomic64_t *v)
{
	return atomic64_fetch_add(1, v);
}
static inline bool atomic64_sub_and_test(s64 i, atomic64_t *v)
{
	return !atomic64_add_return(-i, v);
}
static inline bool atomic64_dec_and_test(atomic64_t *v)
{
	return !atomic64_add_return(-1, v);
}
static inline bool atomic64_inc_and_test(atomic64_t *v)
{
	return !atomic64_add_return(1, v);
}
static inline bool atomic64_add_negative(s64 i, atomic64_t *v)
{
	return atomic64_add_return(i, v) < 0;
}
static inline s64 atomic64_cmpxchg(atomic64_t *v, s64 old, s64 new)
{
	s64 was = v->counter;

	if (was == old)
		v->counter = new;
	return was;
}
static inline s64 atomic64_xchg(atomic64_t *v, s64 new)
{
	s64 was = v->counter;

	v->counter = new;
	return was;
}
static inline bool atomic64_try_cmpxchg(atomic64_t *v, s64 *old, s64 new)
{
	s64 was = atomic64_cmpxchg(v, *old, new);
	bool same = was == *old;

	*old = was;
	return same;
}
static inline bool atomic64_add_unless(atomic64_t *v, s64 a, s64 u)
{
	if (v->counter == u)
		return false;
	atomic64_fetch_add(a, v);
	return true;
}
static inline bool atomic64_inc_not_zero(atomic64_t *v)
{
	return atomic64_add_unless(v, 1, 0);
}
static inline bool atomic64_dec_if_positive_ok(atomic64_t *v)
{
	return v->counter > 0 && (atomic64_fetch_add(-1, v), true);
}
static inline void atomic64_or(s64 i, atomic64_t *v)
{
	v->counter |= i;
}
static inline void atomic64_and(s64 i, atomic64_t *v)
{
	v->counter &= i;
}
#define atomic64_add_return_relaxed atomic64_add_return
#define atomic64_sub_return_relaxed atomic64_sub_return
#define atomic64_inc_return_relaxed atomic64_inc_return
#define atomic64_fetch_add_relaxed atomic64_fetch_add
#define atomic64_cmpxchg_relaxed atomic64_cmpxchg
#define atomic64_read_acquire atomic64_read
#define atomic64_set_release atomic64_set
#define atomic64_fetch_add_unless(v, a, u) ({ s64 __fau = atomic64_read(v); atomic64_add_unless(v, a, u); __fau; })
#define atomic64_dec_and_lock(v, lock) ({ bool __dal = atomic64_read(v) == 1; if (__dal) spin_lock(lock); atomic64_dec(v); __dal; })

static inline long atomic_long_read(const atomic_long_t *v)
{
	return READ_ONCE(v->counter);
}
static inline void atomic_long_set(atomic_long_t *v, long i)
{
	v->counter = i;
}
static inline long atomic_long_fetch_add(long i, atomic_long_t *v)
{
	long old = v->counter;

	v->counter = (long)((unsigned long)old + (unsigned long)i);
	return old;
}
static inline long atomic_long_add_return(long i, atomic_long_t *v)
{
	atomic_long_fetch_add(i, v);
	return v->counter;
}
static inline void atomic_long_add(long i, atomic_long_t *v)
{
	atomic_long_fetch_add(i, v);
}
static inline void atomic_long_sub(long i, atomic_long_t *v)
{
	atomic_long_fetch_add(-i, v);
}
static inline long atomic_long_sub_return(long i, atomic_long_t *v)
{
	return atomic_long_add_return(-i, v);
}
static inline long atomic_long_fetch_sub(long i, atomic_long_t *v)
{
	return atomic_long_fetch_add(-i, v);
}
static inline void atomic_long_inc(atomic_long_t *v)
{
	atomic_long_fetch_add(1, v);
}
static inline void atomic_long_dec(atomic_long_t *v)
{
	atomic_long_fetch_add(-1, v);
}
static inline long atomic_long_inc_return(atomic_long_t *v)
{
	return atomic_long_add_return(1, v);
}
static inline long atomic_long_dec_return(atomic_long_t *v)
{
	return atomic_long_add_return(-1, v);
}
static inline long atomic_long_fetch_inc(atomic_long_t *v)
{
	return atomic_long_fetch_add(1, v);
}
static inline bool atomic_long_sub_and_test(long i, atomic_long_t *v)
{
	return !atomic_long_add_return(-i, v);
}
static inline bool atomic_long_dec_and_test(atomic_long_t *v)
{
	return !atomic_long_add_return(-1, v);
}
static inline bool atomic_long_inc_and_test(atomic_long_t *v)
{
	return !atomic_long_add_return(1, v);
}
static inline bool atomic_long_add_negative(long i, atomic_long_t *v)
{
	return atomic_long_add_return(i, v) < 0;
}
static inline long atomic_long_cmpxchg(atomic_long_t *v, long old, long new)
{
	long was = v->counter;

	if (was == old)
		v->counter = new;
	return was;
}
static inline long atomic_long_xchg(atomic_long_t *v, long new)
{
	long was = v->counter;

	v->counter = new;
	return was;
}
static inline bool atomic_long_try_cmpxchg(atomic_long_t *v, long *old, long new)
{
	long was = atomic_long_cmpxchg(v, *old, new);
	bool same = was == *old;

	*old = was;
	return same;
}
static inline bool atomic_long_add_unless(atomic_long_t *v, long a, long u)
{
	if (v->counter == u)
		return false;
	atomic_long_fetch_add(a, v);
	return true;
}
static inline bool atomic_long_inc_not_zero(atomic_long_t *v)
{
	return atomic_long_add_unless(v, 1, 0);
}
static inline bool atomic_long_dec_if_positive_ok(atomic_long_t *v)
{
	return v->counter > 0 && (atomic_long_fetch_add(-1, v), true);
}
static inline void atomic_long_or(long i, atomic_long_t *v)
{
	v->counter |= i;
}
static inline void atomic_long_and(long i, atomic_long_t *v)
{
	v->counter &= i;
}
#define atomic_long_add_return_relaxed atomic_long_add_return
#define atomic_long_sub_return_relaxed atomic_long_sub_return
#define atomic_long_inc_return_relaxed atomic_long_inc_return
#define atomic_long_fetch_add_relaxed atomic_long_fetch_add
#define atomic_long_cmpxchg_relaxed atomic_long_cmpxchg
#define atomic_long_read_acquire atomic_long_read
#define atomic_long_set_release atomic_long_set
#define atomic_long_fetch_add_unless(v, a, u) ({ long __fau = atomic_long_read(v); atomic_long_add_unless(v, a, u); __fau; })
#define atomic_long_dec_and_lock(v, lock) ({ bool __dal = atomic_long_read(v) == 1; if (__dal) spin_lock(lock); atomic_long_dec(v); __dal; })

#endif
