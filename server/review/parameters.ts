/**
 * Functions that a patch gives another number of parameters, where the reference kernel has that number already: its callers
 * pass what only the after side takes. By number alone; leaves out types and names.
 */
import { replaceComments } from "../../emulator/c/comments.ts";
import { referenceFunction } from "../../emulator/kernel.ts";
import { commasIn } from "../source/c_text.ts";
import type { PatchSide } from "./side.ts";

/** Names of those that both sides show whole; none with a kernel tree. */
export function passedAsAfter(before: PatchSide, after: PatchSide): ReadonlySet<string> {
  const names = new Set<string>();
  if (before.inTree) return names;
  for (const { name, text } of before.overlay.functions) {
    const changed = after.overlay.functions.find((d) => d.name === name);
    if (changed === undefined) continue;
    const [was, is] = [parametersIn(text, name), parametersIn(changed.text, name)];
    if (was === null || is === null || was === is) continue;
    const own = referenceFunction(before.era, name);
    if (own !== null && parametersIn(own, name) === is) names.add(name);
  }
  return names;
}

/** How many parameters the definition of a function declares; null where the text does not begin with one. */
function parametersIn(text: string, name: string): number | null {
  const head = replaceComments(text, true, () => " ").split("{", 1)[0]!;
  const list = head.split(new RegExp(`\\b${name}\\s*\\(`))[1];
  if (list === undefined) return null;
  return /^\s*(?:void\s*)?\)/.test(list) ? 0 : commasIn(list) + 1;
}
