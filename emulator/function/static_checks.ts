/**
 * What the text of a changed function shows without running: names that nothing declares, labels that nothing jumps to, and tests of
 * an error that its type can never make true. Leaves out everything that a path shows (compare.ts).
 */
import { replaceComments } from "../c/comments.ts";
import { CFail } from "../c/ctype.ts";
import { expansionLoc } from "../c/token.ts";
import type { Difference } from "./compare.ts";
import type { Side } from "./explore.ts";
import type { Fault } from "./finding.ts";
import { NO_LEDGER } from "./ledger.ts";

/** Compares the changed functions of a file of which both texts are given. */
export function staticDifferences(
  before: Side,
  after: Side,
  path: string,
  names: readonly string[],
  texts: { readonly before: string; readonly after: string },
): Difference[] {
  const b = names.flatMap((n) => [...shown(before, path, n), ...unusedLabels(before, path, n, texts.before)]);
  const a = names.flatMap((n) => [...shown(after, path, n), ...unusedLabels(after, path, n, texts.after)]);
  const key = (f: Fault): string => `${f.kind}|${f.object}|${f.at.fn}`;
  const only = (list: readonly Fault[], other: readonly Fault[]): Fault[] =>
    list.filter((f) => !other.some((o) => key(o) === key(f)));
  const told = (verdict: "new" | "fixed", f: Fault): Difference => ({
    verdict,
    entry: { name: f.at.fn, path, root: false, leave: null },
    fault: f,
    forced: new Map(),
    path: EMPTY,
    shown: 0,
  });
  return [...only(a, b).map((f) => told("new", f)), ...only(b, a).map((f) => told("fixed", f))];
}

const EMPTY: Difference["path"] = {
  choices: [],
  faults: [],
  end: "returned",
  why: "",
  result: null,
  outcome: "neither",
  steps: 0,
  covered: new Set(),
  assumed: [],
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
  for (const t of traps(tree.body)) {
    const unknown = /^`(\w+)` is not known/.exec(t.message)?.[1];
    if (unknown !== undefined) fault("does-not-build", unknown, `nothing declares ${unknown} here`, t.loc);
  }
  for (const d of side.program.deadChecks)
    if (d.fn === name && !d.always && /^`[^`]*< 0`/.test(d.text))
      fault("check-never-true", d.text, d.text, d.loc);
  return out;
}

/** Labels of a function whose name stands nowhere else in its text: no configuration has a jump there. */
function unusedLabels(side: Side, path: string, name: string, text: string): Fault[] {
  const e = side.program.lookup(name, path);
  if (e?.kind !== "function" || e.sym.def === null) return [];
  const { loc, endLoc } = e.sym.def;
  const [first, last] = [expansionLoc(loc), expansionLoc(endLoc)];
  const body = replaceComments(text, true, (c) => c.replace(/[^\n]/g, " "))
    .split("\n")
    .slice(first.line - 1, last.line);
  const words = new Map<string, number>();
  for (const line of body)
    for (const [w] of line.matchAll(/\b[A-Za-z_]\w*/g)) words.set(w, (words.get(w) ?? 0) + 1);
  return body.flatMap((line, i) => {
    const label = /^[ \t]*([A-Za-z_]\w*):\s*$/.exec(line)?.[1];
    if (label === undefined || label === "default" || words.get(label) !== 1) return [];
    const at = { by: "", loc: { file: first.file, line: first.line + i, col: 1 }, fn: name };
    const what = `nothing jumps to ${label}`;
    return [
      {
        kind: "unused-label",
        object: label,
        what,
        taken: null,
        given: null,
        at,
        functions: [name],
        possible: false,
      },
    ];
  });
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

/** Trap nodes anywhere in a tree. */
function traps(root: object): { message: string; loc: Fault["at"]["loc"] }[] {
  const out: { message: string; loc: Fault["at"]["loc"] }[] = [];
  const seen = new Set<object>();
  const stack: object[] = [root];
  const skip = new Set(["parent", "sym", "t", "type", "loc", "endLoc", "label", "owner", "ft", "def", "to"]);
  while (stack.length > 0) {
    const v = stack.pop()!;
    if (seen.has(v)) continue;
    seen.add(v);
    const node = v as { k?: string; message?: string; loc?: Fault["at"]["loc"] };
    if (node.k === "trap" && node.message !== undefined && node.loc !== undefined)
      out.push({ message: node.message, loc: node.loc });
    for (const [name, inner] of Object.entries(v))
      if (!skip.has(name) && typeof inner === "object" && inner !== null) stack.push(inner);
  }
  return out;
}
