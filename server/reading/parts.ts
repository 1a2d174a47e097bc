/**
 * Plain data in parts, so that a large value crosses from one thread to another without holding up either: each part is
 * small enough to be taken in some milliseconds, and the receiver asks for the next when it likes. Leaves out the
 * crossing (reader.ts, thread.ts).
 */

/** Where a part goes: a value put at `path`, or items pushed to the array there. */
export interface Part {
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
  readonly items?: readonly unknown[];
}

/** About how many values a part holds; some milliseconds of work. */
const PART_SIZE = 4000;
/** Characters that count as one more value. */
const CHARACTERS = 512;

/** How much a value is, at most a little over `limit`: what is larger need not be known. */
function size(value: unknown, limit: number): number {
  if (typeof value === "string") return 1 + value.length / CHARACTERS;
  if (typeof value !== "object" || value === null) return 1;
  let sum = 1;
  for (const key in value) {
    sum += size((value as Record<string, unknown>)[key], limit - sum);
    if (sum > limit) break;
  }
  return sum;
}

/** The parts of a value in the order in which they are put together. Getters are read; functions may not be in it. */
export function* partsOf(value: unknown, path: readonly (string | number)[] = []): Generator<Part> {
  if (typeof value !== "object" || value === null || size(value, PART_SIZE) <= PART_SIZE) {
    yield { path, value };
    return;
  }
  if (Array.isArray(value)) {
    yield { path, value: [] };
    let items: unknown[] = [];
    let filled = 0;
    for (const [i, item] of value.entries()) {
      const weight = size(item, PART_SIZE);
      if (items.length > 0 && filled + weight > PART_SIZE) {
        yield { path, items };
        items = [];
        filled = 0;
      }
      if (weight > PART_SIZE) yield* partsOf(item, [...path, i]);
      else {
        items.push(item);
        filled += weight;
      }
    }
    if (items.length > 0) yield { path, items };
    return;
  }
  // Small members first and in their order; the order of keys is no meaning of ours.
  const small: Record<string, unknown> = {};
  const large: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (size(member, PART_SIZE / 8) <= PART_SIZE / 8) small[key] = member;
    else large.push([key, member]);
  }
  yield { path, value: small };
  for (const [key, member] of large) yield* partsOf(member, [...path, key]);
}

/** Puts parts together again. */
export class Assembly {
  #root: { value: unknown } = { value: undefined };

  add({ path, value, items }: Part): void {
    // biome-ignore lint/suspicious/noExplicitAny: any plain data.
    let place: any = this.#root;
    let key: string | number = "value";
    for (const step of path) {
      place = place[key];
      key = step;
    }
    if (items === undefined) place[key] = value;
    else for (const item of items) place[key].push(item);
  }

  get value(): unknown {
    return this.#root.value;
  }
}
