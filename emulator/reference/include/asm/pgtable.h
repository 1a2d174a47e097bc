/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors asm/pgtable.h; its content lives in linux/mm.h and linux/pgtable.h here. */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H
#include <linux/mm.h>
#endif
