/**
 * What the runs of a mail would notice, told: each mistake that was tried, and the finding that it brings or why there is none.
 * As text of at most 80 columns and as JSON. Leaves out trying them (server/mutate).
 */
import { basename } from "node:path";
import type { Fate, Mutated, Tried } from "../mutate/try.ts";
import { painter } from "./paint.ts";
import { jsonText, terminalData, wrap } from "./text.ts";
import { plural, saidOf } from "./words.ts";

const WIDTH = 80;

const WORDS: Readonly<Record<Fate, readonly [string, "green" | "red" | "yellow"]>> = {
  noticed: ["NOTICED", "green"],
  unnoticed: ["NOT NOTICED", "red"],
  unreached: ["NOT RUN", "yellow"],
  "no-verdict": ["NOT MODELLED", "yellow"],
};

const count = (of: Mutated, fate: Fate): number => of.tried.filter((t) => t.fate === fate).length;

/** "7 of 10 mistakes would be noticed; 2 would not, although what is around them runs; 1 is where nothing runs" */
export function mutatedSentence(of: Mutated): string {
  const [unnoticed, unreached, none] = [
    count(of, "unnoticed"),
    count(of, "unreached"),
    count(of, "no-verdict"),
  ];
  const rest = [
    unnoticed > 0
      ? `${unnoticed} would not, although what is around ${unnoticed === 1 ? "it" : "them"} runs`
      : "",
    unreached > 0 ? `${unreached} ${unreached === 1 ? "is" : "are"} where nothing runs` : "",
    none > 0 ? `with ${none} nothing can be judged` : "",
  ].filter((s) => s !== "");
  const head = `${count(of, "noticed")} of ${plural(of.tried.length, "mistake")} would be noticed`;
  return [head, ...rest].join("; ");
}

/** The mistake in words: "without: put_page(page);" */
const mistake = ({ mutant }: Tried): string =>
  mutant.how === "without"
    ? `without: ${mutant.code}`
    : mutant.how === "turned"
      ? `turned round: ${mutant.code}`
      : `the other way round: ${mutant.code}`;

/** Why it is said: sentences, the numbers last. */
function because(t: Tried): string[] {
  switch (t.fate) {
    case "noticed": {
      const { code, message } = t.by!;
      const [what, ...rest] = saidOf(t.by!);
      const numbers = rest.includes(message) ? [message] : [];
      if (!t.lost) return [`${what} (${code})`, ...numbers];
      const gone =
        t.by!.verdict === "fixed" ? "no longer mended" : "what the mail breaks is not broken any more";
      return [`${gone}: ${what} (${code})`, ...numbers];
    }
    case "unnoticed":
      return ["what runs there holds with it, too: a clean review says little of this line"];
    case "unreached":
      return ["no run comes to its line: a clean review says nothing of it"];
    case "no-verdict":
      return [t.reason === "" ? "it may not compile" : t.reason];
  }
}

/** The report for a terminal; with `beside` for an editor, which breaks lines as it is wide and has the mail beside it. */
export function mutatedText(
  given: Mutated,
  style: { readonly color: boolean; readonly beside?: boolean },
): string {
  const paint = painter(style.color);
  const path = terminalData(given.doc.path);
  const width = style.beside === true ? Number.POSITIVE_INFINITY : WIDTH;
  const place = (line: number): string => (style.beside === true ? `line ${line}` : `${path}:${line}`);
  const out = [
    ...wrap(`${basename(path)}: ${mutatedSentence(given)}`, width, "    ").map((l) => paint(l, "bold")),
  ];
  if (given.known > given.tried.length)
    out.push(
      ...wrap(
        `tried were ${given.tried.length} of ${given.known} that the added lines have room for; --mutants N tries more`,
        width - 2,
        "  ",
      ).map((l) => `  ${l}`),
    );
  out.push("");
  for (const t of given.tried) {
    const [word, color] = WORDS[t.fate];
    const head = wrap(terminalData(mistake(t)), width - word.length - 3, "    ");
    out.push(
      `  ${paint(word, color)} ${paint(head[0] ?? "", "bold")}`,
      ...head.slice(1).map((l) => `    ${l}`),
      `    ${place(t.mutant.docLine)}`,
      ...because(t).flatMap((text) => wrap(terminalData(text), width - 4, "  ").map((l) => `    ${l}`)),
    );
    if (t.by !== null && t.by.scenario !== "")
      out.push(
        ...wrap(`scenario ${terminalData(t.by.scenario)}`, width - 4, "  ").map((l) =>
          paint(`    ${l}`, "dim"),
        ),
      );
    out.push("");
  }
  return `${out.join("\n").trimEnd()}\n`;
}

/** The same as plain data. */
export function mutatedJson(of: Mutated): string {
  return `${jsonText(
    {
      version: 1,
      input: of.doc.path,
      known: of.known,
      noticed: count(of, "noticed"),
      mutants: of.tried.map((t) => ({
        patch: t.mutant.patch,
        docLine: t.mutant.docLine,
        how: t.mutant.how,
        code: t.mutant.code,
        fate: t.fate,
        ...(t.by === null
          ? {}
          : {
              finding: {
                code: t.by.code,
                message: t.by.message,
                scenario: t.by.scenario,
                gone: t.lost,
              },
            }),
        ...(t.reason === "" ? {} : { reason: t.reason }),
      })),
    },
    2,
  )}\n`;
}
