/**
 * Whether a value that was read from somewhere has the shape that its reader relies on, to the leaves: small checks that
 * are put together. Leaves out what is wrong where it has not.
 */

/** A check of a value's shape. */
export type Shape = (value: unknown) => boolean;

export const text: Shape = (v) => typeof v === "string";
export const flag: Shape = (v) => typeof v === "boolean";
/** A whole number that is not negative. */
export const count: Shape = (v) => Number.isSafeInteger(v) && (v as number) >= 0;

export const oneOf =
  (...words: readonly string[]): Shape =>
  (v) =>
    typeof v === "string" && words.includes(v);

export const list =
  (of: Shape): Shape =>
  (v) =>
    Array.isArray(v) && v.every(of);

/** A list of this length, each place by its own check. */
export const tuple =
  (...of: readonly Shape[]): Shape =>
  (v) =>
    Array.isArray(v) && v.length === of.length && of.every((check, i) => check(v[i]));

/** An object with these fields; those of `optional` may be absent. Other fields are none of ours. */
export const record =
  (fields: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape =>
  (v) => {
    if (typeof v !== "object" || v === null || Array.isArray(v)) return false;
    const has = v as Record<string, unknown>;
    return (
      Object.entries(fields).every(([name, check]) => check(has[name])) &&
      Object.entries(optional).every(([name, check]) => has[name] === undefined || check(has[name]))
    );
  };

/** What a function takes and gives a text for: values of many forms, whose words are made in one place. */
export const toldBy =
  <T>(words: (value: T) => string): Shape =>
  (v) => {
    try {
      return typeof words(v as T) === "string";
    } catch {
      return false;
    }
  };
