/**
 * Reading a file that somebody named: an option, an argument, a line of a setting, an entry of a cache. One function for
 * all of them, so that a FIFO, a device, a folder or a file over its bound is refused by name before a byte of it is
 * read, and so that a file that grows while it is read, or lies about its size as those of /proc do, stays within the
 * bound all the same. Leaves out standard input (`readStandardInput`, which has no name) and all writing but that of a new
 * file that was asked for.
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

/** A file that is not read, in words for the person who named it: what it is, and what to do. */
export class FileProblem extends Error {
  readonly path: string;
  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
    this.path = path;
  }
}

const CHUNK = 1 << 16;

/**
 * All bytes of the regular file at `path`, which may have at most `max`. Symbolic links are followed unless `follow` is
 * false. Throws FileProblem, and nothing else, when it cannot be read.
 */
export function readRegularFile(path: string, max: number, follow = true): Buffer {
  return opened(path, follow, (handle, size) => {
    if (size > max) throw tooLarge(path, size, max);
    return readAll(handle, path, size, max);
  });
}

/** The first bytes of a regular file, at most `max` of them, however large it is. Throws FileProblem. */
export function readHead(path: string, max: number): Buffer {
  return opened(path, true, (handle) => {
    const buffer = Buffer.allocUnsafe(max);
    let length = 0;
    for (let got = -1; got !== 0 && length < max; length += got) got = readSome(handle, buffer, length);
    return buffer.subarray(0, length);
  });
}

/** A regular file, open for a reader that closes it, and its size (bytes). Throws FileProblem. */
export function openRegularFile(
  path: string,
  follow = true,
): { readonly handle: number; readonly size: number } {
  let handle: number;
  try {
    // Without O_NONBLOCK the opening of a FIFO waits for a writer.
    handle = openSync(
      path,
      constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (follow ? 0 : (constants.O_NOFOLLOW ?? 0)),
    );
  } catch (error) {
    throw new FileProblem(path, `cannot be read: ${codeOf(error)}`);
  }
  const stat = fstatSync(handle);
  const kind = kindOf(stat);
  if (kind === "") return { handle, size: stat.size };
  closeSync(handle);
  throw new FileProblem(path, `is ${kind}: name a regular file`);
}

/** Opens a regular file, and closes it when `read` is done. */
function opened(path: string, follow: boolean, read: (handle: number, size: number) => Buffer): Buffer {
  const { handle, size } = openRegularFile(path, follow);
  try {
    return read(handle, size);
  } catch (error) {
    throw error instanceof FileProblem ? error : new FileProblem(path, `cannot be read: ${codeOf(error)}`);
  } finally {
    closeSync(handle);
  }
}

/** All of standard input, of which at most `max` bytes are taken. Throws FileProblem. */
export function readStandardInput(max: number): Buffer {
  const name = "standard input";
  try {
    const stat = fstatSync(0);
    if (stat.isDirectory()) throw new FileProblem(name, "is a folder: give a mail");
    return readAll(0, name, 0, max);
  } catch (error) {
    throw error instanceof FileProblem ? error : new FileProblem(name, `cannot be read: ${codeOf(error)}`);
  }
}

/** All bytes of what a command is to read: a regular file, or standard input for `-`; at most `max`. Throws FileProblem. */
export const readInput = (file: string, max: number): Buffer =>
  file === "-" ? readStandardInput(max) : readRegularFile(file, max);

/** Writes a file that is not there yet; whatever is there stays. Throws FileProblem. */
export function writeNewFile(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes, { flag: "wx" });
  } catch (error) {
    const code = codeOf(error);
    throw new FileProblem(
      path,
      code === "EEXIST" ? "is there already: name a new file" : `cannot be written: ${code}`,
    );
  }
}

/** Whether a folder is there; false for what cannot be looked at. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes a folder and those it lies in, one by one from the first that is there: Node's recursive mkdir goes round for ever
 * where the system says of a folder that can hold none (below /proc) that there is no such file. Throws what mkdir throws.
 */
export function makeFolder(dir: string, mode = 0o777): void {
  const missing: string[] = [];
  let at = resolve(dir);
  for (; statSync(at, { throwIfNoEntry: false }) === undefined && dirname(at) !== at; at = dirname(at))
    missing.push(at);
  if (missing.length === 0 && !statSync(at).isDirectory())
    throw Object.assign(new Error(`${at} is no folder`), { code: "ENOTDIR" });
  for (const folder of missing.reverse())
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Somebody else made it meanwhile.
      if (codeOf(error) !== "EEXIST") throw error;
    }
}

/** Writes files that are not there yet into a folder, which is made where it is not there. Throws FileProblem. */
export function writeNewFiles(dir: string, files: ReadonlyMap<string, string>): void {
  try {
    makeFolder(dir);
  } catch (error) {
    throw new FileProblem(dir, `cannot be made: ${codeOf(error)}`);
  }
  for (const [name, text] of files) writeNewFile(join(dir, name), Buffer.from(text));
}

/** What is at a path instead of a regular file ("a folder", "a FIFO" ...); "" for a regular file. */
export function kindOf(stat: Stats): string {
  if (stat.isFile()) return "";
  if (stat.isDirectory()) return "a folder";
  if (stat.isFIFO()) return "a FIFO";
  if (stat.isSocket()) return "a socket";
  if (stat.isSymbolicLink()) return "a symbolic link";
  return "a device";
}

/** Reads to the end, whatever the size said. */
function readAll(handle: number, path: string, size: number, max: number): Buffer {
  let buffer = Buffer.allocUnsafe(size > 0 ? size + 1 : CHUNK);
  let length = 0;
  for (;;) {
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(buffer.length * 2, max + 1));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    const got = readSome(handle, buffer, length);
    if (got === 0) return buffer.subarray(0, length);
    length += got;
    if (length > max) throw tooLarge(path, length, max);
  }
}

/** One read; a terminal or pipe that has nothing yet is waited for. */
function readSome(handle: number, buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(handle, buffer, at, buffer.length - at, null);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

const tooLarge = (path: string, size: number, max: number): FileProblem =>
  new FileProblem(path, `has ${size} bytes or more; over ${max} is not read`);

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT"
    ? "there is no such file"
    : code === "ELOOP"
      ? "it is a symbolic link"
      : (code ?? message);
}
