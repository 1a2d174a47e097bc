/**
 * Where a NULL comes from, so that a sentence about following it names the right thing: a call that failed, a constant, or a pointer
 * that nothing has set since its memory was zeroed. Leaves out pointers that are not NULL, and conditions.
 */
import type { LocalVar, X } from "../c/tree.ts";
import type { Obj } from "./memory.ts";
import type { CallOrigin, Value } from "./value.ts";

/** Where a pointer lies that whoever made the thing may have set (Obj.setUp). */
export interface Lies {
  readonly obj: Obj;
  readonly off: number;
}

/** A call, the name of a pointer that nothing has set, a constant, or a pointer of the caller's that was found to be NULL. */
export type NullSource =
  | { readonly k: "found" }
  | { readonly k: "call"; readonly origin: CallOrigin }
  | { readonly k: "unset"; readonly name: string; readonly lies: Lies | null }
  | { readonly k: "constant" };

/** Of a value that was not known and turned out to be NULL: the call that gave it, or none. */
export const nullSourceOf = (v: Value): NullSource | null =>
  typeof v === "bigint" ? null : v.origin === null ? { k: "found" } : { k: "call", origin: v.origin };

export class Nulls {
  /** Places in memory that hold one: "object:offset". */
  private readonly cells = new Map<string, NullSource>();
  private readonly vars = new Map<object, Map<LocalVar, NullSource>>();
  /** Of the pointer that was read from memory last. */
  private last: NullSource | undefined;
  /** Of the arguments of the call under way. */
  args: readonly (NullSource | undefined)[] = [];
  /** Keys of the calls that got one and of which nothing is known: they may have seen it. */
  private readonly shown = new Map<NullSource, string[]>();
  /** Of the pointer that is about to be followed. */
  followed: NullSource | undefined;

  /** A pointer was read from memory and is NULL. @param source where that is from, if it is not what was stored there */
  read(place: string, source: NullSource | null): void {
    if (source !== null) this.cells.set(place, source);
    this.last = this.cells.get(place);
  }

  /** Something was stored in memory. */
  stored(place: string, from: NullSource | undefined): void {
    if (from === undefined) this.cells.delete(place);
    else this.cells.set(place, from);
  }

  /** A variable of a running function got a value. */
  assigned(frame: object, v: LocalVar, from: NullSource | undefined): void {
    let known = this.vars.get(frame);
    if (known === undefined) {
      if (from === undefined) return;
      known = new Map();
      this.vars.set(frame, known);
    }
    if (from === undefined) known.delete(v);
    else known.set(v, from);
  }

  /** A callee of which nothing is known has the argument under way, a NULL, before it. @param key of its call, which gives a value */
  show(arg: number, key: string): void {
    const source = this.args[arg];
    if (source === undefined) return;
    const keys = this.shown.get(source);
    if (keys === undefined) this.shown.set(source, [key]);
    else keys.push(key);
  }

  /** Keys of the calls that had it before them. */
  shownTo(source: NullSource | undefined): readonly string[] {
    return (source === undefined ? undefined : this.shown.get(source)) ?? [];
  }

  left(frame: object): void {
    this.vars.delete(frame);
  }

  /** Of an expression that was evaluated just now and gave NULL. @param call the call that gave NULL last */
  of(x: X, frame: object, call: CallOrigin | null): NullSource | undefined {
    switch (x.k) {
      case "conv":
        return this.of(x.x, frame, call);
      case "comma":
        return this.of(x.r, frame, call);
      case "assign":
        return this.of(x.x, frame, call);
      case "num":
        return { k: "constant" };
      case "var":
        return this.vars.get(frame)?.get(x.v);
      case "mem":
        return this.last;
      case "call":
        return call === null ? undefined : { k: "call", origin: call };
      default:
        return undefined;
    }
  }
}
