/**
 * `<stdio.h>` and the descriptors of `<unistd.h>`: printf and scanf families, streams over standard input, output, error
 * and files that live in memory and end with the run. Leaves out buffering (nothing can see it) and real files.
 */
import { byteText } from "../mem/byte_text.ts";
import { type Memory, MemoryFault } from "../mem/memory.ts";
import type { NativeContext } from "../vm/native.ts";
import {
  allocate,
  EOF,
  ERRNO,
  type Family,
  type FileData,
  HOST_RECORD,
  type Libc,
  latin1,
  type Stream,
} from "./libc.ts";
import { type FormatArgs, formatC, parseDouble, parseInteger, utf8 } from "./libc_format.ts";
import { errorText, sizeArg, wideString } from "./libc_string.ts";

/** Text of one call beyond this is taken for a runaway. */
const TEXT_MAX = 1 << 26;
/** Work of one character of text, of one conversion, of a digit that is computed, of a byte that is scanned. */
const CHAR_UNITS = 8;
const CONVERSION_UNITS = 512;
const DIGIT_UNITS = 64;
const SCAN_UNITS = 64;
/** Bytes that may be pushed back to a stream. */
const UNGET_MAX = 4096;
const WIDE_FORMAT_MAX = 1 << 16;

/** The variable arguments of a call: 8-byte slots in memory (bytecode.ts). */
class Slots implements FormatArgs {
  private readonly libc: Libc;
  private readonly memory: Memory;
  at: bigint;
  constructor(libc: Libc, at: bigint) {
    this.libc = libc;
    this.memory = libc.memory;
    this.at = at;
  }
  int(size: number): bigint {
    const value = this.memory.load(this.at, size);
    this.at += 8n;
    return value;
  }
  double(): number {
    this.memory.loadScratch(this.memory.hi(this.at), this.memory.lo(this.at), 8);
    this.at += 8n;
    return this.memory.scratchF64[0]!;
  }
  string(address: bigint, max: number): string {
    const length = this.memory.strlen(address, Math.min(max, TEXT_MAX + 1));
    this.checkLength(length);
    return byteText(this.memory.readBytes(address, length));
  }
  wide(address: bigint, max: number): string {
    let out = "";
    for (const unit of wideString(this.memory, address, max)) {
      const bytes = utf8(unit >>> 0);
      if (out.length + bytes.length > max) break;
      out += bytes;
    }
    return out;
  }
  count(address: bigint, size: number, value: number): void {
    this.memory.store(address, size, BigInt(value));
  }
  errorText(): string {
    return errorText(Number(this.memory.peek(this.libc.errno, 4)));
  }
  checkLength(length: number): void {
    if (length > TEXT_MAX)
      throw new MemoryFault("limit", `text of ${length} characters or more from one call`, 0n);
  }
  charge(characters: number, digits: number): void {
    this.memory.work.charge(
      CONVERSION_UNITS + CHAR_UNITS * characters + DIGIT_UNITS * Math.min(Math.max(digits, 0), 1200),
    );
  }
}

/** Runs `use` over the slots that a va_list stands at, and moves the va_list on. */
function withList<T>(libc: Libc, list: bigint, use: (slots: Slots) => T): T {
  const slots = new Slots(libc, libc.memory.load(list + 8n, 8));
  const result = use(slots);
  libc.memory.store(list + 8n, 8, slots.at);
  return result;
}

// ---- streams ------------------------------------------------------------------------------------------------------

function streamOf(libc: Libc, address: bigint): Stream {
  const number = Number(libc.memory.load(address, 4));
  const stream = libc.streams[number];
  if (stream === undefined || stream === null)
    throw new MemoryFault("bad-free", "a stream that is not open is used", address);
  return stream;
}

/** Standard input, output or error, which the program may have closed. */
function standard(libc: Libc, number: 0 | 1 | 2): Stream {
  const stream = libc.streams[number];
  if (stream === undefined || stream === null)
    throw new MemoryFault(
      "bad-free",
      `${["stdin", "stdout", "stderr"][number]} is used after it was closed`,
      0n,
    );
  return stream;
}

function write(libc: Libc, s: Stream, bytes: Uint8Array): boolean {
  if (!s.writable) {
    s.error = true;
    libc.setErrno(ERRNO.EBADF);
    return false;
  }
  if (s.data === null) libc.emit(s.kind === "stderr" ? 2 : 1, bytes);
  else {
    if (s.append) s.position = s.data.size;
    libc.writeFile(s.data, s.position, bytes);
    s.position += bytes.length;
  }
  return true;
}

/** Next byte, or EOF. */
function read(libc: Libc, s: Stream): number {
  libc.memory.work.charge(CHAR_UNITS);
  const back = s.unget.pop();
  if (back !== undefined) return back;
  if (!s.readable) {
    s.error = true;
    libc.setErrno(ERRNO.EBADF);
    return EOF;
  }
  const bytes = s.data === null ? libc.stdin() : s.data.bytes;
  const size = s.data === null ? bytes.length : s.data.size;
  if (s.position >= size) {
    s.eof = true;
    return EOF;
  }
  return bytes[s.position++]!;
}

/** Up to `max` bytes, or up to and with the end of a line. */
function readMany(libc: Libc, s: Stream, max: number, line: boolean): Uint8Array {
  const { bytes, size } = s.data ?? { bytes: s.readable ? libc.stdin() : NOTHING, size: Infinity };
  const rest = Math.max(0, Math.min(bytes.length, size) - s.position) + s.unget.length;
  const out = new Uint8Array(Math.min(max, rest));
  let length = 0;
  while (length < max) {
    const b = read(libc, s);
    if (b === EOF) break;
    out[length++] = b;
    if (line && b === 10) break;
  }
  return out.subarray(0, length);
}

const NOTHING = new Uint8Array(0);

/** Bytes and the zero that ends a string. */
function terminated(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1);
  out.set(bytes);
  return out;
}

/** Opens a file of the in-memory file system; null when the mode or the name does not allow it. */
function open(libc: Libc, path: string, mode: string): Stream | null {
  const plus = mode.includes("+");
  const kind = mode[0];
  let data = libc.files.get(path);
  if (data === undefined && (kind === "r" || kind === "a")) {
    const bytes = libc.options.readFile?.(path) ?? null;
    if (bytes !== null) {
      data = { bytes: bytes.slice(), size: bytes.length };
      libc.memory.work.charge(bytes.length);
      libc.addFile(path, data);
    }
  }
  if (kind === "r" ? data === undefined : kind !== "w" && kind !== "a") {
    libc.setErrno(kind === "r" ? ERRNO.ENOENT : ERRNO.EINVAL);
    return null;
  }
  if (data === undefined || kind === "w") {
    data ??= { bytes: new Uint8Array(256), size: 0 };
    data.size = 0;
    libc.addFile(path, data);
  }
  return newStream(path, data, kind === "r" || plus, kind !== "r" || plus, kind === "a");
}

const newStream = (
  path: string,
  data: FileData,
  readable: boolean,
  writable: boolean,
  append: boolean,
): Stream => ({
  kind: "file",
  path,
  data,
  position: 0,
  readable,
  writable,
  append,
  eof: false,
  error: false,
  unget: [],
});

/** A FILE for a stream. */
function handle(libc: Libc, c: NativeContext, stream: Stream): bigint {
  libc.memory.reserve(HOST_RECORD);
  const address = libc.memory.alloc(4, { name: "FILE", site: c.site() });
  libc.memory.store(address, 4, BigInt(libc.streams.length));
  libc.streams.push(stream);
  return address;
}

function seek(libc: Libc, s: Stream, offset: number, whence: number): number {
  const size = s.data === null ? libc.stdin().length : s.data.size;
  const base = whence === 0 ? 0 : whence === 1 ? s.position - s.unget.length : size;
  if (s.kind === "stdout" || s.kind === "stderr" || whence < 0 || whence > 2 || base + offset < 0) {
    libc.setErrno(ERRNO.EINVAL);
    return -1;
  }
  s.position = base + offset;
  s.eof = false;
  s.unget = [];
  return 0;
}

export function stdioNatives(libc: Libc): Family {
  return {
    ...printFamily(libc),
    ...streamFamily(libc),
    ...readFamily(libc),
    ...scanFamily(libc),
    ...fdFamily(libc),
  };
}

// ---- output -------------------------------------------------------------------------------------------------------

function printFamily(libc: Libc): Family {
  const { memory } = libc;
  const formatAt = (address: bigint): string => {
    const bytes = memory.readBytes(address, memory.strlen(address, TEXT_MAX + 1));
    if (bytes.length > TEXT_MAX)
      throw new MemoryFault("limit", `a format of ${bytes.length} characters`, address);
    memory.work.charge(CHAR_UNITS * bytes.length);
    return byteText(bytes);
  };
  /** Where the formatted text goes; gives the result of the call. */
  type Sink = (out: string) => number;
  const toStream =
    (s: Stream): Sink =>
    (out) =>
      write(libc, s, latin1(out)) ? out.length : -1;
  const toText =
    (to: bigint, size: number): Sink =>
    (out) => {
      if (size > 0) {
        const bytes = latin1(out.slice(0, size - 1) + "\0");
        memory.writeBytes(to, bytes);
      }
      return out.length;
    };
  const toFd =
    (fd: number): Sink =>
    (out) => {
      if (fd !== 1 && fd !== 2) return -1;
      libc.emit(fd, latin1(out));
      return out.length;
    };
  const toNew =
    (c: NativeContext): Sink =>
    (out) => {
      const at = allocate(libc, BigInt(out.length + 1), c.site());
      memory.writeBytes(at, latin1(`${out}\0`));
      memory.store(c.addr(0), 8, at);
      return out.length;
    };
  /** A function whose format is argument `i` and whose variable arguments follow, and its `v` form. */
  const pair = (name: string, i: number, sink: (c: NativeContext) => Sink): Family => ({
    [name]: (c) => {
      // Without a prototype in sight and without arguments, no slots are passed.
      const slots = c.nargs > i + 1 ? c.addr(i + 1) : 0n;
      c.ret(sink(c)(formatC(formatAt(c.addr(i)), new Slots(libc, slots))));
    },
    [`v${name}`]: (c) => {
      c.ret(sink(c)(withList(libc, c.addr(i + 1), (slots) => formatC(formatAt(c.addr(i)), slots))));
    },
  });
  const huge = Number.MAX_SAFE_INTEGER;
  return {
    ...pair("printf", 0, () => toStream(standard(libc, 1))),
    ...pair("fprintf", 1, (c) => toStream(streamOf(libc, c.addr(0)))),
    ...pair("dprintf", 1, (c) => toFd(c.num(0))),
    ...pair("sprintf", 1, (c) => toText(c.addr(0), huge)),
    ...pair("snprintf", 2, (c) => toText(c.addr(0), sizeArg(c, 1))),
    ...pair("asprintf", 1, (c) => toNew(c)),
    wprintf(c) {
      const format = wideString(memory, c.addr(0), WIDE_FORMAT_MAX).map((u) => utf8(u >>> 0));
      const out = formatC(format.join(""), new Slots(libc, c.addr(1)));
      c.ret(toStream(standard(libc, 1))(out));
    },
  };
}

function streamFamily(libc: Libc): Family {
  const { memory } = libc;
  const putTo = (c: NativeContext, s: Stream) => {
    const byte = c.num(0) & 0xff;
    c.ret(write(libc, s, Uint8Array.of(byte)) ? byte : EOF);
  };
  const putchar = (c: NativeContext) => putTo(c, standard(libc, 1));
  const putc = (c: NativeContext) => putTo(c, streamOf(libc, c.addr(1)));
  const put = (c: NativeContext, s: Stream, tail: string) => {
    const bytes = memory.readBytes(c.addr(0), memory.strlen(c.addr(0)));
    const ok = write(libc, s, bytes) && (tail === "" || write(libc, s, latin1(tail)));
    c.ret(ok ? bytes.length + tail.length : EOF);
  };
  const close = (c: NativeContext, address: bigint) => {
    const number = Number(memory.load(address, 4));
    streamOf(libc, address);
    if (number > 2) memory.free(address, c.site());
    libc.streams[number] = null;
  };
  const nothing = (c: NativeContext) => c.ret(0);
  const ftell = (c: NativeContext) => {
    const s = streamOf(libc, c.addr(0));
    c.ret(s.position - s.unget.length);
  };
  const fseek = (c: NativeContext) =>
    c.ret(seek(libc, streamOf(libc, c.addr(0)), Number(c.int(1)), c.num(2)));
  const remove = (c: NativeContext) => {
    const there = libc.files.delete(memory.cstring(c.addr(0)));
    if (!there) libc.setErrno(ERRNO.ENOENT);
    c.ret(there ? 0 : -1);
  };
  return {
    putchar,
    putchar_unlocked: putchar,
    putc,
    fputc: putc,
    putc_unlocked: putc,
    puts: (c) => put(c, standard(libc, 1), "\n"),
    fputs: (c) => put(c, streamOf(libc, c.addr(1)), ""),
    fwrite(c) {
      const size = sizeArg(c, 1);
      const count = sizeArg(c, 2);
      const s = streamOf(libc, c.addr(3));
      const bytes = memory.readBytes(c.addr(0), size * count);
      c.ret(write(libc, s, bytes) ? count : 0);
    },
    fopen(c) {
      const stream = open(libc, memory.cstring(c.addr(0)), memory.cstring(c.addr(1)));
      c.ret(stream === null ? 0n : handle(libc, c, stream));
    },
    freopen(c) {
      const address = c.addr(2);
      streamOf(libc, address);
      const number = Number(memory.load(address, 4));
      const stream = open(libc, memory.cstring(c.addr(0)), memory.cstring(c.addr(1)));
      libc.streams[number] = stream;
      c.ret(stream === null ? 0n : address);
    },
    fdopen(c) {
      const stream = libc.streams[c.num(0)];
      c.ret(stream === undefined || stream === null ? 0n : handle(libc, c, stream));
    },
    tmpnam(c) {
      const name = `file${++libc.names}.tmp`;
      const at = c.addr(0) === 0n ? libc.staticString(name) : c.addr(0);
      if (c.addr(0) !== 0n) memory.writeBytes(at, latin1(`${name}\0`));
      c.ret(at);
    },
    tmpfile: (c) =>
      c.ret(handle(libc, c, newStream("", { bytes: new Uint8Array(256), size: 0 }, true, true, false))),
    fclose(c) {
      close(c, c.addr(0));
      c.ret(0);
    },
    fflush(c) {
      if (c.addr(0) !== 0n) streamOf(libc, c.addr(0));
      c.ret(0);
    },
    feof: (c) => c.ret(streamOf(libc, c.addr(0)).eof ? 1 : 0),
    ferror: (c) => c.ret(streamOf(libc, c.addr(0)).error ? 1 : 0),
    clearerr(c) {
      const s = streamOf(libc, c.addr(0));
      s.eof = false;
      s.error = false;
    },
    fileno(c) {
      streamOf(libc, c.addr(0));
      c.ret(memory.load(c.addr(0), 4));
    },
    fseek,
    fseeko: fseek,
    ftell,
    ftello: ftell,
    rewind(c) {
      const s = streamOf(libc, c.addr(0));
      seek(libc, s, 0, 0);
      s.error = false;
    },
    fgetpos(c) {
      memory.store(c.addr(1), 8, BigInt(streamOf(libc, c.addr(0)).position));
      c.ret(0);
    },
    fsetpos: (c) => c.ret(seek(libc, streamOf(libc, c.addr(0)), Number(memory.load(c.addr(1), 8)), 0)),
    setbuf: nothing,
    setvbuf: nothing,
    remove,
    unlink: remove,
    rename(c) {
      const from = memory.cstring(c.addr(0));
      const data = libc.files.get(from);
      if (data === undefined) {
        libc.setErrno(ERRNO.ENOENT);
        return c.ret(-1);
      }
      libc.files.delete(from);
      libc.addFile(memory.cstring(c.addr(1)), data);
      c.ret(0);
    },
    perror(c) {
      const head = c.addr(0) === 0n ? "" : memory.cstring(c.addr(0));
      const error = errorText(Number(memory.peek(libc.errno, 4)));
      write(libc, standard(libc, 2), latin1(`${head === "" ? "" : `${head}: `}${error}\n`));
    },
  };
}

// ---- input --------------------------------------------------------------------------------------------------------

function readFamily(libc: Libc): Family {
  const { memory } = libc;
  const getchar = (c: NativeContext) => c.ret(read(libc, standard(libc, 0)));
  const getc = (c: NativeContext) => c.ret(read(libc, streamOf(libc, c.addr(0))));
  return {
    getchar,
    getchar_unlocked: getchar,
    getc,
    fgetc: getc,
    getc_unlocked: getc,
    ungetc(c) {
      const s = streamOf(libc, c.addr(1));
      if (c.num(0) === EOF || s.unget.length >= UNGET_MAX) return c.ret(EOF);
      s.unget.push(c.num(0) & 0xff);
      s.eof = false;
      c.ret(c.num(0) & 0xff);
    },
    fgets(c) {
      const s = streamOf(libc, c.addr(2));
      const line = readMany(libc, s, Math.max(0, c.num(1) - 1), true);
      if (line.length === 0) return c.ret(0);
      memory.writeBytes(c.addr(0), terminated(line));
    },
    getline(c) {
      const s = streamOf(libc, c.addr(2));
      const line = readMany(libc, s, Infinity, true);
      if (line.length === 0) return c.ret(-1);
      let at = memory.load(c.addr(0), 8);
      if (at === 0n || memory.load(c.addr(1), 8) < BigInt(line.length + 1)) {
        if (at !== 0n) memory.free(at, c.site());
        at = allocate(libc, BigInt(line.length + 1), c.site());
        memory.store(c.addr(0), 8, at);
        memory.store(c.addr(1), 8, BigInt(line.length + 1));
      }
      memory.writeBytes(at, terminated(line));
      c.ret(line.length);
    },
    fread(c) {
      const size = sizeArg(c, 1);
      const s = streamOf(libc, c.addr(3));
      const wanted = size * sizeArg(c, 2);
      const bytes = readMany(libc, s, wanted, false);
      memory.writeBytes(c.addr(0), bytes);
      c.ret(size === 0 ? 0 : Math.floor(bytes.length / size));
    },
  };
}

/** What scanf reads from. */
interface Source {
  next(): number;
  back(byte: number): void;
}

class StringSource implements Source {
  private readonly memory: Memory;
  private readonly hi: number;
  private lo: number;
  constructor(memory: Memory, at: bigint) {
    this.memory = memory;
    this.hi = memory.hi(at);
    this.lo = memory.lo(at);
  }
  next(): number {
    const b = this.memory.loadByte(this.hi, this.lo);
    if (b === 0) return EOF;
    this.lo = (this.lo + 1) | 0;
    return b;
  }
  back(byte: number): void {
    if (byte !== EOF) this.lo = (this.lo - 1) | 0;
  }
}

class StreamSource implements Source {
  private readonly libc: Libc;
  private readonly stream: Stream;
  constructor(libc: Libc, stream: Stream) {
    this.libc = libc;
    this.stream = stream;
  }
  next(): number {
    return read(this.libc, this.stream);
  }
  back(byte: number): void {
    if (byte !== EOF) this.stream.unget.push(byte);
  }
}

const isSpace = (b: number): boolean => b === 32 || (b >= 9 && b <= 13);

/** Bytes that `accept` takes, at most `max`. */
function take(memory: Memory, source: Source, max: number, accept: (byte: number) => boolean): Uint8Array {
  let out = new Uint8Array(64);
  let length = 0;
  while (length < max) {
    const b = source.next();
    if (b === EOF || !accept(b)) {
      source.back(b);
      break;
    }
    memory.work.charge(SCAN_UNITS);
    if (length === out.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(out);
      out = larger;
    }
    out[length++] = b;
  }
  return out.subarray(0, length);
}

/** The longest text that can begin a number of a shape, at most `max` characters. */
function takeNumber(memory: Memory, source: Source, max: number, shape: RegExp): string {
  let out = "";
  while (out.length < max) {
    const b = source.next();
    const more = b === EOF ? out : out + String.fromCharCode(b);
    // Each test reads all of it.
    memory.work.charge(SCAN_UNITS + out.length);
    if (b === EOF || !shape.test(more)) {
      source.back(b);
      break;
    }
    out = more;
  }
  return out;
}

const SCAN_SIZES: Record<string, number> = { hh: 1, h: 2, "": 4, l: 8, ll: 8, j: 8, z: 8, t: 8, L: 8, q: 8 };

const SCAN_SPEC = /%(\*?)(\d*)(hh|h|ll|l|j|z|t|L|q)?(\[\^?\]?[^\]]*\]|[a-zA-Z%])/y;

/** The scanf loop: gives the number of assignments, or EOF. */
function scan(libc: Libc, source: Source, format: string, slots: Slots): number {
  const { memory } = libc;
  let assigned = 0;
  let consumed = 0;
  const counting: Source = {
    next: () => {
      const b = source.next();
      if (b !== EOF) consumed++;
      return b;
    },
    back: (b) => {
      if (b !== EOF) consumed--;
      source.back(b);
    },
  };
  const skip = (): number => {
    let b = counting.next();
    while (b !== EOF && isSpace(b)) b = counting.next();
    counting.back(b);
    return b;
  };
  memory.work.charge(SCAN_UNITS * format.length);
  for (let i = 0; i < format.length; ) {
    const ch = format[i]!;
    if (isSpace(ch.charCodeAt(0))) {
      skip();
      i++;
      continue;
    }
    if (ch !== "%") {
      const b = counting.next();
      if (b !== ch.charCodeAt(0)) {
        counting.back(b);
        return b === EOF && assigned === 0 ? EOF : assigned;
      }
      i++;
      continue;
    }
    SCAN_SPEC.lastIndex = i;
    const spec = SCAN_SPEC.exec(format);
    if (spec === null) return assigned;
    i += spec[0].length;
    const drop = spec[1] === "*";
    const max = spec[2] === "" ? Infinity : Number(spec[2]);
    const size = SCAN_SIZES[spec[3] ?? ""]!;
    const conversion = spec[4]!;
    if (conversion === "n") {
      if (!drop) memory.store(slots.int(8), size, BigInt(consumed));
      continue;
    }
    if (conversion !== "c" && conversion[0] !== "[") {
      if (skip() === EOF) return assigned === 0 ? EOF : assigned;
    }
    switch (conversion[0]) {
      case "%": {
        const b = counting.next();
        if (b !== 37) {
          counting.back(b);
          return assigned;
        }
        continue;
      }
      case "c": {
        const count = spec[2] === "" ? 1 : max;
        const got = take(memory, counting, count, () => true);
        if (got.length < count) return got.length === 0 && assigned === 0 ? EOF : assigned;
        if (!drop) memory.writeBytes(slots.int(8), got);
        break;
      }
      case "s":
      case "[": {
        const accept = conversion === "s" ? (b: number) => !isSpace(b) : charset(conversion);
        const got = take(memory, counting, max, accept);
        if (got.length === 0) {
          const b = counting.next();
          counting.back(b);
          return b === EOF && assigned === 0 ? EOF : assigned;
        }
        if (!drop) memory.writeBytes(slots.int(8), terminated(got));
        break;
      }
      case "d":
      case "i":
      case "u":
      case "o":
      case "x":
      case "X":
      case "p": {
        const base = { d: 10, u: 10, o: 8, i: 0 }[conversion] ?? 16;
        const shape =
          base === 0
            ? /^[+-]?(0|0[xX]|0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)?$/
            : base === 16
              ? /^[+-]?(0[xX]?|(0[xX])?[0-9a-fA-F]+)?$/
              : base === 8
                ? /^[+-]?[0-7]*$/
                : /^[+-]?\d*$/;
        const got = takeNumber(memory, counting, max, shape);
        const { magnitude, negative, length } = parseInteger(got, base);
        if (length === 0) return assigned;
        if (!drop)
          memory.store(slots.int(8), conversion === "p" ? 8 : size, negative ? -magnitude : magnitude);
        break;
      }
      case "f":
      case "e":
      case "g":
      case "a":
      case "E":
      case "F":
      case "G": {
        const shape =
          /^[+-]?(\d*(\.\d*)?([eE][+-]?\d*)?|0[xX][0-9a-fA-F]*(\.[0-9a-fA-F]*)?([pP][+-]?\d*)?|i(n(f(i(n(i(t(y)?)?)?)?)?)?)?|n(an?)?)$/i;
        const got = takeNumber(memory, counting, max, shape);
        const { value, length } = parseDouble(got);
        if (length === 0) return assigned;
        if (!drop) {
          const at = slots.int(8);
          if (size === 4) memory.scratchF32[0] = value;
          else memory.scratchF64[0] = value;
          memory.storeScratch(memory.hi(at), memory.lo(at), size === 4 ? 4 : 8);
        }
        break;
      }
      default:
        return assigned;
    }
    if (!drop) assigned++;
  }
  return assigned;
}

/** `[a-z]` of scanf: a `-` between two characters in order is a range, else itself; `]` first is itself. */
function charset(spec: string): (byte: number) => boolean {
  const negated = spec[1] === "^";
  const body = spec.slice(negated ? 2 : 1, -1);
  const there = new Uint8Array(256);
  for (let i = 0; i < body.length; i++) {
    const low = body.charCodeAt(i);
    const high = body[i + 1] === "-" && i + 2 < body.length ? body.charCodeAt(i + 2) : low;
    if (high > low) i += 2;
    there.fill(1, low, Math.max(low, high) + 1);
  }
  return (byte) => (there[byte] === 1) !== negated;
}

function scanFamily(libc: Libc): Family {
  const { memory } = libc;
  const pair = (name: string, i: number, source: (c: NativeContext) => Source): Family => ({
    [name]: (c) => c.ret(scan(libc, source(c), memory.cstring(c.addr(i)), new Slots(libc, c.addr(i + 1)))),
    [`v${name}`]: (c) =>
      c.ret(
        withList(libc, c.addr(i + 1), (slots) => scan(libc, source(c), memory.cstring(c.addr(i)), slots)),
      ),
  });
  return {
    ...pair("scanf", 0, () => new StreamSource(libc, standard(libc, 0))),
    ...pair("fscanf", 1, (c) => new StreamSource(libc, streamOf(libc, c.addr(0)))),
    ...pair("sscanf", 1, (c) => new StringSource(memory, c.addr(0))),
  };
}

function fdFamily(libc: Libc): Family {
  const { memory } = libc;
  return {
    write(c) {
      const fd = c.num(0);
      const bytes = memory.readBytes(c.addr(1), sizeArg(c, 2));
      if (fd !== 1 && fd !== 2) {
        libc.setErrno(ERRNO.EBADF);
        return c.ret(-1);
      }
      libc.emit(fd, bytes);
      c.ret(bytes.length);
    },
    read(c) {
      const s = standard(libc, 0);
      if (c.num(0) !== 0) {
        libc.setErrno(ERRNO.EBADF);
        return c.ret(-1);
      }
      const bytes = libc.stdin().subarray(s.position, s.position + sizeArg(c, 2));
      s.position += bytes.length;
      memory.writeBytes(c.addr(1), bytes);
      c.ret(bytes.length);
    },
    isatty: (c) => c.ret(0),
    getpid: (c) => c.ret(1000),
    getpagesize: (c) => c.ret(4096),
    sleep: (c) => c.ret(0),
    usleep: (c) => c.ret(0),
  };
}
