/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtiofs mount: inode, file, connection, and the requests that cut files. Mirrors fs/fuse/fuse_i.h and the part of
 * include/uapi/linux/fuse.h that those use. The server is fscfs itself (dev.c). Without a DAX window a block of the
 * server's is mapped directly; with one (window.h) files are shown in it range by range. Left out: attribute caching, writeback cache, permissions.
 */
#ifndef _FS_FUSE_I_H
#define _FS_FUSE_I_H
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/* ---- what goes over the wire ---- */
#define FUSE_SETATTR 4
#define FUSE_OPEN 14
#define FUSE_FALLOCATE 43
#define FUSE_SETUPMAPPING 48
#define FUSE_REMOVEMAPPING 49
#define FUSE_SETUPMAPPING_FLAG_WRITE (1ull << 0)
#define FUSE_SETUPMAPPING_FLAG_READ (1ull << 1)
#define FUSE_ATTR_DAX (1 << 1)
#define FATTR_MODE (1 << 0)
#define FATTR_SIZE (1 << 3)
#define FATTR_FH (1 << 6)
#define FATTR_LOCKOWNER (1 << 9)
#define FATTR_KILL_SUIDGID (1 << 11)
#define FOPEN_KEEP_CACHE (1 << 1)

struct fuse_attr {
	uint64_t ino;
	uint64_t size;
	uint64_t blocks;
	uint32_t mode;
	uint32_t nlink;
};
struct fuse_attr_out {
	uint64_t attr_valid;
	uint32_t attr_valid_nsec;
	struct fuse_attr attr;
};
struct fuse_setattr_in {
	uint32_t valid;
	uint64_t fh;
	uint64_t size;
	uint64_t lock_owner;
};
struct fuse_fallocate_in {
	uint64_t fh;
	uint64_t offset;
	uint64_t length;
	uint32_t mode;
	uint32_t padding;
};
struct fuse_open_in {
	uint32_t flags;
	uint32_t open_flags;
};
struct fuse_setupmapping_in {
	uint64_t fh;
	uint64_t foffset;
	uint64_t len;
	uint64_t flags;
	uint64_t moffset;
};
struct fuse_removemapping_in {
	uint32_t count;
};
struct fuse_removemapping_one {
	uint64_t moffset;
	uint64_t len;
};
#define FUSE_REMOVEMAPPING_MAX_ENTRY (PAGE_SIZE / sizeof(struct fuse_removemapping_one))

/* ---- in the kernel ---- */
#define FUSE_NOWRITE INT_MIN
#define FUSE_STATX_MODSIZE 0x200u
#define ATTR_TIMEOUT(o) ((u64)(o)->attr_valid)

enum {
	FUSE_I_ADVISE_RDPLUS,
	FUSE_I_INIT_RDPLUS,
	FUSE_I_SIZE_UNSTABLE,
	FUSE_I_BAD,
};

struct fuse_in_arg {
	unsigned int size;
	const void *value;
};
struct fuse_arg {
	unsigned int size;
	void *value;
};
struct fuse_args {
	uint64_t nodeid;
	uint32_t opcode;
	uint8_t in_numargs;
	uint8_t out_numargs;
	struct fuse_in_arg in_args[3];
	struct fuse_arg out_args[2];
};
#define FUSE_ARGS(args) struct fuse_args args = {}

enum fuse_dax_mode {
	FUSE_DAX_INODE_DEFAULT,
	FUSE_DAX_ALWAYS,
	FUSE_DAX_NEVER,
	FUSE_DAX_INODE_USER,
};
static inline bool fuse_is_inode_dax_mode(enum fuse_dax_mode mode)
{
	return mode == FUSE_DAX_INODE_DEFAULT || mode == FUSE_DAX_INODE_USER;
}

struct fuse_conn_dax;
struct fuse_conn {
	spinlock_t lock;
	atomic64_t attr_version;
	atomic64_t evict_ctr;
	unsigned int default_permissions : 1;
	unsigned int writeback_cache : 1;
	unsigned int atomic_o_trunc : 1;
	unsigned int handle_killpriv_v2 : 1;
	unsigned int no_fallocate : 1;
	unsigned int no_open : 1;
	unsigned int inode_dax : 1;
	enum fuse_dax_mode dax_mode;
	struct fuse_conn_dax *dax;
};
struct fuse_mount {
	struct fuse_conn *fc;
	struct super_block *sb;
};
struct fuse_forget_link;
struct fuse_submount_lookup;
struct fuse_inode_dax;
struct fuse_inode {
	struct inode inode;
	u64 nodeid;
	u64 nlookup;
	struct fuse_forget_link *forget;
	u64 i_time;
	u32 inval_mask;
	struct list_head write_files;
	struct list_head queued_writes;
	int writectr;
	int iocachectr;
	wait_queue_head_t page_waitq;
	u64 attr_version;
	unsigned long state;
	struct mutex mutex;
	spinlock_t lock;
	struct fuse_inode_dax *dax;
	struct fuse_submount_lookup *submount_lookup;
};
struct fuse_file {
	struct fuse_mount *fm;
	u64 fh;
	u64 nodeid;
	u32 open_flags;
};

static inline struct fuse_inode *get_fuse_inode(const struct inode *inode)
{
	return container_of(inode, struct fuse_inode, inode);
}
static inline u64 get_node_id(struct inode *inode)
{
	return get_fuse_inode(inode)->nodeid;
}
extern struct fuse_mount fsc_fuse_mount; /* the one there is */
static inline struct fuse_mount *get_fuse_mount(struct inode *inode)
{
	(void)inode;
	return &fsc_fuse_mount;
}
static inline struct fuse_conn *get_fuse_conn(struct inode *inode)
{
	return get_fuse_mount(inode)->fc;
}
static inline struct fuse_conn *get_fuse_conn_super(struct super_block *sb)
{
	(void)sb;
	return fsc_fuse_mount.fc;
}
static inline bool fuse_is_bad(struct inode *inode)
{
	return test_bit(FUSE_I_BAD, &get_fuse_inode(inode)->state);
}
static inline void fuse_make_bad(struct inode *inode)
{
	set_bit(FUSE_I_BAD, &get_fuse_inode(inode)->state);
}
static inline u64 fuse_get_attr_version(struct fuse_conn *fc)
{
	return atomic64_read(&fc->attr_version);
}
#define FUSE_IS_DAX(inode) IS_DAX(inode)
#define fuse_lock_owner_id(fc, id) ((void)(fc), (u64)(unsigned long)(id))
#define fuse_invalidate_attr(inode) ((void)(inode))
#define fuse_invalidate_attr_mask(inode, mask) ((void)(inode), (void)(mask))
#define fuse_get_cache_mask(inode) ((void)(inode), 0u)
#define fuse_flush_time_update(inode) ((void)(inode))
#define fuse_queue_forget(fc, forget, nodeid, nlookup) \
	((void)(fc), (void)(forget), (void)(nodeid), (void)(nlookup))
#define fuse_cleanup_submount_lookup(fc, sl) ((void)(fc), (void)(sl))

ssize_t __fuse_simple_request(struct mnt_idmap *idmap, struct fuse_mount *fm, struct fuse_args *args);
static inline ssize_t fuse_simple_request(struct fuse_mount *fm, struct fuse_args *args)
{
	return __fuse_simple_request(&invalid_mnt_idmap, fm, args);
}

int fuse_do_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr, struct file *file);
void fuse_set_nowrite(struct inode *inode);
void fuse_release_nowrite(struct inode *inode);
bool fuse_invalid_attr(struct fuse_attr *attr);
void fuse_change_attributes_common(struct inode *inode, struct fuse_attr *attr, void *sx, u64 attr_valid,
				   u32 cache_mask, u64 evict_ctr);
int fuse_do_open(struct fuse_mount *fm, u64 nodeid, struct file *file, bool isdir);
int fuse_finish_open(struct inode *inode, struct file *file);
void fuse_sync_release(struct fuse_inode *fi, struct fuse_file *ff, unsigned int flags);
bool fuse_write_update_attr(struct inode *inode, loff_t pos, ssize_t written);
void fuse_init_file_inode(struct inode *inode, unsigned int flags);
int fuse_dax_break_layouts(struct inode *inode, u64 dmap_start, u64 dmap_end);
void fuse_dax_inode_cleanup(struct inode *inode);
int fuse_dax_conn_alloc(struct fuse_conn *fc, enum fuse_dax_mode mode, struct dax_device *dax_dev);
void fuse_dax_conn_free(struct fuse_conn *fc);
void fuse_dax_cancel_work(struct fuse_conn *fc);
bool fuse_dax_check_alignment(struct fuse_conn *fc, unsigned int map_alignment);
bool fuse_dax_inode_alloc(struct super_block *sb, struct fuse_inode *fi);
void fuse_dax_inode_init(struct inode *inode, unsigned int flags);
ssize_t fuse_dax_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t fuse_dax_write_iter(struct kiocb *iocb, struct iov_iter *from);
int fuse_dax_mmap(struct file *file, struct vm_area_struct *vma);
const struct super_operations *fuse_super_ops(void); /* ours: the table is static */
#endif
