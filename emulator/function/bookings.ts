/**
 * What calls do to the books of a path: things taken, given back, passed on and ended, locks taken and given up, with the faults
 * that this shows. Leaves out which call does which (calls.ts), and what is held when the path ends (audit.ts).
 */
import { type CType, isInteger } from "../c/ctype.ts";
import type { Holding, Spot } from "./books.ts";
import { stripped } from "./constraints.ts";
import type { Clause, Kind } from "./contract.ts";
import { givenByMode, lend, lockText } from "./held.ts";
import { type GivenBack, makerOf, plainName } from "./ledger.ts";
import { freshAt, memoryName, type Obj, offsetOf } from "./memory.ts";
import { type CallSite, PathEnd, type Run } from "./run.ts";
import { isErrAddress, type Unknown, unknown, type Value, valueText } from "./value.ts";

/** Callees whose name says that they end a state: of what nothing is known of they alone may have given one back. */
export const ENDS_STATE =
  /put|free|release|disable|unregister|remove|destroy|stop|exit|fini|teardown|clean|suspend|off|shutdown|close|detach|del|deinit|uninit|unprepare|drop|abort|cancel|unmap|unbind|idle|reset|fail|error/;

/** Those that give back what they are given though a device owns it: they do not look for the device's books, as others do. */
const GIVES_PLAIN =
  /^(?:k|v|kv)free(?:_sensitive)?$|^(?:clk|regulator|reset_control|gpiod|phy)_put$|^(?:regulator|hwmon_device|backlight_device|nvmem|power_supply|clk)_unregister$|^(?:iio_device|mmc|rproc)_free(?:_host)?$|^phy_destroy$/;

/** What frees memory that begins where its argument points, and no other. */
const FREES = /^kv?free(?:_sensitive)?$/;

/**
 * Whether an address is no beginning of memory that a call gave: within a thing, or a variable, as the entry that a walk along
 * a list would come to behind the last one. What lies before somebody else's thing may be the beginning of what that is in.
 */
function isNoMemory({ obj, off }: { readonly obj: Obj; readonly off: number }): boolean {
  const isVariable = obj.kind === "global" || obj.kind === "local";
  const isHead = obj.type?.kind === "record" && obj.type.info.tag === "list_head";
  return off > 0 || (off < 0 && (isVariable || obj.asked !== null)) || (isVariable && isHead);
}

/** What managed calls began or gave besides memory and handles, by the kind that a driver would end or give back itself. */
const ENDS_MANAGED: Readonly<Record<string, RegExp>> = {
  "clk-enabled": /^devm_clk_get(?:_optional)?_enabled$/,
  "clk-prepared": /^devm_clk_get(?:_optional)?_prepared$/,
};

/** The books of a path as calls change them. */
export class Bookings {
  private readonly w: Run;
  private readonly callback: (fn: Value, args: readonly Value[]) => boolean;
  /** The entry's file, for what is carried out when the device goes: no function is under way then. */
  path: string | null = null;

  /** @param callback calls a function by its address; whether there was one to call */
  constructor(w: Run, callback: (fn: Value, args: readonly Value[]) => boolean) {
    this.w = w;
    this.callback = callback;
  }

  /** The address by which the books know a thing. */
  keyOf(v: Value): bigint {
    return this.w.address(v, null);
  }

  /** One of a kind is taken. `more`: one to what is there already. */
  take(kind: Kind, key: bigint, site: CallSite, more = false): Holding {
    const { w } = this;
    // A thing has one name: another takes its place.
    const named = kind.inside ? w.books.held(kind, key) : null;
    if (named !== null) return named;
    const first = !w.books.of(key).some((h) => h.kind === kind);
    this.owned(kind, key, "passed");
    return w.books.take(kind, key, site.origin, w.ownStack(), { first, more, byOthers: w.beside() > 0 });
  }

  /** Whether who unregisters a thing gives back the reference of who registered it, where the path itself has only found it. */
  isRegistrars({ name, sort }: Kind, v: Value, site: CallSite, { where }: Clause): boolean {
    const { kinds, functions } = this.w.input.contracts;
    const unregisters = (k: Clause): boolean =>
      k.verb === "put" &&
      k.where.at === where.at &&
      k.where.path === where.path &&
      kinds.get(k.kind)?.registration === true;
    const unregistered = functions.get(site.name)?.clauses.some(unregisters) === true;
    if (sort !== "counted" || !unregistered) return false;
    const of = this.w.books.of(this.keyOf(v));
    const own = of.filter((h) => h.kind.name === name);
    return (
      own.length > 0 &&
      !of.some((h) => h.kind.registration) &&
      own.every((h) => functions.get(h.taken.callee)?.finds === true)
    );
  }

  /** Gives one back. NULL and error pointers are nothing to give back. */
  give(kind: Kind, v0: Value, site: CallSite, gone: boolean): void {
    const { w } = this;
    const v = w.known.resolve(v0);
    if (typeof v === "bigint" && (v === 0n || isErrAddress(v))) return;
    const key = this.keyOf(v);
    if (key < 0x10000n || isErrAddress(key)) return;
    const spot = w.spot(site.name);
    const at = w.mem.at(key);
    if (at !== null && kind.sort === "memory" && FREES.test(site.name) && isNoMemory(at)) {
      w.fault({
        kind: "double-release",
        object: `memory of ${plainName(at.obj.name)}`,
        what: `${site.name}() frees what lies ${at.off < 0 ? "before" : "in"} ${memoryName(at.obj)}, which no call gave`,
        taken: null,
        given: null,
        at: spot,
        possible: false,
      });
      return;
    }
    const debt = w.books.debt(kind, key);
    // A packet goes with the route that was set in it.
    if (kind.sort === "memory") this.owned(kind, key, "given");
    const { holding, twice } = w.books.give(kind, key, spot);
    if (holding !== null && w.beside() === 0) holding.byOthers = false;
    // The caller's own was given back before, and by the same call: one that he held twice is rare.
    const sameCall =
      twice === null && debt?.by === site.name && (kind.exact || kind.sort === "counted") ? debt : null;
    const ended =
      this.ended(kind, key, site, spot) ??
      (sameCall !== null && this.oneOfMore(kind, at?.obj, 2) ? null : sameCall);
    const before = ended !== null && this.walkedOn(key, ended, spot) ? null : ended;
    const other = this.mayBeAnother(at?.obj.name ?? "");
    if (holding === null && before !== null)
      w.fault({
        kind: "double-release",
        object: `${kind.what} of ${plainName(w.lockName(key))}`,
        what: `${site.name}() gives back the ${kind.what} of ${w.lockName(key)} again`,
        taken: twice?.taken ?? null,
        given: before,
        at: spot,
        possible: other,
        doubt: "another element",
      });
    if (holding === null && twice === null && !kind.life) {
      if (kind.sort === "counted" && at !== null && at.off !== 0) lend(w, at.obj, site.name);
      const of = plainName(w.lockName(key));
      const object = kind.sort === "memory" && at !== null ? plainName(at.obj.name) : of;
      // Another file's function took one of its kind by another name: that is the one.
      const taken = w.books.holdings.find((h) => h.kind === kind && h.state === "held" && h.byOthers);
      const made = makerOf(of) ?? makerOf(object) ?? taken?.taken.key ?? null;
      // What was handed on before is its new owner's, by whatever other kind it was handed on.
      const isOwn = kind.sort === "counted" && !w.books.of(key).some((h) => h.state === "passed");
      w.gave.push({ ...named(kind), of, object, at: spot, made: isOwn ? made : null });
    }
    if (kind.sort === "counted") w.gives.add(`${kind.name} ${plainName(w.lockName(key))}`);
    if (holding === null && kind.exact) this.tooOften(kind, key, twice, spot);
    if (holding === null) this.ofDevice(kind, key, site, spot);
    const owner = at === null || at.off !== 0 ? undefined : w.managed.get(at.obj.id);
    if (
      holding === null &&
      owner !== undefined &&
      (GIVES_PLAIN.test(site.name) ||
        (ENDS_MANAGED[kind.name]?.test(owner.callee) === true && twice === null && !this.failedToTake(kind)))
    )
      w.fault({
        kind: "double-release",
        object: `${kind.what} of ${owner.callee}()`,
        what: `${site.name}() gives back the ${kind.what} of ${owner.callee}(), which is given back once more when the device goes`,
        taken: owner,
        given: null,
        at: spot,
        possible: false,
      });
    if (twice?.state === "given" && this.oneOfMore(kind, at?.obj, 1)) return;
    if (twice !== null && twice.state === "given" && kind.sort !== "state")
      w.fault({
        kind: "double-release",
        object: objectName(w, twice),
        what: `${site.name}() gives back the ${kind.what} of ${twice.taken.callee}() again`,
        taken: twice.taken,
        given: twice.given,
        at: spot,
        // What was there before it was taken has an owner, and a function of another file may end that one's reference.
        possible:
          other ||
          (kind.sort === "counted" &&
            at !== null &&
            !at.obj.found &&
            (w.stack.at(-1)?.own === false || twice.byOthers)),
        doubt: other ? "another element" : "others' reference",
      });
    else if (at !== null && kind.sort === "memory" && gone) {
      const obj = at.obj;
      if (obj.gone !== null && holding === null)
        w.fault({
          kind: "double-release",
          object: holding === null ? obj.name : objectName(w, holding),
          what: `${site.name}() frees ${obj.name} again`,
          taken: null,
          given: obj.gone,
          at: spot,
          possible: false,
        });
      obj.gone = spot;
    }
    // The caller's own reference is gone, whatever others there are.
    else if (at !== null && kind.sort === "memory" && holding === null && at.obj.gone === null)
      at.obj.gone = spot;
    if (at !== null && kind.sort === "memory" && at.obj.gone === spot) this.known(at.obj, site);
    if (at === null || holding === null) return;
    // Of what a callee found others have references of their own, and it lives on with these.
    if (kind.sort === "memory" && w.input.contracts.functions.get(holding.taken.callee)?.finds === true)
      return;
    if (kind.sort === "memory") {
      this.known(at.obj, site);
      at.obj.gone = spot;
      return;
    }
    if (kind.sort === "counted" && w.books.count(kind, key) === 0)
      this.last(kind, key, at.obj.kind === "outside" && at.obj.found);
  }

  /** Whether callees of which nothing is known gave a thing so often, each with a reference: one of these is given back. */
  private oneOfMore(kind: Kind, obj: Obj | undefined, least: number): boolean {
    const { brought } = this.w;
    const times = kind.sort !== "counted" || obj === undefined ? 0 : (brought.get(obj.id) ?? 0);
    if (times < least) return false;
    brought.set(obj!.id, times - 1);
    return true;
  }

  /** What a device has by a managed call is given back as if the driver had it: that of the same number, where there are several. */
  private ofDevice(kind: Kind, key: bigint, site: CallSite, spot: Spot): void {
    const { w } = this;
    const of = w.devices.get(`${kind.name} ${key}`);
    if (of === undefined || site.name.startsWith("devm_")) return;
    const text = (a: Value): string => valueText(w.known.resolve(a));
    const had = new Set(of.args.map(text));
    const isOther = site.args.some(
      (a, i) => isInteger(site.x.ft.params[i]?.type ?? { kind: "void", quals: 0 }) && !had.has(text(a)),
    );
    if (isOther) return;
    w.fault({
      kind: "double-release",
      object: `${kind.what} of ${of.call.callee}()`,
      what: `${site.name}() gives back the ${kind.what} of ${of.call.callee}(), which is given back once more when the device goes`,
      taken: of.call,
      given: null,
      at: spot,
      possible: false,
    });
  }

  /** By two open numbers two elements of an array may be meant: whether a thing is one, or is led to by one. */
  private mayBeAnother(name: string): boolean {
    return [...this.w.picked].some(
      ([array, by]) => by.size > 1 && (name === array || name.includes(`${array}->`)),
    );
  }

  /**
   * Whether a line came again to what an entry of a list leads to: whoever ended that took the entry out, and another walk along the
   * list comes to another one.
   */
  private walkedOn(key: bigint, before: Spot, now: Spot): boolean {
    return (
      isOfEntry(this.w.lockName(key)) && before.loc.file === now.loc.file && before.loc.line === now.loc.line
    );
  }

  /** Where a state that ends once was ended before, by a call with the same arguments; null where it was not, or is no such. */
  private ended(kind: Kind, key: bigint, site: CallSite, spot: Spot): Spot | null {
    if (!kind.once) return null;
    const { books, known } = this.w;
    const args = site.args.map((a) => valueText(known.resolve(a))).join(", ");
    return books.end(kind, key, `${site.name}(${args})`, spot);
  }

  /** Whether a call of this path that takes one of a kind failed: what is given back behind it is that one's. */
  private failedToTake(kind: Kind): boolean {
    const { functions } = this.w.input.contracts;
    return this.w.choices.some(
      ({ answer, callee }) =>
        answer === "fails" &&
        callee !== null &&
        functions.get(callee)?.clauses.some((k) => k.verb === "get" && k.kind === kind.name) === true,
    );
  }

  /**
   * A state is given back that this path took and gave back before, or failed to take. Functions that end something may well
   * give back what another one took: of them that is only possible.
   */
  private tooOften(kind: Kind, key: bigint, twice: Holding | null, spot: Spot): void {
    const { w } = this;
    const call = w.books.failedOnly(kind, key);
    if (call === null && twice?.state !== "given") return;
    const name = `${kind.what} of ${w.lockName(key)}`;
    w.fault({
      kind: "double-release",
      object: name,
      what:
        call === null
          ? `${spot.by}() gives back the ${kind.what} of ${twice!.taken.callee}() again`
          : `${spot.by}() gives back the ${kind.what} that ${call.callee}() failed to take`,
      taken: call ?? twice!.taken,
      given: twice?.given ?? null,
      at: spot,
      possible:
        w.input.life !== true && w.ownStack().some((f) => ENDS_STATE.test(f.replace(/offset|offload/g, ""))),
      doubt: "undone by value",
    });
  }

  /** Memory that goes while something else still knows it by a registration. */
  private known(obj: Obj, site: CallSite): void {
    const { w } = this;
    for (const h of w.books.holdings) {
      if (h.state !== "held" || !h.kind.registration || w.mem.at(h.key)?.obj !== obj) continue;
      w.fault({
        kind: "freed-while-registered",
        object: `${h.kind.what} of ${h.taken.callee}()`,
        what: `${site.name}() frees what ${h.taken.callee}() made known and nothing has taken back`,
        taken: h.taken,
        given: null,
        possible: false,
      });
    }
  }

  /** The last one of what was taken here is given back: what has a release function is released by it. */
  private last(kind: Kind, key: bigint, outside: boolean): void {
    const { w } = this;
    const first = w.books.of(key).find((h) => h.kind === kind);
    const at = w.mem.at(key);
    const within = w.input.contracts.kinds.get(kind.contents ?? "");
    const inside = within === undefined ? null : w.books.held(within, key);
    if (inside !== null) {
      inside.state = "given";
      inside.given = first?.given ?? null;
    }
    if (outside) this.owned(kind, key, "given");
    if (at === null || first === undefined) return;
    if (kind.record !== null && kind.release.length > 0) {
      const record = this.recordOf(kind.record);
      if (record !== null && first.state !== "held")
        for (const path of kind.release) {
          const fn = this.through(key, record, path);
          if (fn !== null && this.callback(fn, this.releaseArgs(fn, key, record))) {
            if (kind.buried && at.obj.gone === null) at.obj.gone = first.given;
            return;
          }
        }
    }
    // An object that a call found has no life of its own here: after the last put nobody keeps it for us. Who handed one in
    // still has his own reference to it.
    if (outside && first.first && at.off === 0) at.obj.gone = first.given;
  }

  /** What a release function is called with: the thing where a parameter is one (the second of a file's, behind the inode). */
  private releaseArgs(fn: Value, key: bigint, record: CType): Value[] {
    const { w } = this;
    const params = (typeof fn === "bigint" ? w.mem.at(fn)?.obj.fn?.type().params : undefined) ?? [];
    if (params.length < 2) return [key];
    const tag = (t: CType): string | null => (t.kind === "record" ? t.info.tag : null);
    return params.map(({ type }, i) =>
      type.kind === "pointer" && tag(type.to) === tag(record)
        ? key
        : unknown(`argument ${i + 1} of the release function`, type, null),
    );
  }

  /** What a thing's members lead to goes its way: with one that is registered, and with the last reference to one that a call made. */
  private owned(kind: Kind, key: bigint, state: "given" | "passed"): void {
    const { w } = this;
    if (kind.record === null || (state === "passed" && !kind.registration)) return;
    const record = this.recordOf(kind.record);
    if (record === null) return;
    for (const text of kind.owns) {
      const [name, member] = text.split(" ") as [string, string];
      const of = w.input.contracts.kinds.get(name);
      const v = of === undefined ? null : this.through(key, record, member);
      const held = typeof v === "bigint" && of !== undefined ? w.books.held(of, v) : null;
      if (held !== null) held.state = state;
    }
  }

  /** The record that a kind names ("struct device"), as the entry's file has it. */
  private recordOf(name: string): CType | null {
    const [word, tag] = name.split(" ") as ["struct" | "union", string];
    const path = this.w.stack[0]?.sym.path ?? this.path;
    return path === null ? null : this.w.input.program.record(word, tag, path);
  }

  /** Follows a member path through pointers ("class.dev_release"); null where it ends in something unknown. */
  private through(address: bigint, record: CType, path: string): Value | null {
    const { w } = this;
    let type = record;
    const names = path.split(".");
    for (let i = 0; i < names.length; i++) {
      const m = offsetOf(type, names[i]!);
      if (m === null) return null;
      const at = w.mem.at(address + BigInt(m.off));
      if (at === null) return null;
      const cell = at.obj.cells.get(at.off);
      const v =
        cell === undefined ? (freshAt(at.obj, at.off).fresh === "zero" ? 0n : null) : w.known.resolve(cell.v);
      if (v === null || typeof v !== "bigint" || v === 0n) return null;
      if (i === names.length - 1) return v;
      if (m.type.kind !== "pointer") return null;
      address = v;
      type = m.type.to;
    }
    return null;
  }

  /** The callee keeps what the caller held, and what can be reached by it. */
  pass(kind: Kind, v: Value, site: CallSite): void {
    const { w } = this;
    const key = this.keyOf(v);
    const h = w.books.held(kind, key);
    if (h !== null) {
      h.state = "passed";
      h.given = w.spot(site.name);
    }
  }

  // ---- locks ------------------------------------------------------------------------------------------------------------

  /** A lock is memory, too: where that was freed, taking it or giving it up is a use. */
  private lockIn(key: bigint, site: CallSite): void {
    if ((this.w.mem.at(key)?.obj.gone ?? null) !== null)
      this.w.reach(key, 0, null, `${site.name}() uses ${this.w.lockName(key)}, whose memory was freed`);
  }

  /** A lock is waited for and taken, or a state begun. Throws PathEnd where the path holds it. */
  lock(kind: Kind, key: bigint, site: CallSite): void {
    const { w } = this;
    this.lockIn(key, site);
    const held = w.books.held(kind, key);
    if (held !== null && kind.sort === "lock") {
      w.fault({
        kind: "locked-twice",
        object: `${kind.what} ${this.w.heldName(key)}`,
        what: `${site.name}() waits for ${this.w.heldName(key)}, which is held since ${held.taken.callee}()`,
        taken: held.taken,
        given: null,
        possible: givenByMode(w, held),
        doubt: "by a mode",
      });
      throw new PathEnd("fault", "a lock is taken twice");
    }
    const how = { first: false, more: true, byOthers: false, number: this.numberOf(kind, key, site) };
    w.books.take(kind, key, site.origin, w.ownStack(), how);
  }

  /** The first number that a call has, in text, for a state that has no address: where a memory region begins. */
  private numberOf(kind: Kind, key: bigint, site: CallSite): string | null {
    if (kind.sort !== "state" || key !== 0n) return null;
    const n = site.x.ft.params.findIndex((p) => isInteger(p.type));
    if (n < 0) return null;
    const v = this.w.known.resolve(site.args[n] ?? 0n);
    return typeof v === "bigint" ? `${v}` : plainTextOf(this.w, v);
  }

  /** A lock is given up, or a state ended. */
  unlock(kind: Kind, key: bigint, site: CallSite): void {
    this.lockIn(key, site);
    const { w } = this;
    const { holding } = w.books.give(kind, key, w.spot(site.name), this.numberOf(kind, key, site));
    if (holding !== null) return;
    const tried = kind.sort === "lock" || kind.scope ? w.books.failedOnly(kind, key) : null;
    if (tried !== null) {
      w.books.repay(kind, key);
      w.fault({
        kind: "unlock-unheld",
        object: key === 0n ? kind.what : `${kind.what} ${w.heldName(key)}`,
        what: `${site.name}() gives up ${lockText(w, kind, key)}, which ${tried.callee}() failed to take`,
        taken: tried,
        given: null,
        possible: false,
      });
      return;
    }
    if (kind.sort !== "lock") return;
    const gave = w.books.of(key).findLast((h) => h.kind === kind);
    if (gave !== undefined)
      w.fault({
        kind: "unlock-unheld",
        object: `${kind.what} ${this.w.heldName(key)}`,
        what: `${site.name}() gives up ${this.w.heldName(key)}, which was given up before`,
        taken: gave.taken,
        given: gave.given,
        possible: false,
      });
  }
}

/** The name of an open number, whatever it was converted to. */
export function plainTextOf(w: Run, v: Unknown): string {
  if (v.from?.k === "conv" && typeof v.from.x !== "bigint") return plainTextOf(w, v.from.x);
  const { u, add } = stripped(w.known, v);
  return add === 0n ? u.id : `${u.id} + ${add}`;
}

/** Whether a name is of something that an entry of a list leads to. */
const isOfEntry = (name: string): boolean => /^\*?entry of /.test(name);

/** A kind in a ledger. */
function named(kind: Kind): Pick<GivenBack, "kind" | "what" | "sort" | "harmless" | "travels"> {
  const { name, what, sort, harmless, travels } = kind;
  return { kind: name, what, sort, harmless, travels };
}

/** What a holding is called on both sides: a state by what it is of, a thing by the call that gave it. */
export function objectName(w: Run, h: Holding): string {
  if (h.kind.sort === "state") return `${h.kind.what} of ${w.lockName(h.key)}`;
  return `${h.kind.what} of ${h.taken.callee}()`;
}
