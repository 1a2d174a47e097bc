/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Discontiguous saved segments: memory that the hypervisor keeps by name. Mirrors arch/s390/include/asm/extmem.h. */
#ifndef _ASM_S390X_DCSS_H
#define _ASM_S390X_DCSS_H

#define SEG_TYPE_SW 0
#define SEG_TYPE_EW 1
#define SEG_TYPE_SR 2
#define SEG_TYPE_ER 3

int segment_load(char *name, int do_nonshared, unsigned long *addr, unsigned long *length);
void segment_unload(char *name);
#endif
