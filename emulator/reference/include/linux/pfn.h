/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Page frame numbers and physical addresses. Mirrors include/linux/pfn.h. */
#ifndef _LINUX_PFN_H
#define _LINUX_PFN_H
#include <asm/page.h>
#if FSC_ERA < 618
typedef struct {
	u64 val;
} pfn_t;
#endif
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))
#define PFN_ALIGN(x) (((unsigned long)(x) + (PAGE_SIZE - 1)) & PAGE_MASK)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#endif
