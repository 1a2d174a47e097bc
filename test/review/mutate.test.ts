/**
 * Mistakes that are put into a mail, one at a time: which there are, which are tried, and whether its runs notice them.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { runMutate } from "../../server/cli_mutate.ts";
import type { JobOutcome } from "../../server/emulation/job.ts";
import { mutateBeside } from "../../server/mutate/beside.ts";
import { chosen, mutantsOf, withMutant } from "../../server/mutate/mutants.ts";
import { fateOf } from "../../server/mutate/try.ts";
import { parseDocument } from "../../server/parse.ts";
import type { Finding, ReviewResult } from "../../server/review/types.ts";
import { heard } from "../support/heard.ts";
import { root } from "../support/paths.ts";

const mail = (lines: string[]): string =>
  [
    "From: A <a@example.org>",
    "Subject: [PATCH] x",
    "",
    "Words.",
    "---",
    "diff --git a/drivers/x.c b/drivers/x.c",
    "--- a/drivers/x.c",
    "+++ b/drivers/x.c",
    `@@ -10,2 +10,${2 + lines.length} @@ int f(struct x *x)`,
    " {",
    ...lines.map((l) => `+${l}`),
    " }",
    "",
  ].join("\n");

function told(lines: string[]): string[] {
  const doc = parseDocument(mail(lines), "m");
  return mutantsOf(doc, doc.patches).map((m) => `${m.how}: ${m.code}`);
}

test("statements, conditions and pairs of calls of the added lines; no declarations, no words, no halves of statements", () => {
  assert.deepEqual(told(["\tmutex_lock(&x->lock);", "\tx->users++;", "\tmutex_unlock(&x->lock);"]), [
    "without: mutex_lock(&x->lock);",
    "without: x->users++;",
    "without: mutex_unlock(&x->lock);",
  ]);
  assert.deepEqual(told(["\tput_device(x->dev);", "\tkfree(x);"]), [
    "without: put_device(x->dev);",
    "swapped: put_device(x->dev); kfree(x);",
    "without: kfree(x);",
  ]);
  assert.deepEqual(told(["\tif (ret)", "\t\tgoto err;", "\tx->n = 3;", "\treturn -EINVAL;"]), [
    "turned: if (ret)",
    "without: goto err;",
    "without: x->n = 3;",
    "without: return -EINVAL;",
  ]);
  assert.deepEqual(
    told([
      "\tint ret = f(x);",
      "\tstruct y *y;",
      "\tmytype_t z = 0;",
      "\t/* put_device(x); */",
      "\tret = g(x,",
      "\t\tput(y));",
      '\tdev_err(x->dev, "no\\n");',
      "\tif (a &&",
      "\t    put(b))",
      "\t\tc(x);",
    ]),
    [],
    "the last call stands behind a condition of two lines: what it belongs to is not told",
  );
});

test("a mutant changes its lines and nothing else, counts stay", () => {
  const doc = parseDocument(mail(["\tput_device(x->dev);", "\tkfree(x);"]), "m");
  const [without, swapped] = mutantsOf(doc, doc.patches);
  const lines = withMutant(doc, without!).split("\n");
  assert.deepEqual(
    lines.filter((l, i) => l !== doc.lines[i]),
    ["+\t;"],
  );
  const other = parseDocument(withMutant(doc, swapped!), "m");
  assert.deepEqual(
    other.patches[0]!.files[0]!.hunks[0]!.lines.map((l) => l.kind + l.text),
    [" {", "+\tkfree(x);", "+\tput_device(x->dev);", " }"],
  );
  assert.deepEqual(other.problems, []);
  // A quoted diff has markers in front.
  const quoted = parseDocument(
    `${mail(["\tkfree(x);"]).split("---\ndiff")[0]}> diff${mail(["\tkfree(x);"])
      .split("---\ndiff")[1]!
      .replace(/\n(?=.)/g, "\n> ")}`,
    "q",
  );
  const [m] = mutantsOf(quoted, quoted.patches);
  assert.deepEqual([...m!.edits.values()], ["> +\t;"]);
});

test("what is taken and given back is tried first, and the rest evenly", () => {
  const doc = parseDocument(
    mail([
      ...Array.from({ length: 6 }, (_, i) => `\tx->n = ${i};`),
      "\tif (x->n)",
      "\t\treturn 0;",
      "\tkfree(x);",
    ]),
    "m",
  );
  const all = mutantsOf(doc, doc.patches);
  const codes = (max: number): string[] => chosen(all, max).map((m) => m.code);
  assert.deepEqual(codes(1), ["kfree(x);"]);
  assert.deepEqual(codes(3), ["if (x->n)", "return 0;", "kfree(x);"]);
  assert.deepEqual(codes(5), ["x->n = 0;", "x->n = 3;", "if (x->n)", "return 0;", "kfree(x);"]);
  assert.equal(chosen(all, 100).length, 9);
});

test("a mutant is noticed by a finding that comes or goes, and by nothing else", () => {
  const doc = parseDocument(mail(["\tkfree(x);"]), "m");
  const [mutant] = mutantsOf(doc, doc.patches);
  const finding = (more: Partial<Finding>): Finding =>
    ({ code: "leak", verdict: "new", patch: 0, docLine: 3, scenario: "a", alsoIn: [], ...more }) as Finding;
  const result = (findings: Finding[], verdict = "clean", reached = true): ReviewResult =>
    ({
      findings,
      runs: [{ patch: 0, scenario: "a", verdict, reason: "no such thing" }],
      coverage: [{ patch: 0, addedLines: [{ docLine: mutant!.docLine, reached }] }],
      functions: [{ patch: 0, name: "f", executed: true, docLine: 1, endDocLine: 99 }],
    }) as unknown as ReviewResult;
  const fate = (before: ReviewResult, after: ReviewResult): string => {
    const t = fateOf(mutant!, before, after);
    return `${t.fate}${t.by === null ? "" : ` ${t.by.code}`}${t.lost ? " gone" : ""}${t.reason}`;
  };
  const clean = result([]);
  assert.equal(fate(clean, result([finding({})])), "noticed leak");
  assert.equal(fate(clean, result([finding({ verdict: "already" })])), "unnoticed");
  assert.equal(fate(clean, result([finding({ patch: 1 })])), "unnoticed");
  assert.equal(
    fate(result([finding({})]), result([finding({ docLine: 9 })])),
    "unnoticed",
    "the same elsewhere",
  );
  assert.equal(fate(result([finding({})]), result([finding({ docLine: 9, scenario: "b" })])), "noticed leak");
  assert.equal(fate(result([finding({ verdict: "fixed" })]), clean), "noticed leak gone");
  assert.equal(
    fate(result([finding({ verdict: "fixed", scenario: "b" })]), clean),
    "unnoticed",
    "b did not run",
  );
  assert.equal(fate(result([], "clean", false), clean), "unreached");
  assert.equal(fate(clean, result([], "not-modelled")), "no-verdictno such thing");
});

const leaked = join(root, "examples", "leaked-reference.eml");
const only = ["--no-cache", "--scenario", "map-fault-unmap order=0 index=0*"];

test("the command: a mail with its mistakes, and what cannot be tried", async () => {
  const said = await heard(runMutate, [...only, "--mutants", "2", leaked]);
  assert.equal(said.err, "");
  assert.equal(said.status, 0);
  assert.match(said.out, /1 of 2 mistakes would be\s+noticed; 1 is where nothing runs/);
  assert.match(
    said.out,
    /NOTICED turned round: if \(ret & VM_FAULT_ERROR\)\n[^\n]*leaked-reference\.eml:\d+\n {4}A DAX page keeps a reference that nobody holds \(folio-ref-leak\)\n {4}refcount of pfn/,
  );
  assert.match(said.out, /NOT RUN without: return ret;/);
  assert.ok(said.out.split("\n").every((l) => l.length <= 100));
  const json = await heard(runMutate, [...only, "--mutants", "1", "--format", "json", leaked]);
  const { mutants, known } = JSON.parse(json.out);
  assert.deepEqual([known, mutants.length], [2, 1]);
  for (const [args, why] of [
    [[], /name one file/],
    [["--mutants", "0", "x"], /--mutants takes a number from 1 to/],
    [["--format", "sarif", "x"], /--format takes one of text, json/],
    [["nowhere.eml"], /there is no such file/],
  ] as const) {
    const wrong = await heard(runMutate, args);
    assert.equal(wrong.status, 2);
    assert.match(wrong.err, why);
  }
});

test("in the editor: the patch at the cursor, the same report, nothing run for what has no statement", async () => {
  let asked = 0;
  const queue = {
    start: (): {
      outcome: Promise<JobOutcome>;
      cancel(): void;
      hurry(): void;
      look(): void;
      place(): number;
    } => {
      asked++;
      const result = { findings: [], runs: [], coverage: [], functions: [] } as unknown as ReviewResult;
      return {
        outcome: Promise.resolve({ kind: "result", result } as JobOutcome),
        cancel: () => {},
        hurry: () => {},
        look: () => {},
        place: () => 0,
      };
    },
  };
  const never = { onCancellationRequested: () => {} };
  const beside = (text: string, line?: number, token = never) =>
    mutateBeside(
      { document: { text, path: "m.eml" }, queue: queue as never, options: {}, token },
      line === undefined ? {} : { line },
    );
  const two = `From mboxrd@z Thu Jan  1 00:00:00 1970\n${mail(["\tkfree(x);"])}\nFrom mboxrd@z Thu Jan  1 00:00:00 1970\n${mail(["\tint a;"])}\n`;
  const answer = await beside(two, 8);
  assert.deepEqual([answer.problem, asked], ["", 2]);
  assert.match(answer.text, /NOT MODELLED without: kfree\(x\);/);
  const none = await beside(two, two.split("\n").length - 4);
  assert.match(none.problem, /adds no statement/);
  assert.equal(asked, 2);
  assert.match((await beside("Hello.\n")).problem, /holds no diff/);
  const cancelled = { onCancellationRequested: (stop: () => void) => stop() };
  await assert.rejects(beside(two, 8, cancelled as typeof never), /cancelled/);
});
