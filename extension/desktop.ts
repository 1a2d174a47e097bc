/**
 * The extension where there is Node: the server is a process of the editor's own Node, the debug adapter another. Leaves out
 * what the extension does (main.ts).
 */
import { DebugAdapterExecutable, type ExtensionContext, Uri } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { start, stop } from "./main.ts";

export function activate(context: ExtensionContext): void {
  const bundle = (name: string): string => Uri.joinPath(context.extensionUri, "dist", name).fsPath;
  const module = bundle("server.cjs");
  start(context, {
    client: (id, name, options) =>
      new LanguageClient(
        id,
        name,
        {
          run: { module, transport: TransportKind.ipc },
          debug: { module, transport: TransportKind.ipc, options: { execArgv: ["--inspect=6017"] } },
        },
        options,
      ),
    // "node" is the editor's own: it starts the adapter with the program that it runs extensions with.
    adapter: () => new DebugAdapterExecutable("node", [bundle("debug.cjs")]),
  });
}

export const deactivate = stop;
