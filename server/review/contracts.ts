/**
 * The contracts of the kernel's interfaces, read from emulator/contracts/*.yaml once. Leaves out what a clause means
 * (emulator/function).
 */
import { parse } from "yaml";
import async from "../../emulator/contracts/async.yaml";
import bodies from "../../emulator/contracts/bodies.yaml";
import bus from "../../emulator/contracts/bus.yaml";
import clocks from "../../emulator/contracts/clocks.yaml";
import core from "../../emulator/contracts/core.yaml";
import device from "../../emulator/contracts/device.yaml";
import drivers from "../../emulator/contracts/drivers.yaml";
import files from "../../emulator/contracts/files.yaml";
import filesystems from "../../emulator/contracts/filesystems.yaml";
import firmware from "../../emulator/contracts/firmware.yaml";
import headers from "../../emulator/contracts/headers.yaml";
import iio from "../../emulator/contracts/iio.yaml";
import interfaces from "../../emulator/contracts/interfaces.yaml";
import internals from "../../emulator/contracts/internals.yaml";
import links from "../../emulator/contracts/links.yaml";
import locks from "../../emulator/contracts/locks.yaml";
import media from "../../emulator/contracts/media.yaml";
import memory from "../../emulator/contracts/memory.yaml";
import moreLocks from "../../emulator/contracts/more_locks.yaml";
import moreMemory from "../../emulator/contracts/more_memory.yaml";
import net from "../../emulator/contracts/net.yaml";
import pci from "../../emulator/contracts/pci.yaml";
import power from "../../emulator/contracts/power.yaml";
import references from "../../emulator/contracts/references.yaml";
import returns from "../../emulator/contracts/returns.yaml";
import sleeps from "../../emulator/contracts/sleeps.yaml";
import text from "../../emulator/contracts/text.yaml";
import usb from "../../emulator/contracts/usb.yaml";
import { buildContracts, type ContractFile, type Contracts } from "../../emulator/function/contract.ts";

const FILES: readonly string[] = [
  memory,
  moreMemory,
  firmware,
  device,
  power,
  clocks,
  core,
  bus,
  pci,
  usb,
  links,
  iio,
  interfaces,
  files,
  filesystems,
  internals,
  net,
  drivers,
  media,
  async,
  locks,
  moreLocks,
  sleeps,
  references,
  returns,
  bodies,
  text,
  headers,
];

let known: { contracts: Contracts; problems: readonly string[] } | null = null;

/** All contracts, and what is wrong with their files (nothing, as the tests hold). */
export function readContracts(): { contracts: Contracts; problems: readonly string[] } {
  if (known !== null) return known;
  const problems: string[] = [];
  // The build leaves them as JSON, which is read thirty times as fast.
  const files = FILES.map((text) => (text.startsWith("{") ? JSON.parse(text) : parse(text)) as ContractFile);
  known = { contracts: buildContracts(files, (text) => problems.push(text)), problems };
  return known;
}
