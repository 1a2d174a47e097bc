import { AddressSpace } from "../../emulator/c/space.ts";
import { explore } from "../../emulator/explore/explore.ts";
import { buildKernelImage } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf } from "../../emulator/scenario/runner.ts";
import { faultsOf } from "../../server/review/explore.ts";

const [label = "race-take-truncate order=0 fs=0", bound = "2", schedules = "1000", reduce = "yes"] = process.argv.slice(2);
import { eraFromName } from "../../emulator/kernel/era.ts";
const ERA = eraFromName("v6.12")!;
const booted = bootImage(buildKernelImage(ERA, [], new AddressSpace()).image, ERA, new Memory());
const c = booted.scenarios.flatMap(casesOf).find((c) => c.label === label)!;
const cpu = (): number => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
for (let i = 0; i < Number(process.env.ROUNDS ?? 2); i++) {
  const from = cpu();
  const e = explore(booted, c, { bound: Number(bound), schedules: Number(schedules), random: 0, seed: 1, stepLimit: 5e6, faults: faultsOf, reduce: reduce === "yes" });
  const took = cpu() - from;
  const {hot, races, functions, taskNames, ...rest} = e;
  console.log(JSON.stringify(rest), `${took.toFixed(2)} s CPU`, `${Math.round(e.orders / took)} orders/s ${Math.round(e.states/took)} states/s ${Math.round(e.steps/took/1000)} k insns/s`, `${process.memoryUsage().rss >> 20} MB, ${booted.memory.used >> 12} pages`);
}
