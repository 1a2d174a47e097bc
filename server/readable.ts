/**
 * A mail as text that can be read, with every repair made where that is asked for. Leaves out decoding (parse.ts), which has
 * done it already, and who shows it.
 */
import { repairs } from "./features/code_action.ts";
import type { ParsedDocument } from "./mail/types.ts";
import type { ReadableMailResult } from "./protocol.ts";
import { messageText, terminalText } from "./report/text.ts";

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
