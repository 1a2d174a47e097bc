/**
 * `folioscope mcp`: a server of the Model Context Protocol on standard input and output, for an assistant that is to show
 * the run of a bug that it claims. Leaves out the tools (mcp/tools.ts) and the protocol (mcp/serve.ts, a bundle of its own).
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import type { CliIo } from "./cli_io.ts";
import { MCP_TOOLS } from "./mcp/tools.ts";
import { readArguments } from "./options.ts";

const USAGE = `usage: folioscope mcp

A server of the Model Context Protocol on standard input and output: for the
settings of an assistant, which starts it. Its tools read the files that they
are given, change nothing, and answer as the command line does:

${MCP_TOOLS.map((t) => `  ${t.name.padEnd(16)} ${t.title}`).join("\n")}
`;

/** Runs until the client hangs up. */
export async function runMcp(args: string[], io: CliIo): Promise<number> {
  const parsed = readArguments(args, { help: { type: "boolean", short: "h" } });
  if (typeof parsed === "string" || parsed.positionals.length > 0) {
    io.stderr(`folioscope mcp: ${typeof parsed === "string" ? parsed : "it takes no argument"}\n${USAGE}`);
    return 2;
  }
  if (parsed.values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const file = typeof __dirname === "string" ? join(__dirname, "mcp.cjs") : "";
  if (!existsSync(file)) {
    io.stderr("folioscope mcp: mcp.cjs is not beside the command line: npm run build makes it\n");
    return 2;
  }
  const { serveTools } = createRequire(file)(file) as typeof import("./mcp/serve.ts");
  await serveTools(manifest.version, MCP_TOOLS);
  return 0;
}
