/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of the kernel's own address space. Mirrors include/linux/pgalloc.h and the parts of asm/pgalloc.h that it uses. */
#ifndef _LINUX_PGALLOC_H
#define _LINUX_PGALLOC_H
#include <linux/mm.h>
#define pgd_offset_k(addr) pgd_offset(&init_mm, addr)
#define pmd_off_k(addr) pmd_offset(pud_offset(p4d_offset(pgd_offset_k(addr), addr), addr), addr)
#define pgd_populate(mm, pgd, p4d) do { } while (0)
#define pgd_populate_kernel(addr, pgd, p4d) do { } while (0) /* folded into the level below */
#define p4d_populate_kernel(addr, p4d, pud) p4d_populate(&init_mm, p4d, pud)
#define pmd_populate_kernel(mm, pmd, pte) set_pmd(pmd, __pmd(__pa(pte) | _PAGE_TABLE))
#endif
