/**
 * Every system that the machine has is noticed when it breaks, and alone: for each a line of the reference kernel is broken, the
 * system's own cases fail, and those of the others do not. Leaves out what mails do about it (test/review).
 */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Era } from "../../emulator/kernel/era.ts";
import { buildKernelImage, type OverlayUnit, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { type BootedImage, bootImage, casesOf, runCase } from "../../emulator/scenario/runner.ts";
import { changed } from "../support/one_change.ts";

interface Row {
  readonly system: string;
  readonly era: Era;
  /** The break: a function of the reference kernel, and what stands in the place of what. */
  readonly path: string;
  readonly fn: string;
  readonly from: string;
  readonly to: string;
  /** Cases of the system, by their label; each fails. */
  readonly cases: readonly string[];
  /** Systems whose cases rest on the same line, and fail too. */
  readonly also?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    system: "v4.15, v4.18",
    era: "v4.18",
    path: "fs/dax.c",
    fn: "fsc_busy_at",
    from: "return",
    to: "return NULL; return",
    cases: ["truncate-pinned order=0 index=0 fs=0 put=0 open=0"],
    also: ["layout break", "collapse and insert range", "virtiofs", "KVM"],
  },
  {
    system: "v7.3",
    era: "v7.3",
    path: "fs/dax.c",
    fn: "dax_folio_reset_order",
    from: "single->pgmap = pgmap;",
    to: "single->pgmap = NULL;",
    cases: ["reuse-other-size from=9 index=0 write=1 same=1"],
    also: ["collapse and insert range", "ndctl"],
  },
  {
    system: "MAP_SYNC",
    era: "v6.12",
    path: "fs/dax.c",
    fn: "dax_insert_pfn_mkwrite",
    from: "if (!entry || dax_is_conflict(entry) || (!order && !dax_is_pte_entry(entry))) {",
    to: "if (dax_is_conflict(entry)) {",
    cases: ["sync-entry-changes order=0 what=0"],
  },
  {
    system: "MAP_SYNC, and who waits behind the fault",
    era: "v6.12",
    path: "fs/dax.c",
    fn: "dax_insert_pfn_mkwrite",
    from: "put_unlocked_entry(&xas, entry, WAKE_NEXT);",
    to: ";",
    cases: ["sync-entry-larger next=0", "sync-entry-larger next=1"],
  },
  {
    system: "waiters behind a search for busy pages",
    era: "v6.15",
    path: "fs/dax.c",
    fn: "dax_layout_busy_page_range",
    from: "put_unlocked_entry(&xas, entry, WAKE_NEXT);",
    to: ";",
    cases: ["scan-waiters order=0 removers=1", "scan-waiters order=9 removers=2"],
  },
  {
    system: "walks over pages of two devices",
    era: "v6.12",
    path: "mm/memremap.c",
    fn: "get_dev_pagemap",
    from: "put_dev_pagemap(pgmap);",
    to: "",
    cases: ["devdax-side-by-side touched=0", "devdax-side-by-side touched=1"],
  },
  {
    system: "MAP_SYNC over a page table that changed",
    era: "v6.15",
    path: "mm/memory.c",
    fn: "insert_page_into_pte_locked",
    from: "entry = pte_mkyoung(maybe_mkwrite(entry, vma));",
    to: "entry = pte_mkyoung(entry);",
    cases: ["sync-entry-changes order=0 what=3"],
    also: ["collapse and insert range", "fstests generic/503", "ndctl"],
  },
  {
    system: "write(2) into a mapped hole",
    era: "v6.12",
    path: "mm/memory.c",
    fn: "insert_pfn",
    from: " && pte_pfn(entry) == fsc_pfn_raw(pfn)",
    to: "",
    cases: ["pwrite-and-fault sync=0 fs=1", "pwrite-and-fault sync=1 fs=0"],
  },
  {
    system: "fstests generic/503",
    era: "v6.12",
    path: "fs/dax.c",
    fn: "dax_iomap_pte_fault",
    from: "i_size_read(iter.inode) <= iter.pos",
    to: "0",
    cases: ["fstests-generic-503 order=0 cut=0 fs=1"],
    also: ["collapse and insert range", "fstests generic/437", "KVM"],
  },
  {
    system: "fstests generic/437",
    era: "v6.12",
    path: "mm/memory.c",
    fn: "should_zap_cows",
    from: "!details || details->even_cows",
    to: "!details",
    cases: ["fstests-generic-437 order=0"],
  },
  {
    system: "fstests generic/461",
    era: "v6.12",
    path: "fs/dax.c",
    fn: "dax_insert_entry",
    from: "(dax_is_zero_entry(entry) && !(flags & DAX_ZERO_PAGE))",
    to: "0",
    cases: ["fstests-generic-461 order=0 fs=1"],
  },
  {
    system: "layout break",
    era: "v6.12",
    path: "fs/dax.c",
    fn: "dax_busy_page",
    from: "return candidate;",
    to: "return NULL;",
    cases: ["punch-pinned order=0 fs=1 beside=0"],
    also: [
      "collapse and insert range",
      "v4.15, v4.18",
      "virtiofs",
      "virtiofs ranges",
      "virtiofs ranges, newer kernels",
      "KVM",
    ],
  },
  {
    system: "device memory, v7.3",
    era: "v7.3",
    path: "mm/memremap.c",
    fn: "free_zone_device_folio",
    from: "percpu_ref_put_many(&pgmap->ref, nr);",
    to: ";",
    cases: ["migrate-device type=1 pages=1 fresh=0", "migrate-device type=2 pages=3 fresh=0"],
    also: [
      "memory that moves to a device, first touched there",
      "memory on a device that is unmapped",
      "memory on a device that is shared by fork",
      "memory on a device that goes",
      "memory that cannot move to a device",
      "memory that a device wants back",
      "device memory",
      "device memory in folios",
    ],
  },
  {
    system: "device memory in folios",
    era: "v7.1",
    path: "mm/memremap.c",
    fn: "fsc_forget_folio",
    from: "single->pgmap = pgmap;",
    to: ";",
    cases: ["device-folio type=1 first=2 then=0", "device-folio type=2 first=1 then=0"],
  },
  {
    system: "erofs",
    era: "v6.12",
    path: "fs/dax.c",
    fn: "dax_iomap_pgoff",
    from: " - iomap->offset",
    to: " - (pos & PAGE_MASK)",
    cases: ["erofs-read order=0 chunks=1"],
    also: ["device mapper over pmem", "device mapper, the end of a part"],
  },
  {
    system: "erofs, whose faults give no pfn away",
    era: "v7.3",
    path: "fs/dax.c",
    fn: "dax_iomap_pte_fault",
    from: "if (iomap_errp)",
    to: "",
    cases: ["erofs-failure order=0 mapped=1"],
    also: ["erofs", "eviction of erofs"],
  },
  {
    system: "eviction of erofs",
    era: "v7.3",
    path: "fs/erofs/super.c",
    fn: "erofs_evict_inode",
    from: "dax_break_layout_final(inode);",
    to: ";",
    cases: ["erofs-umount-pinned order=0", "erofs-umount-pinned order=9"],
    also: ["erofs", "erofs, whose faults give no pfn away"],
  },
  {
    system: "collapse and insert range",
    era: "v6.12",
    path: "fs/fscfs.c",
    fn: "fscfs_shift",
    from: "truncate_pagecache(inode, from);",
    to: ";",
    cases: ["collapse-pinned order=0 fs=0 insert=0 held=2", "collapse-pinned order=9 fs=1 insert=1 held=1"],
  },
  {
    system: "KVM",
    era: "v6.12",
    path: "virt/kvm/kvm_main.c",
    fn: "kvm_pfn_to_refcounted_page",
    from: " || kvm_is_zone_device_page(page)",
    to: "",
    cases: ["kvm-unplug order=0 fs=1 reserved=1"],
  },
  {
    system: "pgmap life",
    era: "v6.12",
    path: "mm/memremap.c",
    fn: "memunmap_pages",
    from: "wait_for_completion(&pgmap->done);",
    to: "",
    cases: ["pgmap-held type=2 what=1"],
    also: ["memory on a device that goes"],
  },
  {
    system: "sub-section neighbours",
    era: "v6.12",
    path: "mm/memremap.c",
    fn: "pgmap_array_delete",
    from: "last = PHYS_PFN(range->end)",
    to: "last = PHYS_PFN(range->end) + 1",
    cases: ["ndctl-sub-section gone=0"],
  },
  {
    system: "struct pages, tails of compound pages on one page",
    era: "v6.12",
    path: "mm/sparse-vmemmap.c",
    fn: "compound_section_tail_page",
    from: "addr - PAGE_SIZE",
    to: "addr",
    cases: ["vmemmap how=3"],
  },
  {
    system: "struct pages that the device keeps",
    era: "v7.1",
    path: "mm/sparse-vmemmap.c",
    fn: "altmap_alloc_block_buf",
    from: "altmap->align += lost;",
    to: "",
    cases: ["vmemmap how=5"],
  },
  {
    system: "bad blocks",
    era: "v6.12",
    path: "drivers/nvdimm/pmem.c",
    fn: "__pmem_clear_poison",
    from: "pmem_mkpage_present(pmem, offset, good);",
    to: "",
    cases: ["badblocks how=0 mends=0", "badblocks how=1 mends=0"],
    also: ["bad blocks behind an info block", "bad ranges that are mended in use"],
  },
  {
    system: "bad blocks behind an info block",
    era: "v6.12",
    path: "drivers/nvdimm/pmem.c",
    fn: "pmem_recovery_write",
    from: "to_sect(pmem, offset)",
    to: "to_sect(pmem, PFN_PHYS(pgoff))",
    cases: ["pfn-badblocks page=0 how=1", "pfn-badblocks page=5 how=1"],
  },
  {
    system: "bad ranges, mended in part",
    era: "v6.12",
    path: "drivers/nvdimm/badrange.c",
    fn: "badrange_forget",
    from: "bre->start = last + 1;",
    to: "bre->start = last;",
    cases: ["badrange mend=2 over=0", "badrange mend=2 over=1"],
  },
  {
    system: "bad ranges, split without a sleep",
    era: "v7.1",
    path: "drivers/nvdimm/badrange.c",
    fn: "badrange_forget",
    from: "GFP_NOWAIT",
    to: "GFP_KERNEL",
    cases: ["badrange mend=4 over=0"],
  },
  {
    system: "bad ranges of a namespace",
    era: "v6.15",
    path: "drivers/nvdimm/badrange.c",
    fn: "badblocks_populate",
    from: "first = range->start;",
    to: ";",
    cases: ["badrange-namespace at=2", "badrange-namespace at=4"],
  },
  {
    system: "bad ranges that are mended in use",
    era: "v6.12",
    path: "drivers/nvdimm/bus.c",
    fn: "nvdimm_account_cleared_poison",
    from: "badrange_forget(&nvdimm_bus->badrange, phys, cleared);",
    to: "return;",
    cases: ["badblocks how=0 mends=0"],
    also: ["bad blocks", "bad blocks behind an info block"],
  },
  {
    system: "labels of namespaces",
    era: "v6.12",
    path: "drivers/nvdimm/label.c",
    fn: "best_seq",
    from: "nd_inc_seq(a) == b",
    to: "a < b",
    cases: ["labels transfer=0"],
    also: ["labels that are read in pieces", "labels and the power"],
  },
  {
    system: "labels that are read in pieces",
    era: "v7.3",
    path: "drivers/nvdimm/label.c",
    fn: "nd_label_data_init",
    from: "if (end <= have)",
    to: "if (offset <= have)",
    cases: ["labels transfer=1", "labels transfer=2"],
  },
  {
    system: "labels and the power",
    era: "v6.15",
    path: "drivers/nvdimm/label.c",
    fn: "fsc_index_valid",
    from: "|| fsc_index_sum(ndd, index) != __le64_to_cpu(index->checksum)",
    to: "",
    cases: ["labels-torn nth=2 half=1"],
  },
  {
    system: "XFS whose tree of owners cannot be read",
    era: "v6.12",
    path: "fs/xfs/xfs_notify_failure.c",
    fn: "fsc_notify_group",
    from: "error = xfs_rmap_query_range(",
    to: "xfs_rmap_query_range(",
    cases: ["xfs-failure where=9 late=0"],
  },
  {
    system: "memory of a device that stays RAM",
    era: "v6.12",
    path: "drivers/dax/kmem.c",
    fn: "dev_dax_kmem_remove",
    from: "if (!all)\n\t\treturn;",
    to: "",
    cases: ["kmem-unbind state=1", "kmem-unbind state=2"],
  },
  {
    system: "memory of a device that was RAM",
    era: "v7.3",
    path: "drivers/dax/kmem.c",
    fn: "dev_dax_kmem_remove",
    from: "remove_resource(data->res[i]);",
    to: "",
    cases: ["kmem-unbind state=0", "kmem-unbind state=3"],
  },
  {
    system: "writes that end within a page",
    era: "v6.12",
    path: "mm/truncate.c",
    fn: "invalidate_inode_pages2_range",
    from: "unmap_mapping_pages(mapping, start, end - start + 1,",
    to: "unmap_mapping_pages(mapping, start, end - start,",
    cases: ["pwrite-mapped-range shared=0 index=0 part=1"],
  },
  {
    system: "two tasks that write back",
    era: "v6.12",
    path: "fs/dax.c",
    fn: "dax_writeback_one",
    from: "dax_flush(dax_dev, page_address(pfn_to_page(pfn)), PAGE_SIZE * count);",
    to: "",
    cases: ["race-two-fsyncs order=0"],
  },
  {
    system: "files of device-dax",
    era: "v6.12",
    path: "drivers/dax/bus.c",
    fn: "resource_show",
    from: "dev_dax->ranges[0].range.start",
    to: "dev_dax->ranges[0].range.end",
    cases: ["dax-files late_release=0"],
  },
  {
    system: "names of device-dax drivers",
    era: "v6.12",
    path: "drivers/dax/bus.c",
    fn: "do_id_store",
    from: "list_add(&known->list, &dax_drv->ids);",
    to: "",
    cases: ["dax-ids what=0"],
  },
  {
    system: "virtiofs window",
    era: "v6.12",
    path: "fs/fuse/virtio_fs.c",
    fn: "virtio_fs_cleanup_dax",
    from: "kill_dax(data);",
    to: "",
    cases: ["virtiofs-window window=1 fail=0"],
  },
  {
    system: "faults of ext4",
    era: "v6.12",
    path: "fs/ext4/file.c",
    fn: "ext4_dax_huge_fault",
    from: "\tif (write && (ret & VM_FAULT_NEEDDSYNC))\n\t\tret = dax_finish_sync_fault(vmf, order, pfn);\n\tfscfs_look_at_sync(vmf);\n\tfilemap_invalidate_unlock_shared(mapping);\n",
    to: "\tfilemap_invalidate_unlock_shared(mapping);\n\tif (write && (ret & VM_FAULT_NEEDDSYNC))\n\t\tret = dax_finish_sync_fault(vmf, order, pfn);\n",
    cases: ["sync-fault-truncated order=0 fs=0"],
  },
  {
    system: "XFS hears of failing memory",
    era: "v6.12",
    path: "fs/xfs/xfs_notify_failure.c",
    fn: "xfs_failure_pgoff",
    from: "at += notify->startblock - rec->rm_startblock;",
    to: "at += 0;",
    cases: ["xfs-failure where=0 late=0", "xfs-failure where=1 late=1"],
  },
  {
    system: "XFS whose device goes",
    era: "v7.1",
    path: "fs/xfs/xfs_notify_failure.c",
    fn: "xfs_dax_notify_failure_thaw",
    from: "int error = kernel_frozen ? thaw_super(mp->m_super, FREEZE_HOLDER_KERNEL) : 0;",
    to: "int error = 0;",
    cases: ["xfs-failure where=7 late=0"],
  },
  {
    system: "virtiofs ranges",
    era: "v6.12",
    path: "fs/fuse/dax.c",
    fn: "fuse_setup_new_dax_mapping",
    from: "\tif (spare)\n\t\tdmap_add_to_free_pool(fcd, spare);\n",
    to: "",
    cases: ["virtiofs-two-tasks before=2 one=1 two=3", "virtiofs-range-fails before=0 how=1 write=0"],
  },
  {
    system: "virtiofs ranges, newer kernels",
    era: "v6.18",
    path: "fs/fuse/dax.c",
    fn: "lookup_and_reclaim_dmap",
    from: "err = fuse_dax_break_layouts(inode, from, from + FUSE_DAX_SZ - 1);",
    to: "err = fuse_dax_break_layouts(inode, from, from);",
    cases: ["virtiofs-reclaim-pinned order=0 who=0", "virtiofs-reclaim-pinned order=0 who=2"],
  },
  {
    system: "holders without a disk",
    era: "v7.1",
    path: "drivers/dax/super.c",
    fn: "fs_dax_get",
    from: "dax_dev->holder_ops = hops;",
    to: "",
    cases: ["fs-dax-get kill=0", "fs-dax-get kill=1"],
  },
  {
    system: "P2PDMA",
    era: "v6.15",
    path: "drivers/pci/p2pdma.c",
    fn: "p2pdma_page_free",
    from: "percpu_ref_put(ref);",
    to: "",
    cases: ["p2pdma-mmap pages=1 held=0"],
  },
  {
    system: "memory that moves to a device, first touched there",
    era: "v6.18",
    path: "mm/migrate_device.c",
    fn: "migrate_vma_insert_page",
    from: "\tfolio_get(folio);\n",
    to: "",
    cases: ["migrate-device type=1 pages=1 fresh=1", "migrate-device type=2 pages=3 fresh=1"],
  },
  {
    system: "memory on a device that is unmapped",
    era: "v6.12",
    path: "mm/memory.c",
    fn: "zap_nonpresent_ptes",
    from: "\t\tfolio_put(folio);\n",
    to: "",
    cases: ["migrate-device-gone type=1 how=0", "migrate-device-gone type=1 how=1"],
    also: ["memory on a device that is shared by fork", "memory on a device that goes"],
  },
  {
    system: "memory on a device that is shared by fork",
    era: "v6.15",
    path: "mm/memory.c",
    fn: "copy_nonpresent_pte",
    from: "shared = swp_entry_to_pte(make_readable_device_private_entry(swp_offset(entry)));",
    to: ";",
    cases: ["migrate-device-fork type=1 what=1", "migrate-device-fork type=1 what=3"],
  },
  {
    system: "memory that cannot move to a device",
    era: "v6.12",
    path: "mm/migrate_device.c",
    fn: "fsc_migrate_restore",
    from: "folio_unlock(page_folio(page));",
    to: "",
    cases: ["migrate-device-fails type=1 what=4", "migrate-device-fails type=2 what=4"],
  },
  {
    system: "memory that a device wants back",
    era: "v6.12",
    path: "mm/migrate_device.c",
    fn: "migrate_device_range",
    from: "folio_trylock(folio)",
    to: "!folio_trylock(folio)",
    cases: ["migrate-device-unbind type=1 evict=1"],
    also: ["memory on a device that is shared by fork"],
  },
  {
    system: "memory on a device that goes",
    era: "v6.15",
    path: "mm/memremap.c",
    fn: "zone_device_page_init",
    from: "!percpu_ref_tryget_live(&pgmap->ref)",
    to: "percpu_ref_is_dying(&pgmap->ref)",
    cases: ["migrate-device-unbind type=1 evict=0", "migrate-device-unbind type=2 evict=0"],
    also: [
      "device memory, v7.3",
      "memory that moves to a device, first touched there",
      "memory on a device that is unmapped",
      "memory on a device that is shared by fork",
      "memory that cannot move to a device",
      "memory that a device wants back",
      "device memory",
    ],
  },
  {
    system: "device memory",
    era: "v6.12",
    path: "mm/memremap.c",
    fn: "zone_device_page_init",
    from: "set_page_count(page, 1);",
    to: "",
    cases: ["pgmap-types type=2"],
    also: [
      "device memory, v7.3",
      "memory that moves to a device, first touched there",
      "memory on a device that is unmapped",
      "memory on a device that is shared by fork",
      "memory that cannot move to a device",
      "memory that a device wants back",
      "memory on a device that goes",
    ],
  },
  {
    system: "virtiofs",
    era: "v6.12",
    path: "fs/fuse/dax.c",
    fn: "__fuse_dax_break_layouts",
    from: "if (!busy)",
    to: "if (busy)",
    cases: ["truncate-pinned order=0 index=0 fs=2 put=0 open=0"],
    also: ["virtiofs ranges", "virtiofs ranges, newer kernels"],
  },
  {
    system: "holder",
    era: "v6.12",
    path: "drivers/dax/super.c",
    fn: "fs_put_dax",
    from: "void *was = cmpxchg(&dax_dev->holder_data, holder, NULL);",
    to: "void *was = holder;",
    cases: ["holder kill=0"],
    also: ["ndctl"],
  },
  {
    system: "dcssblk",
    era: "v6.12",
    path: "drivers/s390/block/dcssblk.c",
    fn: "dcssblk_remove_store",
    from: "put_dax(info->dax_dev);",
    to: "",
    cases: ["dcssblk again=0", "dcssblk-fails step=1"],
  },
  {
    system: "BTT, lanes",
    era: "v6.12",
    path: "drivers/nvdimm/btt.c",
    fn: "btt_flog_write",
    from: "free->block = ent_lba(le32_to_cpu(ent->old_map));",
    to: "",
    cases: ["btt-io lanes=2", "btt-torn nth=5"],
    also: ["BTT, free lists"],
  },
  {
    system: "BTT, free lists",
    era: "v6.12",
    path: "drivers/nvdimm/btt.c",
    fn: "btt_freelist_init",
    from: "free->block = had;",
    to: "free->block = has;",
    cases: ["btt-torn nth=4"],
    also: ["BTT, lanes"],
  },
  {
    system: "BTT, coming up",
    era: "v6.12",
    path: "drivers/nvdimm/btt.c",
    fn: "fsc_free_arena",
    from: "kfree(arena->freelist);",
    to: "",
    cases: ["btt-fails step=1 there=1"],
    also: ["BTT, lanes", "BTT, free lists"],
  },
  {
    system: "virtio-pmem",
    era: "v6.12",
    path: "drivers/nvdimm/nd_virtio.c",
    fn: "virtio_pmem_host_ack",
    from: "virtio_pmem_wake_one_waiter(vpmem);",
    to: "",
    cases: ["virtio-pmem-flush flags=0 bios=3 slots=1 answer=0"],
  },
  {
    system: "flushes of pmem",
    era: "v6.12",
    path: "drivers/nvdimm/pmem.c",
    fn: "pmem_submit_bio",
    from: "(bio->bi_opf & REQ_FUA)",
    to: "0",
    cases: ["virtio-pmem-flush flags=1 bios=1 slots=1 answer=1"],
  },
  {
    system: "libnvdimm",
    era: "v6.12",
    path: "drivers/nvdimm/pmem.c",
    fn: "pmem_attach_disk",
    from: "put_disk(disk);",
    to: "",
    cases: ["pmem-probe-fails step=0 raw=1"],
  },
  {
    system: "memory failure",
    era: "v6.12",
    path: "mm/memory-failure.c",
    fn: "mf_dax_kill_procs",
    from: "dax_unlock_mapping_entry(mapping, index, cookie);",
    to: "",
    cases: ["memory-failure order=0 files=1 mapped=1"],
    also: ["XFS hears of failing memory", "XFS whose device goes"],
  },
  {
    system: "ndctl",
    era: "v7.3",
    path: "fs/dax.c",
    fn: "dax_folio_reset_order",
    from: "ClearPageHead(page);",
    to: "",
    cases: ["ndctl-mmap kind=0 populate=0 lock=0"],
    also: [
      "O_DIRECT into what nobody has touched",
      "a large mapping that becomes writable",
      "collapse and insert range",
      "v7.3",
      "MAP_SYNC, and who waits behind the fault",
      "waiters behind a search for busy pages",
      "erofs",
      "eviction of erofs",
    ],
  },
  {
    system: "O_DIRECT into what nobody has touched",
    era: "v6.12",
    path: "mm/gup.c",
    fn: "faultin_page",
    from: "flags & FOLL_WRITE ? FAULT_FLAG_WRITE : 0",
    to: "0",
    cases: ["ndctl-dax-pmd case=0 fs=0", "ndctl-dax-pmd case=4 fs=1"],
    also: ["walks over pages of two devices"],
  },
  {
    system: "a large mapping that becomes writable",
    era: "v6.12",
    path: "mm/huge_memory.c",
    fn: "fsc_set_pmd_pfn",
    from: "entry = maybe_pmd_mkwrite(pmd_mkdirty(pmd_mkyoung(entry)), vma);\n\t\tif (pmdp_set",
    to: "entry = pmd_mkyoung(entry);\n\t\tif (pmdp_set",
    cases: ["ndctl-dax-pmd case=3 fs=0"],
    also: ["ndctl"],
  },
  {
    system: "/dev/mem where a driver comes",
    era: "v6.12",
    path: "kernel/resource.c",
    fn: "revoke_iomem",
    from: "unmap_mapping_range(inode->i_mapping, res->start, resource_size(res), 1);",
    to: ";",
    cases: ["ndctl-revoke-devmem over=0", "ndctl-revoke-devmem over=1"],
    also: ["/dev/mem beside what a driver claims"],
  },
  {
    system: "/dev/mem beside what a driver claims",
    era: "v6.18",
    path: "kernel/resource.c",
    fn: "revoke_iomem",
    from: "resource_size(res)",
    to: "0",
    cases: ["ndctl-revoke-devmem over=1"],
    also: ["/dev/mem where a driver comes"],
  },
  {
    system: "devices of namespaces of one region",
    era: "v6.15",
    path: "drivers/dax/pmem.c",
    fn: "__dax_pmem_probe",
    from: "data.id = id;",
    to: "data.id = 0;",
    cases: ["ndctl-multi-dax gone=0", "ndctl-multi-dax gone=1"],
  },
  {
    system: "device mapper over pmem",
    era: "v6.12",
    path: "drivers/md/dm-linear.c",
    fn: "linear_map_sector",
    from: "dm_target_offset(ti, bi_sector)",
    to: "bi_sector",
    cases: ["ndctl-dm order=0 raw=0"],
    also: ["device mapper, the end of a part", "device mapper, parts that cannot do DAX"],
  },
  {
    system: "device mapper, the end of a part",
    era: "v6.15",
    path: "drivers/md/dm.c",
    fn: "dm_dax_direct_access",
    from: "min(most, nr_pages)",
    to: "nr_pages",
    cases: ["ndctl-dm order=0 raw=0"],
    also: ["device mapper over pmem"],
  },
  {
    system: "device mapper, parts that cannot do DAX",
    era: "v7.3",
    path: "drivers/md/dm-table.c",
    fn: "device_not_dax_capable",
    from: "!dev->dax_dev",
    to: "0",
    cases: ["ndctl-dm order=0 raw=1"],
  },
  {
    system: "ndctl's device-dax",
    era: "v6.12",
    path: "drivers/dax/device.c",
    fn: "check_vma",
    from: "(vma->vm_flags & VM_MAYSHARE) == 0",
    to: "0",
    cases: ["ndctl-device-dax order=0"],
  },
];

/** Kernels as they are. */
const booted = new Map<Era, BootedImage>();
// In one space an era, so that what a row does not change is lowered once.
const boot = (era: Era, overlay: readonly OverlayUnit[], memory = new Memory()): BootedImage => {
  const kernel = buildKernelImage(era, overlay, spaceOf(era));
  assert.deepEqual(kernel.errors, []);
  return bootImage(kernel.image, era, memory);
};
/** That of the broken kernels, of which each is done with when the next is booted. */
const one = new Memory();

const scenarioOf = (at: BootedImage, label: string) =>
  at.scenarios.find((s) => s.name === label.split(" ")[0]);

/** What a case says, "" where all holds, and the names of the functions that it enters. */
function ran(
  at: BootedImage,
  label: string,
): { readonly said: string; readonly entered: ReadonlySet<string> } {
  const def = scenarioOf(at, label);
  const c = def && casesOf(def).find((k) => k.label === label);
  assert.ok(c !== undefined, `there is no case "${label}"`);
  const run = runCase(at, c, { stepLimit: 2_000_000 });
  const { reason } = run.end;
  const names = (ids: readonly number[]): string[] => ids.map((id) => at.image.functions[id]!.name);
  return {
    said: run.violations[0]?.message ?? (reason.kind === "completed" ? "" : reason.message),
    entered: new Set([...names(at.boot.functions), ...names(run.functions)]),
  };
}

const onWhole = new Map<string, ReturnType<typeof ran>>();
/** A case on the kernel of an era as it is. */
function whole(era: Era, label: string): ReturnType<typeof ran> {
  const key = `${era} ${label}`;
  let known = onWhole.get(key);
  if (known === undefined) onWhole.set(key, (known = ran(booted.get(era)!, label)));
  return known;
}

for (const row of ROWS)
  test(`${row.system}: a broken line of ${row.fn}() is told by its own cases, and by no others`, () => {
    const { now } = changed(row.path, row.fn, row.from, row.to);
    if (!booted.has(row.era)) booted.set(row.era, boot(row.era, []));
    const broken = boot(row.era, [{ path: row.path, text: `${now}\n` }], one);
    for (const label of row.cases) {
      assert.equal(whole(row.era, label).said, "", `${label} holds on the kernel as it is`);
      assert.notEqual(ran(broken, label).said, "", `${label} fails`);
    }
    const others = ROWS.filter((r) => r !== row && !row.also?.includes(r.system))
      .flatMap((r) => r.cases)
      .filter((label) => scenarioOf(broken, label) !== undefined);
    assert.ok(others.length > 10);
    // What does not come to the broken function does what it did: the machine knows no chance.
    for (const label of others.filter((l) => whole(row.era, l).entered.has(row.fn))) {
      const { said } = ran(broken, label);
      if (said !== "")
        assert.notEqual(
          whole(row.era, label).said,
          "",
          `${label} has nothing to do with ${row.system}: ${said}`,
        );
    }
  });
