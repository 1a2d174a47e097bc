/**
 * The rules of function cases: what each kind of fault is called, says and rests on. Leaves out finding them (audit.ts,
 * calls.ts, run.ts, compare.ts).
 */
import type { StopRule } from "../invariants/stops.ts";
import type { FaultKind } from "./finding.ts";

const BOOKS = "the contracts of the functions that are called (emulator/contracts), each with its source";

function rule(
  code: FaultKind,
  title: string,
  statement: string,
  consequence: string,
  level: StopRule["level"] = "error",
  source = BOOKS,
): StopRule {
  return {
    code,
    title,
    ids: ["function"],
    statement,
    source,
    detection: "a changed function run path by path, its callees failing in turn, before and after",
    level,
    consequence,
  };
}

const C = "the C of the patched file";

/** The rules of function cases, in the order in which one is preferred to another on the same line. */
export const FUNCTION_RULES: readonly StopRule[] = [
  rule(
    "use-after-release",
    "Used after it was given back",
    "What was given back or freed on a path is not used afterwards on that path.",
    "The memory may belong to somebody else by then.",
  ),
  rule(
    "double-release",
    "Given back once too often",
    "What was taken once is given back once, release functions and cleanups included; what could not be taken is not given back.",
    "One too many frees or drops what somebody else holds.",
  ),
  rule(
    "freed-while-registered",
    "Freed while still registered",
    "An object that a core or a list knows is taken back from it before its memory goes.",
    "Whoever goes on from there reaches into freed memory.",
  ),
  rule(
    "null-dereference",
    "NULL is dereferenced",
    "A pointer that a callee may give as NULL is tested before it is used.",
    "The kernel oopses on this path.",
    "error",
    C,
  ),
  rule(
    "error-pointer-dereference",
    "An error pointer is used as a pointer",
    "A pointer that carries an error is not used, and not handed to a callee that uses it.",
    "The kernel oopses on this path.",
    "error",
    C,
  ),
  rule(
    "locked-twice",
    "A lock is taken that is held",
    "A lock that is held is not taken again by the same code.",
    "The task waits for itself for ever.",
  ),
  rule(
    "returned-locked",
    "A lock is held at the end",
    "A function gives up what it locked on every way out.",
    "Whoever takes it next, or waits for its end, waits for ever.",
  ),
  rule(
    "unlock-unheld",
    "A lock is given up that is not held",
    "A lock is given up once for each time it was taken.",
    "Others are let in where they must not be.",
  ),
  rule(
    "sleeps-in-atomic",
    "Sleeps where nobody may",
    "Under a spin lock, in an RCU read side, with interrupts, softirqs or preemption off, and in an interrupt nothing is called that may sleep.",
    "The processor may be given to a task that waits for the same lock: the machine hangs, or warns that it scheduled while atomic.",
    "error",
    "the functions that may sleep (emulator/contracts/sleeps.yaml), each by the documentation that says so",
  ),
  rule(
    "leaked",
    "Never given back",
    "What is taken on a path is given back, returned, stored in what outlives the call, or handed to a callee that takes it.",
    "It is lost each time this path is taken.",
  ),
  rule(
    "index-past-the-end",
    "An index past the end of an array",
    "An array whose length its type tells is indexed below that: by the turns of a loop, and by what a check lets through.",
    "What lies behind the array is read or written.",
    "error",
    C,
  ),
  rule(
    "past-its-memory",
    "Past the end of its memory",
    "What is read or written lies within the bytes that were asked for, and within the variable or the record that it is in.",
    "What is there belongs to somebody else: another object changes, or its bytes are taken for this one's.",
    "error",
    C,
  ),
  rule(
    "never-succeeds",
    "No way succeeds any more",
    "What can go well before a patch can after it, too.",
    "Whoever calls it is told of a failure each time, or it goes wrong: a test may be the wrong way round.",
    "error",
    C,
  ),
  rule(
    "left-running",
    "Still able to run at the end",
    "A work item, timer or tasklet is stopped and waited for before what it works on goes.",
    "It may run when its memory and its code are gone.",
  ),
  rule(
    "copied-uninitialised",
    "Bytes that nobody wrote leave the kernel",
    "All bytes of what is copied out were written, padding included.",
    "Old contents of kernel memory reach user space.",
    "error",
    C,
  ),
  rule(
    "uninitialised",
    "Read before it is written",
    "A variable is written before it is read.",
    "What happens depends on what lay there.",
    "warning",
    C,
  ),
  rule(
    "error-lost",
    "A failure is told as success",
    "A function whose callee failed on the way says so, where its other side does; an error that is put in a variable is read.",
    "Whoever called goes on with something that is half set up.",
    "warning",
    C,
  ),
  rule(
    "unused-label",
    "A label that nothing jumps to",
    "Every label of a function is jumped to from somewhere in it.",
    "The compiler warns, and a way out of a failure is not taken.",
    "warning",
    C,
  ),
  rule(
    "empty-body",
    "A test that decides nothing",
    "What is done when a test holds stands behind it; a semicolon alone is nothing.",
    "The compiler warns (-Wempty-body), and what the test was for is not done.",
    "warning",
    C,
  ),
  rule(
    "does-not-build",
    "A name that nothing declares, a jump to no label, or a call with too few or too many arguments",
    "The patched file compiles.",
    "The patch does not build.",
    "error",
    C,
  ),
];
