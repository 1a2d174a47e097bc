// `npm run demo`: the main job on a mail of this repository. Exit status 0 when the report holds what it must: something
// new and something fixed (the review itself exits 1, because the mail breaks something).
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = spawnSync(process.execPath, ["dist/cli.cjs", "review", "--no-cache", "examples/demo.eml"], {
  cwd: root,
  encoding: "utf8",
});
process.stdout.write(run.stdout);
process.stderr.write(run.stderr);
const ok = run.status === 1 && /\bNEW\b/.test(run.stdout) && /\bFIXED\b/.test(run.stdout);
if (!ok)
  console.error(`demo: expected a new and a fixed finding and exit status 1, got status ${run.status}`);
process.exit(ok ? 0 : 1);
