/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files, inodes, address spaces. Mirrors include/linux/fs.h for what DAX code touches: the page cache's locks, i_size,
 * inode flags and states, the operation tables. Left out: names and path walk, quota, security, writeback lists,
 * freezing (sb_start_*() do nothing), mount namespaces.
 */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stat.h>
#include <linux/types.h>
#include <linux/uuid.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>
#include <linux/xarray.h>

struct address_space;
struct block_device;
struct cdev;
struct dax_device;
struct dentry;
struct file;
struct folio;
struct inode;
struct iov_iter;
struct kiocb;
struct page;
struct super_block;
struct vfsmount;
struct vm_area_struct;
struct vm_fault;
struct writeback_control;
struct mnt_idmap;
struct iattr;
struct kstat;
struct fiemap_extent_info;

#define READ 0
#define WRITE 1

#define FMODE_READ ((fmode_t)(1 << 0))
#define FMODE_WRITE ((fmode_t)(1 << 1))
#define FMODE_CAN_ODIRECT ((fmode_t)(1 << 22))
#define O_RDONLY 00000000
#define O_WRONLY 00000001
#define O_RDWR 00000002
#define O_TRUNC 00001000
#define O_DIRECT 00040000
#define O_DSYNC 00010000

#define SB_RDONLY (1UL << 0)
#define SB_SYNCHRONOUS (1UL << 4)
#define SB_BORN (1UL << 29)
#define SB_ACTIVE (1UL << 30)

#define S_SYNC (1 << 0)
#define S_NOATIME (1 << 1)
#define S_APPEND (1 << 2)
#define S_IMMUTABLE (1 << 3)
#define S_DEAD (1 << 4)
#define S_SWAPFILE (1 << 8)
#ifdef CONFIG_FS_DAX
#define S_DAX (1 << 13)
#else
#define S_DAX 0
#endif

#define __IS_FLG(inode, flg) ((inode)->i_sb->s_flags & (flg))
#define IS_RDONLY(inode) sb_rdonly((inode)->i_sb)
#define IS_SYNC(inode) ((inode)->i_flags & S_SYNC)
#define IS_APPEND(inode) ((inode)->i_flags & S_APPEND)
#define IS_IMMUTABLE(inode) ((inode)->i_flags & S_IMMUTABLE)
#define IS_SWAPFILE(inode) ((inode)->i_flags & S_SWAPFILE)
#define IS_NOQUOTA(inode) ((void)(inode), 1) /* there are no quotas */
#define IS_DAX(inode) ((inode)->i_flags & S_DAX)

#define I_DIRTY_SYNC (1 << 0)
#define I_DIRTY_DATASYNC (1 << 1)
#define I_DIRTY_PAGES (1 << 2)
#define I_NEW (1 << 3)
#define I_WILL_FREE (1 << 4)
#define I_FREEING (1 << 5)
#define I_CLEAR (1 << 6)
#define I_SYNC (1 << 7)
#define I_REFERENCED (1 << 8)
#define I_DIRTY_TIME (1 << 11)
#define I_DIRTY_INODE (I_DIRTY_SYNC | I_DIRTY_DATASYNC)
#define I_DIRTY (I_DIRTY_INODE | I_DIRTY_PAGES)

#define PAGECACHE_TAG_DIRTY XA_MARK_0
#define PAGECACHE_TAG_WRITEBACK XA_MARK_1
#define PAGECACHE_TAG_TOWRITE XA_MARK_2

#define IOCB_NOWAIT (1 << 3)
#define IOCB_DSYNC (1 << 1)
#define IOCB_DIRECT (1 << 17)
#define IOCB_WRITE (1 << 18)
#define IOCB_APPEND (1 << 4)

struct kiocb {
	struct file *ki_filp;
	loff_t ki_pos;
	void (*ki_complete)(struct kiocb *iocb, long ret);
	void *private;
	int ki_flags;
	u16 ki_ioprio;
};

struct address_space_operations {
	int (*writepage)(struct page *page, struct writeback_control *wbc);
	int (*read_folio)(struct file *file, struct folio *folio);
	int (*writepages)(struct address_space *mapping, struct writeback_control *wbc);
	bool (*dirty_folio)(struct address_space *mapping, struct folio *folio);
	sector_t (*bmap)(struct address_space *mapping, sector_t block);
	void (*invalidate_folio)(struct folio *folio, size_t offset, size_t len);
	bool (*release_folio)(struct folio *folio, gfp_t gfp);
	void (*free_folio)(struct folio *folio);
	ssize_t (*direct_IO)(struct kiocb *iocb, struct iov_iter *iter);
	int (*launder_folio)(struct folio *folio);
	int (*error_remove_folio)(struct address_space *mapping, struct folio *folio);
};

struct address_space {
	struct inode *host;
	struct xarray i_pages;
	struct rw_semaphore invalidate_lock;
	gfp_t gfp_mask;
	atomic_t i_mmap_writable;
	struct rb_root_cached i_mmap;
	unsigned long nrpages;
	pgoff_t writeback_index;
	const struct address_space_operations *a_ops;
	unsigned long flags;
	errseq_t wb_err;
	spinlock_t i_private_lock;
	struct list_head i_private_list;
	struct rw_semaphore i_mmap_rwsem;
	void *i_private_data;
} __attribute__((aligned(sizeof(long))));

struct timespec64 {
	time64_t tv_sec;
	long tv_nsec;
};

/* What setattr is asked to change. */
#define ATTR_MODE (1 << 0)
#define ATTR_UID (1 << 1)
#define ATTR_GID (1 << 2)
#define ATTR_SIZE (1 << 3)
#define ATTR_ATIME (1 << 4)
#define ATTR_MTIME (1 << 5)
#define ATTR_CTIME (1 << 6)
#define ATTR_ATIME_SET (1 << 7)
#define ATTR_MTIME_SET (1 << 8)
#define ATTR_FORCE (1 << 9)
#define ATTR_FILE (1 << 13)
#define ATTR_OPEN (1 << 15)
#define ATTR_TIMES_SET (1 << 16)

struct iattr {
	unsigned int ia_valid;
	umode_t ia_mode;
	uid_t ia_uid;
	gid_t ia_gid;
	loff_t ia_size;
	struct timespec64 ia_atime;
	struct timespec64 ia_mtime;
	struct timespec64 ia_ctime;
	struct file *ia_file;
};

struct dentry { /* nothing of the name cache */
	struct inode *d_inode;
	struct dentry *d_parent;
};
static inline struct inode *d_inode(const struct dentry *dentry)
{
	return dentry->d_inode;
}
struct mnt_idmap {
	int fsc_unused;
};
extern struct mnt_idmap nop_mnt_idmap, invalid_mnt_idmap;
typedef void *fl_owner_t;
struct kstatfs;
struct seq_file;
struct shrink_control;

struct inode_operations {
	int (*setattr)(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr);
	int (*fiemap)(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len);
	int (*update_time)(struct inode *inode, int flags);
};

struct inode {
	umode_t i_mode;
	unsigned short i_opflags;
	uid_t i_uid;
	gid_t i_gid;
	unsigned int i_flags;
	const struct inode_operations *i_op;
	struct super_block *i_sb;
	struct address_space *i_mapping;
	unsigned long i_ino;
	unsigned int i_nlink;
	dev_t i_rdev;
	loff_t i_size;
	spinlock_t i_lock;
	unsigned short i_bytes;
	u8 i_blkbits;
	u8 i_write_hint;
	blkcnt_t i_blocks;
	u32 i_state;
	struct rw_semaphore i_rwsem;
	unsigned long dirtied_when;
	struct hlist_node i_hash;
	struct list_head i_io_list;
	struct list_head i_lru;
	struct list_head i_sb_list;
	atomic64_t i_version;
	atomic64_t i_sequence;
	atomic_t i_count;
	atomic_t i_dio_count;
	atomic_t i_writecount;
	const struct file_operations *i_fop;
	struct address_space i_data;
	struct list_head i_devices;
	union {
		struct cdev *i_cdev;
		char *i_link;
		unsigned int i_dir_seq;
	};
	u32 i_generation;
	struct timespec64 i_atime, i_mtime, i_ctime;
	void *i_private;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	atomic_long_t f_count;
	spinlock_t f_lock;
	fmode_t f_mode;
	const struct file_operations *f_op;
	struct address_space *f_mapping;
	void *private_data;
	struct inode *f_inode;
	unsigned int f_flags;
	unsigned int f_iocb_flags;
	struct path f_path;
	loff_t f_pos;
	errseq_t f_wb_err;
	errseq_t f_sb_err;
};

typedef unsigned int fop_flags_t;
#define FOP_MMAP_SYNC ((fop_flags_t)(1 << 2))

struct file_operations {
	struct module *owner;
	fop_flags_t fop_flags;
	unsigned long mmap_supported_flags; /* until v6.11 said what fop_flags says */
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read_iter)(struct kiocb *iocb, struct iov_iter *iter);
	ssize_t (*write_iter)(struct kiocb *iocb, struct iov_iter *iter);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	int (*fsync)(struct file *file, loff_t start, loff_t end, int datasync);
	unsigned long (*get_unmapped_area)(struct file *file, unsigned long addr, unsigned long len,
					   unsigned long pgoff, unsigned long flags);
	long (*fallocate)(struct file *file, int mode, loff_t offset, loff_t len);
	loff_t (*remap_file_range)(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out, loff_t len,
				   unsigned int remap_flags);
};

struct super_operations {
	struct inode *(*alloc_inode)(struct super_block *sb);
	void (*destroy_inode)(struct inode *inode);
	void (*free_inode)(struct inode *inode);
	void (*dirty_inode)(struct inode *inode, int flags);
	int (*write_inode)(struct inode *inode, struct writeback_control *wbc);
	int (*drop_inode)(struct inode *inode);
	void (*evict_inode)(struct inode *inode);
	void (*put_super)(struct super_block *sb);
	int (*sync_fs)(struct super_block *sb, int wait);
	int (*freeze_fs)(struct super_block *sb);
	int (*unfreeze_fs)(struct super_block *sb);
	int (*statfs)(struct dentry *dentry, struct kstatfs *buf);
	void (*umount_begin)(struct super_block *sb);
	int (*show_options)(struct seq_file *seq, struct dentry *root);
	long (*nr_cached_objects)(struct super_block *sb, struct shrink_control *sc);
	long (*free_cached_objects)(struct super_block *sb, struct shrink_control *sc);
	void (*shutdown)(struct super_block *sb);
};

struct file_system_type {
	const char *name;
	int fs_flags;
	void (*kill_sb)(struct super_block *sb);
	struct module *owner;
};

struct super_block {
	dev_t s_dev;
	unsigned char s_blocksize_bits;
	unsigned long s_blocksize;
	loff_t s_maxbytes;
	struct file_system_type *s_type;
	const struct super_operations *s_op;
	unsigned long s_flags;
	unsigned long s_iflags;
	struct rw_semaphore s_umount;
	struct block_device *s_bdev;
	errseq_t s_wb_err;
	char s_id[32];
	void *s_fs_info;
	unsigned int fsc_frozen; /* by whom: FREEZE_HOLDER_* */
	spinlock_t s_inode_list_lock;
	struct list_head s_inodes;
};

static inline bool sb_rdonly(const struct super_block *sb)
{
	return (sb->s_flags & SB_RDONLY) != 0;
}
#define sb_start_pagefault(sb) do { (void)(sb); } while (0)
#define sb_end_pagefault(sb) do { (void)(sb); } while (0)
#define sb_start_write(sb) do { (void)(sb); } while (0)
#define sb_end_write(sb) do { (void)(sb); } while (0)
#define sb_start_intwrite(sb) do { (void)(sb); } while (0)
#define sb_end_intwrite(sb) do { (void)(sb); } while (0)
#define file_start_write(file) do { (void)(file); } while (0)
#define file_end_write(file) do { (void)(file); } while (0)

/* ---- inode ---- */
static inline struct inode *file_inode(const struct file *f)
{
	return f->f_inode;
}
#define file_dentry(file) ((file)->f_path.dentry)

static inline loff_t i_size_read(const struct inode *inode)
{
	return READ_ONCE(inode->i_size);
}

static inline void i_size_write(struct inode *inode, loff_t i_size)
{
	WRITE_ONCE(inode->i_size, i_size);
}

static inline unsigned int i_blocksize(const struct inode *node)
{
	return 1U << node->i_blkbits;
}

static inline unsigned int iminor(const struct inode *inode)
{
	return inode->i_rdev & 0xfffff;
}

static inline void inode_lock(struct inode *inode)
{
	down_write(&inode->i_rwsem);
}
static inline void inode_unlock(struct inode *inode)
{
	up_write(&inode->i_rwsem);
}
static inline void inode_lock_shared(struct inode *inode)
{
	down_read(&inode->i_rwsem);
}
static inline void inode_unlock_shared(struct inode *inode)
{
	up_read(&inode->i_rwsem);
}
static inline int inode_trylock(struct inode *inode)
{
	return down_write_trylock(&inode->i_rwsem);
}
static inline int inode_is_locked(struct inode *inode)
{
	return rwsem_is_locked(&inode->i_rwsem);
}

/* ---- page cache locks ---- */
static inline void filemap_invalidate_lock(struct address_space *mapping)
{
	down_write(&mapping->invalidate_lock);
}
static inline void filemap_invalidate_unlock(struct address_space *mapping)
{
	up_write(&mapping->invalidate_lock);
}
static inline void filemap_invalidate_lock_shared(struct address_space *mapping)
{
	down_read(&mapping->invalidate_lock);
}
static inline int filemap_invalidate_trylock_shared(struct address_space *mapping)
{
	return down_read_trylock(&mapping->invalidate_lock);
}
static inline void filemap_invalidate_unlock_shared(struct address_space *mapping)
{
	up_read(&mapping->invalidate_lock);
}
void filemap_invalidate_lock_two(struct address_space *mapping1, struct address_space *mapping2);
void filemap_invalidate_unlock_two(struct address_space *mapping1, struct address_space *mapping2);
void lock_two_nondirectories(struct inode *inode1, struct inode *inode2);
void unlock_two_nondirectories(struct inode *inode1, struct inode *inode2);

static inline void i_mmap_lock_write(struct address_space *mapping)
{
	down_write(&mapping->i_mmap_rwsem);
}
static inline int i_mmap_trylock_write(struct address_space *mapping)
{
	return down_write_trylock(&mapping->i_mmap_rwsem);
}
static inline void i_mmap_unlock_write(struct address_space *mapping)
{
	up_write(&mapping->i_mmap_rwsem);
}
static inline void i_mmap_lock_read(struct address_space *mapping)
{
	down_read(&mapping->i_mmap_rwsem);
}
static inline int i_mmap_trylock_read(struct address_space *mapping)
{
	return down_read_trylock(&mapping->i_mmap_rwsem);
}
static inline void i_mmap_unlock_read(struct address_space *mapping)
{
	up_read(&mapping->i_mmap_rwsem);
}
#define i_mmap_assert_locked(mapping) do { (void)(mapping); } while (0)
#define i_mmap_assert_write_locked(mapping) do { (void)(mapping); } while (0)

static inline bool mapping_tagged(struct address_space *mapping, xa_mark_t tag)
{
	return xa_marked(&mapping->i_pages, tag);
}

static inline int mapping_mapped(struct address_space *mapping)
{
	return !RB_EMPTY_ROOT(&mapping->i_mmap.rb_root);
}

static inline int mapping_writably_mapped(struct address_space *mapping)
{
	return atomic_read(&mapping->i_mmap_writable) > 0;
}

static inline int mapping_map_writable(struct address_space *mapping)
{
	if (atomic_read(&mapping->i_mmap_writable) < 0)
		return -EPERM;
	atomic_inc(&mapping->i_mmap_writable);
	return 0;
}

static inline void mapping_unmap_writable(struct address_space *mapping)
{
	atomic_dec(&mapping->i_mmap_writable);
}

static inline void mapping_allow_writable(struct address_space *mapping)
{
	atomic_inc(&mapping->i_mmap_writable);
}

/* ---- functions: fs/inode.c and friends ---- */
void address_space_init_once(struct address_space *mapping);
void inode_init_once(struct inode *inode);
int inode_init_always(struct super_block *sb, struct inode *inode);
void clear_inode(struct inode *inode);
void evict_inode_now(struct inode *inode); /* ours: iput() of the last reference, without the hash and lists */
/* Nothing waits for a frozen file system to thaw: who freezes it does so and thaws it at once. */
enum freeze_holder {
	FREEZE_HOLDER_KERNEL = 1U << 0,
	FREEZE_HOLDER_USERSPACE = 1U << 1,
};
int freeze_super(struct super_block *sb, enum freeze_holder who);
int thaw_super(struct super_block *sb, enum freeze_holder who);
struct inode *igrab(struct inode *inode);
void ihold(struct inode *inode);
void iput(struct inode *inode);
struct inode *iget5_locked(struct super_block *sb, unsigned long hashval, int (*test)(struct inode *, void *),
			   int (*set)(struct inode *, void *), void *data);
void unlock_new_inode(struct inode *inode);
struct inode *new_inode(struct super_block *sb);
void __mark_inode_dirty(struct inode *inode, int flags);
static inline void mark_inode_dirty(struct inode *inode)
{
	__mark_inode_dirty(inode, I_DIRTY);
}
static inline void mark_inode_dirty_sync(struct inode *inode)
{
	__mark_inode_dirty(inode, I_DIRTY_SYNC);
}
int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync);
int vfs_fsync(struct file *file, int datasync);
static inline struct file *get_file(struct file *f)
{
	atomic_long_inc(&f->f_count);
	return f;
}
void fput(struct file *file);
#define file_accessed(file) do { (void)(file); } while (0)
#define file_update_time(file) ({ (void)(file); 0; })
#define file_modified(file) ({ (void)(file); 0; })
#define generic_file_open(inode, file) ({ (void)(inode); (void)(file); 0; })
#define file_sample_sb_err(file) 0
#define is_bad_inode(inode) ({ (void)(inode); false; })
#define dquot_initialize(inode) ({ (void)(inode); 0; })
#define inode_wrong_type(inode, mode) ((((inode)->i_mode ^ (mode)) & S_IFMT) != 0)
#define capable(cap) ({ (void)(cap); true; })
#define CAP_FSETID 4
#define ktime_get_real_seconds() ((time64_t)0)
int setattr_prepare(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr);
int write_inode_now(struct inode *inode, int sync);
static inline void inode_io_list_del(struct inode *inode)
{
	list_del_init(&inode->i_io_list);
}
static inline struct timespec64 inode_set_mtime_to_ts(struct inode *inode, struct timespec64 ts)
{
	inode->i_mtime = ts;
	return ts;
}
static inline struct timespec64 inode_set_ctime_to_ts(struct inode *inode, struct timespec64 ts)
{
	inode->i_ctime = ts;
	return ts;
}
#define inode_dio_wait(inode) do { (void)(inode); } while (0)
#define inode_dio_begin(inode) atomic_inc(&(inode)->i_dio_count)
#define inode_dio_end(inode) atomic_dec(&(inode)->i_dio_count)
bool noop_dirty_folio(struct address_space *mapping, struct folio *folio);
ssize_t noop_direct_IO(struct kiocb *iocb, struct iov_iter *iter);
int generic_delete_inode(struct inode *inode);
int inode_newsize_ok(const struct inode *inode, loff_t offset);

#define REMAP_FILE_DEDUP (1 << 0)
#define REMAP_FILE_CAN_SHORTEN (1 << 1)
struct iomap_ops;
int __generic_remap_file_range_prep(struct file *file_in, loff_t pos_in, struct file *file_out, loff_t pos_out,
				    loff_t *len, unsigned int remap_flags, const struct iomap_ops *dax_read_ops);

static inline bool vma_is_dax(const struct vm_area_struct *vma)
{
	const struct file *file = vma->vm_file;

	return file && IS_DAX(file->f_mapping->host);
}

/* A file of a file system, that is: a character device has no blocks that could be truncated. */
static inline bool vma_is_fsdax(struct vm_area_struct *vma)
{
	return vma_is_dax(vma) && !S_ISCHR(file_inode(vma->vm_file)->i_mode);
}

#endif
