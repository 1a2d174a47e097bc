// Writes the preprocessed reference kernel of each era into a folder, for server/shipped.ts. Run by esbuild.mjs.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { serialize } from "node:v8";
import { deflateRawSync } from "node:zlib";
import { ERA_NAMES } from "../emulator/kernel/era.ts";
import { packReference } from "../emulator/kernel.ts";

const folder = process.argv[2]!;
for (const era of ERA_NAMES) {
  const packed = packReference(era);
  if (packed === null)
    throw new Error(`the reference kernel of ${era} has errors: npm test -- reference_silent`);
  writeFileSync(join(folder, `reference-${era}.bin`), deflateRawSync(serialize(packed), { level: 9 }));
}
