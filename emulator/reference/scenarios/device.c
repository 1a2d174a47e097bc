/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device goes and comes back, changes its mode, fails to start, and tells its holder of bad memory. */
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/nd.h>
#include <linux/string.h>
#include <linux/fsc_pfn.h>
#include "../drivers/dax/dax-private.h"
#include "../drivers/nvdimm/pmem.h"
#include "devices.h"

FSC_SCENARIO(unbind_rebind, "unbind-rebind", "The pmem device is unbound when idle, bound again, and used again",
	     "order=0,9 from=0,9")
{
	unsigned long n = sc_pages();
	int round;

	for (round = 0; round < 2; round++) {
		struct mm_struct *mm = sc_begin();
		struct sc_file a = sc_create("A", 512);
		struct sc_map m;

		sc_fill(&a, 0, 512);
		m = sc_mmap(mm, &a, 0, round ? 1UL << __fsc_param("from", 0) : n, SC_RW);
		sc_write(&m, 0, 1);
		sc_munmap(&m);
		sc_remove(&a);
		sc_end(mm);
		sc_rebind_pmem();
	}
}

/* A smaller disk: nothing in these scenarios asks for its size, and each binding sets up its pages. */
static void sc_small_pmem(void)
{
	struct resource *res = &to_nd_namespace_io(fsc_pmem_dev)->res;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	res->end = res->start + PMD_SIZE - 1;
	to_ndns(fsc_pmem_dev)->force_raw = __fsc_param("raw", 0);
}

FSC_SCENARIO(pmem_probe_fails, "pmem-probe-fails", "Each step of binding the pmem driver fails once; then it binds",
	     "step=0,1 raw=0,1")
{
	int rc, nth, left;

	sc_small_pmem();
	for (nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth(__fsc_param("step", 0) ? "devm_add_action" : "!devm_add_action", nth);
		SC_DO(rc = fsc_bind_pmem(), "bind pmem, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		if (!rc)
			SC_DO(fsc_unbind_pmem(), "unbind pmem");
	}
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0, "after a failed probe the pmem device can be bound again"), "bind pmem");
	if (__fsc_param("raw", 0))
		SC_DO(fsc_unbind_pmem(), "unbind pmem");
	else
		sc_end(sc_begin());
}

/* ---- block I/O ---- */

static struct {
	struct block_device *bdev;
	struct page *page;
	int error, done;
} sc_io;

/* Reads and writes a block until the disk is gone. */
static void sc_block_io(void *rounds)
{
	for (long n = (long)rounds; n; n--) {
		struct bio bio = { .bi_bdev = sc_io.bdev, .bi_vcnt = 1 };

		bio.bi_opf = n & 1 ? REQ_OP_READ : REQ_OP_WRITE | REQ_PREFLUSH | REQ_FUA;
		bio.bi_iter.bi_sector = 8;
		bio.bi_iter.bi_size = PAGE_SIZE;
		bio.bi_inline_vecs[0].bv_page = sc_io.page;
		bio.bi_inline_vecs[0].bv_len = PAGE_SIZE;
		sc_io.error = submit_bio_wait(&bio);
		if (sc_io.error)
			break;
		sc_io.done++;
		cond_resched();
	}
}

static int sc_entered, sc_gate;

/* The bio is on its way: others run, and it goes on when they block or are done. */
static void sc_hold_bio(void)
{
	fsc_bio_entered = NULL;
	sc_entered = 1;
	__fsc_wake(&sc_entered, 0);
	__fsc_sleep(&sc_gate);
}

static void sc_let_bio(void *unused)
{
	(void)unused;
	__fsc_wake(&sc_gate, 0);
}

static void sc_unbind(void *unused)
{
	(void)unused;
	__fsc_step("unbind pmem");
	fsc_unbind_pmem();
}

FSC_SCENARIO(pmem_io_unbind, "pmem-io-unbind", "Block I/O is on its way when the pmem driver is unbound",
	     "raw=0,1")
{
	struct gendisk *disk;
	int io, unbind, let;

	sc_small_pmem();
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0, "the pmem driver can be bound to a small device"), "bind pmem");
	sc_io.bdev = fsc_pmem_bdev();
	sc_io.page = alloc_page(GFP_KERNEL);
	sc_io.done = 0;
	memset(page_address(sc_io.page), 7, PAGE_SIZE);
	disk = sc_io.bdev->bd_disk;
	get_device(disk_to_dev(disk)); /* it is open */
	SC_DO(sc_block_io((void *)2L), "write and read a block");
	SC_EXPECT(sc_io.done == 2 && !sc_io.error, "a block that was written can be read back");
	sc_entered = 0;
	fsc_bio_entered = sc_hold_bio;
	io = sc_spawn("io", sc_block_io, (void *)3L);
	while (!sc_entered)
		__fsc_sleep(&sc_entered);
	unbind = sc_spawn("unbind", sc_unbind, NULL);
	let = sc_spawn("let", sc_let_bio, NULL);
	sc_join(unbind);
	sc_join(let);
	sc_join(io);
	SC_DO(sc_block_io((void *)1L), "read a block of a disk that is gone");
	SC_EXPECT(sc_io.error == -EIO, "a read of a disk that is gone ends with EIO");
	put_disk(disk);
	put_page(sc_io.page);
}

static int sc_others_told;

static int sc_tell_other(struct dax_device *dax_dev, u64 off, u64 len, int flags)
{
	(void)dax_dev;
	(void)off;
	(void)len;
	(void)flags;
	sc_others_told++;
	return 0;
}

FSC_SCENARIO(holder, "holder", "A file system holds the dax device; a second one is refused; the device dies first, or not",
	     "kill=0,1")
{
	static const struct dax_holder_operations others = { .notify_failure = sc_tell_other };
	struct block_device *bdev = fsc_pmem_bdev();
	struct dax_device *dax, *second;
	int holder, other;
	u64 off = 1;

	SC_DO(dax = fs_dax_get_by_bdev(bdev, &off, &holder, NULL), "hold");
	SC_EXPECT(dax && !off, "a file system can hold the dax device of its disk");
	SC_EXPECT(dax_holder(dax) == &holder, "the holder is who took the device");
	SC_DO(second = fs_dax_get_by_bdev(bdev, &off, &other, &others), "a second holder");
	SC_EXPECT(!second, "a device that is held gets no second holder");
	SC_DO(SC_EXPECT(dax_holder_notify_failure(dax, 0, PAGE_SIZE, 0) == -EOPNOTSUPP, "a holder that cannot handle bad memory is asked and says so"),
		  "bad memory");
	if (__fsc_param("kill", 0)) {
		SC_DO(fsc_unbind_pmem(), "unbind pmem");
		SC_DO(fs_put_dax(dax, &holder), "let go");
		SC_DO(SC_EXPECT(fsc_bind_pmem() == 0, "the pmem driver can be bound again after its holder let go"),
			  "bind pmem");
	} else {
		SC_DO(fs_put_dax(dax, &holder), "let go");
		SC_EXPECT(!dax_holder(dax), "a device that was let go has no holder");
		SC_DO(dax = fs_dax_get_by_bdev(bdev, &off, &other, &others), "the other holds");
		SC_EXPECT(dax && dax_holder(dax) == &other, "a device that was let go can be held by another");
		SC_DO(fs_put_dax(dax, &other), "let go");
		sc_others_told = 0;
		SC_DO(dax = fs_dax_get_by_bdev(bdev, &off, NULL, NULL), "nobody holds");
		SC_DO(SC_EXPECT(dax_holder_notify_failure(dax, 0, PAGE_SIZE, 0) == -EOPNOTSUPP && !sc_others_told,
				"who has let go of a device is told nothing more"),
		      "bad memory of a device that nobody holds");
		SC_DO(put_dax(dax), "let go");
	}
}

#if FSC_ERA >= 701
/* Two holders that are told of bad memory, and what each was told last. */
static struct {
	int told;
	u64 off, len;
	int flags;
} sc_holders[2];

static int sc_tell(int who, u64 off, u64 len, int flags)
{
	sc_holders[who].told++;
	sc_holders[who].off = off;
	sc_holders[who].len = len;
	sc_holders[who].flags = flags;
	return 0;
}

static int sc_tell_first(struct dax_device *dax_dev, u64 off, u64 len, int flags)
{
	SC_EXPECT(dax_holder(dax_dev) == &sc_holders[0], "who is told of bad memory is who holds the device");
	return sc_tell(0, off, len, flags);
}

static int sc_tell_second(struct dax_device *dax_dev, u64 off, u64 len, int flags)
{
	SC_EXPECT(dax_holder(dax_dev) == &sc_holders[1], "who is told of bad memory is who holds the device");
	return sc_tell(1, off, len, flags);
}

static int sc_dax_users(struct dax_device *dax)
{
	return atomic_read(&dax_inode(dax)->i_count);
}

FSC_SCENARIO(fs_dax_get, "fs-dax-get", "File systems without a disk hold a dax device in turn, are told of its memory, and let go; the device dies first, or not",
	     "kill=0,1")
{
	static const struct dax_holder_operations first = { .notify_failure = sc_tell_first };
	static const struct dax_holder_operations second = { .notify_failure = sc_tell_second };
	struct pmem_device *pmem = dev_get_drvdata(fsc_pmem_dev);
	struct dax_device *dax = pmem->dax_dev;
	int idle = sc_dax_users(dax), err;

	memset(sc_holders, 0, sizeof(sc_holders));
	SC_DO(err = fs_dax_get(dax, &sc_holders[0], &first), "the first holds");
	SC_EXPECT(!err && dax_holder(dax) == &sc_holders[0], "a file system can hold a dax device that it has found");
	SC_EXPECT(sc_dax_users(dax) == idle + 1, "who holds a dax device keeps it");
	SC_DO(err = fs_dax_get(dax, &sc_holders[1], &second), "the second asks for it");
	SC_EXPECT(err == -EBUSY && dax_holder(dax) == &sc_holders[0], "a device that is held gets no second holder");
	SC_EXPECT(sc_dax_users(dax) == idle + 1, "who is refused a dax device does not keep it");
	SC_DO(err = dax_holder_notify_failure(dax, PAGE_SIZE, 2 * PAGE_SIZE, 0), "bad memory");
	SC_EXPECT(!err && sc_holders[0].told == 1 && sc_holders[0].off == PAGE_SIZE && sc_holders[0].len == 2 * PAGE_SIZE,
		  "the holder is told which memory is bad");
	SC_DO(fs_put_dax(dax, &sc_holders[0]), "the first lets go");
	SC_EXPECT(!dax_holder(dax) && sc_dax_users(dax) == idle, "a device that was let go has no holder");
	SC_DO(err = dax_holder_notify_failure(dax, 0, PAGE_SIZE, 0), "bad memory of a device that nobody holds");
	SC_EXPECT(err == -EOPNOTSUPP && sc_holders[0].told == 1, "who has let go of a device is told nothing more");

	SC_DO(err = fs_dax_get(dax, &sc_holders[1], &second), "the second holds");
	SC_EXPECT(!err && dax_holder(dax) == &sc_holders[1], "a device that was let go can be held by another");
	SC_DO(dax_holder_notify_failure(dax, 0, PAGE_SIZE, 0), "bad memory");
	SC_EXPECT(sc_holders[0].told == 1 && sc_holders[1].told == 1, "the holder of now is told of bad memory, and nobody else");
	if (__fsc_param("kill", 0)) {
		SC_DO(fsc_unbind_pmem(), "unbind pmem");
		SC_EXPECT(sc_holders[1].told == 2 && (sc_holders[1].flags & MF_MEM_PRE_REMOVE) && sc_holders[0].told == 1,
			  "the holder is told before its device goes");
		SC_EXPECT(fs_dax_get(dax, &sc_holders[0], &first) == -ENODEV, "a device that is gone gets no new holder");
	}
	SC_DO(fs_put_dax(dax, &sc_holders[1]), "the second lets go");
	if (__fsc_param("kill", 0))
		SC_DO(SC_EXPECT(fsc_bind_pmem() == 0, "the pmem driver can be bound again after its holder let go"), "bind pmem");
	else
		SC_EXPECT(!dax_holder(dax) && sc_dax_users(dax) == idle, "a device that was let go has no holder");
}
#endif

/* What the holder of a dax device was told last. */
static struct {
	int times;
	u64 off, len;
} sc_told;

static int sc_be_told(struct dax_device *dax_dev, u64 off, u64 len, int flags)
{
	(void)dax_dev;
	(void)flags;
	sc_told.times++;
	sc_told.off = off;
	sc_told.len = len;
	return 0;
}

FSC_SCENARIO(pfn_namespace, "pfn-namespace", "A namespace has an info block before its data: who counts from where",
	     "page=0,5 held=0,1")
{
	static const struct dax_holder_operations holder_ops = { .notify_failure = sc_be_told };
	unsigned long page = __fsc_param("page", 0), pfn = fsc_registry.pmem_start_pfn + PHYS_PFN(PMD_SIZE) + page;
	struct bio bio = { .bi_opf = REQ_OP_WRITE, .bi_vcnt = 1 };
	struct page *from = alloc_page(GFP_KERNEL);
	unsigned char *kaddr = NULL;
	struct pmem_device *pmem;
	struct device *dev;
	fsc_pfn_t got;
	int id, error;
	u64 off = 0;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	dev = sc_pfn_create(PTRS_PER_PMD);
	SC_DO(error = sc_pfn_bind(dev), "bind pmem to a namespace with an info block");
	SC_NEED(!error, "the pmem driver can be bound to a namespace with an info block");
	pmem = dev_get_drvdata(dev);
	memset(page_address(from), 7, PAGE_SIZE);
	id = dax_read_lock();
	SC_EXPECT(dax_direct_access(pmem->dax_dev, page, 2, DAX_ACCESS, (void **)&kaddr, &got) == 2 && fsc_pfn_raw(got) == pfn,
		  "page n of a dax device is the nth page of its data, behind what its namespace keeps for itself");
	/* Behind the data the namespace has room that nobody may use. */
	SC_EXPECT(dax_direct_access(pmem->dax_dev, PTRS_PER_PMD - 2, 8, DAX_ACCESS, NULL, NULL) == 2,
		  "direct access gives no page behind the data of a namespace");
	dax_read_unlock(id);
	SC_NEED(kaddr == pfn_to_kaddr(pfn), "direct access gives the kernel address of the page that it gives");
	bio.bi_bdev = pmem->disk->part0;
	bio.bi_iter.bi_sector = page * PAGE_SECTORS;
	bio.bi_iter.bi_size = PAGE_SIZE;
	bio.bi_inline_vecs[0].bv_page = from;
	bio.bi_inline_vecs[0].bv_len = PAGE_SIZE;
	SC_DO(error = submit_bio_wait(&bio), "write a block");
	SC_EXPECT(!error && kaddr[0] == 7 && kaddr[PAGE_SIZE - 1] == 7,
		  "a disk and its dax device show the same data at the same place");

	memset(&sc_told, 0, sizeof(sc_told));
	if (__fsc_param("held", 0))
		SC_NEED(fs_dax_get_by_bdev(pmem->disk->part0, &off, &sc_told, &holder_ops), "a file system can hold the dax device of its disk");
	SC_DO(error = memory_failure(pfn, 0), "memory failure at pfn %#lx", pfn);
	SC_EXPECT(sc_told.times == __fsc_param("held", 0), "the holder of a dax device is told once of memory that failed");
	if (__fsc_param("held", 0)) {
		SC_EXPECT(!error, "memory failure that the holder of the device handles is handled");
		SC_EXPECT(sc_told.off == PFN_PHYS(page) && sc_told.len == PAGE_SIZE,
			  "the holder is told of failed memory by its place in the dax device, which counts from the beginning of the data");
		SC_DO(fs_put_dax(pmem->dax_dev, &sc_told), "let go");
	}
	put_page(from);
	SC_DO(sc_devdax_unbind(dev), "unbind pmem");
	sc_devdax_destroy(dev);
}

FSC_SCENARIO(memory_failure_file, "memory-failure", "Memory behind a mapped file page fails",
	     "order=0,9 files=1,2 mapped=0,1")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages();
	struct sc_file a = sc_create("A", n), b = sc_create("B", n);
	struct sc_map m, mb;
	unsigned long pfn;
	int error;

	sc_fill(&a, 0, n);
	if (__fsc_param("files", 1) > 1)
		sc_clone(&a, 0, &b, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	mb = sc_mmap(mm, &b, 0, n, SC_RW);
	sc_read(&m, 0);
	if (__fsc_param("files", 1) > 1)
		sc_read(&mb, 0);
	if (!__fsc_param("mapped", 0)) {
		sc_munmap(&m);
		sc_munmap(&mb);
	}
	pfn = fsc_registry.pmem_start_pfn + fscfs_bmap(a.file, 0);
	SC_DO(error = memory_failure(pfn, 0), "memory failure at pfn %#lx", pfn);
	SC_EXPECT(error == 0, "memory failure of a page of a file is handled");
	SC_EXPECT(PageHWPoison(pfn_to_page(pfn)), "a page whose memory failed is marked bad");
	SC_EXPECT((current->fsc_sigbus > 0) == __fsc_param("mapped", 0),
		  "exactly the tasks that map the failed page get SIGBUS");
	if (__fsc_param("mapped", 0)) {
		sc_munmap(&m);
		sc_munmap(&mb);
	}
	sc_remove(&a);
	sc_remove(&b);
	sc_end(mm);
}

FSC_SCENARIO(madvise_poison, "madvise-poison", "A program poisons or offlines a page of its own mapping: madvise(2)",
	     "soft=0,1 order=0,9")
{
	struct mm_struct *mm = sc_begin();
	unsigned long n = sc_pages(), pfn;
	struct sc_file a = sc_create("A", n);
	struct sc_map m;
	struct page *page;
	int error;

	/* As madvise_inject_error(): a reference by GUP, which the callee drops. */
	sc_fill(&a, 0, n);
	m = sc_mmap(mm, &a, 0, n, SC_RW);
	sc_write(&m, 0, 1);
	__fsc_step("madvise A[0]");
	SC_EXPECT(get_user_pages_fast(m.addr, 1, 0, &page) == 1, "a page of the own mapping can be had for madvise(2)");
	pfn = page_to_pfn(page);
	if (__fsc_param("soft", 0))
		error = soft_offline_page(pfn, MF_COUNT_INCREASED);
	else
		error = memory_failure(pfn, MF_COUNT_INCREASED | MF_SW_SIMULATED);
	__fsc_quiesce("madvise A[0]");
	SC_EXPECT(error == (__fsc_param("soft", 0) ? -EIO : 0),
		  "madvise(2) is told how poisoning ended, and that a DAX page cannot be taken offline");
	SC_EXPECT(PageHWPoison(pfn_to_page(pfn)) == !__fsc_param("soft", 0),
		  "a page that a program poisons is marked bad, and one that it takes offline is not");
	SC_EXPECT((current->fsc_sigbus > 0) == !__fsc_param("soft", 0), "a task that maps the failed page gets SIGBUS");
	SC_EXPECT(soft_offline_page(1UL << 30, 0) == -ENXIO, "a pfn without memory cannot be taken offline");
	SC_EXPECT(memory_failure(1UL << 30, 0) == -ENXIO, "memory failure of a pfn without memory is refused");
	sc_munmap(&m);
	sc_remove(&a);
	sc_end(mm);
}
