/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a file system says about a range of a file. Mirrors include/linux/iomap.h without buffered and direct I/O. In
 * v6.15 a loop body advances the iterator itself (iomap_iter_advance) and reports errors in ->status; series that were
 * written just before that set ->processed, so both fields exist in that era and iomap_iter() takes either.
 */
#ifndef LINUX_IOMAP_H
#define LINUX_IOMAP_H 1

#include <linux/blkdev.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/types.h>

struct address_space;
struct dax_device;
struct inode;
struct iomap_iter;
struct iomap_folio_ops;

#define IOMAP_HOLE 0
#define IOMAP_DELALLOC 1
#define IOMAP_MAPPED 2
#define IOMAP_UNWRITTEN 3
#define IOMAP_INLINE 4

#define IOMAP_F_NEW (1U << 0)
#define IOMAP_F_DIRTY (1U << 1)
#define IOMAP_F_SHARED (1U << 2)
#define IOMAP_F_MERGED (1U << 3)
#define IOMAP_F_BUFFER_HEAD (1U << 4)
#define IOMAP_F_XATTR (1U << 5)
#define IOMAP_F_SIZE_CHANGED (1U << 8)
#define IOMAP_F_STALE (1U << 9)
#define IOMAP_F_PRIVATE (1U << 12)

#define IOMAP_NULL_ADDR -1ULL

struct iomap {
	u64 addr;
	loff_t offset;
	u64 length;
	u16 type;
	u16 flags;
	struct block_device *bdev;
	struct dax_device *dax_dev;
	void *inline_data;
	void *private;
	const struct iomap_folio_ops *folio_ops;
	u64 validity_cookie;
};

static inline sector_t iomap_sector(const struct iomap *iomap, loff_t pos)
{
	return (pos - iomap->offset + iomap->addr) >> SECTOR_SHIFT;
}

#define IOMAP_WRITE (1 << 0)
#define IOMAP_ZERO (1 << 1)
#define IOMAP_REPORT (1 << 2)
#define IOMAP_FAULT (1 << 3)
#define IOMAP_DIRECT (1 << 4)
#define IOMAP_NOWAIT (1 << 5)
#define IOMAP_OVERWRITE_ONLY (1 << 6)
#define IOMAP_UNSHARE (1 << 7)
#ifdef CONFIG_FS_DAX
#define IOMAP_DAX (1 << 8)
#else
#define IOMAP_DAX 0
#endif

struct iomap_ops {
	int (*iomap_begin)(struct inode *inode, loff_t pos, loff_t length, unsigned flags, struct iomap *iomap,
			   struct iomap *srcmap);
	int (*iomap_end)(struct inode *inode, loff_t pos, loff_t length, ssize_t written, unsigned flags,
			 struct iomap *iomap);
};

struct iomap_iter {
	struct inode *inode;
	loff_t pos;
	u64 len;
#if FSC_ERA >= 615
	loff_t iter_start_pos;
	int status;
#endif
	s64 processed;
	unsigned flags;
	struct iomap iomap;
	struct iomap srcmap;
	void *private;
};

int iomap_iter(struct iomap_iter *iter, const struct iomap_ops *ops);

/* How far the current mapping reaches from the current position; a copy-on-write source limits it too. */
static inline u64 iomap_length_trim(const struct iomap_iter *iter, loff_t pos, u64 len)
{
	u64 upto = iter->iomap.offset + iter->iomap.length;

	if (iter->srcmap.type != IOMAP_HOLE) {
		u64 src_upto = iter->srcmap.offset + iter->srcmap.length;

		if (src_upto < upto)
			upto = src_upto;
	}
	return min(len, upto - (u64)pos);
}

static inline u64 iomap_length(const struct iomap_iter *iter)
{
	return iomap_length_trim(iter, iter->pos, iter->len);
}

static inline const struct iomap *iomap_iter_srcmap(const struct iomap_iter *i)
{
	return i->srcmap.type == IOMAP_HOLE ? &i->iomap : &i->srcmap;
}

#if FSC_ERA >= 615
/* By value since v6.19 ("iomap: simplify iomap_iter_advance()"); before, what is left came back in it. */
#if FSC_ERA >= 701
#define FSC_ADVANCE(count) (count)
int iomap_iter_advance(struct iomap_iter *iter, u64 count);
#else
#define FSC_ADVANCE(count) (&(count))
int iomap_iter_advance(struct iomap_iter *iter, u64 *count);
#endif
static inline int iomap_iter_advance_full(struct iomap_iter *iter)
{
	u64 length = iomap_length(iter);

	return iomap_iter_advance(iter, FSC_ADVANCE(length));
}
#endif

/* Only shared, written blocks have to be copied to be unshared. */
static inline bool iomap_want_unshare_iter(const struct iomap_iter *iter)
{
	const struct iomap *src = iomap_iter_srcmap(iter);

	return (iter->iomap.flags & IOMAP_F_SHARED) && src->type == IOMAP_MAPPED;
}

#endif
