/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the kernel's own mapping of memory is protected. Mirrors include/linux/set_memory.h: poisoned pages alone. */
#ifndef _LINUX_SET_MEMORY_H
#define _LINUX_SET_MEMORY_H
int clear_mce_nospec(unsigned long pfn);
#endif
