/**
 * Text that came from outside (a mail, a name in a diff, a program's output) on its way out: shown, never obeyed. One
 * function for terminals and plain labels, one for Markdown, one for code in Markdown, one for JSON. A character that a
 * terminal or an editor would act on, or that would change what a reader sees of its neighbours, is written as a sign
 * (␛) or as its number (\u202e). Leaves out layout: what is said, and where lines end, is the caller's.
 */

/**
 * C0 without tab, DEL and C1; the controls of writing direction; line and paragraph separators; what has no width but
 * changes a search (joiners stay, for names need them); halves of characters.
 */
const OBEYED =
  /[\0-\x08\n-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;
const OBEYED_BUT_LINES =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** One line for a terminal or a plain label: what would be obeyed is shown, line breaks too. Tabs stay. */
export function terminalText(text: string): string {
  return text.replace(OBEYED, sign);
}

/** The same for text of several lines. */
export function terminalLines(text: string): string {
  return text.replace(OBEYED_BUT_LINES, sign);
}

/** Columns of the terminals that people read mail in; text for them is no wider. */
const COLUMNS = 80;

/** What begins a sentence of ours; a line of somebody's C with a caret below it keeps its place. */
const OURS = /^ *(?:folioscope|note)\b/;

/** Breaks text at spaces so that no line is longer than `width`; continuation lines get `indent`. */
export function wrap(text: string, width: number, indent = ""): string[] {
  const out: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((w) => w !== "")) {
    const prefix = out.length === 0 ? "" : indent;
    if (line !== "" && prefix.length + line.length + 1 + word.length > width) {
      out.push(prefix + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") out.push((out.length === 0 ? "" : indent) + line);
  return out;
}

/** Text of several lines, our own sentences among them broken where they are wider than a terminal. */
export function folded(text: string): string {
  const fold = (line: string): string => {
    if (line.length <= COLUMNS || !OURS.test(line)) return line;
    const [indent] = /^ */.exec(line)!;
    return wrap(line, COLUMNS - indent.length, "  ")
      .map((l) => indent + l)
      .join("\n");
  };
  return text.split("\n").map(fold).join("\n");
}

function sign(c: string): string {
  const code = c.codePointAt(0)!;
  if (code < 32) return String.fromCodePoint(0x2400 + code);
  if (code === 127) return "\u2421";
  const hex = code.toString(16);
  return code < 256 ? `\\x${hex.padStart(2, "0")}` : code > 0xffff ? `\\u{${hex}}` : `\\u${hex}`;
}

/** A label of the editor: as for a terminal, and `$(name)` is no icon. */
export function labelText(text: string): string {
  return terminalText(text).replaceAll("$(", "\\$(");
}

/** A message box of the editor, which would make `[a](command:b)` a link. */
export function messageText(text: string): string {
  return terminalLines(text).replaceAll("](", "] (");
}

/** Plain data with every string made fit for a terminal; what a report is then made of cannot send anything. */
export function terminalData<T>(value: T): T {
  if (typeof value === "string") return terminalText(value) as T;
  if (Array.isArray(value)) return value.map(terminalData) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, terminalData(v)])) as T;
}

/**
 * Text inside a line of Markdown: no emphasis, code, link, image, address, HTML or list in it is ours. A `_` inside a
 * word means nothing in Markdown and stays.
 */
export function markdownText(text: string): string {
  return terminalText(text)
    .replace(/[\\`*{}[\]()#+!|<>~&@$]|(?<![a-z0-9])_|_(?![a-z0-9])/gi, "\\$&")
    .replaceAll("://", "\\://")
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\\.`)
    .replace(/^([ \t]*)([-=:]|\d{1,9}(?=\.))/, (_, blanks: string, c: string) =>
      /\d/.test(c) ? `${blanks && " "}${c}\\` : `${blanks && " "}\\${c}`,
    );
}

/** Code inside a line of Markdown, whatever backticks it holds; "" for nothing. */
export function markdownCode(text: string): string {
  const shown = terminalText(text);
  if (shown.trim() === "") return "";
  const longest = longestRun(shown, 0);
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 || /^[ ].*[ ]$/.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Lines of code as a block of Markdown, whatever backticks they hold. */
export function markdownBlock(lines: readonly string[]): string[] {
  const shown = lines.map(terminalText);
  const fence = "`".repeat(1 + longestRun(shown.join("\n"), 2));
  return [fence, ...shown, fence];
}

/** Backticks in a row, at most; `least` where there are fewer. */
function longestRun(text: string, least: number): number {
  let longest = least;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}

/** A link to one of our commands; `argument` is plain data of ours and cannot end the link. */
export function commandLink(label: string, command: string, argument: object): string {
  const query = encodeURIComponent(JSON.stringify([argument])).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `[${markdownText(label)}](command:${command}?${query})`;
}

/** JSON of the same value in which nothing is obeyed: such characters are written as JSON escapes. */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(OBEYED_BUT_LINES, (c) =>
    c.length === 1
      ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
      : `\\u${c.charCodeAt(0).toString(16)}\\u${c.charCodeAt(1).toString(16)}`,
  );
}

/** "about 8 s", "about 2 min", "below 1 s". */
export function aboutSeconds(seconds: number): string {
  if (seconds < 1) return "below 1 s";
  if (seconds < 90) return `about ${seconds < 10 ? Math.ceil(seconds) : 5 * Math.ceil(seconds / 5)} s`;
  return `about ${Math.ceil(seconds / 60)} min`;
}
