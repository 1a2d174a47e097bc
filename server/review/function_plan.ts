/**
 * Which functions of a patch are run by themselves, and as what: those that it changes, what a core calls and that leads to
 * them, and the lives that they are part of, by the text of the files alone. Leaves out running them (function_case.ts).
 */
import { type OutlineItem, outline } from "../../emulator/c/outline.ts";
import type { Entry } from "../../emulator/function/explore.ts";
import { commasIn } from "../source/c_text.ts";
import type { FileImages, HunkImage, Torn } from "../source/images.ts";
import { codeText } from "../source/tree_side.ts";
import { readContracts } from "./contracts.ts";
import { endlessIn, livesOf } from "./lives.ts";
import { notJudged } from "./why.ts";

/** What can be run of a patch: made without reading a header. */
export interface FunctionPlan {
  readonly entries: readonly Entry[];
  /** Functions whose text differs, by file. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly string[];
}

/** Members of initialisers through which a core calls a function whose failure ends what it began. */
const BEGIN =
  /\.(probe|probe_new|bind|init|attach|connect|add|open|alloc|setup|start|load|create|add_dev|startup|hw_init|alloc_inst|alloc_func|udc_start)\s*=\s*&?(\w+)/g;
const MAX_ROOTS = 6;
/** Lives beside those of devices, files and modules. */
const MAX_IN_TURN = 4;
const MAX_ENTRIES = 40;

/** What can be run of the files of a patch: by their text alone. `torn`: those in which an earlier patch did not fit. */
export function planFunctions(files: readonly FileImages[], torn: Torn): FunctionPlan {
  const notes: string[] = [];
  const entries: Entry[] = [];
  const changed = new Map<string, readonly string[]>();
  for (const f of files) {
    if (!f.path.endsWith(".c")) continue;
    const names = changedFunctions(f.before!, f.after!);
    changed.set(f.path, names);
    if (torn.has(f.path)) {
      notes.push(
        `${f.path}: hunks of an earlier patch do not fit the tree there, so its functions are not judged`,
      );
      continue;
    }
    const blocked = refusedIn(f);
    if (blocked === "all") {
      notes.push(`${f.path}: hunks do not fit the tree, so its functions are not judged`);
      continue;
    }
    for (const name of blocked) notes.push(notJudged(name));
    entries.push(...entriesOf(f.path, f.before!, f.after!, names, blocked));
  }
  if (entries.length > MAX_ENTRIES)
    notes.push(
      `${entries.length - MAX_ENTRIES} of ${entries.length} function cases are left out: the patch changes too many`,
    );
  return { entries: entries.slice(0, MAX_ENTRIES), changed, notes };
}

/** The hunks of a file that have no place in the tree. */
export const rejectedIn = (f: FileImages): HunkImage[] => f.hunks.filter((h) => h.fate.kind === "rejected");

/**
 * Functions in which a hunk was refused: what stands there is neither side's; "all" where that cannot be told, and where
 * the tree has other hunks of the patch already: taking back some of a patch makes a file that nobody ever had.
 */
export function refusedIn(f: FileImages): ReadonlySet<string> | "all" {
  const out = new Set<string>();
  const rejected = rejectedIn(f);
  if (rejected.length > 0 && f.hunks.some((h) => h.fate.kind === "already")) return "all";
  for (const h of rejected) {
    const name = /\b(\w+)\s*\(/.exec(h.header.split("@@").slice(2).join("@@"))?.[1];
    if (name === undefined) return "all";
    out.add(name);
  }
  return out;
}

/** The functions of a text, by name: their code without comments, all definitions of one together. */
export function functionsOf(text: string): Map<string, string> {
  const lines = text.split("\n");
  const out = new Map<string, string>();
  for (const item of outline(text) as OutlineItem[]) {
    if (item.kind !== "function") continue;
    const body = lines.slice(item.startLine - 1, item.endLine).join("\n");
    out.set(item.name, (out.get(item.name) ?? "") + codeText(body));
  }
  return out;
}

/** Functions that differ, those that only one side has included. */
export function changedFunctions(before: string, after: string): string[] {
  const [b, a] = [functionsOf(before), functionsOf(after)];
  return [...new Set([...b.keys(), ...a.keys()])].filter((n) => b.get(n) !== a.get(n));
}

/** Functions that a core calls and that keep nothing when they fail. */
function rootsOf(text: string, bodies: ReadonlyMap<string, string>): Set<string> {
  const roots = new Set<string>();
  for (const m of text.matchAll(BEGIN)) roots.add(m[2]!);
  for (const m of text.matchAll(/\b(?:module_init|\w*_initcall)\(\s*(\w+)\s*\)/g)) roots.add(m[1]!);
  for (const m of text.matchAll(/_DECLARE(?:_DRIVER)?\([^;()]*,\s*(\w+)\s*\)\s*;/g)) roots.add(m[1]!);
  for (const n of bodies.keys())
    if (/_probe$|_bind$/.test(n) && callersOf(bodies, n).length === 0) roots.add(n);
  return roots;
}

/** Entries for changed functions: themselves, and what a core calls and that leads to them. */
function entriesOf(
  path: string,
  before: string,
  after: string,
  changed: readonly string[],
  blocked: ReadonlySet<string>,
): Entry[] {
  const bodies = functionsOf(after);
  const old = functionsOf(before);
  const both = new Set([...old.keys()].filter((n) => bodies.has(n)));
  for (const [name, body] of old) bodies.set(name, `${bodies.get(name) ?? ""} ${body}`);
  const text = codeText(after);
  const roots = rootsOf(text, bodies);
  const endless = endlessIn(text);
  const endlessBefore = endless.size === 0 ? endless : endlessIn(codeText(before));
  const sends = new Set([...text.matchAll(/\.ndo_start_xmit\s*=\s*&?(\w+)/g)].map((m) => m[1]!));
  const stopped = new Set([...blocked].flatMap((b) => [b, ...ancestors(bodies, b)]));
  const said = placesOf(text, bodies);
  const out: Entry[] = [];
  const known = new Set<string>();
  const add = (name: string, leave: string | null, more: Partial<Entry> = {}): void => {
    if (!both.has(name) || (leave !== null && !both.has(leave))) return;
    if (stopped.has(name) || (leave !== null && stopped.has(leave))) return;
    const key = `${name} ${leave ?? ""}`;
    if (known.has(key)) return;
    known.add(key);
    const uncalled = callersOf(bodies, name).length === 0;
    const callback = leave === null && !roots.has(name) && uncalled;
    // What a helper leaves when it fails its callers of the file may end, which are entries by themselves.
    const root = roots.has(name) || (leave !== null && uncalled);
    const interrupt = leave === null ? interruptOf(text, said.get(name) ?? []) : null;
    const alone = leave === null && endless.has(name) && endlessBefore.has(name) ? { endless: true } : {};
    const sent = leave === null && sends.has(name) ? { sends: true } : {};
    out.push({ name, path, root, callback, leave, interrupt, ...alone, ...sent, ...more });
  };
  const reached = new Set<string>();
  for (const name of changed) {
    if (!bodies.has(name)) continue;
    add(name, null);
    for (const r of [name, ...handersOf(bodies, name)].flatMap((n) => [n, ...ancestors(bodies, n)]))
      if (r !== name) reached.add(r);
  }
  let n = 0;
  for (const name of reached)
    if ((roots.has(name) || callersOf(bodies, name).length === 0) && n++ < MAX_ROOTS) add(name, null);
  // Lives that a changed function is part of: those that end all first, then those of which both ends are nearest.
  let inTurn = 0;
  const own = new Set(changed);
  const withCallers = new Set(changed.flatMap((c) => [c, ...callersOf(bodies, c)]));
  for (const life of livesOf(text, both)) {
    const isPart = (n: string): boolean => (life.last ? own.has(n) || reached.has(n) : withCallers.has(n));
    if (!isPart(life.begin) && !isPart(life.end)) continue;
    // What is handed over to be run at an end comes by itself.
    if (!life.last && handersOf(bodies, life.end).length > 0) continue;
    if (!life.last && ++inTurn > MAX_IN_TURN) break;
    const runs = new Set([...calleesOf(bodies, life.begin), ...calleesOf(bodies, life.end)]);
    const keeps = changed.some((c) => both.has(c) && !runs.has(c));
    add(life.begin, life.end, life.last ? {} : { turn: true, keeps });
  }
  return out;
}

/** Which functions call a name, and which say it otherwise, in the order of the file. */
interface Uses {
  readonly calls: ReadonlyMap<string, readonly string[]>;
  readonly says: ReadonlyMap<string, readonly string[]>;
}

const uses = new WeakMap<ReadonlyMap<string, string>, Uses>();

/** The uses in functions that are not changed any more. */
function usesIn(bodies: ReadonlyMap<string, string>): Uses {
  const known = uses.get(bodies);
  if (known !== undefined) return known;
  const calls = new Map<string, string[]>();
  const says = new Map<string, string[]>();
  for (const [fn, body] of bodies)
    for (const [word, call] of body.matchAll(/\b\w+\b(\s*\()?/g)) {
      const name = call === undefined ? word : word.slice(0, -call.length);
      const [of, list] = call === undefined ? [says, says.get(name)] : [calls, calls.get(name)];
      if (list === undefined) of.set(name, [fn]);
      else if (list.at(-1) !== fn) list.push(fn);
    }
  const made = { calls, says };
  uses.set(bodies, made);
  return made;
}

const callersOf = (bodies: ReadonlyMap<string, string>, name: string): string[] =>
  (usesIn(bodies).calls.get(name) ?? []).filter((n) => n !== name);

/** The statement in which something stands at `at`, as far as there. */
function statementBefore(text: string, at: number): string {
  let from = at;
  while (from > 0 && !";{}".includes(text[from - 1]!)) from--;
  return text.slice(from, at);
}

/** Callees that are given a function which runs when what they are given ends: devm_add_action(), kref_put(), `->release =`. */
let handing: Set<string> | null = null;

/** Functions that hand one over to be run at an end: what it gives back they took. */
function handersOf(bodies: ReadonlyMap<string, string>, name: string): string[] {
  handing ??= new Set([
    "kref_put",
    ...[...readContracts().contracts.functions.values()]
      .filter((c) => c.clauses.some((k) => k.verb === "later" || k.verb === "call" || k.verb === "store"))
      .map((c) => c.name.replace(/^__/, "")),
  ]);
  const word = new RegExp(`\\b${name}\\b(?!\\s*\\()`, "g");
  const hands = (body: string): boolean =>
    [...body.matchAll(word)].some((m) => {
      const statement = statementBefore(body, m.index);
      return (
        [...statement.matchAll(/\b\w+(?=\()/g)].some(([c]) => handing!.has(c)) ||
        /\brelease = &?$/.test(statement)
      );
    });
  const saying = usesIn(bodies).says.get(name) ?? [];
  return saying.filter((n) => n !== name && hands(bodies.get(n)!));
}

/** Callees that are given a function which must not sleep, by the argument that it is, and what it is called as. */
const INTERRUPTS: ReadonlyMap<string, readonly [number, string]> = new Map([
  ["request_irq", [1, "an interrupt handler"]],
  ["devm_request_irq", [2, "an interrupt handler"]],
  ["request_threaded_irq", [1, "an interrupt handler"]],
  ["devm_request_threaded_irq", [2, "an interrupt handler"]],
  ["timer_setup", [1, "a timer's function"]],
  ["tasklet_setup", [1, "a tasklet's function"]],
  ["tasklet_init", [1, "a tasklet's function"]],
  ["usb_fill_bulk_urb", [5, "the completion of a URB"]],
  ["usb_fill_int_urb", [5, "the completion of a URB"]],
  ["usb_fill_control_urb", [6, "the completion of a URB"]],
]);

/** What a function that a text says at these places is called as that may not sleep, or null. */
function interruptOf(text: string, places: readonly number[]): string | null {
  for (const at of places) {
    const statement = statementBefore(text, at);
    for (const call of statement.matchAll(/\b\w+(?=\()/g)) {
      const [arg, as] = INTERRUPTS.get(call[0]) ?? [-1, ""];
      if (arg >= 0 && commasIn(statement.slice(call.index + call[0].length + 1)) === arg) return as;
    }
  }
  return null;
}

/** Where a text says functions without calling them. */
function placesOf(text: string, bodies: ReadonlyMap<string, string>): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const { 0: word, index } of text.matchAll(/\b\w+\b(?!\s*\()/g)) {
    if (!bodies.has(word)) continue;
    const list = out.get(word);
    if (list === undefined) out.set(word, [index]);
    else list.push(index);
  }
  return out;
}

/** A function and those of the file that it calls, and these in turn. */
export function calleesOf(bodies: ReadonlyMap<string, string>, name: string): Set<string> {
  const out = new Set([name]);
  for (const n of out)
    for (const [word] of (bodies.get(n) ?? "").matchAll(/\b\w+(?=\s*\()/g))
      if (bodies.has(word)) out.add(word);
  return out;
}

function ancestors(bodies: ReadonlyMap<string, string>, name: string): string[] {
  const out: string[] = [];
  let level = [name];
  for (let depth = 0; depth < 4 && level.length > 0 && out.length < 30; depth++) {
    level = level.flatMap((n) => callersOf(bodies, n)).filter((n) => !out.includes(n) && n !== name);
    out.push(...new Set(level));
  }
  return out;
}
