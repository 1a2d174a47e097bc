/**
 * `__start_SEC` and `__stop_SEC`: what the linker of a program defines for a section whose name is an identifier. Says
 * which sections of a program are asked for so, and which file-scope objects stand in each, in the order of their
 * definitions. Leaves out a kernel (its linker script names such bounds, and its files are read only as far as they are
 * needed, so that what is in a section is never known), functions in sections, and laying out (link.ts).
 */
import type { Attribute, FunctionDef } from "./ast.ts";
import { type Candidate, isDefinition } from "./scope_index.ts";

const BOUND = /^__(start|stop)_([A-Za-z_]\w*)$/;

/** The section whose bound a name is, and which end; null for any other name. */
export function boundOf(name: string): { readonly section: string; readonly end: boolean } | null {
  const m = BOUND.exec(name);
  return m === null ? null : { section: m[2]!, end: m[1] === "stop" };
}

export interface BoundedSection {
  readonly objects: readonly Candidate[];
  /** A function with a static object of this section, which has no place among those of file scope; null: none. */
  readonly within: FunctionDef | null;
}

/** Sections of which some bound is declared and not defined by the program itself. */
export function boundedSections(
  names: Iterable<readonly [string, readonly Candidate[]]>,
): Map<string, BoundedSection> {
  const wanted = new Set<string>();
  for (const [name, list] of names) {
    const bound = boundOf(name);
    if (bound !== null && !list.some(isDefinition)) wanted.add(bound.section);
  }
  const found = new Map<string, BoundedSection>();
  if (wanted.size === 0) return found;
  const all = [...names].flatMap(([, list]) => list);
  const objects = all.filter((c) => c.kind === "object").sort(inOrder);
  for (const section of wanted) {
    const inside = all.find((c) => c.def?.body !== undefined && mentions(c.def.body, section));
    found.set(section, {
      objects: objects.filter((c) => sectionOf(c) === section),
      within: inside?.def ?? null,
    });
  }
  return found;
}

/** Objects of one file by their lines; files stay in the order in which they came. */
function inOrder(a: Candidate, b: Candidate): number {
  if (a.path !== b.path || a.declaration === null || b.declaration === null) return 0;
  const [x, y] = [a.declaration.loc, b.declaration.loc];
  return x.line - y.line || x.col - y.col || a.item - b.item;
}

function sectionOf(c: Candidate): string | null {
  if (c.declaration === null) return null;
  return named([...c.declaration.specs.attrs, ...c.declaration.items[c.item]!.declarator.attrs]);
}

function named(attrs: readonly Attribute[]): string | null {
  for (const a of attrs) {
    const arg = a.name === "section" ? a.args[0] : undefined;
    if (arg?.kind === "string") return String.fromCharCode(...arg.units);
  }
  return null;
}

/** Whether some declaration in a function's body puts an object into the section. */
function mentions(body: object, section: string): boolean {
  const open: object[] = [body];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const [key, value] of Object.entries(node)) {
      if (key === "loc" || typeof value !== "object" || value === null) continue;
      if (key === "attrs" && named(value as Attribute[]) === section) return true;
      open.push(value as object);
    }
  return false;
}
