/** What `npm run reference` makes is what is there: the list of the reference kernel's files, and the scenarios' catalogue. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ERA_NAMES } from "../../emulator/kernel/era.ts";
import { parseReference, referenceDefines, referenceKnows } from "../../emulator/kernel.ts";
import { referenceIndex, referencePaths, scenarioCatalogue } from "../../tools/gen_reference.ts";
import { root } from "../support/paths.ts";

const base = join(root, "emulator/reference");
const read = (f: string): string => readFileSync(join(base, f), "utf8");
const paths = referencePaths(readdirSync(base, { recursive: true, encoding: "utf8" }));
const CATALOGUE = "scenarios/catalogue.c";

test("every file of the reference kernel is bundled", () => {
  assert.equal(read("index.ts"), referenceIndex(paths));
});

test("every scenario is in the catalogue, below its own #if", () => {
  const files = paths.filter((p) => /^scenarios\/.*\.c$/.test(p) && p !== CATALOGUE);
  const texts = files.map((f) => ({ text: read(f) }));
  assert.equal(read(CATALOGUE), scenarioCatalogue(read(CATALOGUE), texts));
  const more = { text: '#if FSC_ERA >= 615\nFSC_SCENARIO(made_up, "made-up", "t", "")\n#endif\n' };
  assert.match(
    scenarioCatalogue(read(CATALOGUE), [...texts, more]),
    // Behind others that have the same #if, where the last one has it.
    /\n#if FSC_ERA >= 615\n(?:\t&fsc_scenario_\w+,\n)*\t&fsc_scenario_made_up,\n#endif\n\tNULL/,
  );
});

test("a name that some era has is known without being looked for in vain", () => {
  for (const era of ERA_NAMES) {
    const { names, units } = parseReference(era, [], null);
    assert.deepEqual(
      [...names].filter((n) => !referenceKnows(era, n)),
      [],
    );
    const functions = units.flatMap((u) => u.tu.externals.flatMap((e) => (e.kind === "function" ? [e] : [])));
    const defined = functions.map((f) => f.declarator.name ?? "").filter((n) => n !== "");
    assert.ok(defined.length > 1000);
    assert.deepEqual(
      defined.filter((n) => !referenceDefines(era, n)),
      [],
    );
    assert.equal(referenceKnows(era, "simatic_ipc_init_module"), false);
  }
});
