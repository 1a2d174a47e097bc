/**
 * The bound on the steps of a function case bounds time and memory: whatever the body does between two steps (copies, sets,
 * strings, copies to user space, initialisers, whole records), a path of it to that bound costs at most twenty times the CPU of
 * a loop of plain assignments to the same bound. Compared in one process, the least of several; no limit on time.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { INT, LONG, USHORT } from "../../emulator/c/ctype.ts";
import { Constraints } from "../../emulator/function/constraints.ts";
import { type Entry, runPath, type Side } from "../../emulator/function/explore.ts";
import { KernelSources } from "../../emulator/function/sources.ts";
import { derived, type Unknown, unknown } from "../../emulator/function/value.ts";
import { readContracts } from "../../server/review/contracts.ts";
import { DECLARATIONS } from "../support/function_pair.ts";

const FACTOR = 20;
const STEPS = 20_000;
const MORE = `
void *memcpy(void *to, const void *from, size_t n); void *memset(void *to, int c, size_t n);
int strcmp(const char *a, const char *b); char *strcpy(char *to, const char *from); int snprintf(char *to, size_t n, const char *f, ...);
unsigned long copy_from_user(void *to, const void *from, unsigned long n);
struct big { unsigned char b[1 << 20]; }; struct words { unsigned long w[512]; }; struct flags { unsigned a:1, b:1, c:30; };
int deep(int n) { return n == 0 ? 0 : deep(n - 1) + 1; }
#define TAKE(p, n) char *p = kmalloc(n, GFP_KERNEL); if (!p) return -ENOMEM
`;
const TEXT = "x".repeat(190);

/** Bodies of f(); each goes round for ever. */
const BODIES: Record<string, string> = {
  "copies to and fro": `TAKE(a, 1 << 20); TAKE(b, 1 << 20); for (;;) { memcpy(a, b, 1 << 19); memcpy(b, a, 1 << 19); }`,
  "copies that overlap": `TAKE(a, 1 << 20); for (;;) { memcpy(a + 8, a, 4096); memcpy(a + 4, a + 64, 4096); memcpy(a, a + 1, 9000); }`,
  "copies of many words": `TAKE(a, 1 << 16); TAKE(b, 1 << 16); for (int i = 0; i < 2000; i++) a[i] = i; for (;;) memcpy(b, a, 1 << 16);`,
  "sets of megabytes": `TAKE(a, 1 << 24); for (;;) memset(a, 0, 1 << 24);`,
  "small sets here and there": `TAKE(a, 1 << 16); for (int i = 0;; i++) { memset(a + (i & 1023) * 8, i, 12); a[i & 4095] = a[(i * 7) & 4095]; }`,
  "words set and read": `TAKE(a, 1 << 16); int s = 0; for (int i = 0;; i++) { memset(a, 0, 4000); s += a[i & 1023]; }`,
  "records given whole": `struct big *a = kmalloc(sizeof(*a), GFP_KERNEL), *b = kmalloc(sizeof(*b), GFP_KERNEL); if (!a || !b) return 0; for (;;) *a = *b;`,
  "records initialised": `for (;;) { struct words w = { 0 }; w.w[3] = 1; }`,
  "members one by one": `for (int i = 0;; i++) { struct words w; w.w[i & 511] = i; w.w[(i + 1) & 511]++; }`,
  "bits of a record": `struct flags f; for (int i = 0;; i++) { f.a = i; f.c = i; f.b = f.c; }`,
  strings: `TAKE(a, 4096); for (;;) { strcpy(a, "${TEXT}"); if (strcmp(a, "${TEXT}")) return 0; }`,
  "strings printed": `TAKE(a, 4096); for (;;) snprintf(a, 4095, "%s", "${TEXT}");`,
  "to user space": `TAKE(a, 60000); memset(a, 0, 60000); for (int i = 0; i < 100; i++) memset(a + i, 1, 50000); for (;;) if (copy_to_user((void *)x, a, 60000)) return 0;`,
  "from user space": `TAKE(a, 1 << 19); for (;;) if (copy_from_user(a, (void *)x, 1 << 19)) return 0;`,
  "objects without end": `for (;;) { TAKE(a, 64); a[0] = 1; }`,
  "objects kept and given back": `for (;;) { TAKE(a, 64); a[0] = 1; kfree(a); }`,
  "what is unknown, further and further": `int s = x; for (;;) s = s * x + helper(s);`,
  "squares of squares": `int s = x; for (;;) { s = s * s + x; if (s == 5) return 0; }`,
  "an array of bits": `struct flags f[64]; for (int k = 0; k < 200; k++) for (int i = 0; i < 64; i++) { f[i].a = k; f[i].c = f[(i + 1) & 63].b; }`,
  "calls as deep as they go": `for (;;) for (int i = 0; i < 50; i++) x += deep(i % 30);`,
};

function sideOf(body: string): Side {
  const sources = new KernelSources({
    definers: () => [],
    read: () => null,
    typedefs: new Set<string>(),
    config: [],
  });
  const path = "drivers/fixture.c";
  const text = `${DECLARATIONS}${MORE}\nint f(int x) { ${body} }\n`;
  return {
    program: sources.program([{ path, text }]),
    contracts: readContracts().contracts,
    files: new Set([path]),
  };
}

const ENTRY: Entry = { path: "drivers/fixture.c", name: "f", root: false, leave: null };

/** Least CPU time of some runs of a path, in milliseconds, and its steps. */
function cost(body: string, times: number): { ms: number; steps: number } {
  const side = sideOf(body);
  let ms = Number.POSITIVE_INFINITY;
  let steps = 0;
  for (let i = 0; i < times; i++) {
    const start = process.cpuUsage();
    ({ steps } = runPath(side, ENTRY, new Map(), STEPS));
    const { user, system } = process.cpuUsage(start);
    ms = Math.min(ms, (user + system) / 1000);
  }
  return { ms, steps };
}

test("what is computed from one another many times over is reckoned once each", () => {
  let v: Unknown = unknown("left() #1", USHORT);
  // As `n -= 4` of a short makes it, turn by turn: four layers each. Reckoned anew at each layer this never ends.
  for (let turn = 0; turn < 500; turn++) {
    const wide = derived({ k: "conv", x: v }, INT);
    const less = derived({ k: "bin", op: "add", l: wide, r: turn === 0 ? -4n : 0n }, INT);
    v = derived({ k: "conv", x: derived({ k: "conv", x: less }, LONG) }, INT);
  }
  const known = new Constraints();
  assert.deepEqual(known.span(v), [-4n, 65531n]);
  known.assume(unknown("left() #1", USHORT), "ge", 4n);
  assert.deepEqual(known.span(derived({ k: "conv", x: v }, USHORT)), [0n, 65531n]);
});

for (const [name, body] of Object.entries(BODIES))
  test(`a function case's step costs alike: ${name}`, () => {
    const plain = cost(
      "unsigned s = 0; for (unsigned k = 0; k < 100; k++) for (unsigned i = 0; i < 100; i++) s += i & 7;",
      6,
    );
    assert.ok(plain.steps >= STEPS, `the plain loop ends after ${plain.steps} steps`);
    let least = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 4 && least > FACTOR * plain.ms; attempt++)
      least = Math.min(least, cost(body, 3).ms);
    assert.ok(
      least <= FACTOR * plain.ms,
      `${least.toFixed(1)} ms of CPU to the bound, ${plain.ms.toFixed(1)} of the plain loop`,
    );
  });
