// Where the tools keep what is long in the making and the same for every checkout: beside the caches of the program itself.
import { homedir } from "node:os";
import { join } from "node:path";

export const cacheFolder =
  process.env.FOLIOSCOPE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "folioscope");
