// Asks recheck about regular expressions: [[source, flags], ...] as JSON on standard input, as many verdicts on standard
// output. A process of its own, because recheck keeps a helper running.
import { readFileSync } from "node:fs";
import { check } from "recheck";

const verdicts = [];
for (const [source, flags] of JSON.parse(readFileSync(0, "utf8"))) {
  const said = await check(source, flags, { timeout: 60_000 });
  verdicts.push({
    status: said.status,
    growth: said.complexity?.summary ?? "",
    attack: said.attack?.pattern ?? "",
  });
}
process.stdout.write(JSON.stringify(verdicts), () => process.exit(0));
