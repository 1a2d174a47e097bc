/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Labels: what a DIMM says of the namespaces that it has parts of. Mirrors drivers/nvdimm/label.h and those parts of
 * drivers/nvdimm/nd.h and include/uapi/linux/ndctl.h. Left out: labels of CXL's form, claim classes.
 */
#ifndef __LABEL_H__
#define __LABEL_H__
#include <linux/bitops.h>
#include <linux/nd.h>
#include <linux/string.h>
#include <linux/uuid.h>

enum {
	NSINDEX_SIG_LEN = 16,
	NSINDEX_ALIGN = 256,
	NSINDEX_SEQ_MASK = 0x3,
	NSLABEL_UUID_LEN = 16,
	NSLABEL_NAME_LEN = 64,
	NSLABEL_FLAG_UPDATING = 0x8,
	ND_NSINDEX_INIT = 0x1,
	ND_LABEL_ID_SIZE = 50,
};
#define FSC_LABEL_AREA 4096 /* bytes: 28 slots of 128 bytes, or 14 of 256 */
enum nd_label_flags { ND_LABEL_REAP };

/* One of two index blocks, of which the one with the later sequence number counts. */
struct nd_namespace_index {
	u8 sig[NSINDEX_SIG_LEN];
	u8 flags[3];
	u8 labelsize; /* 128 << it */
	__le32 seq;
	__le64 myoff;
	__le64 mysize;
	__le64 otheroff;
	__le64 labeloff;
	__le32 nslot;
	__le16 major;
	__le16 minor;
	__le64 checksum;
	u8 free[]; /* a bit for each slot */
};
struct nvdimm_efi_label {
	u8 uuid[NSLABEL_UUID_LEN];
	u8 name[NSLABEL_NAME_LEN];
	__le32 flags;
	__le16 nlabel;
	__le16 position;
	__le64 isetcookie;
	__le64 lbasize;
	__le64 dpa;
	__le64 rawsize;
	__le32 slot;
	/* From here on only labels of 256 bytes. */
	u8 align;
	u8 reserved[3];
	guid_t type_guid;
	guid_t abstraction_guid;
	u8 reserved2[88];
	__le64 checksum;
};
struct nd_namespace_label {
	union {
		struct nvdimm_efi_label efi;
	};
};
struct nd_label_id {
	char id[ND_LABEL_ID_SIZE];
};
struct nd_label_ent {
	struct list_head list;
	unsigned long flags;
	struct nd_namespace_label *label;
};

struct nd_cmd_get_config_size {
	u32 status;
	u32 config_size;
	u32 max_xfer;
};
/* A DIMM whose driver is bound, and its label area in memory. */
struct nvdimm_drvdata {
	struct device *dev;
	int nslabel_size;
	struct nd_cmd_get_config_size nsarea;
	void *data;
	bool cxl;
	int ns_current, ns_next; /* which index counts, and which is written next; -1: none */
	struct resource dpa;
};
struct nd_namespace_pmem {
	struct nd_namespace_io nsio;
	unsigned long lbasize;
	char *alt_name;
	uuid_t *uuid;
	int id;
};
#define for_each_dpa_resource(ndd, res) for (res = (ndd)->dpa.child; res; res = res->sibling)
#define for_each_dpa_resource_safe(ndd, res, next) \
	for (res = (ndd)->dpa.child, next = res ? res->sibling : NULL; res; res = next, next = next ? next->sibling : NULL)
#define nd_dbg_dpa(r, d, res, fmt, arg...) do { } while (0)

static inline int nd_label_next_nsindex(int index)
{
	return index < 0 ? -1 : (index + 1) % 2;
}
#define efi_namespace_label_has(ndd, field) \
	(!(ndd)->cxl && offsetof(struct nvdimm_efi_label, field) < (size_t)(ndd)->nslabel_size)

#define FSC_NSL_FIELD(type, field, order) \
	static inline type nsl_get_##field(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label) \
	{ \
		(void)ndd; \
		return __le##order##_to_cpu(nd_label->efi.field); \
	} \
	static inline void nsl_set_##field(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label, type value) \
	{ \
		(void)ndd; \
		nd_label->efi.field = __cpu_to_le##order(value); \
	}
FSC_NSL_FIELD(u32, slot, 32)
FSC_NSL_FIELD(u64, checksum, 64)
FSC_NSL_FIELD(u32, flags, 32)
FSC_NSL_FIELD(u64, dpa, 64)
FSC_NSL_FIELD(u64, rawsize, 64)
FSC_NSL_FIELD(u64, isetcookie, 64)
FSC_NSL_FIELD(u16, position, 16)
FSC_NSL_FIELD(u16, nlabel, 16)
FSC_NSL_FIELD(u64, lbasize, 64)

static inline void nsl_set_nrange(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label, u16 nrange)
{
	(void)ndd; /* labels of CXL's form alone have it */
	(void)nd_label;
	(void)nrange;
}
static inline void nsl_set_name(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label, u8 *name)
{
	(void)ndd;
	if (name)
		memcpy(nd_label->efi.name, name, NSLABEL_NAME_LEN);
}
static inline void nsl_get_uuid(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label, uuid_t *uuid)
{
	(void)ndd;
	memcpy(uuid, nd_label->efi.uuid, NSLABEL_UUID_LEN);
}
static inline void nsl_set_uuid(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label, const uuid_t *uuid)
{
	(void)ndd;
	memcpy(nd_label->efi.uuid, uuid, NSLABEL_UUID_LEN);
}
static inline bool nsl_uuid_equal(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label, const uuid_t *uuid)
{
	(void)ndd;
	return !memcmp(nd_label->efi.uuid, uuid, NSLABEL_UUID_LEN);
}

struct nvdimm_drvdata *to_ndd(struct nd_mapping *nd_mapping);
struct nd_namespace_index *to_namespace_index(struct nvdimm_drvdata *ndd, int i);
struct nd_namespace_index *to_current_namespace_index(struct nvdimm_drvdata *ndd);
struct nd_namespace_index *to_next_namespace_index(struct nvdimm_drvdata *ndd);
bool is_nvdimm_bus_locked(struct device *dev);
int nvdimm_get_config_data(struct nvdimm_drvdata *ndd, void *buf, size_t offset, size_t len);
int nvdimm_set_config_data(struct nvdimm_drvdata *ndd, size_t offset, void *buf, size_t len);
u64 nd_region_interleave_set_cookie(struct nd_region *nd_region, struct nd_namespace_index *nsindex);
void nd_mapping_free_labels(struct nd_mapping *nd_mapping);
int init_active_labels(struct nd_region *nd_region);
void deactivate_labels(void *region);

unsigned sizeof_namespace_label(struct nvdimm_drvdata *ndd);
size_t sizeof_namespace_index(struct nvdimm_drvdata *ndd);
int nvdimm_num_label_slots(struct nvdimm_drvdata *ndd);
char *nd_label_gen_id(struct nd_label_id *label_id, const uuid_t *uuid, u32 flags);
int nd_label_data_init(struct nvdimm_drvdata *ndd);
int nd_label_active_count(struct nvdimm_drvdata *ndd);
struct nd_namespace_label *nd_label_active(struct nvdimm_drvdata *ndd, int n);
u32 nd_label_alloc_slot(struct nvdimm_drvdata *ndd);
bool nd_label_free_slot(struct nvdimm_drvdata *ndd, u32 slot);
u32 nd_label_nfree(struct nvdimm_drvdata *ndd);
int nd_pmem_namespace_label_update(struct nd_region *nd_region, struct nd_namespace_pmem *nspm, resource_size_t size);
#endif
