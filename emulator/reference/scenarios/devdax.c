/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory as a character device: made, mapped, taken back from those who use it, given to another driver. */
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
	region = sc_devdax_create(PAGE_SIZE << sc_order(), 1024);
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0), "make the device");
	dev_dax = sc_dev_dax(region);
	for (round = 0; round < 2; round++) {
		d = sc_open_cdev(dev_dax);
		SC_EXPECT(d.file);
		m = sc_mmap(mm, &d, 0, 2 * sc_pages(), SC_RW);
		if (__fsc_param("write", 0))
			sc_write(&m, 0, 1);
		else
			sc_read(&m, 0);
		sc_write(&m, sc_pages(), 2);
		sc_see(&m, sc_pages(), 2);
		if (__fsc_param("dma", 0)) {
			SC_EXPECT(sc_dma_start(&dma, &m, 0, SC_PUT_UNPIN) == 1);
			SC_DO(sc_dma_end(&dma), "DMA lets go");
		}
		if (!mapped)
			sc_munmap(&m);
		/* With the mapping still there, unbinding takes it away and the next access is a SIGBUS. */
		SC_DO(sc_dev_unbind(dev_dax), "unbind device-dax");
		if (mapped) {
			SC_EXPECT(sc_try_read(&m, 0) & VM_FAULT_SIGBUS);
			sc_munmap(&m);
		}
		fput(d.file);
		if (!round)
			SC_DO(SC_EXPECT(sc_dev_bind(dev_dax) == 0), "bind device-dax");
	}
	SC_DO(sc_devdax_unbind(region), "take the device away");
	sc_devdax_destroy(region);
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0), "bind pmem");
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
	SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0), "make the device");
	d = sc_open_cdev(sc_dev_dax(region));
	SC_EXPECT(d.file);
	fput(d.file);
	SC_DO(sc_devdax_unbind(region), "take the device away");
	sc_devdax_destroy(region);
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0), "bind pmem");
}

FSC_SCENARIO(dax_bind_fails, "dax-bind-fails", "Each step of binding a driver to a dax device fails once; then it binds",
	     "kmem=0,1 step=0,1 static=0,1")
{
	bool kmem = __fsc_param("kmem", 0), fixed = !kmem && __fsc_param("static", 0);
	struct device *host = NULL, *region;
	struct dev_dax *dev_dax;
	int rc, nth, left;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	if (kmem)
		BUG_ON(fsc_kmem_init());
	if (fixed) {
		region = sc_devdax_create(PMD_SIZE, PTRS_PER_PMD);
		SC_DO(SC_EXPECT(sc_devdax_bind(region) == 0), "make the device");
	} else {
		SC_DO(host = sc_hmem_create(!kmem), "find firmware's memory");
		region = sc_hmem_region();
	}
	dev_dax = sc_dev_dax(region);
	if (!fixed && !kmem)
		SC_DO(SC_EXPECT(size_store(&dev_dax->dev, NULL, "2097152", 7) == 7), "give it 2 MiB");
	SC_DO(sc_dev_unbind(dev_dax), "unbind");
	for (nth = 1, left = 0; !left; nth++) {
		__fsc_fail_nth(sc_failing_site(), nth);
		SC_DO(rc = sc_dev_bind(dev_dax), "bind, failure %d", nth);
		left = __fsc_fail_nth("", 0);
		if (!rc)
			SC_DO(sc_dev_unbind(dev_dax), "unbind");
	}
	SC_DO(SC_EXPECT(sc_dev_bind(dev_dax) == 0), "bind");
	if (fixed) {
		SC_DO(sc_devdax_unbind(region), "take the device away");
		sc_devdax_destroy(region);
	} else {
		SC_DO(sc_hmem_destroy(host), "take firmware's memory away");
	}
	if (kmem)
		fsc_kmem_exit();
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0), "bind pmem");
}
