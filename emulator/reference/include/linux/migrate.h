/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/migrate.h; nothing migrates. */
#ifndef _LINUX_MIGRATE_H
#define _LINUX_MIGRATE_H
#include <linux/mm.h>
#endif
