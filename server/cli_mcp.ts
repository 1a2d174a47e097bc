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
import { readArguments, unknownName } from "./options.ts";

const USAGE = `usage: folioscope mcp
       folioscope mcp --call TOOL ARGUMENTS

A server of the Model Context Protocol on standard input and output: for the
settings of an assistant, which starts it. Its tools read the files that they
are given, change nothing, and answer as the command line does:

${MCP_TOOLS.map((t) => `  ${t.name.padEnd(16)} ${t.title}`).join("\n")}

  --call TOOL      no server: the answer of this one tool on standard output, to
                   ARGUMENTS, which are JSON; status 1: it says what is wrong
`;

/** Runs until the client hangs up. */
export async function runMcp(args: string[], io: CliIo): Promise<number> {
  const parsed = readArguments(args, { help: { type: "boolean", short: "h" }, call: { type: "string" } });
  const call = typeof parsed === "string" ? undefined : parsed.values.call;
  if (typeof parsed === "string" || parsed.positionals.length !== (call === undefined ? 0 : 1)) {
    const wrong = call === undefined ? "it takes no argument" : "--call TOOL takes one argument, JSON";
    io.stderr(`folioscope mcp: ${typeof parsed === "string" ? parsed : wrong}\n${USAGE}`);
    return 2;
  }
  if (parsed.values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  if (call !== undefined) return callOnce(call, parsed.positionals[0]!, io);
  const file = typeof __dirname === "string" ? join(__dirname, "mcp.cjs") : "";
  if (!existsSync(file)) {
    io.stderr("folioscope mcp: mcp.cjs is not beside the command line: npm run build makes it\n");
    return 2;
  }
  const { serveTools } = createRequire(file)(file) as typeof import("./mcp/serve.ts");
  await serveTools(manifest.version, MCP_TOOLS);
  return 0;
}

async function callOnce(name: string, given: string, io: CliIo): Promise<number> {
  const tool = MCP_TOOLS.find((t) => t.name === name);
  if (tool === undefined) {
    const names = MCP_TOOLS.map((t) => t.name);
    io.stderr(`folioscope mcp: ${unknownName("tool", name, names)}\n`);
    return 2;
  }
  let args: unknown;
  try {
    args = JSON.parse(given);
  } catch {
    args = null;
  }
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    io.stderr(`folioscope mcp: --call takes its arguments as a JSON object, not "${given.slice(0, 200)}"\n`);
    return 2;
  }
  const said = await tool.call(args as Record<string, unknown>, new AbortController().signal);
  io.stdout(said.text.endsWith("\n") ? said.text : `${said.text}\n`);
  return said.wrong ? 1 : 0;
}
