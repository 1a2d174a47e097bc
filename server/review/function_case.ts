/**
 * Function cases of a patch: the functions that it changes, and those of the same file that a core calls and that reach
 * them, run on both sides with every callee failing in turn. Leaves out how a path is run (emulator/function) and
 * findings as surfaces show them.
 */

import type { SourceFile } from "../../emulator/c/ast.ts";
import { type OutlineItem, outline } from "../../emulator/c/outline.ts";
import { compareEntry, type Difference, type EntryResult } from "../../emulator/function/compare.ts";
import { type Bounds, type Entry, type Side, USUAL_BOUNDS } from "../../emulator/function/explore.ts";
import { KernelSources } from "../../emulator/function/sources.ts";
import { staticDifferences } from "../../emulator/function/static_checks.ts";
import { functionSource, headerIndex } from "../source/function_source.ts";
import type { KernelTree, SideImages } from "../source/images.ts";
import { readContracts } from "./contracts.ts";

export interface FunctionCases {
  readonly entries: readonly EntryResult[];
  readonly files: readonly SourceFile[];
  /** Functions whose text differs. */
  readonly changed: readonly string[];
  readonly notes: readonly string[];
}

export interface FunctionOptions {
  readonly bounds: Bounds;
  /** Which functions, by name; null: all that are changed. */
  readonly only: ((name: string) => boolean) | null;
  /** Told of every path that ran. */
  readonly watch?: Parameters<typeof compareEntry>[4];
}

export const USUAL_OPTIONS: FunctionOptions = { bounds: USUAL_BOUNDS, only: null };

/** Members of initialisers through which a core calls a function whose failure ends what it began. */
const BEGIN =
  /\.(probe|probe_new|bind|init|attach|connect|add|open|alloc|setup|start|load|create|add_dev|remoteproc_probe|startup|hw_init|alloc_inst|alloc_func|udc_start)\s*=\s*&?(\w+)/g;
const PAIRS: readonly (readonly [string, string])[] = [
  ["probe", "remove"],
  ["probe", "remove_new"],
  ["probe", "disconnect"],
  ["probe", "shutdown_never"],
  ["bind", "unbind"],
  ["open", "release"],
  ["attach", "detach"],
];

/** Runs the function cases of a patch's images in a tree. */
export function functionCases(
  tree: KernelTree,
  images: SideImages,
  options: FunctionOptions = USUAL_OPTIONS,
): FunctionCases {
  const files = images.files.filter(
    (f) => f.touched && /\.[ch]$/.test(f.path) && f.before !== null && f.after !== null,
  );
  const c = files.filter((f) => f.path.endsWith(".c"));
  const notes: string[] = [];
  if (c.length === 0)
    return { entries: [], files: [], changed: [], notes: ["no C file that both sides have"] };
  const { contracts } = readContracts();
  const index = headerIndex(tree);
  const paths = c.map((f) => f.path);
  const source = functionSource(
    tree,
    index,
    paths,
    (path) => files.find((f) => f.path === path)?.after ?? null,
  );
  const sources = new KernelSources(source);
  const own = new Set(paths);
  const side = (which: "before" | "after"): Side => ({
    program: sources.program(files.map((f) => ({ path: f.path, text: f[which]! }))),
    contracts,
    files: own,
  });
  const before = side("before");
  const after = side("after");
  const entries: EntryResult[] = [];
  const changed: string[] = [];
  for (const f of c) {
    const names = changedFunctions(f.before!, f.after!);
    changed.push(...names);
    const statics = staticDifferences(
      before,
      after,
      f.path,
      names.filter((n) => !f.hunks.some((h) => h.fate.kind === "rejected" && h.header.includes(n))),
    );
    if (statics.length > 0)
      entries.push({
        entry: statics[0]!.entry,
        differences: statics,
        paths: { before: 0, after: 0 },
        left: 0,
        note: "",
        ends: new Map(),
      });
    const blocked = refusedIn(f);
    if (blocked === "all") {
      notes.push(`${f.path}: hunks do not fit the tree, so its functions are not judged`);
      continue;
    }
    for (const name of blocked) notes.push(`${name}() is not judged: a hunk in it does not fit the tree`);
    for (const entry of entriesOf(f.path, f.before!, f.after!, names, blocked)) {
      if (options.only !== null && !options.only(entry.name)) continue;
      entries.push(compareEntry(before, after, entry, options.bounds, options.watch));
    }
  }
  return { entries, files: sources.files, changed, notes };
}

function functionsOf(text: string): Map<string, string> {
  const lines = text.split("\n");
  const out = new Map<string, string>();
  for (const item of outline(text) as OutlineItem[]) {
    if (item.kind !== "function") continue;
    const body = lines.slice(item.startLine - 1, item.endLine).join("\n");
    out.set(item.name, (out.get(item.name) ?? "") + strip(body));
  }
  return out;
}

function strip(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, " ").replace(/\s+/g, " ");
}

/** Functions that differ, those that only one side has included. */
export function changedFunctions(before: string, after: string): string[] {
  const [b, a] = [functionsOf(before), functionsOf(after)];
  return [...new Set([...b.keys(), ...a.keys()])].filter((n) => b.get(n) !== a.get(n));
}

const MAX_ROOTS = 6;

/** Functions in which a hunk was refused: what stands there is neither side's; "all" where that cannot be told. */
function refusedIn(f: SideImages["files"][number]): ReadonlySet<string> | "all" {
  const out = new Set<string>();
  for (const h of f.hunks) {
    if (h.fate.kind !== "rejected") continue;
    const name = /@@.*?@@.*?(\w+)\s*\(/.exec(h.header)?.[1];
    if (name === undefined) return "all";
    out.add(name);
  }
  return out;
}

/** Entries for changed functions: themselves, and what a core calls and that leads to them. */
function entriesOf(
  path: string,
  before: string,
  after: string,
  changed: readonly string[],
  blocked: ReadonlySet<string>,
): Entry[] {
  const bodies = functionsOf(after);
  for (const [name, body] of functionsOf(before)) bodies.set(name, `${bodies.get(name) ?? ""} ${body}`);
  const text = strip(`${after}\n`);
  const roots = new Set<string>();
  for (const m of text.matchAll(BEGIN)) roots.add(m[2]!);
  for (const m of text.matchAll(/\b(?:module_init|\w*_initcall)\(\s*(\w+)\s*\)/g)) roots.add(m[1]!);
  for (const m of text.matchAll(/_DECLARE(?:_DRIVER)?\([^;]*?,\s*(\w+)\s*\)\s*;/g)) roots.add(m[1]!);
  for (const n of bodies.keys())
    if (/_probe$|_bind$/.test(n) && !roots.has(n) && !callersOf(bodies, n).length) roots.add(n);
  const out: Entry[] = [];
  const stopped = new Set([...blocked].flatMap((b) => [b, ...ancestors(bodies, b)]));
  const add = (name: string, root: boolean, leave: string | null): void => {
    if (stopped.has(name) || (leave !== null && stopped.has(leave))) return;
    if (!out.some((e) => e.name === name && e.leave === leave)) out.push({ name, path, root, leave });
  };
  const reached = new Set<string>();
  for (const name of changed) {
    if (!bodies.has(name)) continue;
    add(name, roots.has(name), null);
    for (const r of ancestors(bodies, name)) reached.add(r);
  }
  let n = 0;
  for (const name of reached)
    if ((roots.has(name) || callersOf(bodies, name).length === 0) && n++ < MAX_ROOTS)
      add(name, roots.has(name), null);
  // Lives that a changed function is part of.
  for (const m of text.matchAll(/=\s*\{((?:[^{}]|\{[^{}]*\})*)\}\s*;/g))
    for (const [begin, end] of PAIRS) {
      const from = new RegExp(`\\.${begin}\\s*=\\s*&?(\\w+)`).exec(m[1]!)?.[1];
      const to = new RegExp(`\\.${end}\\s*=\\s*(?:__exit_p\\(|__devexit_p\\()?&?(\\w+)`).exec(m[1]!)?.[1];
      if (from === undefined || to === undefined || !bodies.has(from) || !bodies.has(to)) continue;
      if ([...changed, ...reached].some((c) => c === from || c === to)) add(from, true, to);
    }
  return out;
}

function callersOf(bodies: ReadonlyMap<string, string>, name: string): string[] {
  const pattern = new RegExp(`\\b${name}\\s*\\(`);
  return [...bodies].filter(([n, b]) => n !== name && pattern.test(b)).map(([n]) => n);
}

function ancestors(bodies: ReadonlyMap<string, string>, name: string): string[] {
  const out: string[] = [];
  let level = [name];
  for (let depth = 0; depth < 4 && level.length > 0 && out.length < 30; depth++) {
    level = level.flatMap((n) => callersOf(bodies, n)).filter((n) => !out.includes(n) && n !== name);
    out.push(...new Set(level));
  }
  return out;
}

export type { Difference };
