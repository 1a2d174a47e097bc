// Copies of one patch made one, patches gathered into series, remarks of earlier revisions carried to the latest.

import { createHash } from "node:crypto";
import type {
  Comment,
  DiffFile,
  DiffLine,
  Message,
  ParsedDocument,
  Patch,
  Series,
  SeriesTrailer,
} from "./types.ts";

/**
 * A page or a thread holds a patch several times: as sent, and quoted in every reply. The most direct copy is kept; the
 * remarks made on the others are moved to its lines, by position where the lines agree, else by content.
 */
export function mergeCopies(patches: Patch[], messages: Message[]): Patch[] {
  if (patches.length < 2) return patches;
  const kept: Patch[] = [];
  const byLine = new Map<string, Patch[]>();
  const order = [...patches].sort((a, b) => a.quoteDepth - b.quoteDepth || a.docLine - b.docLine);
  const gone = new Set<Patch>();
  for (const patch of order) {
    const original = patch.quoteDepth === 0 ? null : findOriginal(patch, byLine, messages);
    if (original) {
      absorb(original, patch, messages);
      gone.add(patch);
      continue;
    }
    kept.push(patch);
    for (const key of hunkKeys(patch)) {
      const list = byLine.get(key);
      if (list) list.push(patch);
      else byLine.set(key, [patch]);
    }
  }
  return patches.filter((p) => !gone.has(p));
}

function hunkKeys(patch: Patch): Set<string> {
  const keys = new Set<string>();
  for (const file of patch.files) for (const hunk of file.hunks) keys.add(hunkKey(file, hunk));
  for (const file of patch.files)
    if (file.hunks.length === 0) keys.add(`${file.path}\0${file.oldBlob}\0${file.newBlob}`);
  return keys;
}

/** A hunk's place and its file's last name: the path itself may be missing in a trimmed quote. */
function hunkKey(file: DiffFile, hunk: DiffFile["hunks"][0]): string {
  const first = hunk.lines.find((l) => l.kind !== " ");
  return `${hunk.oldStart}\0${hunk.newStart}\0${first ? first.kind + squeeze(first.text) : file.path}`;
}

function findOriginal(copy: Patch, byLine: Map<string, Patch[]>, messages: Message[]): Patch | null {
  const score = new Map<Patch, number>();
  const keys = hunkKeys(copy);
  for (const key of keys) {
    // A hunk without a file name can only be told by its position and content.
    const found = byLine.get(key) ?? [];
    for (const candidate of found) score.set(candidate, (score.get(candidate) ?? 0) + 1);
  }
  let best: Patch | null = null;
  let bestScore = 0;
  const ancestors = ancestorIds(messages[copy.message - messages[0]!.index]!);
  for (const [candidate, hits] of score) {
    // What stands unquoted beside a quote in one mail is an answer to it: a counter-patch.
    if (hits * 2 < keys.size || candidate.message === copy.message) continue;
    let total = hits / keys.size;
    if (candidate.messageId && ancestors.has(candidate.messageId)) total += 10;
    if (candidate.revision === copy.revision && candidate.number === copy.number) total += 1;
    else if (
      candidate.revision !== copy.revision &&
      !(candidate.messageId && ancestors.has(candidate.messageId))
    )
      continue;
    if (total > bestScore) {
      best = candidate;
      bestScore = total;
    }
  }
  return best && sharesLines(copy, best) ? best : null;
}

function ancestorIds(message: Message): Set<string> {
  const ids = new Set(message.references);
  if (message.inReplyTo) ids.add(message.inReplyTo);
  return ids;
}

const changes = new WeakMap<Patch, Set<string>>();

function changedTexts(patch: Patch): Set<string> {
  const known = changes.get(patch);
  if (known) return known;
  const texts = new Set<string>();
  changes.set(patch, texts);
  for (const file of patch.files)
    for (const hunk of file.hunks)
      for (const line of hunk.lines)
        if (line.kind === "+" || line.kind === "-") texts.add(line.kind + squeeze(line.text));
  return texts;
}

function sharesLines(copy: Patch, original: Patch): boolean {
  const ours = changedTexts(original);
  const theirs = changedTexts(copy);
  if (theirs.size === 0) return true;
  let same = 0;
  for (const text of theirs) if (ours.has(text)) same++;
  return same * 10 >= theirs.size * 6;
}

function squeeze(text: string): string {
  const trimmed = text.trim();
  return /\s\s|[^\S ]/.test(trimmed) ? trimmed.replace(/\s+/g, " ") : trimmed;
}

function absorb(original: Patch, copy: Patch, messages: Message[]): void {
  const message = messages[copy.message - messages[0]!.index];
  original.copies.push({
    messageId: message?.messageId ?? null,
    docLine: copy.docLine,
    endDocLine: copy.endDocLine,
    quoteDepth: copy.quoteDepth,
  });
  for (const comment of copy.comments) {
    const line = copy.files[comment.file]?.hunks[comment.hunk]?.lines[comment.diffLine];
    const place = line ? placeOf(line, comment, copy, original) : null;
    if (!place) {
      original.remarks.push({
        author: comment.author,
        messageId: comment.messageId,
        docLine: comment.docLine,
        endDocLine: comment.endDocLine,
        text: comment.text,
      });
      continue;
    }
    const moved: Comment = { ...comment, ...place };
    if (!isRepeated(original.comments, moved)) original.comments.push(moved);
  }
  for (const remark of copy.remarks)
    if (!original.remarks.some((r) => squeeze(r.text) === squeeze(remark.text)))
      original.remarks.push(remark);
}

/** The same words, quoted again one level deeper in a later mail. */
function isRepeated(comments: Comment[], comment: Comment): boolean {
  const text = squeeze(comment.text);
  return comments.some(
    (c) =>
      c.anchorDocLine === comment.anchorDocLine &&
      (text.length > 20 ? squeeze(c.text).includes(text) : squeeze(c.text) === text),
  );
}

type Place = Pick<
  Comment,
  "path" | "side" | "line" | "anchorDocLine" | "file" | "hunk" | "diffLine" | "confidence"
>;

function placeOf(line: DiffLine, comment: Comment, copy: Patch, target: Patch): Place | null {
  const path = copy.files[comment.file]!.path;
  const wanted = line.kind + squeeze(line.text);
  let content: Place | null = null;
  let hits = 0;
  for (let f = 0; f < target.files.length; f++) {
    const file = target.files[f]!;
    if (path !== "" && file.path !== path && file.oldPath !== path) continue;
    for (let h = 0; h < file.hunks.length; h++) {
      const lines = file.hunks[h]!.lines;
      for (let k = 0; k < lines.length; k++) {
        const other = lines[k]!;
        if (other.kind + squeeze(other.text) !== wanted) continue;
        const place = makePlace(file, f, h, k, other, "content");
        if (other.oldLine === line.oldLine && other.newLine === line.newLine)
          return { ...place, confidence: "exact" };
        hits++;
        content ??= place;
        // Of several equal lines the one with the same neighbour above is meant.
        const above = neighbour(copy, comment);
        if (above !== null && k > 0 && squeeze(lines[k - 1]!.text) === above) return place;
      }
    }
  }
  if (content && hits > 1) content.confidence = "nearest";
  return content;
}

function neighbour(copy: Patch, comment: Comment): string | null {
  const lines = copy.files[comment.file]!.hunks[comment.hunk]!.lines;
  return comment.diffLine > 0 ? squeeze(lines[comment.diffLine - 1]!.text) : null;
}

function makePlace(
  file: DiffFile,
  f: number,
  h: number,
  k: number,
  line: DiffLine,
  confidence: Comment["confidence"],
): Place {
  const side = line.kind === "-" ? "before" : "after";
  return {
    path: side === "before" ? file.oldPath : file.path,
    side,
    line: side === "before" ? line.oldLine : line.newLine,
    anchorDocLine: line.docLine,
    file: f,
    hunk: h,
    diffLine: k,
    confidence,
  };
}

/** Series in a document: one author, revision and total; threaded or not. */
export function buildSeries(doc: ParsedDocument): Series[] {
  const groups = new Map<string, { messages: Message[]; patches: Patch[] }>();
  const groupOf = (key: string) => {
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { messages: [], patches: [] }));
    return group;
  };
  const first = doc.messages[0]?.index ?? 0;
  for (const message of doc.messages) {
    if (message.kind === "cover" && message.total > 0) groupOf(seriesKey(message)).messages.push(message);
  }
  for (const patch of doc.patches) {
    const message = doc.messages[patch.message - first];
    if (!message || patch.quoteDepth > 0 || message.kind !== "patch") continue;
    groupOf(seriesKey(message)).patches.push(patch);
  }
  for (const group of [...groups.values()]) adoptCover(group, doc, first);
  const series: Series[] = [];
  const answers = new Map<string, { series: Series; number: number }>();
  for (const group of [...groups.values()].flatMap((g) => splitByCover(g, doc, first))) {
    const made = makeSeries(group.messages, group.patches, doc, first);
    series.push(made);
    for (const cover of group.messages)
      if (cover.messageId) answers.set(cover.messageId, { series: made, number: 0 });
    for (const patch of group.patches)
      if (patch.messageId) answers.set(patch.messageId, { series: made, number: patch.number });
  }
  collectTrailers(doc, answers);
  carryTrailers(series, doc);
  series.sort((a, b) => a.title.localeCompare(b.title) || a.revision - b.revision);
  carryRemarks(series, doc);
  return series;
}

/** Same author, same revision, same total, same kind of tags: one series, threaded or not. */
function seriesKey(message: Message): string {
  const tags = message.tags.filter((t) => /^RFC$/i.test(t)).join();
  const single = message.total === 1 ? `\0${message.messageId ?? message.subject}` : "";
  return `${message.authorEmail.toLowerCase() || message.authorName}\0${message.revision}\0${message.total}\0${tags}${single}`;
}

interface Group {
  messages: Message[];
  patches: Patch[];
}

/** A cover letter without "[PATCH 0/n]": the mail without a diff that the patches answer. */
function adoptCover(group: Group, doc: ParsedDocument, first: number): void {
  if (group.messages.length > 0 || group.patches.length < 2) return;
  const parents = new Set(group.patches.map((p) => doc.messages[p.message - first]?.inReplyTo ?? ""));
  if (parents.size !== 1) return;
  const id = [...parents][0]!;
  if (id === "" || group.patches.some((p) => p.messageId === id)) return;
  const cover = doc.messages.find((m) => m.messageId === id);
  if (
    cover?.kind !== "other" ||
    cover.authorEmail !== doc.messages[group.patches[0]!.message - first]!.authorEmail
  )
    return;
  cover.kind = "cover";
  cover.number = 0;
  cover.total = group.patches[0]!.total;
  group.messages.push(cover);
}

/** Several cover letters: several series of one size by one author, told apart by their threads. */
function splitByCover(group: Group, doc: ParsedDocument, first: number): Group[] {
  if (group.messages.length < 2) return [group];
  const parts = group.messages.map((cover): Group => ({ messages: [cover], patches: [] }));
  const byId = new Map(group.messages.map((cover, k) => [cover.messageId ?? "", k] as const));
  for (const patch of group.patches) {
    const message = doc.messages[patch.message - first]!;
    const ids = [message.inReplyTo ?? "", ...message.references];
    const found = ids.map((id) => byId.get(id)).find((k) => k !== undefined);
    // Unthreaded: the last cover letter above it.
    let part = found ?? 0;
    if (found === undefined)
      group.messages.forEach((cover, k) => {
        if (cover.index < patch.message) part = k;
      });
    parts[part]!.patches.push(patch);
  }
  return parts;
}

/** Trailers given on another revision hold where the patch has not changed, as b4 has it. */
function carryTrailers(series: Series[], doc: ParsedDocument): void {
  if (series.length < 2 || series.every((s) => s.trailers.length === 0)) return;
  const given = new Map<string, SeriesTrailer[]>();
  const hashes = new Map<number, string>();
  for (const s of series)
    for (const member of s.members) {
      const patch = doc.patches[member.patches[0] ?? -1];
      if (!patch) continue;
      const hash = contentKey(patch);
      hashes.set(patch.index, hash);
      for (const trailer of s.trailers) {
        if (trailer.number !== member.number) continue;
        const list = given.get(hash);
        if (list) list.push(trailer);
        else given.set(hash, [trailer]);
      }
    }
  for (const s of series)
    for (const member of s.members) {
      const hash = hashes.get(member.patches[0] ?? -1);
      for (const trailer of (hash !== undefined && given.get(hash)) || []) {
        if (
          trailer.mismatch ||
          s.trailers.some(
            (t) => t.number === member.number && t.key === trailer.key && t.value === trailer.value,
          )
        )
          continue;
        s.trailers.push({ ...trailer, number: member.number, carried: true });
      }
    }
}

/** What a patch changes, white space aside. */
function contentKey(patch: Patch): string {
  const parts: string[] = [];
  for (const file of patch.files) {
    parts.push(file.path);
    for (const hunk of file.hunks)
      for (const line of hunk.lines) parts.push(line.kind + line.text.replace(/\s+/g, ""));
  }
  return createHash("sha1").update(parts.join("\n")).digest("hex");
}

function makeSeries(covers: Message[], patches: Patch[], doc: ParsedDocument, first: number): Series {
  const cover = covers[0] ?? null;
  const head = cover ?? doc.messages[patches[0]!.message - first]!;
  const total = head.total;
  const series: Series = {
    title: cover?.subject || (patches[0]?.subject ?? head.subject),
    author: head.author,
    revision: head.revision,
    total,
    cover: cover ? cover.index : null,
    members: [],
    missing: [],
    duplicates: [],
    partialReroll: false,
    baseCommit: cover?.baseCommit ?? patches.find((p) => p.baseCommit)?.baseCommit ?? null,
    changeId: cover?.changeId ?? patches.find((p) => p.changeId)?.changeId ?? null,
    prerequisites: cover?.prerequisites.length
      ? cover.prerequisites
      : (patches.find((p) => p.prerequisites.length)?.prerequisites ?? []),
    trailers: [],
    notes: [],
  };
  const byNumber = new Map<number, Patch[]>();
  for (const patch of patches) {
    const list = byNumber.get(patch.number);
    if (list) list.push(patch);
    else byNumber.set(patch.number, [patch]);
  }
  for (let n = 1; n <= Math.min(total, 2000); n++) {
    const members = byNumber.get(n) ?? [];
    series.members.push({
      number: n,
      patches: members.map((p) => p.index),
      subject: members[0]?.subject ?? "",
    });
    if (members.length === 0) series.missing.push(n);
    if (new Set(members.map((p) => p.message)).size > 1) series.duplicates.push(n);
  }
  const beyond = patches.filter((p) => p.number > total || p.number < 1);
  if (beyond.length) series.notes.push(`${beyond.length} patches have a number outside of 1 to ${total}`);
  if (covers.length > 1) series.notes.push(`there are ${covers.length} cover letters; the first is used`);
  // Single patches of a series sent again in reply to the revision before are no accident.
  const own = new Set(patches.map((p) => p.messageId));
  const inReply = patches.every((p) => {
    const parent = doc.messages[p.message - first]?.inReplyTo ?? null;
    return parent !== null && !own.has(parent);
  });
  series.partialReroll =
    series.missing.length > 0 && patches.length > 0 && cover === null && series.revision > 1 && inReply;
  return series;
}

/** Trailers that people gave in reply: to a patch, they hold for it; to the cover letter, for all of the series. */
function collectTrailers(
  doc: ParsedDocument,
  answers: Map<string, { series: Series; number: number }>,
): void {
  const parents = new Map<string, string | null>();
  for (const message of doc.messages) {
    if (message.messageId && !parents.has(message.messageId))
      parents.set(message.messageId, parentOf(message));
  }
  const seen = new Set<string>();
  for (const message of doc.messages) {
    if (message.trailers.length === 0 || message.kind === "patch" || message.kind === "cover") continue;
    const answered = nearest(message, answers, parents);
    if (!answered) continue;
    for (const trailer of message.trailers) {
      const person = /-by$/i.test(trailer.key);
      if (!person && !/^(?:Fixes|Link|Closes)$/i.test(trailer.key)) continue;
      if (
        person &&
        !trailer.value.includes("@") &&
        trailer.value.indexOf(">", trailer.value.indexOf("<") + 1) < 0
      )
        continue;
      const key = `${answered.series.author}\0${answered.series.title}\0${answered.series.revision}\0${answered.number}\0${trailer.key}\0${trailer.value}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const address = /<([^<>]+)>/.exec(trailer.value)?.[1]?.toLowerCase() ?? trailer.value.toLowerCase();
      answered.series.trailers.push({
        ...trailer,
        number: answered.number,
        from: message.author,
        messageId: message.messageId,
        mismatch:
          person &&
          message.authorEmail !== "" &&
          address !== message.authorEmail.toLowerCase() &&
          !sameName(trailer.value, message.authorName),
      } satisfies SeriesTrailer);
    }
  }
}

/** One person with two addresses is no mismatch. */
function sameName(value: string, name: string): boolean {
  const given = value.split("<", 1)[0]!.replace(/"/g, "");
  return name !== "" && squeeze(given).toLowerCase() === squeeze(name).toLowerCase();
}

function parentOf(message: Message): string | null {
  return message.inReplyTo ?? message.references[message.references.length - 1] ?? null;
}

/** The patch or cover letter that a reply answers: up the thread to the nearest one. */
function nearest(
  message: Message,
  answers: Map<string, { series: Series; number: number }>,
  parents: Map<string, string | null>,
) {
  let id = parentOf(message);
  for (let turn = 0; turn < 100 && id; turn++) {
    const found = answers.get(id);
    if (found) return found;
    id = parents.get(id) ?? null;
  }
  for (let k = message.references.length - 1; k >= Math.max(0, message.references.length - 100); k--) {
    const found = answers.get(message.references[k]!);
    if (found) return found;
  }
  return null;
}

/** How many earlier series are looked at for each: more than anybody's revisions. */
const REVISION_LIMIT = 40;

/** Remarks made on an earlier revision, carried to the same line of the next one by content. */
function carryRemarks(series: Series[], doc: ParsedDocument): void {
  const bySubject = new Map<string, Series[]>();
  const note = (key: string, s: Series) => {
    const list = bySubject.get(key);
    if (!list) bySubject.set(key, [s]);
    else if (list[list.length - 1] !== s && list.length < REVISION_LIMIT) list.push(s);
  };
  for (const s of series) for (const key of seriesNames(s)) note(key, s);
  for (const later of series) {
    const candidates = new Set<Series>();
    for (const key of seriesNames(later)) for (const s of bySubject.get(key) ?? []) candidates.add(s);
    const earlier = [...candidates]
      .filter((s) => s !== later && s.revision < later.revision && sameSeries(s, later))
      .sort((a, b) => b.revision - a.revision)[0];
    if (!earlier) continue;
    const sources = new Map<string, Patch>();
    for (const member of earlier.members) {
      const patch = doc.patches[member.patches[0] ?? -1];
      if (patch) sources.set(squeeze(patch.subject), patch);
    }
    for (const member of later.members) {
      const target = doc.patches[member.patches[0] ?? -1];
      const source = target && sources.get(squeeze(target.subject));
      if (source) carryTo(source, target);
    }
  }
}

/** What two revisions of one series have in common. */
function seriesNames(series: Series): string[] {
  const names = [`t ${squeeze(series.title).toLowerCase()}`];
  if (series.changeId) names.push(`c ${series.changeId}`);
  for (const member of series.members.slice(0, 50))
    if (member.subject) names.push(`s ${squeeze(member.subject)}`);
  return names;
}

function sameSeries(a: Series, b: Series): boolean {
  if (a.changeId && b.changeId) return a.changeId === b.changeId;
  if (squeeze(a.title).toLowerCase() === squeeze(b.title).toLowerCase()) return true;
  const titles = new Set(a.members.map((m) => m.subject).filter(Boolean));
  const shared = b.members.filter((m) => titles.has(m.subject)).length;
  return a.author === b.author && shared * 2 >= Math.min(a.members.length, b.members.length) && shared > 0;
}

function carryTo(source: Patch, target: Patch): void {
  for (const comment of source.comments) {
    if (comment.carriedFrom) continue;
    const line = source.files[comment.file]?.hunks[comment.hunk]?.lines[comment.diffLine];
    const place = line ? placeOf(line, comment, source, target) : null;
    if (!place) continue;
    target.comments.push({
      ...comment,
      ...place,
      confidence: place.confidence === "nearest" ? "nearest" : "content",
      carriedFrom: { revision: source.revision, messageId: comment.messageId },
    });
  }
}
