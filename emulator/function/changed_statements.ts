/**
 * Which statements of a function a patch changes: those with a changed line in them, also where they begin on another one. A
 * path is told to have come to them (Run.met), ways to them are looked for (seek.ts), and their lines are the patch's
 * coverage. Leaves out what stands in a statement's block, which are statements of their own.
 */
import type { Loc } from "../c/ast.ts";
import { expansionLoc } from "../c/token.ts";
import type { FnTree, S, SBlock } from "../c/tree.ts";
import { visitExpressions } from "../c/visit.ts";

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
    visitExpressions(s, { expr: (x) => this.line(x.loc), block: (b) => this.block(b) });
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
}
