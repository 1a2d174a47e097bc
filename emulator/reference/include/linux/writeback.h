/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing dirty data back. Mirrors include/linux/writeback.h: the control block and tagging; no flusher threads. */
#ifndef _LINUX_WRITEBACK_H
#define _LINUX_WRITEBACK_H
#include <linux/fs.h>
#include <linux/types.h>
enum writeback_sync_modes {
	WB_SYNC_NONE,
	WB_SYNC_ALL,
};
struct writeback_control {
	long nr_to_write;
	long pages_skipped;
	loff_t range_start;
	loff_t range_end;
	enum writeback_sync_modes sync_mode;
	unsigned for_kupdate : 1;
	unsigned for_background : 1;
	unsigned tagged_writepages : 1;
	unsigned for_reclaim : 1;
	unsigned range_cyclic : 1;
	unsigned for_sync : 1;
};
void tag_pages_for_writeback(struct address_space *mapping, pgoff_t start, pgoff_t end);
int do_writepages(struct address_space *mapping, struct writeback_control *wbc);
#endif
