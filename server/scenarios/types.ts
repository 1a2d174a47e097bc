/** What a scenario file says once it is read and checked. Leaves out the reading (read.ts) and its C (to_c.ts). */

export interface ScenarioStep {
  /** 1-based line of the file. */
  readonly line: number;
  /** A key of STEPS (language.ts). */
  readonly kind: string;
  /** C of the thing, as a literal's text where the step is about no thing. */
  readonly it: string;
  readonly called: string;
  readonly field: Readonly<Record<string, string>>;
  /** C of the condition, "" for none. */
  readonly when: string;
  readonly gives: string;
  readonly says: string;
  readonly name: string;
}

export interface ScenarioTask {
  readonly name: string;
  readonly line: number;
  readonly steps: readonly ScenarioStep[];
}

/** Plain data: it goes to the threads that run it. */
export interface ScenarioFile {
  readonly path: string;
  readonly name: string;
  readonly title: string;
  /** Parameters in the order of the file, those of machine and faults behind them. */
  readonly params: readonly (readonly [string, readonly number[]])[];
  /** Names of values and their C, in order. */
  readonly lets: readonly (readonly [string, string])[];
  /** Eras that it runs on: names of the table, "" for no bound. */
  readonly since: string;
  readonly until: string;
  /** A file system is mounted before the first step. */
  readonly mounted: boolean;
  /** Pages of the device; 0: as the machine has it. */
  readonly pmemPages: number;
  /** Instructions that a run may take, 0: as usual. */
  readonly instructions: number;
  /** C declarations of what the steps make. */
  readonly things: readonly string[];
  /** The first one is the main task. */
  readonly tasks: readonly ScenarioTask[];
}

/** Something wrong with a scenario file, for whoever wrote it. */
export interface ScenarioProblem {
  readonly line: number;
  readonly column: number;
  /** "tasks.user[2].page" */
  readonly field: string;
  readonly message: string;
}
