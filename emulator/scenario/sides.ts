/**
 * One run for both sides of a patch, until they part. Both images are linked in one address space (c/space.ts), so what is
 * the same in both has the same ids and addresses, and the state of a run of one is a state of the other as long as nothing
 * was met that differs. What is met is checked as it is met: a function before it is first entered (its code as lowered, so
 * that macros, types and initialisers count with it, the places it came from, the text there, the objects it names), and
 * what observers ask of the image. Whatever cannot be shared soundly is run whole on each side, and the reason is given.
 * Leaves out which cases are worth running (server/review).
 */
import type { Loc, SourceFile } from "../c/ast.ts";
import type { KernelImage } from "../kernel.ts";
import { type Memory, MemoryFault } from "../mem/memory.ts";
import type { Scheduler } from "../sched/scheduler.ts";
import { Op } from "../vm/bytecode.ts";
import { compiledBody, namesAddress, sameGlobal } from "../vm/compiled.ts";
import { type FnCode, type GlobalInfo, type Image, TEXT_BASE, type TypeLayout } from "../vm/image.ts";
import { Vm } from "../vm/vm.ts";
import {
  type BootedImage,
  bootImage,
  CaseRun,
  faultPlace,
  GOES_ON_MAX,
  type RunOptions,
  type RunWatch,
  runCase,
  type ScenarioCase,
  type ScenarioRun,
} from "./runner.ts";

/** Both sides booted. */
export interface BootedSides {
  readonly before: BootedImage;
  readonly after: BootedImage;
  /** How runs are shared; null: not at all, for the reason in `why`. */
  readonly shared: Sides | null;
  readonly why: string;
}

export interface BothRuns {
  readonly before: ScenarioRun;
  /** The same object as `before` when the sides did not part. */
  readonly after: ScenarioRun;
  /** Instructions that were executed once for both. */
  readonly sharedSteps: number;
  /** Name of the function at which they parted; null: they did not, or did not run together. */
  readonly partedAt: string | null;
  /** Why each side ran whole, "" when they ran together. */
  readonly why: string;
}

export type BothOptions = Omit<RunOptions, "scheduler"> & {
  /** Makes the scheduler of a run; each side has its own. */
  readonly scheduler?: () => Scheduler;
};

/** What two images of one address space have in common. */
export class Sides implements RunWatch {
  private readonly a: Image;
  private readonly b: Image;
  private readonly known = new Map<number, boolean>();
  private readonly globalsOfA = new Map<bigint, GlobalInfo>();
  private readonly globalsOfB = new Map<bigint, GlobalInfo>();
  private seenA = 0;
  private seenB = 0;
  private readonly differing = new Set<bigint>();
  private readonly questions = new Map<string, (image: Image) => unknown>();
  private agreed = 0;

  constructor(a: Image, b: Image) {
    this.a = a;
    this.b = b;
  }

  /** Whether the function differs between the sides, or names an object that does. */
  parts(fn: number): boolean {
    let parts = this.known.get(fn);
    if (parts === undefined) {
      parts = !this.sameFunction(fn) || this.namesDiffering(compiledBody(this.a, fn).body);
      this.known.set(fn, parts);
    }
    return parts;
  }

  private sameFunction(id: number): boolean {
    const f = this.a.functions[id];
    // What nothing of the other image has called yet is asked for by its name.
    if ((this.b.functions[id]?.name ?? "") === "" && f !== undefined) this.b.findFunction(f.name, f.path);
    const g = this.b.functions[id];
    if (f === undefined || g === undefined || g.name === "" || f.name === "") return false;
    const x = compiledBody(this.a, id).body;
    const y = compiledBody(this.b, id).body;
    return (
      f.name === g.name &&
      f.path === g.path &&
      f.fidelity === g.fidelity &&
      f.sigKey === g.sigKey &&
      f.nparams === g.nparams &&
      f.returnsValue === g.returnsValue &&
      f.variadic === g.variadic &&
      this.sameLoc(f.loc, g.loc) &&
      sameCode(x, y) &&
      x.locs.every((loc, i) => this.sameLoc(loc, y.locs[i] ?? null))
    );
  }

  /** Place by place; a place in the patch's own files must also read the same. */
  private sameLoc(p: Loc | null, q: Loc | null): boolean {
    if (p === null || q === null) return p === q;
    if (p.file !== q.file || p.line !== q.line || p.col !== q.col || p.macro !== q.macro) return false;
    const one = this.a.files[p.file];
    const other = this.b.files[q.file];
    if (one !== other && (one?.path !== other?.path || lineOf(one, p.line) !== lineOf(other, q.line)))
      return false;
    if (p.via === undefined || q.via === undefined) return p.via === q.via;
    return p.via === q.via && one === other ? true : this.sameLoc(p.via, q.via);
  }

  /**
   * Notes the objects that both images have laid out at one address and that differ, and those whose initial bytes point to
   * such a one.
   */
  private noteObjects(): void {
    const { a, b, globalsOfA, globalsOfB, differing } = this;
    if (this.seenA === a.globals.length && this.seenB === b.globals.length) return;
    const compare = (g: GlobalInfo, other: GlobalInfo | undefined): void => {
      if (other !== undefined && !sameGlobal(g, other)) differing.add(g.address);
    };
    for (; this.seenA < a.globals.length; this.seenA++) {
      const g = a.globals[this.seenA]!;
      globalsOfA.set(g.address, g);
      compare(g, globalsOfB.get(g.address));
    }
    for (; this.seenB < b.globals.length; this.seenB++) {
      const g = b.globals[this.seenB]!;
      globalsOfB.set(g.address, g);
      compare(g, globalsOfA.get(g.address));
    }
    for (let more = differing.size > 0; more; ) {
      more = false;
      for (const g of [...a.globals, ...b.globals])
        if (!differing.has(g.address) && pointers(g).some((at) => this.isDiffering(at))) {
          differing.add(g.address);
          more = true;
        }
    }
  }

  private isDiffering(at: bigint): boolean {
    for (const start of this.differing) {
      const size = (this.globalsOfA.get(start) ?? this.globalsOfB.get(start))!.size;
      if (at >= start && at <= start + BigInt(size)) return true;
    }
    return false;
  }

  private namesDiffering(code: FnCode): boolean {
    this.noteObjects();
    if (this.differing.size === 0) return false;
    return namesAddress(code, (at) => this.isDiffering(at));
  }

  watched(image: Image): Image {
    const note = <T>(key: string, ask: (of: Image) => T): T => {
      if (!this.questions.has(key)) this.questions.set(key, ask);
      return ask(image);
    };
    return {
      ...image,
      globalAddress: (name) => note(`address ${name}`, (i) => i.globalAddress(name)),
      layoutOf: (type) => note(`layout ${type}`, (i) => i.layoutOf(type)),
      constant: (name) => note(`constant ${name}`, (i) => i.constant(name)),
    };
  }

  /** Whether both images answer alike all that was asked so far. */
  answersAgree(): boolean {
    if (this.agreed < 0 || this.agreed === this.questions.size) return this.agreed >= 0;
    for (const ask of this.questions.values()) {
      const answer = ask(this.a);
      let same = plain(answer) === plain(ask(this.b));
      this.noteObjects();
      if (typeof answer === "bigint" && this.isDiffering(answer)) same = false;
      if (!same) {
        this.agreed = -1;
        return false;
      }
    }
    this.agreed = this.questions.size;
    return true;
  }
}

/** Words of an object's initial bytes that may point into the data segment. */
function pointers(g: GlobalInfo): bigint[] {
  const out: bigint[] = [];
  if (g.init === null) return out;
  const view = new DataView(g.init.buffer, g.init.byteOffset, g.init.length);
  for (let at = 0; at + 8 <= g.init.length; at += 8)
    if (view.getUint32(at + 4, true) === 0xffffffff) out.push(view.getBigUint64(at, true));
  return out;
}

/** An answer of an image in a form to compare. */
function plain(answer: unknown): string {
  if (answer !== null && typeof answer === "object") {
    const l = answer as TypeLayout;
    return JSON.stringify([l.size, l.align, [...l.fields]]);
  }
  return String(answer);
}

const linesOf = new WeakMap<SourceFile, readonly string[]>();

function lineOf(file: SourceFile | undefined, line: number): string {
  if (file === undefined) return "";
  let lines = linesOf.get(file);
  if (lines === undefined) linesOf.set(file, (lines = file.text.split("\n")));
  return lines[line - 1] ?? "";
}

/** The same instructions with the same operands, and none that counts lines, whose numbers are the image's own. */
function sameCode(x: FnCode, y: FnCode): boolean {
  if (x.code.length !== y.code.length || x.consts.length !== y.consts.length) return false;
  for (let i = 0; i < x.code.length; i++) {
    if (x.code[i] !== y.code[i]) return false;
    if ((i & 3) === 0 && x.code[i] === Op.LINE) return false;
  }
  for (let i = 0; i < x.consts.length; i++) if (x.consts[i] !== y.consts[i]) return false;
  return (
    x.nregs === y.nregs &&
    x.frameSize === y.frameSize &&
    x.locs.length === y.locs.length &&
    details(x) === details(y)
  );
}

function details(c: FnCode): string {
  if (c.switches.length + c.bitfields.length + c.traps.length + c.sigs.length + c.locals.length === 0)
    return "";
  return JSON.stringify(
    [c.switches, c.bitfields, c.sigs, c.traps, c.locals, [...(c.signedAt ?? [])], [...(c.looseAt ?? [])]],
    (_k, v) => (typeof v === "bigint" ? `${v}n` : v),
  );
}

/**
 * Whether runs of two images can be shared: they are of one era and one address space. What a run then meets decides how
 * far. The reason why not, else "".
 */
export function shareable(before: KernelImage, after: KernelImage): string {
  if (before.era !== after.era) return `the sides are of different eras (${before.era}, ${after.era})`;
  if (before.image.space === undefined || before.image.space !== after.image.space)
    return "the sides were not linked in one address space";
  return "";
}

/**
 * Boots both sides: once, when booting meets nothing that differs. `memory` makes a memory; the sides have one each unless
 * they share runs.
 */
export function bootSides(
  before: KernelImage,
  after: KernelImage,
  memory: () => Memory,
  cancelled?: () => boolean,
): BootedSides {
  const whole = (why: string): BootedSides => ({
    before: bootImage(before.image, before.era, memory(), cancelled),
    after: bootImage(after.image, after.era, memory(), cancelled),
    shared: null,
    why,
  });
  const why = shareable(before, after);
  if (why !== "") return whole(why);
  const sides = new Sides(before.image, after.image);
  const booted = bootImage(before.image, before.era, memory(), cancelled, sides);
  if (booted === null) return whole("booting runs code that the patch changes, or uses data that it changes");
  if (booted.snapshot === null || !sides.answersAgree())
    return whole("the patch changes a type or a constant that observers of the machine read");
  const { snapshot, memory: store } = booted;
  const vm = new Vm({ image: after.image, memory: store, natives: new Map(), resumes: true });
  if (!fits(() => vm.restore(snapshot))) return whole(TOO_LARGE);
  return {
    before: booted,
    // The lines that ran are of the image that was booted; none of them is one that differs.
    after: { ...booted, image: after.image, snapshot: vm.save(), boot: { ...booted.boot, lineHits: [] } },
    shared: sides,
    why: "",
  };
}

const TOO_LARGE = "the data of the side after the patch does not fit the machine's memory";

/** Whether the data of an image went into the memory that a state of another image has left. */
function fits(takeOver: () => void): boolean {
  try {
    takeOver();
    return true;
  } catch (fault) {
    if (fault instanceof MemoryFault) return false;
    throw fault;
  }
}

/**
 * Runs one case of `sides.before.scenarios` on both sides, together as far as that is sound. A fault that ends both at the same
 * place and after which a run can go on is told and passed by: it must not hide what comes after it.
 */
export function runBoth(sides: BootedSides, c: ScenarioCase, options: BothOptions): BothRuns {
  let goesOn: ReadonlySet<string> = new Set();
  for (;;) {
    const runs = runTogether(sides, c, { ...options, goesOn });
    const [place, other] = [runs.before.end, runs.after.end].map((e) => faultPlace(e.reason.kind, e.stack));
    if (place == null || place !== other || goesOn.has(place) || goesOn.size >= GOES_ON_MAX) return runs;
    goesOn = new Set([...goesOn, place]);
  }
}

function runTogether(sides: BootedSides, c: ScenarioCase, options: BothOptions): BothRuns {
  const { shared } = sides;
  const own = (): RunOptions => {
    const { scheduler, ...rest } = options;
    return scheduler === undefined ? rest : { ...rest, scheduler: scheduler() };
  };
  const whole = (why: string): BothRuns => ({
    before: runCase(sides.before, c, own()),
    after: runCase(sides.after, otherCase(sides.after, c), own()),
    sharedSteps: 0,
    partedAt: null,
    why,
  });
  if (shared === null) return whole(sides.why);
  if (shared.parts(Number((c.def.run - TEXT_BASE) >> 4n)))
    return whole("the scenario itself is built of what the patch changes");
  const one = new CaseRun(sides.before, c, own(), shared);
  one.advance();
  const { fn, clean } = one.parted;
  if (!clean) return whole("the sides part inside a call that the machine makes");
  if (!shared.answersAgree())
    return whole("the patch changes a type or a constant that observers of the machine read");
  if (fn < 0) {
    const steps = one.steps;
    one.unwatch();
    const run = one.finish();
    // What the end asked of the image counts too.
    if (!shared.answersAgree())
      return whole("the patch changes a type or a constant that observers read at the end");
    return { before: run, after: run, sharedSteps: steps, partedAt: null, why: "" };
  }
  const state = one.save();
  one.unwatch();
  const run = one.finish();
  const other = new CaseRun(sides.after, c, own());
  if (!fits(() => other.restore(state))) return whole(TOO_LARGE);
  return {
    before: run,
    after: other.finish(),
    sharedSteps: state.vm.steps,
    partedAt: sides.before.image.functions[fn]!.name,
    why: "",
  };
}

/** The same case of the other side, whose scenarios have addresses of their own. */
function otherCase(booted: BootedImage, c: ScenarioCase): ScenarioCase {
  const def = booted.scenarios.find((d) => d.name === c.def.name);
  return def === undefined ? c : { ...c, def };
}
