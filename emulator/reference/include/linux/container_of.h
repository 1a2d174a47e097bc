/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/container_of.h; its content lives in kernel.h here. */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H
#include <linux/kernel.h>
#endif
