/**
 * Latent code: functions that a patch adds and nothing calls before a later patch of its series. By the added lines of the
 * mails alone. Leaves out running them there, and calls that a macro of the tree makes by pasting names.
 */
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { laterOf } from "../source/context.ts";
import { latentUntil } from "./why.ts";

/** Whether a line of code uses the name: stands in a body, an initialiser or a macro, and declares nothing. */
function uses(line: string, name: string): boolean {
  const macro = /^#[ \t]*define\b/.exec(line);
  if ((macro === null && !/^\s/.test(line)) || /^\s*\*(?:\s|\/|$)/.test(line)) return false;
  const code = line.split("/*")[0]!.split("//")[0]!;
  const names: readonly string[] = code.slice(macro?.[0].length ?? 0).match(/\w+/g) ?? [];
  return names.indexOf(name, macro === null ? 0 : 1) >= 0;
}

const linesOf = (patch: Patch, added: boolean): string[] =>
  patch.files
    .filter((f) => /\.[chS]$/.test(f.path || f.oldPath))
    .flatMap((f) =>
      f.hunks.flatMap((h) => h.lines.filter((l) => (l.kind === "+") === added).map((l) => l.text)),
    );

/**
 * Why a function that the patch adds did not run, where the series says it: nothing calls it before a later patch. Null
 * where the patch itself calls it, where it was there before (moved, or its callers stand in the context), and where no
 * later patch calls it. `name` is the function's, a C identifier.
 */
export function latentReason(doc: ParsedDocument, patch: Patch, name: string): string | null {
  if (linesOf(patch, false).some((l) => (l.match(/\w+/g) ?? []).some((w) => w === name))) return null;
  const calls = (p: Patch): boolean => linesOf(p, true).some((l) => uses(l, name));
  if (calls(patch)) return null;
  const live = laterOf(doc, patch).find(calls);
  return live === undefined ? null : latentUntil(live.number, live.total);
}
