/**
 * Latent code: functions that a patch adds and nothing calls before a later patch of its series. By the added lines of the
 * mails alone. Leaves out running them there, and calls that a macro of the tree makes by pasting names.
 */
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { laterOf } from "../source/context.ts";
import { latentUntil } from "./why.ts";

/** The names that a line of code uses: it stands in a body, an initialiser or a macro, and declares nothing. */
function usedIn(line: string): readonly string[] {
  const macro = /^#[ \t]*define\b/.exec(line);
  if ((macro === null && !/^\s/.test(line)) || /^\s*\*(?:\s|\/|$)/.test(line)) return [];
  const code = line.split("/*")[0]!.split("//")[0]!;
  const names: readonly string[] = code.slice(macro?.[0].length ?? 0).match(/\w+/g) ?? [];
  return macro === null ? names : names.slice(1);
}

const linesOf = (patch: Patch, added: boolean): string[] =>
  patch.files
    .filter((f) => /\.[chS]$/.test(f.path || f.oldPath))
    .flatMap((f) =>
      f.hunks.flatMap((h) => h.lines.filter((l) => (l.kind === "+") === added).map((l) => l.text)),
    );

/** Of a patch: the words of lines that it does not add, and the names that its added lines use. */
interface Words {
  readonly there: ReadonlySet<string>;
  readonly used: ReadonlySet<string>;
}

const words = new WeakMap<Patch, Words>();

function wordsOf(patch: Patch): Words {
  const known = words.get(patch);
  if (known !== undefined) return known;
  const made = {
    there: new Set(linesOf(patch, false).flatMap((l) => l.match(/\w+/g) ?? [])),
    used: new Set(linesOf(patch, true).flatMap(usedIn)),
  };
  words.set(patch, made);
  return made;
}

/**
 * Why a function that the patch adds did not run, where the series says it: nothing calls it before a later patch. Null
 * where the patch itself calls it, where it was there before (moved, or its callers stand in the context), and where no
 * later patch calls it. `name` is the function's, a C identifier.
 */
export function latentReason(doc: ParsedDocument, patch: Patch, name: string): string | null {
  if (wordsOf(patch).there.has(name)) return null;
  const calls = (p: Patch): boolean => wordsOf(p).used.has(name);
  if (calls(patch)) return null;
  const live = laterOf(doc, patch).find(calls);
  return live === undefined ? null : latentUntil(live.number, live.total);
}
