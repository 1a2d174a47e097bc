/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings of device memory. Mirrors include/linux/io.h; every flag gives the same mapping. */
#ifndef _LINUX_IO_H
#define _LINUX_IO_H
#include <linux/types.h>
enum {
	MEMREMAP_WB = 1 << 0,
	MEMREMAP_WT = 1 << 1,
	MEMREMAP_WC = 1 << 2,
};
#define ARCH_MEMREMAP_PMEM MEMREMAP_WB
void *memremap(resource_size_t offset, size_t size, unsigned long flags);
void memunmap(void *addr);
/* /dev/mem: drivers/char/mem.c; kernel/resource.c has the address space of its mappings. */
struct address_space;
struct file;
int devmem_is_allowed(unsigned long pagenr);
struct address_space *iomem_get_mapping(void);
void fsc_iomem_init_inode(void);
struct file *fsc_devmem_open(void); /* ours: open(2) of it */
#endif
