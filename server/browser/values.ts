/**
 * Reads what Node's `v8.serialize()` wrote (V8's value-serializer, format 15, and Node's own form of typed arrays), as far as
 * the files that the build leaves use it: plain objects, arrays, maps, sets, numbers, strings, typed arrays. A browser keeps
 * its own reader to itself. Leaves out writing, dates, regular expressions, errors and shared memory.
 */
type Typed = new (buffer: ArrayBuffer) => ArrayBufferView;

/** By the number that Node writes for a view's kind. */
const VIEWS: readonly Typed[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  DataView,
  Uint8Array,
  BigInt64Array,
  BigUint64Array,
];

const HOLE = Symbol("hole");
/** Of a browser "latin1" is another character set. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}
const wide = new TextDecoder("utf-16le");

class Values {
  readonly #bytes: Uint8Array;
  readonly #objects: unknown[] = [];
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    if (this.#byte() !== 0xff) throw new Error("no serialized value");
    this.#number();
  }

  #byte(): number {
    const b = this.#bytes[this.#at++];
    if (b === undefined) throw new Error("a serialized value ends too early");
    return b;
  }

  #number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.#byte();
      value += (b & 127) * scale;
      if (b < 128) return value;
    }
  }

  #take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    if (taken.length < length) throw new Error("a serialized value ends too early");
    this.#at += length;
    return taken;
  }

  /** Members up to `end`, each given to `put`. */
  #members(end: string, put: (key: unknown, value: unknown) => void): void {
    for (;;) {
      if (this.#bytes[this.#at] === end.charCodeAt(0)) break;
      const key = this.value();
      put(key, this.value());
    }
    this.#at++;
  }

  value(): unknown {
    const tag = String.fromCharCode(this.#byte());
    switch (tag) {
      case "\0":
        return this.value();
      case "_":
        return undefined;
      case "0":
        return null;
      case "T":
        return true;
      case "F":
        return false;
      case "-":
        return HOLE;
      case "I": {
        const z = this.#number();
        return z % 2 === 1 ? -((z + 1) / 2) : z / 2;
      }
      case "U":
        return this.#number();
      case "N": {
        const b = this.#take(8);
        return new DataView(b.buffer, b.byteOffset, 8).getFloat64(0, true);
      }
      case "Z":
        return this.#bigint();
      case '"':
        return latin1(this.#take(this.#number()));
      case "c":
        return wide.decode(this.#take(this.#number()));
      case "S":
        return new TextDecoder().decode(this.#take(this.#number()));
      case "^":
        return this.#objects[this.#number()];
      default:
        return this.#object(tag);
    }
  }

  #bigint(): bigint {
    const field = this.#number();
    let value = 0n;
    const bytes = this.#take(field >> 1);
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return field & 1 ? -value : value;
  }

  #object(tag: string): unknown {
    const made: Record<string, unknown> | unknown[] | Map<unknown, unknown> | Set<unknown> =
      tag === "o" ? {} : tag === ";" ? new Map() : tag === "'" ? new Set() : [];
    const id = this.#objects.push(made) - 1;
    const put = (key: unknown, value: unknown): void => {
      (made as Record<string, unknown>)[String(key)] = value;
    };
    switch (tag) {
      case "o":
        this.#members("{", put);
        this.#number();
        break;
      case ";":
        this.#members(":", (key, value) => (made as Map<unknown, unknown>).set(key, value));
        this.#number();
        break;
      case "'":
        while (this.#bytes[this.#at] !== 0x2c) (made as Set<unknown>).add(this.value());
        this.#at++;
        this.#number();
        break;
      case "A": {
        const length = this.#number();
        const list = made as unknown[];
        list.length = length;
        for (let i = 0; i < length; i++) {
          const value = this.value();
          if (value !== HOLE) list[i] = value;
        }
        this.#members("$", put);
        this.#number();
        this.#number();
        break;
      }
      case "a":
        (made as unknown[]).length = this.#number();
        this.#members("@", put);
        this.#number();
        this.#number();
        break;
      case "\\": {
        const View = VIEWS[this.#number()];
        if (View === undefined) throw new Error("a serialized value of no known kind");
        // Copied: the bytes may be a part of others.
        const bytes = Uint8Array.from(this.#take(this.#number()));
        return (this.#objects[id] = new View(bytes.buffer));
      }
      default:
        throw new Error(`a serialized value with the tag ${JSON.stringify(tag)}`);
    }
    return made;
  }
}

/** @throws Error where the bytes are no such value, or one of a kind that is left out */
export function deserialize(bytes: Uint8Array): unknown {
  return new Values(bytes).value();
}
