// The text in front of a diff: in-body headers, commit message, changelog, diffstat. For an unquoted mail this follows
// `git mailinfo` line by line; for a quoted one the quote markers are taken off first.

import type { RawPatch, Section } from "../diff/scan.ts";
import { decodeHeader, headerValue, messageIds, readHeaders } from "./headers.ts";
import { quoteDepth, skipQuote } from "./quote.ts";
import type { Body } from "./types.ts";

export interface StatLine {
  path: string;
  changes: number | null;
  docLine: number;
}

export interface CommitText {
  subject: string | null;
  author: string | null;
  date: string | null;
  /** Of a mail in the mail: attached, or pasted with its headers. */
  messageId: string | null;
  message: string;
  messageLines: string[];
  messageDocs: number[];
  changelog: string;
  stat: StatLine[];
  /** "3 files changed, 27 insertions(+), 13 deletions(-)". */
  total: { files: number; added: number; removed: number; docLine: number } | null;
  docLine: number | null;
}

/** Reads the text that belongs to a patch: from its section's start to the first line of a diff there. */
export function readCommitText(body: Body, patch: RawPatch, section: Section): CommitText {
  const text: CommitText = {
    subject: null,
    author: null,
    date: null,
    messageId: null,
    message: "",
    messageLines: [],
    messageDocs: [],
    changelog: "",
    stat: [],
    total: null,
    docLine: null,
  };
  const lines: string[] = [];
  const docs: number[] = [];
  for (let i = section.start; i < patch.textEnd; i++) {
    const line = body.text[i]!;
    if (patch.depth === 0) {
      lines.push(line);
      docs.push(body.doc[i]!);
      continue;
    }
    const depth = quoteDepth(line);
    if (depth < patch.depth) continue;
    const stripped = line.slice(Math.max(0, skipQuote(line, patch.depth, true)));
    lines.push(stripped);
    docs.push(body.doc[i]!);
  }
  if (section.kind === "commit" && readGitLog(lines, docs, text)) return text;
  readMailText(lines, docs, text, patch.depth > 0, section.kind === "part" || section.kind === "commit");
  return text;
}

/** `commit <id>`, `Author:`, `Date:` and a message indented by four: the output of git log and git show. */
function readGitLog(lines: string[], docs: number[], text: CommitText): boolean {
  if (!/^commit [0-9a-f]{40}/.test(lines[0] ?? "")) return false;
  text.docLine = docs[0] ?? null;
  let i = 1;
  for (; i < lines.length && lines[i] !== ""; i++) {
    const field = /^(Author|Date|AuthorDate):(.*)$/s.exec(lines[i]!);
    if (field?.[1] === "Author") text.author = field[2]!.trimStart();
    else if (field) text.date = field[2]!.trimStart();
  }
  const message: string[] = [];
  const messageDocs: number[] = [];
  for (i++; i < lines.length; i++) {
    if (lines[i] !== "" && !lines[i]!.startsWith("    ")) break;
    message.push(lines[i]!.slice(4));
    messageDocs.push(docs[i]!);
  }
  text.subject = message[0] ?? "";
  text.messageLines = message.slice(1);
  text.messageDocs = messageDocs.slice(1);
  text.message = joinMessage(text.messageLines);
  readStat(lines.slice(i), docs.slice(i), text);
  return true;
}

function readMailText(
  lines: string[],
  docs: number[],
  text: CommitText,
  quoted: boolean,
  mail: boolean,
): void {
  const own = mail ? readOwnHeaders(lines) : null;
  let i = readInBodyHeaders(lines, text, own?.end ?? 0);
  text.author ??= own?.author ?? null;
  text.subject ??= own?.subject ?? null;
  text.date ??= own?.date ?? null;
  text.messageId = own?.messageId ?? null;
  while (i < lines.length && lines[i]!.trim() === "") i++;
  text.docLine = docs[i] ?? null;
  let stop = i;
  while (stop < lines.length && !isPatchBreak(lines[stop]!)) stop++;
  text.messageLines = lines.slice(i, stop);
  text.messageDocs = docs.slice(i, stop);
  if (quoted) dropAttribution(text);
  text.message = joinMessage(text.messageLines);
  const below = /^---\s*$/.test(lines[stop] ?? "") ? stop + 1 : stop;
  text.changelog = joinMessage(lines.slice(below));
  readStat(lines.slice(below), docs.slice(below), text);
}

/** The header block of a mail that is attached to another or pasted into it. */
function readOwnHeaders(
  lines: string[],
): (Pick<CommitText, "author" | "subject" | "date" | "messageId"> & { end: number }) | null {
  let at = 0;
  while (at < lines.length && lines[at]!.trim() === "") at++;
  const { headers, end } = readHeaders(lines, at);
  const value = (name: string) => {
    const found = headerValue(headers, name);
    return found === null ? null : decodeHeader(found);
  };
  const [author, subject] = [value("from"), value("subject")];
  if (lines[end - 1] !== "" || (author === null && subject === null)) return null;
  return { author, subject, date: value("date"), messageId: messageIds(value("message-id"))[0] ?? null, end };
}

/** Attributions of still deeper quotes are not part of the commit message. */
function dropAttribution(text: CommitText): void {
  let blank = 0;
  while (blank < text.messageLines.length && text.messageLines[blank]!.trim() === "") blank++;
  text.messageLines.splice(0, blank);
  text.messageDocs.splice(0, blank);
}

function joinMessage(lines: string[]): string {
  const text = lines.map((l) => l.trimEnd());
  let first = 0;
  let end = text.length;
  while (end > first && text[end - 1] === "") end--;
  while (first < end && text[first] === "") first++;
  return text.slice(first, end).join("\n");
}

/** git's `patchbreak`: a diff, an Index line, `--- name` or a line of three dashes. */
export function isPatchBreak(line: string): boolean {
  if (line.startsWith("diff -") || line.startsWith("Index: ")) return true;
  if (!line.startsWith("---")) return false;
  if (line.charCodeAt(3) === 32 && line.length > 4 && !/\s/.test(line[4]!)) return true;
  return /^---\s*$/.test(line);
}

/** In-body From, Subject and Date, as git mailinfo takes them; returns the index behind them. */
function readInBodyHeaders(lines: string[], text: CommitText, from: number): number {
  let i = from;
  let last: "author" | "subject" | "date" | null = null;
  for (; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.trim() === "") {
      if (line === "" && last) break;
      if (line === "") continue;
      break;
    }
    if (last && /^[ \t]/.test(line)) {
      text[last] = `${text[last]} ${line.trim()}`;
      continue;
    }
    if (/^>?From [0-9a-f]{40} /.test(line)) continue;
    if (/^\[PATCH\]\s/.test(line)) {
      text.subject = line;
      continue;
    }
    const field = /^(From|Subject|Date):(.*)$/is.exec(line);
    if (!field) break;
    const key = ({ from: "author", subject: "subject", date: "date" } as const)[
      field[1]!.toLowerCase() as "from" | "subject" | "date"
    ];
    if (text[key] !== null) break;
    text[key] = field[2]!.trimStart();
    last = key;
  }
  return i;
}

function readStat(lines: string[], docs: number[], text: CommitText): void {
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const bar = line.indexOf("|");
    if (bar > 0 && line.length < 300) {
      // The name may have bars in it, what follows the last one not.
      const last = line.lastIndexOf("|");
      const name = line.slice(0, last);
      const path = /^ ?(?:(?:create|delete) )?(\S.*)$/.exec(name.trimEnd())?.[1];
      const match = /^\s+(?:(\d+)[-+\s]*|Bin\b.*|Unmerged[-+\s]*)$/.exec(line.slice(last + 1));
      if (match && path !== undefined && /\s$/.test(name))
        text.stat.push({
          path,
          changes: match[1] === undefined ? null : Number(match[1]),
          docLine: docs[i]!,
        });
      continue;
    }
    const total = /^\s*(\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?/.exec(
      line,
    );
    if (total)
      text.total = {
        files: Number(total[1]),
        added: Number(total[2] ?? 0),
        removed: Number(total[3] ?? 0),
        docLine: docs[i]!,
      };
  }
}

/** The diffstat of a patch, for checks: read again from its changelog lines. */
export function readDiffstat(changelog: string): { stat: StatLine[]; total: CommitText["total"] } {
  const text = { stat: [], total: null } as unknown as CommitText;
  const lines = changelog.split("\n");
  readStat(
    lines,
    lines.map((_, i) => i),
    text,
  );
  return { stat: text.stat, total: text.total };
}
