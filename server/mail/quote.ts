// Quote markers. Every line of a reply has a depth (how many people have quoted it) and a column where its own text
// starts. The common style is any mix of "> " and ">"; other mailers' markers ("| ", "} ", "name> ") are recognised
// per message, from the diff headers that they stand before, and rewritten to the common style with columns kept.

import type { Attribution, Body } from "./types.ts";

const GT = 62;
const SPACE = 32;
const TAB = 9;

/** How many quote levels a line has: `>`, each followed by at most one space before the next. */
export function quoteDepth(line: string): number {
  let i = 0;
  let depth = 0;
  // One space before the first marker is common ("  > x" is not: that is text).
  if (line.charCodeAt(0) === SPACE && line.charCodeAt(1) === GT) i = 1;
  for (;;) {
    if (line.charCodeAt(i) === GT) {
      depth++;
      i++;
    } else if (depth > 0 && line.charCodeAt(i) === SPACE && line.charCodeAt(i + 1) === GT) i++;
    else return depth;
  }
}

/** Column behind `depth` markers, and behind one space when `spaced`; -1 when the line has fewer. */
export function skipQuote(line: string, depth: number, spaced: boolean): number {
  if (depth === 0) return 0;
  let i = 0;
  if (line.charCodeAt(0) === SPACE && line.charCodeAt(1) === GT) i = 1;
  for (let k = 0; k < depth; k++) {
    if (k > 0 && line.charCodeAt(i) === SPACE && line.charCodeAt(i + 1) === GT) i++;
    if (line.charCodeAt(i) !== GT) return -1;
    i++;
  }
  if (spaced && line.charCodeAt(i) === SPACE) i++;
  return i;
}

/** The text of a line behind its markers, as prose: one following space dropped. */
export function unquoted(line: string): string {
  const depth = quoteDepth(line);
  return depth === 0 ? line : line.slice(skipQuote(line, depth, true));
}

const ODD_MARKER =
  /^ ?((?:[A-Za-z]{1,8}>|[|}:%#!])(?: ?(?:[A-Za-z]{1,8}>|[|}:%#!>]))*)( ?)(?:diff --git [ai]\/|@@ -\d+(?:,\d+)? \+\d|\+\+\+ b\/)/;

/** How far into its line a diff word can stand behind markers. */
const MARKER_REACH = 80;

/** Does any line have something other than `>` before a word of a diff? Looks at these words only. */
function hasOddMarkers(whole: string): boolean {
  for (const word of ["@@ -", "diff --git ", "+++ b/"]) {
    for (let at = whole.indexOf(word); at >= 0; at = whole.indexOf(word, at + word.length)) {
      let start = at;
      const limit = Math.max(0, at - MARKER_REACH);
      let odd = false;
      for (; start > limit; start--) {
        const c = whole.charCodeAt(start - 1);
        if (c === 10) break;
        if (c !== GT && c !== SPACE) odd = true;
      }
      if (odd && (start === 0 || whole.charCodeAt(start - 1) === 10)) {
        const line = whole.slice(start, at + 24);
        if (ODD_MARKER.test(line)) return true;
      }
    }
  }
  return false;
}

/** Rewrites another mailer's quote markers to `>`; the body is changed in place and columns follow. */
export function normaliseQuotes(body: Body): boolean {
  const text = body.text;
  const markers = new Set<string>();
  if (body.whole !== undefined && !hasOddMarkers(body.whole)) return false;
  for (const line of text) {
    // Cheap test first: the diff words are rare and all contain one of these.
    if (!line.includes("@@ -") && !line.includes("diff --git") && !line.includes("+++ b/")) continue;
    const match = ODD_MARKER.exec(line);
    if (match) for (const part of match[1]!.match(/[A-Za-z]{1,8}>|[|}:%#!]/g) ?? []) markers.add(part);
  }
  if (markers.size === 0) return false;
  const list = [...markers];
  for (let i = 0; i < text.length; i++) rewriteMarkers(body, i, list);
  return true;
}

function rewriteMarkers(body: Body, i: number, markers: string[]): void {
  const line = body.text[i]!;
  let at = 0;
  let depth = 0;
  if (line[0] === " " && markers.some((m) => line.startsWith(m, 1))) at = 1;
  let end = at;
  for (;;) {
    const marker = line[at] === ">" ? ">" : markers.find((m) => line.startsWith(m, at));
    if (!marker) break;
    depth++;
    at += marker.length;
    end = at;
    if (line[at] === " " && (line[at + 1] === ">" || markers.some((m) => line.startsWith(m, at + 1)))) at++;
  }
  if (depth === 0 || end < depth) return;
  // ">>>" replaces the markers; what was longer is accounted for in the column.
  body.text[i] = ">".repeat(depth) + line.slice(end);
  body.col[i] = (body.col[i] ?? 0) + end - depth;
}

/** Of a longer line the end is looked at (characters). */
const ATTRIBUTION_MAX = 400;
/** The end of an attribution, its colon and the blanks around it left away. */
const WROTE =
  /(?:\b(?:wrote|writes|said|says|schrieb|a écrit|escribió|napsal(?:\(a\))?|écrit|skrev|scrisse|ha scritto|schreef|написал(?:\(а\))?|пишет)\b[^:：]{0,40}|写道|さん(?:は)?[^:]{0,20}|at [\d:]+|wrote on [^:]{1,80}(?::[\d:]*)?)$/i;

/** Reads attribution lines: who wrote the text at which depth. One line may be folded over two. */
export function readAttributions(body: Body): Attribution[] {
  const found: Attribution[] = [];
  const text = body.text;
  for (let i = 0; i < text.length; i++) {
    const line = text[i]!;
    if (line.includes("Original Message") && ORIGINAL.test(line)) readOutlook(body, i, found);
    const said = line.trimEnd();
    const last = said.charCodeAt(said.length - 1);
    if (last !== 58 && last !== 0xff1a) continue;
    if (!WROTE.test(said.slice(-ATTRIBUTION_MAX, -1).trimEnd())) continue;
    const depth = quoteDepth(line);
    // What follows, past blank lines, must be quoted one deeper; otherwise it is prose that ends in "wrote:".
    let next = i + 1;
    while (
      next < text.length &&
      next < i + 4 &&
      unquoted(text[next]!).trim() === "" &&
      quoteDepth(text[next]!) <= depth
    )
      next++;
    if (next >= text.length || quoteDepth(text[next]!) <= depth) continue;
    let sentence = unquoted(line).trim();
    if (!/^(?:on|am|le|el|em|op|den|il|at|dne|в|\d)/i.test(sentence) || !/\d/.test(sentence)) {
      const before = i > 0 ? text[i - 1]! : "";
      if (
        before &&
        quoteDepth(before) === depth &&
        /^(?:on|am|le|el|em|op|den|il|at|dne|в)\b/i.test(unquoted(before).trim())
      ) {
        sentence = unquoted(before).trim() + " " + sentence;
      }
    }
    const name = attributedName(sentence);
    if (name) found.push({ docLine: body.doc[i]!, depth: depth + 1, name });
  }
  return found;
}

const ORIGINAL = /^[\s>]*-{2,}\s*Original Message\s*-{2,}\s*$/;

/** Outlook: a header block at the same depth says who wrote what follows it. */
function readOutlook(body: Body, at: number, found: Attribution[]): void {
  const depth = quoteDepth(body.text[at]!);
  if (depth === 0) return;
  for (let k = at + 1; k < Math.min(body.text.length, at + 8); k++) {
    const from = /^From:(.+)$/s.exec(unquoted(body.text[k]!).trim());
    if (!from || quoteDepth(body.text[k]!) !== depth) continue;
    found.push({ docLine: body.doc[k]!, depth, name: from[1]!.trim() });
    return;
  }
}

/** "On Mon, 13 Jan 2025 at 10:00, Jane Doe <jane@x> wrote:" -> "Jane Doe <jane@x>". */
export function attributedName(sentence: string): string {
  let s = sentence.slice(-ATTRIBUTION_MAX);
  s = s.replace(/\((?:Tue|Mon|Wed|Thu|Fri|Sat|Sun)[^()]*\)/i, "");
  const cut =
    /\b(?:wrote|writes|said|says|schrieb|a écrit|escribió|napsal(?:\(a\))?|skrev|scrisse|ha scritto|schreef|написал(?:\(а\))?|пишет)\b|写道/i.exec(
      s,
    );
  if (cut) s = s.slice(0, cut.index);
  s = s.replace(/[:：,]\s*$/, "").trim();
  const address = /<([^<>\s]+)>\s*$/.exec(s);
  if (address) {
    const name = trimDate(nameBefore(s.slice(0, address.index)));
    return name ? `${name} <${address[1]}>` : address[1]!;
  }
  return trimDate(s);
}

/** What may follow the last digit of a date. */
const DATE_END = /^(?:\s*(?:[ap]\.?m\.?|h|UTC|GMT|[A-Z]{3,4}))?(?:\s*\([^)]*\))?\s*[,;:\-–]?\s*(?:at\s+)?/i;

/** The name at the end of what stands before an address: quotes are left away, and one comma may be in it where no digit
 *  follows ("Doe, Jane"). */
function nameBefore(before: string): string {
  const text = before.trimEnd().replace(/"$/, "");
  const segment = (end: number): number => {
    let at = end;
    while (at > 0 && !'",<>'.includes(text[at - 1]!)) at--;
    return at;
  };
  const last = segment(text.length);
  if (text[last - 1] !== "," || text[last] !== " " || /\d/.test(text.slice(last)))
    return text.slice(last).trim();
  const first = segment(last - 1);
  return text.slice(first === last - 1 ? last : first).trim();
}

/** A day of the week in front of a name, in the languages of the attributions. */
const WEEKDAY =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:day|sday|nesday|rsday|urday)?|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s*,\s*/i;

/** Removes "On <date>," in front of a name. */
function trimDate(s: string): string {
  if (!/\d/.test(s))
    return s
      .replace(/^(?:On|Am|Le|Op|El)\s+/, "")
      .trim()
      .replace(WEEKDAY, "");
  // The name is what follows the last digit group with its zone, am/pm and separators.
  const last = /\d\D*$/.exec(s);
  if (last === null) return s.replace(/^[,\s]+/, "").trim();
  return s
    .slice(last.index + 1)
    .replace(DATE_END, "")
    .replace(/^[,\s]+/, "")
    .trim();
}

const ELISION =
  /^\s*(?:\[\s*(?:\.{2,}|…|⋯|snip\w*|cut|trim\w*|deleted|skip\w*|\w+\s+snipped)\s*\]|<\s*(?:(?:snip\w*|cut|\.{2,}|…)\s*)?\/?>|\(\s*(?:\.{2,}|snip\w*)\s*\)|\.{2,}|…|⋯|>\s?<|\*?snip\*?|-{2,}\s*(?:8<|>8|snip|cut)(?:[-\s]*-)?|~{3,}|\[[^\]]{0,40}\b(?:snip\w*|trim\w*|cut|elided|omitted)\b[^\]]{0,40}\])\s*$/i;

/** A line that only says that something was left out. */
export function isElision(text: string): boolean {
  return text.length < 90 && ELISION.test(text);
}

const SCISSORS = /^[-=~_*\s]*(?:8<|>8|✂|%<|>%|✄|8&lt;)(?:[-=~_*\s]|8<|>8|✂|%<|>%|cut here|cut)*$/i;

/** `-- 8< --`, `--->8---`: what follows is a mail of its own. As git: mostly dashes and at least one pair of scissors. */
export function isScissors(text: string): boolean {
  if (
    text.length > 120 ||
    !(
      text.includes("8<") ||
      text.includes(">8") ||
      text.includes("✂") ||
      text.includes("%<") ||
      text.includes(">%")
    )
  )
    return false;
  return SCISSORS.test(text) && /[-=~_✂]/.test(text);
}

/** True for a line with nothing but white space. */
export function isBlank(line: string): boolean {
  for (let i = 0; i < line.length; i++) {
    const c = line.charCodeAt(i);
    if (c !== SPACE && c !== TAB && c !== 13 && c !== 0xa0) return false;
  }
  return true;
}
