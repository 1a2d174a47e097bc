/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/userfaultfd_k.h; there is no userfaultfd. */
#ifndef _LINUX_USERFAULTFD_K_H
#define _LINUX_USERFAULTFD_K_H
#include <linux/mm.h>
#endif
