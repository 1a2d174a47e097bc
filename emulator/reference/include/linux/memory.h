/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/memory.h. */
#ifndef _LINUX_MEMORY_H
#define _LINUX_MEMORY_H
#include <linux/mm.h>
#endif
