// A kernel tree on disk made of the reference kernel's own files, and mails of patches to them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { createTwoFilesPatch } from "diff";
import { referenceFiles } from "../../emulator/reference/index.ts";

/** Writes the tree; it goes when the test file ends. Gives its folder. */
export function ownTree(): string {
  const root = mkdtempSync(join(tmpdir(), "folioscope-tree-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "include", "linux"), { recursive: true });
  for (const f of referenceFiles)
    if (/^(fs|mm|drivers)\//.test(f.path)) {
      mkdirSync(dirname(join(root, f.path)), { recursive: true });
      writeFileSync(join(root, f.path), f.text);
    }
  return root;
}

/** Text of a file of the reference kernel. */
export function referenceText(path: string): string {
  const file = referenceFiles.find((f) => f.path === path);
  if (file === undefined) throw new Error(`the reference kernel has no ${path}`);
  return file.text;
}

/** A file's text with one place exchanged, which must be there. */
export function exchanged(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`not there: ${from}`);
  return text.replace(from, () => to);
}

/** A file and what a patch makes of it. */
export interface FileChange {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** Patch `n` of `total` as a message of an mbox. */
export function patchMail(n: number, total: number, ...changes: readonly FileChange[]): string {
  const diffs = changes.map(
    ({ path, from, to }) =>
      `diff --git a/${path} b/${path}\n${createTwoFilesPatch(`a/${path}`, `b/${path}`, from, to, "", "", {
        context: 3,
      })
        .split("\n")
        .slice(1)
        .map((l) => l.replace(/^(---|\+\+\+) (\S+).*$/, "$1 $2"))
        .join("\n")}`,
  );
  return [
    "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001",
    "From: A Tester <a@example.org>",
    `Date: Mon, 1 Jan 2024 10:0${n}:00 +0000`,
    `Subject: [PATCH ${n}/${total}] dax: change number ${n}`,
    `Message-ID: <tree-${n}@example.org>`,
    "",
    "Text.",
    "---",
    ...diffs,
    "-- ",
    "2.43.0",
    "",
    "",
  ].join("\n");
}
