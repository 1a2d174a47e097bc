// A kernel tree in memory, and patches from plain diffs: small fixtures for server/source.
import type { Patch } from "../../server/mail/types.ts";
import { parseDocument } from "../../server/parse.ts";
import type { KernelTree } from "../../server/source/images.ts";

interface GitPart {
  readonly blobs?: Record<string, string>;
  /** "commit:path" to text. */
  readonly commits?: Record<string, string>;
}

/** A tree of the given files; `git` adds objects. */
export function memoryTree(files: Record<string, string>, git: GitPart = {}): KernelTree {
  return {
    root: "/memory",
    describe: "memory (work tree)",
    read: (path) => files[path] ?? null,
    blob: (id) => git.blobs?.[id] ?? null,
    atCommit: (commit, path) => git.commits?.[`${commit}:${path}`] ?? null,
    origin: () => "work tree",
    list: (folder) =>
      Object.keys(files)
        .filter((f) => f.startsWith(`${folder}/`) && !f.slice(folder.length + 1).includes("/"))
        .sort(),
    stamp: (path) => `${files[path]?.length ?? ""}`,
  };
}

/** A mail with one patch. */
export function mail(diff: string, subject = "[PATCH] dax: try it", body = ""): string {
  return [
    "From: A Tester <tester@example.org>",
    "Date: Mon, 6 Jan 2025 10:00:00 +0000",
    `Message-ID: <${subject.replace(/\W+/g, ".")}@example.org>`,
    `Subject: ${subject}`,
    "",
    "Why.",
    body,
    "Signed-off-by: A Tester <tester@example.org>",
    "---",
    diff,
    "-- ",
    "2.40.0",
    "",
  ].join("\n");
}

/** The one patch of a diff. */
export function patchOf(diff: string, subject?: string, body?: string): Patch {
  const doc = parseDocument(Buffer.from(mail(diff, subject, body)), "test.eml");
  if (doc.patches.length !== 1) throw new Error(`${doc.patches.length} patches in the fixture`);
  return doc.patches[0]!;
}
