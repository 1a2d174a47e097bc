// What reading a mail, an mbox, an archive page or a bare diff yields: plain data, positions included.
//
// Positions are 1-based lines and 0-based columns of `ParsedDocument.lines`, the readable rendering of the input. For
// text that needed no decoding the rendering is the input itself (`isRawText`); otherwise `rawLines` leads back to it.
// Nothing here is thrown: whatever could not be read is a `Problem` or a note.

/** `exact`: the diff stands in the text as its author sent it. `repaired`: something was put right, `notes` says what. */
export type Confidence = "exact" | "repaired";

export type DiffLineKind = " " | "+" | "-" | "\\";

export interface DiffLine {
  kind: DiffLineKind;
  /** The line without its leading sign. */
  text: string;
  /** 1-based line of the document. */
  docLine: number;
  /** 0-based column in that line where the diff text (its sign) starts, after quote markers. */
  col: number;
  /** 1-based line in the file before the patch; null on added lines and where the count is lost in a gap. */
  oldLine: number | null;
  newLine: number | null;
  /** Set when the text differs from what the document shows there: which damage was undone. */
  repaired?: Repair;
  /** Further document lines this line was wrapped over. */
  wrapped?: number[];
}

export type Repair = "blank-stripped" | "space-lost" | "sign-lost" | "wrapped" | "nbsp" | "unflattened";

export interface Hunk {
  /** The `@@` line as it stands in the document, without quote markers. */
  header: string;
  /** The section heading git prints after the second `@@`. */
  section: string;
  /** Document line of the `@@` line. */
  line: number;
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** Every line that the counts announce is there. */
  complete: boolean;
  notes: string[];
  /** Indexes into `lines` before which lines are, or may be, missing. */
  gaps: number[];
  lines: DiffLine[];
}

export type FileStatus = "modified" | "added" | "deleted" | "renamed" | "copied" | "binary";

export interface DiffFile {
  /** Path after the patch (before it for a deleted file), without `a/` or `b/`. Empty when the mail does not name it. */
  path: string;
  oldPath: string;
  status: FileStatus;
  added: number;
  removed: number;
  oldBlob: string | null;
  newBlob: string | null;
  oldMode: string | null;
  newMode: string | null;
  /** Document line where the file's header (or its first hunk) starts. */
  docLine: number;
  /** Recognised, but not analysed: a combined diff. */
  combined: boolean;
  hunks: Hunk[];
}

export type DefinitionKind = "function" | "macro" | "struct" | "union" | "enum" | "typedef" | "variable";
export type Side = "before" | "after";

/** One definition that the diff shows on one side, with the document line of each of its lines. */
export interface SideDefinition {
  name: string;
  kind: DefinitionKind;
  path: string;
  side: Side;
  visible: "whole" | "partial";
  /** The side's text. For a partial definition, the part that is visible. */
  text: string;
  /** Document line of every line of `text`. */
  lines: number[];
  /** Line of the first line of `text` in the file on that side; null where a gap hides it. */
  firstLine: number | null;
  /** Index, in the file's hunks, of the hunk the definition starts in. */
  hunk: number;
  /** Some line of it is added or removed (not only context). */
  changed: boolean;
}

export interface FunctionInfo {
  name: string;
  file: string;
  kind: DefinitionKind;
  side: Side | "both";
  visible: "whole" | "partial";
  docLine: number;
}

/** A reviewer's remark and the diff line it follows. */
export interface Comment {
  author: string;
  messageId: string | null;
  path: string;
  side: Side;
  /** Line in the file on that side; null where a gap hides it. */
  line: number | null;
  /** First document line of the remark. */
  docLine: number;
  endDocLine: number;
  text: string;
  /** Document line of the diff line it follows, in the copy of the patch that is listed. */
  anchorDocLine: number;
  file: number;
  hunk: number;
  /** Index into the hunk's lines. */
  diffLine: number;
  quoteDepth: number;
  confidence: "exact" | "content" | "nearest";
  /** Set on a remark made on an earlier revision and carried here by content. */
  carriedFrom?: { revision: number; messageId: string | null };
}

/** A remark on the commit message or on the patch as a whole. */
export interface MessageRemark {
  author: string;
  messageId: string | null;
  docLine: number;
  endDocLine: number;
  text: string;
}

export interface Trailer {
  key: string;
  value: string;
  docLine: number;
}

/** Another copy of a patch in the same document (quoted in a reply, printed twice on an archive page). */
export interface PatchCopy {
  messageId: string | null;
  docLine: number;
  endDocLine: number;
  quoteDepth: number;
}

export interface Patch {
  index: number;
  /** The commit title: reply marks and bracketed tags removed, as `git mailinfo` does. */
  subject: string;
  /** The subject as the mail has it, decoded. */
  rawSubject: string;
  messageId: string | null;
  /** `Name <address>`, as far as it is known. */
  author: string;
  /** The Date header (or the in-body one) as written. */
  date: string | null;
  /** The Date of the message that quotes it: it is no younger. null: it is not quoted. */
  quotedOn: string | null;
  tags: string[];
  revision: number;
  number: number;
  total: number;
  confidence: Confidence;
  quoteDepth: number;
  notes: string[];
  /** The commit message, without title, up to `---`. */
  commitMessage: string;
  /** What stands below `---`: changelog, diffstat. */
  changelog: string;
  files: DiffFile[];
  /** Found when first asked for, as are `definitions`. */
  functions: FunctionInfo[];
  definitions: SideDefinition[];
  comments: Comment[];
  remarks: MessageRemark[];
  trailers: Trailer[];
  baseCommit: string | null;
  changeId: string | null;
  prerequisites: string[];
  /** Index of the message the patch was read from. */
  message: number;
  /** First and last document line of it. */
  docLine: number;
  endDocLine: number;
  copies: PatchCopy[];
}

export type MessageKind = "patch" | "cover" | "reply" | "other";

export interface Header {
  /** Lower case. */
  name: string;
  /** Unfolded and decoded. */
  value: string;
  docLine: number;
}

export interface Message {
  index: number;
  kind: MessageKind;
  messageId: string | null;
  inReplyTo: string | null;
  references: string[];
  author: string;
  authorName: string;
  authorEmail: string;
  date: string | null;
  /** Milliseconds since 1970, when the date can be read. */
  time: number | null;
  rawSubject: string;
  subject: string;
  tags: string[];
  revision: number;
  number: number;
  total: number;
  headers: Header[];
  docLine: number;
  endDocLine: number;
  /** First document line of the body. */
  bodyDocLine: number;
  /** The rendering shows this message as the input has it. */
  isRawText: boolean;
  /** MIME parts besides the first one that were read. */
  parts: number;
  trailers: Trailer[];
  /** Attribution lines ("On ..., X wrote:"): who wrote the text at which quote depth. */
  attributions: Attribution[];
  baseCommit: string | null;
  changeId: string | null;
  prerequisites: string[];
}

export interface Attribution {
  docLine: number;
  /** The depth of the text that this person wrote. */
  depth: number;
  name: string;
}

export interface SeriesMember {
  number: number;
  /** Indexes of patches; empty: missing; more than one: duplicate. */
  patches: number[];
  subject: string;
}

export interface Series {
  title: string;
  author: string;
  revision: number;
  total: number;
  /** Message index of the cover letter. */
  cover: number | null;
  members: SeriesMember[];
  missing: number[];
  duplicates: number[];
  partialReroll: boolean;
  baseCommit: string | null;
  changeId: string | null;
  prerequisites: string[];
  /** Trailers given in replies to the cover letter, which hold for every patch. */
  trailers: SeriesTrailer[];
  notes: string[];
}

export interface SeriesTrailer extends Trailer {
  /** Number of the patch the reply was to; 0 for the cover letter. */
  number: number;
  from: string;
  messageId: string | null;
  /** The trailer's address is not the sender's. */
  mismatch: boolean;
  /** Given on another revision, of which this patch is an unchanged copy. */
  carried?: boolean;
}

export interface CrashFrame {
  symbol: string;
  offset: string | null;
  docLine: number;
  /** Printed with `?`: found on the stack, not certain. */
  uncertain: boolean;
}

export interface CrashReport {
  kind: "oops" | "bug" | "warning" | "kasan" | "gpf" | "panic" | "hang" | "rcu" | "lockdep";
  title: string;
  /** Faulting symbol (RIP, pc), without offset. */
  symbol: string | null;
  location: string | null;
  address: string | null;
  callTrace: CrashFrame[];
  registers: Record<string, string>;
  /** `file:line` as faddr2line or a BUG line gives it. */
  source: string | null;
  process: string | null;
  kernel: string | null;
  docLine: number;
  endDocLine: number;
  message: number;
  quoteDepth: number;
}

export interface TestResult {
  name: string;
  result: string;
  docLine: number;
}

export interface TestReport {
  message: number;
  docLine: number;
  endDocLine: number;
  quoteDepth: number;
  results: TestResult[];
  summary: Record<string, number>;
}

export type Severity = "error" | "warning" | "information";

/** A structural finding, worded for the reviewer: what, where, what to do. */
export interface Problem {
  code: string;
  severity: Severity;
  message: string;
  docLine: number;
  endDocLine: number;
  /** What the text should be, when the repair is safe; the whole line, without quote markers. */
  fix?: { docLine: number; endDocLine: number; col: number; text: string };
}

export type DocumentForm = "mail" | "mbox" | "page" | "diff" | "flattened" | "text" | "binary" | "empty";

export interface ParsedDocument {
  path: string;
  form: DocumentForm;
  /** The rendering, line by line: what `docLine` counts. */
  lines: string[];
  isRawText: boolean;
  /** 1-based input line of each document line, when the rendering is not the input. */
  rawLines: number[] | null;
  messages: Message[];
  patches: Patch[];
  series: Series[];
  problems: Problem[];
  crashReports: CrashReport[];
  testReports: TestReport[];
  /** Document lines (1-based) added before this one when a part of a larger input was read. */
  lineOffset: number;
}

/** The lines of a message's body with their places; the three arrays run in parallel. */
export interface Body {
  text: string[];
  doc: number[];
  col: number[];
  /** The text as one string, where there is one at no cost; it may hold more than the body. For quick tests only. */
  whole?: string;
  /** Indexes in `text` where an attachment or another MIME part begins. */
  parts: { at: number; name: string | null; type: string; attachment: boolean }[];
}
