/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compile-time assertions. Mirrors include/linux/build_bug.h. */
#ifndef _LINUX_BUILD_BUG_H
#define _LINUX_BUILD_BUG_H
#define BUILD_BUG_ON(condition) do { (void)sizeof(char[1 - 2 * !!(condition)]); } while (0)
#define BUILD_BUG_ON_MSG(condition, msg) do { } while (0)
#define BUILD_BUG_ON_ZERO(e) 0
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) do { } while (0)
#define BUILD_BUG() do { } while (0)
#define BUILD_BUG_ON_INVALID(e) ((void)(sizeof((long)(e))))
#endif
