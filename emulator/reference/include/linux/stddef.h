/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/stddef.h; its content lives in kernel.h here. */
#ifndef _LINUX_STDDEF_H
#define _LINUX_STDDEF_H
#include <linux/kernel.h>
#endif
