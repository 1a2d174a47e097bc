/**
 * Zeros with a name: what a function means by NF_DROP or IRQ_NONE it does not say by the number, which is then neither success nor
 * failure. A name that says that all went well (BLK_STS_OK) says so. Leaves out names of other numbers.
 */
import type { Loc } from "../c/ast.ts";
import type { FunctionSym, X } from "../c/tree.ts";
import { eachNode } from "./nodes.ts";
import type { Frame } from "./run.ts";

/** What is called so is success. */
const SAYS_WELL = /(?:^|_)(?:ok|okay|success|successful|good|noerr|no_?error|no_err|err_none|error_none)$/i;

/** A macro that is a constant, as constants are spelled: what a stub in place of a function expands to is the number itself. */
const IS_CONSTANT = /^[A-Z_][A-Z0-9_]*$/;

const known = new WeakMap<object, ReadonlyMap<string, string>>();

const placeOf = ({ file, line, col }: Loc): string => `${file}:${line}:${col}`;

/** The names that a function's text uses as values, by where they stand. */
function namesIn(sym: FunctionSym): ReadonlyMap<string, string> {
  const { def } = sym;
  if (def === null) return new Map();
  let found = known.get(def);
  if (found === undefined) known.set(def, (found = collect(def.body)));
  return found;
}

const PLACES = new Set(["loc", "endLoc"]);

function collect(root: object): Map<string, string> {
  const out = new Map<string, string>();
  eachNode(root, PLACES, (v) => {
    const { kind, name, loc } = v as { kind?: unknown; name?: unknown; loc?: Loc };
    if (kind === "ident" && typeof name === "string" && loc !== undefined) out.set(placeOf(loc), name);
  });
  return out;
}

/** How many uses of macros a place lies in. */
const depthOf = ({ via }: Loc): number => (via === undefined ? 0 : 1 + depthOf(via));

/**
 * Whether an expression that came to 0 is a constant with a name, or a variable that was given one.
 * @param at the statement it stands in: a macro that makes all of that names nothing
 */
export function isNamedZero({ sym, named, own }: Frame, x: X, at: Loc): boolean {
  if (!own) return false;
  const is = (y: X): boolean => {
    switch (y.k) {
      case "num": {
        if (y.v !== 0n) return false;
        const { macro } = y.loc;
        const made = macro !== undefined && depthOf(y.loc) > depthOf(at) && IS_CONSTANT.test(macro);
        const name = made ? macro : namesIn(sym).get(placeOf(y.loc));
        return name !== undefined && !SAYS_WELL.test(name);
      }
      case "var":
        return named.has(y.v);
      case "cond":
        return is(y.a) || is(y.b);
      case "comma":
        return is(y.r);
      case "conv":
        return is(y.x);
      default:
        return false;
    }
  };
  return is(x);
}
