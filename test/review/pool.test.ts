/** A review that several threads share is the review that one makes: the same bytes. The threads are stood in for here. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Pool, type PoolThread, serve } from "../../server/emulation/pool.ts";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { concernsTasks } from "../../server/review/other_orders.ts";
import type { ReviewEvent } from "../../server/review/types.ts";

const file = join(process.env["FOLIOSCOPE_ROOT"]!, "examples/demo.eml");
const options = { scenario: "truncate-pinned*open=0" };
const what = { input: readFileSync(file), path: "demo.eml", options };
const doc = () => parseDocument(readFileSync(file), "demo.eml");

/** A worker on this thread: messages are copied and come later, as between threads. It dies after `life` outcomes. */
class FakeThread extends EventEmitter implements PoolThread {
  served = 0;
  private readonly port = new EventEmitter();
  private dead = false;

  constructor(life: number) {
    super();
    const post = (message: { kind: string }): void => {
      if (message.kind === "outcome" && ++this.served > life) {
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
