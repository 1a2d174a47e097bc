/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DIMM's labels are written, changed and deleted, and read again when its driver comes up anew; the power goes while one is
 * written. Facts: drivers/nvdimm/label.c, the UEFI specification's label area ("NVDIMM Label Protocol").
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../drivers/nvdimm/label.h"
#include "scenario.h"

#define SC_NAMESPACES 3
#define SC_MIB(n) ((u64)(n) << 20)

static struct nd_region sc_region;
static struct nvdimm_drvdata sc_ndd;
static struct nd_interleave_set sc_set = { .cookie1 = 0x1122334455667788, .cookie2 = 0x1122334455667789 };
static struct {
	struct nd_namespace_pmem nspm;
	uuid_t uuid;
	struct resource dpa;
	struct nd_label_id id;
} sc_ns[SC_NAMESPACES];

/* Bytes that are read at once: all, more than the indexes are, less. */
static const u32 sc_transfers[] = { FSC_LABEL_AREA, 600, 160 };

/* The DIMM's driver comes up; nothing is known but what lies on the medium. */
static void sc_dimm_up(void)
{
	struct nd_mapping *mapping = &sc_region.mapping[0];
	int rc;

	__fsc_step("the DIMM comes up");
	memset(&sc_ndd, 0, sizeof(sc_ndd));
	sc_ndd.dev = &sc_region.dev;
	sc_ndd.nsarea.config_size = FSC_LABEL_AREA;
	sc_ndd.nsarea.max_xfer = sc_transfers[__fsc_param("transfer", 0)];
	sc_ndd.ns_current = sc_ndd.ns_next = -1;
	sc_region.ndr_mappings = 1;
	sc_region.nd_set = &sc_set;
	mapping->ndd = &sc_ndd;
	mutex_init(&mapping->lock);
	INIT_LIST_HEAD(&mapping->labels);
	nvdimm_bus_lock(sc_ndd.dev);
	rc = nd_label_data_init(&sc_ndd);
	SC_NEED(!rc, "the label area of a DIMM can be read");
	rc = init_active_labels(&sc_region);
	SC_NEED(!rc, "what labels there are can be kept");
	nvdimm_bus_unlock(sc_ndd.dev);
	__fsc_quiesce("the DIMM comes up");
}

static void sc_dimm_down(void)
{
	SC_DO(deactivate_labels(&sc_region), "the DIMM goes down");
	kvfree(sc_ndd.data);
	sc_ndd.data = NULL;
	for (int i = 0; i < SC_NAMESPACES; i++)
		sc_ns[i].dpa.sibling = NULL;
}

/* Size 0: the namespace is deleted. */
static int sc_label(int n, u64 size)
{
	struct nd_namespace_pmem *nspm = &sc_ns[n].nspm;
	struct resource *res = &sc_ns[n].dpa, **at;
	int rc;

	memset(&sc_ns[n].uuid, 'A' + n, sizeof(uuid_t));
	nspm->uuid = &sc_ns[n].uuid;
	nspm->lbasize = 512;
	res->name = nd_label_gen_id(&sc_ns[n].id, nspm->uuid, 0);
	res->start = SC_MIB(16) * n;
	res->end = res->start + size - 1;
	for (at = &sc_ndd.dpa.child; *at && *at != res; at = &(*at)->sibling)
		;
	if (size && !*at)
		*at = res;
	else if (!size && *at)
		*at = res->sibling;
	if (!size)
		res->sibling = NULL;
	__fsc_step(size ? "label namespace %c" : "delete namespace %c", 'A' + n);
	nvdimm_bus_lock(sc_ndd.dev);
	rc = nd_pmem_namespace_label_update(&sc_region, nspm, size);
	nvdimm_bus_unlock(sc_ndd.dev);
	__fsc_quiesce("labelled");
	return rc;
}

/* What size the labels give a namespace; 0: it has none, 1: it has several. */
static u64 sc_labelled(int n)
{
	struct nd_namespace_label *label;
	u64 size = 0;

	for (int i = 0; (label = nd_label_active(&sc_ndd, i)) != NULL; i++)
		if (nsl_uuid_equal(&sc_ndd, label, &sc_ns[n].uuid)) {
			size = size ? 1 : nsl_get_rawsize(&sc_ndd, label);
			SC_EXPECT(size == 1 || (nsl_get_dpa(&sc_ndd, label) == sc_ns[n].dpa.start &&
						nsl_get_isetcookie(&sc_ndd, label) == sc_set.cookie2 &&
						!(nsl_get_flags(&sc_ndd, label) & NSLABEL_FLAG_UPDATING)),
				  "a label says where its namespace lies, in which set, and that it is whole");
		}
	return size;
}

static void sc_expect(const u64 *sizes)
{
	unsigned int used = 0, slots = 0;

	for (int round = 0; round < 2; round++) {
		for (int n = 0; n < SC_NAMESPACES; n++) {
			SC_EXPECT(sc_labelled(n) == sizes[n], "each namespace has one label, which says what was written last");
			used += !round && sizes[n];
		}
		nvdimm_bus_lock(sc_ndd.dev);
		slots = nd_label_nfree(&sc_ndd);
		nvdimm_bus_unlock(sc_ndd.dev);
		SC_EXPECT(nd_label_active_count(&sc_ndd) == (int)used && (int)(slots + used) == nvdimm_num_label_slots(&sc_ndd),
			  "of a DIMM's slots those are free that have no label, and no others");
		if (round)
			break;
		sc_dimm_down();
		sc_dimm_up();
	}
	for (int n = 0; n < SC_NAMESPACES; n++)
		if (sizes[n]) {
			struct resource **at = &sc_ndd.dpa.child;

			while (*at)
				at = &(*at)->sibling;
			*at = &sc_ns[n].dpa;
		}
}

FSC_SCENARIO(labels, "labels", "Labels of namespaces are written, changed and deleted, and read when the DIMM comes up again",
	     "transfer=0,1,2")
{
	/* Namespace, and its new size in MiB: index blocks take turns, sequence numbers go round. */
	static const unsigned char steps[][2] = { { 0, 1 }, { 1, 2 }, { 0, 3 }, { 2, 4 }, { 1, 0 }, { 1, 5 }, { 2, 0 } };
	u64 sizes[SC_NAMESPACES] = { 0 };

	sc_dimm_up();
	SC_EXPECT(!nd_label_active_count(&sc_ndd), "an empty label area has no labels");
	for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++) {
		int n = steps[i][0];

		sizes[n] = SC_MIB(steps[i][1]);
		SC_EXPECT(!sc_label(n, sizes[n]), "a namespace can be labelled, again, and deleted");
		sc_expect(sizes);
	}
	sc_dimm_down();
}

/* nth: a label, the index that counts it, and both again when the namespace is whole on all DIMMs. */
FSC_SCENARIO(labels_torn, "labels-torn", "The power goes at the nth write while a label is changed; the DIMM comes up again",
	     "nth=1,2,3,4 half=0,1")
{
	int nth = __fsc_param("nth", 1);
	u64 size = nth > 2 ? SC_MIB(3) : SC_MIB(1);
	bool updating = false;
	struct nd_namespace_label *label;

	sc_dimm_up();
	SC_EXPECT(!sc_label(0, SC_MIB(1)) && !sc_label(1, SC_MIB(2)), "namespaces can be labelled");
	__fsc_fail_nth("nvdimm_set_config_data", nth);
	SC_EXPECT(sc_label(0, SC_MIB(3)), "a label that could not be written is an error");
	__fsc_fail_nth("", 0);
	sc_dimm_down();
	sc_dimm_up();
	SC_EXPECT(nd_label_active_count(&sc_ndd) == 2, "a label that is changed is there before and after, whenever the power goes");
	for (int i = 0; (label = nd_label_active(&sc_ndd, i)) != NULL; i++) {
		bool first = nsl_uuid_equal(&sc_ndd, label, &sc_ns[0].uuid);

		SC_EXPECT(nsl_get_rawsize(&sc_ndd, label) == (first ? size : SC_MIB(2)),
			  "a label counts from the write of its index on, and not before");
		updating |= first && (nsl_get_flags(&sc_ndd, label) & NSLABEL_FLAG_UPDATING);
	}
	SC_EXPECT(updating == (nth > 2), "a label says that its namespace is not whole yet, until all have it");
	for (int n = 0; n < 2; n++) {
		struct resource **at = &sc_ndd.dpa.child;

		while (*at)
			at = &(*at)->sibling;
		*at = &sc_ns[n].dpa;
	}
	SC_EXPECT(!sc_label(0, SC_MIB(4)), "a DIMM that lost the power can be labelled again");
	sc_expect((const u64[]){ SC_MIB(4), SC_MIB(2), 0 });
	sc_dimm_down();
}
#endif
