/**
 * The books of a path: what was taken, by which call, and whether it was given back; locks and who holds them. What the
 * caller held before the call is not known, so giving back something that was not taken here is no fault by itself.
 * Leaves out which function takes what (contracts) and the judgement of a whole path (audit.ts).
 */
import type { Loc } from "../c/ast.ts";
import type { Kind } from "./contract.ts";
import type { CallOrigin } from "./value.ts";

/** Where something happened. */
export interface Spot {
  readonly by: string;
  readonly loc: Loc;
  readonly fn: string;
  /** How many choices the path had made by then. */
  readonly decided?: number;
}

export interface Holding {
  readonly kind: Kind;
  /** What it is one of: the address of the object or lock. */
  readonly key: bigint;
  readonly taken: CallOrigin;
  /** Functions of the patched files under way when it was taken, the entry first. */
  readonly stack: readonly string[];
  state: "held" | "given" | "passed";
  given: Spot | null;
  /** A callee that is not known had it in hand: it may have kept it. */
  lent: string | null;
  /** It came into being by this: the last one that is given back ends it. */
  readonly first: boolean;
  /** One more of something that was there before the call: its count was raised. */
  readonly more: boolean;
  /** A lock of the caller's that was given up and is taken again for him. */
  readonly restored: boolean;
  /** A lock or a state of the caller's was given up before, and this takes it again. */
  readonly again: boolean;
  /** Of several that have no address, the number by which they are told apart: where it says that of both, that one is given back. */
  readonly number: string | null;
  /** Functions of other files than the patched ones took it, and gave it back. */
  byOthers: boolean;
  /** Of what was made ready, and may run from then on: a call failed before any other had worked that could have set it going. */
  idle: boolean;
}

/** One that was given back although it had not been taken here. */
export interface Debt {
  readonly kind: Kind;
  readonly key: bigint;
  readonly spot: Spot;
}

/** Of one thing so many are looked at, those that were given back first are forgotten first. */
const MOST_OF_ONE = 24;
const NONE: readonly Holding[] = [];

export class Books {
  readonly holdings: Holding[] = [];
  /** The same by what each is one of: a loop takes and gives thousands. */
  private readonly byKey = new Map<bigint, Holding[]>();
  /** Those under which nobody may sleep, as long as they may be held. */
  private readonly atomic: Holding[] = [];
  /** Given back although not taken here: by kind and key. */
  private readonly debts = new Map<string, Debt>();
  /** Where those of a kind that ends once were ended last, and with which arguments: by kind and key. */
  private readonly ended = new Map<string, { readonly args: string; readonly spot: Spot }>();
  /** Calls that were to take one and failed: by kind and key. */
  private readonly tried = new Map<string, CallOrigin>();
  /** Made ready, and no call has worked since. */
  private readonly untouched: Holding[] = [];
  /** Made ready before a failure. */
  private readonly fallen: Holding[] = [];

  take(
    kind: Kind,
    key: bigint,
    taken: CallOrigin,
    stack: readonly string[],
    how: Pick<Holding, "first" | "more" | "byOthers"> & Partial<Pick<Holding, "number">>,
  ): Holding {
    if (kind.once) this.ended.delete(`${kind.name} ${key}`);
    // What was given up before, for somebody who held it before the call, is taken again for him.
    const debt = kind.sort === "state" || kind.sort === "lock" ? this.debt(kind, key) : null;
    const restored = debt !== null && kind.sort === "lock";
    const h: Holding = {
      kind,
      key,
      taken,
      stack,
      state: "held",
      given: null,
      lent: null,
      number: null,
      ...how,
      restored,
      again: debt !== null,
      idle: false,
    };
    if (kind.life) this.untouched.push(h);
    else if (kind.sort !== "lock") this.wentOn();
    if (debt !== null) this.repay(kind, key);
    if (debt !== null && !restored) {
      h.state = "passed";
      h.given = debt;
    }
    this.holdings.push(h);
    const same = this.byKey.get(key);
    if (same === undefined) this.byKey.set(key, [h]);
    else if (same.push(h) > MOST_OF_ONE) {
      const over = same.findIndex((x) => x.state !== "held");
      if (over >= 0) same.splice(over, 1);
    }
    if (kind.atomic) this.atomic.push(h);
    return h;
  }

  /** A call went well: what was made ready before may have been set going by it. */
  worked(): void {
    if (this.untouched.length > 0) this.untouched.length = 0;
  }

  /** A call failed: what was made ready right before it is idle. */
  fell(): void {
    for (const h of this.untouched) h.idle = true;
    this.fallen.push(...this.untouched.splice(0));
  }

  /** Something is taken: a failure before it was no end. */
  private wentOn(): void {
    this.worked();
    for (const h of this.fallen.splice(0)) h.idle = false;
  }

  /** All that were taken of a thing, whatever became of them. */
  of(key: bigint): readonly Holding[] {
    return this.byKey.get(key) ?? NONE;
  }

  /** Those that are held now under which nobody may sleep. */
  atomics(): readonly Holding[] {
    while (this.atomic.length > 0 && this.atomic[this.atomic.length - 1]!.state !== "held") this.atomic.pop();
    return this.atomic;
  }

  /** A call that should have taken one failed. */
  failed(kind: Kind, key: bigint, call: CallOrigin): void {
    this.tried.set(`${kind.name} ${key}`, call);
  }

  /** The call that should have taken one and failed, where none was ever taken on this path. */
  failedOnly(kind: Kind, key: bigint): CallOrigin | null {
    if (this.of(key).some((h) => h.kind === kind)) return null;
    return this.tried.get(`${kind.name} ${key}`) ?? null;
  }

  /** The last one of the kind that is still held. */
  held(kind: Kind, key: bigint): Holding | null {
    return this.of(key).findLast((h) => h.kind === kind && h.state === "held") ?? null;
  }

  count(kind: Kind, key: bigint): number {
    return this.of(key).filter((h) => h.kind === kind && h.state === "held").length;
  }

  /** Gives one back. `twice`: it had been given back before, or passed on. */
  give(
    kind: Kind,
    key: bigint,
    spot: Spot,
    number: string | null = null,
  ): { holding: Holding | null; twice: Holding | null } {
    const named = (x: Holding): boolean => x.kind === kind && x.state === "held" && x.number === number;
    const h = (number === null ? undefined : this.of(key).findLast(named)) ?? this.held(kind, key);
    if (h !== null) {
      h.state = "given";
      h.given = spot;
      // The caller's, taken again for him: it is his that is given up once more.
      if (h.restored) this.owe(kind, key, spot);
      return { holding: h, twice: null };
    }
    const before = this.of(key).findLast((x) => x.kind === kind);
    // A read side nests: that is the caller's, too.
    if (before === undefined || kind.scope) this.owe(kind, key, spot);
    return { holding: null, twice: before ?? null };
  }

  /** Ends a state that ends once; the call that ended it before with the same arguments, or null. */
  end(kind: Kind, key: bigint, args: string, spot: Spot): Spot | null {
    const of = `${kind.name} ${key}`;
    const before = this.ended.get(of);
    this.ended.set(of, { args, spot });
    return before?.args === args ? before.spot : null;
  }

  private owe(kind: Kind, key: bigint, spot: Spot): void {
    this.debts.set(`${kind.name} ${key}`, { kind, key, spot });
  }

  /** Where one was given back that had not been taken here. */
  debt(kind: Kind, key: bigint): Spot | null {
    return this.debts.get(`${kind.name} ${key}`)?.spot ?? null;
  }

  /** Keys of those of a kind that were given back and had not been taken here. */
  debtsOf(kind: Kind): readonly bigint[] {
    return [...this.debts.values()].flatMap((d) => (d.kind === kind ? [d.key] : []));
  }

  /** Takes a debt back: a lock that was dropped and taken again. */
  repay(kind: Kind, key: bigint): void {
    this.debts.delete(`${kind.name} ${key}`);
  }

  openDebts(): readonly Debt[] {
    return [...this.debts.values()];
  }
}
