/**
 * What stands in a text where a hunk changes a line that the text does not have: another form of that line, put there
 * since the patch was made (or before). The hunk is then neither forced nor forgotten: the report quotes what is there.
 * Leaves out placing (apply.ts, merge.ts).
 */
import { diffArrays } from "diff";
import { adds, type Direction, type FlatHunk, isTelling, shown, type Target } from "./apply.ts";
import { spotAt } from "./claim.ts";
import type { Refusal } from "./fate.ts";
import { bare, type Region } from "./merge.ts";

/** Largest region that is compared line by line. */
const MAX_LINES = 3000;
/** Lines of the text that may stand where one line of the hunk should. */
const MAX_INSTEAD = 12;
/** How much two forms of one line must share, of the words of both. */
const ALIKE = 0.4;

/** The form in which the region has a line that the hunk takes out, or shows that it was taken out; null: cannot be said. */
export function newerForm(
  target: Target,
  hunk: FlatHunk,
  direction: Direction,
  region: Pick<Region, "from" | "to">,
): Refusal | null {
  if (region.to - region.from > MAX_LINES) return null;
  const own = hunk.lines.filter((l) => !adds(l.kind, direction) && bare(l.text) !== "");
  const text: { readonly bare: string; readonly line: number }[] = [];
  for (let j = region.from; j < region.to; j++) {
    const b = bare(target.lines[j]!);
    if (b !== "") text.push({ bare: b, line: j });
  }
  let k = 0;
  let j = 0;
  let kept = 0;
  const parts = diffArrays(
    own.map((l) => bare(l.text)),
    text.map((t) => t.bare),
  );
  const gaps: { own: [number, number]; text: [number, number]; before: number }[] = [];
  for (const part of parts) {
    const n = part.count ?? part.value.length;
    const last = gaps.at(-1);
    const open = last !== undefined && last.own[1] === k && last.text[1] === j ? last : null;
    if (part.removed === true) {
      if (open !== null) open.own[1] += n;
      else gaps.push({ own: [k, k + n], text: [j, j], before: kept });
      k += n;
    } else if (part.added === true) {
      if (open !== null) open.text[1] += n;
      else gaps.push({ own: [k, k], text: [j, j + n], before: kept });
      j += n;
    } else {
      for (let i = 0; i < n; i++) if (isTelling(own[k + i]!.text)) kept++;
      k += n;
      j += n;
    }
  }
  // Where nothing of the hunk is there, nothing stands in the place of its lines.
  if (kept === 0) return null;
  for (const gap of gaps) {
    const lost = own.slice(gap.own[0], gap.own[1]).filter((l) => l.kind !== " " && isTelling(l.text));
    const here = text.slice(gap.text[0], gap.text[1]);
    for (const line of lost) {
      const best = here
        .slice(...(gap.own[0] === 0 ? [-MAX_INSTEAD] : [0, MAX_INSTEAD]))
        .map((t) => ({ t, alike: likeness(line.text, target.lines[t.line]!) }))
        .sort((a, b) => b.alike - a.alike)[0];
      if (best !== undefined && best.alike >= ALIKE)
        return {
          kind: "superseded",
          text: shown(line.text),
          has: shown(target.lines[best.t.line]!),
          spot: spotAt(target, best.t.line),
        };
    }
  }
  return null;
}

/** Words that two lines share, of all that they have: 0 to 1. */
function likeness(a: string, b: string): number {
  const words = (s: string): string[] => s.match(/\w+/g) ?? [];
  const left = words(a);
  const rest = words(b);
  const total = left.length + rest.length;
  let shared = 0;
  for (const w of left) {
    const i = rest.indexOf(w);
    if (i < 0) continue;
    rest.splice(i, 1);
    shared += 2;
  }
  return total === 0 ? 0 : shared / total;
}
