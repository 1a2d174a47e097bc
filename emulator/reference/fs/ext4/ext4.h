/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inode around the inode, and what dropping a file asks of the rest of ext4. Mirrors fs/ext4/ext4.h, ext4_jbd2.h,
 * xattr.h and truncate.h: as much as the functions in fs/ext4/inode.c use. Left out: journal, quota, attributes, orphan
 * list; what is here of them keeps its promises to callers and has no effect.
 */
#ifndef _EXT4_H
#define _EXT4_H
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/jbd2.h>
#include <linux/list.h>
#include <linux/printk.h>

struct ext4_inode_info {
	__u32 i_data[15];
	__u32 i_dtime;
	unsigned long i_flags;
	unsigned long i_state_flags;
	struct list_head i_orphan;
	struct list_head i_fc_list;
	struct rw_semaphore i_data_sem;
	struct inode vfs_inode;
};
static inline struct ext4_inode_info *EXT4_I(struct inode *inode)
{
	return container_of(inode, struct ext4_inode_info, vfs_inode);
}

#define EXT4_EA_INODE_FL 0x00200000
#define EXT4_HT_WRITE_PAGE 2
#define EXT4_HT_TRUNCATE 5
#define EXT4_DATA_TRANS_BLOCKS(sb) ((void)(sb), 8)
#define EXT4_MAXQUOTAS_DEL_BLOCKS(sb) ((void)(sb), 0)
#define EXT4_FC_REASON_NOMEM 5
#define EXT4_STATE_NO_EXPAND 4

struct ext4_xattr_inode_array {
	unsigned int count;
};

/* ---- transactions: handles nest, and each start has its stop ---- */
handle_t *ext4_journal_start(struct inode *inode, int type, int nblocks);
handle_t *ext4_journal_start_sb(struct super_block *sb, int type, int nblocks);
int ext4_journal_stop(handle_t *handle);
/* Committing frees no block here. */
static inline int ext4_should_retry_alloc(struct super_block *sb, int *retries)
{
	(void)sb;
	(void)retries;
	return 0;
}
static inline handle_t *ext4_journal_current_handle(void)
{
	return current->journal_info;
}
static inline void ext4_handle_sync(handle_t *handle)
{
	handle->h_sync = 1;
}
int ext4_mark_inode_dirty(handle_t *handle, struct inode *inode);
int ext4_orphan_del(handle_t *handle, struct inode *inode);

static inline int ext4_should_order_data(struct inode *inode)
{
	return !IS_DAX(inode);
}
static inline int ext4_inode_is_fast_symlink(struct inode *inode)
{
	return !S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode) && !inode->i_blocks;
}
static inline void ext4_set_inode_state(struct inode *inode, int bit)
{
	EXT4_I(inode)->i_state_flags |= 1UL << bit;
}
static inline unsigned long ext4_blocks_for_truncate(struct inode *inode)
{
	return inode->i_blocks ? 8 : 4;
}
#define ext4_std_error(sb, errno) ((void)(sb), (void)(errno))
#define ext4_error_err(sb, err, fmt, ...) ((void)(sb), (void)(err), pr_err(fmt, ##__VA_ARGS__))
#define ext4_warning(sb, fmt, ...) ((void)(sb), pr_warn(fmt, ##__VA_ARGS__))
#define ext4_evict_ea_inode(inode) ((void)(inode))
#define ext4_fc_mark_ineligible(sb, reason, handle) ((void)(sb), (void)(reason), (void)(handle))
#define ext4_xattr_inode_array_free(array) ((void)(array))
#define ext4_xattr_delete_inode(handle, inode, array, credits) \
	((void)(handle), (void)(inode), (void)(array), (void)(credits), 0)
#define trace_ext4_evict_inode(inode) ((void)(inode))
#define trace_ext4_begin_ordered_truncate(inode, size) ((void)(inode), (void)(size))

extern const struct iomap_ops ext4_iomap_ops; /* fscfs' */
extern const struct vm_operations_struct *fsc_ext4_dax_vm_ops(void); /* the table is static */
int ext4_break_layouts(struct inode *inode);
int ext4_truncate(struct inode *inode);
void ext4_evict_inode(struct inode *inode);
void ext4_clear_inode(struct inode *inode);
void ext4_free_inode(handle_t *handle, struct inode *inode);
const struct super_operations *ext4_super_ops(void); /* ours: the table is static */
#endif
