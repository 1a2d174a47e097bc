/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dax device is handed to the system as RAM, used, and its driver is taken away: what is online stays until the machine goes
 * down, with all that names it. Facts: drivers/dax/kmem.c, Documentation/admin-guide/mm/memory-hotplug.rst; ndctl's daxctl-devices.sh.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/highmem.h>
#include <linux/ioport.h>
#include <linux/memory_hotplug.h>
#include <linux/string.h>
#include "devices.h"

enum sc_kmem { SC_KMEM_OFFLINE, SC_KMEM_ONLINE, SC_KMEM_USED, SC_KMEM_TAKEN_OFFLINE };

/* What is reserved from `start` on, innermost; NULL: nothing. */
static struct resource *sc_reserved(u64 start, bool inner)
{
	struct resource *res, *found = NULL, *in = &iomem_resource;

	while (in) {
		for (res = in->child; res && res->end < start; res = res->sibling)
			;
		in = res && res->start <= start ? res : NULL;
		if (in && (in->flags & IORESOURCE_SYSTEM_RAM) == IORESOURCE_SYSTEM_RAM && (inner || !found))
			found = in;
	}
	return found;
}

static void sc_use(struct page *page, unsigned char value)
{
	SC_DO(memset(page_address(page), value, PAGE_SIZE), "somebody stores to a page of it");
}

FSC_SCENARIO(kmem_unbind, "kmem-unbind",
	     "A device's memory is used as RAM, or only added to it, when its driver is unbound; then it is bound again", "state=0,1,2,3")
{
	int state = __fsc_param("state", 0), rc;
	u64 start = PFN_PHYS(fsc_registry.pmem_start_pfn);
	bool stays = state == SC_KMEM_ONLINE || state == SC_KMEM_USED;
	struct page *page = NULL;
	struct dev_dax *dev_dax;
	struct resource *res;
	struct device *host;

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_NEED(fsc_kmem_init() == 0, "the kmem driver can be loaded");
	fsc_online_by_itself(state != SC_KMEM_OFFLINE);
	SC_DO(host = sc_hmem_create(false), "find firmware's memory");
	dev_dax = sc_dev_dax(sc_hmem_region());
	SC_NEED(dev_dax && fsc_memory_state(start) != FSC_MEMORY_ABSENT, "memory of a device becomes RAM");
	res = sc_reserved(start, true);
	SC_EXPECT(res && !strcmp(res->name, "System RAM (kmem)"), "RAM of a device is reserved by that name");

	if (state == SC_KMEM_USED) {
		page = fsc_hotplug_page(start);
		SC_NEED(page, "memory that is online has pages");
		sc_use(page, 7);
		SC_DO(rc = offline_pages_of(start), "try to take it offline");
		SC_EXPECT(rc, "memory of which somebody has a page does not go offline");
	} else if (state == SC_KMEM_TAKEN_OFFLINE) {
		SC_DO(offline_pages_of(start), "take it offline");
	}
	SC_DO(sc_dev_unbind(dev_dax), "unbind kmem");
	SC_EXPECT((fsc_memory_state(start) != FSC_MEMORY_ABSENT) == stays, "memory that is online stays without its driver, other memory goes");
	res = sc_reserved(start, false);
	SC_EXPECT((res != NULL) == stays, "memory stays reserved for as long as it is there, and no longer");
	if (stays && res) {
		SC_EXPECT(!strcmp(res->name, dev_name(&dev_dax->dev)), "what is reserved for memory that stays keeps its name");
		res = sc_reserved(start, true);
		SC_EXPECT(!strcmp(res->name, "System RAM (kmem)"), "RAM of a device is reserved by that name");
	}

	fsc_online_by_itself(false);
	SC_DO(rc = sc_dev_bind(dev_dax), "bind kmem again");
	SC_EXPECT((rc != 0) == stays, "memory that went can be added again, memory that stayed cannot");
	if (!rc)
		SC_DO(sc_dev_unbind(dev_dax), "unbind kmem");
	if (page) {
		SC_EXPECT(*(unsigned char *)page_address(page) == 7, "memory that stays keeps what was stored there");
		SC_DO(put_page(page), "it lets go of the page");
		SC_DO(rc = offline_pages_of(start), "take it offline");
		SC_EXPECT(!rc, "memory that stayed can go offline when nobody uses it any more");
	}
	SC_DO(sc_hmem_destroy(host), "take firmware's memory away");
	fsc_kmem_exit();
	if (!stays)
		return;
	/* Whoever lists what is reserved reads the name, the module being there or not. */
	res = sc_reserved(start, true);
	SC_EXPECT(res && !strcmp(res->name, "System RAM (kmem)"), "RAM of a device is reserved by that name");
	/* What names memory that stayed is there until then. */
	__fsc_event("power-off", "the machine goes down");
}
#endif
