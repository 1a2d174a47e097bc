/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/sched/signal.h; its content lives in sched.h here. */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H
#include <linux/sched.h>
#endif
