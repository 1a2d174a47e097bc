/**
 * Callers and callees of two releases: a function of before v6.7, which takes the size of a fault as `enum page_entry_size`, under
 * the reference kernel's file system, which passes an order. Leaves out parameters that moved or have another name.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildKernelImage } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf, runCase } from "../../emulator/scenario/runner.ts";
import { RunToBlock } from "../../emulator/sched/scheduler.ts";

const SIZES = `
enum page_entry_size { PE_SIZE_PTE = 0, PE_SIZE_PMD, PE_SIZE_PUD };

vm_fault_t dax_iomap_fault(struct vm_fault *vmf, enum page_entry_size pe_size, fsc_pfn_t *pfnp, int *errp,
			   const struct iomap_ops *ops)
{
	switch (pe_size) {
	case PE_SIZE_PTE:
		return dax_iomap_pte_fault(vmf, pfnp, errp, ops);
	case PE_SIZE_PMD:
		return dax_iomap_pmd_fault(vmf, pfnp, ops);
	default:
		return VM_FAULT_FALLBACK;
	}
}
`;

const { image } = buildKernelImage("v6.12", [{ path: "fs/dax.c", text: SIZES }]);
const booted = bootImage(image, "v6.12", new Memory());
const cases = booted.scenarios.filter((s) => s.name === "map-fault-unmap").flatMap(casesOf);

/** The functions that a case with this order entered. */
function entered(order: number): string[] {
  const c = cases.find((x) => x.label.includes(`order=${order} `) && x.label.includes("write=1"))!;
  const run = runCase(booted, c, { stepLimit: 5_000_000, scheduler: new RunToBlock() });
  assert.deepEqual([run.end.reason.kind, run.violations], ["completed", []], c.label);
  return run.functions.map((id) => image.functions[id]!.name);
}

test("an order that comes to a function of before v6.7 is its size", () => {
  const huge = entered(9);
  assert.ok(huge.includes("dax_iomap_pmd_fault") && !huge.includes("dax_iomap_pte_fault"));
  assert.ok(entered(0).includes("dax_iomap_pte_fault"));
});
