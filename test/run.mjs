// Finds every *.test.ts below test/, bundles them with esbuild (one entry a file, what they share in chunks) and runs
// them with node:test, several files a process where nothing speaks against it (`sharesProcess`), as many at a time as there are cores.
// `node test/run.mjs [filter...] [--all] [--corpus] [--update] [--times]` runs the files whose path contains a filter; with
// --corpus, of them those tests that read the corpus beside the repository. Without a filter the sweeps (*.sweep.test.ts: one thing
// tried on every kernel, pair, shape or mistake, half of the time) are left to `--all` and to CI (where `CI` is set), and named. Zero tests is a failure, in all and in a file. Before node's counters come the ten slowest files (with --times all)
// and what they took of processors; the last line is `P passed, F failed, S skipped`.
// Leaves out: coverage, watching, and any limit on time (a slow machine is no defect).
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { Transform } from "node:stream";
import { run } from "node:test";
import { spec, tap } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bareRuns, shipped } from "../tools/shipping.mjs";

const SLOWEST = 10;
/** Begun first, so that none of the long ones is left for one core at the end. What is here changes only the time. */
const LONG = [
  "lsp/emulator",
  "review/examples",
  "review/",
  "source/",
  "lsp/server",
  "emulator/reference_silent",
  "emulator/overrides",
  "emulator/shipped",
  "emulator/",
  "mail/linear",
];
/** Files that take so long that company makes their process the last one, and gains them nothing. */
const ALONE = ["emulator/reference_silent", "emulator/overrides"];
/** Files of a shared process at most: each leaves something behind in memory, and the last process should not be the longest. */
const SHARING_MAX = 8;
/** What a file says that has the process, or a thread of it, for itself; measures it; says which build is used; or reads mails that are not in the repository. */
const OWN_PROCESS =
  /\bprocess\.(?!env\b)|\bprocess\.env\S* =[^=>]|\buseShipped|\buseLowered|\bdelete process|\bperformance\b|\bglobalThis\b|\bmock\b|node:(?:child_process|worker_threads|v8)|lsp_client|corpus/;
const root = fileURLToPath(new URL("..", import.meta.url));
const filters = process.argv.slice(2).filter((a) => !a.startsWith("--"));
const corpusOnly = process.argv.includes("--corpus");
const update = process.argv.includes("--update");
const everything =
  process.argv.includes("--all") || corpusOnly || filters.length > 0 || Boolean(process.env.CI);
const isSweep = (file) => file.endsWith(".sweep.test.ts");

function testFiles(dir) {
  const found = [];
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === "fixtures" || entry.name === "e2e") continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) found.push(...testFiles(path));
    else if (entry.name.endsWith(".test.ts")) found.push(path);
  }
  return found.sort();
}

/** The program of a process. A file that throws while it loads becomes a failing test of its own; at its end it writes how
 *  long it took. Source maps are for this process alone, not for those that it starts. V8 is set as it is for users
 *  (server/emulation/v8_flags.ts). */
function wrapper(names, seconds) {
  const imports = names.map(
    (name) => `
try { await import(${JSON.stringify(join(root, name))}); } catch (e) { test(${JSON.stringify(`load ${name}`)}, () => { throw e; }); }`,
  );
  return `import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { tuneV8 } from ${JSON.stringify(join(root, "server", "emulation", "v8_flags.ts"))};
tuneV8();
process.setSourceMapsEnabled(true);
process.on("exit", () => writeFileSync(${JSON.stringify(seconds)}, JSON.stringify(spent())));
/** Seconds that passed, and those of processors: this process's, and, where the system tells them, those of what it started and waited for. */
function spent() {
  const { user, system } = process.cpuUsage();
  let children = 0;
  try {
    const [cutime, cstime] = readFileSync("/proc/self/stat", "utf8").replace(/^.*\\) /s, "").split(" ").slice(13, 15);
    children = (Number(cutime) + Number(cstime)) / 100;
  } catch {}
  return { passed: performance.now() / 1000, processors: (user + system) / 1e6 + children };
}${imports.join("")}
`;
}

/** Whether a file touches nothing of its process. Such files share one: a new process spends half of their time on reading and
 *  lowering the same kernels with code that V8 has not compiled yet. */
const sharesProcess = (name, text) => !ALONE.some((a) => name.includes(a)) && !OWN_PROCESS.test(text);

/** Files of one process are of one folder, and either all or none of them run on what a build leaves. */
const companyOf = (name, text) =>
  `${dirname(name)} ${/from "(?:\.\.\/)+server\/|import "(?:\.\.\/)+server\//.test(text)}`;

/** The files of each process. */
function processes(files) {
  const names = files.map((file) => relative(root, file).split(sep).join("/"));
  const companies = new Map();
  const alone = [];
  for (const name of names) {
    const text = readFileSync(join(root, name), "utf8");
    if (!sharesProcess(name, text)) {
      alone.push([name]);
      continue;
    }
    const company = companyOf(name, text);
    companies.set(company, [...(companies.get(company) ?? []), name]);
  }
  return [...[...companies.values()].flatMap(dealt), ...alone];
}

/** Files that may share a process, dealt in turn to as many as are wanted. */
function dealt(sharing) {
  const many = Math.max(
    Math.ceil(sharing.length / SHARING_MAX),
    Math.min(availableParallelism(), sharing.length),
  );
  return Array.from({ length: many }, (_, i) => sharing.filter((_, k) => k % many === i));
}

async function bundle(files, outdir) {
  const bundled = processes(files).map((names) => {
    const base = names[0].replace(/\.ts$/, "");
    const source = join(outdir, "source", `${base}.mjs`);
    const seconds = join(outdir, `${base}.seconds`);
    mkdirSync(dirname(source), { recursive: true });
    mkdirSync(dirname(seconds), { recursive: true });
    writeFileSync(source, wrapper(names, seconds));
    const more = names.length > 1 ? ` and ${names.length - 1} more` : "";
    return { names, name: names[0] + more, source, seconds, program: join(outdir, `${base}.mjs`) };
  });
  await build({
    entryPoints: bundled.map((b) => b.source),
    outdir,
    outbase: join(outdir, "source"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: "linked",
    external: ["vscode", "esbuild"],
    loader: { ".c": "text", ".h": "text", ".yaml": "text" },
    logLevel: "warning",
    banner: {
      js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);',
    },
  });
  return bundled;
}

/** Puts the slowest files before the first of node's counters, keeps the counters, and reports a file without tests. */
function watcher(bundled, counters) {
  const byProgram = new Map(bundled.map((b) => [b.program, b]));
  let told = false;
  return new Transform({
    objectMode: true,
    transform(event, _encoding, done) {
      const { type, data } = event;
      const empty = type === "test:pass" && data.nesting === 0 ? byProgram.get(data.name) : undefined;
      if (empty !== undefined) {
        counters.empty.push(...empty.names);
        counters.passing++;
      }
      // Where a test stands is told by the chunk of its file: x.test-HASH.mjs.
      if (data?.nesting === 0 && typeof data.file === "string")
        counters.told.add(basename(data.file).split("-")[0]);
      const counter =
        type === "test:diagnostic" && data.nesting === 0 ? /^(\w+) (\d+)$/.exec(data.message) : null;
      if (counter !== null) {
        if (!told) for (const message of slowest(bundled)) this.push({ type, data: { ...data, message } });
        told = true;
        counters.of.set(counter[1], Number(counter[2]));
      }
      done(null, event);
    },
  });
}

function slowest(bundled) {
  const times = bundled.map(({ name, seconds }) => ({ name, ...spentBy(seconds) }));
  times.sort((a, b) => b.passed - a.passed);
  const told = (t, name) =>
    `${t.passed.toFixed(1).padStart(6)} s, ${t.processors.toFixed(1).padStart(6)} s of processors  ${name}`;
  const all = times.reduce(
    (sum, t) => ({ passed: sum.passed + t.passed, processors: sum.processors + t.processors }),
    { passed: 0, processors: 0 },
  );
  return [
    ...times.slice(0, process.argv.includes("--times") ? times.length : SLOWEST).map((t) => told(t, t.name)),
    told(all, `all ${times.length} processes`),
  ];
}

/** What a file's process wrote at its end; infinite when it was killed before. */
function spentBy(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { passed: Number.POSITIVE_INFINITY, processors: Number.POSITIVE_INFINITY };
  }
}

const chosen = (file) =>
  (everything || !isSweep(file)) &&
  (filters.length === 0 || filters.some((f) => relative(root, file).includes(f))) &&
  (!corpusOnly || /\bonCorpus\(/.test(readFileSync(file, "utf8")));
const all = testFiles(join(root, "test"));
const files = all.filter(chosen);
if (files.length === 0) {
  console.error(
    `no test file${corpusOnly ? " that reads the corpus" : ""} matches "${filters.join('", "')}"`,
  );
  process.exit(1);
}
process.chdir(root);
process.env.FOLIOSCOPE_ROOT = root;
// Tests are of runs, not of what an earlier run left.
process.env.FOLIOSCOPE_NO_CACHE = "1";
if (update) process.env.FOLIOSCOPE_UPDATE = "1";
// Which tests those are they say themselves (support/corpus.ts).
if (corpusOnly) {
  process.env.FOLIOSCOPE_CORPUS_ALONE = "1";
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ""} --test-only`;
}
// They run on the preprocessed and lowered reference kernels that users have (server/shipped.ts), made by the code at hand.
const kernels = await shipped([join(root, "dist"), join(root, ".cache", "shipped")]);
if (kernels !== null) process.env.FOLIOSCOPE_SHIPPED = kernels;
// What the build ran on the bare reference kernels need not run again where it is the same program.
const bare = await bareRuns(join(root, "dist"));
if (bare !== null) process.env.FOLIOSCOPE_BARE_RUNS = bare;
const outdir = join(root, ".cache", `test-${process.pid}`);
process.on("exit", () => rmSync(outdir, { recursive: true, force: true }));
const bundled = await bundle(files, outdir);
const counters = { of: new Map(), empty: [], passing: 0, told: new Set() };
const rankOf = (name) => (LONG.findIndex((l) => name.includes(l)) + LONG.length + 1) % (LONG.length + 1);
const rank = ({ names }) => Math.min(...names.map(rankOf));
const programs = bundled.toSorted((a, b) => rank(a) - rank(b)).map((b) => b.program);
const events = run({ files: programs, concurrency: availableParallelism() }).pipe(watcher(bundled, counters));
for await (const text of events.compose(process.env.CI ? tap : new spec())) process.stdout.write(text);

for (const { names } of bundled.filter((b) => b.names.length > 1))
  for (const name of names)
    if (!counters.told.has(basename(name, ".ts")) && !counters.empty.includes(name))
      counters.empty.push(name);
const count = (...names) => names.reduce((sum, n) => sum + (counters.of.get(n) ?? 0), 0);
for (const name of counters.empty) console.log(`${name} has no test`);
const passed = count("pass") - counters.passing;
const failed = count("fail", "cancelled") + counters.empty.length;
const sweeps = everything ? [] : all.filter(isSweep).map((f) => relative(join(root, "test"), f));
if (sweeps.length > 0)
  console.log(
    `left to CI and to npm test -- --all, ${sweeps.length} sweeps: ${sweeps.map((f) => f.replace(".sweep.test.ts", "")).join(", ")}`,
  );
console.log(`${passed} passed, ${failed} failed, ${count("skipped", "todo")} skipped`);
process.exitCode = failed > 0 || count("tests") === 0 ? 1 : 0;
