/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/migrate_mode.h. */
#ifndef _LINUX_MIGRATE_MODE_H
#define _LINUX_MIGRATE_MODE_H
#include <linux/types.h>
enum migrate_mode { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC };
#endif
