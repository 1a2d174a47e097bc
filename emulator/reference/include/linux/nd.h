/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/nd.h and libnvdimm.h for a namespace in memory mode: an address range is all there is. */
#ifndef __LINUX_ND_H__
#define __LINUX_ND_H__
#include <linux/device.h>
#include <linux/ioport.h>
struct nd_region {
	struct device dev;
	bool sync;
};
struct nd_namespace_common {
	int force_raw;
	struct device dev;
};
struct nd_namespace_io {
	struct nd_namespace_common common;
	struct resource res;
	resource_size_t size;
};
#define to_nd_region(d) container_of(d, struct nd_region, dev)
#define to_nd_namespace_io(d) container_of(d, struct nd_namespace_io, common.dev)
#endif
