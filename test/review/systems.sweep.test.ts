/**
 * Mails that break one line of a system of the reference kernel: each is told new by that system's own scenarios and by no
 * others, and the same function, only written otherwise, is told of nothing. Leaves out the line itself (test/scenarios/rows.sweep.test.ts).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Era } from "../../emulator/kernel/era.ts";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { changed, mailOf } from "../support/one_change.ts";

interface Break {
  readonly what: string;
  readonly path: string;
  readonly fn: string;
  readonly from: string;
  readonly to: string;
  /** The same, written otherwise. */
  readonly neutral: string;
  /** Names of the scenarios that may tell it. */
  readonly told: RegExp;
  readonly eras: readonly Era[];
}

const BREAKS: readonly Break[] = [
  {
    what: "a page of tails is shown once more and not counted",
    path: "mm/sparse-vmemmap.c",
    fn: "vmemmap_pte_populate",
    from: "\tif (reuse)\n\t\tget_page(reuse);\n",
    to: "",
    neutral: "\tif (reuse != NULL)\n\t\tget_page(reuse);\n",
    told: /^vmemmap/,
    eras: ["v6.12", "v7.3"],
  },
  {
    what: "tails of a compound page that began in the sub-section before get pages of their own",
    path: "mm/sparse-vmemmap.c",
    fn: "reuse_compound_section",
    from: "nr > PAGES_PER_SUBSECTION && (start_pfn - first) % nr != 0",
    to: "nr > PAGES_PER_SECTION && (start_pfn - first) % nr != 0",
    neutral: "(start_pfn - first) % nr && nr > PAGES_PER_SUBSECTION",
    told: /^vmemmap/,
    eras: ["v6.12", "v6.18"],
  },
  {
    what: "a block that was mended stays on the list of bad ones",
    path: "drivers/nvdimm/pmem.c",
    fn: "pmem_clear_bb",
    from: "\tbadblocks_clear(&pmem->bb, sector, blks);\n",
    to: "",
    neutral: "\tif (blks)\n\t\tbadblocks_clear(&pmem->bb, sector, blks);\n",
    told: /^(?:pfn-)?badblocks /,
    eras: ["v6.12", "v7.1"],
  },
  {
    what: "of a bad range that is mended in its middle the second half is forgotten",
    path: "drivers/nvdimm/badrange.c",
    fn: "badrange_forget",
    from: "\t\t\tif (behind)\n\t\t\t\talloc_and_append_badrange_entry(badrange, last + 1, behind, GFP_NOWAIT);\n",
    to: "",
    neutral:
      "\t\t\tif (behind != 0)\n\t\t\t\talloc_and_append_badrange_entry(badrange, last + 1, behind, GFP_NOWAIT);\n",
    told: /^badrange /,
    eras: ["v6.12", "v7.3"],
  },
  {
    what: "a label is summed before it says where it lies",
    path: "drivers/nvdimm/label.c",
    fn: "__pmem_label_update",
    from: "\tnsl_set_slot(ndd, nd_label, slot);\n\tnsl_calculate_checksum(ndd, nd_label);\n",
    to: "\tnsl_calculate_checksum(ndd, nd_label);\n\tnsl_set_slot(ndd, nd_label, slot);\n",
    neutral: "\tnsl_set_slot(ndd, nd_label, (u32)slot);\n\tnsl_calculate_checksum(ndd, nd_label);\n",
    told: /^labels/,
    eras: ["v6.12", "v7.3"],
  },
  {
    what: "the name of memory that stays RAM goes with its driver",
    path: "drivers/dax/kmem.c",
    fn: "dev_dax_kmem_remove",
    from: "\tif (!all)\n\t\treturn;\n\tmemory_group_unregister(data->mgid);\n\tkfree(data->res_name);\n",
    to: "\tkfree(data->res_name);\n\tif (!all)\n\t\treturn;\n\tmemory_group_unregister(data->mgid);\n",
    neutral:
      "\tif (all == false)\n\t\treturn;\n\tmemory_group_unregister(data->mgid);\n\tkfree(data->res_name);\n",
    told: /^kmem-unbind /,
    eras: ["v6.12", "v7.1"],
  },
  {
    what: "the range of a mapping is asked for when it is gone, and the region stays locked",
    path: "drivers/dax/bus.c",
    fn: "get_dax_range",
    from: "\tup_write(&dax_region_rwsem);\n\treturn NULL;",
    to: "\treturn NULL;",
    neutral: "\tup_write(&dax_region_rwsem);\n\treturn (struct dev_dax_range *)0;",
    told: /^dax-files /,
    eras: ["v6.12", "v6.18"],
  },
  {
    what: "a name that is taken back from a driver is not forgotten",
    path: "drivers/dax/bus.c",
    fn: "do_id_store",
    from: "\t\tkfree(known);\n",
    to: "",
    neutral: "\t\tif (known)\n\t\t\tkfree(known);\n",
    told: /^dax-ids /,
    eras: ["v6.12"],
  },
  {
    what: "a dax device gives out pages behind the end of a virtiofs window",
    path: "fs/fuse/virtio_fs.c",
    fn: "virtio_fs_direct_access",
    from: "return min(nr_pages, room);",
    to: "return room ? nr_pages : 0;",
    neutral: "return nr_pages < room ? nr_pages : room;",
    told: /^virtiofs-window /,
    eras: ["v6.12", "v6.15"],
  },
  {
    what: "a synchronous fault of ext4 ends outside of the lock that keeps truncate away",
    path: "fs/ext4/file.c",
    fn: "ext4_dax_huge_fault",
    from: "\tif (write && (ret & VM_FAULT_NEEDDSYNC))\n\t\tret = dax_finish_sync_fault(vmf, order, pfn);\n\tfscfs_look_at_sync(vmf);\n\tfilemap_invalidate_unlock_shared(mapping);\n",
    to: "\tfilemap_invalidate_unlock_shared(mapping);\n\tif (write && (ret & VM_FAULT_NEEDDSYNC))\n\t\tret = dax_finish_sync_fault(vmf, order, pfn);\n",
    neutral:
      "\tif ((ret & VM_FAULT_NEEDDSYNC) && write)\n\t\tret = dax_finish_sync_fault(vmf, order, pfn);\n\tfscfs_look_at_sync(vmf);\n\tfilemap_invalidate_unlock_shared(mapping);\n",
    told: /^sync-fault-truncated /,
    eras: ["v6.12", "v6.18"],
  },
  {
    what: "an allocation group stays held when its header, or its tree of owners, cannot be read",
    path: "fs/xfs/xfs_notify_failure.c",
    fn: "fsc_notify_group",
    from: "\txfs_perag_put(pag);\n",
    to: "\tif (!error)\n\t\txfs_perag_put(pag);\n",
    neutral: "\tif (pag)\n\t\txfs_perag_put(pag);\n",
    told: /^xfs-failure where=(?:8|9|10) /,
    eras: ["v6.12", "v6.15"],
  },
  {
    what: "a file system whose metadata is lost goes on as if nothing was",
    path: "fs/xfs/xfs_notify_failure.c",
    fn: "xfs_dax_notify_ddev_failure",
    from: "\t\terror = error ?: -EFSCORRUPTED;\n",
    to: "",
    neutral: "\t\tif (!error)\n\t\t\terror = -EFSCORRUPTED;\n",
    told: /^xfs-failure where=(3|11) /,
    eras: ["v6.12"],
  },
  {
    what: "a range of a virtiofs window that another task was faster with is lost",
    path: "fs/fuse/dax.c",
    fn: "fuse_setup_new_dax_mapping",
    from: "\tif (spare)\n\t\tdmap_add_to_free_pool(fcd, spare);\n",
    to: "\tif (spare && err < 0)\n\t\tdmap_add_to_free_pool(fcd, spare);\n",
    neutral: "\tif (spare != NULL)\n\t\tdmap_add_to_free_pool(fcd, spare);\n",
    told: /^virtiofs-two-tasks /,
    eras: ["v6.12", "v6.18"],
  },
  {
    what: "a range of a virtiofs window is reclaimed without waiting for who uses its pages",
    path: "fs/fuse/dax.c",
    fn: "lookup_and_reclaim_dmap",
    from: "err = fuse_dax_break_layouts(inode, from, from + FUSE_DAX_SZ - 1);",
    to: "err = 0;",
    neutral: "err = fuse_dax_break_layouts(inode, from, from + (FUSE_DAX_SZ - 1));",
    told: /^virtiofs-/,
    eras: ["v6.12", "v7.1"],
  },
  {
    what: "who lets go of a dax device is still told of its memory",
    path: "drivers/dax/super.c",
    fn: "fs_put_dax",
    from: "\t\tif (was == holder)\n\t\t\tdax_dev->holder_ops = NULL;\n",
    to: "\t\tWARN_ON(was != holder && was);\n",
    neutral: "\t\tif (holder == was)\n\t\t\tdax_dev->holder_ops = NULL;\n",
    told: /^(fs-dax-get|holder|race-holder)/,
    eras: ["v7.1"],
  },
  {
    what: "who is refused a dax device keeps it",
    path: "drivers/dax/super.c",
    fn: "fs_dax_get",
    from: "\t\tiput(&dax_dev->inode);\n",
    to: "",
    neutral: "\t\tif (dax_dev)\n\t\t\tiput(&dax_dev->inode);\n",
    told: /^fs-dax-get /,
    eras: ["v7.1", "v7.3"],
  },
  {
    what: "a mapping of /dev/mem keeps the last page of what a driver has claimed",
    path: "kernel/resource.c",
    fn: "revoke_iomem",
    from: "resource_size(res), 1);",
    to: "resource_size(res) - PAGE_SIZE, 1);",
    neutral: "res->end - res->start + 1, 1);",
    told: /^ndctl-revoke-devmem /,
    eras: ["v6.12", "v7.3"],
  },
  {
    what: "direct access to a disk of device mapper's goes over the end of a part",
    path: "drivers/md/dm.c",
    fn: "dm_dax_direct_access",
    from: "min(most, nr_pages)",
    to: "nr_pages",
    neutral: "(nr_pages < most ? nr_pages : most)",
    told: /^ndctl-dm /,
    eras: ["v6.12", "v7.1"],
  },
];

function review(b: Break, to: string, era: Era): ReviewResult {
  const { old, now } = changed(b.path, b.fn, b.from, to);
  return reviewDocument(parseDocument(Buffer.from(mailOf(b.path, old, now)), "one.eml"), { era });
}

for (const b of BREAKS)
  for (const era of b.eras)
    test(`${era}: ${b.what}: told by ${b.told.source}, and silent where ${b.fn}() is only written otherwise`, () => {
      const told = review(b, b.to, era).findings.filter((f) => f.verdict === "new");
      assert.ok(told.length > 0);
      for (const f of told)
        for (const s of [f.scenario, ...f.alsoIn]) assert.match(s, b.told, `${s}: ${f.message}`);
      const { findings, runs } = review(b, b.neutral, era);
      assert.deepEqual(
        findings.filter((f) => f.verdict !== "already"),
        [],
      );
      assert.ok(
        runs.some((r) => r.verdict === "clean" && b.told.test(r.scenario)),
        JSON.stringify(runs.map((r) => [r.scenario, r.verdict, r.reason])),
      );
    });

test("a patch with which the machine does not boot any more is new; with one that mends that, nothing is known of before", () => {
  const call = "memmap_init_zone_device(zone, first, nr, pgmap);";
  const { old, now } = changed("mm/memremap.c", "pagemap_range", call, call.replace("first", "first + nr"));
  const of = (from: string, to: string): ReviewResult =>
    reviewDocument(parseDocument(Buffer.from(mailOf("mm/memremap.c", from, to)), "boot.eml"), {
      era: "v6.12",
      scenario: "map-fault-unmap*",
    });
  const { findings, runs } = of(old, now);
  assert.deepEqual(
    findings.map((f) => `${f.verdict} ${f.code}`),
    ["new oops"],
  );
  assert.ok(runs.every((r) => r.verdict === "new"));
  for (const r of of(now, old).runs) assert.match(r.reason ?? "", /^before: unable to handle page fault/);
});
