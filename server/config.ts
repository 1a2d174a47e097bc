/**
 * The settings as the server uses them: whatever the client sends is checked value by value, so that a mistyped setting
 * falls back to its default instead of reaching the emulator; paths are made absolute, and a workspace that is a kernel
 * tree is found. Leaves out where the settings come from (server.ts asks).
 */
import { isAbsolute, join } from "node:path";
import { DEFAULT_SETTINGS, type Settings, type SimulateParams } from "./protocol.ts";
import type { ReviewOptions } from "./review/types.ts";
import type { ScenarioFile } from "./scenarios/types.ts";

/** Value of `folioscope.tree` that asks for no tree, not even the workspace. */
export const NO_TREE = "none";

/** Settings from untyped JSON; unknown keys are ignored. */
export function readSettings(value: unknown): Settings {
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const text = (key: keyof Settings) => {
    const v = given[key];
    return typeof v === "string" ? v.trim() : (DEFAULT_SETTINGS[key] as string);
  };
  const flag = (key: keyof Settings) => {
    const v = given[key];
    return typeof v === "boolean" ? v : (DEFAULT_SETTINGS[key] as boolean);
  };
  const run = given["run"];
  const steps = given["steps"];
  return {
    run: run === "onOpen" || run === "manual" || run === "onOpenAndChange" ? run : DEFAULT_SETTINGS.run,
    era: text("era") || "auto",
    scenario: text("scenario"),
    seed: text("seed"),
    steps: typeof steps === "number" && Number.isFinite(steps) && steps > 0 ? Math.floor(steps) : 0,
    tree: texts(given["tree"])[0] ?? DEFAULT_SETTINGS.tree,
    ...others(texts(given["tree"]).slice(1)),
    prerequisites: texts(given["prerequisites"]),
    config: text("config"),
    showFixed: flag("showFixed"),
    showAlready: flag("showAlready"),
    codeLens: flag("codeLens"),
  };
}

/** Trees beyond the first: not there where the setting names one only. */
function others(trees: readonly string[]): Pick<Settings, "otherTrees"> {
  return trees.length === 0 ? {} : { otherTrees: trees };
}

/** A list of texts; a single text is a list of one. */
function texts(value: unknown): string[] {
  const list = typeof value === "string" ? [value] : Array.isArray(value) ? value : [];
  return list.flatMap((v) => (typeof v === "string" && v.trim() !== "" ? [v.trim()] : []));
}

/** Where paths in settings start, and what is looked at when they are empty. */
export interface Surroundings {
  /** Folders of the workspace, absolute. */
  readonly folders: readonly string[];
  readonly home: string;
  readonly isTree: (folder: string) => boolean;
  /** Scenario files of the workspace. */
  readonly written?: readonly ScenarioFile[];
}

/** The settings with absolute paths and with the tree that is used: "" where there is none. */
export function placeSettings(settings: Settings, around: Surroundings): Settings {
  const tree =
    settings.tree === NO_TREE
      ? ""
      : settings.tree === ""
        ? (around.folders.find((f) => around.isTree(f)) ?? "")
        : absolute(settings.tree, around);
  return {
    ...settings,
    tree,
    ...others((settings.otherTrees ?? []).map((t) => absolute(t, around))),
    prerequisites: settings.tree === NO_TREE ? [] : settings.prerequisites.map((p) => absolute(p, around)),
    ...(around.written === undefined || around.written.length === 0 ? {} : { written: around.written }),
    config: settings.tree === NO_TREE || settings.config === "" ? "" : absolute(settings.config, around),
  };
}

/** `~` is the home folder; what is relative is relative to the first folder of the workspace. */
function absolute(path: string, { folders, home }: Surroundings): string {
  const base = folders[0] ?? "";
  const named = path.replace(/^\$\{workspaceFolder\}/, base).replace(/^~(?=$|[/\\])/, home);
  return isAbsolute(named) || base === "" ? named : join(base, named);
}

/** What to run: the settings, overridden by what was asked for. */
export function reviewOptions(settings: Settings, asked: Partial<SimulateParams> = {}): ReviewOptions {
  const options: { -readonly [K in keyof ReviewOptions]: ReviewOptions[K] } = {};
  const era = asked.era ?? (settings.era === "auto" ? "" : settings.era);
  const scenario = asked.scenario ?? settings.scenario;
  const seed = asked.seed ?? settings.seed;
  const steps = asked.steps ?? settings.steps;
  if (asked.patch) options.patch = asked.patch;
  if (scenario) options.scenario = scenario;
  if (era) options.era = era;
  if (seed) options.seed = seed;
  if (asked.replay) options.replay = asked.replay;
  if (steps > 0) options.steps = steps;
  if (settings.tree) options.tree = settings.tree;
  if (settings.tree && settings.otherTrees !== undefined) options.otherTrees = settings.otherTrees;
  if (settings.prerequisites.length > 0) options.prerequisites = settings.prerequisites;
  if (settings.tree && settings.config) options.config = settings.config;
  if (settings.written !== undefined) options.written = settings.written;
  return options;
}

/** A problem with the kernel tree in the words of the editor: the command line's options are settings here. */
export function inSettings(problem: string): string {
  return problem
    .replaceAll("--tree DIR", "the setting folioscope.tree")
    .replace(/--(tree|prerequisite|config)\b/g, (_, name: string) =>
      name === "prerequisite" ? "folioscope.prerequisites" : `folioscope.${name}`,
    );
}
