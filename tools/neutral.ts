/**
 * `npm run neutral -- --tree DIR [--functions N] [--seed S] [--batch B] [--cases K] [--files GLOB] [--kinds a,b]
 * [--minutes M]`: does the
 * tool say anything of patches that change nothing? Draws functions of the tree, changes their white space, comments, a
 * local name and the order of two statements (neutral_change.ts), B functions a patch, and reviews each patch in K cases a
 * function that are seen to enter it. A patch of which something new or fixed is said is halved until one function and kind
 * is left, and that is printed with its patch. With `--minutes` no new patch is begun after so long. Exit 1 when anything was
 * said.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createTwoFilesPatch } from "diff";
import { outline } from "../emulator/c/outline.ts";
import { coveringCases } from "../emulator/scenario/cover.ts";
import { parseDocument } from "../server/parse.ts";
import { DocumentReview } from "../server/review/analysis.ts";
import { reachOf } from "../server/review/reach.ts";
import type { ReviewResult } from "../server/review/types.ts";
import { openTree } from "../server/source/tree.ts";
import { makeRandom, shuffled } from "../test/support/fuzz_mail.ts";
import { linesOfItem, NEUTRAL_KINDS, type NeutralKind, neutralChange } from "./neutral_change.ts";

const FILES = [
  "fs/dax.c",
  "mm/memremap.c",
  "drivers/dax/bus.c",
  "drivers/dax/device.c",
  "drivers/dax/kmem.c",
  "drivers/dax/super.c",
  "mm/gup.c",
  "mm/huge_memory.c",
];

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    tree: { type: "string" },
    functions: { type: "string", default: "24" },
    seed: { type: "string", default: "1" },
    batch: { type: "string", default: "8" },
    cases: { type: "string", default: "3" },
    files: { type: "string", default: "" },
    names: { type: "string", default: "" },
    kinds: { type: "string", default: NEUTRAL_KINDS.join(",") },
    minutes: { type: "string" },
  },
});
const opened = openTree(values.tree ?? "");
if (opened.tree === null) {
  console.log(`neutral: ${opened.problem}`);
  process.exit(2);
}
const tree = opened.tree;
const root = values.tree ?? "";
const draw = makeRandom(Number(values.seed));
const kinds = values.kinds.split(",") as NeutralKind[];

const out = join(process.env["FOLIOSCOPE_ROOT"] ?? ".", ".cache", "neutral");

/** A function to change, and in which ways. */
interface Target {
  readonly path: string;
  readonly name: string;
  readonly kinds: readonly NeutralKind[];
}

function allTargets(): Target[] {
  const out: Target[] = [];
  for (const path of FILES.filter((f) => f.includes(values.files))) {
    const text = tree.read(path);
    if (text === null) continue;
    for (const item of outline(text)) {
      if (item.kind !== "function" || !item.whole || item.endLine - item.startLine < 4) continue;
      if (values.names !== "" && !values.names.split(",").includes(item.name)) continue;
      if (out.some((t) => t.path === path && t.name === item.name)) continue;
      out.push({ path, name: item.name, kinds });
    }
  }
  return out;
}

/** The mail of a patch that changes these; the kinds that could be made, by function. */
function mailOf(targets: readonly Target[]): { text: string; made: readonly Target[] } {
  const made: Target[] = [];
  const diffs: string[] = [];
  for (const path of new Set(targets.map((t) => t.path))) {
    const from = tree.read(path)!;
    let to = from;
    for (const t of targets.filter((o) => o.path === path)) {
      const done: NeutralKind[] = [];
      for (const kind of t.kinds) {
        const item = outline(to).find((i) => i.kind === "function" && i.name === t.name && i.whole);
        const lines = item === undefined ? null : neutralChange(kind, linesOfItem(to, item), draw);
        if (item === undefined || lines === null) continue;
        const all = to.split("\n");
        all.splice(item.startLine - 1, item.endLine - item.startLine + 1, ...lines);
        to = all.join("\n");
        done.push(kind);
      }
      if (done.length > 0) made.push({ ...t, kinds: done });
    }
    if (to === from) continue;
    const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, from, to, "", "", { context: 3 });
    diffs.push(
      `diff --git a/${path} b/${path}`,
      diff
        .split("\n")
        .slice(1)
        .join("\n")
        .replace(/^(---|\+\+\+) (\S+).*$/gm, "$1 $2"),
    );
  }
  const text = [
    "From: A Tester <a@example.org>",
    "Date: Mon, 2 Dec 2024 10:00:00 +0000",
    "Subject: [PATCH] change nothing",
    "Message-ID: <neutral@example.org>",
    "",
    "Nothing that runs changes.",
    "---",
    ...diffs,
    "-- ",
    "2.43.0",
    "",
  ].join("\n");
  return { text, made };
}

/** Reviews a mail in the cases that `wanted` takes. */
function review(text: string, wanted: (label: string) => boolean): ReviewResult {
  const doc = parseDocument(Buffer.from(text), "neutral.eml");
  const whole = new DocumentReview(doc, { tree: root, facts: false }, () => false);
  for (let n = 0; n < whole.patches.length; n++) {
    const patch = whole.patch(n);
    patch.begin();
    for (const item of patch.plan.items) if (wanted(item.label)) patch.take(patch.run(item), item);
    whole.add(patch.finish(), n);
  }
  return whole.result();
}

const said = (r: ReviewResult): string[] =>
  r.findings
    .filter((f) => f.verdict === "new" || f.verdict === "fixed" || f.verdict === "fixed-later")
    .map((f) => `${f.verdict} ${f.code}: ${f.message} [${f.scenario}]`)
    .concat(r.notes.filter((n) => /does not boot|side[:,]/.test(n)));

/** Cases by function that they enter, by the shipped table. */
function casesByFunction(): Map<string, string[]> {
  const table = reachOf("v6.12");
  const reach = new Map<string, string[]>();
  if (table === null) return reach;
  for (const { label } of table.scenarios.flatMap(coveringCases))
    for (const name of table.entered(label) ?? []) {
      const list = reach.get(name);
      if (list === undefined) reach.set(name, [label]);
      else list.push(label);
    }
  return reach;
}

const reach = casesByFunction();
console.log(`${reach.size} functions are entered by some case`);
const perFunction = Number(values.cases);
const casesFor = (targets: readonly Target[]): Set<string> =>
  new Set(targets.flatMap((t) => shuffled(draw, reach.get(t.name) ?? []).slice(0, perFunction)));

let failures = 0;
/** Functions of which something was said, by what was changed of them. */
const loud = new Map<NeutralKind, number>();

/** Reviews the targets together; halves them until what is said is said of one. */
function attempt(targets: readonly Target[]): { made: readonly Target[]; ran: ReadonlySet<string> } {
  const { text, made } = mailOf(targets);
  const labels = casesFor(made);
  const result = review(text, (l) => labels.has(l));
  const words = said(result);
  const ran = new Set(result.functions.filter((f) => f.executed).map((f) => f.name));
  if (words.length === 0) return { made, ran };
  const parts: (readonly Target[])[] =
    targets.length > 1
      ? [targets.slice(0, targets.length >> 1), targets.slice(targets.length >> 1)]
      : targets[0]!.kinds.length > 1
        ? targets[0]!.kinds.map((k) => [{ ...targets[0]!, kinds: [k] }])
        : [];
  const before = failures;
  for (const p of parts) attempt(p);
  if (failures === before) {
    failures++;
    for (const k of made.flatMap((t) => t.kinds)) loud.set(k, (loud.get(k) ?? 0) + 1);
    mkdirSync(out, { recursive: true });
    const file = join(out, `${values.seed}-${failures}.patch`);
    writeFileSync(file, text);
    console.log(
      `SAID of ${targets.map((t) => `${t.path}:${t.name} (${t.kinds.join(", ")})`).join("; ")} -> ${file}`,
    );
    for (const w of words.slice(0, 6)) console.log(`    ${w}`);
  }
  return { made, ran };
}

// Those that some case enters first.
const entered = (t: Target): number => (reach.has(t.name) ? 0 : 1);
const chosen = shuffled(draw, allTargets())
  .sort((a, b) => entered(a) - entered(b))
  .slice(0, Number(values.functions));
const batch = Number(values.batch);
const patches = new Map<NeutralKind, number>();
let functions = 0;
let executed = 0;
const end = values.minutes === undefined ? null : Date.now() + Number(values.minutes) * 60_000;
for (let i = 0; i < chosen.length && (end === null || Date.now() < end); i += batch) {
  const { made, ran } = attempt(chosen.slice(i, i + batch));
  functions += made.length;
  executed += made.filter((t) => ran.has(t.name)).length;
  for (const t of made) for (const k of t.kinds) patches.set(k, (patches.get(k) ?? 0) + 1);
  console.log(
    `${functions} of ${chosen.length} functions changed, ${executed} ran, something said of ${failures}`,
  );
}
console.log(
  `${functions} functions changed in nothing (silent: ${[...patches].map(([k, n]) => `${n - (loud.get(k) ?? 0)} of ${n} ${k}`).join(", ")}), ${executed} of them ran: ${failures === 0 ? "silent" : `something was said of ${failures}`}`,
);
process.exit(failures === 0 ? 0 : 1);
