/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identifiers of 16 bytes. Mirrors include/linux/uuid.h; parsing is left out. */
#ifndef _LINUX_UUID_H
#define _LINUX_UUID_H
#include <linux/types.h>
typedef struct {
	u8 b[16];
} uuid_t;
typedef uuid_t guid_t;
#endif
