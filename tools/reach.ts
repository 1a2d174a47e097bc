/**
 * Writes dist/reach.json: which functions each case enters on the bare reference kernel of each era
 * (emulator/scenario/reach.ts). Kept in the cache folder under a digest of the reference kernel, so that it is made once
 * for each state of that.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ERA_NAMES } from "../emulator/kernel/era.ts";
import { referenceFiles } from "../emulator/reference/index.ts";
import { makeReach } from "../emulator/scenario/reach.ts";
import { cacheFolder, cacheKey } from "../server/cache/store.ts";
import { faultKeys } from "../server/review/compare.ts";
import { packReach, REACH_VERSION } from "../server/review/reach.ts";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();
const digest = cacheKey(
  String(REACH_VERSION),
  ...ERA_NAMES,
  ...referenceFiles.flatMap((f) => [f.path, f.text]),
);
const kept = join(cacheFolder(), "build", `reach-${digest}.json`);
const target = join(root, "dist", "reach.json");

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

if (!existsSync(kept)) {
  console.log("reach: running the catalogue on the reference kernel, once for this state of it");
  const eras = ERA_NAMES.map((era) => makeReach(era, faultKeys));
  for (const e of eras)
    console.log(
      `  ${e.era}: ${e.cases.length} cases, ${e.names.length} functions, ${e.variants.length} variants`,
    );
  write(kept, JSON.stringify(packReach(digest, eras)));
}
const text = readFileSync(kept, "utf8");
if (!existsSync(target) || readFileSync(target, "utf8") !== text) write(target, text);
