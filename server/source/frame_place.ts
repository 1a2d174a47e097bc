/**
 * Where the changes of a function that a mail shows in part go in another text of that function: the reference kernel's, which
 * says the same in other words. A change has a place where the lines that it replaces stand at one place only, or the lines
 * around it do; all changes of the function have one, in their order, or none counts. Works in both directions: a text that has what
 * the patch adds gets back what it removes. Leaves out guessing: what could stand at two places stands at none.
 */
import { replaceComments } from "../../emulator/c/comments.ts";
import type { DiffLine } from "../mail/types.ts";
import { type CodeLine, codeLines } from "./code_lines.ts";

/** A text of the function and the document line of each of its lines (0: none of the mail). */
export interface Text {
  readonly text: string;
  readonly lines: readonly number[];
}

/** The text that was there and the one with the changes in it. */
export interface PlacedFrame {
  readonly old: Text;
  readonly fresh: Text;
}

/** A line of a hunk that holds code. */
interface Shown {
  readonly line: DiffLine;
  readonly code: string;
}

/** Neighbouring changed lines, and the code that the mail shows around them. */
interface Change {
  readonly old: readonly Shown[];
  readonly fresh: readonly Shown[];
  readonly above: string | null;
  readonly below: string | null;
}

/** What a change does to the frame: the code lines that it takes out, and the one behind which it goes. */
interface Edit {
  readonly change: Change;
  readonly from: number;
  readonly count: number;
}

const KEYWORDS = new Set(
  "if else for while do switch case default break continue goto return sizeof NULL true false".split(" "),
);

/** A line that says enough to be known by: it names two things. */
const tells = (code: string): boolean =>
  new Set((code.match(/[A-Za-z_]\w*/g) ?? []).filter((w) => !KEYWORDS.has(w))).size >= 2;

/** Whether a statement may begin behind such a line. */
const ends = (code: string): boolean => /[;{}:]$/.test(code);

/** The lines of a part with code in them, each as its own side has it. */
function shownOf(part: readonly DiffLine[], old: "+" | "-"): Shown[] {
  const side = (not: string): Map<number, string> =>
    new Map(codeLines(part.map((l) => (l.kind === not ? "" : l.text))).map((l) => [l.at, l.code]));
  const [ofOld, ofFresh] = [side(old === "-" ? "+" : "-"), side(old)];
  return part.flatMap((line, i) => {
    const code = (line.kind === " " || line.kind === old ? ofOld : ofFresh).get(i);
    return code === undefined ? [] : [{ line, code }];
  });
}

/** @param foreign whether a line calls what nobody has here, so that the frame leaves it out */
function changesOf(part: readonly DiffLine[], old: "+" | "-", foreign: (code: string) => boolean): Change[] {
  const out: Change[] = [];
  const shown = shownOf(part, old).filter((l) => l.line.kind !== " " || !foreign(l.code));
  for (let i = 0; i < shown.length; ) {
    if (shown[i]!.line.kind === " ") {
      i++;
      continue;
    }
    let to = i;
    while (to < shown.length && shown[to]!.line.kind !== " ") to++;
    const lines = shown.slice(i, to);
    out.push({
      old: lines.filter((l) => l.line.kind === old),
      fresh: lines.filter((l) => l.line.kind !== old),
      above: shown[i - 1]?.code ?? null,
      below: shown[to]?.code ?? null,
    });
    i = to;
  }
  return out;
}

/** Where lines stand together in the frame. */
function placesOf(frame: readonly CodeLine[], codes: readonly string[]): number[] {
  const out: number[] = [];
  if (codes.length === 0) return out;
  for (let i = 0; i + codes.length <= frame.length; i++)
    if (codes.every((c, k) => frame[i + k]!.code === c)) out.push(i);
  return out;
}

/**
 * Where a change goes that takes nothing out: between its neighbours, or beside the one of them that there is. A neighbour that
 * the frame has not in these words it may have in others, with what the change brings.
 */
function between(frame: readonly CodeLine[], { above, below }: Change): number | null {
  const near: number[] = [];
  for (let i = 1; i < frame.length; i++)
    if (
      (above === null || frame[i - 1]!.code === above) &&
      (below === null || frame[i]!.code === below) &&
      [above, below].some((n) => n !== null && tells(n))
    )
      near.push(i);
  const [at, ...more] = near;
  return at !== undefined && more.length === 0 && ends(frame[at - 1]!.code) ? at : null;
}

/** Where a change goes; null: nowhere, or it is there already. */
function placeOf(frame: readonly CodeLine[], change: Change): Edit | null {
  const old = change.old.map((l) => l.code);
  const fresh = change.fresh.map((l) => l.code);
  if (old.length === 0) {
    const at = between(frame, change);
    if (at === null) return null;
    const is = (from: number): boolean => fresh.every((c, k) => frame[from + k]?.code === c);
    return is(at) || is(at - fresh.length) ? null : { change, from: at, count: 0 };
  }
  const places = placesOf(frame, old);
  const beside = places.filter(
    (p) => frame[p - 1]?.code === change.above || frame[p + old.length]?.code === change.below,
  );
  const sure = beside.length === 0 && old.some(tells) ? places : beside;
  return sure.length === 1 ? { change, from: sure[0]!, count: old.length } : null;
}

/** Words and marks of code, without what stands in quotes. */
function tokensOf(code: string): string[] {
  const out: string[] = [];
  let quote = "";
  let escaped = false;
  for (const [token] of code.matchAll(/[A-Za-z_]\w*|\S/g)) {
    if (quote === "" && (token === '"' || token === "'")) quote = token;
    else if (quote === "") out.push(token);
    else if (escaped) escaped = false;
    else if (token === "\\") escaped = true;
    else if (token === quote) quote = "";
  }
  return out;
}

const isName = (token: string | undefined): boolean =>
  token !== undefined && /^[A-Za-z_]/.test(token) && !KEYWORDS.has(token);
const NOT_OF_ITS_OWN = new Set([".", "struct", "union", "enum", "goto"]);

/** Names that code uses as such: not those of members, tags and labels. */
const namesIn = (code: string): string[] =>
  tokensOf(code).filter(
    (t, i, all) =>
      isName(t) && !NOT_OF_ITS_OWN.has(all[i - 1] ?? "") && !(all[i - 1] === ">" && all[i - 2] === "-"),
  );

/** Functions that code calls, and macros that look so. */
const callsIn = (code: string): string[] =>
  tokensOf(code).filter((t, i, all) => isName(t) && all[i + 1] === "(");

/** Whether a line declares a variable: before its name stand words and stars alone. */
function declares(code: string, name: string): boolean {
  const tokens = tokensOf(code);
  const at = tokens.indexOf(name, 1);
  return (
    at > 0 &&
    tokens[at + 1] !== "(" &&
    tokens.slice(0, at).every((t, i) => isName(t) || (i > 0 && (t === "*" || t === ",")))
  );
}

/** Whether a text is a function of that name, whatever was done to its head. */
export function isFunction(text: string, name: string): boolean {
  const tokens = tokensOf(replaceComments(text, true, () => " "));
  const body = tokens.indexOf("{");
  const head = tokens.slice(0, body < 0 ? 0 : body);
  return !head.includes(";") && head.some((t, i) => t === name && head[i + 1] === "(");
}

/**
 * The frame, and the frame with the changes of the parts in it; null where one of them has no one place.
 * @param parts what each hunk shows of the function, in order
 * @param old the kind of changed line that the frame has: "-" where it is the function before the patch, "+" after it
 * @param knows whether a name means something outside the function
 */
export function placed(
  frame: string,
  parts: readonly (readonly DiffLine[])[],
  old: "+" | "-",
  knows: (name: string) => boolean,
): PlacedFrame | null {
  const lines = frame.replace(/\n$/, "").split("\n");
  const inFrame = codeLines(lines);
  const framed = new Set(inFrame.flatMap((l) => namesIn(l.code)));
  const has = (name: string): boolean => framed.has(name) || knows(name);
  const changes = parts.flatMap((p) => changesOf(p, old, (code) => !callsIn(code).every(has)));
  // What a change newly calls and the frame calls already may be the change, in other words.
  const called = new Set(
    parts.flat().flatMap((l) => (l.kind === " " || l.kind === old ? callsIn(l.text) : [])),
  );
  const inFrameCalled = new Set(inFrame.flatMap((l) => callsIn(l.code)));
  if (
    changes.some((c) =>
      c.fresh.some((l) => callsIn(l.code).some((n) => !called.has(n) && inFrameCalled.has(n))),
    )
  )
    return null;
  const edits: Edit[] = [];
  for (const change of changes) {
    const edit = placeOf(inFrame, change);
    const last = edits.at(-1);
    if (edit === null || (last !== undefined && edit.from < last.from + last.count)) return null;
    edits.push(edit);
  }
  // A frame that has what the patch adds shows so by a line of it.
  if (edits.length === 0 || (old === "+" && !changes.some((c) => c.old.some((l) => tells(l.code)))))
    return null;
  const declared = (name: string): boolean =>
    changes.some((c) => c.fresh.some((l) => declares(l.code, name)));
  for (const c of changes)
    for (const name of c.fresh.flatMap((l) => namesIn(l.code)))
      if (!has(name) && !declared(name)) return null;
  return assembled(lines, inFrame, edits);
}

function assembled(
  lines: readonly string[],
  inFrame: readonly CodeLine[],
  edits: readonly Edit[],
): PlacedFrame | null {
  const docOf = lines.map(() => 0);
  const gone = new Set<number>();
  const behind = new Map<number, DiffLine[]>();
  for (const { change, from, count } of edits) {
    for (let k = 0; k < count; k++) {
      const at = inFrame[from + k]!.at;
      gone.add(at);
      docOf[at] = change.old[k]!.line.docLine;
    }
    const after = count > 0 ? inFrame[from + count - 1]!.at : inFrame[from - 1]!.at;
    behind.set(
      after,
      change.fresh.map((l) => l.line),
    );
  }
  const text: string[] = [];
  const doc: number[] = [];
  lines.forEach((line, at) => {
    if (!gone.has(at)) {
      text.push(line);
      doc.push(docOf[at]!);
    }
    for (const l of behind.get(at) ?? []) {
      text.push(l.text);
      doc.push(l.docLine);
    }
  });
  const code = codeLines(text);
  if (code.at(-1)?.depth !== 0 || code.slice(0, -1).some((l) => l.depth < 0)) return null;
  const of = (t: readonly string[], d: readonly number[]): Text => ({ text: `${t.join("\n")}\n`, lines: d });
  return { old: of(lines, docOf), fresh: of(text, doc) };
}
