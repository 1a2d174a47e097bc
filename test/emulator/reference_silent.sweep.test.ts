/**
 * The unpatched reference kernel is silent in every scenario and era, but for the faults that the release itself has:
 * a false alarm on released code is the worst thing this product can do. Where the build has run all cases by the very program
 * at hand (tools/reach.ts), what they showed is read, and some are run again and must show that.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import "../../server/shipped.ts";
import { ERA_NAMES, type Era, NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { buildKernelImage, referenceErrors, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { coveringCases } from "../../emulator/scenario/cover.ts";
import { bootImage, runCase } from "../../emulator/scenario/runner.ts";
import { type RanBare, shownBy } from "../../tools/ran_bare.ts";

/** Memory of a device-dax device goes although KVM holds a page of it: memunmap_pages() waits for no page of that type. */
const HELD = {
  "kvm-devdax-unbind order=0 held=1": "wrong-outcome",
  "kvm-devdax-unbind order=9 held=1": "wrong-outcome",
};

/** A write(2) that finds a range set up by a faulting load takes it as it is: shown for reading (fuse_setup_new_dax_mapping()). */
const WINDOW = { "virtiofs-two-tasks before=2 one=0 two=3": "wrong-outcome" };

/** mapping_store() returns 0 when it finds the region without its driver: who writes tries again. */
const UNTAKEN = { "dax-files-unbound file=0": "wrong-outcome" };

/** Scenario (or full label) to the first fault (or faults, by file system) that the release shows, and what mended it later. */
const OWN: Record<Era, Record<string, string>> = {
  // Nobody asks whether a device uses a block before it is freed; v4.18.
  "v4.15": {
    ...UNTAKEN,
    "truncate-pinned": "freed-while-busy",
    "truncate-two-pinned": "freed-while-busy",
    "truncate-unmapped-pinned": "freed-while-busy",
    "truncate-reused": "freed-while-busy",
    "punch-pinned": "freed-while-busy",
    "collapse-pinned": "freed-while-busy warn",
    "evict-pinned": "freed-while-busy",
    "cut-interrupted": "freed-while-busy",
    "race-scan-locked": "freed-while-busy",
    "race-two-truncates": "freed-while-busy",
    "holder kill=1": "leaked-object",
    "kvm-unplug": "freed-while-busy",
    // KVM takes a reference of a DAX page and keeps it, because the page is marked reserved; v5.5.
    "kvm-guest": "folio-ref-leak",
    "kvm-truncate": "folio-ref-leak",
    "kvm-writeback": "folio-ref-leak",
  },
  "v4.18": {
    ...UNTAKEN,
    "kvm-guest": "folio-ref-leak", // as in v4.15
    "kvm-truncate": "folio-ref-leak",
    "kvm-writeback": "folio-ref-leak",
    "kvm-unplug": "deadlock", // truncate waits for ever for the reference that KVM keeps
    "truncate-unmapped-pinned": "warn freed-while-busy",
    "evict-pinned": "warn",
    "holder kill=1": "leaked-object",
  },
  "v6.12": {
    ...UNTAKEN,
    ...HELD,
    ...WINDOW,
    "truncate-unmapped-pinned": "warn freed-while-busy", // unmapped files are not searched for busy pages; v6.15
    "evict-pinned": "warn", // eviction does not wait for DMA; v6.15
    "erofs-umount-pinned": "warn", // nor does that of erofs; v6.17
    "busy-scan-locked": "wrong-outcome", // the search passes over locked entries; v6.15
    "holder kill=1": "leaked-object", // who is refused as a second holder keeps its reference
    "truncate-folio-put": "deadlock", // folio_put() of a DAX page wakes nobody; v6.15
  },
  "v6.15": {
    ...UNTAKEN,
    ...HELD,
    ...WINDOW,
    "holder kill=1": "leaked-object", // as in v6.12
    "reflink-reuse order=0 index=512": "share-count", // the index of an order-0 page is left and read as a count
    "altmap-entries": "oops", // the page of an entry is looked at before it is known to have one; v7.3
    // Eviction leaves entries to truncation, which warns; v6.17.
    "erofs-read": "warn",
    "erofs-umount-pinned": "warn",
    "erofs-failure": "warn",
    "erofs-unbound": "warn",
  },
  "v6.18": {
    ...UNTAKEN,
    ...HELD,
    ...WINDOW,
    "holder kill=1": "leaked-object", // as in v6.12
    "reflink-reuse order=0 index=512": "share-count", // as in v6.15
    "altmap-entries": "oops", // as in v6.15
  },
  "v7.1": {
    ...UNTAKEN,
    ...HELD,
    ...WINDOW,
    "holder kill=1": "leaked-object", // as in v6.12
    "cow-pwrite": "warn", // a page that is still mapped loses its entry before it is unmapped; v7.1 warns at order 0 too
    "pwrite-mapped-range shared=1 index=0 part=1": "warn", // as in cow-pwrite
    "pwrite-mapped-range shared=1 index=3 part=0": "warn",
    "parts-of-pages how=0 shared=2 dirty=1": "warn",
    "altmap-entries": "oops", // as in v6.15
    // A failed probe, an unbound driver and another driver's vmemmap_shift leave what the next one trips over; v7.3.
    "fsdev-rebind": "wrong-outcome shared-struct-page",
  },
  "v7.3": {
    ...UNTAKEN,
    ...HELD,
    ...WINDOW,
    "holder kill=1": "leaked-object", // as in v6.12
    "cow-pwrite": "warn", // as in v7.1
    "pwrite-mapped-range shared=1 index=0 part=1": "warn",
    "pwrite-mapped-range shared=1 index=3 part=0": "warn",
    "parts-of-pages how=0 shared=2 dirty=1": "warn",
  },
};

/** Of the cases that the build ran, every so many is run again. */
const AGAIN = 40;
const file = process.env["FOLIOSCOPE_BARE_RUNS"];
const built = file === undefined ? null : (JSON.parse(readFileSync(file, "utf8")) as RanBare);
/** One machine for all: what is booted is not needed any more when the next is. */
const memory = new Memory();

for (const era of ERA_NAMES) {
  test(`the reference kernel of ${era} compiles, boots and is silent`, () => {
    assert.deepEqual(referenceErrors(era), []);
    const booted = bootImage(buildKernelImage(era, [], spaceOf(era)).image, era, memory);
    assert.equal(booted.boot.end.reason.kind, "completed");
    assert.deepEqual(booted.boot.violations, []);
    assert.ok(booted.scenarios.length >= 50);
    const cases = booted.scenarios.flatMap((def) => coveringCases(def));
    const ran = built?.eras[era];
    if (ran !== undefined)
      assert.deepEqual(
        Object.keys(ran),
        cases.map((c) => c.label),
      );
    const loud: string[] = [];
    cases.forEach((c, i) => {
      const known = ran?.[c.label];
      const shown =
        known === undefined || i % AGAIN === 0
          ? shownBy(runCase(booted, c, { stepLimit: 5_000_000 }))
          : known;
      if (known !== undefined) assert.equal(shown, known, c.label);
      const [fault = "", stub] = shown.split("\n");
      const allowed = OWN[era][c.def.name] ?? OWN[era][c.label] ?? "";
      if (fault !== "" && !allowed.split(" ").includes(fault.split(" ")[0]!))
        loud.push(`${c.label}: ${fault}`);
      if (stub !== "") loud.push(`${c.label}: stub ${stub}`);
    });
    assert.deepEqual(loud, []);
  });
}

test("the same scenario twice is the same run", () => {
  const booted = bootImage(buildKernelImage(NEWEST_ERA, [], spaceOf(NEWEST_ERA)).image, NEWEST_ERA, memory);
  const def = booted.scenarios.find((s) => s.name === "reflink-write")!;
  const c = coveringCases(def)[0]!;
  const once = (): string =>
    JSON.stringify(
      runCase(booted, c, { stepLimit: 5_000_000 }).events.map((e) =>
        e.kind === "page" ? [e.pfn, e.field, String(e.before), String(e.after)] : e.kind,
      ),
    );
  assert.equal(once(), once());
});
