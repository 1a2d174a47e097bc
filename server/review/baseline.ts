/**
 * What the bare reference kernel of an era does in a scenario: its own faults are a release's, not a patch's. Computed
 * when asked for and kept, unless the shipped table of reach has it. Leaves out comparing (compare.ts).
 */
import type { Era } from "../../emulator/kernel/era.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { REACH_STEPS } from "../../emulator/scenario/reach.ts";
import { type BootedImage, bootImage, runCase } from "../../emulator/scenario/runner.ts";
import { scenarioUnits } from "../scenarios/to_c.ts";
import type { ScenarioFile } from "../scenarios/types.ts";
import { faultKeys } from "./compare.ts";
import type { ScenarioItem } from "./plan.ts";
import { reachOf } from "./reach.ts";

export class Baselines {
  private readonly booted = new Map<Era, BootedImage>();
  private readonly known = new Map<string, ReadonlySet<string>>();
  private readonly written: readonly ScenarioFile[];

  /** @param written scenarios that came as files */
  constructor(written: readonly ScenarioFile[] = []) {
    this.written = written;
  }

  /** Keys (compare.ts) of the violations of the unpatched reference kernel in this case. */
  faults(era: Era, item: ScenarioItem, stepLimit: number): ReadonlySet<string> {
    const key = `${era} ${item.label}`;
    let faults = this.known.get(key);
    const shipped = stepLimit === REACH_STEPS ? reachOf(era)?.faults(item.label) : null;
    if (faults === undefined && shipped) this.known.set(key, (faults = new Set(shipped)));
    if (faults === undefined) {
      const image = this.image(era);
      const def = image.scenarios.find((s) => s.name === item.name);
      faults =
        def === undefined || image.snapshot === null
          ? new Set()
          : new Set(
              faultKeys(
                runCase(image, { def, params: new Map(item.params), label: item.label }, { stepLimit }),
              ),
            );
      this.known.set(key, faults);
    }
    return faults;
  }

  private image(era: Era): BootedImage {
    let image = this.booted.get(era);
    if (image === undefined) {
      const { image: kernel } = buildKernelImage(era, [], spaceOf(era), scenarioUnits(this.written, era));
      image = bootImage(kernel, era, new Memory());
      this.booted.set(era, image);
    }
    return image;
  }
}
