/**
 * Ways in which code can end a run by itself: each is a fault of the code, told by its stop (vm/stop_reason.ts). Leaves out
 * ends that say nothing of the code (completed, unsupported, limit, cancelled).
 */
import type { Rule } from "../subject/rule.ts";

/** A rule that the machine itself enforces: breaking it stops the run. */
export type StopRule = Omit<Rule, "onEvent" | "onQuiesce">;

const stop = (
  code: string,
  title: string,
  statement: string,
  detection: string,
  consequence: string,
): StopRule => ({
  code,
  title,
  ids: ["stop"],
  statement,
  source: "the machine that runs the C (emulator/vm, emulator/mem)",
  detection,
  level: "error",
  consequence,
});

/** The message is what the kernel's log has, address first: what was done comes before it. */
const inWords = (rule: StopRule, sentence: (message: string) => string): StopRule => ({ ...rule, sentence });
const touched = (message: string): string => (/\bwrite of /.test(message) ? "written" : "read");

export const STOP_RULES: readonly StopRule[] = [
  inWords(
    stop(
      "oops",
      "Memory that is not there is touched",
      "The code touches memory that is not there: the kernel would oops.",
      "an access to an address that nothing backs, NULL with an offset included",
      "The kernel oopses: the process dies, often with locks held.",
    ),
    (message) => {
      if (message.startsWith("kernel NULL pointer dereference")) return "A NULL pointer is followed";
      const pfn = /there is no struct page for pfn (0x[0-9a-f]+)$/.exec(message)?.[1];
      if (pfn !== undefined) return `The struct page of pfn ${pfn} is ${touched(message)}, and there is none`;
      return `Memory that is not there is ${touched(message)}`;
    },
  ),
  inWords(
    stop(
      "general-protection",
      "A pointer that cannot be one is followed",
      "The code follows a pointer that cannot be one: the kernel would die with a general protection fault.",
      "an access to an address that is not canonical",
      "The kernel dies with a general protection fault.",
    ),
    () => "A pointer that cannot be one is followed",
  ),
  stop(
    "use-after-free",
    "An object is touched after it was freed",
    "The code touches an object after it was freed.",
    "an access to bytes of the heap whose shadow says freed",
    "Whatever was allocated there meanwhile is read or overwritten.",
  ),
  stop(
    "uninitialised-read",
    "A value that was never written decides",
    "The code decides on a value that was never written.",
    "a read of bytes whose shadow says uninitialised",
    "What happens depends on what was left in memory: it can differ from boot to boot.",
  ),
  stop(
    "out-of-bounds",
    "Memory outside the object is touched",
    "The code touches memory outside the object.",
    "an access to bytes beside an object, or across its end",
    "A neighbouring object is read or overwritten.",
  ),
  {
    ...stop(
      "bug",
      "A BUG() fires",
      "A BUG() or VM_BUG_ON() that states the impossible was reached.",
      "the condition of a BUG_ON, VM_BUG_ON ... was true",
      "The kernel stops with a BUG.",
    ),
    // Folio and page are one word: a conversion renames them.
    identity: (message) => message.replace(/folio|page/g, "page").replace(/[\s()]+/g, ""),
  },
  stop(
    "deadlock",
    "Nobody can go on",
    "Every task sleeps and nobody is left to wake them.",
    "no task can run and some are not done",
    "The tasks hang in the kernel and cannot be killed.",
  ),
  stop(
    "livelock",
    "A loop never ends",
    "A task goes round in a loop that changes nothing: it never ends.",
    "memory and registers are as they were when the loop last came by, and no other task can run",
    "The task spins in the kernel for ever, with the locks that it holds: a soft lockup.",
  ),
  stop(
    "lock-misuse",
    "A lock is used against its rules",
    "A lock is taken or released against its rules.",
    "a lock is taken by the task that holds it, or released by one that does not",
    "With lock debugging the kernel reports it; without, the next user hangs or runs unprotected.",
  ),
];
