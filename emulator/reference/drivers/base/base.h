/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of drivers/base share. Mirrors drivers/base/base.h. */
#ifndef FSC_BASE_H
#define FSC_BASE_H
#include <linux/list.h>
extern struct list_head fsc_devices;
#endif
