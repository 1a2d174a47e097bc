/**
 * `folioscope cache`: what is kept on disk between runs, and `--clear`, which empties it. Exit status 0, or 2 for bad
 * usage. Leaves out kernel trees that `npm run kernel` unpacked beside it: those are no cache of ours.
 */
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CODE_BYTES, codeFolder } from "./cache/code.ts";
import { cacheFolder, keepsResults } from "./cache/store.ts";
import type { CliIo } from "./cli_io.ts";
import { PRICE_BYTES, priceFolder } from "./emulation/price.ts";
import { readArguments } from "./options.ts";
import { KEPT_BYTES, keptFolder } from "./review/kept.ts";
import { defaultCache, INDEX_BYTES } from "./source/tree_index.ts";

const USAGE = `usage: folioscope cache [--clear]

Tells what is kept on disk between runs: results of reviews, found again when
the same code is reviewed with the same options on the same tree; indexes of
kernel trees; what V8 compiled of this program; how long runs take on this
machine, for prices; files that --fetch brought.

  --clear          empties it

FOLIOSCOPE_CACHE names another folder. folioscope review --no-cache, or
FOLIOSCOPE_NO_CACHE=1 for every surface, neither reads nor keeps results.
`;

/** A kind of thing that is kept. `bound`: bytes that it may have; 0: as much as was asked for. */
interface Part {
  readonly what: string;
  readonly folder: string;
  readonly bound: number;
}

const parts = (): readonly Part[] => [
  { what: "results of reviews", folder: keptFolder(), bound: KEPT_BYTES },
  { what: "indexes of kernel trees", folder: defaultCache(), bound: INDEX_BYTES },
  { what: "compiled code of ours", folder: codeFolder(), bound: CODE_BYTES },
  { what: "how fast this machine is", folder: priceFolder(), bound: PRICE_BYTES },
  { what: "files from mirrors", folder: join(cacheFolder(), "mirror"), bound: 0 },
];

/** Runs the command and gives the exit status. */
export async function runCache(args: string[], io: CliIo): Promise<number> {
  const read = readArguments(args, { clear: { type: "boolean" }, help: { type: "boolean", short: "h" } });
  const problem = typeof read === "string" ? read : read.positionals[0];
  if (typeof read === "string" || problem !== undefined) {
    const wrong = typeof read === "string" ? read : `"${problem}" is no option`;
    io.stderr(`folioscope cache: ${wrong}\n${USAGE}`);
    return 2;
  }
  if (read.values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const lines = [cacheFolder()];
  let failed = "";
  for (const { what, folder, bound } of parts()) {
    const { files, bytes } = sizeOf(folder);
    if (read.values.clear !== true) {
      const most = bound === 0 ? "" : ` of at most ${size(bound)}`;
      lines.push(
        `  ${what.padEnd(24)} ${String(files).padStart(5)} file${files === 1 ? " " : "s"}  ${size(bytes)}${most}`,
      );
      continue;
    }
    try {
      rmSync(folder, { recursive: true, force: true });
      lines.push(
        `  ${what.padEnd(24)} ${String(files).padStart(5)} file${files === 1 ? " " : "s"}  ${size(bytes)} removed`,
      );
    } catch (error) {
      failed = (error as Error).message;
      lines.push(`  ${what.padEnd(24)} cannot be removed: ${failed}`);
    }
  }
  if (!keepsResults()) lines.push("FOLIOSCOPE_NO_CACHE is set: results are neither read nor kept.");
  io.stdout(`${lines.join("\n")}\n`);
  return failed === "" ? 0 : 2;
}

const size = (bytes: number): string =>
  bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;

/** Files below a folder and their bytes. A link counts as what it is, and is not followed. */
function sizeOf(folder: string): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  const walk = (at: string): void => {
    let items: ReturnType<typeof entries>;
    try {
      items = entries(at);
    } catch {
      return;
    }
    for (const item of items) {
      const path = join(at, item.name);
      if (item.isDirectory()) walk(path);
      else {
        files++;
        bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
      }
    }
  };
  walk(folder);
  return { files, bytes };
}

const entries = (folder: string) => readdirSync(folder, { withFileTypes: true });
