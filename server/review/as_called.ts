/**
 * Functions whose callers give constants: which ways through them no caller takes. By the text of the calls in their
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
 * its name alone; of another one by those of its file that give a parameter the named constant that the path finds it to be.
 * @param bodies functions of its file by name, as text without comments, each with its head
 */
export function isNeverSoCalled(
  name: string,
  choices: readonly Choice[],
  bodies: ReadonlyMap<string, string>,
  text: string,
): boolean {
  const own = bodies.get(name);
  if (own === undefined) return false;
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
  const fits = (args: readonly string[]): boolean =>
    [...zero].every(([p, none]) => {
      const n = given(args, p);
      return n === null || (n === 0) === none;
    });
  const isNobodys = (giving: readonly string[][]): boolean => giving.length > 0 && !giving.some(fits);
  const tests = choices.filter((c) => c.fn === name);
  const byName = [...namedBy(tests, params, text)].some(([param, constant]) =>
    isNobodys(calls.filter((args) => args[params.indexOf(param)]?.trim() === constant)),
  );
  if (byName || !/^static\b/.test(own)) return byName;
  return [...zero].some(
    ([param, isZero]) => isZero && isNobodys(calls.filter((args) => given(args, param) === 0)),
  );
}

/** Parameters that a path finds equal to a number, by the one name of a constant that its line compares them with. */
function namedBy(choices: readonly Choice[], params: readonly string[], text: string): Map<string, string> {
  const out = new Map<string, string>();
  const lines = text.split("\n");
  for (const c of choices) {
    const [, param = "", op] = /^(\w+) ([!=]=) (?:0x[\da-f]+|-?\d+)$/.exec(c.name) ?? [];
    if (!params.includes(param) || (op === "==") !== (c.answer === "yes")) continue;
    const names = new Set(
      [...(lines[c.loc.line - 1] ?? "").matchAll(new RegExp(`\\b${param} [!=]= ([A-Z]\\w+)`, "g"))].map(
        (m) => m[1]!,
      ),
    );
    if (names.size === 1) out.set(param, [...names][0]!);
  }
  return out;
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
