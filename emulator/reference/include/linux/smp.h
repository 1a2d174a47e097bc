/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/smp.h; its content lives in sched.h here. */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H
#include <linux/sched.h>
#endif
