/** A mail with one hunk of given lines in a file, fs/dax.c if nothing else is said, its counts made from them. Leaves out patches made of two texts (own_tree.ts). */

export interface HunkMail {
  readonly subject: string;
  readonly id: string;
  /** "Wed, 02 Apr 2025": the day says which era the mail is of. */
  readonly day: string;
  readonly path?: string;
  /** Line of the file at which it begins, on both sides. */
  readonly at: number;
  /** What the `@@` line names. */
  readonly section: string;
  /** Lines of the hunk, each with its sign. */
  readonly lines: readonly string[];
  /** Further files of the diff. */
  readonly more?: string;
}

export function hunkMail({
  subject,
  id,
  day,
  path = "fs/dax.c",
  at,
  section,
  lines,
  more = "",
}: HunkMail): string {
  const without = (sign: string): number => lines.filter((l) => !l.startsWith(sign)).length;
  return `From: A Tester <tester@example.org>
Subject: [PATCH] ${subject}
Message-ID: <${id}@example.org>
Date: ${day} 09:00:00 +0000

---
diff --git a/${path} b/${path}
--- a/${path}
+++ b/${path}
@@ -${at},${without("+")} +${at},${without("-")} @@ ${section}
${lines.join("\n")}
${more}`;
}
