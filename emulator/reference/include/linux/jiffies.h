/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/jiffies.h; its content lives in sched.h here. */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H
#include <linux/sched.h>
#endif
