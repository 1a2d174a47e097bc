/**
 * What the server says of a whole document: its readable rendering, what its results are of, whether it can be run, and its
 * runs as tests. Leaves out when it is run (server.ts) and what is kept of it (state.ts).
 */
import { createHash } from "node:crypto";
import { repairs } from "./features/code_action.ts";
import { scenarioTests } from "./features/scenario_tests.ts";
import type { ParsedDocument } from "./mail/types.ts";
import type { ReadableMailResult, TestsResult } from "./protocol.ts";
import { messageText, terminalText } from "./report/text.ts";
import type { ReviewOptions, ReviewResult } from "./review/types.ts";
import { treeStamp } from "./source/stamp.ts";
import { type OpenDocument, pathOf } from "./state.ts";

/**
 * The rendering, with headers that say what it is now: a reader who decodes it again would spoil it. `repaired`: with all
 * repairs that the parser offers.
 */
export function readableText(parsed: ParsedDocument, repaired = false): string {
  const lines = [...parsed.lines];
  for (const message of parsed.messages) {
    if (message.isRawText) continue;
    for (const { name, docLine } of message.headers) {
      if (name === "content-transfer-encoding") lines[docLine - 1] = "Content-Transfer-Encoding: 8bit";
      else if (name === "content-type") lines[docLine - 1] = "Content-Type: text/plain; charset=utf-8;";
    }
  }
  if (repaired)
    for (const { docLine, endDocLine, col, text } of repairs(parsed).reverse())
      lines.splice(docLine - 1, endDocLine - docLine + 1, (lines[docLine - 1] ?? "").slice(0, col) + text);
  return lines.join("\n");
}

/** A mail as text that can be read, or why there is none. */
export function readableMail(parsed: ParsedDocument, path: string, repaired: boolean): ReadableMailResult {
  const name = terminalText(path.split("/").pop() ?? path);
  if (parsed.form === "binary" || parsed.form === "empty" || parsed.lines.length === 0)
    return {
      title: name,
      text: "",
      problem: messageText(`${name} holds no mail that can be shown as text.`),
    };
  const title = `${name} (${repaired ? "repaired" : "readable"})`;
  return { title, text: readableText(parsed, repaired), problem: "" };
}

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
