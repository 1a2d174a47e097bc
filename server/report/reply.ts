/**
 * A finding as the reply that a reviewer would write: the attribution line, the quoted hunk with gaps as [ ... ], one
 * question, the events as a table of at most 78 columns, what it rests on, and the token that makes the run again. It is
 * text to copy and to change; nothing is sent. Leaves out findings that no line of the patch stands for: they quote the
 * title only.
 */
import { type RuleFacts, ruleOf } from "../../emulator/invariants/registry.ts";
import type { DiffLine, ParsedDocument, Patch } from "../mail/types.ts";
import { isOwnRun } from "../review/finding.ts";
import { namesOrder } from "../review/replay.ts";
import type { Finding, TraceStep } from "../review/types.ts";
import { ranOn } from "./facts.ts";
import { wrap } from "./text.ts";
import { calledText, waySentence, wayText } from "./words.ts";

const WIDTH = 78;
/** Lines of the diff quoted around the line that is asked about. */
const ABOVE = 4;
const BELOW = 1;
/** Events in the table: the last ones, the telling ones among those before. */
const EVENTS_MAX = 12;

export function replyText(doc: ParsedDocument, f: Finding): string {
  const patch = doc.patches[f.patch];
  const out = [
    ...(patch === undefined ? [] : attribution(doc, patch)),
    ...(patch === undefined ? [] : quoted(patch, f)),
    "",
    ...remarkLines(f),
    "",
  ];
  return `${out.join("\n").trimEnd()}\n`;
}

/** What is said under the quoted line: the question, the events, what it rests on, and how to have the run again. */
export function remarkLines(f: Finding): string[] {
  return [
    ...question(f, ruleOf(f.code)),
    "",
    ...events(f),
    ...basis(f),
    "",
    // A token is one word, however long it is.
    `    folioscope ${namesOrder(f.replay) ? "explore" : "review"} --replay ${f.replay} MAIL`,
  ];
}

/** "On DATE, NAME wrote:" */
function attribution(doc: ParsedDocument, patch: Patch): string[] {
  const name =
    patch.author.replace(/<[^<>]*>\s*$/, "").trimEnd() || doc.messages[patch.message]?.authorName || "";
  if (name === "") return [];
  return wrap(patch.date === null ? `${name} wrote:` : `On ${patch.date}, ${name} wrote:`, WIDTH);
}

export const quote = (text: string): string => (text === "" ? ">" : `> ${text}`);

/** The hunk's head and the lines around the one that is asked about; the rest is [ ... ]. */
function quoted(patch: Patch, f: Finding): string[] {
  for (const file of patch.files)
    for (const hunk of file.hunks) {
      const at = hunk.lines.findIndex((l) => l.docLine === f.docLine);
      if (at < 0 && hunk.line !== f.docLine) continue;
      const from = Math.max(0, nearChange(hunk.lines, at));
      const to = at < 0 ? Math.min(hunk.lines.length, 8) : Math.min(hunk.lines.length, at + BELOW + 1);
      const lines = hunk.lines.slice(from, to).map((l) => `${l.kind}${l.text}`);
      return [
        ...(file.path === "" ? [] : [quote(`diff --git a/${file.oldPath || file.path} b/${file.path}`)]),
        ...(patch.files[0] === file && file.hunks[0] === hunk ? [] : ["> [ ... ]"]),
        quote(hunk.header),
        ...(from > 0 ? ["> [ ... ]"] : []),
        ...lines.map(quote),
        ...(to < hunk.lines.length ? ["> [ ... ]"] : []),
      ];
    }
  return [quote(patch.subject)];
}

/** The first line to quote: a few above, and the whole of a change that the line is in, within reason. */
function nearChange(lines: readonly DiffLine[], at: number): number {
  if (at < 0) return 0;
  let from = at - ABOVE;
  while (from > 0 && at - from < 2 * ABOVE && lines[from]?.kind !== " ") from--;
  return from;
}

/** One question, in a person's words, and what follows from it. */
function question(f: Finding, rule: RuleFacts | undefined): string[] {
  const broken = f.message.replace(/\.$/, "");
  const lead =
    f.verdict === "already"
      ? "This was so before the patch as well, but while you are here:"
      : f.verdict.startsWith("fixed")
        ? "I ran this before and after, and it does mend this:"
        : f.exactLine
          ? "Can this happen here?"
          : "Can this be where it begins?";
  const text = `${lead} With ${scenario(f)} I end up with: ${broken}.`;
  const consequence = rule?.consequence ?? "";
  return [...wrap(text, WIDTH), ...(consequence === "" ? [] : wrap(consequence, WIDTH))];
}

/** "map-fault-unmap (order=9, index=512)", "foo_probe() and then foo_remove()" */
function scenario(f: Finding): string {
  const [name, ...params] = f.scenario.split(" ");
  if (isOwnRun(f.scenario)) return calledText(f);
  const telling = params.filter((p) => !p.endsWith("=0"));
  return telling.length === 0 ? `${name}` : `${name} (${telling.join(", ")})`;
}

/** What happened, in order; tasks in columns of their own where there are two. */
function events(f: Finding): string[] {
  const steps = telling(f.trace);
  if (steps.length === 0) return [];
  const tasks = [...new Set(steps.map((s) => s.task))];
  const left = f.trace.length - steps.length;
  const out = [
    `    ${ranOn(f) === "after" ? "With" : "Without"} the patch${left > 0 ? ` (${left} events left out)` : ""}:`,
    "",
  ];
  if (tasks.length === 2) {
    const half = Math.floor((WIDTH - 8) / 2);
    out.push(`    ${tasks[0]!.padEnd(half)}${tasks[1]!}`.trimEnd());
    for (const s of steps) {
      const pad = s.task === tasks[0] ? "" : " ".repeat(half);
      for (const line of wrap(said(s), half - 2, "  ")) out.push(`    ${pad}${line}`.trimEnd());
    }
  } else {
    const width = tasks.length > 2 ? Math.min(12, Math.max(...tasks.map((t) => t.length)) + 2) : 0;
    for (const s of steps) {
      const mark = s.role === "culprit" ? ">>" : "  ";
      const task = width > 0 ? s.task.slice(0, width - 2).padEnd(width) : "";
      wrap(said(s), WIDTH - 7 - width, "  ").forEach((line, i) => {
        out.push(`    ${i === 0 ? mark : "  "} ${i === 0 ? task : " ".repeat(width)}${line}`.trimEnd());
      });
    }
  }
  return [...out, ""];
}

const said = (s: TraceStep): string =>
  s.path !== "" && s.line > 0 && s.role !== "step"
    ? `${s.text} [${s.of === "reference" ? "reference:" : ""}${s.path.split("/").pop()}:${s.line}]`
    : s.text;

/** The events that a reader needs: what happened to the thing, and the steps before each of them. */
function telling(trace: readonly TraceStep[]): TraceStep[] {
  if (trace.length <= EVENTS_MAX) return [...trace];
  const keep = new Set<number>();
  for (let i = trace.length - 1; i >= 0 && keep.size < EVENTS_MAX; i--) {
    if (trace[i]!.role === "step" && keep.size >= EVENTS_MAX / 2) continue;
    keep.add(i);
  }
  return trace.filter((_, i) => keep.has(i));
}

/** What the claim rests on. */
function basis(f: Finding): string[] {
  const ours = f.functions
    .filter((x) => x.fidelity === "diff" || x.fidelity === "tree")
    .map((x) => `${x.name}()`);
  const shown = ours.slice(0, 6).join(", ") + (ours.length > 6 ? ` and ${ours.length - 6} more` : "");
  const parts = [
    `This is from running the C of the patch on an emulated machine (folioscope), ${f.era} rules, without other hardware or schedules.`,
    ours.length > 0 ? `As posted: ${shown}; the rest is a reference kernel.` : "",
    f.stubs.length > 0 ? `Stood in for, because nothing defines them: ${f.stubs.join(", ")}.` : "",
    wayText(f) === "" ? "" : waySentence(f),
  ];
  return wrap(parts.filter((p) => p !== "").join(" "), WIDTH);
}
