/**
 * The hosted C library of `folioscope exec`: its state and the table of its natives. All memory goes through the checked
 * Memory API, so that misuse of a library function is a typed stop with its place. Leaves out the functions themselves
 * (libc_stdio.ts, libc_string.ts, libc_stdlib.ts, libc_math.ts) and their declarations (hosted/include).
 */
import { type Memory, MemoryFault } from "../mem/memory.ts";
import type { NativeFunction, NativeTable } from "../vm/native.ts";
import type { Site } from "../vm/stop_reason.ts";
import { mathNatives } from "./libc_math.ts";
import { stdioNatives } from "./libc_stdio.ts";
import { stdlibNatives } from "./libc_stdlib.ts";
import { stringNatives } from "./libc_string.ts";

/** A file of the program's own file system, which lives in memory. */
export interface FileData {
  bytes: Uint8Array;
  size: number;
}

export interface Stream {
  readonly kind: "stdin" | "stdout" | "stderr" | "file";
  readonly path: string;
  data: FileData | null;
  position: number;
  readable: boolean;
  writable: boolean;
  append: boolean;
  eof: boolean;
  error: boolean;
  unget: number[];
}

export interface LibcOptions {
  /** All of standard input, asked for when the program first reads; a text says why it cannot be had. */
  readonly stdin?: () => Uint8Array | string;
  /** Bytes that stdout and stderr may take together. */
  readonly outputLimit?: number;
  /** Called with every write to 1 or 2 as it happens. */
  readonly onOutput?: (fd: 1 | 2, bytes: Uint8Array) => void;
  /**
   * A file that the program opens for reading and has not written itself; null: there is none that it may see. What it
   * writes stays in memory.
   */
  readonly readFile?: (path: string) => Uint8Array | null;
  /** Whether `written` is asked for in the end. Default: yes. */
  readonly keepOutput?: boolean;
  /** argv[0], as assert() prints it. */
  readonly program?: string;
}

/** What the host keeps of a stream, a file, a string of the library besides its contents. */
export const HOST_RECORD = 256;
const FILE_MAX = 64 << 20;

export const EOF = -1;
export const ERRNO = {
  ENOENT: 2,
  EBADF: 9,
  ENOMEM: 12,
  EINVAL: 22,
  ERANGE: 34,
  EDOM: 33,
  EILSEQ: 84,
} as const;

/** What the library remembers between calls. `snapshot` and `restore` copy all of it. */
export class Libc {
  readonly memory: Memory;
  readonly options: LibcOptions;
  /** Names that tmpnam() gave. */
  names = 0;
  readonly program: string;
  files = new Map<string, FileData>();
  streams: (Stream | null)[] = [];
  output: Record<1 | 2, FileData> = { 1: emptyFile(), 2: emptyFile() };
  outputBytes = 0;
  strtok = 0n;
  atexit: bigint[] = [];
  handlers = new Map<number, bigint>();
  random: number[] = [];
  statics = new Map<string, bigint>();
  readonly errno: bigint;
  private input: Uint8Array | null = null;

  constructor(memory: Memory, options: LibcOptions = {}) {
    this.memory = memory;
    this.options = options;
    this.program = options.program ?? "a.out";
    this.errno = memory.alloc(4, { name: "errno", zero: true });
    for (const kind of ["stdin", "stdout", "stderr"] as const)
      this.streams.push({
        kind,
        path: kind,
        data: null,
        position: 0,
        readable: kind === "stdin",
        writable: kind !== "stdin",
        append: false,
        eof: false,
        error: false,
        unget: [],
      });
  }

  setErrno(value: number): void {
    this.memory.store(this.errno, 4, BigInt(value));
  }

  /** Standard input, read at first need. */
  stdin(): Uint8Array {
    if (this.input === null) {
      const input = this.options.stdin?.() ?? new Uint8Array(0);
      if (typeof input === "string") throw new MemoryFault("limit", input, 0n);
      this.memory.work.charge(input.length);
      this.input = input;
    }
    return this.input;
  }

  /** Puts a file among those of the program. */
  addFile(path: string, data: FileData): void {
    if (!this.files.has(path)) this.memory.reserve(HOST_RECORD + 2 * path.length + data.bytes.length);
    this.files.set(path, data);
  }

  /** Writes into a file of the program at `at`, making it larger where need be. */
  writeFile(file: FileData, at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    this.memory.work.charge(bytes.length);
    if (end > FILE_MAX) throw new MemoryFault("limit", `a file of more than ${FILE_MAX >> 20} MiB`, 0n);
    if (end > file.bytes.length) {
      const room = Math.max(end, file.bytes.length * 2, 256);
      this.memory.reserve(room - file.bytes.length);
      grow(file, room);
    }
    file.bytes.set(bytes, at);
    file.size = Math.max(file.size, end);
  }

  /** Writes to file descriptor 1 or 2. */
  emit(fd: 1 | 2, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.outputBytes += bytes.length;
    const limit = this.options.outputLimit ?? 64 << 20;
    if (this.outputBytes > limit)
      throw new MemoryFault("limit", `output limit of ${limit >> 20} MiB reached`, 0n);
    if (this.options.keepOutput !== false) {
      const kept = this.output[fd];
      const end = kept.size + bytes.length;
      if (end > kept.bytes.length) grow(kept, Math.max(end, kept.bytes.length * 2));
      kept.bytes.set(bytes, kept.size);
      kept.size = end;
    }
    this.memory.work.charge(bytes.length);
    this.options.onOutput?.(fd, bytes);
  }

  /** Everything written to a descriptor so far. */
  written(fd: 1 | 2): Uint8Array {
    return this.output[fd].bytes.subarray(0, this.output[fd].size);
  }

  /** The address of a constant string that belongs to the library. */
  staticString(text: string): bigint {
    let address = this.statics.get(text);
    if (address === undefined) {
      this.memory.reserve(HOST_RECORD + 2 * text.length);
      address = this.memory.alloc(text.length + 1, { name: "a string of the C library", zero: true });
      this.memory.writeBytes(address, latin1(text));
      this.statics.set(text, address);
    }
    return address;
  }

  /** A block of the library's own, made once. */
  staticBlock(name: string, size: number): bigint {
    let address = this.statics.get(`\0${name}`);
    if (address === undefined) {
      address = this.memory.alloc(size, { name, zero: true });
      this.statics.set(`\0${name}`, address);
    }
    return address;
  }

  snapshot(): unknown {
    const shared = new Map<FileData, FileData>();
    const copy = (d: FileData): FileData => {
      let c = shared.get(d);
      if (c === undefined) shared.set(d, (c = copyFile(d)));
      return c;
    };
    return {
      files: new Map([...this.files].map(([k, v]) => [k, copy(v)])),
      streams: this.streams.map((s) =>
        s === null ? null : { ...s, data: s.data === null ? null : copy(s.data), unget: [...s.unget] },
      ),
      output: { 1: copyFile(this.output[1]), 2: copyFile(this.output[2]) },
      outputBytes: this.outputBytes,
      strtok: this.strtok,
      atexit: [...this.atexit],
      handlers: new Map(this.handlers),
      random: [...this.random],
      statics: new Map(this.statics),
    };
  }

  /** Takes back what `snapshot` gave (which must not be used again afterwards without a new copy). */
  restore(snapshot: unknown): void {
    Object.assign(this, snapshot);
    Object.assign(this, this.snapshot());
  }
}

const emptyFile = (): FileData => ({ bytes: new Uint8Array(256), size: 0 });
const copyFile = (file: FileData): FileData => ({ bytes: file.bytes.slice(), size: file.size });

/** Gives a file room for `size` bytes. */
function grow(file: FileData, size: number): void {
  const larger = new Uint8Array(size);
  larger.set(file.bytes.subarray(0, file.size));
  file.bytes = larger;
}

export const latin1 = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

/** A family of functions: name to implementation. */
export type Family = Record<string, NativeFunction>;

/** The natives over one library state. */
export function libcNatives(libc: Libc): NativeTable {
  const table = new Map<string, NativeFunction>();
  for (const family of [stdioNatives(libc), stringNatives(libc), stdlibNatives(libc), mathNatives(libc)])
    for (const [name, run] of Object.entries(family)) table.set(name, named(name, run));
  return table;
}

/** Says in which library function an access went wrong. */
function named(name: string, run: NativeFunction): NativeFunction {
  return (c) => {
    try {
      return run(c);
    } catch (fault) {
      if (!(fault instanceof MemoryFault) || !ACCESS_KINDS.has(fault.kind) || fault.message.includes("(): "))
        throw fault;
      throw new MemoryFault(fault.kind, `${name}(): ${fault.message}`, fault.address, fault.object);
    }
  };
}

const ACCESS_KINDS: ReadonlySet<string> = new Set([
  "oops",
  "general-protection",
  "use-after-free",
  "use-after-scope",
  "out-of-bounds",
  "uninitialised-read",
  "write-to-readonly",
]);

/** Allocates for the program. Gives 0 with ENOMEM for sizes that no machine has. */
export function allocate(
  libc: Libc,
  size: bigint,
  site: Site | null,
  options: { readonly zero?: boolean; readonly align?: number } = {},
): bigint {
  const bytes = BigInt.asUintN(64, size);
  if (bytes > 1n << 32n) {
    libc.setErrno(ERRNO.ENOMEM);
    return 0n;
  }
  return libc.memory.alloc(Number(bytes), { ...options, name: "heap object", site });
}
