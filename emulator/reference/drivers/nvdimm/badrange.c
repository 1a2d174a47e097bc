// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What firmware says is bad of a machine's memory, by address, as it was told: ranges may lie over each other. What of it lies in
 * a namespace becomes its list of bad blocks. Mirrors drivers/nvdimm/badrange.c.
 */
#include <linux/badblocks.h>
#include <linux/device.h>
#include <linux/nd.h>
#include <linux/slab.h>

void badrange_init(struct badrange *badrange)
{
	spin_lock_init(&badrange->lock);
	INIT_LIST_HEAD(&badrange->list);
}
EXPORT_SYMBOL_GPL(badrange_init);

static void append_badrange_entry(struct badrange *badrange, struct badrange_entry *bre, u64 addr, u64 length)
{
	lockdep_assert_held(&badrange->lock);
	bre->start = addr;
	bre->length = length;
	list_add_tail(&bre->list, &badrange->list);
}

static int alloc_and_append_badrange_entry(struct badrange *badrange, u64 addr, u64 length, gfp_t flags)
{
	struct badrange_entry *fresh = kzalloc(sizeof(*fresh), flags);

	if (fresh)
		append_badrange_entry(badrange, fresh, addr, length);
	return fresh ? 0 : -ENOMEM;
}

/* Firmware tells all that it knows again and again: a range that is known by its start only gets its length. */
static int add_badrange(struct badrange *badrange, u64 addr, u64 length)
{
	struct badrange_entry *known, *fresh;

	spin_unlock(&badrange->lock);
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	spin_lock(&badrange->lock);

	list_for_each_entry(known, &badrange->list, list) {
		if (known->start != addr)
			continue;
		known->length = length;
		kfree(fresh);
		return 0;
	}
	if (!fresh)
		return -ENOMEM;
	append_badrange_entry(badrange, fresh, addr, length);
	return 0;
}

int badrange_add(struct badrange *badrange, u64 addr, u64 length)
{
	int err;

	spin_lock(&badrange->lock);
	err = add_badrange(badrange, addr, length);
	spin_unlock(&badrange->lock);
	return err;
}
EXPORT_SYMBOL_GPL(badrange_add);

/* [start, start + len) is good: entries keep what they have before and behind it. */
void badrange_forget(struct badrange *badrange, phys_addr_t start, unsigned int len)
{
	u64 last = start + len - 1;
	struct badrange_entry *bre, *next;

	spin_lock(&badrange->lock);
	list_for_each_entry_safe(bre, next, &badrange->list, list) {
		u64 bre_last = bre->start + bre->length - 1;
		u64 before = bre->start < start ? start - bre->start : 0;
		u64 behind = bre_last > last ? bre_last - last : 0;

		if (bre_last < start || bre->start > last)
			continue;
		if (before) {
			/* A second half is an entry of its own; without memory for it the medium knows still. */
			if (behind)
				alloc_and_append_badrange_entry(badrange, last + 1, behind, GFP_NOWAIT);
			bre->length = before;
		} else if (behind) {
			bre->start = last + 1;
			bre->length = behind;
		} else {
			list_del(&bre->list);
			kfree(bre);
		}
	}
	spin_unlock(&badrange->lock);
}
EXPORT_SYMBOL_GPL(badrange_forget);

/* ---- bad blocks of a namespace ---- */

static void set_badblock(struct badblocks *bb, sector_t s, int num)
{
#if FSC_ERA >= 615
	bool done = badblocks_set(bb, s, num, 1);
#else
	bool done = badblocks_set(bb, s, num, 1) == 0;
#endif

	if (!done) /* the medium says so anyway */
		dev_info(bb->dev, "no room for sector %llx\n", (u64)s);
}

/* A sector of which a byte is bad is bad. */
static void __add_badblock_range(struct badblocks *bb, u64 ns_offset, u64 len)
{
	sector_t at = ns_offset >> SECTOR_SHIFT, end = (ns_offset + len + SECTOR_SIZE - 1) >> SECTOR_SHIFT;

	for (; at < end; at += min_t(u64, end - at, INT_MAX))
		set_badblock(bb, at, min_t(u64, end - at, INT_MAX));
}

static void badblocks_populate(struct badrange *badrange, struct badblocks *bb, const struct range *range)
{
	struct badrange_entry *bre;

	list_for_each_entry(bre, &badrange->list, list) {
		u64 first = bre->start, last = bre->start + bre->length - 1;

		if (last < range->start || first > range->end)
			continue;
		if (first < range->start)
			first = range->start;
		if (last > range->end)
			last = range->end;
		__add_badblock_range(bb, first - range->start, last - first + 1);
	}
}

void nvdimm_badblocks_populate(struct nd_region *nd_region, struct badblocks *bb, const struct range *range)
{
	struct nvdimm_bus *nvdimm_bus;

	if (!is_memory(&nd_region->dev)) {
		dev_WARN_ONCE(&nd_region->dev, 1, "%s only valid for pmem regions\n", __func__);
		return;
	}
	nvdimm_bus = walk_to_nvdimm_bus(&nd_region->dev);
	nvdimm_bus_lock(&nvdimm_bus->dev);
	badblocks_populate(&nvdimm_bus->badrange, bb, range);
	nvdimm_bus_unlock(&nvdimm_bus->dev);
}
EXPORT_SYMBOL_GPL(nvdimm_badblocks_populate);
