// `npm run kernel [-- [VERSION] [--all]]`: a Linux tree for tests and for trying `--tree`. Debian's package
// linux-source-VERSION (6.12 where none is named) is installed where it is missing (apt-get, as root or through sudo;
// without either it is only downloaded), and unpacked into a cache outside git: FOLIOSCOPE_CACHE, else
// XDG_CACHE_HOME/folioscope, else ~/.cache/folioscope. Without `--all` only the folders that matter here are unpacked,
// into linux-source-VERSION; with it everything, into a folder of its own, linux-source-VERSION-all, so that the one is
// never taken for the other. The last line printed is the folder. `--list` prints the versions that Debian has, one a
// line. Exit status 1, with the reason, where a tree cannot be had; 2 when the command line is wrong.
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
import { join } from "node:path";
import { cacheFolder as cache } from "./cache_folder.mjs";

const USAGE = "npm run kernel [-- [VERSION] [--all] | --list]";
const DEFAULT = "6.12";
const PREFIX = "linux-source-";
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

const { version, all, list } = options(process.argv.slice(2));
const NAME = `${PREFIX}${version}`;
const INSTALLED = `/usr/src/${NAME}.tar.xz`;

/** The command line. Ends the process when it is wrong. */
function options(args) {
  const flags = args.filter((a) => a.startsWith("-"));
  const versions = args.filter((a) => !a.startsWith("-"));
  const unknown = flags.find((f) => f !== "--all" && f !== "--list");
  const wrong =
    unknown !== undefined
      ? `no such option: ${unknown}`
      : versions.length > 1
        ? "one version at a time"
        : versions.some((v) => !/^\d+\.\d+$/.test(v))
          ? `"${versions[0]}" is not a version such as 6.12`
          : "";
  if (wrong !== "") {
    console.error(`kernel: ${wrong}\nusage: ${USAGE}`);
    process.exit(2);
  }
  return { version: versions[0] ?? DEFAULT, all: flags.includes("--all"), list: flags.includes("--list") };
}

/** Versions of which Debian (as apt knows it here) has the source, the oldest first. */
function known() {
  const found = spawnSync("apt-cache", ["search", "--names-only", `^${PREFIX}[0-9]`], { encoding: "utf8" });
  const names = (found.stdout ?? "").split("\n").map((l) => l.split(" ")[0].slice(PREFIX.length));
  return names
    .filter((n) => /^\d+\.\d+$/.test(n))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** For messages: what could be asked for instead. */
function instead() {
  const versions = known();
  return versions.length === 0 ? "" : `; there is ${versions.join(", ")}`;
}

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
    fail(`no ${INSTALLED} and no apt-get: unpack a Linux ${version} yourself and set FOLIOSCOPE_KERNEL`);
  const root = process.getuid?.() === 0;
  const sudo = !root && spawnSync("sudo", ["-n", "true"]).status === 0;
  if (root || sudo) {
    const apt = (args) => (root ? run("apt-get", args) : run("sudo", ["-n", "apt-get", ...args]));
    const install = ["install", "-y", "-qq", "--no-install-recommends", NAME];
    if (!apt(install) && !(apt(["update", "-qq"]) && apt(install)))
      fail(`apt-get cannot install ${NAME}${instead()}`);
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
  if (!run("apt-get", ["download", NAME], { cwd: dir })) fail(`apt-get cannot download ${NAME}${instead()}`);
  const deb = readdirSync(dir).find((f) => f.startsWith(NAME) && f.endsWith(".deb"));
  if (deb === undefined || !run("dpkg-deb", ["-x", join(dir, deb), dir])) fail(`${NAME} cannot be opened`);
  rmSync(join(dir, deb));
  return tarball;
}

/** What the unpacked folder was made from: another package or another list of folders unpacks anew. */
function stampOf(tarball) {
  const { size, mtimeMs } = statSync(tarball);
  return `${size} ${Math.floor(mtimeMs)} ${all ? "all" : FOLDERS.join(" ")}\n`;
}

function unpack(tarball, folder, stampFile) {
  const stamp = stampOf(tarball);
  if (existsSync(folder) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, "unpack-"));
  try {
    console.error(`kernel: unpacking ${tarball}`);
    const members = all ? [NAME] : FOLDERS.map((f) => `${NAME}/${f}`);
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

if (list) {
  for (const one of known()) console.log(one);
  process.exit(0);
}
const place = all ? `${NAME}-all` : NAME;
const folder = join(cache, place);
if (!have("xz")) fail("no xz, which the package's archive needs (Debian package xz-utils)");
unpack(archive(), folder, join(cache, `${place}.stamp`));
console.log(folder);
