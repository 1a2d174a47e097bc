/**
 * Results that are kept: what is the same is not run again and is told as a run of the document at hand would tell it,
 * and whatever a result depends on makes it another one.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { keepsResults } from "../../server/cache/store.ts";
import { runCache } from "../../server/cli_cache.ts";
import { Pool } from "../../server/emulation/pool.ts";
import { parseDocument } from "../../server/parse.ts";
import { KeptResults } from "../../server/review/kept.ts";
import type { ReviewOptions, ReviewResult } from "../../server/review/types.ts";
import { heard } from "../support/heard.ts";
import { ownTree, patchMail, referenceText } from "../support/own_tree.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-kept-"));
after(() => rmSync(dir, { recursive: true, force: true }));
let caches = 0;
const freshFolder = (): string => join(dir, `cache-${caches++}`);

const demo = readFileSync(join(process.env["FOLIOSCOPE_ROOT"]!, "examples/demo.eml"), "utf8");
const scenario = "reflink-unshare*";
/** An answer that quotes a patch does not show when that was sent. */
const era = "v7.1";

/** A review, how many cases it ran, and how many patches were told from the cache. */
async function review(kept: KeptResults | null, text: string, options: ReviewOptions = { scenario, era }) {
  const pool = new Pool(null, 0, 0, kept);
  let ran = 0;
  const bytes = Buffer.from(text);
  const result = await pool.review(
    parseDocument(bytes, "a.eml"),
    { input: bytes, path: "a.eml", options },
    (e) => {
      if (e.kind === "run") ran++;
      return true;
    },
  );
  return { result, ran, cached: result.plans.filter((p) => p.cached === true).length };
}

/** A result without what says where it is from. */
const told = ({ notes, plans, ...rest }: ReviewResult) => ({
  ...rest,
  notes: notes.filter((n) => !n.includes("from the cache")),
  plans: plans.map(({ cached: _, ...p }) => p),
});

test("the same diff is not run again: reopened, with other words before it, in an answer, as another patch of an mbox", async () => {
  const kept = new KeptResults(freshFolder(), "one");
  const first = await review(kept, demo);
  assert.ok(first.ran > 0 && first.cached === 0);
  assert.ok(first.result.findings.length > 0);
  const again = await review(kept, demo);
  assert.deepEqual([again.ran, again.cached], [0, 1]);
  assert.deepEqual(told(again.result), told(first.result));
  assert.ok(again.result.notes.some((n) => n.includes("from the cache") && n.includes("--no-cache")));
  const [head, diff] = [demo.slice(0, demo.indexOf("\n---\n")), demo.slice(demo.indexOf("\n---\n"))];
  const quoted = diff.replace(/\n/g, "\n> ").replace(/\n> diff/, "\nI read this.\n\n> diff");
  const other = demo.replace(/^diff/m, "diff").replace(/Leave the zero page alone/, "Another thing");
  const texts = {
    words: `${head}\nOne more line.\nAnd another.\n${diff}`,
    answer: `From: B <b@example.org>\nSubject: Re: [PATCH v2] fs/dax: Leave the zero page alone\nDate: Sat, 17 Jan 2026 10:00:00 +0100\n\nOn Friday, Robin Example wrote:\n> Words.${quoted}\n`,
    second: `From x Fri Jan 16 10:00:00 2026\n${other.replace(/^\+/gm, "+").replace("demo@", "other@")}\nFrom x Fri Jan 16 10:00:00 2026\n${demo}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    const patch = name === "second" ? { patch: "2" } : {};
    const fresh = await review(null, text, { scenario, era, ...patch });
    assert.ok(fresh.ran > 0, name);
    const found = await review(kept, text, { scenario, era, ...patch });
    assert.deepEqual([found.ran, found.cached], [0, 1], name);
    assert.deepEqual(told(found.result), told(fresh.result), name);
  }
});

test("what was kept with facts of lines serves who wants none, not the other way round", async () => {
  const one = new KeptResults(freshFolder(), "one");
  await review(one, demo);
  const bare = await review(one, demo, { scenario, era, facts: false });
  assert.deepEqual([bare.ran, bare.cached], [0, 1]);
  const other = new KeptResults(freshFolder(), "one");
  await review(other, demo, { scenario, era, facts: false });
  assert.ok((await review(other, demo)).ran > 0);
});

test("other code, other options, another program: run", async () => {
  const folder = freshFolder();
  const kept = new KeptResults(folder, "one");
  await review(kept, demo);
  const code = demo.replace("\n+\t", "\n+\t\t");
  assert.notEqual(code, demo);
  assert.ok((await review(kept, code)).ran > 0);
  assert.ok((await review(kept, demo, { scenario, era, seed: "7" })).ran > 0);
  assert.ok((await review(kept, demo, { scenario, era, steps: 100_000 })).ran > 0);
  assert.ok((await review(kept, demo, { era, scenario: "map-fault-unmap*" })).ran > 0);
  assert.ok((await review(new KeptResults(folder, "two"), demo)).ran > 0);
  // A date tells the era where names do not; the era is what counts.
  await review(kept, demo, { scenario });
  const day = (d: string) => review(kept, demo.replace("16 Jan 2026", d), { scenario });
  assert.equal((await day("17 Jan 2026")).ran, 0);
  assert.ok((await day("17 Oct 2026")).ran > 0);
});

test("a replay is asked for to be run, and what was stopped is not kept", async () => {
  const kept = new KeptResults(freshFolder(), "one");
  const pool = new Pool(null, 0, 0, kept);
  const bytes = Buffer.from(demo);
  const input = { input: bytes, path: "a.eml", options: { scenario, era } };
  let runs = 0;
  await pool.review(parseDocument(bytes, "a.eml"), input, (e) => !(e.kind === "run" && ++runs === 2));
  const whole = await review(kept, demo);
  assert.ok(whole.ran > 2 && whole.cached === 0);
  const replay = whole.result.findings[0]!.replay;
  for (let i = 0; i < 2; i++) assert.equal((await review(kept, demo, { replay })).cached, 0);
});

test("an entry that was changed is told, and run again", async () => {
  const folder = freshFolder();
  const kept = new KeptResults(folder, "one");
  await review(kept, demo);
  const [entry] = readdirSync(folder);
  const at = join(folder, entry!);
  writeFileSync(at, readFileSync(at, "latin1").replace('"new"', '"old"'), "latin1");
  const again = await review(kept, demo);
  assert.ok(again.ran > 0 && again.cached === 0);
  assert.equal((await review(kept, demo)).ran, 0);
});

test("with a tree: its state counts as far as it was asked, and the patches before and behind", async () => {
  const tree = ownTree();
  const dax = referenceText("fs/dax.c");
  const broken = dax.replace(
    "\t\t\tpage->mapping = NULL;\n\t\t\tpage->index = 0;\n",
    "\t\t\tpage->index = 0;\n",
  );
  assert.notEqual(broken, dax);
  const path = "fs/dax.c";
  const one = patchMail(1, 2, { path, from: dax, to: broken });
  const kept = new KeptResults(freshFolder(), "one");
  const options = { tree, scenario: "map-fault-unmap order=0*", era: "v6.12", patch: "1" };
  const first = await review(kept, one, options);
  assert.ok(first.ran > 0 && first.result.findings.some((f) => f.verdict === "new"));
  const again = await review(kept, one, options);
  assert.deepEqual([again.ran, told(again.result)], [0, told(first.result)]);
  // What nobody asked of the tree is no part of it, nor is the time of a file that reads the same.
  writeFileSync(join(tree, "fs/nobody.txt"), "x\n");
  const file = join(tree, "fs/dax.c");
  assert.equal((await review(kept, one, options)).ran, 0);
  // A later patch that mends it is.
  const two = one + patchMail(2, 2, { path, from: broken, to: dax });
  const mended = await review(kept, two, options);
  assert.ok(mended.ran > 0 && mended.result.findings.some((f) => f.verdict === "fixed-later"));
  assert.equal((await review(kept, one, options)).ran, 0);
  // The file itself, edited.
  writeFileSync(file, `${dax}\n/* edited */\n`);
  utimesSync(file, 1e9, 1e9);
  assert.ok((await review(kept, one, options)).ran > 0);
});

test("the environment can ask for none, and the command shows and clears what is kept", async () => {
  assert.equal(keepsResults({}), true);
  assert.equal(keepsResults({ FOLIOSCOPE_NO_CACHE: "0" }), true);
  assert.equal(keepsResults({ FOLIOSCOPE_NO_CACHE: "1" }), false);
  const had = process.env["FOLIOSCOPE_CACHE"];
  process.env["FOLIOSCOPE_CACHE"] = join(dir, "home");
  try {
    await review(new KeptResults(join(dir, "home", "results"), "one"), demo);
    writeFileSync(join(dir, "home", "mine"), "not a cache\n");
    const run = (...args: string[]) => heard(runCache, args);
    assert.match((await run()).out, /results of reviews +1 file .* of at most 128/);
    assert.match((await run("--clear")).out, /results of reviews +1 file .* removed/);
    assert.match((await run()).out, /results of reviews +0 files/);
    assert.deepEqual(readdirSync(join(dir, "home")), ["mine"]);
    assert.equal((await run("--claer")).status, 2);
  } finally {
    if (had === undefined) delete process.env["FOLIOSCOPE_CACHE"];
    else process.env["FOLIOSCOPE_CACHE"] = had;
  }
});
