/**
 * Tests of whether a call failed that ask for the wrong thing (NULL of a callee that gives an error pointer, or an error pointer of one
 * that gives NULL, as the callee's own definition in the tree says), and those that one side lacks, where it follows what the call gave.
 * Leaves out calls of which a contract tells (paths show those), wrong tests further on than the statement behind the call, and what
 * becomes of a pointer in other hands.
 */
import { blankComments } from "../../emulator/c/comments.ts";
import type { Difference } from "../../emulator/function/compare.ts";
import { NO_PATH } from "../../emulator/function/static_checks.ts";
import { closing } from "../source/c_text.ts";
import type { FailsBy } from "../source/failing_by.ts";

/** What the `if` behind a call asks of what it gave. */
type Asks = "null" | "error" | "both";

interface Tested {
  readonly callee: string;
  readonly variable: string;
  readonly asks: Asks;
  /** 1-based, in the file. */
  readonly line: number;
}

/** The text of a side's function, and where it begins. */
export interface FunctionText {
  readonly text: string;
  readonly start: number;
}

const SET = / = (\w{1,60})\(/g;

/** What stands right before a place and can be assigned to: "t->lamp", "all[i]". */
function variableBefore(code: string, at: number): string {
  let from = at;
  while (from > 0 && at - from < 80 && /[\w.>[\]-]/.test(code[from - 1]!)) from--;
  return code.slice(from, at);
}

/** Calls whose result is tested by the statement behind them. */
function testedCalls({ text, start }: FunctionText): Tested[] {
  const code = blankComments(text);
  const out: Tested[] = [];
  for (const m of code.matchAll(SET)) {
    const end = closing(code, m.index + m[0].length - 1) + 1;
    const behind = end === 0 ? null : /^;\s{1,80}if \(/.exec(code.slice(end, end + 100));
    if (behind === null) continue;
    const from = end + behind[0].length;
    const close = closing(code, from - 1);
    if (close < 0) continue;
    const cond = code.slice(from, close).replace(/^(?:un)?likely\((.*)\)$/, "$1");
    const [variable, callee] = [variableBefore(code, m.index), m[1]!];
    const asks: Asks | null =
      cond === `!${variable}` || cond === `${variable} == NULL`
        ? "null"
        : cond === `IS_ERR(${variable})`
          ? "error"
          : cond === `IS_ERR_OR_NULL(${variable})`
            ? "both"
            : null;
    if (asks === null) continue;
    // Asked about in the other way, too, further on or before.
    const other =
      asks === "null"
        ? [`IS_ERR(${variable})`, `IS_ERR_OR_NULL(${variable})`]
        : [`!${variable}`, `${variable} == NULL`];
    if (other.some((o) => code.slice(end).includes(o))) continue;
    out.push({ callee, variable, asks, line: start + code.slice(0, from).split("\n").length - 1 });
  }
  return out;
}

/** A call whose result is put in a variable, the only one of that callee: what is done with the variable first. */
interface FirstUse {
  readonly variable: string;
  readonly use: "tested" | "followed";
  /** 1-based, in the file: of the call. */
  readonly line: number;
}

/** What is done first with a variable; null where that is neither. */
function firstUse(code: string, variable: string): "tested" | "followed" | null {
  for (const m of code.matchAll(new RegExp(`(?<![\\w.>])${variable}(?!\\w)`, "g"))) {
    const before = code.slice(Math.max(0, m.index - 60), m.index);
    const behind = code.slice(m.index + variable.length, m.index + variable.length + 20);
    if (/\b(?:sizeof|typeof|offsetof)\s?\(\s?\*?$/.test(before)) continue;
    if (/^\s?(?:->|\[)/.test(behind) || /[(,=;{}!&|+-]\s?\*$/.test(before)) return "followed";
    const asked =
      /!\s?$|\b(?:if|while) \($|\bIS_ERR\w*\($|\bZERO_OR_NULL_PTR\($|(?:&&|\|\|)\s{1,80}$|(?:un)?likely\($/.test(
        before,
      ) || /^\s{0,80}(?:[!=]=|&&|\|\||\?)/.test(behind);
    if (asked || /\b\w*(?:ON|ON_ONCE|assert)\($/.test(before)) return "tested";
    // Given another value, or in other hands, where it may be tested.
    return null;
  }
  return null;
}

/** Characters behind a call within which the first use is looked for. */
const USE_WITHIN = 4000;

/** What is done first with what calls gave, by the callee. */
function firstUses({ text, start }: FunctionText): Map<string, FirstUse> {
  const code = blankComments(text);
  const out = new Map<string, FirstUse>();
  const seen = new Set<string>();
  let line = start;
  let counted = 0;
  for (const m of code.matchAll(SET)) {
    const callee = m[1]!;
    const end = closing(code, m.index + m[0].length - 1) + 1;
    const variable = variableBefore(code, m.index);
    const twice = seen.has(callee);
    seen.add(callee);
    out.delete(callee);
    if (twice || end === 0 || code[end] !== ";" || !/^[a-z_]\w{0,40}$/i.test(variable)) continue;
    const use = firstUse(code.slice(end, end + USE_WITHIN), variable);
    if (use === null) continue;
    line += code.slice(counted, m.index).split("\n").length - 1;
    counted = m.index;
    out.set(callee, { variable, use, line });
  }
  return out;
}

/** Whether a test sees that such a callee failed. */
const sees = (asks: Asks, by: FailsBy): boolean =>
  asks === "both" || (asks === "error") === (by === "errptr");

/**
 * What the tests of one function show that differ between its sides.
 * @param files numbers of the files of the two texts
 * @param failing how a callee says that it failed, where that is known for sure; with `any`, whether it may give NULL at all, too
 */
export function failureTests(
  path: string,
  fn: string,
  files: { readonly before: number; readonly after: number },
  texts: { readonly before: FunctionText; readonly after: FunctionText },
  failing: (callee: string, any?: boolean) => FailsBy | null,
): Difference[] {
  const [b, a] = [testedCalls(texts.before), testedCalls(texts.after)];
  const out: Difference[] = [];
  const tell = (
    verdict: "new" | "fixed",
    { callee, line }: Pick<Tested, "callee" | "line">,
    by: FailsBy,
    what: string,
  ): void => {
    out.push({
      verdict,
      entry: { name: fn, path, root: false, leave: null },
      fault: {
        kind: by === "errptr" ? "error-pointer-dereference" : "null-dereference",
        object: `${by === "errptr" ? "error pointer" : "NULL"} from ${callee}()`,
        what,
        taken: null,
        given: null,
        at: { by: callee, loc: { file: verdict === "new" ? files.after : files.before, line, col: 1 }, fn },
        functions: [fn],
        possible: false,
      },
      forced: new Map(),
      path: NO_PATH,
      shown: 0,
    });
  };
  for (const [verdict, own, other, otherText] of [
    ["new", a, b, texts.before.text],
    ["fixed", b, a, texts.after.text],
  ] as const)
    for (const t of own) {
      const there = other.find((x) => x.callee === t.callee && x.variable === t.variable);
      // Called on both sides, and not tested so there: what became of the test is not known.
      if (there === undefined && (verdict === "fixed" || new RegExp(`\\b${t.callee}\\(`).test(otherText)))
        continue;
      if (there?.asks === t.asks) continue;
      const by = failing(t.callee);
      if (by === null || sees(t.asks, by) || (there !== undefined && !sees(there.asks, by))) continue;
      const gives = by === "errptr" ? "an error pointer, never NULL" : "NULL, never an error pointer";
      const test = t.asks === "null" ? `!${t.variable}` : `IS_ERR(${t.variable})`;
      const what = `${t.callee}() that fails gives ${gives}: ${test} does not see it`;
      tell(verdict, t, by, what);
    }
  // A test that goes may have been one too many: as it is called here, the callee may always find something.
  const uses = { before: firstUses(texts.before), after: firstUses(texts.after) };
  for (const [callee, is] of uses.after) {
    const was = uses.before.get(callee);
    if (is.use !== "tested" || was?.use !== "followed" || was.variable !== is.variable) continue;
    const by = failing(callee, true);
    if (by === null) continue;
    const gives = by === "errptr" ? "gives an error pointer when it fails" : "may give NULL";
    const what = `${callee}() ${gives}, and ${is.variable} is followed without a test`;
    tell("fixed", { callee, line: was.line }, by, what);
  }
  return out;
}
