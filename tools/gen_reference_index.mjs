// `npm run reference`: writes emulator/reference/index.ts (the files that are bundled) and the lists in
// scenarios/catalogue.c. Run it after adding or removing a .c or .h file or a scenario;
// test/emulator/reference_index.test.ts notices when it was forgotten.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadModule } from "./load.mjs";

const base = fileURLToPath(new URL("../emulator/reference/", import.meta.url));
const { referenceIndex, referencePaths, scenarioCatalogue } = await loadModule("tools/gen_reference.ts");
const files = referencePaths(readdirSync(base, { recursive: true }).map((f) => f.replaceAll("\\", "/")));
const text = (f) => ({ text: readFileSync(base + f, "utf8") });
const catalogue = "scenarios/catalogue.c";
const scenarios = files.filter((f) => /^scenarios\/.*\.c$/.test(f) && f !== catalogue);
writeFileSync(base + catalogue, scenarioCatalogue(text(catalogue).text, scenarios.map(text)));
writeFileSync(`${base}index.ts`, referenceIndex(files));
