/** Each rule of function cases has a fixture: C that keeps it, and the change that breaks it, which is told as that rule. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FUNCTION_RULES } from "../../emulator/function/rules.ts";
import { runPair } from "../support/function_pair.ts";
import { root } from "../support/paths.ts";

const folder = join(root, "test/fixtures/functions");

/** What no path shows: it is read off the text. */
const OF_THE_TEXT: readonly string[] = ["does-not-build", "unused-label", "empty-body"];
/** A failure that is passed over may be meant: as new it is told as possible only. */
const POSSIBLE: readonly string[] = ["error-lost"];

interface Fixture {
  readonly entry: string;
  /** What ends the life that the entry begins. */
  readonly leave: string | null;
  readonly before: string;
  readonly after: string;
}

function fixture(code: string): Fixture {
  const text = readFileSync(join(folder, `${code}.diff`), "utf8");
  const end = text.indexOf("\n\n");
  const [, entry = "", leave = null] = /^entry: (\w+)(?:, (\w+))?$/m.exec(text.slice(0, end)) ?? [];
  const lines = text.slice(end + 2).split("\n");
  const side = (without: string): string =>
    lines.flatMap((l) => (l.startsWith(without) ? [] : [l.slice(1)])).join("\n");
  return { entry, leave, before: side("+"), after: side("-") };
}

test("every rule of function cases has a fixture", () => {
  const has = readdirSync(folder).map((f) => f.replace(/\.diff$/, ""));
  const codes = FUNCTION_RULES.map((r) => r.code).filter((c) => !OF_THE_TEXT.includes(c));
  assert.deepEqual(has.sort(), codes.sort());
});

for (const { code } of FUNCTION_RULES.filter((r) => !OF_THE_TEXT.includes(r.code)))
  test(`${code}: broken it is new, mended it is fixed, unchanged it is neither`, () => {
    const { entry, leave, before, after } = fixture(code);
    const told = (from: string, to: string): string[] =>
      runPair(from, to, { name: entry, leave }).map((d) => `${d.verdict} ${d.fault.kind}`);
    assert.deepEqual(told(before, after), POSSIBLE.includes(code) ? [] : [`new ${code}`]);
    assert.deepEqual(told(after, before), [`fixed ${code}`]);
    assert.deepEqual(told(before, before), []);
    assert.deepEqual(told(after, after), []);
  });
