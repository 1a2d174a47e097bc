/**
 * What a review says of each function that a patch shows: whether it ran, in how many runs of each verdict, and why not. Leaves out
 * running them (analysis.ts) and counting what they gave (collect.ts).
 */
import type { ParsedDocument, Patch, SideDefinition } from "../mail/types.ts";
import { changesNoCode } from "../source/code_lines.ts";
import type { SideOverlay } from "../source/overlay.ts";
import type { Collector } from "./collect.ts";
import { isOwnRun } from "./finding.ts";
import { latentReason } from "./latent.ts";
import type { SideSources } from "./sides.ts";
import type { FunctionFacts } from "./types.ts";
import {
  calledInPart,
  HUNK_REFUSED,
  IS_OFF,
  NO_BOOT,
  NO_SCENARIO,
  nothingText,
  SHOWN_IN_PART,
} from "./why.ts";

/** Why what could run did not: that no scenario calls it is known only where each ran to its end. */
function unreachedReason(collector: Collector): string {
  const runs = collector.runs.filter((r) => !isOwnRun(r.scenario) && r.before.steps + r.after.steps > 0);
  const unbooted = collector.whole().find((w) => w.why === NO_BOOT);
  if (unbooted !== undefined) return `${unbooted.why}: ${runs[0]?.reason ?? ""}`;
  const early = runs.filter((r) => [r.before, r.after].some((side) => side.outcome !== "completed")).length;
  return early === 0
    ? NO_SCENARIO
    : `${NO_SCENARIO} in ${runs.length} run${runs.length === 1 ? "" : "s"}, ${early} of which ended early`;
}

/** A function that calls this one in what the mail shows of it, which is not all. */
function callerInPart(overlay: SideOverlay, name: string): string | null {
  let callers = partCallers.get(overlay);
  if (callers === undefined) {
    callers = new Map<string, string[]>();
    for (const p of overlay.partial)
      for (const word of new Set(p.text.split(/\W+/))) {
        const known = callers.get(word);
        if (known === undefined) callers.set(word, [p.name]);
        // The first that is not the function itself is told.
        else if (known.length < 2 && known[0] !== p.name) known.push(p.name);
      }
    partCallers.set(overlay, callers);
  }
  return callers.get(name)?.find((n) => n !== name) ?? null;
}

const partCallers = new WeakMap<SideOverlay, Map<string, string[]>>();

/** Lines of the mail that show a function as it is after the patch. */
export const linesOf = ({ overlays: { after } }: SideSources, name: string): ReadonlySet<number> =>
  new Set([...after.functions, ...after.partial].flatMap((d) => (d.name === name ? d.lines : [])));

/** For each function that the patch shows: whether and how it ran. */
export function functionFacts(
  doc: ParsedDocument,
  patch: Patch,
  sources: SideSources,
  collector: Collector,
): FunctionFacts[] {
  const out: FunctionFacts[] = [];
  const seen = new Set<string>();
  const { before, after } = sources.overlays;
  const nothing = sources.nothing ?? (changesNoCode(patch) ? ({ kind: "no-code" } as const) : null);
  const why = nothing === null ? "" : nothingText(nothing);
  const uncalled = why || unreachedReason(collector);
  // What context alone shows of a function is none of what the patch does.
  const keyOf = (d: SideDefinition): string => `${d.path}:${d.name}`;
  const keysOf = (o: SideOverlay): ReadonlySet<string> => new Set([...o.functions, ...o.partial].map(keyOf));
  const keys = new Map([before, after].map((o) => [o, keysOf(o)]));
  const shows = (o: SideOverlay, d: SideDefinition): boolean => keys.get(o)!.has(keyOf(d));
  const touched = new Set(
    [before, after]
      .flatMap((o) => [...o.functions, ...o.partial, ...(o.off ?? [])])
      .filter((d) => d.changed || d.visible === "whole")
      .map(keyOf),
  );
  for (const [side, overlay, other] of [
    ["after", after, before],
    ["before", before, after],
  ] as const) {
    const on = new Set(overlay.functions.map((d) => d.name));
    const off = new Set((overlay.off ?? []).filter((d) => !on.has(d.name)));
    const partial = new Set(overlay.partial);
    for (const d of [...overlay.functions, ...overlay.partial, ...off]) {
      if (d.kind !== "function") continue;
      const key = keyOf(d);
      if (seen.has(key) || !touched.has(key)) continue;
      seen.add(key);
      const executed = collector.executed(d.name);
      const refused = sources.images !== null && partial.has(d);
      const added = side === "after" && !shows(other, d);
      const untold = !executed && uncalled === NO_SCENARIO;
      const caller = untold && sources.images === null ? callerInPart(overlay, d.name) : null;
      const latent = untold && added ? latentReason(doc, patch, d.name) : null;
      const why = latent ?? (caller === null ? uncalled : calledInPart(caller));
      const reason = off.has(d)
        ? IS_OFF
        : refused
          ? HUNK_REFUSED
          : d.visible !== "whole"
            ? SHOWN_IN_PART
            : why;
      out.push({
        patch: patch.index,
        name: d.name,
        path: d.path,
        side: shows(other, d) ? "both" : side,
        docLine: d.lines.find((l) => l > 0) ?? 0,
        endDocLine: d.lines.findLast((l) => l > 0) ?? 0,
        executed,
        reason: executed ? "" : reason,
        counts: collector.counts(d.name),
      });
    }
  }
  return out;
}
