/** Looking at C as text, where no parse is at hand or worth its price. Leaves out lines of code (code_lines.ts). */

/** Whether a text has a name as a word of its own. */
export const hasWord = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);

/** The parts of a list that commas divide, outside brackets, up to the bracket that ends it or the end of the text. */
export function partsOf(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const c = text[at]!;
    if ("([{".includes(c)) depth++;
    else if (")]}".includes(c) && --depth < 0) break;
    else if (c === "," && depth === 0) {
      out.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...out, text.slice(from, at).trim()];
}

/** Commas of such a list. */
export const commasIn = (text: string): number => partsOf(text).length - 1;

/** Where the parenthesis that opens at a place is closed, not more than so many characters behind it; -1: nowhere. */
export function closing(text: string, open: number, most = Number.POSITIVE_INFINITY): number {
  let depth = 0;
  for (let i = open; i < text.length && i <= open + most; i++)
    if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) return i;
  return -1;
}
