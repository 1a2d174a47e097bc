/**
 * Scenario files as somebody names them: a file, or a folder whose `*.scenario.yaml` are taken. Leaves out what is in them
 * (read.ts).
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { FileProblem, readRegularFile } from "../files.ts";
import { BOUNDS } from "./language.ts";
import { readScenario } from "./read.ts";
import type { ScenarioFile, ScenarioProblem } from "./types.ts";

const ENDING = ".scenario.yaml";
/** Files that are taken of a folder. */
const FILES_MAX = 200;
/** Folders that are looked into below the one that was named. */
const DEPTH_MAX = 6;
const SKIPPED = new Set(["node_modules", ".git"]);

/** Folders of a workspace that are looked into, and how far down: a kernel tree has thousands. */
const WORKSPACE_FOLDERS = 600;
const WORKSPACE_DEPTH = 3;
const WORKSPACE_FILES = 50;

export const isScenarioPath = (path: string): boolean => path.endsWith(ENDING);

export interface LoadedScenarios {
  readonly files: readonly ScenarioFile[];
  /** Sentences for whoever named the files, each with file and line. */
  readonly problems: readonly string[];
}

/** `FILE:LINE:COLUMN: field: what is wrong` */
export const problemText = (path: string, p: ScenarioProblem): string =>
  `${path}:${p.line}:${p.column}: ${p.field === "" ? "" : `${p.field}: `}${p.message}`;

/** The scenarios of files and folders; `taken` are names that the catalogue has. */
export function loadScenarios(paths: readonly string[], taken: readonly string[]): LoadedScenarios {
  const problems: string[] = [];
  const files: ScenarioFile[] = [];
  const names = new Map(taken.map((n) => [n, "the catalogue"]));
  for (const path of paths.flatMap((p) => scenarioPaths(p, problems))) {
    let text: string;
    try {
      text = readRegularFile(path, BOUNDS.bytes).toString("utf8");
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      problems.push(error.message);
      continue;
    }
    const read = readScenario(text, `scenarios/${basename(path)}`);
    problems.push(...read.problems.map((p) => problemText(path, p)));
    if (read.file === null) continue;
    const owner = names.get(read.file.name);
    if (owner !== undefined)
      problems.push(
        `${path}:1:1: scenario: there is a scenario "${read.file.name}" already, in ${owner}: choose another name`,
      );
    else {
      names.set(read.file.name, path);
      files.push(read.file);
    }
  }
  return { files, problems };
}

function scenarioPaths(path: string, problems: string[]): string[] {
  const found: string[] = [];
  const look = (dir: string, depth: number): boolean => {
    let entries: ReturnType<typeof names>;
    try {
      entries = names(dir);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return false;
      if (depth === 0) problems.push(`${dir} cannot be read: there is no such file or folder`);
      return true;
    }
    for (const e of entries) {
      if (found.length >= FILES_MAX) return true;
      if (e.isDirectory() && depth < DEPTH_MAX && !SKIPPED.has(e.name)) look(join(dir, e.name), depth + 1);
      else if (e.isFile() && e.name.endsWith(ENDING)) found.push(join(dir, e.name));
    }
    return true;
  };
  if (!look(path, 0)) return [path];
  if (found.length === 0 && problems.length === 0)
    problems.push(`${path} has no file whose name ends in ${ENDING}`);
  return found;
}

const names = (dir: string) =>
  readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/**
 * The scenarios of a workspace's folders, near the top first. What is wrong in a file is told where it is open; a name that two
 * files have is the first one's.
 */
export function workspaceScenarios(folders: readonly string[]): ScenarioFile[] {
  const paths: string[] = [];
  let level = [...folders];
  let looked = 0;
  for (let depth = 0; depth <= WORKSPACE_DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const dir of level) {
      if (++looked > WORKSPACE_FOLDERS) return loadScenarios(paths, []).files.slice();
      for (const e of readable(dir)) {
        if (e.isDirectory() && !SKIPPED.has(e.name) && !e.name.startsWith(".")) next.push(join(dir, e.name));
        else if (e.isFile() && isScenarioPath(e.name) && paths.length < WORKSPACE_FILES)
          paths.push(join(dir, e.name));
      }
    }
    level = next;
  }
  return loadScenarios(paths, []).files.slice();
}

function readable(dir: string): ReturnType<typeof names> {
  try {
    return names(dir);
  } catch {
    return [];
  }
}
