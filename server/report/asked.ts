/**
 * What a thread says of a patch, put to the runs: a remark that speaks of a leak, a wake-up, a lock is laid beside the rules that
 * watch such things, in the function that the remark is about. The answer is a run that shows it, or how many runs do not, or
 * that nothing ran; never "no": what did not show may still be so. Leaves out reading remarks (diff/comments.ts), and the
 * meaning of sentences: a remark is taken by the words that it uses, and words that name no kind of fault have no answer.
 */
import { FUNCTION_RULES } from "../../emulator/function/rules.ts";
import { ruleOf, sentenceOf } from "../../emulator/invariants/registry.ts";
import { eraFromName, inSpan } from "../../emulator/kernel/era.ts";
import type { Comment, ParsedDocument, Patch } from "../mail/types.ts";
import { isOwnRun } from "../review/finding.ts";
import { type Finding, type FunctionFacts, isJudged, type ReviewResult, type Run } from "../review/types.ts";
import { verdictText } from "./words.ts";

/** A kind of fault that people speak of, the words that they use, and the rules that watch it. */
interface Kind {
  /** After "speaks of": "a leak". */
  readonly about: string;
  readonly words: RegExp;
  readonly codes: readonly string[];
}

/** The first kind whose words a sentence has is what it speaks of: what is told most closely comes first. */
export const KINDS: readonly Kind[] = [
  {
    about: "use after free",
    words: /\buse[- ]after[- ]free\b|\bUAF\b|\bdangling\b|\bfreed while\b|\balready (?:been )?freed\b/i,
    codes: [
      "use-after-free",
      "freed-while-busy",
      "freed-while-registered",
      "freed-in-table",
      "use-after-release",
      "bad-page",
    ],
  },
  {
    about: "something given back twice",
    words:
      /\bdouble[- ](?:free|put|release)\b|\b(?:freed|put|dropped|released) (?:twice|multiple times)\b|\bunderflow|\bextra put\b/i,
    codes: ["folio-ref-underflow", "double-release", "share-count", "use-after-free"],
  },
  {
    about: "a leak",
    words:
      /\bleak(?:s|ed|ing)?\b|\bmissing (?:a )?(?:put\b|put_|(?:[a-z]{1,12}_){1,4}put\b)|\bnever (?:freed|released|put|dropped|given back)\b/i,
    codes: [
      "folio-ref-leak",
      "leaked-object",
      "leaked",
      "share-count",
      "entry-left-locked",
      "lock-held",
      "returned-locked",
    ],
  },
  {
    about: "a wake-up that is missed",
    words:
      /\b(?:lost|missed|missing|no) wake-?ups?\b|\bwak(?:e|es|ing) up (?:anybody|anyone|nobody)\b|\b(?:isn't|not|never) (?:being )?wok/i,
    codes: ["lost-wakeup", "deadlock"],
  },
  {
    about: "a task that waits for ever",
    words: /\bdead-?lock|\bhangs?\b|\bhung\b|\block-?ups?\b|\bwaits? for ?ever\b|\bstuck\b/i,
    codes: ["deadlock", "lost-wakeup", "locked-twice"],
  },
  {
    about: "sleeping where that is not allowed",
    words:
      /\b(?:sleep|schedul|block)\w{0,4} (?:in|from|under|inside) (?:an? |the )?(?:atomic|spin-?lock|rcu|irq|interrupt|softirq)|\bGFP_KERNEL (?:\w{1,12} ){0,3}(?:under|in|with|inside|while) |\b(?:can|may|might|could|cannot|can't|mustn't|must not) sleep\b|\bscheduling while atomic\b/i,
    codes: ["sleeps-in-atomic", "slept-in-atomic"],
  },
  {
    about: "a lock",
    words:
      /\block(?:ing)? imbalance\b|\bmissing (?:un)?lock|\bwithout (?:holding )?(?:the |a |any )?[\w ]{0,24}\block\b|\bunlocked twice\b|\b(?:return(?:s|ed)?|left|stays?|remains?|still) (?:locked|held)\b|\bleav(?:e|es|ing) (?:[\w>.-]{1,24} ){1,4}(?:(?:un)?locked|held)\b|\b(?:forgets?|forgot|need|needs|have|has) to unlock\b|\bnever unlock|\blocked entry\b|\b(?:return|exit|leave|bail)\w{0,3} (?:\w{1,12} ){0,2}(?:with|while) [^.?!]{1,48} (?:held|locked|taken)\b|\b(?:still|while) hold(?:s|ing)\b[^.?!]{0,32}(?:lock|mutex|semaphore|rwsem)/i,
    codes: ["lock-held", "lock-misuse", "locked-twice", "returned-locked", "entry-left-locked"],
  },
  {
    about: "a NULL pointer or a crash",
    words:
      /\bnull (?:pointer|deref)|\bderef\w* (?:a )?null\b|\bis null here\b|\bcrash(?:es|ed)?\b|\boops(?:es|ed)\b/i,
    codes: ["oops", "general-protection", "null-dereference", "error-pointer-dereference", "bug"],
  },
  {
    about: "a value that was never written",
    words: /\buninitiali[sz]ed\b|\bnot initiali[sz]ed\b/i,
    codes: ["uninitialised-read", "uninitialised", "copied-uninitialised"],
  },
  {
    about: "an access out of bounds",
    words: /\bout[- ]of[- ]bounds?\b|\boverflows?\b|\bOOB\b/i,
    codes: ["out-of-bounds", "index-past-the-end", "past-its-memory"],
  },
  {
    about: "statistics",
    words:
      /\bN(?:R|UMA)_[A-Z_]+\b|\bstat(?:istic)?s? (?:drift|is|are|gets?) (?:wrong|off)\b|\bnr_pmdmapped\b|\bwrong accounting\b/i,
    codes: ["stat-drift"],
  },
  {
    about: "a warning",
    words: /\bWARN(?:_ON|_ON_ONCE)?\b|\b(?:VM_)?BUG_ON\b/,
    codes: ["warn", "bug", "dead-check"],
  },
  {
    about: "a map count",
    words: /\bmapcount\b/i,
    codes: ["mapcount-mismatch"],
  },
  {
    about: "->share",
    words: /->share\b|\bshare count\b|\bpage_share_\w+|\bmake_shared\b/i,
    codes: ["share-count", "share-under-mapping"],
  },
  {
    about: "->mapping",
    words: /->mapping\b/i,
    codes: ["stale-mapping", "foreign-mapping", "anon-mapping-bit", "leaf-before-mapping"],
  },
  {
    about: "->index",
    words: /->index\b/i,
    codes: ["wrong-index"],
  },
  {
    about: "a page-table entry",
    words: /\bstale (?:pte|pmd|tlb)\b|\b(?:pte|pmd)s? (?:stays?|remains?|left|is still) /i,
    codes: ["stale-pte", "writable-private", "writable-clean"],
  },
  {
    about: "the state of a compound page",
    words: /\b(?:stale|wrong|left(?:over)?) (?:\w+ )?(?:order|compound|head)\b|\bcompound_head\b/i,
    codes: ["stale-compound", "stale-order", "stale-head", "pgmap-of-tail", "shared-struct-page"],
  },
  {
    about: "the zero page",
    words: /\bzero (?:page|folio|pfn)\b/i,
    codes: ["zero-page-write"],
  },
  {
    about: "a long-term pin",
    words: /\blong[- ]?term\b/i,
    codes: ["longterm-pin"],
  },
  {
    about: "references",
    words:
      /\bref(?:erence)?[- _]?counts?\b|\brefcount(?:s|ed|ing)?\b|\b(?:elevated|extra|page|last|lost) ref(?:erence)?s?\b/i,
    codes: [
      "folio-ref-leak",
      "folio-ref-underflow",
      "ref-from-zero",
      "freed-while-busy",
      "leaked-object",
      "leaked",
    ],
  },
];

/** A remark, what it speaks of, and what the runs say. */
export interface Asked {
  readonly patch: number;
  /** Where the remark stands. */
  readonly docLine: number;
  readonly author: string;
  /** The words that were taken: a part of the remark's own text, at most QUOTE_MAX characters. */
  readonly quote: string;
  readonly about: string;
  readonly codes: readonly string[];
  /** The function that the remark is about; "" for the patch as a whole. */
  readonly fn: string;
  readonly answer: "shown" | "not shown" | "not run";
  /** Runs that came through that function, or that the patch had. */
  readonly runs: number;
  /** The finding that shows it: a number into the result's findings. */
  readonly finding?: number;
  /** The answer for a reader. */
  readonly text: string;
}

const QUOTE_MAX = 160;
/** Remarks that are looked at, of a document. */
const REMARKS_MAX = 2000;
/** Of a remark, that much is read (characters). */
const TEXT_MAX = 4000;

/** Answers in the order of the remarks in the document; none for a patch that has not run. */
export function askedOf(doc: Pick<ParsedDocument, "patches">, result: ReviewResult): Asked[] {
  const out: Asked[] = [];
  const planned = new Set([...result.plans.map((p) => p.patch), ...result.runs.map((r) => r.patch)]);
  let read = 0;
  for (const [index, patch] of doc.patches.entries()) {
    if (!planned.has(index)) continue;
    const functions = result.functions.filter((f) => f.patch === index);
    const remarks = [
      ...patch.comments.map((c) => ({ remark: c, at: functionAt(functions, patch, c) })),
      ...patch.remarks.map((remark) => ({ remark, at: undefined })),
    ];
    for (const { remark, at } of remarks) {
      if (++read > REMARKS_MAX) return out;
      const named = namedIn(remark.text);
      if (named !== undefined)
        out.push({
          patch: index,
          docLine: remark.docLine,
          author: remark.author,
          ...named,
          ...answerOf(doc, result, index, named, at),
        });
    }
  }
  return out.sort((a, b) => a.docLine - b.docLine);
}

/** What a remark speaks of: its first sentence that names a kind of fault. */
function namedIn(remark: string): Pick<Asked, "quote" | "about" | "codes"> | undefined {
  // A patch that is sent along in an answer is read as a patch, not as words.
  const words = remark.slice(0, TEXT_MAX).split(/^(?:diff --git |@@ |Subject: )/m, 1)[0]!;
  const text = words.replace(/\s+/g, " ").trim();
  for (const sentence of text.split(/(?<=[.?!]) /)) {
    const kind = KINDS.find((k) => k.words.test(sentence));
    if (kind === undefined) continue;
    const quote = around(sentence, sentence.search(kind.words));
    return { quote, about: kind.about, codes: kind.codes };
  }
  return undefined;
}

/** A sentence, or the part of a long one that has this place in it. */
function around(sentence: string, at: number): string {
  if (sentence.length <= QUOTE_MAX) return sentence;
  const from = at < QUOTE_MAX - 40 ? 0 : sentence.indexOf(" ", at - QUOTE_MAX / 2) + 1;
  const cut = sentence.slice(from, from + QUOTE_MAX - 6).trimEnd();
  return `${from > 0 ? "..." : ""}${cut}${from + QUOTE_MAX - 6 < sentence.length ? "..." : ""}`;
}

/** The function whose lines the remark follows; else the only one of its hunk. */
function functionAt(
  functions: readonly FunctionFacts[],
  patch: Patch,
  c: Comment,
): FunctionFacts | undefined {
  const over = (from: number, to: number): FunctionFacts[] =>
    functions.filter((f) => f.docLine > 0 && f.docLine <= to && f.endDocLine >= from);
  const exact = over(c.anchorDocLine, c.anchorDocLine);
  if (exact.length > 0) return exact[0];
  const lines = patch.files[c.file]?.hunks[c.hunk]?.lines ?? [];
  const near = over(lines[0]?.docLine ?? 0, lines.at(-1)?.docLine ?? 0);
  return new Set(near.map((f) => f.name)).size === 1 ? near[0] : undefined;
}

function answerOf(
  doc: Pick<ParsedDocument, "patches">,
  result: ReviewResult,
  patch: number,
  { about, codes }: Pick<Asked, "about" | "codes">,
  at: FunctionFacts | undefined,
): Pick<Asked, "fn" | "answer" | "runs" | "finding" | "text"> {
  const fn = at?.name ?? "";
  const all = result.runs.filter((r) => r.patch === patch);
  const through = at === undefined ? all : all.filter((r) => r.functions.some((f) => f.name === at.name));
  const told = through.filter((r) => isJudged(r.verdict));
  const index = loudest(result.findings, patch, codes, at);
  const head = `The remark speaks of ${about}. `;
  if (index !== undefined) {
    const found = result.findings[index]!;
    const where = at === undefined || isIn(found, at) ? "" : ", in another place of the patch";
    return {
      fn,
      answer: "shown",
      runs: told.length,
      finding: index,
      text: `${head}A run shows a fault of that kind${where}, ${verdictText(doc, found)}: ${sentenceOf(found.code, found.message)} (${found.code}, ${found.scenario}).`,
    };
  }
  if (told.length === 0) {
    const why = at !== undefined && !at.executed && at.reason !== "" ? `: ${at.reason}` : "";
    const what = fn === "" ? "the patch" : `${fn}()`;
    return {
      fn,
      answer: "not run",
      runs: 0,
      text: `${head}No run can say: none that was judged came through ${what}${why}.`,
    };
  }
  const watched = codes.filter((code) => told.some((run) => watches(code, run)));
  if (watched.length === 0)
    return { fn, answer: "not run", runs: 0, text: `${head}No rule that holds in these runs watches that.` };
  const runs = told.length === 1 ? "1 run" : `${told.length} runs`;
  const came = fn === "" ? "of the patch" : `through ${fn}()`;
  return {
    fn,
    answer: "not shown",
    runs: told.length,
    text: `${head}${runs} ${came} ${told.length === 1 ? "shows" : "show"} no fault of that kind (watched: ${watched.join(", ")}). What was not run may.`,
  };
}

/** Whether a rule judged a run: function cases have rules of their own beside what stops any run. */
function watches(code: string, run: Run): boolean {
  const ofFunctions = FUNCTION_RULES.some((r) => r.code === code);
  if (isOwnRun(run.scenario)) return ofFunctions;
  const rule = ruleOf(code);
  return (
    !ofFunctions &&
    rule !== undefined &&
    run.era.split("/").some((name) => {
      const era = eraFromName(name);
      return era !== null && inSpan(era, rule);
    })
  );
}

const LOUDEST = ["new", "fixed-later", "fixed", "already"];

/** The finding that answers: of the function before others of the patch, new before what was so before. */
function loudest(
  findings: readonly Finding[],
  patch: number,
  codes: readonly string[],
  at: FunctionFacts | undefined,
): number | undefined {
  let best: number | undefined;
  let rank = Number.POSITIVE_INFINITY;
  for (const [i, f] of findings.entries()) {
    if (f.patch !== patch || !(codes.includes(f.code) || f.consequences.some((c) => codes.includes(c.code))))
      continue;
    const verdict = LOUDEST.indexOf(f.verdict);
    const elsewhere = at !== undefined && !isIn(f, at);
    // What was so before, in another place, is not what the remark is about.
    if (verdict < 0 || (elsewhere && verdict > 1)) continue;
    const mine = (elsewhere ? 10 : 0) + verdict * 2 + (codes.includes(f.code) ? 0 : 1);
    if (mine < rank) [best, rank] = [i, mine];
  }
  return best;
}

const isIn = (f: Finding, at: FunctionFacts): boolean =>
  f.docLine >= at.docLine && f.docLine <= at.endDocLine;
