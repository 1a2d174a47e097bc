/**
 * Events as sentences: "_refcount of pfn 0x100003: 2 -> 1, folio_put() in zap_pte_range()". Stable text: no addresses of
 * heap objects, no times. Leaves out which events matter (blame.ts).
 */
import { EXPECTATION, warnText } from "../../emulator/invariants/reports.ts";
import type { ScenarioRun } from "../../emulator/scenario/runner.ts";
import type { MachineEvent } from "../../emulator/subject/event.ts";
import { moduleOfEvent } from "../../emulator/subject/index.ts";
import type { Words } from "../../emulator/subject/module.ts";
import type { CoreEvent } from "../../emulator/trace/event.ts";
import type { PatchSide } from "./side.ts";
import type { TraceStep } from "./types.ts";

/** Helpers that say nothing to a reader: the caller's name is the one to print. */
const PLUMBING =
  /^(_*(arch_|raw_|instrument_)?atomic(_long|64)?_|page_ref_|_*set_bit|_*clear_bit|set_bit|clear_bit|INIT_LIST_HEAD|list_|_*SetPage|_*ClearPage|_*folio_(set|clear)_\w+_flag|set_page_count|init_page_count|folio_set_count|WRITE_ONCE|const_test|xas_|fsc_xa|native_)/;

/** Who did it, as a reader would name it: innermost telling function and its caller. */
export function actor(side: PatchSide, event: MachineEvent): { name: string; caller: string; frame: number } {
  const names = event.stack.map((f) => side.fn(f.fn).name);
  let i = 0;
  while (i < names.length - 1 && PLUMBING.test(names[i]!)) i++;
  return { name: names[i] ?? "", caller: names[i + 1] ?? "", frame: i };
}

/** "2nd" */
export function ordinal(n: number): string {
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${teen ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th")}`;
}

/** How things of a run are called. */
export const wordsOf = (run: ScenarioRun, style: Words["style"]): Words => ({ names: run.names, style });

/** Whether an event is told at the line of the patch that did it. */
export const onLines = (event: MachineEvent): boolean =>
  event.kind === "warn" || (moduleOfEvent(event)?.onLines(event) ?? false);

/** One event in one line. */
export function eventText(side: PatchSide, event: MachineEvent, words: Words): string {
  const module = moduleOfEvent(event);
  if (module !== null) {
    const text = module.eventText(event, words);
    const naming = module.actors(event);
    if (naming === 0) return text;
    const who = actor(side, event);
    const within = naming === 2 && who.caller !== "" ? ` in ${who.caller}()` : "";
    return `${text}, by ${who.name}()${within}`;
  }
  const own = event as CoreEvent;
  switch (own.kind) {
    case "step":
      return own.text;
    case "quiesce":
      return `audit: ${own.text}`;
    case "warn":
      return own.text.startsWith(EXPECTATION)
        ? `does not hold: ${own.text.slice(EXPECTATION.length).trim()}`
        : `WARN: ${warnText(own.text)} in ${actor(side, own).name}()`;
    case "named":
      return `${own.name}: ${own.text}`;
    case "task":
      return own.what === "created"
        ? `task ${own.text} starts`
        : own.what === "sleeps"
          ? `sleeps ${own.text}`
          : own.what === "woken"
            ? `${own.lock === "" ? "" : `lets go of ${own.lock}: `}wakes ${own.text}`
            : "ends";
    case "change":
      return moduleOfEvent(own)!.eventText(own, words);
    case "printk":
      return `printk: ${own.text}`;
    default:
      throw new Error(`unreachable: ${own satisfies never}`);
  }
}

/** An event as a trace step, placed on the mail's line when a patch function took part. */
export function traceStep(
  side: PatchSide,
  event: MachineEvent,
  role: TraceStep["role"],
  tasks: readonly string[],
  words: Words,
): TraceStep {
  const task = tasks[event.task] ?? "";
  const text = eventText(side, event, words);
  if (event.kind === "step" || event.kind === "quiesce")
    return { task, text, path: "", line: 0, docLine: 0, role };
  const inMail = side.diffFrame(event.stack);
  if (inMail !== null) {
    const place = side.place(inMail.docLine);
    return { task, text, path: place?.path ?? "", line: place?.line ?? 0, docLine: inMail.docLine, role };
  }
  const frame = event.stack[actor(side, event).frame];
  const source = side.sourceOf(frame?.loc ?? null);
  const of = frame === undefined ? {} : { of: side.keeperOf(side.fn(frame.fn)) };
  return { task, text, path: source.path, line: source.line, docLine: 0, ...of, role };
}
