/**
 * Statements of a patch of the stack that name what the tree has no more: the kernel that the patch was made for had the
 * name, and its header, which the tree has, has others of its kind. Such a statement is left out of what is applied, and
 * what only takes such statements out is done already; the rest of the function goes in, and each is told. Leaves out the
 * patch that is reviewed (it runs as its author wrote it, or not at all) and other forms of such lines (superseded.ts).
 */
import type { DiffFile, DiffLine, Hunk, Patch } from "../mail/types.ts";

/** A constant's name in code, in two parts: its kind, and which one it is. */
const CONSTANT = /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_)[A-Z0-9]+\b/g;
/** A statement on one line: a call and nothing else. */
const STATEMENT = /^\s+[A-Za-z_]\w*\(.*\);\s*$/;
const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*<([\w/.-]+)>/gm;
/** Headers of a file that are looked into. */
const HEADERS_MAX = 80;

/** What is asked of the tree with the patches before. */
export interface Ground {
  /** A file's text; null: there is none. */
  read(path: string): string | null;
  /** Whether anybody has a name, in the tree or by the patches so far. */
  knows(name: string): boolean;
}

/** The patch without what the tree has no more, and what was done. */
export function withoutOutdated(patch: Patch, ground: Ground): { patch: Patch; notes: readonly string[] } {
  const notes: string[] = [];
  const own = new Set(
    patch.files
      .filter((f) => f.path.endsWith(".h"))
      .flatMap((f) => f.hunks.flatMap((h) => h.lines))
      .filter((l) => l.kind === "+")
      .flatMap((l) => constants(l.text).map((c) => c.name)),
  );
  const files = patch.files.map((file) => {
    if (!file.path.endsWith(".c") || file.status !== "modified") return file;
    const isOld = outdatedIn(file, own, ground);
    const hunks = file.hunks.flatMap((h) => mended(file, h, isOld, notes));
    return hunks.some((h, i) => h !== file.hunks[i]) || hunks.length < file.hunks.length
      ? { ...file, hunks }
      : file;
  });
  return notes.length === 0 ? { patch, notes } : { patch: { ...patch, files }, notes };
}

function constants(text: string): { name: string; kind: string }[] {
  return [...text.matchAll(CONSTANT)].map((m) => ({ name: m[0], kind: m[1]! }));
}

/** The constant of a line that the tree has no more; null: none. */
type Outdated = (text: string) => string | null;

function outdatedIn(file: DiffFile, own: ReadonlySet<string>, { read, knows }: Ground): Outdated {
  let headers: readonly string[] | null = null;
  const found = new Map<string, boolean>();
  const isOld = (name: string, kind: string): boolean => {
    if (own.has(name) || knows(name)) return false;
    headers ??= [...(read(file.path) ?? "").matchAll(INCLUDE)]
      .slice(0, HEADERS_MAX)
      .flatMap((m) => read(`include/${m[1]}`) ?? []);
    return headers.some((t) => new RegExp(`\\b${kind}[A-Z0-9]`).test(t));
  };
  return (text) => {
    for (const { name, kind } of constants(text)) {
      const known = found.get(name) ?? isOld(name, kind);
      found.set(name, known);
      if (known) return name;
    }
    return null;
  };
}

function mended(file: DiffFile, hunk: Hunk, isOld: Outdated, notes: string[]): Hunk[] {
  const changes = hunk.lines.filter((l) => l.kind === "+" || l.kind === "-");
  const gone = changes.map((l) => (l.kind === "-" && STATEMENT.test(l.text) ? isOld(l.text) : null));
  const name = gone.find((n) => n !== null);
  if (name !== undefined && changes.every((l) => l.kind === "-")) {
    notes.push(
      `${file.path}, line ${hunk.line} of the mail: it only takes out what the tree, which has no ${name}, has no more`,
    );
    return [];
  }
  const left = (l: DiffLine): boolean => {
    const old = l.kind === "+" && STATEMENT.test(l.text) ? isOld(l.text) : null;
    if (old !== null)
      notes.push(
        `${file.path}, line ${l.docLine} of the mail: "${l.text.trim()}" is left out: the tree has no ${old} any more`,
      );
    return old === null;
  };
  const lines = hunk.lines.filter(left);
  return lines.length === hunk.lines.length ? [hunk] : [{ ...hunk, lines }];
}
