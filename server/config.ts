/**
 * The settings as the server uses them: whatever the client sends is checked value by value, so that a mistyped setting
 * falls back to its default instead of reaching the emulator. Leaves out where they come from (server.ts asks).
 */
import { DEFAULT_SETTINGS, type Settings, type SimulateParams } from "./protocol.ts";
import type { ReviewOptions } from "./review/types.ts";

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
    tree: text("tree"),
    showFixed: flag("showFixed"),
    showAlready: flag("showAlready"),
    codeLens: flag("codeLens"),
  };
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
  return options;
}
