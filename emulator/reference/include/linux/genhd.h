/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Its few declarations stand in linux/blkdev.h. */
#include <linux/blkdev.h>
