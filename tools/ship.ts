// Writes the reference kernels of all eras, preprocessed and lowered, into two files for server/shipped.ts: what they share
// is most of them, and is stored once. Run by esbuild.mjs.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ERA_NAMES } from "../emulator/kernel/era.ts";
import { lowerReferences, packReference } from "../emulator/kernel.ts";
import { LOWERED_FILE, storeLowered } from "../server/lowered_file.ts";
import { SHIPPED_FILE, storeShipped } from "../server/shipped_file.ts";

const folder = process.argv[2]!;
/** The eras that most kernels at hand are of. */
const FIRST = ["v6.12", "v6.15"];
const rank = (era: string): number => (FIRST.includes(era) ? FIRST.indexOf(era) : FIRST.length);
/** Strings of the eras so far: by the same numbers the eras are mostly the same bytes. */
let strings: readonly string[] = [];
const all = [...ERA_NAMES]
  .sort((a, b) => rank(a) - rank(b))
  .map((era) => {
    const packed = packReference(era, strings);
    if (packed === null)
      throw new Error(`the reference kernel of ${era} has errors: npm test -- reference_silent`);
    ({ strings } = packed.text);
    return [era, packed] as const;
  });
storeShipped(new Map(all)).then((bytes) => writeFileSync(join(folder, SHIPPED_FILE), bytes));
writeFileSync(join(folder, LOWERED_FILE), storeLowered(lowerReferences(all.map(([era]) => era))));
