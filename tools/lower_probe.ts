import { readFileSync } from "node:fs";
import { openTree } from "../server/source/tree.ts";
import { functionSource, headerIndex } from "../server/source/function_source.ts";
import { KernelSources } from "../emulator/function/sources.ts";
import { outline } from "../emulator/c/outline.ts";
const tree = openTree(process.argv[2]!).tree!;
let t=Date.now();
const index = headerIndex(tree);
console.log("index", Date.now()-t, "ms");
for (const path of process.argv.slice(3)) {
  t=Date.now();
  const text = tree.read(path)!;
  const src = functionSource(tree, index, [path], () => null);
  const ks = new KernelSources(src);
  const p = ks.program([{path, text}]);
  let ok=0; const bad: string[]=[];
  for (const item of outline(text)) if (item.kind==="function") {
    try { const e = p.lookup(item.name, path); if (e?.kind!=="function"||e.sym.def===null) { bad.push(`${item.name}: no def`); continue; }
      const tr = p.tree(e.sym); const traps: string[] = [];
      const seen=new Set<any>(); const walk=(v:any)=>{ if (v===null||typeof v!=="object"||seen.has(v)) return; seen.add(v); if (v.k==="trap") traps.push(v.message); if (Array.isArray(v)) { v.forEach(walk); return;} for (const k of Object.keys(v)) if (!["parent","sym","t","type","loc","label","owner","target","ft","def"].includes(k)) walk(v[k]); }; walk(tr.body);
      if (traps.length) bad.push(`${item.name}: ${traps.join(" | ").slice(0,300)}`); else ok++; }
    catch (e) { bad.push(`${item.name}: ${(e as Error).message?.slice(0,200)}`); }
  }
  console.log(path, "ok", ok, "bad", bad.length, "files", ks.files.length, Date.now()-t, "ms");
  for (const b of bad.slice(0,25)) console.log("   ", b);
}
