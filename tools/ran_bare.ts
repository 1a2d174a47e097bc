/** What the runs of the catalogue on the bare reference kernels showed, as tools/reach.ts leaves it for the test of their silence. */
import type { ScenarioRun } from "../emulator/scenario/runner.ts";

export interface RanBare {
  /** Digest of the program that ran them, Node's version included. */
  readonly program: string;
  /** For each era each covering case by its label, and what it showed. */
  readonly eras: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * What a run showed: its first fault's code and sentence, and the first function that was stood in for, each on a line; "" on
 * both where there is none.
 */
export function shownBy(run: ScenarioRun): string {
  const { reason } = run.end;
  const [first] = run.violations;
  const end = reason.kind === "completed" ? "" : `${reason.kind} ${reason.message}`;
  const fault = first === undefined ? end : `${first.code} ${first.message}`;
  return `${fault.replaceAll("\n", " ")}\n${run.stubs[0]?.name ?? ""}`;
}
