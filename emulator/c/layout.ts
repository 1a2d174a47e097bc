/**
 * Placement of members by the x86-64 SysV psABI as gcc does it: structs and unions, bit-fields, `packed`, `aligned`,
 * anonymous and flexible members. Leaves out: how member declarations become types (types.ts).
 */
import type { Loc } from "./ast.ts";
import {
  alignOf,
  type BitPlace,
  CFail,
  type CType,
  type Field,
  intOf,
  isInteger,
  type RecordLayout,
  sizeOf,
  typeText,
} from "./ctype.ts";

/** A member before placement. */
export interface Member {
  readonly name: string | null;
  readonly type: CType;
  /** Width of a bit-field, else null. */
  readonly width: number | null;
  /** `packed` on the member itself. */
  readonly packed: boolean;
  /** `aligned(n)` or `_Alignas` on the member, 0 when absent. */
  readonly aligned: number;
  readonly loc: Loc;
}

export interface LayoutOptions {
  readonly union: boolean;
  readonly packed: boolean;
  /** Least alignment of the whole (`aligned(n)`), 0 when absent. */
  readonly aligned: number;
  /** `#pragma pack(n)`, 0 when absent. */
  readonly pack?: number;
  /** `ms_struct`: bit-fields as Microsoft's compiler places them. */
  readonly ms?: boolean;
}

/** The storage unit that bit-fields of an `ms_struct` share. */
interface Unit {
  readonly start: number;
  readonly size: number;
  used: number;
}

const up = (x: number, to: number): number => Math.ceil(x / to) * to;

/** Gives every member its offset and the record its size and alignment. */
export function layoutRecord(members: readonly Member[], options: LayoutOptions): RecordLayout {
  const fields: Field[] = [];
  let bits = 0; // first free bit
  let size = 0; // of a union
  let align = 1;
  let unit: Unit | null = null;
  for (const m of members) {
    if (options.ms === true && m.width !== null) {
      if (options.union || options.packed || m.packed || m.aligned > 0)
        throw new CFail("a packed, aligned or union bit-field in an ms_struct is not supported", m.loc);
      const a = memberAlign(m, options);
      const wide = unitBits(m);
      if (m.width === 0) {
        if (unit !== null && !options.union) {
          bits = up(bits, a * 8);
          align = Math.max(align, a);
        }
        unit = null;
        continue;
      }
      if (unit === null || unit.size !== wide || unit.used + m.width > wide || options.union) {
        unit = { start: options.union ? 0 : up(bits, a * 8), size: wide, used: 0 };
        bits = unit.start + wide;
      }
      const at: number = unit.start + unit.used;
      unit.used += m.width;
      align = Math.max(align, a);
      size = Math.max(size, wide / 8);
      fields.push({ name: m.name, type: m.type, offset: at >> 3, bit: bitPlace(at, m.width), loc: m.loc });
      continue;
    }
    unit = null;
    const start = options.union ? 0 : bits;
    let end: number;
    if (m.width !== null) {
      const at = placeBits(m, start, options);
      if (m.width === 0) {
        if (!options.union) bits = at;
        continue;
      }
      if (m.name !== null) align = Math.max(align, bitAlign(m, options));
      fields.push({ name: m.name, type: m.type, offset: at >> 3, bit: bitPlace(at, m.width), loc: m.loc });
      end = at + m.width;
    } else {
      const a = memberAlign(m, options);
      const offset = up(Math.ceil(start / 8), a);
      align = Math.max(align, a);
      fields.push({ name: m.name, type: m.type, offset, bit: null, loc: m.loc });
      end = (offset + fieldSize(m)) * 8;
    }
    if (options.union) size = Math.max(size, Math.ceil(end / 8));
    else bits = end;
  }
  align = Math.max(align, options.aligned);
  const bytes = options.union ? size : Math.ceil(bits / 8);
  return { size: up(bytes, align), align, fields };
}

function fieldSize(m: Member): number {
  if (m.type.kind === "array" && m.type.length === null) return 0; // flexible
  if (m.type.kind === "function" || m.type.kind === "void")
    throw new CFail(`member \`${m.name}\` has type ${typeText(m.type)}`, m.loc);
  return sizeOf(m.type, m.loc);
}

function memberAlign(m: Member, o: LayoutOptions): number {
  let a = m.packed || o.packed ? 1 : alignOf(m.type);
  a = Math.max(a, m.aligned);
  // What #pragma pack says limits `aligned`, too.
  return o.pack ? Math.min(a, o.pack) : a;
}

/** What a bit-field makes of the record's alignment: under #pragma pack gcc does not look at `packed`. */
function bitAlign(m: Member, o: LayoutOptions): number {
  if (!o.pack) return memberAlign(m, o);
  return Math.min(Math.max(alignOf(m.type), m.aligned), o.pack);
}

/** Bits of the type of a bit-field, whose width must fit. */
function unitBits(m: Member): number {
  if (!isInteger(m.type)) throw new CFail(`bit-field \`${m.name}\` has type ${typeText(m.type)}`, m.loc);
  const unit = sizeOf(m.type) * 8;
  const most = intOf(m.type).rank === 0 ? 1 : unit;
  if (m.width! > most || m.width! < 0)
    throw new CFail(`width of bit-field \`${m.name}\` exceeds its type`, m.loc);
  return unit;
}

/** First bit of a bit-field that may start at bit `from`. */
function placeBits(m: Member, from: number, o: LayoutOptions): number {
  const unit = unitBits(m);
  const width = m.width!;
  if (width === 0) return up(from, Math.max(unit, m.aligned * 8));
  if (m.aligned > 0) from = up(from, (o.pack ? Math.min(m.aligned, o.pack) : m.aligned) * 8);
  if (m.packed || o.packed || o.pack) return from;
  return Math.floor(from / unit) === Math.floor((from + width - 1) / unit)
    ? from
    : up(from, alignOf(m.type) * 8);
}

function bitPlace(at: number, width: number): BitPlace {
  const offset = at >> 3;
  const shift = at & 7;
  return { offset, bytes: (shift + width + 7) >> 3, shift, width };
}
