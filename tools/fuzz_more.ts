/**
 * Further surfaces of `npm run fuzz`: scenario files, mailboxes, two versions of a series, and every form of a report. Leaves
 * out running, counting and saving (fuzz.ts).
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NEWEST_ERA } from "../emulator/kernel/era.ts";
import { buildKernelImage } from "../emulator/kernel.ts";
import { findingChanges } from "../server/compare/findings.ts";
import { pairsOf, versionsOf } from "../server/compare/versions.ts";
import { FileProblem } from "../server/files.ts";
import { threadOf } from "../server/mail/box.ts";
import { parseDocument } from "../server/parse.ts";
import { type Compared, comparedJson, comparedMarkdown, comparedText } from "../server/report/compared.ts";
import { FORMATS } from "../server/report/formats.ts";
import { STEPS } from "../server/scenarios/language.ts";
import { readScenario } from "../server/scenarios/read.ts";
import { scenarioUnits } from "../server/scenarios/to_c.ts";
import { fakeInTree, fakeReview } from "../test/support/fake_review.ts";
import { mutateMail, type Random } from "../test/support/fuzz_mail.ts";
import { HOSTILE, obeyed, spoil } from "../test/support/hostile_text.ts";

export interface Outcome {
  readonly input: string | Uint8Array;
  readonly problem: string;
}

/** One of a list, by the seed. */
export const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!;

const YAML_WORDS = [
  "&a [*a, *a]",
  "*a",
  "<<: *a",
  "!!js/function x",
  "!!binary aGVsbG8=",
  "? [a]",
  "{".repeat(30),
  "[[[[[[[[[[",
  "|\n  x",
  ">-",
  '"%s%n%d\\"',
  "'\u202e'",
  "__proto__: 1",
  "constructor: x",
  "1e999",
  "0x7fffffffffffffff",
  "-9223372036854775808",
  "1 << 63",
  "refs(A, 0) / 0",
  "((((((((((1))))))))))",
  "n ? n : n",
  "*/ x /*",
  "\\",
  '"\\"); panic("x"); ("',
  "---",
  "...",
  "#",
  "\t",
  "~",
];

const NAMES = [...Object.keys(STEPS), "- store", "machine", "let", "faults"];

/** A line up to its first colon. */
const fieldOf = (line: string): string => line.split(":", 1)[0]!;

/** A scenario file with lines doubled, dropped, swapped, cut, and values that are none. */
function mutateYaml(text: string, random: Random): string {
  const lines = text.split("\n");
  for (let i = 1 + random(6); i > 0; i--) {
    const at = random(lines.length);
    const line = lines[at] ?? "";
    switch (random(7)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, line);
        break;
      case 2:
        lines[at] = `${fieldOf(line)}: ${pick(random, YAML_WORDS)}`;
        break;
      case 3:
        lines[at] = `${" ".repeat(random(9))}${line.trim()}`;
        break;
      case 4:
        lines[at] =
          `${" ".repeat(line.search(/\S|$/))}${pick(random, NAMES)}${line.slice(fieldOf(line).length)}`;
        break;
      case 5:
        lines[at] = line + pick(random, YAML_WORDS);
        break;
      default:
        lines[at] = `${fieldOf(line)}: ${JSON.stringify(pick(random, Object.values(HOSTILE)))}`;
    }
  }
  return lines.join("\n");
}

/** A file is read or refused in sentences; the C of one that is read can be linked. */
export function fuzzScenario(texts: readonly string[], random: Random): Outcome {
  const input = mutateYaml(pick(random, texts), random);
  const { file, problems } = readScenario(input, "fuzz.scenario.yaml");
  for (const p of problems) if (p.line < 0) return { input, problem: "a line below 0" };
  if (file === null) return { input, problem: problems.length > 0 ? "" : "neither a file nor a problem" };
  const units = scenarioUnits([file], NEWEST_ERA);
  if (random(8) > 0) return { input, problem: "" };
  const wrong = buildKernelImage(NEWEST_ERA, [], undefined, units).errors[0];
  return { input, problem: wrong === undefined ? "" : `the scenario's C: ${wrong.message}` };
}

/** A mailbox or maildir of such mails: a thread or a sentence. */
export async function fuzzBox(mails: readonly Buffer[], scratch: string, random: Random): Promise<Outcome> {
  const made = Array.from({ length: 1 + random(5) }, () =>
    mutateMail(pick(random, mails), pick(random, mails), random),
  );
  const id =
    parseDocument(pick(random, made), "x").messages[0]?.messageId ?? pick(random, ["", "x@y", "<<>>"]);
  const box = join(scratch, "box");
  rmSync(box, { recursive: true, force: true });
  const input = Buffer.concat(made.flatMap((m) => [Buffer.from("From a@b.c Thu Jan  1 00:00:00 1970\n"), m]));
  if (random(2) === 0) writeFileSync(box, input);
  else {
    mkdirSync(join(box, "cur"), { recursive: true });
    for (const [i, m] of made.entries()) writeFileSync(join(box, "cur", String(i)), m);
  }
  try {
    parseDocument(await threadOf(box, id), "box");
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
  }
  return { input, problem: "" };
}

/** Every form of a report of such a mail, and two such versions compared: nothing that is obeyed goes out. */
export function fuzzShown(mails: readonly Buffer[], random: Random): Outcome {
  const [one, two] = [0, 1].map(() => mutateMail(pick(random, mails), pick(random, mails), random)) as [
    Buffer,
    Buffer,
  ];
  const evil = pick(random, Object.values(HOSTILE));
  const reviewed = (input: Uint8Array) => {
    const doc = parseDocument(input, `x/${evil}.eml`);
    const made = fakeInTree(doc, fakeReview(doc, "1"), "/linux");
    return { doc, result: random(2) === 0 ? spoil(made, evil) : made };
  };
  const [a, b] = [reviewed(one), reviewed(two)];
  const style = { color: false, all: true, coverage: true };
  const said = FORMATS.map((f): [string, string] => [
    f.name,
    f.write({ ...a, chosen: a.doc.patches.map((p) => p.index), style }),
  ]);
  const [before, after] = [versionsOf(a.doc)[0], versionsOf(b.doc)[0]];
  if (before !== undefined && after !== undefined) {
    const pairs = pairsOf(before, after);
    const side = (v: typeof before, { doc, result }: typeof a) => ({
      name: doc.path,
      version: v.name,
      patches: v.patches.length,
      result,
    });
    const compared: Compared = {
      before: side(before, a),
      after: side(after, b),
      pairs,
      changes: findingChanges(
        pairs,
        { version: before, result: a.result },
        { version: after, result: b.result },
      ),
      reused: [],
      notes: [evil],
    };
    said.push(
      ["compare text", comparedText(compared, style)],
      ["compare json", comparedJson(compared)],
      ["compare markdown", comparedMarkdown(compared)],
    );
  }
  const wrong = said.map(([name, text]) => [name, obeyed(text, true)]).find(([, bad]) => bad !== "");
  return { input: Buffer.concat([one, two]), problem: wrong === undefined ? "" : wrong.join(": ") };
}
