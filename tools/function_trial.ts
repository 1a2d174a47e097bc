/**
 * What the trials of function cases share (any_mutants.ts, any_versions.ts, any_refactors.ts): files drawn from a tree by a
 * seed, two texts of one file run as the sides of a patch, and what is told of them. Leaves out where the texts come from.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { diffArrays } from "diff";
import type { Difference } from "../emulator/function/compare.ts";
import type { Bounds } from "../emulator/function/explore.ts";
import { FunctionCases } from "../server/review/function_case.ts";
import type { SideImages } from "../server/source/images.ts";
import { openTree } from "../server/source/tree.ts";

/** Folders of `drivers/` that trials draw from when none are named. */
export const FOLDERS = "usb,clk,dma,iio,leds,hwmon,pci,remoteproc,watchdog,spi,i2c,mmc";

/** A generator of numbers below n that a seed decides. */
export function drawer(seed: string): (n: number) => number {
  let state = BigInt(seed);
  return (n) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return Number((state >> 33n) % BigInt(n));
  };
}

export function shuffled<T>(list: readonly T[], draw: (n: number) => number): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** The C files of folders of `drivers/`, or of the tree where a folder begins with "./" ("./net", "./sound"), by path. */
export function driverFiles(root: string, folders: string): string[] {
  return folders.split(",").flatMap((f) => {
    const folder = f.startsWith("./") ? f.slice(2) : `drivers/${f}`;
    return (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter((p) => p.endsWith(".c"))
      .map((p) => `${folder}/${p}`)
      .sort();
  });
}

/** The tree at a path; ends the process where there is none. */
export function treeAt(path: string | undefined) {
  const opened = openTree(path ?? "");
  if (opened.tree === null) {
    console.log(`${opened.problem} (--tree DIR; npm run --silent kernel -- --all prints one)`);
    process.exit(2);
  }
  return opened.tree;
}

/** Lines of context that a mail shows around a change. */
const CONTEXT = 3;

/** Where each line of both texts would stand in a mail that changes one to the other; 0 where it would not show it. */
function shownLines(before: string, after: string): Record<"before" | "after", number[]> {
  const out: Record<"before" | "after", number[]> = { before: [], after: [] };
  let line = 0;
  const parts = diffArrays(before.split("\n"), after.split("\n"));
  parts.forEach(({ value, added, removed }, n) => {
    value.forEach((_, i) => {
      line++;
      const near = (n > 0 && i < CONTEXT) || (n < parts.length - 1 && i >= value.length - CONTEXT);
      const shown = added || removed || near ? line : 0;
      if (!added) out.before.push(shown);
      if (!removed) out.after.push(shown);
    });
  });
  return out;
}

/** Images of one file whose sides are given, as if a patch had changed it. */
export function sidesOf(path: string, before: string, after: string): SideImages {
  const shown = shownLines(before, after);
  return {
    files: [
      {
        path,
        oldPath: path,
        pristine: before,
        before,
        after,
        beforeDocLines: shown.before,
        afterDocLines: shown.after,
        source: "work tree",
        hunks: [],
        touched: true,
        own: true,
      },
    ],
    notes: [],
    reversed: false,
    standing: { kind: "forward" } as unknown as SideImages["standing"],
    torn: new Map(),
  };
}

export interface Told {
  readonly fresh: readonly string[];
  readonly possible: number;
  readonly fixed: readonly string[];
  /** Names that some path called without knowing them. */
  readonly assumed: ReadonlySet<string>;
  /** Functions of the file that some path went through. */
  readonly ran: ReadonlySet<string>;
  readonly differences: readonly Difference[];
  readonly paths: number;
  readonly notes: readonly string[];
}

/** A difference in one line. */
export function differenceText(d: Difference): string {
  const life = d.entry.leave === null ? "" : `+${d.entry.leave}`;
  const when = [...d.forced].map(([k, v]) => `${k}=${v}`).join(", ") || "all goes well";
  return `[${d.entry.name}${life}] ${d.fault.kind}: ${d.fault.what} (line ${d.fault.at.loc.line}, taken ${d.fault.taken?.loc.line ?? "-"}; ${when})`;
}

/** Runs every function case of two texts of a file and tells what differs. */
export function tell(
  tree: ReturnType<typeof treeAt>,
  path: string,
  before: string,
  after: string,
  bounds: Bounds,
): Told {
  const cases = new FunctionCases(tree, sidesOf(path, before, after), true);
  const fresh: string[] = [];
  const fixed: string[] = [];
  const notes: string[] = [];
  const assumed = new Set<string>();
  const ran = new Set<string>();
  const differences: Difference[] = [];
  let possible = 0;
  let paths = 0;
  for (const entry of cases.plan.entries) {
    const r = cases.run(entry, {
      bounds,
      only: null,
      watch: (_side, _forced, result) => {
        for (const a of result.assumed) assumed.add(a);
      },
    });
    paths += r.paths.before + r.paths.after;
    for (const name of r.ran) ran.add(name);
    if (r.note !== "") notes.push(r.note);
    differences.push(...r.differences);
  }
  differences.push(...cases.statics());
  for (const d of differences) {
    if (d.verdict !== "new" && d.verdict !== "fixed") continue;
    if (d.fault.possible) possible++;
    else (d.verdict === "new" ? fresh : fixed).push(differenceText(d));
  }
  return { fresh, fixed, possible, assumed, ran, differences, paths, notes };
}
