/**
 * What a debugger shows of a stopped run: locals of an open call by their C types, members of structs, and the watched
 * things (pages) in words. Values are read when asked for; each says how to read it again, so that a movement can wait for
 * it to change. Leaves out moving (recording.ts) and the debug protocol (session.ts).
 */
import {
  HI_STACK,
  SHADOW_DEAD,
  SHADOW_FREED,
  SHADOW_NONE,
  SHADOW_UNINIT,
} from "../../emulator/mem/memory.ts";
import { look, nameOf, thingAt } from "../../emulator/subject/index.ts";
import type { Words } from "../../emulator/subject/module.ts";
import type { SubjectId } from "../../emulator/subject/subject.ts";
import type { BitField } from "../../emulator/vm/bytecode.ts";
import type { FnCode } from "../../emulator/vm/image.ts";
import { FRAME_WORDS, type Task } from "../../emulator/vm/task.ts";
import type { OpenCall, Recording } from "./recording.ts";

/** Rows of an array that are shown. */
const ELEMENTS_MAX = 64;
/** Depth of `a->b->c` that is followed. */
const PATH_MAX = 12;

export interface Value {
  readonly name: string;
  readonly text: string;
  readonly type: string;
  /** Reads what stands there now; null: it is no longer there. Absent: a value that nothing can wait for. */
  readonly read?: () => bigint | null;
  readonly children?: () => readonly Value[];
}

type Local = FnCode["locals"][number];

/** A place in memory with its C type. */
interface Typed {
  readonly name: string;
  readonly address: bigint;
  readonly type: string;
  readonly size: number;
  readonly signed: boolean;
  readonly bit: BitField | null;
  readonly count: number | null;
}

export class Values {
  private readonly recording: Recording;
  private readonly words: Words;

  constructor(recording: Recording) {
    this.recording = recording;
    this.words = { names: recording.run.names, style: "short" };
  }

  /** The named locals of an open call that are declared by now, innermost scope last. */
  locals(task: Task, call: OpenCall): Value[] {
    const body = this.recording.vm.bodies[call.fn.id];
    if (body === undefined) return [];
    const line = this.recording.side.sourceOf(call.loc).line;
    const byName = new Map<string, Local>();
    for (const local of body.locals) {
      const { from } = local.declared();
      if (from <= line || from === 0) byName.set(local.name, local);
    }
    return [...byName.values()].map((l) => this.local(task.id, call, l));
  }

  private local(task: number, call: OpenCall, l: Local): Value {
    const { memory } = this.recording.vm;
    const { type } = l.declared();
    const live = (): Task | null => this.liveIn(task, call);
    if (l.reg !== null) {
      const reg = call.fp + l.reg;
      const read = (): bigint | null => live()?.regs[reg] ?? null;
      const value = read() ?? 0n;
      // A record that was passed: the register has its address.
      if (isRecord(type)) return this.typed({ name: l.name, address: value, type, size: 0, ...PLAIN });
      return this.scalar(l.name, type, narrow(value, l.size, isSigned(type)), read);
    }
    const address = memory.join(HI_STACK, call.base + (l.offset ?? 0));
    const value = this.typed({
      name: l.name,
      address,
      type,
      size: l.size,
      signed: isSigned(type),
      bit: null,
      count: arrayOf(type)?.count ?? null,
    });
    const { read } = value;
    return read === undefined ? value : { ...value, read: () => (live() === null ? null : read()) };
  }

  /** The task of a call when the call is still open, whichever object stands for it now. */
  private liveIn(id: number, call: OpenCall): Task | null {
    const task = this.recording.tasks[id];
    if (task === undefined || task.state === "done") return null;
    if (task.fn?.id === call.fn.id && task.fp === call.fp) return task;
    for (let d = task.depth - 1; d >= 0; d--)
      if (task.frames[d * FRAME_WORDS] === call.fn.id && task.frames[d * FRAME_WORDS + 2] === call.fp)
        return task;
    return null;
  }

  /** What there is of a watched thing. */
  thing(of: SubjectId): Value[] {
    const { vm } = this.recording;
    return look(vm.memory, vm.image, of, this.words).map(({ name, value, at }) => ({
      name,
      text: value,
      type: "",
      ...(at === undefined ? {} : { read: () => vm.memory.peek(at.address, at.size) }),
    }));
  }

  nameOf(of: SubjectId): string {
    return nameOf(of, { ...this.words, style: "long" });
  }

  /** The watched things that pointers among the locals point at. */
  inHand(task: Task, call: OpenCall): SubjectId[] {
    const { memory, bodies } = this.recording.vm;
    const out = new Map<string, SubjectId>();
    for (const l of bodies[call.fn.id]?.locals ?? []) {
      if (l.reg === null || !l.declared().type.endsWith("*")) continue;
      const pointer = task.regs[call.fp + l.reg]!;
      const thing = thingAt(memory.hi(pointer), memory.lo(pointer));
      if (thing !== null && pointer !== 0n) out.set(`${thing.kind} ${thing.id}`, thing);
    }
    return [...out.values()];
  }

  /** `name`, `name->member.member`, `*name`; null: no such thing here. */
  evaluate(expression: string, task: Task, call: OpenCall): Value | null {
    const parts = expression.trim().match(/^\*?\s*[A-Za-z_]\w*|(?:->|\.)\s*[A-Za-z_]\w*|\[\d+\]/g);
    if (parts === null || parts.join("").length !== expression.replace(/\s+/g, "").length) return null;
    if (parts.length > PATH_MAX) return null;
    const [first, ...members] = parts.map((p) => p.replace(/\s+/g, ""));
    const deref = first!.startsWith("*");
    let at = this.locals(task, call).find((v) => v.name === first!.replace("*", "")) ?? null;
    if (deref && members.length > 0) return null;
    for (const m of members) {
      const name = m.startsWith("[") ? m : m.replace(/^(->|\.)/, "");
      at = at?.children?.().find((c) => c.name === name) ?? null;
    }
    return at === null ? null : { ...at, name: expression.trim() };
  }

  // ---- by type ---------------------------------------------------------------------------------------------------

  private scalar(name: string, type: string, value: bigint, read: () => bigint | null): Value {
    const to = pointedTo(type);
    // Of members only the size is known: what lies where the kernel's memory is reads as a pointer.
    const pointer = to !== null || (type === "" && BigInt.asUintN(64, value) >= 0xffff880000000000n);
    const text = pointer ? this.pointerText(value) : numberText(value, type);
    const members = to === null || !isRecord(to) || value === 0n ? null : to;
    return {
      name,
      text,
      type,
      read,
      ...(members === null || !this.isThere(value) ? {} : { children: () => this.members(value, members) }),
    };
  }

  private typed(t: Typed): Value {
    const { name, type, address } = t;
    if (!this.isThere(address)) return { name, text: this.gone(address), type };
    if (t.count !== null) {
      const of = arrayOf(type)?.of ?? type;
      const size = t.count > 0 ? Math.floor(t.size / t.count) : 0;
      const children = (): Value[] =>
        Array.from({ length: Math.min(t.count ?? 0, ELEMENTS_MAX) }, (_, i) =>
          this.typed({
            ...t,
            name: `[${i}]`,
            address: address + BigInt(i * size),
            type: of,
            size,
            signed: isSigned(of),
            count: arrayOf(of)?.count ?? null,
          }),
        );
      return { name, text: `${t.count} elements`, type, children };
    }
    if (isRecord(type)) return { name, text: "{…}", type, children: () => this.members(address, type) };
    if (![1, 2, 4, 8].includes(t.size) && t.bit === null) return { name, text: `${t.size} bytes`, type };
    const { memory } = this.recording.vm;
    const code = memory.shadowAt(address);
    const read = (): bigint | null => {
      if (t.bit === null) return memory.peek(address, t.size);
      const word = memory.peek(address, t.bit.bytes);
      return (word >> BigInt(t.bit.shift)) & ((1n << BigInt(t.bit.width)) - 1n);
    };
    if (code === SHADOW_UNINIT) return { name, text: "not set yet", type, read };
    const raw = read() ?? 0n;
    const width = t.bit === null ? 8 * t.size : t.bit.width;
    return this.scalar(name, type, t.signed ? BigInt.asIntN(width, raw) : raw, read);
  }

  private members(address: bigint, type: string): Value[] {
    const layout = this.recording.vm.image.layoutOf(bare(type));
    if (layout === null) return [];
    return [...layout.fields].map(([name, f]) =>
      this.typed({
        name,
        address: address + BigInt(f.offset),
        type: f.record ?? (f.size === 8 && !f.signed ? "" : f.signed ? "int" : "unsigned int"),
        size: f.size,
        signed: f.signed,
        bit: f.bit,
        count: f.count,
      }),
    );
  }

  private isThere(address: bigint): boolean {
    const code = this.recording.vm.memory.shadowAt(address);
    return code !== SHADOW_NONE && code !== SHADOW_DEAD && code !== SHADOW_FREED;
  }

  private gone(address: bigint): string {
    const code = this.recording.vm.memory.shadowAt(address);
    return code === SHADOW_FREED ? "freed" : code === SHADOW_DEAD ? "out of scope" : "no memory here";
  }

  private pointerText(value: bigint): string {
    const { vm } = this.recording;
    const v = BigInt.asUintN(64, value);
    if (v === 0n) return "NULL";
    if (BigInt.asIntN(64, v) < 0n && BigInt.asIntN(64, v) >= -4095n)
      return `ERR_PTR(${BigInt.asIntN(64, v)})`;
    const thing = thingAt(vm.memory.hi(v), vm.memory.lo(v));
    if (thing !== null) return this.nameOf(thing);
    const named = this.words.names.get(v);
    if (named !== undefined) return named;
    const fn = vm.functionAt(v);
    if (fn !== null) return `${fn.name}()`;
    const object = vm.memory.objectAt(v);
    const where = object === undefined ? "" : ` (${object.name})`;
    return `0x${v.toString(16)}${where}${this.isThere(v) ? "" : `, ${this.gone(v)}`}`;
  }
}

const PLAIN = { signed: false, bit: null, count: null } as const;

/** Without qualifiers. */
const bare = (type: string): string =>
  type
    .replace(/\b(?:const|volatile|_Atomic|restrict)\b/g, " ")
    .replace(/\s+/g, " ")
    .trim();

const isRecord = (type: string): boolean => /^(?:struct|union) \S+$/.test(bare(type));

function pointedTo(type: string): string | null {
  const plain = bare(type);
  return plain.endsWith("*") ? plain.slice(0, -1).trim() : null;
}

function arrayOf(type: string): { of: string; count: number } | null {
  const text = bare(type);
  const m = /\[(\d+)\]/.exec(text);
  if (m === null) return null;
  const rest = text.slice(m.index + m[0].length);
  return { of: `${text.slice(0, m.index)}${rest}`.trim(), count: Number(m[1]) };
}

const isSigned = (type: string): boolean =>
  /^(?:signed |short|int|long|char|__int128|enum )/.test(`${bare(type)} `) && !/\bunsigned\b/.test(type);

function narrow(value: bigint, size: number, signed: boolean): bigint {
  const bits = 8 * Math.min(size, 8);
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** Small numbers as such, large ones in hexadecimal too; truth values in words. */
function numberText(value: bigint, type: string): string {
  if (/\b_?Bool\b|\bbool\b/.test(type)) return value === 0n ? "false" : "true";
  return value > 4096n ? `${value} (0x${value.toString(16)})` : value.toString();
}
