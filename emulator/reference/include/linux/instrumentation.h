/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/instrumentation.h; its content lives in kernel.h here. */
#ifndef _LINUX_INSTRUMENTATION_H
#define _LINUX_INSTRUMENTATION_H
#include <linux/kernel.h>
#endif
