/** Looking at C as text, where no parse is at hand or worth its price. Leaves out lines of code (code_lines.ts). */

/** Whether a text has a name as a word of its own. */
export const hasWord = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);

/** Commas of a list, outside brackets, up to the bracket that ends it or the end of the text. */
export function commasIn(text: string): number {
  let depth = 0;
  let n = 0;
  for (const c of text) {
    if (c === "(") depth++;
    else if (c === ")" && --depth < 0) break;
    else if (c === "," && depth === 0) n++;
  }
  return n;
}
