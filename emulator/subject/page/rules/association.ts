/**
 * ->mapping, ->index and ->share of FS-DAX pages against the xarrays of all files. Follows dax_associate_entry(),
 * dax_disassociate_entry() and their helpers in fs/dax.c, both eras: a page that several files share has no mapping
 * (v6.12 also: the flag PAGE_MAPPING_DAX_SHARED there) and counts its associations in ->share.
 * Not verified: pages of device-dax, whose mapping is set without an xarray.
 */

import { type Audit, describeEntry, describePfn, type PageJudge, type PageRule } from "../judge.ts";
import { MachineView } from "../view.ts";

interface Seen {
  readonly pfn: number;
  readonly mapping: bigint;
  readonly index: bigint;
  readonly owners: ReturnType<Audit["ownersOf"]>;
  readonly shared: boolean;
}

const seenIn = new WeakMap<Audit, readonly Seen[]>();

/** Pages whose association is to be checked: every base page up to v6.14, heads since v6.15. Gathered once an audit. */
function each(judge: PageJudge, audit: Audit, visit: (seen: Seen) => void): void {
  let all = seenIn.get(audit);
  if (all === undefined) {
    const list: Seen[] = [];
    for (const pfn of audit.pages) {
      const page = judge.view.page(pfn);
      if (page.isTail || !audit.isFsDax(pfn)) continue;
      list.push({
        pfn,
        mapping: page.mapping,
        index: page.index,
        owners: audit.ownersOf(pfn),
        shared: (page.mapping & ~3n) === 0n,
      });
    }
    all = list;
    seenIn.set(audit, all);
  }
  for (const seen of all) visit(seen);
}

export const staleMapping: PageRule = {
  code: "stale-mapping",
  title: "A block that no file has any more still says whose it is",
  ids: ["P7", "P11"],
  statement: "When the last entry of a DAX page leaves the xarrays, ->mapping is NULL and ->share is 0.",
  source: "fs/dax.c dax_disassociate_entry(), dax_folio_put()",
  detection: "after each step: a page without an entry in any file and with a mapping or a count",
  level: "error",
  consequence:
    "Whoever follows the page to its file, memory failure for one, finds a file that has given it up, or freed memory.",
  onQuiesce(judge) {
    const { audit } = judge;
    each(judge, audit, ({ pfn, mapping, index, owners }) => {
      if (owners.length > 0) return;
      if (mapping !== 0n)
        judge.report({
          pfn,
          fields: ["mapping"],
          message: MachineView.isTailMapping(mapping)
            ? `no file has ${describePfn(judge.view, pfn)} any more, but its ->mapping is TAIL_MAPPING, left from a compound page`
            : `no file has ${describePfn(judge.view, pfn)} any more, but its ->mapping is still set (0x${mapping.toString(16)})`,
        });
      // v6.15 leaves the index of an order-0 page in place; the harm shows when a later owner reads it as a count.
      else if (index !== 0n && !judge.era.indexStays)
        judge.report({
          pfn,
          fields: ["index/share"],
          message: `no file has ${describePfn(judge.view, pfn)} any more, but its ->share is ${BigInt.asIntN(64, index)}`,
        });
    });
  },
};

export const foreignMapping: PageRule = {
  code: "foreign-mapping",
  title: "A DAX page names the wrong file",
  ids: ["P7"],
  statement:
    "->mapping of a DAX page is the address_space of the one file that has the block, or says shared (NULL, with ->share counting) when several have it.",
  source: "fs/dax.c dax_associate_entry()",
  detection: "after each step the entries of all files are compared with ->mapping",
  level: "error",
  consequence:
    "Unmapping and memory failure go to the wrong file: the processes that use the page keep a stale mapping.",
  onQuiesce(judge) {
    const { audit } = judge;
    const spaces = judge.view.inodes().map((i) => (i === 0n ? 0n : judge.view.mappingOf(i)));
    each(judge, audit, ({ pfn, mapping, index, owners, shared }) => {
      const [first] = owners;
      if (first === undefined) return;
      // Asked of every page after each step: words are made only where something is told.
      const who = (): string => owners.map(describeEntry).join("; ");
      if (shared) {
        if (index === 0n)
          judge.report({
            pfn,
            fields: ["mapping", "index/share"],
            message: `${describePfn(judge.view, pfn)} has neither a mapping nor a share count, but is stored (${who()})`,
          });
        return;
      }
      if (owners.length > 1 && owners.some((o) => o.inode !== first.inode)) {
        const files = new Set(owners.map((o) => o.inode));
        judge.report({
          pfn,
          fields: ["mapping"],
          message: `${describePfn(judge.view, pfn)} is shared by ${files.size} files but ->mapping names one (${who()})`,
        });
      } else if (mapping !== spaces[first.inode])
        judge.report({
          pfn,
          fields: ["mapping"],
          message: MachineView.isTailMapping(mapping)
            ? `->mapping of ${describePfn(judge.view, pfn)} is TAIL_MAPPING, but it is the page of ${who()}`
            : `->mapping of ${describePfn(judge.view, pfn)} names another file than the one that has it (${who()})`,
        });
    });
  },
};

export const wrongIndex: PageRule = {
  code: "wrong-index",
  title: "A DAX page says the wrong place in its file",
  ids: ["P8"],
  statement:
    "While ->mapping is set, ->index is the page's place in that file: of each base page up to v6.14, of the head since v6.15.",
  source: "fs/dax.c dax_associate_entry()",
  detection: "after each step ->index is compared with the entry's index and the page's place in the entry",
  level: "error",
  consequence: "Unmapping and memory failure look at the wrong offset of the file and miss the mapping.",
  onQuiesce(judge) {
    const { audit } = judge;
    each(judge, audit, ({ pfn, index, owners, shared }) => {
      if (shared || owners.length !== 1) return;
      const owner = owners[0]!;
      const want = BigInt(owner.index + (pfn - owner.pfn));
      if (index === want) return;
      judge.report({
        pfn,
        fields: ["index/share"],
        message: `->index of ${describePfn(judge.view, pfn)} is ${index}, its place in the file is ${want}`,
      });
    });
  },
};

export const shareCount: PageRule = {
  code: "share-count",
  title: "->share does not count the files that have the block",
  ids: ["P10"],
  statement:
    "While a DAX page is shared, ->share is the number of its associations: too low and a file loses it early, too high and it is never given back.",
  source: "fs/dax.c dax_page_share_get(), dax_page_share_put(), dax_folio_make_shared(), dax_folio_put()",
  detection:
    "after each step ->share is compared with the number of entries that hold the page, and at each write for going below zero",
  level: "error",
  consequence: "The page is never given back, or given back while another file still uses it.",
  onEvent(judge, event) {
    if (event.kind !== "page" || event.field !== "index/share" || !judge.view.isPmem(event.pfn)) return;
    if (event.before === 0n && BigInt.asIntN(64, event.after) === -1n)
      judge.report({
        pfn: event.pfn,
        fields: ["index/share"],
        event,
        message: `->share of ${describePfn(judge.view, event.pfn)} is decremented at zero and becomes ULONG_MAX`,
      });
  },
  onQuiesce(judge) {
    const { audit } = judge;
    each(judge, audit, ({ pfn, index, owners, shared }) => {
      if (!shared || owners.length === 0 || index === 0n || index === BigInt(owners.length)) return;
      judge.report({
        pfn,
        fields: ["index/share"],
        message: `->share of ${describePfn(judge.view, pfn)} is ${BigInt.asIntN(64, index)}, but ${owners.length} entr${owners.length === 1 ? "y holds" : "ies hold"} it (${owners.map(describeEntry).join("; ")})`,
      });
    });
  },
};

export const anonBit: PageRule = {
  code: "anon-mapping-bit",
  title: "A DAX page looks anonymous",
  ids: ["P15"],
  statement:
    "Since v6.15 the low bits of ->mapping of a DAX page are clear: the page goes through the ordinary rmap, which would take it for anonymous.",
  since: "v6.15",
  source: "include/linux/page-flags.h folio_test_anon()",
  detection: "a write of ->mapping of a pmem page with low bits set, TAIL_MAPPING apart",
  level: "error",
  consequence: "The reverse map takes a file's page for anonymous memory and follows a pointer that is none.",
  onEvent(judge, event) {
    if (event.kind !== "page" || event.field !== "mapping" || !judge.view.isPmem(event.pfn)) return;
    if ((event.after & 3n) === 0n || MachineView.isTailMapping(event.after)) return;
    // Memory that processes' pages move to is anonymous.
    if (!judge.view.deviceMaps().some((d) => event.pfn >= d.from && event.pfn < d.to))
      judge.report({
        pfn: event.pfn,
        fields: ["mapping"],
        event,
        message: `->mapping of ${describePfn(judge.view, event.pfn)} gets flag bits (0x${event.after.toString(16)})`,
      });
  },
};

/** Whether a line puts a number of its own into the word, where counting begins anew: the index that was there is in nobody's way. */
function setsNumber(line: string, after: bigint): boolean {
  const given = /\bshare\s{0,8}=([^=].*)/.exec(line)?.[1] ?? "";
  return given.split(/[?:;]/).some((part) => part.trim() === `${after}`);
}

export const shareUnderMapping: PageRule = {
  code: "share-under-mapping",
  title: "->share is counted while the word holds an index",
  ids: ["P9"],
  statement:
    "->share and ->index are one word: it is a count only while ->mapping names no file. Counting it up or down before that changes the page's index.",
  source: "include/linux/mm_types.h struct folio; fs/dax.c dax_folio_is_shared()",
  detection:
    "a write of the word on a line that says share, of a value other than the 0 and 1 that begin and end counting, and not of a number that the line sets, while ->mapping names a file",
  level: "error",
  consequence:
    "An index is read as a share count, or the other way round: the page is given back too early or never.",
  onEvent(judge, event) {
    if (event.kind !== "page" || event.field !== "index/share" || !judge.view.isPmem(event.pfn)) return;
    if (event.after === 0n || event.after === 1n) return;
    const page = judge.view.page(event.pfn);
    if (page.isTail || (page.mapping & ~3n) === 0n) return;
    const line = judge.lineOf(event);
    if (!/\bshare\b/.test(line) || setsNumber(line, event.after)) return;
    judge.report({
      pfn: event.pfn,
      fields: ["index/share", "mapping"],
      event,
      message: `->share of ${describePfn(judge.view, event.pfn)} is counted (${event.before} -> ${BigInt.asIntN(64, event.after)}) while ->mapping names a file: the word is its index`,
    });
  },
};
