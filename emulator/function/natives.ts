/**
 * Functions that are not C here: memory and strings, atomic counters, bits, logging, and the stand-ins of shims.ts. Each
 * works on what is known and leaves an unknown where something is not. Leaves out everything that the books are about.
 */
import { type CType, INT, UCHAR, ULONG } from "../c/ctype.ts";
import { variableOf } from "./extent.ts";
import { lend } from "./held.ts";
import { addPart, arrayRoom, clear, freshAt, type Obj, put } from "./memory.ts";
import { type CallSite, COUNTER_USED, PathEnd, type Run } from "./run.ts";
import { derived, unknown, type Value } from "./value.ts";

export type Native = (w: Run, site: CallSite) => Value;

const MAX_STRING = 300;

function at(w: Run, v: Value, what: string): { obj: Obj; off: number } {
  return w.reach(v, 0, null, what);
}

/** The same of an argument, which is called as the source has it. */
function argument(w: Run, s: CallSite, n: number, what: string): { obj: Obj; off: number } {
  const x = s.x.args[n];
  w.via = x === undefined ? null : variableOf(x);
  return at(w, s.args[n]!, what);
}

function open(w: Run, site: CallSite, t: CType = site.x.t): Value {
  const key = `${site.name.replace(/^__fs_/, "")}()`;
  const n = (w.calls.get(key) ?? 0) + 1;
  w.calls.set(key, n);
  return t.kind === "void" ? 0n : unknown(n === 1 ? key : `${key} #${n}`, t, { ...site.origin, key });
}

/** A string that is wholly known, or null. */
function stringAt(w: Run, v: Value): string | null {
  const r = w.known.resolve(v);
  if (typeof r !== "bigint") return null;
  const a = w.mem.at(r);
  if (a === null) return null;
  let out = "";
  for (let i = 0; i < MAX_STRING; i++) {
    w.mem.work.done += 8;
    let c: Value;
    if (a.obj.bytes !== null) c = BigInt(a.obj.bytes[a.off + i] ?? 0);
    else {
      const cell = a.obj.cells.get(a.off + i);
      if (cell === undefined) {
        if (freshAt(a.obj, a.off + i).fresh !== "zero") return null;
        c = 0n;
      } else if (cell.size !== 1) return null;
      else c = w.known.resolve(cell.v);
    }
    if (typeof c !== "bigint") return null;
    if (c === 0n) return out;
    out += String.fromCharCode(Number(c & 0xffn));
  }
  return null;
}

function count(w: Run, s: CallSite, arg: number): { obj: Obj; off: number; old: Value } {
  w.counter = s.name;
  const a = at(w, s.args[arg]!, COUNTER_USED);
  if (a.obj.kind === "heap") w.counters.set(`${a.obj.id}:${a.off}`, a);
  return { ...a, old: w.load(a.obj, a.off, INT, null, a.off) };
}

function add(by: 1n | -1n, result: "old" | "new" | "none"): Native {
  return (w, s) => {
    const c = count(w, s, 0);
    const v = w.arith("add", c.old, by, INT);
    put(c.obj, c.off, 4, v);
    if (by > 0n) c.obj.raised++;
    return result === "old" ? c.old : result === "new" ? v : 0n;
  };
}

function addArg(sign: "add" | "sub", result: "new" | "none"): Native {
  return (w, s) => {
    const c = count(w, s, 1);
    const v = w.arith(sign, c.old, s.args[0]!, INT);
    put(c.obj, c.off, 4, v);
    return result === "new" ? v : 0n;
  };
}

/** What the head lies in is the callback's from now on: it runs after a grace period, when the path is over. */
function afterGrace(arg: number): (w: Run, s: CallSite) => Value {
  return (w, s) => {
    const a = at(w, s.args[arg]!, "a callback is queued");
    w.graced.add(a.obj.id);
    for (const h of w.books.holdings)
      if (h.state === "held" && h.kind.sort !== "lock" && w.mem.at(h.key)?.obj === a.obj) h.state = "passed";
    return 0n;
  };
}

/** Whether a device is known to the driver core, where this path made or ended that; else it is open. */
function registered(w: Run, s: CallSite): Value {
  const key = w.known.resolve(s.args[0] ?? 0n);
  const last =
    typeof key === "bigint" ? w.books.of(key).findLast((h) => h.kind.name === "added-device") : undefined;
  if (last === undefined) return unknown(s.origin.key, INT, s.origin);
  return last.state === "given" ? 0n : 1n;
}

/** Whether runtime PM is on: kept by the device, because what it says of suspending hangs on it. */
function poweredAtRun(w: Run, s: CallSite): Value {
  const key = w.known.resolve(s.args[0] ?? 0n);
  const v = open(w, s);
  if (typeof key === "bigint") w.runtimePm.set(key, v);
  return v;
}

/** Where runtime PM was enabled and is off all the same, the kernel is without it, and nothing is ever suspended by it. */
function suspendedAtRun(w: Run, s: CallSite): Value {
  const key = w.known.resolve(s.args[0] ?? 0n);
  const on = typeof key === "bigint" ? w.runtimePm.get(key) : undefined;
  const without =
    typeof key === "bigint" &&
    on !== undefined &&
    w.known.resolve(on) === 0n &&
    w.books.of(key).some((h) => h.kind.name === "pm-enabled");
  return without ? 0n : open(w, s);
}

/** Down by one: whether it is zero then. What comes from outside is not the last. */
const downToZero: Native = (w, s) => {
  const c = count(w, s, 0);
  const v = w.arith("sub", c.old, 1n, INT);
  put(c.obj, c.off, 4, v);
  return w.compare("eq", v, 0n) ? 1n : 0n;
};

const upUnlessZero: Native = (w, s) => {
  const c = count(w, s, 0);
  if (w.compare("eq", c.old, 0n)) return 0n;
  put(c.obj, c.off, 4, w.arith("add", c.old, 1n, INT));
  c.obj.raised++;
  return 1n;
};

/** A reference count that somebody holds is not zero: so says who takes or gives back one (lib/refcount.c warns otherwise). */
function held(then: Native): Native {
  return (w, s) => {
    const { old, obj } = count(w, s, 0);
    if (typeof old !== "bigint") w.known.assume(old, "ge", 1n);
    // Somebody else has set it to what it is, unseen.
    else if (old === 0n && then === downToZero) lend(w, obj, s.name);
    return then(w, s);
  };
}

const nothing: Native = () => 0n;

/** A directive of a format: flags, width and precision, of which `*` are arguments, then how long what it writes is, and what that is. */
const DIRECTIVE = /%([-+ #0-9.*]*)([a-zA-Z%]{1,3})/g;
/** Bytes of a format that are read. */
const FORMAT_MAX = 4096;

/** Which of a format's arguments are read as text, counted from the first behind it. */
function textsOf(format: string): number[] {
  const out: number[] = [];
  let n = 0;
  for (const [, sizes = "", letters = ""] of format.matchAll(DIRECTIVE)) {
    const conversion = [...letters].find((c) => !"hlLzjtq".includes(c));
    n += sizes.split("*").length - 1;
    if (conversion === "s") out.push(n);
    if (conversion !== "%") n++;
  }
  return out;
}

/** A line of the log: what stands before its format is asked for its name, and its texts are read. */
const log: Native = (w, s) => {
  const named = (a: Value | undefined): void => {
    const v = a === undefined ? null : w.known.resolve(a);
    const to = typeof v === "bigint" ? w.mem.at(v) : null;
    if (to !== null && to.obj.gone !== null) at(w, v!, `a line of the log names ${to.obj.name}`);
  };
  for (const [i, a] of s.args.entries()) {
    let x = s.x.args[i];
    while (x?.k === "conv") x = x.x;
    const t = x?.t;
    if (t?.kind === "pointer" && t.to.kind === "record") {
      named(a);
      continue;
    }
    const format = typeof a === "bigint" ? w.mem.at(a) : null;
    if (format?.obj.kind === "string" && format.obj.bytes !== null)
      for (const n of textsOf(String.fromCharCode(...format.obj.bytes.subarray(0, FORMAT_MAX))))
        named(s.args[i + 1 + n]);
    break;
  }
  return 0n;
};
const mild: Native = (w, s) => {
  const { loc } = w.frame;
  w.warned.add(`${loc.file}:${loc.line}`);
  return log(w, s);
};
const first: Native = (_w, s) => s.args[0] ?? 0n;

function bitOf(w: Run, s: CallSite): { obj: Obj; off: number; mask: bigint; old: Value } {
  const nr = w.number(s.args[0]!);
  const a = at(w, s.args[1]!, "a bit is used");
  const off = a.off + Number((nr / 64n) * 8n);
  return { obj: a.obj, off, mask: 1n << (nr % 64n), old: w.load(a.obj, off, ULONG, null, off) };
}

function bit(change: "set" | "clear" | "flip" | "none", gives: boolean): Native {
  return (w, s) => {
    const b = bitOf(w, s);
    const was = gives ? (w.compare("ne", w.arith("and", b.old, b.mask, ULONG), 0n) ? 1n : 0n) : 0n;
    if (change === "set" && gives && was === 0n && w.stack.at(-1)?.own === true && b.obj.kind !== "local")
      w.claims.push({ obj: b.obj, off: b.off, mask: b.mask, at: s.origin });
    if (change === "set") put(b.obj, b.off, 8, w.arith("or", b.old, b.mask, ULONG));
    else if (change === "clear")
      put(b.obj, b.off, 8, w.arith("and", b.old, ((1n << 64n) - 1n) ^ b.mask, ULONG));
    else if (change === "flip") put(b.obj, b.off, 8, w.arith("xor", b.old, b.mask, ULONG));
    return was;
  };
}

const copy: Native = (w, s) => {
  const n = w.known.resolve(s.args[2] ?? 0n);
  if (n === 0n) return s.args[0]!;
  const to = argument(w, s, 0, "it is written");
  const from = argument(w, s, 1, "it is read");
  w.bytesWithin(s, to, 0, 2, "writes");
  w.bytesWithin(s, from, 1, 2, "reads");
  if (typeof n === "bigint" && n < 1n << 20n) w.copyBytes(to.obj, to.off, from.obj, from.off, Number(n));
  else w.forget(to.obj, to.off, to.obj.size ?? 4096, s.origin.key);
  return s.args[0]!;
};

const set: Native = (w, s) => {
  const n = w.known.resolve(s.args[2] ?? 0n);
  const v = w.known.resolve(s.args[1] ?? 0n);
  if (n === 0n) return s.args[0]!;
  const to = argument(w, s, 0, "it is written");
  w.bytesWithin(s, to, 0, 2, "writes");
  const size = typeof n === "bigint" && n < 1n << 24n ? Number(n) : (to.obj.size ?? 4096);
  clear(to.obj, to.off, size);
  addPart(to.obj, {
    lo: to.off,
    hi: to.off + size,
    fresh: v === 0n ? "zero" : "unknown",
    name: s.origin.key,
    forgotten: false,
  });
  return s.args[0]!;
};

const stringLength: Native = (w, s) => {
  argument(w, s, 0, "it is read");
  const text = stringAt(w, s.args[0]!);
  if (text !== null) return BigInt(text.length);
  const length = open(w, s);
  const of = w.known.resolve(s.args[0]!);
  if (typeof of === "bigint" && typeof length !== "bigint" && s.name === "strlen")
    w.lengthOf.set(length.id, of);
  return length;
};

const stringCompare: Native = (w, s) => {
  argument(w, s, 0, "it is read");
  const [a, b] = [stringAt(w, s.args[0]!), stringAt(w, s.args[1]!)];
  if (a === null || b === null) {
    const u = open(w, s, INT);
    // Two strings that are not both known are the same or not: "not" first.
    return w.choose(`${typeof u === "bigint" ? "" : u.id} differs`, ["yes", "no"]) === "yes" ? 1n : 0n;
  }
  const n = s.args.length > 2 ? Number(w.number(s.args[2]!)) : MAX_STRING;
  const [x, y] = [a.slice(0, n), b.slice(0, n)];
  return x === y ? 0n : x < y ? -1n : 1n;
};

/** Which argument of a function that writes a string says how much room there is. */
const ROOM: ReadonlyMap<string, number | "string"> = new Map<string, number | "string">([
  ["strcpy", "string"],
  ["strncpy", 2],
  ["strscpy", 2],
  ["strscpy_pad", 2],
  ["strlcpy", 2],
  ["snprintf", 1],
  ["scnprintf", 1],
]);

const writtenString: Native = (w, s) => {
  w.mem.work.done += 128;
  const room = ROOM.get(s.name);
  // Into no bytes nothing is written: `snprintf(NULL, 0, ...)` asks how long it would be.
  if (typeof room === "number" && w.known.resolve(s.args[room] ?? 1n) === 0n) return open(w, s);
  const to = argument(w, s, 0, "it is written");
  if (room !== undefined) w.bytesWithin(s, to, 0, room, room === "string" ? "writes" : "may write");
  const text = s.name === "strcpy" || s.name === "strscpy" ? stringAt(w, s.args[1]!) : null;
  if (text !== null && text.length < 200) {
    for (let i = 0; i <= text.length; i++)
      put(to.obj, to.off + i, 1, BigInt(i < text.length ? text.charCodeAt(i) : 0));
    return s.x.t.kind === "pointer" ? s.args[0]! : BigInt(text.length);
  }
  const n =
    s.name === "strcpy" || s.name === "strcat" || s.name === "sprintf"
      ? null
      : w.known.resolve(s.args[s.name === "snprintf" || s.name === "scnprintf" ? 1 : 2] ?? 0n);
  // What is said to fit in an array leaves what lies behind that as it was.
  const fits = n === null ? arrayRoom(to.obj.type, to.off) : null;
  const size = typeof n === "bigint" && n > 0n && n < 4096n ? Number(n) : (fits ?? to.obj.size ?? 64);
  if (to.obj.bytes === null) w.forget(to.obj, to.off, size, s.origin.key);
  return s.x.t.kind === "pointer" ? s.args[0]! : open(w, s);
};

/** strsep(): gives the word, and moves the caller's pointer behind it, to NULL after the last. */
const separate: Native = (w, s) => {
  const slot = at(w, s.args[0]!, "the pointer is read");
  const t = s.x.t;
  const v = w.known.resolve(w.load(slot.obj, slot.off, t, null, slot.off));
  if (v === 0n) return 0n;
  const word = w.address(v, UCHAR);
  const more = w.choose(`${s.origin.key} finds a separator`, ["no", "yes"]);
  const n = (w.calls.get("strsep rest") ?? 0) + 1;
  w.calls.set("strsep rest", n);
  put(slot.obj, slot.off, 8, more === "yes" && n < 3 ? word + 1n : 0n);
  return word;
};

const copied: Native = (w, s) => {
  const from = s.name.includes("to_user") ? s.args[1] : null;
  if (from !== undefined && from !== null) {
    const a = at(w, from, "it is copied to user space");
    w.bytesWithin(s, a, 1, 2, "reads");
    const n = w.known.resolve(s.args[2] ?? 0n);
    if (typeof n === "bigint" && n > 0n && n < 65536n) w.uninitialisedCopy(a.obj, a.off, Number(n), s.name);
  } else {
    const a = argument(w, s, 0, "it is written");
    w.bytesWithin(s, a, 0, 2, "writes");
    const n = w.known.resolve(s.args[2] ?? 0n);
    w.forget(
      a.obj,
      a.off,
      typeof n === "bigint" && n < 1n << 20n ? Number(n) : (a.obj.size ?? 4096),
      "from user space",
    );
  }
  return w.choose(`${s.origin.key}`, ["works", "fails"], s.name) === "works" ? 0n : 1n;
};

/** Waits and copies that give an errno or zero. */
const may: Native = (w, s) => {
  const key = `${s.name.replace(/^__fs_/, "")}()`;
  const n = (w.calls.get(key) ?? 0) + 1;
  w.calls.set(key, n);
  return w.choose(n === 1 ? key : `${key} #${n}`, ["works", "fails"], s.name) === "works" ? 0n : -110n;
};

const errPtr: Native = (w, s) => {
  const v = w.known.resolve(s.args[0]!);
  return typeof v === "bigint" ? BigInt.asUintN(64, v) : derived({ k: "conv", x: v }, s.x.t);
};

/** The number of the first or the last bit that is set, counted from 0 or from 1; of no bit 0. */
const scan =
  (end: "first" | "last", from: bigint, bits = 64): Native =>
  (w, s) => {
    const v = w.known.resolve(s.args[0]!);
    if (typeof v !== "bigint") return open(w, s);
    const digits = BigInt.asUintN(bits, v).toString(2);
    if (digits === "0") return 0n;
    const at = end === "last" ? digits.length - 1 : digits.length - 1 - digits.lastIndexOf("1");
    return BigInt(at) + from;
  };

/** The task that runs is the same one as long as the path does. */
const current: Native = (w, s) => {
  w.current ??= unknown("current", s.x.t, { ...s.origin, key: "current" });
  return w.current;
};

export const NATIVES: ReadonlyMap<string, Native> = new Map<string, Native>([
  ["__fs_log", log],
  ["__fs_log_mild", mild],
  ["__fs_current", current],
  [
    "__fs_bug",
    () => {
      throw new PathEnd("stopped", "BUG()");
    },
  ],
  [
    "dev_err_probe",
    (w, s) => {
      log(w, { ...s, args: s.args.slice(0, 1) });
      return s.args[1] ?? 0n;
    },
  ],
  ["__fs_poll", may],
  ["__fs_user_copy", may],
  ["__fs_user_put", may],
  ["__fs_wait_interruptible", may],
  ["memcpy", copy],
  ["memmove", copy],
  ["__memcpy", copy],
  ["memset", set],
  ["strlen", stringLength],
  ["strnlen", stringLength],
  ["strcmp", stringCompare],
  ["strncmp", stringCompare],
  ["strcasecmp", stringCompare],
  ["strncasecmp", stringCompare],
  ["memcmp", stringCompare],
  ["sysfs_streq", stringCompare],
  ["strcpy", writtenString],
  ["strncpy", writtenString],
  ["strscpy", writtenString],
  ["strlcpy", writtenString],
  ["strscpy_pad", writtenString],
  ["strcat", writtenString],
  ["strlcat", writtenString],
  ["snprintf", writtenString],
  ["scnprintf", writtenString],
  ["sprintf", writtenString],
  ["strsep", separate],
  ["strim", first],
  ["skip_spaces", first],
  ["strstrip", first],
  ["copy_to_user", copied],
  ["__copy_to_user", copied],
  ["copy_from_user", copied],
  ["__copy_from_user", copied],
  ["atomic_inc", add(1n, "none")],
  ["atomic_dec", add(-1n, "none")],
  ["atomic_inc_return", add(1n, "new")],
  ["atomic_dec_return", add(-1n, "new")],
  ["atomic_add", addArg("add", "none")],
  ["atomic_sub", addArg("sub", "none")],
  ["atomic_add_return", addArg("add", "new")],
  ["atomic_sub_return", addArg("sub", "new")],
  ["atomic_dec_and_test", downToZero],
  ["atomic_inc_not_zero", upUnlessZero],
  ["atomic_add_unless", upUnlessZero],
  ["atomic_read", (w, s) => count(w, s, 0).old],
  [
    "atomic_set",
    (w, s) => {
      const a = at(w, s.args[0]!, "a counter is set");
      put(a.obj, a.off, 4, s.args[1] ?? 0n);
      return 0n;
    },
  ],
  ["refcount_read", (w, s) => count(w, s, 0).old],
  ["refcount_inc", held(add(1n, "none"))],
  ["refcount_dec", held(add(-1n, "none"))],
  ["refcount_dec_and_test", held(downToZero)],
  ["refcount_inc_not_zero", upUnlessZero],
  [
    "refcount_set",
    (w, s) => {
      const a = at(w, s.args[0]!, "a counter is set");
      put(a.obj, a.off, 4, s.args[1] ?? 0n);
      return 0n;
    },
  ],
  ["__fs_test_bit", bit("none", true)],
  ["__fs_set_bit", bit("set", false)],
  ["__fs_clear_bit", bit("clear", false)],
  ["__fs_change_bit", bit("flip", false)],
  ["__fs_test_and_set_bit", bit("set", true)],
  ["__fs_test_and_clear_bit", bit("clear", true)],
  ["__fs_ctz", scan("first", 0n)],
  ["__fs_clz", scan("last", 0n)],
  ["__fs_ffs", scan("first", 1n, 32)],
  ["__fs_fls", scan("last", 1n, 32)],
  ["__fs_fls64", scan("last", 1n)],
  ["__fs_no_flags", nothing],
  ["__fs_no_count", nothing],
  ["ERR_PTR", errPtr],
  ["kmemleak_alloc", nothing],
  ["device_is_registered", registered],
  ["pm_runtime_enabled", poweredAtRun],
  ["pm_runtime_status_suspended", suspendedAtRun],
  ["call_rcu", afterGrace(0)],
  ["call_rcu_hurry", afterGrace(0)],
  ["call_srcu", afterGrace(1)],
  ["udelay", nothing],
  ["ndelay", nothing],
  ["mdelay", nothing],
  ["msleep", nothing],
  ["usleep_range", nothing],
  ["fsleep", nothing],
]);
