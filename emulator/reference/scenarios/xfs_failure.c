/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of an XFS fails: blocks of files, of two files, of nobody, of the file system itself; or all of it goes. */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include "../fs/xfs/xfs_mount.h"
#include "scenario.h"

enum sc_where {
	SC_ONE_BLOCK,
	SC_TWO_GROUPS, /* the range goes on in the next allocation group */
	SC_SHARED, /* one block of two files, of which only the second is mapped */
	SC_METADATA,
	SC_FREE,
	SC_PAST_END, /* its first page is the device's last */
	SC_OUTSIDE,
	SC_GOES,
	SC_GROUP_UNREAD, /* the header of the allocation group cannot be read */
	SC_RMAP_UNREAD, /* its tree of owners cannot be read */
	SC_SECOND_RMAP_UNREAD, /* that of the second allocation group of two cannot */
	SC_BEFORE, /* the device is a partition, and the range begins before it */
};

#define SC_GROUP (FSCFS_MAX_BLOCKS / FSC_AGS)
#define SC_PARTITION 3UL /* pages before the file system, of the device that a partition is of */
#define SC_BLOCK (SC_GROUP - 4UL) /* of page 3 of A, which has 8 blocks from there on */

static bool sc_bad(unsigned long block)
{
	return PageHWPoison(pfn_to_page(fsc_registry.pmem_start_pfn + block));
}

/* What of the device fails, and which blocks of A are thereby bad. */
static const struct {
	unsigned long first, count, bad_first, bad_count;
	int error;
	uint32_t shutdown;
} sc_failures[] = {
	[SC_ONE_BLOCK] = { SC_BLOCK + 1, 1, SC_BLOCK + 1, 1, 0, 0 },
	[SC_TWO_GROUPS] = { SC_BLOCK + 2, 5, SC_BLOCK + 2, 5, 0, 0 },
	[SC_SHARED] = { SC_BLOCK + 2, 1, SC_BLOCK + 2, 1, 0, 0 },
	[SC_METADATA] = { 0, 1, 0, 0, -EFSCORRUPTED, SHUTDOWN_CORRUPT_ONDISK },
	[SC_FREE] = { SC_GROUP / 2, 2, 0, 0, 0, 0 },
	[SC_PAST_END] = { FSCFS_MAX_BLOCKS - 1, 4, 0, 0, 0, 0 },
	[SC_OUTSIDE] = { FSCFS_MAX_BLOCKS, 1, 0, 0, -ENXIO, 0 },
	[SC_GOES] = { 0, 0, 0, 0, 0, SHUTDOWN_FORCE_UMOUNT },
	[SC_GROUP_UNREAD] = { SC_BLOCK + 1, 1, 0, 0, -EIO, SHUTDOWN_CORRUPT_ONDISK },
	[SC_RMAP_UNREAD] = { SC_BLOCK + 1, 1, 0, 0, -EIO, SHUTDOWN_CORRUPT_ONDISK },
	[SC_SECOND_RMAP_UNREAD] = { SC_BLOCK + 2, 5, SC_BLOCK + 2, 2, -EIO, SHUTDOWN_CORRUPT_ONDISK },
	[SC_BEFORE] = { 1, SC_PARTITION - 1 + SC_BLOCK + 2, SC_BLOCK, 2, -EFSCORRUPTED, SHUTDOWN_CORRUPT_ONDISK },
};

FSC_SCENARIO(xfs_failure, "xfs-failure", "Memory of an XFS fails under its files, under two at once, beside them, or all of it goes",
	     "where=0,1,2,3,4,5,6,7,8,9,10,11 late=0,1")
{
	int where = __fsc_param("where", 0), error;
	struct mm_struct *mm = sc_begin();
	struct xfs_mount *mp = sc_fs->holder;
	struct sc_file a = sc_create("A", 16), b = sc_create("B", 16), c = sc_create("C", 4);
	struct sc_map m, mb, mc;
	bool goes = where == SC_GOES, hit = goes || sc_failures[where].bad_count;
	u64 len = (u64)sc_failures[where].count << PAGE_SHIFT;
	/* A file that was touched in whole, or only where nothing fails, or only there. */
	bool late = __fsc_param("late", 0);

	sc_fs->goal = SC_BLOCK;
	sc_fill(&a, 3, 8);
	sc_fs->goal = 0;
	sc_fill(&c, 0, 4);
	sc_clone(&a, 5, &b, 1, 1);
	m = sc_mmap(mm, &a, 0, 16, SC_RW);
	mb = sc_mmap(mm, &b, 0, 16, SC_RW);
	mc = sc_mmap(mm, &c, 0, 4, SC_RW);
	sc_write(&mc, 0, 1);
	if (where == SC_SHARED)
		sc_read(&mb, 1);
	else
		for (unsigned long i = late ? 4 : 3; i < 11; i++)
			sc_read(&m, i);
	if (where == SC_GROUP_UNREAD)
		__fsc_fail_nth("agf_read", 1);
	if (where == SC_RMAP_UNREAD || where == SC_SECOND_RMAP_UNREAD)
		__fsc_fail_nth("rmap_query", where == SC_RMAP_UNREAD ? 1 : 2);
	if (where == SC_BEFORE)
		mp->m_ddev_targp->bt_dax_part_off = SC_PARTITION << PAGE_SHIFT;
	__fsc_step("memory fails");
	error = dax_holder_notify_failure(sc_fs->dax_dev, (u64)sc_failures[where].first << PAGE_SHIFT, goes ? U64_MAX : len,
					  goes ? MF_MEM_PRE_REMOVE : 0);
	__fsc_fail_nth("", 0);
	__fsc_quiesce("memory fails");

	SC_EXPECT(error == sc_failures[where].error, "who tells of bad memory hears whether the file system could do something about it");
	SC_EXPECT(mp->fsc_shutdown == sc_failures[where].shutdown, "a file system goes down when its metadata is lost, and only then");
	SC_EXPECT(fsc_xfs_idle(mp), "a file system that was told of bad memory holds no allocation group and is not frozen");
	SC_EXPECT((current->fsc_sigbus > 0) == hit, "exactly the tasks that map what fails get SIGBUS");
	for (unsigned long i = 0; i < 8; i++) {
		unsigned long block = SC_BLOCK + i - sc_failures[where].bad_first;
		bool touched = where == SC_SHARED ? i == 2 : i >= late;

		SC_EXPECT(sc_bad(SC_BLOCK + i) == (touched && block < sc_failures[where].bad_count),
			  "exactly the blocks of files that fail are marked bad");
	}
	if (goes)
		SC_EXPECT(!a.inode->i_data.nrpages, "no clean entry is left of a device that goes");
	if (goes)
		SC_EXPECT(sc_try_write(&mc, 0, 2) & VM_FAULT_ERROR, "nothing is mapped any more of a device that goes");
	else if (where != SC_BEFORE) /* in whose range C lies */
		sc_see(&mc, 0, 1);
	sc_munmap(&m);
	sc_munmap(&mb);
	sc_munmap(&mc);
	sc_remove(&a);
	sc_remove(&b);
	sc_remove(&c);
	sc_end(mm);
}
#endif
