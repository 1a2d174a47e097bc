/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/init.h; its content lives in kernel.h here. */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H
#include <linux/kernel.h>
#endif
