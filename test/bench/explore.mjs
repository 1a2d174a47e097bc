// `npm run bench -- explore`: what trying orders costs, in CPU time, and SPIN beside it (test/bench/explore_run.ts).
import { spawnSync } from "node:child_process";

export function run(args) {
  const done = spawnSync(process.execPath, ["tools/run.mjs", "test/bench/explore_run.ts", ...args], {
    stdio: "inherit",
  });
  process.exitCode = done.status ?? 1;
}
