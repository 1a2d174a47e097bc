/**
 * The contracts of the kernel's interfaces, read from emulator/contracts/*.yaml once. Leaves out what a clause means
 * (emulator/function).
 */
import { parse } from "yaml";
import bus from "../../emulator/contracts/bus.yaml";
import device from "../../emulator/contracts/device.yaml";
import firmware from "../../emulator/contracts/firmware.yaml";
import locks from "../../emulator/contracts/locks.yaml";
import memory from "../../emulator/contracts/memory.yaml";
import power from "../../emulator/contracts/power.yaml";
import { buildContracts, type ContractFile, type Contracts } from "../../emulator/function/contract.ts";

const FILES: readonly string[] = [memory, firmware, device, power, bus, locks];

let known: { contracts: Contracts; problems: readonly string[] } | null = null;

/** All contracts, and what is wrong with their files (nothing, as the tests hold). */
export function readContracts(): { contracts: Contracts; problems: readonly string[] } {
  if (known !== null) return known;
  const problems: string[] = [];
  const files = FILES.map((text) => parse(text) as ContractFile);
  known = { contracts: buildContracts(files, (text) => problems.push(text)), problems };
  return known;
}
