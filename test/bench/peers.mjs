// Which peers of a benchmark are on this machine. One that is not is named once, with the Debian package that has it, and
// its column is left out: a benchmark never ends because of a peer.
import { spawnSync } from "node:child_process";

const told = new Set();

/** Whether a command can be started; tells its package when it cannot. */
export function havePeer(command, debianPackage, versionArgs = ["--version"]) {
  if (spawnSync(command, versionArgs, { stdio: "ignore" }).error === undefined) return true;
  missing(command, `Debian package ${debianPackage}`);
  return false;
}

/** Says that a peer is skipped, and where it comes from. */
export function missing(name, from) {
  if (!told.has(name)) console.error(`${name} is not here (${from}): not compared with`);
  told.add(name);
}
