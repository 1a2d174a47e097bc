// The JSON of `folioscope parse`: the interface of the design's section 6, with the rest of what was read beside it.
// server/schema/parse.schema.json describes it and a test holds the output to it.

import type { ParsedDocument, Patch } from "./mail/types.ts";

/** One input as plain JSON data. */
export function toJson(doc: ParsedDocument, input: string = doc.path) {
  return {
    input,
    form: doc.form,
    lines: doc.lines.length,
    isRawText: doc.isRawText,
    messages: doc.messages.map((m) => ({
      index: m.index,
      kind: m.kind,
      messageId: m.messageId,
      inReplyTo: m.inReplyTo,
      references: m.references,
      author: m.author,
      date: m.date,
      subject: m.subject,
      rawSubject: m.rawSubject,
      tags: m.tags,
      revision: m.revision,
      number: m.number,
      total: m.total,
      docLine: m.docLine,
      endDocLine: m.endDocLine,
      bodyDocLine: m.bodyDocLine,
      trailers: m.trailers,
      attributions: m.attributions,
    })),
    patches: doc.patches.map(patchJson),
    series: doc.series,
    problems: doc.problems,
    crashReports: doc.crashReports,
    testReports: doc.testReports,
  };
}

function patchJson(p: Patch) {
  const { definitions, files, quotedOn: _, ...rest } = p;
  return {
    ...rest,
    files: files.map((f) => ({
      path: f.path,
      oldPath: f.oldPath,
      status: f.status,
      added: f.added,
      removed: f.removed,
      docLine: f.docLine,
      oldBlob: f.oldBlob,
      newBlob: f.newBlob,
      oldMode: f.oldMode,
      newMode: f.newMode,
      combined: f.combined,
      hunks: f.hunks.map((h) => ({
        header: h.header,
        section: h.section,
        line: h.line,
        oldStart: h.oldStart,
        oldLines: h.oldLines,
        newStart: h.newStart,
        newLines: h.newLines,
        complete: h.complete,
        notes: h.notes,
      })),
    })),
  };
}

export type DocumentJson = ReturnType<typeof toJson>;

/**
 * The document that `--format json` prints. For one input its fields stand at the top; `patches` always holds the
 * patches of all inputs, numbered through, and `documents` the inputs one by one.
 */
export function toJsonDocument(documents: DocumentJson[]) {
  // Indexes of patches and messages count through all inputs, as the lists do.
  let patchBase = 0;
  let messageBase = 0;
  const shifted = documents.map((d) => {
    const [p, m] = [patchBase, messageBase];
    patchBase += d.patches.length;
    messageBase += d.messages.length;
    return {
      ...d,
      messages: d.messages.map((x) => ({ ...x, index: x.index + m })),
      patches: d.patches.map((x) => ({ ...x, index: x.index + p, message: x.message + m })),
      series: d.series.map((x) => ({
        ...x,
        cover: x.cover === null ? null : x.cover + m,
        members: x.members.map((n) => ({ ...n, patches: n.patches.map((k) => k + p) })),
      })),
      crashReports: d.crashReports.map((x) => ({ ...x, message: x.message + m })),
      testReports: d.testReports.map((x) => ({ ...x, message: x.message + m })),
    };
  });
  const tag = <T extends object>(list: (d: DocumentJson) => T[]) =>
    shifted.flatMap((d) => list(d).map((x) => ({ ...x, input: d.input })));
  return {
    version: 1,
    inputs: documents.map((d) => ({
      input: d.input,
      form: d.form,
      lines: d.lines,
      isRawText: d.isRawText,
      messages: d.messages.length,
      patches: d.patches.length,
    })),
    messages: tag((d) => d.messages),
    patches: tag((d) => d.patches),
    series: tag((d) => d.series),
    problems: tag((d) => d.problems),
    crashReports: tag((d) => d.crashReports),
    testReports: tag((d) => d.testReports),
  };
}
