// Crash reports and test results in mails: an oops with its symbol, address and call trace, quoted or not, and the
// tables that test runners print.

import { quoteDepth, skipQuote } from "./quote.ts";
import type { Body, CrashFrame, CrashReport, TestReport } from "./types.ts";

const STAMP = /^\s*(?:<\d>)?\s*(?:\[\s*\d+\.\d+\]\s*(?:\[\s*[TC]?\d+\]\s*)?)?/;

const TITLES: [CrashReport["kind"], RegExp][] = [
  ["kasan", /\bBUG: K(?:A|C|M|F)E?[SN]\w*AN: .+/],
  ["gpf", /\b(?:Oops: )?general protection fault\b.*/],
  ["oops", /\bBUG: (?:unable to handle|kernel NULL pointer|Bad page|soft lockup).*/],
  ["oops", /\bUnable to handle kernel .*/],
  ["oops", /\bOops(?: -|:) .*/],
  ["bug", /\bkernel BUG at \S+:\d+!?/],
  ["warning", /\bWARNING: (?:CPU: \d+ PID: \d+|[\w/.-]+:\d+) at .*/],
  ["warning", /\bWARNING: CPU: \d+.*/],
  ["panic", /\bKernel panic - not syncing.*/],
  ["rcu", /\brcu: INFO: .{1,40}?[ -]detected .{0,40}?stalls?.*/],
  ["hang", /\bINFO: task .{1,64}? blocked for more than \d+ seconds.*/],
  [
    "lockdep",
    /\bWARNING: (?:possible (?:circular|recursive) locking|suspicious RCU usage|inconsistent lock state).*/,
  ],
];

/** What every title has one of. */
const TITLE_WORDS = [
  "BUG: ",
  "kernel BUG",
  "general protection",
  "Unable to handle",
  "Oops",
  "WARNING: ",
  "Kernel panic",
  "INFO: ",
];
const TITLE_WORD = new RegExp(TITLE_WORDS.join("|"));

const TRACE_START = /^\s*(?:Call [Tt]race:|Backtrace:|Call Trace \()/;
const FRAME =
  /^\s*(?:\[<[0-9a-f]+>\]\s*)?(\?\s*)?(?:\(\s*)?([A-Za-z_.$][\w.$]*)\+(0x[0-9a-f]+)\/(0x[0-9a-f]+)/;
const REGISTER =
  /\b(R[A-D]X|R[SD]I|R[BS]P|R\d\d|CR\d|E[A-D]X|E[SD]I|E[BS]P|EFLAGS|x\d+|pc|lr|sp|esr|FAR)\s*:\s*(?:[0-9a-f]{4}:)?([0-9a-f]{8,16})\b/gi;

/** Characters of a report's line that are looked at. */
const DETAIL_MAX = 400;

interface Line {
  text: string;
  doc: number;
  depth: number;
}

/** All crash reports of a body. Quoted copies of one report are reported once, at their first place. */
export function findCrashReports(body: Body, message: number): CrashReport[] {
  const found: CrashReport[] = [];
  if (body.whole !== undefined && !TITLE_WORDS.some((w) => body.whole!.includes(w))) return found;
  let i = 0;
  while (i < body.text.length) {
    const title = titleOf(body.text[i]!);
    if (!title) {
      i++;
      continue;
    }
    const report = readReport(body, i, title, message);
    i = Math.max(i + 1, report.next);
    if (isReal(report.report)) found.push(report.report);
  }
  return found;
}

function titleOf(line: string): { kind: CrashReport["kind"]; title: string } | null {
  if (line.length > 1000 || !TITLE_WORD.test(line)) return null;
  for (const [kind, pattern] of TITLES) {
    const match = pattern.exec(line);
    if (match) return { kind, title: match[0].trim() };
  }
  return null;
}

/** Prose mentions warnings too: only what carries a place, registers or a trace is a report. */
function isReal(report: CrashReport): boolean {
  return report.callTrace.length > 0 || report.symbol !== null || Object.keys(report.registers).length > 1;
}

function lineAt(body: Body, i: number, depth: number): Line {
  const raw = body.text[i]!;
  const own = quoteDepth(raw);
  const col = own ? skipQuote(raw, Math.min(own, Math.max(depth, own)), true) : 0;
  return { text: raw.slice(Math.max(0, col)), doc: body.doc[i]!, depth: own };
}

function readReport(
  body: Body,
  start: number,
  title: { kind: CrashReport["kind"]; title: string },
  message: number,
): { report: CrashReport; next: number } {
  const depth = quoteDepth(body.text[start]!);
  const report: CrashReport = {
    kind: title.kind,
    title: title.title,
    symbol: null,
    location: null,
    address:
      /(?:address|at)(?: virtual address)?:? (?:0x)?([0-9a-f]{8,16})\b/i.exec(title.title)?.[1] ?? null,
    callTrace: [],
    registers: {},
    source: /\bat (\S+?:\d+)/.exec(title.title)?.[1] ?? null,
    process: null,
    kernel: null,
    docLine: body.doc[start]!,
    endDocLine: body.doc[start]!,
    message,
    quoteDepth: depth,
  };
  if (report.address) report.address = `0x${report.address}`;
  const place = /\b(?:in|at) ([A-Za-z_][\w.]*)\+(0x[0-9a-f]+\/0x[0-9a-f]+)/.exec(title.title);
  if (place) {
    report.symbol = place[1]!;
    report.location = `${place[1]}+${place[2]}`;
  }
  let tracing = false;
  let idle = 0;
  let i = start + 1;
  let end = start;
  for (; i < body.text.length && i < start + 400 && idle < 8; i++) {
    const line = lineAt(body, i, depth);
    // No line of a report is longer; the patterns below go over blanks more than once.
    const text = line.text.slice(0, DETAIL_MAX).replace(STAMP, "");
    if (line.depth < depth && text.trim() === "") break;
    const took = readDetail(report, text, line, tracing);
    if (TRACE_START.test(text)) tracing = true;
    if (took || (tracing && /^\s*<\/?(?:TASK|IRQ|NMI|SOFTIRQ|EOI)>/.test(text)) || TRACE_START.test(text)) {
      idle = 0;
      end = i;
      continue;
    }
    if (text.trim() === "" && tracing && report.callTrace.length > 0) {
      // faddr2line's answer often follows the trace.
      readSource(body, i, depth, report);
      break;
    }
    if (titleOf(text) && report.callTrace.length > 0) break;
    idle++;
  }
  report.endDocLine = body.doc[end]!;
  return { report, next: end + 1 };
}

function readDetail(report: CrashReport, text: string, line: Line, tracing: boolean): boolean {
  const rip =
    /^\s*(?:RIP|EIP|IP|pc)\s*(?::\s*)?(?:[0-9a-f]{4}:)?(?:\[<[0-9a-f]+>\]\s*)*([A-Za-z_][\w.]*)\+(0x[0-9a-f]+\/0x[0-9a-f]+)/i.exec(
      text,
    );
  if (rip) {
    report.symbol ??= rip[1]!;
    report.location ??= `${rip[1]}+${rip[2]}`;
    return true;
  }
  const cpu = /\bCPU: \d+ (?:UID: \d+ )?PID: \d+ Comm: (\S+)/.exec(text);
  if (cpu) {
    report.process ??= cpu[1]!;
    const after = text.slice(cpu.index + cpu[0].length);
    report.kernel ??= /(?:Tainted:\D{0,64}|Not tainted[ \t]{0,8})[ \t](\d+\.\d+\S*)/.exec(after)?.[1] ?? null;
    return true;
  }
  const frame = tracing ? FRAME.exec(text) : null;
  if (frame) {
    if (report.callTrace.length < 200)
      report.callTrace.push({
        symbol: frame[2]!,
        offset: `${frame[3]}/${frame[4]}`,
        docLine: line.doc,
        uncertain: frame[1] !== undefined,
      } satisfies CrashFrame);
    return true;
  }
  if (
    /^\s*(?:Code|Hardware name|Modules linked in|FS|CS|DR\d|RSP|Oops|PKRU|Workqueue|Mem abort info|Tainted|PGD)\b/.test(
      text,
    ) ||
    /^[0-9a-f<> ]{16,}$/.test(text)
  ) {
    readRegisters(report, text);
    return true;
  }
  return readRegisters(report, text);
}

function readRegisters(report: CrashReport, text: string): boolean {
  if (text.length > 400) return false;
  let any = false;
  for (const match of text.matchAll(REGISTER)) {
    report.registers[match[1]!.toUpperCase()] ??= match[2]!;
    any = true;
  }
  return any;
}

function readSource(body: Body, from: number, depth: number, report: CrashReport): void {
  for (let i = from; i < Math.min(body.text.length, from + 6); i++) {
    const match = /^\s*([A-Za-z_]\w*) at (\S+:\d+)/.exec(lineAt(body, i, depth).text);
    if (match && (report.symbol === null || match[1] === report.symbol)) {
      report.source ??= match[2]!;
      return;
    }
  }
}

const MESON =
  /^\s*(\d+)\/(\d+)\s+(\S.*?)(?<!\s)\s{2,}(OK|FAIL|SKIP|TIMEOUT|ERROR|EXPECTEDFAIL|UNEXPECTEDPASS|XFAIL|XPASS)\b/;
const KTAP = /^\s*(ok|not ok)\s+\d+\s+(?:-\s*)?(\S.*)$/;
const XFSTESTS =
  /^((?:generic|xfs|ext4|btrfs|overlay|nfs|dax|shared|f2fs)\/\d{3})\b.*?(?:\s(\d+s)\b|\[(expunged|not run|failed[^\][]*|passed[^\][]*)\])/;
const SUMMARY =
  /^(Ok|Expected Fail|Fail|Unexpected Pass|Skipped|Timeout|Passed|Failures?|Total|Pass|Skip)\s*:\s+(\d+)\s*$/i;

/** Tables of test results (meson, TAP/KTAP, xfstests): two rows make a table. */
export function findTestReports(body: Body, message: number): TestReport[] {
  const found: TestReport[] = [];
  let current: TestReport | null = null;
  let last = -100;
  for (let i = 0; i < body.text.length; i++) {
    const raw = body.text[i]!;
    if (raw.length > 300) continue;
    const depth = raw.charCodeAt(0) === 62 ? quoteDepth(raw) : 0;
    // ">>> TEST_PATH=..." is meson's own output, not a quote: it only separates rows.
    const text = depth ? raw.slice(skipQuote(raw, depth, true)) : raw;
    const row = readRow(text);
    const sum = row || !current ? null : SUMMARY.exec(text.trim());
    if (!row && !sum) continue;
    if (!current || i - last > 12 || (row && depth !== current.quoteDepth)) {
      if (current && current.results.length >= 2) found.push(current);
      current = {
        message,
        docLine: body.doc[i]!,
        endDocLine: body.doc[i]!,
        quoteDepth: depth,
        results: [],
        summary: {},
      };
    }
    if (row && current.results.length < 5000) current.results.push({ ...row, docLine: body.doc[i]! });
    if (sum) current.summary[sum[1]!] = Number(sum[2]);
    current.endDocLine = body.doc[i]!;
    last = i;
  }
  if (current && current.results.length >= 2) found.push(current);
  return found;
}

function readRow(text: string): { name: string; result: string } | null {
  const c = text.trimStart().charCodeAt(0);
  if (c >= 48 && c <= 57) {
    const meson = MESON.exec(text);
    return meson ? { name: meson[3]!.trim(), result: meson[4]! } : null;
  }
  if (c === 111 || c === 110) {
    const tap = KTAP.exec(text);
    if (tap)
      return {
        name: tap[2]!.trim(),
        result: tap[1] === "ok" ? (/# SKIP/i.test(tap[2]!) ? "SKIP" : "OK") : "FAIL",
      };
    if (c === 111) return null;
  }
  const fs = XFSTESTS.exec(text);
  return fs
    ? {
        name: fs[1]!,
        result: fs[2]
          ? "OK"
          : fs[3]!.startsWith("failed")
            ? "FAIL"
            : fs[3]!.startsWith("passed")
              ? "OK"
              : "SKIP",
      }
    : null;
}
