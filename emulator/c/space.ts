/**
 * Addresses and numbers that several images agree on: linked in one space, what has the same name (and file, where it is
 * private to one) has the same function id and address in each, whatever it is there. So a run of one image can go on in
 * another as long as it has met nothing that differs (scenario/sides.ts). Leaves out what is at the addresses (link.ts).
 */

/** What something is called in all images; null: it has no name that another image could know it by. */
export type SpaceKey = string | object | null;

/** First free byte of the data segment. */
const DATA_START = 0x40;
const DATA_END = 0x3f000000;
/** Functions and bytes of data beyond which a space that many images share is given up for a new one. */
const CROWDED_FUNCTIONS = 1 << 15;
const CROWDED_DATA = 1 << 28;

/** What is named in a space; plain data, fit for a structured clone. */
export interface SpaceSeed {
  readonly natives: readonly string[];
  readonly stubs: readonly string[];
  readonly functions: number;
  readonly functionIds: readonly (readonly [string, number])[];
  readonly places: readonly (readonly [string, readonly { readonly at: number; readonly size: number }[]])[];
  readonly cursor: number;
}

export class AddressSpace {
  /** In the order in which calls of natives number them. */
  readonly natives: string[] = [];
  readonly stubs: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly functionIds = new Map<SpaceKey, number>();
  private functions = 0;
  readonly labels: { fn: number; pc: number }[] = [];
  private readonly places = new Map<SpaceKey, { readonly at: number; readonly size: number }[]>();
  private cursor = DATA_START;

  /** A space of its own, or one that begins with what another one names. */
  constructor(seed?: SpaceSeed) {
    if (seed === undefined) return;
    for (const name of seed.natives) this.native(name);
    for (const name of seed.stubs) this.stub(name);
    for (const [key, id] of seed.functionIds) this.functionIds.set(key, id);
    for (const [key, places] of seed.places) this.places.set(key, [...places]);
    this.functions = seed.functions;
    this.cursor = seed.cursor;
  }

  /** All that has a name here by which another process knows it. */
  seed(): SpaceSeed {
    const named = <T>(of: ReadonlyMap<SpaceKey, T>): [string, T][] =>
      [...of].filter((entry): entry is [string, T] => typeof entry[0] === "string");
    return {
      natives: [...this.natives],
      stubs: [...this.stubs],
      functions: this.functions,
      functionIds: named(this.functionIds),
      places: named(this.places),
      cursor: this.cursor,
    };
  }

  /** So much is named in it that further images should have a new one. */
  get crowded(): boolean {
    return this.functions > CROWDED_FUNCTIONS || this.cursor > CROWDED_DATA;
  }

  /** Function id of a name. `taken` are the ids that the asking image has given to others. */
  functionId(key: SpaceKey, taken: (id: number) => boolean): number {
    const known = key === null ? undefined : this.functionIds.get(key);
    if (known !== undefined && !taken(known)) return known;
    const id = this.functions++;
    if (key !== null && known === undefined) this.functionIds.set(key, id);
    return id;
  }

  native(name: string): number {
    return this.numbered("native", name, this.natives);
  }

  stub(name: string): number {
    return this.numbered("stub", name, this.stubs);
  }

  private numbered(kind: string, name: string, names: string[]): number {
    const key = `${kind} ${name}`;
    let id = this.numbers.get(key);
    if (id === undefined) {
      id = names.push(name) - 1;
      this.numbers.set(key, id);
    }
    return id;
  }

  label(): number {
    return this.labels.push({ fn: -1, pc: -1 }) - 1;
  }

  /**
   * Room for an object in the data segment, with a gap that nothing may touch behind it: its offset, -1 when there is none
   * left. `taken` are the offsets that the asking image has given to others.
   */
  place(key: SpaceKey, size: number, align: number, taken: ReadonlySet<number>): number {
    const known = key === null ? undefined : this.places.get(key);
    const fits = known?.find((p) => p.size === size && p.at % align === 0 && !taken.has(p.at));
    if (fits !== undefined) return fits.at;
    const at = Math.ceil(this.cursor / align) * align;
    const gap = Math.max(16, Math.min(256, size >> 2));
    if (at + size + gap > DATA_END) return -1;
    this.cursor = at + size + gap;
    if (known !== undefined) known.push({ at, size });
    else if (key !== null) this.places.set(key, [{ at, size }]);
    return at;
  }
}
