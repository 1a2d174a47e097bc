/**
 * Writes dist/reach.bin (JSON, brotli): which functions each case enters on the bare reference kernel of each era
 * (emulator/scenario/reach.ts). Kept in the cache folder under a digest of the reference kernel, so that it is made once
 * for each state of that.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
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
const kept = join(cacheFolder(), "build", `reach-${digest}.bin`);
const target = join(root, "dist", "reach.bin");

function write(file: string, bytes: Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, bytes);
  renameSync(`${file}.${process.pid}`, file);
}

if (!existsSync(kept)) {
  console.log("reach: running the catalogue on the reference kernel, once for this state of it");
  const eras = ERA_NAMES.map((era) => makeReach(era, faultKeys));
  for (const e of eras)
    console.log(
      `  ${e.era}: ${e.cases.length} cases, ${e.names.length} functions, ${e.variants.length} variants`,
    );
  // As JSON it is a tenth of what is shipped.
  write(kept, brotliCompressSync(JSON.stringify(packReach(digest, eras))));
}
const bytes = readFileSync(kept);
if (!existsSync(target) || !readFileSync(target).equals(bytes)) write(target, bytes);
