/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/panic.h; its content lives in kernel.h here. */
#ifndef _LINUX_PANIC_H
#define _LINUX_PANIC_H
#include <linux/kernel.h>
#endif
