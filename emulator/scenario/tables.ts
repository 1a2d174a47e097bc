/**
 * What the kernel's tables still lead to when a run is over although it is freed: whoever looks the index up gets it. Tables are
 * xarrays as the reference kernel has them (emulator/reference/lib/xarray.c). Leaves out lists and trees, and what stands in a table that is
 * itself freed.
 */
import type { Memory } from "../mem/memory.ts";
import type { Image } from "../vm/image.ts";
import type { ObjectHistory } from "../vm/stop_reason.ts";

/** A table, and what was freed while it stood there. */
export interface FreedEntry {
  readonly table: string;
  readonly what: ObjectHistory;
}

/** Entries of xarrays that point to freed objects. */
export function freedInTables(image: Image, memory: Memory): FreedEntry[] {
  const node = image.layoutOf("struct xa_node");
  const slot = image.layoutOf("struct xa_slot");
  if (node === null || slot === null) return [];
  const out: FreedEntry[] = [];
  for (const at of memory.live("xa_node")) {
    const field = (name: string, size: number): bigint =>
      memory.peek(at + BigInt(node.fields.get(name)?.offset ?? 0), size);
    const array = field("array", 8);
    if (memory.freedAt(array) !== undefined) continue;
    const slots = field("slots", 8);
    const used = Number(field("nr", 4));
    for (let i = 0; i < used; i++) {
      const entry = memory.peek(slots + BigInt(i * slot.size + (slot.fields.get("entry")?.offset ?? 0)), 8);
      // An odd word is a number, not a pointer.
      const what = (entry & 3n) === 0n ? memory.freedAt(entry) : undefined;
      if (what !== undefined) out.push({ table: memory.objectAt(array)?.name ?? "an xarray", what });
    }
  }
  return out;
}
