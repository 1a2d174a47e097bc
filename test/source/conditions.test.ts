/** What a mail shows in an `#if` that is off here is not what runs: a header's stub for a kernel without the option takes no function's place. */
import "../../server/shipped.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { holds } from "../../server/source/conditions.ts";
import { overlayOf } from "../../server/source/overlay.ts";
import { hunkMail } from "../support/hunk_mail.ts";

test("a condition of CONFIG_ symbols is known, any other is not", () => {
  for (const [text, is] of [
    [" IS_ENABLED(CONFIG_FS_DAX)", true],
    [" !IS_ENABLED(CONFIG_FS_DAX)", false],
    ["defined(CONFIG_FS_DAX) && !defined CONFIG_NOBODY_HAS_IT /* so */", true],
    ["(IS_ENABLED(CONFIG_NOBODY_HAS_IT) || !IS_ENABLED(CONFIG_DAX))", false],
    ["IS_ENABLED(CONFIG_FS_DAX) && PTRS_PER_PMD > 1", null],
    ["defined(MODULE)", null],
    ["", null],
  ] as const)
    assert.equal(holds(text), is, text);
});

const STUB = [
  "+static inline struct page *dax_layout_busy_page(struct address_space *mapping)",
  "+{",
  "+\treturn NULL;",
  "+}",
];
const header = (lines: readonly string[]): string =>
  hunkMail({
    subject: "dax: a stub",
    id: "stub",
    day: "Wed, 20 Nov 2024",
    path: "include/linux/dax.h",
    at: 200,
    section: "static inline void dax_read_unlock(int id)",
    lines: [" ", ...lines, " "],
  });
const parsed = (mail: string) => parseDocument(Buffer.from(mail), "stub.eml");
const names = (mail: string): string[] =>
  overlayOf(parsed(mail).patches[0]!, "after").functions.map((d) => d.name);

test("a stub for kernels without the option is not laid over the function, and that is the reason", () => {
  const mail = header(["+#if !IS_ENABLED(CONFIG_FS_DAX)", ...STUB, "+#endif"]);
  const { runs, plans, functions } = reviewDocument(parsed(mail), {
    scenario: "truncate-pinned order=0 index=0 fs=0*",
  });
  assert.deepEqual(runs, []);
  assert.deepEqual(
    plans[0]!.leftOut.map((l) => l.why.kind),
    ["off"],
  );
  assert.match(functions[0]!.reason, /in an #if that is off here/);
});

test("which branch holds is known by those before it, and what the hunk does not show is taken to hold", () => {
  for (const [lines, shown] of [
    [["+#ifdef CONFIG_FS_DAX", "+int a;", "+#else", ...STUB, "+#endif"], 0],
    [["+#ifdef CONFIG_NOBODY_HAS_IT", "+int a;", "+#else", ...STUB, "+#endif"], 1],
    [["+#ifndef CONFIG_NOBODY_HAS_IT", ...STUB, "+#endif"], 1],
    [["+#ifdef CONFIG_NOBODY_HAS_IT", "+#endif", ...STUB], 1],
    [["+#if PAGE_SHIFT > 12", "+int a;", "+#elif defined(CONFIG_NOBODY_HAS_IT)", ...STUB, "+#endif"], 0],
    [["+#if defined(CONFIG_DAX)", "+int a;", "+#elif defined(CONFIG_FS_DAX)", ...STUB, "+#endif"], 0],
    [["+int a;", "+#else", ...STUB, "+#endif"], 1],
    [["-#ifdef CONFIG_NOBODY_HAS_IT", ...STUB], 1],
  ] as const)
    assert.equal(names(header(lines)).length, shown, lines.join("\n"));
});
