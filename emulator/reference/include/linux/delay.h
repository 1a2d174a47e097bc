/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/delay.h; its content lives in sched.h here. */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H
#include <linux/sched.h>
#endif
