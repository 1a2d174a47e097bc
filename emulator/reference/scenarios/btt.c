/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A namespace with a block translation table: it comes up empty or as it was left, in each step that can fail; sectors are written
 * and read by several lanes; the power goes at each write to the medium. Facts: drivers/nvdimm/btt.c, Documentation/driver-api/nvdimm/btt.rst.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/device.h>
#include <linux/io.h>
#include <linux/string.h>
#include "../drivers/nvdimm/btt.h"
#include "scenario.h"

#define SC_SECTORS 3

static struct nd_btt sc_btt;
static struct page *sc_btt_page[SC_SECTORS];

static void sc_btt_release(struct device *dev)
{
	(void)dev;
}

/* The namespace, smaller, and of nobody. */
static void sc_btt_take(void)
{
	struct resource *res = &to_nd_namespace_io(fsc_pmem_dev)->res;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	res->end = res->start + ARENA_MIN_SIZE + 16 * PAGE_SIZE - 1;
	/* What is on the medium stays there while nobody has it. */
	SC_NEED(memremap(res->start, resource_size(res), 0), "memory of a device can be mapped");
	to_nd_region(fsc_pmem_dev->parent)->num_lanes = __fsc_param("lanes", 2);
	sc_btt.dev.parent = fsc_pmem_dev->parent;
	sc_btt.dev.release = sc_btt_release;
	sc_btt.dev.init_name = "btt0.0";
	device_initialize(&sc_btt.dev);
	sc_btt.ndns = to_ndns(fsc_pmem_dev);
	sc_btt.ndns->claim = &sc_btt.dev;
	sc_btt.lbasize = 4096;
	for (int i = 0; i < SC_SECTORS; i++)
		sc_btt_page[i] = alloc_page(GFP_KERNEL);
}

static void sc_btt_give(void)
{
	for (int i = 0; i < SC_SECTORS; i++)
		put_page(sc_btt_page[i]);
	sc_btt.ndns->claim = NULL;
	memunmap(__va(to_nd_namespace_io(fsc_pmem_dev)->res.start));
}

static int sc_btt_attach(void)
{
	int rc;

	SC_DO(rc = nvdimm_namespace_attach_btt(sc_btt.ndns), "attach the table");
	if (rc)
		SC_DO(devres_release_all(&sc_btt.dev), "the driver gives up");
	return rc;
}

static void sc_btt_detach(void)
{
	SC_DO(nvdimm_namespace_detach_btt(&sc_btt); devres_release_all(&sc_btt.dev), "detach the table");
}

/* A sector all of one value, by a bio of the task's own; what it is read as, or -1. */
static int sc_btt_io(unsigned long sector, unsigned int op, int value)
{
	struct bio bio = { .bi_bdev = sc_btt.btt->btt_disk->part0, .bi_opf = op, .bi_vcnt = 1 };
	unsigned char *data = page_address(sc_btt_page[sector]);

	memset(data, op == REQ_OP_WRITE ? value : 0xff, PAGE_SIZE);
	bio.bi_iter.bi_sector = sector * PAGE_SECTORS;
	bio.bi_iter.bi_size = PAGE_SIZE;
	bio.bi_inline_vecs[0].bv_page = sc_btt_page[sector];
	bio.bi_inline_vecs[0].bv_len = PAGE_SIZE;
	__fsc_step(op == REQ_OP_WRITE ? "write sector %lu" : "read sector %lu", sector);
	if (submit_bio_wait(&bio))
		return -1;
	return memchr_inv(data, data[0], PAGE_SIZE) ? -1 : data[0];
}

static void sc_btt_write(unsigned long sector, int value)
{
	SC_EXPECT(sc_btt_io(sector, REQ_OP_WRITE, value) == value, "a sector can be written");
}

static void sc_btt_see(unsigned long sector, int value)
{
	SC_EXPECT(sc_btt_io(sector, REQ_OP_READ, 0) == value, "a sector is read as it was last written, whole");
}

static void sc_task_btt_writes(void *arg)
{
	unsigned long sector = (unsigned long)arg;

	for (int round = 1; round <= 3; round++)
		sc_btt_write(sector, 16 * round + (int)sector);
}

FSC_SCENARIO(btt_io, "btt-io", "Sectors of a disk with a translation table are written by tasks of several lanes, and are there when it comes up again",
	     "lanes=1,2")
{
	int ids[SC_SECTORS];

	sc_btt_take();
	SC_NEED(!sc_btt_attach(), "a table can be made on an empty namespace");
	for (unsigned long i = 0; i < SC_SECTORS; i++)
		ids[i] = sc_spawn("write", sc_task_btt_writes, (void *)i);
	for (int i = 0; i < SC_SECTORS; i++)
		sc_join(ids[i]);
	for (int round = 0; round < 2; round++) {
		for (unsigned long i = 0; i < SC_SECTORS; i++)
			sc_btt_see(i, 48 + (int)i);
		sc_btt_detach();
		SC_NEED(!sc_btt_attach(), "a table that is there comes up again");
	}
	sc_btt_detach();
	sc_btt_give();
}

FSC_SCENARIO(btt_torn, "btt-torn", "The power goes at the nth write to the medium while a sector is written; the table comes up again", "nth=1,2,3,4,5")
{
	int seen;

	sc_btt_take();
	SC_NEED(!sc_btt_attach(), "a table can be made on an empty namespace");
	for (unsigned long i = 0; i < SC_SECTORS; i++)
		sc_btt_write(i, 1 + (int)i);
	__fsc_fail_nth("nvdimm_write_bytes", __fsc_param("nth", 1));
	seen = sc_btt_io(1, REQ_OP_WRITE, 9);
	SC_EXPECT((seen == 9) == !!__fsc_fail_nth("", 0), "a write of which a part could not be made fails");
	sc_btt_detach();
	SC_NEED(!sc_btt_attach(), "a table comes up again after the power went");
	seen = sc_btt_io(1, REQ_OP_READ, 0);
	SC_EXPECT(seen == 2 || seen == 9, "a sector is read as it was before a write or after it, and not as a part of both");
	for (int round = 0; round < 3; round++)
		for (unsigned long i = 0; i < SC_SECTORS; i++)
			sc_btt_write(i, 32 * (round + 1) + (int)i);
	for (unsigned long i = 0; i < SC_SECTORS; i++)
		sc_btt_see(i, 96 + (int)i);
	sc_btt_detach();
	sc_btt_give();
}

FSC_SCENARIO(btt_fails, "btt-fails", "Each step of bringing a table up fails once, on an empty namespace and on one that has a table; then it comes up",
	     "step=0,1 there=0,1")
{
	int rc, nth, left;

	sc_btt_take();
	if (__fsc_param("there", 0)) {
		SC_NEED(!sc_btt_attach(), "a table can be made on an empty namespace");
		sc_btt_detach();
	}
	for (nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth(__fsc_param("step", 0) ? "kmalloc" : "!kmalloc", nth);
		rc = sc_btt_attach();
		left = __fsc_fail_nth("", 0);
		if (!rc)
			sc_btt_detach();
	}
	SC_EXPECT(!sc_btt_attach(), "after a failure the table comes up");
	sc_btt_write(0, 7);
	sc_btt_see(0, 7);
	sc_btt_detach();
	sc_btt_give();
}

FSC_SCENARIO(btt_refused, "btt-refused", "A table cannot come up: nothing may be written where there is none, or it has fewer free blocks than there are lanes",
	     "what=0,1")
{
	struct nd_region *region = to_nd_region(fsc_pmem_dev->parent);

	sc_btt_take();
	if (__fsc_param("what", 0)) {
		SC_NEED(!sc_btt_attach(), "a table can be made on an empty namespace");
		sc_btt_detach();
		region->num_lanes = ND_MAX_LANES + 1;
	} else {
		region->ro = 1;
	}
	SC_EXPECT(sc_btt_attach(), "a table that would have to be written to read-only memory, or has too few free blocks, does not come up");
	region->ro = 0;
	sc_btt_give();
}
#endif
