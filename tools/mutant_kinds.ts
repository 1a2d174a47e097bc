/**
 * How `npm run anyk:mutants` breaks a function: each kind is a slip that fixes to drivers mend again and again, as a change of
 * one or two lines. A line that is put in calls MARK, so
 * that whether a path came by can be told; where none is, that the function ran is enough. Leaves out drawing files and
 * running them (any_mutants.ts).
 */
import { type OutlineItem, outline } from "../emulator/c/outline.ts";
import type { Contracts } from "../emulator/function/contract.ts";

/** A name that nothing declares: where a path assumed it, the mutated line ran. */
export const MARK = "__fs_mutant";
const RUN_MARK = `extern void ${MARK}(void); ${MARK}();`;

export interface Mutant {
  readonly line: number;
  /** The function it is in. */
  readonly fn: string;
  readonly kind: string;
  readonly what: string;
  readonly text: string;
}

export const functionsOf = (text: string): OutlineItem[] =>
  (outline(text) as OutlineItem[]).filter((i) => i.kind === "function");

const GIVE_BACK =
  /^\s*\w*(?:put|free|unlock|unregister|release|disable|unprepare|destroy|unmap|_del|_exit)\w*\([^;{}]*\);\s*$/;
/** What looks like a give-back and is none, or may be done as often as one likes. */
const NONE =
  /_irq_|devm_|disable_irq|irq_disable|list_del|\bput_unaligned|put_user|fput[cs]|timer|int_disable|output/;
const GOTO = /^(\s*)goto\s+(\w+);\s*$/;
const LABEL = /^[ \t]?([a-z_]\w*):\s*(?:\/\*.*)?$/;

/** A call that gives something back by its contract, and is no function of the file's own. */
function givesBack(line: string, own: ReadonlySet<string>, contracts: Contracts): boolean {
  const name = /^\s*(\w+)\(/.exec(line)?.[1] ?? "";
  if (own.has(name) || NONE.test(line)) return false;
  const c = contracts.functions.get(name);
  return (
    /^(?:(?:raw_)?spin|read|write)_unlock/.test(name) ||
    c?.clauses.some((k) => k.verb === "put" || k.verb === "free" || k.verb === "unlock") === true
  );
}

/** A function's text as the kinds look at it. */
interface Body {
  readonly lines: readonly string[];
  /** First and one past the last line of the body, 0-based. */
  readonly from: number;
  readonly to: number;
  /** Labels in order, with their lines. */
  readonly labels: readonly (readonly [string, number])[];
  /** The variable that its last statement returns, or null. */
  readonly returns: string | null;
  readonly own: ReadonlySet<string>;
  readonly contracts: Contracts;
}

/** One or more lines from `i` on written otherwise; null: this kind does not fit there. */
type Slip = (b: Body, i: number) => readonly string[] | null;

const KINDS: Readonly<Record<string, Slip>> = {
  "give-back dropped": ({ lines, own, contracts }, i) =>
    GIVE_BACK.test(lines[i]!) && !/unlock/.test(lines[i]!) && givesBack(lines[i]!, own, contracts)
      ? [`{ ${RUN_MARK} }`]
      : null,
  "unlock dropped": ({ lines, own, contracts }, i) =>
    GIVE_BACK.test(lines[i]!) && /unlock/.test(lines[i]!) && givesBack(lines[i]!, own, contracts)
      ? [`{ ${RUN_MARK} }`]
      : null,
  "give-back doubled": ({ lines, own, contracts }, i) => {
    const l = lines[i]!;
    const fits = GIVE_BACK.test(l) && /put|free|destroy/.test(l) && givesBack(l, own, contracts);
    return fits ? [`{ ${RUN_MARK} ${l.trim()} ${l.trim()} }`] : null;
  },
  "goto dropped": ({ lines }, i) =>
    /^\s*goto\s+(?:err|fail|out|free|put|unlock|disable|release|unregister|cleanup)\w*;\s*$/.test(lines[i]!)
      ? [`{ ${RUN_MARK} }`]
      : null,
  "returns instead of goto": ({ lines, labels, returns }, i) => {
    const to = GOTO.exec(lines[i]!)?.[2];
    const at = labels.find(([name]) => name === to)?.[1];
    if (returns === null || at === undefined || at < i) return null;
    return /^\s*return\b/.test(lines[at + 1] ?? "") ? null : [`{ ${RUN_MARK} return ${returns}; }`];
  },
  "goto one label on": ({ lines, labels }, i) => otherLabel(lines[i]!, labels, 1),
  "goto one label back": ({ lines, labels }, i) => otherLabel(lines[i]!, labels, -1),
  "check dropped": ({ lines }, i) => {
    const m = /^\s*if \((?:!|IS_ERR(?:_OR_NULL)?\()([\w.>-]+)\)?\)\s*$/.exec(lines[i]!);
    const given = m !== null && lines.slice(i - 4, i).some((l) => l.includes(`${m[1]} = `));
    if (!given || !/^\s*(?:goto \w+|return [^;]+);\s*$/.test(lines[i + 1] ?? "")) return null;
    return [`{ ${RUN_MARK} }`, ""];
  },
  "check of the other kind": ({ lines }, i) => {
    const l = lines[i]!;
    if (/^\s*if \(IS_ERR\([\w.>-]+\)\)/.test(l)) return [marked(l.replace(/IS_ERR\(([\w.>-]+)\)/, "!$1"))];
    const name = /^\s*if \(!([\w.>-]+)\)\s*\{?\s*$/.exec(l)?.[1];
    const call =
      name === undefined ? null : /= (\w+)\(/.exec(lines[i - 1]?.includes(`${name} = `) ? lines[i - 1]! : "");
    return call !== null && /alloc|get|find|create|map/.test(call[1]!)
      ? [marked(l.replace(`!${name}`, `IS_ERR(${name})`))]
      : null;
  },
  "errno not set": ({ lines }, i) =>
    /^\s*(?:ret|err|error|rc|status|retval) = (?:-E\w+|PTR_ERR\([^;]*\));\s*$/.test(lines[i]!) &&
    /^\s*goto /.test(lines[i + 1] ?? "")
      ? [`{ ${RUN_MARK} }`]
      : null,
  "used after it is freed": ({ lines, own, contracts }, i) => {
    const given = /\(([\w.>-]+)\);\s*$/.exec(lines[i]!)?.[1];
    const before = lines[i - 1] ?? "";
    if (given === undefined || !GIVE_BACK.test(lines[i]!) || !givesBack(lines[i]!, own, contracts))
      return null;
    if (
      !before.includes(`${given}->`) ||
      !/^\s*[^{}]*;\s*$/.test(before) ||
      /^\s*(?:if|return|goto|else)/.test(before)
    )
      return null;
    if (!/[;{}]\s*$/.test(lines[i - 2] ?? "") || !/free/.test(lines[i]!)) return null;
    return [`{ ${RUN_MARK} ${lines[i]!.trim()} ${before.trim()} }`];
  },
  "resumed without asking": ({ lines }, i) => {
    const l = lines[i]!;
    return /= pm_runtime_resume_and_get\(/.test(l)
      ? [l.replace(/= pm_runtime_resume_and_get\(/, `= ({ ${RUN_MARK} 0; }) ?: pm_runtime_get_sync(`)]
      : null;
  },
  "managed no more": ({ lines }, i) => {
    const l = lines[i]!;
    const m = /devm_(kzalloc|kcalloc|kmalloc|kstrdup|kmemdup)\((?:[^,()]|\([^()]*\))+, */.exec(l);
    return m === null || !/= devm_/.test(l)
      ? null
      : [l.replace(m[0], `({ ${RUN_MARK} 0; }) ? NULL : ${m[1]}(`)];
  },
  "cleaned up no more": ({ lines }, i) =>
    /\b__free\(\w+\)/.test(lines[i]!) ? [lines[i]!.replace(/\s*__free\(\w+\)/, "")] : null,
  "kept and given back": ({ lines }, i) => {
    const l = lines[i]!;
    if (/\breturn_ptr\(\w+\);/.test(l))
      return [l.replace(/return_ptr\((\w+)\);/, `{ ${RUN_MARK} return $1; }`)];
    return /\bno_free_ptr\(\w+\)/.test(l)
      ? [l.replace(/no_free_ptr\((\w+)\)/, `({ ${RUN_MARK} $1; })`)]
      : null;
  },
  "bound one too many": ({ lines }, i) => {
    const l = lines[i]!;
    const size = "(?:ARRAY_SIZE\\([^()]*\\)|[A-Z][A-Z0-9_]{3,})";
    if (new RegExp(`^\\s*for \\(\\w+ = 0; \\w+ < ${size}; \\w+\\+\\+\\)`).test(l))
      return [l.replace(" < ", " <= ")];
    return new RegExp(`^\\s*if \\([\\w.>-]+ >= ${size}\\)`).test(l) ? [l.replace(" >= ", " > ")] : null;
  },
  "not initialised": ({ lines, from }, i) => {
    const l = lines[i]!;
    const fits =
      i < from + 14 &&
      /^\t(?:int|struct \w+ \*|bool|u32|unsigned int|unsigned long) ?\w+ = (?:NULL|0|-E\w+|false);\s*$/.test(
        l,
      );
    return fits ? [l.replace(/ = [^;]+;/, ";")] : null;
  },
};

/** The names of the kinds. */
export const KIND_NAMES: readonly string[] = Object.keys(KINDS);

function marked(line: string): string {
  return line.replace(/\bif \(/, `if (({ ${RUN_MARK} 1; }) && `);
}

function otherLabel(line: string, labels: Body["labels"], by: number): readonly string[] | null {
  const to = GOTO.exec(line)?.[2];
  const at = labels.findIndex(([name]) => name === to);
  const other = at < 0 ? undefined : labels[at + by];
  return other === undefined ? null : [`{ ${RUN_MARK} goto ${other[0]}; }`];
}

/** Every mutant of a file, of the kinds whose names are wanted. */
export function mutantsOf(text: string, contracts: Contracts, wanted: (kind: string) => boolean): Mutant[] {
  const lines = text.split("\n");
  const out: Mutant[] = [];
  const all = functionsOf(text);
  const own = new Set(all.map((f) => f.name));
  for (const f of all) {
    const labels = lines.slice(f.startLine, f.endLine).flatMap((l, n) => {
      const name = LABEL.exec(l)?.[1];
      return name === undefined || name === "default" ? [] : [[name, f.startLine + n] as const];
    });
    const returns = /^\treturn ([a-z_]\w*);\s*$/.exec(lines[f.endLine - 2] ?? "")?.[1] ?? null;
    const body: Body = { lines, from: f.startLine, to: f.endLine - 1, labels, returns, own, contracts };
    for (let i = body.from; i < body.to; i++)
      for (const [kind, slip] of Object.entries(KINDS)) {
        const instead = wanted(kind) ? slip(body, i) : null;
        if (instead === null) continue;
        // A swap takes the line above with it.
        const start = kind === "used after it is freed" ? i - 1 : i;
        const changed = [...lines];
        changed[start] = instead[0]!;
        for (let n = 1; n < instead.length; n++) changed[start + n] = instead[n]!;
        if (start < i) changed[i] = "";
        out.push({ line: i + 1, fn: f.name, kind, what: lines[i]!.trim(), text: changed.join("\n") });
      }
  }
  return out;
}
