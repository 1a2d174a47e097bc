/**
 * What trying orders must show: a lock, or a look at what may have changed, is gone from one function of the reference kernel,
 * and an order of the scenario that is about it shows that. `npm run mutate:orders` asks the same of all of them; here are those
 * that it once did not see, also where there is one order only. Leaves out what no order may show (orders_silent.sweep.test.ts).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import { explore } from "../../emulator/explore/explore.ts";
import { eraFromName } from "../../emulator/kernel/era.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf } from "../../emulator/scenario/runner.ts";
import { faultsOf } from "../../server/review/explore.ts";
import { referenceFunction } from "../support/one_change.ts";

const era = eraFromName("v6.12")!;
/** Of each function the lines that begin with one of `gone` are dropped. */
const MISTAKES = [
  {
    what: "who waits for an entry puts itself into the queue without the queue's lock",
    path: "kernel/sched/wait.c",
    fn: "prepare_to_wait_exclusive",
    gone: ["spin_lock(&wq_head->lock);", "spin_unlock(&wq_head->lock);"],
    label: "race-wait-queue",
    bound: 1,
    shows: /data race of __list_add/,
  },
  {
    what: "marks of entries are cleared without the lock of the array",
    path: "fs/dax.c",
    fn: "__dax_clear_dirty_range",
    gone: ["xas_lock_irq(&xas);", "xas_unlock_irq(&xas);"],
    label: "cow-pwrite order=0 dirty=1 read=0 shared=0",
    bound: 0,
    shows: /warn:.*xa_lockisnotheld/,
  },
  {
    what: "a write behind the end of a file does not move the end",
    path: "fs/fscfs.c",
    fn: "fscfs_io",
    gone: ["i_size_write(inode, iocb.ki_pos);"],
    label: "race-append",
    bound: 0,
    shows: /wrong-outcome/,
  },
] as const;

for (const { what, path, fn, gone, label, bound, shows } of MISTAKES)
  test(`${what}: ${label} shows it`, () => {
    const found = (units: { path: string; text: string }[]): string[] => {
      const b = bootImage(buildKernelImage(era, units, spaceOf(era)).image, era, new Memory());
      const c = b.scenarios.flatMap(casesOf).find((x) => x.label === label);
      assert.ok(c, label);
      const limits = { bound, schedules: 400, random: 0, seed: 1, stepLimit: 5_000_000 };
      const e = explore(b, c, { ...limits, faults: faultsOf });
      const nameOf = (id: number): string => b.image.functions[id]?.name ?? "";
      return [
        ...e.faults.map((f) => f.fault),
        ...e.races.map(({ one, other }) => `data race of ${nameOf(one.fn)}() and ${nameOf(other.fn)}()`),
      ];
    };
    const lines = referenceFunction(path, fn).split("\n");
    const text = lines.map((l) => (gone.some((g) => l.trim() === g) ? `${l.replace(/\S.*$/, "")};` : l));
    assert.notDeepEqual(text, lines);
    const whole = found([]);
    const fresh = found([{ path, text: `${text.join("\n")}\n` }]).filter((f) => !whole.includes(f));
    assert.ok(
      fresh.some((f) => shows.test(f)),
      `${fresh.join(", ")}; the whole kernel: ${whole.join(", ")}`,
    );
  });
