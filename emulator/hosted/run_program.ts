/**
 * Runs the `main()` of one C file in the engine, over our own C library: what `folioscope exec` and the conformance tests
 * call. Pure: text in, bytes and a verdict out; files come from a callback. Leaves out kernels (kernel.ts) and the text of
 * reports (report.ts).
 */
import type { CError, External, SourceFile } from "../c/ast.ts";
import { linkImage } from "../c/link.ts";
import { parse } from "../c/parser.ts";
import { defineMacros, predefinedMacros, preprocess } from "../c/preprocessor.ts";
import { expansionLoc } from "../c/token.ts";
import { Memory, MemoryFault } from "../mem/memory.ts";
import type { Scheduler } from "../sched/scheduler.ts";
import { Libc, libcNatives } from "../shims/libc.ts";
import { runExitHandlers } from "../shims/libc_stdlib.ts";
import { type Image, type LinkNote, TEXT_BASE } from "../vm/image.ts";
import type { NativeTable } from "../vm/native.ts";
import type { Remark, StopReason } from "../vm/stop_reason.ts";
import type { TaskLimits } from "../vm/task.ts";
import { type FrameInfo, type RunEnd, reasonOf, Vm } from "../vm/vm.ts";
import { HOSTED_HEADERS, HOSTED_LIBC } from "./index.ts";

export interface ProgramOptions {
  /** Instructions after which the run ends as `limit`. */
  readonly steps?: number;
  /** MiB that the host may hold for the program: its memory, the shadow of it, objects, files in memory. */
  readonly memory?: number;
  /** MiB that stdout and stderr may take together. */
  readonly output?: number;
  /** Arguments after argv[0]. */
  readonly args?: readonly string[];
  /** `NAME=VALUE` or `NAME`, as after -D. */
  readonly defines?: readonly string[];
  /** Finds what `#include` names and our own headers do not have: path to use in reports and text. */
  readonly resolveInclude?: (name: string, system: boolean, from: string) => ProgramSource | null;
  /** All of standard input; a text says why it cannot be had, and ends the run as `limit`. */
  readonly stdin?: () => Uint8Array | string;
  /** Whether the result has what was written (default), or only onOutput is told. */
  readonly keepOutput?: boolean;
  /** Files that fopen() finds; writing never reaches them. */
  readonly readFile?: (path: string) => Uint8Array | null;
  readonly onOutput?: (fd: 1 | 2, bytes: Uint8Array) => void;
  /** Called at each new statement line of the program, in execution order. */
  readonly trace?: (line: TraceLine) => void;
  readonly cancelled?: () => boolean;
}

export interface ProgramSource {
  readonly path: string;
  readonly text: string;
}

export interface TraceLine {
  readonly fn: string;
  readonly depth: number;
  readonly path: string;
  readonly line: number;
  /** Something undefined that happened there: the line is not new then. */
  readonly remark?: Remark;
}

export interface ProgramResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** What the process would give: main's result, or 128 + signal for a stop. */
  readonly exitStatus: number;
  /** null: the program did not compile, see `errors`. */
  readonly end: ProgramEnd | null;
  readonly errors: readonly CError[];
  readonly warnings: readonly CError[];
  readonly notes: readonly LinkNote[];
  readonly files: readonly SourceFile[];
  readonly steps: number;
  /** What was undefined without ending the run: signed overflow, misaligned accesses; once a place. */
  readonly remarks: readonly Remark[];
}

export interface ProgramEnd {
  readonly reason: StopReason;
  readonly loc: RunEnd["loc"];
  readonly stack: readonly FrameInfo[];
}

/** What a program's image is made of, linked but not run. */
export interface LinkedProgram {
  readonly image: Image | null;
  readonly files: readonly SourceFile[];
  readonly errors: readonly CError[];
  readonly warnings: readonly CError[];
  readonly startup: StartupFunctions;
}

/** Names of functions with `constructor` and `destructor`. */
export interface StartupFunctions {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A program in a machine, before its first instruction. */
export interface LoadedProgram {
  readonly vm: Vm;
  readonly libc: Libc;
  readonly startup: StartupFunctions;
}

/** Half a minute at most of what costs most for a step; a loop of plain code ends after some seconds. */
export const DEFAULT_STEPS = 300_000_000;
const DEFAULT_MEMORY_MIB = 512;
const LIMITS: TaskLimits = { registers: 1 << 22, depth: 150_000, stack: 8 << 20 };
const HEADERS = new Map(HOSTED_HEADERS.map((h) => [h.path, h.text]));

/** Preprocesses, parses and links; nothing runs. */
export function linkProgram(
  source: ProgramSource,
  options: ProgramOptions,
  natives: NativeTable,
): LinkedProgram {
  const files: SourceFile[] = [];
  const macros = predefinedMacros(files);
  const diagnostics: CError[] = [];
  const defines = (options.defines ?? []).map((d) => (d.includes("=") ? d.replace("=", " ") : `${d} 1`));
  if (defines.length > 0) diagnostics.push(...defineMacros(macros, files, defines));
  const known = new Map<string, SourceFile>();
  const file = (path: string, text: string, origin: SourceFile["origin"]): SourceFile => {
    let f = known.get(path);
    if (f === undefined) known.set(path, (f = { path, text, origin }));
    return f;
  };
  const resolve = (name: string, system: boolean, from: string): SourceFile | null => {
    const own = HEADERS.get(name);
    if (system && own !== undefined) return file(`<${name}>`, own, "builtin");
    const found = options.resolveInclude?.(name, system, from) ?? null;
    if (found !== null) return file(found.path, found.text, "user");
    return own === undefined ? null : file(`<${name}>`, own, "builtin");
  };
  const unit = (s: SourceFile, table: typeof macros) => {
    const pre = preprocess(s, { files, macros: table, resolve });
    const tu = parse(pre.tokens);
    diagnostics.push(...pre.errors, ...tu.errors);
    return { path: s.path, tu, macros: table };
  };
  const library = unit(file(HOSTED_LIBC.path, HOSTED_LIBC.text, "builtin"), macros.copy());
  const program = unit(file(source.path, source.text, "user"), macros);
  const errors = diagnostics.filter((d) => d.severity === "error");
  const warnings = diagnostics.filter((d) => d.severity === "warning");
  const startup: StartupFunctions = { before: [], after: [] };
  if (errors.length > 0) return { image: null, files, errors, warnings, startup };
  const image = linkImage({
    layers: [
      { fidelity: "user", units: [program] },
      { fidelity: "shim", units: [library] },
    ],
    files,
    natives: new Set(natives.keys()),
    stubMode: "stop",
    hosted: true,
  });
  for (const n of image.notes)
    if (n.kind === "error" && n.loc !== null)
      errors.push({ loc: n.loc, message: n.message, severity: "error" });
  if (errors.length > 0) return { image: null, files, errors, warnings, startup };
  return { image, files, errors, warnings, startup: startupFunctions(program.tu.externals) };
}

function startupFunctions(externals: readonly External[]): StartupFunctions {
  const named = (attribute: string): string[] =>
    externals.flatMap((e) => {
      if (e.kind !== "function" || e.declarator.name === null) return [];
      const attrs = [...e.specs.attrs, ...e.declarator.attrs];
      return attrs.some((a) => a.name === attribute) ? [e.declarator.name] : [];
    });
  return { before: named("constructor"), after: named("destructor") };
}

/** Puts a linked program into a fresh machine with its arguments; null when it has no main(). */
export function loadProgram(
  { image, startup }: LinkedProgram,
  libc: Libc,
  natives: NativeTable,
  options: ProgramOptions,
  scheduler?: Scheduler,
): LoadedProgram | null {
  const main = image?.findFunction("main") ?? -1;
  if (image === null || main < 0) return null;
  const { memory } = libc;
  const vm = new Vm({
    image,
    memory,
    natives,
    ...(scheduler === undefined ? {} : { scheduler }),
    ...(options.cancelled === undefined ? {} : { cancelled: options.cancelled }),
    stepLimit: options.steps ?? DEFAULT_STEPS,
    taskLimits: LIMITS,
  });
  const argv = [libc.program, ...(options.args ?? [])].map((a) => libc.staticString(utf8(a)));
  const table = memory.alloc(8 * (argv.length + 1), { name: "argv", zero: true });
  argv.forEach((address, i) => {
    memory.store(table + BigInt(8 * i), 8, address);
  });
  const environment = memory.alloc(8, { name: "envp", zero: true });
  vm.spawn("main", main, [BigInt(argv.length), table, environment]);
  return { vm, libc, startup };
}

/** Runs a loaded program to its end: constructors, main(), atexit handlers and destructors. */
export function finishProgram({ vm, libc, startup }: LoadedProgram): ProgramEnd {
  const main = vm.tasks[0]!;
  const early = vm.steps > 0 ? null : guarded(vm, () => callByName(vm, startup.before));
  if (early !== null) return early;
  const end = vm.run();
  if (end.reason.kind !== "completed") return end;
  const status = Number(BigInt.asUintN(8, main.result));
  const returnsValue = vm.image.functions[vm.image.findFunction("main")]?.returnsValue ?? true;
  const late = guarded(vm, () => {
    runExitHandlers(libc, (handler) => vm.callNested(main, handler, []));
    callByName(vm, startup.after);
  });
  if (late !== null) return late;
  return { ...end, reason: { kind: "exit", message: "", status: returnsValue ? status : 0 } };
}

function callByName(vm: Vm, names: readonly string[]): void {
  for (const name of names) {
    const id = vm.image.findFunction(name);
    if (id >= 0) vm.callNested(vm.tasks[0]!, TEXT_BASE + 16n * BigInt(id), []);
  }
}

/** Calls made from outside the loop; how the run ended when they end it. */
function guarded(vm: Vm, calls: () => void): ProgramEnd | null {
  const main = vm.tasks[0]!;
  vm.current = main;
  try {
    calls();
    return null;
  } catch (fault) {
    if (!(fault instanceof MemoryFault)) throw fault;
    const stack = vm.takeFaultStack() ?? vm.stack(main);
    return { reason: reasonOf(fault), loc: stack[0]?.loc ?? null, stack };
  }
}

/** Compiles and runs a program. Never throws for anything the C does. */
export function runProgram(source: ProgramSource, options: ProgramOptions = {}): ProgramResult {
  const memory = new Memory((options.memory ?? DEFAULT_MEMORY_MIB) * 2 ** 20);
  const libc = new Libc(memory, {
    program: programName(source.path),
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    ...(options.readFile === undefined ? {} : { readFile: options.readFile }),
    ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
    ...(options.keepOutput === undefined ? {} : { keepOutput: options.keepOutput }),
    ...(options.output === undefined ? {} : { outputLimit: options.output << 20 }),
  });
  const natives = libcNatives(libc);
  const linked = linkProgram(source, options, natives);
  const nothing = {
    stdout: new Uint8Array(0),
    stderr: new Uint8Array(0),
    exitStatus: 1,
    end: null,
    steps: 0,
    remarks: [],
  };
  const { image, files, errors, warnings } = linked;
  if (image === null) return { ...nothing, notes: [], files, errors, warnings };
  let loaded: LoadedProgram | null;
  let end: ProgramEnd;
  try {
    const tracer = options.trace === undefined ? undefined : new Tracer(options.trace);
    loaded = loadProgram(linked, libc, natives, options, tracer);
    if (loaded === null) return { ...nothing, notes: image.notes, files, warnings, errors: [noMain()] };
    tracer?.attach(loaded.vm);
    end = finishProgram(loaded);
  } catch (fault) {
    if (!(fault instanceof MemoryFault)) throw fault;
    loaded = null;
    end = { reason: reasonOf(fault), loc: null, stack: [] };
  }
  return {
    stdout: libc.written(1),
    stderr: libc.written(2),
    exitStatus: statusOf(end.reason),
    end,
    errors,
    warnings: [...warnings, ...noteWarnings(image.notes)],
    notes: image.notes,
    files,
    steps: loaded?.vm.steps ?? 0,
    remarks: [...(loaded?.vm.remarks.values() ?? [])],
  };
}

/** What the linker remarked while functions were compiled. */
function noteWarnings(notes: readonly LinkNote[]): CError[] {
  return notes.flatMap((n) =>
    n.loc === null || n.kind === "error" ? [] : [{ loc: n.loc, message: n.message, severity: "warning" }],
  );
}

const noMain = (): CError => ({
  loc: { file: 0, line: 1, col: 1 },
  message: "there is no main()",
  severity: "error",
});

/** `dir/name.c` is run as `./name`. */
function programName(path: string): string {
  return `./${path.replace(/^.*\//, "").replace(/\.c$/, "")}`;
}

function utf8(text: string): string {
  let out = "";
  for (const byte of encodeUtf8(text)) out += String.fromCharCode(byte);
  return out;
}

function* encodeUtf8(text: string): Generator<number> {
  for (const ch of text) {
    const code = ch.codePointAt(0)!;
    if (code < 0x80) yield code;
    else if (code < 0x800) yield* [0xc0 | (code >> 6), 0x80 | (code & 63)];
    else if (code < 0x10000) yield* [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
    else
      yield* [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
  }
}

/**
 * The exit status of a run. A stop gives what the shell would show for the signal that the same mistake usually ends in:
 * 134 SIGABRT (abort, assert, heap misuse that glibc detects), 136 SIGFPE, 132 SIGILL, 139 SIGSEGV (memory), 124 a limit,
 * 125 what the engine does not model.
 */
export function statusOf(reason: StopReason): number {
  switch (reason.kind) {
    case "completed":
      return 0;
    case "exit":
      return reason.status ?? 0;
    case "abort":
      return reason.status ?? 134;
    case "bug":
    case "double-free":
    case "bad-free":
    case "lock-misuse":
    case "deadlock":
    case "livelock":
    case "data-race":
      return 134;
    case "division-by-zero":
      return 136;
    case "unreachable":
    case "missing-return":
    case "shift-range":
      return 132;
    case "limit":
    case "cancelled":
      return 124;
    case "unsupported":
      return 125;
    default:
      return 139;
  }
}

/** A scheduler that never switches and looks, one instruction at a time, at where the program is. */
class Tracer implements Scheduler {
  readonly name = "trace";
  private readonly emit: (line: TraceLine) => void;
  private vm: Vm | null = null;
  private last = "";
  constructor(emit: (line: TraceLine) => void) {
    this.emit = emit;
  }
  attach(vm: Vm): void {
    this.vm = vm;
    vm.onRemark = (remark) => {
      const { loc, fn } = remark;
      const at = expansionLoc(loc);
      const path = vm.image.files[at.file]?.path ?? "?";
      this.emit({ fn, depth: vm.tasks[0]?.depth ?? 0, path, line: at.line, remark });
    };
  }
  next(runnable: readonly number[]): number {
    return runnable[0]!;
  }
  slice(): number {
    const task = this.vm?.tasks[0];
    if (task === undefined || task.fn === null || this.vm === null) return 1;
    let loc = this.vm.bodies[task.fn.id]?.locs[task.pc >> 2] ?? null;
    while (loc?.via !== undefined) loc = loc.via;
    const key = `${task.fn.id}:${task.depth}:${loc?.line}`;
    if (loc !== null && key !== this.last) {
      this.last = key;
      const path = this.vm.image.files[loc.file]?.path ?? task.fn.path;
      this.emit({ fn: task.fn.name, depth: task.depth, path, line: loc.line });
    }
    return 1;
  }
}
