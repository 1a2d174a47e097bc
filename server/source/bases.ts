/**
 * On which kernel a patch stands: which of several trees takes it best, and, where hunks are refused, which version
 * would take it, by its date and the names that it uses. Leaves out placing (images.ts) and opening trees (tree.ts).
 */
import type { ParsedDocument, Patch } from "../mail/types.ts";
import type { Refusal } from "./fate.ts";
import type { KernelTree, SideImages } from "./images.ts";

/** When versions were released: "version yyyy-mm". Facts; a patch is made on the last one or on what led to the next. */
const RELEASES = (
  "4.0 2015-04-12,4.1 2015-06-21,4.2 2015-08-30,4.3 2015-11-01,4.4 2016-01-10,4.5 2016-03-13,4.6 2016-05-15," +
  "4.7 2016-07-24,4.8 2016-10-02,4.9 2016-12-11,4.10 2017-02-19,4.11 2017-04-30,4.12 2017-07-02,4.13 2017-09-03," +
  "4.14 2017-11-12,4.15 2018-01-28,4.16 2018-04-01,4.17 2018-06-03,4.18 2018-08-12,4.19 2018-10-22,4.20 2018-12-23," +
  "5.0 2019-03-03,5.1 2019-05-05,5.2 2019-07-07,5.3 2019-09-15,5.4 2019-11-24,5.5 2020-01-26,5.6 2020-03-29," +
  "5.7 2020-05-31,5.8 2020-08-02,5.9 2020-10-11,5.10 2020-12-13,5.11 2021-02-14,5.12 2021-04-25,5.13 2021-06-27," +
  "5.14 2021-08-29,5.15 2021-10-31,5.16 2022-01-09,5.17 2022-03-20,5.18 2022-05-22,5.19 2022-07-31,6.0 2022-10-02," +
  "6.1 2022-12-11,6.2 2023-02-19,6.3 2023-04-23,6.4 2023-06-25,6.5 2023-08-27,6.6 2023-10-29,6.7 2024-01-07," +
  "6.8 2024-03-10,6.9 2024-05-12,6.10 2024-07-14,6.11 2024-09-15,6.12 2024-11-17,6.13 2025-01-19,6.14 2025-03-23," +
  "6.15 2025-05-25,6.16 2025-07-27,6.17 2025-09-28"
)
  .split(",")
  .map((r) => ({ version: r.split(" ")[0]!, time: Date.parse(r.split(" ")[1]!) }));

/** A patch later than this many days after the last release known here is of an unknown one. */
const LAST_GOOD_DAYS = 100;

/** The release that was the last when a patch was sent, and the next one; null where the date does not say. */
export function releaseAt(date: string | null): { readonly last: string; readonly next: string } | null {
  const time = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(time)) return null;
  const i = RELEASES.findLastIndex((r) => r.time <= time);
  const last = RELEASES[i];
  if (last === undefined || (i === RELEASES.length - 1 && time - last.time > LAST_GOOD_DAYS * 86_400_000))
    return null;
  return { last: last.version, next: RELEASES[i + 1]?.version ?? `the one after ${last.version}` };
}

/** "6.12" of a tree's Makefile; "" where it does not say. */
export function versionOf(tree: KernelTree): string {
  const text = tree.read("Makefile") ?? "";
  const version = /^VERSION\s*=\s*(\d+)/m.exec(text)?.[1];
  const level = /^PATCHLEVEL\s*=\s*(\d+)/m.exec(text)?.[1];
  return version === undefined || level === undefined ? "" : `${version}.${level}`;
}

/** Whether a tree is of the release that was the last when a patch was sent, or of the next one; text without a date is of today. */
export function isOfItsTime(tree: KernelTree, patch: Patch): boolean {
  if (patch.date === null) return true;
  const made = releaseAt(patch.date);
  const version = versionOf(tree);
  return made !== null && (made.last === version || made.next === version);
}

/** How many hunks of some patches a tree takes. */
export interface Takes {
  readonly taken: number;
  readonly hunks: number;
  /** What trees are compared by: a hunk that fits as it is counts more than one that fits with fuzz. */
  readonly score: number;
}

/** How well a tree takes patches, by their images in it. */
export function takes(images: readonly SideImages[]): Takes {
  let taken = 0;
  let hunks = 0;
  let score = 0;
  for (const file of images.flatMap((i) => i.files))
    for (const { fate } of file.hunks) {
      hunks++;
      if (fate.kind === "rejected") continue;
      taken++;
      score += fate.kind === "fuzz" ? 4 - fate.fuzz : fate.kind === "merged" ? 1 : 4;
    }
  return { taken, hunks, score };
}

/** Patches of a document that are tried on each tree. */
const TRIED_MAX = 40;

/** The patches by which trees are compared: those that are sent, not quoted, and touch C. */
export function triedPatches(doc: ParsedDocument): Patch[] {
  const sent = doc.patches.filter((p) => p.quoteDepth === 0);
  return (sent.length > 0 ? sent : doc.patches)
    .filter((p) => p.files.some((f) => /\.[ch]$/.test(f.path)))
    .slice(0, TRIED_MAX);
}

/** What is told where hunks do not fit: which version would take the patch, by what; "" where nothing says. */
export function baseNote(
  tree: KernelTree,
  patch: Patch,
  base: string | null,
  refused: readonly Refusal[],
): string {
  if (refused.length === 0) return "";
  const version = versionOf(tree);
  const made = releaseAt(patch.date);
  const names = [...new Set(refused.flatMap((r) => (r.kind === "no-function" ? [r.name] : [])))].slice(0, 3);
  const lacks = names.length === 0 ? "" : ` and names ${names.join(", ")}, which it lacks`;
  const commit = base === null ? "" : ` (base-commit ${base.slice(0, 12)})`;
  if (made === null)
    return base === null ? "" : `the patch names its base${commit}: a tree that has that commit takes it`;
  const month = new Date(Date.parse(patch.date!)).toISOString().slice(0, 7);
  if (made.last === version || made.next === version)
    return `the patch is of ${month}, as this tree's Linux ${version} is${lacks}: it may stand on patches that the tree does not have${commit}; name them with --prerequisite`;
  return `the patch is of ${month}, when Linux ${made.last} was the last release; the tree is${version === "" ? " of another version" : ` ${version}`}${lacks}: a tree of ${made.last} or ${made.next} should take it${commit}`;
}
