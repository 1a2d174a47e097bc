/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/const.h; its content lives in kernel.h here. */
#ifndef _LINUX_CONST_H
#define _LINUX_CONST_H
#include <linux/kernel.h>
#endif
