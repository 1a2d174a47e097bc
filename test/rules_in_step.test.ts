/**
 * Each rule has a fixture (a kernel that breaks it; those of function cases: emulator/function_rules.test.ts) and a page in docs/rules that says what the rule says. The list of rules
 * without a fixture only gets shorter.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RULES } from "../emulator/invariants/registry.ts";
import { FIXTURES, ruleDocs } from "../tools/gen_rule_docs.ts";
import { root } from "./support/paths.ts";

const folder = join(root, "test/fixtures/rules");

/** Rules whose fixture is still to be written; one that has got it must leave the list. */
const OWED: readonly string[] = [];

test("codes are unique", () => {
  assert.equal(new Set(RULES.map((r) => r.code)).size, RULES.length);
});

test("every rule has a fixture", () => {
  const has = new Set(readdirSync(folder).map((f) => f.replace(/\.diff$/, "")));
  const codes = RULES.map((r) => r.code);
  assert.deepEqual(
    codes.filter((c) => !has.has(c)),
    OWED,
  );
  assert.deepEqual(
    [...has].filter((c) => !codes.includes(c)),
    [],
  );
});

test("docs/rules says what the rules say (npm run docs)", () => {
  const out = join(root, "docs/rules");
  const want = ruleDocs((code) => {
    const file = FIXTURES.map((f) => join(root, "test/fixtures", f, `${code}.diff`)).find((f) =>
      existsSync(f),
    );
    return file === undefined ? null : readFileSync(file, "utf8");
  });
  assert.deepEqual(readdirSync(out).sort(), [...want.keys()].sort());
  for (const [name, text] of want) assert.equal(readFileSync(join(out, name), "utf8"), text, name);
});
