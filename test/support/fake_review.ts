/**
 * Results made up from the parse alone, for tests of what shows them: three clean scenarios, facts for each line of a
 * whole function, and one new finding per patch. Nothing of it was executed, and no product code may use it.
 */
import { indexLines, type Snapshot } from "../../server/features/snapshot.ts";
import type { ParsedDocument, Patch } from "../../server/mail/types.ts";
import { DEFAULT_SETTINGS } from "../../server/protocol.ts";
import type { Finding, FunctionFacts, LineFacts, ReviewResult, Run } from "../../server/review/types.ts";

const SCENARIOS = [
  "map-fault-unmap order=0 index=0",
  "map-fault-unmap order=9 index=512",
  "reflink-share files=2",
];

/** The same as with a kernel tree: a hunk that was moved, added lines of which each second one ran, a missing function. */
export function fakeInTree(parsed: ParsedDocument, result: ReviewResult, root: string): ReviewResult {
  const hunksOf = (p: Patch) => p.files.flatMap((f) => f.hunks.map((hunk) => ({ path: f.path, hunk })));
  return {
    ...result,
    tree: { root, describe: "linux (work tree)", prerequisites: 0 },
    hunks: parsed.patches.flatMap((p) =>
      hunksOf(p).map(({ path, hunk }) => ({
        patch: p.index,
        docLine: hunk.line,
        path,
        fate: { kind: "offset" as const, lines: -3 },
      })),
    ),
    coverage: parsed.patches.map((p) => ({
      patch: p.index,
      addedLines: hunksOf(p)
        .flatMap(({ path, hunk }) => hunk.lines.map((l) => ({ path, l })))
        .filter(({ l }) => l.kind === "+")
        .map(({ path, l }, i) => ({
          docLine: l.docLine,
          path,
          line: l.newLine ?? 0,
          reached: i % 2 === 1,
        })),
      removed: { reached: 0, total: 0 },
      files: [{ path: "fs/dax.c", functions: 3, executed: 1, missing: ["dax_lock_page", "dax_iomap_rw"] }],
    })),
    stubs: [{ name: "devm_request_mem_region", runs: 2 }],
  };
}

export function fakeReview(parsed: ParsedDocument, seed: string): ReviewResult {
  const findings: Finding[] = [];
  const lines: LineFacts[] = [];
  const functions: FunctionFacts[] = [];
  const runs: Run[] = [];
  const plans = parsed.patches.map((p) => ({
    patch: p.index,
    cases: SCENARIOS.length,
    leftOut: [],
    whole: [],
  }));
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
          changes: [{ text: "refcount of pfn 0x100003: 1 -> 0", scenario: "map-fault-unmap" }],
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
  return { runs, findings, lines, functions, notes: [], coverage: [], stubs: [], hunks: [], plans, seed };
}

/** A document of this address whose result is current, with all that the settings can show. */
export function snapshotOf(parsed: ParsedDocument, result: ReviewResult, uri: string): Snapshot {
  return {
    uri,
    version: 1,
    parsed,
    lines: indexLines(parsed),
    state: "current",
    review: { result, version: 1, place: (n) => n },
    progress: { done: 0, total: 0, what: "", left: null },
    queued: 0,
    settings: { ...DEFAULT_SETTINGS, showFixed: true, showAlready: true, tree: "/linux" },
  };
}
