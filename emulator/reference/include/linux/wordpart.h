/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/wordpart.h; its content lives in kernel.h here. */
#ifndef _LINUX_WORDPART_H
#define _LINUX_WORDPART_H
#include <linux/kernel.h>
#endif
