// Benchmarks by name: `npm run bench -- engine [options]` runs test/bench/engine.mjs. Each module exports run(args).
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dir = dirname(fileURLToPath(import.meta.url));
const [name = "review", ...args] = process.argv.slice(2);
const names = readdirSync(dir)
  .filter((f) => f.endsWith(".mjs") && f !== "run.mjs" && f !== "before.mjs" && f !== "peers.mjs")
  .map((f) => f.slice(0, -4));
if (!names.includes(name)) {
  console.error(`usage: npm run bench -- ${names.join("|")}`);
  process.exit(2);
}
// What is measured is run.
process.env.FOLIOSCOPE_NO_CACHE = "1";
const { run } = await import(pathToFileURL(join(dir, `${name}.mjs`)).href);
await run(args);
