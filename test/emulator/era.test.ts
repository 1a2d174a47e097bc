/** The era table: rows in order, names found and refused, spans, and C that never falls silently to one side. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  ERA_NAMES,
  ERAS,
  eraFromName,
  eraOn,
  erasIn,
  erasOfText,
  NEWEST_ERA,
  unknownEra,
} from "../../emulator/kernel/era.ts";
import { runScenarios } from "../../server/cli_catalogue.ts";
import { root } from "../support/paths.ts";

test("rows ascend, and each but the first says from when it is", () => {
  ERAS.forEach((row, i) => {
    const [, major, minor] = /^v(\d+)\.(\d+)$/.exec(row.name)!;
    assert.equal(row.ordinal, Number(major) * 100 + Number(minor));
    assert.equal(row.from === null, i === 0);
    if (i > 0) assert.ok(row.ordinal > ERAS[i - 1]!.ordinal && (row.from ?? "") > (ERAS[i - 1]!.from ?? ""));
  });
});

test("names are taken as people write them, others are refused with the nearest", () => {
  for (const era of ERA_NAMES)
    for (const name of [era, era.slice(1), era.slice(1).replace(".", "")])
      assert.equal(eraFromName(name), era);
  for (const name of ["banana", "", "v6.13", "6", "auto"]) assert.equal(eraFromName(name), null);
  assert.match(
    unknownEra("v6.13"),
    /no era "v6\.13", the nearest is v6\.12; eras are v4\.15, .*v6\.12, .*v7\.3$/,
  );
  assert.doesNotMatch(unknownEra("banana"), /nearest/);
});

test("folioscope scenarios refuses an era that there is not", async () => {
  let said = "";
  const io = { stdout: () => assert.fail("a catalogue"), stderr: (t: string) => (said += t), color: false };
  assert.equal(await runScenarios(["--era", "banana"], io), 2);
  assert.match(said, /no era "banana"/);
});

test("spans and days", () => {
  assert.deepEqual(erasIn({}), ERA_NAMES);
  assert.ok(!erasIn({ since: "v6.15" }).includes("v6.12"));
  assert.deepEqual(erasIn({ until: "v6.12" }).at(-1), "v6.12");
  assert.equal(eraOn(ERA_NAMES, "2017-07-27"), "v4.15");
  assert.equal(eraOn(["v6.12", "v6.15"], "2025-03-31"), "v6.12");
  assert.equal(eraOn(["v6.12", "v6.15"], "2025-04-01"), "v6.15");
  assert.equal(eraOn(ERA_NAMES, "2999-01-01"), NEWEST_ERA);
});

test("a name that came rules out what was before it, one that went what came after", () => {
  assert.deepEqual(erasOfText("int a;"), ERA_NAMES);
  assert.deepEqual(erasOfText("dax_folio_put(folio);"), erasIn({ since: "v6.15" }));
  assert.equal(erasOfText("dax_page_share_put(page);").includes("v6.15"), false);
});

test("each era is known by what came and went with it", () => {
  const tree =
    "spin_lock_irq(&mapping->tree_lock); entry = get_unlocked_mapping_entry(mapping, index, &slot);";
  assert.deepEqual(erasOfText(tree), ["v4.15"]);
  assert.deepEqual(
    erasOfText(
      "struct page *dax_layout_busy_page(struct address_space *mapping) { pagevec_lookup_entries(a); }",
    ),
    ["v4.18"],
  );
  assert.deepEqual(erasOfText("XA_STATE(xas, a, b); page_ref_count(page) > 1"), ["v6.12"]);
  assert.deepEqual(erasOfText("pfn_t pfn = phys_to_pfn_t(phys, 0);"), erasIn({ until: "v6.15" }));
  assert.deepEqual(
    erasOfText("long f(pgoff_t pgoff, void **kaddr, unsigned long *pfn)"),
    erasIn({ since: "v6.18" }),
  );
  assert.deepEqual(erasOfText("fs_dax_get(dax_dev, sb, &ops);"), erasIn({ since: "v7.1" }));
  assert.deepEqual(erasOfText("READ_ONCE(page->compound_info)"), erasIn({ since: "v7.1" }));
  assert.deepEqual(erasOfText("iomap_iter_advance(iter, &length);").at(-1), "v6.18");
  assert.deepEqual(erasOfText("fsdev_acquire_pgmap(dev_dax);"), erasIn({ since: "v7.3" }));
});

test("a patch of 2026 is never run by the rules of 2025", () => {
  const since = erasIn({ since: "v6.15" });
  assert.equal(eraOn(since, "2025-06-30"), "v6.15");
  assert.equal(eraOn(since, "2026-01-15"), "v6.18");
  assert.equal(eraOn(since, "2026-06-01"), "v7.1");
  assert.equal(eraOn(since, "2026-10-01"), "v7.3");
});

test("C compares FSC_ERA with < and >= only", () => {
  const folder = join(root, "emulator/reference");
  const wrong: string[] = [];
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.[ch]$/.test(file)) continue;
    const text = readFileSync(join(folder, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    for (const m of text.matchAll(/\bFSC_ERA\b\s*(\S+)/g))
      if (m[1] !== "<" && m[1] !== ">=") wrong.push(`${file}: ${m[0]}`);
  }
  assert.deepEqual(wrong, []);
});

test("no module compares an era with a name", () => {
  const wrong: string[] = [];
  for (const top of ["emulator", "server"])
    for (const file of readdirSync(join(root, top), { recursive: true, encoding: "utf8" }))
      if (
        /\.ts$/.test(file) &&
        /[!=]==? "v\d|"v\d[\d.]*" [!=]==?/.test(readFileSync(join(root, top, file), "utf8"))
      )
        wrong.push(`${top}/${file}`);
  assert.deepEqual(wrong, []);
});
