/**
 * Names in a piece of code that nothing declares: what cannot be read stops at the first, a compiler tells them all. Leaves out types and
 * callees (a call declares what it calls), and blocks of their own, which may declare what they name.
 */
import type { CFail } from "./ctype.ts";
import { lookupName, type Sema } from "./sema.ts";
import type { UnknownName } from "./tree.ts";

/** @param code an expression, statement or declaration that failed by `f`. @returns nothing where it failed by something else */
export function unknownIn(s: Sema, f: CFail, code: object): { readonly unknown?: readonly UnknownName[] } {
  if (!/^`\w+` is not known/.test(f.message)) return {};
  const unknown: UnknownName[] = [];
  const queue: object[] = [code];
  for (const node of queue) {
    const { kind, name, loc, callee } = node as { kind?: string; callee?: object } & Partial<UnknownName>;
    if (kind === "block" || kind === "stmtExpr") continue;
    if (kind === "ident" && name !== undefined && loc !== undefined && isUnknown(s, name))
      if (!unknown.some((u) => u.name === name)) unknown.push({ name, loc });
    for (const [part, inner] of Object.entries(node)) {
      if (part === "loc" || typeof inner !== "object" || inner === null) continue;
      if (inner !== callee || !("name" in inner)) queue.push(inner);
    }
  }
  return { unknown };
}

function isUnknown(s: Sema, name: string): boolean {
  return lookupName(s, name) === null && !name.startsWith("__") && !s.link.isNative(name);
}
