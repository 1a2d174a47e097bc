/**
 * Executable bodies by image, and when two images have the same object. Leaves out how functions are lowered (c/) and run
 * (step.ts).
 */
import { ExecBody } from "./body.ts";
import { DATA_BASE, type FnCode, type GlobalInfo, type Image } from "./image.ts";

export interface CompiledBody {
  readonly body: ExecBody;
  /** How many globals the image had when the function was first lowered: those exist when it runs. */
  readonly globals: number;
}

/**
 * Bodies by image, so that machines over one image share them, and so that which globals exist at an instruction does not
 * depend on what other runs have lowered since.
 */
const COMPILED = new WeakMap<Image, Map<number, CompiledBody>>();
/** Images of one address space have code in common. */
const BODIES = new WeakMap<FnCode, ExecBody>();

function bodyOf(code: FnCode): ExecBody {
  let body = BODIES.get(code);
  if (body === undefined) BODIES.set(code, (body = new ExecBody(code)));
  return body;
}

/** The bodies of an image that were asked for, by function. */
export function compiledBodies(image: Image): ReadonlyMap<number, CompiledBody> {
  let compiled = COMPILED.get(image);
  if (compiled === undefined) COMPILED.set(image, (compiled = new Map()));
  return compiled;
}

/** The executable body of a function of an image, lowered when first asked for. */
export function compiledBody(image: Image, id: number): CompiledBody {
  const compiled = compiledBodies(image) as Map<number, CompiledBody>;
  let entry = compiled.get(id);
  if (entry === undefined) {
    const body = bodyOf(image.lower(id));
    compiled.set(id, (entry = { body, globals: image.globals.length }));
  }
  return entry;
}

/** Whether two images have the same object at the same address, with the same contents to start with. */
export function sameGlobal(a: GlobalInfo, b: GlobalInfo): boolean {
  if (a === b) return true;
  if (a.address !== b.address || a.size !== b.size || a.readonly !== b.readonly || a.name !== b.name)
    return false;
  const x = a.init;
  const y = b.init;
  if (x === null || y === null) return x === y;
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}

/** Whether a body names an address that `wanted` takes: as a constant of its own, or as an operand (sign-extended). */
export function namesAddress(code: FnCode, wanted: (at: bigint) => boolean): boolean {
  for (const c of code.consts) if (wanted(BigInt.asUintN(64, c))) return true;
  const first = Number(BigInt.asIntN(64, DATA_BASE));
  for (const word of code.code)
    if (word < 0 && word >= first && wanted(BigInt.asUintN(64, BigInt(word)))) return true;
  return false;
}
