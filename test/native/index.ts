/** What tools/test_native.mjs uses of the gcc harness. Leaves out everything else. */

export { ERA_NAMES, eraFromName, unknownEra } from "../../emulator/kernel/era.ts";
export {
  BY_ADDRESS,
  bothLists,
  compareNatives,
  compareWithEngine,
  EngineKernel,
  nativeLists,
} from "./compare.ts";
export { buildNative, complaintsOf, nativeMissing } from "./native_kernel.ts";
