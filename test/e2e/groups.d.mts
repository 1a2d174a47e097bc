/** The shapes of groups.mjs, which plain node reads, for the tests. */
export type Case = readonly [name: string, body: () => unknown, skip?: string];
export interface Grouped {
  readonly group: string;
  readonly name: string;
  readonly body: () => unknown;
  readonly skip?: string;
}
export function inGroup(group: string, list: readonly Case[]): Grouped[];
export function named(cases: readonly Grouped[], filters: readonly string[]): readonly Grouped[];
export function toRepeat(cases: readonly Grouped[], missed: readonly string[]): readonly Grouped[];
