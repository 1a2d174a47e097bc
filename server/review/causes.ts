/**
 * Which of a patch's changes does it, asked of the machine: a new finding that stands on a line which did not do it runs once
 * more without that line's change, and, where it is still there, without each of the others. It goes to the change without
 * which it is gone. Leaves out findings on a changed line that performed the event, changes of files that come or go, and
 * running a case (the caller's).
 */
import { sideDefinitions } from "../diff/function_map.ts";
import type { DiffFile, DiffLine, Hunk, Patch } from "../mail/types.ts";
import { isKernelC } from "../source/overlay.ts";
import { BY_TYPES, EVENT_ELSEWHERE } from "./finding.ts";
import type { Finding } from "./types.ts";

/** Changed lines that go together: those of one function, or, outside of any, of one hunk. */
export interface Change {
  /** "dax_folio_put()", or "" outside of any function. */
  readonly fn: string;
  readonly path: string;
  /** The changed lines by document line, in order. */
  readonly lines: readonly DiffLine[];
}

/** Changes of one patch that it is tried without, and findings that are tried. */
const CHANGES_MAX = 6;
const FINDINGS_MAX = 8;

const hasCode = (l: DiffLine): boolean => /\w/.test(l.text) && !/^\s*(?:\/\*|\*(?:\s|$)|\/\/)/.test(l.text);

/** The changes of a patch's C, in the order of the mail. */
export function changesOf(patch: Patch): Change[] {
  const owners = new Map<number, string>();
  for (const d of patch.definitions)
    if (d.kind === "function") for (const l of d.lines) owners.set(l, `${d.name}()`);
  const found = new Map<string, { fn: string; path: string; lines: DiffLine[] }>();
  for (const file of patch.files) {
    if (!isKernelC(file.path) || file.status !== "modified" || file.combined) continue;
    for (const hunk of file.hunks) {
      if (!hunk.complete || hunk.gaps.length > 0) continue;
      for (const line of hunk.lines) {
        if (line.kind !== "+" && line.kind !== "-") continue;
        const fn = owners.get(line.docLine) ?? "";
        const key = `${file.path} ${fn || hunk.line}`;
        const change = found.get(key) ?? { fn, path: file.path, lines: [] };
        found.set(key, change);
        change.lines.push(line);
      }
    }
  }
  return [...found.values()].filter((c) => c.lines.some(hasCode));
}

/** A patch without one of its changes; every line that stays keeps its place in the document. */
export function withoutChange(patch: Patch, change: Change): Patch {
  const dropped = new Set(change.lines);
  const files = patch.files.map((file): DiffFile => {
    if (file.path !== change.path) return file;
    let shift = 0;
    const hunks = file.hunks.map((hunk): Hunk => {
      const lines = hunk.lines.flatMap((l): DiffLine[] => {
        if (!dropped.has(l)) return [{ ...l }];
        return l.kind === "-" ? [{ ...l, kind: " " }] : [];
      });
      const newStart = hunk.newStart + shift;
      let at = newStart;
      for (const l of lines) l.newLine = l.kind === " " || l.kind === "+" ? at++ : null;
      shift += at - newStart - hunk.newLines;
      return { ...hunk, newStart, newLines: at - newStart, lines };
    });
    return { ...file, hunks: hunks.filter((h) => h.lines.some((l) => l.kind === "+" || l.kind === "-")) };
  });
  const definitions = files.flatMap((f) => [...sideDefinitions(f, "before"), ...sideDefinitions(f, "after")]);
  return { ...patch, files, definitions, comments: [] };
}

/** Whether each finding is still there without a change; null where that cannot be said. */
export type Trial = (change: Change, findings: readonly Finding[]) => readonly (boolean | null)[];

/** The findings, those that another change than their own makes put on that one. */
export function putOnCauses(patch: Patch, findings: readonly Finding[], trial: Trial): Finding[] {
  const changes = changesOf(patch);
  const loose = findings.filter((f) => isLoose(patch, f)).slice(0, FINDINGS_MAX);
  if (loose.length === 0) return [...findings];
  if (changes.length < 2) return oneChange(patch, changes[0], findings);
  const ownOf = (f: Finding): Change | undefined => changes.find((c) => holds(patch, c, f.docLine));
  let left = CHANGES_MAX;
  /** Of these findings those for which the trial says so. */
  const ask = (change: Change, of: readonly Finding[], wanted: boolean): Finding[] => {
    if (of.length === 0 || left === 0) return [];
    left--;
    const said = trial(change, of);
    return of.filter((_, i) => said[i] === wanted);
  };
  const open = loose.filter((f) => ownOf(f) === undefined);
  for (const change of changes)
    open.push(
      ...ask(
        change,
        loose.filter((f) => ownOf(f) === change),
        true,
      ),
    );
  // Those that ran are the likelier.
  const ran = new Set(open.flatMap((f) => f.functions.map((g) => `${g.name}()`)));
  const likely = [...changes].sort((x, y) => Number(ran.has(y.fn)) - Number(ran.has(x.fn)));
  const causes = new Map<Finding, Change>();
  for (const change of likely) {
    const untried = open.filter((f) => !causes.has(f) && ownOf(f) !== change);
    for (const f of ask(change, untried, false)) causes.set(f, change);
  }
  return findings.map((f) => {
    const cause = causes.get(f);
    return cause === undefined ? f : moved(f, cause, ownOf(f));
  });
}

/** A patch of one change: what breaks one rule on several lines that it keeps has that change for its cause, and is one finding. */
function oneChange(patch: Patch, change: Change | undefined, findings: readonly Finding[]): Finding[] {
  const out: Finding[] = [];
  const kept = (f: Finding): boolean =>
    f.exactLine && change !== undefined && isLoose(patch, f) && holds(patch, change, f.docLine);
  for (const f of findings) {
    const at = kept(f) ? out.findIndex((o) => o.code === f.code && kept(o)) : -1;
    const first = out[at];
    if (first === undefined) out.push(f);
    else {
      const more = [f.scenario, ...f.alsoIn].filter((s) => s !== first.scenario);
      out[at] = { ...first, alsoIn: [...new Set([...first.alsoIn, ...more])] };
    }
  }
  return out;
}

/** Whether a line of the patch may have less to do with a finding than another: it did not do it, or the patch keeps it. */
function isLoose(patch: Patch, f: Finding): boolean {
  if (f.verdict !== "new" || f.scenario === BY_TYPES || f.replay === "") return false;
  return !f.exactLine || lineAt(patch, f.docLine)?.kind === " ";
}

function lineAt(patch: Patch, docLine: number): DiffLine | undefined {
  for (const file of patch.files)
    for (const hunk of file.hunks)
      for (const l of hunk.lines) if (l.docLine === docLine && l.kind !== "\\") return l;
  return undefined;
}

/** Whether a line is one of a change, or one that stays in the function that it changes. */
function holds(patch: Patch, change: Change, docLine: number): boolean {
  if (change.lines.some((l) => l.docLine === docLine)) return true;
  if (change.fn === "") return false;
  return patch.definitions.some(
    (d) => d.path === change.path && `${d.name}()` === change.fn && d.lines.includes(docLine),
  );
}

function moved(f: Finding, { fn, path, lines }: Change, own: Change | undefined): Finding {
  const line = lines.find(hasCode) ?? lines[0]!;
  const where = `line ${line.docLine} of the mail${fn === "" ? "" : ` (${fn})`}`;
  const stays = own === undefined ? "" : `, and stays without that of ${own.fn || `line ${f.docLine}`}`;
  return {
    ...f,
    docLine: line.docLine,
    path,
    side: line.kind === "-" ? "before" : "after",
    exactLine: false,
    cause: true,
    detail: [
      `Tried: it goes away without the change at ${where}${stays}.`,
      ...f.detail.filter((d) => !EVENT_ELSEWHERE.includes(d)),
    ],
  };
}
