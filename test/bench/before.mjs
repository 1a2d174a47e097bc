// The state before: a commit of this repository, checked out in a worktree below .cache, installed and built, to measure
// or compare against. `node test/bench/before.mjs [COMMIT]` prints the path of its dist/cli.cjs; `beforeCli()` gives it.
// A commit that was built once is not built again. Needs git and the history that has the commit; leaves the checkout's
// own files and branches alone (`git worktree remove` takes a worktree back).
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The state that a change of the engine or of the review is measured against unless another is named. */
export const BEFORE = "fbda2eb";

function git(...args) {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Commit id of what a name stands for; throws, with what to do, when this clone does not have it. */
function commitOf(name) {
  try {
    return git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
  } catch {
    throw new Error(`no commit ${name} here: git fetch --unshallow, or name another`);
  }
}

/** Path of dist/cli.cjs of a commit, built where it was not. Throws with the output of the step that failed. */
export function beforeCli(name = BEFORE) {
  const commit = commitOf(name);
  const dir = join(root, ".cache", `before-${commit.slice(0, 12)}`);
  const cli = join(dir, "dist", "cli.cjs");
  if (existsSync(cli)) return cli;
  if (!existsSync(join(dir, "package.json"))) {
    git("worktree", "prune");
    git("worktree", "add", "--detach", "--force", dir, commit);
  }
  if (!existsSync(join(dir, "node_modules"))) installInto(dir);
  must(process.execPath, ["esbuild.mjs"], dir);
  return cli;
}

/** The packages of the lock file: those that are here where both lock files are the same. */
function installInto(dir) {
  const lock = (top) => readFileSync(join(top, "package-lock.json"), "utf8");
  const here = join(root, "node_modules");
  if (existsSync(here) && lock(dir) === lock(root)) symlinkSync(here, join(dir, "node_modules"));
  else must("npm", ["ci", "--ignore-scripts", "--prefer-offline"], dir);
}

function must(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(" ")} in ${cwd}: ${done.error ?? done.stdout + done.stderr}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(beforeCli(process.argv[2]));
  } catch (error) {
    console.error(String(error.message));
    process.exit(1);
  }
}
