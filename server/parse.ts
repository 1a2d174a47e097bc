// Text or bytes in, `ParsedDocument` out: the one entry of the mail and diff reader. Never throws on input.

import { isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { collectComments, ownersOf, Speakers } from "./diff/comments.ts";
import { listFunctions, sideDefinitions } from "./diff/function_map.ts";
import { type RawPatch, type ScanResult, scanBody } from "./diff/scan.ts";
import { crossCheck } from "./diff/unified.ts";
import { decodeText } from "./mail/charset.ts";
import { diffstatProblems, encodingProblems, formProblems, seriesProblems } from "./mail/check.ts";
import { type CommitText, readCommitText } from "./mail/commit_text.ts";
import { findCrashReports, findTestReports } from "./mail/crash.ts";
import { isDigest, readDigest } from "./mail/digest.ts";
import { isFlattened, unflatten } from "./mail/flatten.ts";
import {
  decodeHeader,
  formatPerson,
  headerValue,
  isHeaderLine,
  messageIds,
  parseDate,
  parsePerson,
} from "./mail/headers.ts";
import { isMbox, quotedFromLines, splitMbox } from "./mail/mbox.ts";
import { type MailText, readMail, splitLines } from "./mail/mime.ts";
import { readPage } from "./mail/page.ts";
import { isScissors, normaliseQuotes, quoteDepth, readAttributions, skipQuote } from "./mail/quote.ts";
import { buildSeries, mergeCopies } from "./mail/series.ts";
import { parseSubject } from "./mail/subject.ts";
import { readSeriesFacts, readTrailers } from "./mail/trailers.ts";
import type {
  Body,
  DiffFile,
  DocumentForm,
  FunctionInfo,
  Header,
  Message,
  ParsedDocument,
  Problem,
  SideDefinition,
} from "./mail/types.ts";

export type * from "./mail/types.ts";

export interface ParseOptions {
  /** Document lines that stand before this input (one mail of a streamed mbox). */
  lineOffset?: number;
  /** Force mbox unescaping: the input is one mail cut out of a mailbox. */
  mboxFlavour?: "mboxo" | "mboxrd";
  /** Leave out definitions and the parse-diff cross-check (when only the structure is wanted). */
  structureOnly?: boolean;
  /** Read every patch with parse-diff too, not only those in which something was put right. */
  crossCheck?: boolean;
  /** Called between mails with the share done; returning false stops. */
  onProgress?: (done: number, total: number) => boolean | undefined;
  /** Keep every mail's patches apart: copies quoted in other mails are not merged, series are not built. */
  separate?: boolean;
  /** Largest size a compressed input may unpack to. */
  maxUnpacked?: number;
}

/** Files of a patch among which one without a name is looked up in the diffstat. */
const NAMED_FILES_MAX = 500;
const UNPACK_LIMIT = 256 << 20;
/**
 * Lines of one input. What is kept of a line costs some 140 bytes of the process, however short it is: 100 MB of blank
 * lines were 6 GB, and the end of it. The largest archives within the bound of bytes have lines of forty characters.
 */
const LINES_LIMIT = 8_000_000;

/** Reads a document: mail, mbox, archive page, flattened text or bare diff, gzipped or not. */
export function parseDocument(
  input: string | Uint8Array,
  path: string,
  options: ParseOptions = {},
): ParsedDocument {
  const reader = new DocumentReader(path, options);
  const bytes =
    typeof input === "string"
      ? Buffer.from(input, "utf8")
      : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  reader.read(bytes);
  return reader.finish();
}

function linesOf(bytes: Buffer): number {
  let lines = 1;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10) lines++;
  return lines;
}

interface Entry {
  message: Message;
  body: Body;
  scan: ScanResult;
  speakers: Speakers;
  owners: Int32Array | null;
}

class DocumentReader {
  private readonly doc: ParsedDocument;
  private readonly entries: Entry[] = [];
  private raw: number[] | null = null;
  private flattened = false;
  private rawBase = 0;

  private readonly options: ParseOptions;

  constructor(path: string, options: ParseOptions) {
    this.options = options;
    this.doc = {
      path,
      form: "text",
      lines: [],
      isRawText: true,
      rawLines: null,
      messages: [],
      patches: [],
      series: [],
      problems: [],
      crashReports: [],
      testReports: [],
      lineOffset: options.lineOffset ?? 0,
    };
  }

  read(input: Buffer): void {
    let bytes = input;
    if (bytes.length === 0) {
      this.reject("empty", "empty-input", "The input is empty: there is nothing to read.");
      return;
    }
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
      try {
        bytes = gunzipSync(bytes, { maxOutputLength: this.options.maxUnpacked ?? UNPACK_LIMIT });
        this.doc.isRawText = false;
      } catch (error) {
        this.reject(
          "binary",
          "bad-gzip",
          (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
            ? `The file is gzip and unpacks to more than ${this.options.maxUnpacked ?? UNPACK_LIMIT} bytes, which is not read. Cut the mail out of the archive first.`
            : `The file is gzip, but cannot be unpacked: ${(error as Error).message}. Unpack it by hand to see how far it goes.`,
        );
        return;
      }
    }
    if (
      bytes.length >= 2 &&
      ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    ) {
      bytes = Buffer.from(new TextDecoder(bytes[0] === 0xff ? "utf-16le" : "utf-16be").decode(bytes), "utf8");
    } else if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    const magic = compressedKind(bytes);
    if (magic) {
      this.reject(
        "binary",
        "compressed",
        `The file is compressed with ${magic}. Unpack it first; gzip is the only one read directly.`,
      );
      return;
    }
    if (isBinary(bytes)) {
      this.reject(
        "binary",
        "binary-input",
        "The file is not text: there is no mail and no diff to read in it.",
      );
      return;
    }
    // Line ends of another age: only carriage returns.
    if (bytes.indexOf(10) < 0 && bytes.includes(13))
      bytes = bytes.map((byte) => (byte === 13 ? 10 : byte)) as Buffer;
    if (bytes.length > LINES_LIMIT && linesOf(bytes) > LINES_LIMIT) {
      this.reject(
        "text",
        "too-many-lines",
        `The input has more than ${LINES_LIMIT} lines, which is not read: no mail is that long. Cut the mail out of it first.`,
      );
      return;
    }
    if (isMbox(bytes)) this.readMbox(bytes);
    else if (startsWithHeaders(bytes)) this.readMails([bytes], this.options.mboxFlavour ?? "none", "mail");
    else this.readText(bytes);
  }

  private reject(form: DocumentForm, code: string, message: string): void {
    this.doc.form = form;
    this.doc.lines = [""];
    this.doc.problems.push({ code, severity: "error", message, docLine: 1, endDocLine: 1 });
  }

  private readMbox(bytes: Buffer): void {
    const ranges = splitMbox(bytes);
    const mboxrd = this.options.mboxFlavour
      ? this.options.mboxFlavour === "mboxrd"
      : bytes.toString("latin1", 0, 16).startsWith("From mboxrd@z") || bytes.includes("\n>>From ");
    const patchFile = ranges.length === 1 && /^From [0-9a-f]{40} /.test(bytes.toString("latin1", 0, 60));
    this.readMails(
      ranges.map((r) => bytes.subarray(r.start, r.end)),
      patchFile ? "none" : mboxrd ? "mboxrd" : "mboxo",
      ranges.length === 1 ? "mail" : "mbox",
    );
  }

  private readMails(mails: Buffer[], flavour: "none" | "mboxo" | "mboxrd", form: DocumentForm): void {
    this.doc.form = form;
    for (let k = 0; k < mails.length; k++) {
      if (this.options.onProgress?.(k, mails.length) === false) {
        this.doc.problems.push({
          code: "cancelled",
          severity: "warning",
          message: `Reading was stopped after ${k} of ${mails.length} mails.`,
          docLine: 1,
          endDocLine: 1,
        });
        break;
      }
      this.addMail(readMail(mails[k]!, { escape: flavour }), flavour);
    }
  }

  private addMail(mail: MailText, flavour: "none" | "mboxo" | "mboxrd"): void {
    const base = this.doc.lines.length + (this.options.lineOffset ?? 0);
    if (!mail.isRaw && this.raw === null) {
      this.raw = [];
      for (let i = 0; i < this.doc.lines.length; i++) this.raw.push(i + 1);
    }
    if (this.raw)
      for (let i = 0; i < mail.lines.length; i++)
        this.raw.push(this.rawBase + (mail.raw ? mail.raw[i]! : i) + 1);
    this.rawBase += mail.rawCount;
    for (const line of mail.lines) this.doc.lines.push(line);
    if (base > 0) {
      for (const header of mail.headers) header.docLine += base;
      for (let i = 0; i < mail.body.doc.length; i++) mail.body.doc[i]! += base;
    }
    for (const note of mail.notes) {
      const line = base + Math.min(note.line + 1, mail.lines.length);
      this.doc.problems.push({
        code: note.code,
        severity: "information",
        message: note.message,
        docLine: line,
        endDocLine: line,
      });
    }
    for (const i of flavour === "none" ? [] : quotedFromLines(mail.body.text)) {
      if (mail.body.col[i] !== 0) continue; // was escaped
      const docLine = mail.body.doc[i]!;
      this.doc.problems.push({
        code: "from-line-in-mail",
        severity: "information",
        message:
          "This line begins like a new mail of the mailbox, but no header follows: it was read as text of the mail it stands in. `git am` would cut the mail in two here; a writer of mailboxes puts `>` before such a line.",
        docLine,
        endDocLine: docLine,
      });
    }
    const digest = isDigest(mail.headers) ? readDigest(mail.body.text) : [];
    const whole = mail.body;
    if (digest.length) mail.body = cutBody(whole, 0, digest[0]!.from);
    const end = (i: number) => whole.doc[i - 1] ?? base + mail.lines.length;
    this.addMessage(
      mail.headers,
      mail.body,
      base + 1,
      digest.length ? end(digest[0]!.from) : base + mail.lines.length,
      base + mail.bodyStart + 1,
      mail.isRaw,
    );
    for (const part of digest) {
      for (const header of part.headers) {
        header.docLine = whole.doc[header.docLine - 1] ?? header.docLine;
        header.value = decodeHeader(header.value);
      }
      this.addMessage(
        part.headers,
        cutBody(whole, part.body, part.to),
        whole.doc[part.from]!,
        end(part.to),
        whole.doc[part.body] ?? end(part.to),
        mail.isRaw,
      );
    }
  }

  private readText(bytes: Buffer): void {
    const text = isUtf8(bytes) ? bytes.toString("utf8") : decodeText(bytes, null).text;
    let lines = splitLines(text);
    this.doc.form = "text";
    if (isFlattened(lines)) {
      const restored = unflatten(lines);
      lines = restored.lines;
      this.raw = restored.raw.map((r) => r + 1);
      this.doc.isRawText = false;
      this.flattened = true;
      this.doc.form = "flattened";
      this.doc.problems.push({
        code: "flattened",
        severity: "warning",
        message:
          "The text has lost its line breaks. They were put back at the quote markers; white space inside the lines stays lost, and so does every break between unquoted lines.",
        docLine: 1,
        endDocLine: lines.length,
      });
    }
    for (const line of lines) this.doc.lines.push(line);
    const offset = this.options.lineOffset ?? 0;
    const page = this.flattened ? null : readPage(lines);
    if (page) {
      this.doc.form = "page";
      for (const m of page) {
        const body: Body = {
          text: m.body.map((i) => lines[i]!),
          doc: m.body.map((i) => i + 1 + offset),
          col: m.body.map(() => 0),
          parts: [],
        };
        for (const header of m.headers) header.docLine += offset;
        this.addMessage(
          m.headers,
          body,
          m.first + 1 + offset,
          m.last + 1 + offset,
          (m.body[0] ?? m.first) + 1 + offset,
          true,
        );
      }
      return;
    }
    const body: Body = {
      text: [...lines],
      doc: lines.map((_, i) => i + 1 + offset),
      col: new Array(lines.length).fill(0),
      parts: [],
    };
    if (!this.flattened) body.whole = text;
    this.addMessage([], body, 1 + offset, lines.length + offset, 1 + offset, !this.flattened);
  }

  private addMessage(
    headers: Header[],
    body: Body,
    docLine: number,
    endDocLine: number,
    bodyDocLine: number,
    isRaw: boolean,
  ): void {
    unescapeDashes(body);
    const strange = normaliseQuotes(body);
    const rawSubject = headerValue(headers, "subject") ?? "";
    const subject = parseSubject(rawSubject);
    const person = parsePerson(headerValue(headers, "from") ?? "");
    const date = headerValue(headers, "date");
    const scan = scanBody(body, { flattened: this.flattened, mail: rawSubject !== "" });
    const facts = readSeriesFacts(body);
    const inReplyTo = messageIds(headerValue(headers, "in-reply-to"))[0] ?? null;
    const attributions = this.needsAttributions(body) ? readAttributions(body) : [];
    const message: Message = {
      index: this.doc.messages.length,
      kind: "other",
      messageId:
        messageIds(headerValue(headers, "message-id"))[0] ?? bareId(headerValue(headers, "message-id")),
      inReplyTo,
      references: messageIds(headerValue(headers, "references")),
      author: formatPerson(person),
      authorName: person.name,
      authorEmail: person.email,
      date,
      time: parseDate(date),
      rawSubject,
      subject: subject.title,
      tags: subject.tags,
      revision: subject.revision,
      number: subject.number,
      total: subject.total,
      headers,
      docLine,
      endDocLine: Math.max(docLine, endDocLine),
      bodyDocLine,
      isRawText: isRaw,
      parts: body.parts.filter((p) => p.attachment || p.at > 0).length,
      trailers: [],
      attributions,
      ...facts,
    };
    const ownDiff = scan.patches.some((p) => p.depth === 0);
    if (subject.isPatch && subject.number === 0 && !subject.isReply) message.kind = "cover";
    else if (subject.isReply || (attributions.length > 0 && !subject.isPatch)) message.kind = "reply";
    else if (ownDiff) message.kind = "patch";
    else if (inReplyTo && !subject.isPatch) message.kind = "reply";
    message.trailers = replyTrailers(body, message.kind);
    if (strange)
      this.problem(
        "quote-style",
        "information",
        "Another mailer's quote markers were read as quoting.",
        docLine,
        docLine,
      );
    this.doc.messages.push(message);
    this.entries.push({
      message,
      body,
      scan,
      speakers: new Speakers(attributions, message.author),
      owners: null,
    });
    const at = (i: number) => body.doc[Math.min(Math.max(0, i), body.doc.length - 1)] ?? docLine;
    for (const note of scan.notes) {
      const problem: Problem = {
        code: note.code,
        severity: note.severity,
        message: note.message,
        docLine: at(note.at),
        endDocLine: at(note.end),
      };
      if (note.fix !== undefined) {
        const from = note.fixFrom ?? note.at;
        const line = body.text[from] ?? "";
        const depth = quoteDepth(line);
        problem.fix = {
          docLine: at(from),
          endDocLine: at(note.end),
          col: (body.col[from] ?? 0) + (depth ? Math.max(0, skipQuote(line, depth, true)) : 0),
          text: note.fix,
        };
      }
      this.doc.problems.push(problem);
    }
    for (const report of findCrashReports(body, message.index)) this.doc.crashReports.push(report);
    for (const report of findTestReports(body, message.index)) this.doc.testReports.push(report);
  }

  private needsAttributions(body: Body): boolean {
    if (body.whole !== undefined && !body.whole.includes("\n>") && !body.whole.includes("\n >")) return false;
    return body.text.some(
      (l) => l.charCodeAt(0) === 62 || (l.charCodeAt(0) === 32 && l.charCodeAt(1) === 62),
    );
  }

  private problem(
    code: string,
    severity: Problem["severity"],
    message: string,
    docLine: number,
    endDocLine: number,
  ): void {
    this.doc.problems.push({ code, severity, message, docLine, endDocLine });
  }

  finish(): ParsedDocument {
    const doc = this.doc;
    if (this.raw) {
      doc.rawLines = this.raw;
      doc.isRawText = false;
    }
    for (const entry of this.entries) for (const raw of entry.scan.patches) this.addPatch(entry, raw);
    if (!this.options.separate) doc.patches = mergeCopies(doc.patches, doc.messages);
    for (const [i, patch] of doc.patches.entries()) patch.index = i;
    if (!this.options.separate) doc.series = buildSeries(doc);
    doc.problems.push(
      ...diffstatProblems(doc),
      ...encodingProblems(doc),
      ...formProblems(doc),
      ...seriesProblems(doc),
    );
    if (doc.form === "text" && doc.patches.some((p) => p.quoteDepth === 0)) doc.form = "diff";
    if (
      doc.patches.length === 0 &&
      doc.problems.every((p) => p.severity !== "error") &&
      doc.messages.every((m) => m.kind !== "cover")
    ) {
      this.problem(
        "no-diff",
        "information",
        doc.messages.length > 1 ? "No mail here holds a diff." : "There is no diff in this text.",
        1 + doc.lineOffset,
        1 + doc.lineOffset,
      );
    }
    doc.problems.sort((a, b) => a.docLine - b.docLine);
    return doc;
  }

  private addPatch(entry: Entry, raw: RawPatch): void {
    const { message, body, scan } = entry;
    const section = scan.sections[raw.section]!;
    const text: CommitText = readCommitText(body, raw, section);
    const own = raw.depth === 0 && section.kind === "main";
    const rawSubject = text.subject ?? message.rawSubject;
    const subject = parseSubject(rawSubject);
    const fromMail = parseSubject(message.rawSubject);
    const tags = own || raw.depth > 0 || section.kind === "part" ? fromMail : subject;
    const source = {
      body,
      sections: scan.sections,
      speakers: entry.speakers,
      messageId: message.messageId,
    };
    const spoken =
      raw.depth > 0 || raw.repaired
        ? collectComments(
            { ...source, owners: (entry.owners ??= ownersOf(body.text.length, scan.patches)) },
            raw,
          )
        : { comments: [], remarks: [] };
    const notes = [...raw.notes];
    if (raw.depth > 0)
      notes.unshift(
        `quoted ${raw.depth === 1 ? "once" : `${raw.depth} times`}; the quote markers were taken off`,
      );
    if (this.flattened) notes.unshift("the line breaks were lost; they were restored from the quote markers");
    if (spoken.comments.length + spoken.remarks.length > 0)
      notes.push(`${spoken.comments.length + spoken.remarks.length} remarks were taken out of the text`);
    if (text.stat.length > 0 && raw.files.length <= NAMED_FILES_MAX)
      for (const file of raw.files) if (file.path === "") nameFromDiffstat(file, text, raw.files);
    // What was put right is read a second time by another reader; a diff that stands as it was sent is its counts.
    if (!this.options.structureOnly && (this.options.crossCheck || raw.repaired || raw.depth > 0))
      for (const difference of crossCheck(raw.files)) notes.push(`cross-check: ${difference}`);
    const author = text.author
      ? formatPerson(parsePerson(text.author))
      : raw.depth > 0
        ? entry.speakers.at(raw.depth, body.doc[raw.first]!)
        : message.author;
    // Finding definitions costs more than all the rest, and most patches of a mailbox are never looked at.
    let definitions: SideDefinition[] | undefined;
    let functions: FunctionInfo[] | undefined;
    const structureOnly = this.options.structureOnly === true;
    this.doc.patches.push({
      index: this.doc.patches.length,
      subject: subject.title || fromMail.title,
      rawSubject,
      messageId:
        raw.depth === 0
          ? (text.messageId ?? message.messageId)
          : raw.depth === 1
            ? message.inReplyTo
            : (message.references[message.references.length - raw.depth] ?? null),
      author,
      date: text.date ?? (raw.depth === 0 ? message.date : null),
      quotedOn: raw.depth === 0 ? null : message.date,
      tags: tags.tags,
      revision: tags.revision,
      number: tags.number,
      total: tags.total,
      confidence: raw.depth === 0 && !raw.repaired && !this.flattened ? "exact" : "repaired",
      quoteDepth: raw.depth,
      notes,
      commitMessage: text.message,
      changelog: text.changelog,
      files: raw.files,
      get functions() {
        return (functions ??= listFunctions(this.definitions));
      },
      get definitions() {
        return (definitions ??= structureOnly ? [] : raw.files.flatMap(definitionsOf));
      },
      comments: spoken.comments,
      remarks: spoken.remarks,
      trailers: readTrailers(text.messageLines, text.messageDocs),
      baseCommit: message.baseCommit,
      changeId: message.changeId,
      prerequisites: message.prerequisites,
      message: message.index,
      docLine: text.docLine ?? body.doc[raw.first]!,
      endDocLine: body.doc[raw.last]!,
      copies: [],
    });
  }
}

/** Lines `from` to `to` of a body. */
function cutBody(body: Body, from: number, to: number): Body {
  return {
    text: body.text.slice(from, to),
    doc: body.doc.slice(from, to),
    col: body.col.slice(from, to),
    parts: body.parts.filter((p) => p.at >= from && p.at < to).map((p) => ({ ...p, at: p.at - from })),
  };
}

function definitionsOf(file: DiffFile): SideDefinition[] {
  return [...sideDefinitions(file, "before"), ...sideDefinitions(file, "after")];
}

function bareId(value: string | null): string | null {
  const id = value?.trim().replace(/^<|>$/g, "") ?? "";
  return id !== "" && !/\s/.test(id) ? id : null;
}

/** Trailers that a reply itself gives (unquoted), not those it quotes. */
function replyTrailers(body: Body, kind: string): Message["trailers"] {
  if (kind === "patch") return [];
  const lines: string[] = [];
  const docs: number[] = [];
  for (let i = 0; i < body.text.length; i++) {
    const line = body.text[i]!;
    const c = line.charCodeAt(0);
    if (c === 45 ? line === "-- " || /^---\s*$/.test(line) : c === 100 && line.startsWith("diff --git "))
      break;
    // What follows is another patch, with trailers of its own.
    if (isScissors(line) || /^(?:Subject: .*\[[^\][]*PATCH|>?From [0-9a-f]{40} )/.test(line)) break;
    if (c < 65 || c > 122 || !line.includes(":")) continue;
    lines.push(line);
    docs.push(body.doc[i]!);
  }
  return readTrailers(lines, docs);
}

/** PGP-signed text escapes lines that start with a dash ("- --- a/file"): undone where the mail is so signed. */
function unescapeDashes(body: Body): void {
  if (body.whole?.includes("-----BEGIN PGP SIGNED MESSAGE-----") === false) return;
  const start = body.text.indexOf("-----BEGIN PGP SIGNED MESSAGE-----");
  if (start < 0) return;
  for (let i = start + 1; i < body.text.length; i++) {
    if (body.text[i]!.startsWith("- -")) {
      body.text[i] = body.text[i]!.slice(2);
      body.col[i] = body.col[i]! + 2;
    }
    if (body.text[i] === "-----BEGIN PGP SIGNATURE-----") break;
  }
}

/**
 * A hunk whose file is not named: its file is in the diffstat, has no hunks of its own, and stands there between the
 * files of the hunks around it. Named only when that leaves one.
 */
function nameFromDiffstat(file: DiffFile, text: CommitText, files: DiffFile[]): void {
  const known = new Set(files.map((f) => f.path));
  const order = text.stat.map((s) => s.path);
  const at = files.indexOf(file);
  let low = -1;
  let high = order.length;
  for (let k = at - 1; k >= 0 && low < 0; k--) low = order.indexOf(files[k]!.path);
  for (let k = at + 1; k < files.length && high === order.length; k++) {
    const found = order.indexOf(files[k]!.path);
    if (found >= 0) high = found;
  }
  const listed = order.filter((path, k) => k > low && k < high && !known.has(path) && /\.[chS]$/.test(path));
  if (listed.length === 1) file.path = file.oldPath = listed[0]!;
}

function startsWithHeaders(bytes: Buffer): boolean {
  let known = 0;
  let at = 0;
  for (let i = 0; i < 400 && at < Math.min(bytes.length, 65536); i++) {
    const end = bytes.indexOf(10, at);
    const line = bytes
      .toString("latin1", at, end < 0 ? bytes.length : Math.min(end, at + 2000))
      .replace(/\r$/, "");
    at = end < 0 ? bytes.length : end + 1;
    if (line === "") break;
    if (/^[ \t]/.test(line) && i > 0) continue;
    if (line.startsWith(">From ")) continue;
    if (!isHeaderLine(line)) {
      // One odd line among many headers is a broken mail, not a page.
      return known >= 3 && i > 3;
    }
    if (
      /^(?:from|subject|date|message-id|received|return-path|to|mime-version|content-type|delivered-to|in-reply-to)\s*:/i.test(
        line,
      )
    )
      known++;
  }
  return known >= 1;
}

function compressedKind(bytes: Buffer): string | null {
  const magic = bytes.toString("latin1", 0, 6);
  if (magic === "\xfd7zXZ\0") return "xz";
  if (magic.startsWith("BZh")) return "bzip2";
  if (magic.startsWith("PK\x03\x04")) return "zip";
  if (magic.startsWith("\x28\xb5\x2f\xfd")) return "zstd";
  return null;
}

/** Not text: a picture, a program. A few NULs in otherwise readable text are no reason to refuse it. */
function isBinary(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 8192);
  if (/^(?:\xff\xd8\xff|\x89PNG|GIF8|%PDF-|\x7fELF|RIFF|II\*\0|MM\0\*)/.test(head.toString("latin1", 0, 8)))
    return true;
  let odd = 0;
  for (const b of head)
    if (b === 0 || (b < 32 && b !== 9 && b !== 10 && b !== 12 && b !== 13 && b !== 27)) odd++;
  return odd > head.length / 10;
}
