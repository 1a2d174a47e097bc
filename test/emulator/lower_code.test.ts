/** What the lowerer makes of code: few instructions, registers where they are safe, memory where reads may be undefined. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Op } from "../../emulator/vm/bytecode.ts";
import type { FnCode } from "../../emulator/vm/image.ts";
import { callFunction, linkLayers } from "../support/layers.ts";

function image(text: string) {
  return linkLayers([{ fidelity: "diff", files: { "mm/a.c": text } }]);
}

function code(text: string): FnCode {
  const i = image(text);
  return i.lower(i.findFunction("f"));
}

function ops(body: FnCode): number[] {
  const out: number[] = [];
  for (let pc = 0; pc < body.code.length; pc += 4) out.push(body.code[pc]!);
  return out;
}

function result(text: string, ...args: bigint[]): bigint | string {
  const { end, value } = callFunction(image(text), "f", args);
  return end.reason.kind === "completed" ? value : end.reason.kind;
}

test("an array loop takes six instructions an iteration", () => {
  const body = code("void f(int *a, int n, int x) { for (int i = 0; i < n; i++) a[i] += x; }");
  // LDI i; JMP to the test; the loop.
  assert.equal(body.code[4], Op.JMP);
  const loop = ops(body).slice(2, body.code[5]! / 4 + 1);
  assert.deepEqual(loop, [Op.LEA4, Op.LD32S, Op.ADD32S, Op.ST32, Op.ADDI32S, Op.JLTS32]);
});

test("code behind a constant condition is left out, labels in it are not", () => {
  assert.ok(!ops(code("int g(void); int f(int x) { if (0) g(); return x; }")).includes(Op.CALLSTUB));
  const text = "int f(int x) { if (x) goto in; if (0) { in: x += 40; } return x; }";
  assert.equal(result(text, 2n), 42n);
  assert.equal(result(text, 0n), 0n);
});

test("a local that is always written first is in a register", () => {
  const body = code("int f(int c) { int r; if (c) r = 1; else r = 2; goto out; out: return r; }");
  assert.equal(body.frameSize, 0);
});

test("a local that may be read unwritten is in memory, and the read is caught when it happens", () => {
  const text = "int f(int c) { int r; switch (c) { case 1: r = 4; break; case 2: r = 5; } return r; }";
  assert.ok(code(text).frameSize > 0);
  assert.equal(result(text, 1n), 4n);
  assert.equal(result(text, 3n), "uninitialised-read");
});

test("loops: a value left from the last iteration is not this iteration's", () => {
  const text =
    "int f(int n) { int s = 0; for (int i = 0; i < n; i++) { int v; if (i == 0) v = 7; s += v; } return s; }";
  assert.equal(result(text, 1n), 7n);
  assert.equal(result(text, 2n), "uninitialised-read");
});

test("a pointer to a local of a block that has ended is caught", () => {
  assert.equal(result("int f(void) { int *p; { int x = 3; p = &x; } return *p; }"), "use-after-scope");
});

test("an index is checked against its own array, not against the object around it", () => {
  const text =
    "struct s { int a[4]; int b[4]; }; int f(int i) { struct s v = { { 1 }, { 2 } }; return v.a[i]; }";
  assert.equal(result(text, 0n), 1n);
  assert.equal(result(text, 4n), "out-of-bounds");
  // A trailing array is as long as the object lets it be.
  assert.equal(result(text.replace("v.a[i]", "v.b[i - 4]"), 4n), 2n);
});

test("signed division, shifts and conversions are those of x86-64", () => {
  assert.equal(result("int f(int a, int b) { return a / b * 100 + a % b; }", -7n, 2n), -301n);
  assert.equal(result("long f(int a) { return (unsigned)a >> 28; }", -1n), 15n);
  assert.equal(result("int f(long a) { return (signed char)a; }", 0x1ffn), -1n);
  assert.equal(result("int f(int a) { return 1 << a; }", 32n), "shift-range");
  assert.equal(result("int f(int a) { return 1 / a; }", 0n), "division-by-zero");
});

test("cleanups run on every way out, innermost first", () => {
  const text = `
    static int log;
    static void note(int *p) { log = log * 10 + *p; }
    int inner(int how) {
      int a __attribute__((cleanup(note))) = 1;
      for (int i = 0; i < 2; i++) {
        int b __attribute__((cleanup(note))) = 2;
        if (how == 1) return 5;
        if (how == 2) break;
        if (how == 3) goto out;
      }
    out:
      return 6;
    }
    int f(int how) { inner(how); return log; }`;
  assert.equal(result(text, 0n), 221n);
  assert.equal(result(text, 1n), 21n);
  assert.equal(result(text, 2n), 21n);
  assert.equal(result(text, 3n), 21n);
});
