/**
 * What our bundles find of Node in a browser's worker: paths, events, buffers, digests, Brotli, threads, and the files beside
 * the bundles. What a browser has not (other files, processes, sockets, Git) throws when it is called, so that the code
 * around it says what it says on a machine without it.
 */
import { sha1 } from "@noble/hashes/legacy";
import { sha256 } from "@noble/hashes/sha2";
import { decompress } from "brotli/decompress.js";
import EventEmitter from "events";
import path from "path-browserify";
import type { Boot } from "./boot_message.ts";
import { absent, type Files } from "./files.ts";
import { Buffer, isAscii, isUtf8 } from "./node_buffer.ts";
import { type ParentPort, WorkerThread } from "./threads.ts";
import { deserialize } from "./values.ts";

export interface Surroundings {
  readonly files: Files;
  readonly port: ParentPort;
  readonly boot: Boot;
  readonly process: object;
}

/** A module of which `made` is there; the rest throws when it is called. */
function partly(name: string, made: Readonly<Record<string, unknown>>): object {
  const missing = new Map<string, unknown>();
  const whole: object = new Proxy(made, {
    get: (_, key) => {
      if (typeof key === "symbol" || key === "__esModule" || key === "then") return undefined;
      if (key === "default") return made["default"] ?? whole;
      if (key in made) return made[key];
      if (!missing.has(key))
        missing.set(key, function absentHere() {
          throw new Error(`a browser has no ${name}.${key}()`);
        });
      return missing.get(key);
    },
  });
  return whole;
}

function createHash(kind: string): object {
  const hash = (kind === "sha1" ? sha1 : sha256).create();
  const made = {
    update(given: string | Uint8Array) {
      hash.update(typeof given === "string" ? new TextEncoder().encode(given) : given);
      return made;
    },
    digest: (form?: "hex" | "base64") => {
      const bytes = Buffer.from(hash.digest());
      return form === undefined ? bytes : bytes.toString(form);
    },
  };
  return made;
}

/** A stream that was cut at a flush stands at a whole byte: an empty last block ends it. */
const LAST_BLOCK = 3;
const FLUSH = 1;

function brotliDecompressSync(bytes: Uint8Array, options?: { readonly finishFlush?: number }): Uint8Array {
  if (options?.finishFlush !== FLUSH) return Buffer.from(decompress(bytes));
  const whole = new Uint8Array(bytes.length + 1);
  whole.set(bytes);
  whole[bytes.length] = LAST_BLOCK;
  return Buffer.from(decompress(whole));
}

export function makeModules({ files, port, boot, process }: Surroundings): Readonly<Record<string, object>> {
  const turns = new Map<number, () => void>();
  const channel = new MessageChannel();
  let last = 0;
  channel.port1.addEventListener("message", (event) => {
    const id = (event as unknown as { data: number }).data;
    const turn = turns.get(id);
    turns.delete(id);
    turn?.();
  });
  channel.port1.start();
  const setImmediate = (f: (...args: unknown[]) => void, ...args: unknown[]): number => {
    turns.set(++last, () => f(...args));
    channel.port2.postMessage(last);
    return last;
  };
  const clearImmediate = (id: number): void => void turns.delete(id);
  const promises = { setImmediate: () => new Promise<void>((done) => setImmediate(() => done())) };

  class Worker extends WorkerThread {
    constructor(file: string, options?: { readonly workerData?: unknown }) {
      super(boot.base, file, options);
    }
  }
  const none = (at: unknown): never => {
    throw absent(at);
  };
  const fs = partly("fs", {
    existsSync: (at: string) => files.find(at) !== null,
    readFileSync: (at: string, form?: unknown) =>
      form === undefined || form === null ? Buffer.from(files.bytes(at)) : files.text(at),
    statSync: none,
    lstatSync: none,
    readdirSync: none,
    realpathSync: none,
    openSync: none,
    writeFileSync: none,
  });
  const util = partly("util", {
    TextDecoder,
    TextEncoder,
    inherits: (made: { prototype: object }, base: { prototype: object }) =>
      Object.setPrototypeOf(made.prototype, base.prototype),
    inspect: (value: unknown) => JSON.stringify(value),
  });
  return {
    buffer: { Buffer, isAscii, isUtf8 },
    child_process: partly("child_process", {}),
    crypto: partly("crypto", { createHash }),
    events: Object.assign(EventEmitter, { EventEmitter }),
    fs,
    "fs/promises": partly("fs/promises", {}),
    module: partly("module", {}),
    net: partly("net", {}),
    os: partly("os", {
      homedir: () => "/",
      tmpdir: () => "/",
      platform: () => "browser",
      availableParallelism: () => 1,
    }),
    path: Object.assign({}, path, { posix: path, default: path }),
    process,
    stream: partly("stream", {}),
    timers: { setImmediate, clearImmediate, setTimeout, clearTimeout },
    "timers/promises": promises,
    url: partly("url", {
      pathToFileURL: (at: string) => new URL(`file://${encodeURI(at)}`),
      fileURLToPath: (at: string | URL) => decodeURIComponent(new URL(at).pathname),
      URL,
    }),
    util,
    v8: partly("v8", { deserialize, setFlagsFromString: () => {} }),
    vm: partly("vm", {}),
    worker_threads: {
      Worker,
      parentPort: port,
      workerData: boot.data,
      isMainThread: false,
    },
    zlib: partly("zlib", {
      brotliDecompressSync,
      constants: { BROTLI_OPERATION_FLUSH: FLUSH },
    }),
  };
}
