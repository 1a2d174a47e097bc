/** A reference kernel that was preprocessed by the build is what preprocessing gives; one of other sources is not used. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ERA_NAMES, NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { packReference, parseReference, type ReferenceParse, useShipped } from "../../emulator/kernel.ts";
import { loadShipped, storeShipped } from "../../server/shipped_file.ts";

/** How hard brotli tries: what a file says does not hang on that, what an era more costs does. */
const FAST = 1;
const QUALITY = 9;

/** The parse of an era and the traits of no kernel, so that none is kept from before. */
let turn = 0;
function parsed(era: (typeof ERA_NAMES)[number]): ReferenceParse {
  return parseReference(era, [], null, undefined, [`FSC_TEST_${era.replace(/\W/g, "_")}_${turn++} 1`]);
}

/** Declarations, macros and the bodies of some functions, places and all. */
function told(r: ReferenceParse): string {
  const externals = r.units.flatMap((u) => u.tu.externals);
  const bodies = externals.filter((e, i) => e.kind === "function" && i % 40 === 0);
  return JSON.stringify(
    [
      r.files.map((f) => [f.path, f.origin, f.origin === "builtin" ? 0 : f.text.length]),
      externals.map((e) => [e.kind, e.loc]),
      bodies.map((e) => (e.kind === "function" ? e.body : null)),
      [...r.macros]
        .filter((m) => !m.name.startsWith("FSC_TEST"))
        .map((m) => [m.name, m.params, m.variadic, m.body]),
      [...r.typedefs],
    ],
    (key, v) => (typeof v === "bigint" ? `${v}n` : key === "hide" ? undefined : v),
  );
}

test("a shipped reference kernel is what preprocessing gives", async () => {
  for (const era of ERA_NAMES) {
    const fresh = told(parsed(era));
    const packed = packReference(era);
    assert.ok(packed !== null, era);
    const file = await storeShipped(new Map([[era, packed]]), FAST);
    let asked = 0;
    useShipped(() => {
      asked++;
      return loadShipped(file, era);
    });
    assert.equal(told(parsed(era)), fresh, era);
    assert.equal(asked, 1);
    useShipped(() => null);
  }
});

test("a shipped reference kernel of other sources is not used", () => {
  const packed = packReference(NEWEST_ERA)!;
  useShipped(() => ({
    ...packed,
    digest: "1:0:0:0",
    text: { ...packed.text, tokens: new Int32Array(0), length: 0 },
  }));
  assert.ok(parsed(NEWEST_ERA).units.length > 50);
  useShipped(() => null);
});

test("the file has every era by itself, and an era more costs little", async () => {
  // Neighbours: what a kernel of years later has besides is no cost of a second era.
  const [first, last] = [ERA_NAMES.at(-2)!, NEWEST_ERA];
  const earlier = packReference(first)!;
  const both = new Map([
    [first, earlier],
    [last, packReference(last, earlier.text.strings)!],
  ]);
  const file = await storeShipped(both, QUALITY);
  const one = await storeShipped(new Map([[first, both.get(first)!]]), QUALITY);
  assert.deepEqual(loadShipped(file, last), both.get(last));
  assert.deepEqual(loadShipped(file, first), both.get(first));
  assert.equal(loadShipped(file, "v0.1"), null);
  assert.throws(() => loadShipped(file.subarray(0, 1000), last));
  assert.ok(file.length < 1.12 * one.length, `${file.length} bytes of two, ${one.length} of one`);
});
