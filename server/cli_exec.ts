/**
 * `folioscope exec FILE.c [--trace] [--steps N] [--memory MIB] [-D NAME[=VALUE]] [-I DIR] [--files DIR] [-- ARGS...]`:
 * runs the main() of a C program in the engine. Output and exit status are the program's; a stop is reported on standard
 * error and gives 128 + the signal that the mistake usually ends in (see statusOf in emulator/hosted/run_program.ts). The
 * program sees no file of the host but those below `--files DIR`; it includes files below its own folder and below the
 * `-I` folders. Leaves out everything about kernels and mails.
 */
import { realpathSync, writeSync } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { diagnosticText, remarkReport, stopReport } from "../emulator/hosted/report.ts";
import { DEFAULT_STEPS, type ProgramSource, runProgram } from "../emulator/hosted/run_program.ts";
import type { CliIo } from "./cli_io.ts";
import { FileProblem, readInput, readRegularFile, readStandardInput } from "./files.ts";
import { readArguments } from "./options.ts";
import { terminalText } from "./report/text.ts";
import { looksLikePatch } from "./sniff.ts";

/** The program's output is bytes, not text: a caller that captures it gives `bytes`. */
export interface ExecIo extends CliIo {
  bytes?(fd: 1 | 2, bytes: Uint8Array): void;
}

const USAGE = `usage: folioscope exec FILE.c [--trace] [--steps N] [--memory MIB]
                       [-D NAME[=VALUE]] [-I DIR] [--files DIR] [-- ARGS...]

Runs main() of a C program in the engine. Output and exit status are the
program's.

  --steps N        instructions, what library functions touch included
                   (default ${DEFAULT_STEPS})
  --memory MIB     all that is held for the program, shadow bytes included
                   (default 512)
  --files DIR      the files that it may open, for reading; what it writes stays
                   in memory
  -I DIR           where it includes files from, besides its own folder
  --trace          each line as it runs, on standard error

When the engine stops it, standard error says what, where, and what became of
the object, and the status is
    1 it does not compile
  124 a bound was reached (steps, memory, output)
  125 something the engine does not model
  132 shift range, unreachable code, missing return value
  134 abort, failed assert, double or bad free
  136 division by zero
  139 any other bad access or call
`;

export async function runExec(args: string[], io: ExecIo): Promise<number> {
  const parsed = parse(args);
  if (typeof parsed === "string") {
    io.stderr(`folioscope exec: ${parsed}\n${USAGE}`);
    return 2;
  }
  if (parsed === null) {
    io.stdout(USAGE);
    return 0;
  }
  const { values, file, rest } = parsed;
  let text: string;
  try {
    const bytes = readInput(file, SOURCE_MAX);
    text = bytes.toString("utf8");
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    io.stderr(`folioscope exec: ${error.message}\n`);
    return 2;
  }
  if (file !== "-" && !/\.[chiS]$/.test(file) && looksLikePatch(text)) {
    io.stderr(
      `folioscope exec: ${file} is a mail or a diff: folioscope review ${file} runs its patches. What exec takes is a C program\n`,
    );
    return 2;
  }
  const includes = new Folders([file === "-" ? "." : dirname(file), ...(values.include ?? [])]);
  const files = values.files === undefined ? null : new Folders([values.files]);
  if (files !== null && files.missing.length > 0) {
    io.stderr(`folioscope exec: --files ${values.files} is not a folder that can be read\n`);
    return 2;
  }
  const refused = new Set<string>();
  const out = new Writer(io);
  const result = runProgram(
    { path: file === "-" ? "<stdin>" : file, text },
    {
      ...(values.steps === undefined ? {} : { steps: Number(values.steps) }),
      ...(values.memory === undefined ? {} : { memory: Number(values.memory) }),
      args: rest,
      defines: values.define ?? [],
      resolveInclude: (name, system, from) =>
        findInclude(name, system, from, values.include ?? [], includes, refused),
      stdin: () => readStdin(file),
      readFile: (path) => (files === null ? null : readBelow(files, resolve(values.files!, path), refused)),
      keepOutput: false,
      onOutput: (fd, bytes) => out.write(fd, bytes),
      ...(values.trace === true
        ? {
            trace: (l) => {
              const what = l.remark === undefined ? "" : `: note: ${l.remark.message}`;
              const line = `${"  ".repeat(l.depth)}${l.path}:${l.line}: ${l.fn}()${what}`;
              out.write(2, Buffer.from(`${terminalText(line)}\n`));
            },
          }
        : {}),
    },
  );
  out.flush();
  for (const why of refused) io.stderr(`folioscope exec: ${why}\n`);
  for (const d of [...result.warnings, ...result.errors]) io.stderr(diagnosticText(result.files, d));
  io.stderr(remarkReport(result));
  io.stderr(stopReport(result));
  return result.exitStatus;
}

interface Parsed {
  readonly values: {
    readonly trace?: boolean;
    readonly steps?: string;
    readonly memory?: string;
    readonly define?: string[];
    readonly include?: string[];
    readonly files?: string;
  };
  readonly file: string;
  readonly rest: string[];
}

function parse(args: string[]): Parsed | string | null {
  const dashes = args.indexOf("--");
  const own = dashes < 0 ? args : args.slice(0, dashes);
  const read = readArguments(own, {
    help: { type: "boolean", short: "h" },
    trace: { type: "boolean" },
    steps: { type: "string" },
    memory: { type: "string" },
    define: { type: "string", short: "D", multiple: true },
    include: { type: "string", short: "I", multiple: true },
    files: { type: "string" },
  });
  if (typeof read === "string") return read;
  const { values, positionals } = read;
  if (values.help === true) return null;
  for (const name of ["steps", "memory"] as const)
    if (values[name] !== undefined && !/^[1-9]\d{0,14}$/.test(values[name]))
      return `--${name} wants a positive number, not "${values[name]}"`;
  if (Number(values.memory ?? 0) > 2047) return "--memory can be at most 2047 MiB";
  if (positionals.length !== 1) return positionals.length === 0 ? "no file given" : "one file at a time";
  return { values, file: positionals[0]!, rest: dashes < 0 ? [] : args.slice(dashes + 1) };
}

/** Largest source or header, and largest file that a program reads, standard input included (bytes). */
const SOURCE_MAX = 16 << 20;
const DATA_MAX = 64 << 20;

/** Folders below which files may be read; symbolic links are followed first, in both. */
class Folders {
  private readonly roots: readonly string[];
  /** Those that are not there. */
  readonly missing: readonly string[];
  constructor(folders: readonly string[]) {
    const real = folders.map((f) => [f, realPath(f)] as const);
    this.roots = real.flatMap(([, r]) => (r === null ? [] : [r]));
    this.missing = real.flatMap(([f, r]) => (r === null ? [f] : []));
  }
  /** The real place of a path when it lies below one of the folders; "outside", or null when nothing is there. */
  place(path: string): string | "outside" | null {
    const real = realPath(path);
    if (real === null) return null;
    return this.roots.some((r) => real.startsWith(r.endsWith(sep) ? r : r + sep)) ? real : "outside";
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** Quoted names are looked for beside the including file, then in the -I directories, which also serve `<name>`. */
function findInclude(
  name: string,
  system: boolean,
  from: string,
  dirs: readonly string[],
  allowed: Folders,
  refused: Set<string>,
): ProgramSource | null {
  const candidates = dirs.map((d) => join(d, name));
  if (!system) candidates.unshift(isAbsolute(name) ? name : join(dirname(from), name));
  for (const path of candidates) {
    const bytes = readBelow(allowed, path, refused, SOURCE_MAX);
    if (bytes !== null) return { path, text: Buffer.from(bytes).toString("utf8") };
  }
  return null;
}

/** The bytes of a file below the folders; null: there is none, or it is not read, and `refused` says why. */
function readBelow(folders: Folders, path: string, refused: Set<string>, max = DATA_MAX): Uint8Array | null {
  const place = folders.place(path);
  if (place === null) return null;
  try {
    if (place === "outside")
      throw new FileProblem(path, "lies outside the folders that may be read: it is not opened");
    return readRegularFile(place, max, false);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (refused.size < REFUSED_MAX) refused.add(error.message);
    return null;
  }
}

/** Refusals that are told. */
const REFUSED_MAX = 20;

function readStdin(file: string): Uint8Array | string {
  if (file === "-") return new Uint8Array(0);
  try {
    return readStandardInput(DATA_MAX);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    // A closed or absent standard input is an empty one.
    return error.message.includes("is not read") ? error.message : new Uint8Array(0);
  }
}

/** Collects the program's output and writes it in large pieces, whole, in the order of the two descriptors. */
class Writer {
  private readonly io: ExecIo;
  private parts: Uint8Array[] = [];
  private size = 0;
  private fd: 1 | 2 = 1;
  constructor(io: ExecIo) {
    this.io = io;
  }
  write(fd: 1 | 2, bytes: Uint8Array): void {
    if (fd !== this.fd) this.flush();
    this.fd = fd;
    this.parts.push(bytes);
    this.size += bytes.length;
    if (this.size > 1 << 16) this.flush();
  }
  flush(): void {
    if (this.size === 0) return;
    const all = Buffer.concat(this.parts);
    this.parts = [];
    this.size = 0;
    if (this.io.bytes !== undefined) this.io.bytes(this.fd, all);
    else writeAll(this.fd, all);
  }
}

/** Writes every byte; a full pipe is waited for. */
function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
