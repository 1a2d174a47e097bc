/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where read and write copy to and from. Mirrors include/linux/uio.h with two kinds of iterator: memory of the kernel, or of the
 * current process, in one piece (lib/iov_iter.c). What O_DIRECT does to a user's buffer scenarios do by GUP.
 */
#ifndef _LINUX_UIO_H
#define _LINUX_UIO_H
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/types.h>

struct kvec {
	void *iov_base;
	size_t iov_len;
};

enum iter_type {
	ITER_UBUF,
	ITER_IOVEC,
	ITER_BVEC,
	ITER_KVEC,
	ITER_XARRAY,
	ITER_DISCARD,
};

#define ITER_SOURCE 1
#define ITER_DEST 0

struct iov_iter {
	u8 iter_type;
	bool nofault;
	bool data_source;
	size_t iov_offset;
	union {
		const struct kvec *kvec;
		void __user *ubuf;
	};
	size_t count;
	unsigned long nr_segs;
};

static inline size_t iov_iter_count(const struct iov_iter *i)
{
	return i->count;
}

static inline unsigned char iov_iter_rw(const struct iov_iter *i)
{
	return i->data_source ? 1 : 0; /* WRITE takes from the iterator */
}

void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec, unsigned long nr_segs,
		   size_t count);
void iov_iter_ubuf(struct iov_iter *i, unsigned int direction, void __user *buf, size_t count);
void iov_iter_advance(struct iov_iter *i, size_t bytes);
void iov_iter_revert(struct iov_iter *i, size_t bytes);
static inline void iov_iter_truncate(struct iov_iter *i, u64 count)
{
	if (i->count > count)
		i->count = count;
}
static inline void iov_iter_reexpand(struct iov_iter *i, size_t count)
{
	i->count = count;
}
size_t iov_iter_zero(size_t bytes, struct iov_iter *i);
size_t _copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i);
size_t _copy_from_iter(void *addr, size_t bytes, struct iov_iter *i);
size_t _copy_from_iter_flushcache(void *addr, size_t bytes, struct iov_iter *i);
size_t _copy_mc_to_iter(const void *addr, size_t bytes, struct iov_iter *i);
#define copy_to_iter(addr, bytes, i) _copy_to_iter(addr, bytes, i)
#define copy_from_iter(addr, bytes, i) _copy_from_iter(addr, bytes, i)
#define copy_from_iter_flushcache(addr, bytes, i) _copy_from_iter_flushcache(addr, bytes, i)
#endif
