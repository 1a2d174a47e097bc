/**
 * Remarks of a thread put to the runs: one that speaks of what a run shows, one of what no run shows, one on code that did not
 * run, one that speaks of nothing. The words and rules of each kind are held to the registry. Leaves out how remarks are read.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FUNCTION_RULES } from "../../emulator/function/rules.ts";
import { RULES } from "../../emulator/invariants/registry.ts";
import { parseDocument } from "../../server/parse.ts";
import { type Asked, askedOf, KINDS } from "../../server/report/asked.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { example } from "../support/paths.ts";

const mail = example("leaked-reference.eml").toString().split("\n");
const body = mail.slice(mail.indexOf("") + 1);

/** An answer to the mail that quotes it, with a remark behind the line that this text begins. */
function answer(behind: string, remark: string): string {
  const at = body.findIndex((l) => l.startsWith(behind));
  assert.ok(at > 0, behind);
  const quoted = body.map((l) => (l === "" ? ">" : `> ${l}`));
  return [
    "From: Kim Reviewer <kim@example.org>",
    "Subject: Re: [PATCH] fs/dax: Leave early when the mapping cannot be inserted",
    "Message-ID: <answer@example.org>",
    "In-Reply-To: <leaked-reference@example.org>",
    "",
    "On Tue, Jan 13, 2026, Robin Example wrote:",
    ...quoted.slice(0, at + 1),
    "",
    remark,
    "",
    ...quoted.slice(at + 1),
  ].join("\n");
}

function asked(behind: string, remark: string): Asked[] {
  const doc = parseDocument(Buffer.from(answer(behind, remark)), "answer.eml");
  const result = reviewDocument(doc, { scenario: "insert-fails order=0 index=0 write=1*" });
  const all = askedOf(doc, result);
  for (const a of all)
    if (a.finding !== undefined) assert.ok(a.codes.includes(result.findings[a.finding]!.code));
  return all;
}

const ADDED = "+\tif (ret & VM_FAULT_ERROR)";

test("a remark that speaks of a leak has the run that shows it", () => {
  const [a, ...more] = asked(ADDED, "Nice and short. Doesn't this leak the reference taken above?");
  assert.deepEqual(more, []);
  assert.equal(a?.answer, "shown");
  assert.equal(a.fn, "dax_fault_iter");
  assert.equal(a.quote, "Doesn't this leak the reference taken above?");
  assert.match(a.text, /A run shows a fault of that kind, new with this patch: A DAX page keeps a reference/);
});

test("what no run shows is not denied: the runs are counted, and the rules that watched are named", () => {
  const [a] = asked(ADDED, "Is ->index still right here?");
  assert.equal(a?.answer, "not shown");
  assert.ok(a.runs > 0);
  assert.match(
    a.text,
    /runs? through dax_fault_iter\(\) shows? no fault of that kind \(watched: wrong-index\)/,
  );
});

test("an entry or a lock that stays locked is spoken of in many words", () => {
  const lock = KINDS.find((k) => k.about === "a lock")!;
  for (const said of [
    "Doesn't this leave the entry locked?",
    "so i_mutex stays locked",
    "this leaves xas->xa unlocked",
    "you forgot to unlock here",
    "the error path never unlocks it",
    "Doesn't this return with nvmf_hosts_mutex held?",
    "we now bail out with the folio locked",
    "this exits while fs_info->lock is held",
    "still holding the mutex here, no?",
    "Doesn't this leave the SRCU read section held?",
    "the tree is walked without the i_mmap lock",
  ])
    assert.equal(
      KINDS.find((k) => k.words.test(said)),
      lock,
      said,
    );
  for (const said of ["is this locked by the caller?", "please lock the door", "leave it as it is"])
    assert.ok(!lock.words.test(said), said);
});

test("sleeping under a spin lock is spoken of in many words, and no lock's imbalance", () => {
  const sleeps = KINDS.find((k) => k.about === "sleeping where that is not allowed")!;
  for (const said of [
    "GFP_KERNEL while holding a spinlock?",
    "this may sleep, and we are in the irq handler",
    "isn't that scheduling while atomic?",
    "sleeps in atomic context",
  ])
    assert.equal(
      KINDS.find((k) => k.words.test(said)),
      sleeps,
      said,
    );
  for (const said of ["a sleepless night", "GFP_KERNEL is fine", "return what is held in x"])
    assert.ok(!sleeps.words.test(said), said);
});

test("a word of thanks and a name are no remark", () => {
  const remarks = (text: string) =>
    parseDocument(Buffer.from(answer(ADDED, text)), "answer.eml").patches[0]!.comments.map((c) => c.text);
  for (const end of ["Thanks,\nKim", "Thanks!", "Best regards,\nKim Reviewer", "Kim"])
    assert.deepEqual(remarks(end), [], end);
  for (const said of ["Thanks, but this leaks.", "Kim says it leaks", "Thanks\nfor nothing", "Drop it."])
    assert.deepEqual(remarks(said), [said]);
});

test("a remark that names no kind of fault has no answer", () => {
  assert.deepEqual(asked(ADDED, "Please wrap this at 80 columns, otherwise fine."), []);
});

test("nothing ran: that is said, and no more", () => {
  const doc = parseDocument(Buffer.from(answer(ADDED, "Does this deadlock?")), "answer.eml");
  const result = reviewDocument(doc, { scenario: "insert-fails order=0 index=0 write=1*" });
  const none = { ...result, runs: [], findings: [] };
  assert.deepEqual(
    askedOf(doc, none).map((a) => [a.answer, a.runs]),
    [["not run", 0]],
  );
});

test("every rule that a kind names is one, and of a kind's own words it is the kind", () => {
  const codes = new Set([...RULES, ...FUNCTION_RULES].map((r) => r.code));
  for (const kind of KINDS)
    for (const code of kind.codes) assert.ok(codes.has(code), `${kind.about}: ${code}`);
  const said: Record<string, string> = {
    "a leak": "there is a missing put_page() then",
    "a wake-up that is missed": "put_unlocked_entry() is not waking up anybody anymore",
    statistics: "adjust NR_SHMEM_PMDMAPPED, which is wrong",
    "use after free": "the folio is freed while gup still looks at it",
    "something given back twice": "the same page will be freed multiple times",
  };
  for (const [about, sentence] of Object.entries(said))
    assert.equal(KINDS.find((k) => k.words.test(sentence))?.about, about, sentence);
});
