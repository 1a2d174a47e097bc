/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of the node and of events. Mirrors include/linux/vmstat.h. Kept because their deltas must sum to zero over a
 * map and an unmap: fsc_node_stat[] is what /proc/vmstat would show.
 */
#ifndef _LINUX_VMSTAT_H
#define _LINUX_VMSTAT_H
#include <linux/mmzone.h>
enum node_stat_item {
	NR_ANON_MAPPED, NR_FILE_MAPPED, NR_FILE_PAGES, NR_FILE_DIRTY, NR_WRITEBACK, NR_SHMEM, NR_SHMEM_THPS,
	NR_SHMEM_PMDMAPPED, NR_FILE_THPS, NR_FILE_PMDMAPPED, NR_ANON_THPS, NR_PAGETABLE, NR_FOLL_PIN_ACQUIRED,
	NR_FOLL_PIN_RELEASED, WORKINGSET_NODES, WORKINGSET_ACTIVATE_FILE, NR_MLOCK, NR_VM_NODE_STAT_ITEMS,
};
enum vm_event_item {
	PGFAULT, PGMAJFAULT, THP_FAULT_ALLOC, THP_FAULT_FALLBACK, THP_FILE_MAPPED, THP_SPLIT_PMD, THP_SPLIT_PUD,
	THP_ZERO_PAGE_ALLOC, THP_ZERO_PAGE_ALLOC_FAILED, DROP_PAGECACHE, UNEVICTABLE_PGMLOCKED, NR_VM_EVENT_ITEMS,
};
#define NR_ZONE_DEVICE_PAGES 0
extern long fsc_node_stat[NR_VM_NODE_STAT_ITEMS];
static inline void __mod_lruvec_folio_stat(struct folio *folio, enum node_stat_item idx, int val)
{
	(void)folio;
	fsc_node_stat[idx] += val;
}
#define lruvec_stat_mod_folio(f, idx, val) __mod_lruvec_folio_stat(f, idx, val)
#define __lruvec_stat_mod_folio(f, idx, val) __mod_lruvec_folio_stat(f, idx, val)
#define __lruvec_stat_add_folio(f, idx) __mod_lruvec_folio_stat(f, idx, (int)folio_nr_pages(f))
#define __lruvec_stat_sub_folio(f, idx) __mod_lruvec_folio_stat(f, idx, -(int)folio_nr_pages(f))
#define lruvec_stat_add_folio(f, idx) __lruvec_stat_add_folio(f, idx)
#define lruvec_stat_sub_folio(f, idx) __lruvec_stat_sub_folio(f, idx)
#define mod_lruvec_page_state(page, idx, val) (fsc_node_stat[idx] += (val))
#define __mod_node_page_state(pgdat, idx, val) (fsc_node_stat[idx] += (val))
#define mod_node_page_state(pgdat, idx, val) (fsc_node_stat[idx] += (val))
#define node_stat_mod_folio(f, idx, val) (fsc_node_stat[idx] += (val))
#define mod_node_stat_folio(f, idx, val) (fsc_node_stat[idx] += (val))
#define zone_stat_mod_folio(f, idx, val) do { } while (0)
#define inc_node_page_state(page, idx) (fsc_node_stat[idx]++)
#define dec_node_page_state(page, idx) (fsc_node_stat[idx]--)
#define count_vm_event(x) do { } while (0)
#define count_vm_events(x, n) do { } while (0)
#define __count_vm_event(x) do { } while (0)
#define __count_vm_events(x, n) do { } while (0)
#define count_memcg_event_mm(mm, idx) do { } while (0)
#define count_memcg_events_mm(mm, idx, n) do { } while (0)
#endif
