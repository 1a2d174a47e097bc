/**
 * What is made of the reference kernel's files: emulator/reference/index.ts (the list that is bundled) and the lists in
 * scenarios/catalogue.c (every FSC_SCENARIO of every file there, below the same #if). Used by gen_reference_index.mjs and by
 * the test that holds both in step. Leaves out reading and writing files.
 */

/** index.ts for kernel paths, sorted as `referencePaths` sorts them. */
export function referenceIndex(files: readonly string[]): string {
  return [
    "/**",
    " * The reference kernel's files as text, by kernel path. Made by tools/gen_reference_index.mjs: do not edit. Leaves out",
    " * what they mean (emulator/kernel.ts).",
    " */",
    "",
    ...files.map((f, i) => `import f${i} from "./${f}";`),
    "",
    "export const referenceFiles: readonly { readonly path: string; readonly text: string }[] = [",
    ...files.map((f, i) => `  { path: "${f}", text: f${i} },`),
    "];",
    "",
  ].join("\n");
}

interface Found {
  readonly id: string;
  /** The condition it stands below, "" for none. */
  readonly condition: string;
}

/** The scenarios that a file defines, in order. */
function scenariosIn(text: string): Found[] {
  const out: Found[] = [];
  const open: string[] = [];
  for (const line of text.split("\n")) {
    const start = /^#\s*if(?:def|ndef)?\b.*/.exec(line);
    if (start !== null) open.push(line.trim());
    else if (/^#\s*endif\b/.test(line)) open.pop();
    const id = /^FSC_SCENARIO\((\w+)/.exec(line)?.[1];
    if (id === undefined) continue;
    if (open.length > 1) throw new Error(`scenario ${id} stands below two #if: one is understood`);
    out.push({ id, condition: open[0] ?? "" });
  }
  return out;
}

/** Each item on its line, runs with one condition below one #if. */
function listed(found: readonly Found[], line: (id: string) => string): string[] {
  const out: string[] = [];
  found.forEach(({ id, condition }, i) => {
    if (condition !== "" && condition !== found[i - 1]?.condition) out.push(condition);
    out.push(line(id));
    if (condition !== "" && condition !== found[i + 1]?.condition) out.push("#endif");
  });
  return out;
}

/**
 * catalogue.c anew: scenarios that it had keep their order (the order in which reviews run and tell them), new ones follow,
 * file by file; what stands above the lists stays.
 */
export function scenarioCatalogue(old: string, files: readonly { readonly text: string }[]): string {
  const include = '#include "scenario.h"\n';
  const head = old.slice(0, old.indexOf(include) + include.length);
  const had = [...old.matchAll(/^\t&fsc_scenario_(\w+),$/gm)].map((m) => m[1]!);
  const rank = (f: Found): number => {
    const i = had.indexOf(f.id);
    return i < 0 ? had.length : i;
  };
  const found = files.flatMap((f) => scenariosIn(f.text)).sort((a, b) => rank(a) - rank(b));
  return [
    head,
    ...listed(found, (id) => `extern const struct fsc_scenario fsc_scenario_${id};`),
    "",
    "const struct fsc_scenario *const fsc_scenarios[] = {",
    ...listed(found, (id) => `\t&fsc_scenario_${id},`),
    "\tNULL,",
    "};",
    "",
  ].join("\n");
}

/** Kernel paths in the order of index.ts: folder by folder, names by code unit. */
export function referencePaths(paths: readonly string[]): string[] {
  const key = (p: string): string => p.replaceAll("/", "\u0000");
  return paths.filter((p) => /\.[ch]$/.test(p)).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
