import { readFileSync } from "node:fs";
import { parseDocument } from "../server/parse.ts";
import { knowsName } from "../server/source/function_source.ts";
import { imagesOf } from "../server/source/images.ts";
import { openTree } from "../server/source/tree.ts";

const tree = openTree(process.argv[2]!).tree!;
for (const f of process.argv.slice(3)) {
  const patch = parseDocument(readFileSync(f), f).patches.find((p) => p.files.length > 0)!;
  const im = imagesOf(tree, [], patch, {
    knows: knowsName(
      tree,
      patch.files.map((f) => f.path),
    ),
  });
  console.log(f, "reversed", im.reversed);
  for (const n of im.notes) console.log("   ", JSON.stringify(n).slice(0, 300));
  for (const x of im.files)
    for (const h of x.hunks)
      console.log("     ", h.header.slice(0, 60), JSON.stringify(h.fate).slice(0, 300));
}
