// parse-diff over what the scanner cut out. The scanner owns positions and repairs; parse-diff is given a canonical
// diff of the same lines and must see the same files, hunks, signs and line numbers. A difference is a defect of ours
// and is reported as a note instead of being trusted either way.

import parseDiff from "parse-diff";
import type { DiffFile, Hunk } from "../mail/types.ts";

/** Renders files as a plain unified diff with true counts. Hunks with gaps are left out: they have no true counts. */
export function canonicalDiff(files: DiffFile[]): string {
  const out: string[] = [];
  for (const file of files) {
    if (!file.hunks.some(isRenderable)) continue;
    const oldName = file.status === "added" ? "/dev/null" : `a/${file.oldPath}`;
    const newName = file.status === "deleted" ? "/dev/null" : `b/${file.path}`;
    out.push(`--- ${oldName}`, `+++ ${newName}`);
    for (const hunk of file.hunks) if (isRenderable(hunk)) renderHunk(hunk, out);
  }
  return out.length ? `${out.join("\n")}\n` : "";
}

function isRenderable(hunk: Hunk): boolean {
  return (
    hunk.complete &&
    hunk.lines.length > 0 &&
    Number.isSafeInteger(hunk.oldStart) &&
    Number.isSafeInteger(hunk.newStart)
  );
}

function renderHunk(hunk: Hunk, out: string[]): void {
  out.push(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`);
  for (const line of hunk.lines) {
    if (line.kind === "\\") out.push("\\ No newline at end of file");
    else out.push(line.kind + line.text);
  }
}

/** Compares with parse-diff; returns what disagrees, in words. Empty when all is well. */
export function crossCheck(files: DiffFile[]): string[] {
  const text = canonicalDiff(files);
  if (!text) return [];
  let parsed: parseDiff.File[];
  try {
    parsed = parseDiff(text);
  } catch (error) {
    // It does so on a hunk that begins with "\\ No newline".
    return [`parse-diff gives up: ${(error as Error).message}`];
  }
  const ours = files.filter((f) => f.hunks.some(isRenderable));
  if (parsed.length !== ours.length)
    return [`parse-diff sees ${parsed.length} files where ${ours.length} were read`];
  const differences: string[] = [];
  for (let f = 0; f < ours.length && differences.length < 5; f++) {
    const hunks = ours[f]!.hunks.filter(isRenderable);
    const chunks = parsed[f]!.chunks;
    if (chunks.length !== hunks.length) {
      differences.push(
        `parse-diff sees ${chunks.length} hunks in ${ours[f]!.path} where ${hunks.length} were read`,
      );
      continue;
    }
    for (let h = 0; h < hunks.length; h++)
      if (!sameHunk(hunks[h]!, chunks[h]!))
        differences.push(`parse-diff numbers the hunk at line ${hunks[h]!.line} otherwise`);
  }
  return differences;
}

function sameHunk(hunk: Hunk, chunk: parseDiff.Chunk): boolean {
  const changes = chunk.changes;
  let k = 0;
  for (const line of hunk.lines) {
    if (line.kind === "\\") {
      if (changes[k]?.content.startsWith("\\")) k++;
      continue;
    }
    const change = changes[k++];
    if (!change) return false;
    if (line.kind === " ") {
      if (change.type !== "normal" || change.ln1 !== line.oldLine || change.ln2 !== line.newLine)
        return false;
    } else if (line.kind === "+") {
      if (change.type !== "add" || change.ln !== line.newLine) return false;
    } else if (change.type !== "del" || change.ln !== line.oldLine) return false;
  }
  return true;
}
