/**
 * A bound on steps bounds time: every native, with the largest arguments it takes, costs at most twenty times as much CPU
 * for a step that it charges as the dispatch loop does for one that it executes. Both are measured here, one after the
 * other, as the least CPU time of several; what fails is measured again, of more each time (other threads of the process,
 * such as V8's collector, are in that time), so that a busy machine is no failure.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "../../emulator/machine/machine.ts";
import { HI_DATA, Memory, MemoryFault, SHADOW_INIT } from "../../emulator/mem/memory.ts";
import { Libc, libcNatives } from "../../emulator/shims/libc.ts";
import { DATA_BASE } from "../../emulator/vm/image.ts";
import type { NativeContext, NativeTable } from "../../emulator/vm/native.ts";
import { step } from "../../emulator/vm/step.ts";
import { Vm } from "../../emulator/vm/vm.ts";
import { linkLayers } from "../support/layers.ts";

const FACTOR = 20;
const ATTEMPTS = 10;
/** Of the strings and blocks that natives get. */
const SIZE = 1 << 16;
/** Of the work of one call: `charge` ends it there, as the limit of steps does in a run. */
const MAX_STEPS = 20_000;

/** Least CPU time of several calls, in nanoseconds: other processes are no part of it. */
function shortest(times: number, run: () => void): number {
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, 1000 * (user + system));
  }
  return best;
}

/** Nanoseconds of a step of the dispatch loop: arithmetic, memory and calls, as kernels mix them. */
function loopCost(): number {
  const image = linkLayers([{ fidelity: "diff", files: { "loop.c": LOOP } }]);
  const vm = new Vm({ image, memory: new Memory(16 << 20), natives: new Map(), stepLimit: Infinity });
  vm.spawn("loop", image.findFunction("loop"), []);
  const steps = 100_000;
  // The first of them compile the loop: what is measured is the quickest that it gets.
  return shortest(40, () => void step(vm, vm.tasks[0]!, steps, 0)) / steps;
}

/** Structures by pointer, calls by pointer and by name, bytes, comparisons: what functions of a kernel are made of. */
const LOOP = `
  struct item { struct item *next; int (*get)(struct item *); unsigned char state; long count; };
  static struct item items[64];
  static int get(struct item *item) { if (item->state & 1) item->count++; else item->count--; return item->count > 0; }
  static void step(struct item *item, unsigned i) { item->state = i; item->next = &items[(i * 7) & 63]; }
  int loop(void) {
    struct item *at = items;
    for (unsigned i = 0; i < 64; i++) { items[i].get = get; items[i].next = items; }
    for (unsigned i = 0; ; i++) { if (at->get(at)) step(at, i); else at->state ^= 3; at = at->next; }
  }`;

const VIEW = new DataView(new ArrayBuffer(8));
function asFloat(word: bigint): number {
  VIEW.setBigInt64(0, BigInt.asIntN(64, word));
  return VIEW.getFloat64(0);
}

/** What a native sees of a machine: arguments as words; a callback says "equal" at the cost of one. */
function contextOf(memory: Memory, args: readonly bigint[]): NativeContext {
  const word = (i: number): bigint => BigInt.asIntN(64, args[i] ?? 0n);
  return {
    memory,
    loc: { file: 0, line: 1, col: 1 },
    nargs: args.length,
    int: word,
    num: (i) => Number(word(i)),
    word: (i, high) => Number(BigInt.asIntN(32, high ? word(i) >> 32n : word(i))),
    addr: (i) => BigInt.asUintN(64, word(i)),
    float: (i) => asFloat(word(i)),
    ret: () => undefined,
    retFloat: () => undefined,
    stop: (reason) => {
      throw new MemoryFault(reason.kind, reason.message, 0n);
    },
    call: () => {
      memory.work.charge(512);
      return 0n;
    },
    task: 0,
    site: () => null,
    savePoint: () => [0, 0, 0, 0, 0, 0, 0, 0],
    jumpTo: () => true,
    jumpOut: () => true,
  };
}

/** Argument lists that between them reach the large case of every native. */
function argumentLists(memory: Memory): bigint[][] {
  const block = (fill: (i: number) => number, size = SIZE): bigint => {
    const at = memory.alloc(size, { name: "argument" });
    memory.writeBytes(
      at,
      Uint8Array.from({ length: size }, (_, i) => (i === size - 1 ? 0 : fill(i))),
    );
    return at;
  };
  const [a, b] = [block(() => 97), block(() => 97)];
  const half = block(() => 97, SIZE / 2);
  const digits = block(() => 49, 8192);
  const wide = block((i) => (i % 4 === 0 && i < SIZE - 8 ? 97 : 0));
  const format = block((i) => "%900d%s%.300f ".charCodeAt(i % 14), 1400);
  const scanned = block((i) => "%[a-z]%s %d %lf ".charCodeAt(i % 16), 1600);
  const slots = memory.alloc(8 * 400, { name: "slots" });
  for (let i = 0; i < 400; i++) memory.store(slots + BigInt(8 * i), 8, half);
  const list = memory.alloc(24, { name: "va_list", zero: true });
  memory.store(list + 8n, 8, slots);
  const file = memory.alloc(4, { name: "FILE", zero: true });
  memory.store(file, 4, 1n);
  const n = BigInt(SIZE);
  VIEW.setFloat64(0, 1e300);
  const real = VIEW.getBigInt64(0);
  return [
    [a, b, n, n],
    [a, n, b, n],
    [a, half, n],
    [a, n - 1n, half, n / 2n - 1n],
    [a, 98n, n - 1n],
    [a, b, 98n, n],
    [a, n / 8n, 8n, a],
    [a, b, n / 8n, 8n, a],
    [wide, wide, n / 4n],
    [wide, 98n, n / 4n],
    [b, wide, n / 8n],
    [wide, half, n / 4n],
    [digits, 0n, 10n],
    [format, slots, slots],
    [a, format, slots, slots],
    [a, n, format, slots],
    [format, list],
    [a, format, list],
    [a, n, format, list],
    [a, scanned, slots],
    [digits, scanned, slots],
    [file, format, slots],
    [a, 1n, n, file],
    [a, file, file],
    [1n, a, n],
    [n],
    [n, n],
    [real, real, real],
    [7n, 3n, 2n],
    [0n, 0n, 0n, 0n],
    [a, 64n, 1n, a],
  ];
}

interface Cost {
  readonly name: string;
  readonly nanoseconds: number;
  readonly steps: number;
}

/** The costliest of the calls of a native, by nanoseconds for a step. */
function costOf(
  name: string,
  natives: NativeTable,
  memory: Memory,
  lists: readonly bigint[][],
  limit: number,
  rounds: number,
): Cost {
  let worst: Cost = { name, nanoseconds: 0, steps: 1 };
  const native = natives.get(name)!;
  for (const args of lists) {
    let steps = 0;
    let ended = false;
    const context = contextOf(memory, args);
    const once = (): void => {
      memory.work.reset();
      memory.work.begin(MAX_STEPS);
      // What the machine charges for any native.
      memory.work.charge(512);
      try {
        native(context);
      } catch (fault) {
        if (!(fault instanceof MemoryFault)) throw fault;
        ended = fault.kind !== "limit";
      }
      steps = memory.work.takeSteps() + 1;
      memory.work.end();
    };
    once();
    // Arguments that it does not take: a fault ends a run, so it costs once.
    if (ended) continue;
    const measure = (times: number): number =>
      shortest(rounds, () => {
        for (let i = 0; i < times; i++) once();
      }) / times;
    let nanoseconds = measure(1);
    // What is quick is measured again, as V8 has compiled it.
    if (nanoseconds / steps > limit && steps < 100) nanoseconds = measure(300);
    if (nanoseconds / steps > worst.nanoseconds / worst.steps) worst = { name, nanoseconds, steps };
  }
  return worst;
}

/** Natives that cost more than the factor allows, after several attempts each. */
function tooDear(make: () => { natives: NativeTable; memory: Memory }): string[] {
  let left: readonly string[] | null = null;
  let told: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS && (left === null || left.length > 0); attempt++) {
    const loop = loopCost();
    const { natives, memory } = make();
    const lists = argumentLists(memory);
    const dear: Cost[] = (left ?? [...natives.keys()])
      .map((name) => costOf(name, natives, memory, lists, FACTOR * loop, 2 + 4 * attempt))
      .filter((c) => c.nanoseconds / c.steps > FACTOR * loop);
    left = dear.map((c) => c.name);
    told = dear.map(
      (c) =>
        `${c.name}(): ${Math.round(c.nanoseconds)} ns for ${c.steps} steps; a step of the loop is ${loop.toFixed(1)} ns`,
    );
  }

  return told;
}

test("natives of the C library charge what they cost", () => {
  const told = tooDear(() => {
    const memory = new Memory(256 << 20);
    return { memory, natives: libcNatives(new Libc(memory, { keepOutput: false, outputLimit: 2 ** 40 })) };
  });
  assert.deepEqual(told, []);
});

test("natives of the machine charge what they cost", () => {
  const told = tooDear(() => {
    const memory = new Memory(256 << 20);
    const machine = new Machine({ params: new Map(), failures: new Map() });
    const image = linkLayers([{ fidelity: "diff", files: { "main.c": "int main(void) { return 0; }" } }]);
    const vm = new Vm({ image, memory, natives: machine.natives() });
    machine.attach(vm);
    vm.spawn("main", image.findFunction("main"), []);
    return { memory, natives: machine.natives() };
  });
  assert.deepEqual(told, []);
});

test("a copy is charged alike within a page and across two, whichever pages back them", () => {
  const memory = new Memory(16 << 20);
  const at = (page: number, byte: number): bigint => DATA_BASE + BigInt(page * 4096 + byte);
  // Mapped in another order than they lie in.
  for (const page of [3, 0, 2, 1]) {
    memory.map(HI_DATA, memory.lo(at(page, 0)), 4096);
    memory.setShadow(HI_DATA, memory.lo(at(page, 0)), 4096, SHADOW_INIT);
  }
  const charged = (dst: bigint, src: bigint): number => {
    memory.work.reset();
    memory.work.begin(MAX_STEPS);
    memory.copy(dst, src, 160);
    return memory.work.save();
  };
  const within = charged(at(0, 0), at(1, 0));
  assert.ok(within > 0);
  assert.equal(charged(at(0, 0), at(1, 4000)), within);
  assert.equal(charged(at(0, 4000), at(3, 0)), within);
});
