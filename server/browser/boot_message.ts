/** What a worker in a browser is told first (boot.ts). Leaves out how a bundle is run. */
export interface Boot {
  readonly kind: "folioscope boot";
  /** Address of the folder of the bundles, ending in "/". */
  readonly base: string;
  /** The bundle: "server.cjs". */
  readonly file: string;
  /** `workerData` of a thread. */
  readonly data: unknown;
}

export function isBoot(value: unknown): value is Boot {
  return typeof value === "object" && value !== null && (value as Boot).kind === "folioscope boot";
}
