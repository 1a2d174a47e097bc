/**
 * Functions of the reference kernel that a build has lowered: through the file and back they are what lowering gives, an image
 * with a patch takes over those that the patch does not reach, and those of other sources are not used.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressSpace } from "../../emulator/c/space.ts";
import { NEWEST_ERA } from "../../emulator/kernel/era.ts";
import {
  buildKernelImage,
  type KernelImage,
  lowerReferences,
  type OverlayUnit,
  type ShippedCode,
  useShippedCode,
} from "../../emulator/kernel.ts";
import type { FnCode } from "../../emulator/vm/image.ts";
import { loadLowered, storeLowered } from "../../server/lowered_file.ts";

/** How hard Brotli tries: nothing here is about bytes. */
const FAST = 1;
const made = lowerReferences([NEWEST_ERA]);
const shipped = loadLowered(storeLowered(made, FAST));
const keys = [...made.functions.get(NEWEST_ERA)!.keys()];

const bodyOf = ({ image }: KernelImage, key: string): FnCode => {
  const [path, name] = key.split(" ") as [string, string];
  return image.lower(image.findFunction(name, path));
};

const told = (code: FnCode): string =>
  JSON.stringify(
    [
      [code.code.join(), code.consts.join(), code.locs, code.nregs, code.frameSize],
      [code.switches, code.bitfields, code.sigs, code.traps],
      code.locals.map((l) => [l, l.declared()]),
      [...(code.signedAt ?? [])],
      [...(code.looseAt ?? [])],
    ],
    (_key, v) => (typeof v === "bigint" ? `${v}n` : v),
  );

/** An image with what a build has left at hand, or without: ids and addresses are the same. */
function kernel(code: ShippedCode | null, overlay: readonly OverlayUnit[]): KernelImage {
  useShippedCode(() => code);
  return buildKernelImage(NEWEST_ERA, overlay, new AddressSpace(shipped.space));
}

/** What a build has left, counting what is asked for and found. */
function counted(): { code: ShippedCode; found: Set<string> } {
  const found = new Set<string>();
  const find: ShippedCode["find"] = (era, key) => {
    const f = shipped.find(era, key);
    if (f !== null) found.add(key);
    return f;
  };
  return { code: { ...shipped, find }, found };
}

/** Headers of the reference kernel that a patch shows: a macro of its own instead of one that is there. */
const MACRO: OverlayUnit = { path: "include/linux/mm.h", text: "#define PAGE_SIZE (1ul << 12)\n" };
const RECORD: OverlayUnit = {
  path: "include/linux/fs.h",
  text: "struct inode_operations { int changed; };\n",
};

test("lowered functions are what lowering gives, through the file and back", () => {
  assert.ok(keys.length > 1500, `${keys.length}`);
  const { code, found } = counted();
  const some = keys.filter((_k, i) => i % 7 === 0);
  const fresh = kernel(null, []);
  const expected = some.map((key) => told(bodyOf(fresh, key)));
  const taken = kernel(code, []);
  for (const [i, key] of some.entries()) assert.equal(told(bodyOf(taken, key)), expected[i], key);
  assert.equal(found.size, some.length);
  assert.deepEqual(taken.image.notes, fresh.image.notes);
  assert.deepEqual(taken.image.deadChecks, fresh.image.deadChecks);
});

for (const [what, unit] of [
  ["a macro", MACRO],
  ["a record", RECORD],
] as const)
  test(`a patch that changes ${what} lowers anew what that reaches`, () => {
    const { code, found } = counted();
    const some = keys.filter((_k, i) => i % 5 === 0);
    const fresh = kernel(null, [unit]);
    const expected = some.map((key) => told(bodyOf(fresh, key)));
    const taken = kernel(code, [unit]);
    const bodies = some.map((key) => bodyOf(taken, key));
    for (const [i, key] of some.entries()) assert.equal(told(bodies[i]!), expected[i], key);
    assert.ok(found.size > some.length / 2, `${found.size}`);
    assert.equal(found.size < some.length, unit === MACRO);
    useShippedCode(() => null);
  });

test("lowered functions of other sources are not used", () => {
  const { code, found } = counted();
  const other = kernel({ ...code, digest: "1:0:0:0" }, []);
  assert.equal(bodyOf(other, keys[0]!).code.length > 0, true);
  assert.equal(found.size, 0);
  useShippedCode(() => null);
});

test("the file's bytes hang on what was lowered, not on how it lies in memory", () => {
  const sparse = <T>(list: readonly T[]): T[] => {
    const out = new Array<T>(list.length);
    list.forEach((v, i) => {
      out[i] = v;
    });
    return out;
  };
  const [key, fn] = [...made.functions.get(NEWEST_ERA)!].find(([, f]) => f.effects.length > 1)!;
  const tables = { ...made.code.tables, answers: sparse(made.code.tables.answers) };
  const store = (code: typeof made.code, f: typeof fn): string =>
    Buffer.from(storeLowered({ code, functions: new Map([[NEWEST_ERA, new Map([[key, f]])]]) })).toString(
      "hex",
    );
  assert.equal(
    store({ ...made.code, tables }, { ...fn, effects: sparse(fn.effects), locals: sparse(fn.locals) }),
    store(made.code, fn),
  );
});
