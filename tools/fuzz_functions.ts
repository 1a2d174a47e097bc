/**
 * The surface `functions` of `npm run fuzz -- --tree T`: a file of a kernel tree whose functions get C that asks for much,
 * lines of other files, doubled, dropped and cut ones, mailed as a patch and reviewed with that tree. Only function cases
 * run: scenarios have surfaces of their own. Leaves out running, counting and saving (fuzz.ts).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "../server/parse.ts";
import { reviewDocument } from "../server/review/analysis.ts";
import type { Random } from "../test/support/fuzz_mail.ts";
import { patchMail } from "../test/support/own_tree.ts";
import { driverFiles, FOLDERS, treeAt } from "./function_trial.ts";
import { type Outcome, pick } from "./fuzz_more.ts";
import { functionsOf } from "./mutant_kinds.ts";

const NUMBERS = [
  "0",
  "1",
  "-1",
  "63",
  "64",
  "4096",
  "1 << 20",
  "1UL << 40",
  "~0UL",
  "0x7fffffff",
  "-2147483648LL",
];

/** Statements of kernel C that are endless, large, deep, or no C at all; `name` is the function's own. */
function statement(random: Random, name: string): string {
  const n = () => pick(random, NUMBERS);
  const made = [
    () => `for (;;) kfree(kmalloc(${n()}, GFP_KERNEL));`,
    () => `{ char big[${n()}]; memset(big, ${n()}, ${n()}); }`,
    () =>
      `{ void *p = NULL; for (unsigned long i = 0; i < ${n()}; i++) p = kzalloc(i, GFP_KERNEL); kfree(p); }`,
    () => `{ struct list_head *l, head; list_for_each(l, &head) ; }`,
    () => `{ struct list_head *l = (void *)${n()}; while (l) l = l->next; }`,
    () => `{ unsigned long x = ${n()}; while (x) x = x * 3 + 1; }`,
    () => `{ long a = ${n()}, b = ${n()}; a /= b; a <<= b; a %= ${n()}; }`,
    () =>
      `if (((unsigned long)jiffies * ${n()}) % 7 == ((unsigned long)jiffies ^ ${n()}) >> 3) goto *(void *)${n()};`,
    () => `((void (*)(void))${n()})();`,
    () => `*(volatile long *)(${n()}) = ${n()};`,
    () => `${name}(${n()}, ${n()}, ${n()});`,
    () => `memcpy((void *)${n()}, (void *)${n()}, ${n()});`,
    () => `switch (${n()}) { ${Array.from({ length: 300 }, (_, i) => `case ${i}:`).join(" ")} break; }`,
    () => `asm volatile("${"x".repeat(random(50))}" : : "r"(${n()}));`,
    () => `({ ({ ({ ${n()}; }); }); });`,
    () => `dev_err((void *)${n()}, "%s%*d%pV%n", ${n()}, ${n()});`,
    () => `{ struct { char c[${n()}]; } a = { 0 }, b; b = a; (void)b; }`,
    () => `if (IS_ERR((void *)${n()})) return PTR_ERR((void *)${n()});`,
    () => `mutex_lock((void *)${n()}); mutex_unlock((void *)${n()});`,
    () => `while (!atomic_read((void *)${n()})) schedule();`,
    () => `${"(".repeat(random(400))}1${")".repeat(random(400))};`,
    () => `${"if (jiffies & 1) ".repeat(1 + random(60))};`,
    () =>
      `{ int i; ${Array.from({ length: 1 + random(40) }, (_, k) => `if (readl((void *)${k}) == ${k}) i = ${k};`).join(" ")} }`,
    () => `goto ${pick(random, ["out", "err", "nowhere"])};`,
    () => `return ${n()};`,
    () => `}`,
    () => `{`,
    () => `#if ${n()}`,
    () => `#define ${name} ${name}(${name})`,
    () => `#include "${"../".repeat(random(9))}${pick(random, ["x.h", "etc/passwd", "fuzz.c"])}"`,
    () => `_Generic(${n()}, default: 1, int: 2);`,
    () => `typeof(${n()}) ${"*".repeat(random(60))}fz_x = 0;`,
  ];
  return pick(random, made)();
}

/** A file of the tree with some functions spoiled; null where it has none. */
function spoiled(root: string, paths: readonly string[], random: Random): string | null {
  const path = pick(random, paths);
  const text = readFileSync(join(root, path), "utf8");
  const functions = functionsOf(text);
  if (functions.length === 0) return null;
  const after = text.split("\n");
  const f = pick(random, functions);
  const other = readFileSync(join(root, pick(random, paths)), "utf8").split("\n");
  for (let i = 1 + random(4); i > 0; i--) {
    const at = f.startLine + random(Math.max(1, f.endLine - f.startLine));
    const line = after[at] ?? "";
    switch (random(6)) {
      case 0:
        after.splice(at, 1);
        break;
      case 1:
        after.splice(at, 0, line);
        break;
      case 2:
        after.splice(at, 0, ...other.slice(random(other.length)).slice(0, 1 + random(12)));
        break;
      case 3:
        after[at] = line.slice(0, random(line.length + 1));
        break;
      default:
        after.splice(at, 0, `\t${statement(random, f.name)}`);
    }
  }
  return patchMail(1, 1, { path, from: text, to: after.join("\n") });
}

/** A surface over the tree at `root`: an input is a mail, a problem is an exception that a note tells of. */
export function functionSurface(root: string): (random: Random) => Outcome {
  const tree = treeAt(root);
  const paths = driverFiles(tree.root, FOLDERS);
  return (random) => {
    const input = spoiled(tree.root, paths, random) ?? "";
    const doc = parseDocument(Buffer.from(input), "fuzz.eml");
    const result = reviewDocument(doc, { tree: tree.root, scenario: "map-fault-unmap", paths: 60 });
    const told = [...result.notes, ...result.runs.map((r) => r.reason ?? "")];
    return { input, problem: told.find((m) => /internal error|defect of ours|object Object/.test(m)) ?? "" };
  };
}
