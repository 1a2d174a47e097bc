/**
 * Enumerators that a header makes by lists of macros: `enum { LIST };` with `#define LIST ENTRY(ONE), ENTRY(TWO)` and `PREFIX_##name`,
 * or by a macro of another header that is given their names.
 * What is given may be more than there are: who looks one up reads the header then. Leaves out names that stand in the enum themselves.
 */
import { blankComments } from "../../emulator/c/comments.ts";

const MOST = 20_000;
const DEFINE = /^[ \t]*#[ \t]*define[ \t]+(\w+)/;
const CONDITION = /^[ \t]*#[ \t]*(?:if|el|end)[^\n]*/gm;
const CALL = /\b([A-Za-z_]\w*)\([ \t]*(\w+)/g;

/** Names of a header that an enum makes by calls of macros, and more by chance. */
export function listedEnumerators(source: string): Set<string> {
  const out = new Set<string>();
  if (!/\benum\b/.test(source)) return out;
  const text = blankComments(source);
  const lists = new Map<string, string>();
  const before = new Set([""]);
  const behind = new Set([""]);
  for (const [name, body] of definesIn(text)) {
    lists.set(name, `${lists.get(name) ?? ""}${body}`);
    for (const [, prefix] of body.matchAll(/\b(\w+) {0,2}##/g)) before.add(prefix!);
    for (const [, suffix] of body.matchAll(/## {0,2}(\w+)/g)) behind.add(suffix!);
  }
  const given = new Set<string>();
  for (const all of enumsIn(text)) {
    const items = withoutValues(all.replace(CONDITION, ""));
    const words = new Set([...items.matchAll(/\b[A-Za-z_]\w*/g)].map(([w]) => w));
    const made = [...words].flatMap((w) => lists.get(w) ?? []);
    const calls = [items, ...made].flatMap((part) => [...part.matchAll(CALL)].map(([, , arg]) => arg!));
    if (calls.length === 0) continue;
    // A macro that is called there is no name of the header's, nor is one that stands for a list.
    for (const [w] of items.matchAll(/\b[A-Za-z_]\w*\b(?![ \t]*\()/g)) if (!lists.has(w)) out.add(w);
    for (const arg of calls) given.add(arg);
  }
  for (const arg of given)
    for (const p of before) for (const s of behind) if (out.size < MOST) out.add(`${p}${arg}${s}`);
  return out;
}

/** The items of an enum without what they are set to: `ONE = BIT(0), TWO` is "ONE , TWO". */
function withoutValues(items: string): string {
  let out = "";
  let depth = 0;
  let isValue = false;
  for (const c of items) {
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === "=" && depth === 0) isValue = true;
    else if (c === "," && depth <= 0) isValue = false;
    if (!isValue) out += c;
  }
  return out;
}

/** Names of macros and what follows each, on the lines that continue it, too. */
function* definesIn(text: string): Generator<[string, string]> {
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const m = DEFINE.exec(lines[i]!);
    if (m === null) continue;
    let body = lines[i]!.slice(m[0].length);
    while (body.endsWith("\\") && i + 1 < lines.length) body = `${body.slice(0, -1)}\n${lines[++i]}`;
    yield [m[1]!, body];
  }
}

/** What stands between the braces of each enum. */
function* enumsIn(text: string): Generator<string> {
  const words = /\benum\b/g;
  const stops = /[;{}()#]/g;
  let stop = -1;
  for (let m = words.exec(text); m !== null; m = words.exec(text)) {
    if (stop < m.index) {
      stops.lastIndex = m.index;
      stop = stops.exec(text)?.index ?? text.length;
    }
    if (text[stop] !== "{") continue;
    const end = text.indexOf("}", stop);
    if (end < 0) return;
    yield text.slice(stop + 1, end);
    words.lastIndex = end;
  }
}
