/** Every expectation of a scenario is a sentence that a maintainer reads, not the C that looks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wrongOutcome } from "../../emulator/invariants/reports.ts";
import { bugTold } from "../../emulator/machine/machine.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import type { Judge, Report } from "../../emulator/subject/rule.ts";

const scenarios = referenceFiles.filter((f) => f.path.startsWith("scenarios/"));

test("expectations carry sentences", () => {
  const found = scenarios.flatMap((f) =>
    f.text
      .split(/SC_(?:EXPECT|NEED)\(/)
      .slice(1)
      .map((rest) => {
        // The condition ends at the comma that stands outside brackets.
        let depth = 0;
        for (let i = 0; i < rest.length; i++) {
          if ("([{".includes(rest[i]!)) depth++;
          if (")]}".includes(rest[i]!)) depth--;
          if (rest[i] === "," && depth === 0)
            return /^,\s*"([^"]+)"\)/.exec(rest.slice(i))?.[1] ?? rest.slice(0, 60);
        }
        return rest.slice(0, 60);
      }),
  );
  const sentences = found.filter((s) => !/^cond\b/.test(s));
  assert.ok(sentences.length > 100, `${sentences.length}`);
  for (const s of sentences) {
    assert.match(s, /^[a-zA-Z]/, s);
    assert.ok(s.split(" ").length >= 4, s);
    assert.doesNotMatch(s, /==|->|&&|!|\bsc_|__/, s);
  }
});

test("nothing else is asserted: the C of a condition is no sentence", () => {
  for (const f of scenarios) assert.doesNotMatch(f.text, /\b(?:VM_)?(?:BUG|WARN)_ON\w*\(/, f.path);
});

test("what a scenario stands on is told by its sentence", () => {
  assert.deepEqual(bugTold("scenario: cannot go on: a process can map the file"), {
    message: "does not hold: a process can map the file (the run ends there)",
    rule: "wrong-outcome",
  });
  assert.deepEqual(bugTold("!entry"), { message: "kernel BUG: !entry" });
});

test("a broken one is told by its sentence", () => {
  const told: Report[] = [];
  const judge = { report: (r: Report) => told.push(r) } as unknown as Judge;
  const event = { kind: "warn", text: "scenario: not so: a file can be truncated", about: null };
  wrongOutcome.onEvent?.(judge, event as unknown as Parameters<NonNullable<typeof wrongOutcome.onEvent>>[1]);
  assert.deepEqual(
    told.map((r) => r.message),
    ["does not hold: a file can be truncated"],
  );
});
