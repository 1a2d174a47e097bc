/**
 * Which kernel era each side of a patch belongs to: the rule for an idle DAX page changed in v6.15, and a patch may be
 * the very one that changes it. Chosen from the names the side's text uses, else from the patch's date; the user may
 * set it. Leaves out kernels before v6.12: they run on v6.12, and a note says so.
 */
import type { Era } from "../../emulator/invariants/invariant.ts";
import type { Patch, Side } from "../mail/types.ts";

/** Names and idioms that exist only under one rule. */
const MARKS: readonly { readonly era: Era; readonly pattern: RegExp; readonly weight: number }[] = [
  { era: "v6.15", pattern: /\bdax_folio_\w+\s*\(/g, weight: 2 },
  { era: "v6.15", pattern: /\bdax_to_folio\s*\(/g, weight: 2 },
  { era: "v6.15", pattern: /\bfolio->share\b/g, weight: 2 },
  { era: "v6.15", pattern: /\bpgmap\s*=\s*page_pgmap\s*\(/g, weight: 1 },
  { era: "v6.15", pattern: /\bfolio->pgmap\b/g, weight: 2 },
  { era: "v6.15", pattern: /\bvmf_insert_(folio_p[mu]d|page_mkwrite)\s*\(/g, weight: 2 },
  { era: "v6.15", pattern: /\bdax_page_is_idle\s*\(/g, weight: 1 },
  { era: "v6.15", pattern: /\bfree_zone_device_folio\s*\(/g, weight: 1 },
  { era: "v6.12", pattern: /\bdax_page_share_(get|put)\s*\(/g, weight: 2 },
  { era: "v6.12", pattern: /\bdax_page_is_shared\s*\(/g, weight: 2 },
  { era: "v6.12", pattern: /\bdax_mapping_\w*(cow|shared)\s*\(/g, weight: 2 },
  { era: "v6.12", pattern: /\bpage->share\b/g, weight: 1 },
  { era: "v6.12", pattern: /\bpage->pgmap\b/g, weight: 1 },
  { era: "v6.12", pattern: /\bfor_each_mapped_pfn\b/g, weight: 2 },
  { era: "v6.12", pattern: /\bp(te|md|ud)_(mk)?devmap\s*\(/g, weight: 1 },
  { era: "v6.12", pattern: /\bPFN_(DEV|MAP|SPECIAL)\b/g, weight: 1 },
  { era: "v6.12", pattern: /\b(put|is)_devmap_managed\w*\s*\(/g, weight: 2 },
  { era: "v6.12", pattern: /page_ref_count\(\w+\)\s*(>|==)\s*1\b/g, weight: 2 },
  { era: "v6.12", pattern: /\bvmf_insert_(mixed\w*|pfn_p[mu]d)\s*\(/g, weight: 1 },
  { era: "v6.12", pattern: /\b(radix_tree_\w+|tree_lock|i_mmap_lock)\b/g, weight: 1 },
];

/** When the conversion was merged for v6.15: what is dated later builds on it unless its names say otherwise. */
const CHANGE = Date.UTC(2025, 3, 1);

/** The C text of one side, all hunks joined. */
function sideText(patch: Patch, side: Side): string {
  const out: string[] = [];
  for (const file of patch.files) {
    if (!/\.[ch]$/.test(file.path || file.oldPath)) continue;
    for (const hunk of file.hunks)
      for (const line of hunk.lines)
        if (line.kind === " " || line.kind === (side === "before" ? "-" : "+")) out.push(line.text);
  }
  return out.join("\n");
}

export interface EraChoice {
  readonly era: Era;
  /** "names", "date", "user" or "default". */
  readonly by: string;
}

/** The era of one side. */
export function chooseEra(patch: Patch, side: Side, wanted: string | undefined): EraChoice {
  const user = eraFromName(wanted);
  if (user !== null) return { era: user, by: "user" };
  const marked = eraOfText(sideText(patch, side));
  if (marked !== null) return { era: marked, by: "names" };
  const time = patch.date === null ? Number.NaN : Date.parse(patch.date);
  if (Number.isNaN(time)) return { era: "v6.15", by: "default" };
  return { era: time >= CHANGE ? "v6.15" : "v6.12", by: "date" };
}

/** The era whose names and idioms prevail in a text; null when none does. */
function eraOfText(text: string): Era | null {
  const score: Record<Era, number> = { "v6.12": 0, "v6.15": 0 };
  for (const mark of MARKS) score[mark.era] += mark.weight * [...text.matchAll(mark.pattern)].length;
  if (score["v6.15"] === score["v6.12"]) return null;
  return score["v6.15"] > score["v6.12"] ? "v6.15" : "v6.12";
}

/**
 * The era of a side whose files come from a kernel tree: the rule by which the tree's own fs/dax.c, patched so far, tells
 * an idle page. Null when the text does not say.
 */
export function eraOfTree(daxC: string): Era | null {
  return eraOfText(daxC);
}

/** "v6.15", "6.15", "615" or null. */
export function eraFromName(name: string | undefined): Era | null {
  if (name === undefined || name === "" || name === "auto") return null;
  if (/^v?6\.?15$/.test(name)) return "v6.15";
  if (/^v?6\.?12$/.test(name)) return "v6.12";
  return null;
}
