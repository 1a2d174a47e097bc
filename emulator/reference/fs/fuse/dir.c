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

/* Keeps writeback of this inode away until fuse_release_nowrite(). */
void fuse_set_nowrite(struct inode *inode)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	BUG_ON(!inode_is_locked(inode));
	spin_lock(&fi->lock);
	BUG_ON(fi->writectr < 0);
	fi->writectr += FUSE_NOWRITE;
	spin_unlock(&fi->lock);
	wait_event(fi->page_waitq, fi->writectr == FUSE_NOWRITE);
}

static void __fuse_release_nowrite(struct inode *inode)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	BUG_ON(fi->writectr != FUSE_NOWRITE);
	fi->writectr = 0;
}

void fuse_release_nowrite(struct inode *inode)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	spin_lock(&fi->lock);
	__fuse_release_nowrite(inode);
	spin_unlock(&fi->lock);
}

static void fuse_setattr_fill(struct fuse_conn *fc, struct fuse_args *args, struct inode *inode,
			      struct fuse_setattr_in *inarg_p, struct fuse_attr_out *outarg_p)
{
	(void)fc;
	args->opcode = FUSE_SETATTR;
	args->nodeid = get_node_id(inode);
	args->in_numargs = 1;
	args->in_args[0].size = sizeof(*inarg_p);
	args->in_args[0].value = inarg_p;
	args->out_numargs = 1;
	args->out_args[0].size = sizeof(*outarg_p);
	args->out_args[0].value = outarg_p;
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
