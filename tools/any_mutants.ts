/**
 * `npm run anyk:mutants -- --tree T [--files 20] [--seed 1] [--mutants 100] [--paths 60] [--folders usb,clk] [--neutral no]`: do function
 * cases cry where nothing changed, and do they see what was broken? Draws files of the tree, makes a neutral change to each
 * function (labels renamed, `!x` written as a comparison), which must give nothing new and nothing fixed; then breaks one
 * line at a time (mutant_kinds.ts; `--kinds WORD,..`, else give-backs, unlocks and gotos dropped or doubled) and asks whether
 * that is told as new. A mutant counts only if some path came by. Leaves out scenarios.
 */
import { parseArgs } from "node:util";
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
import { functionsOf, KIND_NAMES, MARK, type Mutant, mutantsOf } from "./mutant_kinds.ts";

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
    kinds: { type: "string" },
  },
});
const tree = treeAt(values.tree);
const { contracts } = readContracts();
const bounds = { ...USUAL_BOUNDS, paths: Number(values.paths ?? 60) };
const words = values.kinds?.split(",") ?? ["give-back", "unlock dropped", "goto dropped"];
const wants = (kind: string): boolean => words.some((w) => kind.includes(w));
if (!KIND_NAMES.some(wants)) {
  console.log(`--kinds: a word of ${KIND_NAMES.join(", ")}`);
  process.exit(2);
}
const draw = drawer(values.seed ?? "1");
const shuffled = <T>(list: readonly T[]): T[] => mixed(list, draw);
const all = driverFiles(tree.root, values.folders ?? FOLDERS);
const files = values.file ?? shuffled(all).slice(0, Number(values.files ?? 20));
const run = (path: string, before: string, after: string): Told => tell(tree, path, before, after, bounds);

/** A change that says the same: of whole functions, none of their neighbours. */
function neutral(text: string): string {
  const lines = text.split("\n");
  for (const f of functionsOf(text)) {
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

const t0 = Date.now();
let whole = 0;
let loud = 0;
let paths = 0;
const candidates: { path: string; text: string; m: Mutant }[] = [];
for (const path of files) {
  const text = tree.read(path) ?? "";
  const changed = neutral(text);
  candidates.push(...mutantsOf(text, contracts, wants).map((m) => ({ path, text, m })));
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
  if (!told.assumed.has(MARK) && (m.text.includes(MARK) || !told.ran.has(m.fn))) continue;
  reached++;
  const { kind } = m;
  const t = tally.get(kind) ?? { told: 0, possible: 0, silent: 0 };
  tally.set(kind, t);
  const verdict = told.fresh.length > 0 ? "told" : told.possible > 0 ? "possible" : "silent";
  t[verdict]++;
  if (values.quiet !== true) {
    console.log(`${verdict.padEnd(8)} ${path}:${m.line} ${kind}: ${m.what}`);
    for (const f of told.fresh.slice(0, 2)) console.log(`    ${f}`);
    for (const f of told.fixed) console.log(`    WRONG fixed ${f}`);
    for (const n of told.notes.slice(0, 2)) console.log(`    note ${n}`);
  }
}
let sum = 0;
for (const [kind, t] of [...tally].sort()) {
  sum += t.told;
  console.log(
    `${kind.padEnd(26)} ${t.told} told as new, ${t.possible} only as possible, ${t.silent} not at all`,
  );
}
console.log(
  `mutants: ${sum} of ${reached} on lines that a path reached told as new (${reached === 0 ? "-" : ((100 * sum) / reached).toFixed(0)} %); ${((Date.now() - t0) / 1000).toFixed(0)} s`,
);
