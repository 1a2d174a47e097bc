// The real mails: seeds in detail, everything else by property.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parseDocument } from "../../server/parse.ts";
import { toJson, toJsonDocument } from "../../server/parse_json.ts";
import schema from "../../server/schema/parse.schema.json" with { type: "json" };
import { checkPositions } from "../support/check_positions.ts";
import { corpusFiles, onCorpus, seed } from "../support/corpus.ts";

const read = (path: string) => parseDocument(readFileSync(path), path, { crossCheck: true });
const ajv = new Ajv({ allErrors: true, strict: false });
const validate = ajv.compile(schema);

test(
  "corpus: every position is inside the document and points at its text; the JSON fits its schema",
  onCorpus(),
  () => {
    let positions = 0;
    for (const path of corpusFiles()) {
      if (/README|\.jsonl$/.test(path)) continue;
      const doc = read(path);
      positions += checkPositions(doc);
      const json = JSON.parse(JSON.stringify(toJsonDocument([toJson(doc)])));
      assert.ok(validate(json), `${path}: ${ajv.errorsText(validate.errors).slice(0, 500)}`);
      for (const patch of doc.patches)
        assert.deepEqual(
          patch.notes.filter((n) => n.startsWith("cross-check")),
          [],
          path,
        );
    }
    assert.ok(positions > 100000, `${positions} positions`);
  },
);

test("seed 000: a quoted patch with remarks, and one below scissors", onCorpus(), () => {
  const doc = read(seed("000"));
  assert.equal(doc.patches.length, 2);
  const [quoted, below] = doc.patches as [(typeof doc.patches)[0], (typeof doc.patches)[0]];
  assert.equal(quoted.confidence, "repaired");
  assert.equal(quoted.quoteDepth, 1);
  assert.deepEqual([quoted.revision, quoted.number, quoted.total], [6, 21, 26]);
  assert.deepEqual(
    quoted.files.map((f) => f.path),
    ["drivers/nvdimm/pmem.c", "fs/dax.c", "include/linux/mm_types.h"],
  );
  const whole = quoted.functions.filter((f) => f.visible === "whole");
  assert.ok(whole.length >= 10, whole.map((f) => f.name).join(" "));
  // Cut by the reviewer's remarks, elision behind it: still whole on both sides.
  for (const name of ["dax_associate_entry", "dax_disassociate_entry"])
    assert.ok(
      whole.some((f) => f.name === name && f.side === "both"),
      name,
    );
  assert.deepEqual(
    quoted.comments.map((c) => [c.path, c.docLine]),
    [
      ["fs/dax.c", 255],
      ["fs/dax.c", 307],
      ["fs/dax.c", 373],
      ["fs/dax.c", 380],
      ["include/linux/mm_types.h", 406],
    ],
  );
  assert.match(quoted.comments[3]!.text, /^Hmm, will this ultimately become/);
  assert.equal(quoted.remarks.length, 2);
  assert.ok(quoted.notes.some((n) => /not in the mail/.test(n)));
  assert.equal(below.confidence, "exact");
  assert.equal(below.subject, "dcssblk: Mark DAX broken, remove FS_DAX_LIMITED support");
  assert.equal(below.files.length, 3);
  assert.equal(below.trailers.filter((t) => t.key === "Cc").length, 8);
});

test("seed 001: a cover letter with an oops and a table of tests", onCorpus(), () => {
  const doc = read(seed("001"));
  assert.equal(doc.patches.length, 0);
  assert.equal(doc.series[0]?.total, 13);
  const crash = doc.crashReports[0]!;
  assert.equal(crash.symbol, "folio_mark_dirty");
  assert.equal(crash.address, "0xdead000000000518");
  assert.equal(crash.source, "mm/page-writeback.c:2860");
  assert.equal(crash.callTrace.length, 16);
  assert.equal(crash.registers["RDI"], "dead000000000400");
  assert.equal(doc.testReports[0]!.results.length, 13);
});

test("seed 002: quote markers are the only line breaks left", onCorpus(), () => {
  const doc = read(seed("002"));
  assert.equal(doc.form, "flattened");
  const patch = doc.patches[0]!;
  assert.equal(patch.confidence, "repaired");
  const definition = patch.definitions.find((d) => d.name === "dax_layout_busy_page" && d.side === "after")!;
  assert.match(
    definition.text,
    /^struct page \*dax_layout_busy_page\(struct address_space \*mapping\)\n\{\n/,
  );
  assert.match(definition.text, /pagevec_release\(&pvec\);\n$/);
  // The hunk counts 84 added lines; the mail has 75 of them. What is not there is not made up.
  assert.equal(patch.files[0]!.added, 75);
  assert.equal(definition.visible, "partial");
});

test("seed 003: fragments six levels down are files and hunks, functions partial", onCorpus(), () => {
  const doc = read(seed("003"));
  const patch = doc.patches[0]!;
  assert.equal(patch.files[0]!.path, "drivers/nvdimm/pfn_devs.c");
  assert.deepEqual(
    patch.functions.map((f) => [f.name, f.visible]),
    [["__nvdimm_setup_pfn", "partial"]],
  );
  assert.ok(patch.comments.some((c) => c.quoteDepth === 5) && patch.comments.some((c) => c.quoteDepth === 0));
});

test("seed 004: several copies are one patch, with the remarks on its lines", onCorpus(), () => {
  const doc = read(seed("004"));
  assert.equal(doc.patches.length, 1);
  const patch = doc.patches[0]!;
  assert.equal(patch.confidence, "exact");
  assert.equal(patch.copies.length, 2);
  assert.ok(patch.functions.some((f) => f.name === "dax_pfn_mkwrite" && f.visible === "whole"));
  assert.ok(patch.comments.some((c) => /should be named something/.test(c.text) && c.line === 1498));
  assert.ok(patch.comments.every((c) => c.anchorDocLine > 240));
});
