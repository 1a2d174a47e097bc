/**
 * What a function of the kernel's interfaces does to the things a caller has to account for, as data: the clauses of
 * emulator/contracts/*.yaml in the form that a run uses. Leaves out reading YAML (server/review/contracts.ts) and
 * applying a clause (effects.ts).
 */

/** A place that a clause is about. */
export interface Place {
  /** "ret", an argument's number, or "global" for what there is one of. */
  readonly at: "ret" | "global" | number;
  /** The value that lies there, not the address: "*arg2". */
  readonly inside: boolean;
  /** Member path, or "". */
  readonly path: string;
}

export type Verb =
  | "get" /** takes one of a kind */
  | "put" /** gives one back */
  | "free" /** gives back, and the memory is gone */
  | "sweep" /** gives back all of a kind, whatever they are of */
  | "take" /** the callee takes what the caller held: one of a kind, or of "any" */
  | "keep" /** the callee remembers what the caller holds: it may be found again through it */
  | "lock"
  | "unlock"
  | "read" /** reads through a pointer */
  | "store" /** stores one argument at a place */
  | "supply" /** stores it there where nothing is yet */
  | "call" /** calls the function that lies at a place, with an argument */
  | "later" /** calls it when the device goes: at the end of a path */
  | "never" /** what was to be called when the device goes is not */
  | "owned" /** the device has one of a kind: who gives it back by other means than the device's gives it back twice */
  | "goes" /** takes one of a kind, which is given back when the device goes */
  | "release" /** memory gets a function that releases what it stands for */
  | "manage" /** that function is called, with a device and the memory, when the device goes */
  | "dismiss" /** the last memory with such a function is not released any more */
  | "finish" /** it is released now */
  | "begin" /** what goes with the device from here on is one group */
  | "undo" /** what the last group has goes now */
  | "end" /** the last group is none any more: what it has stays */
  | "fill" /** what the pointer leads to is written */
  | "error" /** an error number is put where the pointer leads to */
  | "array" /** what the pointer leads to, and what follows it in the object, is written */
  | "out"; /** what the pointer leads to leaves the kernel, but for a time stamp at its end */

export interface Clause {
  readonly verb: Verb;
  readonly kind: string;
  readonly where: Place;
  readonly when: "always" | "ok" | "failed";
  /** It holds only where this argument is NULL: who stores nothing at an index empties it. */
  readonly empty: number | null;
  /** store: where the value comes from; call: the argument. */
  readonly from: Place | null;
}

/** How a call fails: by what it returns. internal: an entry of an xarray that is a number of the array's own (xa_mk_internal()). */
export type Failure = "never" | "null" | "errptr" | "errno" | "false" | "zero" | "nonzero" | "internal";

export interface Contract {
  readonly name: string;
  readonly clauses: readonly Clause[];
  readonly fails: Failure;
  /** The call ends a loop by failing: the first call gives something, a later one nothing. */
  readonly iterator: boolean;
  /** Memory that it returns: what is in it. "set-up": zeros, but for the lists of the thing itself, which are empty. */
  readonly memory: "zero" | "set-up" | "uninitialised" | "unknown" | null;
  /** Argument numbers whose product is the size of the memory. */
  readonly size: readonly number[];
  /** What it returns when it does not fail, where that is no 0 and no object: an argument, a number above (not below) 0, one from 0 up to an argument (most), one from an argument up (least), or a value. */
  readonly gives:
    | number
    | "positive"
    | "nonnegative"
    | { readonly most: number }
    | { readonly least: number }
    | { readonly value: number }
    /** A pointer of which nothing is known: NULL, or what was there before. */
    | "open"
    | null;
  /**
   * It stands in for the function also in a file that the patch changes, where the patch shows nothing of the function: what the
   * function does besides would take more ways than are run.
   */
  readonly stands: boolean;
  /** It fails only where a machine is described wrongly: what rests on that alone is not told. */
  readonly seldom: boolean;
  /** The argument without which it fails, whatever else there is: a node of which a property is asked for. */
  readonly needs: number | null;
  /** It does not wait for a lock: it fails where that is held, by who calls, too. */
  readonly tries: boolean;
  /** It changes a count in what it is given, and its own code shows that where the thing was made on the path. */
  readonly counts: boolean;
  /** The thing was there before, and is registered by somebody: who unregisters it gives back that one's reference, not this. */
  readonly finds: boolean;
  /** Calls after one of which has worked it does not fail any more: they made what it looks up. */
  readonly sure: readonly string[];
  /** Of what one of these calls took last it gives back all: what is named by something else than the thing (device_destroy()). */
  readonly undoes: readonly string[];
  /** The argument that says of how many things: of none nothing is taken or given back. */
  readonly many: number | null;
  readonly source: string;
}

/** A kind of thing: how it is called in sentences. */
export interface Kind {
  readonly name: string;
  readonly what: string;
  /** Counted: may be taken more than once. State: belongs to something that stays, as an enabled clock does. */
  readonly sort: "counted" | "memory" | "state" | "lock";
  /** The record in which a release function lies, and the members to look at. */
  readonly record: string | null;
  readonly release: readonly string[];
  readonly putBy: string;
  /** Something else knows the object by it: the object may not go before. */
  readonly registration: boolean;
  /** A state that is counted: giving it back once more than it was taken undoes what another one took. */
  readonly exact: boolean;
  /** Who receives or sends one takes it over: a callee that is not known may have. */
  readonly travels: boolean;
  /** A state that ends by a call with the same arguments once: the kernel warns of a second one, whoever began it. */
  readonly once: boolean;
  /** The call of the device after which one is given back when the device goes, by the kernel itself; or null. */
  readonly managedAfter: string | null;
  /** A state that ends before the function returns, as a lock is given up: the read side of one. */
  readonly scope: boolean;
  /** What its members lead to and its own release gives back: "node of_node". */
  readonly owns: readonly string[];
  /** Giving back one that was not taken does nothing, as removing a file that is not there. */
  readonly harmless: boolean;
  /** Nobody may sleep while it is held. */
  readonly atomic: boolean;
  /** A state that may last as long as its owner does: told at the end of a life, where the other side ends it. */
  readonly life: boolean;
  /** A state in which a thing may be left for good, as an interrupt line is left disabled: who goes needs not take it back. */
  readonly rests: boolean;
  /** The kind of what lies in it besides and goes with the last one of it: the name of a device. */
  readonly contents: string | null;
  /** It is freed by who runs its release function, which frees what it leads to alone. */
  readonly buried: boolean;
  /** A state of what a handle of that kind stands for: as long as it is left on the handle is in use, whoever has it; or null. */
  readonly of: string | null;
  /** It is such contents: a thing has one, and it is lost where the thing itself was freed without it. */
  readonly inside: boolean;
}

export interface Contracts {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly functions: ReadonlyMap<string, Contract>;
  /** Callees that may sleep: always (null), or where the allocation flags in an argument let them. */
  readonly sleeps: ReadonlyMap<string, number | null>;
  /** Functions whose definition tells how they fail, by the file that has it. */
  readonly returns: ReadonlyMap<string, string>;
  /** Functions of which nothing but their body says what they take and give, by the file that has it. */
  readonly bodies: ReadonlyMap<string, string>;
}

/** What a YAML entry holds. */
export interface ContractEntry {
  readonly does?: readonly string[] | string;
  readonly fails?: string;
  readonly iterator?: boolean;
  readonly memory?: string;
  readonly size?: readonly number[];
  readonly gives?:
    | number
    | string
    | { readonly most: number }
    | { readonly least: number }
    | { readonly value: number };
  readonly stands?: boolean;
  readonly seldom?: boolean;
  readonly needs?: number;
  readonly counts?: boolean;
  readonly finds?: boolean;
  readonly sure?: readonly string[];
  readonly undoes?: readonly string[];
  readonly many?: number;
  readonly source?: string;
  /** Takes over everything of another entry. */
  readonly like?: string;
}

export interface ContractFile {
  readonly kinds?: Readonly<Record<string, Partial<Omit<Kind, "name">>>>;
  readonly functions?: Readonly<Record<string, ContractEntry | null>>;
  /** Header to the names that it declares: the source of contracts that say none (contracts/headers.yaml). */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  /** A file a line, and functions that it defines and whose text tells how they fail (contracts/returns.yaml). */
  readonly returns?: string;
  /** A file a line, and functions that it defines and whose body says what they take and give (contracts/bodies.yaml). */
  readonly bodies?: string;
  /** What raises and lowers a count in a thing, a line each (contracts/references.yaml). */
  readonly references?: string;
  /** What may sleep: always, and by the number of the argument with the flags (contracts/sleeps.yaml). */
  readonly sleeps?: {
    readonly always: readonly (readonly string[])[];
    readonly gfp: Readonly<Record<string, number>>;
  };
}

const VERBS: ReadonlySet<string> = new Set([
  "get",
  "put",
  "free",
  "sweep",
  "take",
  "keep",
  "lock",
  "unlock",
  "read",
  "store",
  "supply",
  "call",
  "later",
  "never",
  "goes",
  "owned",
  "release",
  "manage",
  "dismiss",
  "finish",
  "begin",
  "undo",
  "end",
  "fill",
  "error",
  "array",
  "out",
]);
/** Verbs that are about a place alone, and those that are about two. */
const ALONE: ReadonlySet<string> = new Set([
  "read",
  "fill",
  "error",
  "array",
  "out",
  "keep",
  "dismiss",
  "finish",
  "begin",
  "undo",
  "end",
]);
const PAIRED: ReadonlySet<string> = new Set([
  "store",
  "supply",
  "call",
  "later",
  "never",
  "release",
  "manage",
]);
/** What a callee takes of which it does not know what it is. */
const ANY = "any";
const FAILURES: ReadonlySet<string> = new Set([
  "never",
  "null",
  "errptr",
  "errno",
  "false",
  "zero",
  "nonzero",
  "internal",
]);

/** "arg1.dev", "*arg2.np", "ret", "global"; null when it is none of these. */
export function parsePlace(text: string): Place | null {
  const m = /^(\*?)(ret|global|arg(\d))(?:\.([\w.]+))?$/.exec(text);
  if (m === null) return null;
  const at = m[2] === "ret" || m[2] === "global" ? m[2] : Number(m[3]);
  return { at, inside: m[1] === "*", path: m[4] ?? "" };
}

/**
 * One clause: `get node ret`, `put device arg0.dev`, `store arg2 arg1.dev.release`, `take memory arg0 if ok`,
 * `put id arg0 where arg2 empty`.
 */
export function parseClause(text: string): Clause | null {
  const words = text.trim().split(/\s+/);
  const empty = emptyOf(words);
  const given = whenOf(words);
  const verb = words[0] ?? "";
  if (!VERBS.has(verb)) return null;
  const two = ALONE.has(verb);
  const paired = PAIRED.has(verb);
  if (words.length !== (two ? 2 : 3)) return null;
  const where = parsePlace(words[words.length - 1]!);
  const from = paired ? parsePlace(words[1]!) : null;
  if (where === null || (paired && from === null)) return null;
  return {
    verb: verb as Verb,
    kind: two || paired ? "" : words[1]!,
    where,
    when: given ?? usualWhen(verb as Verb),
    empty,
    from,
  };
}

/** When a clause that says nothing of it holds: what is taken, remembered or returned is so only when the call went well, an error when not. */
export const usualWhen = (verb: Verb): Clause["when"] =>
  verb === "error" ? "failed" : isOfSuccess(verb) ? "ok" : "always";

const isOfSuccess = (verb: Verb): boolean =>
  verb === "get" ||
  verb === "goes" ||
  verb === "owned" ||
  verb === "take" ||
  verb === "keep" ||
  verb === "lock";

/** Takes "where argN empty" off the end of a clause's words. */
function emptyOf(words: string[]): number | null {
  const m = words.at(-3) === "where" && words.at(-1) === "empty" ? /^arg(\d)$/.exec(words.at(-2)!) : null;
  if (m === null) return null;
  words.splice(-3);
  return Number(m[1]);
}

/** Takes the condition off the end of a clause's words. */
function whenOf(words: string[]): Clause["when"] | undefined {
  const last = words.at(-1);
  if (last === "always" && words.length > 1) {
    words.pop();
    return "always";
  }
  if ((last !== "ok" && last !== "failed") || words.at(-2) !== "if" || words.length < 3) return undefined;
  words.splice(-2);
  return last;
}

/** What a line of references.yaml says, for a function that has no contract of its own. */
function addReference(
  line: string,
  kinds: Map<string, Kind>,
  entries: Map<string, ContractEntry>,
  problem: (text: string) => void,
): void {
  const [of = "", how = "", name = "", arg = "", source = ""] = line.split(" ");
  if (source === "" || !/^(?:put|get|gives|null|false|zero)$/.test(how)) problem(`"${line}" is no reference`);
  if (entries.has(name)) return;
  const tag = of.slice(0, of.indexOf("."));
  const kind = kinds.get(of);
  if (kind === undefined)
    kinds.set(
      of,
      kindOf(of, { what: `${tag.replace(/_/g, " ")} reference`, putBy: how === "put" ? `${name}()` : "" }),
    );
  else if (how === "put" && kind.putBy === "") kinds.set(of, { ...kind, putBy: `${name}()` });
  const fails = how === "null" || how === "false" || how === "zero" ? how : "never";
  entries.set(name, {
    does: [`${how === "put" ? "put" : "get"} ${of} arg${arg}`],
    fails,
    ...(how === "gives" || how === "null" ? { gives: Number(arg) } : {}),
    counts: true,
    source,
  });
}

/** A kind with what is usual where its file says nothing. */
const kindOf = (name: string, k: Partial<Omit<Kind, "name">>): Kind => ({
  name,
  what: k.what ?? name,
  sort: k.sort ?? "counted",
  record: k.record ?? null,
  release: k.release ?? [],
  putBy: k.putBy ?? "",
  registration: k.registration ?? false,
  exact: k.exact ?? false,
  once: k.once ?? false,
  managedAfter: k.managedAfter ?? null,
  travels: k.travels ?? false,
  scope: k.scope ?? false,
  owns: k.owns ?? [],
  harmless: k.harmless ?? false,
  atomic: k.atomic ?? false,
  life: k.life ?? false,
  rests: k.rests ?? false,
  contents: k.contents ?? null,
  buried: k.buried ?? false,
  inside: k.inside ?? false,
  of: k.of ?? null,
});

/** Names by the file that stands in front of them on a line, of several such lists. */
function listed(lists: readonly (string | undefined)[]): Map<string, string> {
  const out = new Map<string, string>();
  for (const line of lists.flatMap((list) => list?.trim().split("\n") ?? [])) {
    const [path = "", ...names] = line.trim().split(" ");
    for (const name of names) out.set(name, path);
  }
  return out;
}

/** Puts files together. `problem` is called for each entry that does not fit; such an entry is left out. */
export function buildContracts(files: readonly ContractFile[], problem: (text: string) => void): Contracts {
  const kinds = new Map<string, Kind>();
  const functions = new Map<string, Contract>();
  const entries = new Map<string, ContractEntry>();
  const declared = new Map<string, string>();
  const sleeps = new Map<string, number | null>();
  for (const file of files) {
    for (const name of file.sleeps?.always.flat() ?? []) sleeps.set(name, null);
    for (const [name, arg] of Object.entries(file.sleeps?.gfp ?? {})) sleeps.set(name, arg);
    for (const [name, k] of Object.entries(file.kinds ?? {})) kinds.set(name, kindOf(name, k));
    for (const [name, e] of Object.entries(file.functions ?? {})) {
      if (entries.has(name)) problem(`${name}: two contracts`);
      entries.set(name, e ?? {});
    }
    for (const [path, names] of Object.entries(file.headers ?? {}))
      for (const name of names) declared.set(name, path);
  }
  for (const line of files.flatMap((f) => f.references?.trim().split("\n") ?? []))
    addReference(line.trim(), kinds, entries, problem);
  const full = (name: string, depth: number): ContractEntry => {
    const e = entries.get(name);
    if (e === undefined) {
      problem(`${name}: there is no such entry to be like`);
      return {};
    }
    return e.like === undefined || depth > 4 ? e : { ...full(e.like, depth + 1), ...e };
  };
  for (const name of entries.keys()) {
    const e = full(name, 0);
    const list = e.does === undefined ? [] : typeof e.does === "string" ? e.does.split(",") : e.does;
    const clauses: Clause[] = [];
    for (const text of list) {
      const c = parseClause(text);
      if (c === null) problem(`${name}: "${text}" is no clause`);
      else if (c.kind !== "" && !kinds.has(c.kind) && !(c.verb === "take" && c.kind === ANY))
        problem(`${name}: no kind "${c.kind}"`);
      else clauses.push(c);
    }
    const fails = e.fails ?? "never";
    if (!FAILURES.has(fails)) problem(`${name}: it cannot fail by "${fails}"`);
    functions.set(name, {
      name,
      clauses,
      fails: FAILURES.has(fails) ? (fails as Failure) : "never",
      iterator: e.iterator ?? false,
      memory: e.memory === undefined ? null : (e.memory as Contract["memory"]),
      size: e.size ?? [],
      gives: e.gives === undefined ? null : (e.gives as Contract["gives"]),
      stands: e.stands ?? false,
      seldom: e.seldom ?? false,
      needs: e.needs ?? null,
      tries: /(?:^|_)trylock(?:_|$)/.test(name),
      counts: e.counts ?? false,
      finds: e.finds ?? false,
      sure: e.sure ?? [],
      undoes: e.undoes ?? [],
      many: e.many ?? null,
      source: e.source ?? declared.get(name) ?? "",
    });
  }
  const returns = listed(files.map((f) => f.returns));
  const bodies = listed(files.map((f) => f.bodies));
  return { kinds, functions, sleeps, returns, bodies };
}
