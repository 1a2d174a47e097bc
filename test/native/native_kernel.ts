/**
 * Builds the reference kernel with gcc and runs scenario cases natively (natives.c, record.c, inspect.c). Every store
 * through a pointer is announced to record.c (-fsanitize=kernel-address with calls of our own), so that the native run
 * lists its writes as the engine does. Leaves out the comparison (compare.ts).
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { type Era, eraDefines } from "../../emulator/kernel/era.ts";

/** A file of a kernel tree that is compiled in the place of one of ours. */
export interface Replacement {
  /** Path below emulator/reference ("fs/dax.c"). */
  readonly path: string;
  /** The file of the tree. */
  readonly file: string;
}

export interface NativeKernel {
  readonly exe: string;
  /** Functions that replaced files define. */
  readonly replaced: readonly string[];
  /** Function or object at an address of the program: "folio_put", "fsc_registry+8". */
  readonly symbol: (address: number) => string;
}

/** Nothing of either is turned off. -O2, because some warnings come from the optimiser's view of the code. */
const WARNINGS = ["-O2", "-Wall", "-Wextra", "-Werror"];
const LANGUAGE = ["-std=gnu11", "-fno-strict-aliasing", "-fno-builtin", "-fwrapv", "-fPIE"];
const PLACES = ["-DFSC_NATIVE", "-DPAGE_OFFSET=0x1c3c00000000UL", "-DVMEMMAP_START=0x2ea000000000UL"];
const RECORDED = [
  "-O0",
  "-g1",
  "-fsanitize=kernel-address",
  "--param=asan-instrumentation-with-call-threshold=0",
  "--param=asan-stack=0",
  "--param=asan-globals=0",
  "--param=asan-instrument-reads=0",
  "-Dmemset=fsc_memset",
  "-Dmemcpy=fsc_memcpy",
  "-Dmemmove=fsc_memmove",
];

const defines = (era: Era): string[] => eraDefines(era).map(([name, value]) => `-D${name}=${value}`);

/** Why natively nothing can be built here, or null. */
export function nativeMissing(): string | null {
  if (process.platform !== "linux" || process.arch !== "x64") return "the harness needs Linux on x86-64";
  for (const tool of ["gcc", "ld", "nm", "objcopy"])
    if (spawnSync(tool, ["--version"], { stdio: "ignore" }).status !== 0) return `${tool} is not installed`;
  return null;
}

function filesBelow(dir: string, ext: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(ext))
    .sort();
}

/** A digest of all that an object file is made of: headers, flags, source. */
function digest(parts: readonly string[]): string {
  const hash = createHash("sha1");
  for (const p of parts) hash.update(p).update("\0");
  return hash.digest("hex").slice(0, 20);
}

interface Job {
  readonly source: string;
  readonly object: string;
  readonly flags: readonly string[];
}

/** Runs gcc for each job, two at a time; gives what gcc says of those that it refuses. */
async function compileAll(jobs: readonly Job[]): Promise<string[]> {
  const errors: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs.length) {
      const job = jobs[next++]!;
      const said = await new Promise<string | null>((resolve) => {
        const gcc = spawn("gcc", [...job.flags, "-c", job.source, "-o", job.object]);
        let text = "";
        gcc.stderr.on("data", (d) => (text += d));
        gcc.on("close", (status) => resolve(status === 0 ? null : text));
      });
      if (said !== null) errors.push(`gcc does not compile ${job.source}:\n${said.slice(0, 4000)}`);
    }
  };
  await Promise.all([worker(), worker()]);
  return errors;
}

/** The sources of both kinds and where their objects go. */
class Objects {
  readonly all: string[] = [];
  readonly jobs: Job[] = [];
  private readonly root: string;
  private readonly dir: string;
  private readonly headers: readonly string[];
  constructor(root: string, era: Era, kind: string) {
    this.root = root;
    this.dir = join(root, ".cache/native", `${era}-${kind}`);
    mkdirSync(this.dir, { recursive: true });
    const folders = [referenceFolder(root), join(root, "test/native")];
    this.headers = folders.flatMap((f) => filesBelow(f, ".h").map((h) => readFileSync(join(f, h), "utf8")));
  }
  add(source: string, flags: readonly string[]): void {
    const key = digest([source, ...flags, ...this.headers, readFileSync(source, "utf8")]);
    const object = join(this.dir, `${relative(this.root, source).replace(/\W/g, "_")}.${key}.o`);
    if (this.all.includes(object)) return;
    this.all.push(object);
    if (!existsSync(object)) this.jobs.push({ source, object, flags });
  }
  /** Objects of former contents are of no use to anyone. */
  removeOthers(): void {
    const keep = new Set(this.all.map((o) => basename(o)));
    for (const f of readdirSync(this.dir)) if (f.endsWith(".o") && !keep.has(f)) rmSync(join(this.dir, f));
  }
}

const referenceFolder = (root: string): string => join(root, "emulator/reference");

/** Compiles the reference kernel and the harness with every warning of -Wall -Wextra as an error; what gcc says. */
export async function complaintsOf(root: string, era: Era): Promise<{ files: number; complaints: string[] }> {
  const ref = referenceFolder(root);
  const objects = new Objects(root, era, "warnings");
  const flags = [...LANGUAGE, ...PLACES, ...WARNINGS, ...defines(era)];
  const include = [`-I${join(ref, "include")}`, `-I${join(ref, "mm")}`];
  for (const path of filesBelow(ref, ".c")) objects.add(join(ref, path), [...flags, ...include]);
  for (const f of HARNESS)
    objects.add(join(root, "test/native", f), [...flags, ...(f === "inspect.c" ? include : [])]);
  const complaints = await compileAll(objects.jobs);
  objects.removeOthers();
  return { files: objects.all.length, complaints };
}

const HARNESS = ["inspect.c", "natives.c", "record.c"];

/** What the harness calls of the kernel; every other name of the kernel stays its own, so that libc's are libc's. */
const KERNEL_ENTRIES = ["fsc_boot", "fsc_scenarios", "fsc_registry", "fsc_recount"];

/** Compiles what has changed and links. Throws with what gcc says. */
export async function buildNative(
  root: string,
  era: Era,
  replacements: readonly Replacement[] = [],
): Promise<NativeKernel> {
  const ref = referenceFolder(root);
  const kernel = new Objects(root, era, replacements.length === 0 ? "events" : "replaced");
  const harness = new Objects(root, era, "harness");
  const common = [...LANGUAGE, ...PLACES, ...defines(era), "-w"];
  const include = [`-I${join(ref, "include")}`, `-I${join(ref, "mm")}`];
  const sources = filesBelow(ref, ".c");
  const unknown = replacements.find((r) => !sources.includes(r.path));
  if (unknown !== undefined) throw new Error(`the reference kernel has no ${unknown.path} to be replaced`);
  // The tree's come first: where both define a name, theirs is linked.
  const flags = [...common, ...RECORDED, "-finstrument-functions"];
  for (const r of replacements) kernel.add(...treeSource(root, r, flags, include));
  for (const path of sources) kernel.add(join(ref, path), [...common, ...RECORDED, ...include]);
  kernel.add(join(root, "test/native/inspect.c"), [...common, "-O1", ...include]);
  for (const f of ["natives.c", "record.c"]) harness.add(join(root, "test/native", f), [...common, "-O1"]);
  const complaints = [...(await compileAll(kernel.jobs)), ...(await compileAll(harness.jobs))];
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  kernel.removeOthers();
  harness.removeOthers();
  const exe = join(root, ".cache/native", `kernel-${era}-${digest([...kernel.all, ...harness.all])}`);
  if (!existsSync(exe)) link(kernel.all, harness.all, exe, replacements.length > 0);
  const replaced = kernel.all.slice(0, replacements.length).flatMap(functionsOf);
  return { exe, replaced, symbol: symbolsOf(exe) };
}

/** Functions that a source file defines itself, headers not: those that gcc names after it. */
function functionsOf(object: string): string[] {
  const dump = execFileSync("nm", ["-l", "--defined-only", object], { encoding: "utf8", maxBuffer: 1 << 26 });
  return dump
    .split("\n")
    .map((l) => /^\S+ [tT] (\S+)\t.*\.c:\d+$/.exec(l)?.[1])
    .filter((n) => n !== undefined);
}

function link(kernel: readonly string[], harness: readonly string[], exe: string, mixed: boolean): void {
  const whole = `${exe}.o`;
  execFileSync("ld", ["-r", ...(mixed ? ["-z", "muldefs"] : []), ...kernel, "-o", whole], { stdio: "pipe" });
  execFileSync("objcopy", [...KERNEL_ENTRIES.map((n) => `--keep-global-symbol=${n}`), whole], {
    stdio: "pipe",
  });
  const stubs = mixed ? stubsFor(whole, harness, `${exe}.stubs.c`) : [];
  execFileSync("gcc", ["-pie", "-w", whole, ...harness, ...stubs, "-o", exe], { stdio: "pipe" });
  rmSync(whole);
}

function names(object: string, flag: "--undefined-only" | "--defined-only"): string[] {
  const out = execFileSync("nm", ["-j", "--extern-only", flag, object], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return out.split("\n").filter((n) => n !== "" && !n.startsWith("_GLOBAL_"));
}

/** libc functions that the reference kernel may call (lib/string.c). */
const LIBC = /^(str(n?cmp|n?len|cpy|r?chr|str|spn)|mem(cmp|chr|set|cpy|move))$/;

/** Functions of the tree that nobody defines here: a run that reaches one is not modelled. */
function stubsFor(kernel: string, harness: readonly string[], file: string): string[] {
  const there = new Set(harness.flatMap((o) => names(o, "--defined-only")));
  const missing = names(kernel, "--undefined-only").filter((n) => !there.has(n) && !LIBC.test(n));
  // Tracepoints and KASAN's shadow do nothing that a scenario sees.
  const text = missing.map((n) =>
    /^(trace|kasan)_/.test(n) ? `void ${n}(void) { }\n` : `void ${n}(void) { __fsc_unmodelled("${n}"); }\n`,
  );
  writeFileSync(file, ["void __fsc_unmodelled(const char *what);\n", ...text].join(""));
  return [file];
}

/**
 * A file of the tree, copied to where it finds our headers beside it and not the tree's. Headers that ours have not are
 * empty; what is missed then is in test/native/tree/shim.h.
 */
function treeSource(
  root: string,
  r: Replacement,
  flags: readonly string[],
  include: readonly string[],
): [string, string[]] {
  const ref = referenceFolder(root);
  const dir = join(root, ".cache/native/tree");
  const copy = join(dir, "source", r.path);
  const text = readFileSync(r.file, "utf8");
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, text);
  for (const [, name] of text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)) {
    const places = [join(ref, "include", name!), join(ref, dirname(r.path), name!), join(ref, "mm", name!)];
    if (places.some((p) => existsSync(p))) continue;
    const empty = join(dir, "empty", name!.replace(/^(\.\.\/)+/, ""));
    mkdirSync(dirname(empty), { recursive: true });
    writeFileSync(empty, "");
    if (name!.startsWith("../")) {
      const beside = join(dirname(copy), name!);
      mkdirSync(dirname(beside), { recursive: true });
      writeFileSync(beside, "");
    }
  }
  const shim = join(root, "test/native/tree/shim.h");
  return [
    copy,
    [...flags, ...include, `-I${join(ref, dirname(r.path))}`, `-I${join(dir, "empty")}`, "-include", shim],
  ];
}

function symbolsOf(exe: string): (address: number) => string {
  const rows = execFileSync("nm", ["-n", exe], { encoding: "utf8", maxBuffer: 1 << 26 })
    .split("\n")
    .map((l) => /^([0-9a-f]+) (\w) (\S+)$/.exec(l))
    .filter((m) => m !== null)
    .map((m) => ({
      at: Number.parseInt(m[1]!, 16),
      code: /[tTwW]/.test(m[2]!),
      name: m[3]!.replace(/\.\d+$/, ""),
    }));
  const known = new Map<number, string>();
  return (address) => {
    let name = known.get(address);
    if (name === undefined) {
      let low = 0;
      let high = rows.length;
      while (low < high) {
        const mid = (low + high) >> 1;
        if (rows[mid]!.at <= address) low = mid + 1;
        else high = mid;
      }
      const row = rows[low - 1];
      const offset = address - (row?.at ?? 0);
      name = row === undefined ? "?" : row.code || offset === 0 ? row.name : `${row.name}+${offset}`;
      known.set(address, name);
    }
    return name;
  };
}

/** What one case printed, with addresses of the program as names. */
export interface NativeRun {
  readonly events: readonly string[];
  /** "completed", "deadlock", "bug: ..." */
  readonly end: string;
  /** Tasks asleep and locks held at the end. */
  readonly left: readonly string[];
  /** What the recount at quiescent points found. */
  readonly recounts: readonly string[];
  /** Functions of replaced files that ran, boot included. */
  readonly ran: readonly string[];
}

/** Runs cases ("SCENARIO name=value ...") in a fresh kernel each. */
export function runNative(kernel: NativeKernel, cases: readonly string[]): NativeRun[] {
  const run = spawnSync(kernel.exe, ["run"], {
    input: cases.map((c) => `${c}\n`).join(""),
    encoding: "latin1",
    maxBuffer: 1 << 30,
  });
  if (run.status !== 0)
    throw new Error(`the native kernel ends with ${run.status ?? run.signal}: ${run.stderr.slice(0, 500)}`);
  const parts = `\n${run.stdout}`.split("\ncase ").slice(1);
  if (parts.length !== cases.length) throw new Error(`${cases.length} cases asked, ${parts.length} answered`);
  return parts.map((part) => parseRun(kernel, part.split("\n").slice(1)));
}

function parseRun(kernel: NativeKernel, lines: readonly string[]): NativeRun {
  const events: string[] = [];
  const left: string[] = [];
  const recounts: string[] = [];
  const ran: string[] = [];
  let end = "no end";
  for (const line of lines) {
    if (line === "") continue;
    if (line.startsWith("end ")) end = line.slice(4);
    else if (/^(asleep|held) /.test(line)) left.push(line);
    else if (line.startsWith("ran @")) ran.push(kernel.symbol(Number.parseInt(line.slice(5), 16)));
    else if (line.startsWith("recount ")) recounts.push(line.slice(8));
    else events.push(named(kernel, line));
  }
  return { events, end, left: left.sort(), recounts, ran };
}

/** Names for the addresses of the program in a line. The harness's own first calls of a task are left out. */
function named(kernel: NativeKernel, line: string): string {
  return line
    .replace(
      /(^\d+ |<|-> | )@([0-9a-f]+)/g,
      (_m, lead: string, hex: string) => lead + kernel.symbol(Number.parseInt(hex, 16)),
    )
    .replace(/^(\d+ \S*?)<(?:first_task|trampoline)\S*/, "$1");
}
