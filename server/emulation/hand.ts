/**
 * A worker of a pool as the calling thread sees it, and what goes over the wire in both directions: plain data, in which lists of
 * functions are numbers into a table that grows with the messages. Leaves out who gives which work to whom (pool.ts, series.ts).
 */
import type { PatchResult } from "../review/analysis.ts";
import type { CaseOutcome } from "../review/outcome.ts";
import type { PlanItem } from "../review/plan.ts";
import type { FidelityName, Finding, PatchEvent, ReviewOptions, Run } from "../review/types.ts";
import type { Questions } from "../source/asked.ts";

/** A function that ran, as runs and findings list it. */
type Ran = { readonly name: string; readonly fidelity: FidelityName };

/** What a worker's thread is started with. */
export interface PoolSetup {
  readonly kind: "pool";
}

/** To a worker. */
export type ToWorker =
  | {
      readonly kind: "review";
      readonly id: number;
      readonly input: Uint8Array | string;
      readonly path: string;
      readonly options: ReviewOptions;
      /** One Int32, not zero asks it to stop; and, where somebody looks, a second: the document's line. */
      readonly stop: SharedArrayBuffer;
    }
  /** Make patch n ready. */
  | { readonly kind: "patch"; readonly id: number; readonly n: number }
  /** Review patch n from its plan to its end. */
  | { readonly kind: "whole"; readonly id: number; readonly n: number }
  | { readonly kind: "case"; readonly id: number; readonly index: number; readonly item: PlanItem };

/** From a worker: an outcome's lists of functions are numbers into a table that grows with the messages. */
export type FromWorker =
  | { readonly kind: "ready"; readonly id: number; readonly n: number }
  | { readonly kind: "failed"; readonly id: number }
  | {
      readonly kind: "outcome";
      readonly id: number;
      readonly index: number;
      readonly fresh: readonly Ran[];
      readonly outcome: CaseOutcome;
      readonly functions: Uint32Array;
      readonly findings: readonly Uint32Array[];
      /** What it asked of the kernel tree since the last outcome. */
      readonly asked: Questions | null;
    }
  /** An event of a patch that the worker has as a whole: all but its end. */
  | {
      readonly kind: "event";
      readonly id: number;
      readonly n: number;
      readonly fresh: readonly Ran[];
      readonly event: PatchEvent;
      readonly functions: Uint32Array;
    }
  | {
      readonly kind: "whole";
      readonly id: number;
      readonly n: number;
      readonly fresh: readonly Ran[];
      readonly result: PatchResult;
      readonly runs: readonly Uint32Array[];
      readonly findings: readonly Uint32Array[];
      readonly asked: Questions | null;
    };

/** The part of a thread that the pool uses; tests give their own. */
export interface PoolThread {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: FromWorker) => void): unknown;
  on(event: "error", listener: () => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  terminate(): unknown;
}

/** A worker as the pool sees it. */
export class Hand {
  readonly thread: PoolThread;
  /** Indices of the cases that it has. */
  readonly has = new Set<number>();
  lost = false;
  /** Review and patch that it was told of, and whether it has answered that it is ready. */
  at = { id: 0, n: -1 };
  ready = false;
  heard: (message: FromWorker) => void = () => {};
  private readonly table: Ran[] = [];

  constructor(thread: PoolThread) {
    this.thread = thread;
    thread.on("message", (message: FromWorker) => {
      // Also of what nobody waits for any more: later messages build on it.
      if ("fresh" in message) this.table.push(...message.fresh);
      this.heard(message);
    });
    const end = (): void => {
      this.lost = true;
      this.heard({ kind: "failed", id: this.at.id });
    };
    thread.on("error", end);
    thread.on("exit", end);
  }

  send(message: ToWorker): void {
    this.thread.postMessage(message);
  }

  decode(m: Extract<FromWorker, { kind: "outcome" }>): CaseOutcome {
    const { outcome } = m;
    return {
      ...outcome,
      run: this.named(outcome.run, m.functions),
      candidates: outcome.candidates.map((c, i) => ({
        ...c,
        finding: this.named(c.finding, m.findings[i]!),
      })),
    };
  }

  decodeEvent(m: Extract<FromWorker, { kind: "event" }>): PatchEvent {
    const { event } = m;
    if (event.kind === "run") return { ...event, run: this.named(event.run, m.functions) };
    return event.kind === "finding" ? { ...event, finding: this.named(event.finding, m.functions) } : event;
  }

  decodeWhole(m: Extract<FromWorker, { kind: "whole" }>): PatchResult {
    const { result } = m;
    return {
      ...result,
      runs: result.runs.map((r, i) => this.named(r, m.runs[i]!)),
      findings: result.findings.map((f, i) => this.named(f, m.findings[i]!)),
    };
  }

  private named<T extends Run | Finding>(of: T, ids: Uint32Array): T {
    return { ...of, functions: Array.from(ids, (i) => this.table[i]!) };
  }
}

/** The worker's side of the table: functions as numbers, and those that the other side does not know yet. */
export class Numbering {
  private readonly ids = new Map<string, number>();
  private fresh: Ran[] = [];

  private numbers(list: readonly Ran[]): Uint32Array {
    return Uint32Array.from(list, (f) => {
      const key = `${f.fidelity} ${f.name}`;
      let n = this.ids.get(key);
      if (n === undefined) {
        this.ids.set(key, (n = this.ids.size));
        this.fresh.push(f);
      }
      return n;
    });
  }

  /** What the message that goes out next has to tell first. */
  private takeFresh(): readonly Ran[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }

  outcome(id: number, index: number, outcome: CaseOutcome, asked: Questions | null): FromWorker {
    const functions = this.numbers(outcome.run.functions);
    const findings = outcome.candidates.map((c) => this.numbers(c.finding.functions));
    return {
      kind: "outcome",
      id,
      index,
      fresh: this.takeFresh(),
      functions,
      findings,
      asked,
      outcome: {
        ...outcome,
        run: unnamed(outcome.run),
        candidates: outcome.candidates.map((c) => ({ ...c, finding: unnamed(c.finding) })),
      },
    };
  }

  event(id: number, n: number, event: PatchEvent): FromWorker {
    const of = event.kind === "run" ? event.run : event.kind === "finding" ? event.finding : null;
    const functions = this.numbers(of?.functions ?? []);
    const sent: PatchEvent =
      event.kind === "run"
        ? { ...event, run: unnamed(event.run) }
        : event.kind === "finding"
          ? { ...event, finding: unnamed(event.finding) }
          : event;
    return { kind: "event", id, n, fresh: this.takeFresh(), functions, event: sent };
  }

  whole(id: number, n: number, result: PatchResult, asked: Questions | null): FromWorker {
    const runs = result.runs.map((r) => this.numbers(r.functions));
    const findings = result.findings.map((f) => this.numbers(f.functions));
    const sent = { ...result, runs: result.runs.map(unnamed), findings: result.findings.map(unnamed) };
    return { kind: "whole", id, n, fresh: this.takeFresh(), runs, findings, asked, result: sent };
  }
}

const unnamed = <T extends Run | Finding>(of: T): T => ({ ...of, functions: [] });
