/**
 * `<math.h>` on doubles; the `f` names round their result to float and the `l` names compute in double. Leaves out errno
 * and floating-point flags. The last bit of transcendental functions is V8's, which can differ from glibc's.
 */
import type { NativeContext } from "../vm/native.ts";
import type { Family, Libc } from "./libc.ts";
import { decompose, roundToDouble } from "./libc_format.ts";

type Unary = (x: number) => number;
type Binary = (x: number, y: number) => number;

/** Work of arithmetic in integers of any length. */
const EXACT_UNITS = 1024;

const view = new DataView(new ArrayBuffer(8));
const signBit = (x: number): boolean => {
  view.setFloat64(0, x);
  return view.getUint8(0) >= 128;
};

/** To the nearest integer, ties to even. */
function roundEven(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const floor = Math.floor(x);
  const d = x - floor;
  const r = d < 0.5 ? floor : d > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  return r === 0 && signBit(x) ? -0 : r;
}

/** Ties away from zero. */
function roundAway(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const a = Math.abs(x);
  const r = a - Math.floor(a) >= 0.5 ? Math.floor(a) + 1 : Math.floor(a);
  return signBit(x) ? -r : r;
}

function frexp(x: number): { readonly fraction: number; readonly exponent: number } {
  if (x === 0 || !Number.isFinite(x)) return { fraction: x, exponent: 0 };
  const { mantissa, exponent } = decompose(Math.abs(x));
  const bits = mantissa.toString(2).length;
  const fraction = Number(mantissa) / 2 ** bits;
  return { fraction: x < 0 ? -fraction : fraction, exponent: exponent + bits };
}

function ldexp(x: number, n: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const { mantissa, exponent } = decompose(Math.abs(x));
  const r = roundToDouble(mantissa, exponent + Math.max(-5000, Math.min(5000, n)));
  return x < 0 ? -r : r;
}

/** x * y + z with one rounding. */
function fma(x: number, y: number, z: number): number {
  if (!Number.isFinite(x) || !Number.isFinite(y) || !Number.isFinite(z) || x === 0 || y === 0)
    return x * y + z;
  const a = decompose(Math.abs(x));
  const b = decompose(Math.abs(y));
  const c = decompose(Math.abs(z));
  let product = a.mantissa * b.mantissa * (x < 0 !== y < 0 ? -1n : 1n);
  let addend = c.mantissa * (z < 0 ? -1n : 1n);
  const e = Math.min(a.exponent + b.exponent, c.exponent);
  product <<= BigInt(a.exponent + b.exponent - e);
  addend <<= BigInt(c.exponent - e);
  const sum = product + addend;
  if (sum === 0n) return x * y + z;
  return sum < 0n ? -roundToDouble(-sum, e) : roundToDouble(sum, e);
}

function remainder(x: number, y: number): { readonly value: number; readonly quotient: number } {
  if (!Number.isFinite(x) || y === 0 || Number.isNaN(y)) return { value: NaN, quotient: 0 };
  if (!Number.isFinite(y)) return { value: x, quotient: 0 };
  const ay = Math.abs(y);
  // fmod is exact; the quotient is wanted in its low bits only.
  let r = Math.abs(x) % ay;
  let q = Math.round((Math.abs(x) - r) / ay) % 8;
  if (r > ay - r || (r === ay - r && q % 2 === 1)) {
    r -= ay;
    q++;
  }
  q %= 8;
  return { value: signBit(x) ? -r : r, quotient: signBit(x) !== signBit(y) ? -q : q };
}

function nextafter(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? 5e-324 : -5e-324;
  view.setFloat64(0, x);
  const up = x < y === x > 0;
  view.setBigUint64(0, view.getBigUint64(0) + (up ? 1n : -1n));
  return view.getFloat64(0);
}

function nextafterf(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? 2 ** -149 : -(2 ** -149);
  view.setFloat32(0, x);
  const up = x < y === x > 0;
  view.setUint32(0, view.getUint32(0) + (up ? 1 : -1));
  return view.getFloat32(0);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function tgamma(x: number): number {
  if (Number.isInteger(x)) {
    if (x === 0) return signBit(x) ? -Infinity : Infinity;
    if (x < 0) return NaN;
    if (x < 172) {
      let r = 1;
      for (let i = 2; i < x; i++) r *= i;
      return r;
    }
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * tgamma(1 - x));
  if (x > 171.7) return Infinity;
  const t = x + 6.5;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < 9; i++) sum += LANCZOS[i]! / (x - 1 + i);
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * sum;
}

function lgamma(x: number): number {
  if (Number.isInteger(x) && x <= 0) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  if (x === 1 || x === 2) return 0;
  const t = x + 6.5;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < 9; i++) sum += LANCZOS[i]! / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Series near zero, continued fraction for the complement further out. */
function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return 2 - erfc(-x);
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-18; n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  if (x > 27) return 0;
  let f = 0;
  for (let n = 120; n > 0; n--) f = n / 2 / (x + f);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + f);
}

const logb = (x: number): number =>
  x === 0 ? -Infinity : Number.isFinite(x) ? frexp(x).exponent - 1 : Number.isNaN(x) ? x : Infinity;

const UNARY: Record<string, Unary> = {
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  cos: Math.cos,
  sin: Math.sin,
  tan: Math.tan,
  acosh: Math.acosh,
  asinh: Math.asinh,
  atanh: Math.atanh,
  cosh: Math.cosh,
  sinh: Math.sinh,
  tanh: Math.tanh,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log10: Math.log10,
  log1p: Math.log1p,
  log2: Math.log2,
  logb,
  cbrt: Math.cbrt,
  fabs: Math.abs,
  sqrt: Math.sqrt,
  erf: (x) => 1 - erfc(x),
  erfc,
  lgamma,
  tgamma,
  ceil: Math.ceil,
  floor: Math.floor,
  nearbyint: roundEven,
  rint: roundEven,
  round: roundAway,
  trunc: Math.trunc,
};

const BINARY: Record<string, Binary> = {
  atan2: Math.atan2,
  // JavaScript says NaN for 1 ** Infinity and (-1) ** Infinity; C says 1.
  pow: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
  fmod: (x, y) => x % y,
  remainder: (x, y) => remainder(x, y).value,
  drem: (x, y) => remainder(x, y).value,
  hypot: Math.hypot,
  copysign: (x, y) => (signBit(x) === signBit(y) ? x : -x),
  nextafter,
  fdim: (x, y) => (Number.isNaN(x) || Number.isNaN(y) ? NaN : x > y ? x - y : 0),
  fmax: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.max(x, y)),
  fmin: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.min(x, y)),
};

function toLong(x: number): bigint {
  return x >= -(2 ** 63) && x < 2 ** 63 ? BigInt(x) : -0x8000000000000000n;
}

export function mathNatives(_libc: Libc): Family {
  const family: Family = {};
  for (const [suffix, fit] of [
    ["", (x: number) => x],
    ["f", Math.fround],
    ["l", (x: number) => x],
  ] as const) {
    for (const [name, f] of Object.entries(UNARY))
      family[name + suffix] = (c) => c.retFloat(fit(f(c.float(0))));
    for (const [name, f] of Object.entries(BINARY))
      family[name + suffix] = (c) => c.retFloat(fit(f(c.float(0), c.float(1))));
    const put = (c: NativeContext, at: bigint, value: number) => {
      if (suffix === "f") {
        c.memory.scratchF32[0] = value;
        c.memory.storeScratch(c.memory.hi(at), c.memory.lo(at), 4);
      } else {
        c.memory.scratchF64[0] = value;
        c.memory.storeScratch(c.memory.hi(at), c.memory.lo(at), 8);
      }
    };
    const scale = (c: NativeContext) => c.retFloat(fit(ldexp(c.float(0), c.num(1))));
    const integer = (f: Unary) => (c: NativeContext) => c.ret(toLong(f(c.float(0))));
    Object.assign(family, {
      [`fma${suffix}`]: (c) => {
        c.memory.work.charge(EXACT_UNITS);
        c.retFloat(fit(fma(c.float(0), c.float(1), c.float(2))));
      },
      [`frexp${suffix}`]: (c) => {
        const r = frexp(c.float(0));
        c.memory.store(c.addr(1), 4, BigInt(r.exponent));
        c.retFloat(r.fraction);
      },
      [`ldexp${suffix}`]: scale,
      [`scalbn${suffix}`]: scale,
      [`scalbln${suffix}`]: scale,
      [`modf${suffix}`]: (c) => {
        const x = c.float(0);
        const whole = Math.trunc(x);
        put(c, c.addr(1), whole);
        const fraction = Number.isFinite(x) ? x - whole : Number.isNaN(x) ? x : 0;
        c.retFloat(fraction === 0 && signBit(x) ? -0 : fraction);
      },
      [`nan${suffix}`]: (c) => c.retFloat(NaN),
      [`ilogb${suffix}`]: (c) => {
        const x = c.float(0);
        c.ret(x === 0 || Number.isNaN(x) ? -2147483648 : Number.isFinite(x) ? logb(x) : 2147483647);
      },
      [`lrint${suffix}`]: integer(roundEven),
      [`llrint${suffix}`]: integer(roundEven),
      [`lround${suffix}`]: integer(roundAway),
      [`llround${suffix}`]: integer(roundAway),
      [`remquo${suffix}`]: (c) => {
        const r = remainder(c.float(0), c.float(1));
        c.memory.store(c.addr(2), 4, BigInt(r.quotient));
        c.retFloat(fit(r.value));
      },
    } satisfies Family);
  }
  family["nextafterf"] = (c) => c.retFloat(nextafterf(c.float(0), c.float(1)));
  const classify = (x: number, smallest: number): number =>
    Number.isNaN(x) ? 0 : !Number.isFinite(x) ? 1 : x === 0 ? 2 : Math.abs(x) < smallest ? 3 : 4;
  return Object.assign(family, {
    __fsc_fpclassify: (c) => c.ret(classify(c.float(0), 2 ** -1022)),
    __fsc_fpclassifyf: (c) => c.ret(classify(c.float(0), 2 ** -126)),
    __fsc_signbit: (c) => c.ret(signBit(c.float(0)) ? 1 : 0),
    __fsc_isnan: (c) => c.ret(Number.isNaN(c.float(0)) ? 1 : 0),
    __fsc_isinf: (c) => c.ret(c.float(0) === Infinity ? 1 : c.float(0) === -Infinity ? -1 : 0),
    __fsc_isfinite: (c) => c.ret(Number.isFinite(c.float(0)) ? 1 : 0),
    finite: (c) => c.ret(Number.isFinite(c.float(0)) ? 1 : 0),
  } satisfies Family);
}
