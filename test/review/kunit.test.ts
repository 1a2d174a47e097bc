/**
 * The beginning of a KUnit test: C that a compiler takes, whatever stands in the mail, with a case for each finding that is skipped,
 * and its steps in the order of the run.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { formatOf } from "../../server/report/formats.ts";
import { kunitText } from "../../server/report/kunit.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { Finding } from "../../server/review/types.ts";
import { HOSTILE, spoil } from "../support/hostile_text.ts";

const root = process.env["FOLIOSCOPE_ROOT"]!;
const doc = parseDocument(readFileSync(join(root, "examples/leaked-reference.eml")), "leak.eml");
const result = reviewDocument(doc, { scenario: "insert-fails*" });
const [found] = result.findings.filter((f) => f.verdict === "new");

/** As much of KUnit as a skeleton names, of our own. */
const KUNIT = `
struct kunit;
struct kunit_case { void (*run)(struct kunit *test); const char *name; };
struct kunit_suite { const char name[256]; struct kunit_case *test_cases; };
void kunit_skip(struct kunit *test, const char *why);
#define KUNIT_CASE(fn) { .run = fn, .name = #fn }
#define kunit_test_suite(suite) struct kunit_suite *const suite##_there = &suite
#define MODULE_LICENSE(text) extern const char license[]
#define MODULE_DESCRIPTION(text) extern const char description[]
`;
const folder = mkdtempSync(join(tmpdir(), "folioscope-kunit-"));
after(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, "kunit"));
writeFileSync(join(folder, "kunit", "test.h"), KUNIT);
writeFileSync(join(folder, "kunit", "static_stub.h"), "");
const noGcc = spawnSync("gcc", ["--version"]).error ? "no gcc" : false;

/** What gcc says of a text; "" where it takes it. */
function compiled(text: string): string {
  const args = ["-fsyntax-only", "-std=gnu11", "-Wall", "-Werror", "-I", folder, "-x", "c", "-"];
  return spawnSync("gcc", args, { input: text, encoding: "utf8" }).stderr;
}

test("a run's steps stand in order, each with what makes it, and the case is skipped", () => {
  const text = kunitText(doc, [found!]);
  const steps = ["1. mount", "fallocate A[0..1) (vfs_fallocate())", "(kunit_vm_mmap()", "Here it breaks:"];
  const places = steps.map((s) => text.indexOf(s));
  assert.ok(
    places.every((at, i) => at > (places[i - 1] ?? 0)),
    `${places.join(" ")}\n${text}`,
  );
  assert.ok(text.includes(` * folioscope review --replay ${found!.replay} MAIL\n`), "a line to be copied");
  assert.match(text, /The case fails with the patch and passes without it\./);
  assert.match(text, /Left out: /);
  assert.match(text, /\tkunit_skip\(test, /);
});

test("what was there before the patch has no case, and where nothing was found that is said", () => {
  const written = (findings: readonly Finding[]): string =>
    formatOf("kunit")!.write({
      doc,
      result: { ...result, findings },
      chosen: [0],
      style: { color: false, all: false },
    } as never);
  assert.match(written([found!]), /KUNIT_CASE\(folio_ref_leak\)/);
  assert.match(written([{ ...found!, verdict: "already" }]), /^\/\* Nothing was found/);
});

test("gcc takes it: of several findings, of functions by themselves, and of texts that would end a comment", {
  skip: noGcc,
}, () => {
  const own: Finding = { ...found!, scenario: "life foo_probe foo_remove", code: "leaked" };
  const many = [found!, own, { ...own, code: "double-put" }, found!];
  const text = kunitText(doc, many);
  assert.equal(compiled(text), "", text);
  assert.equal(text.match(/KUNIT_CASE\(/g)?.length, 4);
  assert.equal(new Set(text.match(/KUNIT_CASE\(\w+\)/g)).size, 4, "each has a name of its own");
  assert.equal(text.match(/kunit_skip\(/g)?.length, 4);
  for (const bad of [...Object.values(HOSTILE), "*/ int main(", "/*", "*\\", "9 lives */"]) {
    const spoiled = spoil(found!, bad) as Finding;
    const said = kunitText(doc, [{ ...spoiled, verdict: "new", patch: 0 }]);
    assert.equal(compiled(said), "", said);
  }
});
