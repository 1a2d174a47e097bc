/** Lines of C that hold code, as two texts of one function are compared by. Leaves out placing one in the other. */

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
