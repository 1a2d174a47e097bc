/**
 * Errors that functions compare with: a callee that fails may fail with one of them, and what they do then is a way of its own. Leaves out
 * what a callee itself can fail with, and errors that are told by bounds alone.
 */
import { CFail } from "../c/ctype.ts";
import type { Program } from "../c/link.ts";
import type { FnTree } from "../c/tree.ts";
import { eachNode } from "./nodes.ts";
import { canonicalErrno } from "./value.ts";

/** Errors of one function that are tried. */
const MOST_CODES = 3;

const known = new WeakMap<FnTree, readonly bigint[]>();

/** The errors that a function's own text tests for, in the order in which they stand. */
export function codesIn(tree: FnTree): readonly bigint[] {
  let found = known.get(tree);
  if (found === undefined) known.set(tree, (found = [...collect(tree.body)]));
  return found;
}

const SKIP = new Set([
  "parent",
  "sym",
  "t",
  "ft",
  "type",
  "loc",
  "endLoc",
  "label",
  "owner",
  "def",
  "to",
  "target",
]);

function collect(root: object): Set<bigint> {
  const out = new Set<bigint>();
  const add = (x: unknown): void => {
    const at = x as { readonly k?: string; readonly x?: unknown; readonly v?: unknown };
    if (at?.k === "conv") add(at.x);
    else if (at?.k === "num" && typeof at.v === "bigint") {
      const code = canonicalErrno(at.v);
      if (code !== null) out.add(code);
    }
  };
  eachNode(root, SKIP, (v) => {
    const { k, op, l, r, cases } = v as {
      k?: string;
      op?: string;
      l?: unknown;
      r?: unknown;
      cases?: unknown;
    };
    if (k === "cmp" && (op === "eq" || op === "ne")) for (const side of [l, r]) add(side);
    if (k === "switch" && Array.isArray(cases))
      for (const { lo, hi } of cases as { lo: bigint; hi: bigint }[]) if (lo === hi) add({ k: "num", v: lo });
  });
  return out;
}

/** The errors that a function tests for on any of the sides, so that both are asked the same. */
export function codesOf(programs: readonly Program[]): (name: string, path: string) => readonly bigint[] {
  const found = new Map<string, readonly bigint[]>();
  return (name, path) => {
    const key = `${path} ${name}`;
    let codes = found.get(key);
    if (codes === undefined) {
      const all = programs.flatMap((program) => {
        const e = program.lookup(name, path);
        if (e?.kind !== "function" || e.sym.def === null) return [];
        try {
          return [...codesIn(program.tree(e.sym))];
        } catch (f) {
          if (!(f instanceof CFail)) throw f;
          return [];
        }
      });
      found.set(key, (codes = [...new Set(all)].sort((a, b) => (a < b ? -1 : 1)).slice(0, MOST_CODES)));
    }
    return codes;
  };
}
