/**
 * Function cases of a patch in a kernel tree: the functions that are planned (function_plan.ts) run on both sides, and what is
 * told of their differences for what the patch as a whole says. Leaves out how a path is run (emulator/function) and findings
 * as surfaces show them (function_outcome.ts).
 */

import { diffArrays } from "diff";
import type { Loc, SourceFile } from "../../emulator/c/ast.ts";
import { type OutlineItem, outline } from "../../emulator/c/outline.ts";
import { expansionLoc } from "../../emulator/c/token.ts";
import { type ChangedStatement, changedStatements } from "../../emulator/function/changed_statements.ts";
import { compareEntry, type Difference, type EntryResult } from "../../emulator/function/compare.ts";
import {
  type Bounds,
  type Entry,
  type Side,
  symOf,
  USUAL_BOUNDS,
  whyNoEntry,
} from "../../emulator/function/explore.ts";
import type { Doubt } from "../../emulator/function/finding.ts";
import { KernelSources } from "../../emulator/function/sources.ts";
import { staticDifferences, unbuiltIn, unreadable } from "../../emulator/function/static_checks.ts";
import { type FailsBy, failingBy, givesNull } from "../source/failing_by.ts";
import { functionSource, handedToMacro, headerIndex, namedBeside } from "../source/function_source.ts";
import type { FileImages, KernelTree, SideImages } from "../source/images.ts";
import { codeText } from "../source/tree_side.ts";
import { isFlagUnset, isNeverSoCalled } from "./as_called.ts";
import { readContracts } from "./contracts.ts";
import { type FunctionText, failureTests } from "./failure_tests.ts";
import {
  calleesOf,
  type FunctionPlan,
  functionsOf,
  planFunctions,
  refusedIn,
  rejectedIn,
} from "./function_plan.ts";
import { livesOf } from "./lives.ts";
import { mailSource } from "./mail_functions.ts";
import type { PathLine } from "./outcome.ts";

export interface FunctionOptions {
  readonly bounds: Bounds;
  /** Which functions, by name; null: all that are changed. */
  readonly only: ((name: string) => boolean) | null;
  /** Told of every path that ran. */
  readonly watch?: Parameters<typeof compareEntry>[4];
}

export const USUAL_OPTIONS: FunctionOptions = { bounds: USUAL_BOUNDS, only: null };

/** A name that is called, or looks so. */
const CALLED = /\b([A-Za-z_]\w*)\s*\(/g;
/** A line that says that nothing went wrong. */
const SAYS_NOTHING = /\breturn 0;|[^=!<>]=\s*0;/;
/** A line by which a failure is passed on. */
const JUMP_OUT = /^(?:goto \w+|return [^;]*);$/;

/** Nodes evaluated, for each path that an entry has a share of: most paths need fewer. */
const STEPS_A_PATH = 6_000;

/** Paths of an entry and side when so many entries share a patch's time. */
export function boundsFor(entries: number, paths: number | undefined): Bounds {
  const share = Math.max(60, Math.min(400, Math.floor(1600 / Math.max(1, entries))));
  return {
    ...USUAL_BOUNDS,
    paths: paths ?? share,
    total: paths === undefined ? share * STEPS_A_PATH : USUAL_BOUNDS.total,
  };
}

/** Counts of a page: who maps it, caches it or waits for it holds them, and no function gives back what it takes. */
const PAGE_COUNT = /\b_(?:ref|map)count\b|^count mem_map\b/;

/** The function cases of a patch's images in a tree: planned at once, built when the first one runs. */
/** Why what ran is no answer. */
export interface Unbuilt {
  readonly why: string;
  /** That it does not build is told. */
  readonly told: boolean;
  /** The text is not whole, as that of one patch of a series without those before it: what that newly does is not what it will do. */
  readonly lacks: boolean;
  /** A function that what ran calls is no C on one side: what it would have done there is nobody's loss, and nobody's gain. */
  readonly cut?: true;
}

export class FunctionCases {
  readonly plan: FunctionPlan;
  private readonly tree: KernelTree | null;
  private readonly images: readonly FileImages[];
  private readonly outlines = new Map<string, readonly OutlineItem[]>();
  /** Every hunk of C had its place, in this patch and before it: what the text lacks, the patch lacks. */
  readonly whole: boolean;
  private readonly ofItsTime: boolean;
  /** What functions of a mail alone name that is not known. */
  readonly missing = new Set<string>();
  private shown: readonly Difference[] | null = null;
  private built: { sources: KernelSources; before: Side; after: Side } | null = null;

  /**
   * @param tree where the code around the images is; null: they are all that a mail shows whole (mail_functions.ts)
   * @param ofItsTime the tree is of the time of the patch: what it does not declare, the patch's author had not either
   */
  constructor(tree: KernelTree | null, images: SideImages, ofItsTime: boolean) {
    this.tree = tree;
    this.ofItsTime = ofItsTime;
    this.images = images.files.filter(
      (f) =>
        f.touched && /\.[ch]$/.test(f.path) && f.before !== null && f.after !== null && f.before !== f.after,
    );
    this.whole = images.torn.size === 0 && !images.files.some((f) => f.touched && rejectedIn(f).length > 0);
    const plan = planFunctions(this.images, images.torn);
    this.plan = tree === null ? { ...plan, entries: plan.entries.flatMap((e) => this.fromMail(e)) } : plan;
  }

  /** The patched files are those of a kernel tree, not of the mail alone. */
  get inTree(): boolean {
    return this.tree !== null;
  }

  /** An entry of a mail alone: none where something that it comes to is not known; who calls it is not known in any case. */
  private fromMail(entry: Entry): Entry[] {
    const { before, after } = this.sides();
    const f = this.imagesOf(entry.path)!;
    const runs = [entry.name, ...(entry.leave === null ? [] : [entry.leave])];
    const whole = [
      [before, f.before!],
      [after, f.after!],
    ].every(([side, text]) => {
      const bodies = this.bodiesOf(text as string);
      const names = new Set(runs.flatMap((n) => [...calleesOf(bodies, n)]));
      return [...names].every((n) => {
        const why = unreadable(side as Side, entry.path, n);
        if (why !== null) this.missing.add(why);
        return why === null;
      });
    });
    return whole ? [{ ...entry, callback: false }] : [];
  }

  /**
   * The functions with a contract that a patched file exports, where the patch changes neither them nor what they come to: what they
   * take and give is known, and their own code shows it only to who knows what a count in it means.
   */
  private interfacesOf(isKnown: (name: string) => boolean): ReadonlySet<string> {
    const out = new Set<string>();
    if (this.tree === null) return out;
    const changed = new Set([...this.plan.changed.values()].flat());
    for (const { after } of this.images) {
      const bodies = this.bodiesOf(after!);
      for (const [, name = ""] of after!.matchAll(EXPORTED))
        if (isKnown(name) && ![name, ...calleesOf(bodies, name)].some((n) => changed.has(n))) out.add(name);
    }
    return out;
  }

  /** Whether an entry is one of these functions or comes to one within its file, by the look of the text of either side. */
  comesTo({ name, leave, path }: Entry, names: ReadonlySet<string>): boolean {
    const f = this.imagesOf(path);
    const begins = leave === null ? [name] : [name, leave];
    const texts = f === null ? [] : [f.before, f.after].filter((t) => t !== null);
    const comes = texts.flatMap((t) => begins.flatMap((n) => [...calleesOf(this.bodiesOf(t), n)]));
    return [...begins, ...comes].some((n) => names.has(n));
  }

  private byPath: ReadonlyMap<string, FileImages> | null = null;
  private readonly bodies = new Map<string, ReadonlyMap<string, string>>();

  /** The functions of a text, read once. */
  private bodiesOf(text: string): ReadonlyMap<string, string> {
    const known = this.bodies.get(text) ?? functionsOf(text);
    this.bodies.set(text, known);
    return known;
  }

  get files(): readonly SourceFile[] {
    return this.sides().sources.files;
  }

  /** The images of a file, or null. */
  imagesOf(path: string): FileImages | null {
    this.byPath ??= new Map(this.images.map((f) => [f.path, f] as const).reverse());
    return this.byPath.get(path) ?? null;
  }

  /** First and last line of a function in a side's text, or null. */
  linesOf(
    path: string,
    side: "before" | "after",
    name: string,
    text: string,
  ): { start: number; end: number } | null {
    const key = `${side} ${path}`;
    let items = this.outlines.get(key);
    if (items === undefined) {
      items = outline(text);
      this.outlines.set(key, items);
    }
    const item = items.find((i) => i.kind === "function" && i.name === name);
    return item === undefined ? null : { start: item.startLine, end: item.endLine };
  }

  run(entry: Entry, options: FunctionOptions): EntryResult {
    const { before, after } = this.sides();
    const judged = { ...entry, jumpGone: this.lacksJumps(entry) };
    const result = compareEntry(before, after, judged, options.bounds, options.watch);
    const differences = result.differences.map((d) =>
      this.asCalled(
        this.jumpGone(
          this.mayBeManaged(this.mayBeEnded(mayBeKept(this.onOwnBase(this.stillOwned(this.mayBeMacro(d)))))),
        ),
      ),
    );
    return { ...result, differences: differences.filter((d) => !this.isRead(d)) };
  }

  private readonly statements = new Map<string, readonly ChangedStatement[]>();

  /** The statements with code that a side changes in the functions of a file that the patch changes. */
  private statementsOf(which: "before" | "after", path: string): readonly ChangedStatement[] {
    const key = `${which} ${path}`;
    const known = this.statements.get(key);
    if (known !== undefined) return known;
    const side = this.sides()[which];
    const found = (this.plan.changed.get(path) ?? []).flatMap((name) => {
      const sym = side.changed === undefined ? null : symOf(side, name, path);
      if (
        sym === null ||
        whyNoEntry(side, { name, path, root: false, callback: false, leave: null }) !== null
      )
        return [];
      return [...changedStatements(side.program.tree(sym), side.changed!).values()].filter((s) => s.code);
    });
    this.statements.set(key, found);
    return found;
  }

  /** The lines that the patch changes in the files that a case went through, and which of them its paths came to. */
  linesMet({ entry, met }: Pick<EntryResult, "entry" | "met">): PathLine[] {
    const out = new Map<string, PathLine>();
    for (const side of ["before", "after"] as const) {
      const paths = new Set([entry.path]);
      for (const place of met[side]) paths.add(this.files[Number(place.split(":", 1)[0])]?.path ?? "");
      for (const path of paths)
        for (const s of this.statementsOf(side, path)) {
          const reached = met[side].has(s.place);
          for (const line of s.lines) {
            const docLine = this.imagesOf(path)?.[`${side}DocLines`][line - 1] ?? 0;
            const key = `${side} ${docLine}`;
            if (docLine > 0 && out.get(key)?.reached !== true)
              out.set(key, { docLine, side, path, line, reached });
          }
        }
    }
    return [...out.values()];
  }

  /** An error in a variable that is lost, of which the text alone tells as well (static_checks.ts). */
  private isRead({ fault: { kind, object, at }, verdict }: Difference): boolean {
    if (kind !== "error-lost" || !object.startsWith("error in ")) return false;
    return this.statics().some(
      ({ fault: f, verdict: v }) =>
        f.kind === kind && !f.possible && v === verdict && f.at.fn === at.fn && f.at.loc.line === at.loc.line,
    );
  }

  /** Of a mail alone nobody knows which callee is a macro that writes to what it is given. */
  private mayBeMacro(d: Difference): Difference {
    const unwritten = d.fault.kind === "uninitialised" || d.fault.kind === "copied-uninitialised";
    return this.tree === null && unwritten ? doubtful(d, "macro") : d;
  }

  /**
   * What only the other side shows to be owned (owners.ts) may have changed hands: where the patch has more to do with that
   * member than giving it back, or another function gives it back and leaves the owner, it is possible, not told.
   */
  private stillOwned(d: Difference): Difference {
    const { member, at, kept } = d.fault;
    // Left with a caller: one of another file that the patch changes may give it back now.
    if (kept === true && d.verdict === "new" && this.images.length > 1) return doubtful(d, "caller's");
    // What is made ready may be stopped by another function now, that a core calls.
    const ready = d.fault.kind === "left-running" ? d.fault.object.match(/\w+/g)?.at(-1) : undefined;
    if (ready !== undefined && d.verdict === "new")
      return this.mentionedElsewhere(d.entry.path, new RegExp(`\\b${ready}\\b`), at.fn)
        ? doubtful(d, "given elsewhere")
        : d;
    if (member === undefined) return d;
    const side = d.verdict === "new" ? "after" : "before";
    const word = new RegExp(`\\b${member}\\b`);
    // Nobody speaks of that member: an index past the end of what stands beside it came there. A count may be another file's.
    const isCount = d.fault.object.startsWith("count ") && !PAGE_COUNT.test(d.fault.object);
    const ran = new Set([...d.path.ran, at.fn, d.entry.name]);
    const bodies = (["before", "after"] as const).flatMap((s) => [
      ...this.bodiesOf(this.imagesOf(d.entry.path)?.[s] ?? ""),
    ]);
    if (
      !isCount &&
      bodies.some(([fn]) => ran.has(fn)) &&
      !bodies.some(([fn, body]) => ran.has(fn) && word.test(body))
    )
      return doubtful(d, "past the end");
    const given = new RegExp(`\\b${member}(?:\\[\\w+\\])?\\);$`);
    const gives = (l: string): boolean =>
      (given.test(l) && /^(?:if |\w+\()[^=]*$/.test(l)) ||
      l.endsWith(`${member}--;`) ||
      l.endsWith(`${member}++;`);
    const text = codeText(this.imagesOf(d.entry.path)?.[side] ?? "");
    const moved =
      this.tree === null ||
      new RegExp(`\\b${member} = devm_`).test(text) ||
      this.images.some((f) =>
        changedLines(f.before!, f.after!).some(
          (l) => /\bdevm_|\b__free\b|\bno_free_ptr\b/.test(l) || (word.test(l) && !gives(l)),
        ),
      ) ||
      this.mentionedElsewhere(d.entry.path, word, at.fn) ||
      givenElsewhere(this.bodiesOf(this.imagesOf(d.entry.path)?.[side] ?? ""), member, at.fn);
    return moved ? doubtful(d, "given elsewhere") : d;
  }

  /**
   * A patch that only takes a give-back away repairs a base that gives back elsewhere, too. Where the tree is not that base
   * (another repair is in it, or none was needed), what is lost is the tree's business: possible, not told. Not so of what
   * lies in memory that the same path frees: no base can give that back later.
   */
  private onOwnBase(d: Difference): Difference {
    if (d.verdict !== "new" || d.fault.possible) return d;
    const { kind, buried } = d.fault;
    if ((kind !== "leaked" || buried === true) && kind !== "left-running" && kind !== "returned-locked")
      return d;
    const f = this.imagesOf(d.entry.path);
    if (f === null || f.own || f.hunks.every((h) => h.fate.kind === "already")) return d;
    // A jump elsewhere is a line more of its text, and no line taken away alone.
    if ([...lineCounts(f.before!, f.after!).values()].some((n) => n < 0)) return d;
    return doubtful(d, "other base");
  }

  /**
   * What goes well and keeps a thing, in a function that begins a life: the end gives it back, and whether it does the case of
   * that life tells. Where only this side has the end (the other leaves it to a managed form) there is no such case.
   */
  private mayBeEnded(d: Difference): Difference {
    const { fault, entry, path, verdict } = d;
    if (fault.kind !== "leaked" || entry.leave !== null || path.outcome === "failed") return d;
    const f = this.imagesOf(entry.path);
    if (f === null || (verdict !== "new" && verdict !== "fixed")) return d;
    const text = verdict === "new" ? f.after! : f.before!;
    const other = this.bodiesOf(verdict === "new" ? f.before! : f.after!);
    const ends = livesOf(codeText(text), new Set(this.bodiesOf(text).keys()));
    const kept = fault.kept === true || fault.lasts === true;
    const ended = ends.some((l) => l.begin === entry.name && (kept || !other.has(l.end)));
    return ended ? doubtful(d, "its end gives") : d;
  }

  /** What goes with the device where another function of the file says so to the kernel (`pcim_enable_device()`). */
  private mayBeManaged(d: Difference): Difference {
    const { object, kind } = d.fault;
    const f = this.imagesOf(d.entry.path);
    if (kind !== "leaked" || f === null || (d.verdict !== "new" && d.verdict !== "fixed")) return d;
    const text = d.verdict === "new" ? f.after! : f.before!;
    const goes = [...readContracts().contracts.kinds.values()].some(
      (k) =>
        k.managedAfter !== null && object.startsWith(`${k.what} of `) && text.includes(`${k.managedAfter}(`),
    );
    return goes ? doubtful(d, "goes with the device") : d;
  }

  /**
   * To pass over a failure may be meant: then the patch says something else about it. Where the way out is all that goes (or comes), in
   * what it changes of what ran, and what stands before it stays, it is told; and where all is given up as behind any failure, and no line
   * that comes says 0.
   */
  private jumpGone(d: Difference): Difference {
    if (d.fault.kind !== "error-lost" || !d.fault.possible) return d;
    if (d.verdict !== "new" && d.verdict !== "fixed") return d;
    const path = this.files[d.fault.at.loc.file]?.path ?? d.entry.path;
    const ran = new Set([d.fault.at.fn, ...d.path.ran, d.entry.name]);
    const asked = (fn: string): boolean => ran.has(fn);
    const isMeant =
      !this.onlyJumps(path, d.verdict === "new" ? "after" : "before", asked) &&
      (d.undone !== true ||
        (this.plan.changed.get(path) ?? []).some((fn) => asked(fn) && this.saysNothing(path, fn)));
    return isMeant ? d : { ...d, fault: { ...d.fault, possible: false } };
  }

  /** Whether the patch brings a line to a function that says that nothing went wrong. */
  private saysNothing(path: string, fn: string): boolean {
    const f = this.imagesOf(path);
    return f !== null && this.changeOf(f, fn).come.some((l) => SAYS_NOTHING.test(l));
  }

  /** The lines of a function that go and come with the patch, without the space around them; of each function once. */
  private changeOf(f: FileImages, fn: string): { readonly gone: string[]; readonly come: string[] } {
    const key = `${f.path} ${fn}`;
    let change = this.changes.get(key);
    if (change === undefined) {
      const body = (of: "before" | "after"): string[] => {
        const at = this.linesOf(f.path, of, fn, f[of]!);
        const lines = at === null ? [] : this.splitOf(f, of).slice(at.start - 1, at.end);
        return lines.flatMap((l) => l.trim() || []);
      };
      const parts = diffArrays(body("before"), body("after"));
      change = {
        gone: parts.flatMap((p) => (p.removed ? p.value : [])),
        come: parts.flatMap((p) => (p.added ? p.value : [])),
      };
      this.changes.set(key, change);
    }
    return change;
  }

  /** A side's text by lines, taken apart once: a file may have thousands of functions that change. */
  private splitOf(f: FileImages, of: "before" | "after"): readonly string[] {
    const key = `${of} ${f.path}`;
    let lines = this.split.get(key);
    if (lines === undefined) this.split.set(key, (lines = f[of]!.split("\n")));
    return lines;
  }

  private readonly changes = new Map<string, { readonly gone: string[]; readonly come: string[] }>();
  private readonly split = new Map<string, readonly string[]>();

  /** Whether jumps out are all that a side lacks in the functions of a file that the patch changes, of those that are asked for. */
  private onlyJumps(path: string, side: "before" | "after", asked: (fn: string) => boolean): boolean {
    const f = this.imagesOf(path);
    const list = f === null ? [] : (this.plan.changed.get(path) ?? []).filter(asked);
    const isGone = (fn: string): boolean => {
      const change = this.changeOf(f!, fn);
      const [gone, come] = side === "after" ? [change.gone, change.come] : [change.come, change.gone];
      return (
        gone.length > 0 &&
        gone.every((l) => JUMP_OUT.test(l)) &&
        !come.some((l) => /["=]|\b(?:goto|return|break|continue)\b/.test(l))
      );
    };
    return list.length > 0 && list.every(isGone);
  }

  /** The side that lacks jumps out and nothing else, or null. */
  private lacksJumps(entry: Entry): "before" | "after" | null {
    const all = (): boolean => true;
    if (this.images.length !== 1) return null;
    return this.onlyJumps(entry.path, "after", all)
      ? "after"
      : this.onlyJumps(entry.path, "before", all)
        ? "before"
        : null;
  }

  /** Ways that no caller takes are nobody's; nor is the end of a life that goes by what this life did not set. */
  private asCalled(d: Difference): Difference {
    const f = this.imagesOf(d.entry.path);
    if (f === null || d.verdict !== "new" || d.fault.possible) return d;
    const { leave, name } = d.entry;
    const text = f.after!;
    const never =
      leave !== null
        ? isFlagUnset(leave, d.path.choices, this.bodiesOf(text))
        : OF_VALUES.has(d.fault.kind) && isNeverSoCalled(name, d.path.choices, this.bodiesOf(text), text);
    return never ? doubtful(d, "never so called") : d;
  }

  /** A side as it runs. */
  sideOf(side: "before" | "after"): Side {
    return this.sides()[side];
  }

  /** Whether another function than `but` speaks of a word more often, or less, than before. */
  private mentionedElsewhere(path: string, word: RegExp, but: string): boolean {
    const f = this.imagesOf(path);
    if (f === null) return false;
    const [before, after] = [this.bodiesOf(f.before!), this.bodiesOf(f.after!)];
    const times = (text: string | undefined): number => (text ?? "").split(word).length;
    return [...new Set([...before.keys(), ...after.keys()])].some(
      (n) => n !== but && times(before.get(n)) !== times(after.get(n)),
    );
  }

  /**
   * Why what ran is no answer: one of the functions names what nothing declares on the after side, or has a statement there that
   * cannot be read, and did not before.
   */
  unbuilt(entry: Entry, ran: readonly string[]): Unbuilt | null {
    const { before, after } = this.sides();
    const changed = new Set([...this.plan.changed.values()].flat());
    const statics = this.statics().filter((d) => d.verdict === "new" && d.fault.kind === "does-not-build");
    const { tree } = this;
    // Without a tree nothing says who else names one.
    const isOthers = (callee: string): boolean => tree === null || namedBeside(tree, entry.path, callee);
    const gone = this.removedFrom(entry.path);
    const left = this.bodiesOf(this.imagesOf(entry.path)?.after ?? "");
    const namesGone = (fn: string): boolean =>
      gone.size > 0 && [...(left.get(fn) ?? "").matchAll(CALLED)].some(([, callee]) => gone.has(callee!));
    let first: Unbuilt | null = null;
    for (const fn of ran) {
      // What the patch leaves alone may call what it takes away.
      if (!changed.has(fn) && !namesGone(fn)) continue;
      const d = statics.find((x) => x.fault.at.fn === fn);
      const broken = `${fn}() does not build here after the patch`;
      if (d !== undefined)
        return { why: `${broken}: ${d.fault.what.replace(/ here$/, "")}`, told: true, lacks: true };
      const wants = unbuiltIn(
        before,
        after,
        entry.path,
        fn,
        (callee) => !gone.has(callee) && (!changed.has(fn) || isOthers(callee)),
      );
      if (wants === null) continue;
      const why =
        "undeclared" in wants
          ? `${broken}: nothing declares ${wants.undeclared}`
          : `${fn}() cannot be run whole after the patch: ${"lacks" in wants ? wants.lacks : wants.refused}`;
      const lacks = !("refused" in wants);
      const cut = fn !== entry.name && fn !== entry.leave && "refused" in wants;
      if (first === null || (lacks && !first.lacks)) first = { why, told: false, lacks, ...(cut && { cut }) };
    }
    return first ?? this.calleeWithout(entry, ran);
  }

  /** Functions that a file has before the patch and not after it. */
  private removedFrom(path: string): ReadonlySet<string> {
    const f = this.imagesOf(path);
    const after = this.bodiesOf(f?.after ?? "");
    return new Set([...this.bodiesOf(f?.before ?? "").keys()].filter((fn) => !after.has(fn)));
  }

  /** A changed function that those which ran call, and that is no C on one of the sides: a call of it did nothing. */
  private calleeWithout(entry: Entry, ran: readonly string[]): Unbuilt | null {
    const f = this.imagesOf(entry.path);
    const { before, after } = this.sides();
    for (const fn of this.plan.changed.get(entry.path) ?? [])
      for (const [word, side, text] of [
        ["before", before, f?.before],
        ["after", after, f?.after],
      ] as const) {
        const bodies = this.bodiesOf(text ?? "");
        const calls = new RegExp(`\\b${fn}\\s*\\(`);
        if (fn === entry.name || !bodies.has(fn) || !ran.some((r) => calls.test(bodies.get(r) ?? "")))
          continue;
        const why = whyNoEntry(side, { ...entry, name: fn });
        if (why !== null)
          return {
            why: `${fn}(), which it calls, cannot be run on the ${word} side: ${why}`,
            told: false,
            lacks: false,
            cut: true,
          };
      }
    return null;
  }

  /**
   * Of the functions that ran the first whose changed text is the same syntax on both sides: what changes lies in an `#if` that is
   * off here. Null where one that ran is not, or none is changed.
   */
  compiledOut(entry: Entry, ran: readonly string[]): string | null {
    const changed = (this.plan.changed.get(entry.path) ?? []).filter((fn) => ran.includes(fn));
    const { before, after } = this.sides();
    const syntax = (side: Side, fn: string): string | null => {
      const def = symOf(side, fn, entry.path)?.def;
      return def == null ? null : syntaxText([def.declarator, def.body]);
    };
    const f = this.imagesOf(entry.path);
    const texts = [this.bodiesOf(f?.before ?? ""), this.bodiesOf(f?.after ?? "")] as const;
    const isOut = (fn: string): boolean => {
      const was = syntax(before, fn);
      const [old, now] = [texts[0].get(fn) ?? "", texts[1].get(fn) ?? ""];
      // Without a conditional what reads differently says the same, and ran.
      if (old === now || !/#\s{0,8}(?:el)?if/.test(old + now)) return false;
      return was !== null && was === syntax(after, fn);
    };
    return changed.every(isOut) ? (changed[0] ?? null) : null;
  }

  /**
   * Of the changed functions that ran the first of which another definition ran than the one that the patch changes, which lies in
   * an `#if` that is off here. Null where one that ran is the patch's, or none is changed.
   */
  otherDefinition(entry: Entry, ran: readonly string[]): string | null {
    const changed = (this.plan.changed.get(entry.path) ?? []).filter((fn) => ran.includes(fn));
    const f = this.imagesOf(entry.path);
    const isOther = (fn: string): boolean =>
      (["before", "after"] as const).every((which) => {
        const at = this.linesOf(entry.path, which, fn, f?.[which] ?? "");
        const def = symOf(this.sides()[which], fn, entry.path)?.def ?? null;
        if (at === null || def === null) return false;
        const { line } = expansionLoc(def.loc);
        return line < at.start || line > at.end;
      });
    return changed.every(isOther) ? (changed[0] ?? null) : null;
  }

  /** What the text of the changed functions shows without running; nothing where text of the patch is missing. */
  statics(): readonly Difference[] {
    this.shown ??= this.findStatics();
    return this.shown;
  }

  private findStatics(): Difference[] {
    if (!this.whole) return [];
    const { before, after } = this.sides();
    const out: Difference[] = [];
    for (const [path, names] of this.plan.changed) {
      const f = this.imagesOf(path)!;
      const refused = refusedIn(f);
      if (refused === "all") continue;
      const whole = names.filter((n) => !refused.has(n));
      const lines = { before: this.splitOf(f, "before"), after: this.splitOf(f, "after") };
      const found = [
        ...staticDifferences(before, after, path, whole, { before: f.before!, after: f.after! }),
        ...whole.flatMap((n) => this.testedWrong(f, n, lines)),
      ];
      // Without a patch that it has, a tree may lack what was built on it since: that was never broken.
      const takenBack = f.hunks.some((h) => h.fate.kind === "already");
      out.push(
        ...found
          .map((d) => this.jumpGone(d))
          .filter(
            (d) =>
              !d.fault.possible &&
              (d.fault.kind !== "does-not-build" ||
                (!(takenBack && d.verdict === "fixed") && (this.local(f, d) || this.lacked(path, d)))),
          ),
      );
    }
    return out;
  }

  /** A name that nothing declares is one that the patch's author had not either: the tree is of his time, and no macro makes it. */
  private lacked(path: string, { fault, verdict }: Difference): boolean {
    // What the side before names was built: who declares it is not seen.
    if (!this.ofItsTime || (verdict === "fixed" && /^\w+$/.test(fault.object))) return false;
    return (
      this.tree === null || !/^\w+$/.test(fault.object) || !handedToMacro(this.tree, [path])(fault.object)
    );
  }

  /** Tests that do not see how a callee of another file fails, where the sides differ in it. */
  private testedWrong(
    f: FileImages,
    name: string,
    lines: Readonly<Record<"before" | "after", readonly string[]>>,
  ): Difference[] {
    const { before, after } = this.sides();
    const text = (which: "before" | "after"): FunctionText | null => {
      const at = this.linesOf(f.path, which, name, f[which]!);
      return at === null
        ? null
        : { text: lines[which].slice(at.start - 1, at.end).join("\n"), start: at.start };
    };
    const file = (side: Side): number | undefined => {
      const def = symOf(side, name, f.path)?.def ?? null;
      return def === null ? undefined : expansionLoc(def.loc).file;
    };
    const [b, a] = [text("before"), text("after")];
    const files = { before: file(before), after: file(after) };
    if (b === null || a === null || files.before === undefined || files.after === undefined) return [];
    const known = { before: files.before, after: files.after };
    return failureTests(f.path, name, known, { before: b, after: a }, (callee, any) =>
      this.failingBy(f, callee, any),
    );
  }

  /**
   * How a callee of another file says that it failed, as its definition in the tree has it, and all stubs of it in headers; or null.
   * `any`: NULL where the definition may give it, whatever else.
   */
  private failingBy(f: FileImages, callee: string, any = false): FailsBy | null {
    const { tree } = this;
    const { functions, returns } = readContracts().contracts;
    const path = returns.get(callee);
    if (tree === null || path === undefined || functions.has(callee)) return null;
    if (this.bodiesOf(f.after!).has(callee) || this.bodiesOf(f.before!).has(callee)) return null;
    const text = this.imagesOf(path)?.after ?? tree.read(path) ?? "";
    const by = failingBy(text, callee);
    if (any && by === null && givesNull(text, callee)) return "null";
    const { definers } = headerIndex(tree);
    if (definers(`#${callee}`).length > 0) return null;
    const stubs = definers(callee).map((h) => failingBy(tree.read(h) ?? "", callee, true));
    return stubs.every((s) => s === by) ? by : null;
  }

  /**
   * Whether a name that is not known is a local's, in another block of the function or on its other side: then the tree's
   * age says nothing of it.
   */
  private local(f: FileImages, { fault }: Difference): boolean {
    const declares = (text: string): boolean =>
      (this.bodiesOf(text).get(fault.at.fn) ?? "").split(fault.object).some((before, i, parts) => {
        const after = parts[i + 1];
        if (after === undefined || !/^\s*(?:[=;,[]|$)/.test(after)) return false;
        return /[\w}*]\s+\**$|\*$/.test(before) && !/(?:return|goto|else|case|sizeof)\s+$/.test(before);
      });
    return declares(f.before!) || declares(f.after!);
  }

  /** Forgets what was read: it is read anew when something is run again. */
  forget(): void {
    this.built = null;
    this.statements.clear();
    this.bodies.clear();
  }

  private sides(): { sources: KernelSources; before: Side; after: Side } {
    if (this.built !== null) return this.built;
    const { contracts } = readContracts();
    const c = this.images.filter((f) => f.path.endsWith(".c"));
    const paths = c.map((f) => f.path);
    const headers = this.images.map((f) => f.path).filter((path) => path.endsWith(".h"));
    const textOf = (path: string): string | null => this.imagesOf(path)?.after ?? null;
    const { tree } = this;
    const sources = new KernelSources(
      tree === null
        ? mailSource(this.images)
        : functionSource(tree, headerIndex(tree), paths, textOf, {
            changed: headers,
            otherSide: (path) => this.imagesOf(path)?.before ?? null,
            elsewhere: (name) => contracts.bodies.get(name),
          }),
    );
    const files = new Set(paths);
    const interfaces = this.interfacesOf((name) => contracts.functions.has(name));
    /** Whether a line of a side is one that the mail shows, or, with `alone`, shows of that side only. */
    const lines = (which: "before" | "after", alone: boolean) => {
      const marks = new Map(
        this.images.map((f) => {
          const other = new Set(alone ? f[which === "before" ? "afterDocLines" : "beforeDocLines"] : []);
          return [f.path, f[`${which}DocLines`].map((n) => n > 0 && !other.has(n))];
        }),
      );
      return (loc: Loc): boolean => marks.get(sources.files[loc.file]?.path ?? "")?.[loc.line - 1] === true;
    };
    const side = (which: "before" | "after"): Side => ({
      program: sources.program(this.images.map((f) => ({ path: f.path, text: f[which]! }))),
      contracts,
      files,
      interfaces,
      near: lines(which, false),
      changed: lines(which, true),
    });
    this.built = { sources, before: side("before"), after: side("after") };
    return this.built;
  }
}

/** What a file exports: the kernel has one function of that name. */
const EXPORTED = /\bEXPORT_SYMBOL(?:_NS)?(?:_GPL)?\((\w+)/g;

/** How many more of each line, without indentation, the side before has than the one after; empty lines do not count. */
function lineCounts(before: string, after: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [text, by] of [
    [before, 1],
    [after, -1],
  ] as const)
    for (const line of text.split("\n")) counts.set(line.trim(), (counts.get(line.trim()) ?? 0) + by);
  counts.delete("");
  return counts;
}

/** Lines, without indentation, of which the sides do not have as many. */
const changedLines = (before: string, after: string): string[] =>
  [...lineCounts(before, after)].filter(([, n]) => n !== 0).map(([line]) => line);

/** Whether a function gives back what a member leads to, and leaves both the owner and the pointer as they are. */
function givenElsewhere(bodies: ReadonlyMap<string, string>, member: string, but: string): boolean {
  const { functions } = readContracts().contracts;
  for (const [name, body] of bodies) {
    if (name === but) continue;
    const calls = [...body.matchAll(/\b(\w+)\(([^;,()]*)\)/g)].map((m) => [m[1]!, m[2]!.trim()] as const);
    for (const [callee, arg] of calls) {
      const owner = [`->${member}`, `.${member}`].find((end) => arg.endsWith(end));
      const gives = functions.get(callee)?.clauses.some((k) => k.verb === "put" || k.verb === "free");
      if (owner === undefined || gives !== true) continue;
      if (body.includes(`${owner} = `)) continue;
      const base = arg.slice(0, -owner.length);
      if (!calls.some(([by, of]) => by.includes("free") && of === base)) return true;
    }
  }
  return false;
}

/** Faults of what memory holds: between the ends of a life in turn others may have set it. */
const OF_VALUES: ReadonlySet<string> = new Set([
  "null-dereference",
  "error-pointer-dereference",
  "uninitialised",
  "copied-uninitialised",
]);

/** Faults of what is left at the end. */
const LEFT: ReadonlySet<string> = new Set(["leaked", "left-running"]);

/** A difference that is no more than possible, for a reason that outweighs any that it had. */
const doubtful = (d: Difference, doubt: Doubt): Difference => ({
  ...d,
  fault: { ...d.fault, possible: true, doubt, lent: null },
});

/**
 * What a life in turn shows is told where nothing that came between can matter: not of what memory holds, and of what the
 * life leaves only where no other function was changed with it that may give it back.
 */
function mayBeKept(d: Difference): Difference {
  const kept = d.entry.keeps === true && d.verdict === "new" && LEFT.has(d.fault.kind);
  if (!kept && !(d.entry.turn === true && OF_VALUES.has(d.fault.kind))) return d;
  return doubtful(d, kept ? "given elsewhere" : "between calls");
}

/** Syntax as text, without the places that it stands at. */
const syntaxText = (node: unknown): string =>
  JSON.stringify(node, (key, value) =>
    key === "loc" || key.endsWith("Loc") ? undefined : typeof value === "bigint" ? `${value}n` : value,
  );
