/** What waits for a document that is open: its parse, its run, its progress. Leaves out how long they wait (server.ts). */

/** What runs for a document besides its job. */
export interface Timers {
  parse?: NodeJS.Timeout;
  run?: NodeJS.Timeout;
  progress?: NodeJS.Timeout | undefined;
}

export function clearTimers(timers: Timers): void {
  clearTimeout(timers.parse);
  clearTimeout(timers.run);
  clearTimeout(timers.progress);
  timers.progress = undefined;
}
