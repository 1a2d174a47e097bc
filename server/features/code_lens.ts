/**
 * The lenses: one per patch with the counts over its scenarios, one per function that can run: what the diff shows whole,
 * with a kernel tree also what it shows in part. They stand from the first moment and only their words change, so that the
 * text does not jump when results arrive.
 */

import type { Patch, Side } from "../mail/types.ts";
import {
  COMMAND_CANCEL,
  COMMAND_OPEN_DIFF,
  COMMAND_OPEN_READABLE,
  COMMAND_SHOW_PANEL,
  COMMAND_SIMULATE,
  COMMAND_STEP,
} from "../protocol.ts";
import { functionStanding, patchText, STANDING_WORDS, standingText, wasTried } from "../report/standing.ts";
import { countsText, functionText, unitOf } from "../report/words.ts";
import { isSteppable } from "../review/finding.ts";
import { ordinal } from "../review/render.ts";
import type { Verdict } from "../review/types.ts";
import {
  type FunctionView,
  functionViews,
  isStale,
  ownsFinding,
  type PlacedFinding,
  patchSelector,
  placedFindings,
  type Snapshot,
} from "./snapshot.ts";

/** Characters of a reason that a lens tells. */
const REASON_MAX = 72;

export interface Lens {
  readonly docLine: number;
  readonly title: string;
  readonly command: string;
  readonly argument: object;
}

export function codeLenses(snapshot: Snapshot): Lens[] {
  if (!snapshot.settings.codeLens) return [];
  const lenses: Lens[] = [];
  if (!snapshot.parsed.isRawText && snapshot.parsed.lines.length > 0)
    lenses.push(lens(1, "Encoded mail: open it readable", COMMAND_OPEN_READABLE, { uri: snapshot.uri }));
  for (const patch of snapshot.parsed.patches) {
    if (patch.files.length === 0) continue;
    lenses.push(patchLens(snapshot, patch));
    for (const view of functionViews(snapshot, patch))
      if ((view.whole || snapshot.settings.tree !== "") && view.changed)
        lenses.push(...functionLenses(snapshot, view));
  }
  return lenses;
}

function patchLens(snapshot: Snapshot, patch: Patch): Lens {
  const line = patch.files[0]?.docLine ?? patch.docLine;
  const selector = patchSelector(snapshot.parsed, patch);
  const again = { uri: snapshot.uri, ...(selector ? { patch: selector } : {}) };
  const { done, total } = snapshot.progress;
  const result = snapshot.review?.result;
  const told = wasTried(result, patch.index)
    ? patchText(result, patch.index) + (isStale(snapshot) ? " (obsolete)" : "")
    : "";
  if (snapshot.state === "checking") {
    const so = total > 0 ? ` ${done}/${total}` : "";
    return lens(
      line,
      `◌ ${snapshot.queued > 0 ? `Queued, ${ordinal(snapshot.queued)}` : `Simulating${so}`} · Cancel${told === "" ? "" : ` · ${told}`}`,
      COMMAND_CANCEL,
      again,
    );
  }
  const simulate = (text: string) =>
    lens(line, `▶ Simulate${text ? ` · ${text}` : ""}`, COMMAND_SIMULATE, again);
  if (snapshot.state === "failed") return simulate("failed, see the output");
  if (snapshot.state === "cancelled") return simulate(told === "" ? "cancelled" : told);
  return simulate(told || STANDING_WORDS["not-run"]);
}

/**
 * What a function's runs came to, the way into the one that shows its first finding, and both images; of one side, where a
 * side is named: that is in an image, and leads to no other.
 */
export function functionLenses(snapshot: Snapshot, view: FunctionView, side?: Side): Lens[] {
  const told = functionLens(snapshot, view, side);
  const { uri } = snapshot;
  const shown = ownFindings(snapshot, view, side).find(
    (p) => p.finding.verdict === "new" && isSteppable(p.finding),
  );
  const step =
    shown === undefined || told.command !== COMMAND_SHOW_PANEL
      ? []
      : [lens(view.docLine, "Step through", COMMAND_STEP, { uri, finding: shown.index })];
  const line = shown?.docLine ?? [...view.after, ...view.before][0] ?? view.docLine;
  const diff =
    side === undefined ? [lens(view.docLine, "Before ↔ after", COMMAND_OPEN_DIFF, { uri, line })] : [];
  return [told, ...step, ...diff];
}

function ownFindings(snapshot: Snapshot, view: FunctionView, side?: Side): PlacedFinding[] {
  return placedFindings(snapshot).filter(
    (p) => ownsFinding(view, p) && (side === undefined || p.finding.side === side),
  );
}

function functionLens(snapshot: Snapshot, view: FunctionView, side?: Side): Lens {
  const to = (text: string, command = COMMAND_SIMULATE, argument: object = { uri: snapshot.uri }) =>
    lens(view.docLine, text, command, argument);
  const tried = wasTried(snapshot.review?.result, view.patch.index);
  const own = ownFindings(snapshot, view, side);
  const first = own.find((p) => p.finding.verdict === "new") ?? own[0];
  const shown = { uri: snapshot.uri, ...(first === undefined ? {} : { finding: first.index }) };
  if (!tried && first !== undefined) {
    // They come while their patch runs, and stay where that is given up.
    const n = (verdict: Verdict): number => own.filter((p) => p.finding.verdict === verdict).length;
    const counts = countsText({
      new: n("new"),
      fixed: n("fixed"),
      fixedLater: n("fixed-later"),
      already: n("already"),
      clean: 0,
      notModelled: 0,
    });
    return to(`${view.name}: ${counts} so far`, COMMAND_SHOW_PANEL, shown);
  }
  if (!tried && snapshot.state === "checking") return to(`${view.name}: being simulated`);
  const stale = isStale(snapshot) ? " (obsolete)" : "";
  const facts = view.facts.filter((f) => side === undefined || f.side === side || f.side === "both");
  const standing = functionStanding(facts, tried);
  if (standing !== "ran") return to(`${view.name}: ${short(standingText(standing, facts))}${stale}`);
  const findings = own.map((p) => p.finding);
  const text = `${view.name}: ${functionText(facts, findings, unitOf(snapshot.review?.result ?? { runs: [] }, view.patch.index))}${stale}`;
  if (first) return to(text, COMMAND_SHOW_PANEL, shown);
  return to(text);
}

/** A reason as far as a lens has room for it; the hover has all of it. */
const short = (text: string): string =>
  text.length > REASON_MAX ? `${text.slice(0, REASON_MAX).replace(/[,;: ]$/, "")}…` : text;

function lens(docLine: number, title: string, command: string, argument: object): Lens {
  return { docLine, title, command, argument };
}
