/** Where tests find things: the repository, its examples, and the corpus beside it (absent outside the workplace). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = process.env["FOLIOSCOPE_ROOT"]!;
export const corpus = join(root, "..", "shared", "corpus");

export const example = (name: string): Buffer => readFileSync(join(root, "examples", name));

/** Options for a test that needs the corpus: skipped by name, with the reason, where it is absent. */
export const needsCorpus: { skip?: string } = existsSync(corpus)
  ? {}
  : { skip: "../shared/corpus is not here" };
