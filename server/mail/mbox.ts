// Mailbox files. Mails are found by scanning bytes for separator lines, as `git mailsplit` does, so that a large archive
// is never decoded as a whole: `splitMbox` gives ranges of a buffer, `streamMbox` reads a file and holds one mail.

import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { openRegularFile } from "../files.ts";
import { decodeHeader, headerValue, messageIds, readHeaders } from "./headers.ts";

const NL = 10;
const FROM = Buffer.from("\nFrom ");

/** Largest mail of a mailbox that is read as a stream, unpacked (bytes). */
const MAIL_MAX = 256 << 20;
/** What is packed and unpacks to more than this (bytes), and to more than so many times its size, is a bomb. */
const UNPACKED_MAX = 256 << 20;
const RATIO_MAX = 100;

export interface MboxRange {
  /** Offset of the separator line. */
  start: number;
  end: number;
}

/** `From x@y Thu Jan  1 00:00:00 1970`: ends in a time and a year after 1990, or is the mboxrd@z of public-inbox. */
export function isFromLine(line: string): boolean {
  if (!line.startsWith("From ") || line.length < 20 || line.length > 400) return false;
  return /\d:\d\d(?:\s+[A-Z]{3,5})?\s+(?:[+-]\d{4}\s+)?\d{4}(?:\s+[+-]\d{4})?\s*$/.test(line);
}

function lineAt(bytes: Buffer, start: number): string {
  let end = bytes.indexOf(NL, start);
  if (end < 0) end = bytes.length;
  return bytes.toString("latin1", start, Math.min(end, start + 500));
}

/** Lines after a From line that are looked at to tell a mail from a quotation of such a line. */
const LOOK_AHEAD = 12;

/**
 * A separator: a From line, and behind it a header. `git mailsplit` asks for the From line alone and cuts a mail in two
 * that quotes one; a header of a mail is a field with a colon that is no address of a page ("https://..."). Blank lines
 * between the two are passed over. At the very beginning a mail without any header counts too.
 */
function isSeparator(bytes: Buffer, start: number): boolean {
  if (!isFromLine(lineAt(bytes, start))) return false;
  let end = bytes.indexOf(NL, start);
  if (end < 0) return true;
  for (let i = 0; i < LOOK_AHEAD; i++) {
    const next = lineAt(bytes, end + 1);
    if (/^(?:[!-9;-~]+:(?!\/\/)|>From )/.test(next)) return i === 0 || /^[A-Z][A-Za-z-]*: /.test(next);
    if (next.trim() !== "") return false;
    end = bytes.indexOf(NL, end + 1);
    if (end < 0) return start === 0;
  }
  return start === 0;
}

/** Which lines (0-based) of a mail's text divide it for `git mailsplit`: From lines. */
export function quotedFromLines(lines: readonly string[]): number[] {
  const found: number[] = [];
  lines.forEach((line, i) => {
    if (line.startsWith("From ") && isFromLine(line)) found.push(i);
  });
  return found;
}

/** Whether the line that begins here is there whole and has nothing but white space. */
function isBlank(bytes: Buffer, start: number): boolean {
  const end = bytes.indexOf(NL, start);
  return end >= 0 && bytes.toString("latin1", start, Math.min(end, start + 500)).trim() === "";
}

/** True when the bytes start as a mailbox does. */
export function isMbox(bytes: Buffer): boolean {
  return bytes.length > 5 && bytes.toString("latin1", 0, 5) === "From " && isSeparator(bytes, 0);
}

/** Ranges of the mails of a mailbox held in memory. */
export function splitMbox(bytes: Buffer): MboxRange[] {
  const ranges: MboxRange[] = [];
  let start = 0;
  let at = 0;
  for (;;) {
    const next = bytes.indexOf(FROM, at);
    if (next < 0) break;
    at = next + 1;
    if (isSeparator(bytes, next + 1)) {
      ranges.push({ start, end: next + 1 });
      start = next + 1;
    }
  }
  if (start < bytes.length) ranges.push({ start, end: bytes.length });
  return ranges;
}

export interface StreamedMail {
  bytes: Buffer;
  /** Byte offset in the (unpacked) file. */
  offset: number;
  /** 1-based line of its first line in the (unpacked) file. */
  line: number;
  index: number;
}

export interface StreamOptions {
  signal?: AbortSignal;
  /** Called at most once per chunk read. `total` is 0 when it is not known. */
  onProgress?: (done: number, total: number, mails: number) => void;
  chunkSize?: number;
}

/** Reads a mailbox mail by mail. Holds the current mail and one chunk; gzip is unpacked on the way. */
export async function* streamMbox(path: string, options: StreamOptions = {}): AsyncGenerator<StreamedMail> {
  const { handle, size: total } = openRegularFile(path);
  const raw = createReadStream(path, { fd: handle, highWaterMark: options.chunkSize ?? 1 << 20 });
  // What goes wrong in reading is thrown by the loop below.
  const source = /\.gz$/i.test(path) ? pipeline(raw, createGunzip(), () => undefined) : raw;
  let unpacked = 0;
  let done = 0;
  let index = 0;
  raw.on("data", (chunk) => {
    done += chunk.length;
  });
  const splitter = new MboxSplitter();
  /** Bytes since a mail ended. */
  let held = 0;
  try {
    for await (const chunk of source) {
      if (options.signal?.aborted) return;
      held += (chunk as Buffer).length;
      unpacked += (chunk as Buffer).length;
      if (unpacked > UNPACKED_MAX && unpacked > RATIO_MAX * total)
        throw new Error(`it unpacks to more than ${RATIO_MAX} times its size, as no mailbox does`);
      if (held > MAIL_MAX) throw new Error(`a mail of more than ${MAIL_MAX} bytes is not read`);
      for (const mail of splitter.push(chunk as Buffer)) {
        held = 0;
        yield { ...mail, index: index++ };
        if (options.signal?.aborted) return;
      }
      options.onProgress?.(done, total, index);
    }
    for (const mail of splitter.finish()) yield { ...mail, index: index++ };
    options.onProgress?.(total, total, index);
  } finally {
    raw.destroy();
  }
}

export interface MboxEntry {
  offset: number;
  length: number;
  /** 1-based line of the mail's first line in the file. */
  line: number;
  subject: string;
  from: string;
  messageId: string | null;
}

/** A table of the mails in a (not compressed) mailbox, so that one of them can be opened without reading the rest. */
export async function indexMbox(path: string, options: StreamOptions = {}): Promise<MboxEntry[]> {
  const entries: MboxEntry[] = [];
  for await (const mail of streamMbox(path, options)) {
    // The header block is enough, and of that not more than a long thread's worth of Received lines.
    const end = mail.bytes.indexOf("\n\n");
    const lines = mail.bytes
      .toString("utf8", 0, Math.min(end < 0 ? mail.bytes.length : end, 65536))
      .split("\n");
    const { headers } = readHeaders(lines, 1);
    entries.push({
      offset: mail.offset,
      length: mail.bytes.length,
      line: mail.line,
      subject: decodeHeader(headerValue(headers, "subject") ?? ""),
      from: decodeHeader(headerValue(headers, "from") ?? ""),
      messageId: messageIds(headerValue(headers, "message-id"))[0] ?? null,
    });
  }
  return entries;
}

/** The bytes of one mail of an indexed mailbox. */
export async function readMboxEntry(path: string, entry: MboxEntry): Promise<Buffer> {
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(entry.length);
    const { bytesRead } = await file.read(bytes, 0, entry.length, entry.offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Chunks in, whole mails out. Each byte is scanned once: the search resumes where the last one stopped. */
export class MboxSplitter {
  private parts: Buffer[] = [];
  private tail: Buffer = Buffer.alloc(0);
  private offset = 0;
  private line = 1;

  *push(chunk: Buffer): Generator<Omit<StreamedMail, "index">> {
    // `tail` is kept back so that a separator and the line after it are always seen whole.
    const window = this.tail.length ? Buffer.concat([this.tail, chunk]) : chunk;
    let start = 0;
    let at = 0;
    let keep = window.length;
    for (;;) {
      const next = window.indexOf(FROM, at);
      if (next < 0) break;
      const first = window.indexOf(NL, next + 1);
      let behind = first;
      while (behind >= 0 && window.length - behind > 1 && isBlank(window, behind + 1))
        behind = window.indexOf(NL, behind + 1);
      const second = behind < 0 ? -1 : window.indexOf(NL, behind + 1);
      if (second < 0 && window.length - next < 4096) {
        keep = next;
        break;
      }
      at = next + 1;
      if (isSeparator(window, next + 1)) {
        this.parts.push(window.subarray(start, next + 1));
        yield this.take();
        start = next + 1;
      }
    }
    // Six bytes could be the beginning of "\nFrom ".
    keep = Math.max(start, Math.min(keep, window.length - (FROM.length - 1)));
    if (keep > start) this.parts.push(Buffer.from(window.subarray(start, keep)));
    this.tail = Buffer.from(window.subarray(keep));
  }

  *finish(): Generator<Omit<StreamedMail, "index">> {
    if (this.tail.length) this.parts.push(this.tail);
    this.tail = Buffer.alloc(0);
    if (this.parts.length) {
      const rest = Buffer.concat(this.parts);
      this.parts = [];
      for (const range of splitMbox(rest)) {
        this.parts = [rest.subarray(range.start, range.end)];
        yield this.take();
      }
    }
  }

  private take(): Omit<StreamedMail, "index"> {
    const bytes = this.parts.length === 1 ? Buffer.from(this.parts[0]!) : Buffer.concat(this.parts);
    this.parts = [];
    const mail = { bytes, offset: this.offset, line: this.line };
    this.offset += bytes.length;
    for (let at = bytes.indexOf(NL); at >= 0; at = bytes.indexOf(NL, at + 1)) this.line++;
    return mail;
  }
}
