/**
 * One record out of several definitions of it: where the reference kernel keeps only the members that it needs and a
 * kernel tree has them all, or the other way round, code of both must find its members in the same object. The members of
 * the first definition stand where they stand. What only another has is appended to the group it belongs to: members that
 * share an anonymous struct or union with names of both stay together, because in the records that the memory map is made
 * of that keeps each within its page. Leaves out layout.
 */
import type { MemberDecl, RecordSpec } from "./ast.ts";

/** Members that a release renamed and left where they were, with the meaning that they had. */
const RENAMED: Readonly<Record<string, string>> = {
  _nr_pages: "_folio_nr_pages",
  _folio_nr_pages: "_nr_pages",
  // A page's dev_pagemap, until it became its folio's in v6.15; it lies where it lay.
  pgmap: "_unused_pgmap_compound_head",
  _unused_pgmap_compound_head: "pgmap",
};

/** Names of a member list, those of anonymous members included. */
function namesOf(members: readonly MemberDecl[], into: Set<string>): Set<string> {
  for (const m of members) {
    for (const d of m.declarators) if (d.declarator.name !== null) into.add(d.declarator.name);
    const inner = m.declarators.length === 0 ? membersOf(m) : null;
    if (inner !== null) namesOf(inner, into);
  }
  return into;
}

function membersOf(m: MemberDecl): readonly MemberDecl[] | null {
  const type = m.specs.type;
  return type.kind === "struct" || type.kind === "union" ? type.members : null;
}

function withMembers(m: MemberDecl, members: readonly MemberDecl[]): MemberDecl {
  return { ...m, specs: { ...m.specs, type: { ...(m.specs.type as RecordSpec), members } } };
}

/** An anonymous member of some others. */
function group(kind: "struct" | "union", members: readonly MemberDecl[], like: MemberDecl): MemberDecl {
  const type: RecordSpec = { kind, tag: null, members, attrs: [], loc: like.loc };
  const specs = {
    ...like.specs,
    type,
    alignas: [],
    attrs: [],
    isConst: false,
    isVolatile: false,
    isAtomic: false,
  };
  return { specs, declarators: [], loc: like.loc };
}

/** The part of a member declaration that is not there yet; null when all of it is. */
function remainder(m: MemberDecl, have: ReadonlySet<string>): MemberDecl | null {
  if (m.declarators.length > 0) {
    const rest = m.declarators.filter((d) => d.declarator.name !== null && !have.has(d.declarator.name));
    return rest.length === 0 ? null : { ...m, declarators: rest };
  }
  const rest = (membersOf(m) ?? []).map((x) => remainder(x, have)).filter((x) => x !== null);
  return rest.length === 0 ? null : withMembers(m, rest);
}

/** The members of both lists: groups that have names in common are merged, the rest of `theirs` is appended. */
function mergeLists(
  ours: readonly MemberDecl[],
  theirs: readonly MemberDecl[],
  have: ReadonlySet<string>,
): MemberDecl[] {
  const out = [...ours];
  for (const m of theirs) {
    const inner = m.declarators.length === 0 ? membersOf(m) : null;
    const names = inner === null ? null : namesOf(inner, new Set());
    const at = names === null ? -1 : out.findIndex((o) => sameGroup(o, m, names));
    const rest = remainder(m, have);
    const lone = at < 0 && names !== null ? out.findIndex((o) => isLone(o, m, names)) : -1;
    if (at >= 0) out[at] = withMembers(out[at]!, mergeLists(membersOf(out[at]!)!, inner!, have));
    else if (lone >= 0 && rest !== null) out[lone] = group("union", [out[lone]!, rest], m);
    else if (rest !== null) out.push(rest);
  }
  return out;
}

/** An anonymous group of the same kind that has one of the names. */
function sameGroup(o: MemberDecl, m: MemberDecl, names: ReadonlySet<string>): boolean {
  if (o.declarators.length > 0 || o.specs.type.kind !== m.specs.type.kind) return false;
  const inner = membersOf(o);
  if (inner === null) return false;
  for (const name of namesOf(inner, new Set())) if (names.has(name)) return true;
  return false;
}

/** A plain member that the other definition has in a union: what shares its place there does so here. */
function isLone(o: MemberDecl, m: MemberDecl, names: ReadonlySet<string>): boolean {
  const name = o.declarators.length === 1 ? o.declarators[0]!.declarator.name : null;
  return m.specs.type.kind === "union" && name !== null && names.has(name);
}

/** Gives members that have another name elsewhere that name too. */
function aliased(m: MemberDecl, have: ReadonlySet<string>, wanted: ReadonlySet<string>): MemberDecl {
  if (m.declarators.length === 0) {
    const inner = membersOf(m);
    return inner === null
      ? m
      : withMembers(
          m,
          inner.map((x) => aliased(x, have, wanted)),
        );
  }
  if (m.declarators.length !== 1) return m;
  const d = m.declarators[0]!;
  const other = d.declarator.name === null ? undefined : RENAMED[d.declarator.name];
  if (other === undefined || have.has(other) || !wanted.has(other)) return m;
  const twin: MemberDecl = { ...m, declarators: [{ ...d, declarator: { ...d.declarator, name: other } }] };
  return group("union", [m, twin], m);
}

/** `first` with the members that only the others have: all of them, or those named. */
export function mergeRecords(
  first: RecordSpec,
  others: readonly RecordSpec[],
  members: ReadonlySet<string> | "all" = "all",
): RecordSpec {
  const own = first.members ?? [];
  const have = namesOf(own, new Set());
  const theirs = new Set<string>();
  for (const other of others) namesOf(other.members ?? [], theirs);
  let out = own.map((m) => aliased(m, have, theirs));
  namesOf(out, have);
  // A name that is not asked for counts as there.
  if (members !== "all") for (const name of theirs) if (!members.has(name)) have.add(name);
  for (const other of others) {
    out = mergeLists(out, other.members ?? [], have);
    namesOf(out, have);
  }
  return { ...first, members: out };
}
