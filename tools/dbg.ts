import { openTree } from "../server/source/tree.ts";
import { functionSource, headerIndex } from "../server/source/function_source.ts";
const tree = openTree(process.argv[2]!).tree!;
let t=Date.now();
const index = headerIndex(tree);
console.log("index", Date.now()-t);t=Date.now();
functionSource(tree,index,["drivers/leds/leds-netxbig.c"],()=>null);
console.log("source", Date.now()-t);
