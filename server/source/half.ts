/**
 * A function of which some hunks have a place in the tree and others have none is left as the tree has it: half of what a
 * patch does to a function (a lock without its unlock, a use without its declaration) is not what its author wrote, and no
 * fault of it is the patch's. Leaves out placing (apply.ts, merge.ts), and functions that the mail shows whole (graft.ts).
 */
import type { FlatHunk, Placed, Target } from "./apply.ts";
import type { HunkFate, Refusal } from "./fate.ts";
import { headingName } from "./landmarks.ts";

/** Lines whose loss changes nothing that runs. */
const NOT_CODE = /^\s*(?:$|\/?\*|\/\/|[{}]*$)/;

/** Whether a changed line may change what runs. */
export const isCode = (text: string): boolean => !NOT_CODE.test(text) && !/^#\s*include\b/.test(text);

/** The hunks of a file, those refused that share a function with a refused one. */
export function wholeFunctionsOnly(target: Target, placed: readonly Placed[]): readonly Placed[] {
  const torn = new Set(refusedNames(placed));
  if (torn.size === 0) return placed;
  return placed.map((p) => {
    if (p.at === null) return p;
    const name = [...changedIn(p.hunk), ...touched(target, p)].find((n) => torn.has(n));
    if (name === undefined) return p;
    const why: Refusal = { kind: "half", name };
    return { hunk: p.hunk, fate: { kind: "rejected", why }, at: null };
  });
}

/** Definitions that hunks without a place would change. */
export const refusedNames = (placed: readonly Placed[]): string[] =>
  placed.filter((p) => p.at === null).flatMap((p) => [...changedIn(p.hunk), ...namedBy(p.fate)]);

/** Definitions whose code a hunk changes, by its `@@` line and the headings in it. */
function changedIn(hunk: FlatHunk): Set<string> {
  const out = new Set<string>();
  let name = headingName(hunk.section);
  for (const line of hunk.lines) {
    if (/^[A-Za-z_]/.test(line.text)) name = headingName(line.text) ?? name;
    else if (/^}/.test(line.text)) {
      if (line.kind !== " " && name !== null) out.add(name);
      name = null;
      continue;
    }
    if (line.kind !== " " && name !== null && !NOT_CODE.test(line.text)) out.add(name);
  }
  return out;
}

/** Where a hunk was looked for that has no place, one function or several: not every `@@` line names it. */
function namedBy(fate: HunkFate): string[] {
  if (fate.kind !== "rejected") return [];
  const { why } = fate;
  const fn = "fn" in why ? why.fn : "spot" in why && why.kind !== "elsewhere" ? why.spot.fn : "";
  return fn === "" ? [] : fn.split(", ");
}

/** Definitions of the target that a placed hunk changes. */
function touched(target: Target, placed: Placed): string[] {
  const { at, hunk } = placed;
  if (at === null) return [];
  return hunk.lines.flatMap((line, i) => {
    const mark = line.kind === " " || NOT_CODE.test(line.text) ? null : target.landmarks.at(at[i]!);
    return mark === null ? [] : [mark.name];
  });
}
