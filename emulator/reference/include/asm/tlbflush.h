/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors asm/tlbflush.h; its content lives in linux/mm.h and linux/pgtable.h here. */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H
#include <linux/mm.h>
#endif
