/**
 * What the reference kernel can be told to do otherwise (an architecture, a configuration) is varied by
 * some scenario. The list of what is not only gets shorter.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceFiles } from "../../emulator/reference/index.ts";

const scenarios = referenceFiles.filter((f) => f.path.startsWith("scenarios/"));
const kernel = referenceFiles.filter((f) => !f.path.startsWith("scenarios/"));

/** Switches that no scenario varies, and what stays untried for it. */
const NOT_VARIED: Readonly<Record<string, string>> = {
  max_order: "machines without 2 MiB or without 1 GiB leaves",
  CONFIG_DCSSBLK_DAX: "s390's dcssblk since v6.15, if it could do DAX",
  CONFIG_DEVICE_PRIVATE: "kernels without device-private memory",
  CONFIG_DEV_DAX_KMEM: "kernels without the kmem driver",
  CONFIG_FS_DAX: "kernels without FS-DAX: nothing is left to watch",
  CONFIG_FS_DAX_LIMITED: "s390's dcssblk, which had DAX without struct pages",
  CONFIG_PCI_P2PDMA: "kernels without peer-to-peer memory",
};

const found = (files: typeof kernel, pattern: RegExp): string[] => [
  ...new Set(files.flatMap((f) => [...f.text.matchAll(pattern)].map((m) => m[1]!))),
];

test("each switch is a parameter of some scenario that takes several values, or stands in the list", () => {
  const switches = [
    ...found(kernel, /__fsc_param\("(\w+)"/g),
    ...found(kernel, /(?:IS_ENABLED\(|#ifn?def )(CONFIG_\w+)/g),
  ];
  assert.ok(switches.length > 5, switches.join(" "));
  const varied = new Set(found(scenarios, /\b(\w+)=\w+,/g));
  assert.deepEqual(switches.filter((s) => !varied.has(s)).sort(), Object.keys(NOT_VARIED).sort());
});
