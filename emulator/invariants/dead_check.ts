/**
 * A comparison that its types decide. The one rule that needs no run: it is found when the code is compiled
 * (c/dead_check.ts). Not verified: what only the flow decides.
 */
import type { StopRule } from "./stops.ts";

export const deadCheck: StopRule = {
  code: "dead-check",
  title: "A check can never be true, or never false",
  ids: ["types"],
  statement:
    "A comparison that its operands' types decide says nothing at run time; what it was meant to catch goes unseen.",
  source: "the code of the patch",
  detection: "when a function is compiled: comparisons of a type with a value that it cannot have",
  level: "warning",
  consequence: "The check reads as if it guarded something, and guards nothing.",
};
