// The C sources of a kernel tree, for tools that mine it. Leaves out what is not compiled into a kernel.
import { readdirSync } from "node:fs";
import { join } from "node:path";

const NOT_THE_KERNELS = /^(?:tools|Documentation|scripts|samples|\.git)$/;

/** Paths below a tree's root of the files whose name matches, in order. */
export function* sourceFiles(root, name, folder = "") {
  const items = readdirSync(join(root, folder), { withFileTypes: true });
  for (const e of items.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === "" ? e.name : `${folder}/${e.name}`;
    if (NOT_THE_KERNELS.test(path)) continue;
    if (e.isDirectory()) yield* sourceFiles(root, name, path);
    else if (name.test(e.name)) yield path;
  }
}
