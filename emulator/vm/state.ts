/**
 * What everything that holds state of a run offers, so that a run can be left at any instruction and taken up again there,
 * any number of times and in any order: schedules, paths of a function, and the two sides of a patch share what they have
 * in common. Leaves out who holds what (vm.ts, machine/, scenario/).
 */

/**
 * Holds state of a run. `save` gives all of it as a value that nobody writes afterwards; `restore` makes it so again. A
 * saved state stays good whatever is run or restored in between; dropping the last reference to it is all it takes to be
 * rid of it.
 */
export interface Stateful<S> {
  save(): S;
  restore(state: S): void;
}

/**
 * A list that only grows, as saved: the first `length` entries. The holder goes on pushing to `list`; going back takes a
 * copy, so that saving costs nothing.
 */
export interface Prefix<T> {
  readonly list: readonly T[];
  readonly length: number;
}

export function prefixOf<T>(list: readonly T[]): Prefix<T> {
  return { list, length: list.length };
}

export function fromPrefix<T>(p: Prefix<T>): T[] {
  return p.list.slice(0, p.length);
}
