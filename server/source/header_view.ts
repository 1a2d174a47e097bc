/**
 * The headers that files include, as names are looked for in them: those that are found by a path of their own, with what each declares, and
 * the names of shared ones. Leaves out who defines a name in shared headers (function_source.ts).
 */
import { posix } from "node:path";
import type { KernelTree } from "./images.ts";
import { includeFolders } from "./include_folders.ts";
import { inclusions, ReachedHeaders } from "./reached_headers.ts";

/** Names that a header declares, typedefs apart. */
export interface HeaderNames {
  readonly names: ReadonlySet<string>;
  readonly typedefs: ReadonlySet<string>;
}

/** What the includes of some files are found with. */
export interface Finding {
  readonly tree: KernelTree;
  /** A file as the side has it. */
  read(path: string): string | null;
  namesIn(path: string, text: string): HeaderNames;
  /** What a shared header includes; null: there is none. */
  includes(path: string): readonly string[] | null;
  /** The file whose folder and machine say where headers lie. */
  readonly from: string;
}

/** Headers with paths of their own that are followed. */
const MOST = 200;

/** Headers that some files include, and what those include. */
export class HeaderView {
  /** By name: the headers with a path of their own that declare it. */
  readonly local = new Map<string, string[]>();
  readonly typedefs = new Set<string>();
  /** Files that were looked at. */
  readonly seen: Set<string>;
  /** What names of shared headers stand in these files. */
  readonly included: Set<string>;
  private readonly finding: Finding;
  /** The view that this one is around. */
  readonly outer: HeaderView | null;
  private readonly folders: () => readonly string[];
  private reached: ReachedHeaders | null = null;
  /** How many of `included` have been followed. */
  private followed: number;

  /** `outer`: a view whose headers are not looked at again. */
  constructor(finding: Finding, outer: HeaderView | null = null) {
    this.finding = finding;
    this.outer = outer;
    this.seen = new Set(outer?.seen);
    this.included = new Set(outer?.included ?? EVERYWHERE);
    this.followed = outer?.included.size ?? 0;
    let folders: readonly string[] | null = null;
    this.folders = () => (folders ??= includeFolders(posix.dirname(finding.from), finding.read));
  }

  private add(path: string): void {
    const text = this.finding.read(path);
    if (text === null) return;
    const own = this.finding.namesIn(path, text);
    for (const t of own.typedefs) this.typedefs.add(t);
    for (const name of own.names) {
      const list = this.local.get(name);
      if (list === undefined) this.local.set(name, [path]);
      else list.push(path);
    }
    this.follow(path, text);
  }

  /** Adds a header, or a file that the files are a part of, where it was not looked at yet. */
  addOnce(path: string): void {
    if (this.seen.has(path)) return;
    this.seen.add(path);
    this.add(path);
  }

  /** Adds what a file includes, where it was not looked at yet. */
  followOnce(path: string): void {
    if (this.seen.has(path)) return;
    this.seen.add(path);
    this.follow(path, this.finding.read(path) ?? "");
  }

  /** Adds what a file of this text includes. */
  follow(path: string, text: string): void {
    for (const { name, quoted } of inclusions(text)) {
      const found = this.resolve(path, quoted, name);
      if (found === null) this.included.add(name);
      if (found !== null && this.seen.size <= MOST) this.addOnce(found);
    }
  }

  /** Whether a shared header is one that the files include. */
  reaches(path: string): boolean {
    return this.shared().paths.has(path);
  }

  private shared(): ReachedHeaders {
    const { outer, included, finding } = this;
    this.reached ??= outer === null ? new ReachedHeaders(finding.includes) : outer.shared().copy();
    if (this.followed < included.size) this.reached.add([...included].slice(this.followed));
    this.followed = included.size;
    return this.reached;
  }

  private resolve(from: string, quoted: boolean, name: string): string | null {
    const { read, tree } = this.finding;
    const near = posix.normalize(posix.join(posix.dirname(from), name));
    if (quoted && !near.startsWith("..") && read(near) !== null) return near;
    if (quoted)
      for (let d = posix.dirname(posix.dirname(from)); d !== "."; d = posix.dirname(d)) {
        const up = posix.join(d, name);
        if (read(up) !== null) return up;
        const inc = posix.join(d, "include", name);
        if (read(inc) !== null) return inc;
      }
    for (const folder of this.folders()) {
      const there = posix.normalize(posix.join(folder, name));
      if (read(there) !== null) return there;
    }
    if (!/^(?:uapi\/)?asm\//.test(name)) return null;
    const arch = /^arch\/(\w+)\//.exec(this.finding.from)?.[1] ?? null;
    if (arch === null && tree.read(`arch/x86/include/${name}`) !== null) return null;
    for (const a of arch === null ? OTHER_MACHINES : [arch]) {
      const there = `arch/${a}/include/${name}`;
      if (tree.read(there) !== null) return there;
    }
    return null;
  }
}

/** What every file is built with. */
const EVERYWHERE = ["linux/kconfig.h", "linux/compiler-version.h", "linux/compiler_types.h"];
const OTHER_MACHINES = ["powerpc", "arm64", "arm", "mips", "s390", "riscv", "sh", "sparc", "m68k"];
