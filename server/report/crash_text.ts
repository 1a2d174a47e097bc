/** What is said of crash reports in a mail, as text for a terminal. Leaves out what comes of them (review/crash.ts). */
import type { CrashOutcome } from "../review/crash.ts";
import { terminalText, wrap } from "./text.ts";

const KINDS: Readonly<Record<CrashOutcome["report"]["kind"], string>> = {
  oops: "an oops",
  gpf: "a general protection fault",
  bug: "a BUG",
  kasan: "a KASAN report",
  warning: "a WARNING",
  panic: "a panic",
  hang: "a hung task",
  rcu: "an RCU stall",
  lockdep: "a lockdep report",
};
const SHOWN = 6;

const list = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(", ")
    : `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;

function sentences({ report, known, scenarios, touchedBy, lacks, ran, match }: CrashOutcome): string[] {
  const at = report.location === null ? "" : ` at ${report.location}`;
  const who = [
    report.process === null ? "" : ` of ${report.process}`,
    report.kernel === null ? "" : ` on ${report.kernel}`,
  ].join("");
  const address = report.address === null ? "" : `, address ${report.address}`;
  const frames = report.callTrace.filter((f) => !f.uncertain).map((f) => f.symbol);
  const registers = Object.keys(report.registers).length;
  const out = [
    `${KINDS[report.kind]}${at}${address}${who}${report.source === null ? "" : `, ${report.source}`}`,
    `read: ${frames.length} frame${frames.length === 1 ? "" : "s"} (${list(frames)})${registers === 0 ? "" : `, ${registers} registers`}`,
  ];
  for (const t of touchedBy) out.push(`patch ${t.number} "${t.subject}" changes ${t.fn}()`);
  if (known.length === 0) {
    out.push("the machine has none of these functions: no scenario can come there");
    return out;
  }
  if (scenarios.length === 0) out.push(`the machine has ${list(known)}, and no scenario enters them`);
  else out.push(`entered by ${list(scenarios)} (${list(known)})`);
  if (ran === 0) {
    if (scenarios.length > 0)
      out.push(
        lacks === "series"
          ? "to run it, name the series that it is about, too: --prerequisite FILE"
          : "to run it, name a kernel tree and the series that it is about: --tree DIR --prerequisite FILE",
      );
    return out;
  }
  if (match === null) {
    out.push(
      `not reproduced: ${ran} case${ran === 1 ? "" : "s"} ran on the tree with the series, none comes to that fault there`,
    );
    return out;
  }
  const since =
    match.since === null
      ? "without the series too"
      : `since patch ${match.since.number} "${match.since.subject}"`;
  const inPart = match.since?.inPart ?? [];
  out.push(
    match.near === "same"
      ? `reproduced: ${match.scenario} comes to the same fault at the same function, ${since}`
      : `near it: ${match.scenario} comes to such a fault with ${list(match.common)} open, ${since}`,
    `${match.message}, in ${list(match.stack)}`,
  );
  if (inPart.length > 0)
    out.push(
      `patch${inPart.length === 1 ? "" : "es"} ${list(inPart.map(String))} of the series ${inPart.length === 1 ? "is" : "are"} on this tree only in part: what ${inPart.length === 1 ? "it breaks" : "they break"} may show with a later patch first`,
    );
  return out;
}

/** The reports of a mail and what comes of them, in lines of at most 80 columns. */
export function crashText(outcomes: readonly CrashOutcome[]): string {
  const lines = outcomes.flatMap((o) => {
    const [head, ...rest] = sentences(o);
    return [
      ...wrap(`line ${o.report.docLine}: ${head}`, 78),
      ...rest.flatMap((s) => wrap(s, 74).map((l, i) => `${i === 0 ? "  " : "    "}${l}`)),
    ];
  });
  return lines.map((l) => `${terminalText(l)}\n`).join("");
}
