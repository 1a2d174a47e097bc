/**
 * The kernel's own complaints as violations: WARN_ON and family, and expectations of scenarios. Follows
 * include/asm-generic/bug.h. BUG() and VM_BUG_ON() are stops, not violations.
 */
import type { Rule } from "../subject/rule.ts";

/** How scenarios mark a condition of their own (SC_EXPECT in scenarios/scenario.h). */
export const EXPECTATION = "scenario: not so:";

/** How the machine marks that a task may sleep where nobody must. */
export const IN_ATOMIC = "may sleep in atomic context:";

/** How lockdep's assertions ask whether a lock is held (include/linux/lockdep.h of the reference kernel). */
const HELD = "__fsc_lock_held(";

/**
 * What a warning says: its condition, of an assertion of lockdep the lock, and of one that is always true that the place must not
 * be reached.
 */
export function warnText(condition: string): string {
  if (/^(?:[1-9]\d*|true)$/.test(condition)) return "a place is reached that must not be";
  const at = condition.indexOf(HELD);
  const end = condition.indexOf(", FSC_LOCK_", at);
  if (at < 0 || end < 0) return condition;
  const lock = condition.slice(at + HELD.length, end).trim();
  return condition.startsWith("!") ? `${lock} is not held, as it must be here` : `${lock} is held here`;
}

/** Whether a warning is about a lock that is held or not: by who calls, as a rule. */
export const isOfLock = (message: string): boolean => /\blockdep_is_held\b|is (?:not )?held/.test(message);

export const warn: Rule = {
  code: "warn",
  title: "A WARN fires",
  ids: ["6"],
  statement: "A WARN_ON() states what its author holds impossible: in a correct kernel it never fires.",
  source: "include/asm-generic/bug.h; fs/dax.c, mm/",
  detection: "the condition of a WARN_ON, WARN_ON_ONCE, VM_WARN_ON ... was true",
  level: "error",
  consequence: "The kernel prints a warning with a stack trace, and panics where panic_on_warn is set.",
  // Folio and page are one word: a conversion renames them.
  identity: (message) => message.replace(/folio|page/g, "page").replace(/[\s()]+/g, ""),
  onEvent(judge, event) {
    if (event.kind === "warn" && !event.text.startsWith(EXPECTATION) && !event.text.startsWith(IN_ATOMIC))
      judge.report({
        event,
        subject: event.about === null ? null : { ...event.about, fields: [] },
        message: `WARN: ${warnText(event.text)}`,
      });
  },
};

export const wrongOutcome: Rule = {
  code: "wrong-outcome",
  title: "A user sees something that must not be",
  ids: ["scenario"],
  statement:
    "What a program can see holds: the data it wrote, the error it must get, a call that comes back.",
  source: "the scenario's own expectation (emulator/reference/scenarios)",
  detection: "the scenario compares what it sees with what any correct kernel gives",
  level: "error",
  consequence: "A user of the kernel sees another result than the one that is promised.",
  onEvent(judge, event) {
    if (event.kind === "warn" && event.text.startsWith(EXPECTATION))
      judge.report({
        event,
        message: `does not hold: ${event.text.slice(EXPECTATION.length).trim()}`,
      });
  },
};

export const unlocked: Rule = {
  code: "used-unlocked",
  title: "What a lock guards is used without it",
  ids: ["6"],
  statement:
    "The mappings of a file are walked under its i_mmap_rwsem, which is held for writing to change them.",
  source: "include/linux/fs.h struct address_space; mm/rmap.c (lock ordering)",
  detection: "when the tree of a file's mappings is used by a task that does not hold the lock",
  level: "error",
  consequence: "Another task may change it meanwhile: what is found there may be gone, or is missed.",
  identity: (message) => message,
  onEvent(judge, event) {
    if (event.kind === "named" && event.name === "unlocked") judge.report({ event, message: event.text });
  },
};

export const sleptInAtomic: Rule = {
  code: "slept-in-atomic",
  title: "A task may sleep while it holds a spin lock",
  ids: ["6"],
  statement: "Who holds a spin lock, reads under RCU or has interrupts off calls nothing that may sleep.",
  source: "Documentation/locking/spinlocks.rst; kernel/sched/core.c __might_resched()",
  detection:
    "what may sleep was called in a run (a mutex, a semaphore, an allocation that may wait, a wait) by such a task",
  level: "error",
  consequence:
    "The processor may be given to a task that waits for the same lock: the machine hangs, or warns that it scheduled while atomic.",
  onEvent(judge, event) {
    if (event.kind === "warn" && event.text.startsWith(IN_ATOMIC))
      judge.report({
        event,
        message: `${event.text.slice(IN_ATOMIC.length).trim()}, under which nobody may sleep`,
      });
  },
};
