/**
 * Programs of test/fixtures/emulator with the expectations that stand in them.
 * Header lines: `//@ exit: N`, `//@ args: a "b c"`, `//@ steps: N`, `//@ memory: MIB`, `//@ output: MIB`,
 * `//@ warning: TEXT`, `//@ gcc: FLAGS` (for tools/test_gcc.mjs). On a line of code: `//~ ERROR[kind]: text` for the stop
 * (`compile` for an error of the compiler), `//~ NOTE allocated`, `//~ NOTE freed` for the history of its object,
 * `//~ REMARK[kind]` for what is undefined and does not end the run: each one is expected, and no other happens. What a
 * pass fixture prints is in NAME.stdout beside it, written by gcc's program (npm run test:gcc -- --update).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expansionLoc } from "../../emulator/c/token.ts";
import { type ProgramOptions, type ProgramResult, runProgram } from "../../emulator/hosted/run_program.ts";

export interface ExecFixture {
  /** "pass/ints/division". */
  readonly name: string;
  readonly kind: "pass" | "fail" | "unsupported";
  readonly file: string;
  readonly text: string;
  readonly options: ProgramOptions;
  readonly exit: number | null;
  readonly gccFlags: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly { readonly line: number; readonly kind: string; readonly text: string }[];
  readonly notes: readonly { readonly line: number; readonly what: "allocated" | "freed" }[];
  /** "line kind", sorted. */
  readonly remarks: readonly string[];
  /** Golden output, null when there is none. */
  readonly stdout: string | null;
}

export function loadExecFixtures(root: string): ExecFixture[] {
  const base = join(root, "test/fixtures/emulator");
  const out: ExecFixture[] = [];
  for (const kind of ["pass", "fail", "unsupported"] as const) {
    for (const entry of readdirSync(join(base, kind), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".c")) continue;
      const file = join(entry.parentPath, entry.name);
      out.push(parseFixture(kind, file.slice(base.length + 1, -2), file));
    }
  }
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parseFixture(kind: ExecFixture["kind"], name: string, file: string): ExecFixture {
  const text = readFileSync(file, "utf8");
  const header = new Map<string, string[]>();
  const errors: { line: number; kind: string; text: string }[] = [];
  const notes: { line: number; what: "allocated" | "freed" }[] = [];
  const remarks: string[] = [];
  text.split("\n").forEach((l, i) => {
    const h = /^\/\/@ (\w+): (.*)$/.exec(l);
    if (h !== null) header.set(h[1]!, [...(header.get(h[1]!) ?? []), h[2]!]);
    for (const m of l.matchAll(/\/\/~ REMARK\[([a-z-]+)\]$/g)) remarks.push(`${i + 1} ${m[1]}`);
    for (const m of l.matchAll(/\/\/~ (?:ERROR\[([a-z-]+)\](?:: (.*))?|NOTE (allocated|freed))$/g)) {
      if (m[1] !== undefined) errors.push({ line: i + 1, kind: m[1], text: m[2] ?? "" });
      else notes.push({ line: i + 1, what: m[3] as "allocated" | "freed" });
    }
    if (
      /\/\/~/.test(l) &&
      !/\/\/~ (ERROR\[[a-z-]+\](: .*)?|REMARK\[[a-z-]+\]|NOTE (allocated|freed))$/.test(l)
    )
      throw new Error(`${file}:${i + 1}: malformed expectation`);
  });
  const number = (key: string): number | null => {
    const value = header.get(key)?.[0];
    return value === undefined ? null : Number(value);
  };
  const args = [...(header.get("args")?.[0] ?? "").matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2]!);
  const golden = file.replace(/\.c$/, ".stdout");
  const [steps, memory, output] = [number("steps"), number("memory"), number("output")];
  return {
    name,
    kind,
    file,
    text,
    options: {
      args,
      steps: steps ?? 50_000_000,
      memory: memory ?? 64,
      ...(output === null ? {} : { output }),
      resolveInclude: (wanted, _system, from) => {
        const path = join(dirname(from), wanted);
        return existsSync(path) ? { path, text: readFileSync(path, "utf8") } : null;
      },
    },
    exit: number("exit"),
    gccFlags: (header.get("gcc")?.[0] ?? "").split(" ").filter((f) => f !== ""),
    warnings: header.get("warning") ?? [],
    errors,
    notes,
    remarks: remarks.sort(),
    stdout: existsSync(golden) ? readFileSync(golden, "latin1") : null,
  };
}

export const runFixture = (f: ExecFixture): ProgramResult =>
  runProgram({ path: f.file, text: f.text }, f.options);

/** What is wrong with a result; empty when all expectations hold. */
export function checkFixture(f: ExecFixture, r: ProgramResult): string[] {
  return f.kind === "pass" ? checkPass(f, r) : checkStop(f, r);
}

const bytesText = (b: Uint8Array): string => Buffer.from(b).toString("latin1");

function checkPass(f: ExecFixture, r: ProgramResult): string[] {
  const wrong: string[] = r.errors.map((e) => `line ${e.loc.line}: error: ${e.message}`);
  if (r.end !== null && r.end.reason.kind !== "exit")
    wrong.push(`line ${lineOf(r)}: stops with ${r.end.reason.kind}: ${r.end.reason.message}`);
  if (wrong.length > 0) return wrong;
  if (r.exitStatus !== (f.exit ?? 0)) wrong.push(`exit status ${r.exitStatus}, expected ${f.exit ?? 0}`);
  if (f.stdout === null) wrong.push("no golden output: npm run test:gcc -- --update");
  else if (bytesText(r.stdout) !== f.stdout)
    wrong.push(`output differs:\n--- gcc\n${f.stdout}--- here\n${bytesText(r.stdout)}`);
  const remarks = [...new Set(r.remarks.map((m) => `${expansionLoc(m.loc).line} ${m.kind}`))].sort();
  if (remarks.join() !== f.remarks.join())
    wrong.push(`remarks ${remarks.join(", ") || "none"}, expected ${f.remarks.join(", ") || "none"}`);
  for (const w of f.warnings)
    if (!r.warnings.some((d) => d.message.includes(w)) && !r.notes.some((n) => n.message.includes(w)))
      wrong.push(`no warning with "${w}"`);
  return wrong;
}

const lineOf = (r: ProgramResult): number =>
  r.end === null || r.end.loc === null ? 0 : expansionLoc(r.end.loc).line;

function checkStop(f: ExecFixture, r: ProgramResult): string[] {
  const expected = f.errors[0];
  if (expected === undefined) return ["the fixture expects no error"];
  const atCompile = r.errors.filter((e) => expansionLoc(e.loc).line === expected.line);
  if (expected.kind === "compile" || (expected.kind === "unsupported" && r.errors.length > 0)) {
    if (atCompile.some((e) => e.message.includes(expected.text))) return [];
    const had = r.errors.map((e) => `line ${expansionLoc(e.loc).line}: ${e.message}`).join("; ");
    return [`no error with "${expected.text}" at line ${expected.line}; had: ${had || describe(r)}`];
  }
  const reason = r.end?.reason;
  if (reason === undefined)
    return [`does not compile: ${r.errors.map((e) => `line ${e.loc.line}: ${e.message}`).join("; ")}`];
  const wrong: string[] = [];
  if (reason.kind !== expected.kind || lineOf(r) !== expected.line || !reason.message.includes(expected.text))
    wrong.push(`expected ${expected.kind} "${expected.text}" at line ${expected.line}; ${describe(r)}`);
  if (f.exit !== null && r.exitStatus !== f.exit)
    wrong.push(`exit status ${r.exitStatus}, expected ${f.exit}`);
  for (const note of f.notes) {
    const site = reason.object?.[note.what] ?? null;
    const line = site === null ? 0 : expansionLoc(site.loc).line;
    if (line !== note.line) wrong.push(`${note.what} at line ${line}, expected ${note.line}`);
  }
  return wrong;
}

function describe(r: ProgramResult): string {
  const reason = r.end?.reason;
  return reason === undefined
    ? "it did not compile"
    : `it ended with ${reason.kind} (${reason.status ?? ""}) at line ${lineOf(r)}: ${reason.message}`;
}
