/**
 * `npm run corpus -- --any [CASE] --tree T [--all]`: the function cases of ../shared/corpus/anykernel, and
 * what the record wants beside what was found. `--mail FILE`: of one mail. Leaves out scenarios.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { USUAL_BOUNDS } from "../emulator/function/explore.ts";
import type { PathResult } from "../emulator/function/finding.ts";
import { parseDocument } from "../server/parse.ts";
import { FunctionCases, type FunctionOptions } from "../server/review/function_case.ts";
import { knowsName } from "../server/source/function_source.ts";
import { imagesOf, type KernelTree, type SideImages } from "../server/source/images.ts";
import { openTree } from "../server/source/tree.ts";

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    tree: { type: "string" },
    mail: { type: "string" },
    all: { type: "boolean" },
    paths: { type: "string" },
    trace: { type: "string" },
    any: { type: "boolean" },
  },
});
interface Case {
  id: string;
  want: string;
  also?: string;
  fault_functions: string[];
  class: string;
  object: string;
}
const root = process.env["FOLIOSCOPE_ROOT"] ?? ".";
const folder = join(root, "..", "shared", "corpus", "anykernel");
const opened = openTree(values.tree ?? "");
if (opened.tree === null) {
  console.log(opened.problem);
  process.exit(2);
}
const tree = opened.tree;
const cases: Case[] =
  values.mail !== undefined
    ? [{ id: values.mail, want: "?", fault_functions: [], class: "", object: "" }]
    : existsSync(join(folder, "cases.jsonl"))
      ? readFileSync(join(folder, "cases.jsonl"), "utf8")
          .split("\n")
          .filter((l) => l.trim() !== "")
          .map((l) => JSON.parse(l) as Case)
      : [];
if (cases.length === 0) {
  console.log(`no cases: there is no ${join(folder, "cases.jsonl")}`);
  process.exit(2);
}
/** Every function case of a patch, and what its text alone shows. */
function runAll(t: KernelTree, images: SideImages, options: FunctionOptions) {
  const cases = new FunctionCases(t, images, true);
  const wanted = cases.plan.entries.filter((e) => options.only === null || options.only(e.name));
  const entries = wanted.map((e) => cases.run(e, options));
  const statics = cases.statics();
  if (statics.length > 0)
    entries.push({
      entry: statics[0]!.entry,
      differences: statics,
      paths: { before: 0, after: 0 },
      left: 0,
      note: "",
      ends: new Map(),
      ran: [],
      passesBy: false,
      met: { before: new Set(), after: new Set() },
    });
  return { entries, notes: cases.plan.notes };
}

const tally = new Map<string, number>();
for (const c of cases.filter((x) => values.mail !== undefined || x.id.includes(positionals[0] ?? ""))) {
  const file = values.mail ?? join(folder, `${c.id}.eml`);
  const t0 = Date.now();
  const patch = parseDocument(readFileSync(file), file).patches.find((p) => p.files.length > 0);
  if (patch === undefined) {
    console.log(`${c.id}: no patch`);
    continue;
  }
  const images = imagesOf(tree, [], patch, {
    knows: knowsName(
      tree,
      patch.files.map((f) => f.path),
    ),
  });
  const r = runAll(tree, images, {
    bounds: { ...USUAL_BOUNDS, paths: Number(values.paths ?? 400) },
    only: values.trace === undefined ? null : (n: string) => n === values.trace,
    ...(values.trace === undefined
      ? {}
      : {
          watch: (side: string, forced: ReadonlyMap<string, string>, r: PathResult) => {
            console.log(
              `  ${side} [${[...forced].map(([k, v]) => `${k}=${v}`).join(", ")}] ${r.end} ${r.why} result ${r.result?.join("..")} faults ${r.faults.map((f) => `${f.kind}: ${f.what}`).join("; ")}`,
            );
            for (const c of r.choices) console.log(`       ${c.fn}:${c.loc.line} ${c.name} = ${c.answer}`);
            console.log(`       assumed ${r.assumed.join(", ")}`);
          },
        }),
  });
  const ms = Date.now() - t0;
  const all = r.entries.flatMap((e) => e.differences);
  const certain = all.filter((d) => !d.fault.possible);
  const fixed = certain.filter((d) => d.verdict === "fixed");
  const fresh = certain.filter((d) => d.verdict === "new");
  const hit = (list: typeof all) =>
    list.some((d) => d.fault.functions.concat(d.fault.at.fn).some((f) => c.fault_functions.includes(f)));
  const verdict =
    c.want === "fixed"
      ? hit(fixed)
        ? fresh.length > 0
          ? "OK+new"
          : "OK"
        : fixed.length > 0
          ? "elsewhere"
          : fresh.length > 0
            ? "FALSE-NEW"
            : "missed"
      : c.want === "new"
        ? `${hit(fixed) ? "fixed" : "-"}/${fresh.length > 0 ? "new" : "-"}`
        : c.want === "nothing-new-nothing-fixed"
          ? fixed.length + fresh.length === 0
            ? "OK"
            : "FALSE"
          : c.want;
  tally.set(`${c.want}:${verdict}`, (tally.get(`${c.want}:${verdict}`) ?? 0) + 1);
  const paths = r.entries.reduce((n, e) => n + e.paths.before + e.paths.after, 0);
  console.log(
    `${verdict.padEnd(10)} ${c.id.slice(0, 50).padEnd(50)} want ${c.want.slice(0, 7)} ${c.class} ${ms} ms, ${paths} paths${images.reversed ? " (reversed)" : ""}`,
  );
  for (const n of r.notes) console.log(`      note ${n}`);
  const bad = images.files.flatMap((f) => f.hunks).filter((h) => h.fate.kind === "rejected").length;
  if (bad > 0) console.log(`      ${bad} hunks rejected`);
  const shown = values.all ? all : all.filter((d) => d.verdict !== "already");
  for (const d of shown.slice(0, 14))
    console.log(
      `      ${d.verdict}${d.fault.possible ? "?" : ""} [${d.entry.name}${d.entry.leave === null ? "" : `+${d.entry.leave}`}] ${d.fault.kind}: ${d.fault.what} | in ${d.fault.functions.join("<")} line ${d.fault.at.loc.line} taken ${d.fault.taken?.loc.line ?? "-"} when ${[...d.forced].map(([k, v]) => `${k}=${v}`).join(", ") || "all goes well"} (${d.shown})`,
    );
  for (const e of r.entries) {
    if (e.note !== "") console.log(`      note ${e.note}`);
    if (values.all || verdict === "missed")
      console.log(
        `      entry ${e.entry.name}${e.entry.leave === null ? "" : `+${e.entry.leave}`} paths ${e.paths.before}/${e.paths.after} left ${e.left}`,
      );
    if (values.all || verdict === "missed") for (const [w, n] of e.ends) console.log(`        ${n} x ${w}`);
  }
}
console.log(
  [...tally]
    .map(([k, v]) => `${k} ${v}`)
    .sort()
    .join("\n"),
);
