/** Lines of C that hold code, as two texts of one function are compared by. Leaves out placing one in the other. */
import type { Patch } from "../mail/types.ts";

/** A line of code as it is compared, with its depth in braces behind it. */
export interface CodeLine {
  readonly code: string;
  readonly at: number;
  readonly depth: number;
}

/** Lines that hold code: comments and white space taken out. */
export function codeLines(lines: readonly string[], from = 0): CodeLine[] {
  const out: CodeLine[] = [];
  let depth = from;
  let comment = false;
  lines.forEach((whole, at) => {
    let text = whole;
    if (comment) {
      const end = text.indexOf("*/");
      if (end < 0) return;
      text = text.slice(end + 2);
      comment = false;
    }
    for (let open = text.indexOf("/*"); open >= 0; open = text.indexOf("/*")) {
      const end = text.indexOf("*/", open + 2);
      comment = end < 0;
      text = text.slice(0, open) + (end < 0 ? "" : text.slice(end + 2));
    }
    const line = text.indexOf("//");
    const code = (line < 0 ? text : text.slice(0, line)).replace(/\s+/g, " ").trim();
    if (code === "") return;
    for (const c of code) depth += c === "{" ? 1 : c === "}" ? -1 : 0;
    out.push({ code, at, depth });
  });
  return out;
}

/** A hunk's side without the rest of a comment that it begins in. */
export function fromCode(lines: readonly string[]): string[] {
  const text = lines.join("\n");
  const [open, close] = [text.indexOf("/*"), text.indexOf("*/")];
  if (close >= 0 && (open < 0 || close < open)) return text.slice(close + 2).split("\n");
  const first = lines.findIndex((l) => !/^\s*\*(?:\s|$)/.test(l));
  return lines.slice(first < 0 ? lines.length : first);
}

/**
 * Whether a patch of C changes comments and white space alone: by the look of its hunks. A changed line with a string in it
 * counts as code, and so does one of the preprocessor.
 */
export function changesNoCode(patch: Patch): boolean {
  const hunks = patch.files.filter((f) => /\.[ch]$/.test(f.path || f.oldPath)).flatMap((f) => f.hunks);
  const side = (lines: readonly { readonly kind: string; readonly text: string }[], not: string): string =>
    codeLines(fromCode(lines.filter((l) => l.kind !== not).map((l) => l.text)))
      .map((l) => l.code)
      .join(" ")
      .replace(/ ?([^\w\s]) ?/g, "$1");
  return (
    hunks.length > 0 &&
    // What is not in the mail may be code, and a hunk without a change is part of one.
    hunks.every(({ lines, complete }) => {
      const changed = lines.filter((l) => l.kind === "+" || l.kind === "-");
      if (!complete || changed.length === 0) return false;
      if (changed.some((l) => /["']|^\s*#|\\$/.test(l.text.replace(/^\s*\*(?:\s.*)?$/, "")))) return false;
      return side(lines, "+") === side(lines, "-");
    })
  );
}

/** The first hunk of C that the mail does not show whole, or that changes nothing; null where there is none. */
export function cutHunk(patch: Patch): { readonly path: string; readonly line: number } | null {
  for (const f of patch.files)
    for (const hunk of /\.[ch]$/.test(f.path || f.oldPath) ? f.hunks : [])
      if (!hunk.complete || hunk.lines.every((l) => l.kind === " "))
        return { path: f.path || f.oldPath, line: hunk.line };
  return null;
}
