// Trailers and the other things a commit message says in fixed form: Signed-off-by, Fixes, base-commit, change-id.

import type { Body, Trailer } from "./types.ts";

const KNOWN =
  /^(?:(?:[A-Z][A-Za-z]*-)+(?:[Bb]y|[Tt]o)|Fixes|Link|Closes|Cc|CC|Bug|BugLink|References|Reference|Message-I[dD]|Suggested-by|Reported-by|Change-Id|Cherry-picked-from|Depends-on|Assisted-by|Bugzilla|Patchwork|Co-developed-by)$/;
/** Longer lines are no trailers and continue none. */
const LINE_MAX = 1000;
const TRAILER = /^([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]+(\S.*)$/;

/** Is this key one that kernel people use as a trailer? */
export function isTrailerKey(key: string): boolean {
  return KNOWN.test(key) || /-by$/i.test(key);
}

/** Reads one line as a trailer; prose ("Note: this") is none unless the key is known. */
export function readTrailer(line: string): { key: string; value: string } | null {
  if (line.length > LINE_MAX) return null;
  const match = TRAILER.exec(line);
  if (match && isTrailerKey(match[1]!)) return { key: match[1]!, value: match[2]!.trim() };
  const bug = /^(Fixes|Link|Closes|BugLink|BugLink):[ \t]*(\S.*)$/i.exec(line);
  return bug ? { key: bug[1]!, value: bug[2]!.trim() } : null;
}

/**
 * Trailers of a commit message or of a reply. A commit message's stand in its last paragraphs, but people put them
 * anywhere, and so does b4 take them from anywhere; wrapped values (long addresses) are continued on indented lines.
 */
export function readTrailers(lines: string[], docLines: number[]): Trailer[] {
  const found: Trailer[] = [];
  for (let i = 0; i < lines.length; i++) {
    const trailer = readTrailer(lines[i]!.trimEnd());
    if (!trailer) continue;
    let value = trailer.value;
    if (/-by$/i.test(trailer.key) && value.includes("<") === false) {
      const next = lines[i + 1] ?? "";
      if (next.length <= LINE_MAX && /^\s+<[^<>\s@]+@[^<>\s]+>$/.test(next.trimEnd()))
        value += ` ${next.trim()}`;
    } else if (trailer.key === "Fixes" && /\("[^"]*$/.test(value)) {
      const next = lines[i + 1] ?? "";
      if (next.length <= LINE_MAX && next.trimEnd().endsWith('")')) value += ` ${next.trim()}`;
    }
    found.push({ key: trailer.key, value, docLine: docLines[i]! });
  }
  return found;
}

export interface SeriesFacts {
  baseCommit: string | null;
  changeId: string | null;
  prerequisites: string[];
}

/** Without their first letters, which some write large. */
const FACT_WORDS = ["ase-commit:", "hange-id:", "hange-Id:", "rerequisite-"];

/** `base-commit:`, `change-id:` and `prerequisite-patch-id:` lines, wherever they stand. */
export function readSeriesFacts(body: Body): SeriesFacts {
  const facts: SeriesFacts = { baseCommit: null, changeId: null, prerequisites: [] };
  if (body.whole !== undefined && !FACT_WORDS.some((w) => body.whole!.includes(w))) return facts;
  for (const line of body.text) {
    const c = line.charCodeAt(0) | 32;
    if (c !== 98 && c !== 99 && c !== 112) continue;
    const base = /^base-commit:\s*([0-9a-f]{7,64})\b/i.exec(line);
    if (base) facts.baseCommit ??= base[1]!;
    const change = /^change-id:\s*(\S+)/i.exec(line);
    if (change) facts.changeId ??= change[1]!;
    const need = /^prerequisite-(?:patch-id|message-id|change-id):\s*(\S+)/i.exec(line);
    if (need && facts.prerequisites.length < 1000) facts.prerequisites.push(need[1]!);
  }
  return facts;
}
