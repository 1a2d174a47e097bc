/** Saves and restores a second of a run in the middle of a scenario, and what both sides of a patch cost together. */
import { AddressSpace } from "../../emulator/c/space.ts";
import { NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { buildKernelImage } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { coveringCases } from "../../emulator/scenario/cover.ts";
import { CaseRun, type ScenarioCase } from "../../emulator/scenario/runner.ts";
import { bootSides, runBoth } from "../../emulator/scenario/sides.ts";

const OPTIONS = { stepLimit: 5_000_000 };
const ROUNDS = 5000;
/** Code that fault scenarios pass: on the after side it says the same in other words. */
const BEFORE =
  "static unsigned long dax_to_pfn(void *entry)\n{\n\treturn xa_to_value(entry) >> DAX_SHIFT;\n}\n";
const AFTER = BEFORE.replace("xa_to_value(entry) >> DAX_SHIFT", "(xa_to_value(entry) >> DAX_SHIFT) + 0");

const cpu = (): number => {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
};

function seconds(work: () => void): number {
  const from = cpu();
  work();
  return cpu() - from;
}

function rate(what: string, work: () => void): void {
  work();
  const took = seconds(() => {
    for (let i = 0; i < ROUNDS; i++) work();
  });
  console.log(`${what.padEnd(52)} ${Math.round(ROUNDS / took).toLocaleString("en")} a second`);
}

const space = new AddressSpace();
const image = (text: string) => buildKernelImage(NEWEST_ERA, [{ path: "fs/dax.c", text }], space);
const before = image(BEFORE);
const sides = bootSides(before, image(AFTER), () => new Memory());
const cases: ScenarioCase[] = sides.before.scenarios.map((def) => coveringCases(def)[0]!);

const run = new CaseRun(
  sides.before,
  cases.find((c) => c.def.name === "reflink-write") ?? cases[0]!,
  OPTIONS,
);
run.advance(3000);
const here = run.save();
rate("save, nothing written since", () => run.save());
rate("restore, nothing written since", () => run.restore(here));
rate("restore, 100 instructions", () => {
  run.restore(here);
  run.advance(3100);
});
rate("restore, 100 instructions, save", () => {
  run.restore(here);
  run.advance(3100);
  run.save();
});

let steps = 0;
let shared = 0;
const both = (): void => {
  for (const c of cases) {
    const r = runBoth(sides, c, OPTIONS);
    steps += r.before.steps;
    shared += r.sharedSteps;
  }
};
both();
const took = seconds(both);
console.log(
  `${cases.length} cases, both sides: ${took.toFixed(2)} s of CPU, ${Math.round((100 * shared) / steps)}% of a side's instructions shared`,
);
