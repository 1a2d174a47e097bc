// `npm run kernel`: a Linux tree for tests and for trying `--tree`. Debian's package linux-source-6.12 is installed where
// it is missing (apt-get, as root or through sudo; without either it is only downloaded), and the folders that matter
// here are unpacked into a cache outside git: FOLIOSCOPE_CACHE, else XDG_CACHE_HOME/folioscope, else
// ~/.cache/folioscope. The last line printed is the folder. Exit status 1, with the reason, where it cannot be had.
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const NAME = "linux-source-6.12";
const INSTALLED = `/usr/src/${NAME}.tar.xz`;
const FOLDERS = [
  "Makefile",
  "arch/x86/include",
  "block",
  "drivers/base",
  "drivers/dax",
  "drivers/nvdimm",
  "drivers/pci",
  "fs",
  "include",
  "init",
  "kernel",
  "lib",
  "mm",
];

const cache =
  process.env.FOLIOSCOPE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "folioscope");

function fail(why) {
  console.error(`kernel: ${why}`);
  process.exit(1);
}

function have(command) {
  return spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
}

/** Runs a command with its output on stderr, so that standard output stays ours. */
function run(command, args, options = {}) {
  console.error(`kernel: ${command} ${args.join(" ")}`);
  return spawnSync(command, args, { stdio: ["ignore", 2, 2], ...options }).status === 0;
}

/** The package's archive: installed, or downloaded and opened without being installed. */
function archive() {
  if (existsSync(INSTALLED)) return INSTALLED;
  if (!have("apt-get"))
    fail(`no ${INSTALLED} and no apt-get: unpack a Linux 6.12 yourself and set FOLIOSCOPE_KERNEL`);
  const root = process.getuid?.() === 0;
  const sudo = !root && spawnSync("sudo", ["-n", "true"]).status === 0;
  if (root || sudo) {
    const apt = (args) => (root ? run("apt-get", args) : run("sudo", ["-n", "apt-get", ...args]));
    const install = ["install", "-y", "-qq", "--no-install-recommends", NAME];
    if (!apt(install) && !(apt(["update", "-qq"]) && apt(install))) fail(`apt-get cannot install ${NAME}`);
    if (!existsSync(INSTALLED)) fail(`${NAME} is installed, but ${INSTALLED} is not there`);
    return INSTALLED;
  }
  return downloaded();
}

function downloaded() {
  const dir = join(cache, "package");
  const tarball = join(dir, INSTALLED);
  if (existsSync(tarball)) return tarball;
  mkdirSync(dir, { recursive: true });
  if (!run("apt-get", ["download", NAME], { cwd: dir })) fail(`apt-get cannot download ${NAME}`);
  const deb = readdirSync(dir).find((f) => f.startsWith(NAME) && f.endsWith(".deb"));
  if (deb === undefined || !run("dpkg-deb", ["-x", join(dir, deb), dir])) fail(`${NAME} cannot be opened`);
  rmSync(join(dir, deb));
  return tarball;
}

/** What the unpacked folder was made from: another package or another list of folders unpacks anew. */
function stampOf(tarball) {
  const { size, mtimeMs } = statSync(tarball);
  return `${size} ${Math.floor(mtimeMs)} ${FOLDERS.join(" ")}\n`;
}

function unpack(tarball, folder, stampFile) {
  const stamp = stampOf(tarball);
  if (existsSync(folder) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, "unpack-"));
  try {
    console.error(`kernel: unpacking ${tarball}`);
    const members = FOLDERS.map((f) => `${NAME}/${f}`);
    execFileSync("tar", ["-xJf", tarball, "-C", temporary, ...members], { stdio: ["ignore", 2, 2] });
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(temporary, NAME), folder);
    writeFileSync(stampFile, stamp);
  } catch (error) {
    fail(`cannot unpack ${tarball}: ${error.message}`);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const folder = join(cache, NAME);
if (!have("xz")) fail("no xz, which the package's archive needs (Debian package xz-utils)");
unpack(archive(), folder, join(cache, `${NAME}.stamp`));
console.log(folder);
