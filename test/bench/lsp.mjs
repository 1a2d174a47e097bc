// `npm run bench -- lsp [REVIEWS] [MEGABYTES]`, or `lsp series FILE [TREE]`: how long a hover takes while the server reads a large mail, and how much the
// server grows over many reviews (test/bench/lsp_run.ts). Needs `npm run build`.
import { spawnSync } from "node:child_process";

export function run(args) {
  const done = spawnSync(process.execPath, ["tools/run.mjs", "test/bench/lsp_run.ts", ...args], {
    stdio: "inherit",
  });
  process.exitCode = done.status ?? 1;
}
