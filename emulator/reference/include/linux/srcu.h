/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/srcu.h; see rcupdate.h. */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H
#include <linux/rcupdate.h>
#endif
