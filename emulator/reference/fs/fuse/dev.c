/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server of the virtiofs mount: what it does with a request, at once and in the caller's task. Stands where
 * fs/fuse/dev.c has the queue to it. Its blocks are fscfs' blocks; when it cuts a file, no page of it may be in use by
 * the client: that is what the client breaks layouts for. Its side of the window is in window.c.
 */
#include <linux/falloc.h>
#include <linux/fs.h>
#include "fuse_i.h"
#include "window.h"
#include "../fscfs.h"

static void fsc_server_cut(struct inode *inode, unsigned long first, unsigned long count)
{
	__fsc_event("layout-broken", "inode=%d from=%lu to=%ld", fscfs_i(inode)->slot, first,
		    count == ~0UL ? -1L : (long)(first + count));
#if FSC_ERA >= 612
	if (fsc_fuse_windowed(inode))
		return; /* what the window shows is the window's */
#endif
	fscfs_free_range(inode, first, count);
}

/* What comes over of an argument of a request; NULL where that is less than what it stands for: a server reads no further. */
static const void *fsc_server_gets(const struct fuse_args *args, unsigned int nr, size_t size)
{
	return nr < args->in_numargs && args->in_args[nr].size >= size ? args->in_args[nr].value : NULL;
}

ssize_t __fuse_simple_request(struct mnt_idmap *idmap, struct fuse_mount *fm, struct fuse_args *args)
{
	struct inode *inode = fsc_registry.inodes[args->nodeid - 1];

	(void)idmap;
	(void)fm;
	/* Nothing but a sleep, so that others get a turn while the answer is awaited. */
	__fsc_point("request to the server");
	if (__fsc_fail("fuse_request"))
		return -EIO;
	switch (args->opcode) {
	case FUSE_OPEN: {
		const struct fuse_open_in *in = fsc_server_gets(args, 0, sizeof(*in));

		if (!in)
			return -EINVAL;
		if (in->flags & O_TRUNC)
			fsc_server_cut(inode, 0, ~0UL);
		return 0;
	}
	case FUSE_SETATTR: {
		const struct fuse_setattr_in *in = fsc_server_gets(args, 0, sizeof(*in));
		struct fuse_attr_out *out = args->out_args[0].value;

		if (!in)
			return -EINVAL;
		out->attr.size = i_size_read(inode);
		if (in->valid & FATTR_SIZE) {
			if ((loff_t)in->size < i_size_read(inode))
				fsc_server_cut(inode, DIV_ROUND_UP(in->size, PAGE_SIZE), ~0UL);
			out->attr.size = in->size;
		}
		out->attr.mode = inode->i_mode;
		out->attr.blocks = inode->i_blocks;
		return 0;
	}
	case FUSE_FALLOCATE: {
		const struct fuse_fallocate_in *in = fsc_server_gets(args, 0, sizeof(*in));
		unsigned long first, count;

		if (!in)
			return -EINVAL;
		first = in->offset >> PAGE_SHIFT;
		count = in->length >> PAGE_SHIFT;
		if (in->mode & FALLOC_FL_PUNCH_HOLE) {
			fsc_server_cut(inode, first, count);
			return 0;
		}
		return fscfs_alloc_range(inode, first, count);
	}
#if FSC_ERA >= 612
	case FUSE_SETUPMAPPING: {
		const struct fuse_setupmapping_in *in = fsc_server_gets(args, 0, sizeof(*in));

		return in ? fsc_server_setup(inode, in) : -EINVAL;
	}
	case FUSE_REMOVEMAPPING: {
		const struct fuse_removemapping_in *in = fsc_server_gets(args, 0, sizeof(*in));
		const struct fuse_removemapping_one *one = in ? fsc_server_gets(args, 1, in->count * sizeof(*one)) : NULL;
		int err = 0;

		if (!one)
			return -EINVAL;
		for (uint32_t i = 0; i < in->count && !err; i++)
			err = fsc_server_remove(inode, one + i);
		return err;
	}
#endif
	default:
		return -ENOSYS;
	}
}
