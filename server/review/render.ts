/**
 * Events as sentences: "_refcount of pfn 0x100003: 2 -> 1, folio_put() in zap_pte_range()". Stable text: no addresses of
 * heap objects, no times. Leaves out which events matter (blame.ts).
 */
import { MachineView } from "../../emulator/machine/views.ts";
import type { MachineEvent, PageWrite } from "../../emulator/trace/event.ts";
import type { PatchSide } from "./side.ts";
import type { TraceStep } from "./types.ts";

/** Helpers that say nothing to a reader: the caller's name is the one to print. */
const PLUMBING =
  /^(_*(arch_|raw_|instrument_)?atomic(_long|64)?_|page_ref_|_*set_bit|_*clear_bit|set_bit|clear_bit|INIT_LIST_HEAD|list_|_*SetPage|_*ClearPage|_*folio_(set|clear)_\w+_flag|set_page_count|init_page_count|folio_set_count|WRITE_ONCE|const_test|xas_|fsc_xa|native_)/;

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** Who did it, as a reader would name it: innermost telling function and its caller. */
export function actor(side: PatchSide, event: MachineEvent): { name: string; caller: string; frame: number } {
  const names = event.stack.map((f) => side.fn(f.fn).name);
  let i = 0;
  while (i < names.length - 1 && PLUMBING.test(names[i]!)) i++;
  return { name: names[i] ?? "", caller: names[i + 1] ?? "", frame: i };
}

function pointerText(side: PatchSide, field: PageWrite["field"], value: bigint): string {
  const v = BigInt.asUintN(64, value);
  if (field === "mapping") {
    if (v === 0n) return "NULL";
    if (MachineView.isTailMapping(v)) return "TAIL_MAPPING";
    const file = side.files.get(v & ~3n);
    if (file !== undefined) return `file ${file}${(v & 3n) !== 0n ? ` | ${v & 3n}` : ""}`;
    return v < 4096n ? hex(v) : "another mapping";
  }
  if (field === "index/share") return BigInt.asIntN(64, v).toString();
  if (field === "_refcount" || field === "_mapcount") return value.toString();
  return hex(v);
}

/** One event in one line. */
export function eventText(side: PatchSide, event: MachineEvent, pfnText: (pfn: number) => string): string {
  switch (event.kind) {
    case "page": {
      const who = actor(side, event);
      const by = who.caller === "" ? `${who.name}()` : `${who.name}() in ${who.caller}()`;
      return `${event.field} of ${pfnText(event.pfn)}: ${pointerText(side, event.field, event.before)} -> ${pointerText(side, event.field, event.after)}, by ${by}`;
    }
    case "pte":
      return `page-table entry ${hex(BigInt.asUintN(64, event.before))} -> ${hex(BigInt.asUintN(64, event.after))}, by ${actor(side, event).name}()`;
    case "xarray":
      return `xarray entry ${hex(event.before)} -> ${hex(event.after)}, by ${actor(side, event).name}()`;
    case "step":
      return event.text;
    case "quiesce":
      return `audit: ${event.text}`;
    case "warn":
      return `WARN: ${event.text} in ${actor(side, event).name}()`;
    case "bad-page":
      return `bad page state of ${pfnText(event.pfn)}: ${event.text}`;
    case "named":
      return `${event.name}: ${event.text}`;
    case "task":
      return event.what === "created"
        ? `task ${event.text} starts`
        : event.what === "sleeps"
          ? `sleeps ${event.text}`
          : event.what === "woken"
            ? `wakes ${event.text} task(s)`
            : "ends";
    case "printk":
      return `printk: ${event.text}`;
    default:
      throw new Error(`unreachable: ${event satisfies never}`);
  }
}

/** An event as a trace step, placed on the mail's line when a patch function took part. */
export function traceStep(
  side: PatchSide,
  event: MachineEvent,
  role: TraceStep["role"],
  tasks: readonly string[],
  pfnText: (pfn: number) => string,
): TraceStep {
  const task = tasks[event.task] ?? "";
  const text = eventText(side, event, pfnText);
  if (event.kind === "step" || event.kind === "quiesce")
    return { task, text, path: "", line: 0, docLine: 0, role };
  const inMail = side.diffFrame(event.stack);
  if (inMail !== null) {
    const place = side.place(inMail.docLine);
    return { task, text, path: place?.path ?? "", line: place?.line ?? 0, docLine: inMail.docLine, role };
  }
  const frame = event.stack[actor(side, event).frame];
  const source = side.sourceOf(frame?.loc ?? null);
  return { task, text, path: source.path, line: source.line, docLine: 0, role };
}

/** Breaks text at spaces so that no line is longer than `width`; continuation lines get `indent`. */
export function wrap(text: string, width: number, indent = ""): string[] {
  const out: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((w) => w !== "")) {
    const prefix = out.length === 0 ? "" : indent;
    if (line !== "" && prefix.length + line.length + 1 + word.length > width) {
      out.push(prefix + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") out.push((out.length === 0 ? "" : indent) + line);
  return out;
}
