/**
 * Rules of the house that no linter checks: module headers, the import table, no chance and no clock in the emulator, no
 * test that cannot run, no path of one machine, README and package.json in step.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = process.env["FOLIOSCOPE_ROOT"]!;
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((f) => f !== "");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const sources = tracked.filter(
  (f) => /^(emulator|server|extension)\/.*\.ts$/.test(f) && !f.endsWith(".d.ts"),
);

test("every module says what it is for", () => {
  const silent = sources.filter((f) => !/^(#!.*\n)?(\/\*\*|\/\/ )/.test(read(f)));
  assert.deepEqual(silent, []);
});

test("the reference kernel says what each file is for", () => {
  const files = tracked.filter((f) => /^emulator\/reference\/.*\.[ch]$/.test(f));
  assert.ok(files.length > 20);
  assert.deepEqual(
    files.filter((f) => !/SPDX-License-Identifier: GPL-2\.0-or-later/.test(read(f))),
    [],
  );
});

/** Folder to the folders and packages it may import. */
const ALLOWED: readonly { readonly from: RegExp; readonly to: RegExp; readonly why: string }[] = [
  { from: /^emulator\//, to: /^(emulator\/)/, why: "the emulator is pure (D6)" },
  {
    from: /^server\/browser\//,
    to: /^(server\/browser\/|@noble\/hashes\/|brotli\/|buffer\/|events$|path-browserify$)/,
    why: "what stands in for Node needs neither Node nor the server",
  },
  {
    from: /^server\//,
    to: /^(emulator\/|server\/|node:|vscode-languageserver|vscode-jsonrpc|@vscode\/debug(?:adapter|protocol)$|parse-diff|postal-mime|yaml$|diff$|@modelcontextprotocol\/sdk\/|package\.json)/,
    why: "the server knows no editor",
  },
  {
    from: /^extension\/web\.ts$/,
    to: /^(extension\/main\.ts|server\/browser\/boot_message|vscode)/,
    why: "in a browser the extension is the desktop's, started otherwise",
  },
  {
    from: /^extension\//,
    to: /^(extension\/|server\/(protocol|sniff|review\/(types|timeline_types)|report\/(panel_view|text))|vscode|uplot$|node:)/,
    why: "the client is thin",
  },
];

test("imports go the way the architecture says", () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const rule = ALLOWED.find((r) => r.from.test(file));
    if (rule === undefined) continue;
    for (const m of read(file).matchAll(
      /^(?:import|export)\b[^;"]*?from\s+"([^"\s]+)"|\bimport\("([^"\s]+)"\)/gm,
    )) {
      const target = m[1] ?? m[2]!;
      const path = target.startsWith(".") ? join(file, "..", target) : target;
      if (!rule.to.test(path)) wrong.push(`${file} imports ${path}: ${rule.why}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** Relative imports of each module of the emulator and the server. */
function importGraph(): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const file of sources) {
    const targets: string[] = [];
    for (const m of read(file).matchAll(/^(?:import|export)\b[^;"]*?from\s+"(\.[^"\s]+)"/gm))
      targets.push(join(file, "..", m[1]!));
    graph.set(
      file,
      targets.filter((t) => sources.includes(t)),
    );
  }
  return graph;
}

/** Modules that import each other: each group knows why it is one. The list only gets shorter. */
const CYCLES: readonly string[] = [
  "emulator/c/ctype emulator/c/tree", // types of the tree's nodes, trees in array sizes
  "emulator/c/sema_builtin emulator/c/sema_call emulator/c/sema_expr", // expressions hold calls, calls hold expressions
  "emulator/shims/libc emulator/shims/libc_math emulator/shims/libc_stdio emulator/shims/libc_stdlib emulator/shims/libc_string",
  "emulator/vm/context emulator/vm/step emulator/vm/step_rare emulator/vm/vm emulator/vm/warm",
  "server/source/apply server/source/claim",
  "server/source/images server/source/tree",
  "server/source/merge server/source/superseded",
];

test("modules import each other in no circle that is not known", () => {
  const graph = importGraph();
  const reach = new Map<string, Set<string>>();
  for (const start of graph.keys()) {
    const seen = new Set<string>();
    const todo = [...graph.get(start)!];
    for (let at = todo.pop(); at !== undefined; at = todo.pop())
      if (!seen.has(at)) {
        seen.add(at);
        todo.push(...graph.get(at)!);
      }
    reach.set(start, seen);
  }
  const groups = new Set<string>();
  for (const [file, seen] of reach) {
    const group = [...seen].filter((f) => f === file || reach.get(f)!.has(file));
    if (seen.has(file))
      groups.add(
        group
          .map((f) => f.replace(/\.ts$/, ""))
          .sort()
          .join(" "),
      );
  }
  assert.deepEqual([...groups].sort(), CYCLES);
});

/** Rooms of the emulator's upper floors, lowest first: a room imports itself and what is below. */
const FLOORS = [
  "emulator/kernel/",
  "emulator/vm/",
  "emulator/trace/",
  "emulator/subject/",
  "emulator/invariants/",
  "emulator/machine/",
  "emulator/scenario/",
];
/** A thing's identity is what events carry: the one file of `subject` that is a leaf. */
const LEAVES = new Set(["emulator/subject/subject.ts"]);

test("the rooms of the emulator import downwards, and no room imports a watched kind past its table", () => {
  const wrong: string[] = [];
  const floor = (f: string): number => FLOORS.findIndex((dir) => f.startsWith(dir));
  for (const [file, targets] of importGraph())
    for (const t of targets) {
      const from = floor(file);
      if (from >= 0 && floor(t) > from && !LEAVES.has(t))
        wrong.push(`${file} imports ${t}, which is above it`);
      const kind = /^emulator\/subject\/(\w+)\//.exec(t)?.[1];
      if (kind !== undefined && !file.startsWith("emulator/subject/"))
        wrong.push(`${file} imports ${t}: ask the table`);
    }
  assert.deepEqual(wrong, []);
});

test("the emulator has no clock and no chance", () => {
  const wrong = sources.filter(
    (f) =>
      f.startsWith("emulator/") && /\bMath\.random\b|\bDate\b\.|new Date\b|performance\.now/.test(read(f)),
  );
  assert.deepEqual(wrong, []);
});

test("product code knows no mail and no author", () => {
  const wrong = tracked
    .filter((f) => /^(emulator|server|extension)\/.*\.(ts|c|h)$/.test(f))
    .filter((f) =>
      /[0-9a-f]{12}\.[0-9]{10}|git-series|@(nvidia|intel|redhat|suse|fujitsu)\.com/i.test(read(f)),
    );
  assert.deepEqual(wrong, []);
});

test("tests run", () => {
  const wrong = tracked
    .filter((f) => /^test\/.*\.(ts|mjs)$/.test(f) && f !== "test/tidy.test.ts")
    .filter((f) => /\.only\(|assert\(true\)|assert\.ok\(true\)|\btodo:/.test(read(f)));
  assert.deepEqual(wrong, []);
});

test("no path of one machine", () => {
  const wrong = tracked
    .filter(
      (f) =>
        /\.(ts|mjs|json|md|sh|c|h|yml)$/.test(f) &&
        f !== "test/tidy.test.ts" &&
        !f.endsWith("package-lock.json"),
    )
    .filter((f) => /(^|[^A-Za-z0-9_.])\/(work|farm|root)\/|\/tmp\/[a-z]/m.test(read(f)));
  assert.deepEqual(wrong, []);
});

test("the README shows the two commands, and they exist", () => {
  const readme = read("README.md");
  const scripts = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;
  assert.match(readme, /npm ci && npm run demo/);
  assert.match(readme, /npm ci && npm test/);
  for (const m of readme.matchAll(/npm run ([\w:]+)/g))
    assert.ok(scripts[m[1]!] !== undefined, `README names npm run ${m[1]}`);
});

test("every dependency has a reason and an exact version", () => {
  const pkg = JSON.parse(read("package.json")) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const architecture = read("ARCHITECTURE.md");
  for (const [name, version] of Object.entries({ ...pkg.dependencies, ...pkg.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+/, `${name} is pinned`);
    assert.ok(architecture.includes(`\`${name}\``), `ARCHITECTURE.md says why ${name}`);
  }
});

test("the editor's cases load before the packages of their folder are installed", () => {
  const folder = join(root, "test", "e2e");
  const seen = new Set<string>();
  const read = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, from] of readFileSync(join(folder, file), "utf8").matchAll(
      /^(?:import|\} from)\b[^"\n]*"([^"\n]+)";$/gm,
    )) {
      assert.match(from!, /^(?:node:|\.\/)/, `${file} imports ${from}: import() it where it is used`);
      if (from!.startsWith("./")) read(from!.slice(2));
    }
  };
  read("run.mjs");
  assert.ok(seen.size > 4);
});
