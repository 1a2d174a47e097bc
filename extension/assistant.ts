/**
 * The tools of `folioscope mcp` for the assistant of the editor: whoever claims a bug can be asked to show the run. Each call
 * is a process of the command line, so an answer is the same in both. Leaves out what the tools do (server/mcp/tools.ts).
 */
import {
  type CancellationToken,
  type Disposable,
  LanguageModelTextPart,
  type LanguageModelTool,
  LanguageModelToolResult,
  lm,
} from "vscode";
import type { Host } from "./client.ts";

/** Before the name that a tool has in `folioscope mcp`. */
export const TOOL_PREFIX = "folioscope_";

/** What the manifest says of a tool, of which only these are needed here. */
interface Declared {
  readonly name: string;
  readonly displayName: string;
}

/** Registers the tools that the manifest declares; none where there is no command line, or the editor knows no tools. */
export function registerTools(declared: readonly Declared[], { commandLine }: Host): Disposable[] {
  if (commandLine === undefined || lm?.registerTool === undefined) return [];
  return declared.map(({ name, displayName }) => {
    const tool: LanguageModelTool<object> = {
      prepareInvocation: () => ({ invocationMessage: displayName }),
      invoke: async ({ input }, token: CancellationToken) => {
        const args = ["mcp", "--call", name.slice(TOOL_PREFIX.length), JSON.stringify(input)];
        const said = await commandLine(args, token);
        // What is wrong is for whoever asked, too.
        const text = said === undefined ? "cancelled" : said.output || said.errors;
        return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
      },
    };
    return lm.registerTool(name, tool);
  });
}
