/**
 * Comments of C text taken out in one pass. A pattern for them looks at the rest of the text from every opening that
 * nothing closes. Leaves out strings: a comment's signs inside a string are taken for one, as in the patterns before.
 */

/** `text` with each comment as `replace` gives it; with `lines`, those of `//` too. What nothing closes stays. */
export function replaceComments(text: string, lines: boolean, replace: (comment: string) => string): string {
  const out: string[] = [];
  let from = 0;
  let closing = 0;
  for (let at = text.indexOf("/"); at >= 0; at = text.indexOf("/", at)) {
    const next = text[at + 1];
    let end = -1;
    if (next === "*" && closing >= 0) {
      closing = text.indexOf("*/", at + 2);
      end = closing < 0 ? -1 : closing + 2;
    } else if (next === "/" && lines) {
      end = text.indexOf("\n", at);
      if (end < 0) end = text.length;
    }
    if (end < 0) {
      at++;
      continue;
    }
    out.push(text.slice(from, at), replace(text.slice(at, end)));
    from = end;
    at = end;
  }
  out.push(text.slice(from));
  return out.join("");
}

/** `text` with blanks for its comments, so that everything else stays where it is. */
export const blankComments = (text: string): string =>
  replaceComments(text, true, (c) => c.replace(/[^\n]/g, " "));

/** Stands at the end of a line that ends within a comment. */
const WITHIN = "\u0001";

/**
 * `text` of which only the preprocessor's lines are left, each in its place. Lines are joined where a backslash ends one, and where one
 * ends within a comment: that is a blank, and a macro goes on behind it.
 */
export function directivesOf(text: string): string {
  let continued = false;
  const blank = (c: string): string =>
    c.replace(/[^\n\\]+|\\(?!\n)/g, " ").replace(/(?<!\\)\n/g, `${WITHIN}\n`);
  return replaceComments(text, false, blank)
    .split("\n")
    .map((line) => {
      const keep = continued || /^[ \t]*#/.test(line);
      const within = line.endsWith(WITHIN);
      continued = keep && (within || line.endsWith("\\"));
      return !keep ? "" : within ? `${line.slice(0, -1)}\\` : line;
    })
    .join("\n");
}
