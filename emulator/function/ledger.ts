/**
 * What a path did with things that it had not taken itself, in the form in which two sides can be compared: what it gave back
 * for its caller, which pointers it wrote over, which owners it freed, and what somebody can still get at. Leaves out what
 * the path took (audit.ts) and the comparison (owners.ts).
 */
import type { Spot } from "./books.ts";
import type { CallOrigin } from "./value.ts";

/** Something of the caller's was given back. */
export interface GivenBack {
  readonly kind: string;
  /** "memory", "enabled clock". */
  readonly what: string;
  readonly sort: "counted" | "memory" | "state" | "lock";
  /** It does nothing where it was not taken. */
  readonly harmless: boolean;
  /** Who receives or sends one takes it over. */
  readonly travels: boolean;
  /** What it was of, by the name that both sides have for it: "priv->buf". */
  readonly of: string;
  /** The object that it lies in, where it is no variable: memory goes with it. */
  readonly object: string;
  readonly at: Spot;
  /** The call on this path that gave it, or took the reference; null: none. */
  readonly made: string | null;
}

/** A lock or a state that the path gave up without having taken it, and did not take again. */
export interface Open {
  readonly kind: string;
  readonly sort: "lock" | "state";
  /** What it is of, by the name that both sides have for it; "" where there is one of its kind. */
  readonly of: string;
  /** In a sentence: "p->lock", "the CPU hotplug lock (for reading)". */
  readonly text: string;
  readonly at: Spot;
}

/** A place after which a thing's owner does not lead to it any more. */
export interface Parted {
  /** The thing whose pointer was written over, or the owner that was freed. */
  readonly name: string;
  readonly at: Spot;
  readonly functions: readonly string[];
}

/** A counter of references in memory that the path made and somebody still has when it ends. */
export interface Counter {
  readonly value: bigint;
  /** How often a reference to the thing was taken. */
  readonly raised: number;
  /** How many pointers in memory lead to the thing. */
  readonly led: number;
  /** The thing, as faults call it. */
  readonly thing: string;
}

export interface Ledger {
  readonly gave: readonly GivenBack[];
  /** Those of it that were given back when the device went, after all had gone well. */
  readonly late: ReadonlySet<GivenBack>;
  readonly overwritten: readonly Parted[];
  readonly freed: readonly Parted[];
  /** Things that were handed on, are returned, or are led to by what is still there. */
  readonly kept: ReadonlySet<string>;
  /** States that the path took: "clk-enabled dev->clk". */
  readonly took: ReadonlySet<string>;
  /** What the path took and gave back itself, as faults call it. */
  readonly settled: ReadonlySet<string>;
  /** How often one more of a thing that was there was taken, by the names that faults have for things. */
  readonly raised: ReadonlyMap<string, number>;
  /** Numbers in memory of others that were raised or lowered, and by how much. */
  readonly counts: ReadonlyMap<string, bigint>;
  /** Those that went up of what was found in a list, and that nobody knows who does not find it there. */
  readonly loose: ReadonlySet<string>;
  /** Things of others of which a reference was taken, whatever became of it. */
  readonly taken: ReadonlySet<string>;
  /** Counters of what was made here and is had by others, by the call that gave the thing and the member. */
  readonly counters: ReadonlyMap<string, Counter>;
  /** What it gave up and had not taken, as it stands at the end. */
  readonly open: readonly Open[];
  /** Locks and states, as "kind of", that it took and gave up. */
  readonly balanced: ReadonlySet<string>;
  /** Those that it gave up for its caller and took again, and the callee that took them. */
  readonly again: ReadonlyMap<string, string>;
  /** Things that a call gave and that callees of which nothing is known ended, by their names. */
  readonly ended: readonly GivenBack[];
  /** All that was given back of what is counted, whoever had taken it, as "kind of". */
  readonly gives: ReadonlySet<string>;
  /** Bits that the path claimed (found clear, and set), by the names of their words and their numbers: set still, or clear. */
  readonly claims: ReadonlyMap<string, { readonly state: "held" | "given"; readonly by: CallOrigin }>;
  /** How often each callee was called. */
  readonly calls: ReadonlyMap<string, number>;
  /** Memory that the path made as zeroes, and into which no callee can have put anything that is not known. */
  readonly blank: ReadonlySet<string>;
  /** How often callees of which nothing is known were given a thing. */
  readonly lent: ReadonlyMap<string, number>;
  /** What became of each thing that a call gave, as "kind key of the call": of what that call gave several of, "unclear". */
  readonly fates: ReadonlyMap<string, "held" | "given" | "passed" | "unclear">;
  /** The calls that gave them, by the same names: not of what is held and may be in other hands. */
  readonly makers: ReadonlyMap<string, CallOrigin>;
  /** Where the path ended. */
  readonly end: Spot;
}

export const NO_LEDGER: Ledger = {
  gave: [],
  late: new Set(),
  overwritten: [],
  freed: [],
  kept: new Set(),
  took: new Set(),
  settled: new Set(),
  raised: new Map(),
  counts: new Map(),
  loose: new Set(),
  taken: new Set(),
  counters: new Map(),
  open: [],
  balanced: new Set(),
  again: new Map(),
  ended: [],
  gives: new Set(),
  claims: new Map(),
  calls: new Map(),
  blank: new Set(),
  lent: new Map(),
  fates: new Map(),
  makers: new Map(),
  end: { by: "", fn: "", loc: { file: 0, line: 0, col: 0 } },
};

/** A name without what hangs on where members lie: the sides' structs may differ. */
export function plainName(name: string): string {
  return name.replace(/([+@])-?\d+/g, "$1");
}

/** The call on the path that gave what a name is of, or what leads to it; null where none did. */
export function makerOf(name: string): string | null {
  return /^\*?([\w.>@+-]+\((?:"[^"]*")?\)(?: #\d+)?)(?:$|->|[.+@])/.exec(name)?.[1] ?? null;
}

/** Whether a path made a call, by its key: "clk_get("bus") #2". */
export function wasCalled({ calls }: Ledger, key: string): boolean {
  const [, base = "", n = "1"] = /^(.*?\))(?: #(\d+))?$/.exec(key) ?? [];
  return (calls.get(base) ?? 0) >= Number(n);
}
