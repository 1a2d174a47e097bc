/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WARN, BUG and their kin, each with its condition as text, handed to the runner. Mirrors include/linux/bug.h,
 * asm-generic/bug.h and build_bug.h. The message of a WARN() is printed only when it fires.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/types.h>
#include <linux/build_bug.h>

#define WARN_ON(condition) __fsc_warn(!!(condition), #condition)
#define WARN_ON_ONCE(condition) __fsc_warn_once(!!(condition), #condition)
#define WARN_ON_SMP(condition) WARN_ON(condition)
#define WARN(condition, ...) ({						\
	int __fsc_w = __fsc_warn(!!(condition), #condition);		\
	if (__fsc_w)							\
		__fsc_printk(__VA_ARGS__);				\
	__fsc_w;							\
})
#define WARN_ONCE(condition, ...) ({					\
	int __fsc_w = __fsc_warn_once(!!(condition), #condition);	\
	if (__fsc_w)							\
		__fsc_printk(__VA_ARGS__);				\
	__fsc_w;							\
})
#define WARN_TAINT(condition, taint, ...) WARN(condition, __VA_ARGS__)
#define BUG_ON(condition) __fsc_bug(!!(condition), #condition)
#define BUG() __fsc_bug(1, "BUG()")
#define CHECK_DATA_CORRUPTION(condition, addr, ...) WARN(condition, __VA_ARGS__)

#endif
