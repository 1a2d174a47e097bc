// `npm run bench -- review [RUNS]`: from process start to JSON, for seed 000 (the example where the corpus is absent):
// wall time, peak memory, and instructions per second inside the scenarios. Min, median and max of a few runs; no limits
// are checked here. The peer in the same run: `git mailinfo` on the same mail, a fixed small cost to scale the machine by.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

function timed(command, args, input) {
  const start = process.hrtime.bigint();
  const run = spawnSync(command, args, { cwd: root, input, maxBuffer: 1 << 28 });
  return { ms: Number(process.hrtime.bigint() - start) / 1e6, run };
}

/** A file that makes a process say its peak memory when it ends. */
function peakHook() {
  const file = join(mkdtempSync(join(tmpdir(), "folioscope-bench-")), "peak.cjs");
  writeFileSync(file, 'process.on("exit", () => console.error("peak " + process.resourceUsage().maxRSS));\n');
  return file;
}

const spread = (values) => {
  const s = [...values].sort((a, b) => a - b);
  return `min ${s[0].toFixed(0)}, median ${s[s.length >> 1].toFixed(0)}, max ${s.at(-1).toFixed(0)}`;
};

export async function run(args) {
  const runs = Number(args[0] ?? 3);
  spawnSync(process.execPath, ["esbuild.mjs"], { cwd: root, stdio: "inherit" });
  const seed = join(root, "../shared/corpus/seeds/000_619e1f97392d3e6d.txt");
  const file = existsSync(seed) ? seed : join(root, "examples/demo.eml");
  const wall = [];
  const peak = [];
  let steps = 0;
  let cases = 0;
  for (let i = 0; i < runs; i++) {
    const { ms, run } = timed(process.execPath, [
      "--require",
      peakHook(),
      "dist/cli.cjs",
      "review",
      file,
      "--format",
      "json",
    ]);
    wall.push(ms);
    const kib = /peak (\d+)/.exec(String(run.stderr));
    if (kib !== null) peak.push(Number(kib[1]) / 1024);
    const json = JSON.parse(String(run.stdout));
    cases = json.runs.length;
    steps = json.runs.reduce((sum, r) => sum + r.before.steps + r.after.steps, 0);
  }
  const peer = [];
  for (let i = 0; i < runs; i++) {
    const out = join(tmpdir(), `folioscope-bench-${process.pid}`);
    peer.push(
      timed("git", ["mailinfo", `${out}.msg`, `${out}.patch`], readFileSync(join(root, "examples/demo.eml")))
        .ms,
    );
  }
  const median = [...wall].sort((a, b) => a - b)[wall.length >> 1];
  console.log(`review of ${file.split("/").pop()}: ${cases} scenario runs, both sides`);
  console.log(`  process start to JSON (ms): ${spread(wall)}`);
  if (peak.length > 0) console.log(`  peak resident memory (MiB): ${spread(peak)}`);
  console.log(
    `  instructions: ${(steps / 1e6).toFixed(1)} M, ${(steps / 1000 / median).toFixed(1)} M/s over the whole process`,
  );
  console.log(
    `  git mailinfo on a mail (ms): ${spread(peer)}; ratio of medians ${(median / [...peer].sort((a, b) => a - b)[peer.length >> 1]).toFixed(0)}`,
  );
}
