// `npm run bench -- state`: what saving, restoring and sharing a run costs, in CPU time (test/bench/state_run.ts).
import { spawnSync } from "node:child_process";

export function run(args) {
  const done = spawnSync(process.execPath, ["tools/run.mjs", "test/bench/state_run.ts", ...args], {
    stdio: "inherit",
  });
  process.exitCode = done.status ?? 1;
}
