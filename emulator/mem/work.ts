/**
 * Work that is done outside the dispatch loop, so that a bound on steps bounds time. Everything that touches memory in
 * bulk charges here by what it touches (mem/memory.ts does it for every caller), natives charge for what they do besides
 * (characters formatted, elements compared), and the virtual machine turns the charges into steps. Leaves out the steps of
 * the loop itself (vm/step.ts).
 */

/** Units of work that count as one step: a byte of a bulk copy is about one unit, a character of text a few. */
export const UNITS_PER_STEP = 64;

export class Work {
  private units = 0;
  private limit = Infinity;
  private counting = false;
  private readonly over: () => never;

  /** @param over throws what ends the run */
  constructor(over: () => never) {
    this.over = over;
  }

  /** Counts `units` of work while a run is under way; ends the run when that is more than it may still do. */
  charge(units: number): void {
    if (!this.counting) return;
    this.units += units;
    if (this.units > this.limit) this.over();
  }

  /** A run goes on: from now on this many steps' worth may be charged. */
  begin(steps: number): void {
    this.counting = true;
    this.limit = this.units + steps * UNITS_PER_STEP;
  }

  /** Of what may still be charged, no more than this many steps' worth. */
  narrow(steps: number): void {
    this.counting = true;
    this.limit = Math.min(this.limit, this.units + steps * UNITS_PER_STEP);
  }

  /** The run is left or has ended: what follows is no part of it. */
  end(): void {
    this.counting = false;
    this.limit = Infinity;
  }

  /** Does something that is no part of a run although it happens in one: what it touches is not charged. */
  aside(make: () => void): void {
    const { counting } = this;
    this.counting = false;
    try {
      make();
    } finally {
      this.counting = counting;
    }
  }

  /** Whole steps charged and not taken yet; they count as taken. */
  takeSteps(): number {
    if (this.units < UNITS_PER_STEP) return 0;
    const steps = Math.floor(this.units / UNITS_PER_STEP);
    this.units -= steps * UNITS_PER_STEP;
    this.limit -= steps * UNITS_PER_STEP;
    return steps;
  }

  /** Forgets everything. */
  reset(): void {
    this.units = 0;
    this.end();
  }

  /** What is charged and not taken: less than a step between instructions. */
  save(): number {
    return this.units;
  }

  restore(units: number): void {
    this.units = units;
  }
}
