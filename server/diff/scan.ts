// Finds the diffs in a message body and reads them line by line, quoted or not, whole or cut, with the remarks between
// their lines left out. The counts of a hunk header decide what belongs to the hunk, until they prove false; then the
// lines themselves decide and a note says so. Over 800 lines because it is one class: a reader's state by which each line is
// taken for one of a header, a hunk or a remark.

import { isBlank, isElision, isScissors, quoteDepth, skipQuote } from "../mail/quote.ts";
import type { Body, DiffFile, DiffLine, DiffLineKind, Hunk, Repair } from "../mail/types.ts";
import { emptyFile, noFacts, readExtendedHeader, settleNames } from "./file_header.ts";

/** What stands where a hunk header must, and is none: numbers are missing, negative or longer than any file. */
const BROKEN_HEADER = /^@@ [-+, ]*\d[-+\d, ]*@@/;
/** A hunk header may claim up to 2^53 lines; only lines that are there are ever read. */
const HUNK_HEADER = /^@@ +-(\d{1,19})(?:,(\d{1,19}))? +\+(\d{1,19})(?:,(\d{1,19}))?(?: @@| ?$)/;
const NBSP = 0xa0;

/** Where a body line sits in a patch. */
export interface Anchor {
  file: number;
  hunk: number;
  line: number;
}

/** `count` entries of `owned` from `from` on are the lines of one hunk. */
export interface OwnedRun {
  from: number;
  count: number;
  file: number;
  hunk: number;
}

export interface RawPatch {
  depth: number;
  section: number;
  files: DiffFile[];
  notes: string[];
  repaired: boolean;
  /** Body index of the first and last line that belongs to the diff. */
  first: number;
  last: number;
  /** Body index at which the text in front of it ends: `first`, and for an alternative that of the diff it may stand for. */
  textEnd: number;
  /** Body indexes of the diff's lines, ascending. */
  owned: number[];
  /** Which of `owned` are lines of hunks, in order. */
  runs: OwnedRun[];
  indent: string;
}

export interface Section {
  id: number;
  kind: "main" | "scissors" | "commit" | "part";
  depth: number;
  /** Body index of the first line of its text. */
  start: number;
  /** Body index of the line that announced it; -1 for the main text. */
  mark: number;
}

export interface ScanNote {
  code: string;
  at: number;
  end: number;
  message: string;
  severity: "error" | "warning" | "information";
  fix?: string;
  /** First line that the fix replaces, when it is not `at`. */
  fixFrom?: number;
}

export interface ScanResult {
  patches: RawPatch[];
  sections: Section[];
  notes: ScanNote[];
}

export interface ScanOptions {
  /** White space was lost: a line without sign inside a hunk is context. */
  flattened: boolean;
  /** The body has a mail's headers above it: they, and not a pasted `git show`, say whose the first patch is. */
  mail?: boolean;
}

interface Context {
  depth: number;
  spaced: boolean;
  indent: string;
}

/** Reads all diffs of a body. Linear in its length; never throws. */
export function scanBody(body: Body, options: ScanOptions): ScanResult {
  return new Scanner(body, options).run();
}

interface ReadMode {
  strict: boolean;
  /** Blank quoted lines beside a remark are the reviewer's, not the diff's. */
  dropStray: boolean;
  /** Stop at the remark behind this many. */
  remarks?: number;
}

interface Attempt {
  status: "ok" | "short" | "bad";
  lines: DiffLine[];
  owners: number[];
  next: number;
  oldSeen: number;
  newSeen: number;
  gaps: number[];
  interrupts: number[];
  repairs: { kind: Repair; at: number }[];
  remarks: boolean;
  endElided: boolean;
}

class Scanner {
  private readonly text: string[];
  private readonly n: number;
  private readonly patches: RawPatch[] = [];
  private readonly sections: Section[] = [];
  private readonly notes: ScanNote[] = [];
  private readonly open = new Map<number, RawPatch>();
  private readonly sectionAt: number[] = [0];
  /** Budget for repeated reading of hunks whose counts are false: keeps hostile input linear. */
  private budget: number;

  private readonly body: Body;
  private readonly options: ScanOptions;
  private readonly hasNbsp: boolean;
  /** Of the file whose hunk is being read. */
  private path = "";

  constructor(body: Body, options: ScanOptions) {
    this.body = body;
    this.options = options;
    this.text = body.text;
    this.hasNbsp = body.whole?.includes("\u00a0") ?? true;
    this.n = body.text.length;
    this.budget = 4 * this.n + 10000;
    this.sections.push({ id: 0, kind: "main", depth: 0, start: 0, mark: -1 });
  }

  run(): ScanResult {
    let i = 0;
    let nextPart = 0;
    const parts = this.body.parts;
    while (nextPart < parts.length && parts[nextPart]!.at === 0) {
      if (parts[nextPart]!.type === "message/rfc822") this.newSection("part", 0, 0, -1);
      nextPart++;
    }
    while (i < this.n) {
      while (nextPart < parts.length && parts[nextPart]!.at <= i) {
        if (parts[nextPart]!.attachment && this.opensMail(i)) this.newSection("part", 0, i, i - 1);
        nextPart++;
      }
      const line = this.text[i]!;
      const c0 = line.charCodeAt(0);
      const depth = c0 === 62 || c0 === 32 ? quoteDepth(line) : 0;
      const col = depth ? skipQuote(line, depth, true) : 0;
      // Whatever a line turns out to be, it is read once.
      i = Math.max(i + 1, this.step(i, line, depth, col));
    }
    return { patches: this.patches, sections: this.sections, notes: this.notes };
  }

  /**
   * An attachment with mail headers of its own is a patch of its own. One that is a diff goes with the text of the mail,
   * as git reads it, until that has a diff already.
   */
  private opensMail(i: number): boolean {
    if (this.open.has(0)) return true;
    for (let k = i; k < Math.min(this.n, i + 5); k++) {
      const line = this.text[k]!;
      if (isBlank(line)) continue;
      return /^(?:>?From [0-9a-f]{40} |(?:From|Subject|Date|Message-ID|Received|Return-Path):\s|commit [0-9a-f]{40}\b)/i.test(
        line,
      );
    }
    return false;
  }

  /** Handles the line at `i` outside of any hunk and returns where to go on. */
  private step(i: number, line: string, depth: number, col: number): number {
    let at = col;
    let c = line.charCodeAt(at);
    while (c === 32 || c === 9) c = line.charCodeAt(++at);
    if (c === 100 || c === 64 || c === 45 || c === 42) {
      const kind = this.startKind(i, line, at, depth);
      if (kind && !(at > col && this.hasPlainDiff(depth))) {
        const context = {
          depth,
          spaced: depth > 0 && line.charCodeAt(col - 1) === 32,
          indent: line.slice(col, at),
        };
        return this.readDiff(i, at, kind, context);
      }
    }
    if (at === col) {
      if (isScissors(line.slice(col))) this.newSection("scissors", depth, i + 1, i);
      else if ((c === 99 || c === 70) && this.isCommitStart(i, line, at, depth))
        this.newSection("commit", depth, i, i);
    }
    return i + 1;
  }

  private readonly plainDiffs = new Map<number, boolean>();

  /** An indented diff beside one that is not indented is an example in the text, and no part of the patch. */
  private hasPlainDiff(depth: number): boolean {
    const known = this.plainDiffs.get(depth);
    if (known !== undefined) return known;
    let found = false;
    for (let i = 0; i < this.n && !found; i++) {
      const line = this.text[i]!;
      if (!line.includes("diff --git ") && !line.includes("--- ")) continue;
      const col = skipQuote(line, depth, true);
      if (col < 0 || quoteDepth(line) !== depth) continue;
      const kind = this.startKind(i, line, col, depth);
      found = kind === "git" || kind === "plain";
    }
    this.plainDiffs.set(depth, found);
    return found;
  }

  private newSection(kind: Section["kind"], depth: number, start: number, mark: number): void {
    const id = this.sections.length;
    this.sections.push({ id, kind, depth, start, mark });
    for (let d = depth; d < Math.max(this.sectionAt.length, depth + 1); d++) this.sectionAt[d] = id;
    for (const d of [...this.open.keys()]) if (d >= depth) this.open.delete(d);
  }

  private sectionFor(depth: number): number {
    for (let d = depth; d >= 0; d--) if (this.sectionAt[d] !== undefined) return this.sectionAt[d]!;
    return 0;
  }

  /** `commit <id>` of git log, `From <id> Mon Sep 17 ...` of format-patch, or a second header block behind a diff. */
  private isCommitStart(i: number, line: string, at: number, depth: number): boolean {
    const s = line.slice(at, at + 120);
    if (/^commit [0-9a-f]{40}\b/.test(s) && (depth > 0 || !this.options.mail || this.open.has(0)))
      return this.peek(i + 1, depth, 4).some((l) => /^Author: /.test(l));
    if (/^From [0-9a-f]{40} \w{3} \w{3} +\d/.test(s))
      return this.peek(i + 1, depth, 4).some((l) => /^(?:From|Subject): /.test(l));
    if (/^From: .+@/.test(s) && this.open.has(depth))
      return this.peek(i + 1, depth, 4).some((l) => /^Subject: /.test(l));
    return false;
  }

  private peek(i: number, depth: number, count: number): string[] {
    const found: string[] = [];
    for (let k = i; k < Math.min(this.n, i + count); k++) {
      const line = this.text[k]!;
      const col = skipQuote(line, depth, true);
      if (col < 0) break;
      found.push(line.slice(col));
    }
    return found;
  }

  private startKind(
    i: number,
    line: string,
    at: number,
    depth: number,
  ): "git" | "plain" | "hunk" | "combined" | "context" | null {
    switch (line.charCodeAt(at)) {
      case 100:
        if (line.startsWith("diff --git ", at)) return "git";
        if (line.startsWith("diff --cc ", at) || line.startsWith("diff --combined ", at)) return "combined";
        return null;
      case 64:
        return line.startsWith("@@ ", at) &&
          (HUNK_HEADER.test(line.slice(at, at + 200)) ||
            (this.open.has(depth) && BROKEN_HEADER.test(line.slice(at, at + 200))))
          ? "hunk"
          : null;
      case 45: {
        if (!line.startsWith("--- ", at)) return null;
        const next = this.text[i + 1];
        if (next === undefined) return null;
        const col = skipQuote(next, depth, true);
        if (col < 0 || !next.slice(col).trimStart().startsWith("+++ ")) return null;
        const third = this.text[i + 2] ?? "";
        const col3 = skipQuote(third, depth, true);
        return col3 >= 0 && /^\s*(?:@@ -\d|$)/.test(third.slice(col3, col3 + 40)) ? "plain" : null;
      }
      case 42:
        return line.startsWith("*** ", at) &&
          /^[\s>]*--- /.test(this.text[i + 1] ?? "") &&
          (this.text[i + 2] ?? "").includes("***************")
          ? "context"
          : null;
      default:
        return null;
    }
  }

  private patchFor(context: Context, i: number): RawPatch {
    let patch = this.open.get(context.depth);
    if (!patch) {
      patch = {
        depth: context.depth,
        section: this.sectionFor(context.depth),
        files: [],
        notes: [],
        repaired: false,
        first: i,
        last: i,
        textEnd: i,
        owned: [],
        runs: [],
        indent: context.indent,
      };
      this.open.set(context.depth, patch);
      this.patches.push(patch);
      if (context.indent) this.mark(patch, "the diff was indented; the indentation was removed");
    }
    return patch;
  }

  private mark(patch: RawPatch, note: string): void {
    patch.repaired = true;
    if (patch.notes.length < 200 && !patch.notes.includes(note)) patch.notes.push(note);
  }

  private own(patch: RawPatch, i: number): void {
    patch.owned.push(i);
    if (i > patch.last) patch.last = i;
  }

  /** Column of the diff text on line `i`; -1 when the line is quoted less deeply or not indented as the diff is. */
  private colOf(i: number, context: Context): number {
    const line = this.text[i]!;
    const col = context.depth === 0 ? 0 : skipQuote(line, context.depth, context.spaced);
    if (col < 0 || context.indent === "") return col;
    if (line.startsWith(context.indent, col)) return col + context.indent.length;
    return isBlank(line.slice(col)) ? line.length : -1;
  }

  private readDiff(
    i: number,
    at: number,
    kind: "git" | "plain" | "hunk" | "combined" | "context",
    context: Context,
  ): number {
    const instead = kind === "git" ? this.asAnAlternative(i, context) : null;
    const patch = this.patchFor(context, i);
    if (instead !== null) {
      patch.textEnd = instead.textEnd;
      patch.notes.push(
        `another diff of ${instead.path} that begins with the same file as the one before: reviewed by itself, as an alternative`,
      );
    }
    if (kind === "hunk") return this.readHunk(i, at, patch, context);
    if (kind === "combined" || kind === "context") return this.readForeignDiff(i, at, kind, patch, context);
    return this.readFile(i, at, kind, patch, context);
  }

  /**
   * Two diffs of one file from the same state ("either this, or that") are two patches: no tree takes both. Told by the blob that
   * the `index` lines begin with; the second begins a patch of its own. Given back: the file, and where the text in front of both ends (null: no such diff).
   */
  private asAnAlternative(i: number, context: Context): { path: string; textEnd: number } | null {
    const open = this.open.get(context.depth);
    if (open === undefined) return null;
    const line = (k: number): string => {
      const col = k < this.n ? this.colOf(k, context) : -1;
      return col < 0 ? "" : this.text[k]!.slice(col, col + 400);
    };
    const names = line(i);
    for (let k = i + 1; k <= i + 6; k++) {
      const ids = /^index ([0-9a-f]{7,64})\.\./.exec(line(k));
      if (ids === null) continue;
      const from = ids[1]!;
      const same = open.files.find(
        (f) => f.oldBlob === from && /[^0]/.test(from) && f.path !== "" && names.endsWith(`/${f.path}`),
      );
      if (same === undefined) return null;
      this.open.delete(context.depth);
      return { path: same.path, textEnd: open.textEnd };
    }
    return null;
  }

  /** Combined and context diffs are named in the list of files, and left at that. */
  private readForeignDiff(
    i: number,
    at: number,
    kind: "combined" | "context",
    patch: RawPatch,
    context: Context,
  ): number {
    const file = emptyFile(this.body.doc[i]!);
    const line = this.text[i]!;
    file.combined = kind === "combined";
    file.path = file.oldPath = line
      .slice(at)
      .replace(/^(?:diff --(?:cc|combined) |\*\*\* (?:[ab]\/)?)/, "")
      .split("\t", 1)[0]!
      .trim();
    patch.files.push(file);
    const what = kind === "combined" ? "a combined diff (of a merge)" : "a context diff";
    this.mark(patch, `${file.path}: ${what}, not analysed`);
    this.notes.push({
      code: "diff-not-analysed",
      at: i,
      end: i,
      message: `${file.path} is shown as ${what}. It is not analysed; a unified diff against one parent would be.`,
      severity: "information",
    });
    this.own(patch, i);
    let k = i + 1;
    for (; k < this.n; k++) {
      const col = this.colOf(k, context);
      if (col < 0) break;
      const s = this.text[k]!.slice(col);
      if (/^(?:diff --|-- $|From )/.test(s)) break;
      if (!/^(?:[ +\-!*@\\]|index |mode |new |deleted |$)/.test(s)) break;
      this.own(patch, k);
    }
    return k;
  }

  private readFile(i: number, at: number, kind: "git" | "plain", patch: RawPatch, context: Context): number {
    const file = emptyFile(this.body.doc[i]!);
    const facts = noFacts();
    patch.files.push(file);
    this.own(patch, i);
    let k = i + 1;
    if (kind === "git") {
      let names = this.text[i]!.slice(at + 11);
      if (k < this.n && !/\s\S/.test(names.trim())) {
        const col = this.colOf(k, context);
        const next = col >= 0 ? this.text[k]!.slice(col) : "";
        if (/^"?b\//.test(next)) {
          names = `${names.trimEnd()} ${next}`;
          this.own(patch, k);
          k++;
          this.mark(patch, "a wrapped `diff --git` line was joined");
        }
      }
      // A mailer that refills paragraphs moves the "index" line up: "diff --git a/x b/x index" and the ids below.
      const moved = / index(?: ([0-9a-f]{7,64})\.\.([0-9a-f]{7,64}).*)?\s*$/s.exec(names);
      if (moved) {
        names = names.slice(0, moved.index);
        const col = k < this.n ? this.colOf(k, context) : -1;
        const ids = moved[1]
          ? moved
          : col >= 0
            ? /^([0-9a-f]{7,64})\.\.([0-9a-f]{7,64})/.exec(this.text[k]!.slice(col))
            : null;
        file.oldBlob = ids?.[1] ?? null;
        file.newBlob = ids?.[2] ?? null;
        if (ids && !moved[1]) this.own(patch, k++);
        this.mark(
          patch,
          "a `diff --git` line and its index line, which a mailer had run together, were parted",
        );
      }
      facts.git = names;
    } else k = i;
    k = this.readHeaderLines(k, file, facts, patch, context);
    settleNames(file, facts);
    return k;
  }

  private readHeaderLines(
    from: number,
    file: DiffFile,
    facts: ReturnType<typeof noFacts>,
    patch: RawPatch,
    context: Context,
  ): number {
    let k = from;
    while (k < this.n) {
      const col = this.colOf(k, context);
      if (col < 0) {
        const after = this.skipRemark(k, context);
        if (after < 0) return k;
        const s = this.text[after]!.slice(this.colOf(after, context));
        if (!/^(?:index [0-9a-f]|--- |new file|deleted file|similarity|rename )/.test(s)) return k;
        k = after;
        continue;
      }
      const s = this.text[k]!.slice(col);
      if (readExtendedHeader(s, file, facts)) {
        this.own(patch, k++);
        continue;
      }
      if (s.startsWith("--- ") && k + 1 < this.n) {
        const col2 = this.colOf(k + 1, context);
        const plus = col2 >= 0 ? this.text[k + 1]!.slice(col2) : "";
        if (plus.startsWith("+++ ")) {
          facts.minus = s.slice(4);
          facts.plus = plus.slice(4);
          this.own(patch, k);
          this.own(patch, k + 1);
          k += 2;
        }
        return k;
      }
      if (s.startsWith("GIT binary patch")) {
        facts.binary = true;
        return this.skipBinary(k, patch, context);
      }
      if (/^(?:Binary files .* differ|Files .* differ)\s*$/.test(s)) {
        facts.binary = true;
        this.own(patch, k);
        return k + 1;
      }
      return k;
    }
    return k;
  }

  private skipBinary(from: number, patch: RawPatch, context: Context): number {
    let k = from;
    this.own(patch, k++);
    for (let block = 0; block < 2 && k < this.n; block++) {
      const col = this.colOf(k, context);
      if (col < 0 || !/^(?:literal|delta) \d+\s*$/.test(this.text[k]!.slice(col))) break;
      this.own(patch, k++);
      while (k < this.n) {
        const c = this.colOf(k, context);
        if (c < 0) break;
        const s = this.text[k]!.slice(c);
        this.own(patch, k++);
        if (s.trim() === "") break;
        if (!/^[A-Za-z][!-~]{5,}\s*$/.test(s)) return k - 1;
      }
    }
    return k;
  }

  /** End of a run of lines that are quoted less deeply; -1 when the quote does not go on behind it. */
  private skipRemark(from: number, context: Context): number {
    let k = from;
    for (; k < this.n; k++) {
      if (this.colOf(k, context) >= 0) return k;
      const line = this.text[k]!;
      const depth = quoteDepth(line);
      const col = depth ? skipQuote(line, depth, true) : 0;
      const c = line.charCodeAt(col);
      if (c === 100 || c === 64 || c === 45) {
        if (isScissors(line.slice(col)) || (depth < context.depth && this.startKind(k, line, col, depth)))
          return -1;
        if (line === "-- ") return -1;
      }
    }
    return -1;
  }

  private readHunk(i: number, at: number, patch: RawPatch, context: Context): number {
    const header = this.text[i]!.slice(at);
    // One that cannot be read claims no line: what looks like the hunk's is behind it.
    const match = HUNK_HEADER.exec(header.slice(0, 200)) ?? [
      /^@@ [-+\d, ]*@@/.exec(header.slice(0, 200))![0],
      ...["1", "0", "1", "0"],
    ];
    let file = patch.files[patch.files.length - 1];
    const before = file?.hunks[file.hunks.length - 1];
    // Hunks ascend; one that goes back belongs to another file, whose header was cut out with what stood between.
    const backward = before !== undefined && Number(match[1]) < before.oldStart && context.depth > 0;
    if (!file || file.combined || file.status === "binary" || backward) {
      file = emptyFile(this.body.doc[i]!);
      patch.files.push(file);
      this.mark(patch, "a hunk stands without the name of its file");
      this.notes.push({
        code: "hunk-without-file",
        at: i,
        end: i,
        message:
          "This hunk's file is not named: its `---` and `+++` lines are missing. Its functions are shown, but not tied to a path.",
        severity: "warning",
      });
    }
    const counted = (s: string | undefined) => (s === undefined ? 1 : Number(s));
    const hunk: Hunk = {
      header,
      section: header.slice(match[0].length).trim(),
      line: this.body.doc[i]!,
      oldStart: Number(match[1]),
      oldLines: counted(match[2]),
      newStart: Number(match[3]),
      newLines: counted(match[4]),
      complete: true,
      notes: [],
      gaps: [],
      lines: [],
    };
    this.path = file.path;
    const place = { file: patch.files.length - 1, hunk: file.hunks.length };
    file.hunks.push(hunk);
    this.own(patch, i);
    if (!match[0].endsWith("@@")) this.noteHunk(hunk, patch, "the hunk header's second @@ is missing");
    let from = i + 1;
    from = this.joinWrappedHeader(from, hunk, patch, context);
    const attempt = this.attemptHunk(from, hunk, context);
    const seen = this.settleHunk(attempt, hunk, patch, context);
    hunk.lines = seen.lines;
    patch.runs.push({ ...place, from: patch.owned.length, count: seen.owners.length });
    for (const owner of seen.owners) this.own(patch, owner);
    for (const line of hunk.lines) {
      if (line.kind === "+") file.added++;
      else if (line.kind === "-") file.removed++;
    }
    this.noteRepairs(seen, hunk, patch);
    return seen.next;
  }

  /** A section heading that a mailer wrapped: the first line behind the header is no diff line. */
  private joinWrappedHeader(from: number, hunk: Hunk, patch: RawPatch, context: Context): number {
    if (from >= this.n || hunk.header.length < 50 || this.options.flattened) return from;
    const col = this.colOf(from, context);
    if (col < 0) return from;
    const s = this.text[from]!.slice(col);
    if (
      !/^[A-Za-z_(*]/.test(s) ||
      from + 1 >= this.n ||
      this.startKind(from, this.text[from]!, col, context.depth)
    )
      return from;
    const next = this.colOf(from + 1, context);
    if (next < 0 || !/^[ +\-\t]|^$/.test(this.text[from + 1]!.slice(next))) return from;
    hunk.section = `${hunk.section} ${s.trim()}`.trim();
    this.own(patch, from);
    this.noteHunk(hunk, patch, "the hunk header was wrapped; its second line was joined to it");
    return from + 1;
  }

  private noteHunk(hunk: Hunk, patch: RawPatch, note: string): void {
    if (!hunk.notes.includes(note)) hunk.notes.push(note);
    this.mark(patch, `line ${hunk.line}: ${note}`);
  }

  private attemptHunk(from: number, hunk: Hunk, context: Context): Attempt {
    const strict = this.readLines(from, hunk, context, { strict: true, dropStray: false });
    if (strict.status === "ok") return strict;
    this.budget -= strict.next - from;
    if (this.budget < 0) return strict;
    if (context.depth > 0 && strict.remarks) {
      const dropped = this.readLines(from, hunk, context, { strict: true, dropStray: true });
      this.budget -= dropped.next - from;
      if (dropped.status === "ok") return dropped;
    }
    if (strict.status === "short") return strict;
    if (context.depth > 0 && strict.interrupts.length > 0) {
      // More lines than the header has room for, behind a remark: they come from another hunk whose header was cut.
      const cut = this.readLines(from, hunk, context, {
        strict: true,
        dropStray: false,
        remarks: strict.interrupts.length - 1,
      });
      this.budget -= cut.next - from;
      return cut;
    }
    const lenient = this.readLines(from, hunk, context, { strict: false, dropStray: false });
    this.budget -= lenient.next - from;
    return lenient;
  }

  /** Reads the lines of a hunk. Strict: by its counts. Otherwise: as long as the lines look like a diff's. */
  private readLines(from: number, hunk: Hunk, context: Context, mode: ReadMode): Attempt {
    const a: Attempt = {
      status: "ok",
      lines: [],
      owners: [],
      next: from,
      oldSeen: 0,
      newSeen: 0,
      gaps: [],
      interrupts: [],
      repairs: [],
      remarks: false,
      endElided: false,
    };
    let i = from;
    let afterRemark = false;
    while (i < this.n) {
      if (mode.strict && a.oldSeen >= hunk.oldLines && a.newSeen >= hunk.newLines) break;
      const col = this.colOf(i, context);
      if (col < 0) {
        const wrapped = this.wrappedTail(i, i + 1, a, context);
        if (wrapped) {
          this.joinTail(a, i);
          i++;
          continue;
        }
        const after = this.skipRemark(i, context);
        if (after >= 0 && mode.remarks !== undefined && a.interrupts.length >= mode.remarks) {
          a.status = "short";
          a.endElided = true;
          break;
        }
        if (after < 0 || !this.continues(after, hunk, a, context)) {
          // "[..]" and then the next hunk: what is missing is the end of this one.
          const end = after < 0 ? this.remarkEnd(i, context) : after;
          if (this.hasElision(i, end)) a.endElided = true;
          a.status = "short";
          break;
        }
        if (this.hasElision(i, after)) a.gaps.push(a.lines.length);
        a.interrupts.push(a.lines.length);
        a.remarks = true;
        afterRemark = true;
        i = after;
        continue;
      }
      const line = this.text[i]!;
      const c = line.charCodeAt(col);
      const stop = this.classify(i, line, col, c, hunk, a, context, mode, afterRemark);
      if (stop === "skip") {
        i++;
        continue;
      }
      if (typeof stop === "number") {
        i = stop;
        continue;
      }
      if (stop !== null) {
        a.status = stop;
        break;
      }
      afterRemark = false;
      i++;
    }
    if (mode.strict && a.status === "ok" && (a.oldSeen < hunk.oldLines || a.newSeen < hunk.newLines))
      a.status = "short";
    // "\ No newline at end of file" stands behind the last counted line.
    if (a.status === "ok" && i < this.n) {
      const col = this.colOf(i, context);
      if (col >= 0 && this.text[i]!.charCodeAt(col) === 92) {
        this.push(a, i, col, "\\", this.text[i]!.slice(col + 1));
        i++;
      }
    }
    a.next = i;
    return a;
  }

  /** Takes one line into the attempt (null), skips it, jumps, or says how the hunk ended. */
  private classify(
    i: number,
    line: string,
    col: number,
    c: number,
    hunk: Hunk,
    a: Attempt,
    context: Context,
    mode: ReadMode,
    afterRemark: boolean,
  ): null | "skip" | "short" | "bad" | number {
    const oldLeft = hunk.oldLines - a.oldSeen;
    const newLeft = hunk.newLines - a.newSeen;
    if (c === 43) {
      if (mode.strict && newLeft <= 0) return "bad";
      if (!mode.strict && this.startsFile(i, line, col, context)) return "short";
      a.newSeen++;
      this.push(a, i, col, "+", line.slice(col + 1));
      return null;
    }
    if (c === 45) {
      if (mode.strict && oldLeft <= 0) return "bad";
      if (
        (!mode.strict || !this.trustCounts(i, hunk, a)) &&
        (this.isSignature(i, col, context) || this.startsFile(i, line, col, context))
      )
        return "short";
      a.oldSeen++;
      this.push(a, i, col, "-", line.slice(col + 1));
      return null;
    }
    if (c === 32 || c === 9 || c === NBSP || col >= line.length) {
      if (mode.strict && (oldLeft <= 0 || newLeft <= 0)) {
        if (col >= line.length && afterRemark) return "skip";
        return "bad";
      }
      if (col >= line.length) {
        if (mode.dropStray && (afterRemark || this.beforeRemark(i, context))) return "skip";
        if (!mode.strict && this.endsAtBlank(i, context)) return "short";
        if (mode.strict && context.depth === 0 && this.endsAtBlank(i, context) && this.proseAhead(i, context))
          return "short";
        a.oldSeen++;
        a.newSeen++;
        this.push(a, i, col, " ", "", context.depth === 0 ? "blank-stripped" : undefined);
        if (context.depth === 0) a.repairs.push({ kind: "blank-stripped", at: i });
        return null;
      }
      a.oldSeen++;
      a.newSeen++;
      if (c === 32) this.push(a, i, col, " ", line.slice(col + 1));
      else if (c === NBSP) {
        this.push(a, i, col, " ", line.slice(col + 1), "nbsp");
        if (!/^[ \t]*\u00a0/.test(line.slice(col + 1))) a.repairs.push({ kind: "nbsp", at: i });
      } else {
        this.push(a, i, col, " ", line.slice(col), "space-lost");
        a.repairs.push({ kind: "space-lost", at: i });
      }
      return null;
    }
    if (c === 92) {
      this.push(a, i, col, "\\", line.slice(col + 1));
      return null;
    }
    return this.foreign(i, line, col, hunk, a, context, mode);
  }

  /** A line inside a hunk that is no diff line. */
  private foreign(
    i: number,
    line: string,
    col: number,
    hunk: Hunk,
    a: Attempt,
    context: Context,
    mode: ReadMode,
  ): null | "skip" | "short" | number {
    const s = line.slice(col);
    if (this.startKind(i, line, col, context.depth) || /^(?:diff |Index: |@@)/.test(s)) return "short";
    if (isElision(s)) {
      a.gaps.push(a.lines.length);
      return "skip";
    }
    if (this.options.flattened && hunk.oldLines - a.oldSeen > 0 && !this.isProse(s)) {
      a.oldSeen++;
      a.newSeen++;
      this.push(a, i, col, " ", s, "unflattened");
      a.repairs.push({ kind: "unflattened", at: i });
      return null;
    }
    if (this.wrappedTail(i, i + 1, a, context)) {
      this.joinTail(a, i);
      return "skip";
    }
    if (mode.strict && this.brokenShort(i, col, hunk, a, context)) {
      this.joinTail(a, i);
      return "skip";
    }
    if (mode.strict) {
      const resume = this.resumeAfterProse(i, hunk, a, context);
      if (resume > 0) {
        a.interrupts.push(a.lines.length);
        a.remarks = true;
        return resume;
      }
    }
    return "short";
  }

  private push(
    a: Attempt,
    i: number,
    col: number,
    kind: DiffLineKind,
    text: string,
    repaired?: Repair,
  ): void {
    // Non-breaking spaces are what a mailer made of spaces; in code they can be nothing else at the start of a line.
    let clean = text;
    let why = repaired;
    if (this.hasNbsp && text.includes("\u00a0") && /^[ \t]*\u00a0/.test(text)) {
      clean = text.replace(/^[ \t\u00a0]+/, (lead) => lead.replace(/\u00a0/g, " "));
      why ??= "nbsp";
      a.repairs.push({ kind: "nbsp", at: i });
    }
    const line: DiffLine = {
      kind,
      text: clean,
      docLine: this.body.doc[i]!,
      col: this.body.col[i]! + col,
      oldLine: null,
      newLine: null,
    };
    if (why) line.repaired = why;
    a.lines.push(line);
    a.owners.push(i);
  }

  /** In a file that is no C, anything can be a line of the hunk; the counts alone decide. */
  private isProse(s: string): boolean {
    return (this.path === "" || /\.[chS]$/.test(this.path)) && isFlatProse(s);
  }

  /** The counts leave room for more lines than would follow from here if this were the end. */
  private trustCounts(i: number, hunk: Hunk, a: Attempt): boolean {
    // The one line that is left to be removed, however much it looks like a signature: the counts come out with it.
    if (hunk.oldLines - a.oldSeen === 1 && hunk.newLines === a.newSeen) return true;
    if (i + 1 >= this.n) return false;
    const left = Math.max(hunk.oldLines - a.oldSeen, hunk.newLines - a.newSeen);
    return left < this.n - i && this.text[i] !== "-- "
      ? true
      : left === 1 || (left < this.n - i && !this.isVersionLine(i + 1));
  }

  private isVersionLine(i: number): boolean {
    return /^(?:> ?)*\d+\.\d[\w.()+ -]*$/.test((this.text[i] ?? "").trimEnd());
  }

  /** `-- ` and what a mailer puts below it. */
  private isSignature(i: number, col: number, context: Context): boolean {
    const s = this.text[i]!.slice(col);
    if (s !== "-- " && !(s === "--" && this.isVersionLine(i + 1))) return false;
    if (i + 1 >= this.n) return true;
    const next = this.colOf(i + 1, context);
    if (next < 0) return true;
    const t = this.text[i + 1]!.slice(next);
    return this.isVersionLine(i + 1) || !/^[ +\-@\\]/.test(t) || t.trim() === "";
  }

  private startsFile(i: number, line: string, col: number, context: Context): boolean {
    return this.startKind(i, line, col, context.depth) === "plain";
  }

  /** A blank line behind which no diff line comes. */
  private endsAtBlank(i: number, context: Context): boolean {
    for (let k = i + 1; k < Math.min(this.n, i + 4); k++) {
      const col = this.colOf(k, context);
      if (col < 0) return true;
      const line = this.text[k]!;
      if (col >= line.length) continue;
      return !/^[ +\-\t\\@\u00a0]/.test(line.slice(col, col + 1));
    }
    return true;
  }

  private proseAhead(i: number, context: Context): boolean {
    // Only if nothing that belongs to a hunk comes within reach, the blank line is the end of a cut hunk.
    for (let k = i + 1; k < Math.min(this.n, i + 12); k++) {
      const col = this.colOf(k, context);
      if (col < 0) return true;
      if (
        /^[+\-\t]|^ [\t ]|^@@/.test(this.text[k]!.slice(col, col + 4)) &&
        this.text[k]!.slice(col) !== "-- "
      )
        return false;
    }
    return true;
  }

  private beforeRemark(i: number, context: Context): boolean {
    return i + 1 < this.n && this.colOf(i + 1, context) < 0;
  }

  private hasElision(from: number, to: number): boolean {
    for (let k = from; k < to; k++) {
      const line = this.text[k]!;
      const depth = quoteDepth(line);
      if (isElision(depth ? line.slice(skipQuote(line, depth, true)) : line)) return true;
    }
    return false;
  }

  /** Does the quoted hunk go on at `i`, behind a remark? */
  private continues(i: number, hunk: Hunk, a: Attempt, context: Context): boolean {
    const line = this.text[i]!;
    const col = this.colOf(i, context);
    if (col >= line.length) return true;
    const c = line.charCodeAt(col);
    if (c === 43 || c === 45 || c === 32 || c === 9 || c === 92 || c === NBSP)
      return !this.startKind(i, line, col, context.depth);
    if (isElision(line.slice(col))) return true;
    return this.options.flattened && hunk.oldLines > a.oldSeen && c !== 64 && !this.isProse(line.slice(col));
  }

  /** Is line `i` the rest of the diff line before it, which a mailer broke? */
  private wrappedTail(i: number, after: number, a: Attempt, context: Context): boolean {
    if (this.options.flattened) return false;
    const last = a.lines[a.lines.length - 1];
    const owner = a.owners[a.owners.length - 1];
    if (!last || owner === undefined || i - owner > 1 + (last.wrapped?.length ?? 0)) return false;
    const line = this.text[i]!;
    const tail = line.trim();
    if (tail === "" || tail.length > 100 || isElision(tail)) return false;
    if ((last.wrapped?.length ?? 0) > 20) return false;
    const lastDoc = this.text[last.wrapped ? i - 1 : owner]!;
    const word = tail.split(/\s/)[0]!;
    if (widthOf(lastDoc.trimEnd()) + word.length < 66 || lastDoc.length > 100) return false;
    // Behind it the diff goes on, or another piece of the same line does.
    for (let k = after; k < Math.min(this.n, after + 4); k++) {
      const next = this.colOf(k, context);
      if (next < 0) return false;
      const s = this.text[k]!.slice(next);
      if (s === "" || /^[ +\-\t@\\]|^diff /.test(s)) return true;
      const piece = widthOf(this.text[k - 1]!.trimEnd()) + s.split(/\s/)[0]!.length;
      if (piece < 66 || s.length > 100 || looksLikeProse(s)) return false;
    }
    return after >= this.n;
  }

  /**
   * Is line `i`, which is quoted as the diff is and has nothing of a diff line, the rest of the one before it, which somebody broke
   * where no mailer does? Nobody's remark stands without a blank line between lines of which the hunk then has as many as its header
   * says, and has what C is made of, or goes on where the line above stops.
   */
  private brokenShort(i: number, col: number, hunk: Hunk, a: Attempt, context: Context): boolean {
    const last = a.lines[a.lines.length - 1];
    const owner = a.owners[a.owners.length - 1];
    if (!last || owner === undefined || i - owner !== 1 + (last.wrapped?.length ?? 0)) return false;
    if ((last.wrapped?.length ?? 0) > 3 || (last.kind === " " && last.text.trim() === "")) return false;
    const tail = this.text[i]!.slice(col).trim();
    if (tail === "" || tail.length > 100 || looksLikeProse(tail)) return false;
    const isOpen = !/(?:[;{}:]|\*\/)\s*$/.test(last.text);
    if (!isOpen && !/[;{}()=*/&|<>[\]]/.test(tail)) return false;
    return this.countsComeOut(i + 1, hunk.oldLines - a.oldSeen, hunk.newLines - a.newSeen, context, true);
  }

  private joinTail(a: Attempt, i: number): void {
    const last = a.lines[a.lines.length - 1]!;
    const tail = this.text[i]!.slice(
      Math.max(0, skipQuote(this.text[i]!, quoteDepth(this.text[i]!), true)),
    ).trimEnd();
    last.text = `${last.text.trimEnd()} ${tail.trimStart()}`;
    last.repaired = "wrapped";
    last.wrapped = [...(last.wrapped ?? []), this.body.doc[i]!];
    a.repairs.push({ kind: "wrapped", at: i });
  }

  /** Remarks typed between the lines of an unquoted diff: where it goes on, if the counts then come out exactly. */
  private resumeAfterProse(i: number, hunk: Hunk, a: Attempt, context: Context): number {
    const limit = Math.min(this.n, i + 60);
    let tries = 0;
    for (let k = i + 1; k < limit && tries < 4; k++) {
      const col = this.colOf(k, context);
      if (col < 0) continue;
      const line = this.text[k]!;
      const c = line.charCodeAt(col);
      if (c === 64 || line.startsWith("diff --git", col)) return -1;
      if (c !== 43 && c !== 45 && c !== 32) continue;
      if (line === "-- ") return -1;
      tries++;
      if (this.countsComeOut(k, hunk.oldLines - a.oldSeen, hunk.newLines - a.newSeen, context)) return k;
    }
    return -1;
  }

  /** Whether the hunk's lines go on at `from` and are as many as are left. `pieces`: other broken lines may lie between them. */
  private countsComeOut(from: number, old: number, fresh: number, context: Context, pieces = false): boolean {
    let [k, oldLeft, newLeft] = [from, old, fresh];
    while (k < this.n && (oldLeft > 0 || newLeft > 0)) {
      if (--this.budget < 0) return false;
      const col = this.colOf(k, context);
      if (col < 0) return false;
      const line = this.text[k]!;
      const c = col < line.length ? line.charCodeAt(col) : 32;
      if (c === 43) newLeft--;
      else if (c === 45) oldLeft--;
      else if (c === 32 || c === 9) {
        oldLeft--;
        newLeft--;
      } else if (c === 64 || (c !== 92 && !pieces)) return false;
      k++;
    }
    return oldLeft === 0 && newLeft === 0;
  }

  /** Decides what the counts were worth, numbers the lines and words the notes. */
  private settleHunk(a: Attempt, hunk: Hunk, patch: RawPatch, context: Context): Attempt {
    let attempt = a;
    this.restoreSigns(attempt, hunk);
    const fits = attempt.oldSeen === hunk.oldLines && attempt.newSeen === hunk.newLines;
    if (fits) {
      attempt = this.overrun(attempt, hunk, patch, context);
    } else {
      const missingOld = hunk.oldLines - attempt.oldSeen;
      const missingNew = hunk.newLines - attempt.newSeen;
      const over = missingOld < 0 || missingNew < 0;
      const claimed = `-${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines}`;
      const headerAt = this.bodyIndexOf(hunk.line, attempt.next);
      if (over || this.looksWhole(attempt, context)) {
        this.noteHunk(
          hunk,
          patch,
          `the header claims ${claimed}, but ${attempt.oldSeen} old and ${attempt.newSeen} new lines are there; the lines were believed`,
        );
        const fixed = `@@ -${hunk.oldStart},${attempt.oldSeen} +${hunk.newStart},${attempt.newSeen} @@${hunk.section ? ` ${hunk.section}` : ""}`;
        this.notes.push({
          code: "hunk-counts",
          at: headerAt,
          end: headerAt,
          message: `The hunk header claims ${claimed}, but ${attempt.oldSeen} old and ${attempt.newSeen} new lines follow. Git refuses this hunk; correct the header to "${fixed}".`,
          severity: "warning",
          fix: fixed,
        });
        hunk.oldLines = attempt.oldSeen;
        hunk.newLines = attempt.newSeen;
      } else {
        hunk.complete = false;
        hunk.gaps = attempt.gaps.length
          ? attempt.gaps
          : attempt.endElided || !this.endsInContext(attempt)
            ? []
            : attempt.interrupts;
        const what = `${missingOld} old and ${missingNew} new lines of this hunk are not in the mail`;
        this.noteHunk(
          hunk,
          patch,
          attempt.gaps.length || attempt.endElided ? `${what}: left out by the person who quoted it` : what,
        );
        const quoted = context.depth > 0;
        this.notes.push({
          code: quoted ? "hunk-trimmed" : "hunk-truncated",
          at: headerAt,
          end: headerAt,
          message: quoted
            ? `Of this quoted hunk, ${what.replace(" of this hunk", "")}; functions that reach into the missing part are shown as partial.`
            : `The hunk breaks off: ${what}. The mail may have been cut short; get the original.`,
          severity: quoted ? "information" : "error",
        });
      }
    }
    if (attempt.remarks) this.noteHunk(hunk, patch, "remarks between its lines were taken out");
    this.number(attempt, hunk);
    return attempt;
  }

  /**
   * Lines without a sign were read as context that has lost its space. Where the header counts exactly so many fewer lines of one
   * side, it is that side's sign that they have lost.
   */
  private restoreSigns(a: Attempt, hunk: Hunk): void {
    const bare = a.lines.filter((l) => l.repaired === "space-lost");
    const [old, fresh] = [a.oldSeen - hunk.oldLines, a.newSeen - hunk.newLines];
    if (bare.length === 0 || Math.max(old, fresh) !== bare.length || Math.min(old, fresh) !== 0) return;
    for (const line of bare) {
      line.kind = old > 0 ? "+" : "-";
      line.repaired = "sign-lost";
    }
    a.repairs = a.repairs.map((r) => (r.kind === "space-lost" ? { ...r, kind: "sign-lost" } : r));
    if (old > 0) a.oldSeen = hunk.oldLines;
    else a.newSeen = hunk.newLines;
  }

  private bodyIndexOf(docLine: number, near: number): number {
    for (let k = Math.min(near, this.n - 1); k >= 0; k--) if (this.body.doc[k] === docLine) return k;
    return 0;
  }

  /** A hunk of an unquoted patch that ends as hunks end, in three lines of context: then its counts are wrong. */
  private looksWhole(a: Attempt, context: Context): boolean {
    if (context.depth > 0 || a.gaps.length || a.lines.length < 4) return false;
    if (a.next >= this.n && !this.isSignatureBehind(a.next)) return false;
    return (
      a.lines.slice(-3).every((l) => l.kind === " ") && a.lines.some((l) => l.kind === "+" || l.kind === "-")
    );
  }

  private isSignatureBehind(i: number): boolean {
    return i < this.n && this.text[i] === "-- ";
  }

  /** The last three lines are context, as at the end of a whole hunk. */
  private endsInContext(a: Attempt): boolean {
    return a.lines.length > 3 && a.lines.slice(-3).every((l) => l.kind === " ");
  }

  /** Where a run of shallower lines ends that the quote does not go on behind. */
  private remarkEnd(from: number, context: Context): number {
    let k = from;
    while (k < this.n && k < from + 200 && this.colOf(k, context) < 0 && !isScissors(this.text[k]!)) k++;
    return k;
  }

  /** More diff lines than the header counts. */
  private overrun(a: Attempt, hunk: Hunk, patch: RawPatch, context: Context): Attempt {
    let k = a.next;
    if (k >= this.n) return a;
    const first = this.colOf(k, context);
    if (first < 0) return a;
    const c = this.text[k]!.charCodeAt(first);
    if (c !== 43 && c !== 45 && c !== 32) return a;
    let changes = 0;
    const lines: [number, number][] = [];
    for (; k < this.n; k++) {
      const col = this.colOf(k, context);
      if (col < 0) break;
      const line = this.text[k]!;
      const ch = line.charCodeAt(col);
      if (ch !== 43 && ch !== 45 && ch !== 32) break;
      const s = line.slice(col);
      if (
        /^-{2}(?: ?$|-)/.test(s) ||
        (/^[+-] ?$/.test(s) === false && /^[+-]\s*[A-Z][a-z]+ [a-z]+ /.test(s)) ||
        this.startsFile(k, line, col, context)
      )
        break;
      if (ch !== 32) changes++;
      lines.push([k, col]);
    }
    // An empty line of context is one blank.
    const isEmpty = ([index, col]: [number, number]): boolean =>
      isBlank(this.text[index]!) && this.text[index]!.slice(col) !== " ";
    while (lines.length && isEmpty(lines[lines.length - 1]!)) lines.pop();
    if (changes > 0 && this.endsInContext(a) && a.lines.some((l) => l.kind === "+" || l.kind === "-")) {
      // The hunk is whole, with its three lines of context: what follows lost its header.
      const [from, to] = [lines[0]![0], lines[lines.length - 1]![0]];
      this.mark(patch, `line ${this.body.doc[from]}: diff lines without a hunk header were left out`);
      this.notes.push({
        code: "hunk-header-missing",
        at: from,
        end: to,
        message:
          "These diff lines belong to no hunk: the header above is used up. Their own header was cut or lost; they are left out of what is analysed.",
        severity: "warning",
      });
      return a;
    }
    const code = lines.some(([index, col]) => /^[+-][\t}#*/]/.test(this.text[index]!.slice(col, col + 2)));
    // Prose may be indented, and have a list; behind context a changed line has to look like C.
    if (changes === 0 || !(code || (changes > 1 && c !== 32))) return a;
    const more: Attempt = { ...a, lines: [...a.lines], owners: [...a.owners] };
    for (const [index, col] of lines) {
      const kind = this.text[index]![col] as DiffLineKind;
      if (kind !== "+") more.oldSeen++;
      if (kind !== "-") more.newSeen++;
      this.push(more, index, col, kind, this.text[index]!.slice(col + 1));
    }
    more.next = lines[lines.length - 1]![0] + 1;
    const claimed = hunk.header.slice(2).split("@@", 1)[0]!.trim();
    const fixed = `@@ -${hunk.oldStart},${more.oldSeen} +${hunk.newStart},${more.newSeen} @@${hunk.section ? ` ${hunk.section}` : ""}`;
    this.noteHunk(
      hunk,
      patch,
      `the header claims ${claimed}, but the hunk goes on to ${more.oldSeen} old and ${more.newSeen} new lines; the lines were believed`,
    );
    const at = this.bodyIndexOf(hunk.line, a.next);
    this.notes.push({
      code: "hunk-counts",
      at,
      end: at,
      message: `The hunk header claims ${claimed}, but the hunk goes on behind that. Git drops the rest; correct the header to "${fixed}".`,
      severity: "warning",
      fix: fixed,
    });
    hunk.oldLines = more.oldSeen;
    hunk.newLines = more.newSeen;
    return more;
  }

  /** Line numbers on both sides. Behind a gap they are known only if the hunk's end is there. */
  private number(a: Attempt, hunk: Hunk): void {
    let oldLine = hunk.oldStart;
    let newLine = hunk.newStart;
    const gap = hunk.complete || a.gaps.length === 0 ? -1 : a.gaps[0]!;
    const tail =
      gap >= 0 &&
      a.lines.slice(-3).every((l) => l.kind === " ") &&
      a.gaps.length === 1 &&
      a.lines.length > gap + 3;
    let known = true;
    for (let k = 0; k < a.lines.length; k++) {
      if (k === gap) {
        if (tail) {
          oldLine += hunk.oldLines - a.oldSeen;
          newLine += hunk.newLines - a.newSeen;
        } else known = false;
      }
      const line = a.lines[k]!;
      if (line.kind === "\\") continue;
      if (line.kind !== "+") line.oldLine = known ? oldLine++ : null;
      if (line.kind !== "-") line.newLine = known ? newLine++ : null;
    }
  }

  /** Which line of the attempt the break at body line `i` belongs to. */
  private wrappedOwner(a: Attempt, i: number): number {
    let low = 0;
    let high = a.owners.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (a.owners[middle]! < i) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private noteRepairs(a: Attempt, hunk: Hunk, patch: RawPatch): void {
    const wording: Record<Repair, [string, string]> = {
      "blank-stripped": [
        "blank context lines had lost their space",
        "This blank context line has lost its leading space (a mailer or editor strips it). It was read as context.",
      ],
      "space-lost": [
        "context lines had lost their leading space",
        "This context line has lost its leading space. It was read as context.",
      ],
      "sign-lost": [
        "lines had lost their + or -, as the header's counts tell",
        "This line has lost its sign: with it, there are as many lines as the hunk's header says.",
      ],
      wrapped: [
        "a wrapped line was joined",
        "A mailer wrapped the line above; this is its rest. Both were joined.",
      ],
      nbsp: [
        "non-breaking spaces were turned back into spaces",
        "The line holds non-breaking spaces where the code has spaces. They were read as spaces.",
      ],
      unflattened: [
        "line breaks and signs were restored",
        "The line break and the sign of this line were restored.",
      ],
    };
    const told = new Set<Repair>();
    const lineOf = new Map<number, number>();
    if (a.repairs.length) for (let k = 0; k < a.owners.length; k++) lineOf.set(a.owners[k]!, k);
    for (const repair of a.repairs) {
      const [note, message] = wording[repair.kind];
      if (!told.has(repair.kind)) {
        told.add(repair.kind);
        if (repair.kind === "blank-stripped") {
          // Git reads such lines as context without a word, so this alone takes nothing from the patch.
          if (!hunk.notes.includes(note)) hunk.notes.push(note);
        } else this.noteHunk(hunk, patch, note);
      }
      if (repair.kind !== "unflattened" && this.notes.length < 2000) {
        const wrapped = repair.kind === "wrapped";
        const k = wrapped ? this.wrappedOwner(a, repair.at) : (lineOf.get(repair.at) ?? -1);
        const line = a.lines[k];
        const note: ScanNote = {
          code: `diff-${repair.kind}`,
          at: repair.at,
          end: repair.at,
          message,
          severity: "information",
        };
        // Of a line that was broken several times, the last break offers the whole of it.
        if (line && (!wrapped || line.wrapped?.at(-1) === this.body.doc[repair.at])) {
          note.fix = line.kind + line.text;
          if (wrapped) note.fixFrom = a.owners[k]!;
        }
        this.notes.push(note);
      }
    }
  }
}

/** Columns that a line takes where a tab goes to the next eighth: mailers break lines by these or by characters, whichever come first. */
function widthOf(line: string): number {
  let width = 0;
  for (const c of line) width += c === "\t" ? 8 - (width % 8) : 1;
  return width;
}

/** Prose rather than a context line that has lost its leading space: words, and nothing that C is made of. */
function isFlatProse(s: string): boolean {
  if (/[_;{}=]|->|\w\(|\*\/|\/\*|^[#*/]|^[A-Z][\w ]*:$|\b(?:static|struct|void|unsigned|return)\b/.test(s))
    return false;
  return (s.match(/[A-Za-z']{2,}/g)?.length ?? 0) >= 5;
}

/** Prose rather than C: several words and nothing that C has between them. */
function looksLikeProse(s: string): boolean {
  const words = s.match(/[A-Za-z']{2,}/g)?.length ?? 0;
  return words >= 5 && !/[;{}]\s*$|->|\*\/|\/\*|^\s*[#*/]|==|&&|\|\|/.test(s);
}
