/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/export.h; its content lives in kernel.h here. */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H
#include <linux/kernel.h>
#endif
