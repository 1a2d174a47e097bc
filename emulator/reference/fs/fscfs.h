/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file system of the machine: extents, blocks with reference counts, reflink, and three manners of breaking layouts
 * (those of ext4, xfs and virtiofs, whose functions of the kernel's names are called). Mirrors no kernel file; it does
 * with the page cache and with locks what those file systems do. One block is one page; block b is at
 * fsc_registry.pmem_start_pfn + b. Metadata is not on the medium: "committed" is a flag.
 */
#ifndef FSCFS_H
#define FSCFS_H

#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/iomap.h>
#include <linux/mm.h>

enum fscfs_kind {
	FSCFS_EXT4 = 0,
	FSCFS_XFS = 1, /* with reflink */
	FSCFS_FUSE = 2,
};

#define FSCFS_MAX_EXTENTS 48
#define FSCFS_MAX_BLOCKS 2048

struct fscfs_extent {
	unsigned long first; /* page of the file */
	unsigned long count;
	unsigned long block;
	bool unwritten;
};

struct fscfs_map {
	unsigned int nr;
	struct fscfs_extent ext[FSCFS_MAX_EXTENTS]; /* sorted by first */
};

struct fscfs {
	struct super_block sb;
	enum fscfs_kind kind;
	struct block_device *bdev;
	struct dax_device *dax_dev;
	u64 start_off;
	unsigned long nr_blocks;
	struct mutex map_lock; /* over extents and counts of blocks: what XFS_ILOCK and i_data_sem are for */
	unsigned long goal; /* where a scenario wants the next allocation, 0: anywhere */
	bool shutdown;
	void *holder; /* what the dax device knows it by */
	bool always_cow; /* as an extent size hint can do: blocks that nobody shares are copied on write too */
};

struct fscfs_file { /* inode->i_private */
	struct fscfs *fs;
	struct fscfs_map data;
	struct fscfs_map cow; /* blocks that will replace data when the copy is complete */
	bool meta_dirty;
	int slot; /* in fsc_registry.inodes */
};

static inline struct fscfs_file *fscfs_i(const struct inode *inode)
{
	return inode->i_private;
}

/* ---- machine ---- */
struct device;
extern struct device *fsc_pmem_dev;
int fsc_bind_pmem(void);   /* 0, or what the probe failed with */
void fsc_unbind_pmem(void);
struct block_device *fsc_pmem_bdev(void);

/* ---- what user programs ask of a file system ---- */
struct fscfs *fscfs_mount(enum fscfs_kind kind); /* on the disk of the machine's pmem */
/* On a disk that shows the machine's pmem from its beginning on. */
struct fscfs *fscfs_mount_on(enum fscfs_kind kind, struct block_device *bdev);
void fscfs_umount(struct fscfs *fs); /* every file is closed by now */
struct file *fscfs_create(struct fscfs *fs, unsigned long nr_pages);
struct file *fscfs_reopen(struct inode *inode);
void fscfs_close(struct file *file);  /* the inode stays: somebody may open it again */
void fscfs_forget(struct inode *inode); /* drops the last reference: eviction, the blocks stay allocated */
void fscfs_delete(struct inode *inode); /* the same after unlink(2): the blocks are freed */
int fscfs_fallocate(struct file *file, unsigned long first, unsigned long count);
int fscfs_truncate(struct file *file, unsigned long nr_pages);
/* open(2) of it once more with O_TRUNC; virtiofs has its own way, elsewhere it is truncate(2). */
int fscfs_open_trunc(struct inode *inode);
int fscfs_punch(struct file *file, unsigned long first, unsigned long count);
/* fallocate(2) that cuts a range out of a file, or makes room in it: what lies behind moves. */
int fscfs_collapse(struct file *file, unsigned long first, unsigned long count);
int fscfs_insert_range(struct file *file, unsigned long first, unsigned long count);
int fscfs_fsync(struct file *file, loff_t start, loff_t end, int datasync);
ssize_t fscfs_write(struct file *file, loff_t pos, const void *buf, size_t len);
ssize_t fscfs_read(struct file *file, loff_t pos, void *buf, size_t len);
/* The same out of, and into, what the current process has at an address. */
ssize_t fscfs_write_user(struct file *file, loff_t pos, unsigned long buf, size_t len);
ssize_t fscfs_read_user(struct file *file, loff_t pos, unsigned long buf, size_t len);
int fscfs_zero_range(struct file *file, loff_t pos, loff_t len);
int fscfs_clone(struct file *src, unsigned long sfirst, struct file *dst, unsigned long dfirst, unsigned long count,
		unsigned int remap_flags);
int fscfs_unshare(struct file *file, unsigned long first, unsigned long count);
int fscfs_unshare_bytes(struct file *file, loff_t pos, loff_t len);
/* Block behind a page of the file, 0 for a hole. */
unsigned long fscfs_bmap(struct file *file, unsigned long index);
extern const struct iomap_ops fscfs_read_iomap_ops;
extern const struct iomap_ops fscfs_write_iomap_ops;
/* What the file systems below do with a file's blocks; no locks are taken. */
void fscfs_free_range(struct inode *inode, unsigned long first, unsigned long count); /* ~0UL: to the end */
void fscfs_free_from(struct inode *inode, unsigned long first);
int fscfs_alloc_range(struct inode *inode, unsigned long first, unsigned long count);
/* Blocks that are chosen by whoever asks, and were nobody's. */
void fscfs_give_range(struct inode *inode, unsigned long first, unsigned long block, unsigned long count);
void fscfs_forget_file(struct inode *inode); /* the inode is being freed */
int fscfs_mmap(struct file *file, struct vm_area_struct *vma);
/* A leaf that is writable before its metadata is committed is told. */
void fscfs_look_at_sync(struct vm_fault *vmf);
/* Called once while a file system ends what it does for a fault or a write(2). */
extern void (*fscfs_in_iomap_end)(void);
/* Called once while a file is synced. */
extern void (*fscfs_in_fsync)(void);
/* Called once between the halves of a synchronous fault, for scenarios in which something happens just then. */
extern void (*fscfs_between_sync_halves)(void);

#endif
