/**
 * The kernel's own complaints as violations: WARN_ON and family, bad_page(). Follows include/asm-generic/bug.h,
 * mm/page_alloc.c bad_page(). BUG() and VM_BUG_ON() are stops, not violations.
 */
import { describePfn, type Invariant } from "./invariant.ts";

export const warn: Invariant = {
  code: "warn",
  title: "A WARN fires",
  ids: ["6"],
  statement: "A WARN_ON() states what its author holds impossible: in a correct kernel it never fires.",
  eras: ["v6.12", "v6.15"],
  source: "include/asm-generic/bug.h; fs/dax.c, mm/",
  detection: "the condition of a WARN_ON, WARN_ON_ONCE, VM_WARN_ON ... was true",
  level: "error",
  onEvent(judge, event) {
    if (event.kind === "warn") judge.report({ event, message: `WARN: ${event.text}` });
  },
};

export const badPage: Invariant = {
  code: "bad-page",
  title: "mm finds a page in a bad state",
  ids: ["6"],
  statement: "A page that is freed or handed out has the state that mm expects.",
  eras: ["v6.12", "v6.15"],
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
