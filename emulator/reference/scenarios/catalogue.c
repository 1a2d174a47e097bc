/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All scenarios, in the order they are listed and run. A runner reads this array up to its NULL.
 *
 * Not quiet on the unpatched reference, because the release is not (what v6.12 shows, v4.18 shows too, but for busy-scan-locked):
 *   v4.15 truncate-*, punch-pinned, collapse-pinned, evict-pinned, cut-interrupted
 *                                   nobody asks whether a device uses a block before it is freed (until v4.18)
 *   v6.12 truncate-unmapped-pinned  a mapping that nobody maps is not searched for busy pages (until v6.15)
 *   v6.12 evict-pinned              eviction does not wait for DMA (until v6.15)
 *   v6.12 busy-scan-locked          the search passes over entries that are locked (until v6.15)
 *   v6.12 truncate-folio-put        folio_put() and folio_put_refs() wake nobody (nobody calls them on such pages)
 *   v6.15 reflink-reuse             order=0 index=512: an order-0 page keeps its index, which is read as a share count
 *   v6.12 erofs-umount-pinned       as evict-pinned (until v6.17)
 *   v6.15 erofs-*                   eviction leaves entries to truncation, which warns (until v6.17)
 *   v6.12 virtiofs-two-tasks        before=2 one=0 two=3: a write(2) takes a range that a load had shown for reading (read in 6.12)
 *   all   dax-files-unbound         file=0: mapping_store() takes nothing and refuses nothing when the region has no driver
 *   both  holder kill=1             who is refused as a second holder keeps the reference it took (fs_dax_get_by_bdev())
 */
#include "scenario.h"

extern const struct fsc_scenario fsc_scenario_map_fault_unmap;
extern const struct fsc_scenario fsc_scenario_read_then_write;
extern const struct fsc_scenario fsc_scenario_truncate_mapped;
extern const struct fsc_scenario fsc_scenario_evict_mapped_before;
extern const struct fsc_scenario fsc_scenario_punch_mapped;
extern const struct fsc_scenario fsc_scenario_remap_same_file;
extern const struct fsc_scenario fsc_scenario_reuse_other_size;
extern const struct fsc_scenario fsc_scenario_pte_in_pmd;
extern const struct fsc_scenario fsc_scenario_mprotect_write;
extern const struct fsc_scenario fsc_scenario_fork_shared;
extern const struct fsc_scenario fsc_scenario_private_cow;
extern const struct fsc_scenario fsc_scenario_writeback;
extern const struct fsc_scenario fsc_scenario_map_sync;
extern const struct fsc_scenario fsc_scenario_map_sync_fails;
extern const struct fsc_scenario fsc_scenario_hole_read_write;
extern const struct fsc_scenario fsc_scenario_hole_read_cut;
extern const struct fsc_scenario fsc_scenario_hole_downgrade;
extern const struct fsc_scenario fsc_scenario_hole_pwrite;
extern const struct fsc_scenario fsc_scenario_fault_no_memory;
extern const struct fsc_scenario fsc_scenario_fault_no_block;
extern const struct fsc_scenario fsc_scenario_insert_fails;
extern const struct fsc_scenario fsc_scenario_hole_pinned;
extern const struct fsc_scenario fsc_scenario_reflink_read;
extern const struct fsc_scenario fsc_scenario_reflink_reuse;
extern const struct fsc_scenario fsc_scenario_reflink_write;
extern const struct fsc_scenario fsc_scenario_cow_pwrite;
extern const struct fsc_scenario fsc_scenario_reflink_unshare;
extern const struct fsc_scenario fsc_scenario_dedupe;
extern const struct fsc_scenario fsc_scenario_zero_range;
extern const struct fsc_scenario fsc_scenario_truncate_pinned;
extern const struct fsc_scenario fsc_scenario_truncate_two_pinned;
extern const struct fsc_scenario fsc_scenario_truncate_unmapped_pinned;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_truncate_folio_put;
#endif
extern const struct fsc_scenario fsc_scenario_punch_pinned;
extern const struct fsc_scenario fsc_scenario_evict_pinned;
extern const struct fsc_scenario fsc_scenario_cut_interrupted;
extern const struct fsc_scenario fsc_scenario_fork_pinned;
extern const struct fsc_scenario fsc_scenario_pin_unpin;
extern const struct fsc_scenario fsc_scenario_longterm_refused;
extern const struct fsc_scenario fsc_scenario_gup_truncate_race;
extern const struct fsc_scenario fsc_scenario_clone_pinned;
extern const struct fsc_scenario fsc_scenario_lock_lookup;
extern const struct fsc_scenario fsc_scenario_wait_for_entry;
extern const struct fsc_scenario fsc_scenario_invalidate_waiters;
extern const struct fsc_scenario fsc_scenario_invalidate_dirty_waiters;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_busy_scan;
extern const struct fsc_scenario fsc_scenario_busy_scan_locked;
#endif
extern const struct fsc_scenario fsc_scenario_lock_folio_waits;
#if FSC_ERA >= 615
extern const struct fsc_scenario fsc_scenario_break_range;
extern const struct fsc_scenario fsc_scenario_delete_waiters;
#endif
extern const struct fsc_scenario fsc_scenario_truncate_locked;
extern const struct fsc_scenario fsc_scenario_fault_sizes_wait;
extern const struct fsc_scenario fsc_scenario_fsync_and_fault;
extern const struct fsc_scenario fsc_scenario_fault_race;
extern const struct fsc_scenario fsc_scenario_sync_entry_changes;
extern const struct fsc_scenario fsc_scenario_unbind_rebind;
extern const struct fsc_scenario fsc_scenario_holder;
extern const struct fsc_scenario fsc_scenario_memory_failure_file;
extern const struct fsc_scenario fsc_scenario_device_dax;
extern const struct fsc_scenario fsc_scenario_driver_maps;
extern const struct fsc_scenario fsc_scenario_devdax_probe_fails;
extern const struct fsc_scenario fsc_scenario_dax_bind_fails;
extern const struct fsc_scenario fsc_scenario_pmem_probe_fails;
extern const struct fsc_scenario fsc_scenario_pmem_io_unbind;
extern const struct fsc_scenario fsc_scenario_dax_divide;
extern const struct fsc_scenario fsc_scenario_devdax_open_gone;
extern const struct fsc_scenario fsc_scenario_devdax_memory_failure;
extern const struct fsc_scenario fsc_scenario_pgmap_types;
extern const struct fsc_scenario fsc_scenario_pgmap_fails;
extern const struct fsc_scenario fsc_scenario_pgmap_held;
extern const struct fsc_scenario fsc_scenario_madvise_poison;
extern const struct fsc_scenario fsc_scenario_fsdev_rebind;
extern const struct fsc_scenario fsc_scenario_truncate_reused;
extern const struct fsc_scenario fsc_scenario_race_take_truncate;
extern const struct fsc_scenario fsc_scenario_race_let_go_truncate;
extern const struct fsc_scenario fsc_scenario_race_sync_fault;
extern const struct fsc_scenario fsc_scenario_race_faults_one_entry;
extern const struct fsc_scenario fsc_scenario_race_scan_locked;
extern const struct fsc_scenario fsc_scenario_race_faults_one_mm;
extern const struct fsc_scenario fsc_scenario_race_cow_truncate;
extern const struct fsc_scenario fsc_scenario_race_reuse;
extern const struct fsc_scenario fsc_scenario_race_fork_truncate;
extern const struct fsc_scenario fsc_scenario_race_holder_put;
extern const struct fsc_scenario fsc_scenario_kvm_guest;
extern const struct fsc_scenario fsc_scenario_kvm_truncate;
extern const struct fsc_scenario fsc_scenario_kvm_writeback;
#if FSC_ERA < 613
extern const struct fsc_scenario fsc_scenario_kvm_pfn_kinds;
#endif
extern const struct fsc_scenario fsc_scenario_kvm_unplug;
extern const struct fsc_scenario fsc_scenario_kvm_devdax_unbind;
extern const struct fsc_scenario fsc_scenario_ndctl_mmap;
extern const struct fsc_scenario fsc_scenario_ndctl_dax_pmd;
extern const struct fsc_scenario fsc_scenario_ndctl_device_dax;
extern const struct fsc_scenario fsc_scenario_ndctl_sub_section;
extern const struct fsc_scenario fsc_scenario_fstests_generic_437;
#if FSC_ERA >= 418
extern const struct fsc_scenario fsc_scenario_fstests_generic_503;
#endif
extern const struct fsc_scenario fsc_scenario_p2pdma_mmap;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_pwrite_and_fault;
extern const struct fsc_scenario fsc_scenario_dcssblk;
extern const struct fsc_scenario fsc_scenario_dcssblk_fails;
#endif
extern const struct fsc_scenario fsc_scenario_altmap_entries;
extern const struct fsc_scenario fsc_scenario_hmem_probe_fails;
extern const struct fsc_scenario fsc_scenario_race_first_faults;
extern const struct fsc_scenario fsc_scenario_race_shared_blocks;
extern const struct fsc_scenario fsc_scenario_race_new_blocks;
extern const struct fsc_scenario fsc_scenario_race_two_truncates;
extern const struct fsc_scenario fsc_scenario_race_huge_zero;
extern const struct fsc_scenario fsc_scenario_race_fsync_store;
extern const struct fsc_scenario fsc_scenario_race_crowd;
extern const struct fsc_scenario fsc_scenario_race_blocks;
extern const struct fsc_scenario fsc_scenario_race_upgrade;
extern const struct fsc_scenario fsc_scenario_race_take_munmap;
extern const struct fsc_scenario fsc_scenario_race_store_let_go;
extern const struct fsc_scenario fsc_scenario_race_sizes;
extern const struct fsc_scenario fsc_scenario_race_holder_change;
extern const struct fsc_scenario fsc_scenario_race_kill;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_btt_io;
extern const struct fsc_scenario fsc_scenario_btt_torn;
extern const struct fsc_scenario fsc_scenario_btt_fails;
extern const struct fsc_scenario fsc_scenario_btt_refused;
extern const struct fsc_scenario fsc_scenario_virtio_pmem_flush;
extern const struct fsc_scenario fsc_scenario_virtio_pmem_broken;
#endif
extern const struct fsc_scenario fsc_scenario_race_take_broadcast;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_vmemmap;
extern const struct fsc_scenario fsc_scenario_vmemmap_fails;
extern const struct fsc_scenario fsc_scenario_badblocks;
#endif
extern const struct fsc_scenario fsc_scenario_dax_files;
extern const struct fsc_scenario fsc_scenario_dax_ids;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_virtiofs_window;
#endif
#if FSC_ERA >= 701
extern const struct fsc_scenario fsc_scenario_fs_dax_get;
#endif
extern const struct fsc_scenario fsc_scenario_sync_entry_larger;
extern const struct fsc_scenario fsc_scenario_devdax_side_by_side;
#if FSC_ERA >= 615
extern const struct fsc_scenario fsc_scenario_scan_waiters;
#endif
extern const struct fsc_scenario fsc_scenario_race_share_two_files;
extern const struct fsc_scenario fsc_scenario_race_holder_get;
extern const struct fsc_scenario fsc_scenario_durable;
extern const struct fsc_scenario fsc_scenario_race_devdax_unbind;
extern const struct fsc_scenario fsc_scenario_race_wait_queue;
extern const struct fsc_scenario fsc_scenario_race_append;
extern const struct fsc_scenario fsc_scenario_pfn_namespace;
extern const struct fsc_scenario fsc_scenario_pwrite_mapped_range;
extern const struct fsc_scenario fsc_scenario_pmd_past_end;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_virtiofs_ranges;
extern const struct fsc_scenario fsc_scenario_virtiofs_reclaim_pinned;
extern const struct fsc_scenario fsc_scenario_virtiofs_two_tasks;
extern const struct fsc_scenario fsc_scenario_virtiofs_range_fails;
extern const struct fsc_scenario fsc_scenario_virtiofs_mount_fails;
#endif
extern const struct fsc_scenario fsc_scenario_dax_files_unbound;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_xfs_failure;
extern const struct fsc_scenario fsc_scenario_sync_fault_truncated;
extern const struct fsc_scenario fsc_scenario_pfn_badblocks;
extern const struct fsc_scenario fsc_scenario_migrate_device;
extern const struct fsc_scenario fsc_scenario_migrate_device_gone;
extern const struct fsc_scenario fsc_scenario_migrate_device_fork;
extern const struct fsc_scenario fsc_scenario_migrate_device_fails;
extern const struct fsc_scenario fsc_scenario_migrate_device_unbind;
extern const struct fsc_scenario fsc_scenario_migrate_device_race;
#endif
extern const struct fsc_scenario fsc_scenario_race_two_fsyncs;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_badrange;
extern const struct fsc_scenario fsc_scenario_badrange_namespace;
extern const struct fsc_scenario fsc_scenario_race_badrange;
extern const struct fsc_scenario fsc_scenario_kmem_unbind;
extern const struct fsc_scenario fsc_scenario_labels;
extern const struct fsc_scenario fsc_scenario_labels_torn;
extern const struct fsc_scenario fsc_scenario_erofs_read;
extern const struct fsc_scenario fsc_scenario_erofs_umount_pinned;
extern const struct fsc_scenario fsc_scenario_erofs_failure;
extern const struct fsc_scenario fsc_scenario_erofs_unbound;
#endif
#if FSC_ERA >= 701
extern const struct fsc_scenario fsc_scenario_device_folio;
#endif
extern const struct fsc_scenario fsc_scenario_collapse_pinned;
#if FSC_ERA >= 612
extern const struct fsc_scenario fsc_scenario_ndctl_dm;
extern const struct fsc_scenario fsc_scenario_ndctl_revoke_devmem;
#endif
extern const struct fsc_scenario fsc_scenario_ndctl_multi_dax;
extern const struct fsc_scenario fsc_scenario_touch_and_cut;
extern const struct fsc_scenario fsc_scenario_private_cut;
extern const struct fsc_scenario fsc_scenario_fstests_generic_344;
extern const struct fsc_scenario fsc_scenario_fstests_generic_345;
extern const struct fsc_scenario fsc_scenario_fstests_generic_346;
extern const struct fsc_scenario fsc_scenario_fstests_generic_354;
extern const struct fsc_scenario fsc_scenario_fstests_generic_428;
extern const struct fsc_scenario fsc_scenario_fstests_generic_462;
extern const struct fsc_scenario fsc_scenario_fault_beside_write;
extern const struct fsc_scenario fsc_scenario_fstests_generic_413;
extern const struct fsc_scenario fsc_scenario_fstests_generic_647;
extern const struct fsc_scenario fsc_scenario_buffer_ends;
extern const struct fsc_scenario fsc_scenario_parts_of_pages;
extern const struct fsc_scenario fsc_scenario_end_within_page;
extern const struct fsc_scenario fsc_scenario_dedupe_extents;
extern const struct fsc_scenario fsc_scenario_pgmap_altmap;
extern const struct fsc_scenario fsc_scenario_deposited;

const struct fsc_scenario *const fsc_scenarios[] = {
	&fsc_scenario_map_fault_unmap,
	&fsc_scenario_read_then_write,
	&fsc_scenario_truncate_mapped,
	&fsc_scenario_evict_mapped_before,
	&fsc_scenario_punch_mapped,
	&fsc_scenario_remap_same_file,
	&fsc_scenario_reuse_other_size,
	&fsc_scenario_pte_in_pmd,
	&fsc_scenario_mprotect_write,
	&fsc_scenario_fork_shared,
	&fsc_scenario_private_cow,
	&fsc_scenario_writeback,
	&fsc_scenario_map_sync,
	&fsc_scenario_map_sync_fails,
	&fsc_scenario_hole_read_write,
	&fsc_scenario_hole_read_cut,
	&fsc_scenario_hole_downgrade,
	&fsc_scenario_hole_pwrite,
	&fsc_scenario_fault_no_memory,
	&fsc_scenario_fault_no_block,
	&fsc_scenario_insert_fails,
	&fsc_scenario_hole_pinned,
	&fsc_scenario_reflink_read,
	&fsc_scenario_reflink_reuse,
	&fsc_scenario_reflink_write,
	&fsc_scenario_cow_pwrite,
	&fsc_scenario_reflink_unshare,
	&fsc_scenario_dedupe,
	&fsc_scenario_zero_range,
	&fsc_scenario_truncate_pinned,
	&fsc_scenario_truncate_two_pinned,
	&fsc_scenario_truncate_unmapped_pinned,
#if FSC_ERA >= 612
	&fsc_scenario_truncate_folio_put,
#endif
	&fsc_scenario_punch_pinned,
	&fsc_scenario_evict_pinned,
	&fsc_scenario_cut_interrupted,
	&fsc_scenario_fork_pinned,
	&fsc_scenario_pin_unpin,
	&fsc_scenario_longterm_refused,
	&fsc_scenario_gup_truncate_race,
	&fsc_scenario_clone_pinned,
	&fsc_scenario_lock_lookup,
	&fsc_scenario_wait_for_entry,
	&fsc_scenario_invalidate_waiters,
	&fsc_scenario_invalidate_dirty_waiters,
#if FSC_ERA >= 612
	&fsc_scenario_busy_scan,
	&fsc_scenario_busy_scan_locked,
#endif
	&fsc_scenario_lock_folio_waits,
#if FSC_ERA >= 615
	&fsc_scenario_break_range,
	&fsc_scenario_delete_waiters,
#endif
	&fsc_scenario_truncate_locked,
	&fsc_scenario_fault_sizes_wait,
	&fsc_scenario_fsync_and_fault,
	&fsc_scenario_fault_race,
	&fsc_scenario_sync_entry_changes,
	&fsc_scenario_unbind_rebind,
	&fsc_scenario_holder,
	&fsc_scenario_memory_failure_file,
	&fsc_scenario_device_dax,
	&fsc_scenario_driver_maps,
	&fsc_scenario_devdax_probe_fails,
	&fsc_scenario_dax_bind_fails,
	&fsc_scenario_pmem_probe_fails,
	&fsc_scenario_pmem_io_unbind,
	&fsc_scenario_dax_divide,
	&fsc_scenario_devdax_open_gone,
	&fsc_scenario_devdax_memory_failure,
	&fsc_scenario_pgmap_types,
	&fsc_scenario_pgmap_fails,
	&fsc_scenario_pgmap_held,
	&fsc_scenario_madvise_poison,
	&fsc_scenario_fsdev_rebind,
	&fsc_scenario_truncate_reused,
	&fsc_scenario_race_take_truncate,
	&fsc_scenario_race_let_go_truncate,
	&fsc_scenario_race_sync_fault,
	&fsc_scenario_race_faults_one_entry,
	&fsc_scenario_race_scan_locked,
	&fsc_scenario_race_faults_one_mm,
	&fsc_scenario_race_cow_truncate,
	&fsc_scenario_race_reuse,
	&fsc_scenario_race_fork_truncate,
	&fsc_scenario_race_holder_put,
	&fsc_scenario_kvm_guest,
	&fsc_scenario_kvm_truncate,
	&fsc_scenario_kvm_writeback,
#if FSC_ERA < 613
	&fsc_scenario_kvm_pfn_kinds,
#endif
	&fsc_scenario_kvm_unplug,
	&fsc_scenario_kvm_devdax_unbind,
	&fsc_scenario_ndctl_mmap,
	&fsc_scenario_ndctl_dax_pmd,
	&fsc_scenario_ndctl_device_dax,
	&fsc_scenario_ndctl_sub_section,
	&fsc_scenario_fstests_generic_437,
#if FSC_ERA >= 418
	&fsc_scenario_fstests_generic_503,
#endif
	&fsc_scenario_p2pdma_mmap,
#if FSC_ERA >= 612
	&fsc_scenario_pwrite_and_fault,
	&fsc_scenario_dcssblk,
	&fsc_scenario_dcssblk_fails,
#endif
	&fsc_scenario_altmap_entries,
	&fsc_scenario_hmem_probe_fails,
	&fsc_scenario_race_first_faults,
	&fsc_scenario_race_shared_blocks,
	&fsc_scenario_race_new_blocks,
	&fsc_scenario_race_two_truncates,
	&fsc_scenario_race_huge_zero,
	&fsc_scenario_race_fsync_store,
	&fsc_scenario_race_crowd,
	&fsc_scenario_race_blocks,
	&fsc_scenario_race_upgrade,
	&fsc_scenario_race_take_munmap,
	&fsc_scenario_race_store_let_go,
	&fsc_scenario_race_sizes,
	&fsc_scenario_race_holder_change,
	&fsc_scenario_race_kill,
#if FSC_ERA >= 612
	&fsc_scenario_btt_io,
	&fsc_scenario_btt_torn,
	&fsc_scenario_btt_fails,
	&fsc_scenario_btt_refused,
	&fsc_scenario_virtio_pmem_flush,
	&fsc_scenario_virtio_pmem_broken,
#endif
	&fsc_scenario_race_take_broadcast,
#if FSC_ERA >= 612
	&fsc_scenario_vmemmap,
	&fsc_scenario_vmemmap_fails,
	&fsc_scenario_badblocks,
#endif
	&fsc_scenario_dax_files,
	&fsc_scenario_dax_ids,
#if FSC_ERA >= 612
	&fsc_scenario_virtiofs_window,
#endif
#if FSC_ERA >= 701
	&fsc_scenario_fs_dax_get,
#endif
	&fsc_scenario_sync_entry_larger,
	&fsc_scenario_devdax_side_by_side,
#if FSC_ERA >= 615
	&fsc_scenario_scan_waiters,
#endif
	&fsc_scenario_race_share_two_files,
	&fsc_scenario_race_holder_get,
	&fsc_scenario_durable,
	&fsc_scenario_race_devdax_unbind,
	&fsc_scenario_race_wait_queue,
	&fsc_scenario_race_append,
	&fsc_scenario_pfn_namespace,
	&fsc_scenario_pwrite_mapped_range,
	&fsc_scenario_pmd_past_end,
#if FSC_ERA >= 612
	&fsc_scenario_virtiofs_ranges,
	&fsc_scenario_virtiofs_reclaim_pinned,
	&fsc_scenario_virtiofs_two_tasks,
	&fsc_scenario_virtiofs_range_fails,
	&fsc_scenario_virtiofs_mount_fails,
#endif
	&fsc_scenario_dax_files_unbound,
#if FSC_ERA >= 612
	&fsc_scenario_xfs_failure,
	&fsc_scenario_sync_fault_truncated,
	&fsc_scenario_pfn_badblocks,
	&fsc_scenario_migrate_device,
	&fsc_scenario_migrate_device_gone,
	&fsc_scenario_migrate_device_fork,
	&fsc_scenario_migrate_device_fails,
	&fsc_scenario_migrate_device_unbind,
	&fsc_scenario_migrate_device_race,
#endif
	&fsc_scenario_race_two_fsyncs,
#if FSC_ERA >= 612
	&fsc_scenario_badrange,
	&fsc_scenario_badrange_namespace,
	&fsc_scenario_race_badrange,
	&fsc_scenario_kmem_unbind,
	&fsc_scenario_labels,
	&fsc_scenario_labels_torn,
	&fsc_scenario_erofs_read,
	&fsc_scenario_erofs_umount_pinned,
	&fsc_scenario_erofs_failure,
	&fsc_scenario_erofs_unbound,
#endif
#if FSC_ERA >= 701
	&fsc_scenario_device_folio,
#endif
	&fsc_scenario_collapse_pinned,
#if FSC_ERA >= 612
	&fsc_scenario_ndctl_dm,
	&fsc_scenario_ndctl_revoke_devmem,
#endif
	&fsc_scenario_ndctl_multi_dax,
	&fsc_scenario_touch_and_cut,
	&fsc_scenario_private_cut,
	&fsc_scenario_fstests_generic_344,
	&fsc_scenario_fstests_generic_345,
	&fsc_scenario_fstests_generic_346,
	&fsc_scenario_fstests_generic_354,
	&fsc_scenario_fstests_generic_428,
	&fsc_scenario_fstests_generic_462,
	&fsc_scenario_fault_beside_write,
	&fsc_scenario_fstests_generic_413,
	&fsc_scenario_fstests_generic_647,
	&fsc_scenario_buffer_ends,
	&fsc_scenario_parts_of_pages,
	&fsc_scenario_end_within_page,
	&fsc_scenario_dedupe_extents,
	&fsc_scenario_pgmap_altmap,
	&fsc_scenario_deposited,
	NULL,
};
