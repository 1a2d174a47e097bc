/**
 * A thread that answers as the emulator's would, for tests of the server alone: it derives one finding from the parse
 * and takes its time, so that tests can see the server answer, cancel and drop meanwhile. Never part of a build.
 * Options steer it: scenario "hang" never looks at the stop flag, "throw" breaks, "slow" takes two seconds.
 */
import { parentPort } from "node:worker_threads";
import type { JobReply, JobRequest } from "../../server/emulation/job.ts";
import { parseDocument } from "../../server/parse.ts";
import type { Finding, FunctionFacts, LineFacts, ReviewResult, Run } from "../../server/review/types.ts";

const SCENARIOS = [
  "map-fault-unmap order=0 index=0",
  "map-fault-unmap order=9 index=512",
  "reflink-share files=2",
];

function review(text: string, path: string, seed: string): ReviewResult {
  const parsed = parseDocument(text, path);
  const findings: Finding[] = [];
  const lines: LineFacts[] = [];
  const functions: FunctionFacts[] = [];
  const runs: Run[] = [];
  for (const patch of parsed.patches) {
    const ran = [{ name: "dax_insert_entry", fidelity: "reference" as const }];
    for (const scenario of SCENARIOS) {
      const side = { outcome: "completed", violations: [], stubs: [], steps: 1000 };
      runs.push({
        patch: patch.index,
        scenario,
        era: "v6.12",
        verdict: "clean",
        before: side,
        after: side,
        functions: ran,
      });
    }
    for (const d of patch.definitions) {
      if (d.kind !== "function" || d.visible !== "whole") continue;
      functions.push({
        patch: patch.index,
        name: d.name,
        path: d.path,
        side: d.side,
        docLine: d.lines[0] ?? 0,
        endDocLine: d.lines[d.lines.length - 1] ?? 0,
        executed: d.changed,
        reason: d.changed ? "" : "no scenario reaches it",
        counts: { clean: 3, new: 0, fixed: 0, already: 0, notModelled: 0 },
      });
      for (const docLine of d.lines)
        lines.push({
          docLine,
          side: d.side,
          fn: d.name,
          hits: 3,
          changes: ["refcount 1 -> 0 (pfn 0x100003, map-fault-unmap)"],
        });
    }
    for (const file of patch.files)
      for (const hunk of file.hunks)
        for (const line of hunk.lines) {
          if (line.kind !== "+" || !file.path.endsWith(".c") || findings.some((f) => f.patch === patch.index))
            continue;
          if (!line.text.includes(";")) continue;
          findings.push({
            code: "folio-ref-leak",
            verdict: "new",
            severity: "error",
            message: "the folio of pfn 0x100003 keeps one reference that nobody will drop",
            detail: ["The folio was idle before the scenario and is not after it."],
            patch: patch.index,
            path: file.path,
            docLine: line.docLine,
            exactLine: true,
            side: "after",
            scenario: SCENARIOS[1]!,
            era: "v6.15",
            replay: `f1-${seed}-3`,
            trace: [
              {
                task: "user",
                text: "fault at index 512, order 9",
                path: "",
                line: 0,
                docLine: 0,
                role: "step",
              },
              {
                task: "user",
                text: "folio_get(pfn 0x100003): refcount 0 -> 1",
                path: file.path,
                line: 1,
                docLine: hunk.line,
                role: "history",
              },
              {
                task: "user",
                text: "idle audit: refcount is 1",
                path: file.path,
                line: 2,
                docLine: line.docLine,
                role: "culprit",
              },
            ],
            consequences: [],
            alsoIn: [SCENARIOS[0]!],
            functions: ran,
            stubs: [],
          });
        }
  }
  return { runs, findings, lines, functions, notes: [], seed };
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function run({ id, text, path, options, stop }: JobRequest): JobReply {
  const flag = new Int32Array(stop);
  if (options.scenario === "throw")
    return { kind: "failed", id, message: "the fake worker was asked to break" };
  const rounds = options.scenario === "slow" ? 40 : options.scenario === "hang" ? 200 : 4;
  for (let i = 0; i < rounds; i++) {
    parentPort?.postMessage({
      kind: "progress",
      id,
      done: i,
      total: rounds,
      what: "map-fault-unmap",
    } satisfies JobReply);
    sleep(50);
    if (options.scenario !== "hang" && Atomics.load(flag, 0) !== 0) return { kind: "cancelled", id };
  }
  return { kind: "result", id, result: review(text, path, options.seed ?? "1") };
}

parentPort?.on("message", (request: JobRequest) => parentPort?.postMessage(run(request)));
parentPort?.postMessage({ kind: "ready" } satisfies JobReply);
