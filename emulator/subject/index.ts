/**
 * The table of watched kinds: to add one is a folder with its module (module.ts says what that is) and a line here. Also
 * what everybody asks of it. Leaves out what each kind does.
 */
import type { Memory } from "../mem/memory.ts";
import type { Image } from "../vm/image.ts";
import type { MachineEvent } from "./event.ts";
import type { Seen, SubjectModule, Telling, Words } from "./module.ts";
import { page } from "./page/index.ts";
import type { Change, Subject, SubjectId } from "./subject.ts";

// biome-ignore lint/suspicious/noExplicitAny: each module's state is its own; the runner hands it back unseen.
export const SUBJECTS: readonly SubjectModule<any, any>[] = [page];

const byKind = new Map(SUBJECTS.map((m) => [m.kind, m]));
const byEvent = new Map(SUBJECTS.flatMap((m) => m.events.map((e) => [e, m] as const)));

function moduleOf(kind: string): SubjectModule {
  const found = byKind.get(kind);
  if (found === undefined) throw new Error(`no watched kind is called "${kind}"`);
  return found;
}

/** The module that an event belongs to; null for the machine's own. */
export function moduleOfEvent(event: MachineEvent): SubjectModule | null {
  return event.kind === "change" ? moduleOf(event.of.kind) : (byEvent.get(event.kind) ?? null);
}

/** Whether two subjects are (parts of) one thing. */
export function sameThing(a: SubjectId, b: SubjectId): boolean {
  return a.kind === b.kind && moduleOf(a.kind).sameThing(a.id, b.id);
}

/** The change that an event is to a thing, whatever its fields, or to what refers to it where that is what is wrong. */
export function changeOf(event: MachineEvent, of: Subject): Change | null {
  const change = moduleOf(of.kind).changeOf(event, of.id);
  return change?.aside && !of.fields.includes(change.field) ? null : change;
}

/** The change that an event is to one of the fields that are wrong (to any, where none is named). */
export function suspectChange(event: MachineEvent, of: Subject): Change | null {
  const change = changeOf(event, of);
  return change !== null && (of.fields.length === 0 || of.fields.includes(change.field)) ? change : null;
}

/** What a reader calls a thing. */
export const nameOf = (of: SubjectId, words: Words): string => moduleOf(of.kind).nameOf(of.id, words);

/** What an event is to a thing, as a reader is told; without a thing, to whatever it changes. "other": about another thing. */
export function telling(event: MachineEvent, of: SubjectId | null, words: Words): Telling | null | "other" {
  const module = moduleOfEvent(event);
  if (module === null) return null;
  if (of !== null && module.kind !== of.kind) return "other";
  return module.telling(event, of?.id ?? -1, words);
}

/** The watched thing that an address is of; null: none. */
export function thingAt(hi: number, lo: number): SubjectId | null {
  for (const module of SUBJECTS) {
    const id = module.thingAt(hi, lo);
    if (id !== null) return { kind: module.kind, id };
  }
  return null;
}

/** What there is of a thing between two instructions. */
export const look = (memory: Memory, image: Image, of: SubjectId, words: Words): readonly Seen[] =>
  moduleOf(of.kind).look(memory, image, of.id, words);
