/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/moduleparam.h; its content lives in kernel.h here. */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H
#include <linux/kernel.h>
#endif
