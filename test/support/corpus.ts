// The corpus of real mails beside the repository. Third-party text: it is read where it lies and never copied here, so
// tests on it are skipped, with the reason, where it is absent.
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();

export const corpusDir = process.env["FOLIOSCOPE_CORPUS"] ?? resolve(root, "../shared/corpus");

/** `false`, or why corpus tests are skipped: what node:test takes as `skip`. */
export const corpusSkip: false | string = existsSync(corpusDir) ? false : `${corpusDir} is not here`;

/** Files of the corpus below `folder`, sorted. Empty when there is no corpus. */
export function corpusFiles(folder = ""): string[] {
  const dir = join(corpusDir, folder);
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) => (e.isDirectory() ? corpusFiles(join(folder, e.name)) : [join(dir, e.name)]));
}

/** The seed whose name starts with `prefix`. */
export function seed(prefix: string): string {
  return corpusFiles("seeds").find((f) => f.split("/").pop()!.startsWith(prefix)) ?? "";
}
