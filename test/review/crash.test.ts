/** Crash reports in a mail without a diff: what is read, which scenarios come there, what is said where none can. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { crashText } from "../../server/report/crash_text.ts";
import { crashOutcomes } from "../../server/review/crash.ts";
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
});
