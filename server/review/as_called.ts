/**
 * Static functions whose callers give constants: which ways through them no caller takes. By the text of the calls in their
 * file alone. Leaves out callers that hand on a variable, of which nothing is known.
 */
import type { Choice } from "../../emulator/function/finding.ts";
import { partsOf } from "../source/c_text.ts";
import { codeText } from "../source/tree_side.ts";
import { spokenChoice } from "./spoken.ts";

/** The number that an argument is, where it is written as one; null: it is something else. */
function constantOf(arg: string): number | null {
  if (arg === "NULL" || arg === "false") return 0;
  if (arg === "true") return 1;
  return /^\d{1,9}$/.test(arg) ? Number(arg) : null;
}

/**
 * Whether a path comes with arguments that no caller gives: a parameter is NULL on it (or 0), callers write that as a constant,
 * and all of them give another parameter a constant that the path does not have. Only of a static function that is called by
 * its name alone.
 * @param bodies functions of its file by name, as text without comments, each with its head
 */
export function isNeverSoCalled(
  name: string,
  choices: readonly Choice[],
  bodies: ReadonlyMap<string, string>,
  text: string,
): boolean {
  const own = bodies.get(name);
  if (own === undefined || !/^static\b/.test(own)) return false;
  const params = partsOf(own.slice(own.indexOf(`${name}(`) + name.length + 1)).map(
    (p) => p.split("[")[0]!.match(/\w+/g)?.at(-1) ?? "",
  );
  const call = new RegExp(`\\b${name} ?\\(`, "g");
  const calls: string[][] = [];
  for (const [fn, body] of bodies)
    if (fn !== name)
      for (const m of body.matchAll(call)) calls.push(partsOf(body.slice(m.index + m[0].length)));
  const mentions = codeText(text).split(new RegExp(`\\b${name}\\b`)).length - 1;
  // Its definition is one; a declaration is not one of another kind.
  if (calls.length === 0 || mentions !== calls.length + 1) return false;
  const zero = new Map<string, boolean>();
  for (const c of choices) {
    const said = /^(\w+) is (not )?0$/.exec(spokenChoice(c.name, c.answer === "yes"));
    if (said !== null && params.includes(said[1]!)) zero.set(said[1]!, said[2] === undefined);
  }
  const given = (args: readonly string[], param: string): number | null =>
    constantOf(args[params.indexOf(param)] ?? "");
  return [...zero].some(([param, isZero]) => {
    const giving = isZero ? calls.filter((args) => given(args, param) === 0) : [];
    const fits = (args: readonly string[]): boolean =>
      [...zero].every(([p, none]) => {
        const n = given(args, p);
        return n === null || (n === 0) === none;
      });
    return giving.length > 0 && !giving.some(fits);
  });
}

/**
 * Whether an end of a life goes by a member that nothing of this life has set, although its file sets it where all goes well: who
 * did not set it does not find it set.
 */
export function isFlagUnset(
  end: string,
  choices: readonly Choice[],
  bodies: ReadonlyMap<string, string>,
): boolean {
  return choices.some((c) => {
    if (c.fn !== end) return false;
    const member = /(?:->|\.)(\w+) is not 0$/.exec(spokenChoice(c.name, c.answer === "yes"))?.[1];
    if (member === undefined) return false;
    const sets = new RegExp(`(?:->|\\.)${member} = (?:1|true)\\b`);
    return [...bodies.values()].some((body) => sets.test(body));
  });
}
