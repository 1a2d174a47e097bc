/**
 * Which objects of an image lie in memory already because a run of other images of its space laid them there: what a machine
 * that takes a state of another image over need not write. It is asked for every object of an image in every such run, so what
 * two images have in common is found once. Leaves out writing (vm.ts).
 */
import { sameGlobal } from "./compiled.ts";
import type { Image } from "./image.ts";

const NONE = -1;

/** The objects of an image by their addresses. */
class Places {
  private readonly image: Image;
  private readonly at = new Map<bigint, number>();
  private known = 0;

  constructor(image: Image) {
    this.image = image;
  }

  find(address: bigint): number {
    const { globals } = this.image;
    for (; this.known < globals.length; this.known++) this.at.set(globals[this.known]!.address, this.known);
    return this.at.get(address) ?? NONE;
  }
}

/** What objects of `here` are in `there`, as far as it was asked. */
class Pair {
  private readonly here: Image;
  private readonly there: Image;
  private readonly places: Places;
  /** By object of `here`: which one of `there` has its address, and how many that had when there was none. */
  private readonly at: number[] = [];
  private readonly looked: number[] = [];
  private readonly same: boolean[] = [];

  constructor(here: Image, there: Image) {
    this.here = here;
    this.there = there;
    this.places = kept(PLACES, there, () => new Places(there));
  }

  /** The object of `there` at the address of the nth of `here`. */
  counterpart(n: number): number {
    const known = this.at[n] ?? NONE;
    const { length } = this.there.globals;
    if (known !== NONE || this.looked[n] === length) return known;
    this.looked[n] = length;
    return (this.at[n] = this.places.find(this.here.globals[n]!.address));
  }

  /** Whether the nth of `here` is what its counterpart is, with the same contents to start with. */
  isSame(n: number): boolean {
    return (this.same[n] ??= sameGlobal(this.there.globals[this.at[n]!]!, this.here.globals[n]!));
  }
}

const PLACES = new WeakMap<Image, Places>();
const PAIRS = new WeakMap<Image, WeakMap<Image, Pair>>();

function kept<T>(map: WeakMap<Image, T>, image: Image, make: () => T): T {
  let value = map.get(image);
  if (value === undefined) map.set(image, (value = make()));
  return value;
}

/** The first `count` objects of an image, over what lay there before. */
export class Laid {
  private readonly image: Image;
  private readonly count: number;
  private readonly below: Laid | null;

  constructor(image: Image, count: number, below: Laid | null) {
    this.image = image;
    this.count = count;
    this.below = below;
  }

  /** Tells of each object of `here`, by its number, whether it is there as it is to be. */
  test(here: Image): (n: number) => boolean {
    const pair = kept(
      kept(PAIRS, here, () => new WeakMap<Image, Pair>()),
      this.image,
      () => new Pair(here, this.image),
    );
    const below = this.below?.test(here) ?? null;
    return (n) => {
      const at = pair.counterpart(n);
      return at !== NONE && at < this.count ? pair.isSame(n) : (below?.(n) ?? false);
    };
  }
}
