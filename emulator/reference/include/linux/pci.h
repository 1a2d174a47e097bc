/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PCI function with one memory BAR, as far as peer-to-peer memory needs it. Mirrors include/linux/pci.h, pci-p2pdma.h. */
#ifndef LINUX_PCI_H
#define LINUX_PCI_H
#include <linux/device.h>
#include <linux/genalloc.h>
#include <linux/ioport.h>

struct bin_attribute;

struct pci_p2pdma {
	struct gen_pool *pool;
};

struct pci_dev {
	struct device dev;
	struct resource resource[1];
	struct pci_p2pdma *p2pdma;
};

#define to_pci_dev(n) container_of(n, struct pci_dev, dev)
#define pci_resource_start(pdev, bar) ((pdev)->resource[bar].start)
#define pci_resource_len(pdev, bar) resource_size(&(pdev)->resource[bar])

int pci_p2pdma_add_resource(struct pci_dev *pdev, int bar, size_t size, u64 offset);
int p2pmem_alloc_mmap(struct file *filp, struct kobject *kobj, struct bin_attribute *attr, struct vm_area_struct *vma);
void *pci_alloc_p2pmem(struct pci_dev *pdev, size_t size);
void pci_free_p2pmem(struct pci_dev *pdev, void *addr, size_t size);
#endif
