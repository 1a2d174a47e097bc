// `npm run bench -- tree [RUNS]`: a review with a kernel tree from process start to JSON: without a cached index, with it,
// and the same mail without a tree in the same run, to set a busy machine's times against. The mail is one of our own that
// changes a function of the tree's fs/dax.c and shows it whole, so that it runs without a tree too (test/e2e/mails.mjs).
// The aims are issue 5's: 6 s, 1.5 s, 600 MB. Peak memory is of the whole process, its threads included. Says so, and
// ends with status 0, where there is no tree.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { treeMail } from "../e2e/mails.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const AIM_COLD_MS = 6000;
const AIM_WARM_MS = 1500;
const AIM_MB = 600;

/** A file that makes a process say its peak memory and its processor time when it ends. */
function endHook(dir) {
  const file = join(dir, "end.cjs");
  writeFileSync(
    file,
    'if (require("node:worker_threads").isMainThread) process.on("exit", () => { const u = process.resourceUsage();' +
      ' console.error("peak " + u.maxRSS + " cpu " + (u.userCPUTime + u.systemCPUTime)); });\n',
  );
  return file;
}

function timed(args, hook, cache) {
  const start = process.hrtime.bigint();
  const run = spawnSync(
    process.execPath,
    ["--require", hook, "dist/cli.cjs", "review", "--format", "json", ...args],
    {
      cwd: root,
      maxBuffer: 1 << 30,
      env: { ...process.env, FOLIOSCOPE_CACHE: cache },
    },
  );
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  const end = /peak (\d+) cpu (\d+)/.exec(String(run.stderr));
  if (end === null || run.status === 2) throw new Error(`review ended with ${run.status}: ${run.stderr}`);
  return {
    ms,
    mb: (Number(end[1]) * 1024) / 1e6,
    cpu: Number(end[2]) / 1000,
    runs: JSON.parse(String(run.stdout)).runs.length,
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

export async function run(args) {
  const times = Number(args[0] ?? 3);
  const mail = treeMail({ whole: true });
  if (mail.skip) {
    console.log(`not measured: ${mail.skip}`);
    return;
  }
  spawnSync(process.execPath, ["esbuild.mjs"], { cwd: root, stdio: "inherit" });
  const dir = mkdtempSync(join(tmpdir(), "folioscope-bench-"));
  try {
    const file = join(dir, "in-tree.eml");
    writeFileSync(file, mail.text);
    const hook = endHook(dir);
    const kinds = { cold: [], warm: [], alone: [] };
    for (let i = 0; i < times; i++) {
      const cache = join(dir, `cache-${i}`);
      kinds.cold.push(timed(["--tree", mail.tree, file], hook, cache));
      kinds.warm.push(timed(["--tree", mail.tree, file], hook, cache));
      kinds.alone.push(timed([file], hook, cache));
    }
    const of = (kind, what) => median(kinds[kind].map((r) => r[what]));
    const line = (name, kind, aim) =>
      console.log(
        `  ${name.padEnd(34)} ${of(kind, "ms").toFixed(0).padStart(6)} ms, ${of(kind, "cpu").toFixed(0).padStart(6)} ms of processor, ` +
          `${of(kind, "mb").toFixed(0).padStart(5)} MB${aim === 0 ? "" : `   aim ${aim} ms, ${AIM_MB} MB: ${of(kind, "ms") <= aim && of(kind, "mb") <= AIM_MB ? "met" : "not met"}`}`,
      );
    console.log(
      `review with ${mail.tree}, median of ${times} (${kinds.cold[0].runs} scenario runs, both sides)`,
    );
    line("with the tree, no index cached", "cold", AIM_COLD_MS);
    line("with the tree, index cached", "warm", AIM_WARM_MS);
    line("the same mail without a tree", "alone", 0);
    const perRun = (kind) => of(kind, "cpu") / kinds[kind][0].runs;
    console.log(
      `  ratios: cold / warm ${(of("cold", "ms") / of("warm", "ms")).toFixed(2)}, warm / without a tree ${(of("warm", "ms") / of("alone", "ms")).toFixed(2)}` +
        ` (processor time a run ${(perRun("warm") / perRun("alone")).toFixed(2)}), memory ${(of("warm", "mb") / of("alone", "mb")).toFixed(2)}`,
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
