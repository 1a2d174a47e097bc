// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bus of non-volatile memory: namespaces, and what their drivers ask of it.
 * Mirrors parts of drivers/nvdimm/{bus,claim,core,namespace_devs,region_devs}.c.
 */
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/nd.h>
#include <linux/string.h>

static int nvdimm_bus_match(struct device *dev, const struct device_driver *drv)
{
	(void)dev;
	(void)drv;
	return 0; /* scenarios bind by hand */
}

static int nvdimm_bus_probe(struct device *dev)
{
	return to_nd_device_driver(dev->driver)->probe(dev);
}

static void nvdimm_bus_remove(struct device *dev)
{
	struct nd_device_driver *nd_drv = to_nd_device_driver(dev->driver);

	if (nd_drv->remove)
		nd_drv->remove(dev);
}

const struct bus_type nvdimm_bus_type = {
	.name = "nd",
	.match = nvdimm_bus_match,
	.probe = nvdimm_bus_probe,
	.remove = nvdimm_bus_remove,
};

int __nd_driver_register(struct nd_device_driver *nd_drv, struct module *module, const char *mod_name)
{
	nd_drv->drv.bus = &nvdimm_bus_type;
	nd_drv->drv.owner = module;
	nd_drv->drv.mod_name = mod_name;
	return driver_register(&nd_drv->drv);
}

/* ---- namespaces ---- */

struct nd_namespace_common *nvdimm_namespace_common_probe(struct device *dev)
{
	struct nd_namespace_common *ndns;

	if (is_nd_pfn(dev) || is_nd_dax(dev))
		ndns = container_of(dev, struct nd_pfn, dev)->ndns;
	else
		ndns = to_ndns(dev);
	return ndns ? ndns : ERR_PTR(-ENODEV);
}

/* Bytes of a namespace that is enabled; what is written is durable when this returns. */
static int nsio_rw_bytes(struct nd_namespace_common *ndns, resource_size_t offset, void *buf, size_t size, int rw,
			 unsigned long flags)
{
	struct nd_namespace_io *nsio = to_nd_namespace_io(&ndns->dev);

	(void)flags;
	if (WARN_ON(offset + size > nsio->size))
		return -EFAULT;
	if (rw && __fsc_fail("nvdimm_write_bytes"))
		return -EIO;
	if (!rw) {
		memcpy(buf, nsio->addr + offset, size);
		return 0;
	}
	memcpy_flushcache(nsio->addr + offset, buf, size);
	return nvdimm_flush(to_nd_region(ndns->dev.parent), NULL);
}

resource_size_t nvdimm_namespace_capacity(struct nd_namespace_common *ndns)
{
	return resource_size(&to_nd_namespace_io(&ndns->dev)->res);
}

/* A lane by CPU, which here is the task: what two tasks share they take in turn. */
unsigned int nd_region_acquire_lane(struct nd_region *nd_region)
{
	unsigned int lane = __fsc_current() % nd_region->num_lanes;

	mutex_lock(&nd_region->lane[lane].lock);
	return lane;
}

void nd_region_release_lane(struct nd_region *nd_region, unsigned int lane)
{
	mutex_unlock(&nd_region->lane[lane].lock);
}

/* Raw access to a namespace, for reading its info block. */
int devm_namespace_enable(struct device *dev, struct nd_namespace_common *ndns, resource_size_t size)
{
	struct nd_namespace_io *nsio = to_nd_namespace_io(&ndns->dev);

	nsio->size = size;
	ndns->rw_bytes = nsio_rw_bytes;
	if (!devm_request_mem_region(dev, nsio->res.start, size, dev_name(&ndns->dev)))
		return -EBUSY;
	nsio->addr = devm_memremap(dev, nsio->res.start, size, ARCH_MEMREMAP_PMEM);
	return IS_ERR(nsio->addr) ? PTR_ERR(nsio->addr) : 0;
}

void devm_namespace_disable(struct device *dev, struct nd_namespace_common *ndns)
{
	struct nd_namespace_io *nsio = to_nd_namespace_io(&ndns->dev);

	devm_memunmap(dev, nsio->addr);
	devm_release_mem_region(dev, nsio->res.start, nsio->size);
}

/* ---- what a pmem driver asks of its region ---- */

bool pmem_should_map_pages(struct device *dev)
{
	return !to_ndns(dev)->force_raw;
}

unsigned int pmem_sector_size(struct nd_namespace_common *ndns)
{
	(void)ndns;
	return 4096;
}

const char *nvdimm_namespace_disk_name(struct nd_namespace_common *ndns, char *name)
{
	int region = 0, id = 0;

	/* The first of a region is called by the region alone. */
	if (sscanf(dev_name(&ndns->dev), "namespace%d.%d", &region, &id) == 2 && id)
		sprintf(name, "pmem%d.%d", region, id);
	else
		sprintf(name, "pmem%d", region);
	return name;
}

int nvdimm_has_flush(struct nd_region *nd_region)
{
	(void)nd_region;
	return 1;
}

int nvdimm_has_cache(struct nd_region *nd_region)
{
	(void)nd_region;
	return 1;
}

bool is_nvdimm_sync(struct nd_region *nd_region)
{
	return nd_region->sync;
}

int nvdimm_flush(struct nd_region *nd_region, struct bio *bio)
{
	int rc = 0;

	if (nd_region->flush)
		rc = nd_region->flush(nd_region, bio);
	else
		__fsc_event("cache-flush", "region");
	return rc < 0 && rc != -ENOMEM ? -EIO : rc;
}

void nvdimm_check_and_set_ro(struct gendisk *disk)
{
	(void)disk;
}

int devm_init_badblocks(struct device *dev, struct badblocks *bb)
{
	if (__fsc_fail("devm_init_badblocks"))
		return -ENOMEM;
	bb->dev = dev;
	return 0;
}


/* ---- the bus, which knows what is bad ---- */

static struct nvdimm_bus fsc_nvdimm_bus = {
	.reconfig_mutex = __MUTEX_INITIALIZER(fsc_nvdimm_bus.reconfig_mutex),
	.badrange = {
		.list = LIST_HEAD_INIT(fsc_nvdimm_bus.badrange.list),
		.lock = __SPIN_LOCK_UNLOCKED(fsc_nvdimm_bus.badrange.lock),
	},
};

/* The machine has one. */
struct nvdimm_bus *walk_to_nvdimm_bus(struct device *nd_dev)
{
	(void)nd_dev;
	return &fsc_nvdimm_bus;
}

void nvdimm_bus_lock(struct device *dev)
{
	mutex_lock(&walk_to_nvdimm_bus(dev)->reconfig_mutex);
}

void nvdimm_bus_unlock(struct device *dev)
{
	mutex_unlock(&walk_to_nvdimm_bus(dev)->reconfig_mutex);
}

bool is_nvdimm_bus_locked(struct device *dev)
{
	return mutex_is_locked(&walk_to_nvdimm_bus(dev)->reconfig_mutex);
}

int nvdimm_bus_add_badrange(struct nvdimm_bus *nvdimm_bus, u64 addr, u64 length)
{
	return badrange_add(&nvdimm_bus->badrange, addr, length);
}

static void nvdimm_account_cleared_poison(struct nvdimm_bus *nvdimm_bus, phys_addr_t phys, u64 cleared)
{
	if (cleared)
		badrange_forget(&nvdimm_bus->badrange, phys, cleared);
}

/* ---- what the medium has lost: one range; only it can tell what it can take back ---- */

static struct {
	phys_addr_t start, end;
} fsc_lost;

void fsc_spoil_medium(phys_addr_t phys, unsigned int len)
{
	fsc_lost.start = phys;
	fsc_lost.end = phys + len;
	WARN_ON(nvdimm_bus_add_badrange(&fsc_nvdimm_bus, phys, len));
}

void fsc_replace_medium(void)
{
	badrange_forget(&fsc_nvdimm_bus.badrange, fsc_lost.start, fsc_lost.end - fsc_lost.start);
	fsc_lost.start = fsc_lost.end = 0;
}

unsigned int fsc_medium_spoilt(phys_addr_t phys, unsigned int len)
{
	phys_addr_t from = max(phys, fsc_lost.start), to = min(phys + len, fsc_lost.end);

	return from < to ? to - from : 0;
}

/* Gives how many bytes from `phys` on are good now; a medium may refuse, or mend less than it is asked for. */
long nvdimm_clear_poison(struct device *dev, phys_addr_t phys, unsigned int len)
{
	int mends = __fsc_param("mends", 0);
	unsigned int can = mends == 2 ? len / 2 : len;

	if (WARN_ON(!dev))
		return -ENXIO;
	if (mends == 1)
		return -EIO;
	if (fsc_medium_spoilt(phys, len) && phys <= fsc_lost.start)
		fsc_lost.start = min(phys + can, fsc_lost.end);
	nvdimm_account_cleared_poison(walk_to_nvdimm_bus(dev), phys, can);
	return can;
}
