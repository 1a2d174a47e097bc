/**
 * What a callee may call back: functions of the patched files that lie in a record which it is given, or in a table of operations to which
 * that record leads. They find the thing that the record lies in, and may set its members. Leaves out running them.
 */
import type { CType } from "../c/ctype.ts";
import { layoutSafe, type Obj, sizeSafe } from "./memory.ts";
import type { CallSite, Run } from "./run.ts";

/** Callees that set going what they are given, by their names. */
const SETS_GOING =
  /register|attach|activate|(?:^|_)(?:add|init|start|open|enable|create|setup|probe|bind)(?:_|$)/;

/** A callee that is not run is given memory of this path: what it may call back may set pointers there that nothing here has set. */
export function mayCallBack(w: Run, site: CallSite): void {
  if (!SETS_GOING.test(site.name)) return;
  site.args.forEach((a, i) => {
    const v = w.known.resolve(a);
    const at = typeof v === "bigint" ? w.mem.at(v) : null;
    if (at === null || at.obj.kind !== "heap") return;
    const to = site.x.ft.params[i]?.type;
    const size = to?.kind === "pointer" && to.to.kind === "record" ? sizeSafe(to.to) : null;
    if (size !== null && holdsFunctions(w, at, size)) at.obj.setUp = Number.POSITIVE_INFINITY;
  });
}

function holdsFunctions(
  w: Run,
  { obj, off }: { readonly obj: Obj; readonly off: number },
  size: number,
): boolean {
  for (const [at, cell] of obj.cells) {
    if (cell.size !== 8 || at < off || at + 8 > off + size) continue;
    const v = w.known.resolve(cell.v);
    const led = typeof v === "bigint" ? w.mem.at(v)?.obj : undefined;
    if (led?.kind === "function" && led.fn !== null && w.input.files.has(led.fn.path)) return true;
    if (led?.kind === "global" && isTable(led.type)) return true;
  }
  return false;
}

/** A record that has a function among its members. */
const isTable = (t: CType | null): boolean =>
  t !== null &&
  (layoutSafe(t) ?? []).some(({ type }) => type.kind === "pointer" && type.to.kind === "function");
