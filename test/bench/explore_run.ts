/**
 * What exploring costs: orders and states a second of truncate against GUP-fast on the reference kernel, with and without
 * reduction (which must show the same faults), and with all that was looked at before looked at again, memory over many orders, and beside it SPIN on its model of the same race in
 * the same run, once with more devices, which gives it enough states for a rate. Arguments: `--case LABEL`, `--bound N`, `--many N` (orders over which memory is watched, 0: not asked).
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AddressSpace } from "../../emulator/c/space.ts";
import { type Exploration, explore } from "../../emulator/explore/explore.ts";
import { eraFromName } from "../../emulator/kernel/era.ts";
import { buildKernelImage } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf } from "../../emulator/scenario/runner.ts";
import { faultsOf } from "../../server/review/explore.ts";

const { values } = parseArgs({
  options: {
    case: { type: "string", default: "race-take-truncate order=0 fs=0" },
    bound: { type: "string", default: "2" },
    many: { type: "string", default: "0" },
  },
});
/** Devices in SPIN's model where its rate is asked for: with one it has some forty states, and takes no time. */
const SPIN_DEVICES = 6;

const root = process.env.FOLIOSCOPE_ROOT ?? process.cwd();
const era = eraFromName("v6.12")!;
const booted = bootImage(buildKernelImage(era, [], new AddressSpace()).image, era, new Memory());
const found = booted.scenarios.flatMap(casesOf).find((c) => c.label === values.case);
if (found === undefined) throw new Error(`there is no case ${values.case}; see folioscope scenarios`);

const cpu = (): number => {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
};

function measured(
  what: string,
  bound: number,
  schedules: number,
  reduce: boolean,
  random = 0,
  again = true,
): Exploration {
  const from = cpu();
  const limits = { bound, schedules, random, seed: 1, stepLimit: 5_000_000, reduce, again };
  const e = explore(booted, found!, { ...limits, faults: faultsOf });
  const took = cpu() - from;
  const rate = (n: number): string => Math.round(n / took).toLocaleString("en");
  console.log(
    `${what.padEnd(34)} ${e.orders} orders${e.exhausted ? " (all)" : ""}, ${e.states} states in ${took.toFixed(2)} s of CPU: ` +
      `${rate(e.orders)} orders/s, ${rate(e.states)} states/s; ${process.memoryUsage().rss >> 20} MB`,
  );
  return e;
}

const bound = Number(values.bound);
measured(`bound ${bound}, first time`, bound, 20_000, true);
const reduced = measured(`bound ${bound}, warm`, bound, 20_000, true);
measured(`bound ${bound}, everything looked at`, bound, 20_000, true, 0, false);
measured(`bound ${bound}, warm`, bound, 20_000, true);
measured(`bound ${bound}, everything looked at`, bound, 20_000, true, 0, false);
const low = measured("bound 1, reduced", 1, 20_000, true);
const whole = measured("bound 1, every order", 1, 20_000, false);
const faults = (e: Exploration): string => e.faults.map((f) => f.fault).join(", ") || "no fault";
console.log(
  `same faults with and without reduction: ${faults(low) === faults(whole) ? "yes" : "NO"} (${faults(whole)}; bound ${bound}: ${faults(reduced)})`,
);
for (let n = 0, many = Number(values.many); n < many; n += 20_000)
  measured(`drawn at random, from ${n}`, 0, 20_000, true, 20_000);

if (spawnSync("spin", ["-V"], { stdio: "pipe" }).error === undefined) {
  const folder = mkdtempSync(join(tmpdir(), "folioscope-spin-"));
  try {
    cpSync(join(root, "test/spin"), folder, { recursive: true });
    for (const devices of [1, SPIN_DEVICES]) {
      execFileSync("spin", ["-a", "-DASK_NEVER", `-DDEVICES=${devices}`, "take_truncate.pml"], {
        cwd: folder,
        stdio: "pipe",
      });
      execFileSync("gcc", ["-O2", "-w", "-DSAFETY", "-o", "pan", "pan.c"], { cwd: folder, stdio: "pipe" });
      const out = spawnSync(join(folder, "pan"), ["-E", "-m1000000"], {
        cwd: folder,
        encoding: "utf8",
      }).stdout;
      const states = Number(/ (\S+) states, stored/.exec(out)?.[1] ?? Number.NaN);
      const seconds = Number(/elapsed time (\S+)/.exec(out)?.[1] ?? Number.NaN);
      const rate = seconds > 0 ? `: ${Math.round(states / seconds).toLocaleString("en")} states/s` : "";
      console.log(
        `SPIN on its model of that race, ${devices} device${devices === 1 ? "" : "s"}: ${states} states in ${seconds} s${rate}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
} else console.log("SPIN is not there: bash tools/install_test_deps.sh installs it");
