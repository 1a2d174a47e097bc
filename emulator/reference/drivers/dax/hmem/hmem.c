// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that firmware sets aside becomes a dynamic dax region. Mirrors drivers/dax/hmem/hmem.c. The list of such ranges
 * is what the scenario puts into the address space with IORES_DESC_SOFT_RESERVED (walk_hmem_resources()).
 */
#include <linux/dax.h>
#include <linux/memregion.h>
#include <linux/platform_device.h>
#include "../bus.h"
#include "../dax-private.h"

static bool region_idle;

static int dax_hmem_probe(struct platform_device *pdev)
{
	struct memregion_info *mri = dev_get_platdata(&pdev->dev);
	struct dev_dax_data data = { .id = -1 };
	struct dax_region *dax_region;
	struct dev_dax *dev_dax;

	/* Idle: an administrator wants to divide it before anything is made of it. */
	dax_region = alloc_dax_region(&pdev->dev, pdev->id, &mri->range, mri->target_node, PMD_SIZE,
				      region_idle ? 0 : IORESOURCE_DAX_KMEM);
	if (!dax_region)
		return -ENOMEM;
	data.dax_region = dax_region;
	data.size = region_idle ? 0 : range_len(&mri->range);
	dev_dax = devm_create_dev_dax(&data);
	return IS_ERR(dev_dax) ? PTR_ERR(dev_dax) : 0;
}

static struct platform_driver dax_hmem_driver = {
	.probe = dax_hmem_probe,
	.driver = { .name = "hmem" },
};

static void release_memregion(void *data)
{
	memregion_free((long)data);
}

static void release_hmem(void *pdev)
{
	platform_device_unregister(pdev);
}

static int hmem_register_device(struct device *host, int target_nid, const struct resource *res)
{
	struct memregion_info info = {
		.target_node = target_nid,
		.range = { .start = res->start, .end = res->end },
	};
	struct platform_device *pdev;
	long id;
	int rc;

	if (region_intersects(res->start, resource_size(res), IORESOURCE_MEM, IORES_DESC_SOFT_RESERVED) !=
	    REGION_INTERSECTS)
		return 0;
	id = memregion_alloc(GFP_KERNEL);
	if (id < 0)
		return -ENOMEM;
	rc = devm_add_action_or_reset(host, release_memregion, (void *)id);
	if (rc)
		return rc;
	pdev = platform_device_alloc("hmem", id);
	if (!pdev)
		return -ENOMEM;
	pdev->dev.numa_node = 0;
	rc = platform_device_add_data(pdev, &info, sizeof(info));
#if FSC_ERA < 615
	/* Up to v6.2 the driver looks for the range here. */
	if (!rc)
		rc = platform_device_add_resources(pdev, res, 1);
#endif
	if (!rc)
		rc = platform_device_add(pdev);
	if (rc) {
		platform_device_put(pdev);
		return rc;
	}
	return devm_add_action_or_reset(host, release_hmem, pdev);
}

int walk_hmem_resources(struct device *host, walk_hmem_fn fn)
{
	struct resource *res;
	int rc = 0;

	for (res = iomem_resource.child; res && !rc; res = res->sibling)
		if (res->desc == IORES_DESC_SOFT_RESERVED)
			rc = fn(host, 0, res);
	return rc;
}

static int dax_hmem_platform_probe(struct platform_device *pdev)
{
	return walk_hmem_resources(&pdev->dev, hmem_register_device);
}

static struct platform_driver dax_hmem_platform_driver = {
	.probe = dax_hmem_platform_probe,
	.driver = { .name = "hmem_platform" },
};

/* The module comes and goes with the scenario that wants it. */
int fsc_hmem_init(bool idle)
{
	int rc;

	region_idle = idle;
	rc = platform_driver_register(&dax_hmem_platform_driver);
	return rc ? rc : platform_driver_register(&dax_hmem_driver);
}

void fsc_hmem_exit(void)
{
	platform_driver_unregister(&dax_hmem_driver);
	platform_driver_unregister(&dax_hmem_platform_driver);
}
