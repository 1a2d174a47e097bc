/**
 * What the cases of a patch say together: a fold over their outcomes in the order of the plan, one finding a root cause.
 * `take` tells what each outcome added, so that findings can be given out while cases still run. Leaves out running them
 * (case.ts).
 */
import { identityOf, rankOf } from "../../emulator/invariants/registry.ts";
import { isOwnRun } from "./finding.ts";
import type { Candidate, CaseLine, CaseOutcome, PathLine } from "./outcome.ts";
import {
  type Finding,
  type FunctionFacts,
  isJudged,
  type LineChange,
  type LineFacts,
  MAX_CHANGES,
  type PlanFacts,
  type Run,
  type Side,
} from "./types.ts";
import { isPathsPassBy, isReachesNothing } from "./why.ts";

interface Draft {
  readonly finding: Finding;
  readonly key: string;
  readonly alsoIn: string[];
}

interface Line {
  readonly docLine: number;
  readonly side: Side;
  fn: string;
  hits: number;
  readonly changes: LineChange[];
}

type Counts = { -readonly [K in keyof FunctionFacts["counts"]]: number };

/** Ends of a run that are the tool's, not the kernel's. */
const CUT_SHORT: ReadonlySet<string> = new Set(["unsupported", "limit", "cancelled"]);

/** Both sides ran as far as any kernel would and entered nothing of the patch: such a run says nothing of it, not even that it is not modelled. */
const saysNothing = ({ reason, before, after }: Run): boolean =>
  isReachesNothing(reason ?? "") && ![before.outcome, after.outcome].some((kind) => CUT_SHORT.has(kind));

export class Collector {
  readonly runs: Run[] = [];
  /** Cases that ran to their end and, against what was known of them before, came to nothing of the patch. */
  unreached = 0;
  private found: Draft[] = [];
  private readonly lineMap = new Map<string, Line>();
  private readonly ran = new Set<string>();
  private readonly wholes = new Map<string, number>();
  private readonly countMap = new Map<string, Counts>();
  /** In how many runs of scenarios in which the patch did nothing a function ran, not counting its own cases. */
  private readonly quietRuns = new Map<string, { clean: number; already: number }>();
  /** Functions that ran in cases none of whose paths came to a changed line. */
  private readonly passedBy = new Map<string, readonly string[]>();
  /** Lines of the mail that a run with a verdict executed. */
  readonly reached = new Set<number>();
  /** Changed lines of functions that ran by themselves, by side and line. */
  private readonly ofPaths = new Map<string, PathLine>();
  /** For each finding's key and scenario: what followed (identityOf). */
  private readonly followers = new Map<string, Map<string, ReadonlySet<string>>>();
  private readonly asked: boolean;

  /** `asked`: the cases were asked for by name, and each is told, whatever it reached. */
  constructor(asked = false) {
    this.asked = asked;
  }

  /** Why sides ran whole, each reason with its number of cases. */
  whole(): PlanFacts["whole"] {
    return [...this.wholes].map(([why, cases]) => ({ why, cases }));
  }

  /** What was found without running: one finding a place. */
  addStatic(candidates: readonly Candidate[]): void {
    for (const c of candidates)
      this.found.push({ key: keyOfFinding(c.finding), alsoIn: [], finding: c.finding });
  }

  /** Adds the outcome of a case, in the order of the plan. Gives the findings that it is the first to show. */
  take(outcome: CaseOutcome): Finding[] {
    if (!this.asked && saysNothing(outcome.run)) {
      this.unreached++;
      return [];
    }
    this.runs.push(outcome.run);
    if (outcome.whole !== "") this.wholes.set(outcome.whole, (this.wholes.get(outcome.whole) ?? 0) + 1);
    const judged = isJudged(outcome.run.verdict);
    for (const l of outcome.lines) {
      this.addLine(l);
      if (judged && l.hits > 0) this.reached.add(l.docLine);
    }
    for (const l of outcome.pathLines ?? []) {
      const key = `${l.side} ${l.docLine}`;
      const reached = (judged && l.reached) || this.ofPaths.get(key)?.reached === true;
      this.ofPaths.set(key, { ...l, reached });
    }
    this.countFunctions(outcome);
    return outcome.candidates.flatMap((c) => this.addFinding(c, outcome.run.scenario) ?? []);
  }

  /** Changed lines of functions that ran by themselves, and whether a case with a verdict came to them. */
  pathLines(): readonly PathLine[] {
    return [...this.ofPaths.values()];
  }

  /** Takes back what scenarios say, that they are clean or that a fault was there already: what they ran is none of what the patch changes. */
  withhold(reason: string): void {
    const of: ReadonlySet<string> = new Set(this.runs.map((r) => r.scenario).filter((s) => !isOwnRun(s)));
    this.runs.forEach((run, i) => {
      if ((run.verdict === "clean" || run.verdict === "already") && of.has(run.scenario))
        this.runs[i] = { ...run, verdict: "not-modelled", reason };
    });
    this.found = this.found.filter(
      ({ finding, alsoIn }) =>
        finding.verdict !== "already" || ![finding.scenario, ...alsoIn].every((s) => of.has(s)),
    );
    for (const [name, by] of this.quietRuns) {
      const c = this.countMap.get(name)!;
      for (const verdict of ["clean", "already"] as const) {
        c.notModelled += by[verdict];
        c[verdict] -= by[verdict];
      }
    }
    this.quietRuns.clear();
  }

  /**
   * Leaves out the cases of functions by themselves whose paths come to no changed line, where scenarios came to one of them: what
   * the patch does there was run. Gives how many.
   */
  leaveToScenarios(ran: (name: string) => boolean): number {
    const left = this.runs.filter(({ scenario, verdict, reason }) => {
      const name = /^function (\S+)$/.exec(scenario)?.[1];
      return name !== undefined && verdict === "not-modelled" && isPathsPassBy(reason ?? "") && ran(name);
    });
    for (const run of left) {
      this.runs.splice(this.runs.indexOf(run), 1);
      for (const name of this.passedBy.get(run.scenario) ?? []) {
        const c = this.countMap.get(name);
        if (c !== undefined) c.notModelled--;
      }
    }
    return left.length;
  }

  /** Whether a function of the diff ran on some side. */
  executed(name: string): boolean {
    return this.ran.has(name);
  }

  counts(name: string): FunctionFacts["counts"] {
    return this.countMap.get(name) ?? { clean: 0, new: 0, fixed: 0, already: 0, notModelled: 0 };
  }

  /** What happened on each line; a line without events belongs to the function that it stands in. */
  lines(functions: readonly FunctionFacts[]): LineFacts[] {
    return [...this.lineMap.values()].map((l) => ({
      ...l,
      fn:
        l.fn !== ""
          ? l.fn
          : (functions.find((f) => f.docLine <= l.docLine && l.docLine <= f.endDocLine)?.name ?? ""),
    }));
  }

  /** The findings. One that never comes without another of the same run and page hangs below that one. */
  findings(): Finding[] {
    const all = this.found.map((d) => ({ ...d.finding, alsoIn: d.alsoIn }));
    return mergeByLine(all.filter((f) => !all.some((g) => g !== f && this.explains(g, f))));
  }

  private addLine(l: CaseLine): void {
    const key = `${l.side}:${l.docLine}`;
    let line = this.lineMap.get(key);
    if (line === undefined) {
      line = { docLine: l.docLine, side: l.side, fn: "", hits: 0, changes: [] };
      this.lineMap.set(key, line);
    }
    line.hits += l.hits;
    if (l.fn !== "") line.fn = l.fn;
    line.changes.push(...l.changes.slice(0, MAX_CHANGES - line.changes.length));
  }

  private countFunctions({ executed, run: { verdict, scenario, reason } }: CaseOutcome): void {
    const names = new Set([...executed.before, ...executed.after]);
    if (isPathsPassBy(reason ?? "")) this.passedBy.set(scenario, [...names]);
    for (const name of names) {
      this.ran.add(name);
      const c = this.countMap.get(name) ?? { clean: 0, new: 0, fixed: 0, already: 0, notModelled: 0 };
      if (verdict === "clean" || verdict === "new" || verdict === "fixed" || verdict === "already")
        c[verdict]++;
      else c.notModelled++;
      if ((verdict === "clean" || verdict === "already") && !isOwnRun(scenario)) {
        const by = this.quietRuns.get(name) ?? { clean: 0, already: 0 };
        by[verdict]++;
        this.quietRuns.set(name, by);
      }
      this.countMap.set(name, c);
    }
  }

  /** One finding a root cause: the same line, or, where no line is certain, the same rule (of the kernel's own checks: the same check). */
  private known(c: Candidate): Draft | undefined {
    const key = keyOfFinding(c.finding);
    const event = eventOf(c.finding);
    return this.found.find(
      (d) =>
        d.key === key ||
        (event !== null && eventOf(d.finding) === event) ||
        (identity(d.finding) === identity(c.finding) &&
          d.finding.verdict === c.verdict &&
          (!c.exact || !d.finding.exactLine)),
    );
  }

  /** The finding, when no earlier case showed its cause. */
  private addFinding(c: Candidate, label: string): Finding | null {
    const key = keyOfFinding(c.finding);
    const follows = this.followers.get(key) ?? new Map<string, ReadonlySet<string>>();
    follows.set(label, new Set(c.follows));
    this.followers.set(key, follows);
    const known = this.known(c);
    if (known === undefined) {
      this.found.push({ key, alsoIn: [], finding: c.finding });
      return c.finding;
    }
    if (label !== known.finding.scenario && !known.alsoIn.includes(label)) known.alsoIn.push(label);
    if (known.finding.exactLine || !c.exact) return null;
    // A later scenario puts it on its very line: that one is told, and the earlier one named.
    this.found[this.found.indexOf(known)] = {
      key,
      finding: c.finding,
      alsoIn: [known.finding.scenario, ...known.alsoIn].filter((l) => l !== label),
    };
    return null;
  }

  /** Whether every run that shows f as a root shows what g is among what follows, and g stands on its own elsewhere. */
  private explains(g: Finding, f: Finding): boolean {
    // On one line they are one finding anyway (mergeByLine), under the more telling rule.
    if (g.docLine > 0 && g.docLine === f.docLine && g.side === f.side) return false;
    if (g.verdict !== f.verdict || g.code === f.code || g.code === "dead-check" || f.code === "dead-check")
      return false;
    const runs = [f.scenario, ...f.alsoIn];
    const follows = this.followers.get(keyOfFinding(f));
    return (
      follows !== undefined &&
      runs.every((r) => follows.get(r)?.has(identity(g)) === true) &&
      1 + g.alsoIn.length >= runs.length
    );
  }
}

/** What makes a finding another one than others of its rule: which check of the kernel's own it is. */
const identity = (f: Finding): string => identityOf(f.code, f.message);

/** What happens where in a function that ran by itself: run in its callers too, it does there what it does alone. Null of other runs. */
function eventOf({ scenario, verdict, code, side, trace }: Finding): string | null {
  const last = trace.at(-1);
  if (!isOwnRun(scenario) || last === undefined || last.line === 0) return null;
  return [verdict, code, side, last.path, last.line, last.text].join(":");
}

const keyOfFinding = (f: Finding): string => `${f.verdict}:${identity(f)}:${f.docLine}:${f.side}`;

/** Whether a function loses a failure, and the other finding comes up where its life goes on behind that. */
const leadsTo = (lost: Finding, { scenario }: Finding): boolean =>
  lost.code === "error-lost" && scenario.startsWith(`${lost.scenario.replace(/^function /, "life ")} `);

/** One line that breaks several rules is one finding, under the most telling of them. */
function mergeByLine(findings: readonly Finding[]): Finding[] {
  const out: Finding[] = [];
  for (const f of findings) {
    const i = out.findIndex(
      (o) =>
        f.docLine > 0 &&
        o.docLine === f.docLine &&
        o.side === f.side &&
        o.verdict === f.verdict &&
        o.code !== "dead-check" &&
        f.code !== "dead-check",
    );
    if (i < 0) {
      out.push(f);
      continue;
    }
    const o = out[i]!;
    const fFirst = leadsTo(f, o) || (!leadsTo(o, f) && rankOf(f.code) < rankOf(o.code));
    const [first, second] = fFirst ? [f, o] : [o, f];
    const consequences = [...first.consequences];
    for (const c of [{ code: second.code, message: second.message }, ...second.consequences])
      if (c.code !== first.code && !consequences.some((k) => k.code === c.code)) consequences.push(c);
    const alsoIn = [...new Set([...first.alsoIn, second.scenario, ...second.alsoIn])].filter(
      (s) => s !== first.scenario,
    );
    out[i] = { ...first, consequences, alsoIn };
  }
  return out;
}
