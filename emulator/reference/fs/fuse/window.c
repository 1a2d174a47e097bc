/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window of a virtiofs mount and the host's side of it; see window.h. */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/fsc_pfn.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "window.h"

unsigned long fsc_window_ranges;
void (*fsc_fuse_during_setup)(void);

/* What each range of the window shows: a file, and which of its ranges. */
static struct {
	struct inode *inode;
	unsigned long range;
	bool writable;
} fsc_shown[FSC_WINDOW_MAX];

static unsigned char fsc_kept[FSC_MAX_INODE][FSC_WINDOW_MAX + 1][FSC_WINDOW_SEEN];
static struct dax_device *fsc_window_dev;

static unsigned long fsc_window_pfn(pgoff_t pgoff)
{
	return fsc_registry.pmem_start_pfn + FSC_WINDOW_RANGE + pgoff;
}

static long fsc_window_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages, enum dax_access_mode mode,
			      void **kaddr, fsc_pfn_t *pfn)
{
	long room = fsc_window_ranges * FSC_WINDOW_RANGE - pgoff;

	(void)dax_dev;
	(void)mode;
	if (kaddr)
		*kaddr = page_address(pfn_to_page(fsc_window_pfn(pgoff)));
	if (pfn)
		*pfn = fsc_pfn_at(PFN_PHYS(fsc_window_pfn(pgoff)), PFN_DEV | PFN_MAP);
	return min(nr_pages, room);
}

static int fsc_window_zero(struct dax_device *dax_dev, pgoff_t pgoff, size_t nr_pages)
{
	size_t len = nr_pages << PAGE_SHIFT;
	void *to = page_address(pfn_to_page(fsc_window_pfn(pgoff)));

	dax_flush(dax_dev, memset(to, 0, len), len);
	return 0;
}

static const struct dax_operations fsc_window_ops = {
	.direct_access = fsc_window_access,
	.zero_page_range = fsc_window_zero,
};

/* Files of a mount without a window are mapped as their blocks lie, and no range of theirs is ever shown. */
int fsc_fuse_mounted(struct fscfs *fs)
{
	int err;

	if (!fsc_window_ranges) {
		fsc_fuse_no_window(fsc_fuse_mount.fc, fs->dax_dev);
		return 0;
	}
	memset(fsc_shown, 0, sizeof(fsc_shown));
	memset(fsc_kept, 0, sizeof(fsc_kept));
	fsc_window_dev = alloc_dax(NULL, &fsc_window_ops);
	if (IS_ERR(fsc_window_dev))
		return PTR_ERR(fsc_window_dev);
	dax_write_cache(fsc_window_dev, true);
	err = fuse_dax_conn_alloc(fsc_fuse_mount.fc, FUSE_DAX_ALWAYS, fsc_window_dev);
	if (err) {
		kill_dax(fsc_window_dev);
		put_dax(fsc_window_dev);
	}
	return err;
}

void fsc_fuse_unmounted(struct fscfs *fs)
{
	(void)fs;
	if (!fsc_window_ranges) {
		fsc_fuse_mount.fc->dax = NULL;
		return;
	}
	fuse_dax_cancel_work(fsc_fuse_mount.fc);
	fuse_dax_conn_free(fsc_fuse_mount.fc);
	kill_dax(fsc_window_dev);
	put_dax(fsc_window_dev);
}

bool fsc_fuse_windowed(struct inode *inode)
{
	(void)inode;
	return fsc_window_ranges != 0;
}

static unsigned char *fsc_window_byte(unsigned long at, unsigned long page)
{
	return page_address(pfn_to_page(fsc_window_pfn(at * FSC_WINDOW_RANGE + page)));
}

int fsc_server_setup(struct inode *inode, const struct fuse_setupmapping_in *in)
{
	unsigned long at = in->moffset / PMD_SIZE, range = in->foffset / PMD_SIZE, i;
	void (*meanwhile)(void) = fsc_fuse_during_setup;

	if (meanwhile) {
		fsc_fuse_during_setup = NULL;
		meanwhile();
	}
	if (__fsc_warn(in->len != PMD_SIZE || in->moffset % PMD_SIZE || in->foffset % PMD_SIZE || at >= fsc_window_ranges ||
			       range > FSC_WINDOW_MAX,
		       "scenario: not so: the host is asked to show whole ranges, where the window has one"))
		return -EINVAL;
	if (fsc_shown[at].inode == inode && fsc_shown[at].range == range) {
		fsc_shown[at].writable = in->flags & FUSE_SETUPMAPPING_FLAG_WRITE;
		return 0;
	}
	__fsc_warn(fsc_shown[at].inode != NULL,
		   "scenario: not so: a range of the window shows one part of one file until the host is told to take it away");
	for (i = 0; i < FSC_WINDOW_MAX; i++)
		__fsc_warn(fsc_shown[i].inode == inode && fsc_shown[i].range == range,
			   "scenario: not so: a part of a file is shown at one place of the window");
	fsc_shown[at].inode = inode;
	fsc_shown[at].range = range;
	fsc_shown[at].writable = in->flags & FUSE_SETUPMAPPING_FLAG_WRITE;
	fscfs_give_range(inode, range * FSC_WINDOW_RANGE, FSC_WINDOW_RANGE * (at + 1), FSC_WINDOW_RANGE);
	for (i = 0; i < FSC_WINDOW_SEEN; i++)
		*fsc_window_byte(at, i) = fsc_kept[fscfs_i(inode)->slot][range][i];
	return 0;
}

int fsc_server_remove(struct inode *inode, const struct fuse_removemapping_one *one)
{
	unsigned long at = one->moffset / PMD_SIZE, range, i;

	if (__fsc_warn(one->len != PMD_SIZE || at >= fsc_window_ranges || fsc_shown[at].inode != inode,
		       "scenario: not so: the host is told to take away what it shows of that file"))
		return -EINVAL;
	range = fsc_shown[at].range;
	for (i = 0; i < FSC_WINDOW_SEEN; i++) {
		__fsc_warn(!fsc_shown[at].writable && fsc_kept[fscfs_i(inode)->slot][range][i] != *fsc_window_byte(at, i),
			   "scenario: not so: nobody stores to a part of a file that the host was asked to show for reading");
		fsc_kept[fscfs_i(inode)->slot][range][i] = *fsc_window_byte(at, i);
	}
	fsc_shown[at].inode = NULL;
	__fsc_event("layout-broken", "inode=%d from=%lu to=%ld", fscfs_i(inode)->slot, range * FSC_WINDOW_RANGE,
		    (long)((range + 1) * FSC_WINDOW_RANGE));
	fscfs_free_range(inode, range * FSC_WINDOW_RANGE, FSC_WINDOW_RANGE);
	return 0;
}
#endif
