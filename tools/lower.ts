/**
 * `npm run lower -- --tree T [--every 10] [--folders usb,clk] [--callees N] [--undeclared N] [--file PATH]`: how many functions
 * of driver folders can be read whole for function cases, by folder, and why not the others, the commonest reason first.
 * `--callees N`: the N functions called most of which neither a contract nor a body is known; `--undeclared N`: those of which
 * not even a declaration is found. Leaves out running them.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CFail } from "../emulator/c/ctype.ts";
import { outline } from "../emulator/c/outline.ts";
import type { FnTree, FunctionSym } from "../emulator/c/tree.ts";
import { visitFunction } from "../emulator/c/visit.ts";
import { NATIVES } from "../emulator/function/natives.ts";
import { KernelSources } from "../emulator/function/sources.ts";
import { readContracts } from "../server/review/contracts.ts";
import { functionSource, headerIndex } from "../server/source/function_source.ts";
import { openTree } from "../server/source/tree.ts";

const { values } = parseArgs({
  options: {
    tree: { type: "string" },
    every: { type: "string" },
    from: { type: "string" },
    folders: { type: "string" },
    callees: { type: "string" },
    undeclared: { type: "string" },
    file: { type: "string", multiple: true },
    reasons: { type: "string" },
  },
});
const FOLDERS = "usb,clk,dma,iio,leds,hwmon,pci,remoteproc,watchdog,spi,i2c,mmc";

const opened = openTree(values.tree ?? "");
if (opened.tree === null) {
  console.log(`${opened.problem} (--tree DIR; npm run --silent kernel prints one)`);
  process.exit(2);
}
const tree = opened.tree;
const index = headerIndex(tree);
const { contracts } = readContracts();

function filesBelow(folder: string): string[] {
  return (readdirSync(join(tree.root, folder), { recursive: true }) as string[])
    .filter((p) => p.endsWith(".c"))
    .map((p) => `${folder}/${p}`)
    .sort();
}

interface Tally {
  functions: number;
  whole: number;
}
const total: Tally = { functions: 0, whole: 0 };
const reasons = new Map<string, { n: number; first: string }>();
interface Callee {
  n: number;
  readonly type: string;
  readonly files: Set<string>;
  /** Where the first call stands. */
  readonly first: string;
}
const callees = new Map<string, Callee>();
const undeclared = new Map<string, Callee>();
/** All calls of functions by their name. */
let calls = 0;

function note(reason: string, where: string): void {
  const r = reasons.get(reason);
  if (r === undefined) reasons.set(reason, { n: 1, first: where });
  else r.n++;
}

/** Why a function cannot be run whole: what analysis refuses, or a trap that stands in it. */
function refusal(f: FnTree): string | null {
  let why: string | null = null;
  visitFunction(f, {
    expr: (x) => {
      if (x.k === "trap" && x.kind !== "unreachable") why ??= x.message;
    },
    stmt: (s) => {
      if (s.k === "trap" && s.kind !== "unreachable" && s.kind !== "missing-return") why ??= s.message;
    },
  });
  return why;
}

function count(f: FnTree, path: string): void {
  visitFunction(f, {
    expr: (x) => {
      if (x.k !== "call" || "k" in x.target) return;
      const sym: FunctionSym = x.target;
      const name = sym.name.replace(/_noprof$/, "");
      calls++;
      if (sym.def !== null || NATIVES.has(name)) return;
      const type = x.t.kind === "pointer" ? "*" : x.t.kind;
      const into = (of: Map<string, Callee>): void => {
        const c = of.get(name);
        if (c === undefined)
          of.set(name, { n: 1, type, files: new Set([path]), first: `${path}: ${f.name}()` });
        else {
          c.n++;
          c.files.add(path);
        }
      };
      if (x.ft.noProto === true && !name.startsWith("trace_")) into(undeclared);
      if (!contracts.functions.has(name)) into(callees);
    },
  });
}

function read(path: string, tally: Tally): void {
  const text = tree.read(path);
  if (text === null) return;
  const names = [...new Set(outline(text).flatMap((i) => (i.kind === "function" ? [i.name] : [])))];
  const source = functionSource(tree, index, [path], () => null);
  const program = new KernelSources(source).program([{ path, text }]);
  for (const name of names) {
    let why: string | null = null;
    try {
      const e = program.lookup(name, path);
      // What the configuration leaves out is no function here.
      if (e === null || e.kind !== "function" || e.sym.def === null || e.sym.path !== path) continue;
      const f = program.tree(e.sym);
      why = refusal(f);
      if (values.callees !== undefined || values.undeclared !== undefined) count(f, path);
    } catch (f) {
      if (!(f instanceof CFail)) throw new Error(`${path}: ${name}`, { cause: f });
      why = f.message;
    }
    tally.functions++;
    total.functions++;
    if (why === null) {
      tally.whole++;
      total.whole++;
    } else note(why, `${path}: ${name}()`);
  }
}

const percent = (t: Tally): string =>
  t.functions === 0 ? "-" : `${((100 * t.whole) / t.functions).toFixed(1)} %`;

const every = Number(values.every ?? 1);
const from = Number(values.from ?? 0);
const jobs: [string, string[]][] =
  values.file !== undefined
    ? [["files", values.file]]
    : (values.folders ?? FOLDERS)
        .split(",")
        .map((f) => [
          `drivers/${f}`,
          filesBelow(`drivers/${f}`).filter((_, i) => i % every === from % every),
        ]);
for (const [folder, files] of jobs) {
  const tally: Tally = { functions: 0, whole: 0 };
  const t0 = Date.now();
  for (const path of files) read(path, tally);
  console.log(
    `${folder.padEnd(20)} ${String(files.length).padStart(5)} files ${String(tally.functions).padStart(6)} functions ${percent(tally).padStart(8)} whole  ${((Date.now() - t0) / 1000).toFixed(0)} s`,
  );
}
console.log(`${"all".padEnd(20)} ${total.whole} of ${total.functions} functions: ${percent(total)}`);
for (const [why, r] of [...reasons].sort((a, b) => b[1].n - a[1].n).slice(0, Number(values.reasons ?? 40)))
  console.log(`${String(r.n).padStart(6)} ${why}   (${r.first})`);
/** The callees that most files call first. */
function tell(word: string, of: ReadonlyMap<string, Callee>, most: number): void {
  const all = [...of].sort((a, b) => b[1].files.size - a[1].files.size || b[1].n - a[1].n);
  const n = all.reduce((sum, [, c]) => sum + c.n, 0);
  console.log(`${word}: ${n} of ${calls} calls, ${all.length} names`);
  for (const [name, c] of all.slice(0, most))
    console.log(`${word} ${name} ${c.type} ${c.n} calls, ${c.files.size} files   (${c.first})`);
}
if (values.callees !== undefined) tell("callee", callees, Number(values.callees));
if (values.undeclared !== undefined) tell("undeclared", undeclared, Number(values.undeclared));
