/**
 * Caches on disk. An entry is one file: a header line that names its key and the SHA-256 of what follows, then bytes, or JSON. What
 * is read is checked: that it is a regular file within the bound, that it is the entry of that key, its digest, and its
 * shape by a function of the caller. An entry that fails is told in the log, removed, and made again by whoever asked; a
 * cache that cannot be written costs time and nothing else. The folder of a cache stays below a bound: the entries that
 * were used longest ago go first. Leaves out what is kept and under which key (the key must hold everything that the value
 * depends on, the version of its format too), and secrecy: the digest finds accidents and careless edits, not an attacker
 * who may write to the user's cache folder and can make a digest too; that is why the shape is checked as well.
 */
import { createHash } from "node:crypto";
import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { FileProblem, isFolder, makeFolder, readRegularFile } from "../files.ts";

export interface ByteCacheOptions {
  /** Folder that this cache has for itself, absolute (see cacheFolder). */
  readonly folder: string;
  /** Bytes that one entry may have; larger values are not kept. Default 64 MiB. */
  readonly maxEntry?: number;
  /** Bytes that all entries may have together. Default 256 MiB. */
  readonly maxTotal?: number;
  /** Told of entries that were broken, and of a folder that cannot be written. Default: standard error, which is the log of an editor too. */
  readonly log?: (message: string) => void;
}

export interface CacheOptions<T> extends ByteCacheOptions {
  /** Whether a JSON value has the shape that the caller relies on, to the leaves. */
  readonly check: (value: unknown) => value is T;
}

const MAGIC = "folioscope-cache 1";
const HEADER_MAX = 256;
const SUFFIX = ".entry";
/** Files of writers that were killed are swept after this time (milliseconds). */
const STALE_PART = 3_600_000;

/** Where the caches of the user lie: $FOLIOSCOPE_CACHE, else $XDG_CACHE_HOME/folioscope, else ~/.cache/folioscope. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env["FOLIOSCOPE_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "folioscope");
}

/** Whether the environment lets what was computed be kept from one run to the next. */
export const keepsResults = (env: NodeJS.ProcessEnv = process.env): boolean =>
  (env["FOLIOSCOPE_NO_CACHE"] ?? "") === "" || env["FOLIOSCOPE_NO_CACHE"] === "0";

/** The key of an entry: a digest of everything that its value depends on, in order. */
export function cacheKey(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest("hex");
}

/** A cache of bytes. No method throws for anything that lies in, or is wrong with, the folder. */
export class ByteCache {
  private readonly options: ByteCacheOptions;
  private readonly maxEntry: number;
  private readonly maxTotal: number;
  private readonly log: (message: string) => void;

  constructor(options: ByteCacheOptions) {
    this.options = options;
    this.maxEntry = options.maxEntry ?? 64 << 20;
    this.maxTotal = options.maxTotal ?? 256 << 20;
    this.log = options.log ?? ((message) => void process.stderr.write(`folioscope: ${message}\n`));
  }

  /** The bytes kept under a key (of cacheKey), or null: there are none, or they were broken and are gone. */
  read(key: string): Buffer | null {
    const path = this.place(key);
    let bytes: Buffer;
    try {
      // What is wrong with the folder is said when something is written into it.
      if (!isFolder(this.options.folder)) return null;
      if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
      bytes = readRegularFile(path, this.maxEntry + HEADER_MAX, false);
    } catch (error) {
      return this.broken(key, error instanceof FileProblem ? error.message : String(error));
    }
    const end = bytes.subarray(0, HEADER_MAX).indexOf(0x0a);
    const body = bytes.subarray(end + 1);
    if (end < 0 || !bytes.subarray(0, end).toString("latin1").startsWith(`${MAGIC} ${key} `))
      return this.broken(key, "it is not the entry that its name says");
    if (bytes.subarray(0, end + 1).toString("latin1") !== header(key, body))
      return this.broken(key, "its digest does not fit");
    this.used(path);
    return body;
  }

  /** Keeps bytes. Too many, or the folder cannot be written: they are not kept. */
  write(key: string, body: Uint8Array): void {
    if (body.length > this.maxEntry) return;
    const path = this.place(key);
    const part = `${path}.${process.pid}.part`;
    try {
      makeFolder(this.options.folder, 0o700);
      this.makeRoom(body.length);
      writeFileSync(part, Buffer.concat([Buffer.from(header(key, body)), body]), { mode: 0o600 });
      renameSync(part, path);
    } catch (error) {
      this.log(`the cache in ${this.options.folder} cannot be written: ${(error as Error).message}`);
      remove(part);
    }
  }

  /** Removes an entry that is not what it should be, and says why. */
  broken(key: string, why: string): null {
    const path = this.place(key);
    this.log(`cache entry ${path} is broken and is made again: ${why}`);
    remove(path);
    return null;
  }

  private place(key: string): string {
    if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`not a key of cacheKey(): ${key}`);
    return join(this.options.folder, key + SUFFIX);
  }

  private used(path: string): void {
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // Only the order in which entries go is less exact.
    }
  }

  /** Removes the entries used longest ago until `bytes` more fit. */
  private makeRoom(bytes: number): void {
    const entries = [];
    let total = bytes;
    for (const name of readdirSync(this.options.folder)) {
      const path = join(this.options.folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined || !stat.isFile()) continue;
      if (name.endsWith(".part") && Date.now() - stat.mtimeMs > STALE_PART) remove(path);
      if (!name.endsWith(SUFFIX)) continue;
      total += stat.size;
      entries.push({ path, size: stat.size, time: stat.mtimeMs });
    }
    entries.sort((a, b) => a.time - b.time);
    for (const entry of entries) {
      if (total <= this.maxTotal) return;
      remove(entry.path);
      total -= entry.size;
    }
  }
}

/** A cache of JSON values, which is as quiet. */
export class DiskCache<T> {
  private readonly bytes: ByteCache;
  private readonly check: CacheOptions<T>["check"];

  constructor(options: CacheOptions<T>) {
    this.bytes = new ByteCache(options);
    this.check = options.check;
  }

  /** The value kept under a key (of cacheKey), or null: there is none, or it was broken and is gone. */
  read(key: string): T | null {
    const body = this.bytes.read(key);
    if (body === null) return null;
    let value: unknown;
    try {
      value = JSON.parse(body.toString("utf8"));
    } catch {
      return this.bytes.broken(key, "it is no JSON");
    }
    return this.check(value) ? value : this.bytes.broken(key, "its shape is not the one that is asked for");
  }

  /** Keeps a value. Too large, or the folder cannot be written: it is not kept. */
  write(key: string, value: T): void {
    this.bytes.write(key, Buffer.from(JSON.stringify(value), "utf8"));
  }
}

const header = (key: string, body: Uint8Array): string =>
  `${MAGIC} ${key} ${createHash("sha256").update(body).digest("hex")}\n`;

/** Whatever is there: somebody may have made a folder of that name. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It stays, and is found broken again.
  }
}
