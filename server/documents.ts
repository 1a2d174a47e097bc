/**
 * What the server says of a whole document: what its results are of, whether it can be run, and its runs as tests. Leaves out
 * when it is run (server.ts) and what is kept of it (state.ts).
 */
import { createHash } from "node:crypto";
import { scenarioTests } from "./features/scenario_tests.ts";
import type { TestsResult } from "./protocol.ts";
import { readableText } from "./readable.ts";
import type { ReviewOptions, ReviewResult } from "./review/types.ts";
import { treeStamp } from "./source/stamp.ts";
import { type OpenDocument, pathOf } from "./state.ts";

/** What results are of: the text as it is read, whichever way it was encoded, the kernel tree, and the options. */
export function resultKey(document: OpenDocument, options: ReviewOptions): string {
  const { parsed } = document;
  const text = parsed.isRawText ? document.text : readableText(parsed);
  return cacheKey(`${treeStamp(parsed, options)}\n${text}`, options);
}

/** Folders that are on this machine. */
export function pathsOf(folders: readonly { readonly uri: string }[]): string[] {
  return folders
    .map((f) => f.uri)
    .filter((uri) => uri.startsWith("file:"))
    .map(pathOf);
}

function cacheKey(text: string, options: ReviewOptions): string {
  return createHash("sha256").update(JSON.stringify(options)).update("\n").update(text).digest("hex");
}

/** Why a document cannot be run, or "". */
export function notRunnable(document: OpenDocument): string {
  if (document.isForeign || document.parsed.patches.every((p) => p.files.length === 0))
    return "This document shows no diff. Open a mail with a patch, or the patch itself.";
  return "";
}

/** The runs of a document as tests: those of its store, or of `result`. */
export function testsOf(document: OpenDocument, result?: ReviewResult): TestsResult {
  const { uri, version } = document;
  if (document.isForeign) return { uri, version, state: "foreign", patches: [], message: "" };
  const snapshot = document.snapshot();
  const patches = scenarioTests(snapshot, result);
  return { uri, version, state: snapshot.state, patches, message: "" };
}
