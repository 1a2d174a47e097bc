/**
 * What a call does: a native (natives.ts), a contract's clauses, the function's own body, or, where nothing is known, a
 * summary: what it returns is open, what its pointers lead to may have changed. Leaves out the books
 * (bookings.ts). Over 800 lines because it is one class: what a call does by each of these ways.
 */

import type { FunctionDef, Loc } from "../c/ast.ts";
import { CFail, type CType, isInteger, sizeOf } from "../c/ctype.ts";
import { expansionLoc } from "../c/token.ts";
import type { FunctionSym, X } from "../c/tree.ts";
import { Bookings, ENDS_STATE, plainTextOf } from "./bookings.ts";
import type { Spot } from "./books.ts";
import { mayCallBack } from "./called_back.ts";
import type { Clause, Contract, Kind, Place } from "./contract.ts";
import { isFigure } from "./extent.ts";
import { freedBy } from "./frees.ts";
import { atomicBy, heldText, lend, lockOf } from "./held.ts";
import { makerOf, plainName } from "./ledger.ts";
import { dismiss } from "./managed.ts";
import {
  addPart,
  type Fresh,
  freshAt,
  listHeadsOf,
  memberAt,
  memberFrom,
  type Obj,
  offsetOf,
  put,
  sizeSafe,
} from "./memory.ts";
import { NATIVES } from "./natives.ts";
import { ledTo, reach } from "./reach.ts";
import { type CallSite, type Deferred, outcomeOf, PathEnd, type Run } from "./run.ts";
import { type CallOrigin, isErrAddress, unknown, type Value, valueText } from "./value.ts";

/** __GFP_ZERO, as every kernel since 4.4 has it. */
const GFP_ZERO = 0x100n;

const ERRNO = -5n;
/** xa_mk_internal(1), include/linux/xarray.h: to a page fault that is VM_FAULT_OOM. */
const XA_INTERNAL = 6n;
const MAX_HEADER_DEPTH = 14;
/** Lines of a function of another file that is still run, and how many such may call each other. */
const MAX_LINES_BESIDE = 60;
const MAX_BESIDE = 2;
/** So many more where one of them is called to release something: who is called by a device that goes, and who by its last reference. */
const MAX_RELEASING = 4;
/** Callees that may be given an error pointer. */
const TOLERANT =
  /^(IS_ERR|PTR_ERR|ERR_|debugfs_|__fs_|dev_err)|_(put|free|destroy|release|unregister|remove)$/;
/** Those with such names that look for NULL alone, and follow all else. */
const FOLLOWS =
  /^(?:kv?free(?:_sensitive)?|kfree_const|vfree|bitmap_free|kobject_put|of_node_put|put_device|device_unregister|pci_dev_put|module_put|mntput|dput|iput|fput|brelse|put_page|folio_put)$/;
/** Callees that only look at what they are given. */
const BORROWS =
  /^(sort|sort_r|list_sort|bsearch|regmap_|usb_control_msg|hex_dump|print_|crc|memchr|kstrto|sscanf)|(^|_)(read|write|get|parse|print|find|check|copy|cmp|is|has|show|dump|validate|count|calc|convert|lookup|match|test|wait|msg|transfer|xfer|sync|update|fill|decode|encode|format|valid|query|send_cmd|recv)\w{0,12}$/;

/** Callees that hand on what they are given, where that is a kind that travels. */
const HANDS_ON =
  /(^|_)(recv|receive|rx|tx|xmit|transmit|send|deliver|transfer|xfer|forward|input|output|queue|submit|msg)\w{0,12}$/;

/** Callees whose name says that they end a thing, or somebody's part in it: they may have a function called that frees it. */
export const ENDS_THING =
  /(^|_)(put|unref|unget|free|release|unregister|remove|destroy|del|delete|close|detach|drop|dec_and_test)(_|$)/;

/** Those of them that end all of it, for whoever calls; also where an operation is called: "ops->free_client". */
const ENDS_WHOLE = /(^|[_>.])(put|unref|free|release|destroy)(_|$)/;

/** Those of them that give one reference back. */
const PUTS = /(^|_)(put|unref)(_|$)/;

/** Clauses by which a callee gets what it is given into its hands. */
const HANDS: ReadonlySet<string> = new Set(["take", "get", "goes", "store", "supply", "later", "manage"]);

/** Callees whose name says that they make a thing ready: they fill members of it. */
const SETS_UP = /(^|_)(init|initialize|setup|register|add|create)(_|$)/;

const NOT_RUN = "() is not run";

/** What the kernel's interface is called: "kmalloc" for kmalloc_noprof(), and, with a token behind its arguments, _kmalloc_noprof(). */
const interfaceName = (name: string): string =>
  name.endsWith("_noprof") ? name.slice(0, -"_noprof".length).replace(/^_(?!_)/, "") : name;

/** Whether nothing was stored at a place, or NULL. */
function isUnset(w: Run, { obj, off }: { readonly obj: Obj; readonly off: number }): boolean {
  const cell = obj.cells.get(off);
  return cell === undefined || w.known.resolve(cell.v) === 0n;
}

/** The choice by which a function is taken as one of which nothing is known. */
export function asReadChoice(name: string): string {
  return `${name}${NOT_RUN}`;
}

/** Whether a choice is one of those. */
export function isAsRead(choice: string): boolean {
  return choice.endsWith(NOT_RUN);
}

export class Calls {
  private readonly w: Run;
  /** What isLeftAlone() found, by definition. */
  private readonly leftAlone = new Map<FunctionDef, boolean>();
  /** How many functions of files beside may call each other while something is released. */
  private releasing = 0;
  /** The call that asked for what is carried out when the device goes: no function is under way then. */
  private asked: CallSite | null = null;
  private readonly bookings: Bookings;

  constructor(w: Run) {
    this.w = w;
    this.bookings = new Bookings(w, (fn, args) => this.callback(fn, args));
  }

  call(name: string, sym: FunctionSym | null, args: Value[], x: Extract<X, { k: "call" }>, loc: Loc): Value {
    const { w } = this;
    const plain = interfaceName(name);
    const native = NATIVES.get(plain);
    const contract = w.input.contracts.functions.get(plain) ?? null;
    // What a patched file defines runs as it is written, whatever is known of the name; not the kernel's interface of that name, where it
    // is of something that was there before, nor what its contract stands in for.
    const contracted =
      (w.input.interfaces?.has(name) === true && !this.madeHere(args)) ||
      (contract?.stands === true && sym !== null && this.isLeftAlone(sym));
    const own = sym?.def != null && w.input.files.has(sym.path) && !contracted;
    if (!own) this.sleeps(plain, args, x, loc);
    if (native !== undefined && !own)
      return native(w, { name: plain, args, x, origin: this.origin(plain, args, loc, false) });
    // Of a thing that was made here the count is known: what its own code does to that is run.
    const counted = contract?.counts === true && sym?.def != null && this.madeHere(args) && this.mayRun(sym);
    if (contract !== null && !own && !counted) {
      const origin = this.origin(plain, args, loc, true);
      const site = { name: plain, args, x, origin };
      mayCallBack(w, site);
      return this.byContract(contract, site, sym);
    }
    const taken = own && this.takenAsRead(plain);
    if (sym?.def != null && !taken && (own || this.mayRun(sym))) {
      try {
        w.input.program.tree(sym);
        const known = w.books.holdings.length;
        const v = w.body(sym, args);
        const failed = outcomeOf(w, sym, v, x.t) === "failed";
        if (!own && v === 0n && x.t.kind === "pointer") w.foundNothing = true;
        if (own && failed) w.gaveUp.push({ name: plain, depth: w.stack.length });
        if (!own && sym.path.endsWith(".c")) this.foreign(known, v, args, failed);
        return v ?? 0n;
      } catch (f) {
        if (!(f instanceof CFail)) throw f;
      }
    }
    const origin = this.origin(plain, args, loc, true);
    w.books.worked();
    const site = { name: plain, args, x, origin };
    mayCallBack(w, site);
    return this.summary(site, sym);
  }

  /** Whether a call is about memory that was made on this path: what the file's own code does to it can be followed. */
  private madeHere(args: readonly Value[]): boolean {
    const { known, mem } = this.w;
    return args.some((a) => {
      const v = known.resolve(a);
      return typeof v === "bigint" && mem.at(v)?.obj.kind === "heap";
    });
  }

  /** Whether the patch shows nothing of a function. */
  private isLeftAlone({ def }: FunctionSym): boolean {
    const { near } = this.w.input;
    if (near === undefined || def === null) return true;
    let alone = this.leftAlone.get(def);
    if (alone !== undefined) return alone;
    alone = true;
    const from = expansionLoc(def.loc);
    for (let { line } = from; line <= def.endLoc.line && alone; line++) alone = !near({ ...from, line });
    this.leftAlone.set(def, alone);
    return alone;
  }

  /**
   * Whether a function of the patched files is not run but taken as one of which nothing is known: where no path was found on
   * which it goes well (explore.ts), as a self-test of hardware.
   */
  private takenAsRead(name: string): boolean {
    const { w } = this;
    const choice = asReadChoice(name);
    return w.input.forced.has(choice) && w.choose(choice, ["no", "yes"]) === "yes";
  }

  /**
   * What a function of another file took and let nobody have is that file's business; so is what it left registered, enabled
   * or mapped when it failed.
   */
  private foreign(known: number, v: Value | null, args: readonly Value[], failed: boolean): void {
    const { w } = this;
    if (failed && w.beside() === 0)
      for (const h of w.books.holdings.slice(known))
        if (h.state === "held" && h.kind.sort === "state") h.state = "passed";
    const taken = w.books.holdings
      .slice(known)
      .filter((h) => h.state === "held" && h.kind.sort !== "state" && h.kind.sort !== "lock");
    if (taken.length === 0 || w.beside() > 0) return;
    const roots = args.map((a) => w.known.resolve(a)).concat(v === null ? [] : [w.known.resolve(v)]);
    // Mostly what is returned leads to it: all memory is looked through for the rest alone.
    const near = ledTo(w, roots);
    const rest = taken.filter((h) => {
      const at = w.mem.at(h.key);
      return at !== null && !near.has(at.obj.id);
    });
    if (rest.length === 0) return;
    const reached = reach(w, roots, taken);
    for (const h of rest) if (!reached(h, w.mem.at(h.key)!.obj.id)) h.state = "passed";
  }

  /** Carries out what was left for when the device goes: all of it, or what was asked for from the `from`th on. */
  deviceGoes(from = 0): void {
    const { w } = this;
    if (from < 0) return;
    for (let n = 0; w.deferred.length > from && n < 64; n++) this.goes(w.deferred.pop()!);
  }

  /** Whether the path had made the call after which the device gives back what is taken of a kind. */
  private isManaged({ managedAfter }: Kind): boolean {
    return managedAfter !== null && this.w.calls.has(`${managedAfter}()`);
  }

  private goesWithDevice(kind: Kind, key: bigint, site: CallSite): void {
    this.bookings.path = this.w.stack[0]?.sym.path ?? this.bookings.path;
    this.w.deferred.push({ kind, key, site });
  }

  private goes(d: Deferred): void {
    const { w } = this;
    if ("group" in d) return;
    this.asked = d.site;
    if ("kind" in d) {
      if (w.books.held(d.kind, d.key) !== null) this.bookings.give(d.kind, d.key, d.site, false);
      return;
    }
    const before = this.releasing;
    this.releasing = w.beside() + MAX_RELEASING;
    const called = this.callback(d.fn, d.args);
    this.releasing = before;
    if (!called) {
      // Nobody knows what it does with what it is given.
      const given = d.args.map((a) => w.known.resolve(a));
      const ids = d.frees === null ? new Set<number>() : ledTo(w, given);
      for (const h of w.books.holdings) {
        if (h.state !== "held") continue;
        const at = w.mem.at(h.key);
        if (given.includes(h.key) || (at !== null && ids.has(at.obj.id))) h.state = "passed";
      }
    }
    const at = d.frees === null ? null : w.mem.at(d.frees);
    if (at !== null && at.obj.gone === null) at.obj.gone = w.spot(d.site.name);
  }

  /** A body outside the patched files: inline functions of headers, and small ones of files beside. */
  private mayRun(sym: FunctionSym): boolean {
    if (this.headerDepth() >= MAX_HEADER_DEPTH) return false;
    if (!sym.path.endsWith(".c") || sym.def === null) return true;
    const most = Math.max(MAX_BESIDE, this.releasing);
    return sym.def.endLoc.line - expansionLoc(sym.def.loc).line <= MAX_LINES_BESIDE && this.w.beside() < most;
  }

  private headerDepth(): number {
    const { stack } = this.w;
    let n = 0;
    for (let i = stack.length - 1; i >= 0 && !stack[i]!.own; i--) n++;
    return n;
  }

  /** The call as both sides name it: callee, the string it is given, which such call it is. */
  private origin(callee: string, args: readonly Value[], loc: Loc, count: boolean): CallOrigin {
    const { w } = this;
    const text = args.map((a) => this.stringOf(a)).find((s) => s !== null && s.length > 0 && s.length < 40);
    const base = text == null ? `${callee}()` : `${callee}("${text}")`;
    const n = (w.calls.get(base) ?? 0) + 1;
    if (count) w.calls.set(base, n);
    const { loc: at, fn } = w.place();
    return {
      callee,
      key: n === 1 ? base : `${base} #${n}`,
      loc: at ?? loc,
      fn,
      decided: w.choices.length,
      beside: w.beside() > 0,
    };
  }

  stringOf(v: Value): string | null {
    if (typeof v !== "bigint") return null;
    const at = this.w.mem.at(v);
    if (at === null || at.obj.kind !== "string" || at.obj.bytes === null) return null;
    const bytes = at.obj.bytes.subarray(at.off);
    const end = bytes.indexOf(0);
    return String.fromCharCode(
      ...bytes.subarray(0, end < 0 ? Math.min(80, bytes.length) : Math.min(end, 80)),
    );
  }

  /** A callee that may sleep, where nobody may: under a spin lock, in an RCU read side, in an interrupt. */
  private sleeps(name: string, args: readonly Value[], x: Extract<X, { k: "call" }>, loc: Loc): void {
    const { w } = this;
    const flags = w.input.contracts.sleeps.get(name);
    if (flags === undefined) return;
    const under = atomicBy(w);
    const context = w.input.interrupt ?? null;
    if ((under === null && context === null) || (flags !== null && !this.mayBlock(args[flags], x))) return;
    const where = under === null ? context! : heldText(w, under);
    const called = name.replace(/^__fs_(\w+)$/, "$1");
    w.fault({
      kind: "sleeps-in-atomic",
      object: `${called}() under ${where}`,
      what:
        under === null
          ? `${called}() may sleep, and this is ${where}`
          : `${called}() may sleep while ${lockOf(w, under)} is held`,
      taken: under === null ? null : under.taken,
      given: null,
      at: { by: called, fn: w.place().fn, loc: w.place().loc ?? loc },
      possible: false,
    });
  }

  /** Whether allocation flags let the callee wait, by the tree's own function for that. */
  private mayBlock(flags: Value | undefined, x: Extract<X, { k: "call" }>): boolean {
    const { w } = this;
    const v = flags === undefined ? null : w.known.resolve(flags);
    const test = w.input.program.lookup("gfpflags_allow_blocking", w.frame.sym.path);
    if (typeof v !== "bigint" || test?.kind !== "function" || test.sym.def === null) return false;
    try {
      return w.body(test.sym, [v]) === 1n;
    } catch (f) {
      if (!(f instanceof CFail)) throw f;
      return false;
    } finally {
      w.frame.loc = x.loc;
    }
  }

  // ---- contracts --------------------------------------------------------------------------------------------------------

  /** An error pointer of a failed call in the hands of a callee that takes it for a pointer. */
  private errorPointers(site: CallSite, fine: (arg: number) => boolean): void {
    const { w } = this;
    const follows = FOLLOWS.test(site.name);
    if (!follows && TOLERANT.test(site.name)) return;
    site.args.forEach((a, i) => {
      if (site.x.args[i]?.t.kind !== "pointer" || (!follows && fine(i))) return;
      const v = w.known.resolve(a);
      const from = typeof v === "bigint" ? (isErrAddress(v) ? w.originOf.get(v) : undefined) : v.origin;
      if (from == null || (typeof v !== "bigint" && !isErrAddress(w.known.span(v)[0]))) return;
      w.fault({
        kind: "error-pointer-dereference",
        object: `error pointer from ${from.callee}()`,
        what: `${site.name}() is given the error pointer of ${from.callee}()`,
        taken: from,
        given: null,
        possible: false,
      });
    });
  }

  /**
   * What the callee is given to work on, and is freed by now. A pointer of the type of a thing is followed; one of no type may be a
   * mark alone by which something is found again (free_irq()).
   */
  private freedOnes(site: CallSite, fine: (arg: number, gone: Spot) => boolean): void {
    const { w } = this;
    site.args.forEach((a, i) => {
      const declared = site.x.ft.params[i]?.type;
      if (declared?.kind !== "pointer" || declared.to.kind !== "record") return;
      const v = w.known.resolve(a);
      const at = typeof v === "bigint" ? w.mem.at(v) : null;
      if (at !== null && at.obj.gone !== null && !fine(i, at.obj.gone))
        w.reach(v, 0, null, `${site.name}() is given ${at.obj.name}`);
    });
  }

  /** Whether a clause itself tells where its thing is gone: what gives back what was given back, and locks. */
  private tellsOfFreed({ verb, kind }: Clause, gone: Spot): boolean {
    const { kinds, functions } = this.w.input.contracts;
    if (verb === "lock" || verb === "unlock" || verb === "never") return true;
    if (verb !== "put" && verb !== "free") return false;
    const sort = kinds.get(kind)?.sort;
    const { registration = false } = kinds.get(kind) ?? {};
    if (registration && this.w.faults.some((f) => f.kind === "freed-while-registered")) return true;
    // One more reference to what was freed without asking how many there are is no reference twice given back.
    const freed = functions.get(gone.by)?.clauses.some((k) => k.verb === "free") === true;
    return sort === "memory" || (sort === "counted" && !freed);
  }

  /** What a callee frees that is taken by its contract, or of which nothing is known, as its body says: memory that this path holds or held. */
  private freesMembers(
    site: CallSite,
    sym: FunctionSym | null,
    of: (arg: number, off: number | null) => boolean,
  ): void {
    const { w } = this;
    const { program, contracts } = w.input;
    /** The memory that lies in what an argument leads to. */
    const memory = (arg: number, off: number | null): Value | null => {
      const v = w.known.resolve(site.args[arg] ?? 0n);
      const at = typeof v === "bigint" ? w.mem.at(v) : null;
      if (at === null) return null;
      const cell = off === null ? undefined : at.obj.cells.get(at.off + off);
      const inner = off === null ? v : cell === undefined ? null : w.known.resolve(cell.v);
      const to = typeof inner === "bigint" ? w.mem.at(inner) : null;
      return to?.obj.kind === "heap" && to.off === 0 && w.books.of(inner as bigint).length > 0 ? inner : null;
    };
    const holds = (v0: Value): boolean => {
      const v = w.known.resolve(v0);
      const at = typeof v === "bigint" ? w.mem.at(v) : null;
      if (at === null || at.obj.kind === "string" || at.obj.kind === "function") return false;
      return (
        at.obj.kind === "heap" ||
        [...at.obj.cells.values()].some(
          (c) => c.size === 8 && typeof c.v === "bigint" && w.mem.at(c.v)?.obj.kind === "heap",
        )
      );
    };
    // The body is read only where one of its arguments leads to such memory.
    if (sym?.def == null || !site.args.some(holds)) return;
    for (const { arg, off } of freedBy(program, contracts, sym, interfaceName)) {
      const v = of(arg, off) ? memory(arg, off) : null;
      const kind =
        v === null ? undefined : w.books.of(v as bigint).find((h) => h.kind.sort === "memory")?.kind;
      if (v !== null && kind !== undefined) this.bookings.give(kind, v, site, true);
    }
  }

  /** A call behind which this one does not fail has worked on the path. */
  private isSure({ sure }: Contract): boolean {
    return (
      sure.length > 0 &&
      this.w.choices.some((c) => c.callee !== null && c.answer === "works" && sure.includes(c.callee))
    );
  }

  private byContract(c: Contract, site: CallSite, sym: FunctionSym | null): Value {
    const { w } = this;
    const { key, callee } = site.origin;
    // Of a length of 0 nothing is read.
    if (!c.size.some((n) => w.known.resolve(site.args[n] ?? 1n) === 0n))
      for (const clause of c.clauses) if (clause.verb === "read") this.read(clause, site);
    this.errorPointers(site, (i) =>
      c.clauses.some((k) => (k.verb === "put" || k.verb === "free") && k.where.at === i),
    );
    this.freedOnes(site, (i, gone) =>
      c.clauses.some((k) => (k.where.at === i || k.from?.at === i) && this.tellsOfFreed(k, gone)),
    );
    let failed = false;
    if (c.fails !== "never" && !this.isSure(c)) {
      const n = Number(/ #(\d+)$/.exec(key)?.[1] ?? "1");
      const options = c.iterator && n > 1 ? (n > 3 ? ["fails"] : ["fails", "works"]) : ["works", "fails"];
      const without = c.needs !== null && w.known.resolve(site.args[c.needs] ?? 1n) === 0n;
      failed = without || (c.tries && this.isHeld(c, site)) || w.choose(key, options, callee) === "fails";
    }
    const { kinds } = w.input.contracts;
    const readies = c.clauses.some((k) => k.verb === "get" && kinds.get(k.kind)?.life === true);
    if (failed) w.books.fell();
    else if (!readies) w.books.worked();
    const ret = this.result(c, site, failed, failed ? this.failsWith(c, key) : ERRNO);
    if (!failed) this.filled(c, site);
    if (failed && (ret === 0n || (typeof ret === "bigint" && isErrAddress(ret))))
      w.originOf.set(ret, site.origin);
    const none = c.many !== null && w.known.resolve(site.args[c.many] ?? 1n) === 0n;
    const clauses = none ? [] : c.clauses;
    for (const { verb, where, from } of clauses)
      if (HANDS.has(verb))
        for (const p of [where, from]) if (typeof p?.at === "number") w.hand(site.args[p.at] ?? 0n);
    for (const clause of clauses) {
      if (clause.verb === "read") continue;
      if (clause.empty !== null && w.known.resolve(site.args[clause.empty] ?? 1n) !== 0n) continue;
      if (clause.when === "ok" ? failed : clause.when === "failed" ? !failed : false) {
        if (clause.when === "ok") this.notTaken(clause, site, ret);
        continue;
      }
      this.apply(clause, site, ret, failed);
    }
    if (!failed && c.undoes.length > 0) this.undo(c.undoes, site);
    // What its clauses give back may have members that go with it.
    const ends = (arg: number): boolean =>
      c.clauses.some((k) => k.verb === "put" && k.where.at === arg && k.where.path === "");
    if (!failed && c.clauses.some((k) => k.verb === "put"))
      this.freesMembers(site, sym, (arg, off) => off !== null && ends(arg));
    return ret;
  }

  /** Whether the path itself holds a lock that a call is to take. */
  private isHeld(c: Contract, site: CallSite): boolean {
    const { kinds } = this.w.input.contracts;
    return c.clauses.some(({ verb, kind: name, where }) => {
      const kind = kinds.get(name);
      const v = verb === "lock" && kind?.sort === "lock" ? this.place(where, site, 0n) : null;
      return v !== null && kind !== undefined && this.w.books.held(kind, this.bookings.keyOf(v)) !== null;
    });
  }

  /** Gives back all that the last of some calls took that still has something. */
  private undo(calls: readonly string[], site: CallSite): void {
    const { books } = this.w;
    const last = books.holdings.findLast((h) => h.state === "held" && calls.includes(h.taken.callee));
    if (last === undefined) return;
    for (const h of books.holdings.filter((x) => x.state === "held" && x.taken.key === last.taken.key))
      this.bookings.give(h.kind, h.key, site, false);
  }

  /** Variables of which a callee that went well has the address hold what it put there, whatever else is known of it. */
  private filled(c: Contract, site: CallSite): void {
    const { w } = this;
    site.args.forEach((a, i) => {
      if (c.clauses.some((k) => k.where.at === i)) return;
      const declared = site.x.ft.params[i]?.type;
      const to = declared?.kind === "pointer" ? declared.to : null;
      if (to === null || (to.quals & 1) !== 0) return;
      const v = w.known.resolve(a);
      const at = typeof v === "bigint" ? w.mem.at(v) : null;
      if (at === null || at.obj.kind !== "local") return;
      const { fresh } = freshAt(at.obj, at.off);
      const scalar = to.kind === "pointer" || isInteger(to);
      // A record that was only cleared (`= {}`) is there to be filled.
      if (fresh !== "uninitialised" && (scalar || fresh !== "zero")) return;
      const size = scalar ? sizeOf(to) : (at.obj.size ?? 8) - at.off;
      const cleared = (v: Value | undefined): boolean => v === undefined || (!scalar && v === 0n);
      let written = false;
      for (let n = 0; n < size && !written; n++) written = !cleared(at.obj.cells.get(at.off + n)?.v);
      if (!written && size > 0) w.forget(at.obj, at.off, size, `${site.origin.key}:${i}`);
    });
  }

  /** Remembers what a failed call would have taken, where that is a state of something that is there anyway. */
  private notTaken(clause: Clause, site: CallSite, ret: Value): void {
    const { w } = this;
    const kind = w.input.contracts.kinds.get(clause.kind);
    const locks = clause.verb === "lock";
    if (kind === undefined || (!locks && (clause.verb !== "get" || !kind.exact)) || clause.where.at === "ret")
      return;
    const v = this.place(clause.where, site, ret);
    if (v === null) return;
    // Who does not ask goes on as if it had been taken, after he gave up the caller's, too: that is not the fault of who gives it back.
    if (site.x === w.unasked) {
      w.books.repay(kind, this.bookings.keyOf(v));
      return;
    }
    // What there is one of has no address.
    const isOne = locks && clause.where.at === "global";
    if (typeof v === "bigint" && !isOne && (v < 0x10000n || isErrAddress(v))) return;
    w.books.failed(kind, this.bookings.keyOf(v), site.origin);
  }

  /** The error of a call that fails: one that who called tests for, or another. */
  private failsWith(c: Contract, key: string): bigint {
    const { w } = this;
    if (c.fails !== "errno" && c.fails !== "errptr") return ERRNO;
    const asks = w.beside() > 0 ? undefined : w.stack.findLast((f) => f.own);
    const codes = asks === undefined ? [] : (w.input.codes?.(asks.tree.name, asks.sym.path) ?? []);
    for (const code of codes) if (w.choose(`${key} == ${code}`, ["no", "yes"]) === "yes") return code;
    return ERRNO;
  }

  private result(c: Contract, site: CallSite, failed: boolean, error: bigint): Value {
    const { w } = this;
    const t = site.x.t;
    if (t.kind === "void") return 0n;
    if (failed)
      switch (c.fails) {
        case "null":
        case "zero":
        case "false":
          return 0n;
        case "errptr":
          return BigInt.asUintN(64, error);
        case "nonzero":
          return 1n;
        case "internal":
          return XA_INTERNAL;
        default:
          return t.kind === "pointer" ? BigInt.asUintN(64, error) : error;
      }
    if (typeof c.gives === "number") return site.args[c.gives] ?? 0n;
    if (typeof c.gives === "object" && c.gives !== null && "value" in c.gives) return BigInt(c.gives.value);
    if (t.kind === "record") return w.mem.make(site.origin.key, "local", "unknown", { type: t }).base;
    if (c.gives === "open") return unknown(site.origin.key, t, site.origin);
    if (t.kind === "pointer" || givesAddress(c, t)) {
      const memory = c.memory !== null;
      const to = t.kind !== "pointer" || t.to.kind === "void" ? null : t.to;
      let size: number | null = null;
      if (c.size.length > 0) {
        size = 1;
        for (const n of c.size) {
          const v = w.known.resolve(site.args[n] ?? 0n);
          size = typeof v === "bigint" && size !== null ? size * Number(v) : null;
        }
      }
      const obj = w.mem.make(site.origin.key, memory ? "heap" : "outside", this.fresh(c, site), {
        type: to,
        size,
        asked:
          c.size.length === 0
            ? null
            : {
                factors: c.size.map((n) => w.known.resolve(site.args[n] ?? 0n)),
                exact: c.size.every((n) => site.x.args[n] !== undefined && isFigure(w, site.x.args[n])),
              },
        found: true,
        setUp: c.memory === "set-up" && to !== null ? (sizeSafe(to) ?? 0) : 0,
      });
      if (site.origin.callee.startsWith("devm_")) w.managed.set(obj.id, site.origin);
      if (c.memory === "set-up" && to !== null)
        for (const at of listHeadsOf(to)) {
          put(obj, at, 8, obj.base + BigInt(at));
          put(obj, at + 8, 8, obj.base + BigInt(at));
        }
      return obj.base;
    }
    if (typeof c.gives === "object" && c.gives !== null && "least" in c.gives) {
      const least = w.known.resolve(site.args[c.gives.least] ?? 0n);
      const u = unknown(site.origin.key, t, site.origin);
      w.known.assume(u, "ge", typeof least === "bigint" && least > 0n ? BigInt.asIntN(32, least) : 0n);
      return u;
    }
    if (typeof c.gives === "object" && c.gives !== null) {
      const most = w.known.resolve(site.args[c.gives.most] ?? 0n);
      if (most === 0n) return 0n;
      const u = unknown(site.origin.key, t, site.origin);
      w.known.assume(u, "ge", 0n);
      if (typeof most === "bigint") w.known.assume(u, "le", most);
      return u;
    }
    if (c.gives === "positive" || c.gives === "nonnegative") {
      const u = unknown(site.origin.key, t, site.origin);
      w.known.assume(u, "ge", c.gives === "positive" ? 1n : 0n);
      return u;
    }
    if (c.fails === "false" || c.fails === "zero") return 1n;
    if (c.fails === "never" && isInteger(t)) return unknown(site.origin.key, t, site.origin);
    return 0n;
  }

  /** What memory that a call gives holds: zeros, too, where its flags ask for them (__GFP_ZERO, include/linux/gfp_types.h). */
  private fresh(c: Contract, site: CallSite): Fresh {
    const arg = this.w.input.contracts.sleeps.get(c.name) ?? null;
    if (c.memory === "set-up") return "zero";
    if (c.memory !== "uninitialised" || arg === null) return c.memory ?? "unknown";
    const flags = this.w.known.resolve(site.args[arg] ?? 0n);
    return typeof flags === "bigint" && (flags & GFP_ZERO) !== 0n ? "zero" : "uninitialised";
  }

  /** The value or address that a place of a contract names; null when it cannot be told. */
  place(p: Place, site: CallSite, ret: Value): Value | null {
    const { w } = this;
    if (p.at === "global") return 0n;
    const v = p.at === "ret" ? ret : site.args[p.at];
    if (v === undefined) return null;
    const type = p.at === "ret" ? site.x.t : site.x.args[p.at]?.t;
    const param = p.at === "ret" ? null : (site.x.ft.params[p.at]?.type ?? null);
    if (p.path === "" && !p.inside) return w.known.resolve(v);
    if (w.known.resolve(v) === 0n) return null;
    let address = w.address(v, null);
    if (isErrAddress(address) || address < 0x10000n) return null;
    let to =
      param?.kind === "pointer" && param.to.kind !== "void"
        ? param.to
        : type?.kind === "pointer"
          ? type.to
          : null;
    if (to?.kind === "void" || to === null) to = w.mem.at(address)?.obj.type ?? null;
    if (p.path !== "") {
      if (to === null) return null;
      const m = offsetOf(to, p.path);
      if (m === null) return null;
      address += BigInt(m.off);
      to = m.type;
    }
    if (!p.inside) return address;
    const at = w.mem.at(address);
    if (at === null) return null;
    const lt: CType =
      to !== null && (to.kind === "pointer" || isInteger(to))
        ? to
        : { kind: "pointer", to: { kind: "void", quals: 0 }, quals: 0 };
    return w.load(at.obj, at.off, lt, null, at.off);
  }

  /** Of a state that belongs to what a number names (an interrupt) a thing that stands for that number; null where it is none. */
  private numbered(kind: Kind | null, { at, path, inside }: Place, site: CallSite, ret: Value): Value | null {
    const { w } = this;
    if (kind?.sort !== "state" || at === "global" || path !== "" || inside) return null;
    const type = at === "ret" ? site.x.t : site.x.ft.params[at]?.type;
    if (type === undefined || !isInteger(type)) return null;
    const v = w.known.resolve(at === "ret" ? ret : (site.args[at] ?? 0n));
    const name = typeof v === "bigint" ? `number ${v}` : plainTextOf(w, v);
    let obj = w.numbers.get(name);
    if (obj === undefined) w.numbers.set(name, (obj = w.mem.make(name, "outside", "unknown")));
    return obj.base;
  }

  private read(clause: Clause, site: CallSite): void {
    const v = this.place(clause.where, site, 0n);
    if (v === null) return;
    const { nulls } = this.w;
    nulls.followed =
      typeof clause.where.at === "number" && v === 0n ? nulls.args[clause.where.at] : undefined;
    this.w.reach(v, 0, null, `${site.name}() reads it`);
  }

  private apply(clause: Clause, site: CallSite, ret: Value, failed: boolean): void {
    const { w } = this;
    const kind = w.input.contracts.kinds.get(clause.kind) ?? null;
    // A value that the call fills in is made here.
    const takes = clause.verb === "get" || clause.verb === "goes";
    if (takes && clause.where.inside && kind !== null && clause.where.at !== "ret") {
      const slot = this.place({ ...clause.where, inside: false }, site, ret);
      const at = typeof slot === "bigint" ? w.mem.at(slot) : null;
      if (at === null) return;
      // A buffer that the caller has brought is filled.
      const brought = at.obj.cells.get(at.off);
      const to = brought === undefined ? 0n : w.known.resolve(brought.v);
      if (kind.sort === "memory" && clause.where.path !== "" && to !== 0n) {
        const own = typeof to === "bigint" ? w.mem.at(to) : null;
        if (own !== null)
          w.forget(own.obj, own.off, Math.max(1, (own.obj.size ?? 4096) - own.off), site.origin.key);
        return;
      }
      const obj = w.mem.make(`${kind.what} of ${site.origin.key}`, "outside", "unknown", { found: true });
      put(at.obj, at.off, 8, obj.base);
      this.bookings.take(kind, obj.base, site);
      if (clause.verb === "goes") this.goesWithDevice(kind, obj.base, site);
      return;
    }
    const v = this.numbered(kind, clause.where, site, ret) ?? this.place(clause.where, site, ret);
    if (v === null) return;
    switch (clause.verb) {
      case "goes":
      case "get":
        // NULL and error pointers are nothing to hold: of_node_get(NULL), a clock that is not there.
        if (clause.where.at !== "global" && typeof v === "bigint" && (v === 0n || isErrAddress(v))) return;
        if (kind === null || (clause.where.at === "ret" && failed)) return;
        this.bookings.take(kind, this.bookings.keyOf(v), site, typeof clause.where.at === "number");
        if (clause.verb === "goes" || this.isManaged(kind))
          this.goesWithDevice(kind, this.bookings.keyOf(v), site);
        if (!failed && (kind.registration || SETS_UP.test(site.name))) this.setUp(v, clause.where, site);
        return;
      case "owned":
        if (kind !== null)
          w.devices.set(`${kind.name} ${this.bookings.keyOf(v)}`, { call: site.origin, args: site.args });
        return;
      case "put":
      case "free":
        if (kind !== null && !this.bookings.isRegistrars(kind, v, site, clause))
          this.bookings.give(kind, v, site, clause.verb === "free");
        return;
      case "sweep":
        for (const h of w.books.holdings)
          if (h.kind === kind && h.state === "held") {
            h.state = "given";
            h.given = w.spot(site.name);
          }
        return;
      case "take":
        if (kind !== null) this.bookings.pass(kind, v, site);
        else
          for (const h of [...w.books.of(this.bookings.keyOf(v))])
            if (h.state === "held") this.bookings.pass(h.kind, v, site);
        return;
      case "keep": {
        const at = typeof v === "bigint" ? w.mem.at(v) : null;
        for (const h of w.books.of(this.bookings.keyOf(v))) if (h.state === "held") h.lent = site.name;
        if (at !== null) lend(w, at.obj, site.name);
        return;
      }
      case "lock":
        if (kind !== null) this.bookings.lock(kind, this.bookings.keyOf(v), site);
        return;
      case "unlock":
        if (kind !== null) this.bookings.unlock(kind, this.bookings.keyOf(v), site);
        return;
      case "supply":
      case "store": {
        const from = clause.from === null ? null : this.place(clause.from, site, ret);
        const at = typeof v === "bigint" ? w.mem.at(v) : null;
        if (from !== null && at !== null && (clause.verb === "store" || isUnset(w, at)))
          put(at.obj, at.off, 8, from);
        return;
      }
      case "call": {
        const arg = clause.from === null ? null : this.place(clause.from, site, ret);
        this.callback(v, arg === null ? [] : [arg]);
        return;
      }
      case "later": {
        const arg = clause.from === null ? null : this.place(clause.from, site, ret);
        w.deferred.push({ fn: v, args: [arg ?? 0n], frees: null, site });
        return;
      }
      case "never": {
        const arg = clause.from === null ? null : this.place(clause.from, site, ret);
        dismiss(w, (d) => "fn" in d && d.fn === v && d.args[0] === (arg ?? 0n));
        return;
      }
      case "release": {
        const fn = clause.from === null ? null : this.place(clause.from, site, ret);
        const at = typeof v === "bigint" ? w.mem.at(v) : null;
        if (fn !== null && at !== null) w.releases.set(at.obj.id, fn);
        return;
      }
      case "manage": {
        const at = typeof v === "bigint" ? w.mem.at(v) : null;
        const fn = at === null ? undefined : w.releases.get(at.obj.id);
        const dev = clause.from === null ? null : this.place(clause.from, site, ret);
        if (fn !== undefined && typeof v === "bigint")
          w.deferred.push({ fn, args: [dev ?? 0n, v], frees: v, site });
        return;
      }
      case "dismiss":
        dismiss(w, (d) => "fn" in d && d.frees !== null && d.fn === v);
        return;
      case "finish": {
        const d = dismiss(w, (x) => "fn" in x && x.frees !== null && x.fn === v);
        if (d !== null) this.goes(d);
        return;
      }
      case "begin":
        w.deferred.push({ group: true });
        return;
      case "undo":
        this.deviceGoes(w.deferred.findLastIndex((d) => "group" in d));
        return;
      case "end":
        dismiss(w, (d) => "group" in d);
        return;
      case "array": {
        const at = typeof v === "bigint" ? w.mem.at(v) : null;
        if (at !== null && at.obj.kind !== "string")
          w.forget(at.obj, at.off, Math.max(1, (at.obj.size ?? 4096) - at.off), site.origin.key);
        return;
      }
      case "fill": {
        const at = typeof v === "bigint" ? w.mem.at(v) : null;
        if (at !== null) {
          const n = typeof clause.where.at === "number" ? clause.where.at : -1;
          const t = site.x.args[n]?.t;
          const size = t?.kind === "pointer" ? (sizeSafe(t.to) ?? 8) : 8;
          w.forget(
            at.obj,
            at.off,
            t?.kind === "pointer" && t.to.kind === "void" ? (at.obj.size ?? 4096) : size,
            site.origin.key,
          );
        }
        return;
      }
      case "error": {
        const at = typeof v === "bigint" ? w.mem.at(v) : null;
        if (at !== null) put(at.obj, at.off, 4, ERRNO);
        return;
      }
      case "out": {
        const at = typeof v === "bigint" ? w.mem.at(v) : null;
        // The callee fills in a time stamp of eight bytes at the end.
        if (at !== null && at.obj.kind === "local" && at.obj.size !== null && at.obj.size > 8)
          w.uninitialisedCopy(at.obj, at.off, at.obj.size - at.off - 8, site.name);
        else if (at !== null && at.obj.kind === "heap" && at.obj.size === null)
          this.leavesHoles(at.obj, site);
        return;
      }
      case "read":
        return;
    }
  }

  /** Memory of a length that is not known leaves the kernel, and only single elements of it were written. */
  private leavesHoles(obj: Obj, site: CallSite): void {
    if (obj.fresh !== "uninitialised" || obj.parts.length > 0) return;
    this.w.fault({
      kind: "copied-uninitialised",
      object: obj.name,
      what: `${site.name}() gives away what is left unwritten of ${obj.name}`,
      taken: null,
      given: null,
      possible: false,
      kept: true,
    });
  }

  /** Who registers or sets up a thing fills members of it: what is still as it was made is not known any more. */
  private setUp(v: Value, where: Place, site: CallSite): void {
    const at = typeof v === "bigint" ? this.w.mem.at(v) : null;
    const param = typeof where.at === "number" ? site.x.ft.params[where.at]?.type : undefined;
    if (at === null || param?.kind !== "pointer") return;
    const type = where.path === "" ? param.to : (offsetOf(param.to, where.path)?.type ?? null);
    const size = type?.kind === "record" ? sizeSafe(type) : null;
    if (size !== null) this.setMembers(at, size);
  }

  /** A pointer that is NULL, and whose address a callee has, is there to be set by it. */
  private setPointer({ obj, off }: { readonly obj: Obj; readonly off: number }, name: string): void {
    const cell = obj.cells.get(off);
    const isNull =
      cell === undefined ? freshAt(obj, off).fresh === "zero" : this.w.known.resolve(cell.v) === 0n;
    if (isNull) this.w.forget(obj, off, 8, name);
  }

  /** Whether what lies at an address was freed or given back: a pointer to it is due for another one. */
  private isOver(at: bigint): boolean {
    const { books, mem } = this.w;
    const over = (kind: Kind): boolean => kind.sort !== "state" && kind.sort !== "lock";
    return (
      (mem.at(at)?.obj.gone ?? null) !== null ||
      books.openDebts().some((d) => d.key === at && over(d.kind)) ||
      books.of(at).some((h) => h.state === "given" && over(h.kind))
    );
  }

  /** Pointers that are NULL, or lead to what is gone, may be set by who has the record that they lie in. */
  private setAnew(
    { obj, off }: { readonly obj: Obj; readonly off: number },
    size: number,
    name: string,
  ): void {
    for (const [at, cell] of [...obj.cells]) {
      if (cell.size !== 8 || at < off || at + 8 > off + size) continue;
      const v = this.w.known.resolve(cell.v);
      if (typeof v !== "bigint" || (v !== 0n && !this.isOver(v))) continue;
      if (memberAt(obj.type, at, 8)?.type.kind === "pointer") this.w.forget(obj, at, 8, name);
    }
  }

  /**
   * Who is given a thing and what leads to it, and by his name takes things out, may take this one out: where a pointer there
   * leads to is not known any more.
   */
  private takesOut(v: Value, arg: number, site: CallSite): void {
    const { w } = this;
    const declared = site.x.ft.params[arg]?.type;
    const to = declared?.kind === "pointer" && (declared.to.quals & 1) === 0 ? declared.to : null;
    if (to?.kind !== "record" || !TAKES_OUT.test(site.name)) return;
    const isHead = HEADS.has(to.info.tag ?? "");
    const at = typeof v === "bigint" ? w.mem.at(v) : null;
    if (at === null || at.obj.kind === "string" || at.obj.kind === "function") return;
    const things = new Set<Obj>();
    site.args.forEach((a, i) => {
      const thing = w.known.resolve(a);
      const obj = i === arg || typeof thing !== "bigint" ? undefined : w.mem.at(thing)?.obj;
      if (obj !== undefined && obj !== at.obj) things.add(obj);
    });
    if (things.size === 0) return;
    const end = at.off + (sizeSafe(to) ?? 8);
    for (const [off, cell] of [...at.obj.cells]) {
      // By which number one of several heads was found is often open: it may be any.
      if (cell.size !== 8 || (!isHead && (off < at.off || off + 8 > end))) continue;
      const led = w.known.resolve(cell.v);
      const obj = typeof led === "bigint" ? w.mem.at(led)?.obj : undefined;
      if (obj !== undefined && things.has(obj)) w.forget(at.obj, off, 8, `${site.origin.key}:${arg}`);
    }
  }

  /** Members that nobody wrote are not known any more, which they were as long as they were zero. */
  private setMembers({ obj, off }: { readonly obj: Obj; readonly off: number }, size: number): void {
    if (freshAt(obj, off).fresh === "unknown") return;
    addPart(obj, { lo: off, hi: off + size, fresh: "unknown", name: obj.name, forgotten: true });
  }

  /** Calls a function by its address, when it is one that has a body or a contract. Whether it did. */
  callback(fn: Value, args: readonly Value[], from: Loc | null = null): boolean {
    const { w } = this;
    if (typeof fn !== "bigint") return false;
    const sym = w.mem.at(fn)?.obj.fn;
    if (sym == null) return false;
    const loc = from ?? (w.stack.length > 0 ? w.frame.loc : (this.asked?.x.loc ?? w.place().loc));
    const x = {
      k: "call",
      t: { kind: "void", quals: 0 },
      loc,
      fx: 1,
      target: sym,
      ft: sym.type(),
      args: [],
      named: args.length,
    } as unknown as Extract<X, { k: "call" }>;
    this.call(sym.name, sym, [...args], x, loc);
    return true;
  }

  // ---- what nothing is known of -------------------------------------------------------------------------------------------

  /** Counts what a callee of which nothing is known is given, and remembers a thing of this path that its name says it ends. */
  private lends(v: Value, arg: number, site: CallSite): void {
    const { w } = this;
    const at = typeof v === "bigint" ? w.mem.at(v) : null;
    const name =
      typeof v !== "bigint" ? v.id : at === null ? null : at.off === 0 ? at.obj.name : w.lockName(v);
    if (name === null || at?.obj.kind === "string" || at?.obj.kind === "function") return;
    const of = plainName(name.replace(/^\*/, ""));
    w.lent.set(of, (w.lent.get(of) ?? 0) + 1);
    if (arg !== 0 || site.x.t.kind !== "void" || !ENDS_WHOLE.test(site.name)) return;
    const made = makerOf(of);
    // What a body of another file ends of a thing that it was given hangs on that thing.
    if (made === null || (of !== made && w.beside() > 0)) return;
    const thing = { kind: "", what: "", sort: "counted", harmless: false, travels: false } as const;
    w.ended.push({ ...thing, of, object: of, at: w.spot(site.name), made });
    w.gives.add(` ${of}`);
  }

  private summary(site: CallSite, sym: FunctionSym | null): Value {
    const { w } = this;
    w.assumed.add(site.name);
    if (/\W/.test(site.name)) w.called.set(site.name, site.origin.loc);
    const noreturn = sym?.noreturn === true || site.name === "__fs_bug";
    this.errorPointers(site, () => false);
    if (noreturn) throw new PathEnd("stopped", `${site.name}() does not return`);
    if (ENDS_THING.test(site.name)) this.freesMembers(site, sym, () => true);
    site.args.forEach((a, i) => {
      w.hand(a);
      const v = w.known.resolve(a);
      this.lends(v, i, site);
      this.takesOut(v, i, site);
      if (typeof v !== "bigint") return;
      if (v === 0n && site.x.t.kind !== "void") w.nulls.show(i, site.origin.key);
      const at = w.mem.at(v);
      if (at === null || at.obj.kind === "string" || at.obj.kind === "function") return;
      for (const h of w.books.of(v))
        if (
          h.state === "held" &&
          h.kind.sort !== "lock" &&
          (h.kind.sort === "state"
            ? ENDS_STATE.test(site.name)
            : !BORROWS.test(site.name) || (h.kind.travels && HANDS_ON.test(site.name)))
        )
          if (h.lent === null || ENDS_THING.test(site.name)) h.lent = site.name;
      if (at.off !== 0 && PUTS.test(site.name)) lend(w, at.obj, site.name);
      const declared = site.x.ft.params[i]?.type ?? site.x.args[i]?.t;
      const to = declared?.kind === "pointer" ? declared.to : null;
      if (to === null || (to.quals & 1) !== 0) return;
      const argType = site.x.args[i]?.t;
      const real = to.kind === "void" && argType?.kind === "pointer" ? argType.to : to;
      const scalar = real.kind === "pointer" || isInteger(real);
      const size = at.obj.kind === "local" && at.off === 0 ? (at.obj.size ?? 8) : (sizeSafe(real) ?? 8);
      if (at.obj.kind === "local") {
        const stays = at.off === 0 && real.kind === "record" && CURSORS.has(real.info.tag ?? "") ? 8 : 0;
        // It may write all of it, but what leads to something that was taken is not lost by that, nor what lies behind its own record.
        const end = real.kind === "record" ? (sizeSafe(real) ?? size) : size;
        const led = [...at.obj.cells].filter(([o, c]) => {
          const to = c.size === 8 ? w.known.resolve(c.v) : 0n;
          if (typeof to !== "bigint" || w.mem.at(to) === null) return false;
          return o >= at.off + end || w.books.of(to).some((h) => h.state === "held");
        });
        w.forget(at.obj, at.off + stays, size - stays, `${site.origin.key}:${i}`);
        for (const [o, c] of led) at.obj.cells.set(o, c);
      } else if (scalar && real.kind !== "pointer" && to.kind !== "void") {
        w.forget(at.obj, at.off, sizeOf(real), `${site.origin.key}:${i}`);
        // A buffer: how much of it is filled nobody knows.
        if (at.obj.fresh === "uninitialised" && memberFrom(at.obj.type, at.off) === null)
          at.obj.fresh = "unknown";
      } else if (freshAt(at.obj, at.off).fresh === "uninitialised") at.obj.fresh = "unknown";
      else if (real.kind === "pointer" && to.kind !== "void") this.setPointer(at, `${site.origin.key}:${i}`);
      else if (real.kind === "record" && at.obj.kind !== "global") {
        if (at.obj.kind === "heap") this.setMembers(at, size);
        this.setAnew(at, size, `${site.origin.key}:${i}`);
      }
    });
    const t = site.x.t;
    if (t.kind === "void") return 0n;
    if (t.kind === "record") return w.mem.make(site.origin.key, "local", "unknown", { type: t }).base;
    const value = unknown(site.origin.key, t, site.origin);
    if (t.kind === "pointer") w.madeUp++;
    if (!FIRMWARE_SAYS.test(site.name)) return value;
    const asked = `${site.name} ${site.args.map((a) => valueText(w.known.resolve(a))).join()}`;
    const said = w.firmware.get(asked) ?? value;
    w.firmware.set(asked, said);
    return said;
  }
}

/** Records that begin with a pointer to what they walk over: no callee that is handed one changes that. */
const CURSORS: ReadonlySet<string> = new Set(["xa_state"]);

/** Heads of lists and trees. */
const HEADS: ReadonlySet<string> = new Set([
  "rb_root",
  "rb_root_cached",
  "list_head",
  "hlist_head",
  "llist_head",
  "timerqueue_head",
]);

/** Callees that by their names take a thing out of what they are given besides. */
const TAKES_OUT = /(?:^|_)(?:erase|del|delete|remove|unlink|detach|dequeue|pop|evict|replace)(?:_|$)/;

/** Questions to the description of the machine, which does not change: asked again they have the same answer. */
const FIRMWARE_SAYS = /^(?:of|fwnode)_(?:\w+_)?(?:is|has)_/;

/** Memory that is given as a number, which its user makes a pointer of (`__get_free_pages()`). */
const givesAddress = (c: Contract, t: CType): boolean =>
  isInteger(t) && sizeSafe(t) === 8 && c.clauses.some((k) => k.kind === "memory" && k.where.at === "ret");
