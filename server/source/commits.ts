/**
 * Commits of a git repository as the mails that they will become: `git format-patch` with fixed options, so that neither
 * the user's settings nor the repository's can start a program (hooks, external diffs, text conversions, a signature to
 * check) or change what a patch looks like. Nothing is written, nothing is fetched. Leaves out what is done with the mails.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { nearest } from "../options.ts";
import { GIT_SAFE, gitEnvironment } from "./git_blobs.ts";
import { openTree } from "./tree.ts";

/** What is wrong with a range or its repository, in words for who asked. */
export class RangeProblem extends Error {}

export interface CommitMails {
  /** An mbox; its patches carry full blob ids and a base-commit. */
  readonly bytes: Buffer;
  /** The work tree, where it is a kernel's; null: it is not. */
  readonly tree: string | null;
  /** "2 merges are no mails and were left out". */
  readonly notes: readonly string[];
}

/** Commits of a range: more than any series. */
const COMMITS_MAX = 500;
const MAX_OUTPUT = 256 << 20;
const TIMEOUT_MS = 60_000;
/** Names of branches and tags among which the nearest to a wrong one is looked for. */
const NAMES_MAX = 2000;

/**
 * The commits `A..B` of the repository that `folder` is in.
 * @throws RangeProblem
 */
export function commitMails(folder: string, range: string): CommitMails {
  const [from, to] = ends(range);
  const inside = git(folder, ["rev-parse", "--show-toplevel"]);
  if (inside.status === 127)
    throw new RangeProblem("git is not installed, and --range reads commits with it");
  if (inside.status !== 0) {
    const bare = git(folder, ["rev-parse", "--git-dir"]).status === 0;
    throw new RangeProblem(
      bare
        ? "this repository has no work tree: run it in a checkout"
        : `${resolve(folder)} is in no git repository${firstLine(inside.error)}: run it in the checkout that has the commits`,
    );
  }
  const root = inside.text.replace(/\n$/, "");
  const [a, b] = [commitOf(root, from), commitOf(root, to)];
  const base = git(root, ["merge-base", a, b]).text.trim();
  if (base === "") {
    const shallow = git(root, ["rev-parse", "--is-shallow-repository"]).text.trim() === "true";
    throw new RangeProblem(
      `${from} and ${to} have no commit in common${shallow ? " in this shallow clone: git fetch --deepen=500 (or --unshallow) brings more of it" : ": their range would be all of history"}`,
    );
  }
  const count = (flag: string): number => Number(git(root, ["rev-list", "--count", flag, `${a}..${b}`]).text);
  const commits = count("--no-merges");
  const merges = count("--merges");
  if (commits === 0)
    throw new RangeProblem(
      `${range} has no commits${merges > 0 ? ` but ${merges} merge${merges === 1 ? "" : "s"}` : a === b ? `: ${from} and ${to} are the same` : `: ${from} has all that ${to} has`}`,
    );
  if (commits > COMMITS_MAX)
    throw new RangeProblem(
      `${range} has ${commits} commits; over ${COMMITS_MAX} are not read: name a later start`,
    );
  // Ids, no names: nothing in them can be taken for an option.
  const made = git(root, [...FORMAT, `--base=${base}`, `${a}..${b}`]);
  // A history of merges can leave no base that git would write down; the patches are the same without.
  const mails = made.status === 0 ? made : git(root, [...FORMAT, `${a}..${b}`]);
  if (mails.status !== 0 || mails.bytes.length === 0)
    throw new RangeProblem(`git cannot make mails of ${range}${firstLine(mails.error)}`);
  const notes =
    merges === 0
      ? []
      : [
          `${merges} merge${merges === 1 ? " is no mail and was" : "s are no mails and were"} left out of ${range}`,
        ];
  return { bytes: mails.bytes, tree: openTree(root).tree === null ? null : root, notes };
}

/** The two ends of "A..B"; a missing one is HEAD. */
function ends(range: string): [string, string] {
  const at = range.indexOf("..");
  if (at < 0 || range === "..")
    throw new RangeProblem(`--range takes two ends, as main..HEAD, not "${range.slice(0, 200)}"`);
  if (range.startsWith("...", at))
    throw new RangeProblem(
      `--range takes A..B, the commits of B that A lacks; A...B has commits of both sides: "${range.slice(0, 200)}"`,
    );
  return [range.slice(0, at) || "HEAD", range.slice(at + 2) || "HEAD"];
}

/** The id of the commit that a name stands for. */
function commitOf(root: string, name: string): string {
  const found = git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
  const id = found.text.trim();
  if (/^[0-9a-f]{40,64}$/.test(id)) return id;
  const refs = git(root, ["for-each-ref", `--count=${NAMES_MAX}`, "--format=%(refname:short)"]).text;
  const near = nearest(
    name,
    refs.split("\n").filter((r) => r !== ""),
  );
  const shallow = git(root, ["rev-parse", "--is-shallow-repository"]).text.trim() === "true";
  throw new RangeProblem(
    `there is no commit "${name.slice(0, 200)}" in ${root}${near === null ? "" : `; the nearest name is ${near}`}${shallow ? " (the clone is shallow)" : ""}`,
  );
}

/** format-patch as its defaults are, whatever the settings say, and with all that helps to find the code again. */
const FORMAT = [
  "-c",
  "format.attach=",
  "-c",
  "format.pretty=",
  "-c",
  "format.notes=false",
  "-c",
  "format.encodeEmailHeaders=true",
  "-c",
  "format.mboxrd=true",
  "-c",
  "log.showSignature=false",
  "-c",
  "diff.orderFile=/dev/null",
  "-c",
  "diff.interHunkContext=0",
  "format-patch",
  "--stdout",
  "--numbered",
  "--subject-prefix=PATCH",
  "--no-cover-letter",
  "--no-attach",
  "--no-thread",
  "--no-to",
  "--no-cc",
  "--no-signature",
  "--no-notes",
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--no-relative",
  "--no-signoff",
  "--ignore-submodules=all",
  "--submodule=short",
  "--diff-algorithm=default",
  "--indent-heuristic",
  "--find-renames",
  "--unified=3",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--full-index",
] as const;

interface GitSaid {
  /** 127: there is no git; -1: it was ended. */
  readonly status: number;
  readonly text: string;
  readonly bytes: Buffer;
  readonly error: string;
}

function git(folder: string, args: readonly string[]): GitSaid {
  const { GIT_CEILING_DIRECTORIES: _, ...env } = gitEnvironment(process.env, folder);
  const done = spawnSync("git", ["--no-pager", "-C", folder, ...GIT_SAFE, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: MAX_OUTPUT,
    timeout: TIMEOUT_MS,
    env: { ...env, LC_ALL: "C" },
  });
  const missing = (done.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  return {
    status: missing ? 127 : (done.status ?? -1),
    text: done.stdout?.toString("utf8") ?? "",
    bytes: done.stdout ?? Buffer.alloc(0),
    error: done.stderr?.toString("utf8") ?? "",
  };
}

/** " (what git said first)" */
function firstLine(error: string): string {
  const line = error
    .split("\n")[0]!
    .replace(/^(?:fatal|error): /, "")
    .trim();
  return line === "" || /not a git repository/.test(line) ? "" : ` (git: ${line.slice(0, 300)})`;
}
