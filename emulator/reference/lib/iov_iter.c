/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copying to and from memory of the kernel, or of the current process, through an iterator of one piece. Mirrors the ITER_KVEC and
 * ITER_UBUF parts of lib/iov_iter.c: a copy faults in what the process has there, and is short where it has nothing.
 */
#include <asm/cacheflush.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uio.h>

void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec, unsigned long nr_segs,
		   size_t count)
{
	i->iter_type = ITER_KVEC;
	i->nofault = false;
	i->data_source = direction == ITER_SOURCE;
	i->iov_offset = 0;
	i->kvec = kvec;
	i->nr_segs = nr_segs;
	i->count = count;
}

void iov_iter_ubuf(struct iov_iter *i, unsigned int direction, void __user *buf, size_t count)
{
	i->iter_type = ITER_UBUF;
	i->nofault = false;
	i->data_source = direction == ITER_SOURCE;
	i->iov_offset = 0;
	i->ubuf = buf;
	i->nr_segs = 1;
	i->count = count;
}

void iov_iter_advance(struct iov_iter *i, size_t bytes)
{
	size_t step = bytes < i->count ? bytes : i->count;

	i->iov_offset += step;
	i->count -= step;
}

void iov_iter_revert(struct iov_iter *i, size_t bytes)
{
	i->iov_offset -= bytes;
	i->count += bytes;
}

static char *fsc_iter_take(struct iov_iter *i, size_t *bytes)
{
	char *at = (char *)i->kvec->iov_base + i->iov_offset;

	if (*bytes > i->count)
		*bytes = i->count;
	iov_iter_advance(i, *bytes);
	return at;
}

/* How much of it was copied between the process and `kernel`. */
static size_t fsc_iter_user(void *kernel, size_t bytes, struct iov_iter *i, bool to_user)
{
	if (bytes > i->count)
		bytes = i->count;
	bytes -= fsc_user_copy(current->mm, (unsigned long)i->ubuf + i->iov_offset, kernel, bytes, to_user);
	iov_iter_advance(i, bytes);
	return bytes;
}

static size_t fsc_iter_zero_user(size_t bytes, struct iov_iter *i)
{
	static unsigned char zeroes[512];
	size_t done = 0, step, got;

	do {
		step = min_t(size_t, bytes - done, sizeof(zeroes));
		got = fsc_iter_user(zeroes, step, i, true);
		done += got;
	} while (got == step && done < bytes && i->count);
	return done;
}

size_t iov_iter_zero(size_t bytes, struct iov_iter *i)
{
	char *to;

	if (i->iter_type == ITER_UBUF)
		return fsc_iter_zero_user(bytes, i);
	to = fsc_iter_take(i, &bytes);
	memset(to, 0, bytes);
	return bytes;
}

size_t _copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i)
{
	char *to;

	if (i->iter_type == ITER_UBUF)
		return fsc_iter_user((void *)addr, bytes, i, true);
	to = fsc_iter_take(i, &bytes);
	memcpy(to, addr, bytes);
	return bytes;
}

size_t _copy_from_iter(void *addr, size_t bytes, struct iov_iter *i)
{
	const char *from;

	if (i->iter_type == ITER_UBUF)
		return fsc_iter_user(addr, bytes, i, false);
	from = fsc_iter_take(i, &bytes);
	memcpy(addr, from, bytes);
	return bytes;
}

size_t _copy_from_iter_flushcache(void *addr, size_t bytes, struct iov_iter *i)
{
	const char *from;

	if (i->iter_type == ITER_UBUF) {
		bytes = fsc_iter_user(addr, bytes, i, false);
		arch_wb_cache_pmem(addr, bytes);
		return bytes;
	}
	from = fsc_iter_take(i, &bytes);
	memcpy_flushcache(addr, from, bytes);
	return bytes;
}

size_t _copy_mc_to_iter(const void *addr, size_t bytes, struct iov_iter *i)
{
	if (__fsc_fail(FSC_FAULT "poison"))
		return 0;
	return _copy_to_iter(addr, bytes, i);
}
