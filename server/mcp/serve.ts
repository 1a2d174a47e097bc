/**
 * The Model Context Protocol on standard input and output, by its official SDK: a bundle of its own (dist/mcp.cjs), loaded
 * when `folioscope mcp` is asked for, so that nothing else pays for it. Leaves out what the tools do (tools.ts).
 */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { McpTool } from "./tools.ts";

/** Serves the tools until the client closes standard input. */
export async function serveTools(version: string, tools: readonly McpTool[]): Promise<void> {
  const server = new Server({ name: "folioscope", version }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ name, title, description, inputSchema }) => ({
      name,
      title,
      description,
      inputSchema,
      // It reads the files that it is given and changes nothing.
      annotations: { readOnlyHint: true, openWorldHint: false },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const tool = tools.find((t) => t.name === params.name);
    const said =
      tool === undefined
        ? { text: `there is no tool "${params.name.slice(0, 80)}"`, wrong: true }
        : await tool.call(params.arguments ?? {}, signal);
    return { content: [{ type: "text" as const, text: said.text }], isError: said.wrong };
  });
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
    process.stdin.once("end", resolve);
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
}
