// GNU patch (Debian package `patch`) as the judge of how hunks are placed: what it makes of a text, and what it says of
// each hunk. Tests that need it are skipped, with the reason, where it is absent.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiffFile } from "../../server/mail/types.ts";

/** `false`, or why tests with GNU patch are skipped. */
export const patchSkip: false | string =
  spawnSync("patch", ["--version"], { encoding: "utf8" }).stdout?.startsWith("GNU patch") === true
    ? false
    : "GNU patch is not here (Debian package patch)";

export interface PatchSays {
  /** Text of the file afterwards, with the hunks that it took. */
  readonly text: string;
  /** For each hunk "exact", "offset N", "fuzz N offset M" or "failed". */
  readonly hunks: readonly string[];
}

/** The diff of one file as text, its hunks as the mail counts them. */
export function renderFile(file: DiffFile): string {
  const out = ["--- a/file.c", "+++ b/file.c"];
  for (const hunk of file.hunks) {
    out.push(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`);
    for (const l of hunk.lines) out.push(l.kind === "\\" ? "\\ No newline at end of file" : l.kind + l.text);
  }
  return `${out.join("\n")}\n`;
}

/** Runs `patch -F3` on a text. */
export function gnuPatch(text: string, file: DiffFile, reverse = false): PatchSays {
  const dir = mkdtempSync(join(tmpdir(), "folioscope-patch-"));
  try {
    const target = join(dir, "file.c");
    writeFileSync(target, text);
    writeFileSync(join(dir, "diff"), renderFile(file));
    const args = ["-F3", "--force", "--verbose", "--no-backup-if-mismatch", "-r", join(dir, "rejects")];
    if (reverse) args.push("-R");
    const run = spawnSync("patch", [...args, "-i", join(dir, "diff"), target], {
      encoding: "utf8",
      cwd: dir,
    });
    return { text: readFileSync(target, "utf8"), hunks: fates(run.stdout) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function fates(output: string): string[] {
  const out: string[] = [];
  for (const m of output.matchAll(
    /^Hunk #(\d+) (?:succeeded at \d+(?: with fuzz (\d+))?(?: \(offset (-?\d+) lines?\))?|(FAILED|skipped))/gm,
  )) {
    const [, number, fuzz, offset, failed] = m;
    out[Number(number) - 1] = failed
      ? "failed"
      : fuzz !== undefined
        ? `fuzz ${fuzz} offset ${offset ?? 0}`
        : offset !== undefined
          ? `offset ${offset}`
          : "exact";
  }
  return out;
}
