// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A DIMM's label area: two index blocks that are written in turn, and slots for labels that are never written over while an index
 * counts them. Mirrors drivers/nvdimm/label.c. Left out: labels of CXL's form, claim classes, type GUIDs, local namespaces.
 */
#include "label.h"
#include <linux/slab.h>
#include <linux/sprintf.h>
#if FSC_ERA >= 612

static const char NSINDEX_SIGNATURE[] = "NAMESPACE_INDEX\0";

/* The later of two numbers that go round, 1 to 3; 0 is none. */
static u32 best_seq(u32 a, u32 b)
{
	a &= NSINDEX_SEQ_MASK;
	b &= NSINDEX_SEQ_MASK;
	if (!a || !b)
		return a | b;
	return a == b || nd_inc_seq(a) == b ? b : a;
}

unsigned sizeof_namespace_label(struct nvdimm_drvdata *ndd)
{
	return ndd->nslabel_size;
}

static size_t __sizeof_namespace_index(u32 nslot)
{
	return ALIGN(sizeof(struct nd_namespace_index) + DIV_ROUND_UP(nslot, 8), NSINDEX_ALIGN);
}

static int __nvdimm_num_label_slots(struct nvdimm_drvdata *ndd, size_t index_size)
{
	return (ndd->nsarea.config_size - 2 * index_size) / sizeof_namespace_label(ndd);
}

/* As many as there would be without an index decide how large an index is. */
int nvdimm_num_label_slots(struct nvdimm_drvdata *ndd)
{
	return __nvdimm_num_label_slots(ndd, __sizeof_namespace_index(ndd->nsarea.config_size / sizeof_namespace_label(ndd)));
}

size_t sizeof_namespace_index(struct nvdimm_drvdata *ndd)
{
	u32 nslot = nvdimm_num_label_slots(ndd);
	size_t space = ndd->nsarea.config_size - nslot * sizeof_namespace_label(ndd);
	size_t size = __sizeof_namespace_index(nslot);

	if (nslot >= 2 && 2 * size <= space)
		return size;
	dev_err(ndd->dev, "label area (%d) too small to host (%d byte) labels\n", ndd->nsarea.config_size,
		sizeof_namespace_label(ndd));
	return 0;
}

struct nd_namespace_index *to_namespace_index(struct nvdimm_drvdata *ndd, int i)
{
	return i < 0 ? NULL : ndd->data + sizeof_namespace_index(ndd) * i;
}

struct nd_namespace_index *to_current_namespace_index(struct nvdimm_drvdata *ndd)
{
	return to_namespace_index(ndd, ndd->ns_current);
}

struct nd_namespace_index *to_next_namespace_index(struct nvdimm_drvdata *ndd)
{
	return to_namespace_index(ndd, ndd->ns_next);
}

static u64 fsc_index_sum(struct nvdimm_drvdata *ndd, struct nd_namespace_index *index)
{
	__le64 said = index->checksum;
	u64 sum;

	index->checksum = 0;
	sum = nd_fletcher64(index, sizeof_namespace_index(ndd), 1);
	index->checksum = said;
	return sum;
}

/* Whether the i-th index is one, of labels of the size in hand, and says what this area must say. */
static bool fsc_index_valid(struct nvdimm_drvdata *ndd, int i)
{
	struct nd_namespace_index *index = to_namespace_index(ndd, i);
	size_t size = sizeof_namespace_index(ndd);
	unsigned int labels = 128, version;

	if (memcmp(index->sig, NSINDEX_SIGNATURE, NSINDEX_SIG_LEN))
		return false;
	version = __le16_to_cpu(index->major) * 100 + __le16_to_cpu(index->minor);
	if (version >= 102) {
		if (index->labelsize > 1)
			return false;
		labels = 128 << index->labelsize;
	}
	if (labels != sizeof_namespace_label(ndd) || fsc_index_sum(ndd, index) != __le64_to_cpu(index->checksum))
		return false;
	if (!(__le32_to_cpu(index->seq) & NSINDEX_SEQ_MASK))
		return false;
	if (__le64_to_cpu(index->myoff) != i * size || __le64_to_cpu(index->otheroff) != !i * size ||
	    __le64_to_cpu(index->labeloff) != 2 * size)
		return false;
	if (__le64_to_cpu(index->mysize) > size || __le64_to_cpu(index->mysize) < sizeof(*index))
		return false;
	return (u64)__le32_to_cpu(index->nslot) * labels + 2 * size <= ndd->nsarea.config_size;
}

static int __nd_label_validate(struct nvdimm_drvdata *ndd)
{
	bool first = fsc_index_valid(ndd, 0), second = fsc_index_valid(ndd, 1);
	u32 a, b;

	if (!first || !second)
		return first ? 0 : second ? 1 : -1;
	a = __le32_to_cpu(to_namespace_index(ndd, 0)->seq);
	b = __le32_to_cpu(to_namespace_index(ndd, 1)->seq);
	return best_seq(a, b) == (b & NSINDEX_SEQ_MASK);
}

/* The size of labels is known only by an index that is valid for it. */
static int nd_label_validate(struct nvdimm_drvdata *ndd)
{
	static const int sizes[] = { 128, 256 };
	int found = -1;

	for (unsigned int i = 0; found < 0 && i < ARRAY_SIZE(sizes); i++) {
		ndd->nslabel_size = sizes[i];
		found = __nd_label_validate(ndd);
	}
	return found;
}

static void nd_label_copy(struct nvdimm_drvdata *ndd, struct nd_namespace_index *dst, struct nd_namespace_index *src)
{
	if (dst && src)
		memcpy(dst, src, sizeof_namespace_index(ndd));
}

static struct nd_namespace_label *nd_label_base(struct nvdimm_drvdata *ndd)
{
	return ndd->data + 2 * sizeof_namespace_index(ndd);
}

static int to_slot(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label)
{
	return ((unsigned long)nd_label - (unsigned long)nd_label_base(ndd)) / sizeof_namespace_label(ndd);
}

static struct nd_namespace_label *to_label(struct nvdimm_drvdata *ndd, int slot)
{
	return (void *)nd_label_base(ndd) + slot * sizeof_namespace_label(ndd);
}

#define for_each_clear_bit_le(bit, addr, size) \
	for ((bit) = find_next_zero_bit_le(addr, size, 0); (bit) < (size); (bit) = find_next_zero_bit_le(addr, size, (bit) + 1))

static bool preamble_index(struct nvdimm_drvdata *ndd, int idx, struct nd_namespace_index **nsindex_out,
			   unsigned long **free, u32 *nslot)
{
	struct nd_namespace_index *nsindex = to_namespace_index(ndd, idx);

	if (!nsindex)
		return false;
	*nsindex_out = nsindex;
	*free = (unsigned long *)nsindex->free;
	*nslot = __le32_to_cpu(nsindex->nslot);
	return true;
}

char *nd_label_gen_id(struct nd_label_id *label_id, const uuid_t *uuid, u32 flags)
{
	int at;

	(void)flags;
	if (!label_id || !uuid)
		return NULL;
	at = snprintf(label_id->id, ND_LABEL_ID_SIZE, "pmem-");
	for (int i = 0; i < NSLABEL_UUID_LEN; i++)
		at += snprintf(label_id->id + at, ND_LABEL_ID_SIZE - at, "%02x", uuid->b[i]);
	return label_id->id;
}

static bool preamble_current(struct nvdimm_drvdata *ndd, struct nd_namespace_index **nsindex, unsigned long **free,
			     u32 *nslot)
{
	return preamble_index(ndd, ndd->ns_current, nsindex, free, nslot);
}

static bool preamble_next(struct nvdimm_drvdata *ndd, struct nd_namespace_index **nsindex, unsigned long **free,
			  u32 *nslot)
{
	return preamble_index(ndd, ndd->ns_next, nsindex, free, nslot);
}

static u64 fsc_label_sum(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label)
{
	u64 said = nsl_get_checksum(ndd, nd_label), sum;

	nsl_set_checksum(ndd, nd_label, 0);
	sum = nd_fletcher64(nd_label, sizeof_namespace_label(ndd), 1);
	nsl_set_checksum(ndd, nd_label, said);
	return sum;
}

static bool nsl_validate_checksum(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label)
{
	return !efi_namespace_label_has(ndd, checksum) || fsc_label_sum(ndd, nd_label) == nsl_get_checksum(ndd, nd_label);
}

static void nsl_calculate_checksum(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label)
{
	if (efi_namespace_label_has(ndd, checksum))
		nsl_set_checksum(ndd, nd_label, fsc_label_sum(ndd, nd_label));
}

/* A label says where it lies. */
static bool slot_valid(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label, u32 slot)
{
	return nsl_get_slot(ndd, nd_label) == slot && nsl_validate_checksum(ndd, nd_label);
}

/* The area is read in pieces of max_xfer bytes, first what the indexes need, then of the labels those that are used. */
int nd_label_data_init(struct nvdimm_drvdata *ndd)
{
	size_t size = ndd->nsarea.config_size, have, step, offset;
	struct nd_namespace_index *nsindex;
	int rc;

	if (ndd->data)
		return 0;
	if (ndd->nsarea.status || !ndd->nsarea.max_xfer || !size)
		return -ENXIO;
	ndd->nslabel_size = 128; /* the largest indexes that there can be */
	have = 2 * sizeof_namespace_index(ndd);
	if (!have)
		return -ENXIO;
	ndd->data = kvzalloc(size, GFP_KERNEL);
	if (!ndd->data)
		return -ENOMEM;
	step = min_t(size_t, ndd->nsarea.max_xfer, size);
	have = min(DIV_ROUND_UP(have, step) * step, size);
	rc = nvdimm_get_config_data(ndd, ndd->data, 0, have);
	if (rc)
		return rc;
	ndd->ns_current = nd_label_validate(ndd);
	if (ndd->ns_current < 0)
		return 0;
	ndd->ns_next = nd_label_next_nsindex(ndd->ns_current);
	nsindex = to_current_namespace_index(ndd);
	nd_label_copy(ndd, to_next_namespace_index(ndd), nsindex);

	offset = __le64_to_cpu(nsindex->labeloff);
	for (u32 slot = 0; slot < __le32_to_cpu(nsindex->nslot); slot++, offset += ndd->nslabel_size) {
		size_t end = offset + ndd->nslabel_size, more;

		if (test_bit_le(slot, nsindex->free)) {
			memset(ndd->data + offset, 0, ndd->nslabel_size);
			continue;
		}
		if (end <= have)
			continue;
		have = max(have, offset);
		more = min(DIV_ROUND_UP(end - have, step) * step, size - have);
		rc = nvdimm_get_config_data(ndd, ndd->data + have, have, more);
		if (rc)
			return rc;
		have += more;
	}
	return 0;
}

int nd_label_active_count(struct nvdimm_drvdata *ndd)
{
	struct nd_namespace_index *nsindex;
	unsigned long *free;
	u32 nslot, slot;
	int count = 0;

	if (!preamble_current(ndd, &nsindex, &free, &nslot))
		return 0;
	for_each_clear_bit_le(slot, free, nslot)
		count += slot_valid(ndd, to_label(ndd, slot), slot);
	return count;
}

struct nd_namespace_label *nd_label_active(struct nvdimm_drvdata *ndd, int n)
{
	struct nd_namespace_index *nsindex;
	unsigned long *free;
	u32 nslot, slot;

	if (!preamble_current(ndd, &nsindex, &free, &nslot))
		return NULL;
	for_each_clear_bit_le(slot, free, nslot)
		if (slot_valid(ndd, to_label(ndd, slot), slot) && !n--)
			return to_label(ndd, slot);
	return NULL;
}

u32 nd_label_alloc_slot(struct nvdimm_drvdata *ndd)
{
	struct nd_namespace_index *nsindex;
	unsigned long *free;
	u32 nslot, slot;

	if (!preamble_next(ndd, &nsindex, &free, &nslot))
		return UINT_MAX;
	WARN_ON(!is_nvdimm_bus_locked(ndd->dev));
	slot = find_next_bit_le(free, nslot, 0);
	if (slot == nslot)
		return UINT_MAX;
	clear_bit_le(slot, free);
	return slot;
}

bool nd_label_free_slot(struct nvdimm_drvdata *ndd, u32 slot)
{
	struct nd_namespace_index *nsindex;
	unsigned long *free;
	u32 nslot;

	if (!preamble_next(ndd, &nsindex, &free, &nslot))
		return false;
	WARN_ON(!is_nvdimm_bus_locked(ndd->dev));
	return slot < nslot && !test_and_set_bit_le(slot, free);
}

u32 nd_label_nfree(struct nvdimm_drvdata *ndd)
{
	struct nd_namespace_index *nsindex;
	unsigned long *free;
	u32 nslot;

	WARN_ON(!is_nvdimm_bus_locked(ndd->dev));
	if (!preamble_next(ndd, &nsindex, &free, &nslot))
		return nvdimm_num_label_slots(ndd);
	return bitmap_weight(free, nslot);
}

static unsigned long nd_label_offset(struct nvdimm_drvdata *ndd, struct nd_namespace_label *nd_label)
{
	return (unsigned long)nd_label - (unsigned long)to_namespace_index(ndd, 0);
}

/* Written to the medium, an index is the one that counts. */
static int nd_label_write_index(struct nvdimm_drvdata *ndd, int index, u32 seq, unsigned long flags)
{
	struct nd_namespace_index *nsindex = to_namespace_index(ndd, index);
	size_t size = sizeof_namespace_index(ndd);
	bool first = flags & ND_NSINDEX_INIT;
	u32 nslot = first ? (u32)nvdimm_num_label_slots(ndd) : __le32_to_cpu(nsindex->nslot);
	int rc;

	memcpy(nsindex->sig, NSINDEX_SIGNATURE, NSINDEX_SIG_LEN);
	memset(nsindex->flags, 0, sizeof(nsindex->flags));
	nsindex->labelsize = sizeof_namespace_label(ndd) >> 8;
	nsindex->seq = __cpu_to_le32(seq);
	nsindex->myoff = __cpu_to_le64(index * size);
	nsindex->mysize = __cpu_to_le64(size);
	nsindex->otheroff = __cpu_to_le64(nd_label_next_nsindex(index) * size);
	nsindex->labeloff = __cpu_to_le64(2 * size);
	nsindex->nslot = __cpu_to_le32(nslot);
	nsindex->major = __cpu_to_le16(1);
	nsindex->minor = __cpu_to_le16(sizeof_namespace_label(ndd) < 256 ? 1 : 2);
	if (first) {
		memset(nsindex->free, 0xff, ALIGN(nslot, BITS_PER_LONG) / 8);
		for (u32 i = nslot; i < ALIGN(nslot, BITS_PER_LONG); i++)
			clear_bit_le(i, (unsigned long *)nsindex->free);
	}
	nsindex->checksum = __cpu_to_le64(fsc_index_sum(ndd, nsindex));
	rc = nvdimm_set_config_data(ndd, __le64_to_cpu(nsindex->myoff), nsindex, size);
	if (rc < 0)
		return rc;
	if (first)
		return 0;
	WARN_ON(index != ndd->ns_next);
	nd_label_copy(ndd, to_current_namespace_index(ndd), nsindex);
	ndd->ns_current = nd_label_next_nsindex(ndd->ns_current);
	ndd->ns_next = nd_label_next_nsindex(ndd->ns_next);
	WARN_ON(ndd->ns_current == ndd->ns_next);
	return 0;
}

static void reap_victim(struct nd_mapping *nd_mapping, struct nd_label_ent *victim)
{
	struct nvdimm_drvdata *ndd = to_ndd(nd_mapping);

	nd_label_free_slot(ndd, to_slot(ndd, victim->label));
	victim->label = NULL;
}

static int __pmem_label_update(struct nd_region *nd_region, struct nd_mapping *nd_mapping,
			       struct nd_namespace_pmem *nspm, int pos, unsigned long flags)
{
	struct nvdimm_drvdata *ndd = to_ndd(nd_mapping);
	struct nd_namespace_index *nsindex;
	struct nd_namespace_label *nd_label;
	struct nd_label_ent *label_ent;
	struct nd_label_id label_id;
	struct resource *res;
	unsigned long *free;
	u32 nslot, slot;
	int rc;

	if (!preamble_next(ndd, &nsindex, &free, &nslot))
		return -ENXIO;
	nd_label_gen_id(&label_id, nspm->uuid, 0);
	for_each_dpa_resource(ndd, res)
		if (!strcmp(res->name, label_id.id))
			break;
	if (WARN_ON_ONCE(!res))
		return -ENXIO;

	/* A slot that no index counts yet: until the index is written all is as it was. */
	slot = nd_label_alloc_slot(ndd);
	if (slot == UINT_MAX)
		return -ENXIO;
	nd_label = to_label(ndd, slot);
	memset(nd_label, 0, sizeof_namespace_label(ndd));
	nsl_set_uuid(ndd, nd_label, nspm->uuid);
	nsl_set_name(ndd, nd_label, (u8 *)nspm->alt_name);
	nsl_set_flags(ndd, nd_label, flags);
	nsl_set_nlabel(ndd, nd_label, nd_region->ndr_mappings);
	nsl_set_nrange(ndd, nd_label, 1);
	nsl_set_position(ndd, nd_label, pos);
	nsl_set_isetcookie(ndd, nd_label, nd_region_interleave_set_cookie(nd_region, nsindex));
	nsl_set_rawsize(ndd, nd_label, resource_size(res));
	nsl_set_lbasize(ndd, nd_label, nspm->lbasize);
	nsl_set_dpa(ndd, nd_label, res->start);
	nsl_set_slot(ndd, nd_label, slot);
	nsl_calculate_checksum(ndd, nd_label);
	rc = nvdimm_set_config_data(ndd, nd_label_offset(ndd, nd_label), nd_label, sizeof_namespace_label(ndd));
	if (rc < 0)
		return rc;

	mutex_lock(&nd_mapping->lock);
	list_for_each_entry(label_ent, &nd_mapping->labels, list) {
		if (!label_ent->label)
			continue;
		if (test_and_clear_bit(ND_LABEL_REAP, &label_ent->flags) || nsl_uuid_equal(ndd, label_ent->label, nspm->uuid))
			reap_victim(nd_mapping, label_ent);
	}
	rc = nd_label_write_index(ndd, ndd->ns_next, nd_inc_seq(__le32_to_cpu(nsindex->seq)), 0);
	if (!rc) {
		list_for_each_entry(label_ent, &nd_mapping->labels, list)
			if (!label_ent->label) {
				label_ent->label = nd_label;
				nd_label = NULL;
				break;
			}
		if (WARN_ON_ONCE(nd_label))
			rc = -ENXIO;
	}
	mutex_unlock(&nd_mapping->lock);
	return rc;
}

/* Entries for so many labels, and indexes where the area has none. */
static int init_labels(struct nd_mapping *nd_mapping, int num_labels)
{
	struct nvdimm_drvdata *ndd = to_ndd(nd_mapping);
	struct nd_label_ent *label_ent;
	int had = 0, i, rc;

	mutex_lock(&nd_mapping->lock);
	list_for_each_entry(label_ent, &nd_mapping->labels, list)
		had++;
	mutex_unlock(&nd_mapping->lock);
	for (i = had; i < num_labels; i++) {
		label_ent = kzalloc(sizeof(*label_ent), GFP_KERNEL);
		if (!label_ent)
			return -ENOMEM;
		mutex_lock(&nd_mapping->lock);
		list_add_tail(&label_ent->list, &nd_mapping->labels);
		mutex_unlock(&nd_mapping->lock);
	}
	if (ndd->ns_current == -1 || ndd->ns_next == -1) {
		memset(to_namespace_index(ndd, 0), 0, ndd->nsarea.config_size);
		for (i = 0; i < 2; i++) {
			rc = nd_label_write_index(ndd, i, 3 - i, ND_NSINDEX_INIT);
			if (rc)
				return rc;
		}
		ndd->ns_next = 1;
		ndd->ns_current = 0;
	}
	return max(num_labels, had);
}

static int del_labels(struct nd_mapping *nd_mapping, uuid_t *uuid)
{
	struct nvdimm_drvdata *ndd = to_ndd(nd_mapping);
	struct nd_label_ent *label_ent, *next;
	struct nd_namespace_index *nsindex;
	unsigned long *free;
	LIST_HEAD(gone);
	int active = 0;
	u32 nslot;

	if (!uuid || !preamble_next(ndd, &nsindex, &free, &nslot))
		return 0;
	mutex_lock(&nd_mapping->lock);
	list_for_each_entry_safe(label_ent, next, &nd_mapping->labels, list) {
		if (!label_ent->label)
			continue;
		if (!nsl_uuid_equal(ndd, label_ent->label, uuid)) {
			active++;
			continue;
		}
		reap_victim(nd_mapping, label_ent);
		list_move_tail(&label_ent->list, &gone);
	}
	list_splice_tail_init(&gone, &nd_mapping->labels);
	if (!active)
		nd_mapping_free_labels(nd_mapping);
	mutex_unlock(&nd_mapping->lock);
	return nd_label_write_index(ndd, ndd->ns_next, nd_inc_seq(__le32_to_cpu(nsindex->seq)), 0);
}

/* Size 0: the namespace goes. Else its labels are written twice: all DIMMs have it before any says that it is whole. */
int nd_pmem_namespace_label_update(struct nd_region *nd_region, struct nd_namespace_pmem *nspm, resource_size_t size)
{
	static const unsigned long flags[] = { NSLABEL_FLAG_UPDATING, 0 };
	struct resource *res;
	int i, rc = 0;

	for (i = 0; !rc && i < nd_region->ndr_mappings; i++) {
		struct nd_mapping *nd_mapping = &nd_region->mapping[i];
		int count = 0;

		if (!size) {
			rc = del_labels(nd_mapping, nspm->uuid);
			continue;
		}
		for_each_dpa_resource(to_ndd(nd_mapping), res)
			count += !strncmp(res->name, "pmem", 4);
		WARN_ON_ONCE(!count);
		rc = min(init_labels(nd_mapping, count), 0);
		if (!rc)
			rc = __pmem_label_update(nd_region, nd_mapping, nspm, i, flags[0]);
	}
	for (i = 0; !rc && size && i < nd_region->ndr_mappings; i++)
		rc = __pmem_label_update(nd_region, &nd_region->mapping[i], nspm, i, flags[1]);
	return rc;
}
#endif
