/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/pseudo_fs.h: the dax inodes have no mount of their own here. */
#include <linux/fs.h>
