/**
 * What must be so when a scenario is over: nobody sleeps, no lock is held, nothing that it made is left, no table leads to
 * what is freed. Judged once, when the
 * run has completed; a run that stopped says nothing of it. Not verified: objects that every run of a release leaves.
 */
import type { Rule } from "../subject/rule.ts";

/** What only the end of a run shows. */
export interface EndFacts {
  /** Tasks that are still asleep, and what they wait for ("in wait_on_bit()"). */
  readonly sleepers: readonly { readonly name: string; readonly waitingFor: string }[];
  readonly heldLocks: readonly { readonly name: string; readonly holder: string }[];
  /** Objects beyond those of the start, by what they are and who made them, with how many more there are. */
  readonly leftOver: readonly { readonly what: string; readonly more: number }[];
  /** Entries of tables that lead to freed objects: the table, the object and who freed it. */
  readonly freedInTables: readonly { readonly table: string; readonly what: string; readonly by: string }[];
}

/** A rule that is judged at the end: what it finds, in words. */
export interface EndRule extends Omit<Rule, "onEvent" | "onQuiesce"> {
  atEnd(facts: EndFacts): string[];
}

export const lostWakeup: EndRule = {
  code: "lost-wakeup",
  title: "A task sleeps for ever",
  ids: ["end"],
  statement: "A task sleeps for ever: the event it waits for has passed, or nobody tells it.",
  source: "kernel/sched/wait.c, include/linux/wait_bit.h",
  detection: "when the scenario has ended: tasks that are asleep after everybody else has run",
  level: "error",
  consequence: "The process hangs in the kernel and cannot be killed.",
  atEnd: ({ sleepers }) => sleepers.map((t) => `task ${t.name} sleeps for ever ${t.waitingFor}`),
};

export const lockHeld: EndRule = {
  code: "lock-held",
  title: "A lock is still held",
  ids: ["end"],
  statement: "A lock is still held when everything is over.",
  source: "Documentation/locking",
  detection: "when the scenario has ended: locks that a task holds",
  level: "error",
  consequence: "The next task that needs the lock hangs.",
  atEnd: ({ heldLocks }) => heldLocks.map((l) => `${l.name} is still held at the end by task ${l.holder}`),
};

/** Objects of one kind that are told one by one, so that one more of a kind that a release leaks anyway is told. */
const TOLD = 4;

export const leakedObject: EndRule = {
  code: "leaked-object",
  title: "An object is never freed",
  ids: ["end"],
  statement: "An object that the run made is never freed: somebody keeps a reference, or forgot it.",
  source: "mm/slab_common.c; whoever made the object",
  detection:
    "when the scenario has ended (and the machine was not turned off): objects by kind and maker, against the booted machine's",
  level: "error",
  consequence: "Memory, or whatever the object stands for, is lost each time this happens.",
  identity: (message) => message,
  ofWhat: (message) => message.split(", made by ")[0]!,
  mayBeMore: (message) => message.endsWith(`: ${TOLD} of them`),
  atEnd: ({ leftOver }) =>
    leftOver.flatMap(({ what, more }) =>
      Array.from(
        { length: Math.min(more, TOLD) },
        (_, i) => `${what}, is never freed${i > 0 ? `: ${i + 1} of them` : ""}`,
      ),
    ),
};

export const freedInTable: EndRule = {
  code: "freed-in-table",
  title: "A table still leads to what is freed",
  ids: ["end"],
  statement: "What is freed is taken out of the tables in which others find it.",
  source: "lib/xarray.c; whoever put the object into the table",
  detection: "when the scenario has ended: entries of xarrays that point into freed objects",
  level: "error",
  consequence: "Whoever looks it up gets freed memory, or something else that was put in its place.",
  identity: (message) => message,
  ofWhat: (message) => message.slice(0, message.lastIndexOf(", which ")),
  atEnd: ({ freedInTables }) => [
    ...new Set(
      freedInTables.map(({ table, what, by }) => `${table} still leads to ${what}, which ${by}() freed`),
    ),
  ],
};

/** In the order in which they are told. */
export const END_RULES: readonly EndRule[] = [lostWakeup, lockHeld, leakedObject, freedInTable];
