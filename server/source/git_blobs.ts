/**
 * Git objects of a kernel work tree, through the `git` command with fixed arguments: only hexadecimal ids and checked
 * paths are passed, no shell, no network, no prompt. A folder that is not the root of a work tree has none, and git is
 * not called for it. Leaves out everything that writes.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const MAX_OUTPUT = 64 << 20;
const TIMEOUT_MS = 10_000;

export class GitObjects {
  private readonly root: string;
  private readonly cache = new Map<string, string | null>();

  private constructor(root: string) {
    this.root = root;
  }

  /** The objects of the repository whose work tree is `root`, or null. */
  static of(root: string): GitObjects | null {
    return existsSync(join(root, ".git")) ? new GitObjects(root) : null;
  }

  /** Text of a blob by its (abbreviated) id. */
  blob(id: string): string | null {
    return isObjectId(id) ? this.show(id) : null;
  }

  /** Text of a path at a commit. */
  atCommit(commit: string, path: string): string | null {
    return isObjectId(commit) ? this.show(`${commit}:${path}`) : null;
  }

  private show(name: string): string | null {
    let text = this.cache.get(name);
    if (text === undefined) {
      text = this.run(["cat-file", "blob", name]);
      this.cache.set(name, text);
    }
    return text;
  }

  /** Asks for many objects at once ("1234abc", "commit:path"): later questions for them cost nothing. */
  fetchAll(names: readonly string[]): void {
    const wanted = [...new Set(names)].filter((n) => !this.cache.has(n) && !n.includes("\n"));
    for (let i = 0; i < wanted.length; i += BATCH) {
      const part = wanted.slice(i, i + BATCH);
      const bytes = this.call(["cat-file", "--batch"], part.map((n) => `${n}\n`).join(""));
      // Too much at once, or no git: each is asked for when it is wanted.
      if (bytes === null) return;
      const texts = readBatch(bytes);
      if (texts.length !== part.length) return;
      part.forEach((name, k) => void this.cache.set(name, texts[k]!));
    }
  }

  private run(args: readonly string[]): string | null {
    const bytes = this.call(args, "");
    return bytes === null ? null : decode(bytes);
  }

  private call(args: readonly string[], input: string): Buffer | null {
    try {
      return execFileSync("git", ["-C", this.root, ...GIT_SAFE, ...args], {
        input,
        stdio: ["pipe", "pipe", "ignore"],
        maxBuffer: MAX_OUTPUT,
        timeout: TIMEOUT_MS,
        env: gitEnvironment(process.env, this.root),
      });
    } catch {
      return null;
    }
  }
}

/** Objects asked for in one call. */
const BATCH = 64;
/** No transport at all (so no lazy fetch, in every version of git), nothing that a repository's settings could start. */
export const GIT_SAFE: readonly string[] = [
  "--no-replace-objects",
  "-c",
  "protocol.allow=never",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
];

/**
 * The environment that git gets: of the caller's nothing that names a repository, an index, objects or a setting, and no
 * search for a repository above `root`.
 */
export function gitEnvironment(env: NodeJS.ProcessEnv, root: string): NodeJS.ProcessEnv {
  const own = Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith("GIT_")),
  );
  return {
    ...own,
    GIT_CEILING_DIRECTORIES: dirname(root),
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/** Texts of the blobs in what `cat-file --batch` writes, null for what is no blob or is not there. */
function readBatch(bytes: Buffer): (string | null)[] {
  const out: (string | null)[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) break;
    const head = /^[0-9a-f]+ (\w+) (\d+)$/.exec(bytes.toString("latin1", at, end));
    at = end + 1;
    if (head === null) {
      out.push(null);
      continue;
    }
    const size = Number(head[2]);
    out.push(head[1] === "blob" ? decode(bytes.subarray(at, at + size)) : null);
    at += size + 1;
  }
  return out;
}

/** A full or abbreviated object id, not the null id of an added or deleted file. */
export function isObjectId(id: string): boolean {
  return /^[0-9a-f]{4,64}$/i.test(id) && !/^0+$/.test(id);
}

/** UTF-8 where it is, else Latin-1: old kernel files carry names in it. */
export function decode(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? bytes.toString("latin1") : text;
}
