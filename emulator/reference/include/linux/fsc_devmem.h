/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ours: a device with memory of its own that processes' pages move to (lib/fsc_devmem.c). */
#ifndef _LINUX_FSC_DEVMEM_H
#define _LINUX_FSC_DEVMEM_H
#include <linux/device.h>
#include <linux/memremap.h>
#if FSC_ERA >= 612
#define FSC_DEVMEM_PAGES 4
struct fsc_devmem {
	struct device dev;
	struct dev_pagemap pgmap;
	unsigned long first; /* pfn */
	unsigned long used; /* a bit for each page that is out */
	struct page *at[FSC_DEVMEM_PAGES]; /* the device's page table: what it was given last, in the order of addresses */
};
int fsc_devmem_probe(struct fsc_devmem *dm, enum memory_type type);
void fsc_devmem_remove(struct fsc_devmem *dm);
/* Moves nr pages from addr on to the device, but those with a bit in `leave`, for which it has no memory. How many moved. */
int fsc_devmem_take(struct fsc_devmem *dm, struct mm_struct *mm, unsigned long addr, int nr, unsigned long leave);
/* Moves them back; -ENOMEM when there was no memory for one of them. */
int fsc_devmem_bring(struct fsc_devmem *dm, struct mm_struct *mm, unsigned long addr, int nr);
/* Moves back all that the device has, whoever maps it. */
int fsc_devmem_evict(struct fsc_devmem *dm);
#if FSC_ERA >= 701
/* A folio of that order, from page `slot` of the device on, locked; nobody has any of its pages. */
struct folio *fsc_devmem_folio(struct fsc_devmem *dm, int slot, unsigned int order);
#endif
/* What the device itself reads and writes: the first byte of its nth page. */
unsigned char *fsc_devmem_byte(struct fsc_devmem *dm, int nth);
#endif
#endif
