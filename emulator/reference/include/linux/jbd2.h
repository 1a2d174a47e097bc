/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handle on a transaction. Mirrors include/linux/jbd2.h: there is no journal, only the nesting of handles. */
#ifndef _LINUX_JBD2_H
#define _LINUX_JBD2_H
struct jbd2_journal_handle {
	int h_ref;
	unsigned int h_sync;
};
typedef struct jbd2_journal_handle handle_t;
#endif
