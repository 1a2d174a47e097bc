/**
 * Opens a kernel tree: a git work tree or an unpacked source. Reads below its root only: no "..", no symbolic link that
 * leads out. Leaves out git objects (git_blobs.ts) and patches (images.ts).
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
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
  const own = new Root(real);
  const mirror = fetched === null ? null : new Root(fetched);
  return {
    root,
    describe: `${basename(real)} (${git === null ? "unpacked source" : "work tree"})`,
    read(path) {
      let text = texts.get(path);
      if (text === undefined) {
        text = own.read(path) ?? mirror?.read(path) ?? null;
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
    origin: (path) => (mirror !== null && !own.has(path) && mirror.has(path) ? "mirror" : "work tree"),
    list: (folder) => listBelow(real, folder),
    stamp: (path) => own.stamp(path) ?? mirror?.stamp(path) ?? "",
  };
}

/** Files below a folder, none of which a link leads out of it to. The way to each folder is asked once: a review reads hundreds. */
class Root {
  private readonly real: string;
  private readonly folders = new Map<string, string | null>();

  constructor(real: string) {
    this.real = real;
  }

  has(path: string): boolean {
    return below(this.real, path) !== null;
  }

  /** As `KernelTree.read` gives it. */
  read(path: string): string | null {
    const at = this.found(path)?.at;
    if (at === undefined) return null;
    try {
      return decode(readRegularFile(at, MAX_FILE, false));
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      return null;
    }
  }

  /** Size and time of a file. */
  stamp(path: string): string | null {
    const stat = this.found(path)?.stat;
    return stat === undefined ? null : `${stat.size}.${stat.mtimeMs}`;
  }

  /** The file itself, behind a link where it is one; null: absent, or it leads out. */
  private found(path: string): { readonly at: string; readonly stat: Stats } | null {
    const place = this.place(path);
    if (place === null) return null;
    try {
      const own = lstatSync(place, { throwIfNoEntry: false });
      if (own === undefined) return null;
      if (!own.isSymbolicLink()) return { at: place, stat: own };
      const at = below(this.real, path);
      return at === null ? null : { at, stat: statSync(at) };
    } catch {
      return null;
    }
  }

  /** Where a file lies, which may be a link itself, or null: its folder is absent or leads out. */
  private place(path: string): string | null {
    if (!isTreePath(path)) return null;
    const cut = path.lastIndexOf("/");
    if (cut < 0) return join(this.real, path);
    const folder = path.slice(0, cut);
    let at = this.folders.get(folder);
    if (at === undefined) {
      at = below(this.real, folder);
      this.folders.set(folder, at);
    }
    return at === null ? null : at + sep + path.slice(cut + 1);
  }
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
  if (real === null) return () => null;
  const own = new Root(real);
  return (path) => own.read(path);
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
