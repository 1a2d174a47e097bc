/**
 * What a document without a diff is instead, for the view that would have its patches: a person who opened it wants to know
 * where they are. Leaves out documents that show a patch (tree.ts).
 */
import type { ParsedDocument } from "../mail/types.ts";
import { terminalText } from "../report/text.ts";
import { plural } from "../report/words.ts";

/** One or two sentences; "" where there is a diff. */
export function nothingHere({
  patches,
  messages,
  series,
  crashReports,
  testReports,
}: ParsedDocument): string {
  if (patches.some((p) => p.files.length > 0)) return "";
  const mails = messages.length > 1 ? `${messages.length} mails, none with a diff` : "A mail without a diff";
  const subject = messages[0]?.subject ?? "";
  const about = subject === "" ? "" : `: \u201c${terminalText(subject)}\u201d`;
  const cover = messages.find((m) => m.kind === "cover");
  const of = series.find((s) => s.cover === cover?.index)?.total ?? cover?.total ?? 0;
  if (cover !== undefined && of > 0) {
    const [its, are] = of === 1 ? ["its patch", "is"] : [`its ${plural(of, "patch", "patches")}`, "are"];
    return `A cover letter${about}: ${its} ${are} not in this file. Open the whole thread as one mbox.`;
  }
  if (crashReports.length > 0)
    return `${mails}${about}, with ${plural(crashReports.length, "crash report")}.`;
  if (testReports.length > 0) return `${mails}${about}, with ${plural(testReports.length, "test report")}.`;
  if (messages.length === 0) return "No mail and no diff can be read here.";
  return `${mails}${about}. There is nothing to run.`;
}
