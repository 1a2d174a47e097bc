// Random programs of csmith with fixed seeds: checksum in the engine against gcc -O0.
// `npm run test:csmith -- --count 50 --seed 1 [--steps N] [--keep DIR]`. Exit 1 on a mismatch, an engine stop or an exception.
// A program is left that needs more than `--steps` instructions here, or natively two seconds of a processor: those that end
// take some ten thousand, so that what is left is what does not end soon, and nothing to compare.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadModule } from "./load.mjs";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    steps: { type: "string", default: "20000000" },
    keep: { type: "string" },
  },
});
const headers = ["/usr/include/csmith", "/usr/include/csmith-2.3.0", process.env.CSMITH_INCLUDE ?? ""].find(
  (d) => d !== "" && existsSync(join(d, "csmith.h")),
);
if (headers === undefined) {
  console.error("csmith.h not found: apt-get install csmith libcsmith-dev, or set CSMITH_INCLUDE");
  process.exit(2);
}
const { runProgram } = await loadModule("emulator/hosted/run_program.ts");
const dir = mkdtempSync(join(tmpdir(), "folioscope-csmith-"));
const tally = { equal: 0, mismatch: 0, stop: 0, exception: 0, limit: 0, skipped: 0 };
let engineMs = 0;
let steps = 0;
const first = Number(values.seed);
for (let seed = first; seed < first + Number(values.count); seed++) {
  const text = execFileSync("csmith", ["--seed", String(seed)], {
    encoding: "utf8",
    cwd: dir,
    maxBuffer: 1 << 28,
  });
  const file = join(dir, "p.c");
  const exe = join(dir, "p");
  writeFileSync(file, text);
  execFileSync("gcc", ["-O0", "-w", `-I${headers}`, file, "-o", exe]);
  // Seconds of a processor: on a machine that is busy with other things a program is not left for that.
  const native = spawnSync("sh", ["-c", 'ulimit -t 2; exec "$0"', exe], {
    encoding: "utf8",
    timeout: 60_000,
  });
  if (native.status !== 0) {
    tally.skipped++;
    continue;
  }
  const start = performance.now();
  const outcome = inEngine(file, text);
  engineMs += performance.now() - start;
  if (outcome.kind === "equal" && outcome.stdout !== native.stdout) outcome.kind = "mismatch";
  tally[outcome.kind]++;
  if (outcome.kind === "equal") continue;
  console.log(
    `seed ${seed}: ${outcome.kind} ${outcome.text ?? `gcc ${native.stdout.trim()} here ${outcome.stdout.trim()}`}`,
  );
  if (values.keep !== undefined) {
    mkdirSync(values.keep, { recursive: true });
    writeFileSync(join(values.keep, `seed_${seed}.c`), text);
  }
}
rmSync(dir, { recursive: true, force: true });
console.log(
  `${values.count} programs from seed ${first}: ${Object.entries(tally)
    .map(([k, n]) => `${n} ${k}`)
    .join(", ")}; engine ${(engineMs / 1000).toFixed(1)} s, ${(steps / 1e6).toFixed(0)} M instructions`,
);
process.exit(tally.mismatch + tally.stop + tally.exception === 0 ? 0 : 1);

function inEngine(path, text) {
  try {
    const r = runProgram(
      { path, text },
      {
        steps: Number(values.steps),
        resolveInclude: (name) =>
          existsSync(join(headers, name))
            ? { path: join(headers, name), text: readFileSync(join(headers, name), "utf8") }
            : null,
      },
    );
    steps += r.steps;
    if (r.end === null)
      return { kind: "stop", text: `compile: ${r.errors.map((e) => `${e.loc.line}: ${e.message}`)[0]}` };
    if (r.end.reason.kind === "limit") return { kind: "limit", text: r.end.reason.message };
    if (r.end.reason.kind !== "exit")
      return { kind: "stop", text: `${r.end.reason.kind} at ${r.end.loc?.line}: ${r.end.reason.message}` };
    return { kind: "equal", stdout: Buffer.from(r.stdout).toString("utf8") };
  } catch (error) {
    return { kind: "exception", text: error.stack };
  }
}
