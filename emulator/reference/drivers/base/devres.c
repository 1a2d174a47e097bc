// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Managed resources: actions that run backwards when the driver lets go, or when its probe fails. Mirrors
 * drivers/base/devres.c and lib/devres.c; memory, regions of the address space and mappings are actions too. Left out:
 * groups.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/string.h>

struct devres {
	struct list_head entry;
	void (*action)(void *data);
	void *data;
	const char *name;
};

static void fsc_devres_free(void *data)
{
	__fsc_free(data);
}

int __devm_add_action(struct device *dev, void (*action)(void *), void *data, const char *name)
{
	struct devres *dr;

	if (__fsc_fail("devm_add_action"))
		return -ENOMEM;
	dr = __fsc_alloc(sizeof(*dr), 8, FSC_ZERO, "struct devres");
	dr->action = action;
	dr->data = data;
	dr->name = name;
	list_add_tail(&dr->entry, &dev->devres_head);
	return 0;
}

int __devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data, const char *name)
{
	int ret = __devm_add_action(dev, action, data, name);

	if (ret)
		action(data);
	return ret;
}

static struct devres *fsc_devres_find(struct device *dev, void (*action)(void *), void *data)
{
	struct devres *dr;

	list_for_each_entry_reverse(dr, &dev->devres_head, entry)
		if (dr->action == action && dr->data == data)
			return dr;
	return NULL;
}

/* Takes the action off the list; true when it was there. */
static bool fsc_devres_forget(struct device *dev, void (*action)(void *), void *data)
{
	struct devres *dr = fsc_devres_find(dev, action, data);

	if (!dr)
		return false;
	list_del(&dr->entry);
	__fsc_free(dr);
	return true;
}

void devm_remove_action(struct device *dev, void (*action)(void *), void *data)
{
	WARN_ON(!fsc_devres_forget(dev, action, data));
}

void devm_release_action(struct device *dev, void (*action)(void *), void *data)
{
	if (WARN_ON(!fsc_devres_forget(dev, action, data)))
		return;
	action(data);
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	void *p = __fsc_alloc(size, 64, gfp & __GFP_ZERO ? FSC_ZERO : 0, "devm_kmalloc");

	if (__devm_add_action_or_reset(dev, fsc_devres_free, p, "devm_kzalloc_release"))
		return NULL;
	return p;
}

void *devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp)
{
	void *p = devm_kmalloc(dev, len, gfp);

	return p ? memcpy(p, src, len) : NULL;
}

void devm_kfree(struct device *dev, const void *p)
{
	devm_release_action(dev, fsc_devres_free, (void *)p);
}

int devres_release_all(struct device *dev)
{
	int count = 0;

	while (!list_empty(&dev->devres_head)) {
		struct devres *dr = list_entry(dev->devres_head.prev, struct devres, entry);
		void (*action)(void *data) = dr->action;
		void *data = dr->data;

		list_del(&dr->entry);
		__fsc_free(dr);
		action(data);
		count++;
	}
	return count;
}

/* ---- regions of the address space ---- */

struct fsc_region {
	struct resource *parent;
	resource_size_t start, n;
};

static void devm_region_release(void *data)
{
	struct fsc_region *region = data;

	__release_region(region->parent, region->start, region->n);
	__fsc_free(region);
}

struct resource *__devm_request_region(struct device *dev, struct resource *parent, resource_size_t start,
				       resource_size_t n, const char *name)
{
	struct fsc_region *region = __fsc_alloc(sizeof(*region), 8, FSC_ZERO, "struct region_devres");
	struct resource *res;

	region->parent = parent;
	region->start = start;
	region->n = n;
	res = __request_region(parent, start, n, name, 0);
	if (!res)
		__fsc_free(region);
	else if (__devm_add_action_or_reset(dev, devm_region_release, region, "devm_region_release"))
		res = NULL;
	return res;
}

void __devm_release_region(struct device *dev, struct resource *parent, resource_size_t start, resource_size_t n)
{
	struct devres *dr;

	list_for_each_entry_reverse(dr, &dev->devres_head, entry) {
		struct fsc_region *region = dr->data;

		if (dr->action != devm_region_release || region->parent != parent || region->start != start ||
		    region->n != n)
			continue;
		devm_release_action(dev, devm_region_release, region);
		return;
	}
	WARN(1, "region is not held\n");
}

/* ---- mappings of device memory without struct pages: the direct map of the range, which comes and goes ---- */

static void devm_memremap_release(void *addr)
{
	memunmap(addr);
}

void *devm_memremap(struct device *dev, resource_size_t offset, size_t size, unsigned long flags)
{
	void *addr = memremap(offset, size, flags);

	if (!addr)
		return ERR_PTR(-ENXIO);
	if (__devm_add_action_or_reset(dev, devm_memremap_release, addr, "devm_memremap_release"))
		return ERR_PTR(-ENOMEM);
	return addr;
}

void devm_memunmap(struct device *dev, void *addr)
{
	devm_release_action(dev, devm_memremap_release, addr);
}
