/**
 * What can be folded: mails of an mbox, their headers, patches, files, hunks, and crash reports.
 */
import type { Snapshot } from "./snapshot.ts";

export interface Fold {
  readonly docLine: number;
  readonly endDocLine: number;
}

export function folds({ parsed }: Snapshot): Fold[] {
  const found: Fold[] = [];
  const add = (docLine: number, endDocLine: number) => {
    if (endDocLine > docLine) found.push({ docLine, endDocLine });
  };
  for (const m of parsed.messages) {
    if (parsed.messages.length > 1) add(m.docLine, m.endDocLine);
    const first = m.headers[0]?.docLine;
    if (first && m.headers.length > 2) add(first, m.bodyDocLine - 2);
  }
  for (const p of parsed.patches)
    for (const [i, f] of p.files.entries()) {
      const lastHunk = f.hunks[f.hunks.length - 1];
      const last = lastHunk?.lines[lastHunk.lines.length - 1]?.docLine ?? f.docLine;
      const next = p.files[i + 1]?.docLine;
      add(f.docLine, next && next > f.docLine ? Math.min(next - 1, Math.max(last, f.docLine)) : last);
      for (const h of f.hunks) add(h.line, h.lines[h.lines.length - 1]?.docLine ?? h.line);
    }
  for (const c of parsed.crashReports) add(c.docLine, c.endDocLine);
  return found;
}
