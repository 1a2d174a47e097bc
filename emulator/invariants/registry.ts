/**
 * The registry of all rules, whole: those of each watched kind, those about no thing, those judged at the end, those that
 * stop a run, and the one that needs none. Leaves out judging (scenario/runner.ts).
 */
import { FUNCTION_RULES } from "../function/rules.ts";
import { SUBJECTS } from "../subject/index.ts";
import type { Rule } from "../subject/rule.ts";
import { END_RULES } from "./at_end.ts";
import { deadCheck } from "./dead_check.ts";
import { sleptInAtomic, unlocked, warn, wrongOutcome } from "./reports.ts";
import { STOP_RULES } from "./stops.ts";

/** Rules about no thing. */
export const GENERAL_RULES: readonly Rule[] = [wrongOutcome, warn, sleptInAtomic, unlocked];

/** A rule as a reader sees it: what it sees when it judges is its own business. */
export type RuleFacts = Omit<Rule, "onEvent" | "onQuiesce">;

const WATCHING: readonly RuleFacts[] = [...SUBJECTS.flatMap((m) => m.rules), ...GENERAL_RULES];

/** Every rule; codes are unique. */
export const RULES: readonly RuleFacts[] = [...WATCHING, ...END_RULES, ...STOP_RULES, deadCheck];

const byCode = new Map([...FUNCTION_RULES, ...RULES].map((r) => [r.code, r]));
const ranks = new Map([...WATCHING, ...FUNCTION_RULES].map((r, i) => [r.code, i]));

/** The rule of a code; undefined for a stop that has none. */
export const ruleOf = (code: string): RuleFacts | undefined => byCode.get(code);

const ofThings = new Set(SUBJECTS.flatMap((m) => m.rules.map((r) => r.code)));

/**
 * The plain sentence of a fault: rules about watched things speak of pages by their numbers, so their title says it; what
 * ends a run as the kernel's log has it is put into words by its rule; the message of any other says what happened already.
 */
export const sentenceOf = (code: string, message: string): string => {
  const rule = ruleOf(code);
  return rule?.sentence?.(message) ?? (ofThings.has(code) ? (rule?.title ?? message) : message);
};

/** Which of two faults at one place is the one to tell: the lower rank. What is judged in the run comes first. */
export const rankOf = (code: string): number => ranks.get(code) ?? ranks.size;

/** What makes two violations the same. */
export function identityOf(code: string, message: string): string {
  const told = byCode.get(code)?.identity?.(message);
  return told === undefined ? code : `${code}:${told}`;
}

/** Whether two violations of one rule are of the same, and differ in the function that they name alone, or in their number. */
export function sameButNamed(code: string, one: string, other: string): boolean {
  const of = byCode.get(code)?.ofWhat;
  return of !== undefined && of(one) === of(other);
}

/** Whether a violation may be the last one told of more. */
export const mayBeMore = (code: string, message: string): boolean =>
  byCode.get(code)?.mayBeMore?.(message) === true;
