/**
 * No regular expression of ours backtracks: each one of `emulator`, `server`, `extension` and `tools` is put to recheck, which
 * finds an input that makes it take more than linear time, or that there is none. What recheck has called linear is kept by
 * digest in test/fixtures/regexps.txt (asking anew takes minutes), so only new ones are asked about here;
 * `npm test -- tidy_regexps --update` asks about those and writes them down.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Pattern, patternsOf } from "./support/regexps.ts";

const root = process.env["FOLIOSCOPE_ROOT"]!;
const VERDICTS = join(root, "test/fixtures/regexps.txt");
const recheck = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies
  .recheck as string;

/** What may be more than linear, and why it cannot hurt: file, how the literal or the call begins, the reason. */
const EXCEPTIONS: readonly (readonly [file: string, begins: string, reason: string])[] = [
  ["emulator/kernel.ts", "new RegExp(`^[A-Za-z_][", "on files of the reference kernel alone, which are ours"],
  ["server/diff/file_header.ts", "/\\s+(\\d{4}-", "on the last characters of a name (STAMP_MAX)"],
  ["server/mail/quote.ts", "/(?:\\b(?:wrote", "on the last characters of a line (ATTRIBUTION_MAX)"],
  ["tools/any_mutants.ts", "/", "a developer's tool, on lines of a kernel tree"],
  ["tools/mutant_kinds.ts", "/", "a developer's tool, on lines of a kernel tree"],
  ["tools/any_versions.ts", "/", "a developer's tool, on lines of a kernel tree"],
  ["tools/mutate.ts", "/", "a developer's tool, on lines of the reference kernel"],
  [
    "tools/cleanups.ts",
    "new RegExp(values.words",
    "what a developer types on the command line, on subjects of mails",
  ],
];

interface Place {
  readonly file: string;
  readonly pattern: Pattern;
}

const digest = (p: Pattern): string =>
  createHash("sha256").update(`${recheck}\0${p.source}\0${p.flags}`).digest("hex").slice(0, 16);
const excepted = ({ file, pattern }: Place): boolean =>
  EXCEPTIONS.some(([f, begins]) => f === file && pattern.text.startsWith(begins));

function places(): Place[] {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\n")
    .filter((f) => /^(emulator|server|extension|tools)\/.*\.(ts|mjs)$/.test(f) && !f.endsWith(".d.ts"));
  return files.flatMap((file) =>
    patternsOf(readFileSync(join(root, file), "utf8"), file.endsWith(".ts") ? "ts" : "js").map((pattern) => ({
      file,
      pattern,
    })),
  );
}

test("patterns are found: literals, constants put together, values that stand in them", () => {
  const found = patternsOf(`
    const WHEN = "(?:a|b)";
    const LIST = ["x+", \`y\${1}\`];
    export const used = [/[/]"+/gi, new RegExp(\`^\${WHEN}$\`, "m"), new RegExp(LIST.join("|"))];
    export const name = (n: string, v: { w: string }) => [new RegExp(\`\\\\b\${n}\\\\b\`), RegExp("a" + v.w), new RegExp(n.trim())];
  `);
  assert.deepEqual(
    found.map((p) => `${p.source}/${p.flags}`),
    ['[/]"+/gi', "^(?:a|b)$/m", "x+|y1/", "\\bhole\\b/", "ahole/", "null/"],
  );
});

test("no regular expression backtracks", () => {
  const all = places();
  assert.ok(all.length > 500, `only ${all.length} patterns`);
  const unknown = all.filter((p) => p.pattern.source === null && !excepted(p));
  assert.deepEqual(
    unknown.map(
      (p) => `${p.file}: ${p.pattern.text}: put it together from constants and names, or say why it may`,
    ),
    [],
  );
  const known = new Set(readFileSync(VERDICTS, "utf8").split("\n"));
  const asked = new Map<string, Place>();
  for (const p of all)
    if (p.pattern.source !== null && !known.has(digest(p.pattern)) && !excepted(p))
      asked.set(digest(p.pattern), p);
  const verdicts = ask([...asked.values()].map((p) => p.pattern));
  const wrong: string[] = [];
  [...asked].forEach(([key, p], i) => {
    const v = verdicts[i]!;
    if (v.status === "safe") known.add(key);
    else wrong.push(`${p.file}: ${p.pattern.text} (${v.status}: ${v.growth}; ${v.attack})`);
  });
  if (process.env["FOLIOSCOPE_UPDATE"] === "1") {
    const digests = new Set(all.map((p) => digest(p.pattern)));
    writeFileSync(
      VERDICTS,
      `${[...known]
        .filter((k) => digests.has(k))
        .sort()
        .join("\n")}\n`,
    );
  }
  assert.deepEqual(wrong, []);
});

test("every exception is one", () => {
  const all = places();
  for (const [file, begins, reason] of EXCEPTIONS) {
    assert.ok(reason !== "", `${file}: ${begins} has no reason`);
    assert.ok(
      all.some((p) => p.file === file && p.pattern.text.startsWith(begins)),
      `${file} has no ${begins} any more`,
    );
  }
});

function ask(patterns: readonly Pattern[]): { status: string; growth: string; attack: string }[] {
  if (patterns.length === 0) return [];
  const said = spawnSync(process.execPath, [join(root, "test/support/recheck.mjs")], {
    cwd: root,
    input: JSON.stringify(patterns.map((p) => [p.source, p.flags])),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  assert.equal(said.status, 0, said.stderr);
  return JSON.parse(said.stdout);
}
