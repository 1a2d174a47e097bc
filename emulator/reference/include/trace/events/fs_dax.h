/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tracepoints of fs/dax.c, empty: observers see memory itself. Mirrors include/trace/events/fs_dax.h. They are
 * macros so that no function has to be looked up, and they use their arguments so that gcc sees those used.
 */
#ifndef _TRACE_FS_DAX_H
#define _TRACE_FS_DAX_H
#include <linux/tracepoint.h>
#define __fsc_untraced2(a, b) ((void)(a), (void)(b))
#define __fsc_untraced3(a, b, c) ((void)(a), (void)(b), (void)(c))
#define __fsc_untraced4(a, b, c, d) ((void)(a), (void)(b), (void)(c), (void)(d))
#define trace_dax_pmd_fault(inode, vmf, max_pgoff, result) __fsc_untraced4(inode, vmf, max_pgoff, result)
#define trace_dax_pmd_fault_done(inode, vmf, max_pgoff, result) __fsc_untraced4(inode, vmf, max_pgoff, result)
#define trace_dax_pmd_load_hole(inode, vmf, zero, entry) __fsc_untraced4(inode, vmf, zero, entry)
#define trace_dax_pmd_load_hole_fallback(inode, vmf, zero, entry) __fsc_untraced4(inode, vmf, zero, entry)
#define trace_dax_pmd_insert_mapping(inode, vmf, length, pfn, entry) __fsc_untraced4(inode, vmf, length, entry)
#define trace_dax_pte_fault(inode, vmf, result) __fsc_untraced3(inode, vmf, result)
#define trace_dax_pte_fault_done(inode, vmf, result) __fsc_untraced3(inode, vmf, result)
#define trace_dax_load_hole(inode, vmf, result) __fsc_untraced3(inode, vmf, result)
#define trace_dax_insert_pfn_mkwrite(inode, vmf, result) __fsc_untraced3(inode, vmf, result)
#define trace_dax_insert_pfn_mkwrite_no_entry(inode, vmf, result) __fsc_untraced3(inode, vmf, result)
#define trace_dax_insert_mapping(inode, vmf, entry) __fsc_untraced3(inode, vmf, entry)
#define trace_dax_writeback_range(inode, start, end) __fsc_untraced3(inode, start, end)
#define trace_dax_writeback_range_done(inode, start, end) __fsc_untraced3(inode, start, end)
#define trace_dax_writeback_one(inode, pgoff, pglen) __fsc_untraced3(inode, pgoff, pglen)
#endif
