/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/asm-generic/tlb.h; see asm/tlb.h. */
#ifndef _ASM_GENERIC_TLB_H
#define _ASM_GENERIC_TLB_H
#include <asm/tlb.h>
#endif
