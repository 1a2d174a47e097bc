/**
 * What `folioscope review` prints of a kernel tree: fates of hunks, `fixed-later`, coverage, stubs; its help; its errors
 * about trees. The results are made up where only the words matter, and made on a real tree where one is at hand.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { warnText } from "../../emulator/invariants/reports.ts";
import { runReview } from "../../server/cli_review.ts";
import { patchNumber } from "../../server/features/snapshot.ts";
import { parseDocument } from "../../server/parse.ts";
import { formatOf } from "../../server/report/formats.ts";
import { markdownReport } from "../../server/report/markdown.ts";
import { reviewText } from "../../server/report/terminal.ts";
import { folded } from "../../server/report/text.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import type { HunkNote, ReviewResult } from "../../server/review/types.ts";
import { FROM_CACHE, HUNK_REFUSED, notJudged } from "../../server/review/why.ts";
import { corpusDir, onCorpus } from "../support/corpus.ts";
import { fakeReview } from "../support/fake_review.ts";
import { heard } from "../support/heard.ts";
import { kernelDir, kernelSkip } from "../support/kernel.ts";
import { example, root } from "../support/paths.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-text-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const review = (...args: string[]) => heard(runReview, args);

const wide = (text: string): string[] =>
  text.split("\n").filter((l) => l.length > 80 && !/replay: |--> /.test(l));

const doc = parseDocument(example("demo.eml"), "demo.eml");
const patch = doc.patches[0]!;
const added = patch.files.flatMap((f) => f.hunks.flatMap((h) => h.lines)).filter((l) => l.kind !== "-");

test("a report is given out patch by patch, and is the same as the whole one", () => {
  const box = ["demo.eml", "leaked-reference.eml", "clean-refactor.eml"]
    .map((name) => `From 0 Mon Sep 17 00:00:00 2001\n${example(name)}\n`)
    .join("");
  const three = parseDocument(box, "three.mbox");
  const text = formatOf("text")!;
  const styles = [false, true].map((all) => ({ color: false, all }));
  const streams = styles.map((style) => ({ style, of: text.stream!(three, style), given: "" }));
  const result = reviewDocument(three, { scenario: "insert-fails order=0 index=0 write=1*" }, (event) => {
    if (event.kind === "patch")
      for (const s of streams) {
        const part = s.of.patch(event.result, event.patch);
        assert.notEqual(part, "");
        s.given += part;
      }
    return true;
  });
  assert.ok(result.findings.some((f) => f.verdict === "new"));
  for (const { style, of, given } of streams) {
    const input = { doc: three, result, chosen: three.patches.map((p) => p.index), style };
    assert.equal(given + of.end(input), text.write(input));
  }
});

/** A made-up review in a tree. */
function treeReview(change: Partial<ReviewResult> = {}): ReviewResult {
  const hunk = (docLine: number, fate: HunkNote["fate"]): HunkNote => ({
    patch: 0,
    docLine,
    path: "fs/dax.c",
    fate,
  });
  return {
    ...fakeReview(doc, "1"),
    tree: { root: "/linux", describe: "linux-6.12 (work tree)", prerequisites: 2 },
    hunks: [
      hunk(30, { kind: "exact" }),
      hunk(40, { kind: "offset", lines: 3 }),
      hunk(50, {
        kind: "merged",
        evidence: {
          kind: "content",
          changes: [{ by: "removed", count: 2, spot: { line: 912, fn: "dax_a_function_with_a_long_name" } }],
        },
      }),
      hunk(60, { kind: "rejected", why: { kind: "apart", fn: "" } }),
    ],
    coverage: [
      {
        patch: 0,
        addedLines: added.map((l, i) => ({
          docLine: l.docLine,
          path: "fs/dax.c",
          line: 100 + i,
          reached: i > 0,
        })),
        removed: { reached: 0, total: 0 },
        files: [
          {
            path: "fs/dax.c",
            functions: 40,
            executed: 2,
            missing: Array.from({ length: 38 }, (_, i) => `dax_missing_${i}`),
          },
        ],
      },
    ],
    stubs: [
      { name: "devm_foo", runs: 12 },
      { name: "bar", runs: 3 },
    ],
    ...change,
  };
}

const textOf = (result: ReviewResult, coverage = false): string =>
  reviewText(doc, result, [0], { color: false, all: false, coverage });

test("the help fits 80 columns and names every option", async () => {
  const { out, status } = await review("--help");
  assert.equal(status, 0);
  assert.deepEqual(wide(out), []);
  const source = readFileSync(join(root, "server/cli_review.ts"), "utf8");
  const options = [...source.matchAll(/^ {2}"?([\w-]+)"?: \{ type: /gm)].map((m) => m[1]!);
  assert.ok(options.length > 10, options.join(" "));
  for (const o of options.filter((x) => x !== "help")) assert.ok(out.includes(`--${o} `), `--${o}`);
});

test("hunks: what fits exactly is counted, what was merged or rejected is told once, with the reason", () => {
  const result = treeReview({
    notes: [
      "fs/dax.c, @@ -60,3 +60,4 @@ does not fit the tree: its lines are in the file, but not together",
      "other",
      "other",
    ],
  });
  const text = textOf(result);
  assert.match(text, /kernel tree: linux-6.12 \(work tree\) with 2 prerequisite patches applied/);
  assert.match(text, /hunks in the tree: 1 exact, 1 at an offset \(3\), 1 merged, 1 rejected/);
  assert.match(text, /line 60, fs\/dax.c: rejected: its lines are in the file, but not together/);
  assert.equal(text.match(/its lines are in the file, but not together/g)?.length, 1);
  assert.equal(text.match(/note: other/g)?.length, 1);
  assert.doesNotMatch(text, /line 40, /);
  assert.deepEqual(wide(text), []);
});

test("hunks of one file with one fate are one line, functions of one name are named once, the cache is told once", () => {
  const away = { kind: "rejected", why: { kind: "no-file" } } as const;
  const hunks = [40, 50, 60].map((docLine) => ({ patch: 0, docLine, path: "arch/x/a.h", fate: away }));
  const [one] = treeReview().functions;
  const idle = { ...one!, name: "wheel", reason: "its hunk does not fit the kernel tree", executed: false };
  const notes = ["1/2", "2/2"].map((n) => `patch "${n}": ${FROM_CACHE}`);
  const plan = { patch: 0, cases: 1, leftOut: [], whole: [] };
  const text = textOf(
    treeReview({
      hunks,
      functions: [idle, { ...idle, path: "other.h" }],
      notes: [...notes, notJudged("wheel")],
      plans: [plan, { ...plan, patch: 1 }],
    }),
  ).replace(/\s+/g, " ");
  assert.match(text, /lines 40, 50 and 60, arch\/x\/a\.h: rejected: the tree has no such file/);
  assert.equal(text.match(/no such file/g)?.length, 1);
  assert.match(text, /did not run: wheel\(\) \(its hunk/);
  assert.equal(text.match(/from the cache/g)?.length, 1);
  assert.match(text, /2 of 2 patches: from the cache/);
  assert.doesNotMatch(text, /is not judged/);
});

test("where no hunk fits, the reason of each is told where the hunks are, and nowhere else", () => {
  const why = { kind: "apart", fn: "" } as const;
  const hunk = { patch: 0, docLine: 60, path: "fs/dax.c", fate: { kind: "rejected", why } } as const;
  const [one] = treeReview().functions;
  const functions = [{ ...one!, executed: false, reason: HUNK_REFUSED }];
  const refused = { kind: "refused", tree: "linux-6.12", hunks: [{ path: "fs/dax.c", why }] } as const;
  const plans = [{ patch: 0, cases: 9, leftOut: [{ why: refused, cases: 9 }], whole: [] }];
  const text = textOf(treeReview({ runs: [], findings: [], hunks: [hunk], functions, plans })).replace(
    /\s+/g,
    " ",
  );
  assert.match(
    text,
    /no scenario runs: the patch does not fit linux-6\.12, and is not run on it \(without --tree/,
  );
  assert.equal(text.match(/but not together/g)?.length, 1);
  assert.doesNotMatch(text, /did not run/);
});

test("functions that run by themselves are counted apart from scenarios", () => {
  const { runs } = treeReview();
  const own = runs
    .slice(0, 2)
    .map((r, i) => ({ ...r, scenario: `function mill_${i}`, verdict: "clean" as const }));
  const both = textOf(treeReview({ runs: [...runs, ...own] }));
  assert.match(
    both,
    new RegExp(`^ {2}${runs.length} scenario runs?: .*\n {2}2 function cases: 2 clean$`, "m"),
  );
  const alone = textOf(treeReview({ runs: own }));
  assert.match(alone, /^ {2}2 function cases: 2 clean$/m);
  assert.doesNotMatch(alone, /scenario run/);
});

test("clean is said of as many runs of a scenario as were clean", () => {
  const made = fakeReview(doc, "0");
  const [first, second, third] = made.runs;
  const runs = [
    { ...first!, scenario: "kvm-unplug order=0", verdict: "clean" as const },
    { ...second!, scenario: "kvm-unplug order=9", verdict: "fixed-later" as const },
    { ...third!, scenario: "reflink-share files=2", verdict: "clean" as const },
  ];
  const text = reviewText(doc, { ...made, runs }, [0], { color: false, all: false, coverage: false });
  assert.match(text, /clean in 1 of 2 cases of kvm-unplug, reflink-share\n/);
});

test("a function that breaks as its caller calls it is not called clean beside that", () => {
  const made = fakeReview(doc, "0");
  const [first, second] = made.runs;
  const runs = [
    { ...first!, scenario: "function mill_turn", verdict: "clean" as const },
    { ...second!, scenario: "function mill_rest", verdict: "clean" as const },
  ];
  const says = (verdict: "new" | "already"): string => {
    const finding = {
      ...made.findings[0]!,
      patch: first!.patch,
      verdict,
      scenario: "function mill_grind",
      functions: ["mill_turn", "mill_grind"].map((name) => ({ name, fidelity: "diff" as const })),
    };
    return reviewText(doc, { ...made, runs, findings: [finding] }, [0], {
      color: false,
      all: false,
      coverage: false,
    });
  };
  assert.match(says("new"), /clean in function mill_rest\n/);
  assert.match(says("already"), /clean in function mill_turn, function mill_rest\n/);
});

test("where a document has several versions of a series, numbers say which", () => {
  const patch = { ...doc.patches[0]!, number: 3, total: 7, revision: 1 };
  const patches = [patch, { ...patch, revision: 2 }];
  assert.deepEqual(
    patches.map((p) => patchNumber(p, { patches })),
    ["v1 3/7", "v2 3/7"],
  );
  assert.equal(patchNumber(patch, { patches: [patch] }), "3/7");
  const alone = { ...patch, number: 1, total: 1 };
  const both = [alone, { ...alone, revision: 2 }];
  assert.deepEqual(
    both.map((p) => patchNumber(p, { patches: both })),
    ["v1", "v2"],
  );
  assert.equal(patchNumber(alone, { patches: [alone] }), "");
});

test("what of a patch is not in its mail is told under its name, the rest is counted", () => {
  const notes = [1, 2, 3].map((n) => `line ${n}: 2 old and 2 new lines of this hunk are not in the mail`);
  const cut = { ...doc, patches: [{ ...doc.patches[0]!, confidence: "repaired" as const, notes }] };
  const text = reviewText(cut, fakeReview(cut, "0"), [0], { color: false, all: false, coverage: false });
  assert.match(
    text,
    /text repaired.*\n {4}line 1: 2 old .*\n(?: {4}.*\n)* {4}and 1 more \(--all shows them\)\n/,
  );
});

test("functions that did not run for one reason share it, and of many the first are named", () => {
  const [one] = treeReview().functions;
  assert.ok(one);
  const named = (name: string, reason: string) => ({ ...one, name, reason, executed: false });
  const many = Array.from({ length: 14 }, (_, i) => named(`mill_${i}`, "nobody calls it"));
  const text = textOf(treeReview({ functions: [...many, named("wheel", "half of it is here")] }));
  const told = text.replace(/\s+/g, " ");
  assert.match(
    told,
    /did not run: mill_0\(\), .*, mill_11\(\) and 2 more \(nobody calls it\); wheel\(\) \(half of it is here\)/,
  );
  assert.equal(told.match(/nobody calls it/g)?.length, 1);
  assert.deepEqual(wide(text), []);
});

test("a function that ran by itself is none that did not run, whatever came of it", () => {
  const made = treeReview();
  const [one] = made.functions;
  const [run] = made.runs;
  assert.ok(one && run);
  const functions = ["wheel", "mill"].map((name) => ({
    ...one,
    name,
    reason: "nobody calls it",
    executed: false,
  }));
  const alone = (scenario: string) => ({
    ...run,
    scenario,
    verdict: "not-modelled" as const,
    reason: "it may be so",
  });
  const text = textOf(treeReview({ functions, findings: [], runs: [alone("function wheel")] })).replace(
    /\s+/g,
    " ",
  );
  assert.match(text, /did not run: mill\(\) \(nobody calls it\)/);
  const both = textOf(treeReview({ functions, findings: [], runs: [alone("life wheel mill")] }));
  assert.doesNotMatch(both, /did not run/);
});

test("a finding that a later patch mends is told with that patch", () => {
  const made = treeReview();
  const findings = made.findings.map((f) => ({
    ...f,
    verdict: "fixed-later" as const,
    severity: "information" as const,
    fixedBy: { number: 19, subject: "fs/dax: count pages as everybody does" },
  }));
  const text = textOf({ ...made, findings });
  assert.match(
    text,
    /FIXED LATER folio-ref-leak[\s\S]*fixed later by 19\S* "fs\/dax: count pages as everybody does"/,
  );
  assert.deepEqual(wide(text), []);
});

test("Markdown says what did not run, and both surfaces which rules were broken before", () => {
  const base = treeReview();
  const [one] = base.functions;
  const [found] = base.findings;
  assert.ok(one && found);
  const was = (code: string) => ({ ...found, verdict: "already" as const, code });
  const result = treeReview({
    functions: [{ ...one, name: "wheel", reason: "half of it is here", executed: false }],
    findings: [was("oops"), was("deadlock"), was("deadlock")],
  });
  const said = "3 already so before the patch: oops, 2 deadlock";
  const markdown = markdownReport(doc, result, [0]).replace(/\\/g, "");
  assert.match(markdown, /## Not run\n\n- did not run: wheel\(\) \(half of it is here\)/);
  assert.ok(markdown.includes(`${said}.`), markdown);
  assert.ok(textOf(result).includes(`${said} (--all shows them)`));
});

test("a place in a trace says whose line it is: the mail's, the tree's, the reference kernel's", () => {
  const [found] = treeReview().findings;
  const step = { task: "", text: "did", path: "mm/rmap.c", line: 52, docLine: 0, role: "history" as const };
  const trace = [
    { ...step, of: "reference" as const },
    { ...step, path: "fs/dax.c", of: "tree" as const },
    { ...step, docLine: 40 },
  ];
  const text = textOf(treeReview({ findings: [{ ...found!, trace }] }));
  assert.match(text, /did \[reference:mm\/rmap.c:52\]\n.*did \[tree:fs\/dax.c:52\]\n.*did \[line 40\]/);
});

test("--coverage lists each unreached line by its place, functions that did not run, and stubs by rank", () => {
  const text = textOf(treeReview(), true);
  const n = added.length;
  assert.ok(n > 1, "the example adds lines");
  assert.ok(text.includes(`reached by some run: ${n - 1} of ${n}`), text.slice(text.indexOf("coverage\n")));
  assert.match(text, /not reached: fs\/dax.c:100 +line \d+ /);
  assert.match(text, /functions of fs\/dax.c that ran: \d+ of 40 \(\d+ %\)/);
  assert.match(text, /not run: dax_missing_0, /);
  assert.match(text, /missing functions[^\n]*\n +12 {2}devm_foo\(\)\n +3 {2}bar\(\)/);
  assert.deepEqual(wide(text), []);
  assert.doesNotMatch(textOf(treeReview()), /not reached|devm_foo/);
});

test("without a tree --coverage says where the rest would come from", () => {
  const { tree: _, ...rest } = treeReview({ hunks: [], stubs: [] });
  const text = textOf(rest, true);
  assert.match(text, /functions of the tree's files: only with --tree DIR/);
  assert.match(text, /missing functions: none was called/);
});

test("a wrong tree, prerequisite or configuration ends the command with what is wrong and what to do", async () => {
  const mail = join(root, "examples", "demo.eml");
  const tree = join(dir, "linux");
  mkdirSync(join(tree, "mm"), { recursive: true });
  mkdirSync(join(tree, "include", "linux"), { recursive: true });
  writeFileSync(join(dir, "notes"), "no symbol here\n# CONFIG_FS_DAX is not set\n");
  for (const [args, message] of [
    [["--tree", join(dir, "absent")], /--tree: .*absent is not a folder that can be read: name the root/],
    [
      ["--tree", dir],
      /--tree: .* is not a kernel tree: it has no mm\/ and include\/linux\/; name the folder/,
    ],
    [
      ["--tree", tree, "--prerequisite", join(dir, "none.mbox")],
      /--prerequisite .*none\.mbox cannot be read/,
    ],
    [["--tree", tree, "--prerequisite", `${mail}#7`], /--prerequisite .*has no patch 7: it has 1/],
    [
      ["--tree", tree, "--config", join(dir, ".config")],
      /--config .*: there is no such file; name a kernel's/,
    ],
    [["--tree", tree, "--config", dir], /--config .* is a folder: name a regular file; name a kernel's/],
    [["--tree", tree, "--config", join(dir, "notes")], /--config .*: no line of it sets a CONFIG_ symbol/],
    [["--config", join(dir, "notes")], /--config needs --tree DIR/],
  ] as const) {
    const { status, out, err } = await review(...args, mail);
    assert.equal(status, 2, `${args.join(" ")}: ${err}`);
    assert.equal(out, "");
    assert.match(err, message);
  }
});

test(
  "a review in a real tree: coverage, hunks and the tree are in the JSON, which holds to its schema",
  onCorpus(kernelSkip),
  async () => {
    const mail = join(corpusDir, "cases", "goyal-wake-all.eml");
    const { status, out, err } = await review(
      "--tree",
      kernelDir!,
      "--scenario",
      "invalidate*",
      "--format",
      "json",
      mail,
    );
    assert.equal(status, 0, err);
    const json = JSON.parse(out) as ReviewResult;
    const schema = JSON.parse(readFileSync(join(root, "server/schema/review.schema.json"), "utf8")) as object;
    const validate = new Ajv2020.default({ strict: false, allErrors: true }).compile(schema);
    assert.ok(validate(json), JSON.stringify(validate.errors?.slice(0, 3)));
    assert.equal(json.tree?.root, kernelDir);
    assert.ok(json.hunks.length > 0);
    assert.ok(json.coverage[0]!.addedLines.some((l) => l.reached));
    const dax = json.coverage[0]!.files.find((f) => f.path === "fs/dax.c")!;
    assert.equal(dax.functions, dax.executed + dax.missing.length);
  },
);

test(
  "what a later patch of a series mends is fixed-later, with that patch",
  onCorpus(kernelSkip),
  async () => {
    const series = join(corpusDir, "series");
    const { status, out, err } = await review(
      ...["--tree", kernelDir!, "--prerequisite", join(series, "willcox-dax-folios.mbox"), "--patch", "4"],
      ...["--scenario", "truncate-pinned order=0 index=0 fs=0 *", "--format", "json"],
      join(series, "popple-v9.mbox"),
    );
    assert.equal(status, 0, err);
    const json = JSON.parse(out) as ReviewResult;
    const later = json.findings.filter((f) => f.verdict === "fixed-later");
    assert.ok(later.length > 0, json.findings.map((f) => `${f.verdict} ${f.code}`).join(", "));
    for (const f of later) assert.equal(f.fixedBy?.number, 19);
    assert.equal(json.tree?.prerequisites, 2);
  },
);

test("a function whose name the @@ line does not show is a function all the same", () => {
  const mail = [
    "From: A Tester <a@example.org>",
    "Subject: [PATCH] orders: free the queue",
    "",
    "Text.",
    "---",
    "--- a/drivers/orders/queue.c",
    "+++ b/drivers/orders/queue.c",
    "@@ -514,3 +514,3 @@ static struct order_queue",
    " \tif (!queue->list)",
    "-\t\treturn NULL;",
    "+\t\tgoto err;",
    " \treturn queue;",
    "",
  ].join("\n");
  const { notes } = reviewDocument(parseDocument(Buffer.from(mail), "queue.eml"), {});
  assert.ok(
    notes.some((n) => n.includes("shows a function only in part, and not its name")),
    notes.join("; "),
  );
  const read = parseDocument(Buffer.from(mail), "queue.eml");
  const result = reviewDocument(read, {});
  const tail = reviewText(read, result, [0], { color: false, all: false }).replace(/\s+/g, " ");
  assert.match(
    tail,
    /1 patch did not run for want of the rest of a function: name a kernel tree with --tree DIR/,
  );
  const tree = { dir: "linux", otherDirs: [], era: "v6.12" } as unknown as NonNullable<ReviewResult["tree"]>;
  assert.ok(
    !reviewText(read, { ...result, tree }, [0], { color: false, all: false }).includes("name a kernel tree"),
  );
});

test("why nothing of a driver patch runs is said once, with what would let it run", () => {
  const mail = [
    "From: A Tester <a@example.org>",
    "Subject: [PATCH] orders: open twice",
    "",
    "Text.",
    "---",
    "--- a/drivers/orders/queue.c",
    "+++ b/drivers/orders/queue.c",
    "@@ -1,6 +1,7 @@",
    " static int order_open(struct order *order)",
    " {",
    " \tif (!order->queue)",
    " \t\treturn -1;",
    "+\torder_count(order);",
    " \treturn order_start(order);",
    " }",
    "",
  ].join("\n");
  const doc = parseDocument(Buffer.from(mail), "queue.eml");
  const text = reviewText(doc, reviewDocument(doc, {}), [0], { color: false, all: false }).replace(
    /\s+/g,
    " ",
  );
  assert.equal(text.split("nothing in the reference kernel calls order_open()").length, 2, text);
  assert.match(text, /with a kernel tree it runs path by path/);
});

test("a warning whose condition is always true says that in words", () => {
  assert.equal(warnText("1"), "a place is reached that must not be");
  assert.equal(warnText("true"), warnText("1"));
  assert.equal(warnText("page_count(p) != 1"), "page_count(p) != 1");
  assert.equal(
    warnText("!__fsc_lock_held(&xa->xa_lock, FSC_LOCK_EXCL)"),
    "&xa->xa_lock is not held, as it must be here",
  );
  const either = "__fsc_lock_held(l, FSC_LOCK_EXCL) || __fsc_lock_held(l, FSC_LOCK_SHARED)";
  assert.equal(warnText(`!(${either})`), "l is not held, as it must be here");
  assert.equal(warnText(`(${either})`), "l is held here");
});

test("what a series has twice, or lacks, is a note of the report", () => {
  const mail = (n: number, id: string): string =>
    example("clean-refactor.eml")
      .toString()
      .replace("[PATCH]", `[PATCH ${n}/3]`)
      .replace(/^Message-ID: .*$/im, `Message-ID: <${id}@example.org>`);
  const box = [mail(1, "a"), mail(1, "b"), mail(3, "c")]
    .map((m) => `From a Mon Sep 17 00:00:00 2001\n${m}\n`)
    .join("");
  const whole = parseDocument(Buffer.from(box), "box.mbox");
  const text = reviewText(
    whole,
    fakeReview(whole, "s"),
    whole.patches.map((p) => p.index),
    { color: false, all: false },
  );
  assert.match(text, /note: Patch 1\/3 of[^.]* is\s+here\s+2\s+times/);
  assert.match(text, /note: Of[^.]*\spatch\s+2\s+of\s+3\s+is\s+not\s+here/);
});

test("a line of ours on standard error is no wider than a terminal, and nothing of it is lost", () => {
  const long = `folioscope review: --era: ${"there is no such era ".repeat(9)}${"x".repeat(99)} end`;
  const lines = folded(`${long}\nshort\n`).split("\n");
  assert.ok(lines.every((l) => l.length <= 80 || /x{99}/.test(l)));
  assert.equal(lines.slice(0, -2).join(" ").replace(/ +/g, " "), long);
  const code = `${" ".repeat(90)}^`;
  assert.equal(folded(code), code);
});
