// The header block of a mail: unfolding, encoded words, addresses, dates. Encoded words are decoded by
// postal-mime; what it cannot know (which document line a header stands on) is kept here.

import { decodeWords } from "postal-mime";
import { decodeText } from "./charset.ts";
import type { Header } from "./types.ts";

/** A header's value may be this long; the rest is dropped. Hostile mails carry megabytes in one header. */
const VALUE_LIMIT = 65536;
const HEADER_LIMIT = 2000;

const HEADER = /^([!-9;-~]{1,78})[ \t]*:([^\n]*)$/;

/** True for `Name: value` lines that a mail's header block is made of. */
export function isHeaderLine(line: string): boolean {
  return HEADER.test(line);
}

export interface HeaderBlock {
  headers: Header[];
  /** Index in `lines` of the first line behind the block (behind its blank line). */
  end: number;
}

/** Reads headers from `lines[from..to - 1]`. `docLine` of header i is the index plus one; the caller shifts it. */
export function readHeaders(lines: string[], from: number, to = lines.length): HeaderBlock {
  const headers: Header[] = [];
  let i = from;
  let current: { name: string; parts: string[]; docLine: number; size: number } | null = null;
  const flush = () => {
    if (current)
      headers.push({ name: current.name, value: current.parts.join(" "), docLine: current.docLine });
    current = null;
  };
  for (; i < to; i++) {
    const line = lines[i]!;
    if (line === "" || line === "\r") {
      i++;
      break;
    }
    const c = line.charCodeAt(0);
    if ((c === 32 || c === 9) && current) {
      if (line.trim() === "") {
        // A folded line of nothing but white space ends the header for some mailers.
        continue;
      }
      if (current.size < VALUE_LIMIT) {
        const part = line.trim().slice(0, VALUE_LIMIT);
        current.parts.push(part);
        current.size += part.length;
      }
      continue;
    }
    const match = line.length < 4 * VALUE_LIMIT ? HEADER.exec(line) : HEADER.exec(line.slice(0, VALUE_LIMIT));
    if (!match) {
      if (line.startsWith(">From ") || line.startsWith("From ")) continue;
      // Not a header: the blank line between header and body is missing.
      break;
    }
    flush();
    if (headers.length >= HEADER_LIMIT) continue;
    const value = match[2]!.trim().slice(0, VALUE_LIMIT);
    current = {
      name: match[1]!.toLowerCase(),
      parts: value ? [value] : [],
      docLine: i + 1,
      size: value.length,
    };
  }
  flush();
  return { headers, end: i };
}

/** First value of a header, decoded; null when it is not there. */
export function headerValue(headers: Header[], name: string): string | null {
  for (const header of headers) if (header.name === name) return header.value;
  return null;
}

/** Decodes RFC 2047 words, bogus ones included; byte order marks and bidi marks are dropped. */
export function decodeHeader(value: string): string {
  let text = value;
  if (value.includes("=?")) {
    try {
      text = decodeWords(value);
    } catch {
      text = value;
    }
    // What the library leaves: words with spaces inside, as some mailers write them.
    if (text.includes("=?"))
      text = text.replace(/=\?([\w.:-]+)(?:\*[\w-]+)?\?([QqBb])\?([^?]{0,2000})\?=/g, looseWord);
  }
  return text.replace(/[\ufeff\u200b\u200e\u200f\u202a-\u202e]/g, "").replace(/[\0-\x08\x0b-\x1f]/g, "");
}

function looseWord(whole: string, charset: string, encoding: string, data: string): string {
  let bytes: Buffer;
  if (/b/i.test(encoding)) bytes = Buffer.from(data, "base64");
  else {
    const latin = data
      .replace(/_/g, " ")
      .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    bytes = Buffer.from(latin, "latin1");
  }
  return bytes.length ? decodeText(bytes, charset).text : whole;
}

export interface Person {
  name: string;
  email: string;
}

/**
 * The author in a From header, as `git mailinfo` takes it: the word around the first `@` is the address, the rest the
 * name, unless that is empty, too long or holds an address itself. Archive pages maul addresses ("a@...b.com");
 * that is kept as it stands.
 */
export function parsePerson(value: string): Person {
  const text = unquotePairs(decodeHeader(value.length > 4000 ? value.slice(0, 4000) : value));
  let at = text.indexOf("@");
  if (at < 0) return bogusPerson(text);
  while (at > 0 && !/[\s<]/.test(text[at - 1]!)) at--;
  const open = text[at - 1] === "<" ? at - 1 : at;
  let end = at;
  while (end < text.length && !/[\s>]/.test(text[end]!)) end++;
  const email = text.slice(at, end);
  let name = tidyName(`${text.slice(0, open)} ${text.slice(end + 1)}`);
  if (name.startsWith("(") && name.endsWith(")")) name = name.slice(1, -1);
  return { name: saneName(name) ? name : "", email };
}

function saneName(name: string): boolean {
  const size = Buffer.byteLength(name, "utf8");
  return size >= 1 && size <= 60 && !/[@<>]/.test(name);
}

/** `John Doe <john>` without an address, or only a name (archive pages). */
function bogusPerson(text: string): Person {
  const match = /^([^<]*)<([^>]*)>/.exec(text);
  if (!match) return { name: tidyName(text), email: "" };
  return { name: tidyName(match[1]!), email: match[2]!.trim() };
}

/** Quoted strings without their quotes and backslashes; comments stay in parentheses. */
function unquotePairs(text: string): string {
  if (!/["\\]/.test(text)) return text;
  let out = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') quoted = !quoted;
    else if (c === "\\" && quoted && i + 1 < text.length) out += text[++i];
    else out += c;
  }
  return out;
}

function tidyName(name: string): string {
  return name.replace(/\s+/g, " ").trim();
}

/** `Name <address>`, or whichever of the two is known. */
export function formatPerson(person: Person): string {
  if (!person.email) return person.name;
  return person.name ? `${person.name} <${person.email}>` : person.email;
}

/** Message ids in a References or In-Reply-To header, in order. */
export function messageIds(value: string | null): string[] {
  if (!value) return [];
  const ids = value.match(/<[^<>\s]{1,990}>/g) ?? [];
  return ids.slice(0, 1000).map((id) => id.slice(1, -1));
}

/** Milliseconds since 1970 of a mail's date, or null. */
export function parseDate(value: string | null): number | null {
  if (!value || value.length > 200) return null;
  const time = Date.parse(value.replace(/\([^()]*\)\s*$/, "").replace(/\s+/g, " "));
  return Number.isFinite(time) ? time : null;
}

/** `text/plain; charset="x"; format=flowed` taken apart. */
export function parseContentType(value: string | null): { type: string; params: Record<string, string> } {
  const params: Record<string, string> = {};
  if (!value) return { type: "", params };
  const text = value.slice(0, 4000);
  const semicolon = text.indexOf(";");
  const type = (semicolon < 0 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  if (semicolon >= 0) {
    const pattern = /;\s*([\w!#$&.+^~-]+)(\*\d*\*?)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;\s]*))/g;
    for (const match of text.slice(semicolon).matchAll(pattern)) {
      const key = match[1]!.toLowerCase();
      let part = match[3] !== undefined ? match[3].replace(/\\(.)/g, "$1") : match[4]!;
      // RFC 2231: charset'language'percent-encoded, possibly in numbered pieces.
      if (match[2]?.endsWith("*"))
        part = part
          .replace(/^[\w-]*'[^']*'/, "")
          .replace(/%([0-9A-Fa-f]{2})/g, (_, h: string) => String.fromCharCode(Number.parseInt(h, 16)));
      if (match[2] && params[key] !== undefined) params[key] += part;
      else if (params[key] === undefined) params[key] = part;
    }
  }
  return { type, params };
}
