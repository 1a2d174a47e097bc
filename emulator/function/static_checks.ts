/**
 * What the text of a changed function shows without running: names that nothing declares, calls with too few or too many arguments, jumps to no label, labels that nothing jumps to, an `if`
 * with a semicolon for a body, an error that is written over where it was to be returned, an answer that was dropped and is asked for now, and tests of an error that its type can never make true. Leaves out everything that a path shows (compare.ts).
 */

import type { Loc } from "../c/ast.ts";
import { blankComments } from "../c/comments.ts";
import { CFail, isInteger } from "../c/ctype.ts";
import { expansionLoc } from "../c/token.ts";
import type { FunctionSym, S, TrapKind, UnknownName, X } from "../c/tree.ts";
import type { Difference } from "./compare.ts";
import type { Failure } from "./contract.ts";
import type { Side } from "./explore.ts";
import type { Fault } from "./finding.ts";
import { NO_LEDGER } from "./ledger.ts";
import { NATIVES } from "./natives.ts";
import { eachNode } from "./nodes.ts";

/** Compares the changed functions of a file of which both texts are given. */
export function staticDifferences(
  before: Side,
  after: Side,
  path: string,
  names: readonly string[],
  texts: { readonly before: string; readonly after: string },
): Difference[] {
  const was = blankComments(texts.before).split("\n");
  const now = blankComments(texts.after).split("\n");
  const of = (side: Side, lines: Lines): Fault[] =>
    names.flatMap((n) => {
      const body = bodyOf(side, path, n, lines);
      const isDeclared = ({ kind, object }: Fault): boolean =>
        kind === "does-not-build" && body?.lines.some((l) => declaresArray(l, object)) === true;
      return [...shown(side, path, n).filter((f) => !isDeclared(f)), ...worded(side, body)];
    });
  const b = of(before, was);
  const a = of(after, now);
  const asked = (n: string): Fault[] =>
    nowAsked(before, bodyOf(before, path, n, was), bodyOf(after, path, n, now));
  const key = (f: Fault): string => `${f.kind}|${f.object}|${f.at.fn}`;
  const only = (list: readonly Fault[], other: readonly Fault[]): Fault[] => {
    const keys = new Set(other.map(key));
    return list.filter((f) => !keys.has(key(f)));
  };
  const told = (verdict: "new" | "fixed", f: Fault): Difference => ({
    verdict,
    entry: { name: f.at.fn, path, root: false, leave: null },
    fault: f,
    forced: new Map(),
    path: NO_PATH,
    shown: 0,
  });
  return [
    ...only(a, b).map((f) => told("new", f)),
    ...only(b, a).map((f) => told("fixed", f)),
    ...names.flatMap(asked).map((f) => told("fixed", f)),
  ];
}

/** The path of what is shown without one. */
export const NO_PATH: Difference["path"] = {
  choices: [],
  faults: [],
  end: "returned",
  why: "",
  result: null,
  outcome: "neither",
  steps: 0,
  covered: new Set(),
  met: new Set(),
  assumed: [],
  called: new Map(),
  ran: [],
  gaveUp: [],
  ledger: NO_LEDGER,
};

function shown(side: Side, path: string, name: string): Fault[] {
  const e = side.program.lookup(name, path);
  if (e?.kind !== "function" || e.sym.def === null) return [];
  const out: Fault[] = [];
  const fault = (kind: Fault["kind"], object: string, what: string, loc: Fault["at"]["loc"]): void => {
    const at = { by: "", loc: expansionLoc(loc), fn: name };
    out.push({ kind, object, what, taken: null, given: null, at, functions: [name], possible: false });
  };
  let tree: ReturnType<Side["program"]["tree"]>;
  try {
    tree = side.program.tree(e.sym);
  } catch (f) {
    if (!(f instanceof CFail)) throw f;
    return [];
  }
  for (const [unknown, loc] of unknownNames(tree.body))
    fault("does-not-build", unknown, `nothing declares ${unknown} here`, loc);
  for (const { message, loc } of traps(tree.body)) {
    const [, number, callee] = ARGUMENTS.exec(message) ?? [];
    if (callee !== undefined)
      fault("does-not-build", `${callee}()`, `${callee}() is given too ${number} arguments here`, loc);
    const [, label] = NO_LABEL.exec(message) ?? [];
    if (label !== undefined && !out.some((f) => f.object === `label ${label}`))
      fault(
        "does-not-build",
        `label ${label}`,
        `goto ${label} jumps to a label that this function does not have`,
        loc,
      );
  }
  for (const d of side.program.deadChecks)
    if (d.fn === name && !d.always && /^`[^`]*< 0`/.test(d.text))
      fault("check-never-true", d.text, d.text, d.loc);
  return out;
}

/** Whether a line declares an array: of a length that nothing declares, the array is not known either, and is not what is missing. */
function declaresArray(line: string, name: string): boolean {
  const [, type = "", rest = ""] = line.split(new RegExp(`^([^=;]*?)\\b${name}\\b`));
  return (
    /^\s*(?!return\b|else\b|case\b|goto\b)[A-Za-z_][\w\s*]*[\s*]$/.test(type) && /^\s*\[[^\]]*\]/.test(rest)
  );
}

/** Lines of a file in which comments and strings are blanked. */
type Lines = readonly string[];

/** A function of a file: its lines, and where they begin. */
interface Body {
  readonly path: string;
  readonly name: string;
  readonly lines: Lines;
  readonly from: Loc;
}

/** A function of a side's file; null where the file has none of that name. */
function bodyOf(side: Side, path: string, name: string, file: Lines): Body | null {
  const e = side.program.lookup(name, path);
  if (e?.kind !== "function" || e.sym.def === null) return null;
  const from = expansionLoc(e.sym.def.loc);
  return { path, name, lines: file.slice(from.line - 1, expansionLoc(e.sym.def.endLoc).line), from };
}

/** What the words of a function show: labels without a jump, and tests that decide nothing. */
function worded(side: Side, of: Body | null): Fault[] {
  if (of === null) return [];
  const { path, name, lines: body, from: first } = of;
  const fault = (kind: Worded, object: string, what: string, line: number, possible = false): Fault => ({
    kind,
    object,
    what,
    taken: null,
    given: null,
    at: { by: "", loc: { file: first.file, line: first.line + line, col: 1 }, fn: name },
    functions: [name],
    possible,
  });
  return [
    ...unusedLabels(body).map(([label, line]) =>
      fault("unused-label", label, `nothing jumps to ${label}`, line),
    ),
    ...emptyBodies(body).map(([test, line]) =>
      fault(
        "empty-body",
        test,
        `whether ${test} holds decides nothing: a semicolon is all that follows`,
        line,
      ),
    ),
    ...wrongTests(body, (callee) => failureOf(side, path, callee)).map(([object, what, line]) =>
      fault("error-lost", object, what, line),
    ),
    ...errorsWrittenOver(body).map(([error, variable, line, meant]) =>
      fault(
        "error-lost",
        `${error} in ${variable}`,
        meant
          ? `${variable} is found to hold an error, and is written over all the same`
          : `${error} is put in ${variable}, and nothing reads it before ${variable} is written over`,
        line,
        meant,
      ),
    ),
  ];
}

/**
 * Answers of callees without a contract that the side before drops, or writes over unread, and of which the side after asks behind
 * the call whether it failed, and leaves then. The other way round it may be meant.
 */
function nowAsked(before: Side, was: Body | null, now: Body | null): Fault[] {
  if (was === null || now === null) return [];
  const { path, name, from } = was;
  const text = was.lines.join("\n");
  const out: Fault[] = [];
  for (const { callee, count, under } of askedNext(now.lines.join("\n"))) {
    const e = before.program.lookup(callee, path);
    const fails =
      e?.kind === "function" && isInteger(e.sym.type().ret) && !before.contracts.functions.has(callee);
    if (!fails || count !== callsOf(text, callee)) continue;
    const dropped = answers(text, callee).filter(
      (a) =>
        (a.under === null || a.under === under) && (a.variable === null || isWrittenOver(a.rest, a.variable)),
    );
    // Of several calls, which one it was is not told by the name.
    if (dropped.length !== 1 || count !== 1) continue;
    const [{ variable, at }] = dropped as [Answer];
    const line = from.line + text.slice(0, at).split("\n").length - 1;
    const loc = { file: from.file, line, col: 1 };
    out.push({
      kind: "error-lost",
      object: `answer of ${callee}()`,
      what:
        variable === null
          ? `nothing asks whether ${callee}() failed`
          : `what ${callee}() gave is put in ${variable}, and nothing reads it before ${variable} is written over`,
      taken: null,
      given: null,
      at: { by: callee, loc, fn: name },
      functions: [name],
      possible: false,
    });
  }
  return out;
}

interface Answer {
  /** What it is put in; null: it is dropped. */
  readonly variable: string | null;
  readonly at: number;
  /** The text behind the statement. */
  readonly rest: string;
  /** The test that it alone hangs on; null: it stands among other statements. */
  readonly under: string | null;
}

const callsOf = (text: string, callee: string): number =>
  [...text.matchAll(new RegExp(`\\b${callee}\\(`, "g"))].length;

/** Calls that are a statement of their own, or the value that a variable is set to by one. */
function answers(text: string, callee: string): Answer[] {
  const out: Answer[] = [];
  for (const m of text.matchAll(new RegExp(`\\n[ \\t]+(?:([a-z_]\\w*) = )?${callee}\\(`, "g"))) {
    const end = closed(text, m.index + m[0].length, "(", ")");
    const before = text.slice(0, m.index).trimEnd();
    const under = before.endsWith(")") ? testBefore(before) : null;
    if (text[end] !== ";" || (under === null && !/[;{}:]$/.test(before))) continue;
    out.push({ variable: m[1] ?? null, at: m.index + 1, rest: text.slice(end + 1), under });
  }
  return out;
}

/** The test of the `if` that a text ends with, with its brace or without; null where it ends otherwise. */
function testBefore(text: string): string | null {
  const line = text.slice(text.lastIndexOf("\n") + 1).trim();
  const braced = line.endsWith("{") ? line.slice(0, -1).trimEnd() : line;
  return braced.startsWith("if (") && braced.endsWith(")") ? braced : null;
}

/** What a variable that is there for errors is called. */
const FOR_ERRORS = /^(?:ret|err|error|rc|retval|rval|status|res|result|r)$/;

/** Whether a variable for errors is what is returned next, with nothing put in it before. */
function isPassedOn(rest: string, variable: string): boolean {
  const at = FOR_ERRORS.test(variable) ? rest.search(/\breturn\b/) : -1;
  const back = at < 0 ? "" : rest.slice(at, rest.indexOf(";", at));
  const names = new RegExp(`\\b${variable}\\b`);
  return names.test(back) && !names.test(rest.slice(0, at));
}

/** A call whose answer goes to a variable. */
const SETS_ANSWER = /\n[ \t]+([a-z_]\w*) = ([a-z_]\w*)\(/g;

interface Asking {
  readonly callee: string;
  /** How often the function calls it. */
  readonly count: number;
  /** The test right before it, with a brace or without. */
  readonly under: string | null;
}

/** Callees after whose call a function asks whether they failed, and returns or jumps then; with how often it calls each. */
function askedNext(text: string): Asking[] {
  const out: Asking[] = [];
  for (const m of text.matchAll(SETS_ANSWER)) {
    const [all, variable, callee] = m as unknown as [string, string, string];
    const end = closed(text, m.index + all.length, "(", ")");
    const asking = {
      callee,
      count: callsOf(text, callee),
      under: testBefore(text.slice(0, m.index).trimEnd()),
    };
    const test = nextTest(text.slice(end), variable);
    if (isPassedOn(text.slice(end + 1), variable)) out.push(asking);
    if (test === null) continue;
    const from = end + test.length;
    const to = closed(text, from, "(", ")");
    const asks = new RegExp(`^(?:(?:unlikely|WARN_ON(?:_ONCE)?)\\()?${variable}(?: < 0| != 0)?\\)?$`).test(
      text.slice(from, to - 1),
    );
    const then = text.slice(to);
    const brace = /^\s*\{/.exec(then)?.[0];
    const body =
      brace === undefined
        ? then.slice(0, then.indexOf(";") + 1)
        : then.slice(0, closed(then, brace.length, "{", "}"));
    const leaves = /\b(?:return|goto)\b/.test(body) || (/\bbreak;/.test(body) && isReturned(then, variable));
    if (asks && leaves) out.push(asking);
  }
  return out;
}

/** What lies between a call and the `if` that comes next: plain statements that leave a variable alone; null where anything else does. */
function nextTest(text: string, variable: string): string | null {
  const at = text.search(/;\s*if \(/);
  if (at < 0) return null;
  const between = text.slice(1, at);
  const plain = between.split(";").every((l) => !NOT_PLAIN.test(l.trim()));
  if (/[{}]/.test(between) || !plain || new RegExp(`\\b${variable}\\b`).test(between)) return null;
  return text.slice(0, at) + (/^;\s*if \(/.exec(text.slice(at))?.[0] ?? "");
}

/** Whether a variable is what is returned behind the switch or the loop that a text begins in, as it is then. */
function isReturned(text: string, variable: string): boolean {
  const behind = text.slice(closed(text, 0, "{", "}"));
  const at = behind.search(new RegExp(`\\breturn ${variable};`));
  return at >= 0 && !new RegExp(`\\b${variable} = `).test(behind.slice(0, at));
}

/** Kinds that words alone show. */
type Worded = "unused-label" | "empty-body" | "error-lost";

/** How a callee of other files fails, by its contract; null where none says so, or a patched file defines it. */
function failureOf(side: Side, path: string, callee: string): Failure | null {
  const e = side.program.lookup(callee, path);
  if (e?.kind === "function" && e.sym.def !== null && side.files.has(e.sym.path)) return null;
  return side.contracts.functions.get(callee)?.fails ?? null;
}

/** What a call gives is put in a variable or a member, and the next statement asks whether that is an error. */
const ASKS_NEXT =
  /(?<=[;{}\s])([a-z_][\w>.-]{0,60}) = ([a-z_]\w{2,60})\(([^;{}]{0,400})\);\s{1,80}if \((?:unlikely\()?(!|IS_ERR\()\1(?=\))/g;

/** What is done where such a test holds: a statement or a block without others in it. */
const BRANCH = /^\){1,3}\s{1,80}(?:\{[^{}]{0,600}\}|[^;{}]{0,300};)/;

/**
 * Tests of what a call gave that ask for another error than it fails by: IS_ERR() of what is NULL, `!` of what is an error pointer (not
 * where the text asks the other question, too); and PTR_ERR() of what is NULL.
 * @returns what the test is of, a sentence, and the line
 */
function wrongTests(
  body: readonly string[],
  failure: (callee: string) => Failure | null,
): [string, string, number][] {
  const text = body.join("\n");
  const out: [string, string, number][] = [];
  for (const m of text.matchAll(ASKS_NEXT)) {
    const [all, variable, callee, , asks] = m as unknown as [string, string, string, string, string];
    const fails = failure(callee);
    const isErr = asks !== "!";
    // Behind the next value that it is given the question is about another thing.
    const behind = text.slice(m.index + all.length);
    const line = (): number => text.slice(0, m.index + all.length).split("\n").length - 1;
    const branch = BRANCH.exec(behind)?.[0] ?? "";
    if (
      !isErr &&
      branch.includes(`PTR_ERR(${variable})`) &&
      !branch.includes("?") &&
      !branch.includes(`${variable} = `)
    ) {
      out.push([
        `PTR_ERR(${variable}) of ${callee}()`,
        `PTR_ERR(${variable}) is 0 where ${variable} is NULL: that ${callee}() gave none is passed on as no error`,
        line(),
      ]);
      continue;
    }
    if (fails !== (isErr ? "null" : "errptr") || /_optional/.test(callee)) continue;
    const next = behind.indexOf(`${variable} = `);
    const rest = next < 0 ? behind : behind.slice(0, next);
    const other = isErr
      ? [`!${variable}`, `${variable} == NULL`, `OR_NULL(${variable}`]
      : [`IS_ERR(${variable}`, `OR_NULL(${variable}`, `PTR_ERR(${variable}`, `ZERO(${variable}`];
    if (other.some((t) => rest.includes(t))) continue;
    const test = isErr ? `IS_ERR(${variable})` : `!${variable}`;
    out.push([
      `${test} of ${callee}()`,
      `\`${test}\` does not find it when ${callee}() fails, which returns ${isErr ? "NULL" : "an error pointer"} then`,
      line(),
    ]);
  }
  return out;
}

/** Labels whose name stands nowhere else in the text, with their lines: no configuration has a jump there. */
function unusedLabels(body: readonly string[]): [string, number][] {
  const words = new Map<string, number>();
  for (const line of body)
    for (const [w] of line.matchAll(/\b[A-Za-z_]\w*/g)) words.set(w, (words.get(w) ?? 0) + 1);
  return body.flatMap((line, i): [string, number][] => {
    const label = /^[ \t]*([A-Za-z_]\w*):\s*$/.exec(line)?.[1];
    return label === undefined || label === "default" || words.get(label) !== 1 ? [] : [[label, i]];
  });
}

/** Tests of an `if` without `else` whose body is a semicolon, with the line of that (gcc's -Wempty-body). */
function emptyBodies(body: readonly string[]): [string, number][] {
  const text = body.join("\n");
  const out: [string, number][] = [];
  for (const { index, 0: start } of text.matchAll(/\bif\s*\(/g)) {
    const to = closed(text, index + start.length, "(", ")");
    const rest = /^\s*;(?!\s*else\b)/.exec(text.slice(to, to + 400));
    if (rest === null) continue;
    const test = text
      .slice(index + start.length, to - 1)
      .replace(/\s+/g, " ")
      .trim();
    out.push([test, text.slice(0, to + rest[0].length).split("\n").length - 1]);
  }
  return out;
}

/** An error that is put in a variable. */
const SETS_ERROR = /(?<=\s)(\w{1,60}) = (-E[A-Z0-9]{1,30});/g;
/** The test of an `if` that asks whether a variable holds an error. */
const TESTS_ERROR =
  /^(?:unlikely\()?(\w+)(?: < 0| != 0| != [A-Z][A-Z_]{0,40}SUCC[A-Z]{0,9})?\)?(?: && [^&|]{1,60})?$/;
/** What leaves the way from one statement to the next. */
const JUMPS = /\b(?:goto|return|break|continue|else|case|default)\b/;
/** Words that begin what is no plain statement. */
const NOT_PLAIN = /^(?:if|else|for|while|do|switch|case|default|goto|return|break|continue)\b|^\w{1,60}:/;
/** Most of them that are passed over. */
const MOST_PLAIN = 12;

/** An error that is lost: what it is, the variable that held it, the line, and whether it may be meant. */
type Lost = readonly [error: string, variable: string, line: number, meant: boolean];

/**
 * Errors that an `if` without `else` puts in a variable, or finds in one, and that the statements behind it write over unread. One
 * that is put there before anything was tested is another matter; to pass over what a call gave may be meant.
 */
function errorsWrittenOver(body: readonly string[]): Lost[] {
  const text = body.join("\n");
  const out = new Map<string, Lost>();
  for (const { index, 0: start } of text.matchAll(/\bif\s*\(/g)) {
    const test = closed(text, index + start.length, "(", ")");
    const brace = /^\s*\{/.exec(text.slice(test, test + 200))?.[0];
    const from = test + (brace?.length ?? 0);
    const end = brace === undefined ? text.indexOf(";", test) + 1 : closed(text, from, "{", "}");
    const inner = text.slice(from, brace === undefined ? end : end - 1);
    const set = [...inner.matchAll(SETS_ERROR)].at(-1);
    const asked = TESTS_ERROR.exec(text.slice(index + start.length, test - 1).trim())?.[1];
    const [variable, error, tail, at] =
      set !== undefined
        ? [set[1]!, set[2]!, inner.slice(set.index + set[0].length), from + set.index + set[0].length]
        : [asked, "what was found", inner, test];
    if (variable === undefined || JUMPS.test(tail) || new RegExp(`\\b${variable} =`).test(tail)) continue;
    if (!isWrittenOver(behind(text, end, index), variable)) continue;
    const line = text.slice(0, at).split("\n").length - 1;
    out.set(`${error} ${variable} ${line}`, [error, variable, line, set === undefined]);
  }
  return [...out.values()];
}

/**
 * What is reached behind the body of an `if` that ends at a place: not its `else`; and, where it is the last of another `if`'s body, what
 * is reached behind that.
 */
function behind(text: string, end: number, start: number): string {
  let rest = text.slice(withoutElse(text, end));
  if (!rest.trimStart().startsWith("}")) return rest;
  let open = start;
  for (let depth = 1; depth > 0 && open > 0; ) {
    open--;
    if (text[open] === "}") depth++;
    else if (text[open] === "{") depth--;
  }
  const head = text.slice(Math.max(0, text.lastIndexOf(";", open), text.lastIndexOf("}", open)), open);
  if (!/^[;}]?\s*if\s*\(/.test(head) || /[{:]/.test(head)) return "";
  const close = text.length - rest.trimStart().length + 1;
  rest = text.slice(withoutElse(text, close));
  return rest;
}

/** Behind the `else` branches that stand at a place, or that place. */
function withoutElse(text: string, at: number): number {
  let to = at;
  for (;;) {
    const word = /^\s{0,200}else\b(?:\s{1,9}if\s{0,9}\()?/.exec(text.slice(to, to + 260))?.[0];
    if (word === undefined) return to;
    const from = word.endsWith("(") ? closed(text, to + word.length, "(", ")") : to + word.length;
    const brace = /^\s{0,200}\{/.exec(text.slice(from, from + 220))?.[0];
    to = brace === undefined ? text.indexOf(";", from) + 1 : closed(text, from + brace.length, "{", "}");
    if (to <= from) return text.length;
  }
}

/** Whether the first of the statements that begin a text to speak of a variable gives it a value that does not hang on it. */
function isWrittenOver(text: string, variable: string): boolean {
  const word = new RegExp(`\\b${variable}\\b`);
  let rest = text;
  for (let n = 0; n < MOST_PLAIN; n++) {
    rest = rest.trimStart();
    const assigned = new RegExp(`^(?:if \\(\\()?${variable} = ([^;{}]*)`).exec(rest);
    if (assigned !== null) return !word.test(assigned[1]!);
    const plain = rest.slice(0, rest.indexOf(";") + 1);
    if (plain === "" || NOT_PLAIN.test(plain) || /[{}#]/.test(plain) || word.test(plain)) return false;
    rest = rest.slice(plain.length);
  }
  return false;
}

/** Behind the bracket that ends what begins at a place, behind its first one. */
function closed(text: string, from: number, open: string, close: string): number {
  let to = from;
  for (let depth = 1; depth > 0 && to < text.length; to++) {
    if (text[to] === open) depth++;
    else if (text[to] === close) depth--;
  }
  return to;
}

/** Names in a body that nothing declares, and where each stands first. */
function unknownNames(body: object): Map<string, Fault["at"]["loc"]> {
  const found = traps(body).flatMap((t) => {
    const name = /^`(\w+)` is not known/.exec(t.message)?.[1];
    return name === undefined ? t.unknown : [{ name, loc: t.loc }, ...t.unknown];
  });
  const line = (loc: Fault["at"]["loc"]): number => expansionLoc(loc).line;
  found.sort((a, b) => line(a.loc) - line(b.loc) || expansionLoc(a.loc).col - expansionLoc(b.loc).col);
  const out = new Map<string, Fault["at"]["loc"]>();
  for (const { name, loc } of found) if (!out.has(name)) out.set(name, loc);
  return out;
}

/** A call whose arguments are not as many as the function's declaration has parameters. */
const ARGUMENTS = /^too (few|many) arguments in the call of (\w+)\(\)$/;

/** A jump to a label that the function does not have. */
const NO_LABEL = /^label `(\w+)` is not defined$/;

/** A call that the definition of the callee has one parameter more for. */
const NOTHING_FOR = /^(\w+)\(\): parameter `(\w+)` is new and gets zero/;

/**
 * What in a function of the after side keeps it from being run whole, and is not in the before side's: a name that nothing declares
 * there, else what it calls and nobody has in that form, else a statement that cannot be read; or null.
 * @param isOthers whether a callee that no declaration is found of is called by others: a macro that pastes names may declare it
 */
export function unbuiltIn(
  before: Side,
  after: Side,
  path: string,
  name: string,
  isOthers: (callee: string) => boolean,
): { readonly undeclared: string } | { readonly lacks: string } | { readonly refused: string } | null {
  interface Unbuilt {
    readonly names: readonly string[];
    readonly lacks: readonly string[];
    /** Callees that no declaration is found of. */
    readonly open: readonly string[];
    readonly refused: readonly string[];
  }
  const nothing: Unbuilt = { names: [], lacks: [], open: [], refused: [] };
  const of = (side: Side): Unbuilt => {
    const e = side.program.lookup(name, path);
    if (e?.kind !== "function" || e.sym.def === null) return nothing;
    try {
      const { body } = side.program.tree(e.sym);
      const names = [...unknownNames(body).keys()];
      const refused = traps(body).flatMap((t) =>
        t.kind === "unsupported" && t.unknown.length === 0 ? [t.message] : [],
      );
      const lacks: string[] = [];
      for (const { fn, message } of side.program.notes) {
        const [, callee, param] = (fn === name ? NOTHING_FOR.exec(message) : null) ?? [];
        if (callee !== undefined) lacks.push(`${callee}() is given nothing for its parameter ${param}`);
      }
      const open = [...undeclaredIn(body)].filter(
        (callee) => !side.contracts.functions.has(callee) && !NATIVES.has(callee),
      );
      return { names, lacks, open, refused };
    } catch (f) {
      if (!(f instanceof CFail)) throw f;
      return nothing;
    }
  };
  const was = of(before);
  const now = of(after);
  const undeclared = now.names.find((n) => !was.names.includes(n));
  if (undeclared !== undefined) return { undeclared };
  const lacks = now.lacks.find((m) => !was.lacks.includes(m));
  if (lacks !== undefined) return { lacks };
  const open = now.open.find((callee) => !was.open.includes(callee) && !isOthers(callee));
  if (open !== undefined) return { lacks: `no declaration of ${open}() is found here` };
  const refused = now.refused.find((m) => !was.refused.includes(m) && !/^`\w+` is not known/.test(m));
  return refused === undefined ? null : { refused };
}

/** Why a function cannot be run as its text says, where something in it is not known; null where all is, or it is not there. */
export function unreadable(side: Side, path: string, name: string): string | null {
  const e = side.program.lookup(name, path);
  if (e?.kind !== "function" || e.sym.def === null) return null;
  try {
    const tree = side.program.tree(e.sym);
    // A constant of which only the name is known is any number.
    return traps(tree.body).find((t) => !/^`[A-Z][A-Z0-9_]*` is not known/.test(t.message))?.message ?? null;
  } catch (f) {
    if (!(f instanceof CFail)) throw f;
    return f.message;
  }
}

interface Trapped {
  readonly message: string;
  readonly kind: TrapKind;
  readonly loc: Fault["at"]["loc"];
  readonly unknown: readonly UnknownName[];
}

/** Members of nodes that lead out of a function's tree. */
const OUT_OF_TREE: ReadonlySet<string> = new Set([
  "parent",
  "sym",
  "t",
  "type",
  "loc",
  "endLoc",
  "label",
  "owner",
  "ft",
  "def",
  "to",
]);

/** Functions that are called in a tree and declared nowhere, hooks of the kind that say nothing here apart: a patch before may bring them. */
function undeclaredIn(root: object): Set<string> {
  const out = new Set<string>();
  eachNode(root, OUT_OF_TREE, (node) => {
    const call = node as X;
    if (call.k !== "call" || call.ft.noProto !== true || !("kind" in call.target)) return;
    const { def, name } = call.target as FunctionSym;
    if (def === null && !/^(?:__|trace_)/.test(name)) out.add(name);
  });
  return out;
}

/** Trap nodes anywhere in a tree, and jumps to where no label stands, unless a statement that was not read may have it. */
function traps(root: object): Trapped[] {
  const out: Trapped[] = [];
  const nowhere: Trapped[] = [];
  const seen = new Set<object>();
  const stack: object[] = [root];
  while (stack.length > 0) {
    const v = stack.pop()!;
    if (seen.has(v)) continue;
    seen.add(v);
    const { k, message, loc, kind = "unsupported", unknown = [] } = v as { k?: string } & Partial<Trapped>;
    if (k === "trap" && message !== undefined && loc !== undefined) out.push({ message, loc, kind, unknown });
    if (k === "goto") {
      const { label, loc } = v as Extract<S, { k: "goto" }>;
      if (!label.placed)
        nowhere.push({
          message: `label \`${label.name}\` is not defined`,
          loc,
          kind: "unsupported",
          unknown: [],
        });
    }
    for (const [name, inner] of Object.entries(v))
      if (!OUT_OF_TREE.has(name) && typeof inner === "object" && inner !== null) stack.push(inner);
  }
  return out.length === 0 ? nowhere : out;
}
