/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware tells what is bad of the memory, again and with ranges that lie over each other; parts of it are mended; what is left
 * becomes the bad blocks of a namespace that has some of it. Facts: drivers/nvdimm/badrange.c.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/badblocks.h>
#include <linux/device.h>
#include <linux/nd.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "scenario.h"

/* Units of which the bad ranges are made, and how many a scenario deals with. */
#define SC_UNIT (4 * SECTOR_SIZE)
#define SC_UNITS 16UL

static u64 sc_unit(unsigned long n)
{
	return PFN_PHYS(fsc_registry.pmem_start_pfn) + n * SC_UNIT;
}

static void sc_tell(struct badrange *b, unsigned long first, unsigned long end)
{
	SC_DO(SC_EXPECT(badrange_add(b, sc_unit(first), (end - first) * SC_UNIT) == 0, "a range that is bad can be added to the list"),
	      "units [%lu..%lu) are bad", first, end);
}

/* Whether the list holds all bytes of the units that are set in `bad`, and no others, in at most `entries`. */
static bool sc_holds(struct badrange *b, unsigned long bad, unsigned int entries)
{
	struct badrange_entry *bre;
	unsigned long held = 0;

	list_for_each_entry(bre, &b->list, list) {
		u64 from = bre->start - sc_unit(0), to = from + bre->length;

		if (!bre->length || from % SC_UNIT || to % SC_UNIT || to > SC_UNITS * SC_UNIT || !entries--)
			return false;
		for (; from < to; from += SC_UNIT)
			held |= 1UL << from / SC_UNIT;
	}
	return held == bad;
}

/* Bits [first, end). */
static unsigned long sc_units(unsigned long first, unsigned long end)
{
	return (1UL << end) - (1UL << first);
}

static void sc_forget_all(struct badrange *b)
{
	SC_DO(badrange_forget(b, sc_unit(0), SC_UNITS * SC_UNIT), "all is mended");
	SC_EXPECT(list_empty(&b->list), "of what is mended whole nothing stays on the list");
}

/* `mend`: units that are mended of [4..8), which is bad: all, more than all, the front, the tail, the middle, what lies beside. */
FSC_SCENARIO(badrange, "badrange", "Parts of the memory are bad, are told again and mended, whole and in part", "mend=0,1,2,3,4,5,6 over=0,1")
{
	static const unsigned char first[] = { 4, 3, 2, 6, 5, 8, 2 }, end[] = { 8, 9, 6, 10, 7, 10, 4 };
	int mend = __fsc_param("mend", 0);
	bool over = __fsc_param("over", 0);
	unsigned long bad = sc_units(4, 8);
	struct badrange b;

	badrange_init(&b);
	sc_tell(&b, 4, 6);
	sc_tell(&b, 4, 8);
	sc_tell(&b, 4, 8);
	SC_EXPECT(sc_holds(&b, bad, 1), "a range that is told again is one entry, as long as it was told last");
	if (over) {
		sc_tell(&b, 7, 11);
		bad |= sc_units(7, 11);
	}
	SC_DO(badrange_forget(&b, sc_unit(first[mend]), (end[mend] - first[mend]) * SC_UNIT), "units [%u..%u) are mended", first[mend],
	      end[mend]);
	bad &= ~sc_units(first[mend], end[mend]);
	SC_EXPECT(sc_holds(&b, bad, SC_UNITS), "what is mended is on the list of bad ranges no longer, all else stays on it");
	sc_forget_all(&b);
}

/* `at`: where the namespace's units [4..12) lie to what is bad. */
FSC_SCENARIO(badrange_namespace, "badrange-namespace",
	     "What is bad of the memory is looked up for a namespace that has it, some of it, lies in it or beside it", "at=0,1,2,3,4,5,6")
{
	static const unsigned char first[] = { 4, 6, 2, 10, 2, 0, 12 }, end[] = { 12, 8, 6, 14, 14, 4, 16 };
	int at = __fsc_param("at", 0);
	struct nd_region *region = to_nd_region(fsc_pmem_dev->parent);
	struct badrange *b = &walk_to_nvdimm_bus(&region->dev)->badrange;
	struct range ns = { .start = sc_unit(4), .end = sc_unit(12) - 1 };
	struct badblocks bb = { .dev = &region->dev };
	sector_t per = SC_UNIT / SECTOR_SIZE, s, first_bad;
	unsigned long bad = sc_units(first[at], end[at]), unit;
	bool right = true;
	int nr;

	sc_tell(b, first[at], end[at]);
	/* A byte behind a unit's beginning is enough for its first sector. */
	SC_DO(badrange_add(b, sc_unit(9) + 1, 1), "a byte of unit 9 is bad");
	SC_DO(nvdimm_badblocks_populate(region, &bb, &ns), "what is bad of the namespace");
	for (s = 0; s < 8 * per; s++) {
		unit = 4 + s / per;
		right &= badblocks_check(&bb, s, 1, &first_bad, &nr) == ((bad >> unit & 1) || (unit == 9 && s % per == 0));
	}
	SC_EXPECT(right, "each sector of a namespace of which a byte is bad is a bad block of it, and no other");
	SC_EXPECT(!badblocks_check(&bb, 8 * per, 8 * per, &first_bad, &nr), "what lies behind a namespace is no bad block of it");
	sc_forget_all(b);
}

static void sc_tell_task(void *arg)
{
	badrange_add(arg, sc_unit(4), 4 * SC_UNIT);
}

static void sc_mend_task(void *arg)
{
	badrange_forget(arg, sc_unit(0), SC_UNITS * SC_UNIT);
}

/* with: a task that tells the same, one that mends all */
FSC_SCENARIO(race_badrange, "race-badrange", "What is bad is told by one task while another tells the same, or mends it", "with=0,1")
{
	bool mends = __fsc_param("with", 0);
	struct badrange b;
	int one, two;

	badrange_init(&b);
	if (mends)
		sc_tell(&b, 5, 6);
	one = sc_spawn("tells", sc_tell_task, &b);
	two = sc_spawn(mends ? "mends" : "tells too", mends ? sc_mend_task : sc_tell_task, &b);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("both are done");
	SC_EXPECT(sc_holds(&b, sc_units(4, 8), 1) || (mends && list_empty(&b.list)), "a range that two tasks tell of is one entry");
	sc_forget_all(&b);
}
#endif
