/**
 * The catalogue of scenarios for the editor: what `folioscope scenarios` lists, of the newest era. The reference kernel boots
 * for it, on a thread of its own. Leaves out what ran of it (features/scenario_list.ts).
 */
import { NEWEST_ERA } from "../../emulator/kernel/era.ts";
import { buildKernelImage } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, paramsText } from "../../emulator/scenario/runner.ts";
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

/** The work of the thread. */
export function catalogue(): CatalogueEntry[] {
  const booted = bootImage(buildKernelImage(NEWEST_ERA, []).image, NEWEST_ERA, new Memory());
  return booted.scenarios.map(({ name, title, params }) => ({
    name,
    title,
    params: paramsText(params),
  }));
}
