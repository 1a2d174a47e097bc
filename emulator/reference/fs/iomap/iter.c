/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking a range of a file mapping by mapping. Mirrors fs/iomap/iter.c of both eras: up to v6.14 the loop body says in
 * ->processed how far it came; in v6.15 it advances the iterator itself and ->status holds an error.
 */
#include <linux/bug.h>
#include <linux/fs.h>
#include <linux/iomap.h>
#include <linux/string.h>

static void fsc_iomap_check(const struct iomap_iter *iter)
{
	const struct iomap *map = &iter->iomap;

	WARN_ON_ONCE(map->offset > iter->pos);
	WARN_ON_ONCE(map->length == 0);
	WARN_ON_ONCE(map->offset + map->length <= (u64)iter->pos);
	WARN_ON_ONCE(map->flags & IOMAP_F_STALE);
}

static int fsc_iomap_begin(struct iomap_iter *iter, const struct iomap_ops *ops)
{
	int ret;

	memset(&iter->iomap, 0, sizeof(iter->iomap));
	memset(&iter->srcmap, 0, sizeof(iter->srcmap));
	iter->processed = 0;
	ret = ops->iomap_begin(iter->inode, iter->pos, iter->len, iter->flags, &iter->iomap, &iter->srcmap);
	if (ret < 0)
		return ret;
	fsc_iomap_check(iter);
	return 1;
}

#if FSC_ERA >= 615

#if FSC_ERA >= 701

int iomap_iter_advance(struct iomap_iter *iter, u64 count)
{
	if (WARN_ON_ONCE(count > iomap_length(iter)))
		return -EIO;
	iter->len -= count;
	iter->pos += count;
	return 0;
}

#else

int iomap_iter_advance(struct iomap_iter *iter, u64 *count)
{
	if (WARN_ON_ONCE(*count > iomap_length(iter)))
		return -EIO;
	iter->len -= *count;
	iter->pos += *count;
	*count = iomap_length(iter);
	return 0;
}

#endif

int iomap_iter(struct iomap_iter *iter, const struct iomap_ops *ops)
{
	bool stale = iter->iomap.flags & IOMAP_F_STALE;
	s64 advanced;
	int ret;

	if (iter->iomap.length) {
		/* A body of the series just before: it reports and leaves the advancing to us. */
		if (iter->processed < 0) {
			iter->status = iter->processed;
		} else if (iter->processed > 0) {
			u64 count = iter->processed;

			iter->status = iomap_iter_advance(iter, FSC_ADVANCE(count));
		}

		advanced = iter->pos - iter->iter_start_pos;
		if (ops->iomap_end) {
			ret = ops->iomap_end(iter->inode, iter->iter_start_pos,
					     iomap_length_trim(iter, iter->iter_start_pos, iter->len + advanced),
					     advanced, iter->flags, &iter->iomap);
			if (ret < 0 && !advanced)
				return ret;
		}
		if (WARN_ON_ONCE(iter->status > 0))
			iter->status = -EIO;
		if (iter->status < 0 || !iter->len || (!advanced && !stale)) {
			ret = iter->status < 0 ? iter->status : 0;
			iter->status = 0;
			iter->processed = 0;
			memset(&iter->iomap, 0, sizeof(iter->iomap));
			memset(&iter->srcmap, 0, sizeof(iter->srcmap));
			return ret;
		}
	}
	iter->status = 0;
	iter->iter_start_pos = iter->pos;
	return fsc_iomap_begin(iter, ops);
}

#else

int iomap_iter(struct iomap_iter *iter, const struct iomap_ops *ops)
{
	bool stale = iter->iomap.flags & IOMAP_F_STALE;
	int ret;

	if (iter->iomap.length) {
		if (ops->iomap_end) {
			ret = ops->iomap_end(iter->inode, iter->pos, iomap_length(iter),
					     iter->processed > 0 ? iter->processed : 0, iter->flags, &iter->iomap);
			if (ret < 0 && !iter->processed)
				return ret;
		}
		if (iter->processed < 0)
			return iter->processed;
		if (!iter->processed && !stale)
			return 0;
		if (WARN_ON_ONCE(iter->processed > (s64)iomap_length(iter)))
			return -EIO;
		iter->len -= iter->processed;
		iter->pos += iter->processed;
		if (!iter->len)
			return 0;
	}
	return fsc_iomap_begin(iter, ops);
}

#endif
