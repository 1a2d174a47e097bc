/**
 * `folioscope exec FILE.c [--trace] [--steps N] [--memory MIB] [-D NAME[=VALUE]] [-I DIR] [-- ARGS...]`: runs the main()
 * of a C program in the engine. Output and exit status are the program's; a stop is reported on standard error and gives
 * 128 + the signal that the mistake usually ends in (see statusOf in emulator/hosted/run_program.ts). Leaves out
 * everything about kernels and mails.
 */
import { readFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { diagnosticText, remarkReport, stopReport } from "../emulator/hosted/report.ts";
import { type ProgramSource, runProgram } from "../emulator/hosted/run_program.ts";
import type { CliIo } from "./cli_io.ts";

/** The program's output is bytes, not text: a caller that captures it gives `bytes`. */
export interface ExecIo extends CliIo {
  bytes?(fd: 1 | 2, bytes: Uint8Array): void;
}

const USAGE = `usage: folioscope exec FILE.c [--trace] [--steps N] [--memory MIB] [-D NAME[=VALUE]] [-I DIR] [-- ARGS...]

Runs main() of a C program in the engine. Output and exit status are the program's. When the engine stops it, standard
error says what, where, and what became of the object, and the status is
  1 it does not compile     134 abort, failed assert, double or bad free     136 division by zero
  132 shift range, unreachable code, missing return value     139 any other bad access or call
  124 a bound was reached (steps, memory, output)     125 something the engine does not model
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
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    io.stderr(`folioscope exec: cannot read ${file}: ${(error as Error).message}\n`);
    return 2;
  }
  const out = new Writer(io);
  const result = runProgram(
    { path: file === "-" ? "<stdin>" : file, text },
    {
      ...(values.steps === undefined ? {} : { steps: Number(values.steps) }),
      ...(values.memory === undefined ? {} : { memory: Number(values.memory) }),
      args: rest,
      defines: values.define ?? [],
      resolveInclude: (name, system, from) => findInclude(name, system, from, values.include ?? []),
      stdin: () => readStdin(file),
      readFile: (path) => readWhole(path),
      onOutput: (fd, bytes) => out.write(fd, bytes),
      ...(values.trace === true
        ? {
            trace: (l) => {
              const what = l.remark === undefined ? "" : `: note: ${l.remark.message}`;
              out.write(2, Buffer.from(`${"  ".repeat(l.depth)}${l.path}:${l.line}: ${l.fn}()${what}\n`));
            },
          }
        : {}),
    },
  );
  out.flush();
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
  };
  readonly file: string;
  readonly rest: string[];
}

function parse(args: string[]): Parsed | string | null {
  const dashes = args.indexOf("--");
  const own = dashes < 0 ? args : args.slice(0, dashes);
  try {
    const { values, positionals } = parseArgs({
      args: own,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        trace: { type: "boolean" },
        steps: { type: "string" },
        memory: { type: "string" },
        define: { type: "string", short: "D", multiple: true },
        include: { type: "string", short: "I", multiple: true },
      },
    });
    if (values.help === true) return null;
    for (const name of ["steps", "memory"] as const)
      if (values[name] !== undefined && !/^[1-9]\d{0,14}$/.test(values[name]))
        return `--${name} wants a positive number, not "${values[name]}"`;
    if (Number(values.memory ?? 0) > 2047) return "--memory can be at most 2047 MiB";
    if (positionals.length !== 1) return positionals.length === 0 ? "no file given" : "one file at a time";
    return { values, file: positionals[0]!, rest: dashes < 0 ? [] : args.slice(dashes + 1) };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Quoted names are looked for beside the including file, then in the -I directories, which also serve `<name>`. */
function findInclude(
  name: string,
  system: boolean,
  from: string,
  dirs: readonly string[],
): ProgramSource | null {
  const candidates = dirs.map((d) => join(d, name));
  if (!system) candidates.unshift(name.startsWith("/") ? name : join(dirname(from), name));
  for (const path of candidates) {
    try {
      return { path, text: readFileSync(path, "utf8") };
    } catch {
      // Not there: the next place.
    }
  }
  return null;
}

function readWhole(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function readStdin(file: string): Uint8Array {
  if (file === "-") return new Uint8Array(0);
  try {
    return readFileSync(0);
  } catch {
    return new Uint8Array(0);
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
