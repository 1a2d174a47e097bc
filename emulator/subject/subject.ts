/**
 * What a violation, an event or a check is about: a thing of some kind that is watched ("page" 0x100003). A leaf: anyone
 * may import it. What a kind is, how it is heard, judged and told, its module knows (module.ts, index.ts).
 */

/** One thing. `kind` is the name of a module in the table (index.ts); `id` is that module's, stable between runs. */
export interface SubjectId {
  readonly kind: string;
  readonly id: number;
}

/** A thing and what of it is wrong: its last writers are suspects. No fields: all of it. */
export interface Subject extends SubjectId {
  readonly fields: readonly string[];
}

/** One field of a thing that took another value (or the same again, where that is news). */
export interface Change {
  readonly field: string;
  readonly before: bigint;
  readonly after: bigint;
  /** What refers to the thing changed, and not the thing: it counts only where a rule names the field. */
  readonly aside?: true;
}
