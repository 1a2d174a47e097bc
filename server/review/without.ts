/**
 * What a reviewer asks of a patch that a run can answer: is this call needed? A remark that names calls of the patch and
 * doubts them gives a second patch, from the patch as it was sent to the patch without them, and whatever breaks between
 * the two is the answer. Leaves out questions about anything but calls that are a statement of their own.
 */
import type { Comment, Patch, SideDefinition } from "../mail/types.ts";

/** Calls that a remark doubts. */
export interface Doubt {
  readonly comment: Comment;
  readonly fn: SideDefinition;
  /** The statements, by their document lines, with the names that they call. */
  readonly calls: readonly { readonly docLine: number; readonly name: string }[];
}

/** Remarks of a patch that are looked at, and calls of one. */
const DOUBTS_MAX = 4;
const CALLS_MAX = 6;
/** Characters of a remark that are read. */
const REMARK_MAX = 4000;

const DOUBTS =
  /\b(?:needed|necessary|unnecessary|redundant|superfluous|pointless|go away|(?:be|been) (?:removed|dropped)|(?:can|could|should|just|please) (?:be )?(?:remove|drop|delete|skip)|get rid of|do(?:es)? (?:we|this|these|it) need|why do (?:we|you))\b/i;
const NAMED = /\b([A-Za-z_]\w*(?:_\w*)?)(\*)?(\(\))?/g;
const STATEMENT = /^\s*([A-Za-z_]\w*)\s*\(.*\)\s*;\s*$/;

/** What the remarks on a patch doubt, as far as it is a call that the patch adds in a function that it shows whole. */
export function doubtsOf(patch: Patch): Doubt[] {
  const out: Doubt[] = [];
  for (const comment of patch.comments) {
    if (out.length >= DOUBTS_MAX) break;
    const file = patch.files[comment.file];
    const hunk = file?.hunks[comment.hunk];
    if (hunk === undefined) continue;
    const fn = patch.definitions.find(
      (d) =>
        d.side === "after" &&
        d.kind === "function" &&
        d.visible === "whole" &&
        d.lines.includes(comment.anchorDocLine),
    );
    if (fn === undefined) continue;
    const wanted = doubted(comment.text.slice(0, REMARK_MAX));
    if (wanted.length === 0) continue;
    const added = new Map(hunk.lines.flatMap((l) => (l.kind === "+" ? [[l.docLine, l.text] as const] : [])));
    const calls = fn.lines.flatMap((docLine) => {
      const name = STATEMENT.exec(added.get(docLine) ?? "")?.[1];
      return name !== undefined && wanted.some((w) => w(name)) ? [{ docLine, name }] : [];
    });
    const near = above(calls, fn, comment.anchorDocLine);
    const meant = near.length > 0 ? near : calls;
    if (meant.length > 0 && meant.length <= CALLS_MAX) out.push({ comment, fn, calls: meant });
  }
  return out;
}

/** Tests for the names in the sentences that doubt something; `foo_*` is all that begin so. */
function doubted(text: string): ((name: string) => boolean)[] {
  const out: ((name: string) => boolean)[] = [];
  for (const sentence of text.replace(/\s+/g, " ").split(/(?<=[.?!])\s+(?=[A-Z])/)) {
    if (!DOUBTS.test(sentence)) continue;
    for (const [, word, star, call] of sentence.matchAll(NAMED)) {
      if (star !== undefined && word!.length >= 3) out.push((n) => n.startsWith(word!));
      else if (call !== undefined || word!.includes("_")) out.push((n) => n === word);
    }
  }
  return out;
}

/** Of some calls those that stand directly above the place of a remark, one below the other. */
function above(calls: Doubt["calls"], fn: SideDefinition, anchor: number): Doubt["calls"] {
  const byLine = new Map(calls.map((c) => [c.docLine, c]));
  const out: Doubt["calls"][number][] = [];
  for (let i = fn.lines.indexOf(anchor); i >= 0; i--) {
    const call = byLine.get(fn.lines[i]!);
    if (call === undefined) break;
    out.unshift(call);
  }
  return out;
}

/** A patch whose before side is `patch` as sent and whose after side is that without the statements on some lines. */
export function withoutLines(patch: Patch, lines: ReadonlySet<number>): Patch {
  const after = patch.definitions.filter((d) => d.side === "after");
  const definitions = after.flatMap((d): SideDefinition[] => {
    const was: SideDefinition = { ...d, side: "before" };
    if (!d.lines.some((l) => lines.has(l))) return [was, d];
    const text = d.text.split("\n").map((t, i) => (lines.has(d.lines[i] ?? 0) ? "\t;" : t));
    return [was, { ...d, text: text.join("\n"), changed: true }];
  });
  return { ...patch, definitions, comments: [] };
}

/** "pagevec_release()", "a() and b()" */
export function callsText(names: readonly string[]): string {
  const said = [...new Set(names)].map((n) => `${n}()`);
  return said.length < 2 ? (said[0] ?? "") : `${said.slice(0, -1).join(", ")} and ${said.at(-1)}`;
}
