/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver hands out memory of its device in folios of one size, has it back, and hands it out in another: what a page was part of
 * before shows nowhere. Facts: mm/memremap.c of v6.19 and later.
 */
#include <linux/fsc_devmem.h>
#include <linux/pagemap.h>
#include "scenario.h"
#if FSC_ERA >= 701

static struct fsc_devmem sc_dm;

static void sc_dm_give(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

static void sc_dm_folios(unsigned int order)
{
	int nr = 1 << order;

	for (int at = 0; at + nr <= FSC_DEVMEM_PAGES; at += nr) {
		struct folio *folio;

		__fsc_step("pages %d to %d are handed out", at, at + nr - 1);
		folio = fsc_devmem_folio(&sc_dm, at, order);
		SC_EXPECT(folio_order(folio) == order && folio_ref_count(folio) == 1 && folio_test_locked(folio),
			  "a folio of a device is handed out in the order that was asked for, locked, with one reference");
		for (int i = 0; i < nr; i++)
			SC_EXPECT(page_folio(folio_page(folio, i)) == folio,
				  "a page of a device is of the folio that it was handed out with, whatever it was part of before");
		SC_DO(sc_dm_give(folio), "they come back");
		SC_EXPECT(!sc_dm.used, "the device has all of its pages again when nobody uses them");
	}
}

FSC_SCENARIO(device_folio, "device-folio", "A driver hands out its memory as a folio, has it back, and hands it out in other sizes",
	     "type=1,2 first=1,2 then=0,1,2")
{
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_DO(SC_NEED(fsc_devmem_probe(&sc_dm, __fsc_param("type", MEMORY_DEVICE_PRIVATE)) == 0,
		      "a device with memory of its own can be bound"),
	      "bind the device");
	sc_dm_folios(__fsc_param("first", 1));
	sc_dm_folios(__fsc_param("then", 0));
	SC_DO(fsc_devmem_remove(&sc_dm), "the device goes");
}
#endif
