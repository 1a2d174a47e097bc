/**
 * What V8 compiled of our bundles, kept from one process to the next: bytes that only the V8 that made them can read, under the
 * text that they were compiled from. Leaves out whether V8 takes them (start.ts asks it): it refuses what other flags made.
 */
import { join } from "node:path";
import { ByteCache, cacheFolder, cacheKey } from "./store.ts";

/** Bytes that all of it may have: a build has some three megabytes. */
export const CODE_BYTES = 32 << 20;
/** Bytes that one bundle's may have. */
const MAX_ENTRY = 16 << 20;

/** Where it is kept. */
export const codeFolder = (): string => join(cacheFolder(), "code");

/** Compiled code in a folder. What is wrong with the folder is no matter: code is compiled again. */
export class CompiledCode {
  private readonly cache: ByteCache;

  constructor(folder: string = codeFolder()) {
    this.cache = new ByteCache({ folder, maxEntry: MAX_ENTRY, maxTotal: CODE_BYTES, log: () => {} });
  }

  /** What is kept of a source text by this version of V8, or null. */
  read(source: string): Buffer | null {
    return this.cache.read(keyOf(source));
  }

  write(source: string, code: Uint8Array): void {
    this.cache.write(keyOf(source), code);
  }
}

const keyOf = (source: string): string => cacheKey("code 1", process.versions.v8, process.arch, source);
