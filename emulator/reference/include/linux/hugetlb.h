/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/hugetlb.h; there is no hugetlb. */
#ifndef _LINUX_HUGETLB_H
#define _LINUX_HUGETLB_H
#include <linux/mm.h>
#endif
