/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders in which a dax device gets a holder, loses it and tells it of bad memory (what races.c says of orders holds here too).
 * Leaves out races over pages and entries: races.c has them.
 */
#include "scenario.h"

static int sc_hear_of_failure(struct dax_device *dax_dev, u64 offset, u64 len, int mf_flags)
{
	(void)dax_dev;
	(void)offset;
	(void)len;
	(void)mf_flags;
	return 0;
}

static const struct dax_holder_operations sc_holder_ops = { .notify_failure = sc_hear_of_failure };
static int sc_holder;

static void sc_task_tell_holder(void *dax)
{
	__fsc_step("bad memory");
	dax_holder_notify_failure(dax, 0, PAGE_SIZE, 0);
}

static void sc_task_put_holder(void *dax)
{
	__fsc_step("let go");
	fs_put_dax(dax, &sc_holder);
}

FSC_SCENARIO(race_holder_put, "race-holder-put",
	     "A file system lets go of its dax device while it is told of bad memory", "")
{
	struct block_device *bdev = fsc_pmem_bdev();
	struct dax_device *dax;
	int one, two;
	u64 off = 0;

	dax = fs_dax_get_by_bdev(bdev, &off, &sc_holder, &sc_holder_ops);
	SC_EXPECT(dax, "a file system can hold the dax device of its disk");
	one = sc_spawn("notify", sc_task_tell_holder, dax);
	two = sc_spawn("umount", sc_task_put_holder, dax);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	SC_EXPECT(!dax_holder(dax), "a device that was let go has no holder");
}

static int sc_next_holder;
static struct dax_device *sc_next_dax;

static void sc_task_get_holder(void *unused)
{
	u64 off = 0;

	(void)unused;
	__fsc_step("another file system takes the device");
	sc_next_dax = fs_dax_get_by_bdev(fsc_pmem_bdev(), &off, &sc_next_holder, &sc_holder_ops);
}

FSC_SCENARIO(race_holder_change, "race-holder-change",
	     "A file system lets go of its dax device while another one takes it", "")
{
	struct dax_device *dax;
	int one, two;
	u64 off = 0;

	sc_next_dax = NULL;
	dax = fs_dax_get_by_bdev(fsc_pmem_bdev(), &off, &sc_holder, &sc_holder_ops);
	SC_NEED(dax, "a file system can hold the dax device of its disk");
	one = sc_spawn("umount", sc_task_put_holder, dax);
	two = sc_spawn("mount", sc_task_get_holder, NULL);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	if (!sc_next_dax)
		return;
	SC_EXPECT(dax_holder(sc_next_dax) == &sc_next_holder, "who was given the device is its holder");
	SC_EXPECT(!dax_holder_notify_failure(sc_next_dax, 0, PAGE_SIZE, 0), "the holder of a device is told of bad memory");
	fs_put_dax(sc_next_dax, &sc_next_holder);
}

static int sc_hear_as_holder(struct dax_device *dax_dev, u64 offset, u64 len, int mf_flags)
{
	(void)offset;
	(void)len;
	(void)mf_flags;
	SC_EXPECT(dax_holder(dax_dev) == &sc_holder, "who is told of bad memory of a dax device finds itself as its holder");
	return 0;
}

static const struct dax_holder_operations sc_as_holder_ops = { .notify_failure = sc_hear_as_holder };

static void sc_task_hold(void *unused)
{
	u64 off = 0;

	(void)unused;
	__fsc_step("a file system takes the device");
	SC_EXPECT(fs_dax_get_by_bdev(fsc_pmem_bdev(), &off, &sc_holder, &sc_as_holder_ops),
		  "a file system can hold the dax device of its disk");
}

FSC_SCENARIO(race_holder_get, "race-holder-get", "A file system takes its dax device while there is bad memory to tell of", "")
{
	struct dax_device *dax;
	int one, two;
	u64 off = 0;

	dax = fs_dax_get_by_bdev(fsc_pmem_bdev(), &off, NULL, NULL);
	SC_NEED(dax, "the dax device of a disk is found");
	one = sc_spawn("mount", sc_task_hold, NULL);
	two = sc_spawn("notify", sc_task_tell_holder, dax);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	SC_EXPECT(!dax_holder_notify_failure(dax, 0, PAGE_SIZE, 0), "the holder of a device is told of bad memory");
	fs_put_dax(dax, &sc_holder);
	put_dax(dax);
}

static bool sc_gone, sc_io_done;

/* What the holder asks of its disk meanwhile. */
static void sc_task_holders_io(void *unused)
{
	(void)unused;
	sc_io_done = true;
	__fsc_wake(&sc_io_done, 0);
}

static int sc_hear_while_there(struct dax_device *dax_dev, u64 offset, u64 len, int mf_flags)
{
	(void)dax_dev;
	(void)offset;
	(void)len;
	/* Of memory that fails it asks its disk for something; that the device goes it only notes. */
	while (!(mf_flags & MF_MEM_PRE_REMOVE) && !sc_io_done)
		__fsc_sleep(&sc_io_done);
	SC_EXPECT(!sc_gone, "once a dax device is gone its holder hears nothing of it");
	return 0;
}

static const struct dax_holder_operations sc_there_ops = { .notify_failure = sc_hear_while_there };

static void sc_task_kill(void *dax)
{
	__fsc_step("the dax device goes");
	kill_dax(dax);
	sc_gone = true;
}

FSC_SCENARIO(race_kill, "race-kill", "A dax device goes away while its holder is told of bad memory", "")
{
	struct dax_device *dax;
	int one, two, io, id;
	void *kaddr;
	u64 off = 0;

	sc_gone = false;
	sc_io_done = false;
	dax = fs_dax_get_by_bdev(fsc_pmem_bdev(), &off, &sc_holder, &sc_there_ops);
	SC_NEED(dax, "a file system can hold the dax device of its disk");
	one = sc_spawn("notify", sc_task_tell_holder, dax);
	two = sc_spawn("remove", sc_task_kill, dax);
	io = sc_spawn("disk", sc_task_holders_io, NULL);
	sc_join(one);
	sc_join(two);
	sc_join(io);
	__fsc_quiesce("both are done");
	id = dax_read_lock();
	SC_EXPECT(dax_direct_access(dax, 0, 1, DAX_ACCESS, &kaddr, NULL) < 0, "a dax device that is gone gives no access");
	dax_read_unlock(id);
	SC_EXPECT(dax_holder_notify_failure(dax, 0, PAGE_SIZE, 0) < 0, "nobody is told of bad memory of a dax device that is gone");
	fs_put_dax(dax, &sc_holder);
}
