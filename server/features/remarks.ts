/**
 * Remarks of a thread, for the editor to show at the lines they are about: on a line of the diff at every copy of it that the
 * document has (the patch itself, and what is quoted of it), on the commit message where they stand.
 * A remark that speaks of a fault has the answer of the runs. Leaves out reading remarks (diff/comments.ts) and answering them
 * (report/asked.ts).
 */
import type { Comment, Hunk, Message } from "../mail/types.ts";
import type { Remark, RemarkThread } from "../protocol.ts";
import { askedOf } from "../report/asked.ts";
import { terminalLines, terminalText } from "../report/text.ts";
import { isStale, type Snapshot } from "./snapshot.ts";

/** Lines above a line of the diff that make two places copies of each other. */
const CONTEXT = 3;
/** Copies that are shown of one remark, and threads of one document. */
const COPIES_MAX = 16;
const THREADS_MAX = 1000;

/** Threads in document order. */
export function remarkThreads(snapshot: Snapshot): RemarkThread[] {
  const { parsed, review } = snapshot;
  const threads = new Map<number, Remark[]>();
  // What an earlier text's runs say is not said of this one: its lines have moved.
  const asked = review === undefined || isStale(snapshot) ? [] : askedOf(parsed, review.result);
  const answers = new Map(asked.map((a) => [a.docLine, terminalText(a.text)]));
  const remarkOf = (c: Said): Remark => ({
    ...bareRemark(c),
    sentAt: sentAt(parsed.messages, c.docLine),
    answer: answers.get(c.docLine) ?? "",
  });
  const add = (docLine: number, remark: Remark): void => {
    const there = threads.get(docLine);
    if (there === undefined && threads.size >= THREADS_MAX) return;
    if (there === undefined) threads.set(docLine, [remark]);
    else if (!there.some((r) => r.docLine === remark.docLine)) there.push(remark);
  };
  let byText: Map<string, number[]> | undefined;
  for (const patch of parsed.patches) {
    for (const comment of patch.comments) {
      byText ??= linesByText(parsed.lines);
      const hunk = patch.files[comment.file]?.hunks[comment.hunk];
      for (const docLine of placesOf(parsed.lines, byText, hunk, comment)) add(docLine, remarkOf(comment));
    }
    for (const r of patch.remarks) add(r.docLine, { ...remarkOf(r), note: "on the message" });
  }
  return [...threads]
    .sort(([a], [b]) => a - b)
    .map(([docLine, remarks]) => ({ docLine, remarks: remarks.sort((a, b) => a.docLine - b.docLine) }));
}

type Said = Pick<Comment, "author" | "text" | "docLine"> &
  Partial<Pick<Comment, "confidence" | "carriedFrom">>;

/** When the mail was sent that a line stands in. */
const sentAt = (messages: readonly Message[], docLine: number): number =>
  messages.findLast((m) => m.docLine <= docLine)?.time ?? 0;

const bareRemark = (c: Said): Omit<Remark, "answer" | "sentAt"> => ({
  author: terminalText(c.author),
  text: terminalLines(c.text),
  docLine: c.docLine,
  note: c.carriedFrom
    ? `on v${c.carriedFrom.revision}`
    : c.confidence === "nearest"
      ? "its line is near, not sure"
      : "",
});

/** A line without its quoting, as copies are compared. */
const bare = (text: string): string => text.replace(/^(?:[>|] ?)+/, "").trimEnd();
/** How deep it is quoted. */
const depthOf = (text: string): number => (/^[>| ]*/.exec(text)?.[0] ?? "").replaceAll(" ", "").length;

/** Lines of the document, from 1, by their text without quoting. */
function linesByText(lines: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [i, line] of lines.entries()) {
    const text = bare(line);
    const there = found.get(text);
    if (there === undefined) found.set(text, [i + 1]);
    else there.push(i + 1);
  }
  return found;
}

/** The line that a remark is about, and every other line of the document that shows it after the same lines of the diff. */
function placesOf(
  lines: readonly string[],
  byText: ReadonlyMap<string, readonly number[]>,
  hunk: Hunk | undefined,
  { anchorDocLine, diffLine }: Comment,
): number[] {
  const anchor = lines[anchorDocLine - 1];
  if (anchor === undefined) return [];
  const before = (hunk?.lines ?? [])
    .slice(Math.max(0, diffLine - CONTEXT), diffLine)
    .map((l) => bare(lines[l.docLine - 1] ?? ""));
  const places = [anchorDocLine];
  for (const at of byText.get(bare(anchor)) ?? []) {
    if (places.length >= COPIES_MAX) break;
    if (at !== anchorDocLine && followsAlike(lines, at, before)) places.push(at);
  }
  return places;
}

/** Whether the lines above, but for remarks between them, are these. A copy may begin later: those that it has must be the same. */
function followsAlike(lines: readonly string[], docLine: number, before: readonly string[]): boolean {
  const depth = depthOf(lines[docLine - 1]!);
  let wanted = before.length - 1;
  for (let at = docLine - 1; at > 0 && wanted >= 0 && docLine - at < 200; at--) {
    const line = lines[at - 1]!;
    if (depth > 0 && depthOf(line) < depth) continue;
    const text = bare(line);
    if (text.startsWith("@@")) return wanted < before.length - 1;
    if (text !== before[wanted]) return false;
    wanted--;
  }
  return wanted < 0 && before.length > 0;
}
