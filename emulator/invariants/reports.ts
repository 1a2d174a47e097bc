/**
 * The kernel's own complaints as violations: WARN_ON and family, bad_page(). Follows include/asm-generic/bug.h,
 * mm/page_alloc.c bad_page(). BUG() and VM_BUG_ON() are stops, not violations.
 */
import { describePfn, type Invariant } from "./invariant.ts";

/** How scenarios mark a condition of their own (SC_EXPECT in scenarios/scenario.h). */
const EXPECTATION = "scenario: not so:";

export const warn: Invariant = {
  code: "warn",
  title: "A WARN fires",
  ids: ["6"],
  statement: "A WARN_ON() states what its author holds impossible: in a correct kernel it never fires.",
  source: "include/asm-generic/bug.h; fs/dax.c, mm/",
  detection: "the condition of a WARN_ON, WARN_ON_ONCE, VM_WARN_ON ... was true",
  level: "error",
  onEvent(judge, event) {
    if (event.kind === "warn" && !event.text.startsWith(EXPECTATION))
      judge.report({ event, pfn: event.pfn, message: `WARN: ${event.text}` });
  },
};

export const wrongOutcome: Invariant = {
  code: "wrong-outcome",
  title: "A user sees something that must not be",
  ids: ["scenario"],
  statement:
    "What a program can see holds: the data it wrote, the error it must get, a call that comes back.",
  source: "the scenario's own expectation (emulator/reference/scenarios)",
  detection: "the scenario compares what it sees with what any correct kernel gives",
  level: "error",
  onEvent(judge, event) {
    if (event.kind === "warn" && event.text.startsWith(EXPECTATION))
      judge.report({
        event,
        message: `expected of any kernel: ${event.text.slice(EXPECTATION.length).trim()}`,
      });
  },
};

export const badPage: Invariant = {
  code: "bad-page",
  title: "mm finds a page in a bad state",
  ids: ["6"],
  statement: "A page that is freed or handed out has the state that mm expects.",
  source: "mm/page_alloc.c bad_page(), free_tail_page_prepare()",
  detection: "bad_page() is called",
  level: "error",
  onEvent(judge, event) {
    if (event.kind === "bad-page")
      judge.report({
        event,
        pfn: event.pfn,
        message: `bad page state of ${describePfn(judge.view, event.pfn)}: ${event.text}`,
      });
  },
};
