/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inodes and files: setting up, references, dirtying, syncing, eviction. Mirrors parts of fs/inode.c, fs/fs-writeback.c,
 * fs/sync.c, fs/file_table.c and fs/remap_range.c. Left out: the inode hash and LRU; an inode goes with its last
 * reference.
 */
#include <linux/cdev.h>
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include <linux/writeback.h>

#ifndef EBADE
#define EBADE 52
#endif

void address_space_init_once(struct address_space *mapping)
{
	memset(mapping, 0, sizeof(*mapping));
	xa_init_flags(&mapping->i_pages, XA_FLAGS_LOCK_IRQ | XA_FLAGS_ACCOUNT);
	init_rwsem(&mapping->i_mmap_rwsem);
	init_rwsem(&mapping->invalidate_lock);
	spin_lock_init(&mapping->i_private_lock);
	INIT_LIST_HEAD(&mapping->i_private_list);
	mapping->i_mmap = RB_ROOT_CACHED;
}

void inode_init_once(struct inode *inode)
{
	memset(inode, 0, sizeof(*inode));
	INIT_LIST_HEAD(&inode->i_devices);
	INIT_LIST_HEAD(&inode->i_io_list);
	INIT_LIST_HEAD(&inode->i_lru);
	INIT_LIST_HEAD(&inode->i_sb_list);
	address_space_init_once(&inode->i_data);
	init_rwsem(&inode->i_rwsem);
	spin_lock_init(&inode->i_lock);
}

int inode_init_always(struct super_block *sb, struct inode *inode)
{
	inode->i_sb = sb;
	inode->i_blkbits = sb ? sb->s_blocksize_bits : PAGE_SHIFT;
	atomic_set(&inode->i_count, 1);
	inode->i_nlink = 1;
	inode->i_mapping = &inode->i_data;
	inode->i_data.host = inode;
	mapping_set_gfp_mask(&inode->i_data, GFP_HIGHUSER_MOVABLE);
	return 0;
}

/*
 * Without the hash: what file systems ask for here is of a number that nobody has (a dax device's minor), so none is there yet.
 * New, until it is unlocked.
 */
struct inode *iget5_locked(struct super_block *sb, unsigned long hashval, int (*test)(struct inode *, void *),
			   int (*set)(struct inode *, void *), void *data)
{
	struct inode *inode = sb->s_op->alloc_inode(sb);

	(void)hashval;
	if (!inode)
		return NULL;
	inode_init_always(sb, inode);
	set(inode, data);
	BUG_ON(!test(inode, data));
	inode->i_state = I_NEW;
	return inode;
}

void unlock_new_inode(struct inode *inode)
{
	WARN_ON(!(inode->i_state & I_NEW));
	inode->i_state &= ~I_NEW;
}

void clear_inode(struct inode *inode)
{
	/* The lock is cycled: whoever deleted the last entry may still be about to let go of it. */
	xa_lock_irq(&inode->i_data.i_pages);
	BUG_ON(inode->i_data.nrpages);
	xa_unlock_irq(&inode->i_data.i_pages);
	BUG_ON(!(inode->i_state & I_FREEING));
	BUG_ON(inode->i_state & I_CLEAR);
	inode->i_state = I_FREEING | I_CLEAR;
}

void ihold(struct inode *inode)
{
	WARN_ON(atomic_inc_return(&inode->i_count) < 2);
}

struct inode *igrab(struct inode *inode)
{
	if (inode->i_state & (I_FREEING | I_WILL_FREE))
		return NULL;
	atomic_inc(&inode->i_count);
	return inode;
}

int freeze_super(struct super_block *sb, enum freeze_holder who)
{
	if (sb->fsc_frozen & who)
		return -EBUSY;
	sb->fsc_frozen |= who;
	return 0;
}

int thaw_super(struct super_block *sb, enum freeze_holder who)
{
	if (!(sb->fsc_frozen & who))
		return -EINVAL;
	sb->fsc_frozen &= ~who;
	return 0;
}

void evict_inode_now(struct inode *inode)
{
	const struct super_operations *op = inode->i_sb->s_op;

	inode->i_state |= I_FREEING;
	if (op->evict_inode) {
		op->evict_inode(inode);
	} else {
		truncate_inode_pages_final(&inode->i_data);
		clear_inode(inode);
	}
	BUG_ON(inode->i_state != (I_FREEING | I_CLEAR));
	if (op->destroy_inode)
		op->destroy_inode(inode);
	if (op->free_inode)
		op->free_inode(inode);
}

void iput(struct inode *inode)
{
	if (!inode)
		return;
	BUG_ON(inode->i_state & I_CLEAR);
	if (atomic_dec_and_test(&inode->i_count))
		evict_inode_now(inode);
}

void __mark_inode_dirty(struct inode *inode, int flags)
{
	if ((flags & I_DIRTY_INODE) && inode->i_sb->s_op->dirty_inode)
		inode->i_sb->s_op->dirty_inode(inode, flags & I_DIRTY);
	inode->i_state |= flags;
}

int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync)
{
	if (!file->f_op->fsync)
		return -EINVAL;
	return file->f_op->fsync(file, start, end, datasync);
}

int vfs_fsync(struct file *file, int datasync)
{
	return vfs_fsync_range(file, 0, LLONG_MAX, datasync);
}

void fput(struct file *file)
{
	struct inode *inode;

	if (!atomic_long_dec_and_test(&file->f_count))
		return;
	inode = file->f_inode;
	if (file->f_op->release)
		file->f_op->release(inode, file);
	if (S_ISCHR(inode->i_mode) && inode->i_cdev)
		cdev_put(inode->i_cdev);
	__fsc_free(file);
	iput(inode);
}

struct mnt_idmap nop_mnt_idmap, invalid_mnt_idmap;

int inode_newsize_ok(const struct inode *inode, loff_t offset)
{
	(void)inode;
	return offset < 0 ? -EINVAL : 0;
}

int setattr_prepare(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	(void)idmap;
	if (attr->ia_valid & ATTR_SIZE)
		return inode_newsize_ok(d_inode(dentry), attr->ia_size);
	return 0;
}

int write_inode_now(struct inode *inode, int sync)
{
	(void)sync;
	return filemap_write_and_wait_range(inode->i_mapping, 0, LLONG_MAX);
}

bool noop_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	(void)mapping;
	(void)folio;
	return false;
}

ssize_t noop_direct_IO(struct kiocb *iocb, struct iov_iter *iter)
{
	(void)iocb;
	(void)iter;
	return -EINVAL;
}

int generic_delete_inode(struct inode *inode)
{
	(void)inode;
	return 1;
}

void lock_two_nondirectories(struct inode *inode1, struct inode *inode2)
{
	if (inode1 > inode2)
		swap(inode1, inode2);
	inode_lock(inode1);
	if (inode1 != inode2)
		inode_lock(inode2);
}

void unlock_two_nondirectories(struct inode *inode1, struct inode *inode2)
{
	inode_unlock(inode1);
	if (inode1 != inode2)
		inode_unlock(inode2);
}

void filemap_invalidate_lock_two(struct address_space *mapping1, struct address_space *mapping2)
{
	if (mapping1 > mapping2)
		swap(mapping1, mapping2);
	filemap_invalidate_lock(mapping1);
	if (mapping1 != mapping2)
		filemap_invalidate_lock(mapping2);
}

void filemap_invalidate_unlock_two(struct address_space *mapping1, struct address_space *mapping2)
{
	filemap_invalidate_unlock(mapping1);
	if (mapping1 != mapping2)
		filemap_invalidate_unlock(mapping2);
}

/* Before blocks are cloned: both files' data is on the medium, and for dedupe it has to be the same. */
int __generic_remap_file_range_prep(struct file *file_in, loff_t pos_in, struct file *file_out, loff_t pos_out,
				    loff_t *len, unsigned int remap_flags, const struct iomap_ops *dax_read_ops)
{
	struct inode *in = file_inode(file_in), *out = file_inode(file_out);
	bool same = false;
	int ret;

	if (IS_IMMUTABLE(out))
		return -EPERM;
	if (pos_in + *len > i_size_read(in))
		return -EINVAL;
	ret = filemap_write_and_wait_range(in->i_mapping, pos_in, pos_in + *len - 1);
	if (!ret)
		ret = filemap_write_and_wait_range(out->i_mapping, pos_out, pos_out + *len - 1);
	if (ret || !(remap_flags & REMAP_FILE_DEDUP))
		return ret;
	if (!dax_read_ops)
		return -EOPNOTSUPP;
	ret = dax_dedupe_file_range_compare(in, pos_in, out, pos_out, *len, &same, dax_read_ops);
	if (ret)
		return ret;
	return same ? 0 : -EBADE;
}
