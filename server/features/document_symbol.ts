/**
 * The outline: series > patch > file > hunk > function and remark, in document order. A hunk may hold several functions
 * and a function may go over several hunks; each function stands under the hunk that it starts in, so that every row
 * lies inside its parent and breadcrumbs follow the cursor.
 */
import type { Comment, DiffFile, Hunk, Patch } from "../mail/types.ts";
import { type FunctionView, functionViews, patchNumber, type Snapshot } from "./snapshot.ts";

export type OutlineKind = "series" | "patch" | "file" | "hunk" | "function" | "remark" | "message" | "crash";

export interface OutlineNode {
  readonly name: string;
  readonly detail: string;
  readonly kind: OutlineKind;
  readonly docLine: number;
  readonly endDocLine: number;
  readonly children: readonly OutlineNode[];
}

export function outline(snapshot: Snapshot): OutlineNode[] {
  const { parsed } = snapshot;
  const rows: OutlineNode[] = parsed.patches.map((p) => patchNode(snapshot, p));
  const starts = rows.map(({ docLine }) => ({ docLine })).sort((a, b) => a.docLine - b.docLine);
  for (const m of parsed.messages)
    if (
      m.kind === "cover" ||
      (m.kind === "reply" && between(starts, m.docLine, m.endDocLine + 1).length === 0)
    )
      rows.push(leaf("message", m.subject || m.rawSubject || "message", m.author, m.docLine, m.endDocLine));
  for (const c of parsed.crashReports)
    rows.push(leaf("crash", c.title, c.symbol ?? "", c.docLine, c.endDocLine));
  rows.sort((a, b) => a.docLine - b.docLine);
  const series = parsed.series.filter((s) => s.total > 1);
  if (parsed.series.length !== 1 || series.length !== 1 || rows.length < 2) return rows;
  const only = series[0]!;
  const title = only.title || "series";
  return [
    group("series", title, `${only.revision > 1 ? `v${only.revision} · ` : ""}${only.total} patches`, rows),
  ];
}

function patchNode(snapshot: Snapshot, patch: Patch): OutlineNode {
  const detail = [patchNumber(patch, snapshot.parsed), patch.confidence === "repaired" ? "repaired" : ""]
    .filter((s) => s)
    .join(" · ");
  const functions = new Map<string, FunctionView[]>();
  for (const view of functionViews(snapshot, patch)) {
    const ours = functions.get(view.path);
    if (ours) ours.push(view);
    else functions.set(view.path, [view]);
  }
  const remarks = [...patch.comments].sort((a, b) => a.docLine - b.docLine);
  const children: OutlineNode[] = patch.files.map((f) => {
    const paths = [...new Set([f.path, f.oldPath])];
    const ours = paths.flatMap((path) => functions.get(path) ?? []);
    if (paths.length > 1) ours.sort((a, b) => a.docLine - b.docLine);
    return fileNode(f, ours, remarks);
  });
  for (const r of patch.remarks)
    children.push(leaf("remark", firstLine(r.text), r.author, r.docLine, r.endDocLine));
  children.sort((a, b) => a.docLine - b.docLine);
  return node("patch", patch.subject || "(no subject)", detail, patch.docLine, patch.endDocLine, children);
}

/** The items of a list sorted by line that begin at `from` or behind it and before `to`. */
function between<T extends { readonly docLine: number }>(list: readonly T[], from: number, to: number): T[] {
  const first = (line: number): number => {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (list[mid]!.docLine < line) low = mid + 1;
      else high = mid;
    }
    return low;
  };
  return list.slice(first(from), first(to));
}

function fileNode(
  file: DiffFile,
  functions: readonly FunctionView[],
  remarks: readonly Comment[],
): OutlineNode {
  const hunks = file.hunks.map((h, i) => {
    const end = file.hunks[i + 1]?.line ?? Number.POSITIVE_INFINITY;
    return hunkNode(h, between(functions, h.line, end), remarks);
  });
  return node(
    "file",
    file.path || file.oldPath || "(unnamed file)",
    `+${file.added} -${file.removed}`,
    file.docLine,
    file.docLine,
    hunks,
  );
}

function hunkNode(hunk: Hunk, functions: readonly FunctionView[], remarks: readonly Comment[]): OutlineNode {
  const last = hunk.lines[hunk.lines.length - 1]?.docLine ?? hunk.line;
  const children = functions.map((f) =>
    leaf(
      "function",
      f.name,
      f.whole ? "" : "partial",
      f.docLine,
      Math.max(f.docLine, Math.min(f.endDocLine, last)),
    ),
  );
  for (const c of between(remarks, hunk.line + 1, last + 2))
    children.push(leaf("remark", firstLine(c.text), c.author, c.docLine, c.endDocLine));
  children.sort((a, b) => a.docLine - b.docLine);
  const range = /^@@[^@]*@@/.exec(hunk.header)?.[0] ?? hunk.header;
  const inside = /(?<!\w)(\w{1,200})[ \t]?\(/.exec(hunk.section)?.[1] ?? hunk.section;
  return node("hunk", `@@ -${hunk.oldStart} ${inside}`.trim(), range, hunk.line, last, children);
}

function firstLine(text: string): string {
  const line = text.trim().split("\n")[0] ?? "";
  return line.length > 70 ? line.slice(0, 69) + "…" : line || "remark";
}

function leaf(
  kind: OutlineKind,
  name: string,
  detail: string,
  docLine: number,
  endDocLine: number,
): OutlineNode {
  return node(kind, name, detail, docLine, endDocLine, []);
}

function group(kind: OutlineKind, name: string, detail: string, children: OutlineNode[]): OutlineNode {
  return node(kind, name, detail, children[0]?.docLine ?? 1, 0, children);
}

/** A row that reaches over its children. */
function node(
  kind: OutlineKind,
  name: string,
  detail: string,
  docLine: number,
  endDocLine: number,
  children: readonly OutlineNode[],
): OutlineNode {
  let end = Math.max(docLine, endDocLine);
  let start = docLine;
  for (const c of children) {
    end = Math.max(end, c.endDocLine);
    start = Math.min(start, c.docLine);
  }
  return { name, detail, kind, docLine: start, endDocLine: end, children };
}
