/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing a file's size. Mirrors that part of fs/fuse/dir.c. The kernel's order: idle pages, server, page cache. */
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include "fuse_i.h"

static void iattr_to_fattr(struct mnt_idmap *idmap, struct fuse_conn *fc, struct iattr *iattr,
			   struct fuse_setattr_in *arg, bool trust_local_cmtime)
{
	(void)idmap;
	(void)fc;
	(void)trust_local_cmtime;
	if (iattr->ia_valid & ATTR_MODE)
		arg->valid |= FATTR_MODE;
	if (iattr->ia_valid & ATTR_SIZE) {
		arg->valid |= FATTR_SIZE;
		arg->size = iattr->ia_size;
	}
}

/* Counts writers; FUSE_NOWRITE more means that none may begin. Returns what it was. */
static int fsc_writers(struct fuse_inode *fi, int change)
{
	int was;

	spin_lock(&fi->lock);
	was = fi->writectr;
	fi->writectr = was + change;
	spin_unlock(&fi->lock);
	return was;
}

/* Keeps writeback of this inode away until fuse_release_nowrite(); i_rwsem is held. */
void fuse_set_nowrite(struct inode *inode)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	BUG_ON(!inode_is_locked(inode));
	BUG_ON(fsc_writers(fi, FUSE_NOWRITE) < 0);
	wait_event(fi->page_waitq, fi->writectr == FUSE_NOWRITE);
}

/* fi->lock is held. */
static void __fuse_release_nowrite(struct inode *inode)
{
	int *writers = &get_fuse_inode(inode)->writectr;

	BUG_ON(*writers != FUSE_NOWRITE);
	*writers = 0;
}

void fuse_release_nowrite(struct inode *inode)
{
	spinlock_t *lock = &get_fuse_inode(inode)->lock;

	spin_lock(lock);
	__fuse_release_nowrite(inode);
	spin_unlock(lock);
}

static void fuse_setattr_fill(struct fuse_conn *fc, struct fuse_args *args, struct inode *inode,
			      struct fuse_setattr_in *inarg_p, struct fuse_attr_out *outarg_p)
{
	(void)fc;
	*args = (struct fuse_args){
		.opcode = FUSE_SETATTR,
		.nodeid = get_node_id(inode),
		.in_numargs = 1,
		.out_numargs = 1,
		.in_args = { { sizeof(*inarg_p), inarg_p } },
		.out_args = { { sizeof(*outarg_p), outarg_p } },
	};
}

/* i_rwsem is held. */
int fuse_do_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr, struct file *file)
{
	struct inode *inode = d_inode(dentry);
	struct fuse_mount *fm = get_fuse_mount(inode);
	struct fuse_inode *fi = get_fuse_inode(inode);
	struct address_space *mapping = inode->i_mapping;
	bool resize = attr->ia_valid & ATTR_SIZE, locked = false;
	struct fuse_setattr_in in;
	struct fuse_attr_out out;
	FUSE_ARGS(args);
	loff_t before;
	int err;

	err = setattr_prepare(idmap, dentry, attr);
	if (err)
		return err;
	if (resize && FUSE_IS_DAX(inode)) {
		filemap_invalidate_lock(mapping);
		locked = true;
		err = fuse_dax_break_layouts(inode, 0, -1);
		if (err)
			goto unlock;
	}
	if ((attr->ia_valid & ATTR_OPEN) && fm->fc->atomic_o_trunc) {
		/* The server has done it when it opened the file. */
		i_size_write(inode, 0);
		truncate_pagecache(inode, 0);
		goto unlock;
	}
	if (resize) {
		fuse_set_nowrite(inode);
		set_bit(FUSE_I_SIZE_UNSTABLE, &fi->state);
	}

	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	iattr_to_fattr(idmap, fm->fc, attr, &in, false);
	if (file) {
		in.valid |= FATTR_FH;
		in.fh = ((struct fuse_file *)file->private_data)->fh;
	}
	fuse_setattr_fill(fm->fc, &args, inode, &in, &out);
	err = fuse_simple_request(fm, &args);
	if (!err && (fuse_invalid_attr(&out.attr) || inode_wrong_type(inode, out.attr.mode))) {
		fuse_make_bad(inode);
		err = -EIO;
	}
	if (err) {
		if (resize)
			fuse_release_nowrite(inode);
		goto stable;
	}

	spin_lock(&fi->lock);
	fuse_change_attributes_common(inode, &out.attr, NULL, ATTR_TIMEOUT(&out), fuse_get_cache_mask(inode), 0);
	before = inode->i_size;
	i_size_write(inode, out.attr.size);
	if (resize)
		__fuse_release_nowrite(inode);
	spin_unlock(&fi->lock);
	if (S_ISREG(inode->i_mode) && before != (loff_t)out.attr.size) {
		truncate_pagecache(inode, out.attr.size);
		invalidate_inode_pages2(mapping);
	}
stable:
	clear_bit(FUSE_I_SIZE_UNSTABLE, &fi->state);
unlock:
	if (locked)
		filemap_invalidate_unlock(mapping);
	return err;
}
