/**
 * Function cases of a mail for which there is no kernel tree: the functions that it shows whole on both sides, over our own
 * declarations of what every driver uses and a prototype for each function of the kernel that they call. Leaves out guessing
 * types: a function that names one which neither has is not run.
 */
import type { OutlineItem } from "../../emulator/c/outline.ts";
import { outline } from "../../emulator/c/outline.ts";
import type { Contract } from "../../emulator/function/contract.ts";
import interfaces from "../../emulator/function/driver_interfaces.h";
import { FUNCTION_SHIMS, PRELUDE } from "../../emulator/function/shims.ts";
import type { TreeSource } from "../../emulator/kernel_tree.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import { listed } from "../listed.ts";
import type { Patch, Side, SideDefinition } from "../mail/types.ts";
import { namesOf } from "../source/function_source.ts";
import type { FileImages, SideImages } from "../source/images.ts";
import { codeText } from "../source/tree_side.ts";
import { readContracts } from "./contracts.ts";

/** Lines of a file at most: where a hunk says that it lies further on, what it shows stands behind the rest. */
const MAX_LINES = 200_000;

/** Files of which both sides show something whole, with that alone in them, each line where it is in the file. */
export function mailImages(patch: Patch): SideImages {
  const files: FileImages[] = [];
  for (const [path, definitions] of listed(patch.definitions, (d) => d.path)) {
    if (!/\.[ch]$/.test(path)) continue;
    const [before, after] = [sideOf(definitions, "before"), sideOf(definitions, "after")];
    if (before === null || after === null) continue;
    files.push({
      path,
      oldPath: path,
      pristine: null,
      before: before.text,
      after: after.text,
      beforeDocLines: before.docLines,
      afterDocLines: after.docLines,
      source: "none",
      hunks: [],
      touched: true,
      own: true,
    });
  }
  const standing = { kind: "forward" } as unknown as SideImages["standing"];
  return { files, notes: [], reversed: false, standing, torn: new Map() };
}

/** What a side of a file, of which there are these definitions, shows whole; null where that is nothing. */
function sideOf(
  definitions: readonly SideDefinition[],
  side: Side,
): { text: string; docLines: number[] } | null {
  const lines: string[] = [];
  const docLines: number[] = [];
  const loose: SideDefinition[] = [];
  const put = (d: SideDefinition, first: number): void =>
    d.text
      .replace(/\n$/, "")
      .split("\n")
      .forEach((line, i) => {
        for (let n = lines.length; n <= first + i; n++) [lines[n], docLines[n]] = ["", 0];
        [lines[first + i], docLines[first + i]] = [line, d.lines[i] ?? 0];
      });
  for (const d of definitions) {
    if (d.side !== side || d.visible !== "whole") continue;
    if (d.firstLine === null || d.firstLine < 1 || d.firstLine > MAX_LINES) loose.push(d);
    else put(d, d.firstLine - 1);
  }
  for (const d of loose) put(d, lines.length + 1);
  return lines.length === 0 ? null : { text: lines.join("\n"), docLines };
}

const HEADER = "<driver interfaces>";
/** What the reference kernel has of every driver's needs. */
const BASIC = referenceFiles
  .filter((f) => f.path === "include/linux/types.h" || f.path === "include/linux/errno.h")
  .map((f) => [f.path, f.text] as const);
const KEYWORDS = new Set(
  "if for while switch return sizeof do else defined typeof __typeof__ case".split(" "),
);
/** Names that the mail may call, so many at most. */
const MAX_CALLED = 2000;

/** What the functions of such files name besides what they show: our declarations, and prototypes of what they call. */
export function mailSource(images: readonly FileImages[]): TreeSource {
  const texts = images.flatMap((f) => [f.before ?? "", f.after ?? ""]);
  const known = namesOf(interfaces);
  const prelude = namesOf(PRELUDE);
  const shims = new Set(FUNCTION_SHIMS.map((s) => /^\w+/.exec(s)?.[0] ?? ""));
  const shown = new Set(texts.flatMap((t) => (outline(t) as OutlineItem[]).map((i) => i.name)));
  const called = new Set<string>();
  for (const text of [...texts, interfaces].map(codeText))
    for (const m of text.matchAll(/\b([A-Za-z_]\w*)\(/g)) {
      const name = m[1]!;
      const has = [name, `@${name}`].some((n) => known.names.has(n) || prelude.names.has(n));
      if (!has && !shims.has(name) && !shown.has(name) && !KEYWORDS.has(name) && called.size < MAX_CALLED)
        called.add(name);
    }
  const prototypes = [...called].map((n) => `${returns(n, texts) ? "void *" : "int "}${n}();\n`).join("");
  // What is a part of something shown, and is never looked into, has some size.
  const tags = new Set(texts.flatMap((t) => [...t.matchAll(/\bstruct (\w+)/g)].map((m) => m[1]!)));
  const opaque = [...tags]
    .filter((t) => !known.names.has(`struct ${t}`) && !shown.has(t))
    .slice(0, MAX_CALLED)
    .map((t) => `struct ${t} { long __fs_opaque[16]; };\n`)
    .join("");
  const text = `${interfaces}\n${opaque}${prototypes}`;
  const headers = new Map([[HEADER, text], ...BASIC]);
  const names = [...headers].map(([path, t]) => [path, namesOf(t)] as const);
  const typedefs = new Set([
    ...names.flatMap(([, n]) => [...n.typedefs]),
    ...texts.flatMap((t) => [...namesOf(t).typedefs]),
  ]);
  return {
    definers: (name) => names.flatMap(([path, n]) => (n.names.has(name) ? [path] : [])),
    read: (path) => headers.get(path) ?? null,
    typedefs,
    config: [],
  };
}

/** Whether a function gives a pointer: by its contract, else by what its result is stored in. */
function returns(name: string, texts: readonly string[]): boolean {
  const c = readContracts().contracts.functions.get(name);
  if (c !== undefined) return givesPointer(c);
  for (const text of texts)
    for (const m of text.matchAll(/\b(\w+) = (\w+)\(/g))
      if (
        m[2] === name &&
        text
          .split(`*${m[1]}`)
          .slice(1)
          .some((rest) => /^\s*[;,=)]/.test(rest))
      )
        return true;
  return false;
}

function givesPointer(c: Contract): boolean {
  if (c.fails === "null" || c.fails === "errptr" || c.memory !== null || typeof c.gives === "number")
    return true;
  return c.clauses.some((k) => k.verb === "get" && k.where.at === "ret" && k.where.path === "");
}
