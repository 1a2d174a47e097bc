/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/module.h; its content lives in kernel.h here. */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H
#include <linux/kernel.h>
#endif
