/**
 * The replay token: a short readable string that names one run of one patch, and refuses to run on another text.
 * `fs1:<digest>:<patch>:<scenario,k=v,...>:<before era>/<after era>:<seed>:<code>`; where an order was explored, it stands in
 * the seed's place. Leaves out running it (analysis.ts).
 */

import { parseSchedule, type Schedule, scheduleText } from "../../emulator/explore/schedule.ts";
import { eraFromName } from "../../emulator/kernel/era.ts";
import type { Patch } from "../mail/types.ts";

export interface Replay {
  readonly digest: string;
  readonly patch: number;
  /** "map-fault-unmap order=9 index=512" */
  readonly scenario: string;
  readonly beforeEra: string;
  readonly afterEra: string;
  readonly seed: string;
  readonly code: string;
}

/** A digest of the diff (not of mail headers): FNV-1a, 32 bits twice. */
export function digestOf(patch: Patch): string {
  const known = digests.get(patch);
  if (known !== undefined) return known;
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (const file of patch.files) {
    const text = [file.path, ...file.hunks.flatMap((h) => h.lines.map((l) => l.kind + l.text))].join("\n");
    for (let i = 0; i < text.length; i++) {
      a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
      b = Math.imul(b ^ text.charCodeAt(i), 0x01000197) + i;
    }
  }
  const digest =
    (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0").slice(0, 4);
  digests.set(patch, digest);
  return digest;
}

const digests = new WeakMap<Patch, string>();

/** In place of the seed: the order in which one side's tasks ran (emulator/explore/schedule.ts). */
export interface ReplayOrder {
  readonly side: "before" | "after";
  readonly schedule: Schedule;
}

/** "after.1@230>2~2@91>1" for the seed's place in a token. */
export const orderText = (o: ReplayOrder): string => `${o.side}.${scheduleText(o.schedule)}`;

/** The order that stands in the seed's place; null: a seed does. */
export function orderOf(r: Replay): ReplayOrder | null {
  const m = /^(before|after)\.(.*)$/.exec(r.seed);
  const schedule = m === null ? null : parseSchedule(m[2]!);
  return schedule === null ? null : { side: m![1] as "before" | "after", schedule };
}

/** Whether a token names an order of tasks: what only explore runs again. */
export function namesOrder(token: string): boolean {
  const replay = parseReplay(token);
  return replay !== null && orderOf(replay) !== null;
}

/** What a review says of a token that explore has made. */
export const ORDER_TOKEN =
  "the token names an order of tasks, which a review does not take: folioscope explore FILE --replay TOKEN runs it";

export function replayToken(r: Replay): string {
  return `fs1:${r.digest}:${r.patch}:${r.scenario.replace(/ /g, ",")}:${r.beforeEra}/${r.afterEra}:${r.seed}:${r.code}`;
}

/** Reads a token; null when it is none. */
export function parseReplay(token: string): Replay | null {
  const parts = token.trim().split(":");
  if (parts.length !== 7 || parts[0] !== "fs1") return null;
  const [, digest, patch, scenario, eras, seed, code] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const [beforeEra, afterEra] = eras.split("/");
  if (!/^\d{1,9}$/.test(patch) || afterEra === undefined || beforeEra === undefined) return null;
  if (eraFromName(beforeEra) === null || eraFromName(afterEra) === null) return null;
  return {
    digest,
    patch: Number(patch),
    scenario: scenario.replace(/,/g, " "),
    beforeEra,
    afterEra,
    seed,
    code,
  };
}
