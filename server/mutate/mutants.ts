/**
 * Mistakes that could have been made in what a patch adds, one at a time: a statement that is left out, a condition that is
 * turned round, two statements in the other order. Each is an edit of one or two `+` lines of the mail, whose counts stay as
 * they are. Leaves out running them (try.ts) and lines that do not hold a statement whole.
 */
import type { DiffLine, ParsedDocument, Patch } from "../mail/types.ts";

export interface Mutant {
  readonly patch: number;
  /** The line of the document that is written otherwise, the first of two. */
  readonly docLine: number;
  /** "without": a statement left out; "turned": a condition; "swapped": with the line after it. */
  readonly how: "without" | "turned" | "swapped";
  /** The statement, or both, without indentation. */
  readonly code: string;
  /** Lines of the document as they are to be, by 1-based line. */
  readonly edits: ReadonlyMap<number, string>;
  /** What matters most to a reviewer comes first: 0 what is taken and given back, 1 ways out, conditions, 2 the rest. */
  readonly rank: 0 | 1 | 2;
}

const CALL = /^\w[\w.>[\]*&-]* ?\(.*\);$/;
const STEP = /^(?:\+\+|--)?[\w>.[\]()*-]+(?:\+\+|--)?;$/;
const ASSIGNED = /^[\w>.[\]()*&-]+ [-+|&^]?= .*;$/;
const JUMP = /^(?:goto \w+|break|continue|return\b.*);$/;
const CONDITION = /^((?:\} )?(?:else )?if ?)\((.*)\)( ?\{?)$/;
/** A statement that declares: what uses the name would not compile without it. */
const DECLARES =
  /^(?:const|static|struct|union|enum|unsigned|signed|int|long|short|char|bool|void|size_t|ssize_t|loff_t|pgoff_t|sector_t|gfp_t|u8|u16|u32|u64|s8|s16|s32|s64|else|do|typedef|extern)\b/;
const BOOKS = /(?:get|put|pin|ref|free|alloc|lock|inc|dec|map|enable|disable|register|release|destroy)/i;
/** What may be missing without harm: it tells, or checks. */
const TELLS =
  /^(?:pr_|dev_|netdev_|trace_|printk|WARN|VM_WARN|VM_BUG|BUG_ON|lockdep_|might_sleep|cond_resched)/;
/** Longest line that is looked at. */
const LINE_MAX = 400;

/** All mutants of the patches of a document whose lines are as `doc.lines` has them, in the order of the mail. */
export function mutantsOf(doc: ParsedDocument, patches: readonly Patch[]): Mutant[] {
  const out: Mutant[] = [];
  for (const patch of patches)
    for (const file of patch.files) {
      if (!/\.[ch]$/.test(file.path)) continue;
      for (const hunk of file.hunks) mutantsIn(doc, patch.index, hunk.lines, out);
    }
  return out;
}

function mutantsIn(doc: ParsedDocument, patch: number, lines: readonly DiffLine[], out: Mutant[]): void {
  const after = lines.filter((l) => l.kind !== "-");
  after.forEach((line, i) => {
    const code = statementOf(line, after[i - 1]);
    if (line.kind !== "+" || code === null) return;
    const edit = (l: DiffLine, text: string): [number, string] | null => {
      const whole = doc.lines[l.docLine - 1] ?? "";
      // A line of the mail that is not the hunk's line with what stands before it (a quote) is left alone.
      return whole.endsWith(`+${l.text}`)
        ? [l.docLine, `${whole.slice(0, whole.length - l.text.length)}${text}`]
        : null;
    };
    const add = (how: Mutant["how"], told: string, edits: readonly ([number, string] | null)[]): void => {
      if (edits.some((e) => e === null)) return;
      const rank = BOOKS.test(told) ? 0 : how === "turned" || JUMP.test(told) ? 1 : 2;
      const made = new Map(edits as [number, string][]);
      out.push({ patch, docLine: line.docLine, how, code: told, edits: made, rank });
    };
    const condition = CONDITION.exec(code);
    if (condition !== null) {
      if (isWhole(condition[2]!))
        add("turned", code, [
          edit(
            line,
            line.text.replace(code, () => `${condition[1]}(!(${condition[2]}))${condition[3]}`),
          ),
        ]);
      return;
    }
    if (!isStatement(code)) return;
    add("without", code, [
      edit(
        line,
        line.text.replace(code, () => ";"),
      ),
    ]);
    const next = after[i + 1];
    const other = next?.kind === "+" ? statementOf(next, line) : null;
    if (next !== undefined && other !== null && CALL.test(code) && CALL.test(other) && BOOKS.test(code))
      if (!TELLS.test(other) && other !== code)
        add("swapped", `${code} ${other}`, [
          edit(
            line,
            line.text.replace(code, () => other),
          ),
          edit(
            next,
            next.text.replace(other, () => code),
          ),
        ]);
  });
}

/** What a line says, where it does not go on with another's text; null: it is no line of code by itself. */
function statementOf(line: DiffLine, before: DiffLine | undefined): string | null {
  const code = line.text.trim();
  if (code === "" || line.text.length > LINE_MAX || /^(?:\/[/*]|\*|#)/.test(code)) return null;
  const last = before?.text.trim() ?? "";
  const begins = last === "" || /(?:[;{}:/]|^else|^do|^#.*)$/.test(last) || CONDITION.test(last);
  return begins ? code : null;
}

function isStatement(code: string): boolean {
  if (DECLARES.test(code) || TELLS.test(code)) return false;
  if (JUMP.test(code)) return true;
  // A name and another one before anything else: a declaration with a type of the kernel's own.
  if (/^\w+ \*?\w+ ?[=;,[]/.test(code) || !isWhole(code)) return false;
  return CALL.test(code) || ASSIGNED.test(code) || (STEP.test(code) && /\+\+|--/.test(code));
}

/** Whether all brackets that a text opens are closed in it. */
function isWhole(text: string): boolean {
  let open = 0;
  for (const c of text) {
    if (c === "(") open++;
    else if (c === ")" && --open < 0) return false;
  }
  return open === 0;
}

/**
 * At most `max` of the mutants: of what is taken and given back first, then ways out and conditions, evenly over the mail. In
 * the order of the mail.
 */
export function chosen(mutants: readonly Mutant[], max: number): Mutant[] {
  const taken: Mutant[] = [];
  for (const rank of [0, 1, 2]) {
    const left = max - taken.length;
    const own = mutants.filter((m) => m.rank === rank);
    if (own.length <= left) taken.push(...own);
    else for (let i = 0; i < left; i++) taken.push(own[Math.floor((i * own.length) / left)]!);
  }
  return taken.sort((a, b) => a.docLine - b.docLine);
}

/** The document with a mutant in it. */
export function withMutant(doc: ParsedDocument, { edits }: Mutant): string {
  const lines = [...doc.lines];
  for (const [docLine, text] of edits) lines[docLine - 1] = text;
  return lines.join("\n");
}
