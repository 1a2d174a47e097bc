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

/** Macros by name. Iteration is in the order of definition. */
export class MacroTable implements Iterable<MacroDef> {
  /** Next value of `__COUNTER__`; kept here so that units preprocessed with one table get distinct numbers. */
  counter = 0;
  private readonly macros: Map<string, MacroDef>;

  constructor(from?: Iterable<MacroDef>) {
    this.macros = new Map();
    if (from !== undefined) for (const macro of from) this.macros.set(macro.name, macro);
    if (from instanceof MacroTable) this.counter = from.counter;
  }

  get size(): number {
    return this.macros.size;
  }

  get(name: string): MacroDef | undefined {
    return this.macros.get(name);
  }

  /** The definition that the table itself holds. */
  own(name: string): MacroDef | undefined {
    return this.macros.get(name);
  }

  has(name: string): boolean {
    return this.macros.has(name);
  }

  /** Defines or replaces. */
  set(macro: MacroDef): void {
    this.macros.set(macro.name, macro);
  }

  delete(name: string): boolean {
    return this.macros.delete(name);
  }

  /** An independent table with the same definitions (which are immutable and shared). */
  copy(): MacroTable {
    return new MacroTable(this);
  }

  names(): IterableIterator<string> {
    return this.macros.keys();
  }

  [Symbol.iterator](): IterableIterator<MacroDef> {
    return this.macros.values();
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
