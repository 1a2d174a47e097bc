/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Persistent memory that the host of a virtual machine keeps: bios ask it to make memory durable, before what they write or after
 * it, and are done when it has answered. Facts: drivers/nvdimm/{nd_virtio,pmem}.c, include/uapi/linux/virtio_pmem.h.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/blkdev.h>
#include <linux/nd.h>
#include <linux/string.h>
#include "../drivers/nvdimm/virtio_pmem.h"
#include "scenario.h"

#define SC_BIOS 3
#define SC_OLD 1
#define SC_NEW 7

static struct {
	struct virtio_device vdev;
	struct virtqueue vq;
	struct virtio_pmem vpmem;
	struct block_device *bdev;
	struct page *pages[SC_BIOS];
	int error[SC_BIOS];
	int running, flushes;
	unsigned int flags;
	u8 status;
} sc_vp;

static u8 sc_vp_status(struct virtio_device *vdev)
{
	(void)vdev;
	return sc_vp.status;
}

static const struct virtio_config_ops sc_vp_config = { .get_status = sc_vp_status };

/* The first byte of the nth block on the medium. */
static unsigned char *sc_vp_medium(int nth)
{
	return (unsigned char *)pfn_to_kaddr(fsc_registry.pmem_start_pfn + 1 + nth);
}

static void sc_vp_start(void)
{
	struct nd_region *region = to_nd_region(fsc_pmem_dev->parent);

	sc_vp.vdev.config = &sc_vp_config;
	sc_vp.vdev.priv = &sc_vp.vpmem;
	sc_vp.vq.vdev = &sc_vp.vdev;
	sc_vp.vq.callback = virtio_pmem_host_ack;
	sc_vp.vq.num_max = sc_vp.vq.num_free = __fsc_param("slots", 1);
	init_waitqueue_head(&sc_vp.vq.fsc_host);
	sc_vp.vpmem.vdev = &sc_vp.vdev;
	sc_vp.vpmem.req_vq = &sc_vp.vq;
	mutex_init(&sc_vp.vpmem.flush_lock);
	spin_lock_init(&sc_vp.vpmem.pmem_lock);
	INIT_LIST_HEAD(&sc_vp.vpmem.req_list);
	region->provider_data = &sc_vp.vdev;
	region->flush = async_pmem_flush;
	sc_vp.bdev = fsc_pmem_bdev();
	for (int i = 0; i < SC_BIOS; i++) {
		sc_vp.pages[i] = alloc_page(GFP_KERNEL);
		memset(page_address(sc_vp.pages[i]), SC_NEW, PAGE_SIZE);
		*sc_vp_medium(i) = SC_OLD;
	}
}

static void sc_vp_stop(void)
{
	struct nd_region *region = to_nd_region(fsc_pmem_dev->parent);

	for (int i = 0; i < SC_BIOS; i++)
		put_page(sc_vp.pages[i]);
	fsc_host_looks = NULL;
	region->flush = NULL;
	region->provider_data = NULL;
}

/* A task writes a block. */
static void sc_vp_write(void *arg)
{
	long nth = (long)arg;
	struct bio bio = { .bi_bdev = sc_vp.bdev, .bi_opf = REQ_OP_WRITE | sc_vp.flags, .bi_vcnt = 1 };

	bio.bi_iter.bi_sector = (1 + nth) * PAGE_SECTORS;
	bio.bi_iter.bi_size = PAGE_SIZE;
	bio.bi_inline_vecs[0].bv_page = sc_vp.pages[nth];
	bio.bi_inline_vecs[0].bv_len = PAGE_SIZE;
	__fsc_step("write block %ld", nth);
	sc_vp.error[nth] = submit_bio_wait(&bio);
	sc_vp.running--;
	wake_up_all(&sc_vp.vq.fsc_host);
}

static void sc_vp_look(void)
{
	sc_vp.flushes++;
	/* The first that the host is asked for: what comes before a write, or after it. */
	if (sc_vp.flushes == 1 && (sc_vp.flags & REQ_PREFLUSH))
		SC_EXPECT(*sc_vp_medium(0) == SC_OLD, "what a bio writes is not on the medium before the flush that it asks for first");
	if (sc_vp.flags == REQ_FUA && sc_vp.flushes == 1)
		SC_EXPECT(*sc_vp_medium(0) == SC_NEW, "what a bio writes is on the medium when it is made durable");
}

static void sc_vp_host(void *answer)
{
	while (sc_vp.running) {
		wait_event(sc_vp.vq.fsc_host, !sc_vp.running || fsc_host_asked(&sc_vp.vq));
		fsc_host_answers(&sc_vp.vq, (u32)(long)answer);
	}
}

FSC_SCENARIO(virtio_pmem_flush, "virtio-pmem-flush",
	     "Bios ask the host of a virtual machine to make memory durable, before they write or after it; it does, or fails",
	     "flags=0,1,2 bios=1,3 slots=1,4 answer=0,1")
{
	int how = __fsc_param("flags", 0), bios = __fsc_param("bios", 1), ids[SC_BIOS], host;
	long answer = __fsc_param("answer", 0);

	sc_vp_start();
	sc_vp.flags = how == 0 ? REQ_PREFLUSH : how == 1 ? REQ_FUA : REQ_PREFLUSH | REQ_FUA;
	fsc_host_looks = sc_vp_look;
	sc_vp.running = bios;
	for (long i = 0; i < bios; i++)
		ids[i] = sc_spawn("write", sc_vp_write, (void *)i);
	host = sc_spawn("host", sc_vp_host, (void *)answer);
	for (int i = 0; i < bios; i++)
		sc_join(ids[i]);
	sc_join(host);
	__fsc_quiesce("all are written");
	for (int i = 0; i < bios; i++) {
		SC_EXPECT(!sc_vp.error[i] == !answer, "a bio fails when what it asked to be made durable could not be, and not else");
		if (!answer)
			SC_EXPECT(*sc_vp_medium(i) == SC_NEW, "what a bio that went well has written is on the medium");
	}
	SC_EXPECT(sc_vp.flushes >= (how == 2 && !answer ? 2 : 1) * bios,
		  "each bio that asks for a flush has one of its own");
	SC_EXPECT(sc_vp.vq.num_free == sc_vp.vq.num_max, "what the host has answered is taken out of the queue");
	sc_vp_stop();
}

FSC_SCENARIO(virtio_pmem_broken, "virtio-pmem-broken", "The host of a virtual machine cannot be asked: its queue is broken, or it needs a reset; or there is no memory",
	     "what=0,1,2 flags=0,1")
{
	int what = __fsc_param("what", 0);

	sc_vp_start();
	sc_vp.flags = __fsc_param("flags", 0) ? REQ_FUA : REQ_PREFLUSH;
	sc_vp.vq.fsc_broken = what == 0;
	sc_vp.status = what == 1 ? VIRTIO_CONFIG_S_NEEDS_RESET : 0;
	if (what == 2)
		__fsc_fail_nth("kmalloc", 1);
	SC_DO(sc_vp_write((void *)0L), "write a block");
	__fsc_fail_nth("", 0);
	SC_EXPECT(sc_vp.error[0], "a bio fails when the host cannot be asked to make it durable");
	sc_vp_stop();
}
#endif
