/** A review in the memories of an earlier one is what it is in new ones; memories that have grown serve nobody else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Memory } from "../../emulator/mem/memory.ts";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { giveBack, takeMemories } from "../../server/review/memories.ts";
import type { ReviewResult } from "../../server/review/types.ts";
import { example } from "../support/paths.ts";

const review = (name: string): ReviewResult =>
  reviewDocument(parseDocument(example(name), name), { scenario: "insert-fails order=0 index=0 write=1*" });

test("one review after the other, in what the first left, says what it says in new memories", () => {
  const taken = takeMemories();
  const first = review("leaked-reference.eml");
  const used = takeMemories();
  assert.ok(used.every((m) => !taken.includes(m)));
  giveBack(used);
  review("share-dropped-twice.eml");
  assert.deepEqual(new Set(takeMemories()), new Set(used), "the second review had the memories of the first");
  giveBack(used);
  assert.deepEqual(review("leaked-reference.eml"), first);
  assert.ok(first.findings.some((f) => f.verdict === "new"));
});

test("a memory whose page tables have grown is not given on, nor one that is given back twice", () => {
  const [grown, other] = [new Memory(), new Memory()];
  const free = takeMemories();
  grown.map(grown.hi(0xffff888000000000n), 1 << 28, 4096);
  giveBack([grown, other, other]);
  const next = takeMemories();
  assert.ok(next.includes(other) && !next.includes(grown) && next[0] !== next[1]);
  giveBack(free);
});
