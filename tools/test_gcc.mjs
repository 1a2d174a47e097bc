// Compiles every pass fixture of test/fixtures/emulator with gcc and compares output and exit status with the engine's:
// `npm run test:gcc [-- --update] [FILTER]`. --update writes the *.stdout goldens from what gcc's program prints.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModule } from "./load.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const update = process.argv.includes("--update");
const filter = process.argv.slice(2).find((a) => !a.startsWith("--")) ?? "";
const dir = mkdtempSync(join(tmpdir(), "folioscope-gcc-"));
const { loadExecFixtures, runFixture, checkFixture } = await loadModule("test/support/exec_fixtures.ts");
let failed = 0;
let count = 0;
for (const fixture of loadExecFixtures(root)) {
  if (fixture.kind !== "pass" || !fixture.name.includes(filter)) continue;
  count++;
  const exe = join(dir, "a.out");
  try {
    execFileSync("gcc", ["-std=gnu17", "-O0", "-w", ...fixture.gccFlags, fixture.file, "-o", exe, "-lm"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (error) {
    failed++;
    console.log(`${fixture.name}: gcc refuses it: ${String(error.stderr).slice(0, 500)}`);
    continue;
  }
  const native = spawnSync(exe, fixture.options.args, {
    cwd: dir,
    encoding: "latin1",
    input: "",
    timeout: 10_000,
  });
  if (update) writeFileSync(fixture.file.replace(/\.c$/, ".stdout"), native.stdout, "latin1");
  const wanted = { ...fixture, stdout: native.stdout };
  const wrong = checkFixture(wanted, runFixture(fixture));
  if (native.status !== (fixture.exit ?? 0)) wrong.push(`gcc's program exits with ${native.status}`);
  if (wrong.length > 0) {
    failed++;
    console.log(`${fixture.name}: ${wrong.join("\n  ")}`);
  }
}
rmSync(dir, { recursive: true, force: true });
console.log(`${count} programs, ${count - failed} equal to gcc, ${failed} not`);
process.exit(failed === 0 && count > 0 ? 0 : 1);
