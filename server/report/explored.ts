/**
 * What exploring a scenario's orders showed, told for a terminal: verdicts by side, what was tried and left out, and each
 * failing order with the tasks side by side. Leaves out exploring (server/review/explore.ts).
 */
import type {
  ExploredCase,
  ExploredFault,
  ExploredSide,
  Frequency,
  PlaceTold,
  TurnTold,
} from "../review/explore.ts";
import type { FailedCall, InjectedCase, InjectedSide } from "../review/explore_faults.ts";
import { terminalText, wrap } from "./text.ts";

/** Lines that the turns of one order take at most. */
const TURNS = 11;
/** Columns of the tasks' names at most. */
const WIDTH = 34;
/** Columns of a terminal, and what is left of them behind the indent of an order. */
const TERMINAL = 80;
const COLUMNS = 76;

/** Makes lines of a line that may be too long. */
type Fold = (line: string) => string[];

/** Leaves it to an editor to break lines, which it does as it is wide. */
export const unfolded: Fold = (line) => [line];

/** A line in lines that a terminal has room for; what follows is further in. */
export const lines80: Fold = (line) => {
  const text = line.trimStart();
  const indent = " ".repeat(line.length - text.length);
  return wrap(text, TERMINAL - indent.length, "    ").map((l) => indent + l);
};

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

const frequencyText = (f: Frequency, what = "order"): string =>
  f.verdict === "sometimes"
    ? `sometimes (${f.count} of ${plural(f.of, what)})`
    : `${f.verdict} (${plural(f.of, what)})`;

function sideText(name: string, s: ExploredSide, weak: boolean): string {
  // Nothing was left out, and there was nothing to choose: figures would only hide that.
  if (s.exhausted && s.orders === 1 && s.places.locks + s.places.granules === 0)
    return `  ${name}: one order: its tasks meet at no lock and no memory`;
  const drawn = s.drawn > 0 ? `, ${s.drawn} of them drawn at random` : "";
  const bound = `${plural(s.bound, "preemption")}${weak ? " or late accesses" : ""}`;
  const within = s.exhausted
    ? `all with at most ${bound}`
    : s.states === 0
      ? "then left: they reach nothing of the patch"
      : `not all with at most ${bound}: ${s.cut === "" ? "places to switch at were met late" : `${s.cut} ran out`}`;
  const bad = s.unusable > 0 ? `; ${s.unusable} say nothing` : "";
  return (
    `  ${name}: ${plural(s.orders, "order")}${drawn} (${within}; the bound left out ${plural(s.beyondBound, "switch").replace(/switchs$/, "switches")}); ` +
    `${s.states} states, ${s.pruned} times one was met again; tasks may switch at ${plural(s.places.locks, "lock")} and ${plural(s.places.granules, "word")} of memory${bad}`
  );
}

const placeText = (p: PlaceTold): string =>
  p.docLine > 0 ? `${p.fn}() mail:${p.docLine}` : `${p.fn}() ${p.path}:${p.line}`;

const fit = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;

/** What a task does where a turn ends. */
const WHY = {
  preempted: "before",
  waits: "waits in",
  load: "reads old in",
  store: "is overtaken in",
} as const;

/** The turns of an order, a line a turn, the fault last: each task's further to the right, its name before what it does. */
export function lanes(turns: readonly TurnTold[], fault: string): string[] {
  const names = [...new Set(turns.flatMap((t) => [t.task, t.to]))];
  const margin = (task: string): string => `${"  ".repeat(names.indexOf(task))}${task}`;
  const width = Math.min(WIDTH, Math.max(0, ...names.map((n) => margin(n).length))) + 2;
  // What begins the story matters least: the tasks' start.
  const shown = turns.length > TURNS - 2 ? turns.slice(turns.length - (TURNS - 3)) : turns;
  const out = shown.length < turns.length ? [`(${turns.length - shown.length} turns before)`] : [];
  for (const t of shown) {
    const why = WHY[t.late ?? (t.preempted ? "preempted" : "waits")];
    const what = t.at === null ? "ends" : `${why} ${placeText(t.at)}`;
    out.push(`${fit(margin(t.task), width - 1).padEnd(width)}${fit(what, COLUMNS - width)}`);
  }
  out.push(...lines80(fault));
  return out;
}

function faultText(f: ExploredFault, fold: Fold): string[] {
  const verdict = f.verdict === "unsettled" ? "before the patch only, of the orders tried:" : f.verdict;
  const head = `  ${verdict} ${f.code}: ${f.message}`;
  const last = `=> ${f.code}`;
  return [
    ...fold(head),
    ...fold(`    before: ${frequencyText(f.before)}; after: ${frequencyText(f.after)}`),
    `    ${f.side} side, ${plural(f.preemptions, "preemption")}:`,
    ...lanes(f.turns, last).map((l) => `    ${l}`),
    `    replay: folioscope explore FILE --replay '${f.token}'`,
  ];
}

/** How many faults, and data races, a case has that only the patched side shows. */
export const newIn = (e: ExploredCase | InjectedCase): number =>
  e.faults.filter((f) => f.verdict === "new").length + ("races" in e ? e.races.length : 0);

/** What was not tried of the cases that were asked for. */
export const untriedText = (untried: number, cases: number): string =>
  `${lines80(`${untried} of ${plural(cases, "case")} ${untried === 1 ? "was" : "were"} not tried: --total, or the time, ran out; name fewer with --scenario "NAME parameter=value *"`).join("\n")}\n`;

/** The report of one explored case. Every line is fit for a terminal, where `fold` makes it so. */
export function exploredText(e: ExploredCase, fold: Fold = lines80): string {
  const lines = [`${e.scenario}${e.weak ? ", stores seen late where no barrier orders them" : ""}`];
  if (e.before.orders + e.after.orders > 0)
    for (const side of ["before", "after"] as const) lines.push(...fold(sideText(side, e[side], e.weak)));
  if (e.notModelled !== "") lines.push(...fold(`  not modelled: ${e.notModelled}`));
  else if (e.faults.length === 0) lines.push("  no order shows a fault on either side");
  for (const f of e.faults) lines.push(...faultText(f, fold));
  for (const r of e.races)
    lines.push(
      ...[
        "  new data-race: two accesses to the same bytes, one of them plain and a write among them, ordered by nothing",
        `    ${r.oneWrites ? "writes" : "reads"} in ${placeText(r.one)}: ${r.one.text}`,
        `    ${r.otherWrites ? "writes" : "reads"} in ${placeText(r.other)}: ${r.other.text}`,
      ].flatMap(fold),
    );
  return `${lines.map(terminalText).join("\n")}\n`;
}

/** What happens where no call fails, by its name in the reference kernel. */
const HAPPENS: Readonly<Record<string, string>> = {
  signal: "a signal comes to who sleeps",
  "block-io": "an I/O error (-EIO) comes of what is asked",
  again: "the file system says try again (-EAGAIN)",
  poison: "the copy meets poisoned memory",
  "raced-insert": "another fault comes first, and what it inserted goes again,",
};

/** What went wrong, a line each. */
export function failedText(failed: readonly FailedCall[]): string[] {
  return failed.map(
    (f) =>
      `${HAPPENS[f.name] ?? `${f.name} fails`}${f.at === null ? "" : ` in ${placeText(f.at)}: ${f.at.text}`}`,
  );
}

function injectedSideText(name: string, s: InjectedSide, depth: 1 | 2): string {
  const pairs =
    depth === 2 ? ` and ${plural(s.pairs, "pair")} of them` : "; pairs were not tried (--faults 2)";
  const cut = s.cut === "" ? "" : `; not all: ${s.cut} ran out`;
  const bad = s.unusable > 0 ? `; ${plural(s.unusable, "run")} say nothing` : "";
  return `  ${name}: each of ${plural(s.single, "call")} that can fail failed once${pairs}${cut}${bad}`;
}

/** The report of a case whose fallible calls were made to fail. Every line is fit for a terminal, where `fold` makes it so. */
export function injectedText(e: InjectedCase, fold: Fold = lines80): string {
  const lines = [e.scenario];
  if (e.before.calls + e.after.calls > 0)
    for (const side of ["before", "after"] as const)
      lines.push(...fold(injectedSideText(side, e[side], e.depth)));
  if (e.notModelled !== "") lines.push(...fold(`  not modelled: ${e.notModelled}`));
  else if (e.faults.length === 0) lines.push("  no failing call shows a fault on either side");
  for (const f of e.faults)
    lines.push(
      ...fold(`  ${f.verdict} ${f.code}: ${f.message}`),
      ...fold(`    before: ${frequencyText(f.before, "run")}; after: ${frequencyText(f.after, "run")}`),
      ...failedText(f.failed).flatMap((l) => fold(`    ${f.side} side: ${l}`)),
      `    replay: folioscope explore FILE --replay '${f.token}'`,
    );
  return `${lines.map(terminalText).join("\n")}\n`;
}
