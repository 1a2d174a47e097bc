/**
 * Tests of whether a call failed that ask for the wrong thing: NULL of a callee that gives an error pointer, or an error pointer of one
 * that gives NULL, as the callee's own definition in the tree says. Leaves out calls of which a contract tells (paths show
 * those), and tests further on than the statement behind the call.
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

/** Whether a test sees that such a callee failed. */
const sees = (asks: Asks, by: FailsBy): boolean =>
  asks === "both" || (asks === "error") === (by === "errptr");

/**
 * What the tests of one function show that differ between its sides.
 * @param files numbers of the files of the two texts
 * @param failing how a callee says that it failed, where that is known for sure
 */
export function failureTests(
  path: string,
  fn: string,
  files: { readonly before: number; readonly after: number },
  texts: { readonly before: FunctionText; readonly after: FunctionText },
  failing: (callee: string) => FailsBy | null,
): Difference[] {
  const [b, a] = [testedCalls(texts.before), testedCalls(texts.after)];
  const out: Difference[] = [];
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
      out.push({
        verdict,
        entry: { name: fn, path, root: false, leave: null },
        fault: {
          kind: by === "errptr" ? "error-pointer-dereference" : "null-dereference",
          object: `${by === "errptr" ? "error pointer" : "NULL"} from ${t.callee}()`,
          what: `${t.callee}() that fails gives ${gives}: ${test} does not see it`,
          taken: null,
          given: null,
          at: {
            by: t.callee,
            loc: { file: verdict === "new" ? files.after : files.before, line: t.line, col: 1 },
            fn,
          },
          functions: [fn],
          possible: false,
        },
        forced: new Map(),
        path: NO_PATH,
        shown: 0,
      });
    }
  return out;
}
