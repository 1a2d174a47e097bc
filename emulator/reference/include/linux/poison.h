/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pointers that must fault when followed. Mirrors include/linux/poison.h. */
#ifndef _LINUX_POISON_H
#define _LINUX_POISON_H
#define POISON_POINTER_DELTA 0xdead000000000000UL
#define LIST_POISON1 ((void *)(0x100 + POISON_POINTER_DELTA))
#define LIST_POISON2 ((void *)(0x122 + POISON_POINTER_DELTA))
#define TAIL_MAPPING ((void *)(0x400 + POISON_POINTER_DELTA))
#define PAGE_POISON_PATTERN -1l
#endif
