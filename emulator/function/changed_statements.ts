/**
 * Which statements of a function a patch changes: those with a changed line in them, also where they begin on another one. A
 * path is told to have come to them (Run.met), ways to them are looked for (seek.ts), and their lines are the patch's
 * coverage. Leaves out what stands in a statement's block, which are statements of their own.
 */
import type { Loc } from "../c/ast.ts";
import { expansionLoc } from "../c/token.ts";
import type { FnTree, InitPlan, S, SBlock, X } from "../c/tree.ts";

/** A statement with lines that the patch changes. */
export interface ChangedStatement {
  /** "file:line" of where it begins, or of its first changed line where that one stays. */
  readonly place: string;
  readonly file: number;
  /** Its changed lines, in order. */
  readonly lines: readonly number[];
  /** Something is done there: it is no label, and declares no variable without giving it a value. */
  readonly code: boolean;
}

export type ChangedStatements = ReadonlyMap<S, ChangedStatement>;

export const placeOf = (loc: Loc): string => `${loc.file}:${loc.line}`;

const known = new WeakMap<(loc: Loc) => boolean, WeakMap<FnTree, ChangedStatements>>();

/** The changed statements of a function, in the order of the text; found once for a side. */
export function changedStatements(tree: FnTree, changed: (loc: Loc) => boolean): ChangedStatements {
  let of = known.get(changed);
  if (of === undefined) known.set(changed, (of = new WeakMap()));
  let found = of.get(tree);
  if (found === undefined) of.set(tree, (found = new Finder(changed).of(tree.body)));
  return found;
}

class Finder {
  private readonly found = new Map<S, ChangedStatement>();
  private readonly changed: (loc: Loc) => boolean;
  /** Lines of the statement under way that were looked at, and those of them that are changed. */
  private seen = new Set<number>();
  private lines: number[] = [];
  private file = 0;

  constructor(changed: (loc: Loc) => boolean) {
    this.changed = changed;
  }

  of(body: SBlock): ChangedStatements {
    this.block(body);
    return this.found;
  }

  private block(b: SBlock): void {
    for (const s of b.items) this.statement(s);
  }

  private statement(s: S): void {
    if (s.k === "block" || s.k === "seq") {
      for (const item of s.items) this.statement(item);
      return;
    }
    const begin = expansionLoc(s.loc);
    const outer = { seen: this.seen, lines: this.lines, file: this.file };
    this.seen = new Set();
    this.lines = [];
    this.file = begin.file;
    this.line(s.loc);
    this.expressions(s);
    const lines = this.lines.sort((a, b) => a - b);
    const { file } = this;
    ({ seen: this.seen, lines: this.lines, file: this.file } = outer);
    if (lines.length > 0) {
      const at = lines.includes(begin.line) ? begin.line : lines[0]!;
      const code = s.k !== "label" && !(s.k === "decl" && s.x === null && s.plan === null && s.size === null);
      this.found.set(s, { place: `${file}:${at}`, file, lines, code });
    }
    if (s.k === "if") {
      this.statement(s.a);
      if (s.b !== null) this.statement(s.b);
    } else if (s.k === "loop" || s.k === "switch") this.statement(s.body);
  }

  private line(at: Loc): void {
    const loc = expansionLoc(at);
    if (loc.file !== this.file || this.seen.has(loc.line)) return;
    this.seen.add(loc.line);
    if (this.changed(loc)) this.lines.push(loc.line);
  }

  /** What a statement evaluates itself. */
  private expressions(s: S): void {
    if (s.k === "expr" || s.k === "return" || s.k === "gotoptr" || s.k === "switch") this.expression(s.x);
    else if (s.k === "if") this.expression(s.c);
    else if (s.k === "loop") {
      this.expression(s.test);
      this.expression(s.step);
    } else if (s.k === "decl") {
      this.expression(s.x);
      this.expression(s.size);
      this.plan(s.plan);
    }
  }

  private plan(plan: InitPlan | null): void {
    for (const e of plan?.entries ?? []) this.expression(e.x);
  }

  private expression(x: X | null): void {
    if (x === null) return;
    this.line(x.loc);
    if (x.k === "stmt") this.block(x.block);
    else if (x.k === "complit") this.plan(x.plan);
    for (const operand of operandsOf(x)) this.expression(operand);
  }
}

/** What an expression is made of, blocks and initialisers in it left out. */
function operandsOf(x: X): readonly (X | null)[] {
  switch (x.k) {
    case "mem":
    case "padd":
    case "outer":
      return [x.base];
    case "idx":
      return [x.base, x.index];
    case "bin":
    case "cmp":
    case "and":
    case "or":
    case "comma":
      return [x.l, x.r];
    case "ovf":
      return [x.l, x.r, x.to];
    case "cond":
      return [x.c, x.a, x.b];
    case "assign":
    case "opassign":
      return [x.lv, x.x];
    case "inc":
      return [x.lv];
    case "call":
      return "k" in x.target ? [x.target, ...x.args] : x.args;
    case "stmt":
      return [x.value];
    case "vaarg":
    case "vastart":
      return [x.list];
    case "atom":
      return [x.addr, x.x, x.y];
    case "recaddr":
    case "un":
    case "lnot":
    case "conv":
    case "bits":
      return [x.x];
    case "fbits":
      return [x.x, x.y];
    case "alloca":
      return [x.size];
    default:
      return [];
  }
}
