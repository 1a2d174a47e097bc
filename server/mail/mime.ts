// One mail: bytes in; headers, readable rendering and body lines out, with the input line of every rendered line.
//
// The transfer decoders are our own because each decoded line must know the raw line it came from, which no MIME library
// tells; postal-mime reads encoded words and addresses (headers.ts) and judges these decoders in the tests.

import { isAscii, isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { decodeText } from "./charset.ts";
import { decodeHeader, headerValue, parseContentType, readHeaders } from "./headers.ts";
import { quoteDepth, skipQuote } from "./quote.ts";
import type { Body, Header } from "./types.ts";

/** What is shown of the headers of a mail in a mail, in this order. */
const INNER_HEADERS = [
  ["from", "From"],
  ["date", "Date"],
  ["subject", "Subject"],
  ["message-id", "Message-ID"],
] as const;

const UU_BEGIN = /^begin [0-7]{3,4} (\S.{0,200})$/;
const DEPTH_LIMIT = 12;
const PART_LIMIT = 400;

export interface MimeNote {
  code: string;
  /** 0-based line of the mail. */
  line: number;
  message: string;
}

export interface MailText {
  /** The rendering of this mail. */
  lines: string[];
  /** 0-based input line of each rendered line; null when they are the same. */
  raw: number[] | null;
  isRaw: boolean;
  headers: Header[];
  /** Index in `lines` where the body starts. */
  bodyStart: number;
  /** Body lines; `doc` holds 1-based indexes into `lines`. */
  body: Body;
  notes: MimeNote[];
  /** Number of input lines. */
  rawCount: number;
}

export interface MailOptions {
  /** How ">From " is undone: mboxrd drops one `>` from any run, mboxo only from ">From ". */
  escape: "none" | "mboxo" | "mboxrd";
}

/** Splits at line feeds; a carriage return before one is dropped. The empty string behind a final line feed is no line. */
export function splitLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.length > 1 && lines[lines.length - 1] === "") lines.pop();
  if (text.includes("\r")) {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      if (line.charCodeAt(line.length - 1) === 13) lines[i] = line.slice(0, -1);
    }
  }
  return lines;
}

/** Reads one mail. Never throws. */
export function readMail(bytes: Buffer, options: MailOptions): MailText {
  const notes: MimeNote[] = [];
  const ascii = isAscii(bytes);
  const plain = ascii || isUtf8(bytes);
  const whole = plain ? bytes.toString("utf8") : bytes.toString("latin1");
  const lines = splitLines(whole);
  let start = lines[0]?.startsWith("From ") ? 1 : 0;
  while (lines[start]?.startsWith(">From ")) start++;
  const block = readHeaders(lines, start);
  const headers = block.headers;
  for (const header of headers)
    if (!plain) header.value = decodeText(Buffer.from(header.value, "latin1"), null).text;
  const contentType = parseContentType(headerValue(headers, "content-type"));
  const encoding = transferEncoding(headers);
  const charset = (contentType.params["charset"] ?? "").toLowerCase();
  const identity =
    encoding === "" ||
    encoding === "7bit" ||
    encoding === "8bit" ||
    encoding === "binary" ||
    encoding === "none";
  const isText =
    contentType.type === "" || contentType.type.startsWith("text/") || !contentType.type.includes("/");
  const switched = /^iso-2022|^hz|^utf-?7|^utf-?16/.test(charset);
  if (
    plain &&
    identity &&
    isText &&
    contentType.type !== "text/html" &&
    !switched &&
    !/^flowed$/i.test(contentType.params["format"] ?? "") &&
    !lines.some((l, i) => UU_BEGIN.test(l) && /^[ -`]{1,90}$/.test(lines[i + 1] ?? ""))
  ) {
    decodeAll(headers);
    return plainMail(whole, lines, headers, block.end, options, notes);
  }
  const reader = new PartReader(
    plain && !ascii
      ? lines.map((l) => (/[\u0080-\uffff]/.test(l) ? Buffer.from(l, "utf8").toString("latin1") : l))
      : lines,
    options,
    notes,
  );
  reader.readTop(headers, start, block.end);
  decodeAll(headers);
  return reader.finish(headers, lines.length);
}

function decodeAll(headers: Header[]): void {
  for (const header of headers)
    if (header.value.includes("=?") || /[\0-\x08\x0b-\x1f\ufeff]/.test(header.value))
      header.value = decodeHeader(header.value);
}

function plainMail(
  whole: string,
  lines: string[],
  headers: Header[],
  bodyStart: number,
  options: MailOptions,
  notes: MimeNote[],
): MailText {
  const n = Math.max(0, lines.length - bodyStart);
  const text: string[] = lines.slice(bodyStart);
  const doc: number[] = new Array(n);
  const col: number[] = new Array(n).fill(0);
  for (let i = 0; i < n; i++) doc[i] = bodyStart + i + 1;
  const body: Body = { text, doc, col, parts: [], whole };
  unescapeFrom(body, options);
  return { lines, raw: null, isRaw: true, headers, bodyStart, body, notes, rawCount: lines.length };
}

function unescapeFrom(body: Body, options: MailOptions): void {
  if (options.escape === "none") return;
  const pattern = options.escape === "mboxrd" ? /^>+From / : /^>From /;
  const text = body.text;
  for (let i = 0; i < text.length; i++) {
    const line = text[i]!;
    if (line.charCodeAt(0) === 62 && pattern.test(line)) {
      text[i] = line.slice(1);
      body.col[i] = 1;
    }
  }
}

interface Leaf {
  type: string;
  name: string | null;
  attachment: boolean;
  lines: string[];
  /** 0-based input line of each of `lines`. */
  raw: number[];
}

/** Walks the parts of a mail over its lines, which hold one byte per character. */
class PartReader {
  private out: string[] = [];
  private rawOf: number[] = [];
  private body: Body = { text: [], doc: [], col: [], parts: [] };
  private parts = 0;
  private bodyStart = 0;

  private readonly lines: string[];
  private readonly options: MailOptions;
  private readonly notes: MimeNote[];

  constructor(lines: string[], options: MailOptions, notes: MimeNote[]) {
    this.lines = lines;
    this.options = options;
    this.notes = notes;
  }

  readTop(headers: Header[], headerStart: number, bodyStart: number): void {
    this.renderHeaders(headers, headerStart, bodyStart);
    this.bodyStart = this.out.length;
    const leaves = this.readPart(headers, bodyStart, this.lines.length, 0);
    let first = true;
    for (const leaf of leaves) {
      if (!first || leaf.attachment) {
        this.out.push(`[part: ${leaf.type}${leaf.name ? `, ${leaf.name}` : ""}]`);
        this.rawOf.push(Math.max(0, (leaf.raw[0] ?? bodyStart) - 1));
      }
      this.body.parts.push({
        at: this.body.text.length,
        name: leaf.name,
        type: leaf.type,
        attachment: leaf.attachment,
      });
      for (let i = 0; i < leaf.lines.length; i++) {
        this.out.push(leaf.lines[i]!);
        this.rawOf.push(leaf.raw[i]!);
        this.body.text.push(leaf.lines[i]!);
        this.body.doc.push(this.out.length);
        this.body.col.push(0);
      }
      first = false;
    }
    unescapeFrom(this.body, this.options);
  }

  finish(headers: Header[], rawCount: number): MailText {
    return {
      lines: this.out,
      raw: this.rawOf,
      isRaw: false,
      headers,
      bodyStart: this.bodyStart,
      body: this.body,
      notes: this.notes,
      rawCount,
    };
  }

  /** The rendering shows headers as they are, encoded words decoded. Header positions are moved to the rendering. */
  private renderHeaders(headers: Header[], from: number, to: number): void {
    const places = new Map<number, number>();
    for (let i = 0; i < to; i++) {
      const line = this.lines[i]!;
      places.set(i + 1, this.out.length + 1);
      const text = decodeText(Buffer.from(line, "latin1"), null).text;
      this.out.push(i >= from && text.includes("=?") ? decodeHeader(text) : text);
      this.rawOf.push(i);
    }
    for (const header of headers) header.docLine = places.get(header.docLine) ?? header.docLine;
  }

  private readPart(headers: Header[], start: number, end: number, depth: number): Leaf[] {
    const contentType = parseContentType(headerValue(headers, "content-type"));
    const disposition = parseContentType(headerValue(headers, "content-disposition"));
    const type = contentType.type || "text/plain";
    if (++this.parts > PART_LIMIT || depth > DEPTH_LIMIT) {
      this.note("mime-limit", start, "The mail has more nested parts than are read; the rest is left out.");
      return [];
    }
    const boundary = contentType.params["boundary"];
    if (type.startsWith("multipart/") && boundary)
      return this.readMultipart(type, boundary, start, end, depth);
    const name = disposition.params["filename"] ?? contentType.params["name"] ?? null;
    if (type === "message/rfc822") return this.readInnerMail(headers, start, end, depth);
    this.noteUnread(type, name, start);
    const attachment =
      disposition.type === "attachment" || (name !== null && depth > 0 && type !== "text/plain");
    const leaf = this.decodeLeaf(headers, type, contentType.params, name, attachment, start, end);
    return leaf ? (type === "text/html" ? [leaf] : splitUuencoded(leaf)) : [];
  }

  /** A mail in the mail: its text, with the headers that matter above it. */
  private readInnerMail(headers: Header[], start: number, end: number, depth: number): Leaf[] {
    const encoding = transferEncoding(headers);
    if (encoding === "base64" || encoding === "quoted-printable") {
      // Not allowed by MIME, but sent: the inner mail is encoded as a whole.
      const text = decodeTransfer(this.lines.slice(start, end), start, encoding);
      const lines = splitLines(text.bytes.toString("latin1"));
      const reader = new PartReader(lines, this.options, this.notes);
      const leaves = reader.readInnerMail([], 0, lines.length, depth + 1);
      for (const leaf of leaves) leaf.raw = leaf.raw.map((i) => text.rawStarts[i] ?? start);
      return leaves;
    }
    const inner = readHeaders(this.lines, start, end);
    for (const header of inner.headers) header.value = decodeHeader(header.value);
    const leaves = this.readPart(inner.headers, Math.min(inner.end, end), end, depth + 1);
    const shown: Leaf = { type: "message/rfc822", name: null, attachment: true, lines: [], raw: [] };
    for (const [name, title] of INNER_HEADERS) {
      const header = inner.headers.find((h) => h.name === name);
      if (!header) continue;
      shown.lines.push(`${title}: ${header.value}`);
      shown.raw.push(header.docLine - 1);
    }
    if (shown.lines.length === 0) return leaves;
    shown.lines.push("");
    shown.raw.push(Math.max(start, inner.end - 1));
    const first = leaves[0];
    if (!first || first.attachment) return [shown, ...leaves];
    // One text: headers and body are read as the mail they are.
    const joined = { ...shown, lines: [...shown.lines, ...first.lines], raw: [...shown.raw, ...first.raw] };
    return [joined, ...leaves.slice(1)];
  }

  /** Parts that hold something, but nothing that can be read here: said. */
  private noteUnread(type: string, name: string | null, start: number): void {
    if (type === "application/ms-tnef" || /^winmail\.dat$/i.test(name ?? ""))
      this.note(
        "mime-tnef",
        start,
        "The mail carries winmail.dat, Outlook's own format. It is not read; ask the sender to send plain text.",
      );
    else if (/^application\/(?:x-)?pkcs7-mime$/.test(type))
      this.note(
        "mime-smime",
        start,
        "The mail is wrapped in S/MIME (signed or encrypted as a whole). It is not unwrapped here; save its text with a mailer that can.",
      );
    else if (type === "application/pgp-encrypted")
      this.note("mime-encrypted", start, "The mail is encrypted with PGP. Decrypt it first.");
  }

  private readMultipart(type: string, boundary: string, start: number, end: number, depth: number): Leaf[] {
    const marks: number[] = [];
    const open = `--${boundary}`;
    let close = end;
    for (let i = start; i < end; i++) {
      const line = this.lines[i]!;
      if (line.charCodeAt(0) !== 45 || !line.startsWith(open)) continue;
      const rest = line.slice(open.length).trimEnd();
      if (rest === "") marks.push(i);
      else if (rest === "--") {
        close = i;
        break;
      }
    }
    if (marks.length === 0) {
      this.note(
        "mime-boundary",
        start,
        "The mail announces several parts, but their boundary line is nowhere; it is read as one text.",
      );
      const leaf = this.decodeLeaf([], "text/plain", {}, null, false, start, end);
      return leaf ? [leaf] : [];
    }
    if (close === end)
      this.note(
        "mime-unclosed",
        end - 1,
        "The last part of the mail is not closed; the mail may have been cut short.",
      );
    const groups: Leaf[][] = [];
    // One part beyond the bound says that the rest is left out.
    for (let k = 0; k < marks.length && this.parts <= PART_LIMIT; k++) {
      const from = marks[k]! + 1;
      const to = k + 1 < marks.length ? marks[k + 1]! : close;
      const inner = readHeaders(this.lines, from, to);
      const bodyFrom = Math.min(Math.max(inner.end, from), to);
      if (type === "multipart/digest" && headerValue(inner.headers, "content-type") === null)
        inner.headers.push({ name: "content-type", value: "message/rfc822", docLine: from + 1 });
      for (const header of inner.headers) header.value = decodeHeader(header.value);
      groups.push(this.readPart(inner.headers, bodyFrom, to, depth + 1));
    }
    if (type === "multipart/alternative") {
      const plain = groups.find((g) =>
        g.some((l) => l.type === "text/plain" && l.lines.some((line) => line.trim() !== "")),
      );
      return (
        plain ??
        groups.find((g) => g.some((l) => l.lines.some((line) => line.trim() !== ""))) ??
        groups.find((g) => g.length > 0) ??
        []
      );
    }
    return groups.flat();
  }

  private decodeLeaf(
    headers: Header[],
    type: string,
    params: Record<string, string>,
    name: string | null,
    attachment: boolean,
    start: number,
    end: number,
  ): Leaf | null {
    const encoding = transferEncoding(headers);
    const isText = type.startsWith("text/") || !type.includes("/");
    const patchName = name !== null && /\.(?:patch|diff|txt|mbox|eml)(?:\.gz)?$/i.test(name);
    if (!isText && !patchName && type !== "application/octet-stream") return null;
    if (
      type === "text/html" ||
      type === "text/calendar" ||
      type === "text/x-vcard" ||
      type === "application/pgp-signature"
    ) {
      if (type !== "text/html") return null;
    }
    const raw = this.lines.slice(start, end);
    let decoded = decodeTransfer(raw, start, encoding);
    let bytes = decoded.bytes;
    if (name !== null && /\.gz$/i.test(name)) {
      try {
        bytes = gunzipSync(bytes, { maxOutputLength: 1 << 26 });
        decoded = { bytes, rawStarts: [] };
      } catch {
        return null;
      }
    }
    if (!isText && !looksLikeText(bytes)) return null;
    const { text, charset, guessed } = decodeText(bytes, params["charset"] ?? null);
    if (guessed && params["charset"]) {
      this.note(
        "charset",
        start,
        `The mail says its text is ${params["charset"]}, but it is not; it was read as ${charset}.`,
      );
    }
    if (type === "text/html")
      this.note(
        "mime-html",
        start,
        "The text was sent as HTML only; its tags were taken out. White space may differ.",
      );
    let lines = splitLines(type === "text/html" ? htmlToText(text) : text);
    let rawOf = lines.map(
      (_, i) => decoded.rawStarts[i] ?? decoded.rawStarts[decoded.rawStarts.length - 1] ?? start,
    );
    if (/^flowed$/i.test(params["format"] ?? "")) {
      const joined = unflow(lines, rawOf, /^yes$/i.test(params["delsp"] ?? ""));
      lines = joined.lines;
      rawOf = joined.raw;
    }
    return { type, name, attachment, lines, raw: rawOf };
  }

  private note(code: string, line: number, message: string): void {
    if (this.notes.length < 100) this.notes.push({ code, line, message });
  }
}

function transferEncoding(headers: Header[]): string {
  return (headerValue(headers, "content-transfer-encoding") ?? "").trim().toLowerCase().replace(/["';]/g, "");
}

/** Takes files that stand uuencoded in a text ("begin 644 x.patch" to "end") out of it, as attachments. */
function splitUuencoded(leaf: Leaf): Leaf[] {
  const out: Leaf[] = [];
  let from = 0;
  const text = (to: number) => {
    if (to > from)
      out.push({
        ...leaf,
        attachment: out.length > 0 || leaf.attachment,
        lines: leaf.lines.slice(from, to),
        raw: leaf.raw.slice(from, to),
      });
  };
  for (let i = 0; i + 1 < leaf.lines.length; i++) {
    const begin = leaf.lines[i]!.startsWith("begin ") ? UU_BEGIN.exec(leaf.lines[i]!) : null;
    if (!begin || !isUuLine(leaf.lines[i + 1]!)) continue;
    let end = i + 1;
    while (end < leaf.lines.length && leaf.lines[end] !== "end" && isUuLine(leaf.lines[end]!)) end++;
    if (leaf.lines[end] !== "end") continue;
    const { bytes } = decodeUu(leaf.lines.slice(i, end + 1), 0);
    if (looksLikeText(bytes)) {
      text(i);
      const lines = splitLines(decodeText(bytes, null).text);
      const raw = lines.map(() => leaf.raw[i]!);
      out.push({ type: "text/x-uuencode", name: begin[1]!.trim(), attachment: true, lines, raw });
      from = end + 1;
    }
    i = end;
  }
  if (out.length === 0) return [leaf];
  text(leaf.lines.length);
  return out;
}

function isUuLine(line: string): boolean {
  const count = (line.charCodeAt(0) - 32) & 63;
  return line.length <= 90 && /^[ -`]*$/.test(line) && line.trimEnd().length <= 2 + Math.ceil(count / 3) * 4;
}

function looksLikeText(bytes: Buffer): boolean {
  return bytes.subarray(0, 8192).indexOf(0) < 0;
}

interface Transfer {
  bytes: Buffer;
  /** 0-based input line where each decoded line starts. */
  rawStarts: number[];
}

function decodeTransfer(raw: string[], start: number, encoding: string): Transfer {
  if (encoding === "quoted-printable") return decodeQuotedPrintable(raw, start);
  if (encoding === "base64") return decodeBase64(raw, start);
  if (encoding === "x-uuencode" || encoding === "uuencode" || encoding === "x-uue")
    return decodeUu(raw, start);
  const rawStarts = new Array<number>(raw.length);
  for (let i = 0; i < raw.length; i++) rawStarts[i] = start + i;
  return { bytes: Buffer.from(raw.join("\n") + (raw.length ? "\n" : ""), "latin1"), rawStarts };
}

/** Without blanks, tabs and carriage returns at its end. */
function withoutPadding(line: string): string {
  let end = line.length;
  for (let c = line.charCodeAt(end - 1); c === 32 || c === 9 || c === 13; c = line.charCodeAt(end - 1)) end--;
  return line.slice(0, end);
}

/** Quoted-printable over lines of one byte per character. Malformed `=` stay as they are. */
export function decodeQuotedPrintable(raw: string[], start = 0): Transfer {
  const rawStarts: number[] = [];
  const out: string[] = [];
  let open = false;
  for (let i = 0; i < raw.length; i++) {
    let line = raw[i]!;
    if (!open) rawStarts.push(start + i);
    // White space behind a soft break is transport padding; elsewhere it is kept, as git keeps it.
    const trimmed = withoutPadding(line);
    open = trimmed.endsWith("=");
    line = open ? trimmed.slice(0, -1) : line.replace(/\r$/, "");
    if (line.includes("=")) {
      line = line.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      for (let at = line.indexOf("\n"); at >= 0; at = line.indexOf("\n", at + 1)) rawStarts.push(start + i);
    }
    out.push(open ? line : line + "\n");
  }
  return { bytes: Buffer.from(out.join(""), "latin1"), rawStarts };
}

function decodeBase64(raw: string[], start: number): Transfer {
  // Lists append plain text footers to base64 bodies: what is not base64 at the end is kept as text.
  let end = raw.length;
  const footer = raw.findIndex((l) => l.trim() !== "" && !/^[A-Za-z0-9+/=\s]+$/.test(l));
  if (footer >= 0) end = footer;
  const chunks: Buffer[] = [];
  const rawStarts: number[] = [start];
  let pending = "";
  const emit = (chunk: Buffer, line: number) => {
    chunks.push(chunk);
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rawStarts.push(line);
  };
  for (let i = 0; i < end; i++) {
    const text = pending + raw[i]!.replace(/[^A-Za-z0-9+/=]/g, "");
    const padded = text.indexOf("=");
    const usable = padded >= 0 ? text.length : text.length - (text.length % 4);
    if (usable > 0) emit(Buffer.from(text.slice(0, usable), "base64"), start + i);
    pending = padded >= 0 ? "" : text.slice(usable);
  }
  if (pending) emit(Buffer.from(pending, "base64"), start + Math.max(0, end - 1));
  if (end < raw.length) {
    const rest = raw.slice(end);
    if (chunks.length && chunks[chunks.length - 1]![chunks[chunks.length - 1]!.length - 1] !== 10)
      emit(Buffer.from("\n"), start + end);
    for (let i = 0; i < rest.length; i++) emit(Buffer.from(rest[i]! + "\n", "latin1"), start + end + i + 1);
  }
  return { bytes: Buffer.concat(chunks), rawStarts };
}

function decodeUu(raw: string[], start: number): Transfer {
  const chunks: Buffer[] = [];
  let inside = false;
  for (const line of raw) {
    if (!inside) {
      inside = /^begin [0-7]{3,4} /.test(line);
      continue;
    }
    if (line.trim() === "end") break;
    const count = (line.charCodeAt(0) - 32) & 63;
    const bytes: number[] = [];
    for (let i = 1; i + 3 < line.length + 3 && bytes.length < count; i += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => ((line.charCodeAt(i + k) || 32) - 32) & 63) as [
        number,
        number,
        number,
        number,
      ];
      bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d);
    }
    chunks.push(Buffer.from(bytes.slice(0, count)));
  }
  return { bytes: Buffer.concat(chunks), rawStarts: [start] };
}

/**
 * format=flowed (RFC 3676): soft-broken lines are joined when their quote depth agrees, and one stuffed space is
 * dropped. Inside a diff a trailing space is often part of the code, so a line there is joined only when the next word
 * would not have fitted.
 */
export function unflow(
  lines: string[],
  raw: number[],
  deleteSpace: boolean,
): { lines: string[]; raw: number[] } {
  const out: string[] = [];
  const outRaw: number[] = [];
  let open = false;
  let openDepth = 0;
  let inDiff = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const depth = line.charCodeAt(0) === 62 ? quoteDepth(line) : 0;
    let content = depth ? line.slice(skipQuote(line, depth, false)) : line;
    if (content.charCodeAt(0) === 32) content = content.slice(1);
    if (/^(?:diff --git |@@ -\d|Index: |--- a\/)/.test(content)) inDiff = true;
    else if (content === "-- ") inDiff = false;
    const soft =
      content.endsWith(" ") &&
      content !== "-- " &&
      i + 1 < lines.length &&
      joinable(lines, i, depth, content, inDiff);
    const kept = soft && deleteSpace ? content.slice(0, -1) : content;
    if (open && depth === openDepth) out[out.length - 1] += kept;
    else {
      out.push(depth ? ">".repeat(depth) + (content ? " " : "") + kept : kept);
      outRaw.push(raw[i]!);
    }
    open = soft;
    openDepth = depth;
  }
  return { lines: out, raw: outRaw };
}

function joinable(lines: string[], i: number, depth: number, content: string, inDiff: boolean): boolean {
  if (!inDiff) return true;
  if (content.trim() === "") return false;
  const next = lines[i + 1]!;
  const nextDepth = next.charCodeAt(0) === 62 ? quoteDepth(next) : 0;
  if (nextDepth !== depth) return false;
  const word = (depth ? next.slice(skipQuote(next, depth, false)) : next).trimStart().split(" ")[0] ?? "";
  return content.length + word.length + depth > 68;
}

/** HTML without the elements of a name and what is in them; one that is not closed goes to the end. */
function withoutElement(html: string, name: string): string {
  const open = new RegExp(`<${name}\\b[^<>]*>`, "gi");
  const close = new RegExp(`</${name}>`, "gi");
  let out = "";
  let at = 0;
  for (let m = open.exec(html); m !== null; m = open.exec(html)) {
    out += html.slice(at, m.index);
    close.lastIndex = open.lastIndex;
    if (close.exec(html) === null) return out;
    at = open.lastIndex = close.lastIndex;
  }
  return out + html.slice(at);
}

/** Enough of HTML to read a mail that has no plain text: tags out, breaks kept, common entities decoded. */
export function htmlToText(html: string): string {
  const NAMED: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', nbsp: " ", apos: "'" };
  return withoutElement(withoutElement(html.replace(/\r?\n/g, "\n"), "script"), "style")
    .replace(/<br\b[^<>]*>\n?/gi, "\n")
    .replace(/<\/(?:p|div|tr|h\d|li|blockquote)>\n?/gi, "\n")
    .replace(/<[a-z/!][^<>]*>/gi, "")
    .replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
      if (name[0] !== "#") return NAMED[name.toLowerCase()] ?? whole;
      const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : "";
    });
}
