/**
 * Writes dist/reach.bin (JSON, brotli): which functions each case enters on the bare reference kernel of each era
 * (emulator/scenario/reach.ts). Kept in the cache folder under a digest of the reference kernel, so that it is made once
 * for each state of that; the eras are run in several processes. Beside it stands what each of these runs showed, and by
 * which program they were run (dist/reach.runs): where that is the program at hand, test/emulator/reference_silent.sweep.test.ts
 * does not run them again.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { ERA_NAMES, type Era } from "../emulator/kernel/era.ts";
import { referenceFiles } from "../emulator/reference/index.ts";
import { type EraReach, makeReach } from "../emulator/scenario/reach.ts";
import { cacheFolder, cacheKey } from "../server/cache/store.ts";
import { faultKeys } from "../server/review/compare.ts";
import { packReach, REACH_VERSION } from "../server/review/reach.ts";
import { type RanBare, shownBy } from "./ran_bare.ts";

const target = join(process.argv[2]!, "reach.bin");
const runsTarget = join(process.argv[2]!, "reach.runs");
const program = process.argv[3]!;
const only = process.argv[4];

function write(file: string, bytes: Buffer | string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, bytes);
  renameSync(`${file}.${process.pid}`, file);
}

interface OfEra {
  readonly reach: Omit<EraReach, "scenarios"> & { readonly scenarios: readonly unknown[] };
  readonly ran: RanBare["eras"][string];
}

/** The table of one era, and what its runs showed. */
function ofEra(era: Era): OfEra {
  const ran: Record<string, string> = {};
  const reach = makeReach(era, (run) => {
    ran[run.label] = shownBy(run);
    return faultKeys(run);
  });
  // As JSON has no maps, parameters go as lists.
  return {
    reach: { ...reach, scenarios: reach.scenarios.map((s) => ({ ...s, params: [...s.params] })) },
    ran,
  };
}

/** The same from a process of its own. */
async function apart(era: Era): Promise<OfEra> {
  const file = `${target}.${process.pid}.${era}`;
  const child = spawn(process.execPath, [__filename, file, program, era], { stdio: "inherit" });
  const status = await new Promise((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`the catalogue could not be run on the reference kernel of ${era}`);
  const made = JSON.parse(readFileSync(file, "utf8")) as OfEra;
  rmSync(file);
  return made;
}

async function all(): Promise<void> {
  const digest = cacheKey(
    String(REACH_VERSION),
    ...ERA_NAMES,
    ...referenceFiles.flatMap((f) => [f.path, f.text]),
  );
  const kept = join(cacheFolder(), "build", `reach-${digest}.bin`);
  const keptRuns = kept.replace(/bin$/, "runs");
  if (!existsSync(kept)) {
    console.log("reach: running the catalogue on the reference kernel, once for this state of it");
    const made = new Map<Era, OfEra>();
    const waiting = [...ERA_NAMES];
    const work = async (): Promise<void> => {
      for (let era = waiting.shift(); era !== undefined; era = waiting.shift()) {
        const of = await apart(era);
        made.set(era, of);
        const { cases, names, variants } = of.reach;
        console.log(
          `  ${era}: ${cases.length} cases, ${names.length} functions, ${variants.length} variants`,
        );
      }
    };
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), ERA_NAMES.length) }, work));
    const eras = ERA_NAMES.map((era) => {
      const { reach } = made.get(era)!;
      const scenarios = reach.scenarios as { name: string; title: string; params: [string, number[]][] }[];
      return { ...reach, scenarios: scenarios.map((s) => ({ ...s, params: new Map(s.params) })) };
    });
    const runs: RanBare = {
      program,
      eras: Object.fromEntries(ERA_NAMES.map((era) => [era, made.get(era)!.ran])),
    };
    write(keptRuns, JSON.stringify(runs));
    // As JSON it is a tenth of what is shipped.
    write(kept, brotliCompressSync(JSON.stringify(packReach(digest, eras))));
  }
  const bytes = readFileSync(kept);
  if (!existsSync(target) || !readFileSync(target).equals(bytes)) write(target, bytes);
  if (existsSync(keptRuns)) write(runsTarget, readFileSync(keptRuns));
  else rmSync(runsTarget, { force: true });
}

if (only === undefined) all();
else writeFileSync(process.argv[2]!, JSON.stringify(ofEra(only as Era)));
