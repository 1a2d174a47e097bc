/**
 * Git objects of a kernel work tree, through the `git` command with fixed arguments: only hexadecimal ids and checked
 * paths are passed, no shell, no network, no prompt. A folder that is not the root of a work tree has none, and git is
 * not called for it. Leaves out everything that writes.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const MAX_OUTPUT = 16 << 20;
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

  private run(args: readonly string[]): string | null {
    try {
      const bytes = execFileSync("git", ["-C", this.root, "--no-replace-objects", ...args], {
        stdio: ["ignore", "pipe", "ignore"],
        maxBuffer: MAX_OUTPUT,
        timeout: TIMEOUT_MS,
        env: { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", GIT_OPTIONAL_LOCKS: "0" },
      });
      return decode(bytes);
    } catch {
      return null;
    }
  }
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
