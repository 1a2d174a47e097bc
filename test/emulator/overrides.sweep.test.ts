/**
 * The reference kernel under another macro, made of the plain parse: the same as all of it read again with that macro. For
 * a sample of the macros of every era, each with another text.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { External, SourceFile } from "../../emulator/c/ast.ts";
import { sameDefinition } from "../../emulator/c/lowered.ts";
import { type MacroDef, MacroTable } from "../../emulator/c/macro_table.ts";
import { preprocess } from "../../emulator/c/preprocessor.ts";
import { ERA_NAMES } from "../../emulator/kernel/era.ts";
import { parseReference, parseWhole, type ReferenceParse } from "../../emulator/kernel.ts";

/** Of how many macros one is taken. */
const EVERY = 500;

/** A macro with one more token at the end of its text. */
function longer(m: MacroDef): SourceFile {
  const params = m.params === null ? "" : `(${[...m.params, ...(m.variadic ? ["..."] : [])].join(", ")})`;
  const body = m.body.map((t) => `${t.space ? " " : ""}${t.text}`).join("");
  return {
    path: "include/linux/other.h",
    text: `#define ${m.name}${params} ${body} + 0x5a5a\n`,
    origin: "diff",
  };
}

const same = (a: External, b: External): boolean =>
  a.kind === "function" && b.kind === "function" ? sameDefinition(a, b) : isDeepStrictEqual(a, b);

function differences(a: ReferenceParse, b: ReferenceParse): string[] {
  const out: string[] = [];
  const paths = (p: ReferenceParse): string => p.units.map((u) => u.path).join();
  if (paths(a) !== paths(b)) return ["other files"];
  a.units.forEach((u, i) => {
    const [mine, others] = [u.tu.externals, b.units[i]!.tu.externals];
    if (mine.length !== others.length) out.push(`${u.path}: ${mine.length} and ${others.length} definitions`);
    else if (!mine.every((e, n) => same(e, others[n]!))) out.push(u.path);
  });
  if (!isDeepStrictEqual([...a.names].sort(), [...b.names].sort())) out.push("names");
  return out;
}

test("what is made of the plain parse is what reading all again gives", () => {
  let made = 0;
  let changed = 0;
  ERA_NAMES.forEach((era, shift) => {
    const plain = parseReference(era, [], null);
    const first = plain.units[0]!.tu.externals[0]!;
    const all = [...plain.macros].filter((m) => plain.files[m.loc.file]?.origin === "reference");
    for (const macro of all.filter((m, n) => n % EVERY === 7 * shift || m.name === "for_each_mapped_pfn")) {
      const source = longer(macro);
      const own = new MacroTable();
      preprocess(source, { files: [source], macros: own, resolve: () => null });
      const under = parseReference(era, [source], own);
      // Read again after all: nothing to compare.
      if (under.units[0]!.tu.externals[0] !== first) continue;
      made++;
      if (under.units.some((u, i) => u.tu !== plain.units[i]!.tu)) changed++;
      const whole = parseWhole(era, [source], own, new Set(), []);
      assert.deepEqual(differences(under, whole), [], `${macro.name} in ${era}`);
    }
  });
  assert.ok(made >= 12 && changed >= 7, `${made} made, ${changed} changed`);
});
