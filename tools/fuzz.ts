/**
 * `npm run fuzz -- MINUTES [--seed N] [--surface NAME] [--once] [--tree T]`: makes inputs for every surface from a seed and holds
 * what SECURITY.md promises: no exception of ours (exit 70), nothing over its bound of CPU, no growth of the server over
 * many reviews. Counts are told by surface; a failing input is saved with its seed, and `--seed N --surface NAME --once`
 * makes it again. One process, one input at a time. Leaves out what is right: only that it ends well is asked here.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { runProgram } from "../emulator/hosted/run_program.ts";
import { cacheKey, DiskCache } from "../server/cache/store.ts";
import { runInvariants } from "../server/cli_catalogue.ts";
import { runCompare } from "../server/cli_compare.ts";
import { runContracts } from "../server/cli_contracts.ts";
import { runExplore } from "../server/cli_explore.ts";
import { runParse } from "../server/cli_parse.ts";
import { badToken, runReview } from "../server/cli_review.ts";
import { runScenarioFile } from "../server/cli_run.ts";
import { readSettings } from "../server/config.ts";
import { FrameCheck } from "../server/lsp/frames.ts";
import { parseDocument } from "../server/parse.ts";
import { DocumentReview, reviewDocument } from "../server/review/analysis.ts";
import { configLines } from "../server/source/context.ts";
import { checkMail, makeRandom, mutateMail, type Random } from "../test/support/fuzz_mail.ts";
import { GROWTHS, grown, PLACES, readerShapes } from "../test/support/pattern_shapes.ts";
import { functionSurface } from "./fuzz_functions.ts";
import { fuzzBox, fuzzScenario, fuzzShown, type Outcome, pick } from "./fuzz_more.ts";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    surface: { type: "string" },
    once: { type: "boolean" },
    tree: { type: "string" },
  },
});
const minutes = Number(positionals[0] ?? 1);
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000_000);
const scratch = mkdtempSync(join(tmpdir(), "folioscope-fuzz-"));
const failures = join(root, ".cache", "fuzz");

/** What a surface made of an input: the text is what went wrong. */
interface Surface {
  /** CPU that one input may take (milliseconds). */
  readonly cpu: number;
  run(random: Random): Promise<Outcome> | Outcome;
}

function files(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? files(join(dir, e.name)) : e.isFile() ? [join(dir, e.name)] : []))
    .sort();
}
const corpus = process.env["FOLIOSCOPE_CORPUS"] ?? "";
const outside =
  corpus === "" ? [] : ["seeds", "cases", "zoo", "hostile"].flatMap((d) => files(join(corpus, d)));
const mails = [...files(join(root, "test/fixtures/mail")), ...files(join(root, "examples")), ...outside]
  .filter((f) => /\.(eml|mbox|patch|diff|txt)$/.test(f))
  .map((f) => readFileSync(f));
const programs = files(join(root, "test/fixtures/emulator"))
  .filter((f) => f.endsWith(".c"))
  .map((f) => readFileSync(f, "utf8"));
const base = readFileSync(join(root, "examples/demo.eml"), "utf8");
const scenarioTexts = [...files(join(root, "test/fixtures/scenarios")), ...files(join(root, "examples"))]
  .filter((f) => f.endsWith(".scenario.yaml"))
  .map((f) => readFileSync(f, "utf8"));

const NUMBERS = [
  "0",
  "1",
  "-1",
  "7",
  "255",
  "4096",
  "65536",
  "2147483647",
  "-2147483648",
  "4294967296",
  "1UL << 40",
  "1UL << 63",
  "~0UL",
  "17000000",
];
const FORMATS = [
  "%d",
  "%2000000000d",
  "%*d",
  "%.*s",
  "%-99999999s",
  "%p",
  "%pK",
  "%*pbl",
  "%pS",
  "%.2147483647d",
  "%n",
  "%",
  "%ll",
  "%hhd",
  "%s%s%s",
  "%08.3lx",
];

/** Statements that ask for much, or for what is not there. */
function statement(random: Random, kernel: boolean): string {
  const n = () => pick(random, NUMBERS);
  const text = kernel ? "printk" : "printf";
  const get = kernel ? (s: string) => `kmalloc(${s}, GFP_KERNEL)` : (s: string) => `malloc(${s})`;
  const made = [
    () => `${text}("${pick(random, FORMATS)}${pick(random, FORMATS)}", ${n()}, ${n()}, "x");`,
    () => `for (;;) memset(fz_p, ${n()}, ${n()});`,
    () => `memcpy(fz_p, fz_p + ${n()}, ${n()});`,
    () => `fz_p = ${get(n())};`,
    () => `for (unsigned long i = 0; i < ${n()}; i++) fz_p = ${get("16")};`,
    () => `{ static char big[${n()}] = { [${n()}] = 1 }; big[0] = 2; }`,
    () => `{ static int big[20000000] = { [0 ... ${n()}] = 7 }; big[5] = 1; }`,
    () => `{ char frame[${n()}]; frame[0] = 1; fz_p = frame; }`,
    () =>
      `{ char frame[1 << 17] = { 1 }; for (;;) { struct s { char c[1 << 16]; } a = { 1 }, b; b = a; fz_p = b.c; } }`,
    () => `strlen(fz_p); memcmp(fz_p, fz_p, ${n()});`,
    () => `fz_f(${n()});`,
    () => `(*(void (*)(void))${n()})();`,
    () => `fz_p[${n()}] = ${n()};`,
    () => `*(long *)(${n()}) = ${n()};`,
    () => `{ long x = ${n()}, y = ${n()}; x = x / y; x = x << y; fz_p += x % y; }`,
  ];
  const own = kernel
    ? [
        () => `WARN(1, "${pick(random, FORMATS)}", ${n()});`,
        () => `__fsc_add_memory(${n()}, ${n()}, ${random(2)});`,
        () => `__fsc_remove_memory(${n()}, ${n()});`,
        () => `__fsc_watch(fz_p, ${n()}, "pte");`,
        () => `for (;;) __fsc_quiesce("${pick(random, FORMATS)}", ${n()});`,
        () => `for (;;) __fsc_step("x");`,
        () => `for (;;) __fsc_task_create("t", fz_f, ${n()});`,
        () => `for (;;) __fsc_event("x", "${pick(random, FORMATS)}", ${n()});`,
        () => `__fsc_alloc(${n()}, ${n()}, 1, "x"); __fsc_free((void *)${n()});`,
        () => `for (unsigned long a = 0; ; a++) __fsc_trylock(fz_p + a, 0, "l");`,
        () => `snprintf(fz_p, ${n()}, "${pick(random, FORMATS)}", ${n()});`,
      ]
    : [
        () => `qsort(fz_p, ${n()}, ${n()}, fz_c);`,
        () =>
          `sscanf("${"9".repeat(random(400))}", "%[z-a]%${random(99999)}d%lf%[", fz_p, fz_p, fz_p, fz_p);`,
        () => `for (;;) putchar('x');`,
        () => `for (;;) { FILE *f = fopen(fz_p, "w"); fwrite(fz_p, 1, ${n()}, f); }`,
        () => `fclose(stdin); getchar(); freopen("/etc/passwd", "r", (FILE *)fz_p);`,
        () => `printf("%.*f %.*e %.*g %a", ${n()}, 1e300, ${n()}, 1e-300, ${n()}, 3.14, 1.0);`,
        () => `strtod("1e${"9".repeat(random(30))}", 0); strtol(fz_p, 0, ${n()});`,
        () => `for (;;) atexit((void (*)(void))fz_f);`,
        () => `strstr(fz_p, fz_p); memmem(fz_p, ${n()}, fz_p, ${n()}); wmemset((wchar_t *)fz_p, 1, ${n()});`,
        () => `{ jmp_buf j; if (!setjmp(j)) longjmp(j, ${n()}); longjmp(*(jmp_buf *)fz_p, 1); }`,
      ];
  return pick(random, [...made, ...own])();
}

const body = (random: Random, kernel: boolean): string[] =>
  Array.from({ length: 1 + random(4) }, () => statement(random, kernel));

function program(random: Random): string {
  if (programs.length > 0 && random(3) === 0) {
    const text = pick(random, programs);
    const at = random(text.length);
    const other = pick(random, programs);
    const from = random(other.length);
    return text.slice(0, at) + other.slice(from, from + random(200)) + text.slice(at + random(40));
  }
  const heads = ["stdio", "stdlib", "string", "wchar", "setjmp"].map((h) => `#include <${h}.h>\n`).join("");
  return `#define _GNU_SOURCE\n${heads}
char *fz_p;
int fz_c(const void *a, const void *b) { qsort(fz_p, 4, 1, fz_c); return 0; }
void fz_f(long n) { char c[64]; fz_p = c; if (n) fz_f(n - 1); }
int main(void) { fz_p = calloc(1 << 16, 1); memset(fz_p, 'a', 60000); ${body(random, false).join("\n")} return 0; }\n`;
}

/** The example mail with statements in a function that its diff shows whole. */
function kernelMail(random: Random): string {
  const lines = base.split("\n");
  const at = lines.findIndex((l) => /^[ +]\t(unsigned long|int) /.test(l));
  const added = ["+\tstatic char *fz_p;", ...body(random, true).map((s) => `+\t${s}`)];
  const out = at < 0 ? lines : [...lines.slice(0, at + 2), ...added, ...lines.slice(at + 2)];
  return out
    .join("\n")
    .replace(/fz_f\(/g, "dax_folio_put((struct folio *)")
    .replace(/fz_f\b/g, "dax_folio_put")
    .replace(
      /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@/m,
      (_, a, b, c, d: string) => `@@ -${a},${b} +${c},${Number(d) + added.length} @@`,
    );
}

const quiet = { stdout: () => undefined, stderr: () => undefined, color: false };
const expectStatus = (status: number): string => (status >= 0 && status <= 3 ? "" : `exit status ${status}`);

const WORDS = [
  "",
  "0",
  "-1",
  "v6.15",
  "v6.12",
  "banana",
  "map-fault*",
  "*",
  "[",
  "fs1:",
  "a:b:c",
  "\0",
  "é",
  "9".repeat(40),
  "../..",
  "/dev/null",
  "text",
  "json",
];
const NAMES = [
  "--patch",
  "--scenario",
  "--era",
  "--seed",
  "--steps",
  "--replay",
  "--format",
  "--tree",
  "--config",
  "--prerequisite",
  "--fetch",
  "--coverage",
  "--all",
  "--scenarios",
  "--message",
  "--range",
  "--mails",
  "--functions",
  "--paths",
  "--thorough",
  "--no-cache",
  "--b4-check",
  "--versions",
  "--bound",
  "--schedules",
  "--faults",
  "--all-eras",
  "--check",
  "--nothing",
  "--",
  "-x",
];

function token(random: Random): string {
  const parts = ["fs1", "0123456789ab", "1", "map-fault,order=0", "v6.15/v6.15", "0", "lost-wakeup"];
  for (let i = random(3); i > 0; i--) parts[random(parts.length)] = pick(random, WORDS);
  if (random(4) === 0) parts.splice(random(parts.length), 1);
  return parts.join(":");
}

let shapes: ReturnType<typeof readerShapes> | null = null;
/** CPU of reading a mail that some shapes of the reader's patterns fill (milliseconds). */
function reading(text: string): number {
  const bytes = Buffer.from(text);
  const start = process.cpuUsage();
  for (const patch of parseDocument(bytes, "fuzz.eml").patches) patch.functions;
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
/** What twice the input may take of the CPU, with room for the garbage collector and a busy machine. */
const TWICE_MAX = 3;

const SURFACES: Readonly<Record<string, Surface>> = {
  ...(values.tree === undefined ? {} : { functions: { cpu: 60_000, run: functionSurface(values.tree) } }),
  sizes: {
    cpu: 60_000,
    run(random) {
      shapes ??= readerShapes(root);
      const lists = [...shapes.values()];
      const drawn = Array.from({ length: 1 + random(3) }, () => pick(random, pick(random, lists)));
      const growth = pick(random, GROWTHS);
      const [name, place] = pick(random, Object.entries(PLACES));
      // The shapes by turns, so that states of the reader follow one another as often as may be.
      const mail = (n: number): string => {
        const parts = drawn.map((s) => grown(s, growth, n / drawn.length));
        const rows = Math.max(...parts.map((p) => p.length));
        const turns = Array.from({ length: rows }, (_, k) => parts.flatMap((p) => p[k] ?? []));
        return place(turns.flat());
      };
      const least = (n: number, rounds: number): number =>
        Math.min(...Array.from({ length: rounds }, () => reading(mail(n))));
      let problem = "";
      if (reading(mail(20_000)) > 30 && least(20_000, 2) > 30) {
        const [small, large] = [least(500_000, 2), least(1_000_000, 2)];
        if (large > 200 && large / small > TWICE_MAX)
          problem = `${growth} in ${name}: ${small.toFixed(0)} ms for 500 kB, ${large.toFixed(0)} ms for twice that`;
      }
      return { input: mail(2000), problem };
    },
  },
  mails: {
    cpu: 5000,
    run(random) {
      const input = mutateMail(pick(random, mails), pick(random, mails), random);
      return { input, problem: checkMail(input).failure ?? "" };
    },
  },
  scenarios: { cpu: 10_000, run: (random) => fuzzScenario(scenarioTexts, random) },
  boxes: { cpu: 10_000, run: (random) => fuzzBox(mails, scratch, random) },
  shown: { cpu: 20_000, run: (random) => fuzzShown(mails, random) },
  exec: {
    cpu: 20_000,
    run(random) {
      const text = program(random);
      const result = runProgram({ path: "fuzz.c", text }, { steps: 2_000_000, memory: 64, output: 4 });
      const typed = result.end !== null || result.errors.length > 0;
      const internal = result.notes.find((n) => n.message.startsWith("internal error"));
      return { input: text, problem: typed ? (internal?.message ?? "") : "neither an end nor an error" };
    },
  },
  review: {
    cpu: 40_000,
    run(random) {
      const text = kernelMail(random);
      const doc = parseDocument(Buffer.from(text), "fuzz.eml");
      const options = {
        scenario: pick(random, ["map-fault-unmap", "reflink-share*"]),
        steps: 500_000,
        seed: String(random(3)),
      };
      const result = reviewDocument(doc, options);
      const bad = result.notes.find((n) => /internal error|defect of ours|object Object/.test(n));
      return { input: text, problem: bad ?? "" };
    },
  },
  options: {
    cpu: 20_000,
    async run(random) {
      const args = Array.from({ length: 1 + random(4) }, () => [
        pick(random, NAMES),
        pick(random, WORDS),
      ]).flat();
      const command = pick(random, [
        runReview,
        runParse,
        runInvariants,
        runCompare,
        runExplore,
        runContracts,
        runScenarioFile,
      ] as const);
      // What a name like "../.." leads to is ours, too: a folder of mails is read whole.
      const folder = join(scratch, "a", "b", "c");
      mkdirSync(folder, { recursive: true });
      process.chdir(folder);
      const file = join(scratch, "none.eml");
      writeFileSync(file, "no patch\n");
      const safe = args.filter((a) => a !== "-");
      return { input: JSON.stringify(safe), problem: expectStatus(await command([...safe, file], quiet)) };
    },
  },
  tokens: {
    cpu: 5000,
    run(random) {
      const text = token(random);
      badToken(text);
      const doc = parseDocument(Buffer.from(base), "demo.eml");
      try {
        new DocumentReview(doc, { replay: text }, () => false);
      } catch (error) {
        if ((error as Error).constructor.name !== "ReplayMismatch") throw error;
      }
      return { input: text, problem: "" };
    },
  },
  protocol: {
    cpu: 5000,
    async run(random) {
      const length = pick(random, ["2", "-1", "x", "", "1e3", "99999999999", "2\r\nContent-Length: 2", "0"]);
      const text = `${pick(random, ["Content-Length", "content-length", "X"])}: ${length}\r\n\r\n{}${"x".repeat(random(9000))}`;
      const check = new FrameCheck();
      let problem = "";
      check.on("error", (error) => {
        if (!/Content-Length|header/.test(error.message)) problem = error.message;
      });
      const closed = new Promise<void>((done) => void check.on("close", done));
      check.resume();
      check.end(text);
      await closed;
      return { input: text, problem };
    },
  },
  caches: {
    cpu: 5000,
    run(random) {
      const folder = join(scratch, "cache");
      const isText = (v: unknown): v is { readonly text: string } =>
        typeof (v as { text?: unknown } | null)?.text === "string";
      const cache = new DiskCache({ folder, check: isText, log: () => undefined, maxTotal: 1 << 20 });
      const key = cacheKey(String(random(20)));
      cache.write(key, { text: "x".repeat(random(5000)) });
      const path = join(folder, `${key}.entry`);
      const bytes = readFileSync(path);
      for (let i = random(4); i > 0; i--) bytes[random(bytes.length)] = random(256);
      const cut = random(3) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      writeFileSync(path, cut);
      const got = cache.read(key);
      return { input: cut, problem: got === null || isText(got) ? "" : "a value of another shape" };
    },
  },
  config: {
    cpu: 5000,
    run(random) {
      const value = (): unknown =>
        pick(random, [null, 1, -1, "", "x", [], ["a", 1], {}, true, Number.NaN, "9".repeat(1000)]);
      const keys = [
        "run",
        "era",
        "scenario",
        "seed",
        "steps",
        "tree",
        "prerequisites",
        "config",
        "codeLens",
        "__proto__",
      ];
      const settings = Object.fromEntries(Array.from({ length: 6 }, () => [pick(random, keys), value()]));
      readSettings(random(5) === 0 ? value() : settings);
      const line = () =>
        pick(random, [
          "CONFIG_A=y",
          "CONFIG_B=",
          `CONFIG_C="${"x".repeat(random(999))}`,
          " ".repeat(random(5000)),
          "# x",
          "=",
          "CONFIG_D=m\r",
        ]);
      const text = Array.from({ length: random(50) }, line).join("\n");
      configLines(text);
      return { input: `${JSON.stringify(settings)}\n${text}`, problem: "" };
    },
  },
};

/** Memory of the process after garbage is collected, where node was asked for it (MB). */
function held(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}

function save(name: string, seed: number, outcome: Outcome): void {
  mkdirSync(failures, { recursive: true });
  const file = join(failures, `${name}-${seed}`);
  writeFileSync(file, outcome.input);
  console.error(`${name}: seed ${seed}: ${outcome.problem}\n  the input is in ${file}`);
  console.error(`  again: npm run fuzz -- 1 --surface ${name} --seed ${seed} --once`);
}

async function once(name: string, surface: Surface, seed: number): Promise<boolean> {
  const start = process.cpuUsage();
  let outcome: Outcome;
  try {
    outcome = await surface.run(makeRandom(seed));
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
    outcome = { input: "made again by the seed", problem: `an exception of ours: ${what}` };
  }
  const { user, system } = process.cpuUsage(start);
  const cpu = (user + system) / 1000;
  if (outcome.problem === "" && cpu > surface.cpu)
    outcome = { ...outcome, problem: `${Math.round(cpu)} ms of CPU, over ${surface.cpu}` };
  if (outcome.problem === "") return true;
  save(name, seed, outcome);
  return false;
}

/** The counts so far are told this often (milliseconds), so that a run that is ended early has told them. */
const TELL_EVERY = 180_000;
/** Growth beyond this after the first tenth of the time is a leak (MB). */
const GROWTH_MAX = 400;

async function main(): Promise<void> {
  const names = values.surface === undefined ? Object.keys(SURFACES) : [values.surface];
  const end = Date.now() + minutes * 60_000;
  const told = (): void => {
    for (const [name, c] of counts)
      console.log(
        `${name.padEnd(10)} ${String(c.runs).padStart(8)} inputs ${String(c.failed).padStart(4)} failed ${c.cpu.toFixed(0).padStart(6)} s`,
      );
  };
  let nextTold = Date.now() + TELL_EVERY;
  const counts = new Map<string, { runs: number; failed: number; cpu: number }>();
  console.log(`seed ${firstSeed}, ${names.join(", ")}`);
  let seed = firstSeed;
  let afterWarmup = 0;
  while (Date.now() < end || (values.once === true && seed === firstSeed)) {
    for (const name of names) {
      const surface = SURFACES[name];
      if (surface === undefined)
        throw new Error(`no surface ${name}: there are ${Object.keys(SURFACES).join(", ")}`);
      const count = counts.get(name) ?? { runs: 0, failed: 0, cpu: 0 };
      counts.set(name, count);
      const start = process.cpuUsage();
      const share = ["functions", "review", "sizes"].includes(name) || values.once === true ? 1 : 20;
      for (let i = 0; i < share; i++) {
        count.runs++;
        if (!(await once(name, surface, seed + i * 1_000_003))) count.failed++;
      }
      count.cpu += process.cpuUsage(start).user / 1e6;
    }
    if (values.once === true) break;
    seed++;
    if (Date.now() > nextTold) {
      nextTold = Date.now() + TELL_EVERY;
      console.log(
        `so far, seed ${seed}, ${held().toFixed(0)} MB, ${(process.cpuUsage().user / 1e6).toFixed(0)} s of CPU:`,
      );
      told();
    }
    if (afterWarmup === 0 && Date.now() > end - minutes * 54_000) afterWarmup = held();
  }
  told();
  const grown = afterWarmup === 0 ? 0 : held() - afterWarmup;
  console.log(
    `memory: ${held().toFixed(0)} MB at the end, ${grown.toFixed(0)} MB more than after the first tenth`,
  );
  rmSync(scratch, { recursive: true, force: true });
  process.exitCode = [...counts.values()].some((c) => c.failed > 0) || grown > GROWTH_MAX ? 1 : 0;
}

void main();
