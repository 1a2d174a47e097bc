/**
 * Macro definitions and the table that holds them: what `#define` writes and expansion reads. A table can be copied, so
 * that the macros of one layer of the kernel image are the starting point of the next. Leaves out: the macros that have
 * no replacement list (`__LINE__`, `__FILE__` ...), which the preprocessor answers itself.
 */

import type { Loc } from "./ast.ts";
import type { Token } from "./token.ts";

export interface MacroDef {
  readonly name: string;
  /** null: object-like. The variadic parameter, when there is one, is the last: `__VA_ARGS__` or its GNU name. */
  readonly params: readonly string[] | null;
  readonly variadic: boolean;
  /** The replacement list as written. */
  readonly body: readonly Token[];
  /** Where the name stands in its `#define`. */
  readonly loc: Loc;
}

const NO_MACROS: ReadonlyMap<string, MacroDef> = new Map();
/** Own definitions up to which a copy repeats them rather than have them taken for common ground. */
const FEW = 16;

/**
 * Macros by name. Iteration is in the order of definition. Copies have their common ground in common: there are thousands
 * of macros, and a file or a constant adds few.
 */
export class MacroTable implements Iterable<MacroDef> {
  /** Next value of `__COUNTER__`; kept here so that units preprocessed with one table get distinct numbers. */
  counter = 0;
  /** What copies share; never written. */
  private ground: ReadonlyMap<string, MacroDef> = NO_MACROS;
  /** What stands before the ground; null: no macro any more. */
  private macros = new Map<string, MacroDef | null>();

  constructor(from?: Iterable<MacroDef>) {
    if (from instanceof MacroTable) this.counter = from.counter;
    if (from instanceof MacroTable && from.holdsAll) {
      if (from.macros.size > FEW) from.settle();
      this.ground = from.ground;
      this.macros = new Map(from.macros);
    } else if (from !== undefined) for (const macro of from) this.macros.set(macro.name, macro);
  }

  /** Whether what iteration gives is what it holds itself. */
  protected get holdsAll(): boolean {
    return true;
  }

  /** Makes all definitions common ground. */
  private settle(): void {
    const all = new Map<string, MacroDef>();
    for (const macro of this.each()) all.set(macro.name, macro);
    this.ground = all;
    this.macros = new Map();
  }

  private *each(): IterableIterator<MacroDef> {
    const { ground, macros } = this;
    for (const macro of ground.values()) {
      const own = macros.get(macro.name);
      if (own === undefined) yield macro;
      else if (own !== null) yield own;
    }
    for (const macro of macros.values()) if (macro !== null && !ground.has(macro.name)) yield macro;
  }

  get size(): number {
    let size = 0;
    for (const _macro of this.each()) size++;
    return size;
  }

  get(name: string): MacroDef | undefined {
    const own = this.macros.get(name);
    return own === undefined ? this.ground.get(name) : (own ?? undefined);
  }

  /** The definition that the table itself holds. */
  own(name: string): MacroDef | undefined {
    const own = this.macros.get(name);
    return own === undefined ? this.ground.get(name) : (own ?? undefined);
  }

  has(name: string): boolean {
    const own = this.macros.get(name);
    return own === undefined ? this.ground.has(name) : own !== null;
  }

  /** Defines or replaces. */
  set(macro: MacroDef): void {
    this.macros.set(macro.name, macro);
  }

  delete(name: string): boolean {
    const had = this.has(name);
    if (this.ground.has(name)) this.macros.set(name, null);
    else this.macros.delete(name);
    return had;
  }

  /** An independent table with the same definitions (which are immutable and shared). */
  copy(): MacroTable {
    return new MacroTable(this);
  }

  *names(): IterableIterator<string> {
    for (const macro of this.each()) yield macro.name;
  }

  [Symbol.iterator](): IterableIterator<MacroDef> {
    return this.each();
  }
}

/** Whether two definitions are the same in the sense of C11 6.10.3p2: a repeated `#define` may not differ. */
export function sameMacro(a: MacroDef, b: MacroDef): boolean {
  if (a.variadic !== b.variadic || a.body.length !== b.body.length) return false;
  if ((a.params === null) !== (b.params === null)) return false;
  if (a.params !== null && b.params !== null && a.params.join() !== b.params.join()) return false;
  for (let i = 0; i < a.body.length; i++) {
    const x = a.body[i]!;
    const y = b.body[i]!;
    if (x.text !== y.text || x.kind !== y.kind || (i > 0 && x.space !== y.space)) return false;
  }
  return true;
}
