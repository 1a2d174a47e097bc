/**
 * Findings as the beginning of a KUnit test: a case for each with the run's steps in order, which kernel function makes such a step
 * where there is one, what has to hold in the end, and what is left out. Every case is skipped until somebody has written it: one
 * that passed would say that all is well. Text to save and to change. Leaves out the C of the steps: a run has an emulated machine
 * below it, a test has whatever machine it is built for.
 */
import { ruleOf, sentenceOf } from "../../emulator/invariants/registry.ts";
import type { ParsedDocument } from "../mail/types.ts";
import { isOwnRun } from "../review/finding.ts";
import { namesOrder } from "../review/replay.ts";
import type { Finding } from "../review/types.ts";
import { ranOn } from "./facts.ts";
import { terminalText, wrap } from "./text.ts";
import { calledText, capital, stepPlace } from "./words.ts";

/** Columns of a comment's text inside a function. */
const WIDTH = 68;
/** Steps of a case; the last ones lead to the fault. */
const STEPS_MAX = 40;
const NAME_MAX = 40;

/** By a step's first word: what in the kernel does such a thing for a test, that is for a thread without a program of its own. */
const MADE_BY: Readonly<Record<string, string>> = {
  mmap: "kunit_vm_mmap(), from v6.11 on",
  munmap: "vm_munmap()",
  load: "get_user()",
  store: "put_user()",
  read: "kernel_read()",
  write: "kernel_write()",
  fallocate: "vfs_fallocate()",
  punch: "vfs_fallocate()",
  truncate: "vfs_truncate()",
  fsync: "vfs_fsync()",
  open: "filp_open()",
  close: "fput()",
};

/** The C of a skeleton with a case for each of the findings; a remark where there is none. */
export function kunitText(doc: ParsedDocument, findings: readonly Finding[]): string {
  if (findings.length === 0) return "/* Nothing was found: there is no test to begin. */\n";
  const names = namesOf(findings);
  const subject = doc.patches[findings[0]!.patch]?.subject ?? "";
  const suite = findings.length === 1 ? names[0]! : "folioscope";
  const head = [
    `A skeleton of a KUnit test, written by folioscope from ${findings.length === 1 ? "a finding" : `${findings.length} findings`} about${
      subject === "" ? " a patch" : ` "${subject}"`
    }${findings.some((f) => f.patch !== findings[0]!.patch) ? " and others of its series" : ""}.`,
    "",
    "Nothing here runs yet: each case is skipped until its steps are written. They are those of the run that showed the fault on an emulated machine; where a kernel function makes such a step for a test, it is named.",
  ];
  return `${[
    "// SPDX-License-Identifier: GPL-2.0",
    ...comment(head, ""),
    "#include <kunit/test.h>",
    ...(findings.some((f) => isOwnRun(f.scenario)) ? ["#include <kunit/static_stub.h>"] : []),
    ...findings.flatMap((f, n) => ["", ...testCase(f, names[n]!)]),
    "",
    `static struct kunit_case ${suite}_cases[] = {`,
    ...names.map((name) => `\tKUNIT_CASE(${name}),`),
    "\t{}",
    "};",
    "",
    `static struct kunit_suite ${suite}_suite = {`,
    `\t.name = "${suite}",`,
    `\t.test_cases = ${suite}_cases,`,
    "};",
    "",
    `kunit_test_suite(${suite}_suite);`,
    "",
    'MODULE_DESCRIPTION("A skeleton that tests nothing yet");',
    'MODULE_LICENSE("GPL");',
  ].join("\n")}\n`;
}

/** A C name for each finding, of its rule and, where one runs by itself, its function. */
function namesOf(findings: readonly Finding[]): string[] {
  const used = new Set<string>();
  return findings.map((f) => {
    const [, of = ""] = isOwnRun(f.scenario) ? f.scenario.split(" ") : [];
    const wish = `${of === "" ? "" : `${of}_`}${f.code}`.replace(/\W/g, "_").slice(0, NAME_MAX);
    let name = /^[A-Za-z_]/.test(wish) ? wish : `case_${wish}`;
    for (let n = 2; used.has(name); n++) name = `${wish}_${n}`;
    used.add(name);
    return name;
  });
}

function testCase(f: Finding, name: string): string[] {
  const rule = ruleOf(f.code);
  const broken = ranOn(f);
  const own = isOwnRun(f.scenario);
  const what = [
    `${capital(sentenceOf(f.code, f.message).replace(/\.$/, ""))}.`,
    ...(f.message === sentenceOf(f.code, f.message) ? [] : [`${capital(f.message.replace(/\.$/, ""))}.`]),
    `The case fails ${
      f.verdict === "already"
        ? "with the patch and without it"
        : broken === "after"
          ? "with the patch and passes without it"
          : "without the patch and passes with it"
    }.`,
  ];
  const again = `folioscope ${namesOrder(f.replay) ? "explore" : "review"} --replay ${harmless(f.replay)} MAIL`;
  return [
    // The command is one line, to be copied.
    ...comment(what, "").slice(0, -1),
    " *",
    ` * ${again}`,
    " */",
    `static void ${name}(struct kunit *test)`,
    "{",
    ...comment(own ? calls(f) : setting(f), "\t"),
    ...steps(f, own),
    ...comment(
      [
        `What has to hold here: ${rule === undefined ? f.message : rule.statement.replace(/\.$/, "")}. Look at it with KUNIT_EXPECT_EQ() or its like.`,
        "",
        ...leftOut(f, own),
      ],
      "\t",
    ),
    '\tkunit_skip(test, "a skeleton: its steps are not written yet");',
    "}",
  ];
}

/** What a scenario stands on. */
function setting(f: Finding): string[] {
  const [name, ...params] = f.scenario.split(" ");
  return [
    `The run is ${name}${params.length === 0 ? "" : ` (${params.join(", ")})`}, by the rules of ${f.era}. Where it has files, A, B and so on are those of a new file system that maps them directly (-o dax=always), and a number in [] is a page of one.`,
  ];
}

/** What is called, and how its callees are made to answer. */
function calls(f: Finding): string[] {
  return [
    `Call ${calledText(f)}. The steps say how their callees and what they are given answer: a callee that begins with KUNIT_STATIC_STUB_REDIRECT() can be made to with kunit_activate_static_stub(), the rest is for a fake device.`,
  ];
}

function steps(f: Finding, own: boolean): string[] {
  const shown = f.trace.slice(-STEPS_MAX);
  const from = f.trace.length - shown.length;
  const tasks = new Set(f.trace.map((s) => s.task));
  // Steps are made, and have numbers; events follow from them.
  let n = f.trace.slice(0, from).filter((s) => s.role === "step").length;
  const out = from > 0 ? comment([`The first ${from} lines of the run are left out.`], "\t") : [];
  for (const s of shown) {
    const who = tasks.size > 1 && s.task !== "" ? `${s.task}: ` : "";
    const said = `${who}${s.text}${stepPlace({ ...s, docLine: 0 })}`;
    const made = own ? undefined : MADE_BY[s.text.split(" ")[0] ?? ""];
    const lead = s.role === "culprit" ? "Here it breaks: " : s.role === "step" ? `${++n}. ` : "Then: ";
    const by = s.role !== "step" || made === undefined ? "" : ` (${made})`;
    out.push(...comment([`${lead}${said}${by}`], "\t"));
  }
  return out;
}

/** What the skeleton does not say, or cannot. */
function leftOut(f: Finding, own: boolean): string[] {
  const tasks = new Set(f.trace.map((s) => s.task));
  const stood = f.functions.filter((fn) => fn.fidelity === "reference" || fn.fidelity === "shim").length;
  const said = [
    ...(own
      ? [
          "the device and what its bus does",
          "how a test comes to functions that are static (VISIBLE_IF_KUNIT, or a test that the file includes)",
        ]
      : ["how the machine comes to be as the run has it: its devices, its mounts"]),
    tasks.size > 1
      ? `the ${tasks.size} tasks (kthread_run()) and their order, which the token has and a test needs completions for`
      : "",
    f.scenario.includes("fail") ? "how an allocation or an insertion is made to fail (fault injection)" : "",
    stood > 0
      ? `${stood} functions that ran as a reference kernel has them: on a real kernel they may do otherwise`
      : "",
    f.stubs.length > 0 ? `${f.stubs.join(", ")}, which nobody defined in the run` : "",
  ].filter((t) => t !== "");
  return [`Left out: ${said.join("; ")}.`];
}

/** Paragraphs as a comment; whatever is in them ends none. */
function comment(paragraphs: readonly string[], indent: string): string[] {
  const lines = paragraphs.flatMap((p) => (p === "" ? [""] : wrap(harmless(p), WIDTH)));
  if (lines.length === 1) return [`${indent}/* ${lines[0]} */`];
  return [`${indent}/*`, ...lines.map((l) => `${indent} * ${l}`.trimEnd()), `${indent} */`];
}

const harmless = (text: string): string =>
  terminalText(text).replaceAll("*/", "* /").replaceAll("/*", "/ *").trim();
