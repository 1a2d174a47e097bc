/**
 * Opens a kernel tree: a git work tree or an unpacked source. Reads below its root only: no "..", no symbolic link that
 * leads out. Leaves out git objects (git_blobs.ts) and patches (images.ts).
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import { FileProblem, readRegularFile } from "../files.ts";
import { decode, GitObjects, isObjectId } from "./git_blobs.ts";
import type { KernelTree } from "./images.ts";

/** Largest file that is read (bytes). */
const MAX_FILE = 16 << 20;

/** The git blob id of a text: what names it in caches. */
export function blobId(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/**
 * Opens the tree in a folder. `problem` is worded for the user, and empty when `tree` is there. `fetched`: a folder with
 * files that the tree lacks (mirror.ts).
 */
export function openTree(root: string, fetched = ""): { tree: KernelTree | null; problem: string } {
  const real = realFolder(root);
  if (real === null)
    return {
      tree: null,
      problem: `${root} is not a folder that can be read: name the root of a kernel tree`,
    };
  if (!looksLikeKernel(real))
    return {
      tree: null,
      problem: `${root} is not a kernel tree: it has no mm/ and include/linux/; name the folder that holds them`,
    };
  return { tree: makeTree(root, real, fetched === "" ? null : realFolder(fetched)), problem: "" };
}

function realFolder(root: string): string | null {
  try {
    const real = realpathSync(resolve(root));
    return statSync(real).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

function looksLikeKernel(real: string): boolean {
  return ["mm", "include/linux"].every((f) => realFolder(join(real, f)) !== null);
}

function makeTree(root: string, real: string, fetched: string | null): KernelTree {
  const git = GitObjects.of(real);
  const texts = new Map<string, string | null>();
  const folders = new Map<string, string | null>();
  /** Size and time of a file below a root; of its folder's way there is asked once. */
  const stampIn = (from: string, path: string): string | null => {
    const cut = path.lastIndexOf("/");
    const key = `${from}/${path.slice(0, Math.max(cut, 0))}`;
    if (!folders.has(key)) folders.set(key, cut < 0 ? from : below(from, path.slice(0, cut)));
    const folder = folders.get(key) ?? null;
    if (folder === null || !isTreePath(path)) return null;
    try {
      const own = lstatSync(join(folder, path.slice(cut + 1)));
      const at = own.isSymbolicLink() ? below(from, path) : "";
      if (at === null) return null;
      const { size, mtimeMs } = at === "" ? own : statSync(at);
      return `${size}.${mtimeMs}`;
    } catch {
      return null;
    }
  };
  return {
    root,
    describe: `${basename(real)} (${git === null ? "unpacked source" : "work tree"})`,
    read(path) {
      let text = texts.get(path);
      if (text === undefined) {
        text = readBelow(real, path) ?? (fetched === null ? null : readBelow(fetched, path));
        texts.set(path, text);
      }
      return text;
    },
    expect: (ids, commit, paths) =>
      git?.fetchAll([
        ...ids.filter(isObjectId),
        ...(commit !== null && isObjectId(commit)
          ? paths.filter(isTreePath).map((p) => `${commit}:${p}`)
          : []),
      ]),
    blob: (id) => git?.blob(id) ?? null,
    atCommit: (commit, path) => (isTreePath(path) ? (git?.atCommit(commit, path) ?? null) : null),
    origin: (path) =>
      fetched !== null && below(real, path) === null && below(fetched, path) !== null
        ? "mirror"
        : "work tree",
    list: (folder) => listBelow(real, folder),
    stamp: (path) => stampIn(real, path) ?? (fetched === null ? null : stampIn(fetched, path)) ?? "",
  };
}

/** A path as a diff names it: relative, no empty, "." or ".." part, nothing that a shell of paths could turn. */
export function isTreePath(path: string): boolean {
  return (
    path !== "" &&
    !path.includes("\0") &&
    !path.includes("\\") &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part !== ".git")
  );
}

/** The real place of a path below the root, or null when it is absent or leads out. */
function below(real: string, path: string): string | null {
  if (!isTreePath(path)) return null;
  try {
    const at = realpathSync(join(real, path));
    return at.startsWith(real + sep) ? at : null;
  } catch {
    return null;
  }
}

/** Texts of files below a root, as `KernelTree.read` gives them, but not kept: for readers of very many. */
export function readerBelow(root: string): (path: string) => string | null {
  const real = realFolder(root);
  return (path) => (real === null ? null : readBelow(real, path));
}

function readBelow(real: string, path: string): string | null {
  const at = below(real, path);
  if (at === null) return null;
  try {
    return decode(readRegularFile(at, MAX_FILE, false));
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return null;
  }
}

function listBelow(real: string, folder: string): readonly string[] {
  const trimmed = folder.replace(/(?<!\/)\/+$/, "");
  const at = trimmed === "" || trimmed === "." ? real : below(real, trimmed);
  if (at === null) return [];
  const prefix = at === real ? "" : `${trimmed}/`;
  try {
    return readdirSync(at, { withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => prefix + e.name)
      .sort();
  } catch {
    return [];
  }
}
