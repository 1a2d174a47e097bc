/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying to and from kernel memory through an iterator of one piece. Mirrors the ITER_KVEC part of lib/iov_iter.c. */
#include <linux/highmem.h>
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

size_t iov_iter_zero(size_t bytes, struct iov_iter *i)
{
	char *to = fsc_iter_take(i, &bytes);

	memset(to, 0, bytes);
	return bytes;
}

size_t _copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i)
{
	char *to = fsc_iter_take(i, &bytes);

	memcpy(to, addr, bytes);
	return bytes;
}

size_t _copy_from_iter(void *addr, size_t bytes, struct iov_iter *i)
{
	const char *from = fsc_iter_take(i, &bytes);

	memcpy(addr, from, bytes);
	return bytes;
}

size_t _copy_from_iter_flushcache(void *addr, size_t bytes, struct iov_iter *i)
{
	const char *from = fsc_iter_take(i, &bytes);

	memcpy_flushcache(addr, from, bytes);
	return bytes;
}

size_t _copy_mc_to_iter(const void *addr, size_t bytes, struct iov_iter *i)
{
	if (__fsc_fail(FSC_FAULT "poison"))
		return 0;
	return _copy_to_iter(addr, bytes, i);
}
