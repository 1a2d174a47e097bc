/**
 * A function case as a case of the review: its differences as findings on lines of the mail, with the path that shows each
 * in words, what it rests on, and a replay token. Leaves out running (function_case.ts) and what several cases say
 * together (collect.ts).
 */

import { isAsRead } from "../../emulator/function/calls.ts";
import { type Difference, type EntryResult, MOST_SHOWN } from "../../emulator/function/compare.ts";
import type { Entry } from "../../emulator/function/explore.ts";
import type { Choice } from "../../emulator/function/finding.ts";
import { ruleOf } from "../../emulator/invariants/registry.ts";
import { hasWord } from "../source/c_text.ts";
import { firstRefused } from "../source/images.ts";
import { doubtText } from "./doubts.ts";
import type { PatchFacts } from "./finding.ts";
import { boundsFor, type FunctionCases } from "./function_case.ts";
import { jumpReason } from "./jump_reason.ts";
import type { Candidate, CaseOutcome } from "./outcome.ts";
import { replayToken } from "./replay.ts";
import {
  plainly,
  pointerCall,
  spoken,
  spokenChoice,
  spokenCondition,
  withLabel,
  withMacro,
} from "./spoken.ts";
import type { Finding, Run, Side, SideRun, TraceStep, Verdict } from "./types.ts";
import { doesNotFit, PATHS_PASS_BY, pathsEnd } from "./why.ts";

/** How an entry is called: what runs, findings and replay tokens name. */
export function entryLabel(entry: Entry): string {
  return entry.leave === null ? `function ${entry.name}` : `life ${entry.name} ${entry.leave}`;
}

/** What a function case needs to be told as a case of a patch. */
export interface FunctionContext extends PatchFacts {
  readonly eras: Readonly<Record<Side, string>>;
  readonly paths: number | undefined;
}

/** Runs a function case and tells what it gave. */
export function functionOutcome(cases: FunctionCases, entry: Entry, context: FunctionContext): CaseOutcome {
  const bounds = boundsFor(cases.plan.entries.length, context.paths);
  const result = cases.run(entry, { bounds, only: null });
  const ran = [entry.name, ...(entry.leave === null ? [] : [entry.leave])];
  const through = functionsThatRan(result, ran);
  const unbuilt = cases.unbuilt(entry, through);
  const sure = result.differences.filter(
    (d) =>
      (d.verdict === "new" || d.verdict === "fixed") &&
      !d.fault.possible &&
      unbuilt?.told !== true &&
      unbuilt?.cut !== true &&
      !(d.verdict === "new" && unbuilt?.lacks === true),
  );
  const images = cases.imagesOf(entry.path);
  const refused = sure.length === 0 || images === null ? null : firstRefused(images);
  const told = refused === null ? sure : [];
  const candidates = told.map((d) => candidateOf(cases, d, entryLabel(entry), context));
  const out = told.length > 0 || unbuilt !== null ? null : cases.compiledOut(entry, through);
  const other = told.length > 0 || unbuilt !== null ? null : cases.otherDefinition(entry, through);
  const held = told.length > 0 || unbuilt !== null || out !== null ? null : heldBack(result.differences);
  const why =
    refused !== null
      ? doesNotFit(entry.path, refused.docLine, entry.name)
      : other !== null
        ? `${other}() that the patch changes lies in an #if that is off here, and another of that name is built`
        : out !== null
          ? compiledOut(out)
          : (unbuilt?.why ?? (held === null ? null : heldText(cases, held)));
  const changed = [...cases.plan.changed.values()].flat();
  const ranAny = through.some((fn) => changed.includes(fn));
  const by =
    told.length > 0 || why !== null || result.note !== ""
      ? null
      : result.passesBy
        ? passesByText(result)
        : changed.length > 0 && !ranAny
          ? `${PATHS_PASS_BY}, nor to a function that has one`
          : null;
  const executed = result.paths.after > 0 && why === null ? through : [];
  return {
    run: runOf(result, told, told.length > 0 ? null : (why ?? by), context),
    executed: { before: executed, after: executed },
    lines: [],
    pathLines: result.note === "" ? cases.linesMet(result) : [],
    candidates,
    whole: "",
  };
}

/**
 * A difference that the patch may bring and that is not told, since what is known does not decide it: such a case is not clean. None
 * where the patch may as well take the same away.
 */
function heldBack(differences: readonly Difference[]): Difference | null {
  const may = (verdict: Difference["verdict"]): Difference[] =>
    differences.filter((d) => d.verdict === verdict && d.fault.possible);
  const gone = new Set([...may("fixed"), ...may("moved")].map((d) => `${d.fault.kind} ${d.fault.object}`));
  return may("new").find((d) => !gone.has(`${d.fault.kind} ${d.fault.object}`)) ?? null;
}

/** What is held back, and why. */
function heldText(cases: FunctionCases, d: Difference): string {
  const { fault } = d;
  const files = cases.files;
  const placeOf = (loc: Choice["loc"]): Place => {
    const path = files[loc.file]?.path ?? "";
    return { path, line: loc.line, docLine: cases.imagesOf(path)?.afterDocLines[loc.line - 1] ?? 0 };
  };
  const decisive = d.path.choices.filter((c) => d.forced.get(c.name) === c.answer);
  const words = wordsOf(cases, d, "after", placeOf);
  const because = doubtText(fault);
  return `it may be new that ${sentence(d, decisive, placeOf, words, functionOf(cases, d))}: ${because}`;
}

/** That no path comes to the change; where paths end for something that is not known here, what that is. */
function passesByText({ ends, paths }: EntryResult): string {
  const early = [...ends].filter(([end]) => !end.startsWith("stopped"));
  const [end, most] = early.sort(([, a], [, b]) => b - a)[0] ?? ["", 0];
  const all = paths.before + paths.after;
  const some = early.reduce((sum, [, n]) => sum + n, 0);
  return most === 0 ? PATHS_PASS_BY : pathsEnd(end.slice(end.indexOf(": ") + 2), some, all);
}

const compiledOut = (fn: string): string =>
  `what the patch changes in ${fn}() comes to the same code before and after here: it lies in an #if that is off, or says the same`;

/** What the text of the changed functions shows. Comparisons that types decide are the review's own business. */
export function staticCandidates(
  cases: FunctionCases,
  context: FunctionContext,
  deadChecks: boolean,
): Candidate[] {
  return cases
    .statics()
    .filter((d) => d.fault.kind !== "check-never-true" || deadChecks)
    .map((d) => candidateOf(cases, d, "(types)", context));
}

function functionsThatRan(result: EntryResult, entries: readonly string[]): string[] {
  return [...new Set([...entries, ...result.ran])];
}

/** @param unbuilt why what ran shows nothing, or null */
function runOf(
  result: EntryResult,
  told: readonly Difference[],
  unbuilt: string | null,
  context: FunctionContext,
): Run {
  const { entry, paths, left, ends } = result;
  const note = result.note !== "" ? result.note : (unbuilt ?? "");
  const verdict: Verdict =
    note !== ""
      ? "not-modelled"
      : told.some((d) => d.verdict === "new")
        ? "new"
        : told.length > 0
          ? "fixed"
          : "clean";
  const side = (n: number): SideRun => ({
    outcome: note === "" ? "completed" : "not-modelled",
    violations: [...new Set(told.map((d) => codeOf(d)))],
    stubs: [],
    steps: n,
    ...(note === "" ? {} : { reason: note }),
  });
  const known = left > 0 ? ` of at least ${Math.max(paths.before, paths.after) + left} known` : "";
  const cut = [...ends].map(([why, n]) => `${n} ended early (${why})`).slice(0, 2);
  return {
    patch: context.patch,
    scenario: entryLabel(entry),
    era: context.eras.after,
    verdict,
    before: side(paths.before),
    after: side(paths.after),
    functions: result.ran.map((name) => ({ name, fidelity: "diff" as const })),
    reason: note !== "" ? note : [`${paths.before} and ${paths.after} paths ran${known}`, ...cut].join("; "),
  };
}

const codeOf = (d: Difference): string => (d.fault.kind === "check-never-true" ? "dead-check" : d.fault.kind);

interface Place {
  readonly path: string;
  readonly line: number;
  readonly docLine: number;
  /** Where it is not the side that the finding is of. */
  readonly side?: Side;
}

function candidateOf(
  cases: FunctionCases,
  d: Difference,
  label: string,
  context: FunctionContext,
): Candidate {
  const verdict = d.verdict as "new" | "fixed";
  const side: Side = verdict === "new" ? "after" : "before";
  const { fault } = d;
  const files = cases.files;
  const placeOf = (loc: { file: number; line: number }): Place => {
    const path = files[loc.file]?.path ?? "";
    const images = cases.imagesOf(path);
    const lines = side === "after" ? images?.afterDocLines : images?.beforeDocLines;
    return { path, line: loc.line, docLine: lines?.[loc.line - 1] ?? 0 };
  };
  const words = wordsOf(cases, d, side, placeOf);
  const decisive = d.path.choices.filter((c) => d.forced.get(c.name) === c.answer);
  // The call that has to fail, the line that shows it, those that took it and gave it back, other decisions; else where the
  // patch changes the function, or what lies on the way there.
  const failing = decisive.filter((c) => c.answer === "fails" || c.callee !== null).map((c) => c.loc);
  // A line of the patch that does it needs no call to point at; what is lost on a way out shows at its end only.
  const own = EVENTS.has(fault.kind) && isChanged(cases, side, placeOf(fault.at.loc)) ? [fault.at.loc] : [];
  const event = [...own, ...failing.reverse(), fault.at.loc].map(placeOf);
  const places = [
    ...event,
    ...[
      ...(fault.taken === null ? [] : [fault.taken.loc]),
      ...(fault.given === null ? [] : [fault.given.loc]),
      ...decisive.map((c) => c.loc).reverse(),
    ].map(placeOf),
  ];
  const exact =
    (verdict === "new" ? brokenBy(cases, d, event, places) : undefined) ?? places.find((p) => p.docLine > 0);
  const near = nearest(cases, fault.functions, d.entry.path, side, placeOf(fault.at.loc));
  const passed = near.changed
    ? undefined
    : d.path.choices.map((c) => placeOf(c.loc)).findLast((p) => p.docLine > 0);
  const { path, line, docLine } = passed ?? near;
  const at: Place = exact ?? { path, line, docLine };
  const code = codeOf(d);
  const message = sentence(d, decisive, placeOf, words, functionOf(cases, d), gateOf(cases, d, placeOf));
  const finding: Finding = {
    code,
    verdict,
    severity: verdict === "new" ? (ruleOf(code)?.level === "warning" ? "warning" : "error") : "information",
    message,
    detail: [
      ruleOf(code)?.statement ?? "",
      ...(exact === undefined
        ? [
            `The line is not in the mail; the one given is ${passed === undefined ? `the nearest that the patch ${near.changed ? "changes" : "shows"}` : "on the way there"}.`,
          ]
        : []),
      whereText(fault.functions, d.entry, fault.taken === null ? "" : fault.kind),
      // What the text shows no path has to.
      ...(d.shown === 0
        ? []
        : [`Shown by ${d.shown >= MOST_SHOWN ? "at least " : ""}${d.shown} of the paths that ran.`]),
      ...(d.path.assumed.length === 0
        ? []
        : [
            `Nothing is known of ${d.path.assumed
              .slice(0, 8)
              .map((f) => words.callee(f))
              .join(
                ", ",
              )}${d.path.assumed.length > 8 ? " and others" : ""}: taken to return anything, and to keep nothing of what is given.`,
          ]),
    ].filter((l) => l !== ""),
    patch: context.patch,
    path: at.path,
    docLine: at.docLine,
    exactLine: exact !== undefined,
    side: at.side ?? side,
    scenario: label,
    era: context.eras[side],
    replay: replayToken({
      digest: context.digest,
      patch: context.patch,
      scenario: label,
      beforeEra: context.eras.before,
      afterEra: context.eras.after,
      seed: context.seed,
      code,
    }),
    trace: traceOf(d, placeOf, words, cases.inTree),
    consequences: [],
    alsoIn: [],
    functions: fault.functions.map((name) => ({ name, fidelity: "diff" as const })),
    stubs: d.path.assumed,
  };
  return {
    verdict,
    code,
    docLine: at.docLine,
    side: finding.side,
    exact: exact !== undefined,
    follows: [],
    finding,
  };
}

/** Sentences about a difference in the words of the source. */
interface Words {
  /** A text with its calls by the names that stand there; `loc`: of the call that it begins with. */
  readonly named: (text: string, loc?: Choice["loc"]) => string;
  /** A decision, and with its place. */
  readonly said: (c: Choice) => string;
  /** The line of the source at a place. */
  readonly lineAt: (loc: Choice["loc"]) => string;
  readonly choice: (c: Choice) => string;
  /** Something of which nothing is known: a function with its parentheses, or a variable. */
  readonly callee: (name: string) => string;
}

function wordsOf(
  cases: FunctionCases,
  d: Difference,
  side: Side,
  placeOf: (loc: Choice["loc"]) => Place,
): Words {
  const texts = new Map<string, readonly string[]>();
  const linesOf = (loc: Choice["loc"]): readonly string[] => {
    const path = cases.files[loc.file]?.path ?? "";
    let lines = texts.get(path);
    if (lines === undefined) {
      lines = cases.imagesOf(path)?.[side]?.split("\n") ?? [];
      texts.set(path, lines);
    }
    return lines;
  };
  const at = (by: string, loc: Choice["loc"]): string => spoken(linesOf(loc), by, loc.line, loc.col);
  const { taken, given } = d.fault;
  const names = new Map<string, string>();
  const know = (by: string, loc: Choice["loc"]): void => {
    if (by !== "" && !names.has(by)) names.set(by, at(by, loc));
  };
  if (taken !== null) know(taken.callee, taken.loc);
  if (given !== null) know(given.by, given.loc);
  know(d.fault.at.by, d.fault.at.loc);
  for (const c of d.path.choices) if (c.callee !== null && isOfCall(c)) know(c.callee, c.loc);
  // Calls through pointers by the text that stands there, where the executor has only an address for it.
  const through = [...d.path.called].flatMap(([name, loc]): [string, string][] => {
    // "hook->find" says more than the name of a variable that holds the hook.
    const written = /[@+]/.test(name) ? pointerCall(linesOf(loc), loc.line, loc.col) : null;
    return written === null ? [] : [[`${name}(`, `${written}(`]];
  });
  const { program } = cases.sideOf(side);
  const callee: Words["callee"] = (name) => {
    const isVariable = program.lookup(name, d.entry.path)?.kind === "object";
    const plain = name.replace(/^__(?:fs|real)_/, "");
    const written = through.find(([n]) => n === `${name}(`)?.[1];
    return isVariable ? plain : written === undefined ? plainly(`${plain}()`) : `${written})`;
  };
  const calledAs = (text: string): string =>
    through
      .reduce((all, [name, written]) => all.replaceAll(name, written), text)
      .replace(/\b[A-Za-z_]\w*(?=\()/g, (word) => names.get(word) ?? word)
      // The module's name, which is made up.
      .replaceAll('("folioscope")', "()");
  const named: Words["named"] = (text, loc) => {
    const first = /^\w+(?=\()/.exec(text)?.[0];
    const begin = loc === undefined || first === undefined ? "" : at(first, loc);
    const rest = begin === "" ? text : text.slice(first!.length);
    return plainly(begin + calledAs(rest));
  };
  const conditionOf = ({ loc, went }: NonNullable<Choice["branch"]>): string | null =>
    spokenCondition(linesOf(loc), loc.line, loc.col, went);
  const lineAt: Words["lineAt"] = (loc) => linesOf(loc)[loc.line - 1] ?? "";
  const said: Words["said"] = (c) => {
    if (isOfCall(c)) return `${named(c.name.replace(/ #\d+$/, ""), c.loc)} ${c.answer}`;
    const name = c.label === undefined ? c.name : withLabel(c.name, lineAt(c.label));
    const went = c.branch === undefined ? null : conditionOf(c.branch);
    // Of a variable that holds what a call gave the call says more.
    if (went !== null && (c.callee === null || !/ is (?:not )?0$/.test(went))) return went;
    return spokenChoice(calledAs(withMacro(name, lineAt(c.loc))), c.answer === "yes");
  };
  const choice: Words["choice"] = (c) => `${said(c)} at ${spotOf(placeOf(c.loc))}`;
  return { named, said, choice, lineAt, callee };
}

/** Whether it was decided of a call itself, not of what it gave. */
function isOfCall(c: Choice): boolean {
  return c.answer === "fails" || c.answer === "works";
}

/** The function of which a difference is told: of those that it belongs to the first that the patch changes. */
function functionOf(cases: FunctionCases, { fault, entry }: Difference): string {
  const changed = cases.plan.changed.get(entry.path) ?? [];
  return fault.functions.find((f) => changed.includes(f)) ?? fault.functions[0] ?? fault.at.fn;
}

/** Faults that happen where they show. */
const EVENTS: ReadonlySet<string> = new Set([
  "double-release",
  "use-after-release",
  "null-dereference",
  "error-pointer-dereference",
  "uninitialised",
  "copied-uninitialised",
  "locked-twice",
  "unlock-unheld",
  "index-past-the-end",
  "past-its-memory",
]);

/** Whether a line is one that the mail shows of this side alone. */
function isChanged(cases: FunctionCases, side: Side, { path, docLine }: Place): boolean {
  const images = cases.imagesOf(path);
  const others = side === "after" ? images?.beforeDocLines : images?.afterDocLines;
  return docLine > 0 && others?.includes(docLine) !== true;
}

const JUMPS = /^\s*(?:goto|return|break|continue)\b/;
/** Statements that send a path elsewhere. */
const LEADS_AWAY = /^\s*(?:(?:goto|return|break|continue)\b|(?:\} ?else )?if\b)/;

/**
 * The changed statement that a path of what is new came to last before it went wrong; of what is left behind the one that the other
 * side came to last where this side has none, or none that leads away: it did there what is missing now.
 */
function broughtBy(cases: FunctionCases, { fault, path, instead }: Difference): Broughter | undefined {
  const lastOf = (side: Side, met: readonly string[]): Broughter | undefined => {
    for (const m of met.toReversed()) {
      const [file, line] = m.split(":").map(Number) as [number, number];
      const images = cases.imagesOf(cases.files[file]?.path ?? "");
      const docLine = images?.[`${side}DocLines`][line - 1] ?? 0;
      if (docLine === 0) continue;
      return { path: images!.path, line, docLine, side, text: images![side]?.split("\n")[line - 1] ?? "" };
    }
    return undefined;
  };
  const last = lastOf("after", [...path.met].slice(0, fault.met ?? path.met.size));
  if (EVENTS.has(fault.kind) || (last !== undefined && LEADS_AWAY.test(last.text))) return last;
  const gone = lastOf("before", [...(instead ?? [])]);
  return gone === undefined || isInPlaceOf(cases, gone, last) ? last : gone;
}

/** What is new is the patch's: the first place that it changes, or, where all are as they were, the line that led the path to it. */
function brokenBy(
  cases: FunctionCases,
  d: Difference,
  event: readonly Place[],
  places: readonly Place[],
): Place | undefined {
  const changed = (list: readonly Place[]): Place | undefined =>
    list.find((p) => isChanged(cases, "after", p));
  const led = broughtBy(cases, d);
  const jump = led !== undefined && JUMPS.test(led.text) ? led : undefined;
  return changed(event) ?? jump ?? changed(places) ?? led;
}

/** Whether a line that came stands where one went: nothing between them stays. */
function isInPlaceOf(cases: FunctionCases, gone: Broughter, come: Broughter | undefined): boolean {
  if (come === undefined || come.path !== gone.path || come.docLine < gone.docLine) return false;
  const images = cases.imagesOf(come.path);
  const stays = new Set(images?.beforeDocLines);
  return !(images?.afterDocLines ?? []).some((l) => l > gone.docLine && l < come.docLine && stays.has(l));
}

interface Broughter extends Place {
  readonly side: Side;
  readonly text: string;
}

/** The first line that only this side has in the functions that the fault belongs to, else one that the mail shows of them. */
function nearest(
  cases: FunctionCases,
  functions: readonly string[],
  path: string,
  side: Side,
  otherwise: Place,
): Place & { readonly changed: boolean } {
  const images = cases.imagesOf(path);
  if (images === null) return { ...otherwise, changed: false };
  const [text, other] = side === "after" ? [images.after, images.before] : [images.before, images.after];
  const docs = side === "after" ? images.afterDocLines : images.beforeDocLines;
  const lines = (text ?? "").split("\n");
  const kept = new Set((other ?? "").split("\n"));
  let shown: (Place & { readonly changed: boolean }) | null = null;
  for (const name of functions) {
    const of = cases.linesOf(path, side, name, text ?? "");
    if (of === null) continue;
    for (let n = of.start; n <= of.end; n++) {
      const docLine = docs[n - 1] ?? 0;
      const line = lines[n - 1] ?? "";
      if (docLine === 0 || !/\w/.test(line)) continue;
      const changed = !kept.has(line);
      if (changed) return { path, line: n, docLine, changed };
      shown ??= { path, line: n, docLine, changed };
    }
  }
  return shown ?? { ...otherwise, docLine: docs.find((l) => l > 0) ?? 0, changed: false };
}

/** "line 40 of the mail", else "thing.c:212", a line of the file as it is on that side. */
const spotOf = ({ path, line, docLine }: Place): string =>
  docLine > 0 ? `line ${docLine} of the mail` : `${path.slice(path.lastIndexOf("/") + 1)}:${line}`;

/** What is missing at the end: where it was taken says nothing of which of the callers should have given it back. */
const LEFT: ReadonlySet<string> = new Set(["leaked", "left-running", "returned-locked"]);

/**
 * "In a(), called by b().": of a life each of its two functions is called by whoever drives it, not by the other. `kind`: of the
 * fault; what is left at the end was taken there, and may be anybody's to give back who is named.
 */
export function whereText(functions: readonly string[], { name, leave }: Entry, kind = ""): string {
  const chain = (list: readonly string[]): string => list.map((f) => `${f}()`).join(", called by ");
  const begin = LEFT.has(kind) && functions.length > 1 ? "Taken in" : "In";
  if (leave === null || !functions.includes(name) || !functions.includes(leave))
    return `${begin} ${chain(functions)}.`;
  const [first, second] =
    functions.lastIndexOf(leave) > functions.lastIndexOf(name) ? [name, leave] : [leave, name];
  const at = functions.indexOf(first);
  const inner = functions.slice(0, at + 1);
  const rest = functions.slice(at + 1).filter((f) => f !== second);
  return `${begin} ${chain(inner)}; ${second === leave ? `${leave}() ends what ${name}() began` : `${name}() had begun what ${leave}() ends`}${rest.length === 0 ? "" : ` (by ${chain(rest)})`}.`;
}

/** "when clk_prepare_enable() fails at line 40 of the mail, the node taken by of_find_node_by_name() at thing.c:180 is never given back". */
function sentence(
  d: Difference,
  decisive: readonly Choice[],
  placeOf: (loc: Choice["loc"]) => Place,
  words: Words,
  where: string,
  gate?: Gate,
): string {
  const { fault } = d;
  // What was decided last brings it about, where the path was found by it and it does not show without; what fails before that is needed.
  const last = [...d.forced.keys()].at(-1);
  const idle = d.lastIsIdle === true || (last !== undefined && isAsRead(last));
  const open = decisive.filter((c) => !(idle && c.name === last) && !isAsRead(c.name));
  const needed = open.filter((c) => c.answer === "fails" || c.name === last);
  const deciding = (needed.length > 0 || idle ? needed : open.slice(-1)).slice(-2);
  const failed = deciding.filter((c) => c.answer === "fails").slice(-1);
  const leads = gate?.choice;
  const telling = leads === undefined || deciding.includes(leads) ? deciding : [...failed, leads];
  // What fails says more than what the text asks about.
  if (gate?.text !== undefined && failed.length === 0)
    return `when ${gate.text}, ${words.named(whatText(fault, [], placeOf, words))}, in ${where}()`;
  const origin = nullFrom(d, decisive, words);
  const said = origin === undefined || telling.includes(origin) ? telling : [origin, ...telling.slice(-1)];
  const what = words.named(whatText(fault, said, placeOf, words));
  // What a function says itself needs no word on where.
  const place = what.startsWith(`${where}() `) ? "" : `, in ${where}()`;
  return `${said.length === 0 ? "" : `when ${said.map(words.choice).join(" and ")}, `}${what}${place}`;
}

/** Lines above a jump in which the condition that leads to it stands. */
const GATE_LINES = 6;

/** Of what a new jump leaves behind: what leads to the jump, whether or not it went as usual. */
function gateOf(
  cases: FunctionCases,
  d: Difference,
  placeOf: (loc: Choice["loc"]) => Place,
): Gate | undefined {
  if (d.verdict !== "new" || EVENTS.has(d.fault.kind)) return undefined;
  const led = broughtBy(cases, d);
  if (led === undefined || led.side !== "after" || !JUMPS.test(led.text)) return undefined;
  const choice = d.path.choices.findLast((c) => {
    const { path, line } = placeOf(c.loc);
    return path === led.path && line < led.line && line >= led.line - GATE_LINES && !isOfError(c);
  });
  if (choice !== undefined) return { choice };
  const images = cases.imagesOf(led.path);
  const reason = jumpReason(images?.after?.split("\n") ?? [], led.line);
  if (reason === null) return undefined;
  const { said, line } = reason;
  return {
    text: `${said} at ${spotOf({ path: led.path, line, docLine: images?.afterDocLines[line - 1] ?? 0 })}`,
  };
}

/** What leads to a jump: a decision, or what the text above it says where no decision stands there. */
type Gate =
  | { readonly choice: Choice; readonly text?: never }
  | { readonly text: string; readonly choice?: never };

/** That a call which fails does so with none of the errors that are tested for: which error it is leads nowhere. */
const isOfError = (c: Choice): boolean =>
  c.callee === null && c.answer === "no" && /\)(?: #\d{1,4})? == -\d{1,4}$/.test(c.name);

/** The decision by which a pointer that is followed is none: the call that gave it, or where it was found to be NULL. */
function nullFrom(
  { fault, path }: Difference,
  decisive: readonly Choice[],
  { said, lineAt }: Words,
): Choice | undefined {
  const { kind, taken } = fault;
  if (kind !== "null-dereference" && kind !== "error-pointer-dereference") return undefined;
  if (taken !== null) return decisive.findLast((c) => isOf(c, taken));
  if (kind === "error-pointer-dereference") return undefined;
  const line = lineAt(fault.at.loc);
  /** The pointer that a decision found to be NULL, where the line follows one of that name. */
  const isFollowed = (c: Choice): boolean => {
    const text = isOfCall(c) ? "" : said(c);
    const name = text.endsWith(" is 0") ? /\b\w{1,80}$/.exec(text.slice(0, -5))?.[0] : undefined;
    return name !== undefined && line.includes(`${name}->`) && hasWord(line, name);
  };
  return decisive.findLast(isFollowed) ?? path.choices.findLast(isFollowed);
}

const isOf = (c: Choice, call: NonNullable<Difference["fault"]["taken"]>): boolean =>
  isOfCall(c) && c.callee === call.callee && c.loc.file === call.loc.file && c.loc.line === call.loc.line;

/** "NULL from kmalloc() is written": it is a pointer that is followed, and nothing is read or written at it. */
const followed = (text: string): string =>
  text.replace(
    /^(?:a member of )?(NULL\b.{0,200}?|an error pointer\b.{0,200}?) is (?:read|written)$/,
    "$1 is dereferenced",
  );

/** "kref_put() uses a counter in NULL" with what the line hands to it: "m is NULL, and kref_put() uses a counter in it". */
function counterIn(text: string, line: string): string | null {
  const [, callee = "", what = ""] =
    /^(\w{1,80})\(\) uses a counter in (NULL|an error pointer)$/.exec(text) ?? [];
  const at = callee === "" ? -1 : line.indexOf(`${callee}(`);
  const name =
    at < 0
      ? undefined
      : /^&?([A-Za-z_]\w{0,80})(?:->[\w.]{1,80})?[,)]/.exec(line.slice(at + callee.length + 1))?.[1];
  return name === undefined ? null : `${name} is ${what}, and ${callee}() uses a counter in it`;
}

/** Callees whose name says that they free. */
const ENDS = /free|destroy/;

/** "p is read" as "p, freed by kfree() at line 3 of the mail, is read". */
function withEnd(what: string, how: string): string {
  if (what.endsWith(", whose memory was freed")) return `${what.slice(0, -"freed".length)}${how}`;
  if (/ (?:is given|names) /.test(what)) return `${what}, which was ${how}`;
  const told = /^(?!a (?:bit|struct) )(.*) (is (?:read|written|used))$/.exec(what);
  return told === null ? `${what}, in memory that was ${how}` : `${told[1]}, ${how}, ${told[2]}`;
}

/** What goes wrong, with the place of a call that the decisions before it do not tell. */
function whatText(...of: Parameters<typeof placedText>): string {
  return followed(placedText(...of));
}

function placedText(
  { kind, what, taken, given, at: shown }: Difference["fault"],
  said: readonly Choice[],
  placeOf: (loc: Choice["loc"]) => Place,
  { lineAt }: Words,
): string {
  if (kind === "use-after-release" && given !== null && given.by !== "")
    return withEnd(
      what,
      `${ENDS.test(given.by) ? "freed" : "given back"} by ${given.by}() at ${spotOf(placeOf(given.loc))}`,
    );
  // The address of what a NULL would have as its member.
  const text = kind === "null-dereference" ? what.replace(/^0x[0-9a-f]{1,16}\b/, "a member of NULL") : what;
  const counted = counterIn(text, lineAt(shown.loc));
  if (counted !== null) return counted;
  if (taken === null) {
    // Without anything that says where it is from, the pointer that the line follows, if that is one.
    const names = new Set([...lineAt(shown.loc).matchAll(/\b([A-Za-z_]\w{0,60})->/g)].map((m) => m[1]!));
    const [name] = names;
    return kind === "null-dereference" && said.length === 0 && names.size === 1
      ? text.replace(/^(?:a member of )?NULL\b/, `$& (${name})`)
      : text;
  }
  const at = `${taken.callee}() at ${spotOf(placeOf(taken.loc))}`;
  if (kind === "leaked" || kind === "left-running") {
    const named = said.find((c) => isOf(c, taken));
    const works = named?.name === taken.key && named.answer === "works";
    if (named?.name === taken.key && !works)
      return text.replace(`taken by ${taken.callee}()`, "that it took all the same");
    if (named !== undefined && !works)
      return text.replace(`by ${taken.callee}()`, `by an earlier ${taken.callee}() there`);
    return text.replace(`${taken.callee}()`, at);
  }
  const untold = /-dereference$/.test(kind) && !said.some((c) => isOf(c, taken));
  return untold ? text.replace(/^(?:a member of )?(?:NULL|an error pointer)\b/, `$& from ${at}`) : text;
}

/** The path: what was decided on the way, what was taken, and where it shows. */
/** Decisions of a path that are told at most. */
const MOST_STEPS = 60;
/** Characters beyond which a sum of the executor is no sentence any more. */
const LONG_SUM = 80;
/** Masks, addresses, records by what lies in them, and long sums. */
const isUnspoken = (text: string): boolean =>
  (text.length > LONG_SUM && / (?:[*/%+]|<<|>>) /.test(text)) ||
  // A name that was cut short ends in a number of the executor's own.
  /~[0-9a-z]{4,8}(?:\W|$)/.test(text) ||
  / & (?:-?\d{2}|~)/.test(text) ||
  (/0x[0-9a-f]{3}/.test(text) && / [&|] /.test(text)) ||
  text.includes("what it is compared with") ||
  text.includes(" of what has ");

interface PathEvent {
  readonly by: string;
  readonly what: "takes it" | "gives it back";
  readonly loc: Choice["loc"];
  /** It comes behind so many decisions. */
  readonly after: number;
}

/** What was taken, and where it was given back, in their order on the path. */
function eventsOf({ taken, given, kind }: Difference["fault"], decided: readonly Choice[]): PathEvent[] {
  const out: PathEvent[] = [];
  // What gives NULL when it fails has given nothing.
  if (taken !== null && kind !== "null-dereference") {
    const at = taken.decided ?? decided.length;
    const own = decided[at];
    // The decision that the call itself works is told before it.
    const after = own !== undefined && isOf(own, taken) ? at + 1 : at;
    out.push({ by: taken.callee, what: "takes it", loc: taken.loc, after });
  }
  if (given !== null) {
    const after = Math.max(given.decided ?? decided.length, out[0]?.after ?? 0);
    out.push({ by: given.by, what: "gives it back", loc: given.loc, after });
  }
  return out;
}

function traceOf(
  d: Difference,
  placeOf: (loc: Choice["loc"]) => Place,
  { named, choice }: Words,
  inTree: boolean,
): TraceStep[] {
  const { fault } = d;
  const ownPlace = (loc: Choice["loc"]): Place & Pick<TraceStep, "of"> => {
    const place = placeOf(loc);
    return inTree && place.docLine === 0 && place.path !== "" ? { ...place, of: "tree" } : place;
  };
  const step = (text: string, loc: Choice["loc"], role: TraceStep["role"]): TraceStep => ({
    task: "",
    text,
    ...ownPlace(loc),
    role,
  });
  const out: TraceStep[] = [];
  // What was decided afterwards has to do with something else.
  const decided = d.path.choices.slice(0, Math.min(MOST_STEPS, fault.decided ?? MOST_STEPS));
  const events = eventsOf(fault, decided);
  const happen = (until: number): void => {
    while (events[0] !== undefined && events[0].after <= until) {
      const { by, what, loc } = events.shift()!;
      out.push(step(`${named(`${by}()`)} ${what}`, loc, "history"));
    }
  };
  decided.forEach((c, n) => {
    happen(n);
    const said = choice(c);
    // A step that nobody decided otherwise, and that says itself in numbers of the executor, tells nothing.
    if (d.forced.has(c.name) || (!isUnspoken(said) && !isOfError(c)))
      out.push(step(said, c.loc, d.forced.has(c.name) ? "history" : "step"));
  });
  happen(Number.POSITIVE_INFINITY);
  return [...turnsOnce(out), step(named(followed(fault.what)), fault.at.loc, "culprit")];
}

/** Steps of one turn of a loop at most. */
const MOST_OF_TURN = 16;

/** Steps that come again at once, as those of a loop's turns do, told once and how often. */
export function turnsOnce(steps: readonly TraceStep[]): TraceStep[] {
  const out: TraceStep[] = [];
  const same = (x: TraceStep | undefined, y: TraceStep | undefined): boolean =>
    x?.text === y?.text && x?.role === "step" && y?.role === "step";
  const turns = (from: number, length: number): number => {
    let at = from + length;
    while (at < steps.length && same(steps[at - length], steps[at])) at++;
    return Math.floor((at - from) / length);
  };
  for (let i = 0; i < steps.length; ) {
    let length = 1;
    while (length <= MOST_OF_TURN && turns(i, length) < 2) length++;
    const n = length > MOST_OF_TURN ? 1 : turns(i, length);
    if (n < 2) {
      out.push(steps[i++]!);
      continue;
    }
    const times = n === 2 ? "once" : `${n - 1} times`;
    out.push(...steps.slice(i, i + length), {
      ...steps[i]!,
      text: length === 1 ? `the same ${times} more` : `these ${length} steps ${times} more`,
    });
    i += n * length;
  }
  return out;
}
