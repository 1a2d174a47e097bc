/** What several cases say together: which violations are one finding, and which of them hangs below another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identityOf } from "../../emulator/invariants/registry.ts";
import { Collector } from "../../server/review/collect.ts";
import type { CaseOutcome } from "../../server/review/outcome.ts";
import type { Finding } from "../../server/review/types.ts";
import { PATHS_PASS_BY } from "../../server/review/why.ts";

interface Shown {
  readonly code: string;
  readonly message: string;
  readonly docLine: number;
  readonly exact?: boolean;
  /** What follows from it in its run. */
  readonly behind?: readonly { readonly code: string; readonly message: string }[];
}

function outcome(scenario: string, roots: readonly Shown[]): CaseOutcome {
  const side = { outcome: "completed" as const, violations: [], stubs: [], steps: 1 };
  return {
    run: {
      patch: 0,
      scenario,
      era: "v6.12",
      verdict: "new",
      before: side,
      after: side,
      functions: [],
    },
    executed: { before: [], after: [] },
    lines: [],
    whole: "",
    candidates: roots.map(({ code, message, docLine, exact = true, behind = [] }) => {
      const finding: Finding = {
        verdict: "new",
        code,
        severity: "error",
        message,
        detail: [],
        patch: 0,
        path: "fs/own.c",
        docLine,
        exactLine: exact,
        side: "after",
        scenario,
        era: "v6.12",
        replay: "",
        trace: [],
        consequences: behind,
        alsoIn: [],
        functions: [],
        stubs: [],
      };
      const follows = behind.map((v) => identityOf(v.code, v.message));
      return { verdict: "new", code, docLine, side: "after", exact, follows, finding };
    }),
  };
}

/** The same, with what was found judged otherwise, and what ran. */
function judgedOutcome(
  verdict: "already" | "clean" | "not-modelled",
  scenario: string,
  roots: readonly Shown[],
  reason?: string,
): CaseOutcome {
  const o = outcome(scenario, roots);
  const ran = ["own_fn"];
  return {
    ...o,
    run: { ...o.run, verdict, ...(reason === undefined ? {} : { reason }) },
    executed: { before: ran, after: ran },
    candidates: o.candidates.flatMap((c) =>
      verdict === "already" ? [{ ...c, verdict, finding: { ...c.finding, verdict } }] : [],
    ),
  };
}

function found(...outcomes: readonly CaseOutcome[]): readonly Finding[] {
  const collector = new Collector();
  for (const o of outcomes) collector.take(o);
  return collector.findings();
}

function told(...outcomes: readonly CaseOutcome[]): string[] {
  return found(...outcomes).map((f) => `${f.code} ${f.message} at ${f.docLine} in ${1 + f.alsoIn.length}`);
}

const BUG = { code: "bug", message: "BUG_ON(own_count < 0)" };
const OTHER = { code: "bug", message: "BUG_ON(own_list_empty)" };
const LEAK = { code: "leaked", message: "own is never freed" };

test("what always follows from something that is told by itself hangs below it", () => {
  const list = told(
    outcome("one", [{ ...LEAK, docLine: 10, behind: [BUG] }]),
    outcome("two", [{ ...BUG, docLine: 20 }]),
  );
  assert.deepEqual(list, [`bug ${BUG.message} at 20 in 1`]);
});

test("a check of the kernel's explains nothing that led to another one", () => {
  const list = told(
    outcome("one", [{ ...LEAK, docLine: 10, behind: [OTHER] }]),
    outcome("two", [{ ...BUG, docLine: 20 }]),
  );
  assert.deepEqual(list, [`leaked ${LEAK.message} at 10 in 1`, `bug ${BUG.message} at 20 in 1`]);
});

test("two checks are two findings, and one check on lines that only led there is one", () => {
  const led = { exact: false };
  assert.deepEqual(
    told(
      outcome("one", [{ ...BUG, docLine: 10, ...led }]),
      outcome("two", [{ ...OTHER, docLine: 20, ...led }]),
    ),
    [`bug ${BUG.message} at 10 in 1`, `bug ${OTHER.message} at 20 in 1`],
  );
  const warn = { code: "warn", message: "WARN: own_count < 0" };
  assert.deepEqual(
    told(
      outcome("one", [{ ...warn, docLine: 10, ...led }]),
      outcome("two", [{ ...warn, docLine: 20, ...led }]),
    ),
    [`warn ${warn.message} at 10 in 2`],
  );
});

test("a failure that is lost is told before what comes of it where the function's life goes on", () => {
  const again = { code: "double-release", message: "given back again", docLine: 8 };
  const lost = { code: "error-lost", message: "all went well", docLine: 8 };
  const of = (...cases: readonly (readonly [string, Shown])[]): string[] =>
    found(...cases.map(([scenario, one]) => outcome(scenario, [one]))).map((f) =>
      [f.code, ...f.consequences.map((c) => c.code)].join(" "),
    );
  assert.deepEqual(of(["life a_probe a_remove", again], ["function a_probe", lost]), [
    "error-lost double-release",
  ]);
  assert.deepEqual(of(["function a_probe", lost], ["life a_probe a_remove", again]), [
    "error-lost double-release",
  ]);
  // Where it is given back in another life it is the graver one.
  assert.deepEqual(of(["function a_probe", lost], ["life b_probe a_remove", again]), [
    "double-release error-lost",
  ]);
});

test("what scenarios that come to no changed line have shown before is not told of the mail", () => {
  const collector = new Collector();
  collector.take(judgedOutcome("already", "one", [{ ...LEAK, docLine: 10 }]));
  collector.take(judgedOutcome("clean", "two", []));
  collector.take(judgedOutcome("already", "function own_fn", [{ ...BUG, docLine: 20 }]));
  collector.withhold("passed by");
  assert.deepEqual(
    collector.runs.map((r) => [r.scenario, r.verdict]),
    [
      ["one", "not-modelled"],
      ["two", "not-modelled"],
      ["function own_fn", "already"],
    ],
  );
  assert.deepEqual(
    collector.findings().map((f) => f.scenario),
    ["function own_fn"],
  );
  assert.deepEqual(collector.counts("own_fn"), { clean: 0, new: 0, fixed: 0, already: 1, notModelled: 2 });
});

test("a function by itself that comes to no changed line is left to the scenarios that did", () => {
  const collector = new Collector();
  collector.take(judgedOutcome("clean", "one", []));
  collector.take(judgedOutcome("not-modelled", "function own_fn", [], PATHS_PASS_BY));
  collector.take(judgedOutcome("not-modelled", "function other_fn", [], PATHS_PASS_BY));
  collector.take(judgedOutcome("not-modelled", "function own_fn2", [], "own_fn2() cannot be read"));
  assert.equal(
    collector.leaveToScenarios((name) => name !== "other_fn"),
    1,
  );
  assert.deepEqual(
    collector.runs.map((r) => r.scenario),
    ["one", "function other_fn", "function own_fn2"],
  );
  assert.deepEqual(collector.counts("own_fn"), { clean: 1, new: 0, fixed: 0, already: 0, notModelled: 2 });
});
