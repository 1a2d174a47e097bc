/**
 * Copies into an array whose length one side holds against the array's, where the other asks nothing of it. Whoever called may have
 * asked before: it is never more than possible. Leaves out lengths of which one side alone shows that they go too far (extent.ts).
 */

import { MOST_COMPARED, type Ran } from "./explore.ts";
import type { OwnerDifference } from "./owners.ts";

/**
 * @param lists paths of both sides that ran
 * @param other the path of the other side with the same decisions, as far as it comes to them
 */
export function copyDifferences(
  lists: Readonly<Record<"before" | "after", readonly Ran[]>>,
  other: (from: "before" | "after", ran: Ran) => Ran | null,
): OwnerDifference[] {
  const out = new Map<string, OwnerDifference>();
  for (const from of ["before", "after"] as const)
    for (const ran of lists[from].slice(0, MOST_COMPARED))
      for (const [name, copy] of ran.result.copies ?? []) {
        if (copy.fits || out.has(name)) continue;
        const there = other(from, ran)?.result.copies?.get(name);
        // Open somewhere on the other side, too: it was no better there.
        const to = lists[from === "before" ? "after" : "before"];
        if (there?.fits !== true || to.some((r) => r.result.copies?.get(name)?.fits === false)) continue;
        const fault = {
          kind: "past-its-memory",
          object: name,
          what: `${copy.room}, and nothing asks whether the length that ${copy.at.by}() is given is greater`,
          taken: null,
          given: null,
          at: copy.at,
          functions: [copy.at.fn],
          possible: true,
        } as const;
        out.set(name, { on: from, fault, forced: ran.forced, path: ran.result });
      }
  return [...out.values()];
}
