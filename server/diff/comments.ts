// Remarks between the lines of a quoted diff become comments on the diff line they follow; those in front of the diff
// are remarks on the message. The author is who wrote at that quote depth, by the attribution lines.

import { isBlank, isElision, isScissors, quoteDepth, skipQuote } from "../mail/quote.ts";
import type { Attribution, Body, Comment, MessageRemark } from "../mail/types.ts";
import type { Anchor, RawPatch, Section } from "./scan.ts";

export interface RemarkSource {
  body: Body;
  sections: Section[];
  attributions: Attribution[];
  author: string;
  messageId: string | null;
  patches: RawPatch[];
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
  const owners = foreignOwners(source, patch);
  let at = 0;
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
      const own = patch.anchors[at];
      if (own) anchor = own;
      continue;
    }
    if (owners.has(i)) {
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
  let end = source.body.text.length;
  for (const section of source.sections) {
    if (section.id !== patch.section && section.mark >= patch.first && section.depth <= patch.depth)
      end = Math.min(end, section.mark);
  }
  return end;
}

/** Body lines that belong to other patches. */
function foreignOwners(source: RemarkSource, patch: RawPatch): Set<number> {
  const owners = new Set<number>();
  for (const other of source.patches) if (other !== patch) for (const i of other.owned) owners.add(i);
  return owners;
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
    if (source.attributions.some((a) => a.docLine === body.doc[i])) {
      // The attribution and what it was wrapped from say who is quoted, nothing else.
      while (kept.length && kept[kept.length - 1]!.text.trim() !== "") kept.pop();
      continue;
    }
    kept.push({ text: text.trimEnd(), doc: body.doc[i]! });
  }
  while (kept.length && kept[kept.length - 1]!.text === "") kept.pop();
  while (kept.length && kept[0]!.text === "") kept.shift();
  if (kept.length === 0) return;
  const docLine = kept[0]!.doc;
  const base = {
    author: authorAt(source, depth, docLine),
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

/** Who wrote the text at a depth: the message's author at 0, else the last attribution of that depth above the line. */
export function authorAt(
  source: { attributions: Attribution[]; author: string },
  depth: number,
  docLine: number,
): string {
  if (depth === 0) return source.author;
  let name = "";
  for (const a of source.attributions) if (a.depth === depth && a.docLine < docLine) name = a.name;
  return name || source.attributions.find((a) => a.depth === depth)?.name || "";
}
