// `npm run corpus`: the scenario cases of the corpus (corpus.ts), with --any the function cases (function_cases.ts), with
// --cleanups patches that say they change nothing (cleanups.ts).
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const args = process.argv.slice(2);
const tool = args.includes("--any")
  ? "tools/function_cases.ts"
  : args.includes("--cleanups")
    ? "tools/cleanups.ts"
    : "tools/corpus.ts";
const run = fileURLToPath(new URL("run.mjs", import.meta.url));
process.exit(spawnSync(process.execPath, [run, tool, ...args], { stdio: "inherit" }).status ?? 1);
