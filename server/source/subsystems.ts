/**
 * What is known of a subsystem of the kernel, one row each: everything else in the server takes it from here. Leaves out
 * its scenarios (emulator/reference/scenarios) and its rules (emulator/invariants).
 */

export interface Subsystem {
  readonly name: string;
  /**
   * Files that run as the tree has them whether or not a patch touches them. Each is held to giving the same events as
   * the reference kernel's on an unpatched tree (test/source/tree_runs.sweep.test.ts).
   */
  readonly preferred: readonly string[];
  /** The file whose text, as the tree has it and patched so far, tells which era's rules hold (era.ts). */
  readonly eraFile: string;
  /** Files whose coverage is told, whether or not the patch touches them. */
  readonly told: readonly string[];
}

export const SUBSYSTEMS: readonly Subsystem[] = [
  {
    name: "dax",
    preferred: [
      "fs/dax.c",
      "mm/memremap.c",
      "mm/migrate_device.c",
      "fs/iomap/iter.c",
      "drivers/dax/device.c",
    ],
    eraFile: "fs/dax.c",
    told: ["fs/dax.c", "mm/memremap.c"],
  },
];
