/**
 * What a review asked of a kernel tree, and what it was answered, so that a kept result can be told from one that the
 * tree as it is now would not give. Each question of any thread is noted by its name; the answers are digests, made when
 * the result is kept. Leaves out the indexes of a tree: they are known by the times of their files (tree_index.ts,
 * function_source.ts).
 */
import { createHash } from "node:crypto";
import { headersDigest } from "./function_source.ts";
import type { KernelTree } from "./images.ts";

/** Names of what was asked: paths, folders, "blob ID" and "commit ID PATH"; plain data that crosses threads. */
export interface Questions {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly objects: readonly string[];
  /** The index of all headers was asked. */
  readonly headers: boolean;
}

/** The same with the answers: name and digest, for files the stamp of their size and time too. */
export interface Answers {
  readonly files: readonly (readonly [path: string, stamp: string, digest: string])[];
  readonly folders: readonly (readonly [folder: string, digest: string])[];
  readonly objects: readonly (readonly [name: string, digest: string])[];
  /** "" when it was not asked. */
  readonly headers: string;
}

/** A tree that notes what is asked of it. */
export class AskedTree implements KernelTree {
  readonly root: string;
  readonly describe: string;
  private readonly inner: KernelTree;
  /** With the stamp that a file had before it was first read. */
  private readonly files = new Map<string, string>();
  private readonly folders = new Set<string>();
  private readonly objects = new Set<string>();
  private headers = "";

  constructor(inner: KernelTree) {
    this.inner = inner;
    this.root = inner.root;
    this.describe = inner.describe;
  }

  read(path: string): string | null {
    this.file(path);
    return this.inner.read(path);
  }

  origin(path: string): string {
    this.file(path);
    return this.inner.origin(path);
  }

  list(folder: string): readonly string[] {
    this.folders.add(folder);
    return this.inner.list(folder);
  }

  blob(id: string): string | null {
    this.objects.add(`blob ${id}`);
    return this.inner.blob(id);
  }

  atCommit(commit: string, path: string): string | null {
    this.objects.add(`commit ${commit} ${path}`);
    return this.inner.atCommit(commit, path);
  }

  expect(ids: readonly string[], commit: string | null, paths: readonly string[]): void {
    this.inner.expect?.(ids, commit, paths);
  }

  stamp(path: string): string {
    return this.inner.stamp(path);
  }

  asksHeaders(digest: string): void {
    this.headers = digest;
  }

  private file(path: string): void {
    if (!this.files.has(path)) this.files.set(path, this.inner.stamp(path));
  }

  /** What was asked since `after` so many names: those lists only grow. */
  questions(after: Questions = NONE): Questions {
    return {
      files: [...this.files.keys()].slice(after.files.length),
      folders: [...this.folders].slice(after.folders.length),
      objects: [...this.objects].slice(after.objects.length),
      headers: this.headers !== "",
    };
  }

  /** Asks what another thread has asked. */
  ask({ files, folders, objects, headers }: Questions): void {
    for (const path of files) this.file(path);
    for (const folder of folders) this.folders.add(folder);
    for (const name of objects) this.objects.add(name);
    if (headers && this.headers === "") this.headers = headersDigest(this);
  }

  answers(): Answers {
    const { inner } = this;
    return {
      files: [...this.files].map(([path, stamp]) => [path, stamp, digestOf(inner.read(path))]),
      folders: [...this.folders].map((folder) => [folder, digestOf(inner.list(folder).join("\n"))]),
      objects: [...this.objects].map((name) => [name, digestOf(object(inner, name))]),
      headers: this.headers,
    };
  }
}

const NONE: Questions = { files: [], folders: [], objects: [], headers: false };

/** Whether a tree answers as it did. A file of another time is read: it may have the same text. */
export function stillSo(tree: KernelTree, { files, folders, objects, headers }: Answers): boolean {
  const same = ([path, stamp, digest]: Answers["files"][number]): boolean =>
    tree.stamp(path) === stamp || digestOf(tree.read(path)) === digest;
  if (!files.every(same)) return false;
  if (!folders.every(([folder, digest]) => digestOf(tree.list(folder).join("\n")) === digest)) return false;
  if (headers !== "" && headersDigest(tree) !== headers) return false;
  const blobs = objects.flatMap(([name]) => (name.startsWith("blob ") ? [name.slice(5)] : []));
  tree.expect?.(blobs, null, []);
  return objects.every(([name, digest]) => digestOf(object(tree, name)) === digest);
}

function object(tree: KernelTree, name: string): string | null {
  const [kind, id = "", ...path] = name.split(" ");
  return kind === "blob" ? tree.blob(id) : tree.atCommit(id, path.join(" "));
}

const digestOf = (text: string | null): string =>
  text === null ? "" : createHash("sha256").update(text).digest("hex").slice(0, 32);
