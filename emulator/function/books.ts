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
}

export class Books {
  readonly holdings: Holding[] = [];
  /** Given back although not taken here: by kind and key. */
  private readonly debts = new Map<string, Spot>();
  /** Calls that were to take one and failed: by kind and key. */
  private readonly tried = new Map<string, CallOrigin>();

  take(kind: Kind, key: bigint, taken: CallOrigin, stack: readonly string[], first: boolean): Holding {
    const h: Holding = { kind, key, taken, stack, state: "held", given: null, lent: null, first };
    // What was given up before, for somebody who held it before the call, is taken again for him.
    const debt = kind.sort === "state" ? this.debt(kind, key) : null;
    if (debt !== null) {
      this.repay(kind, key);
      h.state = "passed";
      h.given = debt;
    }
    this.holdings.push(h);
    return h;
  }

  /** A call that should have taken one failed. */
  failed(kind: Kind, key: bigint, call: CallOrigin): void {
    this.tried.set(`${kind.name} ${key}`, call);
  }

  /** The call that should have taken one and failed, where none was ever taken on this path. */
  failedOnly(kind: Kind, key: bigint): CallOrigin | null {
    if (this.holdings.some((h) => h.key === key && h.kind === kind)) return null;
    return this.tried.get(`${kind.name} ${key}`) ?? null;
  }

  /** The last one of the kind that is still held. */
  held(kind: Kind, key: bigint): Holding | null {
    for (let i = this.holdings.length - 1; i >= 0; i--) {
      const h = this.holdings[i]!;
      if (h.key === key && h.kind === kind && h.state === "held") return h;
    }
    return null;
  }

  count(kind: Kind, key: bigint): number {
    return this.holdings.filter((h) => h.key === key && h.kind === kind && h.state === "held").length;
  }

  /** Gives one back. `twice`: it had been given back before, or passed on. */
  give(kind: Kind, key: bigint, spot: Spot): { holding: Holding | null; twice: Holding | null } {
    const h = this.held(kind, key);
    if (h !== null) {
      h.state = "given";
      h.given = spot;
      return { holding: h, twice: null };
    }
    const before = this.holdings.findLast((x) => x.key === key && x.kind === kind);
    if (before !== undefined) return { holding: null, twice: before };
    this.debts.set(`${kind.name} ${key}`, spot);
    return { holding: null, twice: null };
  }

  /** Where one was given back that had not been taken here. */
  debt(kind: Kind, key: bigint): Spot | null {
    return this.debts.get(`${kind.name} ${key}`) ?? null;
  }

  /** Keys of those of a kind that were given back and had not been taken here. */
  debtsOf(kind: Kind): readonly bigint[] {
    const start = `${kind.name} `;
    return [...this.debts.keys()].flatMap((k) =>
      k.startsWith(start) ? [BigInt(k.slice(start.length))] : [],
    );
  }

  /** Takes a debt back: a lock that was dropped and taken again. */
  repay(kind: Kind, key: bigint): void {
    this.debts.delete(`${kind.name} ${key}`);
  }

  openDebts(): readonly { key: string; spot: Spot }[] {
    return [...this.debts].map(([key, spot]) => ({ key, spot }));
  }
}
