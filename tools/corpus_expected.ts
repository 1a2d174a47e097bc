/**
 * What a run has to say for a case of the corpus to agree with its record, for `npm run corpus` (corpus.ts): the rule, the
 * words and the functions on whose lines it has to stand, by what the record says is broken, not by what a run said. Also
 * what else is new and true of a case, each with how we know. Leaves out the cases themselves (../shared/corpus).
 */
import type { Finding } from "../server/review/types.ts";

export interface Told {
  readonly code: RegExp;
  readonly message?: RegExp;
  /** Functions on whose lines it may stand; none: those that the record names. */
  readonly at?: readonly string[];
}

export interface Expected {
  /** One of these has to be told: new, fixed, or (for `already`) on both sides. Empty: nothing new, and nothing fixed by a refactor. */
  readonly told: readonly Told[];
  /** Both sides are recorded to have it. */
  readonly already?: boolean;
  /** It is recorded to be a matter of the order of tasks: the orders of this scenario are explored, too. */
  readonly orders?: string;
  /** What is new besides, and true. */
  readonly also?: readonly (Told & { readonly why: string })[];
}

const told = (code: RegExp, message?: RegExp, ...at: string[]): Told => ({
  code,
  ...(message === undefined ? {} : { message }),
  ...(at.length === 0 ? {} : { at }),
});
const one = (...wants: Told[]): Expected => ({ told: wants });
const SILENT: Expected = { told: [] };

const STALE = /^(?:stale-(?:pte|mapping)|share-count|foreign-mapping)$/;
const DEVDAX_LATER = {
  why: "device-dax is converted by the last patch of its series; between the two its large mappings are counted on one side only",
};
/** `review --patch 19 series/popple-v9.mbox` says of each: fixed later by 20/20 "device/dax: Properly refcount device dax pages when mapping". */
const DEVDAX_BETWEEN = [
  { ...told(/^stat-drift$/, /NR_FILE_PMDMAPPED/, "free_zone_device_folio", ""), ...DEVDAX_LATER },
  { ...told(/^wrong-outcome$/, /SIGBUS/, "dev_pagemap_mapping_shift", ""), ...DEVDAX_LATER },
  { ...told(/^warn$/, /folio_mapcount\(folio\) < 0/, "zap_huge_pmd", ""), ...DEVDAX_LATER },
];
/** What the rest of "fs/dax: Properly refcount fs dax pages" is known for, by the releases that have it. */
const REFCOUNT_LATER = [
  {
    ...told(/^share-count$/, /->share of pfn/, "dax_folio_share_get", "dax_folio_share_put"),
    why: "an order-0 page keeps its index, which is read as a share count: v6.15 and v6.18 do it too",
  },
  {
    ...told(/^oops$/, /no struct page for pfn 0x0$/),
    why: "the page of an entry is looked at before it is known to have one: mended by banerjee-zero-empty, which names this patch",
  },
];
const WAIT_KEY = {
  ...told(/^deadlock$/, /last close|truncate|punch/),
  why: "the series waits on the page and is woken by its _refcount until a later patch changes the waker",
};

export const EXPECTED: Readonly<Record<string, Expected>> = {
  "pop-v1-05-compound-pgmap": SILENT,
  "pop-v2-10-insert-fail-put": one(told(/^folio-ref-(?:underflow|leak)$|^share-count$|^stale-mapping$/)),
  "pop-v3-14-pud-pmdmapped-stat": {
    ...one(told(/^stat-drift$/, /NR_FILE_PMDMAPPED/)),
    also: [
      {
        ...told(/^use-after-release$/, undefined, "__split_huge_pud_locked"),
        why: "mm_counter_file() looks at the folio after folio_put()",
      },
    ],
  },
  "pop-v6-07-evict-lock": {
    ...one(told(/^lock-misuse$/, /^unlock of &mapping->invalidate_lock/)),
    also: [{ ...WAIT_KEY, at: ["wait_page_idle_uninterruptible"] }],
  },
  "pop-v6-21-properly-refcount": {
    ...one(told(/^zero-page-write$/, /pfn 0/), told(/^dead-check$/, /ref < 0/)),
    also: [
      { ...told(/^(?:zero-page-write|dead-check)$/), why: "recorded" },
      ...REFCOUNT_LATER,
      { ...told(/^stale-order$/, /left-overs of a large folio/), why: "the fix is dh-reset-order" },
      ...DEVDAX_BETWEEN,
    ],
  },
  "pop-v7-19-unsigned-warn": {
    ...one(told(/^dead-check$/, /ref < 0/)),
    also: [
      ...DEVDAX_BETWEEN,
      { ...told(/^(?:zero-page-write|stale-order)$/), why: "as in v6 21: mended by later fixes" },
      ...REFCOUNT_LATER,
    ],
  },
  "pop-v9-01-fuse-range": one(told(/^freed-while-busy$/, /pinned|refcount/)),
  // Missed on 6.12, and rightly silent: the patch begins the rule (v6.15 has it). Before it truncation takes the entries away
  // under the same lock, and a kernel that does so breaks nothing that a run shows. What it adds, a WARN where a file
  // system has not asked (eviction, up to 7/20), needs mm/truncate.c of v6.13: on 6.12 that hunk is refused.
  // Missed: before the patch entries stay until truncate_inode_pages(), which is what a kernel of that time promises, so that
  // nothing is wrong there; a hunk for mm/truncate.c has no place in 6.12. Told is what the patch mends besides: a loop without end.
  "pop-v9-06-delete-entries": one(told(/^entry-after-break$/)),
  "pop-v9-07-unmount-idle": {
    // The record names functions of fs/dax.c and ext4 alone; the patch gives XFS its wait in one of its own.
    ...one(
      told(/^freed-while-busy$/),
      told(/^warn$/, /ref_count/),
      told(/^warn$/, /ref_count/, "xfs_fs_evict_inode"),
    ),
    also: [WAIT_KEY],
  },
  "pop-v9-20-devdax": SILENT,
  "dh-reset-order": one(told(/^stale-order$/, /left-overs of a large folio/)),
  "shin-zero-empty-v1": one(
    told(
      /^(?:zero-page-write|oops)$/,
      /pfn 0/,
      "dax_associate_entry",
      "dax_disassociate_entry",
      "dax_busy_page",
    ),
  ),
  "banerjee-zero-empty-v2": one(
    told(
      /^(?:zero-page-write|oops)$/,
      /pfn 0/,
      "dax_associate_entry",
      "dax_disassociate_entry",
      "dax_busy_page",
    ),
  ),
  "groves-share-comment": SILENT,
  "groves-holder-v4": {
    ...one(told(/^oops$/, /NULL/, "dax_holder_notify_failure", "fs_put_dax")),
    already: true,
    orders: "race-holder-put",
  },
  "groves-vmemmap-shift": one(told(/^shared-struct-page$/)),
  "groves-dangling-pgmap": one(told(/^wrong-outcome$/, /after a failed probe the device can be bound again/)),
  "groves-pgmap-ops-owner": one(
    told(/^(?:use-after-free|oops|bad-call)$/),
    told(/^wrong-outcome$/, /an unbound driver leaves no operations and no owner behind/),
  ),
  "guangshuo-v3": one(told(/^leaked(?:-object)?$/, /name|device reference/)),
  "carpenter-final": SILENT,
  "dugast-free-prepare": SILENT,
  "hch-2022-extra-ref": SILENT,
  "muchun-wake-v1": one(told(/^(?:deadlock|lost-wakeup)$/)),
  "ruan-fix-warnings": {
    ...one(told(STALE), told(/^warn$/)),
    also: [
      {
        ...told(/^stale-pte$/, undefined, "dax_fault_iter", "dax_iomap_iter", ""),
        why: "a write that copies now moves the entry, and what is mapped stays: mended by ruan-invalidate-cow, in the same scenario",
      },
    ],
  },
  "ruan-page-share": one(told(STALE)),
  "ruan-invalidate-cow": one(told(STALE)),
  "ruan-clear-dirty": one(told(STALE)),
  // Missed: the reviewer minds a BUG() as error handling. No run reaches it: the wait is uninterruptible and gives 0, and who
  // evicts an inode finds no lease on it, because leases are of open files.
  "dw22-v2-05-xfs-evict": one(
    told(
      /^(?:bug|freed-while-busy)$/,
      undefined,
      "xfs_fs_evict_inode",
      "xfs_break_layouts",
      "xfs_break_dax_layouts",
    ),
  ),
  "dw22-v2-03-unmapped": one(told(/^freed-while-busy$/), told(/^warn$/, /ref_count/)),
  "dw19-pgmap-reuse": one(told(/^(?:warn|wrong-outcome)$/)),
  "dw19-pmd-conflict": one(told(/^bad-dax-entry$/), told(/^wrong-outcome$/, /makes one entry/)),
  "goyal-wake-all": one(told(/^(?:deadlock|lost-wakeup)$/)),
  "joao21-mapping-first": one(told(/^leaf-before-mapping$/)),
  "dw21-softoffline-ref": one(told(/^(?:folio-ref-leak|leaked)$/)),
  "sumiya-unbind": one(told(/^(?:oops|use-after-free)$/)),
  "liu-hmem-ref": one(told(/^(?:leaked|leaked-object|double-release)$/)),
  "dw23-mapping-uaf": one(told(/^use-after-(?:free|release)$/)),
  "duyck18-pinnable": one(told(/^(?:folio-ref-|use-after-free)/)),
  "dw18-layout-busy": {
    ...one(told(/^freed-while-busy$/), told(/^warn$/, /ref_count/)),
    also: [
      {
        ...told(/^livelock$/, /^dax_layout_busy_page\(\)/),
        why: 'behind an entry of a huge page its lookup finds the same entry again: v4.19, "filesystem-dax: Fix dax_layout_busy_page() livelock", names this patch',
      },
    ],
  },
};

/** Whether a fault of explored orders is what is expected. @param functions those in which tasks were left for others */
export const fitsInOrder = (
  want: Told,
  f: { readonly code: string; readonly message: string },
  functions: readonly string[],
  recorded: readonly string[],
): boolean =>
  want.code.test(f.code) &&
  (want.message?.test(f.message) ?? true) &&
  functions.some((fn) => (want.at ?? recorded).includes(fn));

/** Whether a finding, or what it says follows from it, is what is expected. @param fn the function whose line it is on, "" on none */
export const fits = (want: Told, f: Finding, fn: string, recorded: readonly string[]): boolean =>
  [f, ...f.consequences].some((x) => want.code.test(x.code) && (want.message?.test(x.message) ?? true)) &&
  (want.at ?? recorded).includes(fn);
