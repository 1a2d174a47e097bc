/** `folioscope explore` on the text of a mail, from a test or a tool. Leaves out what to make of what it says. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runExplore } from "../../server/cli_explore.ts";
import { heard } from "./heard.ts";

/** Runs `folioscope explore` on a mail and gives what it said. */
export async function explored(
  mail: string,
  args: string[],
): Promise<{ status: number; out: string; err: string }> {
  const folder = mkdtempSync(join(tmpdir(), "explore-"));
  try {
    const file = join(folder, "patch.eml");
    writeFileSync(file, mail);
    return await heard(runExplore, [file, ...args]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
