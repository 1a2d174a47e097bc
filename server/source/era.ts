/**
 * Which kernel era (emulator/kernel/era.ts) each side of a patch belongs to; a patch may be the very one that changes the
 * rules. Chosen from the names the side's text uses, else from the patch's date; the user may set it. Leaves out kernels
 * before the first era of the table: they run on that, and a note says so.
 */
import {
  ERA_NAMES,
  type Era,
  type EraRow,
  eraFromName,
  eraOn,
  eraRow,
  erasOfText,
  NEWEST_ERA,
} from "../../emulator/kernel/era.ts";
import type { Patch, Side } from "../mail/types.ts";

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

/** The era that a user asks for: null for none ("", "auto"). Callers have refused unknown names before. */
export function wantedEra(name: string | undefined): Era | null {
  return name === undefined || name === "" || name === "auto" ? null : eraFromName(name);
}

/** How a text asks whether an FS-DAX page is idle: of one reference, or of none. */
const IDLE_TESTS: readonly (readonly [idle: 0 | 1, pattern: RegExp])[] = [
  [1, /(?:_wait_var_event\(\s*\w+,|return page &&)\s*page_ref_count\(\w+\) == 1\b/],
  [
    0,
    /(?:_wait_var_event\(\s*\w+,|return page &&)\s*(?:!page_ref_count\(\w+\)|page_ref_count\(\w+\) == 0\b)/,
  ],
];

/** The eras that a text fits: the rule itself, where the text has it, goes before names, which a series that is under way has of both. */
function erasFitting(text: string): Era[] {
  const shown = IDLE_TESTS.filter(([, pattern]) => pattern.test(text));
  if (shown.length !== 1) return erasOfText(text);
  return erasOfText(
    text,
    ERA_NAMES.filter((e) => eraRow(e).idleRef === shown[0]![0]),
  );
}

/** The era of one side. */
export const chooseEra = (patch: Patch, side: Side, wanted: string | undefined): EraChoice =>
  choose(patch, sideText(patch, side), wanted);

function choose(patch: Patch, text: string, wanted: string | undefined): EraChoice {
  const user = wantedEra(wanted);
  if (user !== null) return { era: user, by: "user" };
  const fitting = erasFitting(text);
  if (fitting.length === 1) return { era: fitting[0]!, by: "names" };
  const date = patch.date ?? patch.quotedOn;
  const time = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(time)) return { era: fitting.at(-1) ?? NEWEST_ERA, by: "default" };
  return { era: eraOn(fitting, new Date(time).toISOString().slice(0, 10)), by: "date" };
}

/** The text of the side after, in which functions that the patch itself brings, whole, have no name. */
function withoutItsOwn(patch: Patch): string {
  const before = new Set(patch.definitions.flatMap((d) => (d.side === "before" ? [d.name] : [])));
  const own = new Set(
    patch.definitions.flatMap((d) =>
      d.side === "after" && d.kind === "function" && d.visible === "whole" && !before.has(d.name)
        ? [d.name]
        : [],
    ),
  );
  return sideText(patch, "after").replace(/[A-Za-z_]\w*/g, (w) => (own.has(w) ? "_" : w));
}

/** Whether a patch brings a function that came with an era together with its callers. */
const isAsked = (patch: Patch, { asked = [] }: EraRow): boolean =>
  asked.some(({ name }) => patch.definitions.some((d) => d.side === "after" && d.name === name));

/**
 * Whether a patch alone makes a later era of its side after: where both have the rules by which a page lives in common, the
 * later one is told by what the patch brings whole, and what is around it is as it was before. Where something is shown in
 * part, the later era may be all that has what it changes.
 */
function isItsOwn(patch: Patch, before: Era, after: Era): boolean {
  const [b, a] = [eraRow(before), eraRow(after)];
  return (
    a.ordinal > b.ordinal &&
    !isAsked(patch, a) &&
    !patch.definitions.some((d) => d.kind === "function" && d.visible === "partial" && d.changed) &&
    (["idleRef", "leaves", "indexStays", "compound"] as const).every((rule) => a[rule] === b[rule]) &&
    choose(patch, withoutItsOwn(patch), undefined).era === before
  );
}

/**
 * The eras of both sides. What a patch brings itself is no sign of what it stands on. A side that shows nothing of its time, in a text without a date, is of the other side's: what
 * makes them differ is the patch.
 */
export function chooseEras(
  patch: Patch,
  wanted: Readonly<Record<Side, string | undefined>>,
): Record<Side, Era> {
  const before = chooseEra(patch, "before", wanted.before);
  const after = chooseEra(patch, "after", wanted.after);
  if (before.by === "default" && after.by === "names") return { before: after.era, after: after.era };
  if (after.by === "default" && before.by === "names") return { before: before.era, after: before.era };
  if (before.by !== "user" && after.by !== "user" && isItsOwn(patch, before.era, after.era))
    return { before: before.era, after: before.era };
  return { before: before.era, after: after.era };
}

/**
 * The era of a side whose files come from a kernel tree: the rule by which the tree's own fs/dax.c, patched so far, tells
 * an idle page. Null when the text does not say; of several that fit, the first: what came later would show.
 */
export function eraOfTree(daxC: string): Era | null {
  const idle = idleIn(daxC);
  if (idle !== null) {
    // The rule itself goes before names, which a series that is under way has of both.
    const held = ERA_NAMES.filter((e) => eraRow(e).idleRef === idle);
    const fitting = erasOfText(daxC).filter((e) => held.includes(e));
    return fitting[0] ?? (idle === 0 ? held[0]! : held.at(-1)!);
  }
  const fitting = erasOfText(daxC);
  return fitting.length === ERA_NAMES.length ? null : fitting[0]!;
}

/** What an idle page counts, as the search for busy pages asks; null where it asks in no form that is known. */
function idleIn(daxC: string): number | null {
  const at = daxC.indexOf("dax_busy_page(void *entry)\n{");
  const body = at < 0 ? "" : daxC.slice(at, daxC.indexOf("\n}", at));
  if (/\bpage_ref_count\(\w+\) > 1\b/.test(body)) return 1;
  return /\bif \((?:page|folio)_ref_count\(\w+\)\)/.test(body) ? 0 : null;
}
