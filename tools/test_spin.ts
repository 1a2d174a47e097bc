/**
 * SPIN as judge of exploring: for each pair of a Promela model (test/spin) and a patch of one function of the reference
 * kernel, `folioscope explore` on the scenario and SPIN on the model say of each side whether the fault comes never,
 * sometimes or always, and must say the same. Usage: npm run test:spin [-- --only WORD]. Exit status 1: they differ;
 * 2: SPIN or gcc is not there. Leaves out figures of speed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ExploredCase, Frequency } from "../server/review/explore.ts";
import { explored } from "../test/support/explored.ts";
import { changed, mailOf } from "../test/support/one_change.ts";

type Verdict = Frequency["verdict"];

interface Pair {
  readonly what: string;
  readonly model: string;
  readonly path: string;
  readonly fn: string;
  readonly from: string;
  readonly to: string;
  readonly scenario: string;
  readonly codes: readonly string[];
  readonly bound: number;
}

const PAIRS: readonly Pair[] = [
  {
    what: "truncate against GUP-fast: the recheck of the page table entry is gone",
    model: "take_truncate.pml",
    path: "mm/gup.c",
    fn: "gup_fast_pte_range",
    from: "pte_val(pte) != pte_val(ptep_get(ptep)) || pmd_val(pmd) != pmd_val(*pmdp) ||\n\t\t    ",
    to: "",
    scenario: "race-take-broadcast order=0",
    codes: ["wrong-outcome"],
    bound: 1,
  },
  {
    what: "an entry of a DAX page: who unlocks it wakes nobody",
    model: "entry_wait.pml",
    path: "fs/dax.c",
    fn: "dax_unlock_entry",
    from: "\tdax_wake_entry(xas, entry, WAKE_NEXT);\n",
    to: "",
    scenario: "race-faults-one-entry order=0",
    codes: ["deadlock"],
    bound: 1,
  },
  {
    what: "removal of an entry against the finish of a synchronous fault: the entry is not looked for again",
    model: "sync_fault.pml",
    path: "fs/dax.c",
    fn: "dax_insert_pfn_mkwrite",
    from: "!entry || dax_is_conflict(entry) || (!order && !dax_is_pte_entry(entry))",
    to: "dax_is_conflict(entry)",
    scenario: "race-sync-fault order=0",
    codes: [],
    bound: 1,
  },
];

/** SPIN's verdict on one side of a model. */
function ofSpin(folder: string, p: Pair, side: "before" | "after"): { verdict: Verdict; states: number } {
  let states = 0;
  const holds = (question: string): boolean => {
    const names = [question, ...(side === "after" ? ["AFTER"] : [])];
    execFileSync("spin", ["-a", ...names.map((n) => `-D${n}`), p.model], { cwd: folder, stdio: "pipe" });
    execFileSync("gcc", ["-O0", "-w", "-DSAFETY", "-o", "pan", "pan.c"], { cwd: folder, stdio: "pipe" });
    const out = spawnSync(join(folder, "pan"), ["-E"], { cwd: folder, encoding: "utf8" }).stdout;
    const errors = /errors: (\d+)/.exec(out);
    const cut = ["Search not completed", "max search depth too small"].some((w) => out.includes(w));
    // A search that has found an error ends there; one that has found none must have seen everything.
    if (errors === null || (errors[1] === "0" && cut))
      throw new Error(`the checker of ${p.model} did not come to an end:\n${out}`);
    states += Number.parseInt(
      out
        .split("\n")
        .find((l) => l.includes(" states, stored"))
        ?.trim() ?? "0",
      10,
    );
    return errors[1] === "0";
  };
  if (holds("ASK_NEVER")) return { verdict: "never", states };
  return { verdict: holds("ASK_ALWAYS") ? "always" : "sometimes", states };
}

const RANK: readonly Verdict[] = ["never", "sometimes", "always"];

/** What exploring says of the faults that the pair is about. */
async function ofExplore(p: Pair): Promise<{ before: Verdict; after: Verdict; codes: string }> {
  const { old, now } = changed(p.path, p.fn, p.from, p.to);
  const mail = mailOf(p.path, old, now);
  const args = ["--scenario", p.scenario, "--era", "v6.12", "--json", "--random", "0"];
  const { out, err } = await explored(mail, [...args, "--bound", String(p.bound), "--schedules", "2000"]);
  if (out === "") throw new Error(`explore said nothing: ${err}`);
  const [c] = (JSON.parse(out) as { explored: ExploredCase[] }).explored;
  if (c === undefined || c.notModelled !== "") throw new Error(`explore: ${c?.notModelled ?? "no case"}`);
  if (!c.before.exhausted) throw new Error("explore did not exhaust the before side, so its never is none");
  const about = c.faults.filter((f) => p.codes.length === 0 || p.codes.includes(f.code));
  const worst = (side: "before" | "after"): Verdict =>
    RANK[Math.max(0, ...about.map((f) => RANK.indexOf(f[side].verdict)))]!;
  return { before: worst("before"), after: worst("after"), codes: about.map((f) => f.code).join(", ") };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  for (const tool of ["spin", "gcc"])
    if (spawnSync(tool, ["--version"], { stdio: "pipe" }).error !== undefined) {
      console.error(`${tool} is not there: bash tools/install_test_deps.sh installs it`);
      return 2;
    }
  const folder = mkdtempSync(join(tmpdir(), "folioscope-spin-"));
  let differ = 0;
  let ran = 0;
  try {
    cpSync(join(process.cwd(), "test/spin"), folder, { recursive: true });
    for (const p of PAIRS) {
      if (values.only !== undefined && !`${p.model} ${p.what}`.includes(values.only)) continue;
      ran++;
      const spin = { before: ofSpin(folder, p, "before"), after: ofSpin(folder, p, "after") };
      const ours = await ofExplore(p);
      const same = spin.before.verdict === ours.before && spin.after.verdict === ours.after;
      if (!same) differ++;
      console.log(
        `${same ? "same" : "DIFFERENT"}: ${p.what}\n  spin: ${spin.before.verdict} / ${spin.after.verdict}` +
          ` (${spin.before.states + spin.after.states} states); explore: ${ours.before} / ${ours.after} ${ours.codes}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (ran === 0) console.error("no pair of that name");
  return differ > 0 || ran === 0 ? 1 : 0;
}

main().then((status) => {
  process.exitCode = status;
});
