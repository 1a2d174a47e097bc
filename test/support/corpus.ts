// The corpus of real mails beside the repository. Third-party text: it is read where it lies and never copied here, so
// tests on it are skipped, with the reason, where it is absent.
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();

export const corpusDir = process.env["FOLIOSCOPE_CORPUS"] ?? resolve(root, "../shared/corpus");

/** With `--corpus` (run.mjs) those tests alone run that read the corpus: what node:test takes as `only`. */
export const corpusAlone = process.env["FOLIOSCOPE_CORPUS_ALONE"] === "1";

/**
 * Options of a test that reads the corpus, and of a suite that has one. The test is skipped, by name and with the reason, where the
 * corpus is absent, or for another reason that is given.
 */
export function onCorpus(...reasons: readonly (false | string)[]): { skip: false | string; only: boolean } {
  const absent = existsSync(corpusDir) ? false : `${corpusDir} is not here`;
  const other = reasons.find((r): r is string => r !== false) ?? false;
  return { skip: absent || other, only: corpusAlone };
}

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
