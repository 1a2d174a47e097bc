/**
 * Links: message-ids to lore, commit ids to the kernel's git, and file names of the diff into the work tree when there
 * is one. Addresses an archive has mutilated ("user@...t.org") are left alone. Nothing is fetched.
 */

import { existsSync } from "node:fs";
import { join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import type { Snapshot } from "./snapshot.ts";

/** Lines that are looked at; a whole archive has other ways to find a mail. */
const LINES_MAX = 200_000;

export interface Link {
  readonly docLine: number;
  readonly col: number;
  readonly endCol: number;
  readonly target: string;
  readonly tooltip: string;
}

const MESSAGE_ID = /^((?:[>|] ?)*(?:Message-ID|In-Reply-To|References)\s*:)(.*)$/i;
const COMMIT =
  /\b(?:commit|Fixes:|base-commit:|revert(?:s|ed)?|cherry[- ]pick(?:ed)?(?: from commit)?)\s+([0-9a-f]{12,40})\b/gi;

/** How many files of diffs are looked for. */
const FILES_MAX = 2000;

/** `folders` are those of the workspace; the tree of the settings comes before them. */
export function links(
  snapshot: Snapshot,
  folders: readonly string[] = [],
  exists: (path: string) => boolean = existsSync,
): Link[] {
  const found: Link[] = [];
  const { lines } = snapshot.parsed;
  for (let i = 0; i < Math.min(lines.length, LINES_MAX); i++) {
    const text = lines[i]!;
    const docLine = i + 1;
    const header = MESSAGE_ID.exec(text);
    if (header) {
      const base = header[1]!.length;
      for (const m of header[2]!.matchAll(/<([^<>\s@]+@[^<>\s]+)>/g)) {
        if (m[1]!.includes("...")) continue;
        const col = base + m.index + 1;
        found.push({
          docLine,
          col,
          endCol: col + m[1]!.length,
          target: `https://lore.kernel.org/r/${encodeURIComponent(m[1]!).replaceAll("%40", "@")}`,
          tooltip: "Find this mail on lore.kernel.org",
        });
      }
      continue;
    }
    for (const m of text.matchAll(COMMIT)) {
      const col = m.index + m[0].length - m[1]!.length;
      found.push({
        docLine,
        col,
        endCol: col + m[1]!.length,
        target: `https://git.kernel.org/linus/${m[1]}`,
        tooltip: "Show this commit on git.kernel.org",
      });
    }
  }
  const roots = [snapshot.settings.tree, ...folders].filter((root) => root !== "");
  if (roots.length > 0) found.push(...treeLinks(snapshot, roots, exists));
  return found;
}

function treeLinks({ parsed }: Snapshot, roots: string[], exists: (path: string) => boolean): Link[] {
  const found: Link[] = [];
  const places = new Map<string, string | null>();
  const placeOf = (path: string): string | null => {
    const known = places.get(path);
    if (known !== undefined || places.size >= FILES_MAX) return known ?? null;
    const place = roots.map((root) => join(root, path)).find(exists) ?? null;
    places.set(path, place);
    return place;
  };
  for (const patch of parsed.patches)
    for (const file of patch.files) {
      // The tree has what the patch starts from: of a renamed file, the old name.
      const path = normalize(file.oldPath || file.path);
      // A patch is hostile input: a name that leaves the tree is not a link.
      if (file.path === "" || path.startsWith("..") || path.startsWith("/")) continue;
      const place = placeOf(path);
      if (place === null) continue;
      const url = pathToFileURL(place).href;
      for (const hunk of file.hunks) {
        const text = parsed.lines[hunk.line - 1] ?? "";
        const col = text.indexOf("@@");
        if (col < 0) continue;
        const range = /^@@[^@]*@@/.exec(text.slice(col))?.[0] ?? "@@";
        found.push({
          docLine: hunk.line,
          col,
          endCol: col + range.length,
          target: `${url}#L${hunk.oldStart}`,
          tooltip: `Open ${path} in the tree`,
        });
      }
    }
  return found;
}
