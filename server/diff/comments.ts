// Remarks between the lines of a quoted diff become comments on the diff line they follow; those in front of the diff
// are remarks on the message. The author is who wrote at that quote depth, by the attribution lines.

import { isBlank, isElision, isScissors, quoteDepth, skipQuote } from "../mail/quote.ts";
import type { Attribution, Body, Comment, MessageRemark } from "../mail/types.ts";
import type { Anchor, RawPatch, Section } from "./scan.ts";

export interface RemarkSource {
  body: Body;
  sections: Section[];
  messageId: string | null;
  /** From `ownersOf`. */
  owners: Int32Array;
  speakers: Speakers;
}

/** Attribution lines, arranged to be looked up by depth and line. */
export class Speakers {
  private readonly byDepth = new Map<number, Attribution[]>();
  private readonly lines = new Set<number>();
  private readonly author: string;

  constructor(attributions: Attribution[], author: string) {
    this.author = author;
    for (const a of attributions) {
      this.lines.add(a.docLine);
      const list = this.byDepth.get(a.depth);
      if (list) list.push(a);
      else this.byDepth.set(a.depth, [a]);
    }
  }

  /** Is this line an attribution? */
  isAttribution(docLine: number): boolean {
    return this.lines.has(docLine);
  }

  /** Who wrote the text at a depth: the message's author at 0, else the last attribution of that depth above the line. */
  at(depth: number, docLine: number): string {
    if (depth === 0) return this.author;
    const list = this.byDepth.get(depth);
    if (!list) return "";
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]!.docLine < docLine) low = middle + 1;
      else high = middle;
    }
    return (list[low - 1] ?? list[0]!).name;
  }
}

/** Comments and remarks on one quoted patch. */
export function collectComments(
  source: RemarkSource,
  patch: RawPatch,
): { comments: Comment[]; remarks: MessageRemark[] } {
  const { body } = source;
  const comments: Comment[] = [];
  const remarks: MessageRemark[] = [];
  const from = sectionStart(source, patch);
  const to = sectionEnd(source, patch);
  let at = 0;
  let placed = 0;
  let anchor: Anchor | null = null;
  let run: number[] = [];
  let runDepth = -1;
  const flush = () => {
    if (run.length) emit(source, patch, run, runDepth, anchor, comments, remarks);
    run = [];
    runDepth = -1;
  };
  for (let i = from; i < to; i++) {
    while (at < patch.owned.length && patch.owned[at]! < i) at++;
    if (at < patch.owned.length && patch.owned[at] === i) {
      flush();
      while (placed < patch.runs.length && patch.runs[placed]!.from + patch.runs[placed]!.count <= at)
        placed++;
      const place = patch.runs[placed];
      if (place && place.from <= at) anchor = { file: place.file, hunk: place.hunk, line: at - place.from };
      continue;
    }
    if (source.owners[i] !== 0) {
      flush();
      continue;
    }
    const line = body.text[i]!;
    const depth = quoteDepth(line);
    if (depth >= patch.depth) {
      flush();
      continue;
    }
    if (isBlank(depth ? line.slice(skipQuote(line, depth, true)) : line)) {
      if (run.length) run.push(i);
      continue;
    }
    if (depth === 0 && line === "-- ") break;
    if (run.length && depth !== runDepth) flush();
    run.push(i);
    runDepth = depth;
  }
  flush();
  return { comments, remarks };
}

function sectionStart(source: RemarkSource, patch: RawPatch): number {
  return source.sections[patch.section]?.start ?? 0;
}

function sectionEnd(source: RemarkSource, patch: RawPatch): number {
  const { sections } = source;
  // Sections ascend by their marks: the first one behind the patch that is not quoted more deeply ends it.
  let low = 0;
  let high = sections.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sections[middle]!.mark >= patch.first) high = middle;
    else low = middle + 1;
  }
  for (; low < sections.length; low++) if (sections[low]!.depth <= patch.depth) return sections[low]!.mark;
  return source.body.text.length;
}

/** Which patch each body line belongs to: its index plus one, 0 for none. */
export function ownersOf(lines: number, patches: RawPatch[]): Int32Array {
  const owners = new Int32Array(lines);
  patches.forEach((patch, k) => {
    for (const i of patch.owned) owners[i] = k + 1;
  });
  return owners;
}

const THANKS =
  /^(?:many thanks|thanks|thank you|thx|ta|cheers|best|(?:best |kind |warm )?(?:regards|wishes)|yours|sincerely|greetings|br|hth)[,.! ]{0,4}$/i;

/** Whether lines only end a letter: a word of thanks, or the name of who wrote it, and nothing about the patch. */
function isClosing(lines: readonly string[], author: string): boolean {
  const said = lines.map((l) => l.trim()).filter((l) => l !== "");
  if (said.length > 3 || said.some((l) => l.length > 60)) return false;
  const thanks = THANKS.test(said[0] ?? "");
  const names = new Set(author.toLowerCase().split(/[^\p{L}]+/u));
  return said.slice(thanks ? 1 : 0).every((l) => {
    const words = l.split(/[^\p{L}]+/u).filter((w) => w !== "");
    return words.length > 0 && words.length <= 4 && words.every((w) => names.has(w.toLowerCase()));
  });
}

function emit(
  source: RemarkSource,
  patch: RawPatch,
  run: number[],
  depth: number,
  anchor: Anchor | null,
  comments: Comment[],
  remarks: MessageRemark[],
): void {
  const { body } = source;
  const kept: { text: string; doc: number }[] = [];
  for (const i of run) {
    const line = body.text[i]!;
    const own = quoteDepth(line);
    const text =
      own !== depth ? "" : depth > 0 ? line.slice(Math.max(0, skipQuote(line, depth, true))) : line;
    if (isElision(text) || isScissors(text)) continue;
    if (source.speakers.isAttribution(body.doc[i]!)) {
      // The attribution and what it was wrapped from say who is quoted, nothing else.
      while (kept.length && kept[kept.length - 1]!.text.trim() !== "") kept.pop();
      continue;
    }
    kept.push({ text: text.trimEnd(), doc: body.doc[i]! });
  }
  while (kept.length && kept[kept.length - 1]!.text === "") kept.pop();
  let blank = 0;
  while (blank < kept.length && kept[blank]!.text === "") blank++;
  kept.splice(0, blank);
  if (kept.length === 0) return;
  const docLine = kept[0]!.doc;
  const author = source.speakers.at(depth, docLine);
  if (
    isClosing(
      kept.map((k) => k.text),
      author,
    )
  )
    return;
  const base = {
    author,
    messageId: depth === 0 ? source.messageId : null,
    docLine,
    endDocLine: kept[kept.length - 1]!.doc,
    text: kept.map((k) => k.text).join("\n"),
  };
  if (!anchor) {
    remarks.push(base);
    return;
  }
  const file = patch.files[anchor.file]!;
  const hunk = file.hunks[anchor.hunk]!;
  const line = hunk.lines[anchor.line]!;
  const side = line.kind === "-" ? "before" : "after";
  comments.push({
    ...base,
    path: side === "before" ? file.oldPath : file.path,
    side,
    line: side === "before" ? line.oldLine : line.newLine,
    anchorDocLine: line.docLine,
    file: anchor.file,
    hunk: anchor.hunk,
    diffLine: anchor.line,
    quoteDepth: depth,
    confidence: "exact",
  });
}
