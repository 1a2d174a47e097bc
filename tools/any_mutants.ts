/**
 * `npm run anyk:mutants -- --tree T [--files 20] [--seed 1] [--mutants 100] [--paths 60] [--folders usb,clk]`: do function
 * cases cry where nothing changed, and do they see what was broken? Draws files of the tree, makes a neutral change to each
 * function (labels renamed, `!x` written as a comparison), which must give nothing new and nothing fixed; then drops or
 * doubles one give-back, unlock or goto at a time and asks whether that is told as new. A mutant counts only if some path
 * came by. Leaves out scenarios.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type OutlineItem, outline } from "../emulator/c/outline.ts";
import { USUAL_BOUNDS } from "../emulator/function/explore.ts";
import { readContracts } from "../server/review/contracts.ts";
import { FunctionCases } from "../server/review/function_case.ts";
import type { SideImages } from "../server/source/images.ts";
import { openTree } from "../server/source/tree.ts";

const { values } = parseArgs({
  options: {
    tree: { type: "string" },
    files: { type: "string" },
    seed: { type: "string" },
    mutants: { type: "string" },
    paths: { type: "string" },
    folders: { type: "string" },
    file: { type: "string", multiple: true },
    quiet: { type: "boolean" },
  },
});
const FOLDERS = "usb,clk,dma,iio,leds,hwmon,pci,remoteproc,watchdog,spi,i2c,mmc";
const MARK = "__fs_mutant";

const opened = openTree(values.tree ?? "");
if (opened.tree === null) {
  console.log(`${opened.problem} (--tree DIR; npm run --silent kernel prints one)`);
  process.exit(2);
}
const tree = opened.tree;
const { contracts } = readContracts();
const bounds = { ...USUAL_BOUNDS, paths: Number(values.paths ?? 60) };

let state = BigInt(values.seed ?? "1");
function draw(n: number): number {
  state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
  return Number((state >> 33n) % BigInt(n));
}
function shuffled<T>(list: readonly T[]): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

const all = (values.folders ?? FOLDERS).split(",").flatMap((f) =>
  (readdirSync(join(tree.root, "drivers", f), { recursive: true }) as string[])
    .filter((p) => p.endsWith(".c"))
    .map((p) => `drivers/${f}/${p}`)
    .sort(),
);
const files = values.file ?? shuffled(all).slice(0, Number(values.files ?? 20));

/** Images of one file whose sides are given, as if a patch had changed it. */
function images(path: string, before: string, after: string): SideImages {
  return {
    files: [
      {
        path,
        oldPath: path,
        pristine: before,
        before,
        after,
        beforeDocLines: [],
        afterDocLines: [],
        source: "work tree",
        hunks: [],
        touched: true,
      },
    ],
    notes: [],
    reversed: false,
    standing: { kind: "forward" } as unknown as SideImages["standing"],
  };
}

interface Told {
  readonly fresh: readonly string[];
  readonly possible: number;
  readonly fixed: readonly string[];
  readonly reached: boolean;
  readonly paths: number;
  readonly notes: readonly string[];
}

function run(path: string, before: string, after: string): Told {
  const cases = new FunctionCases(tree, images(path, before, after));
  const fresh: string[] = [];
  const fixed: string[] = [];
  const notes: string[] = [];
  let possible = 0;
  let reached = false;
  let paths = 0;
  for (const entry of cases.plan.entries) {
    const r = cases.run(entry, {
      bounds,
      only: null,
      watch: (_side, _forced, result) => {
        if (result.assumed.includes(MARK)) reached = true;
      },
    });
    paths += r.paths.before + r.paths.after;
    if (r.note !== "") notes.push(r.note);
    for (const d of r.differences) {
      if (d.verdict !== "new" && d.verdict !== "fixed") continue;
      if (d.fault.possible) {
        possible++;
        continue;
      }
      const text = `[${entry.name}${entry.leave === null ? "" : `+${entry.leave}`}] ${d.fault.kind}: ${d.fault.what} (line ${d.fault.at.loc.line}; ${[...d.forced].map(([k, v]) => `${k}=${v}`).join(", ") || "all goes well"})`;
      (d.verdict === "new" ? fresh : fixed).push(text);
    }
  }
  for (const d of cases.statics()) fresh.push(`static ${d.fault.kind}: ${d.fault.what}`);
  return { fresh, fixed, possible, reached, paths, notes };
}

const functions = (text: string): OutlineItem[] =>
  (outline(text) as OutlineItem[]).filter((i) => i.kind === "function");

/** A change that says the same: of whole functions, none of their neighbours. */
function neutral(text: string): string {
  const lines = text.split("\n");
  for (const f of functions(text)) {
    const own = lines.slice(f.startLine - 1, f.endLine);
    const labels = new Set(
      own
        .flatMap((l) => /^[ \t]?([a-z_]\w*):\s*(?:\/\*.*)?$/.exec(l)?.[1] ?? [])
        .filter((l) => l !== "default"),
    );
    for (let i = f.startLine - 1; i < f.endLine; i++) {
      let l = lines[i]!;
      for (const label of labels)
        l = l.replace(new RegExp(`(\\bgoto\\s+|^[ \\t]?)${label}(?=\\s*[:;])`), `$1${label}_too`);
      l = l.replace(/\bif \(!(\w+)\)/, "if ($1 == 0)").replace(/\bif \((ret|err|error|rc)\)/, "if ($1 != 0)");
      lines[i] = l;
    }
  }
  return lines.join("\n");
}

interface Mutant {
  readonly line: number;
  readonly what: string;
  readonly text: string;
}

const GIVE_BACK =
  /^\s*\w*(?:put|free|unlock|unregister|release|disable|unprepare|destroy|unmap|_del|_exit)\w*\([^;{}]*\);\s*$/;
/** What looks like a give-back and is none, or may be done as often as one likes. */
const NONE =
  /_irq_|devm_|disable_irq|irq_disable|list_del|\bput_unaligned|put_user|fput[cs]|timer|int_disable|output/;

/** A call that gives something back by its contract, and is no function of the file's own. */
function givesBack(line: string, own: ReadonlySet<string>): boolean {
  const name = /^\s*(\w+)\(/.exec(line)?.[1] ?? "";
  if (own.has(name) || NONE.test(line)) return false;
  const c = contracts.functions.get(name);
  return (
    /^(?:(?:raw_)?spin|read|write)_unlock/.test(name) ||
    c?.clauses.some((k) => k.verb === "put" || k.verb === "free" || k.verb === "unlock") === true
  );
}

function mutantsOf(text: string): Mutant[] {
  const lines = text.split("\n");
  const out: Mutant[] = [];
  const mark = `{ extern void ${MARK}(void); ${MARK}(); }`;
  const own = new Set(functions(text).map((f) => f.name));
  for (const f of functions(text))
    for (let i = f.startLine; i < f.endLine - 1; i++) {
      const l = lines[i]!;
      const made = (what: string, instead: string): void => {
        const changed = [...lines];
        changed[i] = instead;
        out.push({ line: i + 1, what: `${what}: ${l.trim()}`, text: changed.join("\n") });
      };
      if (GIVE_BACK.test(l) && givesBack(l, own)) {
        made("dropped", mark);
        if (/put|free|destroy/.test(l)) made("doubled", `{ ${mark} ${l.trim()} ${l.trim()} }`);
      } else if (
        /^\s*goto\s+(?:err|fail|out|free|put|unlock|disable|release|unregister|cleanup)\w*;\s*$/.test(l)
      )
        made("dropped", mark);
    }
  return out;
}

const t0 = Date.now();
let whole = 0;
let loud = 0;
let paths = 0;
const candidates: { path: string; text: string; m: Mutant }[] = [];
for (const path of files) {
  const text = tree.read(path) ?? "";
  const changed = neutral(text);
  candidates.push(...mutantsOf(text).map((m) => ({ path, text, m })));
  if (changed === text) continue;
  const told = run(path, text, changed);
  whole++;
  paths += told.paths;
  const cries = [...told.fresh.map((t) => `new ${t}`), ...told.fixed.map((t) => `fixed ${t}`)];
  if (cries.length > 0) loud++;
  if (cries.length > 0 || told.possible > 0)
    console.log(`neutral ${path}: ${cries.length} told, ${told.possible} possible`);
  for (const c of cries) console.log(`    ${c}`);
}
console.log(
  `neutral: ${loud} of ${whole} files cried; ${paths} paths, ${((Date.now() - t0) / 1000).toFixed(0)} s; seed ${values.seed ?? "1"}`,
);

const wanted = Number(values.mutants ?? 100);
const tally = new Map<string, { told: number; possible: number; silent: number }>();
let reached = 0;
for (const { path, text, m } of shuffled(candidates)) {
  if (reached >= wanted) break;
  const told = run(path, text, m.text);
  if (!told.reached) continue;
  reached++;
  const kind = `${m.what.split(":")[0]} ${/goto/.test(m.what) ? "goto" : /unlock/.test(m.what) ? "unlock" : "give-back"}`;
  const t = tally.get(kind) ?? { told: 0, possible: 0, silent: 0 };
  tally.set(kind, t);
  const verdict = told.fresh.length > 0 ? "told" : told.possible > 0 ? "possible" : "silent";
  t[verdict]++;
  if (values.quiet !== true) {
    console.log(`${verdict.padEnd(8)} ${path}:${m.line} ${m.what}`);
    for (const f of told.fresh.slice(0, 2)) console.log(`    ${f}`);
    for (const f of told.fixed) console.log(`    WRONG fixed ${f}`);
    for (const n of told.notes.slice(0, 2)) console.log(`    note ${n}`);
  }
}
let sum = 0;
for (const [kind, t] of [...tally].sort()) {
  sum += t.told;
  console.log(
    `${kind.padEnd(20)} ${t.told} told as new, ${t.possible} only as possible, ${t.silent} not at all`,
  );
}
console.log(
  `mutants: ${sum} of ${reached} on lines that a path reached told as new (${reached === 0 ? "-" : ((100 * sum) / reached).toFixed(0)} %); ${((Date.now() - t0) / 1000).toFixed(0)} s`,
);
