/**
 * `npm run anyk:judges -- --tree T [CASE] [--paths 200]`: who finds what, who cries how often, in what time? Runs function
 * cases, Coccinelle with the tree's own rules of scripts/coccinelle/free and locks, sparse and smatch over both sides of the
 * patches of ../shared/corpus/anykernel and prints a table. A judge that reads one side has found a fault where a report of the
 * before side is gone after, and has cried where one is there after only. A judge that is not installed, or to whom no file of
 * the tree builds (sparse and smatch want a configured kernel), is told as that.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { USUAL_BOUNDS } from "../emulator/function/explore.ts";
import { parseDocument } from "../server/parse.ts";
import { FunctionCases } from "../server/review/function_case.ts";
import { knowsName } from "../server/source/function_source.ts";
import { imagesOf, type SideImages } from "../server/source/images.ts";
import { treeAt } from "./function_trial.ts";

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { tree: { type: "string" }, paths: { type: "string" } },
});
interface Case {
  id: string;
  want: string;
  fault_functions: string[];
}
const tree = treeAt(values.tree);
const folder = join(process.env["FOLIOSCOPE_ROOT"] ?? ".", "..", "shared", "corpus", "anykernel");
const cases = readFileSync(join(folder, "cases.jsonl"), "utf8")
  .split("\n")
  .filter((l) => l.trim() !== "")
  .map((l) => JSON.parse(l) as Case)
  .filter((c) => c.id.includes(positionals[0] ?? ""));
const work = mkdtempSync(join(tmpdir(), "folioscope-judges-"));

/** What one judge says of one patch; null: it could not read the files. */
type Said = { readonly found: boolean; readonly cries: number; readonly both: number } | null;
interface Judge {
  readonly name: string;
  /** Why it does not take part, or "". */
  readonly absent: string;
  judge(c: Case, images: SideImages): Said;
}

const TIMEOUT = 60_000;
const run = (command: string, args: readonly string[]): { out: string; bad: boolean } => {
  const r = spawnSync(command, args, { encoding: "utf8", timeout: TIMEOUT, maxBuffer: 1 << 26 });
  return { out: `${r.stdout ?? ""}${r.stderr ?? ""}`, bad: r.status !== 0 };
};
const installed = (command: string): string =>
  spawnSync(command, ["--version"]).error === undefined ? "" : "not installed";

/** What a compiler's line says that reports something. */
const WARNS = /WARNING|ERROR|warning:|warn:|error:/;
/** What Coccinelle's begins with, behind the file: line and columns. Not all of its rules say that they warn (mini_lock.cocci does not). */
const PLACED = /^:\d+:\d+-\d+: /;

/** Reports without line numbers, so that both sides name the same by the same words. */
function reports(out: string, file: string, form = WARNS): string[] {
  return out
    .split("\n")
    .filter((l) => l.includes(file) && form.test(l.slice(l.indexOf(file) + file.length)))
    .map((l) => l.slice(l.indexOf(file) + file.length).replace(/\d+/g, "N"));
}

/** Runs a judge that reads one text on both sides of a patch. */
function onSides(images: SideImages, read: (file: string, path: string) => string[] | null): Said {
  let found = false;
  let cries = 0;
  let both = 0;
  for (const f of images.files) {
    if (!f.touched || !f.path.endsWith(".c") || f.before === null || f.after === null) continue;
    const [before, after] = (["before", "after"] as const).map((side) => {
      const file = join(work, side, f.path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, f[side]!);
      return read(file, f.path);
    });
    if (before == null || after == null) return null;
    const rest = [...after];
    for (const r of before) {
      const at = rest.indexOf(r);
      if (at < 0) found = true;
      else {
        rest.splice(at, 1);
        both++;
      }
    }
    cries += rest.length;
  }
  return { found, cries, both };
}

const RULES = ["free", "locks"].flatMap((d) => {
  const at = join(tree.root, "scripts", "coccinelle", d);
  return readdirSync(at).map((f) => join(at, f));
});
const INCLUDES = ["include", "include/uapi", "arch/x86/include", "arch/x86/include/uapi"].flatMap((d) => [
  "-I",
  join(tree.root, d),
]);

/** sparse and smatch: what gcc's front end would read of the file. */
function checker(name: string): Judge {
  return {
    name,
    absent: installed(name),
    judge: (_c, images) =>
      onSides(images, (file, path) => {
        const { out } = run(name, [
          "-D__KERNEL__",
          "-D__CHECKER__",
          ...INCLUDES,
          "-I",
          join(tree.root, dirname(path)),
          "-include",
          join(tree.root, "include/linux/kconfig.h"),
          file,
        ]);
        return /unable to open|error: /.test(out) ? null : reports(out, file);
      }),
  };
}

const judges: readonly Judge[] = [
  {
    name: "folioscope",
    absent: "",
    judge: (c, images) => {
      const run = new FunctionCases(tree, images, true);
      const bounds = { ...USUAL_BOUNDS, paths: Number(values.paths ?? 200) };
      const all = run.plan.entries.flatMap((e) => run.run(e, { bounds, only: null }).differences);
      const told = [...all, ...run.statics()].filter((d) => !d.fault.possible);
      const fixed = told.filter((d) => d.verdict === "fixed");
      const of = (names: readonly string[]): boolean => names.some((n) => c.fault_functions.includes(n));
      return {
        found: fixed.some((d) => of([...d.fault.functions, d.fault.at.fn])),
        cries: told.filter((d) => d.verdict === "new").length,
        both: 0,
      };
    },
  },
  {
    name: "coccinelle",
    absent: installed("spatch"),
    judge: (_c, images) =>
      onSides(images, (file) =>
        RULES.flatMap((rule) =>
          reports(
            run("spatch", ["-D", "report", "--no-includes", "--very-quiet", "--sp-file", rule, file]).out,
            file,
            PLACED,
          ),
        ),
      ),
  },
  checker("sparse"),
  checker("smatch"),
];

const tally = judges.map(() => ({ fixes: 0, found: 0, cries: 0, loud: 0, both: 0, unread: 0, ms: 0 }));
for (const c of cases) {
  const file = join(folder, `${c.id}.eml`);
  const patch = parseDocument(readFileSync(file), file).patches.find((p) => p.files.length > 0);
  if (patch === undefined) continue;
  const knows = knowsName(
    tree,
    patch.files.map((f) => f.path),
  );
  const images = imagesOf(tree, [], patch, { knows });
  const words = judges.map((judge, i) => {
    const t = tally[i]!;
    if (judge.absent !== "") return "-";
    const t0 = Date.now();
    const said = judge.judge(c, images);
    t.ms += Date.now() - t0;
    if (said === null) {
      t.unread++;
      return "does not build";
    }
    if (c.want === "fixed") {
      t.fixes++;
      if (said.found) t.found++;
    }
    t.cries += said.cries;
    t.both += said.both;
    if (said.cries > 0) t.loud++;
    return `${said.found ? "found" : "-"}${said.cries > 0 ? ` +${said.cries}` : ""}`;
  });
  console.log(`${c.id.slice(0, 50).padEnd(50)} want ${c.want.slice(0, 7).padEnd(7)} ${words.join(" | ")}`);
}
rmSync(work, { recursive: true, force: true });
console.log("");
console.log("judge       fixes found   told new after (patches)   said of both sides   unread   s a patch");
judges.forEach((j, i) => {
  const t = tally[i]!;
  const line =
    j.absent !== ""
      ? j.absent
      : `${`${t.found} of ${t.fixes}`.padEnd(13)} ${`${t.cries} (${t.loud})`.padEnd(26)} ${String(t.both).padEnd(20)} ${String(t.unread).padEnd(8)} ${(t.ms / 1000 / Math.max(1, cases.length)).toFixed(1)}`;
  console.log(`${j.name.padEnd(11)} ${line}`);
});
