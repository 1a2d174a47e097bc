/**
 * Files that a tree lacks, fetched from a web mirror of a kernel repository (cgit's `plain` pages) into a cache. Off
 * unless the user names a mirror. Only paths that the patches name are asked for, only from that one host, and never
 * more than a few dozen. Leaves out listing folders and choosing a revision: the address says it (`?h=v6.12`).
 */
import { createHash } from "node:crypto";
import { lstatSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../cache/store.ts";
import { FileProblem, makeFolder, readRegularFile } from "../files.ts";
import type { Patch } from "../mail/types.ts";
import type { ReviewOptions } from "../review/types.ts";
import type { KernelTree } from "./images.ts";
import { loadStack } from "./stack.ts";
import { isTreePath, openTree } from "./tree.ts";

export interface Fetched {
  /** Folder that holds what was fetched, now or earlier. */
  readonly folder: string;
  /** Paths that are there now. */
  readonly paths: readonly string[];
  /** For the user: what could not be had, and why. */
  readonly notes: readonly string[];
}

const MAX_FILES = 60;
const MAX_BYTES = 4 << 20;
const TIMEOUT_MS = 15_000;

/** What is wrong with a mirror's address; empty: nothing. */
export function badMirror(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return `"${address}" is not an http or https address`;
  if (url.username !== "" || url.password !== "") return "an address with a password in it is not taken";
  return "";
}

/** C files that the patches change and the tree does not have. */
export function missingFiles(tree: KernelTree, patches: readonly Patch[]): string[] {
  const added = new Set<string>();
  const missing = new Set<string>();
  for (const patch of patches)
    for (const file of patch.files) {
      const path = file.oldPath === "" ? file.path : file.oldPath;
      if (file.status === "added") added.add(file.path);
      else if (/\.[ch]$/.test(path) && isTreePath(path) && !added.has(path) && tree.read(path) === null)
        missing.add(path);
      if (file.status === "renamed") added.add(file.path);
    }
  return [...missing].sort();
}

/** Fetches what the tree lacks for these patches. What was fetched before is taken from the cache. */
export async function fetchMissing(
  tree: KernelTree,
  patches: readonly Patch[],
  address: string,
  cache: string = cacheFolder(),
): Promise<Fetched> {
  const folder = join(cache, "mirror", createHash("sha256").update(address).digest("hex").slice(0, 16));
  const wanted = missingFiles(tree, patches);
  const notes: string[] = [];
  if (wanted.length > MAX_FILES)
    notes.push(`${wanted.length} files are not in the tree: only the first ${MAX_FILES} are fetched`);
  const paths: string[] = [];
  for (const path of wanted.slice(0, MAX_FILES)) {
    const place = join(folder, path);
    const state = stateOf(place);
    if (state === "broken") {
      notes.push(`${path} in the cache is not what was fetched: it is fetched again`);
      rmSync(place, { recursive: true, force: true });
    }
    const problem = state === "whole" ? "" : await fetchTo(pageOf(address, path), place);
    if (problem === "") paths.push(path);
    else notes.push(`${path} could not be fetched: ${problem}`);
  }
  return { folder, paths, notes };
}

/** Whether a file of the cache is there, and is what was fetched: its digest lies beside it. */
function stateOf(place: string): "whole" | "broken" | "absent" {
  try {
    const bytes = readRegularFile(place, MAX_BYTES, false);
    const digest = readRegularFile(place + DIGEST, 64, false).toString("latin1");
    return digest === digestOf(bytes) ? "whole" : "broken";
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return lstatSync(place, { throwIfNoEntry: false }) === undefined ? "absent" : "broken";
  }
}

const DIGEST = ".sha256";
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function pageOf(address: string, path: string): URL {
  const url = new URL(address);
  const parts = path.split("/").map(encodeURIComponent).join("/");
  url.pathname = `${url.pathname.replace(/(?<!\/)\/+$/, "")}/plain/${parts}`;
  return url;
}

async function fetchTo(url: URL, place: string): Promise<string> {
  try {
    // A mirror that sends us elsewhere was not named by the user.
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) return `${url.host} answers ${response.status}`;
    if (/\bhtml\b/.test(response.headers.get("content-type") ?? ""))
      return `${url.host} sends a page, not a file`;
    const bytes = await bounded(response);
    if (bytes === null) return `it has more than ${MAX_BYTES} bytes`;
    makeFolder(dirname(place));
    for (const [at, content] of [
      [place, bytes],
      [place + DIGEST, digestOf(bytes)],
    ] as const) {
      const part = `${at}.${process.pid}.part`;
      writeFileSync(part, content);
      renameSync(part, at);
    }
    return "";
  } catch (error) {
    const cause = (error as { cause?: Error }).cause;
    return cause?.message ?? (error as Error).message;
  }
}

async function bounded(response: Response): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += (part as Uint8Array).length;
    if (size > MAX_BYTES) return null;
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts);
}

/** What a review of these patches lacks, fetched: the option that hands it on, and notes for the user. */
export async function fetchForReview(
  options: ReviewOptions,
  patches: readonly Patch[],
  address: string,
): Promise<{ options: ReviewOptions; notes: readonly string[] }> {
  const { tree } = openTree(options.tree ?? "");
  // A wrong tree or prerequisite is told by the review itself.
  if (tree === null) return { options, notes: [] };
  const before = loadStack(options.prerequisites ?? []).patches;
  const { folder, notes } = await fetchMissing(tree, [...before, ...patches], address);
  return { options: { ...options, fetched: folder }, notes };
}
