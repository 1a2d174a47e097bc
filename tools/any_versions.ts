/**
 * `npm run anyk:versions -- --tree T --old OLD [--files 40] [--seed 1] [--paths 100] [--folders usb,clk] [--most 6]`: what
 * do function cases say of what was really merged? Draws files of which both trees have a version that differs in at most
 * so many functions, and runs OLD's text as the before side and T's as the after side, over T's headers. What is told
 * `new` there is a false word or a fault that T has: each is printed to be read. Leaves out files that do not build over
 * T's headers.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { USUAL_BOUNDS } from "../emulator/function/explore.ts";
import { changedFunctions } from "../server/review/function_plan.ts";
import { drawer, driverFiles, FOLDERS, shuffled, tell, treeAt } from "./function_trial.ts";

const { values } = parseArgs({
  options: {
    tree: { type: "string" },
    old: { type: "string" },
    files: { type: "string" },
    seed: { type: "string" },
    paths: { type: "string" },
    folders: { type: "string" },
    most: { type: "string" },
    file: { type: "string", multiple: true },
    all: { type: "boolean" },
  },
});
const tree = treeAt(values.tree);
const old = treeAt(values.old);
const bounds = { ...USUAL_BOUNDS, paths: Number(values.paths ?? 100), total: 1_500_000 };
const draw = drawer(values.seed ?? "1");
const most = Number(values.most ?? 6);
const wanted = Number(values.files ?? 40);
/** Lines about what is owned: a version that changes none of them says little. */
const OWNS =
  /put|free|unlock|unregister|release|disable|devm_|goto|return -|return ret|return err|_scoped|guard|alloc|dev_err_probe|get\w*\(|lock/;

function counted(text: string): Map<string, number> {
  const out = new Map<string, number>();
  for (const line of text.split("\n")) out.set(line.trim(), (out.get(line.trim()) ?? 0) + 1);
  return out;
}

function owningLines(before: string, after: string): number {
  const [b, a] = [counted(before), counted(after)];
  let n = 0;
  for (const [x, y] of [
    [b, a],
    [a, b],
  ] as const)
    for (const [l, c] of x) if (OWNS.test(l) && c > (y.get(l) ?? 0)) n++;
  return n;
}

const all = values.file ?? shuffled(driverFiles(tree.root, values.folders ?? FOLDERS), draw);
let files = 0;
let loud = 0;
let fixes = 0;
const t0 = Date.now();
for (const path of all) {
  if (files >= wanted) break;
  const file = join(old.root, path);
  if (!existsSync(file)) continue;
  const before = readFileSync(file, "utf8");
  const after = tree.read(path) ?? "";
  if (before === after || after === "") continue;
  const changed = changedFunctions(before, after);
  if (values.file === undefined) {
    if (changed.length === 0 || changed.length > most || owningLines(before, after) === 0) continue;
  }
  const started = Date.now();
  const told = tell(tree, path, before, after, bounds);
  if (told.fixed.some((f) => f.includes("does-not-build"))) continue;
  files++;
  if (told.fresh.length > 0) loud++;
  if (told.fixed.length > 0) fixes++;
  console.log(
    `${told.fresh.length > 0 ? "NEW" : told.fixed.length > 0 ? "fixed" : "-"} ${path} (${changed.join(", ")}) ${told.paths} paths, ${Date.now() - started} ms`,
  );
  for (const f of told.fresh) console.log(`    new ${f}`);
  for (const f of told.fixed) console.log(`    fixed ${f}`);
  if (values.all === true) for (const n of told.notes) console.log(`    note ${n}`);
}
console.log(
  `versions: ${files} files, new told of ${loud}, fixed told of ${fixes}; ${((Date.now() - t0) / 1000).toFixed(0)} s; seed ${values.seed ?? "1"}`,
);
