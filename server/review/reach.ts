/**
 * The shipped table of what each case enters (emulator/scenario/reach.ts), packed and read. Leaves out making it
 * (tools/reach.ts) and what is chosen by it (plan.ts).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import type { Era } from "../../emulator/kernel/era.ts";
import type { EraReach } from "../../emulator/scenario/reach.ts";
import { paramsText, parseParams, type ScenarioDef } from "../../emulator/scenario/runner.ts";

/** Raised when what is told of a case changes. */
export const REACH_VERSION = 4;

/** A table as it is kept: numbers as text, so that reading costs little. */
interface Packed {
  readonly version: number;
  readonly digest: string;
  readonly eras: readonly {
    readonly era: Era;
    /** name, title, "order=0,9 index=0" */
    readonly scenarios: readonly (readonly [string, string, string])[];
    /** Names, joined by blanks. */
    readonly names: string;
    /** Function of each variant: differences, LEB128, base64. */
    readonly variants: string;
    /** label, steps, variants, faults of the reference kernel itself */
    readonly cases: readonly (readonly [string, number, string, ...string[]])[];
  }[];
}

/** Numbers as their differences in zigzag LEB128, base64. */
function pack(numbers: readonly number[]): string {
  const bytes: number[] = [];
  let last = 0;
  for (const n of numbers) {
    const d = n - last;
    last = n;
    let z = d < 0 ? -2 * d - 1 : 2 * d;
    for (; z >= 128; z >>>= 7) bytes.push((z & 127) | 128);
    bytes.push(z);
  }
  return Buffer.from(bytes).toString("base64");
}

function unpack(text: string): Int32Array {
  const bytes = Buffer.from(text, "base64");
  const out = new Int32Array(bytes.length);
  let n = 0;
  let last = 0;
  for (let i = 0; i < bytes.length; ) {
    let z = 0;
    let shift = 0;
    for (;;) {
      const b = bytes[i++] ?? 0;
      z |= (b & 127) << shift;
      shift += 7;
      if (b < 128) break;
    }
    last += z & 1 ? -((z + 1) >>> 1) : z >>> 1;
    out[n++] = last;
  }
  return out.subarray(0, n);
}

/** The form in which tables are kept. */
export function packReach(digest: string, eras: readonly EraReach[]): Packed {
  return {
    version: REACH_VERSION,
    digest,
    eras: eras.map((e) => ({
      era: e.era,
      scenarios: e.scenarios.map((s) => [s.name, s.title, paramsText(s.params)]),
      names: e.names.join(" "),
      variants: pack(e.variants),
      cases: e.cases.map((c) => [c.label, c.steps, pack(c.variants), ...c.faults]),
    })),
  };
}

interface KnownCase {
  readonly steps: number;
  readonly packed: string;
  readonly faults: readonly string[];
  /** `packed`, once it was asked for. */
  variants: Int32Array | null;
}

/** What is known of one era's cases. */
export class ReachTable {
  /** The catalogue; a scenario's address is a side's own. */
  readonly scenarios: readonly ScenarioDef[];
  private readonly ids: ReadonlyMap<string, number>;
  private readonly variants: Int32Array;
  private readonly cases: ReadonlyMap<string, KnownCase>;
  /** By set of names: the variants of functions of these names are 1. Whoever asks with a set does not change it. */
  private readonly masks = new WeakMap<ReadonlySet<string>, Uint8Array>();
  private readonly sorted = new WeakMap<readonly ReadonlySet<string>[], Uint8Array>();

  constructor(packed: Packed["eras"][number]) {
    this.scenarios = packed.scenarios.map(([name, title, params]) => ({
      name,
      title,
      params: parseParams(params),
      run: 0n,
    }));
    this.ids = new Map(packed.names.split(" ").map((n, i) => [n, i]));
    this.variants = unpack(packed.variants);
    this.cases = new Map(
      packed.cases.map(([label, steps, list, ...faults]) => [
        label,
        { steps, packed: list, faults, variants: null },
      ]),
    );
  }

  /** Whether some case enters a function of this name. */
  knows(name: string): boolean {
    return !name.startsWith("!") && this.ids.has(name);
  }

  /** Names of the functions that a case enters; null for an unknown case. */
  entered(label: string): ReadonlySet<string> | null {
    const c = this.cases.get(label);
    if (c === undefined) return null;
    const names = [...this.ids.keys()];
    return new Set(Array.from(unpack(c.packed), (v) => names[this.variants[v]!]!));
  }

  /** Keys (compare.ts) of the faults that the reference kernel itself has in a case; null for an unknown case. */
  faults(label: string): readonly string[] | null {
    return this.cases.get(label)?.faults ?? null;
  }

  /** The number of the function that a variant is of. */
  functionOf(variant: number): number {
    return this.variants[variant] ?? -1;
  }

  /** Instructions of a case, and the variants in which it enters functions of these names; null for an unknown case. */
  of(
    label: string,
    names: ReadonlySet<string>,
  ): { readonly steps: number; readonly variants: readonly number[] } | null {
    const c = this.cases.get(label);
    if (c === undefined) return null;
    const mask = this.maskOf(names);
    const all = (c.variants ??= unpack(c.packed));
    const variants: number[] = [];
    for (let i = 0; i < all.length; i++) if (mask[all[i]!] === 1) variants.push(all[i]!);
    return { steps: c.steps, variants };
  }

  /** As of(), of up to eight sets of names in one go: what is asked of every case before a plan is made. */
  ofEach(
    label: string,
    sets: readonly ReadonlySet<string>[],
  ): { readonly steps: number; readonly variants: readonly (readonly number[])[] } | null {
    const c = this.cases.get(label);
    if (c === undefined) return null;
    const bits = this.bitsOf(sets);
    const all = (c.variants ??= unpack(c.packed));
    const variants: number[][] = sets.map(() => []);
    for (let i = 0; i < all.length; i++) {
      const v = all[i]!;
      const of = bits[v]!;
      if (of !== 0) for (let k = 0; k < variants.length; k++) if ((of & (1 << k)) !== 0) variants[k]!.push(v);
    }
    return { steps: c.steps, variants };
  }

  /** Of each variant the sets that have its function's name, as bits. */
  private bitsOf(sets: readonly ReadonlySet<string>[]): Uint8Array {
    let bits = this.sorted.get(sets);
    if (bits === undefined) {
      this.sorted.set(sets, (bits = new Uint8Array(this.variants.length)));
      for (const [k, names] of sets.entries()) {
        const mask = this.maskOf(names);
        for (let v = 0; v < bits.length; v++) bits[v]! |= mask[v]! << k;
      }
    }
    return bits;
  }

  private maskOf(names: ReadonlySet<string>): Uint8Array {
    let mask = this.masks.get(names);
    if (mask === undefined) {
      const wanted = new Set<number | undefined>();
      for (const n of names) wanted.add(this.ids.get(n));
      mask = Uint8Array.from(this.variants, (f) => (wanted.has(f) ? 1 : 0));
      this.masks.set(names, mask);
    }
    return mask;
  }
}

let shipped: Packed | null | undefined;
const tables = new Map<Era, ReachTable>();

/** The table of an era; null where none was built: then every case is run. */
export function reachOf(era: Era): ReachTable | null {
  if (shipped === undefined) shipped = load();
  let table = tables.get(era);
  const packed = table === undefined ? shipped?.eras.find((e) => e.era === era) : undefined;
  if (packed !== undefined) tables.set(era, (table = new ReachTable(packed)));
  return table ?? null;
}

function load(): Packed | null {
  const root = process.env["FOLIOSCOPE_ROOT"];
  const beside = typeof __dirname === "string" ? [join(__dirname, "reach.bin")] : [];
  const file = [...beside, ...(root === undefined ? [] : [join(root, "dist", "reach.bin")])].find((f) =>
    existsSync(f),
  );
  if (file === undefined) return null;
  const packed = JSON.parse(brotliDecompressSync(readFileSync(file)).toString("utf8")) as Packed;
  return packed.version === REACH_VERSION ? packed : null;
}
