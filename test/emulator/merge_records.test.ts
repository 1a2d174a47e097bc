/** One record of two definitions: what stays where, what is appended, and what is left out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Declaration, MemberDecl, RecordSpec } from "../../emulator/c/ast.ts";
import { mergeRecords } from "../../emulator/c/merge_records.ts";
import { parse } from "../../emulator/c/parser.ts";
import { preprocessText } from "../../emulator/c/preprocessor.ts";

function record(text: string): RecordSpec {
  const unit = parse(preprocessText(text).tokens);
  return (unit.externals[0] as Declaration).specs.type as RecordSpec;
}

/** "a {b|c} [d e]": braces are unions, brackets structs. */
function shape(members: readonly MemberDecl[]): string {
  const one = (m: MemberDecl): string => {
    if (m.declarators.length > 0) return m.declarators.map((d) => d.declarator.name).join(" ");
    const type = m.specs.type as RecordSpec;
    return type.kind === "union"
      ? `{${shape(type.members ?? []).replace(/ /g, "|")}}`
      : `[${shape(type.members ?? [])}]`;
  };
  return members.map(one).join(" ");
}

const merged = (a: string, b: string, wanted: ReadonlySet<string> | "all" = "all"): string =>
  shape(mergeRecords(record(a), [record(b)], wanted).members ?? []);

test("members of the first stay, those that only the other has follow", () => {
  assert.equal(
    merged("struct s { int a; int b; };", "struct s { int b; long c; int a; char d; };"),
    "a b c d",
  );
});

test("only the members asked for are taken", () => {
  assert.equal(merged("struct s { int a; };", "struct s { int b; int c; };", new Set(["c"])), "a c");
});

test("groups that share a name are one group", () => {
  assert.equal(
    merged(
      "struct s { union { int a; int b; }; int e; };",
      "struct s { union { int b; int c; }; int d; int e; };",
    ),
    "{a|b|c} e d",
  );
});

test("a plain member that is in a union elsewhere takes the union's others with it", () => {
  assert.equal(
    merged("struct s { int a; int b; };", "struct s { union { int a; long x; }; int b; };"),
    "{a|{x}} b",
  );
});

test("a member that a release renamed in place has both names", () => {
  assert.equal(
    merged("struct folio { unsigned int _folio_nr_pages; };", "struct folio { unsigned int _nr_pages; };"),
    "{_folio_nr_pages|_nr_pages}",
  );
  assert.equal(
    merged(
      "struct page { struct { void *_unused_pgmap_compound_head; void *data; }; void *mapping; };",
      "struct page { struct { void *pgmap; void *data; }; void *mapping; };",
    ),
    merged(
      "struct page { struct { union { void *_unused_pgmap_compound_head; void *pgmap; }; void *data; }; void *mapping; };",
      "struct page { void *mapping; };",
    ),
  );
});
