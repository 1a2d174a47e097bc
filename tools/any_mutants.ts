/**
 * `npm run anyk:mutants -- --tree T [--files 20] [--seed 1] [--mutants 100] [--paths 60] [--folders usb,clk] [--neutral no]`: do function
 * cases cry where nothing changed, and do they see what was broken? Draws files of the tree, makes a neutral change to each
 * function (labels renamed, `!x` written as a comparison), which must give nothing new and nothing fixed; then drops or
 * doubles one give-back, unlock or goto at a time and asks whether that is told as new. A mutant counts only if some path
 * came by. Leaves out scenarios.
 */
import { parseArgs } from "node:util";
import { type OutlineItem, outline } from "../emulator/c/outline.ts";
import { USUAL_BOUNDS } from "../emulator/function/explore.ts";
import { readContracts } from "../server/review/contracts.ts";
import {
  drawer,
  driverFiles,
  FOLDERS,
  shuffled as mixed,
  type Told,
  tell,
  treeAt,
} from "./function_trial.ts";

const { values } = parseArgs({
  options: {
    tree: { type: "string" },
    files: { type: "string" },
    seed: { type: "string" },
    mutants: { type: "string" },
    paths: { type: "string" },
    folders: { type: "string" },
    file: { type: "string", multiple: true },
    line: { type: "string" },
    quiet: { type: "boolean" },
    neutral: { type: "string" },
  },
});
const MARK = "__fs_mutant";
const tree = treeAt(values.tree);
const { contracts } = readContracts();
const bounds = { ...USUAL_BOUNDS, paths: Number(values.paths ?? 60) };
const draw = drawer(values.seed ?? "1");
const shuffled = <T>(list: readonly T[]): T[] => mixed(list, draw);
const all = driverFiles(tree.root, values.folders ?? FOLDERS);
const files = values.file ?? shuffled(all).slice(0, Number(values.files ?? 20));
const run = (path: string, before: string, after: string): Told => tell(tree, path, before, after, bounds);

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
  if (changed === text || values.neutral === "no") continue;
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
  if (values.line !== undefined && m.line !== Number(values.line)) continue;
  if (reached >= wanted) break;
  const told = run(path, text, m.text);
  if (!told.assumed.has(MARK)) continue;
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
