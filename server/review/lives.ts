/**
 * Which functions of a file belong together, so that what the first takes the second gives back: members of one
 * initialiser (probe and remove, hw_params and hw_free), a module's init and exit, and names of one stem (foo_alloc and
 * foo_free). Read off the text; leaves out running them (emulator/function/explore.ts).
 */
import { listed } from "../listed.ts";

export interface Life {
  readonly begin: string;
  readonly end: string;
  /** After it nobody is left who could give anything back. */
  readonly last: boolean;
}

/** Members after whose end the device, file or module is gone. */
const LAST: readonly (readonly [string, string])[] = [
  ["probe", "remove"],
  ["probe", "remove_new"],
  ["probe", "disconnect"],
  ["bind", "unbind"],
  ["open", "release"],
  ["attach", "detach"],
];

/** Members that come in turn, as often as one likes. */
const IN_TURN: readonly (readonly [string, string])[] = [
  ["startup", "shutdown"],
  ["activate", "shutdown"],
  ["start", "stop"],
  ["start_streaming", "stop_streaming"],
  ["prepare", "unprepare"],
  ["enable", "disable"],
  ["set_alt", "disable"],
  ["hw_params", "hw_free"],
  ["ndo_open", "ndo_stop"],
  ["ndo_init", "ndo_uninit"],
  ["device_alloc_chan_resources", "device_free_chan_resources"],
  ["add", "remove"],
  ["init", "exit"],
  ["init", "deinit"],
  ["init", "uninit"],
  ["init", "fini"],
  ["init", "cleanup"],
  ["init", "destroy"],
  ["init", "remove"],
  ["request", "free"],
  ["suspend", "resume"],
  ["runtime_suspend", "runtime_resume"],
  ["power_on", "power_off"],
  ["open", "close"],
  ["create", "destroy"],
  ["ctor", "dtor"],
  ["load", "unload"],
  ["map", "unmap"],
  ["preenable", "postdisable"],
  ["postenable", "predisable"],
  ["pre_enable", "post_disable"],
  ["irq_request_resources", "irq_release_resources"],
  ["udc_start", "udc_stop"],
];

/** Words in names of one stem. */
const WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["alloc", ["free", "release", "dealloc"]],
  ["create", ["destroy", "free", "release", "remove"]],
  ["init", ["exit", "fini", "deinit", "uninit", "cleanup", "destroy", "release", "free", "remove"]],
  ["setup", ["teardown", "cleanup", "destroy", "free", "release", "shutdown"]],
  ["open", ["close", "release"]],
  ["start", ["stop"]],
  ["enable", ["disable"]],
  ["register", ["unregister"]],
  ["attach", ["detach"]],
  ["add", ["remove", "del", "delete"]],
  ["acquire", ["release"]],
  ["request", ["release", "free"]],
  ["map", ["unmap"]],
  ["prepare", ["unprepare", "cleanup"]],
  ["connect", ["disconnect"]],
  ["on", ["off"]],
  ["load", ["unload"]],
  ["probe", ["remove"]],
  ["reg", ["unreg", "dereg"]],
  ["activate", ["deactivate"]],
  ["claim", ["release"]],
  ["grab", ["release"]],
  ["begin", ["end"]],
  ["up", ["down"]],
  ["link", ["unlink"]],
  ["bind", ["unbind"]],
  ["install", ["uninstall"]],
  ["mount", ["unmount", "umount"]],
  ["get", ["put"]],
]);

const INITIALISERS = /=\s*\{((?:[^{}]|\{[^{}]*\})*)\}\s*;/g;

/**
 * The lives of a file whose functions are `names`, in the order of the tables.
 * @param text the file without comments and strings
 */
export function livesOf(text: string, names: ReadonlySet<string>): Life[] {
  const out: Life[] = [];
  const paired = new Set<string>();
  const add = (begin: string | undefined, end: string | undefined, last: boolean): void => {
    if (begin === undefined || end === undefined || begin === end) return;
    if (!names.has(begin) || !names.has(end)) return;
    // What a macro or an initialiser says comes first does: no stem turns it round.
    const pair = [begin, end].sort().join(" ");
    if (paired.has(pair)) return;
    paired.add(pair);
    out.push({ begin, end, last });
  };
  const bodies = [
    ...[...text.matchAll(INITIALISERS)].map((m) => membersIn(m[1]!)),
    ...assignedIn(text, names),
  ];
  for (const [pairs, last] of [
    [LAST, true],
    [IN_TURN, false],
  ] as const)
    for (const members of bodies) for (const [b, e] of pairs) add(members.get(b), members.get(e), last);
  const module = (word: string): string | undefined =>
    new RegExp(`\\bmodule_${word}\\(\\s*(\\w+)\\s*\\)`).exec(text)?.[1];
  add(module("init"), module("exit"), true);
  for (const m of text.matchAll(/\b(\w+)\(([^(){};]*)\)/g)) {
    if (!m[1]!.includes("PM_OPS")) continue;
    const [suspend, resume] = m[2]!
      .split(",")
      .map((a) => a.trim())
      .filter((a) => names.has(a));
    add(suspend, resume, false);
  }
  // The words of a name may come in another order: ring_alloc() and free_ring().
  const wordsOf = (parts: readonly string[]): string => [...parts].sort().join(" ");
  const byWords = listed(names, (name) => wordsOf(name.split("_")));
  // What begins a module is ended by what ends it, and by no operation of a like name.
  const starts = new Set(
    [...text.matchAll(/\b(?:module_init|[a-z]+_initcall)\(\s*(\w+)\s*\)/g)].map((m) => m[1]!),
  );
  for (const name of names) {
    if (starts.has(name)) continue;
    const parts = name.split("_");
    parts.forEach((part, i) => {
      for (const end of WORDS.get(part) ?? []) {
        const other = parts.with(i, end);
        const same = byWords.get(wordsOf(other)) ?? [];
        add(name, names.has(other.join("_")) ? other.join("_") : same[0], false);
      }
    });
  }
  return out;
}

/**
 * Functions that a core calls first (probe) by an initialiser that names none to be called last: what they leave when all goes
 * well nobody gives back.
 * @param text the file without comments and strings
 */
export function endlessIn(text: string): Set<string> {
  const out = new Set<string>();
  for (const [, body] of text.matchAll(INITIALISERS)) {
    const members = membersIn(body!);
    const probe = members.get("probe");
    const ends = LAST.some(([begin, end]) => begin === "probe" && members.has(end));
    if (probe !== undefined && !ends && /\.driver\s*=/.test(body!)) out.add(probe);
  }
  return out;
}

/** Members of an initialiser that are set to a name. */
function membersIn(body: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const m of body.matchAll(
    /\.(\w+)\s*=\s*(?:__exit_p\(|__devexit_p\(|pm_ptr\(|pm_sleep_ptr\()?&?(\w+)/g,
  ))
    if (!out.has(m[1]!)) out.set(m[1]!, m[2]!);
  return out;
}

const ASSIGNED = /^([\w.>-]+)\s*=\s*&?(\w+)$/;

/** Members of one thing that a function sets to functions of the file (`ops->start = begin; ops->stop = end;`). */
function assignedIn(text: string, names: ReadonlySet<string>): Map<string, string>[] {
  const out: Map<string, string>[] = [];
  for (const body of text.split("\n}")) {
    const of = new Map<string, Map<string, string>>();
    for (const statement of body.split(/[;{}]/)) {
      const [, place, name] = ASSIGNED.exec(statement.trim()) ?? [];
      if (place === undefined || name === undefined || !names.has(name)) continue;
      const at = Math.max(place.lastIndexOf("."), place.lastIndexOf(">")) + 1;
      if (at === 0) continue;
      const [owner, member] = [place.slice(0, at), place.slice(at)];
      const members = of.get(owner) ?? new Map<string, string>();
      if (!members.has(member)) members.set(member, name);
      of.set(owner, members);
    }
    out.push(...[...of.values()].filter((m) => m.size > 1));
  }
  return out;
}
