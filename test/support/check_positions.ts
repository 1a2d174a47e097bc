// The property that every position of a parsed document holds: inside the document, and pointing at the text claimed.
import assert from "node:assert/strict";
import type { DiffLine, ParsedDocument } from "../../server/mail/types.ts";

/** Fails with the offending place. Positions are checked against the rendering, `doc.lines`. */
export function checkPositions(doc: ParsedDocument): number {
  let checked = 0;
  const last = doc.lines.length + doc.lineOffset;
  const inside = (line: number, what: string) => {
    checked++;
    assert.ok(
      Number.isInteger(line) && line > doc.lineOffset && line <= last,
      `${doc.path}: ${what} at ${line} of ${last}`,
    );
  };
  const lineAt = (line: number) => doc.lines[line - 1 - doc.lineOffset]!;
  if (doc.rawLines)
    assert.equal(doc.rawLines.length, doc.lines.length, `${doc.path}: a raw line for every line`);
  for (const m of doc.messages) {
    inside(m.docLine, "message");
    inside(m.endDocLine, "message end");
    for (const h of m.headers) inside(h.docLine, `header ${h.name}`);
    for (const t of m.trailers)
      assert.ok(lineAt(t.docLine).includes(t.key), `${doc.path}:${t.docLine}: trailer ${t.key}`);
  }
  for (const p of doc.patches) {
    inside(p.docLine, "patch");
    inside(p.endDocLine, "patch end");
    for (const t of p.trailers)
      assert.ok(lineAt(t.docLine).includes(t.key), `${doc.path}:${t.docLine}: trailer ${t.key}`);
    for (const f of p.files) {
      inside(f.docLine, `file ${f.path}`);
      for (const h of f.hunks) {
        inside(h.line, "hunk");
        assert.ok(lineAt(h.line).includes(h.header), `${doc.path}:${h.line}: hunk header ${h.header}`);
        for (const l of h.lines) {
          inside(l.docLine, "diff line");
          checkLine(doc.path, l, lineAt(l.docLine));
        }
        checkCounts(doc.path, h);
      }
    }
    for (const d of p.definitions) {
      const lines = d.text.split("\n");
      assert.equal(
        lines.length - 1,
        d.lines.length,
        `${doc.path}: ${d.name} has a document line for each line`,
      );
      d.lines.forEach((n, k) => {
        inside(n, `definition ${d.name}`);
        if (!lines[k]!.includes("\u00a0") && !doc.rawLines && p.confidence === "exact")
          assert.ok(lineAt(n).includes(lines[k]!.trim()), `${doc.path}:${n}: ${d.name}`);
      });
    }
    for (const c of p.comments) {
      inside(c.docLine, "comment");
      inside(c.endDocLine, "comment end");
      inside(c.anchorDocLine, "comment anchor");
      assert.ok(
        lineAt(c.docLine).includes(c.text.split("\n")[0]!.trim()),
        `${doc.path}:${c.docLine}: comment`,
      );
      assert.ok(
        p.files[c.file]?.hunks[c.hunk]?.lines[c.diffLine],
        `${doc.path}:${c.docLine}: comment's diff line`,
      );
    }
    for (const r of p.remarks) inside(r.docLine, "remark");
  }
  for (const x of doc.problems) {
    inside(x.docLine, `problem ${x.code}`);
    inside(x.endDocLine, `problem ${x.code} end`);
  }
  for (const c of doc.crashReports) {
    inside(c.docLine, "crash report");
    for (const f of c.callTrace)
      assert.ok(lineAt(f.docLine).includes(f.symbol), `${doc.path}:${f.docLine}: frame`);
  }
  return checked;
}

function checkLine(path: string, line: DiffLine, text: string): void {
  const at = `${path}:${line.docLine} (${line.repaired ?? "as is"}): ${JSON.stringify(text)} for ${JSON.stringify(line.kind + line.text)}`;
  const shown = text.slice(line.col);
  switch (line.repaired) {
    case undefined:
      assert.equal(shown === "" && line.kind === " " ? " " : shown, line.kind + line.text, at);
      break;
    case "space-lost":
    case "sign-lost":
    case "unflattened":
      assert.equal(squeezed(shown), squeezed(line.text), at);
      break;
    case "wrapped":
      // Joined lines may also have lost their sign's space or carry non-breaking spaces.
      assert.ok(squeezed(line.kind + line.text).startsWith(squeezed(shown).slice(0, 20).trim()), at);
      break;
    case "nbsp":
      assert.equal(
        shown.replace(/\u00a0/g, " ").trimEnd(),
        (line.kind + line.text).replace(/\u00a0/g, " ").trimEnd(),
        at,
      );
      break;
    case "blank-stripped":
      assert.equal(shown.trim(), "", at);
      break;
  }
}

function checkCounts(path: string, hunk: ParsedDocument["patches"][0]["files"][0]["hunks"][0]): void {
  if (!hunk.complete) return;
  const old = hunk.lines.filter((l) => l.kind === " " || l.kind === "-").length;
  const now = hunk.lines.filter((l) => l.kind === " " || l.kind === "+").length;
  assert.deepEqual(
    [old, now],
    [hunk.oldLines, hunk.newLines],
    `${path}:${hunk.line}: counts of a complete hunk`,
  );
}

function squeezed(text: string): string {
  return text.replace(/[\s\u00a0]+/g, " ").trim();
}
