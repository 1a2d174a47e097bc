/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory as a character device: made, mapped, taken back from those who use it, given to another driver. */
#include <linux/dax.h>
#include <linux/fsc_pfn.h>
#include <linux/string.h>
#include "devices.h"

FSC_SCENARIO(device_dax, "device-dax", "The memory is given to device-dax, mapped and taken back",
	     "order=0,9 write=0,1 mapped=0,1 dma=0,1")
{
	bool mapped = __fsc_param("mapped", 0);
	struct mm_struct *mm = fsc_mm_create();
	struct dev_dax *dev_dax;
	struct device *region;
	struct sc_file d;
	struct sc_dma dma;
	struct sc_map m;
	int round;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	region = sc_devdax_create(PAGE_SIZE << sc_order(), sc_order() ? 1024 : 512);
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "the device can be made and bound"), "make the device");
	dev_dax = sc_dev_dax(region);
	for (round = 0; round < 2; round++) {
		d = sc_open_cdev(dev_dax);
		SC_EXPECT(d.file, "a bound device-dax device can be opened");
		m = sc_mmap(mm, &d, 0, 2 * sc_pages(), SC_RW);
		if (__fsc_param("write", 0))
			sc_write(&m, 0, 1);
		else
			sc_read(&m, 0);
		sc_write(&m, sc_pages(), 2);
		sc_see(&m, sc_pages(), 2);
		if (__fsc_param("dma", 0)) {
			SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1,
				  "DMA can pin a page of a mapped device-dax device");
			SC_DO(sc_dma_end(&dma), "DMA lets go");
		}
		if (!mapped)
			sc_munmap(&m);
		/* With the mapping still there, unbinding takes it away and the next access is a SIGBUS. */
		SC_DO(sc_dev_unbind(dev_dax), "unbind device-dax");
		if (mapped) {
			SC_EXPECT(sc_try_read(&m, 0) & VM_FAULT_SIGBUS,
				  "a mapping of a device that is gone faults with SIGBUS");
			sc_munmap(&m);
		}
		fput(d.file);
		if (!round)
			SC_DO(SC_EXPECT(sc_dev_bind(dev_dax) == 0, "a device-dax device can be bound again after it was unbound"),
				  "bind device-dax");
	}
	SC_DO(sc_devdax_unbind(region), "take the device away");
	sc_devdax_destroy(region);
	fsc_mm_destroy(mm);
}

/* ---- making devices ---- */

/* Which steps fail in turn: allocations and the like, announcing a device, what is to be undone later. */
static const char *sc_failing_site(void)
{
	static const char *const sites[] = { "!devm_add_action", "devm_add_action" };

	return sites[__fsc_param("step", 0)];
}

FSC_SCENARIO(devdax_probe_fails, "devdax-probe-fails",
	     "Each step of making a device-dax device fails once; then it can be made", "step=0,1 late_release=0,1")
{
	struct device *region;
	struct sc_file d;
	int rc, nth, left;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	region = sc_devdax_create(PMD_SIZE, PTRS_PER_PMD);
	for (nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth(sc_failing_site(), nth);
		SC_DO(rc = sc_devdax_bind(region), "make the device, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		fsc_late_releases();
		if (!rc)
			SC_DO(sc_devdax_unbind(region), "take the device away");
	}
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "after a failed probe the device can be made and bound"),
		  "make the device");
	d = sc_open_cdev(sc_dev_dax(region));
	SC_EXPECT(d.file, "a bound device-dax device can be opened");
	fput(d.file);
	SC_DO(sc_devdax_unbind(region), "take the device away");
	sc_devdax_destroy(region);
}

FSC_SCENARIO(hmem_probe_fails, "hmem-probe-fails",
	     "Each step of making firmware's memory a region fails once; then it is made", "step=0,1 idle=0,1")
{
	struct device *host = NULL, *region;
	int rc, nth, left;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_DO(host = sc_hmem_create(__fsc_param("idle", 0)), "find firmware's memory");
	region = sc_hmem_region();
	SC_NEED(region, "firmware's memory has a device");
	SC_DO(sc_detach(region), "unbind");
	for (nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth(sc_failing_site(), nth);
		SC_DO(rc = sc_attach(region), "bind, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		fsc_late_releases();
		if (!rc)
			SC_DO(sc_detach(region), "unbind");
	}
	SC_DO(SC_EXPECT(sc_attach(region) == 0, "after a failed probe firmware's memory can be made a region"), "bind");
	SC_EXPECT(sc_dev_dax(region), "a region of firmware's memory has a device");
	SC_DO(sc_hmem_destroy(host), "take firmware's memory away");
}

FSC_SCENARIO(dax_bind_fails, "dax-bind-fails", "Each step of binding a driver to a dax device fails once; then it binds",
	     "kmem=0,1 step=0,1 static=0,1")
{
	bool kmem = __fsc_param("kmem", 0), fixed = !kmem && __fsc_param("static", 0);
	struct device *host = NULL, *region = NULL;
	struct dev_dax *dev_dax;
	int rc, nth, left;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	if (kmem)
		SC_NEED(fsc_kmem_init() == 0, "the kmem driver can be loaded");
	if (fixed) {
		region = sc_devdax_create(PMD_SIZE, PTRS_PER_PMD);
		SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "the device can be made and bound"), "make the device");
	} else {
		SC_DO(host = sc_hmem_create(!kmem), "find firmware's memory");
		region = sc_hmem_region();
	}
	dev_dax = sc_dev_dax(region);
	if (!fixed && !kmem)
		SC_DO(SC_EXPECT(fsc_sysfs_write(&dev_dax->dev, "size", "2097152") == 7, "a device in a region can be given its size"),
			  "give it 2 MiB");
	SC_DO(sc_dev_unbind(dev_dax), "unbind");
	for (nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth(sc_failing_site(), nth);
		SC_DO(rc = sc_dev_bind(dev_dax), "bind, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		if (!rc)
			SC_DO(sc_dev_unbind(dev_dax), "unbind");
	}
	SC_DO(SC_EXPECT(sc_dev_bind(dev_dax) == 0, "after a failed probe the device can be bound again"), "bind");
	if (fixed) {
		SC_DO(sc_devdax_unbind(region), "take the device away");
		sc_devdax_destroy(region);
	} else {
		SC_DO(sc_hmem_destroy(host), "take firmware's memory away");
	}
	if (kmem)
		fsc_kmem_exit();
}

/* ---- dividing a region ---- */

static void sc_store_size(struct dev_dax *dev_dax, const char *bytes, bool works)
{
	ssize_t len = strlen(bytes), rc;

	SC_DO(rc = fsc_sysfs_write(&dev_dax->dev, "size", bytes), "size of %s: %s", dev_name(&dev_dax->dev), bytes);
	SC_EXPECT((rc == len) == works, "a size that fits is taken, one that does not fit or is in use is refused");
}

static struct dev_dax *sc_create_seed(struct device *region)
{
	struct dax_region *dax_region = dev_get_drvdata(region);
	ssize_t rc;

	SC_DO(rc = fsc_sysfs_write(region, "create", "1"), "make a device in the region");
	SC_EXPECT(rc == 1, "a device can be made in a region with free memory");
	return to_dev_dax(dax_region->youngest);
}

FSC_SCENARIO(dax_divide, "dax-divide", "Firmware's memory is divided into devices, used, put together again",
	     "late_release=0,1 fail=0,1,2")
{
	struct mm_struct *mm = fsc_mm_create();
	struct device *host, *region;
	struct dev_dax *first, *second;
	struct sc_file d;
	struct sc_map m;
	char name[16];
	ssize_t rc;
	int nth, left;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_DO(host = sc_hmem_create(true), "find firmware's memory");
	region = sc_hmem_region();
	first = sc_dev_dax(region);
	if (__fsc_param("fail", 0) == 1)
		for (nth = 1, left = 0; !left; nth++) {
			__fsc_fail_nth("", nth);
			SC_DO(rc = fsc_sysfs_write(region, "create", "1"), "make a device, failure %d", nth);
			left = __fsc_fail_nth("", 0);
			fsc_late_releases();
			if (rc < 0)
				continue;
			strscpy(name, dev_name(((struct dax_region *)dev_get_drvdata(region))->youngest), sizeof(name));
			SC_DO(rc = fsc_sysfs_write(region, "delete", name), "delete %s", name);
			SC_EXPECT(rc > 0, "a device of a region that is not bound can be deleted");
			fsc_late_releases();
		}
	second = sc_create_seed(region);
	if (__fsc_param("fail", 0) == 2)
		for (nth = 1, left = 0; !left; nth++) {
			__fsc_fail_nth("", nth);
			SC_DO(fsc_sysfs_write(&second->dev, "size", "2097152"), "size of the second, failure %d", nth);
			left = __fsc_fail_nth("", 0);
			fsc_late_releases();
			sc_store_size(second, "0", true);
		}
	sc_store_size(first, "2097152", true);
	sc_store_size(second, "2097152", true);
	sc_store_size(first, "4194304", true); /* behind the second: two ranges */
	SC_EXPECT(first->nr_range == 2, "a device that grows behind another one gets a second range");
	sc_store_size(first, "1052672", false); /* no multiple of the alignment */
	sc_store_size(second, "8388608", false); /* there is not that much */

	SC_DO(SC_EXPECT(sc_dev_bind(first) == 0, "a device with two ranges can be bound"), "bind the first");
	sc_store_size(first, "2097152", false); /* it is in use */
	d = sc_open_cdev(first);
	SC_EXPECT(d.file, "a bound device-dax device can be opened");
	m = sc_mmap(mm, &d, 0, 1024, SC_RW);
	sc_write(&m, 0, 1);
	sc_write(&m, 512, 2);
	sc_see(&m, 512, 2);
	sc_munmap(&m);
	fput(d.file);
	SC_DO(sc_dev_unbind(first), "unbind the first");

	sc_store_size(first, "2097152", true);
	sc_store_size(second, "0", true);
	strscpy(name, dev_name(&second->dev), sizeof(name));
	SC_DO(rc = fsc_sysfs_write(region, "delete", name), "delete %s", name);
	SC_EXPECT(rc > 0, "a device of a region that is not bound can be deleted");
	fsc_late_releases();
	sc_store_size(first, "0", true);
	SC_DO(rc = fsc_sysfs_write(&first->dev, "mapping", "100200000-1003fffff"), "map the second 2 MiB");
	SC_EXPECT(rc > 0 && first->nr_range == 1, "a range of a region can be mapped by its addresses");
	SC_DO(rc = fsc_sysfs_write(&first->dev, "align", "4096"), "align to pages");
	SC_EXPECT(rc > 0 && first->align == PAGE_SIZE, "a device can be aligned to pages");
	SC_DO(rc = fsc_sysfs_write(&first->dev, "align", "1073741824"), "align to 1 GiB");
	SC_EXPECT(rc < 0 && first->align == PAGE_SIZE, "an alignment that the device's ranges do not have is refused");
	sc_store_size(first, "8388608", true);
	SC_DO(sc_hmem_destroy(host), "take firmware's memory away");
	fsc_mm_destroy(mm);
}

FSC_SCENARIO(devdax_side_by_side, "devdax-side-by-side",
	     "DMA takes pages of two devices that a program has mapped side by side, touched or not; then both devices go", "touched=0,1")
{
	struct mm_struct *mm = fsc_mm_create();
	struct device *host, *region;
	struct dev_dax *dev[2];
	struct page *pages[4];
	struct sc_file d[2];
	struct sc_map m[2];
	ssize_t rc;
	long got;
	int i;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_DO(host = sc_hmem_create(true), "find firmware's memory");
	region = sc_hmem_region();
	dev[0] = sc_dev_dax(region);
	dev[1] = sc_create_seed(region);
	for (i = 0; i < 2; i++) {
		sc_store_size(dev[i], "2097152", true);
		SC_DO(rc = fsc_sysfs_write(&dev[i]->dev, "align", "4096"), "align to pages");
		SC_NEED(rc > 0, "a device can be aligned to pages");
		SC_DO(SC_EXPECT(sc_dev_bind(dev[i]) == 0, "a device of a region can be bound"), "bind device %d", i);
		d[i] = sc_open_cdev(dev[i]);
		SC_NEED(d[i].file, "a bound device-dax device can be opened");
		/* No page between the two, and one page table for both. */
		if (i)
			mm->mmap_base = m[0].addr + 2 * PAGE_SIZE;
		m[i] = sc_mmap(mm, &d[i], 2 * i, 2, SC_RW);
		if (__fsc_param("touched", 0)) {
			sc_write(&m[i], 2 * i, 1);
			sc_write(&m[i], 2 * i + 1, 2);
		}
	}
	SC_DO(got = fsc_dma_pin(mm, m[0].addr, 4, FOLL_PIN | FOLL_WRITE, pages, "dma"), "DMA takes two pages of each device");
	SC_EXPECT(got == 4, "DMA can take pages of two devices at once");
	if (got > 0)
		SC_DO(fsc_dma_unpin(pages, got, "dma"), "DMA lets go");
	for (i = 0; i < 2; i++) {
		sc_munmap(&m[i]);
		fput(d[i].file);
		SC_DO(sc_dev_unbind(dev[i]), "unbind device %d", i);
	}
	SC_DO(sc_hmem_destroy(host), "take firmware's memory away");
	fsc_mm_destroy(mm);
}

FSC_SCENARIO(devdax_open_gone, "devdax-open-gone", "A device goes for good while a program has it open, mapped or not",
	     "order=0,9 mapped=0,1 late_release=0,1")
{
	struct mm_struct *mm = fsc_mm_create();
	struct device *region;
	struct sc_file d;
	struct sc_map m;
	unsigned long addr;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	region = sc_devdax_create(PAGE_SIZE << sc_order(), PTRS_PER_PMD);
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "the device can be made and bound"), "make the device");
	d = sc_open_cdev(sc_dev_dax(region));
	if (__fsc_param("mapped", 0)) {
		m = sc_mmap(mm, &d, 0, sc_pages(), SC_RW);
		sc_write(&m, 0, 1);
	}
	SC_DO(sc_devdax_unbind(region), "take the device away");
	if (__fsc_param("mapped", 0)) {
		SC_EXPECT(sc_try_write(&m, 0, 2) & VM_FAULT_SIGBUS,
			  "a mapping of a device that is gone faults with SIGBUS");
		sc_munmap(&m);
	}
	SC_DO(addr = fsc_mmap(mm, d.file, 0, sc_pages(), SC_RW, PMD_SIZE), "mmap what is gone");
	SC_EXPECT(IS_ERR_VALUE(addr), "a device that is gone cannot be mapped");
	SC_DO(fput(d.file), "close");
	fsc_late_releases();
	sc_devdax_destroy(region);
	fsc_mm_destroy(mm);
}

static struct sc_map *sc_touched;

static void sc_task_touch(void *unused)
{
	(void)unused;
	fsc_use_mm(sc_touched->mm);
	sc_try_write(sc_touched, 0, 2);
}

static void sc_task_unbind(void *dev_dax)
{
	__fsc_step("unbind device-dax");
	sc_dev_unbind(dev_dax);
}

FSC_SCENARIO(race_devdax_unbind, "race-devdax-unbind", "A program touches memory of a device-dax device while it is unbound", "")
{
	struct mm_struct *mm = fsc_mm_create();
	struct dev_dax *dev_dax;
	struct device *region;
	struct sc_file d;
	struct sc_map m;
	int one, two;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	region = sc_devdax_create(PAGE_SIZE, PTRS_PER_PMD);
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "the device can be made and bound"), "make the device");
	dev_dax = sc_dev_dax(region);
	d = sc_open_cdev(dev_dax);
	m = sc_mmap(mm, &d, 0, 2, SC_RW);
	sc_write(&m, 1, 1);
	sc_touched = &m;
	one = sc_spawn("touch", sc_task_touch, NULL);
	two = sc_spawn("unbind", sc_task_unbind, dev_dax);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	SC_EXPECT(sc_try_read(&m, 0) & VM_FAULT_SIGBUS, "a mapping of a device that is gone faults with SIGBUS");
	sc_munmap(&m);
	fput(d.file);
	SC_DO(sc_devdax_unbind(region), "take the device away");
	sc_devdax_destroy(region);
	fsc_mm_destroy(mm);
}

FSC_SCENARIO(devdax_memory_failure, "devdax-memory-failure", "Memory of a mapped device-dax device fails",
	     "order=0,9 mapped=0,1 page=0,1")
{
	struct mm_struct *mm = fsc_mm_create();
	unsigned long pfn, page = __fsc_param("page", 0);
	struct dev_dax *dev_dax;
	struct device *region;
	struct sc_file d;
	struct sc_map m;
	int error;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	region = sc_devdax_create(PAGE_SIZE << sc_order(), sc_order() ? 1024 : 512);
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "the device can be made and bound"), "make the device");
	dev_dax = sc_dev_dax(region);
	d = sc_open_cdev(dev_dax);
	m = sc_mmap(mm, &d, 0, 2 * sc_pages(), SC_RW);
	sc_write(&m, page, 1);
	if (!__fsc_param("mapped", 0))
		sc_munmap(&m);
	pfn = PHYS_PFN(dax_pgoff_to_phys(dev_dax, page, PAGE_SIZE));
	SC_DO(error = memory_failure(pfn, 0), "memory failure at pfn %#lx", pfn);
	SC_EXPECT(!error, "memory failure of a device-dax page is handled");
	SC_EXPECT((current->fsc_sigbus > 0) == __fsc_param("mapped", 0),
		  "exactly the tasks that map the failed page get SIGBUS");
	/* Of a compound page it is the whole that is told. */
	if (__fsc_param("mapped", 0))
		SC_EXPECT(current->fsc_sigbus_addr == m.addr + PFN_PHYS(page - (pfn - page_to_pfn(compound_head(pfn_to_page(pfn))))),
			  "SIGBUS says at which address of the task the failed page is mapped");
	if (__fsc_param("mapped", 0))
		sc_munmap(&m);
	fput(d.file);
	SC_DO(sc_devdax_unbind(region), "take the device away");
	sc_devdax_destroy(region);
	fsc_mm_destroy(mm);
}

/* ---- a driver for file systems ---- */

/* What a page is like that a file system has not touched. */
static void sc_expect_idle(struct dev_dax *dev_dax, unsigned long pgoff)
{
	struct page *page = pfn_to_page(PHYS_PFN(dax_pgoff_to_phys(dev_dax, pgoff, PAGE_SIZE)));

	SC_EXPECT(!PageHead(page) && !PageTail(page),
		  "a page of a device without a compound size is neither a head nor a tail");
	SC_EXPECT(page_count(page) <= 1, "a page that nobody uses counts nobody, or itself alone");
	SC_EXPECT(!page->mapping, "a page that nobody uses has no mapping");
}

static void sc_use_fsdev(struct dev_dax *dev_dax)
{
	void *kaddr;
	fsc_pfn_t pfn;
	long got;
	int id;

	sc_expect_idle(dev_dax, 0);
	sc_expect_idle(dev_dax, 7);
	id = dax_read_lock();
	got = dax_direct_access(dev_dax->dax_dev, 1, 2, DAX_ACCESS, &kaddr, &pfn);
	SC_EXPECT(got == 2, "direct access gives as many pages as were asked for and are there");
	SC_EXPECT(fsc_pfn_raw(pfn) == PHYS_PFN(dax_pgoff_to_phys(dev_dax, 1, PAGE_SIZE)),
		  "direct access gives the page at that offset of the device");
	SC_EXPECT(kaddr == __va(dax_pgoff_to_phys(dev_dax, 1, PAGE_SIZE)),
		  "direct access gives the kernel address of that page");
	SC_EXPECT(dax_zero_page_range(dev_dax->dax_dev, 1, 1) == 0, "a page of the device can be set to zero");
	dax_read_unlock(id);
}

FSC_SCENARIO(fsdev_rebind, "fsdev-rebind", "A device goes from device_dax to fsdev_dax and back; each step fails once",
	     "static=0,1 step=1,2")
{
	bool fixed = __fsc_param("static", 0);
	struct device *host = NULL, *region = NULL;
	struct mm_struct *mm = fsc_mm_create();
	struct device_driver *fsdev;
	struct dev_dax *dev_dax;
	unsigned long pfn;
	struct sc_file d;
	struct sc_map m;
	int rc, nth, left;

	fsc_use_mm(mm);
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	fsdev = fsc_fsdev_init();
	if (fixed) {
		region = sc_devdax_create(PMD_SIZE, PTRS_PER_PMD);
		SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0, "the device can be made and bound"), "make the device");
		dev_dax = sc_dev_dax(region);
	} else {
		SC_DO(host = sc_hmem_create(true), "find firmware's memory");
		dev_dax = sc_dev_dax(sc_hmem_region());
		sc_store_size(dev_dax, "2097152", true);
		SC_DO(SC_EXPECT(sc_dev_bind(dev_dax) == 0, "a device-dax device can be bound"), "bind device_dax");
	}
	d = sc_open_cdev(dev_dax);
	m = sc_mmap(mm, &d, 0, 512, SC_RW);
	sc_write(&m, 0, 1);
	sc_munmap(&m);
	fput(d.file);
	SC_DO(sc_dev_unbind(dev_dax), "unbind device_dax");

	for (nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth(__fsc_param("step", 0) == 1 ? "!devm_add_action" : "devm_add_action", nth);
		SC_DO(rc = device_driver_attach(fsdev, &dev_dax->dev), "bind fsdev_dax, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		if (!rc)
			SC_DO(sc_dev_unbind(dev_dax), "unbind fsdev_dax");
	}
	SC_DO(SC_EXPECT(device_driver_attach(fsdev, &dev_dax->dev) == 0, "after a failed probe the device can be bound to the other driver"),
		  "bind fsdev_dax");
	if (dev_dax->dev.driver)
		SC_DO(sc_use_fsdev(dev_dax), "use it as a file system does");
	SC_DO(sc_dev_unbind(dev_dax), "unbind fsdev_dax");

	/* Nothing of the driver is left where the next one could follow it. */
	SC_EXPECT(!dev_dax->pgmap || (!dev_dax->pgmap->ops && !dev_dax->pgmap->owner),
		  "an unbound driver leaves no operations and no owner behind");
	SC_DO(SC_EXPECT(sc_dev_bind(dev_dax) == 0, "a device can go back to device_dax"), "bind device_dax");
	fsc_fsdev_exit();
	d = sc_open_cdev(dev_dax);
	m = sc_mmap(mm, &d, 0, 512, SC_RW);
	sc_write(&m, 0, 1);
	pfn = PHYS_PFN(dax_pgoff_to_phys(dev_dax, 0, PAGE_SIZE));
	SC_DO(SC_EXPECT(memory_failure(pfn, 0) == 0, "memory failure of a device-dax page is handled"),
		  "memory failure");
	SC_EXPECT(current->fsc_sigbus == 1, "a task that maps the failed page gets one SIGBUS");
	sc_munmap(&m);
	fput(d.file);
	if (fixed) {
		SC_DO(sc_devdax_unbind(region), "take the device away");
		sc_devdax_destroy(region);
	} else {
		SC_DO(sc_hmem_destroy(host), "take firmware's memory away");
	}
	fsc_mm_destroy(mm);
}
