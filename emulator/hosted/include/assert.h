/* Our own <assert.h>. No include guard: NDEBUG is looked at each time. */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) \
	((condition) ? (void)0 : __assert_fail(#condition, __FILE__, __LINE__, __func__))
#endif
#ifndef _FSC_ASSERT_H
#define _FSC_ASSERT_H
void __assert_fail(const char *condition, const char *file, unsigned int line, const char *function)
	__attribute__((__noreturn__));
#ifndef static_assert
#define static_assert _Static_assert
#endif
#endif
