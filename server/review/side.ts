/**
 * One side of a patch, ready to run: its era, its image, the booted machine, and the way back from a place in the C to a
 * line of the mail. Leaves out comparing the sides (compare.ts) and blame (blame.ts).
 */
import "../shipped.ts";
import type { Loc } from "../../emulator/c/ast.ts";
import type { AddressSpace } from "../../emulator/c/space.ts";
import { expansionLoc } from "../../emulator/c/token.ts";
import type { Era } from "../../emulator/kernel/era.ts";
import { buildKernelImage, type KernelImage } from "../../emulator/kernel.ts";
import { buildTreeImage } from "../../emulator/kernel_tree.ts";
import type { Memory } from "../../emulator/mem/memory.ts";
import { type BootedImage, bootImage } from "../../emulator/scenario/runner.ts";
import type { EventFrame } from "../../emulator/trace/event.ts";
import type { FnInfo } from "../../emulator/vm/image.ts";
import type { DiffLineKind, Patch } from "../mail/types.ts";
import { scenarioUnits } from "../scenarios/to_c.ts";
import type { ScenarioFile } from "../scenarios/types.ts";
import { overlayOf, type SideOverlay } from "../source/overlay.ts";
import type { TreeSide } from "../source/tree_side.ts";
import type { FidelityName, Side } from "./types.ts";

/** Where a document line stands in the file on its side. */
export interface DiffPlace {
  readonly path: string;
  readonly line: number;
  readonly kind: DiffLineKind;
  readonly text: string;
}

export interface SideOptions {
  readonly cancelled?: (() => boolean) | undefined;
  /** What both sides share, so that their runs can be one until they part. */
  readonly space?: AddressSpace | undefined;
  /** Scenarios that came as files. */
  readonly written?: readonly ScenarioFile[];
}

export class PatchSide {
  readonly side: Side;
  readonly era: Era;
  readonly overlay: SideOverlay;
  readonly kernel: KernelImage;
  /** The side's files come whole from a kernel tree. */
  readonly inTree: boolean;
  private readonly places = new Map<number, DiffPlace>();
  private boot: () => BootedImage;
  private machine: BootedImage | null = null;

  constructor(
    patch: Patch,
    side: Side,
    era: Era,
    memory: Memory,
    source: SideOverlay | TreeSide = overlayOf(patch, side),
    { cancelled, space, written = [] }: SideOptions = {},
  ) {
    this.side = side;
    this.era = era;
    const scenarios = scenarioUnits(written, era);
    if ("overlay" in source) {
      this.overlay = source.overlay;
      this.kernel = buildTreeImage(era, source.units, source.source, space, scenarios);
      this.inTree = true;
    } else {
      this.overlay = source;
      this.kernel = buildKernelImage(era, source.units, space, scenarios);
      this.inTree = false;
    }
    this.boot = () => bootImage(this.kernel.image, era, memory, cancelled);
    for (const file of patch.files)
      for (const hunk of file.hunks)
        for (const l of hunk.lines)
          this.places.set(l.docLine, {
            path: file.path || file.oldPath,
            line: (side === "before" ? l.oldLine : l.newLine) ?? 0,
            kind: l.kind,
            text: l.text,
          });
  }

  /** The machine, booted when first wanted. */
  get booted(): BootedImage {
    this.machine ??= this.boot();
    return this.machine;
  }

  /** Has the machine booted otherwise: with the other side's. */
  bootBy(boot: () => BootedImage): void {
    this.boot = boot;
  }

  /** Forgets the machine, whose memory another may have: it boots when next wanted. */
  bootAnew(): void {
    this.machine = null;
  }

  /** Why the machine does not boot; "" while nobody wanted it. */
  get bootProblem(): string {
    return this.machine === null || this.machine.snapshot !== null
      ? ""
      : this.machine.boot.end.reason.message;
  }

  /** Document line of a place in the C, or 0 when the mail does not show it. For macros: where the diff uses them. */
  docLine(loc: Loc | null): number {
    let found = 0;
    for (let at: Loc | undefined = loc ?? undefined; at !== undefined; at = at.via)
      found = this.overlay.docLines[this.kernel.overlays[at.file] ?? -1]?.[at.line - 1] ?? found;
    return found;
  }

  /** Lowers the functions that the patch changes, whether or not a run reached them. */
  lowerPatch(): void {
    for (const d of this.overlay.functions) {
      const id = this.kernel.image.findFunction(d.name, d.path);
      if (id >= 0) this.kernel.image.lower(id);
    }
  }

  /** How the mail marks the lines that only this side has. */
  get sign(): "-" | "+" {
    return this.side === "before" ? "-" : "+";
  }

  /** Changed lines of data, macros and types of this side: removed ones before, added ones after. */
  changedData(): { readonly docLine: number; readonly place: DiffPlace }[] {
    return this.overlay.others
      .flatMap((d) => d.lines)
      .flatMap((docLine) => {
        const place = this.place(docLine);
        return place?.kind === this.sign ? [{ docLine, place }] : [];
      });
  }

  place(docLine: number): DiffPlace | null {
    return this.places.get(docLine) ?? null;
  }

  fn(id: number): FnInfo {
    return this.kernel.image.functions[id]!;
  }

  /** Path and line of a place, for what is not in the mail. */
  sourceOf(loc: Loc | null): { path: string; line: number } {
    if (loc === null) return { path: "", line: 0 };
    const at = expansionLoc(loc);
    return { path: this.kernel.image.files[at.file]?.path ?? "", line: at.line };
  }

  /** Whose text a function is that the mail does not show: the kernel tree's or the reference kernel's. */
  keeperOf({ fidelity }: Pick<FnInfo, "fidelity">): "tree" | "reference" {
    return fidelity === "tree" || (fidelity === "diff" && this.inTree) ? "tree" : "reference";
  }

  /** Innermost frame whose place is in the mail. */
  diffFrame(stack: readonly EventFrame[]): { frame: EventFrame; docLine: number } | null {
    for (const frame of stack) {
      if (this.fn(frame.fn).fidelity !== "diff") continue;
      const docLine = this.docLine(frame.loc);
      if (docLine > 0) return { frame, docLine };
    }
    return null;
  }

  /**
   * Functions that ran, in the order of the sources, each with its fidelity; equal entries are one object, because every
   * run lists hundreds.
   */
  functionList(ids: readonly number[], natives: readonly string[]): RanFunction[] {
    let of = this.lists.get(ids);
    if (of === undefined) this.lists.set(ids, (of = this.sorted(ids)));
    return [...of, ...[...natives].sort().map((name) => ranFunction(name, "shim"))];
  }

  /** By the list of a run, which its case and each finding ask for. */
  private readonly lists = new WeakMap<readonly number[], readonly RanFunction[]>();

  private sorted(ids: readonly number[]): RanFunction[] {
    return [...ids]
      .sort((a, b) => this.rank(a) - this.rank(b) || this.inTreeOrder(a, b))
      .map((id) => {
        const { name, fidelity } = this.fn(id);
        const known = this.listed[id];
        // What cannot run as it is is stood in for when it is lowered, which changes its fidelity.
        if (known !== undefined && known.fidelity === fidelity) return known;
        return (this.listed[id] = ranFunction(name, fidelity === "user" ? "diff" : fidelity));
      });
  }

  private readonly listed: RanFunction[] = [];

  /**
   * A function's place among the sources. Ids are given as code is met, and places to files of a kernel tree as they are read,
   * so both depend on which cases and patches ran before; what a review lists must not.
   */
  private rank(id: number): number {
    let rank = this.ranks[id];
    if (rank === undefined) {
      const { loc } = this.fn(id);
      const file = loc === null ? 0 : (this.kernel.overlays[loc.file] ?? loc.file);
      const ofTree = loc !== null && file === loc.file && this.isOfTree(file);
      rank = this.ranks[id] = loc === null ? 0 : ofTree ? OF_TREE : file * 4194304 + loc.line;
    }
    return rank;
  }

  /** Whether a place of the file table is a file's that the kernel tree has as it came. */
  private isOfTree(file: number): boolean {
    return this.kernel.overlays[file] === undefined && this.kernel.image.files[file]?.origin === "tree";
  }

  /** Functions of one rank: by path, line and name. */
  private inTreeOrder(a: number, b: number): number {
    const [f, g] = [this.fn(a), this.fn(b)];
    if (this.rank(a) === OF_TREE) {
      if (f.path !== g.path) return f.path < g.path ? -1 : 1;
      const lines = (f.loc?.line ?? 0) - (g.loc?.line ?? 0);
      if (lines !== 0) return lines;
    }
    return f.name < g.name ? -1 : 1;
  }

  private readonly ranks: number[] = [];
}

/** Rank of what the kernel tree has, behind all that has a rank of its own. */
const OF_TREE = Number.MAX_SAFE_INTEGER;

export interface RanFunction {
  readonly name: string;
  readonly fidelity: FidelityName;
}

const ran = new Map<string, RanFunction>();

function ranFunction(name: string, fidelity: FidelityName): RanFunction {
  const key = `${fidelity} ${name}`;
  let known = ran.get(key);
  if (known === undefined) {
    if (ran.size > 20_000) ran.clear();
    known = { name, fidelity };
    ran.set(key, known);
  }
  return known;
}
