/** Writes media/scenario.schema.json, the schema of scenario files, from the language (server/scenarios/language.ts). */
import { writeFileSync } from "node:fs";
import { scenarioSchema } from "../server/scenarios/schema.ts";

writeFileSync("media/scenario.schema.json", `${JSON.stringify(scenarioSchema(), null, 1)}\n`);
