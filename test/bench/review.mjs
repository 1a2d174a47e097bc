// `npm run bench -- review [RUNS] [--before COMMIT | --alone]`: a review of seed 000 (the demo mail where the corpus is
// absent), from process start to its JSON, as it is now, as it was at a commit before (test/bench/before.mjs), and as it is
// when its results are in the cache, turn by turn, medians of 3. Wall time, processor seconds (user and system, all threads), peak resident memory, size of the JSON,
// and, where the command line streams (`--format jsonl`), the time to the first finding. No limits are checked here. The
// peer in the same run: `git mailinfo` on a mail, a fixed small cost to scale the machine by.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BEFORE, beforeCli } from "./before.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Makes a process write what it used, all its threads together, when it ends. */
function endHook(dir) {
  const file = join(dir, "end.cjs");
  writeFileSync(
    file,
    `if (require("node:worker_threads").isMainThread) process.on("exit", () => require("node:fs").writeFileSync(
      process.env.FOLIOSCOPE_BENCH_USED, JSON.stringify(process.resourceUsage())));\n`,
  );
  return file;
}

/** One review: its figures and its output. Rejects when it ends with anything but what a review ends with. */
function measure(cli, args, dir, more = {}) {
  const used = join(dir, "used.json");
  const start = performance.now();
  const child = spawn(process.execPath, ["--require", endHook(dir), cli, "review", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...more, FOLIOSCOPE_BENCH_USED: used },
  });
  const chunks = [];
  let errors = "";
  let firstFinding = null;
  let open = "";
  child.stdout.on("data", (data) => {
    chunks.push(data);
    if (firstFinding !== null) return;
    open += data.toString("latin1");
    if (/"(?:type|kind|event)":\s*"finding"/.test(open)) firstFinding = performance.now() - start;
    open = open.slice(-4096);
  });
  child.stderr.on("data", (data) => {
    errors += data;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      const ms = performance.now() - start;
      if (status !== 0 && status !== 1)
        return reject(new Error(`the review ended with ${status}: ${errors}`));
      const u = JSON.parse(readFileSync(used, "utf8"));
      const out = Buffer.concat(chunks);
      const cpu = (u.userCPUTime + u.systemCPUTime) / 1e6;
      resolve({ wall: ms / 1000, cpu, mib: u.maxRSS / 1024, kb: out.length / 1000, firstFinding, out });
    });
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Whether this command line can stream. */
function streams(cli) {
  const help = spawnSync(process.execPath, [cli, "review", "--help"], { cwd: root, encoding: "utf8" });
  return /\bjsonl\b/.test(help.stdout + help.stderr);
}

/** Runs every state in turn, so that a busy minute falls on all alike. */
async function compare(states, file, runs, dir) {
  for (const s of states) if (s.warm) await measure(s.cli, ["--format", "json", file], dir, s.env);
  for (let i = 0; i < runs; i++)
    for (const s of states) {
      const whole = await measure(s.cli, ["--format", "json", file], dir, s.env);
      s.output = whole.out;
      s.rows.push(whole);
      if (s.streams)
        s.first.push((await measure(s.cli, ["--format", "jsonl", file], dir, s.env)).firstFinding);
    }
}

function print(s) {
  const of = (what, digits) => median(s.rows.map((r) => r[what])).toFixed(digits);
  const json = JSON.parse(s.output.toString());
  const steps = json.runs.reduce((sum, r) => sum + (r.before?.steps ?? 0) + (r.after?.steps ?? 0), 0);
  const found = s.first.filter((ms) => ms !== null);
  let first = "not streamed";
  if (s.streams)
    first = found.length === 0 ? "no finding" : `first finding ${(median(found) / 1000).toFixed(2)} s`;
  console.log(
    `  ${s.name.padEnd(16)} ${of("wall", 2).padStart(6)} s, ${of("cpu", 2).padStart(6)} s of processor, ${of("mib", 0).padStart(5)} MiB, JSON ${of("kb", 0)} kB, ${first}`,
  );
  console.log(
    `  ${"".padEnd(16)} ${json.runs.length} scenario runs, ${(steps / 1e6).toFixed(1)} M instructions, ${(json.findings ?? []).length} findings`,
  );
}

function peer(runs, dir) {
  const input = readFileSync(join(root, "examples/demo.eml"));
  const times = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    const done = spawnSync("git", ["mailinfo", join(dir, "msg"), join(dir, "patch")], { input });
    if (done.error) return "  git mailinfo: no git here (Debian package git)";
    times.push(performance.now() - start);
  }
  return `  git mailinfo on a mail: ${median(times).toFixed(0)} ms`;
}

function statesOf(values, dir) {
  const state = (name, cli) => ({ name, cli, streams: streams(cli), rows: [], first: [], output: null });
  const cli = join(root, "dist/cli.cjs");
  const env = { FOLIOSCOPE_NO_CACHE: "0", FOLIOSCOPE_CACHE: join(dir, "cache") };
  const states = [state("now", cli), { ...state("now, kept", cli), warm: true, env }];
  if (values.alone) return states;
  try {
    states.unshift(state(`before, ${values.before}`, beforeCli(values.before)));
  } catch (error) {
    console.log(`before is not measured: ${error.message}`);
  }
  return states;
}

export async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { before: { type: "string", default: BEFORE }, alone: { type: "boolean", default: false } },
  });
  const runs = Math.max(1, Number(positionals[0] ?? 3) || 3);
  const built = spawnSync(process.execPath, ["esbuild.mjs"], { cwd: root, stdio: "inherit" });
  if (built.status !== 0) process.exit(1);
  const seed = join(root, "../shared/corpus/seeds/000_619e1f97392d3e6d.txt");
  const file = existsSync(seed) ? seed : join(root, "examples/demo.eml");
  const dir = mkdtempSync(join(tmpdir(), "folioscope-bench-"));
  try {
    const states = statesOf(values, dir);
    await compare(states, file, runs, dir);
    console.log(`review of ${file.split("/").pop()}, process start to JSON, median of ${runs}`);
    for (const s of states) print(s);
    console.log(peer(runs, dir));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
