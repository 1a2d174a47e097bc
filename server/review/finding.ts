/**
 * Violations as findings: which line of the mail each belongs on, its trace and how certain it is; and comparisons that
 * the types of their operands decide. Leaves out whether a violation counts (compare.ts) and how findings of several
 * cases become one (collect.ts).
 */

import { deadCheck as deadCheckRule } from "../../emulator/invariants/dead_check.ts";
import { identityOf, ruleOf } from "../../emulator/invariants/registry.ts";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { Violation } from "../../emulator/subject/rule.ts";
import { type Blame, blame, blameData, blameStop, traceOf } from "./blame.ts";
import type { Candidate } from "./outcome.ts";
import { traceStep, wordsOf } from "./render.ts";
import { namesOrder, replayToken } from "./replay.ts";
import type { PatchSide } from "./side.ts";
import type { PatchSides } from "./sides.ts";
import type { Finding, Severity } from "./types.ts";

/** What findings of one patch have in common. */
export interface PatchFacts {
  readonly patch: number;
  /** Of the diff: what a replay token refuses another text by. */
  readonly digest: string;
  readonly seed: string;
}

/** A case that was run on both sides. */
export interface RanCase {
  readonly sides: PatchSides;
  readonly runs: { readonly before: ScenarioRun; readonly after: ScenarioRun };
  readonly label: string;
}

/** What is said of a line that did not do it: it ran, or the patch removes or adds it. */
export const EVENT_ELSEWHERE: readonly string[] = [
  "The event is not in code the mail shows; the line given led there.",
  "The event is not on a line of the patch; the line given is what the patch removes there.",
  "The event is not on a line of the patch; the line given is what the patch adds there.",
];

/** Where a violation belongs and what is to be told of it. */
export function candidate(
  verdict: "new" | "fixed" | "already",
  { sides, runs, label }: RanCase,
  facts: PatchFacts,
  root: Violation,
  rest: readonly Violation[],
): Candidate {
  const onAfter = verdict !== "fixed";
  const side = onAfter ? sides.after : sides.before;
  const run = onAfter ? runs.after : runs.before;
  const other = onAfter ? sides.before : sides.after;
  const otherRun = onAfter ? runs.before : runs.after;
  const led: Blame = (root.stop === true ? blameStop : blame)(side, run, other, otherRun, root);
  const at =
    verdict === "already"
      ? performedBy(side, run, led, root)
      : led.docLine === 0
        ? (blameData(side, run, other, otherRun) ?? led)
        : led;
  const functions = side.functionList(run.functions, run.natives);
  const severity: Severity =
    verdict === "new" ? (root.level === "warning" ? "warning" : "error") : "information";
  const ranAs = (fidelity: string): string[] =>
    functions.filter((f) => f.fidelity === fidelity).map((f) => f.name);
  const detail = [
    ruleOf(root.code)?.statement ?? "",
    verdict === "fixed" ? insteadOf(other, otherRun, root) : "",
    ...(at.exact || at.docLine === 0
      ? []
      : [EVENT_ELSEWHERE[at.side === side.side ? 0 : at.side === "before" ? 1 : 2]!]),
    `Ran as in the diff: ${ranAs("diff").join(", ") || "nothing"}; ${side.inTree ? `as in the kernel tree: ${ranAs("tree").length} functions; ` : ""}as reference kernel ${side.era}: ${ranAs("reference").length} functions; stubs: ${run.stubs.map((s) => s.name).join(", ") || "none"}.`,
  ].filter((d) => d !== "");
  return {
    verdict,
    code: root.code,
    docLine: at.docLine,
    side: at.side,
    exact: at.exact,
    follows: rest.map((v) => identityOf(v.code, v.message)),
    finding: {
      code: root.code,
      verdict,
      severity,
      message: root.message,
      detail,
      patch: facts.patch,
      path: at.path,
      docLine: at.docLine,
      exactLine: at.exact,
      side: at.side,
      scenario: label,
      era: side.era,
      replay: token(sides, facts, label, root.code),
      trace: traceOf(side, run, root, at.event),
      consequences: rest.map((v) => ({ code: v.code, message: v.message })),
      alsoIn: [],
      functions,
      stubs: run.stubs.map((s) => s.name),
    },
  };
}

/** Steps of the other side that are told. */
const INSTEAD = 8;

/** What the mended side does from the step on in which the other breaks the rule; who sleeps and is woken included. */
function insteadOf(side: PatchSide, run: ScenarioRun, root: Violation): string {
  const words = wordsOf(run, "long");
  const several = run.taskNames.length > 1;
  const told = run.events.flatMap((e) => {
    if (e.step < root.step || (e.kind !== "step" && e.kind !== "task" && e.kind !== "warn")) return [];
    const { task, text } = traceStep(side, e, "step", run.taskNames, words);
    return [several && task !== "" ? `${task}: ${text}` : text];
  });
  if (told.length === 0) return "";
  const more = told.length > INSTEAD ? "; and so on" : "";
  const end = run.end.reason.kind === "completed" ? more : `; and it ends with: ${run.end.reason.message}`;
  return `After the patch, from there: ${told.slice(0, INSTEAD).join("; ")}${end}.`;
}

/**
 * What both sides do is put on a line that the patch adds or removes only when that line performs it; else nowhere in the
 * mail, in the file where it happens: a line around the change is not the patch's.
 */
function performedBy(side: PatchSide, run: ScenarioRun, at: Blame, root: Violation): Blame {
  const stack =
    root.stop === true ? run.end.stack : (run.events[at.event?.seq ?? root.event ?? -1]?.stack ?? []);
  const loc = stack[0]?.loc ?? null;
  const own = side.place(at.docLine)?.kind ?? " ";
  if (at.exact && own !== " " && side.docLine(loc) === at.docLine) return at;
  return { docLine: 0, path: side.sourceOf(loc).path, side: side.side, exact: false, event: at.event };
}

/** Comparisons that can never be true, found while lowering the patch's functions: no case has to run for them. */
export function deadChecks(sides: PatchSides, facts: PatchFacts): Candidate[] {
  const old = checksOf(sides.before);
  const now = checksOf(sides.after);
  const has = (list: readonly Check[], c: Check): boolean => list.some((o) => o.text === c.text);
  return [
    ...now.map((c) => deadCheck(has(old, c) ? "already" : "new", sides, sides.after, c, facts)),
    ...old.filter((c) => !has(now, c)).map((c) => deadCheck("fixed", sides, sides.before, c, facts)),
  ];
}

/** Where findings that no scenario shows say which one did. */
export const BY_TYPES = "(types)";

/** Whether a finding has a run of the machine to step through: not what types decide, a function that ran by itself, or an order of tasks that was tried. */
export const isSteppable = (f: Pick<Finding, "scenario" | "replay">): boolean =>
  f.scenario !== BY_TYPES && !isOwnRun(f.scenario) && f.replay !== "" && !namesOrder(f.replay);

/** Whether a case is of a function that runs by itself, not of a scenario of the machine. */
export const isOwnRun = (label: string): boolean => /^(?:function|life) /.test(label);

interface Check {
  readonly text: string;
  readonly docLine: number;
  readonly fn: string;
}

function checksOf(side: PatchSide): Check[] {
  side.lowerPatch();
  const out: Check[] = [];
  for (const c of side.kernel.image.deadChecks) {
    const docLine = side.docLine(c.loc);
    if (docLine > 0 && !out.some((o) => o.docLine === docLine && o.text === c.text))
      out.push({ text: c.text, docLine, fn: c.fn });
  }
  return out;
}

function deadCheck(
  verdict: "new" | "fixed" | "already",
  sides: PatchSides,
  side: PatchSide,
  c: Check,
  facts: PatchFacts,
): Candidate {
  const place = side.place(c.docLine);
  const path = place?.path ?? "";
  const line = place?.line ?? 0;
  const docLine = verdict === "already" && (place?.kind ?? " ") === " " ? 0 : c.docLine;
  return {
    verdict,
    code: "dead-check",
    docLine,
    side: side.side,
    exact: docLine > 0,
    follows: [],
    finding: {
      code: "dead-check",
      verdict,
      severity: verdict === "new" ? "warning" : "information",
      message: `${c.text}, so this check in ${c.fn}() never fires`,
      detail: [deadCheckRule.statement],
      patch: facts.patch,
      path,
      docLine,
      exactLine: docLine > 0,
      side: side.side,
      scenario: BY_TYPES,
      era: side.era,
      replay: token(sides, facts, BY_TYPES, "dead-check"),
      trace: [{ task: "", text: c.text, path, line, docLine: c.docLine, role: "culprit" }],
      consequences: [],
      alsoIn: [],
      functions: [{ name: c.fn, fidelity: "diff" }],
      stubs: [],
    },
  };
}

const token = (sides: PatchSides, facts: PatchFacts, label: string, code: string): string =>
  replayToken({
    digest: facts.digest,
    patch: facts.patch,
    scenario: label,
    beforeEra: sides.before.era,
    afterEra: sides.after.era,
    seed: facts.seed,
    code,
  });
