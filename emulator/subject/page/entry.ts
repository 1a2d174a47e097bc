/**
 * How a DAX entry lies in a word of the xarray: flag bits and, above them, the pfn, by the names that fs/dax.c gives them
 * (DAX_SHIFT, DAX_LOCKED, DAX_PMD, DAX_ZERO_PAGE, DAX_EMPTY). A patch may move them, so each side's are its own; whoever
 * looks at entries gets them in one order, lowest bit first: value entry, locked, PMD, zero, empty, then the pfn. Leaves out
 * flags by other names, which say nothing that is judged.
 */
import type { Image } from "../../vm/image.ts";

/** Turns a word of the side's xarray into the order above; what is no value entry stays as it is. */
export type EntryOrder = (word: bigint) => bigint;

/** Bits by name, in the order in which they are given. */
const FLAGS = ["DAX_LOCKED", "DAX_PMD", "DAX_ZERO_PAGE", "DAX_EMPTY"] as const;
const SHIFT = BigInt(FLAGS.length);

/** The order of a side's entries; a name that the side's C has not, or not as a number, is where v6.12 has it. */
export function entryOrder(image: Image): EntryOrder {
  const shift = image.constant("DAX_SHIFT") ?? SHIFT;
  const flags = FLAGS.map((name, i) => image.constant(name) ?? 1n << BigInt(i));
  if (shift < 0n || shift > 63n) return (word) => word;
  if (shift === SHIFT && flags.every((bit, i) => bit === 1n << BigInt(i))) return (word) => word;
  return (word) => {
    if ((word & 1n) === 0n) return word;
    const value = BigInt.asUintN(64, word) >> 1n;
    let out = (value >> shift) << SHIFT;
    for (const [i, bit] of flags.entries()) if ((value & bit) !== 0n) out |= 1n << BigInt(i);
    return (out << 1n) | 1n;
  };
}
