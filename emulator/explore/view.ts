/**
 * What a task is sure to see of the others' writes: of each task all that it wrote up to some number, and single writes
 * besides, by where they lie and their place in the order of writes there. Values that nobody changes. Leaves out how they
 * come about (weak.ts).
 */

export interface View {
  /** By task: the number of the last of its writes up to which all are seen. */
  readonly upTo: readonly number[];
  /** By place: the writes there up to this one are seen. */
  readonly single: ReadonlyMap<number, number>;
}

export const NOTHING: View = { upTo: [], single: new Map() };

/** Whether `a` holds all that `b` does. */
export function covers(a: View, b: View): boolean {
  if (a === b || b === NOTHING) return true;
  for (let t = 0; t < b.upTo.length; t++) if ((b.upTo[t] ?? 0) > (a.upTo[t] ?? 0)) return false;
  for (const [at, stamp] of b.single) if ((a.single.get(at) ?? 0) < stamp) return false;
  return true;
}

export function join(a: View, b: View): View {
  if (covers(a, b)) return a;
  if (covers(b, a)) return b;
  const upTo: number[] = [];
  for (let t = 0; t < Math.max(a.upTo.length, b.upTo.length); t++)
    upTo.push(Math.max(a.upTo[t] ?? 0, b.upTo[t] ?? 0));
  const single = new Map(a.single);
  for (const [at, stamp] of b.single) if ((single.get(at) ?? 0) < stamp) single.set(at, stamp);
  return { upTo, single };
}

/** All that a task has written so far. */
export function ownUpTo(task: number, seq: number): View {
  const upTo = new Array<number>(task + 1).fill(0);
  upTo[task] = seq;
  return { upTo, single: NOTHING.single };
}

export const withSingle = (v: View, at: number, stamp: number): View =>
  (v.single.get(at) ?? 0) >= stamp ? v : { upTo: v.upTo, single: new Map(v.single).set(at, stamp) };

/**
 * What comes with a value: `all` of it is seen by whoever reads the value in order, `strong` is passed on to whatever follows
 * from that.
 */
export interface Load {
  readonly all: View;
  readonly strong: View;
}

export const EMPTY: Load = { all: NOTHING, strong: NOTHING };

export function both(a: Load, b: Load): Load {
  if (a === EMPTY || a === b) return b;
  if (b === EMPTY) return a;
  return { all: join(a.all, b.all), strong: join(a.strong, b.strong) };
}
