/**
 * What a rule is, what it sees when it judges, and what it says. Rules of a watched kind stand in that kind's folder and see
 * its state as well (`Judge` with what the module's `begin` adds); rules about no thing stand in emulator/invariants. Leaves
 * out running (scenario/runner.ts) and the choice of the patch line to blame (server/review).
 */
import type { EraRow, EraSpan } from "../kernel/era.ts";
import type { MachineEvent } from "./event.ts";
import type { Subject } from "./subject.ts";

export type Level = "error" | "warning";

/** A broken rule, as found: who is to blame is worked out later from `event` or from the subject's history. */
export interface Violation {
  readonly code: string;
  readonly level: Level;
  readonly message: string;
  /** What is wrong; null where the rule is about no thing. */
  readonly subject: Subject | null;
  /** Event that broke it, when one did; else null: found by an audit. */
  readonly event: number | null;
  /** Position in the event list when it was found. */
  readonly seq: number;
  /** Scenario step it was found in. */
  readonly step: number;
  /** It ended the run. */
  readonly stop?: boolean;
}

export interface Report {
  readonly message: string;
  readonly subject?: Subject | null;
  readonly event?: MachineEvent;
}

/** What every rule sees. */
export interface Judge {
  readonly era: EraRow;
  /** Text of the source line that an event happened on, "" when unknown. */
  lineOf(event: MachineEvent): string;
  report(report: Report): void;
}

/** A rule that sees a judge of type J. It judges, and never changes state. */
export interface Rule<J = Judge> extends EraSpan {
  /** Stable kebab-case code; never reused. */
  readonly code: string;
  readonly title: string;
  /** Ids in the project's list of invariants. */
  readonly ids: readonly string[];
  readonly statement: string;
  readonly source: string;
  readonly detection: string;
  readonly level: Level;
  /** What a user of the machine gets from it: one plain sentence. */
  readonly consequence: string;
  /** Where violations of this code are several things: what tells them apart. Else the code alone is the identity. */
  identity?(message: string): string;
  /**
   * What a violation is of, without the function that it names and without its number: a patch renames, splits and moves
   * functions. Where both sides say it of different functions, one of each is the same. Absent: it names none.
   */
  ofWhat?(message: string): string;
  /** Whether a violation may be the last one told of more. */
  mayBeMore?(message: string): boolean;
  /** The plain sentence of a violation where neither its message nor the title is one. */
  sentence?(message: string): string;
  onEvent?(judge: J, event: MachineEvent): void;
  /** At a quiescent point, when the module has recomputed the truth. */
  onQuiesce?(judge: J): void;
}
