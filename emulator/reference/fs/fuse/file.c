/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening, also with O_TRUNC, and fallocate(2). Mirrors those parts of fs/fuse/file.c. */
#include <linux/dax.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include "fuse_i.h"
#include "window.h"
#include "../fscfs.h"

int fuse_do_open(struct fuse_mount *fm, u64 nodeid, struct file *file, bool isdir)
{
	struct fuse_open_in in = { .flags = file->f_flags };
	struct fuse_file *ff;
	FUSE_ARGS(args);
	int err;

	(void)isdir;
	args.opcode = FUSE_OPEN;
	args.nodeid = nodeid;
	args.in_numargs = 1;
	args.in_args[0].size = sizeof(in);
	args.in_args[0].value = &in;
	err = fuse_simple_request(fm, &args);
	if (err)
		return err;
	ff = __fsc_alloc(sizeof(*ff), 8, FSC_ZERO, "struct fuse_file");
	ff->fm = fm;
	ff->nodeid = nodeid;
	ff->open_flags = FOPEN_KEEP_CACHE;
	file->private_data = ff;
	return 0;
}

int fuse_finish_open(struct inode *inode, struct file *file)
{
	(void)inode;
	(void)file;
	return __fsc_fail("fuse_finish_open") ? -EIO : 0;
}

void fuse_sync_release(struct fuse_inode *fi, struct fuse_file *ff, unsigned int flags)
{
	(void)fi;
	(void)flags;
	__fsc_free(ff);
}

static void fuse_truncate_update_attr(struct inode *inode, struct file *file)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	(void)file;
	spin_lock(&fi->lock);
	fi->attr_version = atomic64_inc_return(&get_fuse_conn(inode)->attr_version);
	i_size_write(inode, 0);
	spin_unlock(&fi->lock);
}

static int fuse_open(struct inode *inode, struct file *file)
{
	struct fuse_mount *fm = get_fuse_mount(inode);
	struct fuse_inode *fi = get_fuse_inode(inode);
	bool cut = (file->f_flags & O_TRUNC) && fm->fc->atomic_o_trunc;
	bool dax_cut = cut && FUSE_IS_DAX(inode);
	int err;

	if (fuse_is_bad(inode))
		return -EIO;
	err = generic_file_open(inode, file);
	if (err)
		return err;

	if (dax_cut) {
		inode_lock(inode);
		filemap_invalidate_lock(inode->i_mapping);
		err = fuse_dax_break_layouts(inode, 0, -1);
		if (err)
			goto unlock;
		fuse_set_nowrite(inode);
	}
	err = fuse_do_open(fm, get_node_id(inode), file, false);
	if (!err) {
		err = fuse_finish_open(inode, file);
		if (err)
			fuse_sync_release(fi, file->private_data, file->f_flags);
		else if (cut)
			fuse_truncate_update_attr(inode, file);
	}
	if (dax_cut)
		fuse_release_nowrite(inode);
	if (!err && cut)
		truncate_pagecache(inode, 0);
unlock:
	if (dax_cut) {
		filemap_invalidate_unlock(inode->i_mapping);
		inode_unlock(inode);
	}
	return err;
}

static int fuse_release(struct inode *inode, struct file *file)
{
	fuse_sync_release(get_fuse_inode(inode), file->private_data, file->f_flags);
	return 0;
}

static int fuse_writeback_range(struct inode *inode, loff_t start, loff_t end)
{
	(void)end;
	return filemap_write_and_wait_range(inode->i_mapping, start, LLONG_MAX);
}

/* The size that a write or an allocation has led to. */
bool fuse_write_update_attr(struct inode *inode, loff_t pos, ssize_t written)
{
	if (written <= 0 || pos <= inode->i_size)
		return false;
	i_size_write(inode, pos);
	return true;
}

static long fuse_file_fallocate(struct file *file, int mode, loff_t offset, loff_t length)
{
	struct inode *inode = file_inode(file);
	struct fuse_file *ff = file->private_data;
	struct fuse_mount *fm = ff->fm;
	struct fuse_fallocate_in in = { .fh = ff->fh, .offset = offset, .length = length, .mode = mode };
	bool cuts = mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE);
	bool grows = !(mode & FALLOC_FL_KEEP_SIZE);
	bool no_faults = FUSE_IS_DAX(inode) && (cuts || grows);
	FUSE_ARGS(args);
	int err;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	if (fm->fc->no_fallocate)
		return -EOPNOTSUPP;

	inode_lock(inode);
	err = 0;
	if (no_faults) {
		filemap_invalidate_lock(inode->i_mapping);
		err = fuse_dax_break_layouts(inode, 0, -1);
	}
	if (!err && cuts)
		err = fuse_writeback_range(inode, offset, offset + length - 1);
	if (!err && grows && offset + length > i_size_read(inode))
		err = inode_newsize_ok(inode, offset + length);
	if (err)
		goto out;

	args.opcode = FUSE_FALLOCATE;
	args.nodeid = ff->nodeid;
	args.in_numargs = 1;
	args.in_args[0].size = sizeof(in);
	args.in_args[0].value = &in;
	err = fuse_simple_request(fm, &args);
	if (err == -ENOSYS) {
		fm->fc->no_fallocate = 1;
		err = -EOPNOTSUPP;
	}
	if (err)
		goto out;
	if (grows)
		fuse_write_update_attr(inode, offset + length, length);
	if (cuts)
		truncate_pagecache_range(inode, offset, offset + length - 1);
out:
	if (no_faults)
		filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	return err;
}

static int fuse_file_mmap(struct file *file, struct vm_area_struct *vma)
{
#if FSC_ERA >= 612
	if (fsc_fuse_windowed(file_inode(file)))
		return fuse_dax_mmap(file, vma);
#endif
	return fscfs_mmap(file, vma);
}

static const struct file_operations fuse_file_operations = {
	.mmap = fuse_file_mmap,
	.open = fuse_open,
	.release = fuse_release,
	.fsync = fscfs_fsync,
	.fallocate = fuse_file_fallocate,
	.fop_flags = FOP_MMAP_SYNC,
};

void fuse_init_file_inode(struct inode *inode, unsigned int flags)
{
	(void)flags;
	inode->i_fop = &fuse_file_operations;
#if FSC_ERA >= 612
	fuse_dax_inode_init(inode, flags);
#endif
}
