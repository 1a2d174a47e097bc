/**
 * What of a run is the patch's: functions that it changes, and functions that come out otherwise on the other side because
 * of a macro, a type or an enumerator of the patch, or that name data whose initialiser it changes. Compared are the
 * lowered code and the initial bytes, so a name that merely stands in the text counts for nothing. Leaves out which lines
 * of the mail ran (case.ts).
 */
import { Op } from "../../emulator/vm/bytecode.ts";
import { compiledBody, namesAddress, sameGlobal } from "../../emulator/vm/compiled.ts";
import { type FnCode, type GlobalInfo, TEXT_BASE } from "../../emulator/vm/image.ts";
import type { PatchSide } from "./side.ts";
import type { Side } from "./types.ts";

export class ChangedCode {
  private readonly sides: Readonly<Record<Side, PatchSide>>;
  /** The sides were linked in one address space: what has the same name has the same id and address. */
  private readonly comparable: boolean;
  private readonly known: Readonly<Record<Side, Map<number, boolean>>> = {
    before: new Map(),
    after: new Map(),
  };
  private readonly seen: Record<Side, number> = { before: 0, after: 0 };
  private readonly objects: Readonly<Record<Side, Map<bigint, GlobalInfo>>> = {
    before: new Map(),
    after: new Map(),
  };
  /** Address and end of each object that the sides have with other contents. */
  private readonly differing = new Map<bigint, bigint>();
  private entries: ReadonlySet<string> | null = null;
  /** Only functions are changed: nothing else has to be compared. */
  private readonly functionsOnly: boolean;

  constructor(before: PatchSide, after: PatchSide) {
    this.sides = { before, after };
    const space = before.kernel.image.space;
    this.comparable = space !== undefined && space === after.kernel.image.space;
    this.functionsOnly = before.overlay.others.length + after.overlay.others.length === 0;
  }

  /** Whether a run of this side that entered the function ran what the patch changes. */
  reaches(side: Side, id: number): boolean {
    const mine = this.sides[side];
    if (mine.fn(id).fidelity === "diff") return true;
    if (this.functionsOnly) return false;
    this.entries ??= this.entriesOfTables();
    if (this.entries.has(mine.fn(id).name)) return true;
    let found = this.known[side].get(id);
    if (found === undefined) {
      found = this.differs(side, id);
      this.known[side].set(id, found);
    }
    return found;
  }

  private differs(side: Side, id: number): boolean {
    const mine = this.sides[side];
    const image = mine.kernel.image;
    const code = compiledBody(image, id).body;
    if (!this.comparable) return this.namesChanged(mine, code);
    const other = this.sides[side === "before" ? "after" : "before"].kernel.image;
    const f = mine.fn(id);
    // What nothing of the other image has called yet is asked for by its name.
    if ((other.functions[id]?.name ?? "") === "") other.findFunction(f.name, f.path);
    const g = other.functions[id];
    // Of another file, or of another layer: not the same function, and not by a line of the patch.
    if (g === undefined || g.name !== f.name) return false;
    if (!sameInstructions(code, compiledBody(other, id).body)) return true;
    this.noteObjects();
    return namesAddress(code, (at) => this.isDiffering(at));
  }

  /**
   * Names of the functions that changed tables point to on some side: whoever stored the table's address has run long ago,
   * mostly while the machine booted.
   */
  private entriesOfTables(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const side of ["before", "after"] as const) {
      const { kernel, overlay } = this.sides[side];
      const tables = new Set(overlay.others.flatMap((d) => (d.kind === "variable" ? [d.name] : [])));
      for (const name of tables) kernel.image.globalAddress(name);
      for (const g of kernel.image.globals)
        if (tables.has(g.name))
          pointsInto(g, (at) => {
            const fn = at >= TEXT_BASE ? kernel.image.functions[Number((at - TEXT_BASE) >> 4n)] : undefined;
            if (fn !== undefined && fn.name !== "") names.add(fn.name);
            return false;
          });
    }
    return names;
  }

  /** Sides of two eras: a function that names an object whose definition the patch changes. */
  private namesChanged(mine: PatchSide, code: FnCode): boolean {
    const names = new Set(mine.overlay.others.flatMap((d) => (d.kind === "variable" ? [d.name] : [])));
    if (names.size === 0) return false;
    return mine.kernel.image.globals.some(
      (g) => names.has(g.name) && namesAddress(code, (at) => within(at, g)),
    );
  }

  /** Objects that both images have laid out and that differ, and those that point to such a one. */
  private noteObjects(): void {
    const images = { before: this.sides.before.kernel.image, after: this.sides.after.kernel.image };
    let fresh = false;
    for (const side of ["before", "after"] as const) {
      const other = side === "before" ? "after" : "before";
      const { globals } = images[side];
      for (; this.seen[side] < globals.length; this.seen[side]++) {
        const g = globals[this.seen[side]]!;
        fresh = true;
        this.objects[side].set(g.address, g);
        const h = this.objects[other].get(g.address);
        if (h !== undefined && !sameGlobal(g, h)) this.mark(g, h);
      }
    }
    if (!fresh || this.differing.size === 0) return;
    for (let more = true; more; ) {
      more = false;
      for (const image of [images.before, images.after])
        for (const g of image.globals)
          if (!this.differing.has(g.address) && pointsInto(g, (at) => this.isDiffering(at))) {
            this.mark(g, g);
            more = true;
          }
    }
  }

  private mark(g: GlobalInfo, h: GlobalInfo): void {
    this.differing.set(g.address, g.address + BigInt(Math.max(g.size, h.size)));
  }

  private isDiffering(at: bigint): boolean {
    for (const [start, end] of this.differing) if (at >= start && at < end) return true;
    return false;
  }
}

const within = (at: bigint, g: GlobalInfo): boolean =>
  at >= g.address && at < g.address + BigInt(Math.max(g.size, 1));

/** Whether a word of the object's initial bytes points to something that `wanted` takes. */
function pointsInto(g: GlobalInfo, wanted: (at: bigint) => boolean): boolean {
  if (g.init === null) return false;
  const view = new DataView(g.init.buffer, g.init.byteOffset, g.init.length);
  for (let at = 0; at + 8 <= g.init.length; at += 8)
    if (view.getUint32(at + 4, true) === 0xffffffff && wanted(view.getBigUint64(at, true))) return true;
  return false;
}

/** Whether two bodies do the same, wherever they stand in their files; instructions that count lines are left out. */
function sameInstructions(x: FnCode, y: FnCode): boolean {
  const [a, b] = [x.code, y.code];
  if (x.consts.length !== y.consts.length || x.consts.some((c, i) => c !== y.consts[i])) return false;
  let i = 0;
  let j = 0;
  for (;;) {
    while (i < a.length && a[i] === Op.LINE) i += 4;
    while (j < b.length && b[j] === Op.LINE) j += 4;
    if (i >= a.length || j >= b.length) break;
    for (let k = 0; k < 4; k++) if (a[i + k] !== b[j + k]) return false;
    i += 4;
    j += 4;
  }
  return i >= a.length && j >= b.length && parts(x) === parts(y);
}

function parts(c: FnCode): string {
  return JSON.stringify([c.switches, c.bitfields, c.traps], (_k, v) => (typeof v === "bigint" ? `${v}n` : v));
}
