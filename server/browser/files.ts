/**
 * `node:fs` in a browser: the files beside the bundles, read by address, and nothing else. Every other path is a file that
 * is not there; nothing is written. Reads wait for the answer, which a worker may.
 */
interface Request {
  open(method: string, url: string, async: boolean): void;
  send(): void;
  responseType: string;
  readonly status: number;
  readonly response: ArrayBuffer | null;
}
declare const XMLHttpRequest: new () => Request;

/** Whoever asks whether a bundle is there reads it next, or starts it. */
const KEPT = 2_000_000;

export class Files {
  readonly #folder: string;
  readonly #base: string;
  readonly #known = new Map<string, Uint8Array | null>();

  /** `folder`: what paths of the bundles begin with; `base`: the address of that folder. */
  constructor(folder: string, base: string) {
    this.#folder = `${folder}/`;
    this.#base = base;
  }

  /** @throws Error with code ENOENT */
  bytes(path: string): Uint8Array {
    const found = this.find(path);
    if (found === null) throw absent(path);
    return found;
  }

  text(path: string): string {
    return new TextDecoder().decode(this.bytes(path));
  }

  find(path: string): Uint8Array | null {
    if (typeof path !== "string" || !path.startsWith(this.#folder)) return null;
    const name = path.slice(this.#folder.length);
    if (!/^[\w.]+$/.test(name)) return null;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const request = new XMLHttpRequest();
    let found: Uint8Array | null = null;
    try {
      request.open("GET", this.#base + name, false);
      request.responseType = "arraybuffer";
      request.send();
      if (request.status === 200 && request.response !== null) found = new Uint8Array(request.response);
    } catch {
      // As a file that is not there.
    }
    if (found === null || found.length <= KEPT) this.#known.set(name, found);
    return found;
  }
}

export function absent(path: unknown): Error {
  return Object.assign(new Error(`ENOENT: a browser has no file ${String(path)}`), { code: "ENOENT" });
}
