/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Peer-to-peer memory of a PCI device: mapped into a process, held by another device, given back; then its provider goes. */
#include <linux/pci.h>
#include <linux/string.h>
#include "scenario.h"

static struct {
	struct pci_dev pdev;
	struct inode inode;
	struct page *page;
	int gone;
} sc_p2p;

static int sc_p2p_mmap(struct file *file, struct vm_area_struct *vma)
{
	return p2pmem_alloc_mmap(file, &sc_p2p.pdev.dev.kobj, NULL, vma);
}

static const struct file_operations sc_p2p_fops = { .mmap = sc_p2p_mmap };

static void sc_p2p_release(struct device *dev)
{
	(void)dev;
}

static void sc_p2p_begin(void)
{
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	memset(&sc_p2p, 0, sizeof(sc_p2p));
	sc_p2p.pdev.resource[0].start = PFN_PHYS(fsc_registry.pmem_start_pfn);
	sc_p2p.pdev.resource[0].end = sc_p2p.pdev.resource[0].start + PMD_SIZE - 1;
	sc_p2p.pdev.dev.release = sc_p2p_release;
	device_initialize(&sc_p2p.pdev.dev);
	dev_set_name(&sc_p2p.pdev.dev, "0000:01:00.0");
	SC_NEED(device_add(&sc_p2p.pdev.dev) == 0, "the provider can be added as a device");
	SC_DO(SC_EXPECT(pci_p2pdma_add_resource(&sc_p2p.pdev, 0, 0, 0) == 0, "a BAR can be made peer-to-peer memory"),
	      "make the BAR peer-to-peer memory");
	inode_init_once(&sc_p2p.inode);
	inode_init_always(NULL, &sc_p2p.inode);
}

static struct sc_file sc_p2p_open(void)
{
	struct sc_file f = { .name = "p2pmem", .inode = &sc_p2p.inode };

	f.file = __fsc_alloc(sizeof(*f.file), 8, FSC_ZERO, "struct file");
	atomic_long_set(&f.file->f_count, 1);
	ihold(f.inode);
	f.file->f_mode = FMODE_READ | FMODE_WRITE;
	f.file->f_op = &sc_p2p_fops;
	f.file->f_inode = f.inode;
	f.file->f_mapping = f.inode->i_mapping;
	return f;
}

static size_t sc_p2p_out(void)
{
	struct gen_pool *pool = sc_p2p.pdev.p2pdma->pool;

	return (gen_pool_size(pool) - gen_pool_avail(pool)) >> PAGE_SHIFT;
}

static void sc_provider_goes(void *unused)
{
	(void)unused;
	__fsc_step("the provider goes");
	device_unregister(&sc_p2p.pdev.dev);
	sc_p2p.gone = 1;
}

static void sc_peer_lets_go(void *unused)
{
	(void)unused;
	__fsc_step("the peer lets go of its page");
	SC_EXPECT(!sc_p2p.gone, "peer-to-peer memory stays while a peer holds a page of it");
	put_page(sc_p2p.page);
}

FSC_SCENARIO(p2pdma_mmap, "p2pdma-mmap",
	     "Peer-to-peer memory is mapped twice, written, unmapped; then its provider goes, while a peer holds a page or not",
	     "pages=1,4 held=0,1")
{
	unsigned long n = __fsc_param("pages", 1);
	bool held = __fsc_param("held", 0);
	struct mm_struct *mm = fsc_mm_create();
	struct sc_file f;
	struct sc_map m, other;

	fsc_use_mm(mm);
	sc_p2p_begin();
	f = sc_p2p_open();
	for (int round = 0; round < 2; round++) {
		m = sc_mmap(mm, &f, 0, n, SC_RW);
		other = sc_mmap(mm, &f, 0, 1, SC_RW);
		SC_EXPECT(sc_p2p_out() == n + 1, "each page that is mapped is taken from the provider's memory");
		sc_write(&m, n - 1, 3);
		sc_write(&other, 0, 4);
		sc_see(&m, n - 1, 3);
		sc_munmap(&other);
		if (round && held) {
			__fsc_step("a peer takes a page");
			SC_EXPECT(get_user_pages_fast(m.addr, 1, FOLL_WRITE | FOLL_PCI_P2PDMA, &sc_p2p.page) == 1,
				  "a peer can take a mapped page of peer-to-peer memory");
			__fsc_step("munmap p2pmem");
			fsc_munmap(mm, m.addr, n << PAGE_SHIFT);
			SC_EXPECT(sc_p2p_out() == 1, "a page that a peer holds is not given out again");
		} else {
			sc_munmap(&m);
			SC_EXPECT(sc_p2p_out() == 0, "what was mapped is the provider's again when it is unmapped");
		}
	}
	SC_DO(fput(f.file), "close p2pmem");
	if (held) {
		int gone = sc_spawn("provider", sc_provider_goes, NULL), put = sc_spawn("peer", sc_peer_lets_go, NULL);

		sc_join(gone);
		sc_join(put);
	} else {
		SC_DO(device_unregister(&sc_p2p.pdev.dev), "the provider goes");
	}
	fsc_mm_destroy(mm);
}
