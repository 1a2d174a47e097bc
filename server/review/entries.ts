/**
 * By which functions a run can come to what a patch changes: the changed functions themselves; for macros, types,
 * initialisers and functions that no case is known to enter, whatever mentions them, up to functions that cases are known
 * to enter. By the look of the text, and rather too many than too few. Leaves out which cases enter those (reach.ts).
 */
import { outline } from "../../emulator/c/outline.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import { coveringCases } from "../../emulator/scenario/cover.ts";
import { EXPECTS, meetingsName } from "../../emulator/scenario/reach.ts";
import type { SideDefinition } from "../mail/types.ts";
import type { SideOverlay } from "../source/overlay.ts";
import type { TreeSide } from "../source/tree_side.ts";
import type { CaseReach, Way } from "./plan.ts";
import type { ReachTable } from "./reach.ts";

/** A definition of some file: its name, whether it is a function, and what it mentions. */
interface Definition {
  readonly name: string;
  readonly isFunction: boolean;
  readonly mentions: ReadonlySet<string>;
}

/** The definitions of texts that were asked for, by text. */
const known = new Map<string, readonly Definition[]>();
const KNOWN_MAX = 2000;

function definitionsOf(text: string): readonly Definition[] {
  const had = known.get(text);
  if (had !== undefined) return had;
  const lines = text.split("\n");
  const out: Definition[] = [];
  for (const item of outline(text)) {
    const body = lines
      .slice(item.startLine - 1, item.endLine)
      .join("\n")
      .replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, " ");
    const mentions = new Set(body.match(/[A-Za-z_]\w*/g) ?? []);
    const names = item.name === "" ? (item.enumerators ?? []) : [item.name];
    for (const name of names) out.push({ name, isFunction: item.kind === "function", mentions });
  }
  if (known.size > KNOWN_MAX) known.clear();
  known.set(text, out);
  return out;
}

/** Member names of a struct or union, or enumerators of an enum, by the look of its text. */
const wordsOf = (text: string): string[] => [
  ...new Set(
    text
      .replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, " ")
      .match(/\b[A-Za-z_]\w*(?=\s*(?:\[[^\][]*\]\s*)?[;,=:}])/g),
  ),
];

/** What a side changes, by what users of it would mention. */
interface Changed {
  readonly functions: Set<string>;
  readonly others: Set<string>;
  readonly texts: readonly string[];
}

/** `only`: of what is called so. */
function changedIn(side: SideOverlay | TreeSide, only: ReadonlySet<string> | null): Changed {
  const functions = new Set<string>();
  const others = new Set<string>();
  const overlay = "overlay" in side ? side.overlay : side;
  const meant = (name: string): boolean => only?.has(name) !== false;
  for (const d of overlay.functions) if (meant(d.name)) functions.add(d.name);
  for (const d of overlay.others.filter((o) => o.changed && meant(o.name))) {
    others.add(d.name);
    if (d.kind === "struct" || d.kind === "union" || d.kind === "enum")
      for (const word of wordsOf(d.text)) others.add(word);
  }
  if (!("overlay" in side)) return { functions, others, texts: side.units.map((u) => u.text) };
  for (const u of side.units)
    for (const key of u.changed) {
      const [kind, name] = key.split(" ") as [string, string];
      if (!meant(name)) continue;
      (kind === "function" ? functions : others).add(name);
    }
  return { functions, others, texts: side.units.map((u) => u.text) };
}

/**
 * Names of functions by which a run comes to what a side changes (`only`: to what of it is called so). `entered`: whether some
 * case is known to enter a function of that name.
 */
export function entriesOf(
  side: SideOverlay | TreeSide,
  entered: (name: string) => boolean,
  only: ReadonlySet<string> | null = null,
): ReadonlySet<string> {
  const { functions, others, texts } = changedIn(side, only);
  const entries = new Set<string>();
  const wanted = new Set<string>(others);
  for (const name of functions) (entered(name) ? entries : wanted).add(name);
  if (wanted.size === 0) return entries;
  // What has none of the words in its text has no definition that mentions one: a file is read when it has one.
  let unread = [...texts, ...referenceFiles.map((f) => f.text)];
  const mentioned = new Map<string, Definition[]>();
  const done = new Set<Definition>();
  const open = [...wanted];
  const mention = (d: Definition, word: string): void => {
    if (word === d.name || done.has(d)) return;
    done.add(d);
    if (d.isFunction && entered(d.name)) entries.add(d.name);
    else if (!wanted.has(d.name)) {
      wanted.add(d.name);
      open.push(d.name);
    }
  };
  for (let word = open.pop(); word !== undefined; word = open.pop()) {
    const w = word;
    const fresh = unread.filter((text) => text.includes(w));
    if (fresh.length > 0) unread = unread.filter((text) => !fresh.includes(text));
    for (const d of fresh.flatMap(definitionsOf))
      for (const m of d.mentions) {
        const list = mentioned.get(m);
        if (list === undefined) mentioned.set(m, [d]);
        else list.push(d);
      }
    for (const d of mentioned.get(w) ?? []) mention(d, w);
  }
  return entries;
}

/** Functions that stand in the files that a side changes: in its own text of them, and in the reference kernel's. */
function besides(side: SideOverlay | TreeSide): Set<string> {
  const { overlay, units } = "overlay" in side ? side : { overlay: side, units: side.units };
  const paths = new Set([...overlay.functions, ...overlay.partial, ...overlay.others].map((d) => d.path));
  const texts = [...units, ...referenceFiles].filter((f) => paths.has(f.path)).map((f) => f.text);
  return new Set(texts.flatMap(definitionsOf).flatMap((d) => (d.isFunction ? [d.name] : [])));
}

/** Words on the lines of variables that the sides have otherwise: what an initialiser points to, and the members it fills. */
function dataWords(before: SideOverlay | TreeSide, after: SideOverlay | TreeSide): Set<string> {
  const words = new Set<string>();
  const variables = (side: SideOverlay | TreeSide): readonly SideDefinition[] =>
    ("overlay" in side ? side.overlay : side).others.filter((d) => d.kind === "variable");
  for (const [mine, others] of [
    [variables(before), variables(after)],
    [variables(after), variables(before)],
  ] as const)
    for (const d of mine) {
      const other = others.find((o) => o.name === d.name && o.path === d.path);
      const had = new Set(other?.text.split("\n").map((l) => l.trim()));
      for (const line of d.text.split("\n"))
        if (!had.has(line.trim())) for (const w of line.match(/[A-Za-z_]\w*/g) ?? []) words.add(w);
      words.delete(d.name);
    }
  return words;
}

/** Files of scenarios among those of the reference kernel. */
const SCENARIOS = /^scenarios\//;

/** Cases that come to a changed slot of a table are told apart by more than what ran in the function there; this many at most. */
const FEW = 48;

/**
 * The cases that enter what changed slots of tables point to, or what mentions the slots: whoever calls through a table
 * goes on otherwise after it, which the variants of the functions beside the call do not show.
 */
function throughTables(table: ReachTable, words: ReadonlySet<string>): ReadonlySet<string> {
  if (words.size === 0) return new Set();
  const names = new Set([...words].filter((w) => table.knows(w)));
  // A scenario may have the name of a function of the kernel's, which each case enters.
  const files = referenceFiles.filter(
    (f) => !SCENARIOS.test(f.path) && [...words].some((w) => f.text.includes(w)),
  );
  for (const d of files.flatMap((f) => definitionsOf(f.text)))
    if (d.isFunction && table.knows(d.name) && [...words].some((w) => d.mentions.has(w))) names.add(d.name);
  const labels = table.scenarios
    .flatMap(coveringCases)
    .map((c) => c.label)
    .filter((label) => (table.of(label, names)?.variants.length ?? 0) > 0);
  return labels.length <= FEW ? new Set(labels) : new Set();
}

/**
 * Names of the scenarios whose own code, in its file, mentions one of these functions: what they look at is that function, and their
 * parameters are what it may be called with, which say more than what ran in it.
 */
function scenariosAbout(names: ReadonlySet<string>): ReadonlySet<string> {
  const out = new Set<string>();
  for (const f of referenceFiles) {
    if (!SCENARIOS.test(f.path)) continue;
    const definitions = definitionsOf(f.text).filter((d) => d.isFunction);
    // A patch may change thousands of functions; a scenario mentions some dozens.
    const found = new Set(definitions.filter((d) => [...d.mentions].some((m) => names.has(m))));
    for (const d of found)
      for (const by of definitions) if (!found.has(by) && by.mentions.has(d.name)) found.add(by);
    for (const d of found) out.add(d.name.replaceAll("_", "-"));
  }
  return out;
}

/** Ways are numbers, because there are thousands a case: those of the side after the patch stand behind the other's. */
const AFTER = 1 << 24;

/** What the scenarios themselves look at. */
const LOOKS: ReadonlySet<string> = new Set([EXPECTS]);
/** Whoever runs this has tasks besides its own. */
const TASKS: ReadonlySet<string> = new Set(["sc_spawn"]);

/** What is known of a case on both sides: how it enters what the patch changes, what it looks at, and what stands beside that. */
export function caseReach(
  tableBefore: ReachTable,
  before: SideOverlay | TreeSide,
  tableAfter: ReachTable,
  after: SideOverlay | TreeSide,
): (label: string) => CaseReach | null {
  const words = dataWords(before, after);
  const sides = [
    { table: tableBefore, side: before, mark: 0 },
    { table: tableAfter, side: after, mark: AFTER },
  ].map(({ table, side, mark }) => {
    const names = entriesOf(side, (n) => table.knows(n));
    const near = [...besides(side)].filter((n) => !names.has(n));
    const meetings = new Set([...names].map(meetingsName));
    const sets = [names, meetings, new Set(near), TASKS, LOOKS];
    return { table, sets, mark, names, through: throughTables(table, words) };
  });
  const about = scenariosAbout(new Set(sides.flatMap(({ names }) => [...names])));
  const known = new Map<string, CaseReach | null>();
  const reach = (label: string): CaseReach | null => {
    let steps = 0;
    const ways: Way[] = [];
    const others: Way[] = [];
    const looks: Way[] = [];
    const entered = new Set<string>();
    let tasks = false;
    for (const { table, sets, mark, through } of sides) {
      const of = table.ofEach(label, sets);
      if (of === null) return null;
      const [own, meetings, near, tasked, looked] = of.variants;
      steps = Math.max(steps, of.steps);
      for (const v of own!) {
        ways.push(mark + v);
        entered.add(`${mark + table.functionOf(v)}`);
      }
      for (const v of meetings!) ways.push(mark + v);
      if (through.has(label)) ways.push(`${mark}: ${label}`);
      for (const v of near!) others.push(mark + v);
      tasks ||= tasked!.length > 0;
      for (const v of looked!) looks.push(mark + v);
    }
    const isAbout = about.has(label.split(" ", 1)[0]!);
    return { steps, ways, entered: [...entered], about: isAbout, looks, near: others, tasks };
  };
  return (label) => {
    let of = known.get(label);
    if (of === undefined) known.set(label, (of = reach(label)));
    return of;
  };
}

/** Whether a case comes, on some side, to what of a patch is called so. */
export function comesTo(
  sides: readonly { readonly table: ReachTable; readonly side: SideOverlay | TreeSide }[],
  only: ReadonlySet<string>,
): (label: string) => boolean {
  const entries = sides.map(({ table, side }) => ({
    table,
    names: entriesOf(side, (n) => table.knows(n), only),
  }));
  return (label) => entries.some(({ table, names }) => (table.of(label, names)?.variants.length ?? 0) > 0);
}
