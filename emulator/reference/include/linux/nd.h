/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bus of non-volatile memory, as a pmem driver sees it. Mirrors include/linux/nd.h, libnvdimm.h and
 * drivers/nvdimm/{nd,pfn}.h: a region, a namespace in it (an address range), and the pfn and dax devices that claim one.
 * Left out: DIMMs but for their labels (drivers/nvdimm/label.h), info blocks on the medium (what they would say is in struct nd_pfn_sb from the start).
 */
#ifndef __LINUX_ND_H__
#define __LINUX_ND_H__
#include <linux/badblocks.h>
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/memremap.h>
#include <linux/uuid.h>

typedef u16 __le16;
typedef u32 __le32;
typedef u64 __le64;
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#define __le16_to_cpu(x) ((u16)(x))
#define __le32_to_cpu(x) ((u32)(x))
#define __le64_to_cpu(x) ((u64)(x))
#define cpu_to_le32(x) ((u32)(x))
#define cpu_to_le64(x) ((u64)(x))
#define __cpu_to_le16(x) ((u16)(x))
#define __cpu_to_le32(x) ((u32)(x))
#define __cpu_to_le64(x) ((u64)(x))

enum nvdimm_event {
	NVDIMM_REVALIDATE_POISON,
	NVDIMM_REVALIDATE_REGION,
};
/* What is bad of memory, as it was told: by address, ranges may lie over each other. */
struct badrange_entry {
	u64 start;
	u64 length;
	struct list_head list;
};
struct badrange {
	struct list_head list;
	spinlock_t lock;
};
struct nvdimm_bus {
	struct device dev;
	struct mutex reconfig_mutex;
	struct badrange badrange;
};
#define ND_MAX_LANES 4
struct nd_lane {
	struct mutex lock;
};
struct nvdimm_drvdata;
/* The part of a region that a DIMM has, and the labels of it. */
struct nd_mapping {
	u64 start;
	u64 size;
	int position;
	struct list_head labels;
	struct mutex lock;
	struct nvdimm_drvdata *ndd;
};
struct nd_interleave_set {
	u64 cookie1; /* of labels of version 1.1 */
	u64 cookie2;
	guid_t type_guid;
};
struct nd_region {
	struct device dev;
	unsigned int num_lanes; /* at least one; each is used by one task at a time */
	struct nd_lane lane[ND_MAX_LANES + 1];
	int id;
	int ro;
	int numa_node;
	int target_node;
	bool sync;
	void *provider_data;
	int (*flush)(struct nd_region *nd_region, struct bio *bio);
	u16 ndr_mappings;
	struct nd_interleave_set *nd_set;
	struct nd_mapping mapping[1];
};
#define NVDIMM_FLUSH_ASYNC 1 /* the bio is ended when the flush is done, and not by its driver */
struct nd_namespace_common {
	int force_raw;
	struct device dev;
	struct device *claim;
	int (*rw_bytes)(struct nd_namespace_common *, resource_size_t offset, void *buf, size_t size, int rw,
			unsigned long flags);
};
struct nd_namespace_io {
	struct nd_namespace_common common;
	struct resource res;
	resource_size_t size;
	void *addr;
	struct badblocks bb;
};
enum nd_pfn_mode {
	PFN_MODE_NONE,
	PFN_MODE_RAM,
	PFN_MODE_PMEM,
};
struct nd_pfn_sb {
	__le64 dataoff;
	__le64 npfns;
	__le32 mode;
	__le32 start_pad;
	__le32 end_trunc;
	__le32 align;
};
struct nd_pfn {
	int id;
	uuid_t *uuid;
	struct device dev;
	unsigned long align;
	unsigned long npfns;
	enum nd_pfn_mode mode;
	struct nd_pfn_sb *pfn_sb;
	struct nd_namespace_common *ndns;
};
struct nd_dax {
	struct nd_pfn nd_pfn;
};
struct btt;
/* The claim of a translation table on a namespace. */
struct nd_btt {
	struct device dev;
	struct nd_namespace_common *ndns;
	struct btt *btt;
	unsigned long lbasize;
	int initial_offset;
	uuid_t *uuid;
	u64 size;
};
#define ND_DRIVER_NAMESPACE_IO (1 << 4)
#define ND_DRIVER_NAMESPACE_PMEM (1 << 5)
#define ND_DRIVER_DAX_PMEM (1 << 7)
struct nd_device_driver {
	struct device_driver drv;
	unsigned long type;
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	void (*notify)(struct device *dev, enum nvdimm_event event);
};
#define to_nd_region(d) container_of(d, struct nd_region, dev)
#define to_nd_namespace_io(d) container_of(d, struct nd_namespace_io, common.dev)
#define to_ndns(d) container_of(d, struct nd_namespace_common, dev)
#define to_nd_device_driver(d) container_of(d, struct nd_device_driver, drv)
struct nd_pfn *to_nd_pfn(struct device *dev);
struct nd_dax *to_nd_dax(struct device *dev);
bool is_nd_pfn(struct device *dev);
bool is_nd_dax(const struct device *dev);
#define is_nd_btt(dev) ((void)(dev), false) /* scenarios attach tables by hand */
#define nd_btt_probe(dev, ndns) ((void)(dev), (void)(ndns), -ENODEV)
#define nd_pfn_probe(dev, ndns) ((void)(dev), (void)(ndns), -ENODEV)
#define nd_dax_probe(dev, ndns) ((void)(dev), (void)(ndns), -ENODEV)
static inline u32 nd_info_block_reserve(void)
{
	return ALIGN(0x2000, PAGE_SIZE);
}
int __nd_driver_register(struct nd_device_driver *nd_drv, struct module *module, const char *mod_name);
#define nd_driver_register(driver) __nd_driver_register(driver, THIS_MODULE, (driver)->drv.name)
struct nd_namespace_common *nvdimm_namespace_common_probe(struct device *dev);
int devm_namespace_enable(struct device *dev, struct nd_namespace_common *ndns, resource_size_t size);
void devm_namespace_disable(struct device *dev, struct nd_namespace_common *ndns);
#define NVDIMM_IO_ATOMIC 1
static inline int nvdimm_read_bytes(struct nd_namespace_common *ndns, resource_size_t offset, void *buf, size_t size,
				    unsigned long flags)
{
	return ndns->rw_bytes(ndns, offset, buf, size, 0, flags);
}
static inline int nvdimm_write_bytes(struct nd_namespace_common *ndns, resource_size_t offset, void *buf, size_t size,
				     unsigned long flags)
{
	return ndns->rw_bytes(ndns, offset, buf, size, 1, flags);
}
static inline unsigned int nd_inc_seq(unsigned int seq)
{
	return seq ? seq % 3 + 1 : 0;
}
resource_size_t nvdimm_namespace_capacity(struct nd_namespace_common *ndns);
unsigned int nd_region_acquire_lane(struct nd_region *nd_region);
void nd_region_release_lane(struct nd_region *nd_region, unsigned int lane);
struct nd_btt *to_nd_btt(struct device *dev);
int nvdimm_namespace_attach_btt(struct nd_namespace_common *ndns);
int nvdimm_namespace_detach_btt(struct nd_btt *nd_btt);
int nvdimm_setup_pfn(struct nd_pfn *nd_pfn, struct dev_pagemap *pgmap);
bool pmem_should_map_pages(struct device *dev);
unsigned int pmem_sector_size(struct nd_namespace_common *ndns);
const char *nvdimm_namespace_disk_name(struct nd_namespace_common *ndns, char *name);
int nvdimm_has_flush(struct nd_region *nd_region);
int nvdimm_has_cache(struct nd_region *nd_region);
bool is_nvdimm_sync(struct nd_region *nd_region);
long nvdimm_clear_poison(struct device *dev, phys_addr_t phys, unsigned int len);
u64 nd_fletcher64(void *addr, size_t len, bool le);
void badrange_init(struct badrange *badrange);
int badrange_add(struct badrange *badrange, u64 addr, u64 length);
void badrange_forget(struct badrange *badrange, phys_addr_t start, unsigned int len);
int nvdimm_bus_add_badrange(struct nvdimm_bus *nvdimm_bus, u64 addr, u64 length);
struct nvdimm_bus *walk_to_nvdimm_bus(struct device *nd_dev);
void nvdimm_bus_lock(struct device *dev);
void nvdimm_bus_unlock(struct device *dev);
static inline bool is_memory(const struct device *dev)
{
	(void)dev; /* no region of blocks here */
	return true;
}
/* Ours: what the medium itself has lost, which the bus is told. Another one has lost nothing. */
void fsc_spoil_medium(phys_addr_t phys, unsigned int len);
void fsc_replace_medium(void);
unsigned int fsc_medium_spoilt(phys_addr_t phys, unsigned int len); /* how many bytes of it */
int nvdimm_flush(struct nd_region *nd_region, struct bio *bio);
void nvdimm_check_and_set_ro(struct gendisk *disk);
int devm_init_badblocks(struct device *dev, struct badblocks *bb);
void nvdimm_badblocks_populate(struct nd_region *nd_region, struct badblocks *bb, const struct range *range);
extern const struct bus_type nvdimm_bus_type;
#endif
