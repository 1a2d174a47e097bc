/**
 * The two sides of a patch as C that can be laid over the reference kernel: for each file the definitions that the diff
 * shows whole on that side, with the document line of every line. Leaves out partial definitions: they cannot run, and
 * `skipped` names them with the reason.
 */
import { replaceComments } from "../../emulator/c/comments.ts";
import type { Era } from "../../emulator/kernel/era.ts";
import { type OverlayUnit, referenceKnows, referenceMembers } from "../../emulator/kernel.ts";
import type { Patch, Side, SideDefinition } from "../mail/types.ts";
import { isOff } from "./conditions.ts";

export interface SideOverlay {
  readonly units: readonly OverlayUnit[];
  /** For each unit, the document line of each of its lines (index 0 is line 1); 0 for lines of our own. */
  readonly docLines: readonly (readonly number[])[];
  /** Whole functions of this side, by path and name. */
  readonly functions: readonly SideDefinition[];
  /** Names of functions that the diff shows only in part. */
  readonly partial: readonly SideDefinition[];
  /** Names of everything else that is laid over: macros, structs ... */
  readonly others: readonly SideDefinition[];
  /** Functions that lie in an `#if` that is off here. */
  readonly off?: readonly SideDefinition[];
}

/** Macros, then types, then variables, then functions: the order in which a file would have to declare them. */
const RANK: Record<SideDefinition["kind"], number> = {
  macro: 0,
  enum: 1,
  typedef: 1,
  struct: 1,
  union: 1,
  variable: 2,
  function: 3,
};

/** Programs of user space in the kernel's repository; nvdimm's and cxl's tests are modules of the kernel. */
export const isUserSpace = (path: string): boolean =>
  /^(?:tools|scripts|usr|Documentation)\//.test(path) && !/^tools\/testing\/(?:nvdimm|cxl)\//.test(path);

/** C of the kernel: what may run here. */
export const isKernelC = (path: string): boolean => /\.[ch]$/.test(path) && !isUserSpace(path);

/** Code of an architecture that the machine is not: its functions run path by path at most. */
export const isOtherArch = (path: string): boolean => /^arch\/(?!x86\/)/.test(path);

/** C of the kernel that scenarios may run. */
export const isOfMachine = (path: string): boolean => isKernelC(path) && !isOtherArch(path);

/**
 * Gathers one side. Comment-only and non-C files give nothing. `has`: whether the reference kernel has what a definition
 * says; a variable, macro or type that context lines merely show is then not laid over it.
 */
export function overlayOf(
  patch: Patch,
  side: Side,
  has: (d: SideDefinition) => boolean = () => false,
): SideOverlay {
  const whole = new Map<string, SideDefinition[]>();
  const given = new Set<string>();
  const partial: SideDefinition[] = [];
  const off: SideDefinition[] = [];
  for (const d of patch.definitions) {
    if (d.side !== side || !isOfMachine(d.path)) continue;
    if (d.visible !== "whole") {
      if (d.kind === "function") partial.push(d);
      continue;
    }
    if (isOff(patch, d)) {
      if (d.kind === "function") off.push(d);
      continue;
    }
    if (d.kind !== "function" && !d.changed && has(d)) continue;
    // A definition can be shown twice (a function below the #else of another): the first stands.
    const key = `${d.kind} ${d.name} ${d.path}`;
    if (given.has(key)) continue;
    given.add(key);
    const list = whole.get(d.path);
    if (list === undefined) whole.set(d.path, [d]);
    else list.push(d);
  }
  const units: OverlayUnit[] = [];
  const docLines: number[][] = [];
  const all: SideDefinition[] = [];
  for (const [path, list] of whole) {
    const ordered = [...list].sort((a, b) => RANK[a.kind] - RANK[b.kind]);
    const text: string[] = [];
    const lines: number[] = [];
    for (const d of ordered) {
      const body = d.text.replace(/\n$/, "").split("\n");
      body.forEach((line, i) => {
        text.push(line);
        lines.push(d.lines[i] ?? 0);
      });
      text.push("");
      lines.push(0);
    }
    all.push(...ordered);
    units.push({ path, text: text.join("\n") });
    docLines.push(lines);
  }
  return {
    units,
    docLines,
    functions: all.filter((d) => d.kind === "function"),
    partial,
    others: all.filter((d) => d.kind !== "function"),
    off,
  };
}

/**
 * Whether the reference kernel of an era has the name that a definition gives; a type with every member that its own has is
 * none that it has: code which the patch shows may need the further ones.
 */
export function referenceHas(era: Era, d: SideDefinition): boolean {
  if (d.kind !== "struct" && d.kind !== "union" && d.kind !== "enum") return referenceKnows(era, d.name);
  const members = referenceMembers(era, d.name);
  if (members === null) return false;
  const words = new Set(replaceComments(d.text, true, () => " ").match(/[A-Za-z_]\w*/g) ?? []);
  return [...members].some((m) => !words.has(m));
}

/** The text of a side without comments and white space: equal on both sides, nothing that runs has changed. */
export function codeOf(overlay: SideOverlay): string {
  return overlay.units
    .map((u) => `${u.path}\n${replaceComments(u.text, true, () => " ").replace(/\s+/g, " ")}`)
    .join("\n");
}
