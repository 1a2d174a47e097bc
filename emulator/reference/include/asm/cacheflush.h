/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cache maintenance names; the cache itself is the business of observers. */
#ifndef _ASM_CACHEFLUSH_H
#define _ASM_CACHEFLUSH_H
#include <linux/mm.h>
#endif
