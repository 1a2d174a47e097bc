/**
 * The catalogue of scenarios for the editor: what `folioscope scenarios` lists, of the newest era. The reference kernel boots
 * for it, on a thread of its own. Leaves out what ran of it (features/scenario_list.ts).
 */
import { NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { buildKernelImage } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, paramsText } from "../../emulator/scenario/runner.ts";
import type { CaseFile } from "../scenarios/of_case.ts";
import { askThread } from "./once.ts";

export interface CatalogueEntry {
  readonly name: string;
  /** What it does, as a sentence. */
  readonly title: string;
  /** "order=0,9 index=0,512" */
  readonly params: string;
}

export type Catalogue = () => Promise<readonly CatalogueEntry[]>;

/** What the thread is started with. */
export interface CatalogueSetup {
  readonly kind: "catalogue";
}

/** `file` is the bundled worker; it is asked once. */
export function catalogueOnThread(file: string): Catalogue {
  let known: Promise<readonly CatalogueEntry[]> | undefined;
  const setup: CatalogueSetup = { kind: "catalogue" };
  return () => {
    known ??= askThread<readonly CatalogueEntry[]>(file, setup).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

/** What the thread is started with to say a run as a scenario file: it has the texts of the scenarios. */
export interface CaseSetup {
  readonly kind: "case";
  readonly runs: readonly string[];
}

export type CaseFiles = (runs: readonly string[]) => Promise<CaseFile>;

/** `file` is the bundled worker. */
export function caseFilesOnThread(file: string): CaseFiles {
  return (runs) => askThread<CaseFile>(file, { kind: "case", runs } satisfies CaseSetup);
}

/** The work of the thread. */
export function catalogue(): CatalogueEntry[] {
  const booted = bootImage(buildKernelImage(NEWEST_ERA, []).image, NEWEST_ERA, new Memory());
  return booted.scenarios.map(({ name, title, params }) => ({
    name,
    title,
    params: paramsText(params),
  }));
}
