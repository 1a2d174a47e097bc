// Archive pages saved as text: patchwork, lore, openwall, marc, spinics, lkml.iu.edu. A page is cut into messages by
// the header lines that each archive prints; the archive's own furniture is left out of the messages.

import { isScissors, quoteDepth } from "./quote.ts";
import type { Header } from "./types.ts";

export interface PageMessage {
  headers: Header[];
  /** 0-based document lines of the body; not always one run (patchwork prints the diff below the comments). */
  body: number[];
  first: number;
  last: number;
}

const MONTH =
  "(?:Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|Mar(?:ch|\\.)?|Apr(?:il|\\.)?|May|June?\\.?|July?\\.?|Aug(?:ust|\\.)?|Sept?(?:ember|\\.)?|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?)";
const WHEN = `${MONTH} \\d{1,2}, \\d{4},? (?:\\d{1,2}(?::\\d\\d)? ?(?:[ap]\\.?m\\.?)?|noon|midnight)(?: UTC)?`;
const COMMENT_HEAD = new RegExp(`^(.{1,120}?)(?<!\\s)\\s+(${WHEN})\\s*\\|\\s*#(\\d+)\\s*$`, "i");
const AUTHOR_HEAD = new RegExp(`^(.{1,120}?)(?<!\\s)\\s+(${WHEN})\\s*$`, "i");

/** Messages of a saved archive page; null when the text is none. */
export function readPage(lines: string[]): PageMessage[] | null {
  return readPatchwork(lines) ?? readLoreThread(lines) ?? readHeaderBlocks(lines);
}

function readPatchwork(lines: string[]): PageMessage[] | null {
  let idAt = -1;
  for (let i = 0; i < Math.min(lines.length, 60); i++) {
    if (/^Message ID\b/i.test(lines[i]!)) {
      idAt = i;
      break;
    }
  }
  if (idAt < 0) return null;
  const headers: Header[] = [];
  const title = lines.slice(0, idAt).findIndex((l) => /^\s*\[.*\]\s*\S/.test(l));
  const titleAt =
    title >= 0
      ? title
      : lines
          .slice(0, idAt)
          .findIndex((l) => l.trim() !== "" && !/mbox|series|^\s*(?:login|register|about)/i.test(l));
  if (titleAt >= 0)
    headers.push({ name: "subject", value: patchworkSubject(lines[titleAt]!.trim()), docLine: titleAt + 1 });
  const id =
    /^Message ID[\s:]*<?([^\s<>]+)/i.exec(lines[idAt]!) ??
    /^\s*<?([^\s<>@]+@[^\s<>]+)/.exec(lines[idAt + 1] ?? "");
  if (id) headers.push({ name: "message-id", value: `<${id[1]}>`, docLine: idAt + 1 });
  const message: PageMessage = { headers, body: [], first: 0, last: lines.length - 1 };
  const messages = [message];
  let i = idAt + 1;
  while (i < lines.length && !/^(?:Commit Message|Message|Pull-request)\s*$/i.test(lines[i]!)) i++;
  const head = i;
  i++;
  while (i < lines.length && lines[i]!.trim() === "") i++;
  const author = AUTHOR_HEAD.exec(lines[i] ?? "");
  if (author) {
    headers.push({ name: "from", value: author[1]!, docLine: i + 1 });
    headers.push({ name: "date", value: patchworkDate(author[2]!), docLine: i + 1 });
    i++;
  } else i = Math.min(head + 1, lines.length);
  let current: PageMessage = message;
  let inPatch = false;
  for (; i < lines.length; i++) {
    const line = lines[i]!;
    if (!inPatch && isPatchHeading(lines, i)) {
      inPatch = true;
      if (current !== message) current.last = i - 1;
      current = message;
      continue;
    }
    if (!inPatch && /^Comments\s*$/.test(line)) continue;
    const comment = inPatch ? null : COMMENT_HEAD.exec(line);
    if (comment) {
      if (current !== message) current.last = i - 1;
      const reply: Header[] = [
        { name: "from", value: comment[1]!, docLine: i + 1 },
        { name: "date", value: patchworkDate(comment[2]!), docLine: i + 1 },
      ];
      const subject = headers.find((h) => h.name === "subject");
      if (subject) reply.push({ name: "subject", value: `Re: ${subject.value}`, docLine: subject.docLine });
      const parent = headers.find((h) => h.name === "message-id");
      if (parent) reply.push({ name: "in-reply-to", value: parent.value, docLine: parent.docLine });
      current = { headers: reply, body: [], first: i, last: lines.length - 1 };
      messages.push(current);
      continue;
    }
    current.body.push(i);
  }
  return messages;
}

/** "[v3,06/25] title" is the subject "[PATCH v3 06/25] title". */
function patchworkSubject(title: string): string {
  return title.replace(/^\[([^\]]*)\]/, (_, tags: string) => {
    const words = tags.split(/[,\s]+/).filter(Boolean);
    if (!words.some((w) => /^(?:PATCH|RFC)/i.test(w))) words.unshift("PATCH");
    return `[${words.join(" ")}]`;
  });
}

function isPatchHeading(lines: string[], i: number): boolean {
  if (!/^Patch\s*$/.test(lines[i]!)) return false;
  for (let k = i + 1; k < Math.min(lines.length, i + 5); k++) {
    if (/^(?:diff --git |--- |Index: )/.test(lines[k]!)) return true;
  }
  return false;
}

function patchworkDate(text: string): string {
  const match = /^(\w+)\.? (\d+), (\d+),? (?:(\d+)(?::(\d\d))? ?([ap])?|(noon|midnight))/i.exec(text);
  if (!match) return text;
  let hour = match[7] ? (match[7].toLowerCase() === "noon" ? 12 : 0) : Number(match[4]);
  if (match[6]?.toLowerCase() === "p" && hour < 12) hour += 12;
  if (match[6]?.toLowerCase() === "a" && hour === 12) hour = 0;
  return `${match[2]} ${match[1]!.slice(0, 3)} ${match[3]} ${String(hour).padStart(2, "0")}:${match[5] ?? "00"}:00 +0000`;
}

/** Longer lines hold no title. */
const TITLE_MAX = 400;
const LORE_FROM = /^From: (.+?) @ (\d{4}-\d\d-\d\d +\d\d?:\d\d) UTC(?: \(permalink \/ raw\))?\s*$/;

function readLoreThread(lines: string[]): PageMessage[] | null {
  const messages: PageMessage[] = [];
  let current: PageMessage | null = null;
  let subject = "";
  let subjectAt = 0;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const from = line.startsWith("From: ") && line.length < 1000 ? LORE_FROM.exec(line) : null;
    if (from) {
      if (current) current.last = i - 1;
      const headers: Header[] = [
        { name: "from", value: from[1]!, docLine: i + 1 },
        { name: "date", value: `${from[2]!.replace(/ +/, "T")}:00Z`, docLine: i + 1 },
      ];
      if (subject) headers.push({ name: "subject", value: subject, docLine: subjectAt + 1 });
      current = { headers, body: [], first: i, last: lines.length - 1 };
      messages.push(current);
      while (i + 1 < lines.length && /^ +(?:To|Cc): |^\t/.test(lines[i + 1]!)) i++;
      continue;
    }
    const c = line.charCodeAt(0);
    const topic =
      current || (c !== 32 && c !== 42 && c !== 96) || line.length > TITLE_MAX ? null : topicOf(line);
    if (line.startsWith("^ permalink")) {
      current = null;
      continue;
    }
    if (topic && !current) {
      subject = topic.trim();
      subjectAt = i;
    }
    current?.body.push(i);
  }
  return messages.length ? messages : null;
}

const FIELD =
  /^(From|To|Cc|CC|Date|Subject|Message-I[Dd]|In-[Rr]eply-[Tt]o|References|List|Reply-[Tt]o|Sender|User-[Aa]gent|Bcc|Resent-From|Organization|Newsgroups|Delivered-To|X-[\w-]+|MIME-Version|Content-[\w-]+|Mail-Followup-To)\s*:(.*)$/s;

function readHeaderBlocks(lines: string[]): PageMessage[] | null {
  const messages: PageMessage[] = [];
  let current: PageMessage | null = null;
  let i = 0;
  while (i < lines.length) {
    const line = lines[i]!;
    const c = line.charCodeAt(0);
    // Letters only: field names start with one.
    if (c >= 65 && c <= 90 && FIELD.test(line)) {
      const block = readBlock(lines, i);
      if (block && isMessageHead(block.headers, i, lines)) {
        if (current) current.last = i - 1;
        current = { headers: block.headers, body: [], first: i, last: lines.length - 1 };
        if (!block.headers.some((h) => h.name === "subject")) addTitle(current, lines, i);
        messages.push(current);
        i = block.end;
        continue;
      }
    }
    current?.body.push(i);
    i++;
  }
  for (const message of messages) trimFurniture(message, lines);
  return messages.length ? messages : null;
}

const NAVIGATION =
  /^\s*(?:\[(?:prev|next|thread|day|Date|Thread|Author|Subject)|(?:Next|Previous) (?:message|in thread)|In reply to|Messages sorted by|Reply:|Maybe in reply to|Download RAW|\* (?:Subject|From|Date|To|Cc|In-reply-to|References|Message-id)\b)/i;

function readBlock(lines: string[], from: number): { headers: Header[]; end: number } | null {
  const headers: Header[] = [];
  let i = from;
  for (; i < Math.min(lines.length, from + 200); i++) {
    const line = lines[i]!;
    const match = FIELD.exec(line);
    if (match) {
      headers.push({ name: match[1]!.toLowerCase(), value: match[2]!.trim(), docLine: i + 1 });
      continue;
    }
    if (headers.length && /^[ \t]+\S/.test(line)) {
      headers[headers.length - 1]!.value += ` ${line.trim()}`;
      continue;
    }
    // Archives put their navigation among the headers.
    if (NAVIGATION.test(line)) continue;
    break;
  }
  while (i < lines.length && (lines[i]!.trim() === "" || NAVIGATION.test(lines[i]!))) i++;
  return headers.length ? { headers, end: i } : null;
}

function isMessageHead(headers: Header[], at: number, lines: string[]): boolean {
  const names = new Set(headers.map((h) => h.name));
  if (!names.has("from")) return false;
  for (let k = at - 1; k >= Math.max(0, at - 3); k--) if (isScissors(lines[k]!)) return false;
  const strong = [..."date subject to message-id list".split(" ")].filter((n) => names.has(n)).length;
  return at < 60
    ? names.has("subject") || names.has("date")
    : strong >= 2 && (names.has("date") || names.has("message-id"));
}

function addTitle(message: PageMessage, lines: string[], at: number): void {
  for (let k = at - 1; k >= Math.max(0, at - 12); k--) {
    const line = lines[k]!.trim();
    if (/^(?:Re:|\[|.*\bPATCH\b)/i.test(line) && !/^\[(?:prev|next|thread|Date|Lists?|Index)/i.test(line)) {
      message.headers.push({ name: "subject", value: line, docLine: k + 1 });
      return;
    }
  }
}

const FURNITURE =
  /^(?:Powered by |\[prev in list\]|Configure \||\[Index of Archives\]|\[Date Prev\]|\[Date Index\]|Follow-Ups:\s*$|Prev by Date:|Next message:|Messages sorted by:|This archive was generated by|This archive is|\* Next message:|\[More with|From: .* @ \d{4}|To unsubscribe from this list: )/;

function trimFurniture(message: PageMessage, lines: string[]): void {
  const body = message.body;
  for (let k = 0; k < body.length; k++) {
    const line = lines[body[k]!]!;
    if (quoteDepth(line) === 0 && FURNITURE.test(line)) {
      message.last = body[k]! - 1;
      body.length = k;
      break;
    }
  }
  while (body.length && lines[body[body.length - 1]!]!.trim() === "") body.pop();
}

/** The title of a line that stands in a thread's overview, behind its bullet; null when it is none. */
function topicOf(line: string): string | null {
  const lead = /^[* `]*/.exec(line)![0];
  const at = Math.max(lead.lastIndexOf("* "), lead.lastIndexOf("` "));
  const title = at < 0 ? "" : line.slice(at + 2);
  return title.length >= 4 && title.length <= 300 ? title : null;
}
