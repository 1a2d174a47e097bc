/**
 * What kernels of different releases pass for the same fact: callers and callees of a run may be of two (a tree's fs/dax.c under
 * the reference kernel's file system, a mail's function under either). Leaves out renamed and moved parameters, which meet by
 * name and type (c/sema_call.ts).
 */
import type { Meanings } from "../c/gen.ts";

/**
 * By the tag of an enumeration that a parameter has. Until v6.6 the size of a fault was `enum page_entry_size` (0 a PTE, 1 a PMD,
 * 2 a PUD), since v6.7 it is an order (0, PMD_ORDER, PUD_ORDER; include/linux/mm.h struct vm_operations_struct). An order that
 * reaches a function of before is its size. No function that takes an order is called by code of before: the file systems and
 * the memory management of a run are the reference kernel's.
 */
export const MEANT: ReadonlyMap<string, Meanings> = new Map([
  [
    "page_entry_size",
    [
      [9, 1],
      [18, 2],
    ],
  ],
]);
