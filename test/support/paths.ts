/** Where tests find things: the repository and its examples. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root = process.env["FOLIOSCOPE_ROOT"]!;
export const example = (name: string): Buffer => readFileSync(join(root, "examples", name));
