/**
 * One record out of several definitions of it: where the reference kernel keeps only the members that it needs and a
 * kernel tree has them all, or the other way round, code of both must find its members in the same object. The members of
 * the first definition stand where they stand; what the others have besides is appended. Leaves out layout (layout.ts).
 */
import type { MemberDecl, RecordSpec } from "./ast.ts";

/** Names of a member list, those of anonymous members included. */
function namesOf(members: readonly MemberDecl[], into: Set<string>): Set<string> {
  for (const m of members) {
    for (const d of m.declarators) if (d.declarator.name !== null) into.add(d.declarator.name);
    const type = m.specs.type;
    if (m.declarators.length === 0 && (type.kind === "struct" || type.kind === "union") && type.members)
      namesOf(type.members, into);
  }
  return into;
}

/** The part of a member declaration that is not there yet; null when all of it is. */
function remainder(m: MemberDecl, have: ReadonlySet<string>): MemberDecl | null {
  if (m.declarators.length > 0) {
    const rest = m.declarators.filter((d) => d.declarator.name !== null && !have.has(d.declarator.name));
    return rest.length === 0 ? null : { ...m, declarators: rest };
  }
  const type = m.specs.type;
  if ((type.kind !== "struct" && type.kind !== "union") || type.members === null) return null;
  const rest = type.members.map((x) => remainder(x, have)).filter((x) => x !== null);
  if (rest.length === 0) return null;
  return { ...m, specs: { ...m.specs, type: { ...type, members: rest } } };
}

/** `first` with the members that only the others have, in their order, behind its own. */
export function mergeRecords(first: RecordSpec, others: readonly RecordSpec[]): RecordSpec {
  const members = [...(first.members ?? [])];
  const have = namesOf(members, new Set());
  for (const other of others) {
    for (const m of other.members ?? []) {
      const rest = remainder(m, have);
      if (rest === null) continue;
      members.push(rest);
      namesOf([rest], have);
    }
  }
  return members.length === (first.members ?? []).length ? first : { ...first, members };
}
