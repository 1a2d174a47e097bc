/**
 * The memories of machines of reviews that are over, for the next review on the same thread: a new one is a hundred megabytes
 * that V8 counts as its own, and for which it collects all of its heap. Leaves out when a review is over (analysis.ts,
 * exploring.ts).
 */
import { Memory } from "../../emulator/mem/memory.ts";

/** So many bytes of a memory may have been touched: the system keeps them for it. */
const TOUCHED_MAX = 32 << 20;
const KEPT_MAX = 2;
const free: Memory[] = [];

/** One for each side. They are this review's until `giveBack`. */
export const takeMemories = (): readonly [Memory, Memory] => [
  free.pop() ?? new Memory(),
  free.pop() ?? new Memory(),
];

/** Nothing is run in them any more, and nobody looks at what is in them. */
export function giveBack(memories: readonly Memory[]): void {
  for (const memory of memories) {
    if (free.length >= KEPT_MAX || free.includes(memory)) continue;
    if (!memory.likeNew || memory.used > TOUCHED_MAX) continue;
    memory.onWrite = null;
    memory.describe = null;
    memory.reset();
    free.push(memory);
  }
}
