/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While a MAP_SYNC write fault waits for its metadata, another task cuts the file, gives the block to another one, and stores to the
 * file's new block. Whoever cuts waits for the fault, which holds the invalidate lock to its end.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include "scenario.h"

static bool sc_committed;
static struct sc_sync_cut {
	struct sc_file *a, *b;
	struct sc_map *m, *other;
} sc_cut;

static void sc_while_committing(void)
{
	while (!sc_committed)
		__fsc_sleep(&sc_committed);
}

static void sc_task_commit(void *unused)
{
	(void)unused;
	sc_committed = true;
	__fsc_wake(&sc_committed, 0);
}

static void sc_task_sync_store(void *unused)
{
	(void)unused;
	sc_write(sc_cut.m, 0, 1);
}

static void sc_task_cut_and_reuse(void *unused)
{
	unsigned long block = fscfs_bmap(sc_cut.a->file, 0);

	(void)unused;
	sc_truncate(sc_cut.a, 0);
	sc_fs->goal = block;
	sc_fill(sc_cut.b, 0, sc_pages());
	sc_fs->goal = 0;
	sc_truncate(sc_cut.a, sc_pages());
	sc_write(sc_cut.other, 0, 2);
}

FSC_SCENARIO(sync_fault_truncated, "sync-fault-truncated",
	     "A file is truncated and its block reused while a MAP_SYNC fault of it waits for the medium", "order=0,9 fs=0,1")
{
	struct mm_struct *mm = sc_begin(), *mm2 = fsc_mm_create();
	struct sc_file a = sc_create("A", sc_pages()), b = sc_create("B", sc_pages());
	struct sc_map m, other;
	int id[3];

	sc_fill(&a, 0, sc_pages());
	m = sc_mmap(mm, &a, 0, sc_pages(), SC_RW | FSC_MAP_SYNC);
	other = sc_mmap(mm2, &a, 0, sc_pages(), SC_RW);
	sc_cut = (struct sc_sync_cut){ &a, &b, &m, &other };
	sc_committed = false;
	fscfs_in_fsync = sc_while_committing;
	id[0] = sc_spawn("store", sc_task_sync_store, NULL);
	id[1] = sc_spawn("truncate", sc_task_cut_and_reuse, NULL);
	id[2] = sc_spawn("medium", sc_task_commit, NULL);
	for (int i = 0; i < 3; i++)
		sc_join(id[i]);
	fscfs_in_fsync = NULL;
	__fsc_quiesce("the fault and truncate are done");
	sc_see(&other, 0, 2);
	sc_see(&m, 0, 2);
	sc_munmap(&m);
	sc_munmap(&other);
	sc_remove(&a);
	sc_remove(&b);
	fsc_mm_destroy(mm2);
	sc_end(mm);
}
#endif
