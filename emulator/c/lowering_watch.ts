/**
 * What the lowering of a function meets outside the function: file-scope names, tags, layouts of records. Whoever wants to
 * know sets a watcher; what is resolved once for all functions (the type of a name, the layout of a record) is resolved
 * aside, since its answer stands for it. A leaf; who watches, and why, is in shared_code.ts.
 */

export interface LoweringWatcher {
  /** The layout of a record was asked for, whether or not it has one. */
  layout(record: object): void;
}

let watcher: LoweringWatcher | null = null;

/** Tells the watcher, where there is one, that a layout is asked for. */
export function metLayout(record: object): void {
  watcher?.layout(record);
}

/** Runs `work` under another watcher, or under none. */
export function underWatch<T>(by: LoweringWatcher | null, work: () => T): T {
  const before = watcher;
  watcher = by;
  try {
    return work();
  } finally {
    watcher = before;
  }
}

/** The watcher, for those who tell it more than layouts. */
export const watching = (): LoweringWatcher | null => watcher;
