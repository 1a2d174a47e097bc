/**
 * The table of kernel eras: times between two changes of the rules that a DAX page lives by. A row says all that differs
 * by era outside the C; in the C of the reference kernel the era is the number FSC_ERA, compared with `<` and `>=` only,
 * so that a further row never falls silently to one side. Rules and scenarios say `since` and `until`. A leaf: anyone may
 * import it. Leaves out how a patch's era is found in its text (server/source/era.ts).
 */

/** A name or idiom by which text shows its era. */
export interface EraMark {
  /** With the flag g. */
  readonly pattern: RegExp;
  /** 2 for a name that nothing else has, 1 for one that can be met elsewhere. */
  readonly weight: number;
}

interface Row {
  /** The release whose rules these are: "v6.15". */
  readonly name: string;
  /** FSC_ERA in the C, and the order of rows: major * 100 + minor. */
  readonly ordinal: number;
  readonly title: string;
  /** Refcount of an idle FS-DAX page. */
  readonly idleRef: 0 | 1;
  /**
   * What a page-table leaf of a DAX page is: "devmap", marked and neither counted in the refcount nor in the mapcount;
   * "counted", an ordinary leaf that takes one of each.
   */
  readonly leaves: "devmap" | "counted";
  /** Whether ->index of an order-0 page stays when its last entry goes. */
  readonly indexStays: boolean;
  /** Whether pages of a block are joined to a compound page: fields of the head speak for all. */
  readonly compound: boolean;
  /** Day (UTC) from which a patch that does not show its era is taken to be written for it; the first row has none. */
  readonly from: string | null;
  /** Names that came with this era: whoever uses them is of this era or later. */
  readonly came: readonly EraMark[];
  /** Names that went with this era: whoever uses them is of an earlier one. */
  readonly went: readonly EraMark[];
  /**
   * Functions that came with this era together with their callers, and what the kernel before it did as if they had given, or as
   * if they had read: a patch that adds one is judged against this era with the function in place that gives, or reads, just that.
   */
  readonly asked?: readonly ({ readonly name: string; readonly before: string } & (
    | { readonly gave: string }
    | { readonly text: string }
  ))[];
  /** Where the kernel changed. */
  readonly source: string;
}

const mark = (pattern: RegExp, weight: number): EraMark => ({ pattern, weight });

/** Oldest first. */
export const ERAS = [
  {
    name: "v4.15",
    ordinal: 415,
    title: "entries in a radix tree, blocks are freed without asking whether a device uses them",
    idleRef: 1,
    leaves: "devmap",
    indexStays: false,
    compound: false,
    from: null,
    came: [],
    went: [],
    source: "fs/dax.c, include/linux/radix-tree.h of v4.15",
  },
  {
    name: "v4.18",
    ordinal: 418,
    title: "as v4.15, and file systems look for busy pages before they free blocks",
    idleRef: 1,
    leaves: "devmap",
    indexStays: false,
    compound: false,
    from: "2018-06-04",
    came: [mark(/\bdax_layout_busy_page\s*\(/g, 2), mark(/->i_pages\b/g, 1)],
    went: [mark(/->(page_tree|tree_lock)\b/g, 2)],
    asked: [
      {
        name: "dax_layout_busy_page",
        gave: "NULL",
        before: "file systems free blocks without asking whether a device uses them",
      },
    ],
    source: 'v4.17: "page cache: use xa_lock"; v4.18: "mm, dax: dax_layout_busy_page()", commit 5fac7408d828',
  },
  {
    name: "v6.12",
    ordinal: 612,
    title: "a DAX page is idle at refcount one",
    idleRef: 1,
    leaves: "devmap",
    indexStays: false,
    compound: false,
    from: "2018-10-31",
    came: [
      mark(/\bXA_STATE(_ORDER)?\s*\(/g, 2),
      mark(/\bxas_\w+\s*\(/g, 1),
      mark(/\bdax_layout_busy_page_range\s*\(/g, 2),
    ],
    went: [
      mark(/\bradix_tree_\w+/g, 1),
      mark(/\bRADIX_DAX_\w+/g, 2),
      mark(/\b(lock|unlock)_slot\s*\(|\b(get|put)_(un)?locked_mapping_entry\s*\(/g, 2),
      mark(/\bpagevec_(lookup_entries|remove_exceptionals)\s*\(/g, 2),
      mark(/\bPE_SIZE_P[TMU][ED]\b|\benum page_entry_size\b/g, 1),
      mark(/\bvm_insert_mixed(_mkwrite)?\s*\(/g, 1),
      mark(/\bi_mmap_lock\b/g, 1),
    ],
    source: "fs/dax.c dax_page_share_put(), mm/memremap.c free_zone_device_folio() of v6.12",
  },
  {
    name: "v6.15",
    ordinal: 615,
    title: "a DAX page is idle at refcount zero, page tables hold references",
    idleRef: 0,
    leaves: "counted",
    indexStays: true,
    compound: true,
    from: "2025-04-01",
    came: [
      mark(/\bdax_folio_\w+\s*\(/g, 2),
      mark(/\bdax_to_folio\s*\(/g, 2),
      mark(/\bfolio->share\b/g, 2),
      mark(/\bpgmap\s*=\s*page_pgmap\s*\(/g, 1),
      mark(/\bfolio->pgmap\b/g, 2),
      mark(/\bvmf_insert_(folio_p[mu]d|page_mkwrite)\s*\(/g, 2),
      mark(/\bfree_zone_device_folio\s*\(/g, 1),
    ],
    went: [
      mark(/\bdax_page_share_(get|put)\s*\(/g, 2),
      mark(/\bdax_page_is_shared\s*\(/g, 2),
      mark(/\bPAGE_MAPPING_DAX_\w+/g, 2),
      mark(/\bdax_mapping_\w*(cow|shared)\s*\(/g, 2),
      mark(/\bpage->share\b/g, 1),
      mark(/\bpage->pgmap\b/g, 1),
      mark(/\bfor_each_mapped_pfn\b/g, 2),
      mark(/\bp(te|md|ud)_(mk)?devmap\s*\(/g, 1),
      mark(/\bPFN_(DEV|MAP|SPECIAL)\b/g, 1),
      mark(/\b(put|is)_devmap_managed\w*\s*\(/g, 2),
      mark(/page_ref_count\(\w+\)\s*(>|==)\s*1\b/g, 2),
      mark(/\bvmf_insert_(mixed\w*|pfn_p[mu]d)\s*\(/g, 1),
    ],
    source: 'series "fs/dax: Fix ZONE_DEVICE page reference counts", merged for v6.15',
  },
  {
    name: "v6.18",
    ordinal: 618,
    title: "as v6.15, a pfn is a bare number and the huge zero folio is inserted as a folio",
    idleRef: 0,
    leaves: "counted",
    indexStays: true,
    compound: true,
    from: "2025-08-01",
    came: [
      mark(/\bvoid \*\*kaddr,\s*unsigned long \*pfn\b|\bunsigned long \*pfnp\b/g, 2),
      mark(/\bvmf_insert_folio_pmd\s*\(\s*vmf\s*,\s*zero_folio\b/g, 2),
      mark(/\berofs_evict_inode\s*\(/g, 2),
      mark(/->flags\.f\b/g, 1),
    ],
    went: [
      mark(/\bpfn_t\b/g, 2),
      mark(/\b(__)?(phys|pfn|page)_to_pfn_t\b|\bpfn_t_(to|has|devmap|special)\w*\b/g, 2),
    ],
    asked: [
      {
        name: "erofs_evict_inode",
        text: "static void erofs_evict_inode(struct inode *inode)\n{\n\ttruncate_inode_pages_final(&inode->i_data);\n\tclear_inode(inode);\n}\n",
        before: "inodes of erofs were evicted as those of a file system that says nothing of it",
      },
    ],
    source:
      'v6.17: "erofs: fix runtime warning on truncate_folio_batch_exceptionals()", series "mm: Remove pXX_devmap page table bit and pfn_t type"; v6.18: "mm: introduce memdesc_flags_t", series "mm: vm_normal_page*() improvements" (fs/dax.c dax_pmd_load_hole())',
  },
  {
    name: "v7.1",
    ordinal: 701,
    title:
      "as v6.18, a folio that no file has is reset to order 0 whole, and file systems can hold a device without a disk",
    idleRef: 0,
    leaves: "counted",
    indexStays: false,
    compound: true,
    from: "2026-04-26",
    came: [
      mark(/\bdax_folio_reset_order\s*\(/g, 2),
      mark(/\bfs_dax_get\s*\(/g, 2),
      mark(/\bdax_set_ops\s*\(/g, 2),
      mark(/\bfsdev_\w+\s*\(/g, 2),
      mark(/->compound_info\b/g, 2),
      mark(/\bsoftleaf_\w+/g, 2),
      mark(/\bops->folio_(free|split)\b|\.folio_(free|split)\s*=/g, 2),
      mark(/\bzone_device_folio_init\s*\(|\bzone_device_page_init\([\w >*-]+,/g, 2),
      mark(/\biomap_iter_advance\s*\(\s*\w+\s*,\s*u64\s+\w/g, 2),
    ],
    went: [
      mark(/\biomap_iter_advance\s*\([^,;()]*,\s*(&|u64\s*\*)/g, 2),
      mark(/\bpage->compound_head\b/g, 2),
      mark(/\bprep_compound_tail\s*\(\s*\w+\s*,\s*\w+\s*\)/g, 2),
    ],
    source:
      'v6.19: "iomap: simplify iomap_iter_advance()", "mm/zone_device: rename page_free callback to folio_free", "mm/memremap: add driver callback support for folio splitting", series "mm: remove is_swap_[pte, pmd]() + non-swap entries, introduce leaf entries"; v7.1: "dax: Factor out dax_folio_reset_order() helper", "dax: add fsdev.c driver for fs-dax on character dax", "dax: Add fs_dax_get() func", series "mm: Eliminate fake head pages from vmemmap optimization"',
  },
  {
    name: "v7.3",
    ordinal: 703,
    title: "as v7.1, with fsdev and holders mended and no look at a page where an entry has none",
    idleRef: 0,
    leaves: "counted",
    indexStays: false,
    compound: true,
    from: "2026-08-30",
    came: [
      mark(/\bfsdev_(acquire_pgmap|clear_pgmap_ops|pfn_to_offset)\s*\(/g, 2),
      mark(/\bdax_dev_find\s*\(/g, 2),
    ],
    went: [],
    source:
      'series "dax/fsdev: fixes" (memory_failure offset, vmemmap_shift, dangling pgmap, pgmap ops; fs_put_dax() order), "fs/dax: check for zero or empty entries before dax_to_folio()"',
  },
] as const satisfies readonly Row[];

/** Name of a row. */
export type Era = (typeof ERAS)[number]["name"];
export type EraRow = Row & { readonly name: Era };

const rows: readonly EraRow[] = ERAS;
const byName = new Map<string, EraRow>(rows.map((r) => [r.name, r]));

export const ERA_NAMES: readonly Era[] = rows.map((r) => r.name);
/** What holds where nothing says otherwise. */
export const NEWEST_ERA: Era = rows.at(-1)!.name;

/** The row of an era. */
export function eraRow(era: Era): EraRow {
  return byName.get(era)!;
}

/** From an era on, up to and with another; what is left out is open. */
export interface EraSpan {
  readonly since?: Era;
  readonly until?: Era;
}

/** Whether an era lies in a span. */
export function inSpan(era: Era, { since, until }: EraSpan): boolean {
  const at = eraRow(era).ordinal;
  return (
    (since === undefined || at >= eraRow(since).ordinal) &&
    (until === undefined || at <= eraRow(until).ordinal)
  );
}

/** The eras of a span, oldest first. */
export const erasIn = (span: EraSpan): Era[] => ERA_NAMES.filter((e) => inSpan(e, span));

/** "since v6.15", "up to v6.12", "all eras". */
export function spanText({ since, until }: EraSpan): string {
  if (since === undefined) return until === undefined ? "all eras" : `up to ${until}`;
  return until === undefined ? `since ${since}` : `${since} to ${until}`;
}

const bare = (name: string): string => name.toLowerCase().replace(/[v.]/g, "");

/** The era of a name as people write it ("v6.15", "6.15", "615"), or null. */
export function eraFromName(name: string): Era | null {
  const wanted = bare(name.trim());
  return rows.find((r) => bare(r.name) === wanted)?.name ?? null;
}

/** What to say of a name that no era has: the names there are, the nearest first where one is near. */
export function unknownEra(name: string): string {
  const digits = Number(
    /^v?(\d+)\.(\d+)$/
      .exec(name.trim())
      ?.slice(1)
      .map((d) => d.padStart(2, "0"))
      .join("") ?? "NaN",
  );
  const nearest = Number.isNaN(digits)
    ? null
    : rows.reduce((a, b) => (Math.abs(b.ordinal - digits) < Math.abs(a.ordinal - digits) ? b : a)).name;
  const all = rows.map((r) => r.name).join(", ");
  return `there is no era "${name}"${nearest === null ? "" : `, the nearest is ${nearest}`}; eras are ${all}`;
}

/** What tells the C its era: macros and their values. */
export function eraDefines(era: Era): readonly (readonly [name: string, value: number])[] {
  const row = eraRow(era);
  return [
    ["FSC_ERA", row.ordinal],
    ["FSC_ERA_IDLE", row.idleRef],
  ];
}

/** The eras (oldest first) of these that the names in a text fit best; all of them when it shows nothing. */
export function erasOfText(text: string, among: readonly Era[] = ERA_NAMES): Era[] {
  const score = new Map<Era, number>(ERA_NAMES.map((e) => [e, 0]));
  const add = (marks: readonly EraMark[], fits: (r: EraRow) => boolean): void => {
    for (const { pattern, weight } of marks) {
      const found = weight * [...text.matchAll(pattern)].length;
      if (found > 0) for (const r of rows) if (fits(r)) score.set(r.name, score.get(r.name)! + found);
    }
  };
  for (const row of rows) {
    add(row.came, (r) => r.ordinal >= row.ordinal);
    add(row.went, (r) => r.ordinal < row.ordinal);
  }
  const best = Math.max(...among.map((e) => score.get(e)!));
  return among.filter((e) => score.get(e) === best);
}

/** Of some eras (oldest first, at least one) the one in force on a day ("2025-03-31", UTC): the last that had begun. */
export function eraOn(eras: readonly Era[], day: string): Era {
  return (
    eras
      .filter((e) => {
        const { from } = eraRow(e);
        return from === null || from <= day;
      })
      .at(-1) ?? eras[0]!
  );
}
