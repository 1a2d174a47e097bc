/** A review that several threads share is the review that one makes: the same bytes. The threads are stood in for here. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { PoolThread } from "../../server/emulation/hand.ts";
import { Pool, serve } from "../../server/emulation/pool.ts";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { concernsTasks } from "../../server/review/other_orders.ts";
import type { ReviewEvent } from "../../server/review/types.ts";
import { exchanged, ownTree, patchMail, referenceText } from "../support/own_tree.ts";

const file = join(process.env["FOLIOSCOPE_ROOT"]!, "examples/demo.eml");
const options = { scenario: "truncate-pinned*open=0" };
const what = { input: readFileSync(file), path: "demo.eml", options };
const doc = () => parseDocument(readFileSync(file), "demo.eml");

/** A worker on this thread: messages are copied and come later, as between threads. It dies after `life` outcomes or patches. */
class FakeThread extends EventEmitter implements PoolThread {
  served = 0;
  private readonly port = new EventEmitter();
  private dead = false;

  constructor(life: number) {
    super();
    const post = (message: { kind: string }): void => {
      if ((message.kind === "outcome" || message.kind === "whole") && ++this.served > life) {
        this.dead = true;
        setImmediate(() => this.emit("exit"));
      }
      const copy = structuredClone(message);
      if (!this.dead) setImmediate(() => this.emit("message", copy));
    };
    serve({ postMessage: post, on: (_, listener) => this.port.on("message", listener) }, parseDocument);
  }

  postMessage(message: unknown): void {
    const copy = structuredClone(message);
    setImmediate(() => this.dead || this.port.emit("message", copy));
  }

  terminate(): void {
    this.dead = true;
  }
}

/** The review with `n` workers that live for `life` outcomes, its events, and how many outcomes the workers gave. */
async function shared(n: number, life: number, startCost = 0) {
  const threads: FakeThread[] = [];
  const pool = new Pool(
    () => {
      const thread = new FakeThread(life);
      threads.push(thread);
      return thread;
    },
    n,
    startCost,
  );
  const events: ReviewEvent[] = [];
  const result = await pool.review(doc(), what, (e) => {
    events.push(e);
    return true;
  });
  pool.dispose();
  return { result, events, served: threads.reduce((sum, t) => sum + t.served, 0) };
}

/** The review without a pool. */
const alone = (() => {
  const events: ReviewEvent[] = [];
  const result = reviewDocument(doc(), options, (e) => {
    events.push(e);
    return true;
  });
  return { result, events };
})();

test("the outcomes of several threads make the review of one, with the events in the same order", async () => {
  const one = alone;
  const two = await shared(1, Number.POSITIVE_INFINITY);
  assert.ok(two.served > 3, `the worker ran ${two.served} cases`);
  assert.equal(JSON.stringify(two.result), JSON.stringify(one.result));
  assert.equal(JSON.stringify(two.events), JSON.stringify(one.events));
  assert.ok(one.events.some((e) => e.kind === "finding"));
});

test("cases that a lost thread leaves are run by another", async () => {
  const two = await shared(1, 2);
  assert.ok(two.served > 2);
  assert.equal(JSON.stringify(two.result), JSON.stringify(alone.result));
});

test("a review that is stopped keeps what is done", async () => {
  const pool = new Pool(null, 0);
  let runs = 0;
  const result = await pool.review(doc(), what, (e) => {
    if (e.kind === "run") runs++;
    return runs < 3;
  });
  assert.equal(result.runs.length, 3);
  assert.deepEqual(result.runs, alone.result.runs.slice(0, 3));
  assert.ok(result.notes.some((n) => n.startsWith("cancelled:")));
});

test("a thread is started only for work that is worth its start", async () => {
  const { served } = await shared(1, 1000, Number.POSITIVE_INFINITY);
  assert.equal(served, 0);
});

test("a small patch of which orders are tried is not worth a further thread", async () => {
  const input = readFileSync(join(process.env["FOLIOSCOPE_ROOT"]!, "examples/clean-refactor.eml"));
  const small = parseDocument(input, "small.eml");
  assert.ok(concernsTasks(small.patches[0]!.files));
  let started = 0;
  const pool = new Pool(() => {
    started++;
    return new FakeThread(0);
  }, 1);
  // The threads are started when it is known what runs.
  await pool.review(small, { input, path: "small.eml", options: {} }, () => false);
  pool.dispose();
  assert.equal(started, 0);
});

const tree = ownTree();
const dax = referenceText("fs/dax.c");
const broken = dax.replace(
  "\t\t\tpage->mapping = NULL;\n\t\t\tpage->index = 0;\n",
  "\t\t\tpage->index = 0;\n",
);
/** Four patches: the second breaks what the last mends. */
const seriesText = [dax, `${dax}int a;\n`, `${broken}int a;\n`, `${broken}int a, b;\n`, `${dax}int a, b;\n`]
  .map((to, i, all) => (i === 0 ? "" : patchMail(i, 4, { path: "fs/dax.c", from: all[i - 1]!, to })))
  .join("");
const inTree = { tree, scenario: "map-fault-unmap order=0*", era: "v6.12" };

/** The series with two workers that live for so many patches; `till` ends it after an event. */
async function series(
  lives: readonly number[],
  till: (e: ReviewEvent) => boolean = () => false,
  { room = 9, front = -1 } = {},
) {
  const threads: FakeThread[] = [];
  const spawn = (): FakeThread => {
    const thread = new FakeThread(lives[threads.length] ?? Number.POSITIVE_INFINITY);
    threads.push(thread);
    return thread;
  };
  const pool = new Pool(spawn, 1, Number.POSITIVE_INFINITY, null, () => room);
  if (front >= 0) pool.front = () => ({ patch: front, line: 0 });
  const events: ReviewEvent[] = [];
  const input = Buffer.from(seriesText);
  const result = await pool.review(
    parseDocument(input, "s.mbox"),
    { input, path: "s.mbox", options: inTree },
    (e) => {
      events.push(e);
      return !till(e);
    },
  );
  pool.dispose();
  return { result, events, served: threads.map((t) => t.served) };
}

/** The series on one thread. */
const seriesAlone = (() => {
  const events: ReviewEvent[] = [];
  const result = reviewDocument(parseDocument(Buffer.from(seriesText), "s.mbox"), inTree, (e) => {
    events.push(e);
    return true;
  });
  return { result, events };
})();

test("the patches of a series, each as a whole on one of several threads, make the review of one, events in the same order", async () => {
  const two = await series([]);
  assert.equal(two.served.length, 2);
  assert.equal(
    two.served[0]! + two.served[1]!,
    3,
    "the first is reviewed by the thread that gives out the others",
  );
  assert.ok(
    two.served.every((n) => n > 0),
    "both threads had patches",
  );
  assert.equal(JSON.stringify(two.result), JSON.stringify(seriesAlone.result));
  assert.equal(JSON.stringify(two.events), JSON.stringify(seriesAlone.events));
  assert.ok(two.result.findings.some((f) => f.verdict === "fixed-later"));
});

test("a patch that a lost thread had is reviewed here, and so are all when every thread is lost", async () => {
  for (const lives of [
    [1, 100],
    [0, 1],
  ]) {
    const { result, events } = await series(lives);
    assert.equal(JSON.stringify(result), JSON.stringify(seriesAlone.result));
    assert.deepEqual(
      events.flatMap((e) => (e.kind === "patch" ? [e.patch] : [])),
      [0, 1, 2, 3],
    );
  }
});

for (const [threads, room] of [
  ["here", 1],
  ["on threads", 9],
] as const)
  test(`the patch that a reader looks at is reviewed first, ${threads}, and the result is the same`, async () => {
    const { result, events } = await series([], undefined, { room, front: 2 });
    assert.deepEqual(
      events.flatMap((e) => (e.kind === "patch" ? [e.patch] : [])),
      [2, 0, 1, 3],
    );
    // A run's instructions may differ by one or two where a patch is reviewed without those before it.
    const told = (r: typeof result): string =>
      JSON.stringify(r, (key, value) => (key === "steps" ? 0 : value));
    assert.equal(told(result), told(seriesAlone.result));
  });

/** A patch that breaks truncating in one function, and changes another, which few scenarios enter. */
const twoFunctions = (() => {
  const wrong = "\tif (WARN_ON(!xa_is_value(entry)))\n\t\treturn -EIO;\n";
  const to = exchanged(broken, wrong, `${wrong}\tif (!entry)\n\t\treturn -EIO;\n`);
  const text = patchMail(1, 1, { path: "fs/dax.c", from: dax, to });
  const document = parseDocument(Buffer.from(text), "two.mbox");
  const lineOf = (part: string): number => document.lines.findIndex((l) => l.includes(part)) + 1;
  return {
    input: text,
    document,
    options: { tree, scenario: "punch-pinned*", era: "v6.12" },
    breaking: lineOf("-\t\t\tpage->mapping"),
    other: lineOf("+\tif (!entry)"),
    text: lineOf("Subject:"),
  };
})();

/** The review of that patch with a reader at a line, by this thread and `n` more; the cases in the order in which they ran, `most` of them. */
async function lookedAt(line: (runs: number) => number, { n = 0, most = 3, all = false } = {}) {
  const { input, document, options } = twoFunctions;
  const what = { input, path: "two.mbox", options: all ? options : { tree, era: "v6.12" as const } };
  const ran: { scenario: string; enters: boolean }[] = [];
  const pool = new Pool(n === 0 ? null : () => new FakeThread(1000), n, 0);
  pool.front = () => ({ patch: 0, line: line(ran.length) });
  const result = await pool.review(document, what, (e) => {
    if (e.kind !== "run") return true;
    const enters = e.run.functions.some((f) => f.name === "dax_writeback_one");
    return ran.push({ scenario: e.run.scenario, enters }) < most;
  });
  pool.dispose();
  return { ran, result: JSON.stringify(result) };
}

test("what comes to the function that a reader looks at is run first", async () => {
  const { other, breaking, text } = twoFunctions;
  const plain = await lookedAt(() => text);
  assert.ok(!plain.ran.every((r) => r.enters), "by the plan others come between");
  for (const n of [0, 1]) {
    const { ran } = await lookedAt(() => other, { n });
    assert.ok(ran.length === 3 && ran.every((r) => r.enters), JSON.stringify(ran));
  }
  const back = await lookedAt(() => breaking);
  assert.deepEqual(back.ran, plain.ran, "all of them come to the other function");
});

test("a reader who goes to another function while a patch runs has what comes to it next, and the result is the same", async () => {
  const { other, text } = twoFunctions;
  const whole = { most: 100, all: true };
  const plain = await lookedAt(() => text, whole);
  for (const n of [0, 1]) {
    const turned = await lookedAt((runs) => (runs < 2 ? text : other), { ...whole, n });
    assert.deepEqual(turned.ran.slice(0, 2), plain.ran.slice(0, 2));
    // Cases may have been given out already.
    const order = turned.ran.map((r) => r.scenario);
    assert.notDeepEqual(
      order,
      plain.ran.map((r) => r.scenario),
    );
    if (n === 0) assert.ok(turned.ran[2]!.enters, order.join("\n"));
    assert.equal(turned.result, plain.result);
  }
});

test("a series that is stopped keeps the patches that were done", async () => {
  const { result } = await series([], (e) => e.kind === "patch" && e.patch === 1);
  const of = (n: number) => result.runs.filter((r) => r.patch === n);
  for (const n of [0, 1])
    assert.deepEqual(
      of(n),
      seriesAlone.result.runs.filter((r) => r.patch === n),
    );
  assert.ok(!result.plans.some((p) => p.patch > 1), "nothing of the patches behind");
});

test("without room for a second thread a series is reviewed here", async () => {
  let started = 0;
  const spawn = (): FakeThread => {
    started++;
    return new FakeThread(0);
  };
  const pool = new Pool(spawn, 1, Number.POSITIVE_INFINITY, null, () => 1);
  const input = Buffer.from(seriesText);
  const what = { input, path: "s.mbox", options: inTree };
  await pool.review(parseDocument(input, "s.mbox"), what, () => false);
  pool.dispose();
  assert.equal(started, 0);
});
