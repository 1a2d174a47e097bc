/** What asks for more than there is ends as a typed stop, never as an exception of ours: a fixture for each kind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import { runProgram } from "../../emulator/hosted/run_program.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf, runCase } from "../../emulator/scenario/runner.ts";
import { formatKernel } from "../../emulator/shims/format.ts";
import { Vm } from "../../emulator/vm/vm.ts";
import { linkLayers } from "../support/layers.ts";

const HEAD = ["stdio", "stdlib", "string", "wchar"].map((h) => `#include <${h}.h>\n`).join("");

/** Statements of main(), and how the run ends. */
const PROGRAMS: readonly (readonly [string, string, RegExp])[] = [
  ["bulk work is steps", "char *p = malloc(2 << 20); for (;;) memset(p, 0, 2 << 20);", /^limit: step limit/],
  [
    "so is a search",
    "char *p = calloc(1 << 20, 1); memset(p, 'a', (1 << 20) - 1); for (;;) strstr(p, p + 9);",
    /^limit: step limit/,
  ],
  [
    "so is zeroing of a struct",
    "struct s { char c[1 << 16]; } a = { 1 }, b; for (;;) b = a;",
    /^limit: step limit/,
  ],
  ["a comparator that sorts", 'char c[4] = "dcb"; qsort(c, 4, 1, again);', /^stack-overflow: 64 callbacks/],
  ["small objects", "for (;;) malloc(1);", /^limit: memory limit of 8 MiB/],
  [
    "files in memory",
    'for (int i = 0; ; i++) { char n[20] = {0}; sprintf(n, "%d", i); fwrite(n, 1, 20, fopen(n, "w")); }',
    /^limit: memory limit/,
  ],
  ["one byte at a time", "for (;;) putchar('x');", /^limit: (output|step) limit/],
  ["handlers", "for (;;) atexit(done);", /^limit: memory limit/],
  ["widths", 'printf("%2000000000d", 1);', /^limit: text of 2000000000/],
  ["widths by argument", 'printf("%*.*f", 2000000000, 1999999999, 1.0);', /^limit: text of/],
  ["alignment", "posix_memalign((void **)malloc(8), 1ul << 62, 1);", /^exit/],
  [
    "a large initialiser",
    "static int a[8000000] = { [0 ... 7999999] = 7 }; a[1] = 2;",
    /^limit: memory limit/,
  ],
  [
    "sets of scanf that run backwards",
    'char b[9]; sscanf("abc", "%[z-a]", b); sscanf("abc", "%[", b);',
    /^exit/,
  ],
  [
    "millions of digits that end in zeros",
    'char b[9]; if (snprintf(b, 9, "%.*g", 17000000, 1e300) != 301 || b[8] || snprintf(b, 9, "%#.*g", 9, 2.5) != 10) abort();',
    /^exit/,
  ],
  ["closed streams", "fclose(stdin); getchar();", /^bad-free: stdin is used after it was closed/],
  ["formats that do not end", 'char b[9]; scanf("%", b); printf("%"); printf("%l");', /^exit/],
];

/** What a program that comes to a bound has, and one that ends by itself. */
const NARROW = { steps: 5_000_000, memory: 8, output: 1 };
const WIDE = { steps: 20_000_000, memory: 32, output: 4 };

for (const [name, statements, end] of PROGRAMS)
  test(`exec: ${name}`, () => {
    const text = `${HEAD}static void done(void) {}
      static int again(const void *a, const void *b) { char c[4] = "dcb"; qsort(c, 4, 1, again); return done == 0; }
      int main(void) { (void)again; ${statements} return 0; }`;
    const result = runProgram({ path: "p.c", text }, end.source.startsWith("^limit") ? NARROW : WIDE);
    assert.deepEqual(
      result.errors.map((e) => e.message),
      [],
    );
    assert.match(`${result.end!.reason.kind}: ${result.end!.reason.message}`, end);
  });

/** Statements in a function that the first scenario of a name calls, and how that run ends. */
const KERNEL: readonly (readonly [string, string, RegExp])[] = [
  [
    "bulk work is steps",
    "char *p = kmalloc(2 << 20, GFP_KERNEL); for (unsigned long i = 0; ; i++) memset(p, i, 2 << 20);",
    /^limit: step limit/,
  ],
  ["audits are steps", 'for (unsigned long i = 0; ; i++) __fsc_quiesce("x");', /^limit: step limit/],
  ["a loop that changes nothing", "for (;;) ;", /^livelock: /],
  ["tasks", 'for (;;) __fsc_task_create("t", (void *)fsc_boot, 0);', /^limit: more than 16 tasks/],
  ["steps of a scenario", 'for (;;) __fsc_step("x");', /^limit: /],
  [
    "ranges of memory",
    "for (long i = 0; ; i++) __fsc_add_memory(0x200000 + i, 1, 0);",
    /^limit: (memory outside|step limit)/,
  ],
  ["more memory than addresses", "__fsc_add_memory(0, 1ul << 60, 1);", /^limit: memory outside/],
  [
    "locks",
    'char *p = kmalloc(1 << 20, GFP_KERNEL); for (;;) __fsc_trylock(p++, 0, "l");',
    /^limit: more than 10000 locks/,
  ],
  [
    "a static object",
    'static struct { char c[4096]; } big[17000] = { [0 ... 16999] = { "x" } }; big[5].c[0] = 1;',
    /^limit: memory limit/,
  ],
  ["widths of printk", 'printk("%2000000000d %*d\\n", 1, 2000000000, 1);', /^completed/],
  ["bad strings of printk", 'printk("%s %s %.*s\\n", (char *)8, (char *)-22L, 3, "abcdef");', /^completed/],
];

test("kernel: each ends as it is named", () => {
  const memory = new Memory();
  const told: string[] = [];
  for (const [name, statements, end] of KERNEL) {
    const text = `int fsc_boot(void);\nvoid fz_it(void)\n{\n\t${statements}\n}\n`;
    const { image } = buildKernelImage("v6.15", [{ path: "fs/fz.c", text }], spaceOf("v6.15"));
    const booted = bootImage(image, "v6.15", memory);
    const id = image.findFunction("fz_it");
    const def = { ...booted.scenarios[0]!, params: new Map(), run: 0xffffffff81000000n + 16n * BigInt(id) };
    const run = runCase(booted, casesOf(def)[0]!, { stepLimit: 1_000_000 });
    const what = `${run.end.reason.kind}: ${run.end.reason.message}`;
    if (!end.test(what)) told.push(`${name}: ${what}`);
    assert.ok(run.log.every((l) => l.length <= 1023));
  }
  assert.deepEqual(told, []);
});

test("printk's formats are held as vsnprintf() holds them", () => {
  const memory = new Memory(1 << 20);
  const slots = memory.alloc(64, { name: "slots", zero: true });
  const format = (text: string, ...args: bigint[]): string => {
    args.forEach((a, i) => void memory.store(slots + BigInt(8 * i), 8, BigInt.asUintN(64, a)));
    return formatKernel(memory, text, slots, 100);
  };
  const abc = memory.alloc(8, { name: "abc", zero: true });
  memory.writeBytes(abc, new TextEncoder().encode("abc"));
  assert.equal(format("%.*s|%5s|%-5s|", 2n, abc, abc, abc), "ab|  abc|abc  |");
  assert.equal(format("%05d %.3d %+d %x %#x", -42n, 7n, 1n, 255n, 255n), "-0042 007 +1 ff 0xff");
  assert.equal(format("%*d|", -4n, 7n), "7   |");
  assert.equal(format("%s %s %s", 0n, 8n, -22n), "(null) (efault) (efault)");
  assert.equal(format("%2000000000d", 1n).length, 100);
  assert.equal(format("%99999999999999999999d", 1n).length, 100);
  assert.equal(format("%.2000000000d", 1n).length, 100);
  assert.equal(format("%-2000000000s", abc).length, 100);
  assert.equal(format("100%"), "100%");
});

test("exec: a source has a bound of tokens, and a literal one of characters", () => {
  const messages = (text: string): string[] =>
    runProgram({ path: "p.c", text }, { steps: 1000, memory: 32, output: 4 }).errors.map((e) => e.message);
  const many = messages(`int a[] = {${"1,".repeat(600_000)}};\nint main(void) { return 0; }\n`);
  assert.match(many[0]!, /more than 1048576 tokens/);
  for (const literal of [`"${"x".repeat(1 << 20)}"`, `"${"x".repeat(1000)}"\n`.repeat(1100)])
    assert.match(
      messages(`int main(void) { const char *s = ${literal}; return *s; }\n`)[0]!,
      /a string literal of more than 1048576 characters/,
    );
});

test("a bound of the host that a library function meets ends that run", () => {
  const natives = new Map([["host", () => "x".repeat(2 ** 30).repeat(2) as never]]);
  const files = { "h.c": "int host(void); int start(void) { return host(); }" };
  const image = linkLayers([{ fidelity: "diff", files }], { natives });
  const vm = new Vm({ image, memory: new Memory(16 << 20), natives, stepLimit: 1000 });
  vm.spawn("start", image.findFunction("start"), []);
  const { reason } = vm.run();
  assert.equal(reason.kind, "limit");
  assert.match(reason.message, /^host\(\): more than one call can do/);
});
