/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/ksm.h; there is no KSM. */
#ifndef _LINUX_KSM_H
#define _LINUX_KSM_H
#include <linux/mm.h>
#endif
