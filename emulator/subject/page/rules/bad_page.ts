/** What mm itself finds wrong with a page. Follows mm/page_alloc.c bad_page(). Not verified: what mm does not look at. */
import { describePfn, type PageRule } from "../judge.ts";

export const badPage: PageRule = {
  code: "bad-page",
  title: "mm finds a page in a bad state",
  ids: ["6"],
  statement: "A page that is freed or handed out has the state that mm expects.",
  source: "mm/page_alloc.c bad_page(), free_tail_page_prepare()",
  detection: "bad_page() is called",
  level: "error",
  consequence: 'The kernel prints "Bad page state" and withdraws the page.',
  onEvent(judge, event) {
    if (event.kind === "bad-page")
      judge.report({
        event,
        pfn: event.pfn,
        message: `bad page state of ${describePfn(judge.view, event.pfn)}: ${event.text}`,
      });
  },
};
