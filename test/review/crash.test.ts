/** Crash reports in a mail, without a diff or beside one: what is read, which scenarios come there, what is said where none can. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { runReview } from "../../server/cli_review.ts";
import { parseDocument } from "../../server/parse.ts";
import { crashText } from "../../server/report/crash_text.ts";
import { type CrashOutcome, crashOutcomes } from "../../server/review/crash.ts";
import { treeContext } from "../../server/source/context.ts";
import { changed, mailOf } from "../support/one_change.ts";
import { exchanged, ownTree, patchMail, referenceText } from "../support/own_tree.ts";
import { root } from "../support/paths.ts";

const mail = readFileSync(join(root, "test/fixtures/crash/oops.eml"));

test("a quoted report with timestamps, of x86, is laid beside the scenarios that enter its functions", () => {
  const [x86] = crashOutcomes(parseDocument(mail, "oops.eml"), null, {});
  assert.equal(x86?.report.symbol, "folio_mark_dirty");
  assert.equal(x86?.report.process, "maptest");
  assert.deepEqual(x86?.known, ["folio_mark_dirty", "unmap_page_range"]);
  assert.ok(x86.scenarios.some((s) => s.startsWith("map-fault-unmap ")));
  assert.equal(x86.match, null);
});

test("a report of arm64 in functions that the machine does not have says so", () => {
  const [, arm] = crashOutcomes(parseDocument(mail, "oops.eml"), null, {});
  assert.equal(arm?.report.symbol, "own_driver_poll");
  assert.deepEqual([arm?.known, arm?.scenarios], [[], []]);
  assert.match(crashText([arm!]).replace(/\s+/g, " "), /no scenario can come there/);
});

test("a report that replies quote again is told once", () => {
  const twice = Buffer.concat([
    mail,
    Buffer.from("\n"),
    Buffer.from(String(mail).split("\n\n").slice(1).join("\n\n")),
  ]);
  assert.equal(crashOutcomes(parseDocument(twice, "oops.eml"), null, {}).length, 2);
});

test("the text names what is missing to run it, in lines of 80 columns", () => {
  const text = crashText(crashOutcomes(parseDocument(mail, "oops.eml"), null, {}));
  assert.match(
    text.replace(/\s+/g, " "),
    /name a kernel tree and the series .*--tree DIR --prerequisite FILE/,
  );
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  const treeOnly = crashText(crashOutcomes(parseDocument(mail, "oops.eml"), null, { tree: "linux" }));
  assert.match(treeOnly.replace(/\s+/g, " "), /name the series that it is about, too: --prerequisite FILE/);
  assert.doesNotMatch(treeOnly, /--tree/);
});

test("on a tree with the series the same fault at the same function is named, with the patch that brought it", () => {
  const tree = ownTree();
  const path = "fs/dax.c";
  const whole = referenceText(path);
  const from = "struct page *dax_layout_busy_page(struct address_space *mapping)\n{\n\treturn";
  const harmless = exchanged(
    whole,
    from,
    from.replace("\treturn", "\tmapping = mapping ? mapping : NULL;\n\treturn"),
  );
  const broken = exchanged(
    harmless,
    "\tmapping = mapping ? mapping : NULL;\n",
    "\tmapping = NULL;\n\tmapping->nrpages = 0;\n",
  );
  const busy = "\tstruct page *busy;\n\n\tif (!dax_mapping(inode->i_mapping))";
  const nowhere = (n: number): string =>
    exchanged(whole, busy, busy.replace("\n\n", `\n\tint nowhere = ${n};\n\n`));
  const series = join(tree, "series.mbox");
  writeFileSync(
    series,
    patchMail(1, 3, { path, from: nowhere(1), to: nowhere(2) }) +
      patchMail(2, 3, { path, from: whole, to: harmless }) +
      patchMail(3, 3, { path, from: harmless, to: broken }),
  );
  const report = String(mail)
    .replaceAll("folio_mark_dirty", "dax_layout_busy_page")
    .split("On the other")[0]!;
  const doc = parseDocument(Buffer.from(report), "oops.eml");
  const options = { tree, prerequisites: [series], era: "v6.12" };
  const [found] = crashOutcomes(doc, treeContext(options), options);
  assert.equal(found?.match?.near, "same", crashText([found!]));
  assert.equal(found?.match?.since?.number, 3);
  assert.deepEqual(found?.match?.since?.inPart, [1]);
  assert.deepEqual(
    found?.touchedBy.map((t) => t.number),
    [2, 3],
  );
  const told = crashText([found!]).replace(/\s+/g, " ");
  assert.match(told, /the same fault at the same function, since patch 3/);
  assert.match(told, /patch 1 of the series is on this tree only in part/);
});

/** What `folioscope review` says of a mail. */
async function reviewed(text: string, args: string[]): Promise<{ status: number; out: string }> {
  const folder = mkdtempSync(join(tmpdir(), "crash-"));
  try {
    const file = join(folder, "mail.eml");
    writeFileSync(file, text);
    let out = "";
    const io = { stdout: (t: string) => void (out += t), stderr: () => undefined, color: false };
    const status = await runReview([file, ...args], io);
    return { status, out };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("a mail with a diff and a report: the diff is reviewed, and the report is read beside it", async () => {
  const [head, report] = String(mail).split(/\n\n([\s\S]*)/, 2) as [string, string];
  const { old, now } = changed("mm/page-writeback.c", "folio_mark_dirty", "{\n", "{\n\t(void)folio;\n");
  const diff = mailOf("mm/page-writeback.c", old, now).split("\n---\n")[1]!;
  const both = `${head.replace(/^Subject: .*/m, "Subject: [PATCH] one change")}\n\n${report}\n---\n${diff}`;
  const text = await reviewed(both, ["--scenario", "map-fault-unmap order=0 index=0 write=1"]);
  assert.equal(text.status, 0);
  assert.match(text.out, /1 (?:scenario run|function case): 1 clean/);
  assert.match(text.out, /^line \d+: .* folio_mark_dirty/m);
  assert.match(text.out.replace(/\s+/g, " "), /patch 1 "one change" changes folio_mark_dirty\(\)/);
  const json = await reviewed(both, [
    "--scenario",
    "map-fault-unmap order=0 index=0 write=1",
    "--format",
    "json",
  ]);
  const { runs, crashes } = JSON.parse(json.out) as { runs: unknown[]; crashes: CrashOutcome[] };
  assert.equal(runs.length, 1);
  assert.equal(crashes[0]!.report.symbol, "folio_mark_dirty");
  assert.deepEqual(
    crashes[0]!.touchedBy.map((t) => t.fn),
    ["folio_mark_dirty"],
  );
});

test("a report alone is told in JSON too, by the schema", async () => {
  const { status, out } = await reviewed(String(mail), ["--format", "json"]);
  assert.equal(status, 3);
  const schema = JSON.parse(readFileSync(join(root, "server/schema/review.schema.json"), "utf8")) as object;
  const fits = new Ajv2020.default({ strict: false }).compile(schema);
  const told = JSON.parse(out) as { crashes: CrashOutcome[] };
  assert.ok(fits(told), JSON.stringify(fits.errors));
  assert.equal(told.crashes.length, 2);
});
