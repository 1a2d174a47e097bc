/** What V8's heaps of the threads that run reviews may have. Leaves out how they grow (v8_flags.ts) and what they hold. */

/**
 * Limits of such a thread (MB). New objects get twice the room of V8's default: what a tree's files are read to outlives a
 * collection of 16 MB and would be copied twice (a twelfth of the processor time of a series).
 */
export const threadLimits = (
  maxOldGenerationSizeMb: number,
): { maxOldGenerationSizeMb: number; maxYoungGenerationSizeMb: number } => ({
  maxOldGenerationSizeMb,
  maxYoungGenerationSizeMb: 96,
});
