// The engine against gcc -O0, tcc -run and JSCPP on five programs (test/bench/programs), and the start of hello world.
// `npm run bench -- engine [--rounds 5] [--json]`. Native times are of whole processes, less that of an empty one; the
// engine's are of the run alone (the time to compile is a column of its own). JSCPP runs a smaller N; its ratio is against
// the engine at that N. A peer that is not here is named with its package and left out.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadModule } from "../../tools/load.mjs";
import { havePeer, missing } from "./peers.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const PROGRAMS = [
  { name: "sieve", small: 30000 },
  { name: "list_sort", small: 300 },
  { name: "hash_table", small: 2000 },
  { name: "bits64", small: 1000 },
  { name: "refcount", small: 2000 },
];

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "5" },
      json: { type: "boolean" },
      only: { type: "string" },
    },
  });
  const rounds = Number(values.rounds);
  const engine = await loadModule("test/bench/engine_run.ts");
  const dir = mkdtempSync(join(tmpdir(), "folioscope-bench-"));
  const empty = join(dir, "empty.c");
  writeFileSync(empty, "int main(void) { return 0; }\n");
  const have = { gcc: havePeer("gcc", "gcc"), tcc: havePeer("tcc", "tcc", ["-v"]) };
  const base = {
    gcc: have.gcc ? stats(rounds, gccRunner(dir, empty)) : null,
    tcc: have.tcc ? stats(rounds, tccRunner(empty)) : null,
  };
  const rows = [];
  for (const { name, small } of PROGRAMS) {
    if (values.only !== undefined && values.only !== name) continue;
    const file = join(here, "programs", `${name}.c`);
    const text = readFileSync(file, "utf8");
    const gcc = have.gcc ? less(stats(rounds, gccRunner(dir, file)), base.gcc) : null;
    const tcc = have.tcc ? less(stats(rounds, tccRunner(file)), base.tcc) : null;
    const expected = have.gcc ? execFileSync(join(dir, "a.out"), { encoding: "utf8" }) : null;
    const runs = [];
    for (let i = 0; i < rounds; i++) runs.push(engine.timeProgram(file, text, []));
    if (expected !== null && runs.some((r) => r.stdout !== expected))
      throw new Error(`${name}: the engine prints something else`);
    const ours = summary(runs.map((r) => r.runMs));
    const rates = summary(runs.map((r) => r.steps / r.runMs / 1000));
    rows.push({
      name,
      gcc,
      tcc,
      ours,
      compileMs: summary(runs.map((r) => r.compileMs)).median,
      rate: rates.median,
      steps: runs[0].steps,
      toGcc: gcc === null ? null : ours.median / gcc.median,
      toTcc: tcc === null ? null : ours.median / tcc.median,
      jscpp: jscpp(text, small, engine, file),
    });
  }
  rmSync(dir, { recursive: true, force: true });
  const hello = values.only === undefined ? helloWorld(rounds) : null;
  if (values.json) console.log(JSON.stringify({ rows, hello }, null, 1));
  else print(rows, hello);
}

function print(rows, hello) {
  const show = (s) =>
    s === null ? "not here" : `${s.min.toFixed(1)}/${s.median.toFixed(1)}/${s.max.toFixed(1)}`;
  const times = (ratio, what) => (ratio === null ? "" : ` ${ratio.toFixed(1)} x ${what},`);
  console.log("times in ms as min/median/max");
  for (const r of rows) {
    console.log(
      `${r.name.padEnd(11)} engine ${show(r.ours)} (compile ${r.compileMs.toFixed(0)})  gcc -O0 ${show(r.gcc)}  tcc -run ${show(r.tcc)}`,
    );
    console.log(
      `${"".padEnd(11)} ${(r.steps / 1e6).toFixed(1)} M instructions, ${r.rate.toFixed(0)} M/s;${times(r.toGcc, "gcc -O0")}${times(r.toTcc, "tcc")} JSCPP: ${r.jscpp}`,
    );
  }
  const mean = (f) => Math.exp(rows.reduce((s, r) => s + Math.log(f(r)), 0) / rows.length);
  const toGcc = rows.some((r) => r.toGcc === null) ? null : mean((r) => r.toGcc);
  console.log(`geometric mean:${times(toGcc, "gcc -O0")} ${mean((r) => r.rate).toFixed(0)} M instructions/s`);
  if (hello !== null) console.log(`hello world from process start: ${show(hello)} ms (dist/cli.cjs)`);
}

function summary(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted.at(-1) };
}

/** Milliseconds of `runner` over the rounds, one warm-up first. */
function stats(rounds, runner) {
  runner();
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    runner();
    times.push(performance.now() - start);
  }
  return summary(times);
}

const less = (s, base) => ({
  min: Math.max(s.min - base.min, 0.1),
  median: Math.max(s.median - base.min, 0.1),
  max: Math.max(s.max - base.min, 0.1),
});

function gccRunner(dir, file) {
  const exe = join(dir, "a.out");
  execFileSync("gcc", ["-O0", "-w", file, "-o", exe]);
  return () => must(spawnSync(exe));
}

function tccRunner(file) {
  return () => must(spawnSync("tcc", ["-w", "-run", file]));
}

function must(result) {
  if (result.status !== 0) throw new Error(`a partner failed: ${result.error ?? result.stderr}`);
}

/** JSCPP at a small N in its own process, and how many times the engine's time at that N it takes. */
function jscpp(text, small, engine, file) {
  const require = createRequire(import.meta.url);
  let path;
  try {
    path = require.resolve("JSCPP");
  } catch {
    missing("JSCPP", "npm package JSCPP: npm ci");
    return "not here";
  }
  // JSCPP knows no #ifndef around N, no (void), no static, no suffixes: give it the plainest form.
  const source = text
    .replace(/#ifndef N\n#define N \d+\n#endif/, `#define N ${small}`)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\bNULL\b/g, "0")
    .replace(/\(void\)/g, "()")
    .replace(/^static /gm, "")
    .replace(/(\d|0x[0-9a-f]+)UL?\b/gi, "$1")
    .replace(/%lu|%ld|%lx/g, "%d");
  const script = `const J=require(${JSON.stringify(path)});const s=performance.now();
    try{J.run(${JSON.stringify(source)},"",{stdio:{write:()=>{}}});process.stdout.write(String(performance.now()-s));}
    catch(e){console.error(String(e.message??e));process.exit(1);}`;
  const r = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", timeout: 60_000 });
  if (r.status !== 0) return `cannot run it (${r.stderr.trim().split("\n").at(-1).slice(0, 90)})`;
  const theirs = Number(r.stdout);
  const ours = engine.timeProgram(file, text, [`N=${small}`]);
  return `${theirs.toFixed(0)} ms at N=${small}, ${(theirs / (ours.runMs + ours.compileMs)).toFixed(0)} x ours`;
}

/** From the start of the process to its end, with the built command line. */
function helloWorld(rounds) {
  const cli = join(here, "../../dist/cli.cjs");
  if (!existsSync(cli)) must(spawnSync(process.execPath, ["esbuild.mjs"], { cwd: join(here, "../..") }));
  return stats(rounds, () =>
    must(spawnSync(process.execPath, [cli, "exec", join(here, "programs/hello.c")])),
  );
}
