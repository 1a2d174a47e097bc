/**
 * `npm run corpus -- --cleanups --tree DIR [--tree DIR2 ...] [--count N] [--seed S] [--cases K]`: draws patches that say they change
 * nothing (rename, factor out, clean up, convert, simplify, move: by their subject) from ../shared/corpus/series, threads and
 * anykernel, reviews each on its series and on the tree that takes it best, else on the reference kernel, and prints what is
 * said: a *new* is to be looked at, one on such a patch is most often false. At least two thirds should run. `--cases` takes
 * so many scenario cases of each plan, drawn by the seed. Leaves out who is right.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ParsedDocument } from "../server/mail/types.ts";
import { parseDocument } from "../server/parse.ts";
import { DocumentReview } from "../server/review/analysis.ts";
import type { PlanItem } from "../server/review/plan.ts";
import { isJudged } from "../server/review/types.ts";
import { isOfItsTime } from "../server/source/bases.ts";
import { makeRandom, shuffled } from "../test/support/fuzz_mail.ts";

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    cleanups: { type: "boolean" },
    tree: { type: "string", multiple: true, default: [] },
    count: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    cases: { type: "string" },
    words: {
      type: "string",
      default:
        "renam|factor|clean.?up|convert|conversion|simplif|\\bmove|tidy|helper|consolidat|pointless|redundant|unused|refactor|\\bsplit|reorder|\\bswitch(?:ed)? to|\\buse \\w+\\(\\)|common error",
    },
  },
});
const corpus = join(process.env["FOLIOSCOPE_ROOT"] ?? ".", "..", "shared", "corpus");
const folders = ["series", "threads", "anykernel"].map((f) => join(corpus, f)).filter((f) => existsSync(f));
if (folders.length === 0) {
  console.log("corpus: ../shared/corpus is not here, nothing to draw from");
  process.exit(0);
}

/** A patch to review: the document that holds its series alone, and its place in it. */
interface Drawn {
  readonly name: string;
  readonly doc: ParsedDocument;
  readonly index: number;
}

const words = new RegExp(values.words, "i");
const isC = (path: string): boolean => /\.[ch]$/.test(path);

/** A mailbox cut by series: each series is a document, so that the tree is chosen for it. */
function drawnOf(path: string): Drawn[] {
  const text = readFileSync(path).toString("latin1");
  const lines = text.split("\n");
  const whole = parseDocument(Buffer.from(text, "latin1"), path);
  return whole.series.flatMap((series) => {
    const patches = series.members.flatMap((m) => m.patches.slice(0, 1)).map((i) => whole.patches[i]!);
    const messages = patches.map((p) => whole.messages[p.message]!);
    const mbox = messages
      .map((m) => lines.slice(m.docLine - 1, m.endDocLine).join("\n"))
      .map((t) => (t.startsWith("From ") ? t : `From 0 Mon Sep 17 00:00:00 2001\n${t}`))
      .join("\n\n");
    const doc = parseDocument(Buffer.from(`${mbox}\n`, "latin1"), path);
    return doc.patches
      .filter((p) => p.quoteDepth === 0 && words.test(p.subject) && p.files.some((f) => isC(f.path)))
      .map((p) => ({
        name: `${path.replace(/^.*\//, "")} v${series.revision} ${p.number}/${p.total} ${p.subject}`,
        doc,
        index: p.index,
      }));
  });
}

const all = folders.flatMap((f) =>
  readdirSync(f)
    .filter((n) => /\.(?:mbox|eml)$/.test(n))
    .sort()
    .flatMap((n) => drawnOf(join(f, n))),
);
const chosen = shuffled(makeRandom(Number(values.seed)), all).slice(0, Number(values.count));
console.log(`${chosen.length} of ${all.length} patches whose subject says that nothing changes`);

const [tree, ...otherTrees] = values.tree;
const most = values.cases === undefined ? Number.POSITIVE_INFINITY : Number(values.cases);
const scenarios = (items: readonly PlanItem[]): string[] =>
  items.filter((i) => i.kind === "scenario").map((i) => i.label);
let ran = 0;
let told = 0;
/** Patches that a tree at hand is of the time of, or that need none. */
let based = 0;
let basedRan = 0;
for (const { name, doc, index } of chosen) {
  const options = tree === undefined ? {} : { tree, otherTrees };
  const review = new DocumentReview(doc, { ...options, facts: false }, () => false);
  const patch = review.patch(doc.patches.findIndex((p) => p.index === index));
  patch.begin();
  const few = new Set(shuffled(makeRandom(Number(values.seed)), scenarios(patch.plan.items)).slice(0, most));
  const items = patch.plan.items.filter((i) => i.kind !== "scenario" || few.has(i.label));
  for (const item of items) patch.take(patch.run(item), item);
  const result = review.add(patch.finish(), 0);
  const runs = result.runs.filter((r) => isJudged(r.verdict));
  const fresh = result.findings.filter((f) => f.verdict === "new");
  const fits =
    review.context === null || isOfItsTime(review.context.tree, doc.patches.find((p) => p.index === index)!);
  if (fits) based++;
  if (runs.length > 0) {
    ran++;
    if (fits) basedRan++;
  }
  if (fresh.length > 0) told++;
  const why = runs.length > 0 ? "" : `: ${result.runs[0]?.reason ?? result.notes.at(-1) ?? ""}`;
  console.log(
    `${fresh.length > 0 ? "NEW  " : runs.length > 0 ? "quiet" : "none "} ${name.slice(0, 110)} [${runs.length} of ${result.runs.length} ran]${why.slice(0, 160)}`,
  );
  if (runs.length === 0) for (const n of result.notes.slice(0, 4)) console.log(`    ${n.slice(0, 220)}`);
  for (const f of fresh)
    console.log(
      `    ${f.code} line ${f.docLine}: ${f.message.slice(0, 130)} | ${f.scenario} +${f.alsoIn.length}`,
    );
}
console.log(`a tree of its time is here for ${based}, of which ${basedRan} ran`);
console.log(`${ran} of ${chosen.length} ran, something new is said of ${told}`);
process.exit(told === 0 ? 0 : 1);
