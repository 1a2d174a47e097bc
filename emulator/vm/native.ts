/**
 * Native functions: what C code calls and TypeScript implements (libc for `exec`, the machine's __fsc_ functions).
 * Leaves out the implementations (emulator/shims/*.ts).
 */
import type { Loc } from "../c/ast.ts";
import type { Memory } from "../mem/memory.ts";
import type { Site, StopReason } from "./stop_reason.ts";

/** What a native may do. Valid only during the call. */
export interface NativeContext {
  readonly memory: Memory;
  /** Place of the call in the source. */
  readonly loc: Loc;
  /** Number of argument registers passed (a variadic native's last one is the address of its slots, see bytecode.ts). */
  readonly nargs: number;
  /** Integer or pointer argument i, as a canonical signed 64-bit bigint. Use addr() for pointers. */
  int(i: number): bigint;
  /** Argument i as a JavaScript number (int, unsigned, small sizes). */
  num(i: number): number;
  /** High or low 32 bits of argument i, without making a bigint. */
  word(i: number, high: boolean): number;
  /** Argument i as an unsigned 64-bit address. */
  addr(i: number): bigint;
  float(i: number): number;
  /** Sets the result. */
  ret(value: bigint | number): void;
  retFloat(value: number): void;
  /** Ends the run. */
  stop(reason: StopReason): never;
  /** Calls a C function by its address with integer arguments, to completion, and gives its result (qsort, bsearch, atexit). */
  call(address: bigint, args: readonly bigint[]): bigint;
  /** The running task. */
  readonly task: number;
  /** Where the call is, for the history of objects. */
  site(): Site | null;
  /**
   * setjmp and longjmp. `savePoint` describes the call in progress as numbers that C memory can hold; `jumpTo` makes that
   * call return once more with `value`, dropping the calls made since (the native then returns "jump"); false when the
   * function that made it has ended.
   */
  savePoint(): readonly number[];
  jumpTo(point: readonly number[], value: bigint): boolean;
  /** goto out of a nested function: to the label in the function whose frame memory is at `frame`; false when that is gone. */
  jumpOut(frame: bigint, label: bigint): boolean;
}

/**
 * "retry": the call is made again when the task next runs (the native has arranged what it waits for).
 * "jump": the task's state was replaced (jumpTo).
 */
export type NativeOutcome = undefined | "retry" | "jump";
// biome-ignore lint/suspicious/noConfusingVoidType: a native that only sets a result returns nothing.
export type NativeFunction = (context: NativeContext) => NativeOutcome | void;
export type NativeTable = ReadonlyMap<string, NativeFunction>;
